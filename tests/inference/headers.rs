//! Headers: how they name columns, and which are refused.

use super::*;

#[test]
fn real_headers_become_identifiers_and_stay_names() {
    let line = "sepal length (cm),od280/od315_of_diluted_wines,@type,id,Größe,降水量,2nd,cells";
    let schema = schema(format!("{line}\n1,2,3,4,5,6,7,8\n"));

    let identifiers: Vec<_> = schema.columns.iter().map(|c| c.identifier.as_str()).collect();
    let names: Vec<_> = schema.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        identifiers,
        [
            "sepal_length_cm",
            "od280_od315_of_diluted_wines",
            "type_",
            "id_",
            "gro_e",
            "column_6",
            "c_2nd",
            "cells_"
        ]
    );
    assert_eq!(names.join(","), line);
}

#[test]
fn white_space_around_headers_is_no_part_of_them() {
    assert_eq!(schema(" a , b\n1,2\n").columns[1].name, "b");
}

#[test]
fn headers_that_differ_in_punctuation_alone_get_different_identifiers() {
    assert_eq!(identifiers("a b,a-b,a_b_2\n1,2,3\n"), ["a_b", "a_b_2", "a_b_2_2"]);
}

fn names(text: &str) -> Vec<String> {
    schema(text).columns.into_iter().map(|column| column.name).collect()
}

#[test]
fn a_column_whose_header_is_empty_is_named_by_its_place() {
    for line in ["a,,c", "a,\"\",c", "a,   ,c"] {
        let text = format!("{line}\n1,2,3\n");

        assert_eq!(names(&text), ["a", "column_2", "c"]);
        assert_eq!(identifiers(&text), ["a", "column_2", "c"]);
        assert_eq!(rows(&text), [[Cell::Integer(1), Cell::Integer(2), Cell::Integer(3)]]);
    }
    assert_eq!(names(",a\n0,1\n"), ["column_1", "a"], "the row names that pandas and R write");
}

#[test]
fn a_header_by_place_never_takes_that_of_another() {
    let text = ",column_1,,column_3,column_3_2\n1,2,3,4,5\n";

    assert_eq!(names(text), ["column_1_2", "column_1", "column_3_3", "column_3", "column_3_2"]);
    assert_eq!(rows(text)[0], (1..=5).map(Cell::Integer).collect::<Vec<_>>());
}

#[test]
fn without_a_header_the_first_line_is_a_row_and_columns_are_named_by_their_places() {
    let options = Options { headless: true, ..Options::default() };
    let text = "1;a\n2;b\n";

    let (columns, found) = read(Format::Csv, text.as_bytes(), &options).unwrap();
    let typed = Options { types: given(&[("column_1", ColumnType::Category)]).types, ..options.clone() };
    let (given, _) = read(Format::Csv, text.as_bytes(), &typed).unwrap();
    let known: Vec<_> =
        Rows::known(text.as_bytes(), &columns, &options).unwrap().map(Result::unwrap).collect();
    let short = Rows::known("1\n".as_bytes(), &columns, &options).unwrap().check();

    assert_eq!(
        columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        ["column_1", "column_2"]
    );
    assert_eq!(found, [[Cell::Integer(1), super::text("a")], [Cell::Integer(2), super::text("b")]]);
    assert_eq!(given[0].kind, ColumnType::Category);
    assert_eq!(known, found);
    assert_eq!(told(short.unwrap_err()), ["line 1: expected 2 cells, found 1"]);
}

#[test]
fn repeated_headers_are_a_fault_that_names_both() {
    let expected = "column `a`: expected a different header for each column, \
                    found the same header in columns 1 and 3";
    assert_eq!(faults("a,b,a \n1,2,3\n"), [expected]);
}

#[test]
fn a_thousand_columns_are_fine_and_one_more_is_a_fault() {
    let table = |n: usize| {
        let headers: Vec<_> = (0..n).map(|i| format!("c{i}")).collect();
        format!("{}\n{}\n", headers.join(","), vec!["1"; n].join(","))
    };

    assert_eq!(schema(table(1000)).columns.len(), 1000);
    assert_eq!(faults(table(1001)), ["line 1: expected at most 1000 columns, found 1001"]);
}
