//! From a path to its place: each request asks several times, so all patterns are looked through at once.

use super::Place;
use matchit::Router;
use percent_encoding::percent_decode_str;
use std::sync::LazyLock;

/// Every pattern, by its place in [`Place::PATTERNS`]; fixed segments go before variable ones.
static ROUTER: LazyLock<Router<usize>> = LazyLock::new(|| {
    let mut router = Router::new();
    for (number, pattern) in Place::PATTERNS.iter().enumerate() {
        let route = pattern.split('/').map(segment).collect::<Vec<_>>().join("/");
        // No two patterns are of the same paths: a test parses each.
        let _ = router.insert(route, number);
    }
    router
});

/// A segment of a pattern, as the router spells it.
fn segment(segment: &str) -> String {
    match segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        None => segment.into(),
        Some(name) => match name.strip_suffix("..") {
            None => format!("{{{name}}}"),
            Some(name) => format!("{{*{name}}}"),
        },
    }
}

impl Place {
    /// The place of a path; the pattern that fits, fixed segments before variable ones.
    pub fn parse(path: &str) -> Option<Place> {
        let found = ROUTER.at(path).ok()?;
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
        let open = Place::PATTERNS[*found.value].ends_with("..>");
        let last = found.params.len().wrapping_sub(1);
        let fields = found.params.iter().enumerate().map(|(at, (_, text))| {
            // What is behind an open end is a path, decoded segment by segment by who reads it.
            if open && at == last { Some(text.to_string()) } else { decoded(text) }
        });
        Place::numbered(*found.value, fields.collect::<Option<Vec<_>>>()?.into_iter())
    }

    /// The number of the pattern of a path in [`Place::PATTERNS`].
    pub fn number_of(path: &str) -> Option<usize> {
        ROUTER.at(path).ok().map(|found| *found.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_is_found_by_its_own_path() {
        for (number, place) in Place::every().into_iter().enumerate() {
            assert_eq!(Place::parse(&place.path()), Some(place.clone()), "{}", place.pattern());
            assert_eq!(Place::number_of(&place.path()), Some(number), "{}", place.pattern());
        }
    }

    #[test]
    fn what_stands_in_a_segment_is_decoded_and_never_another_segment() {
        assert_eq!(Place::parse("/v2/articles/a%2Fb"), Some(Place::Article("a/b".into())));
        assert_eq!(Place::parse("/v2/articles/%FF"), None);
        assert_eq!(Place::parse("/v2/articles/"), None);
        assert_eq!(Place::parse("/v2/articles/a/b"), None);
        assert_eq!(Place::parse("v2/articles"), None);
    }
}
