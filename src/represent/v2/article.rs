//! Articles in version 2.

use super::{PageOf, collection, item, operable, visibility};
use crate::{
    domain::{
        Kind,
        article::{About, Article, Draft},
        fault::{Fault, Faults, quoted},
        slug::Slug,
    },
    represent::{
        Document,
        input::Input,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// Bytes of an IRI: it is looked up by index, and PostgreSQL's takes no more than 2,704.
const LONGEST_IRI: usize = 2_000;

/// The document of an article.
pub fn read(base: &Base, article: &Article) -> Document {
    let slug = article.slug.to_string();
    let place = Place::Article(slug.clone());
    let mut document =
        item(base, &place, "Article", Subject::Item { kind: Kind::Article, slug: slug.clone() });
    document.at(&article.state, article.modified);
    document.set("identifier", slug);
    for (key, value) in members(base, &article.draft) {
        document.set(key, value);
    }
    document
        .set("author", article.author.clone())
        .set("datePublished", moment(article.created))
        .set("dateModified", moment(article.modified))
        .set("collection", Place::Articles.url(base))
        .link("collection", Place::Articles.url(base));
    operable(&mut document, "Article");
    document
}

/// A page of articles.
pub fn list(base: &Base, articles: &[Article], page: &PageOf) -> Document {
    let members = articles.iter().map(|article| read(base, article).embedded()).collect();
    let subject = Subject::Collection { kind: Kind::Article, within: None };
    collection(base, &Place::Articles, "ArticleCollection", subject, page, members)
}

/// What a writer may set, as it stands.
pub fn members(base: &Base, draft: &Draft) -> Vec<(&'static str, Value)> {
    let mut members = vec![("headline", json!(draft.headline)), ("articleBody", json!(draft.body))];
    if let Some(summary) = &draft.summary {
        members.push(("abstract", json!(summary)));
    }
    if !draft.keywords.is_empty() {
        members.push(("keywords", json!(draft.keywords)));
    }
    if !draft.about.is_empty() {
        let about: Vec<String> = draft.about.iter().map(|about| iri(base, about)).collect();
        members.push(("about", json!(about)));
    }
    members.push((visibility::KEY, json!(draft.visibility.name())));
    members
}

/// The IRI of what an article is about.
pub fn iri(base: &Base, about: &About) -> String {
    match about {
        About::Dataset(slug) => Place::Dataset(slug.to_string()).url(base),
        About::Model(slug) => Place::Model(slug.to_string()).url(base),
        About::Other(iri) => iri.clone(),
    }
}

/// A draft, and the slug if the writer chose one.
pub fn parse(base: &Base, value: &Value) -> Result<(Option<Slug>, Draft), Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let slug = input.text("identifier");
    let slug = slug.and_then(|text| input.keep(Slug::at("/identifier", &text).map_err(Faults::from)));
    let about = input.iris("about");
    let about = about.into_iter().filter_map(|(at, iri)| input.keep(parse_about(base, &at, iri))).collect();
    let draft = Draft {
        headline: input.required_text("headline"),
        body: input.text("articleBody").unwrap_or_default(),
        summary: input.text("abstract"),
        keywords: input.keywords("keywords"),
        about,
        visibility: visibility::read(&mut input).unwrap_or_default(),
    };
    let draft = input.done(draft)?.checked()?;
    Ok((slug, draft))
}

/// Our own datasets and models by slug, everything else by absolute IRI.
fn parse_about(base: &Base, pointer: &str, iri: String) -> Result<About, Faults> {
    let own = base.path_of(&iri).and_then(Place::parse);
    let slug = |text: &str| Slug::at(pointer, text).map_err(Faults::from);
    match own {
        Some(Place::Dataset(text) | Place::V1Dataset(text)) => Ok(About::Dataset(slug(&text)?)),
        Some(Place::Model(text) | Place::V1Model(text)) => Ok(About::Model(slug(&text)?)),
        _ => {
            // By RFC 3987, as whoever reads it in RDF does; `Url` repairs what is none, and knows hosts.
            let absolute = iri.len() <= LONGEST_IRI
                && iri.split_once("://").is_some_and(|(_, rest)| !rest.starts_with(['/', '?', '#', ':']))
                && oxiri::Iri::parse(iri.as_str()).is_ok()
                && url::Url::parse(&iri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            // The text itself goes out again: what `Url` would silently repair is not an IRI.
            if absolute
                && !iri.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
            {
                return Ok(About::Other(iri));
            }
            let expected = format!("an absolute http or https IRI of at most {LONGEST_IRI} bytes");
            Err(Fault::at(pointer, expected, quoted(&iri)).into())
        }
    }
}
