//! Parquet: what we write reads back, what others write is taken, what is none is refused.

use super::*;
use ::parquet::arrow::ArrowWriter;
use arrow_array::{
    ArrayRef, Decimal128Array, DictionaryArray, Float32Array, Int8Array, ListArray, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
    types::{Int8Type, Int32Type},
};
use std::sync::Arc;

/// A Parquet file as somebody else writes it.
fn foreign(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn table() -> (Vec<Column>, Vec<Vec<Cell>>) {
    let columns = ColumnType::ALL.map(|kind| Column::new(kind.name(), &format!("the {kind} (m)"), kind));
    let moment = DateTime::from_timestamp_micros(-1).unwrap();
    let day = NaiveDate::from_ymd_opt(1582, 10, 15).unwrap();
    let row = |index: i64| {
        vec![
            Cell::Integer(i64::MIN + index),
            Cell::Number(0.1 + index as f64),
            Cell::Boolean(index % 2 == 0),
            Cell::Text(format!("row {index}, \"雨\"\n")),
            Cell::Date(day + chrono::TimeDelta::days(index)),
            Cell::Datetime(moment + chrono::TimeDelta::microseconds(index)),
            Cell::Text(["a", "b"][index as usize % 2].into()),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = (0..30_000).map(row).collect();
    rows[7] = vec![Cell::Missing; columns.len()];
    (columns.to_vec(), rows)
}

#[test]
fn our_own_file_gives_back_every_cell_from_any_row_on() {
    let (columns, rows) = table();

    let artifact = packed(&columns, rows.clone());

    assert_eq!(artifact.rows(), rows.len());
    for range in [0..10, 9_990..10_020, 29_995..40_000, 50_000..50_001] {
        let expected = &rows[range.start.min(rows.len())..range.end.min(rows.len())];
        assert_eq!(artifact.range(range).unwrap(), expected);
    }
    let whole = artifact.table().unwrap();
    assert!((0..rows.len()).all(|row| whole.row(row) == rows[row]));
}

#[test]
fn our_own_file_is_read_like_a_foreign_one() {
    let (columns, rows) = table();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = write::Writer::new(file.reopen().unwrap(), &columns).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();

    let (found, read) =
        read(Format::Parquet, &std::fs::read(file.path()).unwrap(), &Options::default()).unwrap();

    assert!(
        found
            .iter()
            .zip(&columns)
            .all(|(found, column)| (&found.name, found.kind) == (&column.name, column.kind))
    );
    assert_eq!(read, rows);
}

#[test]
fn numbers_of_any_width_texts_of_any_coding_and_moments_of_any_unit_are_taken() {
    let words: DictionaryArray<Int8Type> = ["wet", "dry"].repeat(20).into_iter().collect();
    let price = Decimal128Array::from(vec![Some(1234); 40]).with_precision_and_scale(9, 2).unwrap();
    let at = TimestampNanosecondArray::from(vec![Some(1_500_000_001); 40]).with_timezone("+02:00");
    let content = foreign(vec![
        ("small", Arc::new(Int8Array::from(vec![Some(-3); 40])) as ArrayRef),
        ("single", Arc::new(Float32Array::from(vec![Some(0.5); 40])) as ArrayRef),
        ("word", Arc::new(words) as ArrayRef),
        ("price", Arc::new(price) as ArrayRef),
        ("at", Arc::new(at) as ArrayRef),
    ]);

    let (columns, rows) = read(Format::Parquet, &content, &Options::default()).unwrap();

    let kinds: Vec<_> = columns.iter().map(|column| column.kind.name()).collect();
    assert_eq!(kinds, ["integer", "number", "category", "number", "datetime"]);
    assert_eq!(
        rows[1],
        [
            Cell::Integer(-3),
            Cell::Number(0.5),
            Cell::Text("dry".into()),
            Cell::Number(12.34),
            Cell::Datetime(DateTime::from_timestamp_micros(1_500_000).unwrap())
        ]
    );
}

#[test]
fn a_number_that_is_none_is_missing_and_an_infinite_one_a_fault() {
    let column = |values: Vec<f32>| foreign(vec![("x", Arc::new(Float32Array::from(values)) as ArrayRef)]);

    let (_, rows) = read(Format::Parquet, &column(vec![1.0, f32::NAN]), &Options::default()).unwrap();
    let faults = wrong(Format::Parquet, &column(vec![1.0, f32::INFINITY]));

    assert_eq!(rows[1], [Cell::Missing]);
    assert_eq!(faults, ["column `x`, row 2: expected a finite number, found inf"]);
}

#[test]
fn a_given_type_is_read_from_the_spelling() {
    let content = foreign(vec![("x", Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef)]);
    let given = |kind| Options { types: [("x".to_string(), kind)].into(), ..Options::default() };

    let (columns, rows) = read(Format::Parquet, &content, &given(ColumnType::Integer)).unwrap();
    let refused = read(Format::Parquet, &content, &given(ColumnType::Boolean));

    assert_eq!((columns[0].kind, &rows[1][0]), (ColumnType::Integer, &Cell::Integer(2)));
    assert!(matches!(refused, Err(Failure::Faults(faults)) if faults.iter().count() == 2));
}

#[test]
fn columns_that_do_not_fit_are_named() {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let nested = foreign(vec![("list", Arc::new(lists) as ArrayRef)]);
    let large = foreign(vec![("large", Arc::new(UInt64Array::from(vec![u64::MAX])) as ArrayRef)]);
    let empty = foreign(vec![("x", Arc::new(Int8Array::from(Vec::<i8>::new())) as ArrayRef)]);

    assert!(wrong(Format::Parquet, &nested)[0].starts_with("column `list`: expected numbers, truth values"));
    assert!(wrong(Format::Parquet, &large)[0].starts_with("column `large`: expected an integer, found"));
    assert_eq!(wrong(Format::Parquet, &empty), ["expected at least one row, found none"]);
}

#[test]
fn what_is_cut_off_or_changed_is_refused_and_nothing_breaks() {
    let (columns, rows) = table();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = write::Writer::new(file.reopen().unwrap(), &columns).unwrap();
    rows.iter().take(500).for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
    let whole = std::fs::read(file.path()).unwrap();

    assert!(wrong(Format::Parquet, b"")[0].contains("expected a Parquet file"));
    assert!(wrong(Format::Parquet, &whole[..whole.len() - 9])[0].contains("expected a Parquet file"));
    for place in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[place] ^= 0x55;
        // Read, or refused: some bytes are cells.
        let _ = source::infer(super::file(&changed), Format::Parquet, &Options::default(), |file| file);
    }
}

#[test]
fn a_long_text_that_a_dictionary_repeats_for_each_row_is_read() {
    let long = "x".repeat(256 << 10);
    let texts: DictionaryArray<Int32Type> = std::iter::repeat_n(long.as_str(), 1_000).collect();
    let content = foreign(vec![("long", Arc::new(texts) as ArrayRef)]);
    assert!(content.len() < 1 << 20, "{}", content.len());

    let (_, rows) = read(Format::Parquet, &content, &Options::default()).unwrap();

    assert!(rows.len() == 1_000 && rows.iter().all(|row| row[0] == Cell::Text(long.clone())));
}
