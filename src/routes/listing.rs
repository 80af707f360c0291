//! What a query asks of a collection: page, filters, order.
//!
//! Which parameters there are says the class of the collection. Others are ignored, as generic clients
//! send some of their own; a bad value of one that there is, is a fault.

use super::ask::Ask;
use crate::{
    domain::{fault::quoted, search::Query},
    http::{
        page::Page,
        problem::{At, Entry, Problem},
    },
    represent::{
        class::{self, Parameter, Spelling},
        link::Place,
        v2::PageOf,
    },
    store::listing::{Direction, Filter, Listing},
};
use url::form_urlencoded::Serializer;

/// The parameter whose words are looked for.
const QUERY: &str = "q";
/// Members that can be asked for by identifier at once: a page's.
const MOST_IDS: usize = 1_000;

/// What was asked for.
#[derive(Debug)]
pub struct Asked {
    /// For the store.
    pub listing: Listing,
    page: Page,
    /// What the other pages' URLs repeat.
    kept: Vec<(String, String)>,
}

impl Asked {
    /// Reads the query of the collection at a place.
    pub fn of(ask: &Ask<'_>, place: &Place) -> Result<Asked, Problem> {
        let page = ask.page()?;
        let listing = Listing::stretch(page.offset() as i64, page.size as i64);
        let mut asked = Asked { listing, page, kept: Vec::new() };
        let pairs = ask.query()?;
        let mut faults = Vec::new();
        let reads = class::operations(place).iter().filter(|operation| operation.method == "GET");
        for parameter in reads.flat_map(|operation| operation.parameters) {
            if let Err(fault) = asked.take(ask, parameter, &pairs) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(asked) } else { Err(Problem::invalid_parameters(faults)) }
    }

    fn take(
        &mut self,
        ask: &Ask<'_>,
        parameter: &Parameter,
        pairs: &[(String, String)],
    ) -> Result<(), Entry> {
        match parameter.spelling {
            Spelling::Plain if parameter.name == QUERY => {
                once(pairs, QUERY)?;
                for (name, text) in named(pairs, |name| name == QUERY) {
                    let query = Query::read(name, text).map_err(|fault| {
                        Entry::new(At::Parameter(QUERY.into()), fault.expected, fault.found)
                    })?;
                    self.listing.filters.extend(query.map(Filter::Found));
                    self.kept.push((name.clone(), text.clone()));
                }
            }
            Spelling::Plain => {
                let Some(property) = parameter.property else { return Ok(()) };
                let key = property.split_once(':').map_or(property, |(_, key)| key);
                once(pairs, parameter.name)?;
                for (name, text) in named(pairs, |name| name == parameter.name) {
                    self.kept.push((name.clone(), text.clone()));
                    self.listing.filters.push(Filter::Contains(key, readable(name, text)?));
                }
            }
            Spelling::List => {
                let of_list = |name: &str| name.strip_prefix(parameter.name).is_some_and(is_index);
                let given: Vec<_> = named(pairs, of_list).collect();
                if given.len() > MOST_IDS {
                    let at = At::Parameter(parameter.name.into());
                    return Err(Entry::new(
                        at,
                        format!("at most {MOST_IDS} of them"),
                        given.len().to_string(),
                    ));
                }
                if !given.is_empty() {
                    let slugs = given.iter().map(|(name, text)| Ok(slug(ask, &readable(name, text)?)));
                    self.listing.filters.push(Filter::Among(slugs.collect::<Result<_, Entry>>()?));
                    self.kept.extend(given.into_iter().cloned());
                }
            }
            Spelling::Keys(keys) => {
                for (name, text) in pairs {
                    let known = keys.iter().find(|key| *name == format!("{}[{key}]", parameter.name));
                    if let Some(key) = known {
                        once(pairs, name)?;
                        self.listing.order.push((key, direction(name, text)?));
                        self.kept.push((name.clone(), text.clone()));
                    }
                }
            }
            Spelling::Free | Spelling::Filters => {}
        }
        Ok(())
    }

    /// The page in its collection of so many members.
    pub fn page_of(&self, ask: &Ask<'_>, place: &Place, total: i64) -> PageOf {
        let kept = Serializer::new(String::new()).extend_pairs(&self.kept).finish();
        let kept = if kept.is_empty() { kept } else { format!("{kept}&") };
        PageOf::numbered(ask.base(), place, &ask.url(), &kept, self.page, total)
    }
}

fn named(pairs: &[(String, String)], is: impl Fn(&str) -> bool) -> impl Iterator<Item = &(String, String)> {
    pairs.iter().filter(move |(name, _)| is(name))
}

/// Whether a parameter that has one value comes no more than once.
fn once(pairs: &[(String, String)], name: &str) -> Result<(), Entry> {
    match named(pairs, |known| known == name).count() {
        0 | 1 => Ok(()),
        several => Err(Entry::new(At::Parameter(name.into()), "one value", format!("{several} of them"))),
    }
}

/// Nothing, `[]` or `[12]`: how clients end the name of a list.
fn is_index(rest: &str) -> bool {
    let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    rest.is_empty() || inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A text that a database can look for.
fn readable(name: &str, text: &str) -> Result<String, Entry> {
    if text.contains('\0') {
        return Err(Entry::new(At::Parameter(name.into()), "text without U+0000", "U+0000"));
    }
    Ok(text.to_string())
}

fn direction(name: &str, text: &str) -> Result<Direction, Entry> {
    match text.to_ascii_lowercase().as_str() {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err(Entry::new(At::Parameter(name.into()), "`asc` or `desc`", quoted(text))),
    }
}

/// The identifier at the end of a path or a URL of ours; else what came.
fn slug(ask: &Ask<'_>, text: &str) -> String {
    let path = ask.base().path_of(text).unwrap_or(text);
    path.rsplit('/').next().unwrap_or(path).to_string()
}
