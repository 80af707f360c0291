//! Headers of tables that are made here, such as an import takes.

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
