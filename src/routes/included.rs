//! What pages show of the documents that theirs link to, so that a reader need not follow each link.
//!
//! Read only where a page is wanted. All of it changes with the document itself, or has its tags.

use super::{ask::Ask, fault, row, selection};
use crate::{
    domain::{
        Kind,
        dataset::Dataset,
        revision::Revision,
        tag::Tag,
        version::{Model, Version},
        visibility::Visibility,
    },
    http::{media::Media, problem::Problem},
    represent::{
        Document,
        link::Place,
        policy::Subject,
        v2::{self, PageOf},
    },
    store::{self, Conn, Handle, listing::Listing},
};
use serde_json::Value;

/// Things of each kind on the front page.
const NEWEST: i64 = 5;
/// Things whose titles a page has beside its own: a proxy is told no more than eight tags.
const MOST_NAMED: usize = 6;
/// Rows on the page of a dataset.
const ROWS: u64 = 10;

/// Whether the answer is a page.
pub fn are_wanted(ask: &Ask<'_>) -> bool {
    ask.media == Media::Html
}

/// The title of something that a document names by its URL.
pub fn title(ask: &Ask<'_>, document: &mut Document, place: &Place, title: &str) {
    if are_wanted(ask) {
        document.titled(place.url(ask.base()), title);
    }
}

/// The titles of datasets and models that a document only names, of those that everybody sees: from then on its page
/// depends on them.
pub async fn titles(
    ask: &Ask<'_>,
    document: &mut Document,
    conn: &mut Conn,
    named: &[Place],
) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    let mut named: Vec<&Place> = named.iter().collect();
    named.dedup();
    for place in named.into_iter().take(MOST_NAMED) {
        let (kind, slug) = match place {
            Place::Dataset(slug) => (Kind::Dataset, slug),
            Place::Model(slug) => (Kind::Model, slug),
            _ => continue,
        };
        let found = match kind {
            Kind::Dataset => {
                store::dataset::find(conn, slug).await.map(|one| (one.about.name, one.about.visibility))
            }
            _ => store::model::find(conn, slug).await.map(|one| (one.words.headline, one.words.visibility)),
        };
        match found {
            Ok((name, Visibility::Public)) => {
                title(ask, document, place, &name);
            }
            Ok(_) | Err(store::Fault::Missing | store::Fault::Gone) => {}
            Err(fault) => return Err(fault::store(fault)),
        }
        // Also of what is not there, or not for all to see: it may come to be.
        document.depends.push(Tag::item(kind, slug));
    }
    Ok(())
}

/// The title of the dataset that a document belongs to.
pub fn name_of_dataset(ask: &Ask<'_>, document: &mut Document, dataset: &Dataset) {
    title(ask, document, &Place::Dataset(dataset.slug.to_string()), &dataset.about.name);
}

/// The title of the model that a document belongs to.
pub fn name_of_model(ask: &Ask<'_>, document: &mut Document, model: &Model) {
    title(ask, document, &Place::Model(model.slug.to_string()), &model.words.headline);
}

fn include(document: &mut Document, other: Document) {
    let url = other.id().to_string();
    document.include(url, other.whole().into_owned().value);
}

/// To a dataset: its newest revision with what is in its columns, and its first rows.
pub async fn in_dataset(
    ask: &Ask<'_>,
    document: &mut Document,
    dataset: &Dataset,
    conn: &mut Conn,
) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    name_of_dataset(ask, document, dataset);
    // Rows that others write are for no cache, and the page is.
    if !dataset.is_linked() {
        let asked = selection::Asked::first(dataset, ROWS);
        let (chosen, mut page) = row::page_of(ask, conn, dataset, &asked).await?;
        page.requested = Place::Rows(dataset.slug.to_string()).url(ask.base());
        include(document, v2::row::list(ask.base(), dataset, chosen, &page));
    }
    let newest = store::revision::newest(conn, dataset.id).await.map_err(fault::store)?;
    sealed(ask, document, dataset, newest.as_ref()).await
}

/// To rows: the dataset, and what is in its columns.
pub async fn in_rows(
    ask: &Ask<'_>,
    document: &mut Document,
    dataset: &Dataset,
    conn: &mut Conn,
) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    name_of_dataset(ask, document, dataset);
    let newest = store::revision::newest(conn, dataset.id).await.map_err(fault::store)?;
    let neighbours = v2::dataset::Neighbours { newest, ..Default::default() };
    include(document, v2::dataset::read(ask.base(), dataset, &neighbours));
    sealed(ask, document, dataset, neighbours.newest.as_ref()).await
}

/// To a revision: what is in its columns.
pub async fn in_revision(ask: &Ask<'_>, document: &mut Document, revision: &Revision) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    let profile = document.value["profile"].as_str().map(str::to_string);
    if let Some(url) = profile {
        document.include(url, figures(ask, revision).await?);
    }
    Ok(())
}

/// The newest revision, if there is one, with what is in its columns.
async fn sealed(
    ask: &Ask<'_>,
    document: &mut Document,
    dataset: &Dataset,
    newest: Option<&Revision>,
) -> Result<(), Problem> {
    let Some(revision) = newest else { return Ok(()) };
    let mut read = v2::revision::read(ask.base(), dataset, revision);
    in_revision(ask, &mut read, revision).await?;
    document.included.append(&mut read.included);
    include(document, read);
    Ok(())
}

/// The profile of a revision; nothing of one whose bytes are not to be had, as the page can do without.
async fn figures(ask: &Ask<'_>, revision: &Revision) -> Result<Value, Problem> {
    match ask.works().blobs.read(&revision.profile).await {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| fault::broken(&error)),
        Err(error) => {
            tracing::warn!(%error, digest = revision.profile, "a page is shown without its profile");
            Ok(Value::Null)
        }
    }
}

/// To a model or a prediction: the version that they are of.
pub async fn in_model(
    ask: &Ask<'_>,
    document: &mut Document,
    model: &Model,
    version: &Version,
    conn: &mut impl Handle,
) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    let mut of = super::version::document(ask, conn, model, version).await?;
    in_version(ask, &mut of, model, version, conn).await?;
    document.included.append(&mut of.included);
    include(document, of);
    Ok(())
}

/// To a version: its curves, if it has any.
pub async fn in_version(
    ask: &Ask<'_>,
    document: &mut Document,
    model: &Model,
    version: &Version,
    conn: &mut impl Handle,
) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    let curves = store::model::curves(conn, model.id, version.number).await.map_err(fault::store)?;
    if let Some(curves) = curves {
        include(document, v2::evaluation::curves(ask.base(), model, version, &curves));
    }
    Ok(())
}

/// To the front door: what is newest.
pub async fn in_front(ask: &Ask<'_>, document: &mut Document) -> Result<(), Problem> {
    if !are_wanted(ask) {
        return Ok(());
    }
    document.subject = Subject::Front;
    let mut conn = ask.read().await?;
    let newest = Listing::stretch(0, NEWEST);
    let page = PageOf { requested: String::new(), total: None, steps: Vec::new() };
    let (datasets, _) = store::dataset::page(&mut conn, &newest).await.map_err(fault::store)?;
    include(document, v2::dataset::list(ask.base(), &datasets, &page));
    let (models, _) = store::model::page(&mut conn, &newest).await.map_err(fault::store)?;
    let models = super::model::with_versions(&mut conn, models).await?;
    include(document, v2::model::list(ask.base(), &models, &page));
    let (articles, _) = store::article::page(&mut conn, &newest).await.map_err(fault::store)?;
    include(document, v2::article::list(ask.base(), &articles, &page));
    Ok(())
}
