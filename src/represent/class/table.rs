//! The table: one entry for each class.

use super::{Class, Operation, Property, Range, Writing};
use crate::domain::{Kind, permission::Action};

const fn shown(key: &'static str, term: &'static str, range: Range) -> Property {
    Property { key, term, range, writing: Writing::Never }
}

const fn set(key: &'static str, term: &'static str, range: Range) -> Property {
    Property { key, term, range, writing: Writing::May }
}

const fn must(key: &'static str, term: &'static str, range: Range) -> Property {
    Property { key, term, range, writing: Writing::Must }
}

const fn get(title: &'static str, kind: Kind, returns: &'static str) -> Operation {
    Operation { method: "GET", title, permission: (kind, Action::Read), expects: None, returns }
}

const fn post(title: &'static str, kind: Kind, expects: &'static str, returns: &'static str) -> Operation {
    Operation { method: "POST", title, permission: (kind, Action::Create), expects: Some(expects), returns }
}

const fn patch(title: &'static str, kind: Kind, class: &'static str) -> Operation {
    let permission = (kind, Action::Patch);
    Operation { method: "PATCH", title, permission, expects: Some(class), returns: class }
}

const fn put(title: &'static str, kind: Kind, class: &'static str) -> Operation {
    let permission = (kind, Action::Replace);
    Operation { method: "PUT", title, permission, expects: Some(class), returns: class }
}

const fn delete(title: &'static str, kind: Kind) -> Operation {
    let permission = (kind, Action::Delete);
    Operation { method: "DELETE", title, permission, expects: None, returns: "owl:Nothing" }
}

use Range::{Boolean, DateTime, Integer, Link, Number, Object, Text};

const IDENTIFIER: Property = set("identifier", "schema:identifier", Text);
const CREATED: Property = shown("dateCreated", "schema:dateCreated", DateTime);
const MODIFIED: Property = shown("dateModified", "schema:dateModified", DateTime);
const AUTHOR: Property = shown("author", "schema:author", Text);
const DESCRIPTION: Property = set("description", "schema:description", Text);
const KEYWORDS: Property = set("keywords", "schema:keywords", Text);

/// A collection: its members, and what can be added.
macro_rules! collection {
    ($name:literal, $title:literal, [$($property:expr),*], [$($operation:expr),*]) => {
        Class {
            name: $name,
            also: &["Collection"],
            title: $title,
            properties: &[$($property),*],
            operations: &[$($operation),*],
        }
    };
}

/// Every class of version 2.
pub const CLASSES: &[Class] = &[
    Class {
        name: "EntryPoint",
        also: &["schema:WebAPI"],
        title: "Entry point",
        properties: &[
            shown("articles", "almanac:articles", Link("ArticleCollection")),
            shown("datasets", "almanac:datasets", Link("DatasetCollection")),
            shown("models", "almanac:models", Link("ModelCollection")),
            shown("messages", "almanac:messages", Link("MessageCollection")),
            shown("jobs", "almanac:jobs", Link("JobCollection")),
            shown("users", "almanac:users", Link("UserCollection")),
            shown("account", "almanac:account", Link("Me")),
        ],
        operations: &[get("Read the entry point", Kind::Article, "EntryPoint")],
    },
    collection!(
        "ArticleCollection",
        "Articles",
        [],
        [
            get("List articles", Kind::Article, "ArticleCollection"),
            post("Write an article", Kind::Article, "Article", "Article")
        ]
    ),
    Class {
        name: "Article",
        also: &["schema:Article"],
        title: "Article",
        properties: &[
            IDENTIFIER,
            must("headline", "schema:headline", Text),
            set("articleBody", "schema:articleBody", Text),
            set("abstract", "schema:abstract", Text),
            KEYWORDS,
            set("about", "schema:about", Link("Resource")),
            AUTHOR,
            shown("datePublished", "schema:datePublished", DateTime),
            MODIFIED,
            shown("collection", "almanac:collection", Link("Collection")),
        ],
        operations: &[
            get("Read the article", Kind::Article, "Article"),
            patch("Change the article", Kind::Article, "Article"),
            put("Replace the article", Kind::Article, "Article"),
            delete("Delete the article", Kind::Article),
        ],
    },
    collection!(
        "DatasetCollection",
        "Datasets",
        [],
        [
            get("List datasets", Kind::Dataset, "DatasetCollection"),
            post("Publish a dataset", Kind::Dataset, "Dataset", "Dataset")
        ]
    ),
    Class {
        name: "Dataset",
        also: &["schema:Dataset"],
        title: "Dataset",
        properties: &[
            IDENTIFIER,
            must("name", "schema:name", Text),
            DESCRIPTION,
            set("license", "schema:license", Text),
            set("creator", "schema:creator", Text),
            KEYWORDS,
            AUTHOR,
            shown("datePublished", "schema:datePublished", DateTime),
            MODIFIED,
            shown("rowCount", "almanac:rowCount", Integer),
            set("columns", "almanac:columns", Object("Column")),
            shown("editedSinceRevision", "almanac:editedSinceRevision", Boolean),
            shown("rows", "almanac:rows", Link("RowCollection")),
            shown("revisions", "almanac:revisions", Link("RevisionCollection")),
            shown("newestRevision", "almanac:newestRevision", Link("Revision")),
            shown("distribution", "schema:distribution", Object("DataDownload")),
            shown("trainedModels", "almanac:trainedModels", Link("Model")),
            shown("subjectOf", "schema:subjectOf", Link("Article")),
        ],
        operations: &[
            get("Read the dataset", Kind::Dataset, "Dataset"),
            patch("Describe the dataset", Kind::Dataset, "Dataset"),
            delete("Delete the dataset", Kind::Dataset),
        ],
    },
    Class {
        name: "Column",
        also: &[],
        title: "Column",
        properties: &[
            set("columnType", "almanac:columnType", Text),
            set("nullable", "almanac:nullable", Boolean),
            set("unitText", "schema:unitText", Text),
        ],
        operations: &[],
    },
    Class {
        name: "DataDownload",
        also: &["schema:DataDownload"],
        title: "File",
        properties: &[
            shown("contentUrl", "schema:contentUrl", Link("Resource")),
            shown("encodingFormat", "schema:encodingFormat", Text),
            shown("contentSize", "schema:contentSize", Text),
            shown("sha256", "schema:sha256", Text),
        ],
        operations: &[],
    },
    collection!(
        "RowCollection",
        "Rows",
        [],
        [
            get("Page through the rows", Kind::Row, "RowCollection"),
            post("Add a row", Kind::Row, "Row", "Row")
        ]
    ),
    Class {
        name: "Row",
        also: &[],
        title: "Row",
        properties: &[must("cells", "almanac:cells", Object("Cells"))],
        operations: &[
            get("Read the row", Kind::Row, "Row"),
            patch("Change the row", Kind::Row, "Row"),
            put("Replace the row", Kind::Row, "Row"),
            delete("Delete the row", Kind::Row),
        ],
    },
    collection!(
        "RevisionCollection",
        "Revisions",
        [],
        [
            get("List revisions", Kind::Revision, "RevisionCollection"),
            post("Seal a revision", Kind::Revision, "Revision", "Revision")
        ]
    ),
    Class {
        name: "Revision",
        also: &["schema:Dataset"],
        title: "Revision",
        properties: &[
            shown("version", "schema:version", Integer),
            set("note", "almanac:note", Text),
            shown("parent", "almanac:parent", Link("Revision")),
            shown("profile", "almanac:profile", Link("Resource")),
            shown("dataset", "almanac:dataset", Link("Dataset")),
        ],
        operations: &[get("Read the revision", Kind::Revision, "Revision")],
    },
    collection!(
        "ModelCollection",
        "Models",
        [],
        [
            get("List models", Kind::Model, "ModelCollection"),
            post("Train a model", Kind::Model, "Model", "Job")
        ]
    ),
    Class {
        name: "Model",
        also: &["schema:SoftwareApplication"],
        title: "Model",
        properties: &[
            IDENTIFIER,
            set("name", "schema:name", Text),
            set("headline", "schema:headline", Text),
            DESCRIPTION,
            must("dataset", "almanac:dataset", Link("Dataset")),
            set("revision", "almanac:revision", Link("Revision")),
            must("target", "almanac:target", Text),
            set("c", "almanac:penaltyC", Number),
            set("standardise", "almanac:standardise", Boolean),
            set("missing", "almanac:missing", Text),
            set("split", "almanac:split", Object("Split")),
            set("features", "almanac:features", Object("Feature")),
            shown("currentVersion", "almanac:currentVersion", Link("Version")),
            shown("versionCollection", "almanac:versionCollection", Link("VersionCollection")),
            shown("versions", "almanac:versions", Text),
            shown("predictions", "almanac:predictions", Link("PredictionCollection")),
        ],
        operations: &[
            get("Read the model", Kind::Model, "Model"),
            patch("Describe the model", Kind::Model, "Model"),
            delete("Delete the model", Kind::Model),
        ],
    },
    collection!(
        "VersionCollection",
        "Versions",
        [],
        [
            get("List versions", Kind::Version, "VersionCollection"),
            post("Train a version", Kind::Version, "Model", "Job")
        ]
    ),
    Class {
        name: "Version",
        also: &[],
        title: "Version of a model",
        properties: &[
            shown("model", "almanac:model", Link("Model")),
            shown("revision", "almanac:revision", Link("Revision")),
            shown("revisionDigest", "almanac:revisionDigest", Text),
            shown("settings", "almanac:settings", Object("Settings")),
            shown("classes", "almanac:classes", Text),
            shown("coefficients", "almanac:coefficients", Object("Coefficients")),
            shown("certificate", "almanac:certificate", Object("Certificate")),
            shown("scores", "almanac:scores", Object("Scores")),
            shown("warnings", "almanac:warnings", Text),
            shown("predict", "almanac:predict", Object("IriTemplate")),
        ],
        operations: &[get("Read the version", Kind::Version, "Version")],
    },
    collection!(
        "PredictionCollection",
        "Predictions",
        [],
        [
            get("Read how to predict", Kind::Prediction, "PredictionCollection"),
            post("Predict", Kind::Prediction, "PredictionInput", "Prediction")
        ]
    ),
    Class { name: "Feature", also: &[], title: "Feature of a model", properties: &[], operations: &[] },
    Class { name: "PredictionInput", also: &[], title: "Features", properties: &[], operations: &[] },
    Class {
        name: "Prediction",
        also: &[],
        title: "Prediction",
        properties: &[
            shown("class", "almanac:predictedClass", Text),
            shown("probabilities", "almanac:probabilities", Object("Probability")),
            shown("contributions", "almanac:contributions", Object("Contribution")),
            shown("input", "almanac:input", Object("PredictionInput")),
        ],
        operations: &[get("Predict", Kind::Prediction, "Prediction")],
    },
    collection!("JobCollection", "Jobs", [], [get("List jobs", Kind::Job, "JobCollection")]),
    Class {
        name: "Job",
        also: &["schema:Action"],
        title: "Job",
        properties: &[
            shown("status", "almanac:status", Text),
            shown("progress", "almanac:progress", Number),
            shown("result", "schema:result", Link("Version")),
            shown("error", "schema:error", Object("Error")),
            shown("attempt", "almanac:attempt", Integer),
        ],
        operations: &[get("Read the job", Kind::Job, "Job"), delete("Cancel the job", Kind::Job)],
    },
    collection!(
        "MessageCollection",
        "Messages",
        [],
        [
            get("List messages", Kind::Message, "MessageCollection"),
            post("Leave a message", Kind::Message, "Message", "Message")
        ]
    ),
    Class {
        name: "Message",
        also: &["schema:Message"],
        title: "Message",
        properties: &[
            shown("content", "almanac:content", Link("Resource")),
            shown("filename", "almanac:filename", Text),
            CREATED,
        ],
        operations: &[
            get("Read the message", Kind::Message, "Message"),
            delete("Delete the message", Kind::Message),
        ],
    },
    Class {
        name: "Me",
        also: &["schema:Person"],
        title: "Account",
        properties: &[
            shown("tokens", "almanac:tokens", Link("TokenCollection")),
            shown("account", "almanac:account", Link("User")),
        ],
        operations: &[get("Read who one is", Kind::Token, "Me")],
    },
    collection!(
        "TokenCollection",
        "Tokens",
        [],
        [
            get("List one's tokens", Kind::Token, "TokenCollection"),
            post("Make a token", Kind::Token, "Token", "Token")
        ]
    ),
    Class {
        name: "Token",
        also: &[],
        title: "Token",
        properties: &[
            set("name", "schema:name", Text),
            CREATED,
            set("expires", "schema:expires", DateTime),
            shown("revokedAt", "almanac:revokedAt", DateTime),
            shown("token", "almanac:token", Text),
        ],
        operations: &[get("Read the token", Kind::Token, "Token"), delete("Revoke the token", Kind::Token)],
    },
    collection!(
        "UserCollection",
        "Users",
        [],
        [get("List users", Kind::User, "UserCollection"), post("Add a user", Kind::User, "User", "User")]
    ),
    Class {
        name: "User",
        also: &["schema:Person"],
        title: "User",
        properties: &[
            must("identifier", "schema:identifier", Text),
            CREATED,
            set("role", "almanac:role", Text),
            set("disabled", "almanac:disabled", Boolean),
            set("password", "almanac:password", Text),
        ],
        operations: &[
            get("Read the user", Kind::User, "User"),
            patch("Change the user", Kind::User, "User"),
            delete("Delete the user", Kind::User),
        ],
    },
];
