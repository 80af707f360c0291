//! A page in parts, each of which an index has in order, so that none reads more rows than the page has.
//!
//! One condition over all of it, `c > $1 or (c = $1 and id > $2) or c is null`, is what no database finds in an
//! index: it would read all rows before the page. An index has the missing cells at its other end, too.

use super::{Draft, Reading, Way, column, direction};
use crate::domain::{
    column::{Cell, Column},
    selection::{Condition, Key, Operator, Position, Selection, Side},
};

/// Values of a list that are looked up each for itself.
const MOST_LOOKED_UP: usize = 50;

/// The parts of a page, in order.
pub(super) struct Parts {
    parts: Vec<Part>,
    /// What the rows of all parts are ordered by.
    order: String,
    /// The columns that it names.
    keys: Vec<usize>,
}

/// What holds for the rows of one part, and their order.
struct Part {
    holds: String,
    order: String,
}

/// The parts of a page: one, unless it is ordered by a column that has an index, or a list of values is
/// looked for in one.
pub(super) fn of(draft: &mut Draft<'_>, selection: &Selection, side: &Side, reading: Reading) -> Parts {
    let order = &selection.order;
    let position = match side {
        Side::Start => None,
        Side::After(position) | Side::Before(position) => Some(position),
    };
    let keys = order.iter().map(|key| key.column).collect();
    match order.first() {
        Some(key) if draft.columns[key.column].indexed => {
            let parts = along(draft, order, position, reading);
            let order = format!("part, {}", reading.order(order, |key| format!("k{}", key.column)));
            return Parts { parts, order, keys };
        }
        _ => {}
    }
    let holds = position.map_or_else(String::new, |position| draft.beyond(order, position, reading));
    let text = reading.order(order, column);
    let parts = match listed(draft.columns, selection) {
        Some((column, values)) => {
            let kind = draft.columns[column].kind;
            let mut part = |value| {
                let value = format!("c{column} = {}", draft.bind(value, kind));
                Part { holds: joined(&value, &holds), order: text.clone() }
            };
            values.into_iter().map(&mut part).collect()
        }
        None => vec![Part { holds, order: text.clone() }],
    };
    Parts { parts, order: text, keys }
}

/// The column of whose index a page is read from its position on, and the operators that say less than the position
/// does. Of two bounds on one side SQLite may begin at either: at the first of all rows, for the last page.
pub(super) fn passed(
    columns: &[Column],
    selection: &Selection,
    side: &Side,
    reading: Reading,
) -> Option<(usize, [Operator; 2])> {
    let (Side::After(position) | Side::Before(position)) = side else { return None };
    let key = selection.order.first().filter(|key| columns[key.column].indexed)?;
    position.cells.first().filter(|cell| **cell != Cell::Missing)?;
    let passed = if reading.falls(key) { [Operator::Lt, Operator::Le] } else { [Operator::Gt, Operator::Ge] };
    Some((key.column, passed))
}

fn joined(one: &str, other: &str) -> String {
    if other.is_empty() { one.into() } else { format!("{one} and {other}") }
}

/// Equal cells, then those beyond them, then the missing ones; the other way round where it is read back.
fn along(draft: &mut Draft<'_>, order: &[Key], position: Option<&Position>, reading: Reading) -> Vec<Part> {
    let (key, rest) = (&order[0], &order[1..]);
    let (name, nullable) = (column(key), draft.columns[key.column].nullable);
    let kind = draft.columns[key.column].kind;
    let (onwards, among_equals) = (reading.way == Way::Onwards, reading.order(rest, column));
    // Not `nulls last`: there are none, and the index of PostgreSQL has them elsewhere when read backwards.
    let ordered = format!("{name} {}, {among_equals}", direction(reading.falls(key)));
    let missing = || Part { holds: format!("{name} is null"), order: among_equals.clone() };
    let there = |holds: String| Part { holds, order: ordered.clone() };
    let mut parts = match position {
        None => vec![there(format!("{name} is not null"))],
        Some(position) => {
            let beyond = draft.beyond(rest, position, reading);
            match position.cells.first() {
                None | Some(Cell::Missing) => {
                    let equal =
                        Part { holds: format!("{name} is null and {beyond}"), order: among_equals.clone() };
                    match reading.way {
                        Way::Onwards => return vec![equal],
                        Way::Back => return vec![equal, there(format!("{name} is not null"))],
                    }
                }
                Some(cell) => {
                    let value = draft.bind(cell, kind);
                    let sign = if reading.falls(key) { "<" } else { ">" };
                    let equal = format!("{name} = {value} and {beyond}");
                    vec![
                        Part { holds: equal, order: among_equals.clone() },
                        there(format!("{name} {sign} {value}")),
                    ]
                }
            }
        }
    };
    if onwards && nullable {
        parts.push(missing());
    }
    parts
}

/// Each value once of a list that is looked for in a column with an index, if they are few and nothing else
/// orders the rows; and the column.
fn listed<'s>(columns: &[Column], selection: &'s Selection) -> Option<(usize, Vec<&'s Cell>)> {
    let listed = |one: &&Condition| one.operator == Operator::In && columns[one.column].indexed;
    let Condition { column, values, .. } = selection.conditions.iter().find(listed)?;
    let mut once: Vec<&Cell> = Vec::new();
    for value in values.iter().take(MOST_LOOKED_UP * MOST_LOOKED_UP) {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    (selection.order.is_empty() && once.len() <= MOST_LOOKED_UP).then_some((*column, once))
}

/// The columns of which an index would give a range of rows, in its own order, where they are wanted in order
/// of their numbers; none if some index gives them so.
pub(super) fn ranges(columns: &[Column], selection: &Selection) -> Vec<usize> {
    use Operator::{Eq, Ge, Gt, In, IsNull, Le, Lt};
    let indexed = || selection.conditions.iter().filter(|one| columns[one.column].indexed);
    let missing = |one: &Condition| one.operator == IsNull && one.values.contains(&Cell::Boolean(true));
    let in_order = indexed().any(|one| one.operator == Eq || missing(one));
    if !selection.order.is_empty() || in_order || listed(columns, selection).is_some() {
        return Vec::new();
    }
    let wide = indexed().filter(|one| [Lt, Le, Gt, Ge, In].contains(&one.operator));
    wide.map(|one| one.column).collect()
}

impl Parts {
    /// The statement: cells at these places of the rows for which ` where ..` holds.
    pub(super) fn sql(&self, table: &str, places: &[usize], wheres: &str, limit: &str) -> String {
        if let [Part { holds, order }] = &self.parts[..] {
            let shown: String = places.iter().map(|place| format!(", c{place}")).collect();
            let wheres = both(wheres, holds);
            return format!("select id, revision{shown} from {table}{wheres} order by {order} limit {limit}");
        }
        let names: String = (0..places.len()).map(|at| format!(", v{at}")).collect();
        let cells = places.iter().enumerate().map(|(at, place)| format!(", c{place} as v{at}"));
        let keys = self.keys.iter().map(|place| format!(", c{place} as k{place}"));
        let shown: String = cells.chain(keys).collect();
        let part = |(number, Part { holds, order }): (usize, &Part)| {
            let wheres = both(wheres, holds);
            format!(
                "select * from (select id, revision, {number} as part{shown} from {table}{wheres} \
                 order by {order} limit {limit}) as p{number}"
            )
        };
        let parts: Vec<String> = self.parts.iter().enumerate().map(part).collect();
        format!(
            "select id, revision{names} from ({}) as parts order by {} limit {limit}",
            parts.join(" union all "),
            self.order
        )
    }
}

/// ` where ..`, and what else holds.
fn both(wheres: &str, holds: &str) -> String {
    match (wheres, holds) {
        (wheres, "") => wheres.into(),
        ("", holds) => format!(" where {holds}"),
        (wheres, holds) => format!("{wheres} and {holds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::column::ColumnType;

    fn selection(operator: Operator, descending: bool) -> Selection {
        let condition = Condition { column: 0, operator, values: vec![Cell::Integer(1)] };
        let order = vec![Key { column: 0, descending }];
        Selection { conditions: vec![condition], order, ..Selection::default() }
    }

    #[test]
    fn a_bound_that_a_page_is_beyond_is_not_where_its_index_is_begun() {
        let columns = [Column { indexed: true, ..Column::new("a", "a", ColumnType::Integer) }];
        let position = |cell| Position { row: 9, cells: vec![cell] };
        let far = || position(Cell::Integer(7));
        let cases = [
            (Operator::Ge, false, Side::After(far()), true),
            (Operator::Le, false, Side::After(far()), false),
            (Operator::Le, true, Side::After(far()), true),
            (Operator::Lt, false, Side::Before(far()), true),
            (Operator::Ge, false, Side::Before(far()), false),
            (Operator::Ge, false, Side::Start, false),
            (Operator::Ge, false, Side::After(position(Cell::Missing)), false),
        ];
        for (operator, descending, side, is_passed) in cases {
            let selection = selection(operator, descending);
            let reading = Reading::of(&selection.order, &side);
            let found = passed(&columns, &selection, &side, reading);
            let found = found.is_some_and(|(_, operators)| operators.contains(&operator));
            assert_eq!(found, is_passed, "{operator:?}, {descending}, {side:?}");
        }
    }
}
