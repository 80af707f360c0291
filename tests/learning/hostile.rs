//! Tables that break solvers: each gives a certified model or says why there is none.

use super::*;

/// 40 rows of a number that tells the class with errors, and of whatever `other` gives.
fn beside(header: &str, mut other: impl FnMut(usize) -> String) -> String {
    csv(&format!("x,{header},y"), 40, |i| {
        let class = if (i * 17) % 40 + (i * 11) % 9 > 22 { "yes" } else { "no" };
        format!("{}.5,{},{class}", (i * 17) % 40, other(i))
    })
}

#[track_caller]
fn certified(csv: &str) -> Fitted {
    let fitted = train(csv, "y").unwrap().fitted;
    assert!(fitted.certificate.converged, "{:?}", fitted.certificate);
    fitted
}

#[test]
fn one_cell_of_1e300_is_a_fault_that_names_its_column() {
    let text = beside("z", |i| if i == 7 { "1e300".into() } else { format!("{i}.25") });
    let found = fault(&text, &settings("y"));
    assert_eq!(found, "column `z`: expected finite numbers within ±1e100, found 1e300");
}

#[test]
fn a_column_of_scale_1e20_trains_as_well_as_the_same_column_of_scale_1() {
    let number = |i: usize| ((i * 31) % 40) as f64 - 17.0;
    let small = certified(&beside("z", |i| number(i).to_string()));
    let large = certified(&beside("z", |i| format!("{:e}", number(i) * 1e20)));

    let difference = small.coefficients[0][1] - large.coefficients[0][1];
    assert!(difference.abs() < 1e-9, "{difference}");
}

#[test]
fn a_target_needs_two_classes_of_two_rows_each() {
    let one = csv("x,y", 20, |i| format!("{i}.5,a"));
    let expected = "`/target`: expected a column of at least 2 classes, found only \"a\"";
    assert_eq!(fault(&one, &settings("y")), expected);
    let single = csv("x,y", 40, |i| format!("{i}.5,{}", if i == 3 { "b" } else { "a" }));
    let expected = "`/target`: expected at least 2 rows of each class, found 1 of \"b\"";
    assert_eq!(fault(&single, &settings("y")), expected);
    let two = csv("x,y", 2, |i| format!("{i}.5,{}", ["a", "b"][i]));
    assert!(fault(&two, &settings("y")).contains("at least 2 rows of each class"));
    let many = csv("x,y", 300, |i| format!("{i}.5,{}", i % 150));
    assert!(fault(&many, &settings("y")).contains("at most 100 classes"));
}

#[test]
fn columns_that_do_not_vary_have_weight_0_and_alone_make_no_model() {
    let fitted = certified(&beside("z,t", |_| "3.5,same".into()));
    assert_eq!(fitted.coefficients[0][1], 0.0);
    let named: Vec<_> = fitted.warnings.iter().filter_map(|warning| warning.column.as_deref()).collect();
    assert_eq!(named, ["z", "t"]);

    let constant = csv("x,y", 40, |i| format!("2.5,{}", ["a", "b"][i % 2]));
    let expected = "`/features`: expected at least one feature that varies, found none";
    assert_eq!(fault(&constant, &settings("y")), expected);
}

#[test]
fn an_empty_column_is_left_out_unless_it_was_asked_for() {
    let columns = |text: &str| {
        let mut columns = table(text).columns().to_vec();
        columns[1].kind = almanac::domain::column::ColumnType::Number;
        columns
    };
    let text = beside("z", |_| String::new());
    let mut empty = Table::new(columns(&text));
    (0..40).for_each(|row| empty.push(&table(&text).row(row)).unwrap());
    let outcome = learning::train(&empty, &settings("y"), &bounds(), &mut ()).unwrap();
    assert!(outcome.fitted.warnings[0].text.contains("no value"));

    let named = Draft { features: vec!["z".into()], ..Draft::of("y") }.checked().unwrap();
    let refused = learning::train(&empty, &named, &bounds(), &mut ()).unwrap_err();
    assert_eq!(refused.to_string(), "column `z`: expected a value in the training rows, found none");
    let missing = csv("x,y", 20, |i| format!("{i}.5,{}", if i < 20 { "" } else { "a" }));
    assert!(fault(&missing, &settings("y")).contains("at least 2 classes, found none"));
}

#[test]
fn classes_that_are_perfectly_separable_give_a_certified_model_or_a_reason() {
    let text = csv("x,y", 60, |i| format!("{i}.5,{}", if i < 30 { "a" } else { "b" }));
    for c in [1.0, 1e4, 1e8, 1e15] {
        let settings = Settings { c, ..settings("y") };
        match learning::train(&table(&text), &settings, &bounds(), &mut ()) {
            Ok(outcome) => assert!(outcome.fitted.certificate.converged),
            Err(Refusal::NotConverged(reason)) => assert!(reason.contains("smaller C"), "{reason}"),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_thousand_columns_are_trained_or_refused_by_size() {
    let header: Vec<_> = (0..999).map(|j| format!("x{j}")).collect();
    let mut random = Random(5);
    let text = csv(&format!("{},y", header.join(",")), 24, |i| {
        let cells: Vec<_> = (0..999).map(|_| format!("{:.3}", random.normal())).collect();
        format!("{},{}", cells.join(","), ["a", "b"][i % 2])
    });
    let table = table(&text);
    let narrow = Bounds { cells: 20_000, ..bounds() };
    let refused = learning::train(&table, &settings("y"), &narrow, &mut ()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "expected at most 20000 cells, found 23976 (24 rows × 999 encoded columns)"
    );
    let brief = Bounds { deadline: Instant::now() + Duration::from_secs(2), ..bounds() };
    match learning::train(&table, &settings("y"), &brief, &mut ()) {
        Ok(outcome) => assert!(outcome.fitted.certificate.converged),
        Err(refusal) => assert!(!matches!(refusal, Refusal::Faults(_)), "{refusal}"),
    }
}

#[test]
fn a_category_of_held_out_rows_alone_is_not_scored_and_counted() {
    let common = |i: usize| ["u", "v"][(i / 2) % 2];
    let held = train(&beside("s", |i| common(i).into()), "y").unwrap().held_out;
    let rare = beside("s", |i| if i == held[0] { "rare" } else { common(i) }.into());
    let outcome = train(&rare, "y").unwrap();

    assert_eq!(outcome.held_out, held);
    assert_eq!((outcome.scores.rows, outcome.scores.left_out), (held.len() as u64 - 1, 1));
    assert!(outcome.fitted.warnings[0].text.starts_with("1 held-out rows are not scored"));
}

#[test]
fn missing_cells_are_refused_where_that_was_asked_for() {
    let text = beside("z", |i| if i % 9 == 4 { String::new() } else { i.to_string() });
    let refuse = Draft { missing: Some("refuse".into()), ..Draft::of("y") }.checked().unwrap();
    let expected = "column `z`: expected a value in each row (missing: refuse), found 4 missing";
    assert_eq!(fault(&text, &refuse), expected);
    let rows = csv("x,y", 60, |i| format!("{i}.5,{}", ["a", "", "b"][(i * i + i / 7) % 3]));
    let fitted = train(&rows, "y").unwrap().fitted;
    let counted = fitted.rows.training + fitted.rows.held_out + fitted.rows.without_target;
    assert!(fitted.rows.without_target > 0 && counted == 60);
}

#[test]
fn more_than_fifty_categories_are_a_fault() {
    let text = csv("s,y", 1200, |i| format!("k{},{}", i % 60, ["a", "b"][i % 2]));
    let mut columns = table(&text).columns().to_vec();
    columns[0].kind = almanac::domain::column::ColumnType::Category;
    let mut wide = Table::new(columns);
    let rows = table(&text);
    (0..1200).for_each(|row| wide.push(&rows.row(row)).unwrap());
    let refused = learning::train(&wide, &settings("y"), &bounds(), &mut ()).unwrap_err();
    assert_eq!(refused.to_string(), "column `s`: expected at most 50 categories, found 60");
}

#[test]
fn an_unstratified_split_that_robs_a_class_of_its_rows_is_a_fault() {
    let text = csv("x,y", 100, |i| format!("{i}.5,{}", if i < 2 { "rare" } else { "common" }));
    let mut draft = Draft::of("y");
    draft.split.stratified = Some(false);
    draft.split.test = Some(0.99);
    assert!(fault(&text, &draft.checked().unwrap()).starts_with("`/split/stratified`"));
}

#[test]
fn forty_wild_tables_are_certified_or_refused_with_a_reason() {
    for seed in 0..40 {
        let mut random = Random(seed * 7919 + 1);
        let (classes, rows) = (2 + seed as usize % 4, 60 + (random.uniform() * 100.0) as usize);
        let text = csv("n,l,c,o,t,y", rows, |i| {
            let (n, u) = (random.normal(), random.uniform());
            let cauchy = (std::f64::consts::PI * (u - 0.5)).tan();
            let log = (3.0 * random.normal()).exp();
            let outlier = if i == 7 { 1e12 } else { random.normal() };
            let score = n + log.ln() + cauchy.signum() + random.normal();
            let class = ((score.abs() * 1.3) as usize).min(classes - 1);
            format!("{n},{log},{cauchy},{outlier},{:e},k{class}", n * 1e20)
        });
        let settings = Settings { c: 10_f64.powf(8.0 * random.uniform() - 4.0), ..settings("y") };
        match learning::train(&table(&text), &settings, &bounds(), &mut ()) {
            Ok(outcome) => {
                let certificate = outcome.fitted.certificate;
                let gap = certificate.gap.unwrap();
                assert!(gap <= 1e-6 * certificate.objective && certificate.converged, "seed {seed}");
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
    }
}
