//! Articles: Markdown about datasets and models.

use super::{
    access::Access,
    fault::{Fault, Faults, quoted},
    slug::Slug,
    state::State,
    visibility::Visibility,
};
use chrono::{DateTime, Utc};

/// Characters of a headline.
pub const HEADLINE: usize = 300;
/// Characters of an abstract.
pub const ABSTRACT: usize = 2_000;
/// Bytes of a body.
pub const BODY: usize = 512 * 1024;
/// Keywords of an article, and things that it is about.
pub const MOST: usize = 50;

/// What an article is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A dataset of this site.
    Dataset(Slug),
    /// A model of this site.
    Model(Slug),
    /// Anything else on the web, by absolute IRI.
    Other(String),
}

/// What a writer decides of an article.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The title.
    pub headline: String,
    /// The text, Markdown as sent.
    pub body: String,
    /// A short version.
    pub summary: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// What it is about, in the writer's order.
    pub about: Vec<About>,
    /// Who sees it.
    pub visibility: Visibility,
}

impl Draft {
    /// The draft if its members are within bounds; else every fault, by JSON pointer.
    pub fn checked(self) -> Result<Draft, Faults> {
        let mut faults = Vec::new();
        let mut bound = |pointer: &str, text: &str, most: usize| {
            let length = text.chars().count();
            if length > most {
                faults.push(Fault::at(pointer, format!("at most {most} characters"), format!("{length}")));
            }
            if text.contains('\0') {
                faults.push(Fault::at(pointer, "text without U+0000", "U+0000"));
            }
        };
        bound("/headline", &self.headline, HEADLINE);
        bound("/articleBody", &self.body, BODY);
        bound("/abstract", self.summary.as_deref().unwrap_or_default(), ABSTRACT);
        for (index, keyword) in self.keywords.iter().enumerate() {
            bound(&format!("/keywords/{index}"), keyword, HEADLINE);
        }
        if self.headline.trim().is_empty() {
            faults.push(Fault::at("/headline", "a headline", quoted(&self.headline)));
        }
        for (pointer, count) in [("/keywords", self.keywords.len()), ("/about", self.about.len())] {
            if count > MOST {
                faults.push(Fault::at(pointer, format!("at most {MOST} members"), format!("{count}")));
            }
        }
        Faults::unless(faults, self)
    }

    /// The state of an article with this content.
    pub fn state(&self) -> State {
        let mut parts = vec!["article", self.headline.as_str(), &self.body];
        parts.extend(State::maybe(self.summary.as_deref()));
        parts.extend(self.keywords.iter().map(String::as_str));
        let about: Vec<String> = self.about.iter().map(|about| format!("{about:?}")).collect();
        parts.push("about");
        parts.extend(about.iter().map(String::as_str));
        parts.extend(self.visibility.part());
        State::of(parts)
    }
}

/// An article as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its name in URLs.
    pub slug: Slug,
    /// What the writer decided.
    pub draft: Draft,
    /// Who wrote it first, by name.
    pub author: String,
    /// Number of the user whose it is.
    pub owner: Option<i64>,
    /// When it was first published.
    pub created: DateTime<Utc>,
    /// When it was last changed.
    pub modified: DateTime<Utc>,
    /// Counts the changes; compared by the store when it writes.
    pub revision: i64,
    /// The state of its content.
    pub state: State,
}

impl Article {
    /// Whose it is, and who sees it.
    pub fn access(&self) -> Access {
        Access { owner: self.owner, visibility: self.draft.visibility }
    }
}
