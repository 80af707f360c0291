//! Articles.

use super::{
    collection::{COLLECTION, IDS, PAGE, PER_PAGE, class, collection, contains, order},
    search::QUERY,
    shared::{AUTHOR, IDENTIFIER, MODIFIED, PUBLISHED, VISIBILITY},
};
use crate::{
    domain::{
        Kind,
        article::{ABSTRACT, BODY, HEADLINE, MOST},
    },
    represent::class::{
        Bounds, Class, Parameter, Property,
        Range::{Link, Text},
        Saying,
        operation::{delete, get, patch, post, put},
        property::{must, set},
    },
};

/// Words to find something by.
pub const KEYWORDS: Property = set("keywords", "schema:keywords", Text, "Words to find it by.")
    .of(Bounds::Length(0, HEADLINE))
    .most(MOST)
    .said(Saying::Words);

const LISTED: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    QUERY,
    contains("headline", "schema:headline"),
    contains("author", "schema:author"),
    IDS,
    order(&["headline", "datePublished", "dateModified", "author"]),
];

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "ArticleCollection",
        "Articles",
        "Article",
        [],
        [
            get("List articles", Kind::Article, "ArticleCollection").with(LISTED),
            post("Write an article", Kind::Article, "Article", "Article"),
        ]
    ),
    class!(
        "Article",
        ["schema:Article"],
        "Article",
        [
            IDENTIFIER,
            must("headline", "schema:headline", Text, "The title.").of(Bounds::Length(1, HEADLINE)),
            set("articleBody", "schema:articleBody", Text, "What it says, in Markdown.")
                .of(Bounds::Length(0, BODY)),
            set("abstract", "schema:abstract", Text, "What it says, in short.")
                .of(Bounds::Length(0, ABSTRACT)),
            KEYWORDS,
            set(
                "about",
                "schema:about",
                Link("Resource"),
                "What it is about: datasets, models, anything by IRI."
            )
            .most(MOST),
            VISIBILITY,
            AUTHOR,
            PUBLISHED,
            MODIFIED,
            COLLECTION,
        ],
        [
            get("Read the article", Kind::Article, "Article"),
            patch("Change the article", Kind::Article, "Article"),
            put("Replace the article", Kind::Article, "Article"),
            delete("Delete the article", Kind::Article),
        ]
    ),
];
