//! Which rows a query asks for: filters, search, order, columns, page.
//!
//! Unlike other collections this one refuses what it does not know: a filter that is spelt wrong would
//! otherwise give rows that nobody asked for. A parameter without a value asks for nothing, as the fields
//! of a form that were left empty.

use super::{ask::Ask, cursor, fault};
use crate::{
    domain::{
        column::{Cell, Column},
        dataset::Dataset,
        fault::{Fault, Faults, quoted},
        selection::{
            Condition, Key, MOST_CONDITIONS, MOST_KEYS, MOST_SEARCHES, MOST_VALUES, Operator, Position,
            Selection, Side,
        },
    },
    http::{
        page::{Bounds, Window},
        problem::Problem,
    },
    represent::link::Place,
    store::{Handle, rows},
    table::cell,
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
            "q" => self.selection.search.push(searched(name, text)?),
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
        let Some((identifier, operator, rest)) = filter_name(name) else {
            let expected =
                "`limit`, `after`, `before`, `sort`, `fields`, `facet`, `q` or `filter[column][operator]`";
            return Err(Fault::parameter(name, expected, quoted(name)));
        };
        let column = place(columns, name, identifier)?;
        let operator = fitting(&columns[column], name, operator)?;
        let is_list = operator == Operator::In && is_index(rest);
        if !rest.is_empty() && !is_list {
            return Err(Fault::parameter(name, "`filter[column][operator]`", quoted(name)));
        }
        if text.is_empty() {
            return Ok(());
        }
        let values = values(&columns[column], operator, name, text)?;
        let conditions = &mut self.selection.conditions;
        let same = |one: &&mut Condition| one.column == column && one.operator == Operator::In;
        match conditions.iter_mut().find(same).filter(|_| operator == Operator::In) {
            Some(condition) => condition.values.extend(values),
            None => conditions.push(Condition { column, operator, values }),
        }
        Ok(())
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

/// `filter[column][operator]`: column, operator and what follows.
fn filter_name(name: &str) -> Option<(&str, &str, &str)> {
    let (column, rest) = name.strip_prefix("filter[")?.split_once(']')?;
    let (operator, rest) = rest.strip_prefix('[')?.split_once(']')?;
    Some((column, operator, rest))
}

/// The operator of that name, if it says something about cells of the column.
fn fitting(column: &Column, parameter: &str, name: &str) -> Result<Operator, Fault> {
    let fitting = || Operator::ALL.into_iter().filter(|operator| operator.fits(column.kind));
    fitting().find(|operator| operator.name() == name).ok_or_else(|| {
        let names: Vec<&str> = fitting().map(Operator::name).collect();
        let expected = format!("one of {} for a column of type {}", names.join(", "), column.kind);
        Fault::parameter(parameter, expected, quoted(name))
    })
}

/// `[]` or `[12]`: how clients end the name of a list.
fn is_index(rest: &str) -> bool {
    let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a cell is compared with.
fn values(column: &Column, operator: Operator, name: &str, text: &str) -> Result<Vec<Cell>, Fault> {
    match operator {
        Operator::Contains => Ok(vec![Cell::Text(searched(name, text)?)]),
        Operator::IsNull => match text {
            "true" => Ok(vec![Cell::Boolean(true)]),
            "false" => Ok(vec![Cell::Boolean(false)]),
            _ => Err(Fault::parameter(name, "true or false", quoted(text))),
        },
        // As a line of a CSV file, so that a value may have a comma in it.
        Operator::In => {
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let wrong = |_| Fault::parameter(name, "values with commas between, as in CSV", quoted(text));
            let lines = reader.records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
            let values: Vec<Cell> =
                lines.iter().flatten().map(|text| value(column, name, text)).collect::<Result<_, _>>()?;
            match values.is_empty() {
                true => Err(Fault::parameter(name, "values with commas between, as in CSV", quoted(text))),
                false => Ok(values),
            }
        }
        _ => Ok(vec![value(column, name, text)?]),
    }
}

fn value(column: &Column, name: &str, text: &str) -> Result<Cell, Fault> {
    let read = cell::parse(text, column.kind).filter(|_| !text.is_empty()).map(Cell::kept);
    read.ok_or_else(|| Fault::parameter(name, column.kind.expected(), quoted(text)))
}

/// A text that a database can look for.
fn searched(name: &str, text: &str) -> Result<String, Fault> {
    match text.contains('\0') {
        true => Err(Fault::parameter(name, "text without U+0000", "U+0000")),
        false => Ok(text.into()),
    }
}
