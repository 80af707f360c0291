//! Models in memory: a prediction asks the database only when its model is not there or was changed.

use super::{ask::Ask, model, number::number as spelt, prediction::mould::Moulds, version};
use crate::{
    cache::epoch::{Epoch, Mark},
    domain::{
        Kind,
        access::Access,
        tag::Tag,
        version::{Model, Version},
        visibility::Visibility,
    },
    http::{cache_control::Reuse, problem::Problem},
};
use quick_cache::{Weighter, sync};
use std::{fmt, sync::Arc};

/// Bytes of all of them, about.
const MOST_BYTES: u64 = 64 << 20;
/// Bytes of one on average: only to make room for the index.
const TYPICAL: usize = 16 << 10;

/// A version of a model.
#[derive(Debug)]
pub struct Loaded {
    /// The model as it was when it was read.
    pub model: Model,
    /// The version.
    pub version: Version,
    /// How its predictions are said.
    pub moulds: Moulds,
    since: Epoch,
    marks: Box<[Mark]>,
}

impl Loaded {
    /// Who sees the model.
    fn accesses(&self) -> [Access; 2] {
        [self.model.access(), self.model.source]
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Loaded>> for ByBytes {
    fn weight(&self, _: &Key, loaded: &Arc<Loaded>) -> u64 {
        let fitted = &loaded.version.fitted;
        let numbers = fitted.columns.len() * (fitted.coefficients.len() + 8) + fitted.features.len() * 32;
        // The version's own text, and two moulds.
        (numbers * size_of::<f64>() + 20_480) as u64
    }
}

/// Slug and number; 0 for the newest.
type Key = (Box<str>, i64);

/// The models in memory.
pub struct Models(sync::Cache<Key, Arc<Loaded>, ByBytes>);

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("count", &self.0.len()).finish()
    }
}

impl Default for Models {
    fn default() -> Models {
        Models(sync::Cache::with_weighter(MOST_BYTES as usize / TYPICAL, MOST_BYTES, ByBytes))
    }
}

/// The newest version of a model.
pub async fn current(ask: &Ask<'_>, slug: &str) -> Result<Arc<Loaded>, Problem> {
    get(ask, slug, 0).await
}

/// The version of a model with that number.
pub async fn numbered(ask: &Ask<'_>, slug: &str, number: &str) -> Result<Arc<Loaded>, Problem> {
    match spelt(number) {
        Some(number) => get(ask, slug, number).await,
        // Whatever is to be said of the model comes first.
        None => load(ask, slug, Some(number)).await.map(Arc::new),
    }
}

/// The same if nothing has to be read for it.
pub fn in_memory(ask: &Ask<'_>, slug: &str, number: &str) -> Option<Arc<Loaded>> {
    kept(ask, &(slug.into(), spelt(number)?))
}

fn kept(ask: &Ask<'_>, key: &Key) -> Option<Arc<Loaded>> {
    let site = ask.site();
    let asked_anew = Reuse::of(&ask.head.headers) != Reuse::Use;
    let found = site.models.0.get(key).filter(|_| !asked_anew)?;
    let good = site.cache.is_still_so(found.since, &found.marks) && ask.sight.sees_all(&found.accesses());
    good.then_some(found)
}

async fn get(ask: &Ask<'_>, slug: &str, number: i64) -> Result<Arc<Loaded>, Problem> {
    let (site, key) = (ask.site(), (Box::from(slug), number));
    if let Some(found) = kept(ask, &key) {
        return Ok(found);
    }
    let named = (number > 0).then(|| number.to_string());
    let loaded = Arc::new(load(ask, slug, named.as_deref()).await?);
    // What is written to something private bumps nothing, and it is for one reader.
    if loaded.accesses().iter().all(|access| access.visibility != Visibility::Private) {
        site.models.0.insert(key, loaded.clone());
    }
    Ok(loaded)
}

async fn load(ask: &Ask<'_>, slug: &str, number: Option<&str>) -> Result<Loaded, Problem> {
    let cache = &ask.site().cache;
    let since = cache.now();
    let marks = cache.epochs().of(&[Tag::item(Kind::Model, slug).as_str()]);
    let mut conn = ask.read().await?;
    let (model, version) = match number {
        Some(number) => version::find(&ask.sight, &mut conn, slug, number).await?,
        None => model::find(&ask.sight, &mut conn, slug).await?,
    };
    Ok(Loaded { model, version, moulds: Moulds::default(), since, marks })
}
