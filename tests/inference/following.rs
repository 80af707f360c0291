//! A large table: all of it read once, by what its beginning suggests.

use super::*;
use almanac::table::infer::{Begun, begin};

/// The schema and the rows of a table that goes on as its first bytes suggest.
fn followed(text: &str, options: &Options, most_bytes: u64) -> Option<(Schema, Vec<Vec<Cell>>)> {
    let Begun::Part(beginning) = begin(text.as_bytes(), options, most_bytes).unwrap() else { return None };
    let mut rows = Vec::new();
    let take = |row| {
        rows.push(row);
        Ok(())
    };
    let schema = beginning.follow::<_, Failure>(text.as_bytes(), options, take).unwrap()?;
    Some((schema, rows))
}

fn lines(cells: &[&str]) -> String {
    std::iter::once("x,y\n".into()).chain(cells.iter().map(|cell| format!("{cell},1\n"))).collect()
}

#[test]
fn a_table_that_goes_on_as_it_begins_gives_the_same_types_and_rows() {
    let row = "7,1.5,true,2024-05-01,2024-05-01T10:00:00Z,wet,\"a\nb\",NA\n";
    let text = format!("i,n,b,d,t,c,q,m\n{}", row.repeat(100));

    let (schema, found) = followed(&text, &Options::default(), 200).unwrap();

    assert_eq!(schema, super::schema(&text));
    assert_eq!(found, rows(&text));
    assert_eq!(found.len(), 100);
}

#[test]
fn a_cell_that_is_not_what_the_beginning_suggests_ends_it() {
    let first = [["1"; 40], ["1.5"; 40], ["true"; 40], ["2024-05-01"; 40], [""; 40]];
    for (first, last) in first.iter().zip(["1.5", "12345678901234567", "1", "2024-05-01T10:00", "1"]) {
        let text = lines(&[&first[..], &[last]].concat());

        assert_eq!(followed(&text, &Options::default(), 50), None, "{last} behind {}", first[0]);
    }
}

#[test]
fn a_line_that_is_wrong_ends_it() {
    for last in ["1,2", "\"1\"2,3", "\"1"] {
        let text = format!("{}{last}", lines(&["7"; 40]));
        let text = if last == "1,2" { format!("{text},3\n") } else { text };

        assert_eq!(followed(&text, &Options::default(), 50), None, "{last}");
    }
}

#[test]
fn what_seemed_a_category_may_turn_out_to_be_text() {
    let many: Vec<String> = (0..60).map(|n| format!("value {n}")).collect();
    let cells: Vec<&str> = std::iter::repeat_n("wet", 40).chain(many.iter().map(String::as_str)).collect();
    let text = lines(&cells);

    let (found, _) = followed(&text, &Options::default(), 50).unwrap();

    assert_eq!(found.columns[0].kind, ColumnType::Text);
    assert_eq!(found, schema(&text));
}

#[test]
fn what_is_wrong_at_the_beginning_is_told_with_all_that_comes_after() {
    let text = format!("{}1,2,3\n{}4,5,6\n", lines(&["7"; 5]), "7,1\n".repeat(50));

    let begun = begin(text.as_bytes(), &Options::default(), 40);

    assert_eq!(told(begun.unwrap_err()), faults(&text));
    assert_eq!(faults(&text).len(), 2);
}

proptest! {
    #[test]
    fn whatever_the_beginning_suggests_the_result_is_that_of_the_whole(
        cells in vec(
            proptest::sample::select(vec![
                "", "NA", "1", "-3", "0", "1.5", "007", "12345678901234567", "9007199254740993", "true", "False",
                "2024-05-01", "2024-05-01 10:00", "wet", " 8 ",
            ]),
            1..30,
        ),
        most_bytes in 1..60_u64,
        given in any::<bool>(),
    ) {
        let text = lines(&cells);
        let given = if given { super::given(&[("x", ColumnType::Text)]) } else { Options::default() };
        let whole = infer(text.as_bytes(), &given).unwrap();

        if let Some((schema, found)) = followed(&text, &given, most_bytes) {
            let rows: Vec<_> =
                Rows::new(text.as_bytes(), &whole, &given).unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(schema, whole);
            prop_assert_eq!(found, rows);
        }
    }
}
