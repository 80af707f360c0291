//! Revisions in version 2.

use super::{PageOf, collection, dataset::columns, item, operable};
use crate::{
    domain::{
        Kind,
        dataset::Dataset,
        fault::{Fault, Faults, quoted},
        revision::{Derived, File, Revision},
    },
    http::media::Media,
    represent::{
        Document,
        input::Input,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// Characters of a note.
const NOTE: usize = 2_000;

/// The document of a revision.
pub fn read(base: &Base, dataset: &Dataset, revision: &Revision) -> Document {
    let slug = dataset.slug.to_string();
    let place = Place::Revision(slug.clone(), revision.number.to_string());
    let subject = Subject::Fixed { kind: Kind::Dataset, slug: slug.clone() };
    let mut document = item(base, &place, "Revision", subject);
    document.state = Some(revision.state());
    let profile = Place::Artifact(slug.clone(), revision.number.to_string(), profile_file(revision));
    let rows = Place::Records(slug.clone(), revision.number.to_string());
    let compared = Place::Comparison(slug.clone(), revision.number.to_string());
    document
        .set("name", format!("{}, revision {}", dataset.about.name, revision.number))
        .set("version", revision.number)
        .maybe("note", revision.note.clone())
        .set("rowCount", revision.rows)
        .set("sha256", revision.csv.digest.clone())
        .set("columns", columns(base, &slug, &revision.columns))
        .set("distribution", distribution(base, &slug, revision))
        .set("profile", profile.url(base))
        .maybe("rows", revision.parquet.is_some().then(|| rows.url(base)))
        .maybe("comparison", revision.parquet.is_some().then(|| compared.url(base)))
        .set("author", revision.author.clone())
        .set("dateCreated", moment(revision.created))
        .set("dataset", Place::Dataset(slug.clone()).url(base));
    if let Some(Derived { dataset, revision, model, version }) = &revision.derived {
        let from = [
            Place::Revision(dataset.clone(), revision.to_string()),
            Place::Version(model.clone(), version.to_string()),
        ];
        document.set("wasDerivedFrom", from.map(|place| place.url(base)).to_vec());
    }
    if revision.number > 1 {
        let parent = Place::Revision(slug.clone(), (revision.number - 1).to_string());
        document.set("parent", parent.url(base));
    }
    document.link("collection", Place::Revisions(slug).url(base));
    operable(&mut document, "Revision");
    document
}

/// A page of revisions, newest first.
pub fn list(base: &Base, dataset: &Dataset, revisions: &[Revision], page: &PageOf) -> Document {
    let members = revisions.iter().map(|revision| read(base, dataset, revision).embedded()).collect();
    let slug = dataset.slug.to_string();
    let place = Place::Revisions(slug.clone());
    let subject = Subject::Collection { kind: Kind::Revision, within: Some(slug.clone()) };
    let mut document = collection(base, &place, "RevisionCollection", subject, page, members);
    document.set("dataset", Place::Dataset(slug).url(base));
    document
}

/// The files of a revision (schema.org's DataDownload), under URLs that name their content; CSV first.
pub fn distribution(base: &Base, slug: &str, revision: &Revision) -> Value {
    files(revision).map(|(media, file)| download(base, slug, revision.number, media, file)).collect()
}

/// The files that hold the rows, CSV first.
pub fn files(revision: &Revision) -> impl Iterator<Item = (Media, &File)> {
    let parquet = revision.parquet.as_ref().map(|file| (Media::Parquet, file));
    std::iter::once((Media::Csv, &revision.csv)).chain(parquet)
}

fn download(base: &Base, slug: &str, number: i64, media: Media, file: &File) -> Value {
    let name = file_name(media, file);
    let url = Place::Artifact(slug.into(), number.to_string(), name.clone()).url(base);
    json!({
        "@id": url,
        "@type": ["DataDownload", "schema:DataDownload"],
        "name": name,
        "contentUrl": url,
        "encodingFormat": media.essence(),
        "contentSize": file.size.to_string(),
        "sha256": file.digest,
    })
}

/// `data.<sha256>.csv`.
pub fn file_name(media: Media, file: &File) -> String {
    format!("data.{}.{}", file.digest, media.suffix().unwrap_or_default())
}

/// `profile.<sha256>.json`.
pub fn profile_file(revision: &Revision) -> String {
    format!("profile.{}.json", revision.profile)
}

/// The note of whoever seals a revision.
pub fn parse(value: &Value) -> Result<Option<String>, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let note = input.text("note");
    if let Some(text) = note.as_deref().filter(|text| text.contains('\0') || text.chars().count() > NOTE) {
        let expected = format!("at most {NOTE} characters without U+0000");
        input.fault(Fault::at("/note", expected, quoted(text)));
    }
    input.done(note)
}
