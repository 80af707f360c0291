//! Some rows in some order, as SQL.
//!
//! The text is made of places of columns, fixed words and numbers of parameters; whatever came from
//! somebody is bound. Both databases compare text by code point, put missing cells last and fold ASCII
//! letters alone, so that they give the same rows in the same order.

use super::{cell, named, table};
use crate::{
    domain::{
        column::{Cell, Column, ColumnType},
        dataset::Row,
        selection::{Condition, Key, Operator, Position, Selection, Side, is_text},
    },
    store::{Fault, Handle, Raw, on},
};
use sqlx::{AssertSqlSafe, Row as _};

/// A condition under construction: its text, and the cells that are bound in it.
struct Draft<'c> {
    columns: &'c [Column],
    /// `strpos` or `instr`: which of them the database has.
    position: &'static str,
    bound: Vec<(Cell, ColumnType)>,
}

impl<'c> Draft<'c> {
    fn of(conn: &mut impl Handle, columns: &'c [Column]) -> Draft<'c> {
        let position = match conn.raw() {
            Raw::Sqlite(_) => "instr",
            Raw::Postgres(_) => "strpos",
        };
        Draft { columns, position, bound: Vec::new() }
    }

    /// The parameter that stands for a cell.
    fn bind(&mut self, cell: &Cell, kind: ColumnType) -> String {
        self.bound.push((cell.clone(), kind));
        format!("${}", self.bound.len())
    }

    fn number(&mut self, number: i64) -> String {
        self.bind(&Cell::Integer(number), ColumnType::Integer)
    }

    fn condition(&mut self, condition: &Condition) -> String {
        let Condition { column, operator, values } = condition;
        let compare = match operator {
            Operator::Eq => "=",
            Operator::Ne => "<>",
            Operator::Lt => "<",
            Operator::Le => "<=",
            Operator::Gt => ">",
            Operator::Ge => ">=",
            Operator::In => {
                let kind = self.columns[*column].kind;
                let places: Vec<String> = values.iter().map(|value| self.bind(value, kind)).collect();
                return format!("c{column} in ({})", places.join(", "));
            }
            Operator::Contains => {
                let texts: Vec<String> = values.iter().map(|text| self.folded(&text.to_string())).collect();
                return texts
                    .iter()
                    .map(|text| self.contains(*column, text))
                    .collect::<Vec<_>>()
                    .join(" and ");
            }
            Operator::IsNull if values.contains(&Cell::Boolean(false)) => {
                return format!("c{column} is not null");
            }
            Operator::IsNull => return format!("c{column} is null"),
        };
        let kind = self.columns[*column].kind;
        let both: Vec<String> =
            values.iter().map(|value| format!("c{column} {compare} {}", self.bind(value, kind))).collect();
        both.join(" and ")
    }

    /// The parameter of a text that is looked for, whatever the case of its ASCII letters.
    fn folded(&mut self, text: &str) -> String {
        self.bind(&Cell::Text(text.to_ascii_lowercase()), ColumnType::Text)
    }

    /// Not `like`: SQLite bounds its patterns, and there would be wildcards to escape.
    fn contains(&self, column: usize, parameter: &str) -> String {
        format!("{}(lower(c{column}), {parameter}) > 0", self.position)
    }

    /// ` where ..` for a selection, and what else must hold.
    fn wheres(&mut self, selection: &Selection, more: Option<String>) -> String {
        let mut all: Vec<String> = selection.conditions.iter().map(|one| self.condition(one)).collect();
        for text in &selection.search {
            let parameter = self.folded(text);
            let texts = (0..self.columns.len()).filter(|at| is_text(self.columns[*at].kind));
            let any: Vec<String> = texts.map(|column| self.contains(column, &parameter)).collect();
            // A parameter that no condition uses has no type on PostgreSQL.
            match any.is_empty() {
                true => all.push(format!("{parameter} is null")),
                false => all.push(format!("({})", any.join(" or "))),
            }
        }
        all.extend(more);
        if all.is_empty() { String::new() } else { format!(" where {}", all.join(" and ")) }
    }

    /// What holds for rows on one side of a position.
    fn beyond(&mut self, order: &[Key], position: &Position, way: Way) -> String {
        let id = self.number(position.row);
        let mut text = match way {
            Way::Onwards => format!("id > {id}"),
            Way::Back => format!("id < {id}"),
        };
        for (key, cell) in order.iter().zip(&position.cells).rev() {
            let column = key.column;
            text = match (cell, way) {
                // Missing cells come last: nothing is behind one but others of them.
                (Cell::Missing, Way::Onwards) => format!("c{column} is null and ({text})"),
                (Cell::Missing, Way::Back) => {
                    format!("(c{column} is not null or (c{column} is null and ({text})))")
                }
                (cell, _) => {
                    let value = self.bind(cell, self.columns[column].kind);
                    let sign = if key.descending == (way == Way::Onwards) { "<" } else { ">" };
                    let missing =
                        if way == Way::Onwards { format!("c{column} is null or ") } else { "".into() };
                    format!("({missing}c{column} {sign} {value} or (c{column} = {value} and ({text})))")
                }
            };
        }
        text
    }

    async fn rows(
        &self,
        conn: &mut impl Handle,
        sql: String,
        kinds: &[ColumnType],
    ) -> Result<Vec<Row>, Fault> {
        Ok(on!(conn, db => async {
            let query = cell::bound(sqlx::query(AssertSqlSafe(sql)), self.cells());
            query.fetch_all(db).await?.iter().map(|row| cell::read(row, kinds)).collect::<Result<Vec<_>, _>>()
        })?)
    }

    fn cells(&self) -> impl Iterator<Item = (&Cell, ColumnType)> {
        self.bound.iter().map(|(cell, kind)| (cell, *kind))
    }
}

/// In which direction an order is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Onwards,
    Back,
}

fn order_by(order: &[Key], way: Way) -> String {
    let key = |key: &Key| {
        let direction = if key.descending == (way == Way::Onwards) { "desc" } else { "asc" };
        let nulls = if way == Way::Onwards { "last" } else { "first" };
        format!("c{} {direction} nulls {nulls}, ", key.column)
    };
    let last = if way == Way::Onwards { "id" } else { "id desc" };
    format!(" order by {}{last}", order.iter().map(key).collect::<String>())
}

/// At most `limit` rows of a selection, nearest to a position, in the selection's order; of each the cells
/// at these places of the columns, in their order.
///
/// By key, not by offset: the millionth page costs what the first does.
pub async fn select(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    places: &[usize],
    selection: &Selection,
    side: &Side,
    limit: i64,
) -> Result<Vec<Row>, Fault> {
    let mut draft = Draft::of(conn, columns);
    let (way, beyond) = match side {
        Side::Start => (Way::Onwards, None),
        Side::After(position) => (Way::Onwards, Some(draft.beyond(&selection.order, position, Way::Onwards))),
        Side::Before(position) => (Way::Back, Some(draft.beyond(&selection.order, position, Way::Back))),
    };
    let wheres = draft.wheres(selection, beyond);
    let shown: String = places.iter().map(|place| format!(", c{place}")).collect();
    let order = order_by(&selection.order, way);
    let limit = draft.number(limit);
    let sql = format!("select id, revision{shown} from {}{wheres}{order} limit {limit}", table(storage));
    let kinds: Vec<ColumnType> = places.iter().map(|place| columns[*place].kind).collect();
    let mut rows = draft.rows(conn, sql, &kinds).await?;
    if way == Way::Back {
        rows.reverse();
    }
    Ok(rows)
}

/// How many rows a selection has; `most` if there are as many or more, which costs no more than that many.
pub async fn count(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    selection: &Selection,
    most: i64,
) -> Result<i64, Fault> {
    let mut draft = Draft::of(conn, columns);
    let wheres = draft.wheres(selection, None);
    let most = draft.number(most);
    let sql =
        format!("select count(*) from (select 1 from {}{wheres} limit {most}) as found", table(storage));
    Ok(on!(conn, db => async {
        let query = cell::bound(sqlx::query(AssertSqlSafe(sql)), draft.cells());
        query.fetch_one(db).await?.try_get::<i64, _>(0)
    })?)
}

/// The cells of a column in the rows of a selection, each once with how often it is there: the most frequent
/// first, at most `most` of them.
pub async fn facet(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    selection: &Selection,
    column: usize,
    most: i64,
) -> Result<Vec<(Cell, i64)>, Fault> {
    let mut draft = Draft::of(conn, columns);
    let wheres = draft.wheres(selection, None);
    let most = draft.number(most);
    let (name, table, kind) = (named([column]), table(storage), columns[column].kind);
    let sql = format!(
        "select {name}, count(*) from {table}{wheres} group by {name} \
         order by count(*) desc, {name} asc nulls last limit {most}"
    );
    Ok(on!(conn, db => async {
        let query = cell::bound(sqlx::query(AssertSqlSafe(sql)), draft.cells());
        let rows = query.fetch_all(db).await?;
        rows.iter().map(|row| Ok((cell::cell(row, 0, kind)?, row.try_get(1)?))).collect::<Result<Vec<_>, sqlx::Error>>()
    })?)
}
