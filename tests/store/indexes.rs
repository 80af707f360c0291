//! Indexes of columns, and that pages are read by them.

use super::{Place, noon, written};
use almanac::{
    domain::{
        column::{Cell, Column, ColumnType},
        selection::{Condition, Key, Operator, Position, Selection, Side},
    },
    store::rows,
};

/// A table of which a column has ties, one is spread, one mostly missing, each with an index.
async fn indexed(place: &Place, rows: i64) -> (i64, Vec<Column>) {
    let indexed = |name: &str| Column { indexed: true, ..Column::new(name, name, ColumnType::Integer) };
    let columns = vec![indexed("tie"), indexed("spread"), indexed("rare")];
    let storage = written!(place.store, tx => rows::create(&mut tx, &columns, noon()));
    let cells: Vec<Vec<Cell>> = (0..rows)
        .map(|n| {
            let rare = if n % 1_000 == 7 { Cell::Integer(n) } else { Cell::Missing };
            vec![Cell::Integer(n % 500), Cell::Integer((n * 7_919) % rows), rare]
        })
        .collect();
    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &cells));
    written!(place.store, tx => rows::index(&mut tx, storage, &columns));
    (storage, columns)
}

pub async fn a_page_by_a_column_with_an_index_reads_no_more_than_the_page(place: &Place) {
    let (storage, columns) = indexed(place, 30_000).await;
    let mut conn = place.store.read().await.unwrap();
    let is = |column, operator, values: &[i64]| Condition {
        column,
        operator,
        values: values.iter().map(|value| Cell::Integer(*value)).collect(),
    };
    let missing = Condition { column: 2, operator: Operator::IsNull, values: vec![Cell::Boolean(true)] };
    let filters = [
        vec![],
        vec![is(1, Operator::Eq, &[77])],
        vec![is(0, Operator::Eq, &[3])],
        vec![is(1, Operator::In, &[5, 29_000, 7])],
        vec![missing],
        vec![is(1, Operator::Gt, &[29_000]), is(1, Operator::Lt, &[29_100])],
    ];
    for conditions in filters {
        let own = conditions.first().map(|one| one.column);
        let keys = (0..columns.len()).filter(|key| own.is_none_or(|own| own == *key));
        let orders = keys.flat_map(|column| [false, true].map(|descending| vec![Key { column, descending }]));
        for order in orders.chain(own.map(|_| vec![])) {
            let cells = order.iter().map(|_| Cell::Integer(3)).collect();
            let selection = Selection { conditions: conditions.clone(), order, ..Selection::default() };
            let middle = Position { row: 15_000, cells };
            for side in [Side::Start, Side::After(middle.clone()), Side::Before(middle)] {
                let table = (storage, columns.as_slice());
                let plan = rows::plan(&mut conn, table, &selection, &side, 100).await.unwrap();
                assert!(reads_little(&plan), "{selection:?}, {side:?}:\n{plan}");
            }
        }
    }
}

/// Whether a plan never goes through all rows: on SQLite by what it goes through, on PostgreSQL by what it
/// reckons, for that knows which cells most rows have and finds those without an index too. A scan costs it 500.
fn reads_little(plan: &str) -> bool {
    let costs: Vec<f64> = plan
        .lines()
        .filter(|step| !step.starts_with(' '))
        .filter_map(|step| step.split_once("..")?.1.split(' ').next()?.parse().ok())
        .collect();
    let scans = plan.lines().filter(|step| step.starts_with("SCAN d") && !step.contains("USING"));
    match costs.is_empty() {
        // Where nothing is left out all rows are counted, which nobody asks.
        true => {
            plan.contains("INDEX d")
                && scans.count() <= 1
                && !plan.contains("USE TEMP B-TREE FOR ORDER BY\nSCAN d")
        }
        false => costs.len() == 2 && costs.iter().all(|cost| *cost < 500.0),
    }
}
