//! Freshness and tags of every response: one table.
//!
//! No other file chooses a Cache-Control. Never `public`: it is redundant beside explicit freshness,
//! and a response that depends on who asks must not carry it by mistake.

use crate::{
    domain::{Kind, tag::Tag},
    http::cache_control::CacheControl,
};

/// What a response is, as far as caches are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An entry point.
    Entry,
    /// The front door, whose page shows what is newest.
    Front,
    /// Contexts, vocabulary, documentation, problem types: they change with a release.
    Schema,
    /// A page of a collection of public things; `within` is what the collection belongs to.
    Collection {
        /// What is listed.
        kind: Kind,
        /// Slug of the dataset or model that it belongs to.
        within: Option<String>,
    },
    /// What is found among all public things.
    Search,
    /// A public thing that changes.
    Item {
        /// What it is.
        kind: Kind,
        /// Its slug, or that of the dataset or model that it belongs to.
        slug: String,
    },
    /// A revision or a model version: its content is fixed, links and operations are not.
    Fixed {
        /// Dataset or model.
        kind: Kind,
        /// Its slug.
        slug: String,
    },
    /// Bytes under a URL that names their digest.
    Immutable {
        /// Dataset or message.
        kind: Kind,
        /// Its slug or number.
        slug: String,
    },
    /// A file of ours under a URL that names its content.
    Asset,
    /// A prediction on a version: a pure function of its URL.
    Prediction {
        /// Slug of the model.
        slug: String,
    },
    /// Depends on who asks.
    Private,
    /// Depends on who is signed in with the browser: it is gone once they are signed out.
    Personal,
    /// Must be kept nowhere: secrets, results of writes, running jobs, health.
    Passing,
    /// An error that may end at any moment.
    Error,
    /// There is nothing (404): kept, but asked again every time.
    Absent,
    /// There was something (410).
    Gone,
}

impl Subject {
    /// The Cache-Control of such a response.
    pub fn cache_control(&self) -> CacheControl {
        let fresh = CacheControl::fresh;
        match self {
            Subject::Entry | Subject::Front => {
                fresh(60).shared(300).stale_while_revalidate(60).stale_if_error(86_400)
            }
            Subject::Schema => fresh(86_400).shared(604_800),
            // No stale-while-revalidate: browsers take it for themselves, and a script that wrote would read
            // the old state for as long (measured with Chromium's fetch). Proxies have it in deploy/.
            Subject::Collection { .. } | Subject::Search => fresh(0).shared(10).stale_if_error(600),
            Subject::Item { .. } => fresh(0).shared(30).stale_if_error(3_600),
            Subject::Fixed { .. } => fresh(300).shared(86_400),
            Subject::Immutable { .. } | Subject::Asset => fresh(31_536_000).immutable(),
            Subject::Prediction { .. } => fresh(86_400).shared(604_800),
            Subject::Private => CacheControl::private(),
            Subject::Personal => CacheControl::personal(),
            Subject::Passing | Subject::Error => CacheControl::no_store(),
            Subject::Absent => CacheControl::no_cache(),
            Subject::Gone => fresh(300),
        }
    }

    /// What the response depends on: it is out of date when one of these is bumped. Sent as surrogate
    /// keys (`xkey`), by which a proxy can be told to forget the response.
    pub fn tags(&self) -> Vec<Tag> {
        match self {
            Subject::Entry => vec![Tag::entry()],
            Subject::Front => std::iter::once(Tag::entry()).chain(every_list()).collect(),
            Subject::Search => every_list().into(),
            Subject::Schema | Subject::Asset => vec![Tag::schema()],
            Subject::Collection { kind, within: None } => vec![Tag::list(*kind)],
            Subject::Collection { kind, within: Some(slug) } => {
                let owner = match kind {
                    Kind::Version | Kind::Prediction => Kind::Model,
                    _ => Kind::Dataset,
                };
                vec![Tag::item(owner, slug)]
            }
            Subject::Item { kind, slug }
            | Subject::Fixed { kind, slug }
            | Subject::Immutable { kind, slug } => vec![Tag::item(*kind, slug)],
            Subject::Prediction { slug } => vec![Tag::item(Kind::Model, slug)],
            _ => Vec::new(),
        }
    }

    /// The tags as the value of `xkey`; nothing where there are none.
    pub fn xkey(&self) -> Option<String> {
        xkey(&self.tags())
    }

    /// Whether the response may carry an entity tag.
    pub fn is_validated(&self) -> bool {
        !matches!(
            self,
            Subject::Personal | Subject::Passing | Subject::Error | Subject::Absent | Subject::Gone
        )
    }
}

/// Tags as the value of `xkey`; nothing where there are none.
pub fn xkey(tags: &[Tag]) -> Option<String> {
    let tags: Vec<String> = tags.iter().map(Tag::to_string).collect();
    (!tags.is_empty()).then(|| tags.join(" "))
}

/// What changes with each thing that can be found.
fn every_list() -> [Tag; 3] {
    [Kind::Dataset, Kind::Model, Kind::Article].map(Tag::list)
}
