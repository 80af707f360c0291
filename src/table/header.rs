//! Headers: those of tables that are made here, such as an import takes, and of columns that came without one.

use super::guess::{LONGEST_HEADER, clean};
use std::collections::HashSet;

/// Characters for the number of a header that is taken.
const NUMBER: usize = 8;

/// These names as headers: without surrounding white space, not too long, and numbered where they are taken.
pub fn distinct(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut taken = HashSet::new();
    let free = |name: String| {
        let short: String = clean(&name).chars().take(LONGEST_HEADER - NUMBER).collect();
        let first = clean(&short);
        let (mut header, mut number) = (first.to_string(), 1);
        while !taken.insert(header.clone()) {
            number += 1;
            header = format!("{first}_{number}");
        }
        header
    };
    names.into_iter().map(free).collect()
}

/// Headers, cleaned, those that are empty by their places: `column_2`, and `column_2_2` if another is called that.
///
/// Data frames leave the header of their row names empty.
pub(super) fn filled<'a>(headers: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let headers: Vec<&str> = headers.into_iter().map(clean).collect();
    let mut taken: HashSet<String> =
        headers.iter().filter(|header| !header.is_empty()).map(ToString::to_string).collect();
    let named = |(header, place): (&&str, usize)| {
        if !header.is_empty() {
            return header.to_string();
        }
        let (mut name, mut number) = (by_place(place), 1);
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{}_{number}", by_place(place));
        }
        name
    };
    headers.iter().zip(1..).map(named).collect()
}

/// The header of a column, by its place from 1, that has none.
pub(super) fn by_place(place: usize) -> String {
    format!("column_{place}")
}
