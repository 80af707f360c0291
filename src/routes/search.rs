//! Searching the whole site: what everybody may be shown, whoever asks.

use super::{
    answer::{self, Answer},
    ask::Ask,
    cursor, fault,
};
use crate::{
    auth::Viewer,
    domain::{
        column::{Cell, ColumnType},
        fault::{Fault, Faults, quoted},
        search::{Found, Query, Side, Standing},
        selection::Position,
    },
    http::{
        page::{Bounds, Window},
        problem::Problem,
    },
    represent::{
        link::Place,
        v2::{self, PageOf},
    },
    store,
};
use rocket::get;
use url::form_urlencoded::Serializer;

/// Members of a page.
const PAGES: Bounds = Bounds { default: 30, most: 100 };
/// Things that are counted.
const MOST_COUNTED: i64 = 10_000;
/// What the order is by, as cells of a cursor: rank and moment.
const ORDER: [ColumnType; 2] = [ColumnType::Integer, ColumnType::Integer];

/// What was found, best first; everything, newest first, if nothing is looked for.
#[get("/search")]
pub async fn list(_viewer: Viewer, ask: Ask<'_>) -> Answer {
    let asked = Asked::of(&ask)?;
    let mut conn = ask.read().await?;
    let query = asked.query.as_ref();
    let more = asked.limit as i64 + 1;
    let found = store::search::page(&mut conn, query, asked.side, more).await.map_err(fault::store)?;
    let total = match asked.side {
        // All of it is here.
        Side::Start if found.len() as u64 <= asked.limit => found.len() as i64,
        _ => store::search::count(&mut conn, query, MOST_COUNTED + 1).await.map_err(fault::store)?,
    };
    drop(conn);
    let (found, page) = asked.page(&ask, found, (total <= MOST_COUNTED).then_some(total));
    answer::read(&ask, v2::search::list(ask.base(), &found, &page))
}

/// What was asked for; parameters that are none of ours are ignored, as of every collection.
struct Asked {
    text: String,
    query: Option<Query>,
    limit: u64,
    side: Side,
}

impl Asked {
    fn of(ask: &Ask<'_>) -> Result<Asked, Problem> {
        // A field that was left empty asks for nothing.
        let pairs: Vec<_> = ask.query()?.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        let only_limit: Vec<_> = pairs.iter().filter(|(name, _)| name == "limit").cloned().collect();
        let limit = Window::parse(&only_limit, PAGES).map_err(Problem::invalid_parameters)?.limit;
        let mut faults = Vec::new();
        let mut one = |name: &str| {
            let given: Vec<&str> =
                pairs.iter().filter(|(known, _)| known == name).map(|(_, text)| text.as_str()).collect();
            if given.len() > 1 {
                faults.push(Fault::parameter(name, "one value", format!("{} of them", given.len())));
            }
            given.first().map(|text| (*text).to_string())
        };
        let (text, after, before) = (one("q").unwrap_or_default(), one("after"), one("before"));
        if after.is_some() && before.is_some() {
            faults.push(Fault::parameter("before", "`after` or `before`", "both"));
        }
        let query = Query::read("q", &text).map_err(|fault| faults.push(fault)).ok().flatten();
        let mut asked = Asked { text, query, limit, side: Side::Start };
        for (name, cursor) in [("after", after), ("before", before)] {
            let Some(cursor) = cursor else { continue };
            match asked.standing(ask, name, &cursor) {
                Ok(place) => {
                    asked.side = if name == "after" { Side::After(place) } else { Side::Before(place) }
                }
                Err(fault) => faults.push(fault),
            }
        }
        Faults::unless(faults, asked).map_err(fault::input)
    }

    /// What a cursor belongs to.
    fn scope(&self) -> String {
        format!("search {:?}", self.query.as_ref().map(|query| &query.words))
    }

    fn standing(&self, ask: &Ask<'_>, parameter: &str, text: &str) -> Result<Standing, Fault> {
        let expected = "a cursor out of a link to another page of what was found by these words";
        let bad = || Fault::parameter(parameter, expected, quoted(text));
        let read = cursor::read(&ask.site().cursor_key, &self.scope(), &ORDER, text);
        match read.ok_or_else(bad)? {
            (number, Some(cells)) => match cells.as_slice() {
                [Cell::Integer(rank), Cell::Integer(modified)] => {
                    Ok(Standing { rank: *rank, modified: *modified, number })
                }
                _ => Err(bad()),
            },
            (_, None) => Err(bad()),
        }
    }

    fn cursor(&self, ask: &Ask<'_>, place: Standing) -> String {
        let cells = vec![Cell::Integer(place.rank), Cell::Integer(place.modified)];
        cursor::text(&ask.site().cursor_key, &self.scope(), &Position { row: place.number, cells })
    }

    /// The members, of which there may be one more than fits, and the links to their neighbours.
    fn page(&self, ask: &Ask<'_>, mut found: Vec<Found>, total: Option<i64>) -> (Vec<Found>, PageOf) {
        let backwards = matches!(self.side, Side::Before(_));
        let goes_on = found.len() as u64 > self.limit;
        if goes_on {
            found.remove(if backwards { 0 } else { found.len() - 1 });
        }
        let (earlier, later) = if backwards { (goes_on, true) } else { (self.side != Side::Start, goes_on) };
        let mut steps = vec![("first", self.url(ask, None))];
        let previous = found.first().filter(|_| earlier);
        steps.extend(previous.map(|one| ("previous", self.url(ask, Some(("before", one.at))))));
        let next = found.last().filter(|_| later);
        steps.extend(next.map(|one| ("next", self.url(ask, Some(("after", one.at))))));
        (found, PageOf { requested: ask.url(), total, steps })
    }

    fn url(&self, ask: &Ask<'_>, cursor: Option<(&str, Standing)>) -> String {
        let mut query = Serializer::new(String::new());
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        query.append_pair("limit", &self.limit.to_string());
        if let Some((name, place)) = cursor {
            query.append_pair(name, &self.cursor(ask, place));
        }
        format!("{}?{}", Place::Search.url(ask.base()), query.finish())
    }
}
