//! Numbers that name things in URLs.

/// The number that a path segment spells in the one way that links do: no sign, no leading zero.
///
/// Another spelling would be another URL, and another cache entry, of the same thing.
pub fn number(segment: &str) -> Option<i64> {
    segment.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == segment)
}
