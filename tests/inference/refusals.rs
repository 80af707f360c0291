//! What is refused, and where the fault is said to be.

use super::*;

#[test]
fn what_is_no_csv_is_refused_by_name() {
    let expected = |name: &str| vec![format!("expected CSV text in UTF-8, found {name}")];
    assert_eq!(faults(b"\xff\xfea\0"), expected("UTF-16 (little endian)"));
    assert_eq!(faults(b"\xfe\xff\0a"), expected("UTF-16 (big endian)"));
    assert_eq!(faults(b"\x1f\x8b\x08"), expected("a gzip file"));
    assert_eq!(faults(b"PK\x03\x04"), expected("a ZIP archive (perhaps an .xlsx workbook)"));
}

#[test]
fn invalid_utf8_is_a_fault_at_its_line() {
    let expected = "expected UTF-8, found the byte 0xE9 (perhaps Latin-1 or Windows-1252)";
    assert_eq!(faults(b"a,b\r\n1,2\r\n1,caf\xe9\r\n"), [format!("line 3: {expected}")]);
    assert_eq!(faults(b"a,b\n1,2\n\"x\ny\",caf\xe9\n"), [format!("line 4: {expected}")]);
    assert_eq!(faults(b"caf\xe9,b\n1,2\n"), [format!("line 1: {expected}")]);
}

#[test]
fn a_character_cut_in_two_by_a_delimiter_is_invalid() {
    assert_eq!(faults(b"a,b\n\xc3,\xa9\n").len(), 1);
}

#[test]
fn the_character_zero_is_a_fault_at_its_line() {
    assert_eq!(faults("a,b\n1,2\n1,x\0y\n"), ["line 3: expected text without U+0000, found U+0000"]);
}

#[test]
fn a_file_without_anything_and_one_without_rows_are_faults() {
    assert_eq!(faults(""), ["expected a header line and rows, found an empty file"]);
    assert_eq!(faults("\n\r\n\n"), ["expected a header line and rows, found an empty file"]);
    assert_eq!(faults("a,b\n"), ["expected at least one row below the header, found none"]);
}

#[test]
fn ragged_lines_are_all_listed_with_both_counts() {
    let expected = ["line 3: expected 2 cells, found 1", "line 6: expected 2 cells, found 3"];
    assert_eq!(faults("a,b\n1,2\n1\n\n3,4\n1,2,3\n"), expected);
    assert_eq!(faults("a,b\r\n1,2\r\n1\r\n\r\n3,4\r\n1,2,3\r\n"), expected);
}

#[test]
fn at_most_a_hundred_faults_are_listed() {
    assert_eq!(faults(format!("a,b\n{}", "1\n".repeat(500))).len(), MOST_FAULTS);
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_rest_unnoticed() {
    let expected = ["line 2: expected a closing quote, found the end of the file"];
    assert_eq!(faults("a,b\n1,\"x\n2,y\n3,z\n"), expected);
}

#[test]
fn a_cell_that_is_not_of_its_given_type_names_line_column_and_text() {
    let table = "rain (mm),note\r\n1.5,\"a\r\nb\"\r\n\r\nwet,c\r\n";
    let options = given(&[("rain_mm", ColumnType::Number)]);

    let told = told(infer(table.as_bytes(), &options).unwrap_err());

    assert_eq!(told, ["column `rain (mm)`, line 5: expected a finite number, found \"wet\""]);
}

#[test]
fn a_number_beyond_f64_is_a_fault_where_a_number_was_asked_for() {
    for cell in ["1e400", "inf", "-Infinity", "0x10", "1,5", "--1", "+1", "."] {
        let table = format!("a;b\n\"{cell}\";1\n");
        let told = told(infer(table.as_bytes(), &given(&[("a", ColumnType::Number)])).unwrap_err());
        assert_eq!(told, [format!("column `a`, line 2: expected a finite number, found {cell:?}")]);
    }
}

#[test]
fn a_type_for_a_column_that_is_not_there_is_a_fault() {
    let told = told(infer("a\n1\n".as_bytes(), &given(&[("b", ColumnType::Date)])).unwrap_err());

    assert_eq!(told, ["column `b`: expected a column of the table, found no such header"]);
}

#[test]
fn a_reader_that_breaks_is_not_the_senders_fault() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("disk"))
        }
    }

    let whole = infer(Broken, &Options::default());
    let part = infer(io::Read::chain("a\n1\n".repeat(50_000).as_bytes(), Broken), &Options::default());

    assert!(matches!(whole, Err(Failure::Io(_))));
    assert!(matches!(part, Err(Failure::Io(_))));
}
