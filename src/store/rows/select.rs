//! Some rows in some order, as SQL.
//!
//! The text is made of places of columns, fixed words and numbers of parameters; whatever came from
//! somebody is bound. Both databases compare text by code point, put missing cells last and fold ASCII
//! letters alone, so that they give the same rows in the same order. What is read through an index stands in
//! `select/parts.rs`.

mod parts;

use super::{
    effort,
    lines::{self, Effort, Line, Question, lines},
    named, table,
};
use crate::{
    domain::{
        column::{Cell, Column, ColumnType},
        dataset::Row,
        selection::{Condition, Key, Operator, Position, Selection, Side, is_text},
    },
    store::{Fault, Handle},
};

/// A condition under construction: its text, and the cells that are bound in it.
struct Draft<'c> {
    columns: &'c [Column],
    /// `strpos` or `instr`: which of them the database has.
    position: &'static str,
    bound: Vec<(Cell, ColumnType)>,
    /// Columns that are compared row by row, though they have an index.
    scanned: Vec<usize>,
    /// The column of whose index a page is read from its position on, and the operators whose bounds are behind that.
    passed: Option<(usize, [Operator; 2])>,
}

impl<'c> Draft<'c> {
    fn of(conn: &mut impl Handle, columns: &'c [Column]) -> Draft<'c> {
        let position = if conn.is_postgres() { "strpos" } else { "instr" };
        Draft { columns, position, bound: Vec::new(), scanned: Vec::new(), passed: None }
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
        // Only SQLite has a plus for texts, where it says: without the index.
        let is_passed = self.passed.is_some_and(|(at, passed)| at == *column && passed.contains(operator));
        let plus = if is_passed || self.scanned.contains(column) { "+" } else { "" };
        let both: Vec<String> = values
            .iter()
            .map(|value| format!("{plus}c{column} {compare} {}", self.bind(value, kind)))
            .collect();
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

    /// ` where ..` for a selection.
    fn wheres(&mut self, selection: &Selection) -> String {
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
        if all.is_empty() { String::new() } else { format!(" where {}", all.join(" and ")) }
    }

    /// What holds for rows on one side of a position, in an order of these keys.
    fn beyond(&mut self, order: &[Key], position: &Position, reading: Reading) -> String {
        let (number, id) = (self.number(position.row), reading.id);
        let mut text = format!("{id} {} {number}", if reading.id_falls { "<" } else { ">" });
        // Of an order whose first keys are the same for all: the last cells.
        let cells = &position.cells[position.cells.len().saturating_sub(order.len())..];
        for (key, cell) in order.iter().zip(cells).rev() {
            let column = key.column;
            text = match (cell, reading.way) {
                // Missing cells come last: nothing is behind one but others of them.
                (Cell::Missing, Way::Onwards) => format!("c{column} is null and ({text})"),
                (Cell::Missing, Way::Back) => {
                    format!("(c{column} is not null or (c{column} is null and ({text})))")
                }
                (cell, way) => {
                    let value = self.bind(cell, self.columns[column].kind);
                    let sign = if reading.falls(key) { "<" } else { ">" };
                    let missing =
                        if way == Way::Onwards { format!("c{column} is null or ") } else { "".into() };
                    format!("({missing}c{column} {sign} {value} or (c{column} = {value} and ({text})))")
                }
            };
        }
        text
    }

    fn question(self, sql: String, effort: Effort) -> Question {
        Question { sql, bound: self.bound, effort }
    }
}

/// In which direction an order is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Onwards,
    Back,
}

/// How a page is read.
#[derive(Clone, Copy)]
struct Reading {
    way: Way,
    /// Whether the greatest number comes first: among equals, as the last key says.
    id_falls: bool,
    /// `id`, or what no index is of.
    id: &'static str,
}

impl Reading {
    fn of(order: &[Key], side: &Side) -> Reading {
        let way = if matches!(side, Side::Before(_)) { Way::Back } else { Way::Onwards };
        let descending = order.last().is_some_and(|key| key.descending);
        Reading { way, id_falls: descending == (way == Way::Onwards), id: "id" }
    }

    /// Whether a key's greatest cell comes first.
    fn falls(self, key: &Key) -> bool {
        key.descending == (self.way == Way::Onwards)
    }

    /// `c3 desc nulls last, id desc`.
    fn order(self, keys: &[Key], name: impl Fn(&Key) -> String) -> String {
        let nulls = if self.way == Way::Onwards { "last" } else { "first" };
        let key = |key: &Key| format!("{} {} nulls {nulls}, ", name(key), direction(self.falls(key)));
        let keys: String = keys.iter().map(key).collect();
        format!("{keys}{} {}", self.id, direction(self.id_falls))
    }
}

fn direction(falls: bool) -> &'static str {
    if falls { "desc" } else { "asc" }
}

fn column(key: &Key) -> String {
    format!("c{}", key.column)
}

/// Rows in order of their numbers of which an index knows a range: so many are sorted.
const FEW: i64 = 10_000;

/// At most `most` rows of a selection, nearest to a position, in the selection's order; of each the cells
/// at these places of the columns, in their order.
///
/// By key, not by offset: the millionth page costs what the first does, where no column is ordered by or one
/// with an index.
pub async fn select(
    conn: &mut impl Handle,
    table: (i64, &[Column]),
    places: &[usize],
    selection: &Selection,
    side: &Side,
    most: i64,
) -> Result<Vec<Row>, Fault> {
    let question = page(conn, table, places, selection, side, most).await?;
    let kinds: Vec<ColumnType> = places.iter().map(|place| table.1[*place].kind).collect();
    let mut rows = lines::rows(conn, question, kinds).await?;
    if matches!(side, Side::Before(_)) {
        rows.reverse();
    }
    Ok(rows)
}

/// The numbers of at most `most` rows of a selection, in its order.
pub async fn numbers(
    conn: &mut impl Handle,
    table: (i64, &[Column]),
    selection: &Selection,
    most: i64,
) -> Result<Vec<i64>, Fault> {
    let mut question = page(conn, table, &[], selection, &Side::Start, most).await?;
    // All rows are sorted, if there is no condition.
    question.effort = Effort::Any;
    lines(conn, question, |line| line.number(0)).await
}

/// The question of [`select`].
async fn page(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    places: &[usize],
    selection: &Selection,
    side: &Side,
    most: i64,
) -> Result<Question, Fault> {
    let mut reading = Reading::of(&selection.order, side);
    let mut draft = Draft::of(conn, columns);
    let ranges = parts::ranges(columns, selection);
    if !ranges.is_empty() {
        // Neither by a guess: in order of numbers a range of few rows is found nowhere, and one of many is
        // found at once and long in sorting.
        if count(conn, (storage, columns), selection, FEW + 1).await? <= FEW {
            reading.id = "+id";
        } else if !conn.is_postgres() {
            draft.scanned = ranges;
        }
    }
    if !conn.is_postgres() {
        draft.passed = parts::passed(columns, selection, side, reading);
    }
    let parts = parts::of(&mut draft, selection, side, reading);
    let wheres = draft.wheres(selection);
    let limit = draft.number(most);
    let sql = parts.sql(&table(storage), places, &wheres, &limit);
    let by_key = selection.is_all() && selection.order.is_empty();
    let effort = if by_key { effort(places.len(), most) } else { Effort::Any };
    Ok(draft.question(sql, effort))
}

/// How the database reads what [`select`] and [`count`] ask for: a line for each step, as it words them.
pub async fn plan(
    conn: &mut impl Handle,
    table: (i64, &[Column]),
    selection: &Selection,
    side: &Side,
    most: i64,
) -> Result<String, Fault> {
    let (explain, at) = if conn.is_postgres() { ("explain ", 0) } else { ("explain query plan ", 3) };
    let every: Vec<usize> = (0..table.1.len()).collect();
    let page = page(conn, table, &every, selection, side, most).await?;
    let mut steps = Vec::new();
    for mut question in [page, counted(conn, table, selection, most)] {
        question.sql.insert_str(0, explain);
        steps.extend(lines(conn, question, move |line| line.cell(at, ColumnType::Text)).await?);
    }
    Ok(steps.iter().map(|step| format!("{step}\n")).collect())
}

/// How many rows a selection has; `most` if there are as many or more, which costs no more than that many.
pub async fn count(
    conn: &mut impl Handle,
    table: (i64, &[Column]),
    selection: &Selection,
    most: i64,
) -> Result<i64, Fault> {
    let question = counted(conn, table, selection, most);
    let found = lines(conn, question, |line| line.number(0)).await?;
    Ok(found.first().copied().unwrap_or_default())
}

/// The question of [`count`].
fn counted(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    selection: &Selection,
    most: i64,
) -> Question {
    let mut draft = Draft::of(conn, columns);
    let wheres = draft.wheres(selection);
    let most = draft.number(most);
    let sql =
        format!("select count(*) from (select 1 from {}{wheres} limit {most}) as found", table(storage));
    draft.question(sql, Effort::Any)
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
    let wheres = draft.wheres(selection);
    let most = draft.number(most);
    let (name, table, kind) = (named([column]), table(storage), columns[column].kind);
    let sql = format!(
        "select {name}, count(*) from {table}{wheres} group by {name} \
         order by count(*) desc, {name} asc nulls last limit {most}"
    );
    let read = move |line: &dyn Line| Ok((line.cell(0, kind)?, line.number(1)?));
    lines(conn, draft.question(sql, Effort::Any), read).await
}
