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

#[test]
fn an_empty_header_is_a_fault_that_names_its_place() {
    let expected = ["line 1: expected a header for each column, found an empty header in column 2"];
    assert_eq!(faults("a,,c\n1,2,3\n"), expected);
    assert_eq!(faults("a,\"\",c\n1,2,3\n"), expected);
    assert_eq!(faults("a,   ,c\n1,2,3\n"), expected);
}

#[test]
fn a_header_of_the_row_names_that_pandas_adds_is_a_fault() {
    let expected = ["line 1: expected a header for each column, found an empty header in column 1"];
    assert_eq!(faults(",a\n0,1\n"), expected);
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
