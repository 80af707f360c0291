//! What was wrong with what somebody sent: each thing is said once, at its field, else above the form.

use crate::{domain::column::Column, page::inline::plain};
use maud::{Markup, html};
use serde_json::Value;

/// Faults that stand at a column of a table; of a column of a million wrong cells all others are listed below it.
const MOST_OF_COLUMN: usize = 3;

/// What of a value faults are about.
#[derive(PartialEq, Eq)]
pub enum Within {
    /// It, or anything in it.
    All,
    /// It as a whole.
    Itself,
}

/// What was wrong, without what the page says already.
pub struct Faults<'a> {
    problem: Option<&'a Value>,
    unsaid: Vec<&'a Value>,
}

impl<'a> Faults<'a> {
    /// Those of a problem document; none without one.
    pub fn of(problem: Option<&'a Value>) -> Faults<'a> {
        Faults { problem, unsaid: entries(problem).collect() }
    }

    /// What was wrong at a field: where its pointer leads to in the document that was sent, or at the parameter of its
    /// name.
    pub fn at(&mut self, name: &str, pointer: &str, within: Within) -> Vec<String> {
        self.said(|entry| match entry["pointer"].as_str() {
            Some(at) => at
                .strip_prefix(pointer)
                .is_some_and(|rest| rest.is_empty() || (within == Within::All && rest.starts_with('/'))),
            None => entry["parameter"] == name,
        })
    }

    /// The first faults of a column of a file.
    pub fn of_column(&mut self, column: &Column) -> Vec<String> {
        let mut room = MOST_OF_COLUMN;
        self.said(|entry| {
            let names = [&column.name, &column.identifier];
            let is_its = names.iter().any(|name| entry["column"] == name.as_str()) && room > 0;
            room -= usize::from(is_its);
            is_its
        })
    }

    /// What was wrong with a file, or with lines of it.
    pub fn of_file(&mut self) -> Vec<&'a str> {
        let is_place = |entry: &Value| entry.get("pointer").or_else(|| entry.get("parameter")).is_some();
        self.taken(|entry| !is_place(entry)).iter().filter_map(|entry| entry["detail"].as_str()).collect()
    }

    /// What stands above the form: that something was wrong, and what nothing else on the page says.
    pub fn summary(&self) -> Vec<String> {
        let Some(problem) = self.problem else { return Vec::new() };
        let head = match entries(self.problem).count() {
            0 => plain(problem.get("detail").unwrap_or(&problem["title"])),
            1 => "Nothing was saved: something needs another look.".into(),
            several => format!("Nothing was saved: {several} things need another look."),
        };
        std::iter::once(head).chain(self.unsaid.iter().map(|entry| placed(entry))).collect()
    }

    fn said(&mut self, is: impl FnMut(&Value) -> bool) -> Vec<String> {
        self.taken(is).into_iter().map(sentence).collect()
    }

    fn taken(&mut self, mut is: impl FnMut(&Value) -> bool) -> Vec<&'a Value> {
        let (taken, unsaid) = std::mem::take(&mut self.unsaid).into_iter().partition(|entry| is(entry));
        self.unsaid = unsaid;
        taken
    }
}

/// What was wrong at a field, as it stands there.
pub struct Wrong {
    id: String,
    texts: Vec<String>,
}

impl Wrong {
    /// These words, at the field of this `id`.
    pub fn of(id: &str, texts: Vec<String>) -> Wrong {
        Wrong { id: format!("{id}-fault"), texts }
    }

    /// At the parameter of a name, whose field has this `id`.
    pub fn at(faults: &mut Faults, name: &str, id: &str) -> Wrong {
        Wrong::of(id, faults.at(name, &format!("/{name}"), Within::All))
    }

    /// The value of `aria-invalid`.
    pub fn invalid(&self) -> Option<&'static str> {
        (!self.texts.is_empty()).then_some("true")
    }

    /// What describes the field, beside its hint.
    pub fn described(&self, hint: Option<&str>) -> Option<String> {
        let own = self.invalid().map(|_| self.id.as_str());
        let both: Vec<&str> = hint.into_iter().chain(own).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }

    /// The words.
    pub fn show(&self) -> Markup {
        html! { @if !self.texts.is_empty() { p.fault id=(self.id) { @for text in &self.texts { (text) " " } } } }
    }
}

fn entries(problem: Option<&Value>) -> impl Iterator<Item = &Value> {
    problem.and_then(|problem| problem["errors"].as_array()).into_iter().flatten()
}

/// What was wrong, and in which line of a file.
fn sentence(entry: &Value) -> String {
    let place = ["line", "row"].into_iter().find(|key| entry.get(*key).is_some());
    let place = place.map(|key| format!(" in {key} {}", entry[key])).unwrap_or_default();
    format!("Expected {}{place}, found {}.", plain(&entry["expected"]), plain(&entry["found"]))
}

/// The same with its place, as people name it.
fn placed(entry: &Value) -> String {
    let place = ["pointer", "parameter", "column"].iter().find_map(|key| entry[*key].as_str());
    let place = place.unwrap_or_default().trim_start_matches('/').replace('/', ".");
    if place.is_empty() { sentence(entry) } else { format!("{place}: {}", sentence(entry)) }
}
