//! Promises for every table, checked on random ones.

use super::*;

fn cell(kind: ColumnType) -> BoxedStrategy<Cell> {
    let value = match kind {
        ColumnType::Integer => any::<i64>().prop_map(Cell::Integer).boxed(),
        ColumnType::Number => {
            any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Cell::Number).boxed()
        }
        ColumnType::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
        ColumnType::Text | ColumnType::Category => {
            prop_oneof!["[^\0]{1,12}", "[,;\t|\"\r\n a]{1,6}", Just("NA".to_string())]
                .prop_map(Cell::Text)
                .boxed()
        }
        ColumnType::Date => (-719_528_i32..2_932_896)
            .prop_map(|days| Cell::Date(NaiveDate::from_epoch_days(days).unwrap()))
            .boxed(),
        ColumnType::Datetime => (-62_167_219_200_i64..253_402_300_799, 0_u32..1_000_000_000)
            .prop_map(|(seconds, nanos)| Cell::Datetime(DateTime::from_timestamp(seconds, nanos).unwrap()))
            .boxed(),
    };
    prop_oneof![1 => Just(Cell::Missing), 6 => value].boxed()
}

fn table() -> impl Strategy<Value = (Vec<Column>, Vec<Vec<Cell>>)> {
    let kind = proptest::sample::select(&ColumnType::ALL[..]);
    vec((kind, "[^\0]{0,5}"), 1..5).prop_flat_map(|columns| {
        let cells: Vec<_> = columns.iter().map(|(kind, _)| cell(*kind)).collect();
        let columns: Vec<_> = columns
            .into_iter()
            .enumerate()
            .map(|(index, (kind, tail))| Column::new(&format!("c{index}"), &format!("{index}{tail}."), kind))
            .collect();
        (Just(columns), vec(cells, 1..8))
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same((columns, rows) in table()) {
        let artifact = written(&columns, &rows);

        let table = Table::read(&artifact[..], &columns).unwrap();
        let types = columns.iter().map(|column| (column.name.clone(), column.kind)).collect();
        let options = Options { types, ..Options::canonical() };
        let schema = infer(&artifact[..], &options).unwrap();
        let again: Vec<_> = Rows::new(&artifact[..], &schema, &options).unwrap().map(Result::unwrap).collect();

        prop_assert_eq!(&again, &rows);
        prop_assert_eq!((0..table.rows()).map(|row| table.row(row)).collect::<Vec<_>>(), rows.clone());
        prop_assert_eq!(written(&columns, &again), artifact);
    }

    #[test]
    fn what_is_accepted_once_is_accepted_again(bytes in vec(any::<u8>(), 0..80), text in "[a1.,;\"\n\r -]{0,60}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            let Ok(schema) = infer(bytes, &Options::default()) else { continue };

            let rows = Rows::new(bytes, &schema, &Options::default()).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
            let artifact = written(&schema.columns, &rows);
            let table = Table::read(&artifact[..], &schema.columns).unwrap();

            prop_assert_eq!(rows.len() as u64, schema.rows);
            prop_assert_eq!((0..table.rows()).map(|row| table.row(row)).collect::<Vec<_>>(), rows);
        }
    }

    #[test]
    fn the_delimiter_changes_nothing(cells in vec(("[a-z]{1,4}", -99_i64..99), 2..9)) {
        let tables = [',', ';', '\t', '|'].map(|d| {
            cells.iter().fold(format!("a{d}b\n"), |table, (x, n)| format!("{table}{x}{d}{n}\n"))
        });

        let expected = rows(&tables[0]);
        for table in tables {
            prop_assert_eq!(&rows(&table), &expected);
        }
    }
}
