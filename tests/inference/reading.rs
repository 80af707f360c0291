//! Rows for known columns, and single cells.

use super::*;

fn columns() -> Vec<Column> {
    let place = Column { nullable: false, ..Column::new("place", "Place", ColumnType::Text) };
    vec![place, Column::new("rain_mm", "rain (mm)", ColumnType::Number)]
}

fn read(text: &str) -> Vec<Result<Vec<Cell>, Vec<String>>> {
    let rows = Rows::known(text.as_bytes(), &columns(), &Options::default()).unwrap();
    rows.map(|row| row.map_err(told)).collect()
}

fn refused(text: &str) -> Vec<String> {
    told(Rows::known(text.as_bytes(), &columns(), &Options::default()).unwrap_err())
}

#[test]
fn further_rows_come_in_any_order_of_headers_or_identifiers() {
    let row = vec![text("Kiel"), Cell::Number(1.5)];
    assert_eq!(read("rain_mm;Place\n1.5;Kiel\n"), [Ok(row)]);
    assert_eq!(read("place\nKiel\n"), [Ok(vec![text("Kiel"), Cell::Missing])]);
}

#[test]
fn a_wrong_row_does_not_end_the_others() {
    let rows = read("Place,rain (mm)\nKiel,wet\nKiel\n,NA\nKiel,2\n");

    assert_eq!(
        rows[0],
        Err(vec!["column `rain (mm)`, line 2: expected a finite number, found \"wet\"".into()])
    );
    assert_eq!(rows[1], Err(vec!["line 3: expected 2 cells, found 1".into()]));
    assert_eq!(rows[2], Err(vec!["column `Place`, line 4: expected text, found an empty cell".into()]));
    assert_eq!(rows[3], Ok(vec![text("Kiel"), Cell::Number(2.0)]));
    assert_eq!(rows.len(), 4);
}

#[test]
fn checking_reads_all_and_lists_at_most_a_hundred_faults() {
    let check = |text: &str| Rows::known(text.as_bytes(), &columns(), &Options::default()).unwrap().check();

    assert_eq!(check("Place\nKiel\nRostock\n").unwrap(), 2);
    assert_eq!(told(check(&format!("Place\nKiel\n{}", ",,\n".repeat(300))).unwrap_err()).len(), MOST_FAULTS);
}

#[test]
fn headers_that_the_columns_do_not_know_or_know_twice_or_lack_are_faults() {
    let unknown = "line 1: expected the columns of the table, found the header \"snow\"";
    assert_eq!(refused("Place,snow\nKiel,1\n"), [unknown]);
    let twice = "column `place`: expected each column once, found its header again";
    assert_eq!(refused("Place,place\nKiel,1\n"), [twice]);
    assert_eq!(refused("rain_mm\n1\n"), ["column `Place`: expected its header in the file, found none"]);
}

#[test]
fn one_cell_can_be_read_by_itself() {
    let rain = &columns()[1];

    assert_eq!(parse_cell(" -1e3 ", rain), Ok(Cell::Number(-1000.0)));
    assert_eq!(parse_cell("", rain), Ok(Cell::Missing));
    assert_eq!(parse_cell("NaN", rain).unwrap_err().found, "\"NaN\"");
    assert!(parse_cell("", &columns()[0]).is_err());
    assert!(parse_cell("a\0", &columns()[0]).is_err());
}
