//! Types: what the cells of a column make of it.

use super::*;

#[test]
fn whole_numbers_that_fit_are_integers() {
    assert_eq!(kind_of(&["0", "-5", " 17 ", "9223372036854775807", "-9223372036854775808"]), "integer");
}

#[test]
fn leading_zeros_and_plus_signs_make_text() {
    assert_eq!(kinds("zip,b\n007,1\n100,2\n"), ["text", "integer"]);
    assert_eq!(kinds("phone,b\n+4930123456,1\n"), ["text", "integer"]);
    assert_eq!(kinds("code,b\n00.5,1\n"), ["text", "integer"]);
}

#[test]
fn a_whole_number_that_f64_would_round_is_no_number() {
    assert_eq!(kinds("id,b\n12345678901234567891,1\n"), ["text", "integer"]);
    assert_eq!(kinds("id,b\n9007199254740993,0.5\n0.5,1\n"), ["text", "number"]);
    assert_eq!(kinds("mass,b\n100000000000000000000,1\n"), ["number", "integer"]);
}

#[test]
fn points_and_exponents_make_numbers() {
    assert_eq!(kind_of(&["1", "-0.5", ".5", "5.", "1e300", "2E-7", "-1.5e+3"]), "number");
}

#[test]
fn what_is_not_finite_makes_text() {
    for cell in ["1e400", "inf", "Infinity", "-inf", "nan", "0x1F", "1_000", "1 000"] {
        assert_eq!(kinds(&format!("a,b\n1.5,1\n{cell},2\n")), ["text", "integer"], "{cell}");
    }
}

#[test]
fn true_and_false_in_any_case_are_booleans_and_nothing_else_is() {
    assert_eq!(kind_of(&["true", "FALSE", "True"]), "boolean");
    assert_eq!(kind_of(&["0", "1"]), "integer");
    assert_eq!(kind_of(&["yes", "no"]), "category");
}

#[test]
fn days_and_moments_are_iso_8601() {
    assert_eq!(kind_of(&["2024-02-29", "1999-12-31"]), "date");
    assert_eq!(
        kind_of(&["2024-02-29T12:30", "2024-02-29 12:30:15.25Z", "2024-02-29T12:30:00+0130"]),
        "datetime"
    );
    for cell in [
        "2023-02-29",
        "29.02.2024",
        "2024-2-9",
        "2024-02-29T25:00",
        "2024-02-29T12:30:60",
        "2024-02-29T12:30+24",
    ] {
        assert_eq!(kinds(&format!("a,b\n{cell},1\n")), ["text", "integer"], "{cell}");
    }
}

#[test]
fn moments_are_read_in_utc() {
    let row = &rows("a,b\n2024-03-01T00:30+01:00,1\n")[0];

    assert_eq!(row[0].to_string(), "2024-02-29T23:30:00Z");
}

#[test]
fn a_short_list_of_texts_with_ten_rows_each_is_a_category() {
    let table = |rows: usize| {
        let cells = (0..rows).map(|i| ["male,1\n", "female,1\n"][i % 2]);
        format!("sex,n\n{}", cells.collect::<String>())
    };

    assert_eq!(kinds(&table(300))[0], "category");
    assert_eq!(kinds(&table(20))[0], "category");
    assert_eq!(kinds(&table(19))[0], "text");
}

#[test]
fn fifty_values_are_a_category_and_one_more_is_text() {
    let table =
        |values: usize| (0..1000).fold("x,n\n".to_string(), |table, i| format!("{table}v{},1\n", i % values));

    assert_eq!(kinds(&table(50))[0], "category");
    assert_eq!(kinds(&table(51))[0], "text");
}

#[test]
fn one_cell_among_thousands_decides() {
    let mut table = "x,n\n".to_string() + &"1,1\n".repeat(20_000);
    table.push_str("wet,1\n");

    assert_eq!(kinds(&table)[0], "category");
}

#[test]
fn missing_cells_say_nothing_of_the_type() {
    assert_eq!(kinds("a,b\nNA,1\n1,2\n,3\nNaN,4\n null ,5\n\"\",6\n"), ["integer", "integer"]);
    assert_eq!(kinds("a,b\nNA,1\n,2\n"), ["text", "integer"]);
}

#[test]
fn the_spellings_of_a_missing_cell_are_a_setting() {
    let options = Options { missing: vec!["-999".into()], ..Options::default() };
    let table = "a,b\n-999,NA\n1,\n".as_bytes();

    let schema = infer(table, &options).unwrap();
    let rows: Vec<_> = Rows::new(table, &schema, &options).unwrap().map(Result::unwrap).collect();

    assert_eq!(rows, [[Cell::Missing, text("NA")], [Cell::Integer(1), Cell::Missing]]);
}

#[test]
fn a_given_type_goes_before_by_header_and_by_identifier() {
    let options = given(&[("Post code", ColumnType::Category), ("year", ColumnType::Number)]);

    let schema = infer("Post code,Year\n1,2\n".as_bytes(), &options).unwrap();

    let kinds: Vec<_> = schema.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [ColumnType::Category, ColumnType::Number]);
}
