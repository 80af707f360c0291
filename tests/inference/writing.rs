//! The canonical artifact, and tables in memory.

use super::*;

#[test]
fn the_artifact_is_spelt_canonically() {
    let table = "a;\"b, c\";d\r\n01;1.50;TRUE\r\n\"x\"\"y\";NA;\r\n";

    let (schema, rows) = (schema(table), rows(table));

    let spelt = String::from_utf8(written(&schema.columns, &rows)).unwrap();
    assert_eq!(spelt, "a,\"b, c\",d\n01,1.5,true\n\"x\"\"y\",,\n");
}

#[test]
fn the_text_na_survives_in_the_artifact_and_the_empty_text_is_a_missing_cell() {
    let columns = [Column::new("a", "a", ColumnType::Text)];
    let artifact =
        written(&columns, &[vec![text("NA")], vec![text("")], vec![text(" ")], vec![Cell::Missing]]);

    let table = Table::read(&artifact[..], &columns).unwrap();

    let cells: Vec<_> = (0..table.rows()).map(|row| table.cell(row, 0)).collect();
    assert_eq!(cells, [text("NA"), Cell::Missing, text(" "), Cell::Missing]);
}

#[test]
fn a_digest_is_that_of_the_bytes_that_went_through() {
    let mut output = Digesting::new(Vec::new());
    io::Write::write_all(&mut output, b"abc").unwrap();

    let (bytes, digest) = output.finish();

    assert_eq!((bytes.as_slice(), digest.size_bytes), (&b"abc"[..], 3));
    assert_eq!(digest.sha256[..4], [0xba, 0x78, 0x16, 0xbf]);
}

#[test]
fn a_row_of_other_types_or_length_is_not_pushed() {
    let mut table = Table::new(vec![Column::new("a", "a", ColumnType::Integer)]);

    assert!(table.push(&[Cell::Number(1.0)]).is_err());
    assert!(table.push(&[]).is_err());
    assert!(table.push(&[Cell::Integer(1)]).is_ok());
    assert_eq!((table.rows(), table.cell(0, 0)), (1, Cell::Integer(1)));
}
