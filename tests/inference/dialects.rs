//! Dialects: delimiters, quotes, line ends and the byte order mark.

use super::*;

#[test]
fn semicolons_tabs_and_bars_are_found_out() {
    for delimiter in [',', ';', '\t', '|'] {
        let text = "name,note\nrain,1\nsnow,2\n".replace(',', &delimiter.to_string());

        assert_eq!(schema(text).dialect.delimiter(), delimiter);
    }
}

#[test]
fn decimal_commas_do_not_hide_semicolons() {
    let schema = schema("a;b\n1,5;2,5\n1,5;2,7\n");

    assert_eq!(schema.dialect.delimiter(), ';');
    assert_eq!(schema.columns.len(), 2);
}

#[test]
fn delimiters_in_quotes_part_nothing() {
    let schema = schema("a;b\n\"1,2,3\";x\n\"4,5,6\";y\n");

    assert_eq!((schema.dialect.delimiter(), schema.columns.len()), (';', 2));
}

#[test]
fn a_table_of_one_column_has_no_delimiter_to_find() {
    assert_eq!(kinds("x\n1\n2\n3"), ["integer"]);
    assert_eq!(kinds("sentence\n\"first, second\"\n\"third; fourth | fifth\"\n"), ["text"]);
}

#[test]
fn any_ascii_delimiter_can_be_given() {
    let options = Options { delimiter: Some('^'), ..Options::default() };

    assert_eq!(infer("a^b\n1^2\n".as_bytes(), &options).unwrap().columns.len(), 2);
}

#[test]
fn a_quote_a_line_end_or_an_umlaut_is_no_delimiter() {
    for delimiter in ['"', '\n', '\r', 'ä'] {
        let options = Options { delimiter: Some(delimiter), ..Options::default() };
        let told = told(infer("a\n1\n".as_bytes(), &options).unwrap_err());
        assert!(told[0].starts_with("parameter `delimiter`: expected one ASCII character"), "{told:?}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_header() {
    assert_eq!(schema("\u{feff}a,b\n1,2\n").columns[0].name, "a");
    assert_eq!(schema("\u{feff}\"a\",b\n1,2\n").columns[0].name, "a");
    assert_eq!(rows("\u{feff}a,b\n1,2\n"), [[Cell::Integer(1), Cell::Integer(2)]]);
}

#[test]
fn carriage_returns_and_a_missing_last_line_end_change_nothing() {
    let expected = rows("a,b\n1,x\n2,y\n");

    assert_eq!(rows("a,b\r\n1,x\r\n2,y\r\n"), expected);
    assert_eq!(rows("a,b\r1,x\r2,y"), expected);
    assert_eq!(rows("\n\na,b\n\n1,x\n2,y\n\n\n"), expected);
}

#[test]
fn quoted_cells_keep_line_ends_quotes_and_delimiters() {
    let row = &rows("a,b\n\"x\r\ny, \"\"z\"\"\",\" kept \"\n")[0];

    assert_eq!(row, &[text("x\r\ny, \"z\""), text(" kept ")]);
}

#[test]
fn a_line_longer_than_what_is_sniffed_and_a_cell_of_a_million_characters_are_read() {
    let long = "ä".repeat(1_000_000);

    assert_eq!(rows(format!("a;b\n1;{long}\n")), [[Cell::Integer(1), text(&long)]]);
}

#[test]
fn a_line_of_a_megabyte_across_a_thousand_columns_is_read() {
    let headers: Vec<_> = (0..1000).map(|i| format!("\"header, {i}\"")).collect();
    let cells = vec!["y".repeat(1000); 1000];

    let schema = schema(format!("{}\n{}\n", headers.join(";"), cells.join(";")));

    assert_eq!((schema.columns.len(), schema.rows), (1000, 1));
}

/// The rows of a table in this dialect, by both ways to read one.
fn parted(text: &str, options: &Options) -> Vec<Vec<Cell>> {
    let (_, rows) = read(Format::Csv, text.as_bytes(), options).unwrap();
    let begun = almanac::table::infer::begin(text.as_bytes(), options, 1).unwrap();
    let almanac::table::infer::Begun::Part(beginning) = begun else { panic!("all of it") };
    let mut followed = Vec::new();
    let take = |row| {
        followed.push(row);
        Ok(())
    };
    if beginning.follow::<_, Failure>(text.as_bytes(), options, take).unwrap().is_some() {
        assert_eq!(followed, rows);
    }
    rows
}

#[test]
fn another_quote_can_be_given() {
    let options = Options { quote: Some('\''), ..Options::default() };

    let rows = parted("a,b\n'1,2',x\n'it''s \"it\"',\"y\n", &options);

    assert_eq!(rows, [[text("1,2"), text("x")], [text("it's \"it\""), text("\"y")]]);
    assert_eq!(parted("'a;1';b\n'1,2';3\n", &options).len(), 1);
}

#[test]
fn an_escape_that_is_given_lets_the_next_character_mean_itself() {
    let options = Options { escape: Some('\\'), ..Options::default() };

    let rows = parted("a,b\n\"x \\\"q\\\" \\\\\",y\\,z\n\"1\n2\\\n3\",\\\"\n", &options);

    assert_eq!(rows, [[text("x \"q\" \\"), text("y,z")], [text("1\n2\n3"), text("\"")]]);
    assert_eq!(schema("a,b\nC:\\x,1\n").rows, 1, "without one a backslash means itself");
}

#[test]
fn behind_an_escaped_line_end_lines_are_counted_on() {
    let options = Options { escape: Some('\\'), ..given(&[("a", ColumnType::Integer)]) };

    let told = told(infer("b,a\nx\\\ny,1\nz,wet\n".as_bytes(), &options).unwrap_err());

    assert_eq!(told, ["column `a`, line 4: expected an integer, found \"wet\""]);
}

#[test]
fn marks_that_are_alike_or_line_ends_are_refused() {
    let marks = |delimiter, quote, escape| Options { delimiter, quote, escape, ..Options::default() };
    for (options, parameter) in [
        (marks(Some('\''), Some('\''), None), "delimiter"),
        (marks(None, Some('\n'), None), "quote"),
        (marks(None, None, Some('"')), "escape"),
        (marks(Some('\\'), None, Some('\\')), "escape"),
    ] {
        let told = told(infer("a\n1\n".as_bytes(), &options).unwrap_err());
        assert!(told[0].starts_with(&format!("parameter `{parameter}`: expected one ASCII")), "{told:?}");
    }
    let bars = Options { quote: Some('|'), ..Options::default() };
    assert_eq!(parted("|a;b|;c\n|1|;2\n", &bars).len(), 1, "a quote is not found out to part cells");
}
