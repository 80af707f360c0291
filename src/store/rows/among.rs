//! Rows of given numbers.

use super::{effort, kinds, lines, lines::Question, names, table};
use crate::{
    domain::{column::Column, dataset::Row},
    store::{Fault, Handle},
};
use std::collections::HashMap;

/// Numbers of one statement.
const AT_ONCE: usize = 500;

/// The rows of these numbers, in their order, each once; without those that are not there.
pub async fn among(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    numbers: &[i64],
) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::with_capacity(numbers.len());
    for some in numbers.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let (names, table, places) = (names(columns), table(storage), places.join(", "));
        let sql = format!("select id, revision, {names} from {table} where id in ({places})");
        let question = Question::new(sql, some, effort(columns.len(), some.len() as i64));
        let found = lines::rows(conn, question, kinds(columns)).await?;
        let mut found: HashMap<i64, Row> = found.into_iter().map(|row| (row.id, row)).collect();
        rows.extend(some.iter().filter_map(|number| found.remove(number)));
    }
    Ok(rows)
}
