//! Rows of a page, which are many: they become text where the page does, without a JSON value for each cell.

use super::cell;
use crate::domain::{
    column::{Cell, Column},
    dataset::Row,
};
use serde::Serialize;

/// The rows of a page.
#[derive(Debug, Clone)]
pub struct Rows {
    /// What the URL of each begins with: its number follows.
    pub url: String,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

impl Rows {
    /// Their JSON: a list of documents. Identifiers of columns need no escapes.
    pub fn write(&self, columns: &[Column], text: &mut Vec<u8>) {
        text.push(b'[');
        self.write_members(columns, text);
        text.push(b']');
    }

    /// The documents alone, with commas between.
    pub fn write_members(&self, columns: &[Column], text: &mut Vec<u8>) {
        let url = serde_json::to_string(&self.url).unwrap_or_default();
        let head = format!("{{\"@id\":{}", url.trim_end_matches('"'));
        let keys = keys(columns);
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.extend_from_slice(head.as_bytes());
            json(text, &row.id);
            text.extend_from_slice(b"\",\"@type\":[\"Row\"],\"identifier\":\"");
            json(text, &row.id);
            text.extend_from_slice(b"\",\"cells\":");
            cells(&keys, &row.cells, Whole::Exact, text);
            text.push(b'}');
        }
    }

    /// The cells of each as an object on a line of its own, for readers of tables: of a column of whole numbers
    /// each is a number.
    pub fn write_lines(&self, columns: &[Column], text: &mut Vec<u8>) {
        self.write_cells(columns, "\n", text);
        if !self.rows.is_empty() {
            text.push(b'\n');
        }
    }

    /// The same with something else between them.
    pub fn write_cells(&self, columns: &[Column], between: &str, text: &mut Vec<u8>) {
        let keys = keys(columns);
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                text.extend_from_slice(between.as_bytes());
            }
            cells(&keys, &row.cells, Whole::Number, text);
        }
    }
}

/// `"rain":` for each column.
fn keys(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| format!("\"{}\":", column.identifier)).collect()
}

/// How a whole number is spelt that some readers of JSON would round.
#[derive(Clone, Copy, PartialEq)]
enum Whole {
    /// As [`cell::exact`] does.
    Exact,
    Number,
}

fn cells(keys: &[String], cells: &[Cell], spelt: Whole, text: &mut Vec<u8>) {
    text.push(b'{');
    for (index, (key, cell)) in keys.iter().zip(cells).enumerate() {
        if index > 0 {
            text.push(b',');
        }
        text.extend_from_slice(key.as_bytes());
        match cell {
            Cell::Integer(value) if spelt == Whole::Number || cell::is_safe(*value) => json(text, value),
            Cell::Text(value) => json(text, value),
            Cell::Number(value) => match cell::whole(*value) {
                Some(whole) => json(text, &whole),
                None => json(text, value),
            },
            other => json(text, &cell::exact(other)),
        }
    }
    text.push(b'}');
}

fn json(text: &mut Vec<u8>, value: &impl Serialize) {
    // Memory takes what is written to it, and texts and numbers have a spelling.
    let _ = serde_json::to_writer(text, value);
}
