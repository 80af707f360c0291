//! Profiles of columns.

use super::*;

/// The profile of a table, from a Parquet file of it.
fn profiled(table: &Table) -> Profile {
    profile(&artifact(table)).unwrap()
}

fn numbers(values: &[f64]) -> almanac::table::profile::ColumnProfile {
    let mut table = Table::new(vec![Column::new("x", "x", ColumnType::Number)]);
    values.iter().for_each(|&value| table.push(&[Cell::Number(value)]).unwrap());
    profiled(&table).columns.remove(0)
}

#[test]
fn numbers_are_summed_up_as_numpy_does() {
    let x = numbers(&[39.1, 39.5, 40.3, 36.7, 39.3]);

    assert_eq!((x.count, x.missing, x.distinct), (5, 0, 5));
    assert_eq!((x.minimum, x.maximum), (Some(Scalar::Number(36.7)), Some(Scalar::Number(40.3))));
    assert!((x.mean.unwrap() - 38.98).abs() < 1e-13);
    assert!((x.standard_deviation.unwrap() - 1.3535139452550904).abs() < 1e-13);
    assert_eq!(x.quartiles, Some([39.1, 39.3, 39.5]));
}

#[test]
fn numbers_near_the_ends_of_f64_have_a_mean_and_a_deviation() {
    let huge = numbers(&[1e308, 1.5e308, -1e308]);
    let below = numbers(&[-1.7e308, 0.0]);
    let tiny = numbers(&[1e-300, 3e-300]);

    assert!((huge.mean.unwrap() / 5e307 - 1.0).abs() < 1e-12);
    assert!(huge.quartiles.unwrap().iter().all(|q| q.is_finite()));
    assert_eq!(huge.histogram.unwrap().counts.iter().sum::<u64>(), 3);
    assert_eq!(below.histogram.unwrap().start, f64::MIN);
    assert!((tiny.standard_deviation.unwrap() / 2_f64.sqrt() / 1e-300 - 1.0).abs() < 1e-12);
}

#[test]
fn bins_are_round_and_no_finer_than_the_resolution() {
    let tenths = numbers(&[0.1, 0.2, 0.3, 0.3, 0.4]).histogram.unwrap();
    let years = numbers(&[2007.0, 2008.0, 2009.0, 2009.0]).histogram.unwrap();
    let wide = numbers(&[0.0, 99.0, 100.0, 1234.5]).histogram.unwrap();

    assert_eq!((tenths.start, tenths.width, tenths.counts), (0.1, 0.1, vec![1, 1, 2, 1]));
    assert_eq!((years.start, years.width, years.counts), (2007.0, 1.0, vec![1, 1, 2]));
    assert_eq!((wide.start, wide.width, wide.counts.len()), (0.0, 100.0, 13));
    assert_eq!(wide.counts[..2], [2, 1]);
}

#[test]
fn columns_without_values_have_no_mean() {
    let table = Table::read("a,b\n,\n,\n".as_bytes(), &schema("a,b\n,1\n").columns).unwrap();

    let columns = profiled(&table).columns;

    assert_eq!((columns[1].count, columns[1].missing, columns[1].mean), (0, 2, None));
    assert_eq!(numbers(&[1.0]).standard_deviation, None);
}

#[test]
fn a_category_lists_eight_values_and_counts_the_others() {
    let mut table = Table::new(vec![Column::new("x", "x", ColumnType::Category)]);
    for value in "aaabbcdefghij".chars() {
        table.push(&[text(&value.to_string())]).unwrap();
    }
    table.push(&[Cell::Missing]).unwrap();

    let column = &profiled(&table).columns[0];

    let top = column.top.as_ref().unwrap();
    assert_eq!(top.iter().map(|f| f.value.as_str()).collect::<String>(), "abcdefgh");
    assert_eq!((column.count, column.missing, column.distinct, column.other), (13, 1, 10, Some(2)));
}

#[test]
fn a_profile_survives_json() {
    let table = "n,x,b,d,t\n1,0.1,true,2024-01-01,a\n2,,false,2024-01-02,b\n";
    let table = Table::read(table.as_bytes(), &schema(table).columns).unwrap();
    let profile = profiled(&table);

    let json = serde_json::to_string(&profile).unwrap();

    assert!(json.contains(r#""standardDeviation":0.707"#), "{json}");
    assert_eq!(serde_json::from_str::<almanac::table::profile::Profile>(&json).unwrap(), profile);
}

proptest! {
    #[test]
    fn each_number_is_in_one_of_at_most_fifteen_bins(values in vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 1..40)) {
        let x = numbers(&values);

        let histogram = x.histogram.unwrap();
        prop_assert!(histogram.counts.len() <= 15);
        prop_assert!(histogram.width > 0.0 && histogram.start.is_finite());
        prop_assert_eq!(histogram.counts.iter().sum::<u64>(), values.len() as u64);
        prop_assert!(histogram.counts[0] > 0 && histogram.counts[histogram.counts.len() - 1] > 0);
    }

    #[test]
    fn bins_begin_where_they_say(values in vec(-20_000_i32..20_000, 1..60), decimals in 0_i32..5) {
        let values: Vec<f64> = values.into_iter().map(|v| f64::from(v) / 10_f64.powi(decimals)).collect();

        let histogram = numbers(&values).histogram.unwrap();

        for (bin, &count) in histogram.counts.iter().enumerate() {
            let low = histogram.start + bin as f64 * histogram.width - histogram.width * 1e-6;
            let inside = values.iter().filter(|&&v| v >= low && v < low + histogram.width).count();
            prop_assert_eq!(inside as u64, count);
        }
    }
}

#[test]
fn beyond_a_million_rows_quartiles_and_distinct_values_are_estimates_and_say_so() {
    let rows = MOST_EXACT + MOST_EXACT / 2;
    let columns = ["all", "tens"].map(|name| Column::new(name, name, ColumnType::Integer));
    let rows = (0..rows as i64).map(|row| vec![Cell::Integer(row * 7 % 1_500_007), Cell::Integer(row % 10)]);

    let profile = profile(&packed(&columns, rows)).unwrap();

    let [all, tens] = &profile.columns[..] else { panic!("two columns") };
    assert!(profile.approximate);
    assert_eq!((all.count, all.minimum.clone()), (1_500_000, Some(Scalar::Integer(0))));
    assert!((all.distinct as f64 / 1.5e6 - 1.0).abs() < 0.01, "{}", all.distinct);
    for (found, share) in all.quartiles.unwrap().iter().zip([0.25, 0.5, 0.75]) {
        assert!((found / 1.5e6 - share).abs() < 0.005, "{found}");
    }
    assert_eq!(all.histogram.as_ref().unwrap().counts.iter().sum::<u64>(), 1_500_000);
    assert_eq!((tens.distinct, tens.mean), (10, Some(4.5)));
}
