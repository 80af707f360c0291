//! How lists, moments and documents stand in a column.

use super::{Fault, fault::unreadable};
use crate::domain::visibility::Visibility;
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

/// A list of texts from its JSON.
pub fn list(json: &str) -> Result<Vec<String>, Fault> {
    document(json)
}

/// JSON text of anything that has one.
pub fn text<T: Serialize>(value: &T) -> String {
    // Only maps with keys that are no strings cannot be written; the store has none.
    serde_json::to_string(value).unwrap_or_default()
}

/// Anything from its JSON text.
pub fn document<T: DeserializeOwned>(json: &str) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|_| unreadable("a JSON column", json))
}

/// A moment from epoch milliseconds.
pub fn moment(millis: i64) -> Result<DateTime<Utc>, Fault> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| unreadable("a moment", &millis.to_string()))
}

/// Who sees a thing; `column` says where it stands.
pub fn visibility(column: &'static str, text: &str) -> Result<Visibility, Fault> {
    text.parse().map_err(|()| unreadable(column, text))
}
