//! Rows as JSON objects.

use super::*;

fn described(columns: &[Column]) -> Vec<(&str, &str)> {
    columns.iter().map(|column| (column.identifier.as_str(), column.kind.name())).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

#[test]
fn columns_are_the_members_of_all_objects_in_order_of_appearance() {
    let lines =
        b"\xef\xbb\xbf{\"a\":1,\"b\":\"x\"}\r\n\n{\"b\":\"y\",\"c (m)\":2.5}\n{\"d\":true,\"a\":null}";

    let (columns, rows) = read(Format::Ndjson, lines, &Options::default()).unwrap();

    let expected = [("a", "integer"), ("b", "text"), ("c_m", "number"), ("d", "boolean")];
    assert_eq!(described(&columns), expected);
    assert_eq!(rows[0], [Cell::Integer(1), text("x"), Cell::Missing, Cell::Missing]);
    assert_eq!(rows[1], [Cell::Missing, text("y"), Cell::Number(2.5), Cell::Missing]);
    assert_eq!(rows[2], [Cell::Missing, Cell::Missing, Cell::Missing, Cell::Boolean(true)]);
}

#[test]
fn an_array_reads_as_the_same_objects_on_lines_do() {
    let lines = r#"{"day":"2026-01-02","at":"2026-01-02T03:04:05Z","n":-1.5e3}
{"day":"","at":null,"n":7}"#;
    let array = format!(" [ {} ] ", lines.replace('\n', ","));

    let one = read(Format::Ndjson, lines.as_bytes(), &Options::default()).unwrap();
    let other = read(Format::Json, array.as_bytes(), &Options::default()).unwrap();

    assert_eq!(one, other);
    assert_eq!(described(&one.0), [("day", "date"), ("at", "datetime"), ("n", "number")]);
    assert_eq!(one.1[1], [Cell::Missing, Cell::Missing, Cell::Number(7.0)]);
}

#[test]
fn a_text_is_no_number_whatever_it_spells_unless_its_type_is_given() {
    let lines = br#"{"code":"007","n":"12","mixed":1}
{"code":"1","n":"13","mixed":"one"}"#;
    let given = Options { types: [("n".to_string(), ColumnType::Integer)].into(), ..Options::default() };

    let (found, _) = read(Format::Ndjson, lines, &Options::default()).unwrap();
    let (told, rows) = read(Format::Ndjson, lines, &given).unwrap();

    assert_eq!(described(&found), [("code", "text"), ("n", "text"), ("mixed", "text")]);
    assert_eq!(described(&told)[1], ("n", "integer"));
    assert_eq!(rows[0], [text("007"), Cell::Integer(12), text("1")]);
}

#[test]
fn few_texts_that_repeat_are_a_category() {
    let lines = "{\"x\":\"a\"}\n{\"x\":\"b\"}\n".repeat(20);

    let (columns, _) = read(Format::Ndjson, lines.as_bytes(), &Options::default()).unwrap();

    assert_eq!(described(&columns), [("x", "category")]);
}

#[test]
fn faults_name_line_or_item_and_member() {
    let lines = wrong(Format::Ndjson, b"{\"a\":1}\n{\"a\":[1]}\n[2]\n{\"a\":\"x\\u0000\"}\n{\"a\"");
    let items = wrong(Format::Json, br#"[{"a/b":1},{"a/b":{"c":2}},3]"#);

    assert_eq!(
        lines[0],
        "column `a`, line 2: expected a text, a number, true, false or null, found an array"
    );
    assert!(lines[1].starts_with("line 3: expected a JSON object, found invalid type"), "{}", lines[1]);
    assert!(lines[2].starts_with("column `a`, line 4: expected text without U+0000"), "{}", lines[2]);
    assert!(lines[3].starts_with("line 5: expected a JSON object, found EOF"), "{}", lines[3]);
    assert_eq!(
        items,
        [
            "`/1/a~1b`: expected a text, a number, true, false or null, found an object",
            "`/2`: expected an object, a row each, found a number"
        ]
    );
}

#[test]
fn what_is_no_table_of_objects_is_refused() {
    for (format, content) in [
        (Format::Ndjson, ""),
        (Format::Ndjson, "{}\n"),
        (Format::Json, "[]"),
        (Format::Json, "{\"a\":1}"),
        (Format::Json, "[{\"a\":1}"),
        (Format::Json, "[{\"a\":1}] and more"),
        (Format::Json, "\"text\""),
        (Format::Ndjson, "{\"\":1}"),
        (Format::Ndjson, "{\"a\":1e999}"),
    ] {
        assert!(!wrong(format, content.as_bytes()).is_empty(), "{content}");
    }
}

#[test]
fn a_given_type_that_no_member_has_and_one_that_does_not_fit_are_faults() {
    let given =
        |name: &str| Options { types: [(name.into(), ColumnType::Date)].into(), ..Options::default() };
    let faults = |options: &Options| match read(Format::Ndjson, br#"{"a":"x"}"#, options) {
        Err(Failure::Faults(faults)) => faults.to_string(),
        other => panic!("expected faults, found {other:?}"),
    };

    assert_eq!(faults(&given("b")), "column `b`: expected a column of the table, found no such header");
    assert_eq!(faults(&given("a")), r#"column `a`, line 1: expected a date (YYYY-MM-DD), found "x""#);
}

#[test]
fn an_endless_item_is_refused_before_it_fills_the_memory() {
    let endless = format!("[{{\"a\":\"{}", "x".repeat(17 << 20));
    let line = format!("{{\"a\":\"{}\"}}", "x".repeat(17 << 20));

    let item = read(Format::Json, endless.as_bytes(), &Options::default());
    let line = read(Format::Ndjson, line.as_bytes(), &Options::default());

    assert!(matches!(item, Err(Failure::Faults(_))), "{item:?}");
    assert!(matches!(line, Err(Failure::Faults(_))));
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(content in "[\\[\\]{}\":,a1.e\\\\\n -]{0,60}") {
        for format in [Format::Json, Format::Ndjson] {
            let _ = read(format, content.as_bytes(), &Options::default());
        }
    }
}
