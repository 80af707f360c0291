//! What the things are: articles, datasets, models and the people who publish them.
//!
//! Plain data and the rules that hold for it. No Rocket, no sqlx, no JSON values: how a thing is
//! stored is in `store`, how it is shown in `represent`, what a fault of it means to HTTP in `http`.

pub mod access;
pub mod article;
pub mod audit;
pub mod column;
pub mod dataset;
pub mod fault;
pub mod job;
pub mod message;
pub mod model;
pub mod password;
pub mod permission;
pub mod prediction;
pub mod revision;
pub mod search;
pub mod selection;
pub mod session;
pub mod slug;
pub mod state;
pub mod tag;
pub mod token;
pub mod usage;
pub mod user;
pub mod version;
pub mod visibility;

/// The kinds of resource. Closed on purpose: every `match` on it is exhaustive, so the compiler
/// lists what a new kind still lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Text about datasets and models.
    Article,
    /// A named table.
    Dataset,
    /// One row of a dataset's head.
    Row,
    /// An immutable snapshot of a dataset.
    Revision,
    /// A named classifier.
    Model,
    /// An immutable version of a model.
    Version,
    /// What a model says of one row of features.
    Prediction,
    /// Work that takes longer than a request.
    Job,
    /// Stored bytes with their media type.
    Message,
    /// Somebody with a name and a role.
    User,
    /// A credential that a program carries.
    Token,
    /// Who called what.
    Usage,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 12] = [
        Kind::Article,
        Kind::Dataset,
        Kind::Row,
        Kind::Revision,
        Kind::Model,
        Kind::Version,
        Kind::Prediction,
        Kind::Job,
        Kind::Message,
        Kind::User,
        Kind::Token,
        Kind::Usage,
    ];

    /// The glossary's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::Dataset => "dataset",
            Kind::Row => "row",
            Kind::Revision => "revision",
            Kind::Model => "model",
            Kind::Version => "version",
            Kind::Prediction => "prediction",
            Kind::Job => "job",
            Kind::Message => "message",
            Kind::User => "user",
            Kind::Token => "token",
            Kind::Usage => "usage",
        }
    }
}
