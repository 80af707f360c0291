//! One thing that is wrong with a request, and where: a member of `errors`.

use serde_json::{Map, Value, json};
use std::fmt;

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The request as a whole.
    Whole,
    /// A JSON pointer (RFC 6901) into the body.
    Pointer(String),
    /// A query parameter, by name.
    Parameter(String),
    /// A cell of a table.
    Cell {
        /// Line in the file, from 1.
        line: u64,
        /// The column's header.
        column: String,
    },
    /// A cell of a table that has no lines.
    Row {
        /// Row of the table, from 1.
        row: u64,
        /// The column's header.
        column: String,
    },
    /// A line of a table or document, from 1.
    Line(u64),
    /// A column of a table, by header.
    Column(String),
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub at: At,
    /// What was expected: `a number`.
    pub expected: String,
    /// What came: `"wet"`.
    pub found: String,
}

impl Entry {
    /// What is wrong at a place.
    pub fn new(at: At, expected: impl Into<String>, found: impl Into<String>) -> Entry {
        Entry { at, expected: expected.into(), found: found.into() }
    }

    /// The entry in a problem document: `pointer`, `parameter`, `line` or `column`, then `expected`,
    /// `found` and `detail`.
    pub fn document(&self) -> Value {
        let place = match &self.at {
            At::Whole => vec![],
            At::Pointer(pointer) => vec![("pointer", json!(pointer))],
            At::Parameter(name) => vec![("parameter", json!(name))],
            At::Cell { line, column } => vec![("line", json!(line)), ("column", json!(column))],
            At::Row { row, column } => vec![("row", json!(row)), ("column", json!(column))],
            At::Line(line) => vec![("line", json!(line))],
            At::Column(column) => vec![("column", json!(column))],
        };
        let said = [
            ("expected", json!(self.expected)),
            ("found", json!(self.found)),
            ("detail", json!(self.to_string())),
        ];
        let members = place.into_iter().chain(said).map(|(key, value)| (key.to_string(), value));
        Value::Object(Map::from_iter(members))
    }

    /// The same as API Platform's clients read it, for a fault in the body: `/cells/0/age` is
    /// `cells[0].age`.
    pub fn violation(&self) -> Option<Value> {
        let At::Pointer(pointer) = &self.at else { return None };
        let path = pointer.split('/').skip(1).fold(String::new(), |path, token| {
            let token = token.replace("~1", "/").replace("~0", "~");
            let index = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
            match (index, path.is_empty()) {
                (true, _) => format!("{path}[{token}]"),
                (false, true) => token,
                (false, false) => format!("{path}.{token}"),
            }
        });
        let message = format!("expected {}, found {}", self.expected, self.found);
        Some(json!({ "propertyPath": path, "message": message }))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Whole => {}
            At::Pointer(pointer) => write!(f, "`{pointer}`: ")?,
            At::Parameter(name) => write!(f, "parameter `{name}`: ")?,
            At::Cell { line, column } => write!(f, "column `{column}`, line {line}: ")?,
            At::Row { row, column } => write!(f, "column `{column}`, row {row}: ")?,
            At::Line(line) => write!(f, "line {line}: ")?,
            At::Column(column) => write!(f, "column `{column}`: ")?,
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}
