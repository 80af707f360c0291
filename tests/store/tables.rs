//! Datasets, rows, revisions.

use super::{Place, is, noon, tx, written};
use almanac::{
    domain::{
        column::{Cell, Column, ColumnType},
        dataset::{About, Creator, Dataset, Row},
        revision::{File, Revision},
        selection::{Key, Position, Selection, Side},
        visibility::Visibility,
    },
    store::{Fault, Pools, dataset, listing::Listing, revision, rows},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use sqlx::AssertSqlSafe;
use std::cmp::Ordering;

fn columns() -> Vec<Column> {
    let of = |kind: ColumnType| Column {
        unit: (kind == ColumnType::Number).then(|| "mm".into()),
        description: Some(format!("a \"{kind}\"")),
        nullable: kind != ColumnType::Text,
        ..Column::new(kind.name(), &format!("The {kind} (雨)"), kind)
    };
    ColumnType::ALL.map(of).to_vec()
}

fn about(name: &str) -> About {
    About {
        name: name.into(),
        description: Some("Of penguins".into()),
        license: None,
        creator: Some("ann".into()),
        creator_kind: Creator::Person,
        keywords: vec!["b".into(), "a".into()],
        visibility: Visibility::Public,
    }
}

/// A dataset with one column of each type and no rows.
pub async fn dataset(place: &Place, slug: &str) -> Dataset {
    let (slug, columns) = (slug.parse().unwrap(), columns());
    let storage = written!(place.store, tx => rows::create(&mut tx, &columns, noon()));
    written!(place.store, tx => dataset::insert(&mut tx, &slug, &about("Penguins"), (storage, &columns, 0), "ann", noon()))
}

/// An empty table of one column.
async fn table(place: &Place, kind: ColumnType) -> (i64, Vec<Column>) {
    let columns = vec![Column::new("x", "x", kind)];
    let storage = written!(place.store, tx => rows::create(&mut tx, &columns, noon()));
    (storage, columns)
}

async fn all(place: &Place, storage: i64, columns: &[Column]) -> Vec<Row> {
    let mut conn = place.store.read().await.unwrap();
    rows::after(&mut conn, storage, columns, 0, 100_000).await.unwrap()
}

/// Cells at the edges of every type; each list has the same length.
pub fn cells() -> Vec<Vec<Cell>> {
    let day = |text: &str| Cell::Date(text.parse::<NaiveDate>().unwrap());
    let at = |text: &str| Cell::Datetime(text.parse::<DateTime<Utc>>().unwrap());
    let text = |text: &str| Cell::Text(text.into());
    let by_column = [
        [0, 1, -1, i64::MAX, i64::MIN].map(Cell::Integer),
        [0.0, 0.1 + 0.2, f64::MIN_POSITIVE / 4.0, f64::MAX, -f64::MAX].map(Cell::Number),
        [true, false, true, false, true].map(Cell::Boolean),
        [
            text("a"),
            text("'; drop table d1; --"),
            text("雨\u{1f327}\u{1}\n\t\""),
            text(" "),
            text(&"x".repeat(100_000)),
        ],
        ["2024-02-29", "0001-01-01", "9999-12-31", "1970-01-01", "1582-10-10"].map(day),
        [
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "2026-06-30T12:00:00.000001Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
        ]
        .map(at),
        ["true", "1", "2024-02-29", "null", "É"].map(text),
    ];
    let mut rows: Vec<Vec<Cell>> =
        (0..5).map(|row| by_column.iter().map(|column| column[row].clone()).collect()).collect();
    for missing in 0..by_column.len() {
        let mut row = rows[0].clone();
        row[missing] = Cell::Missing;
        rows.push(row);
    }
    rows.push(vec![Cell::Missing; by_column.len()]);
    rows
}

pub async fn cells_of_every_type_come_back_as_they_were(place: &Place) {
    let columns = columns();
    let storage = written!(place.store, tx => rows::create(&mut tx, &columns, noon()));

    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &cells()));
    let one = written!(place.store, tx => rows::insert(&mut tx, storage, &columns, &cells()[1]));

    let found = all(place, storage, &columns).await;
    assert_eq!(found.len(), cells().len() + 1);
    for (row, cells) in found.iter().zip(cells()) {
        assert_eq!(row.cells, cells);
    }
    assert_eq!(found.last(), Some(&one));
    let mut conn = place.store.read().await.unwrap();
    assert_eq!(rows::find(&mut conn, storage, &columns, one.id).await.unwrap(), one);
    drop(conn);

    for cells in cells() {
        let old = all(place, storage, &columns).await.pop().unwrap();
        let new = written!(place.store, tx => rows::replace(&mut tx, storage, &columns, &old, &cells));
        assert_eq!(all(place, storage, &columns).await.pop(), Some(new.clone()));
        assert_eq!((new.cells, new.revision), (cells, old.revision + 1));
    }
}

pub async fn text_sorts_by_code_point(place: &Place) {
    let sorted =
        ["", "A", "B", "Z", "_", "a", "a b", "a-b", "ab", "z", "Ä", "ß", "ä", "雨", "\u{ffff}", "\u{1f327}"];
    for kind in [ColumnType::Text, ColumnType::Category] {
        let (storage, columns) = table(place, kind).await;
        let cells: Vec<Vec<Cell>> =
            sorted.iter().rev().map(|text| vec![Cell::Text((*text).into())]).collect();
        written!(place.store, tx => rows::append(&mut tx, storage, &columns, &cells));

        let sql = AssertSqlSafe(format!("select c0 from d{storage} order by c0"));
        let found: Vec<String> = match place.store.pools() {
            Pools::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_all(read).await.unwrap(),
            Pools::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        };

        assert_eq!(found, sorted);
    }
}

pub async fn rows_are_paged_by_number_and_numbers_are_never_reused(place: &Place) {
    let (storage, columns) = table(place, ColumnType::Integer).await;
    let cells: Vec<Vec<Cell>> = (0..10).map(|number| vec![Cell::Integer(number)]).collect();
    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &cells));
    let ids = |rows: &[Row]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let rows = all(place, storage, &columns).await;
    assert_eq!(ids(&rows), (1..=10).collect::<Vec<_>>());

    let mut conn = place.store.read().await.unwrap();
    assert_eq!(ids(&rows::after(&mut conn, storage, &columns, 3, 4).await.unwrap()), [4, 5, 6, 7]);
    assert_eq!(ids(&rows::after(&mut conn, storage, &columns, 10, 3).await.unwrap()), [0; 0]);
    drop(conn);

    written!(place.store, tx => rows::delete(&mut tx, storage, &rows[9]));
    let next = written!(place.store, tx => rows::insert(&mut tx, storage, &columns, &[Cell::Integer(11)]));
    assert_eq!(next.id, 11);
    let mut conn = place.store.read().await.unwrap();
    is(rows::find(&mut conn, storage, &columns, 10).await, "Missing");
}

/// The order of two cells of one column, missing ones aside.
fn compare(one: &Cell, other: &Cell) -> Ordering {
    match (one, other) {
        (Cell::Integer(one), Cell::Integer(other)) => one.cmp(other),
        (Cell::Number(one), Cell::Number(other)) => one.total_cmp(other),
        (Cell::Boolean(one), Cell::Boolean(other)) => one.cmp(other),
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Date(one), Cell::Date(other)) => one.cmp(other),
        (Cell::Datetime(one), Cell::Datetime(other)) => one.cmp(other),
        (one, other) => panic!("{one:?} beside {other:?}"),
    }
}

/// Numbers of the rows ordered by a column, missing cells last; among equals by number, in the same direction.
fn ordered(rows: &[Row], column: usize, descending: bool) -> Vec<i64> {
    let (mut there, mut missing): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.cells[column] != Cell::Missing);
    if descending {
        there.reverse();
        missing.reverse();
    }
    there.sort_by(|one, other| match compare(&one.cells[column], &other.cells[column]) {
        order if descending => order.reverse(),
        order => order,
    });
    there.into_iter().chain(missing).map(|row| row.id).collect()
}

pub async fn rows_are_ordered_by_any_column_and_paged_from_any_position(place: &Place) {
    let mut columns = columns();
    let storage = written!(place.store, tx => rows::create(&mut tx, &columns, noon()));
    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &cells()));
    every_page_is_what_sorting_all_rows_gives(place, storage, &columns).await;
    let text = columns.iter().position(|column| column.kind == ColumnType::Text).unwrap();
    columns[text].indexed = true;
    let mut long = tx(place).await;
    assert!(matches!(rows::index(&mut long, storage, &columns).await, Err(Fault::TooLong(at)) if at == text));
    drop(long);
    columns.iter_mut().for_each(|column| column.indexed = column.kind != ColumnType::Text);
    written!(place.store, tx => rows::index(&mut tx, storage, &columns));
    every_page_is_what_sorting_all_rows_gives(place, storage, &columns).await;
}

async fn every_page_is_what_sorting_all_rows_gives(place: &Place, storage: i64, columns: &[Column]) {
    let rows = all(place, storage, columns).await;
    let mut conn = place.store.read().await.unwrap();

    for column in 0..columns.len() {
        for descending in [false, true] {
            let order = vec![Key { column, descending }];
            let selection = Selection { order, ..Selection::default() };
            let expected = ordered(&rows, column, descending);
            for (at, number) in expected.iter().enumerate() {
                let row = rows.iter().find(|row| row.id == *number).unwrap();
                let position = Position { row: row.id, cells: vec![row.cells[column].clone()] };
                for (side, expected) in [
                    (Side::Start, &expected[..3]),
                    (Side::After(position.clone()), &expected[at + 1..expected.len().min(at + 4)]),
                    (Side::Before(position.clone()), &expected[at.saturating_sub(3)..at]),
                ] {
                    let table = (storage, columns);
                    let page = rows::select(&mut conn, table, &[column], &selection, &side, 3).await.unwrap();
                    let numbers: Vec<i64> = page.iter().map(|row| row.id).collect();
                    assert_eq!(numbers, expected, "{}, {descending}, {side:?}", columns[column].identifier);
                }
            }
        }
    }
}

pub async fn of_two_changes_of_one_row_the_second_is_refused(place: &Place) {
    let (storage, columns) = table(place, ColumnType::Integer).await;
    let row = written!(place.store, tx => rows::insert(&mut tx, storage, &columns, &[Cell::Integer(1)]));
    written!(place.store, tx => rows::replace(&mut tx, storage, &columns, &row, &[Cell::Integer(2)]));

    let mut stale = tx(place).await;
    is(rows::replace(&mut stale, storage, &columns, &row, &[Cell::Integer(3)]).await, "Changed");
    is(rows::delete(&mut stale, storage, &row).await, "Changed");
    drop(stale);

    assert_eq!(all(place, storage, &columns).await[0].cells, [Cell::Integer(2)]);
}

pub async fn a_large_append_keeps_every_row_in_order(place: &Place) {
    let columns: Vec<Column> =
        (0..40).map(|index| Column::new(&format!("x{index}"), "x", ColumnType::Number)).collect();
    let storage = written!(place.store, tx => rows::create(&mut tx, &columns, noon()));
    let cells: Vec<Vec<Cell>> = (0..2_001)
        .map(|row| (0..40).map(|column| Cell::Number(f64::from(row * 40 + column) / 7.0)).collect())
        .collect();

    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &cells));

    let found = all(place, storage, &columns).await;
    assert!(found.iter().map(|row| &row.cells).eq(&cells), "expected the rows as they were sent");
}

/// Of any number of rows, however many columns: their numbers are in their order.
pub async fn some_rows_at_once_come_back_as_they_were_by_the_numbers_that_were_given(place: &Place) {
    let dataset = dataset(place, "penguins").await;
    let mut next = 1;
    for many in [1, 2, 3, 64, 100, 127] {
        let new: Vec<Vec<Cell>> = cells().into_iter().cycle().take(many).collect();
        let slices: Vec<&[Cell]> = new.iter().map(Vec::as_slice).collect();
        let numbers = written!(place.store, tx => rows::insert_each(&mut tx, dataset.storage, &dataset.columns, &slices));

        assert_eq!(numbers, (next..next + many as i64).collect::<Vec<_>>());
        let mut conn = place.store.read().await.unwrap();
        let found = rows::after(&mut conn, dataset.storage, &dataset.columns, next - 1, 1_000).await.unwrap();
        assert_eq!(found.into_iter().map(|row| row.cells).collect::<Vec<_>>(), new);
        next += many as i64;
    }
    let wide: Vec<Column> =
        (0..1_000).map(|at| Column::new(&format!("x{at}"), "x", ColumnType::Boolean)).collect();
    let storage = written!(place.store, tx => rows::create(&mut tx, &wide, noon()));
    let row = vec![Cell::Boolean(true); 1_000];
    let numbers =
        written!(place.store, tx => rows::insert_each(&mut tx, storage, &wide, &vec![row.as_slice(); 70]));
    assert_eq!(numbers, (1..=70).collect::<Vec<_>>());
}

pub async fn a_dataset_comes_back_as_it_was_described(place: &Place) {
    let made = dataset(place, "penguins").await;
    assert_eq!((&made.about, &made.columns), (&about("Penguins"), &columns()));
    assert_eq!((made.rows, made.newest, made.edits, made.sealed), (0, 0, 0, 0));
    let find = async || dataset::find(&mut place.store.read().await.unwrap(), "penguins").await.unwrap();
    assert_eq!(find().await, made);

    let other = About { description: None, keywords: vec![], ..about("Other") };
    let changed = written!(place.store, tx => dataset::change(&mut tx, &made, &other, &made.columns, noon()));
    assert_eq!((&changed.about, changed.revision), (&other, made.revision + 1));
    assert_ne!(changed.state, made.state);
    let mut stale = tx(place).await;
    is(dataset::change(&mut stale, &made, &about("Stale"), &made.columns, noon()).await, "Changed");
    drop(stale);

    let mut touching = tx(place).await;
    dataset::touch(&mut touching, &changed, 3, noon());
    touching.commit().await.unwrap();
    written!(place.store, tx => dataset::seal(&mut tx, &changed, 1, 1, noon()));
    let sealed = find().await;
    assert_eq!((sealed.rows, sealed.edits, sealed.sealed, sealed.newest), (3, 1, 1, 1));
    let mut twice = tx(place).await;
    is(dataset::seal(&mut twice, &changed, 1, 1, noon()).await, "Changed");
    drop(twice);

    let (storage, columns) = table(place, ColumnType::Text).await;
    let swapped =
        written!(place.store, tx => dataset::swap(&mut tx, &sealed, (storage, &columns, 9), noon()));
    assert_eq!((swapped.storage, &swapped.columns, swapped.rows), (storage, &columns, 9));
    assert_eq!(find().await, swapped);
    let mut stale = tx(place).await;
    dataset::touch(&mut stale, &sealed, 1, noon());
    is(stale.commit().await, "Changed");
    assert_eq!(find().await, swapped);
}

pub async fn a_deleted_dataset_is_gone_and_its_name_retired(place: &Place) {
    let made = dataset(place, "penguins").await;
    let mut second = tx(place).await;
    let columns = columns();
    let slug = "penguins".parse().unwrap();
    is(dataset::insert(&mut second, &slug, &about("B"), (1, &columns, 0), "ann", noon()).await, "Taken");
    drop(second);

    written!(place.store, tx => dataset::delete(&mut tx, &made, noon()));

    let mut conn = place.store.read().await.unwrap();
    is(dataset::find(&mut conn, "penguins").await, "Gone");
    assert_eq!(dataset::page(&mut conn, &Listing::stretch(0, 10)).await.unwrap(), (vec![], 0));
    drop(conn);
    let mut again = tx(place).await;
    is(dataset::insert(&mut again, &slug, &about("B"), (1, &columns, 0), "ann", noon()).await, "Retired");
    is(dataset::delete(&mut again, &made, noon()).await, "Changed");
}

pub async fn tables_of_broken_imports_are_dropped_and_others_stay(place: &Place) {
    let kept = dataset(place, "penguins").await;
    let (broken, columns) = table(place, ColumnType::Integer).await;

    assert_eq!(
        rows::drop_leftovers(&place.store, noon()).await.unwrap(),
        0,
        "one that is at work is left alone"
    );
    assert_eq!(rows::drop_leftovers(&place.store, noon() + Duration::hours(1)).await.unwrap(), 1);

    let mut conn = place.store.read().await.unwrap();
    is(rows::after(&mut conn, broken, &columns, 0, 1).await, "Broken");
    assert_eq!(rows::after(&mut conn, kept.storage, &kept.columns, 0, 1).await.unwrap(), []);
}

pub async fn a_snapshot_does_not_see_what_is_written_meanwhile(place: &Place) {
    let (storage, columns) = table(place, ColumnType::Integer).await;
    written!(place.store, tx => rows::insert(&mut tx, storage, &columns, &[Cell::Integer(1)]));
    let mut snapshot = rows::snapshot(&place.store).await.unwrap();
    let before = rows::after(&mut snapshot, storage, &columns, 0, 10).await.unwrap();

    written!(place.store, tx => rows::insert(&mut tx, storage, &columns, &[Cell::Integer(2)]));

    assert_eq!(rows::after(&mut snapshot, storage, &columns, 0, 10).await.unwrap(), before);
    assert_eq!(all(place, storage, &columns).await.len(), 2);
}

pub async fn revisions_come_back_as_they_were_sealed(place: &Place) {
    let dataset = dataset(place, "penguins").await;
    let revision = |number: i64| Revision {
        number,
        columns: columns(),
        rows: 344,
        csv: File { digest: "a".repeat(64), size: 1 << 40 },
        parquet: (number == 2).then(|| File { digest: "d".repeat(64), size: 1 << 33 }),
        profile: "b".repeat(64),
        note: (number == 2).then(|| "second".into()),
        author: "ann".into(),
        created: noon(),
        derived: None,
        withdrawn: None,
    };
    for number in [1, 2] {
        written!(place.store, tx => revision::insert(&mut tx, dataset.id, &revision(number)));
    }

    let mut conn = place.store.read().await.unwrap();
    assert_eq!(revision::find(&mut conn, dataset.id, 1).await.unwrap(), revision(1));
    is(revision::find(&mut conn, dataset.id, 3).await, "Missing");
    assert_eq!(
        revision::page(&mut conn, dataset.id, 0, 9).await.unwrap(),
        (vec![revision(2), revision(1)], 2)
    );
    assert_eq!(revision::same(&mut conn, dataset.id, &revision(9)).await.unwrap(), Some(revision(2)));
    let other = Revision { csv: File { digest: "c".repeat(64), size: 1 }, ..revision(9) };
    assert_eq!(revision::same(&mut conn, dataset.id, &other).await.unwrap(), None);
    drop(conn);
    let mut twice = tx(place).await;
    is(revision::insert(&mut twice, dataset.id, &revision(2)).await, "Taken");
}

pub async fn a_stretch_of_rows_begins_where_its_offset_is_whatever_was_deleted(place: &Place) {
    let (storage, columns) = table(place, ColumnType::Integer).await;
    let many: Vec<Vec<Cell>> = (1..=5_000).map(|n| vec![Cell::Integer(n)]).collect();
    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &many));
    let mut there: Vec<i64> = (1..=5_000).collect();
    // Here and there, the first and the last ones, and blocks as a whole.
    let scattered = (0..150).map(|n| (n * 7_919) % 5_000 + 1);
    for number in scattered.chain([1, 2, 4_998, 4_999, 5_000]).chain(1_000..1_600) {
        let Some(at) = there.iter().position(|one| *one == number) else { continue };
        there.remove(at);
        let row = Row { id: number, cells: Vec::new(), revision: 1 };
        written!(place.store, tx => rows::delete(&mut tx, storage, &row));
    }
    let (mut conn, all) = (place.store.read().await.unwrap(), there.len() as i64);

    for offset in (0..all).step_by(37).chain([1, all - 1]) {
        let start = rows::start(&mut conn, storage, all, offset).await.unwrap();

        let skip = start.expect("it is known what was deleted").skip;
        assert!(skip < 256, "{offset}: {skip} rows are counted");
        let found = rows::window(&mut conn, (storage, &columns), all, offset, 5).await.unwrap();
        let numbers: Vec<i64> = found.iter().map(|row| row.id).collect();
        let offset = offset as usize;
        assert_eq!(numbers, there[offset..(offset + 5).min(there.len())], "{offset}");
    }
}

pub async fn a_stretch_is_right_where_numbers_are_lacking_that_nobody_deleted(place: &Place) {
    let (storage, columns) = table(place, ColumnType::Integer).await;
    let many: Vec<Vec<Cell>> = (1..=600).map(|n| vec![Cell::Integer(n)]).collect();
    written!(place.store, tx => rows::append(&mut tx, storage, &columns, &many));
    // As a version before this one has deleted.
    let sql = format!("delete from d{storage} where id in (5, 300)");
    match place.store.pools() {
        Pools::Sqlite { write, .. } => drop(sqlx::query(AssertSqlSafe(sql)).execute(write).await.unwrap()),
        Pools::Postgres(pool) => drop(sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap()),
    }
    let mut conn = place.store.read().await.unwrap();

    assert_eq!(rows::start(&mut conn, storage, 598, 400).await.unwrap(), None);
    let found = rows::window(&mut conn, (storage, &columns), 598, 400, 2).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [403, 404]);
}
