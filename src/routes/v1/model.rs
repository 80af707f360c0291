//! Models and predictions under version 1.

use super::{stretch, window};
use crate::{
    auth::Viewer,
    domain::{
        fault::Fault,
        prediction::{Asked, Place as Stood},
    },
    http::problem::Problem,
    represent::v1,
    routes::{
        answer::{self, Answer},
        ask::Ask,
        fault, model, prediction,
    },
    store::{self, listing::Listing},
};
use rocket::{
    get,
    http::uri::{Segments, fmt::Path},
};

/// The model.
#[get("/models/<slug>")]
pub async fn read(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (model, version) = model::find(&ask.sight, &mut ask.read().await?, slug).await?;
    answer::read(&ask, v1::model::read(ask.base(), &model, &version))
}

/// A stretch of the models, newest first.
#[get("/models")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (offset, limit, window) = window(&ask)?;
    let (models, total) = store::model::page(&mut ask.read().await?, &Listing::stretch(offset, limit))
        .await
        .map_err(fault::store)?;
    answer::read(&ask, v1::model::list(ask.base(), &models, &stretch(&ask, window, total)))
}

/// A prediction of the model's newest version: `<name>/<value>` for each feature, in any order.
///
/// Segments and no `PathBuf`: that would refuse `.5`, and take a slash within a value for one between two.
#[get("/models/<slug>/predict/<features..>")]
pub async fn predict(slug: &str, features: Segments<'_, Path>, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (model, version) = model::find(&ask.sight, &mut ask.read().await?, slug).await?;
    let pairs = pairs(&segments(&ask.head.path, features))?;
    let place = v1::prediction::place(slug, &pairs);
    let asked = Asked { values: prediction::texts(pairs), place: Stood::Parameters };
    let found = prediction::of(&version.fitted, &asked)?;
    answer::read(&ask, v1::prediction::read(ask.base(), &place, &model, &version, &found))
}

/// All segments of the features: also empty ones, which Rocket leaves out.
fn segments<'s>(path: &str, mut filled: Segments<'s, Path>) -> Vec<&'s str> {
    // Behind `/v1/models/<slug>/predict/`, which has one spelling by now.
    let features = path.splitn(6, '/').nth(5).into_iter().flat_map(|features| features.split('/'));
    features.map(|raw| if raw.is_empty() { "" } else { filled.next().unwrap_or_default() }).collect()
}

/// Names and values, by turns.
fn pairs(segments: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let pair = |pair: &[&str]| match pair {
        [name, value] => Ok((name.to_string(), value.to_string())),
        _ => {
            let fault = Fault::parameter(pair.concat(), "a value behind the name", "nothing");
            Err(fault::input(fault.into()))
        }
    };
    segments.chunks(2).map(pair).collect()
}
