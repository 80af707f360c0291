//! Articles in version 1.

use super::{Links, Stretch, collection, item};
use crate::{
    domain::{
        Kind,
        article::{About, Article},
    },
    represent::{
        Document,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};

/// The document of an article.
pub fn read(base: &Base, article: &Article) -> Document {
    let mut document = brief(base, article);
    if !article.draft.keywords.is_empty() {
        document.set("keywords", article.draft.keywords.clone());
    }
    document.set("body", article.draft.body.clone());
    let about = article.draft.about.iter().map(|about| iri(base, about)).collect();
    links(base, article).all("about", about).end(&mut document, &place(article));
    document
}

/// A stretch of the articles; the body of each is in its own document.
pub fn list(base: &Base, articles: &[Article], stretch: &Stretch) -> Document {
    let one = |article: &Article| {
        let mut document = brief(base, article);
        links(base, article).end(&mut document, &place(article));
        document.embedded()
    };
    let subject = Subject::Collection { kind: Kind::Article, within: None };
    let items = articles.iter().map(one).collect();
    let (mut document, links) = collection(base, &Place::V1Articles, subject, stretch, items);
    links.end(&mut document, &Place::V1Articles);
    document
}

fn place(article: &Article) -> Place {
    Place::V1Article(article.slug.to_string())
}

fn brief(base: &Base, article: &Article) -> Document {
    let slug = article.slug.to_string();
    let subject = Subject::Item { kind: Kind::Article, slug: slug.clone() };
    let mut document = item(base, &place(article), "Article", subject);
    document.at(&article.state, article.modified);
    document
        .set("id", slug)
        .set("title", article.draft.headline.clone())
        .maybe("summary", article.draft.summary.clone())
        .set("author", article.author.clone())
        .set("created", moment(article.created))
        .set("updated", moment(article.modified));
    document
}

fn links<'b>(base: &'b Base, article: &Article) -> Links<'b> {
    Links::of(base, &place(article).url(base)).to("collection", &Place::V1Articles)
}

/// What an article is about, in version 1 where it is of this site.
fn iri(base: &Base, about: &About) -> String {
    match about {
        About::Dataset(slug) => Place::V1Dataset(slug.to_string()).url(base),
        About::Model(slug) => Place::V1Model(slug.to_string()).url(base),
        About::Other(iri) => iri.clone(),
    }
}
