//! Parquet: what we write reads back, what others write is taken, what is none is refused.

use super::*;
use ::parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    data_type::{Int96, Int96Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use arrow_array::{
    ArrayRef, Date32Array, Date64Array, Decimal128Array, DictionaryArray, Float32Array, Int8Array, ListArray,
    RecordBatch, StringArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt64Array,
    types::{Int8Type, Int32Type},
};
use std::sync::Arc;

/// A Parquet file as somebody else writes it.
fn foreign(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    coded(columns, Compression::UNCOMPRESSED)
}

fn coded(columns: Vec<(&str, ArrayRef)>, coding: Compression) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder().set_compression(coding).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
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
fn moments_with_and_without_a_zone_are_the_same_in_every_unit() {
    let seconds = [Some(-1), Some(1_577_836_800), None];
    let of = |scale: i64| seconds.iter().map(|at| at.map(|at: i64| at * scale)).collect::<Vec<_>>();
    for zone in [None, Some("UTC"), Some("Europe/Berlin"), Some("-03:30")] {
        let zone: Option<Arc<str>> = zone.map(Into::into);
        let content = foreign(vec![
            ("s", Arc::new(TimestampSecondArray::from(of(1)).with_timezone_opt(zone.clone())) as ArrayRef),
            ("ms", Arc::new(TimestampMillisecondArray::from(of(1_000)).with_timezone_opt(zone.clone()))),
            ("us", Arc::new(TimestampMicrosecondArray::from(of(1_000_000)).with_timezone_opt(zone.clone()))),
            ("ns", Arc::new(TimestampNanosecondArray::from(of(1_000_000_000)).with_timezone_opt(zone))),
        ]);

        let (columns, rows) = read(Format::Parquet, &content, &Options::default()).unwrap();

        assert!(columns.iter().all(|column| column.kind == ColumnType::Datetime), "{columns:?}");
        let moment = |at| Cell::Datetime(DateTime::from_timestamp(at, 0).unwrap());
        let expected = [moment(-1), moment(1_577_836_800), Cell::Missing].map(|cell| vec![cell; 4]);
        assert_eq!(rows, expected);
    }
}

#[test]
fn moments_of_96_bits_are_read_beyond_what_nanoseconds_reach() {
    let schema = parse_message_type("message m { OPTIONAL INT96 at; REQUIRED INT32 n; }").unwrap();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    // Julian days of 2020-01-02 and 9999-12-31, each a microsecond past midnight.
    let values = [2_458_851, 5_373_484].map(|day| Int96::from(vec![1_000, 0, day]));
    column.typed::<Int96Type>().write_batch(&values, Some(&[1, 0, 1]), None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<::parquet::data_type::Int32Type>().write_batch(&[1, 2, 3], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    let content = writer.into_inner().unwrap();

    let (_, rows) = read(Format::Parquet, &content, &Options::default()).unwrap();

    let spelt: Vec<_> = rows.iter().map(|row| row[0].to_string()).collect();
    assert_eq!(spelt, ["2020-01-02T00:00:00.000001Z", "", "9999-12-31T00:00:00.000001Z"]);
}

#[test]
fn days_and_moments_that_four_digits_do_not_spell_are_faults_with_their_row() {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let days = [day(2020, 1, 1), day(10183, 9, 21), day(-768, 2, 4)];
    let days: Vec<i32> = days.map(|day| (day - NaiveDate::default()).num_days() as i32).to_vec();
    let date = |days: Vec<i32>| foreign(vec![("day", Arc::new(Date32Array::from(days)) as ArrayRef)]);
    let coarse = Arc::new(Date64Array::from(vec![0, i64::MAX])) as ArrayRef;
    let seconds = Arc::new(TimestampSecondArray::from(vec![253_402_300_799, 253_402_300_800])) as ArrayRef;
    let late = Arc::new(TimestampSecondArray::from(vec![0, i64::MAX])) as ArrayRef;

    assert_eq!(
        wrong(Format::Parquet, &date(days)),
        [
            "column `day`, row 2: expected a date in the years 0000 to 9999, found +10183-09-21",
            "column `day`, row 3: expected a date in the years 0000 to 9999, found -0768-02-04"
        ]
    );
    let endless = wrong(Format::Parquet, &date(vec![0, 2_000_000_000]));
    assert!(endless[0].ends_with("0000 to 9999, found 2000000000 days since 1970"), "{endless:?}");
    assert!(wrong(Format::Parquet, &foreign(vec![("day", coarse)]))[0].starts_with("column `day`, row 2:"));
    let past = wrong(Format::Parquet, &foreign(vec![("at", seconds)]));
    assert!(past.len() == 1 && past[0].ends_with("found +10000-01-01T00:00:00Z"), "{past:?}");
    assert!(wrong(Format::Parquet, &foreign(vec![("at", late)]))[0].starts_with("column `at`, row 2:"));
}

#[test]
fn whatever_it_is_compressed_with_a_file_is_read() {
    let column = || vec![("n", Arc::new(Int8Array::from_iter_values((0..100).map(|n| n % 7))) as ArrayRef)];
    let codings = [
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::BROTLI(Default::default()),
    ];
    for coding in codings {
        let (_, rows) = read(Format::Parquet, &coded(column(), coding), &Options::default()).unwrap();

        assert_eq!(rows[99], [Cell::Integer(1)], "{coding:?}");
    }
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
fn a_column_without_a_name_is_named_by_its_place() {
    let column = || Arc::new(Int8Array::from(vec![1])) as ArrayRef;

    let (columns, _) =
        read(Format::Parquet, &foreign(vec![("", column()), ("b", column())]), &Options::default()).unwrap();

    assert_eq!([&columns[0].name, &columns[1].name], ["column_1", "b"]);
}

#[test]
fn further_rows_come_with_their_columns_in_any_order_and_some_left_out() {
    let column = |value: i8| Arc::new(Int8Array::from(vec![value])) as ArrayRef;
    let named = |name: &str| Column::new(&name.to_lowercase(), name, ColumnType::Integer);
    let columns = [named("A"), named("B"), named("C")];
    let known = |content: &[u8]| {
        let mut rows = Vec::new();
        source::try_each_known::<Failure>(
            super::file(content),
            Format::Parquet,
            &columns,
            &Options::default(),
            |row| {
                rows.push(row);
                Ok(())
            },
        )
        .map(|()| rows)
    };

    let rows = known(&foreign(vec![("c", column(3)), ("A", column(1))])).unwrap();
    let stranger = known(&foreign(vec![("A", column(1)), ("D", column(4))]));

    assert_eq!(rows, [[Cell::Integer(1), Cell::Missing, Cell::Integer(3)]]);
    assert_eq!(told(stranger.unwrap_err()), ["expected the columns of the table, found the header \"D\""]);
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
    assert_eq!(
        wrong(Format::Parquet, &large),
        ["column `large`, row 1: expected an integer, found 18446744073709551615"]
    );
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
