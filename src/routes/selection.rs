//! Which rows a query asks for: filters, search, order, columns, page.
//!
//! Unlike other collections this one refuses what it does not know: a filter that is spelt wrong would
//! otherwise give rows that nobody asked for. A parameter without a value asks for nothing, as the fields
//! of a form that were left empty.

use super::{ask::Ask, cursor, fault};
use crate::{
    domain::{
        column::Column,
        dataset::Dataset,
        fault::{Fault, Faults, quoted},
        selection::{Key, MOST_CONDITIONS, MOST_KEYS, MOST_SEARCHES, MOST_VALUES, Position, Selection, Side},
    },
    http::{
        page::{Bounds, Window},
        problem::Problem,
    },
    represent::link::Place,
    store::{Handle, rows},
    table::filter,
};
use url::form_urlencoded::Serializer;

/// Rows of a page.
const PAGES: Bounds = Bounds { default: 100, most: 1_000 };
/// Columns whose values are counted at once.
const MOST_FACETS: usize = 5;
/// Parameters that say something of pages alone.
const OF_PAGES: &[&str] = &["limit", "after", "before", "facet"];
/// Parameters that generic clients send to every collection.
const FOREIGN: &[&str] = &["page", "itemsPerPage"];

/// What was asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// Which rows, in which order.
    pub selection: Selection,
    /// The columns that are shown, by place; all unless said.
    pub fields: Vec<usize>,
    /// The columns whose values are counted, by place.
    pub facets: Vec<usize>,
    /// Rows of the page, at most.
    pub limit: u64,
    /// What the URLs of other pages repeat.
    pub kept: Vec<(String, String)>,
    after: Option<String>,
    before: Option<String>,
}

impl Asked {
    /// Reads the query of a page of a dataset's rows; every fault in it is an entry of its own.
    pub fn of(ask: &Ask<'_>, dataset: &Dataset) -> Result<Asked, Problem> {
        let pairs = ask.query()?;
        let only_limit: Vec<_> =
            pairs.iter().filter(|(name, text)| name == "limit" && !text.is_empty()).cloned().collect();
        let limit = Window::parse(&only_limit, PAGES).map_err(Problem::invalid_parameters)?.limit;
        let mut asked = Asked { limit, ..Asked::default() };
        let mut faults = Vec::new();
        for (name, text) in &pairs {
            if let Err(more) = asked.take(&dataset.columns, name, text) {
                faults.push(more);
            }
        }
        faults.extend(asked.excess());
        if asked.fields.is_empty() {
            asked.fields = (0..dataset.columns.len()).collect();
        }
        Faults::unless(faults, asked).map_err(fault::input)
    }

    /// Reads the query of a file with rows, which has no pages.
    pub fn whole(ask: &Ask<'_>, dataset: &Dataset) -> Result<Asked, Problem> {
        let stranger = |(name, text): (String, String)| {
            let expected = "`sort`, `fields`, `q` or `filter[column][operator]`: a file has all rows";
            (OF_PAGES.contains(&name.as_str()) && !text.is_empty())
                .then(|| Fault::parameter(name.as_str(), expected, quoted(&name)))
        };
        let strangers: Vec<Fault> = ask.query()?.into_iter().filter_map(stranger).collect();
        Faults::unless(strangers, ()).map_err(fault::input)?;
        Asked::of(ask, dataset)
    }

    /// The query of a file with the rows of all pages, and its question mark.
    pub fn of_file(&self) -> String {
        let kept = self.kept.iter().filter(|(name, _)| !OF_PAGES.contains(&name.as_str()));
        let query = Serializer::new(String::new()).extend_pairs(kept).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The first rows, all columns of them.
    pub fn first(dataset: &Dataset, limit: u64) -> Asked {
        Asked { limit, fields: (0..dataset.columns.len()).collect(), ..Asked::default() }
    }

    /// The rows behind a position, all columns of them.
    pub fn from(dataset: &Dataset, ask: &Ask<'_>, position: Position) -> Asked {
        let fields = (0..dataset.columns.len()).collect();
        let mut asked = Asked { limit: PAGES.default, fields, ..Asked::default() };
        asked.after = Some(asked.cursor(ask, dataset, &position));
        asked
    }

    /// Where the page is.
    pub fn url(&self, ask: &Ask<'_>, dataset: &Dataset) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string()).extend_pairs(&self.kept);
        for (name, cursor) in [("after", &self.after), ("before", &self.before)] {
            query.extend_pairs(cursor.iter().map(|cursor| (name, cursor)));
        }
        format!("{}?{}", Place::Rows(dataset.slug.to_string()).url(ask.base()), query.finish())
    }

    fn take(&mut self, columns: &[Column], name: &str, text: &str) -> Result<(), Fault> {
        match name {
            "limit" => return Ok(()),
            "after" | "before" => {
                let place = if name == "after" { &mut self.after } else { &mut self.before };
                if !text.is_empty() {
                    place.get_or_insert_with(|| text.into());
                }
                return Ok(());
            }
            "sort" => self.sort(columns, text)?,
            "fields" => listed(columns, name, text, &mut self.fields)?,
            "facet" => listed(columns, name, text, &mut self.facets)?,
            "q" if text.is_empty() => {}
            "q" => self.selection.search.push(filter::searched(name, text)?),
            _ if FOREIGN.contains(&name) || name.starts_with("order[") => return Ok(()),
            _ => self.filter(columns, name, text)?,
        }
        if !text.is_empty() {
            self.kept.push((name.into(), text.into()));
        }
        Ok(())
    }

    fn sort(&mut self, columns: &[Column], text: &str) -> Result<(), Fault> {
        for key in text.split(',').filter(|_| !text.is_empty()) {
            let (descending, identifier) = match key.strip_prefix('-') {
                Some(identifier) => (true, identifier),
                None => (false, key),
            };
            let column = place(columns, "sort", identifier)?;
            if self.selection.order.iter().any(|key| key.column == column) {
                return Err(Fault::parameter("sort", "each column once", quoted(text)));
            }
            self.selection.order.push(Key { column, descending });
        }
        Ok(())
    }

    fn filter(&mut self, columns: &[Column], name: &str, text: &str) -> Result<(), Fault> {
        if !filter::is_filter(name) {
            let expected =
                "`limit`, `after`, `before`, `sort`, `fields`, `facet`, `q` or `filter[column][operator]`";
            return Err(Fault::parameter(name, expected, quoted(name)));
        }
        filter::add(&mut self.selection.conditions, columns, name, text)
    }

    /// What there is too much of.
    fn excess(&self) -> Vec<Fault> {
        let Selection { conditions, search, order } = &self.selection;
        let values = conditions.iter().map(|condition| condition.values.len()).sum();
        let bounds = [
            ("filter", "filters", conditions.len(), MOST_CONDITIONS),
            ("filter", "values of filters", values, MOST_VALUES),
            ("q", "texts", search.len(), MOST_SEARCHES),
            ("sort", "columns", order.len(), MOST_KEYS),
            ("facet", "columns", self.facets.len(), MOST_FACETS),
        ];
        let over = bounds.into_iter().filter(|(_, _, found, most)| found > most);
        over.map(|(name, what, found, most)| {
            Fault::parameter(name, format!("at most {most} {what}"), found.to_string())
        })
        .collect()
    }

    /// On which side of which position the page is.
    pub async fn side(
        &self,
        ask: &Ask<'_>,
        conn: &mut impl Handle,
        dataset: &Dataset,
    ) -> Result<Side, Problem> {
        let both = || Fault::parameter("before", "`after` or `before`", "both");
        Ok(match (&self.after, &self.before) {
            (Some(_), Some(_)) => return Err(fault::input(both().into())),
            (Some(text), None) => Side::After(self.position(ask, conn, dataset, "after", text).await?),
            (None, Some(text)) => Side::Before(self.position(ask, conn, dataset, "before", text).await?),
            (None, None) => Side::Start,
        })
    }

    async fn position(
        &self,
        ask: &Ask<'_>,
        conn: &mut impl Handle,
        dataset: &Dataset,
        parameter: &str,
        text: &str,
    ) -> Result<Position, Problem> {
        let Dataset { storage, columns, .. } = dataset;
        let order = &self.selection.order;
        let kinds: Vec<_> = order.iter().map(|key| columns[key.column].kind).collect();
        let (row, cells) = cursor::read(&ask.site().cursor_key, &self.scope(dataset), &kinds, text)
            .ok_or_else(|| {
                let expected =
                    "a cursor out of a link to another page of these rows, in this order, with these filters";
                fault::input(Fault::parameter(parameter, expected, quoted(text)).into())
            })?;
        let cells = match cells {
            Some(cells) => cells,
            // Cells too long for a URL: the row still has them, or there is no place to go on from.
            None => match rows::find(conn, *storage, columns, row).await {
                Err(crate::store::Fault::Missing) => {
                    let fault =
                        Fault::parameter(parameter, "a cursor of a row that is still there", quoted(text));
                    return Err(fault::input(fault.into()));
                }
                found => {
                    let cells = found.map_err(fault::store)?.cells;
                    order.iter().map(|key| cells[key.column].clone()).collect()
                }
            },
        };
        Ok(Position { row, cells })
    }

    /// The cursor of a position.
    pub fn cursor(&self, ask: &Ask<'_>, dataset: &Dataset, position: &Position) -> String {
        cursor::text(&ask.site().cursor_key, &self.scope(dataset), position)
    }

    /// What a cursor belongs to: a table, a selection and an order, however the query spells them.
    fn scope(&self, dataset: &Dataset) -> String {
        let Selection { conditions, search, order } = &self.selection;
        let mut parts: Vec<String> = conditions.iter().map(|one| format!("{one:?}")).collect();
        parts.extend(search.iter().map(|text| format!("{text:?}")));
        parts.sort();
        format!("{} {order:?} {parts:?}", dataset.storage)
    }
}

/// The place of a column.
fn place(columns: &[Column], parameter: &str, identifier: &str) -> Result<usize, Fault> {
    let found = columns.iter().position(|column| column.identifier == identifier);
    found.ok_or_else(|| Fault::parameter(parameter, "a column of the dataset", quoted(identifier)))
}

/// Adds the columns of a list with commas between, in the table's order, each once.
pub fn listed(columns: &[Column], parameter: &str, text: &str, places: &mut Vec<usize>) -> Result<(), Fault> {
    for identifier in text.split(',').filter(|_| !text.is_empty()) {
        places.push(place(columns, parameter, identifier)?);
    }
    places.sort_unstable();
    places.dedup();
    Ok(())
}
