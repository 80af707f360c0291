//! The table after another one of the same columns: their types stay where every cell fits them.

use super::*;
use almanac::table::infer::{Begun, begin};

/// After columns `x` of this type, which were full or not, and `other`.
fn after(kind: ColumnType, nullable: bool) -> Options {
    let before = Column { nullable, ..Column::new("x", "X", kind) };
    Options { before: vec![before, Column::new("other", "other", ColumnType::Text)], ..Options::default() }
}

fn told_of(column: &Column) -> (&'static str, bool) {
    (column.kind.name(), column.nullable)
}

#[test]
fn a_column_stays_what_it_was_in_every_format_where_each_cell_fits() {
    let texts = [("7", "category", "7"), ("7", "number", "7"), ("7", "text", "7"), ("7", "integer", "7")];
    for (cell, name, _) in texts {
        let options = after(name.parse().unwrap(), true);
        let csv = format!("X,other\n{cell},a\n");
        let ndjson = format!("{{\"X\": {cell}, \"other\": \"a\"}}\n");
        let json = format!("[{}]", ndjson.trim());

        for (format, content) in [(Format::Csv, csv), (Format::Ndjson, ndjson), (Format::Json, json)] {
            let (columns, rows) = read(format, content.as_bytes(), &options).unwrap();

            assert_eq!(columns[0].kind.name(), name, "{format:?}");
            assert!(columns[0].kind.holds(&rows[0][0]), "{:?}", rows[0]);
        }
    }
}

#[test]
fn a_column_of_parquet_stays_what_it_was_where_each_cell_fits() {
    let packed = |values: &[f64]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let column = Column::new("x", "X", ColumnType::Number);
        let mut writer = write::Writer::new(file.reopen().unwrap(), &[column]).unwrap();
        values.iter().for_each(|value| writer.write(&[Cell::Number(*value)]).unwrap());
        writer.finish().unwrap();
        std::fs::read(file.path()).unwrap()
    };
    let options = after(ColumnType::Integer, false);

    let whole = read(Format::Parquet, &packed(&[1.0, 2.0]), &options).unwrap();
    let halves = read(Format::Parquet, &packed(&[1.0, 2.5]), &options).unwrap();

    assert_eq!((told_of(&whole.0[0]), &whole.1[1]), (("integer", false), &vec![Cell::Integer(2)]));
    assert_eq!((told_of(&halves.0[0]), &halves.1[1]), (("number", false), &vec![Cell::Number(2.5)]));
}

#[test]
fn where_a_cell_does_not_fit_the_type_is_found_out_as_ever() {
    let cases = [
        ("integer", "1,1.5", "number"),
        ("number", "1,wet", "text"),
        ("number", "1,12345678901234567", "integer"),
        ("date", "2024-05-01,2024-05-01T10:00", "text"),
        ("boolean", "1,0", "integer"),
    ];
    for (before, cells, now) in cases {
        let lines: String = cells.split(',').map(|cell| format!("{cell},a\n")).collect();
        let text = format!("X,other\n{lines}");
        let options = after(before.parse().unwrap(), true);

        let (columns, rows) = read(Format::Csv, text.as_bytes(), &options).unwrap();

        assert_eq!(columns[0].kind.name(), now, "{before}: {cells}");
        assert_eq!(columns[0].kind, schema(&text).columns[0].kind);
        assert_eq!(rows.len(), 2);
    }
}

#[test]
fn a_type_that_is_given_goes_before_what_the_column_was() {
    let options =
        Options { types: given(&[("X", ColumnType::Number)]).types, ..after(ColumnType::Text, true) };

    assert_eq!(infer(&b"X,other\n1,a\n"[..], &options).unwrap().columns[0].kind, ColumnType::Number);
}

#[test]
fn a_column_that_lacked_nothing_stays_so_until_it_does() {
    let options = after(ColumnType::Integer, false);
    let nullable = |format, text: &str| read(format, text.as_bytes(), &options).unwrap().0[0].nullable;

    assert!(!nullable(Format::Csv, "X,other\n1,a\n2,b\n"));
    assert!(nullable(Format::Csv, "X,other\n1,a\nNA,b\n"));
    assert!(!nullable(Format::Ndjson, "{\"X\": 1}\n{\"X\": 2}\n"));
    assert!(nullable(Format::Ndjson, "{\"X\": 1}\n{\"other\": \"a\"}\n"));
    assert!(infer(&b"X\n1\n"[..], &after(ColumnType::Integer, true)).unwrap().columns[0].nullable);
}

#[test]
fn a_large_table_is_read_once_by_what_its_columns_were() {
    let text = format!("X,other\n{}", "7,a\n".repeat(100));
    for (kind, last, expected) in [
        (ColumnType::Category, "8", Some(("category", false))),
        (ColumnType::Number, "1.5", Some(("number", false))),
        (ColumnType::Number, "", Some(("number", true))),
        (ColumnType::Number, "wet", None),
        (ColumnType::Integer, "1.5", None),
    ] {
        let text = format!("{text}{last},a\n");
        let options = after(kind, false);
        let Begun::Part(beginning) = begin(text.as_bytes(), &options, 200).unwrap() else {
            panic!("all of it")
        };

        let found = beginning.follow::<_, Failure>(text.as_bytes(), &options, |_| Ok(())).unwrap();

        assert_eq!(found.as_ref().map(|found| told_of(&found.columns[0])), expected, "{kind} and {last:?}");
        assert!(found.is_none_or(|found| found == infer(text.as_bytes(), &options).unwrap()));
    }
}

#[test]
fn a_category_of_too_many_values_becomes_text() {
    let lines: String = (0..60).map(|number| format!("note {number},a\n")).collect();
    let options = after(ColumnType::Category, true);

    let (columns, _) = read(Format::Csv, format!("X,other\n{lines}").as_bytes(), &options).unwrap();

    assert_eq!(columns[0].kind, ColumnType::Text);
}

#[test]
fn an_empty_text_is_a_missing_cell_in_parquet_and_of_two_members_of_one_name_one_counts() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let column = Column::new("x", "X", ColumnType::Text);
    let mut writer = write::Writer::new(file.reopen().unwrap(), &[column]).unwrap();
    for text in ["a", ""] {
        writer.write(&[Cell::Text(text.into())]).unwrap();
    }
    writer.finish().unwrap();
    let options = after(ColumnType::Text, false);

    let packed = read(Format::Parquet, &std::fs::read(file.path()).unwrap(), &options).unwrap();
    let twice =
        read(Format::Ndjson, b"{\"X\": \"a\", \" X\": \"b\"}\n{\"other\": \"c\"}\n", &options).unwrap();

    assert_eq!((packed.0[0].nullable, twice.0[0].nullable), (true, true));
}
