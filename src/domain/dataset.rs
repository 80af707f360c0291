//! Datasets: named tables with an editable head.

use super::{
    access::Access,
    column::Column,
    fault::{Fault, Faults, quoted},
    slug::Slug,
    state::State,
    visibility::Visibility,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Characters of a name, of a licence, of a creator.
pub const SHORT: usize = 300;
/// Characters of a description.
pub const LONG: usize = 20_000;

/// What a publisher says about a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct About {
    /// Title.
    pub name: String,
    /// What it holds and how it was measured.
    pub description: Option<String>,
    /// IRI or name of the licence.
    pub license: Option<String>,
    /// Who made it.
    pub creator: Option<String>,
    /// What the creator is.
    pub creator_kind: Creator,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who sees it.
    #[serde(default)]
    pub visibility: Visibility,
}

/// What somebody who made a dataset is (schema.org).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Creator {
    /// A group of any kind; what is assumed of a name alone.
    #[default]
    Organization,
    /// One person.
    Person,
}

impl Creator {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Creator::Organization => "organization",
            Creator::Person => "person",
        }
    }

    /// schema.org's class.
    pub fn class(self) -> &'static str {
        match self {
            Creator::Organization => "Organization",
            Creator::Person => "Person",
        }
    }
}

impl About {
    /// The description if its members are within bounds; else every fault, by JSON pointer.
    pub fn checked(self) -> Result<About, Faults> {
        let mut faults = Vec::new();
        let members = [
            ("/name", Some(&self.name), SHORT),
            ("/description", self.description.as_ref(), LONG),
            ("/license", self.license.as_ref(), SHORT),
            ("/creator", self.creator.as_ref(), SHORT),
        ];
        for (pointer, text, most) in members {
            let text = text.map(String::as_str).unwrap_or_default();
            let length = text.chars().count();
            if length > most {
                faults.push(Fault::at(pointer, format!("at most {most} characters"), format!("{length}")));
            }
            if text.contains('\0') {
                faults.push(Fault::at(pointer, "text without U+0000", "U+0000"));
            }
        }
        for (index, keyword) in self.keywords.iter().enumerate() {
            if keyword.contains('\0') || keyword.chars().count() > SHORT {
                let expected = format!("at most {SHORT} characters without U+0000");
                faults.push(Fault::at(format!("/keywords/{index}"), expected, quoted(keyword)));
            }
        }
        if self.name.trim().is_empty() {
            faults.push(Fault::at("/name", "a name", quoted(&self.name)));
        }
        Faults::unless(faults, self)
    }
}

/// A dataset as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Number in the database.
    pub id: i64,
    /// Its name in URLs.
    pub slug: Slug,
    /// What its publisher says about it.
    pub about: About,
    /// Number of the table that holds the head's rows; negative: of the view of a table that others write.
    pub storage: i64,
    /// The head's columns.
    pub columns: Vec<Column>,
    /// Rows of the head.
    pub rows: i64,
    /// Newest revision; 0 before the first.
    pub newest: i64,
    /// Changes of rows so far.
    pub edits: i64,
    /// How many of them the newest revision holds; fewer than `edits`: the head was edited since.
    pub sealed: i64,
    /// Who published it, by name.
    pub author: String,
    /// Number of the user whose it is.
    pub owner: Option<i64>,
    /// When it was published.
    pub created: DateTime<Utc>,
    /// When it was last changed, rows included.
    pub modified: DateTime<Utc>,
    /// Counts the changes of the dataset's own members; compared by the store when it writes.
    pub revision: i64,
    /// State of the dataset's own members.
    pub state: State,
    /// Whether it was deleted: its name is kept.
    pub deleted: bool,
}

impl Dataset {
    /// Whose it is, and who sees it.
    pub fn access(&self) -> Access {
        Access { owner: self.owner, visibility: self.about.visibility }
    }

    /// Whether its rows are those of a table that others write: here they are only read.
    pub fn is_linked(&self) -> bool {
        self.storage < 0
    }

    /// Whether the head may differ from the newest revision.
    pub fn is_edited(&self) -> bool {
        self.is_linked() || self.newest == 0 || self.edits > self.sealed
    }
}

/// The state of a dataset's own members: what PATCH changes, and the columns.
pub fn state(about: &About, columns: &[Column], newest: i64) -> State {
    let columns: Vec<String> = columns.iter().map(spelt).collect();
    let newest = newest.to_string();
    let mut parts = vec!["dataset", about.name.as_str(), &newest];
    for text in [&about.description, &about.license, &about.creator] {
        parts.extend(State::maybe(text.as_deref()));
    }
    // Of organizations it is not said: then their states are what they were before persons came.
    if about.creator_kind == Creator::Person {
        parts.push(about.creator_kind.name());
    }
    parts.extend(about.keywords.iter().map(String::as_str));
    parts.push("columns");
    parts.extend(columns.iter().map(String::as_str));
    parts.extend(about.visibility.part());
    State::of(parts)
}

/// A column as it stands in a state, which is what it was before there were indexes.
fn spelt(column: &Column) -> String {
    let Column { identifier, name, kind, nullable, unit, description, indexed } = column;
    let indexed = if *indexed { " indexed" } else { "" };
    format!(
        "Column {{ identifier: {identifier:?}, name: {name:?}, kind: {kind:?}, nullable: {nullable:?}, \
         unit: {unit:?}, description: {description:?} }}{indexed}"
    )
}

/// One row of a head.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number in its dataset, from 1, never reused.
    pub id: i64,
    /// Its cells, in the order of the columns.
    pub cells: Vec<super::column::Cell>,
    /// Counts its changes.
    pub revision: i64,
}

impl Row {
    /// The state of the row's cells.
    pub fn state(&self) -> State {
        let cells: Vec<String> = self.cells.iter().map(|cell| format!("{cell:?}")).collect();
        let id = self.id.to_string();
        State::of(["row", id.as_str()].into_iter().chain(cells.iter().map(String::as_str)))
    }
}
