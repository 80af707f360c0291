//! Paging parameters: `page` and `itemsPerPage` of version 2, `offset` and `limit` of version 1.
//! Links to other pages are made where a collection's document is.

use super::problem::{At, Entry};

/// Highest page and offset: with any size their product fits a signed 64-bit number of SQL.
const FARTHEST: u64 = 1_000_000_000;

/// How many members a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// If the request does not say.
    pub default: u64,
    /// At most, 1 to 1,000,000.
    pub most: u64,
}

/// A page by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u64,
    /// Members on it, at most.
    pub size: u64,
}

impl Page {
    /// Reads `page` and `itemsPerPage`; every bad one of them is an entry of its own.
    pub fn parse(pairs: &[(String, String)], bounds: Bounds) -> Result<Page, Vec<Entry>> {
        let number = whole(pairs, "page", 1, 1, FARTHEST);
        let size = whole(pairs, "itemsPerPage", bounds.default, 1, bounds.most);
        let (number, size) = both(number, size)?;
        Ok(Page { number, size })
    }

    /// Members before it.
    pub fn offset(self) -> u64 {
        (self.number - 1) * self.size
    }

    /// The number of the last page of so many members; 1 if there are none.
    pub fn last(self, total: u64) -> u64 {
        total.div_ceil(self.size).max(1)
    }
}

/// A stretch by offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Members before it.
    pub offset: u64,
    /// Members in it, at most.
    pub limit: u64,
}

impl Window {
    /// Reads `offset` and `limit`; every bad one of them is an entry of its own.
    pub fn parse(pairs: &[(String, String)], bounds: Bounds) -> Result<Window, Vec<Entry>> {
        let offset = whole(pairs, "offset", 0, 0, FARTHEST);
        let limit = whole(pairs, "limit", bounds.default, 1, bounds.most);
        let (offset, limit) = both(offset, limit)?;
        Ok(Window { offset, limit })
    }
}

impl Window {
    /// Reads `page` (from 1, of `limit` members each) as well, which says the offset; not both of them.
    pub fn parse_paged(pairs: &[(String, String)], bounds: Bounds) -> Result<Window, Vec<Entry>> {
        let given = |name: &str| pairs.iter().any(|(known, _)| known == name);
        if !given("page") {
            return Window::parse(pairs, bounds);
        }
        if given("offset") {
            let at = At::Parameter("page".to_string());
            return Err(vec![Entry::new(at, "`page` or `offset`", "both")]);
        }
        let page = whole(pairs, "page", 1, 1, FARTHEST);
        let limit = whole(pairs, "limit", bounds.default, 1, bounds.most);
        let (page, limit) = both(page, limit)?;
        Ok(Window { offset: (page - 1) * limit, limit })
    }
}

fn both(one: Result<u64, Entry>, other: Result<u64, Entry>) -> Result<(u64, u64), Vec<Entry>> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err([one, other].into_iter().filter_map(Result::err).collect()),
    }
}

/// A whole number in decimal digits, or the default if the parameter is absent.
fn whole(pairs: &[(String, String)], name: &str, default: u64, least: u64, most: u64) -> Result<u64, Entry> {
    let values: Vec<&str> =
        pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
    let fault = |found: String| {
        Entry::new(At::Parameter(name.to_string()), format!("one whole number from {least} to {most}"), found)
    };
    match values.as_slice() {
        [] => Ok(default),
        [text] => text
            .parse()
            .ok()
            .filter(|number| text.bytes().all(|b| b.is_ascii_digit()) && (least..=most).contains(number))
            .ok_or_else(|| fault(format!("{text:?}"))),
        several => Err(fault(format!("{} of them", several.len()))),
    }
}
