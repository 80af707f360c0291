//! Models as resources: a name, and versions that never change.
//!
//! What a version learned, and how well, is in [`super::model`].

use super::{
    access::Access,
    fault::{Fault, Faults},
    model::{Fitted, Scores, Settings},
    slug::Slug,
    state::State,
    visibility::Visibility,
};
use chrono::{DateTime, Utc};

/// Characters of a headline, of a description.
pub const BOUNDS: (usize, usize) = (300, 20_000);

/// What a publisher says about a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Title for people.
    pub headline: String,
    /// What it is for, and what not.
    pub description: Option<String>,
    /// Who sees it: nobody who does not see the dataset.
    pub visibility: Visibility,
}

impl Words {
    /// The words if they are within bounds; else every fault, by JSON pointer.
    pub fn checked(self) -> Result<Words, Faults> {
        self.checked_at("headline")
    }

    /// The same where the headline came as that member.
    pub fn checked_at(self, headline: &str) -> Result<Words, Faults> {
        let headline = format!("/{headline}");
        let description = self.description.as_deref().unwrap_or_default();
        let mut faults = Vec::new();
        for (pointer, text, most) in
            [(&*headline, self.headline.as_str(), BOUNDS.0), ("/description", description, BOUNDS.1)]
        {
            let length = text.chars().count();
            if length > most {
                faults.push(Fault::at(pointer, format!("at most {most} characters"), format!("{length}")));
            }
            if text.contains('\0') {
                faults.push(Fault::at(pointer, "text without U+0000", "U+0000"));
            }
        }
        Faults::unless(faults, self)
    }

    /// The state of a model with these words whose newest version is `newest`.
    pub fn state(&self, newest: i64) -> State {
        let [described, description] = State::maybe(self.description.as_deref());
        let newest = newest.to_string();
        let parts = ["model", self.headline.as_str(), described, description, &newest];
        State::of(parts.into_iter().chain(self.visibility.part()))
    }
}

/// A named classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Number in the database.
    pub id: i64,
    /// Its name in URLs.
    pub slug: Slug,
    /// What its publisher says about it.
    pub words: Words,
    /// The dataset that it learns from.
    pub dataset: Slug,
    /// Newest version; 0 before the first training succeeded.
    pub newest: i64,
    /// Who asked for it first, by name.
    pub author: String,
    /// Number of the user whose it is.
    pub owner: Option<i64>,
    /// Whose the dataset is, and who sees it.
    pub source: Access,
    /// When.
    pub created: DateTime<Utc>,
    /// When its words or its newest version changed.
    pub modified: DateTime<Utc>,
    /// Counts the changes; compared by the store when it writes.
    pub revision: i64,
    /// State of its words and newest version.
    pub state: State,
    /// Whether it was deleted, or its dataset was: its name is kept.
    pub deleted: bool,
}

impl Model {
    /// Whose it is, and who sees it if they see the dataset.
    pub fn access(&self) -> Access {
        Access { owner: self.owner, visibility: self.words.visibility }
    }
}

/// One version of a model: immutable, pinned to a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// From 1.
    pub number: i64,
    /// The revision that it learned from.
    pub dataset_revision: i64,
    /// What was asked for.
    pub settings: Settings,
    /// What was learned.
    pub fitted: Fitted,
    /// How well, on rows that were held out.
    pub scores: Scores,
    /// Who asked for it, by name.
    pub author: String,
    /// When it was finished.
    pub created: DateTime<Utc>,
}

impl Version {
    /// The state: a version never changes.
    pub fn state(&self, model: &str) -> State {
        State::of(["version", model, &self.number.to_string(), &self.created.timestamp_millis().to_string()])
    }
}
