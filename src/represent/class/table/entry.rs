//! Entry points: where everything is found.

use super::{collection::class, shared::TITLE};
use crate::{
    domain::Kind,
    represent::class::{
        Class,
        Range::{Link, Object, Scalar, Text},
        operation::get,
        property::shown,
    },
};

/// The classes.
pub const CLASSES: &[Class] = &[class!(
    "EntryPoint",
    ["schema:WebAPI"],
    "Entry point",
    [
        TITLE,
        shown("description", "schema:description", Text, "What is here."),
        shown("name", "schema:name", Text, "What the server is, for inference clients."),
        shown("version", "schema:version", Scalar, "Its release."),
        shown(
            "extensions",
            "almanac:extensions",
            Text,
            "Extensions of the Open Inference Protocol that it has."
        )
        .many(),
        shown("search", "hydra:search", Object("IriTemplate"), "How all of it is searched."),
        shown("articles", "almanac:articles", Link("ArticleCollection"), "All articles."),
        shown("datasets", "almanac:datasets", Link("DatasetCollection"), "All datasets."),
        shown("models", "almanac:models", Link("ModelCollection"), "All models."),
        shown("messages", "almanac:messages", Link("MessageCollection"), "All messages."),
        shown("jobs", "almanac:jobs", Link("JobCollection"), "The reader's jobs."),
        shown("hasPart", "schema:hasPart", Link("EntryPoint"), "The versions.").many(),
        shown("users", "almanac:users", Link("UserCollection"), "All users; for administrators."),
        shown("usage", "almanac:usage", Link("UsageCollection"), "Who called what; for administrators."),
    ],
    [get("Read the entry point", Kind::Article, "EntryPoint")]
)];
