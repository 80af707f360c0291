//! The classes of version 1, as it was released: nothing here changes but by addition.
//!
//! What the keys mean in RDF is in [`crate::represent::vocab`].

use super::{
    Bounds, Class, ECHOES, Gives, MESSAGES_OF_V1, Operation, Parameter, Property,
    Range::{self, DateTime, Integer, Json, Number, Object, Scalar, Text},
    Takes,
    operation::{anybody, get, post},
    property::shown,
};
use crate::domain::Kind;

/// A property; the context says what it is in RDF.
const fn member(key: &'static str, range: Range, about: &'static str) -> Property {
    shown(key, "", range, about).always()
}

const fn maybe(key: &'static str, range: Range, about: &'static str) -> Property {
    shown(key, "", range, about)
}

macro_rules! class {
    ($name:literal, $title:literal, [$($property:expr),* $(,)?], [$($operation:expr),* $(,)?]) => {
        Class {
            name: $name,
            term: concat!("almanac:", $name),
            also: &[],
            title: $title,
            properties: &[$($property),*],
            operations: &[$($operation),*],
        }
    };
}

/// A collection of such members; they all call themselves `Collection`.
macro_rules! collection {
    ($name:literal, $title:literal, $member:literal, [$($operation:expr),* $(,)?]) => {
        class!(
            $name,
            $title,
            [
                member("count", Integer, "Members in all."),
                member("offset", Integer, "Members before the first of these."),
                member("limit", Integer, "Members of such a stretch."),
                member("items", Object($member), "The members.").many(),
                LINKS,
            ],
            [$($operation),*]
        )
    };
}

const ID: Property = member("id", Text, "Its name or number in URLs.");
const TITLE: Property = member("title", Text, "What it is called.");
const AUTHOR: Property = member("author", Text, "Who put it here, by name.");
const CREATED: Property = member("created", DateTime, "When it was made.");
const UPDATED: Property = member("updated", DateTime, "When it changed last.");
const LINKS: Property = member("links", Json, "URLs by relation.");
const DESCRIPTION: Property = maybe("description", Text, "What it is.");
const KEYWORDS: Property = maybe("keywords", Text, "Words to find it by.").many();

const LISTED: &[Parameter] = &[
    Parameter::new("offset", Integer, Bounds::Between(0.0, 1e9), "Members to leave out first."),
    Parameter::new("limit", Integer, Bounds::Between(1.0, 100.0), "Members to give; 20 unless said."),
];
const NAMED: &[Parameter] =
    &[Parameter::new("name", Text, Bounds::Longest(100), "Whom to greet; the world unless said.")];

/// The operation that reads a stretch of a collection.
const fn list(title: &'static str, kind: Kind, class: &'static str) -> Operation {
    get(title, kind, class).with(LISTED)
}

/// Every class of version 1.
pub const CLASSES: &[Class] = &[
    class!(
        "EntryPoint",
        "Entry point",
        [TITLE, LINKS],
        [get("Read the entry point", Kind::Article, "EntryPoint")]
    ),
    collection!(
        "ArticleCollection",
        "Articles",
        "Article",
        [list("List articles", Kind::Article, "ArticleCollection")]
    ),
    class!(
        "Article",
        "Article",
        [
            ID,
            TITLE,
            maybe("summary", Text, "What it says, in short."),
            AUTHOR,
            CREATED,
            UPDATED,
            KEYWORDS,
            maybe("body", Text, "What it says, in Markdown."),
            LINKS,
        ],
        [get("Read the article", Kind::Article, "Article")]
    ),
    collection!(
        "DatasetCollection",
        "Datasets",
        "Dataset",
        [list("List datasets", Kind::Dataset, "DatasetCollection")]
    ),
    class!(
        "Dataset",
        "Dataset",
        [
            ID,
            TITLE,
            DESCRIPTION,
            AUTHOR,
            CREATED,
            UPDATED,
            member("rowCount", Integer, "How many rows it has."),
            maybe("license", Text, "Its licence."),
            maybe("creator", Text, "Who made it."),
            KEYWORDS,
            maybe("columns", Object("Column"), "Its columns, in order.").many(),
            LINKS,
        ],
        [get("Read the dataset", Kind::Dataset, "Dataset")]
    ),
    class!(
        "Column",
        "Column",
        [
            ID,
            TITLE,
            member("type", Text, "What its cells are."),
            maybe("unit", Text, "The unit of its cells."),
            DESCRIPTION,
        ],
        []
    ),
    collection!("RowCollection", "Rows", "Row", [list("List rows", Kind::Row, "RowCollection")]),
    class!("Row", "Row", [ID, member("cells", Json, "Its cells, by the columns' identifiers."), LINKS], []),
    collection!("ModelCollection", "Models", "Model", [list("List models", Kind::Model, "ModelCollection")]),
    class!(
        "Model",
        "Model",
        [
            ID,
            TITLE,
            DESCRIPTION,
            AUTHOR,
            CREATED,
            UPDATED,
            member("version", Integer, "Its newest version, from 1."),
            maybe("target", Text, "The column that it predicts."),
            maybe("classes", Text, "The values of the target.").many(),
            maybe("features", Object("Feature"), "What it asks for, in order.").many(),
            maybe("accuracy", Number, "Share of the rows kept for scoring whose class was predicted."),
            maybe("template", Text, "How the URL of a prediction is made (RFC 6570)."),
            LINKS,
        ],
        [get("Read the model", Kind::Model, "Model")]
    ),
    class!(
        "Feature",
        "Feature of a model",
        [
            ID,
            TITLE,
            member("type", Text, "What its values are."),
            maybe("unit", Text, "The unit of its values."),
            maybe("minimum", Scalar, "The least value that the training rows held."),
            maybe("maximum", Scalar, "The greatest value that the training rows held."),
            maybe("levels", Text, "The values that the training rows held.").many(),
        ],
        []
    ),
    class!(
        "Prediction",
        "Prediction",
        [
            member("class", Text, "The most probable class."),
            member("probabilities", Json, "The probability of each class."),
            member("input", Json, "What was asked with."),
            member("version", Integer, "The version that predicted."),
            maybe("warnings", Text, "What to be careful about.").many(),
            LINKS,
        ],
        [get("Predict", Kind::Prediction, "Prediction")]
    ),
    collection!(
        "MessageCollection",
        "Messages",
        "Message",
        [
            list("List messages", Kind::Message, "MessageCollection"),
            post("Leave a message", Kind::Message, "Content", "Message").taking(Takes::Bytes(MESSAGES_OF_V1)),
        ]
    ),
    class!(
        "Message",
        "Message",
        [
            ID,
            member("mediaType", Text, "The media type that it was sent with."),
            member("size", Integer, "Its size in bytes."),
            maybe("filename", Text, "The file name that it was sent with."),
            AUTHOR,
            CREATED,
            LINKS,
        ],
        []
    ),
    class!(
        "Content",
        "Bytes of a message",
        [],
        [get("Read the bytes of the message", Kind::Message, "hydra:Resource").giving(Gives::Bytes)]
    ),
    class!(
        "Greeting",
        "Greeting",
        [member("message", Text, "The greeting."), LINKS],
        [returning(anybody("GET", "Be greeted"), "Greeting").with(NAMED)]
    ),
    class!(
        "Echo",
        "Echo",
        [
            member("message", Text, "What was done."),
            member("method", Text, "The method of the request."),
            LINKS,
        ],
        [
            returning(anybody("GET", "Read the method"), "Echo"),
            anybody("POST", "Get back what is sent").taking(Takes::Bytes(ECHOES)).giving(Gives::Bytes),
            anybody("PATCH", "Get back what is sent").taking(Takes::Bytes(ECHOES)).giving(Gives::Bytes),
            anybody("PUT", "Get back what is sent").taking(Takes::Bytes(ECHOES)).giving(Gives::Bytes),
            anybody("DELETE", "Get back what is sent").taking(Takes::Bytes(ECHOES)).giving(Gives::Bytes),
        ]
    ),
];

/// An operation that is everybody's, with its answer.
const fn returning(mut operation: Operation, returns: &'static str) -> Operation {
    operation.returns = returns;
    operation
}

/// The class of that name in version 1.
pub fn class(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name == name)
}
