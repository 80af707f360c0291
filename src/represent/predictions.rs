//! Predictions of many rows as text, row by row: no JSON value for each.

use super::link::encoded;
use crate::{
    domain::{
        column::{Cell, spell},
        model::{Fitted, Warning},
    },
    http::media::Media,
};
use serde::Serialize;

/// What is said of a row.
pub struct Row<'r> {
    /// The class, by its place.
    pub class: usize,
    /// The probability of each class.
    pub probabilities: &'r [f64],
    /// What each feature adds to the logits, feature by feature.
    pub added: &'r [f64],
    /// Which of the numbers of a feature are about the class: the first, and every how many.
    pub about: (usize, usize),
    /// Values outside what the model has seen.
    pub warnings: Vec<Warning>,
}

/// Writes rows in one format.
pub struct Writer<'w> {
    fitted: &'w Fitted,
    form: Form,
    contributions: bool,
    /// What the URL of each begins with: its query follows.
    url: String,
    /// The classes in JSON, or as cells of CSV.
    classes: Vec<String>,
    /// JSON of the features' identifiers.
    features: Vec<String>,
    rows: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Lines,
    Document,
}

impl<'w> Writer<'w> {
    /// A writer of the predictions of a model, with what each feature adds if that is asked for; `url` is
    /// where one of them is read.
    pub fn new(fitted: &'w Fitted, media: Media, contributions: bool, url: &str) -> Writer<'w> {
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let form = match media {
            Media::Csv => Form::Csv,
            Media::Ndjson => Form::Lines,
            _ => Form::Document,
        };
        Writer {
            fitted,
            form,
            contributions,
            url: quoted(url).trim_end_matches('"').to_string(),
            classes: fitted
                .classes
                .iter()
                .map(|class| if form == Form::Csv { bare(class) } else { quoted(class) })
                .collect(),
            features: fitted.features.iter().map(|feature| quoted(&feature.identifier)).collect(),
            rows: 0,
        }
    }

    /// What stands before the rows; `head` is the JSON of the document around them.
    pub fn begin(&self, head: &str, text: &mut Vec<u8>) {
        match self.form {
            Form::Lines => {}
            Form::Document => {
                text.extend_from_slice(head.trim_end().trim_end_matches('}').as_bytes());
                text.extend_from_slice(b",\"member\":[");
            }
            Form::Csv => {
                text.extend_from_slice(b"class");
                for class in &self.fitted.classes {
                    cell(text, &format!("probability_{class}"));
                }
                for feature in self.fitted.features.iter().filter(|_| self.contributions) {
                    cell(text, &format!("contribution_{}", feature.identifier));
                }
                text.extend_from_slice(b",warnings\n");
            }
        }
    }

    /// One row; its features in the model's order.
    pub fn row<'a>(
        &mut self,
        row: &Row<'_>,
        input: impl Iterator<Item = (&'a str, Cell)>,
        text: &mut Vec<u8>,
    ) {
        match self.form {
            Form::Csv => self.cells(row, text),
            Form::Lines => self.line(row, text),
            Form::Document => self.member(row, input, text),
        }
        self.rows += 1;
    }

    /// What stands behind them.
    pub fn end(&self, text: &mut Vec<u8>) {
        if self.form == Form::Document {
            text.extend_from_slice(format!("],\"totalItems\":{}}}\n", self.rows).as_bytes());
        }
    }

    fn cells(&self, row: &Row<'_>, text: &mut Vec<u8>) {
        text.extend_from_slice(self.classes[row.class].as_bytes());
        let (first, step) = row.about;
        let added = row.added.iter().skip(first).step_by(step).filter(|_| self.contributions);
        for number in row.probabilities.iter().chain(added) {
            text.push(b',');
            spell(*number, text);
        }
        if row.warnings.is_empty() {
            text.push(b',');
        } else {
            let warnings: Vec<String> = row.warnings.iter().map(Warning::to_string).collect();
            cell(text, &warnings.join("; "));
        }
        text.push(b'\n');
    }

    fn line(&self, row: &Row<'_>, text: &mut Vec<u8>) {
        text.extend_from_slice(b"{\"class\":");
        text.extend_from_slice(self.classes[row.class].as_bytes());
        text.extend_from_slice(b",\"probabilities\":");
        members(text, &self.classes, row.probabilities);
        if self.contributions {
            let (first, step) = row.about;
            let added: Vec<f64> = row.added.iter().copied().skip(first).step_by(step).collect();
            text.extend_from_slice(b",\"contributions\":");
            members(text, &self.features, &added);
        }
        if !row.warnings.is_empty() {
            text.extend_from_slice(b",\"warnings\":");
            warnings(text, &row.warnings);
        }
        text.extend_from_slice(b"}\n");
    }

    fn member<'a>(&self, row: &Row<'_>, input: impl Iterator<Item = (&'a str, Cell)>, text: &mut Vec<u8>) {
        let comma = if self.rows == 0 { "" } else { "," };
        text.extend_from_slice(comma.as_bytes());
        text.extend_from_slice(b"{\"@id\":");
        text.extend_from_slice(self.url.as_bytes());
        for (index, (name, cell)) in input.enumerate() {
            text.push(if index == 0 { b'?' } else { b'&' });
            pair(text, name, &cell);
        }
        text.extend_from_slice(b"\",\"@type\":[\"Prediction\"],\"class\":");
        text.extend_from_slice(self.classes[row.class].as_bytes());
        text.extend_from_slice(b",\"probabilities\":");
        text.extend_from_slice(&probabilities(&self.classes, row.probabilities));
        if self.contributions {
            text.extend_from_slice(b",\"contributions\":");
            text.extend_from_slice(&contributions(&self.features, row.added));
        }
        text.extend_from_slice(b",\"warnings\":");
        warnings(text, &row.warnings);
        text.push(b'}');
    }
}

/// A feature and its value as they stand in a query.
pub fn pair(text: &mut Vec<u8>, name: &str, cell: &Cell) {
    text.extend_from_slice(name.as_bytes());
    text.push(b'=');
    match cell {
        // Of characters that stand for themselves.
        Cell::Number(number) => spell(*number, text),
        other => text.extend_from_slice(encoded(&other.to_string()).as_bytes()),
    }
}

/// A list of objects, one for each class.
pub fn probabilities(classes: &[String], probabilities: &[f64]) -> Vec<u8> {
    let mut text = vec![b'['];
    for (index, (class, probability)) in classes.iter().zip(probabilities).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        text.extend_from_slice(format!("{comma}{{\"ofClass\":{class},\"probability\":").as_bytes());
        json(&mut text, probability);
        text.push(b'}');
    }
    text.push(b']');
    text
}

/// A list of objects, one for each feature: what it adds to each logit.
pub fn contributions(features: &[String], added: &[f64]) -> Vec<u8> {
    let outputs = added.len() / features.len().max(1);
    let mut text = vec![b'['];
    for (index, (feature, values)) in features.iter().zip(added.chunks(outputs.max(1))).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        text.extend_from_slice(format!("{comma}{{\"feature\":{feature},\"contribution\":").as_bytes());
        json(&mut text, &values);
        text.push(b'}');
    }
    text.push(b']');
    text
}

/// An object with a number for each key.
fn members(text: &mut Vec<u8>, keys: &[String], numbers: &[f64]) {
    text.push(b'{');
    for (index, (key, number)) in keys.iter().zip(numbers).enumerate() {
        if index > 0 {
            text.push(b',');
        }
        text.extend_from_slice(key.as_bytes());
        text.push(b':');
        json(text, number);
    }
    text.push(b'}');
}

fn warnings(text: &mut Vec<u8>, warnings: &[Warning]) {
    json(text, &warnings.iter().map(Warning::to_string).collect::<Vec<_>>());
}

fn json(text: &mut Vec<u8>, value: &impl Serialize) {
    // Memory takes what is written to it, and texts and numbers have a spelling.
    let _ = serde_json::to_writer(text, value);
}

/// A further cell of a line of CSV.
fn cell(text: &mut Vec<u8>, value: &str) {
    text.push(b',');
    text.extend_from_slice(bare(value).as_bytes());
}

/// A cell of CSV.
fn bare(value: &str) -> String {
    match value.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.into(),
    }
}
