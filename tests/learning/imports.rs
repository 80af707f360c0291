//! Weights that were learned elsewhere: the same model again, judged by the rows, or the reason why not.

use super::*;
use almanac::{
    domain::model::{Saved, Threshold},
    learning::adopt,
};
use std::collections::BTreeMap;

fn adopted(target: &str, saved: &Saved) -> Result<Outcome, Refusal> {
    let table = table(&mixed());
    let settings = adopt::resolve(table.columns(), &settings(target), saved)?;
    adopt::adopt(&table, &settings, saved, &bounds(), &mut ())
}

/// The place of the first fault, and the fault.
fn refused(target: &str, saved: &Saved) -> String {
    match adopted(target, saved) {
        Err(Refusal::Faults(faults)) => faults.first().to_string(),
        other => panic!("expected a fault, got {other:?}"),
    }
}

/// Probabilities of some rows, missing cells among them if the model takes such.
fn told(fitted: &Fitted) -> Vec<f64> {
    let rows = [["3", "1", "f", "true"], ["9.5", "-20", "m", "false"], ["0", "40", "x", "true"]];
    let row = |cells: &[&str; 4]| {
        let values = ["a", "b", "s", "flag"].into_iter().zip(cells);
        let values = values.map(|(name, text)| (name.to_string(), Given::Text(text.to_string())));
        let asked = Asked { values: values.collect(), place: Place::Parameters };
        let input = Input::read(fitted, &asked).unwrap();
        learning::predict(fitted, &input).probabilities.into_iter().map(|(_, p)| p).collect::<Vec<_>>()
    };
    rows.iter().flat_map(row).collect()
}

#[track_caller]
fn same(one: &[f64], other: &[f64]) {
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(other) {
        assert!((one - other).abs() < 1e-12, "{one} is not {other}");
    }
}

#[test]
fn what_goes_out_comes_in_as_the_same_model_with_a_certificate_of_its_own() {
    for target in ["y3", "y2"] {
        let learned = train_mixed(&of_mixed(target));
        let again = adopted(target, &Saved::of(&learned.fitted)).unwrap();

        assert_eq!(again.fitted.coefficients, learned.fitted.coefficients);
        assert_eq!((&again.fitted.columns, &again.scores), (&learned.fitted.columns, &learned.scores));
        assert_eq!(again.fitted.errors, learned.fitted.errors);
        let certificate = again.fitted.certificate;
        assert_eq!((certificate.solver, certificate.converged), (Solver::Imported, true));
        assert_eq!(certificate.max_gradient, learned.fitted.certificate.max_gradient);
        assert_eq!(again.held_out, learned.held_out);
    }
}

#[test]
fn weights_of_the_columns_in_their_own_units_predict_the_same() {
    for target in ["y3", "y2"] {
        let learned = train_mixed(&of_mixed(target)).fitted;
        let (coef_, intercept_) = learned.unscaled();
        let raw = Saved { coef_, intercept_, mean_: None, scale_: None, ..Saved::of(&learned) };

        let again = adopted(target, &raw).unwrap().fitted;
        same(&told(&again), &told(&learned));
        assert_eq!(again.columns, learned.columns);
        assert!(again.certificate.converged);
    }
}

#[test]
fn columns_may_come_in_any_order_and_every_category_may_have_one() {
    let learned = train_mixed(&of_mixed("y2")).fitted;
    let mut saved = Saved::of(&learned);
    let order: Vec<usize> = (0..saved.features.len()).rev().collect();
    let turned = |all: &[f64]| order.iter().map(|place| all[*place]).collect::<Vec<f64>>();
    saved.coef_ = vec![[turned(&saved.coef_[0]), vec![0.0]].concat()];
    saved.mean_ = saved.mean_.map(|all| [turned(&all), vec![0.0]].concat());
    saved.scale_ = saved.scale_.map(|all| [turned(&all), vec![1.0]].concat());
    saved.features = order.iter().map(|place| saved.features[*place].clone()).collect();
    saved.features.push("s=f".into());
    saved.categories.clear();

    let again = adopted("y2", &saved).unwrap().fitted;
    let names: Vec<_> = again.columns.iter().map(|column| again.column_name(column)).collect();
    assert_eq!(names, ["flag", "s is missing", "s=x", "s=m", "s=f", "b is missing", "b", "a"]);
    same(&told(&again), &told(&learned));
}

#[test]
fn weights_that_are_no_optimum_are_scored_and_say_so() {
    let learned = train_mixed(&of_mixed("y2"));
    let mut saved = Saved::of(&learned.fitted);
    saved.coef_[0][0] = -saved.coef_[0][0];
    saved.threshold = Some(0.25);
    let settings = Settings { threshold: Threshold::Given(0.25), ..of_mixed("y2") };

    let turned = adopt::adopt(&table(&mixed()), &settings, &saved, &bounds(), &mut ()).unwrap();
    assert!(!turned.fitted.certificate.converged && turned.fitted.errors.is_none());
    assert!(turned.scores.log_loss > learned.scores.log_loss);
    assert_eq!(turned.fitted.threshold, Some(0.25));
    let warnings: Vec<_> = turned.fitted.warnings.iter().map(|one| one.text.as_str()).collect();
    assert!(warnings[0].starts_with("the weights were learned elsewhere"), "{warnings:?}");
    assert!(warnings[1].contains("are not the optimum of the training rows at C = 1"), "{warnings:?}");
}

#[test]
fn a_missing_cell_is_taken_only_by_weights_that_have_a_column_for_it() {
    let saved = Saved {
        classes: vec!["no".into(), "yes".into()],
        features: vec!["b".into(), "a".into(), "a is missing".into()],
        categories: BTreeMap::new(),
        coef_: vec![vec![0.1, 0.5, 0.25]],
        intercept_: vec![-2.0],
        mean_: None,
        scale_: None,
        threshold: None,
    };
    let fitted = adopted("y2", &saved).unwrap().fitted;

    let may: Vec<_> = fitted.features.iter().map(|one| (one.missing > 0, one.may_be_missing())).collect();
    assert_eq!(may, [(true, false), (false, true)], "rows lack `b`, and the weights know `a` alone without");
    let found = fitted.warnings.iter().map(|one| &one.text).find(|text| text.contains("not looked at"));
    assert!(found.is_some_and(|text| text.contains("training rows")), "{:?}", fitted.warnings);
}

#[test]
fn weights_that_do_not_fit_the_table_are_refused_by_pointer() {
    let good = Saved::of(&train_mixed(&of_mixed("y2")).fitted);
    let named = |place: usize, name: &str| {
        let mut saved = good.clone();
        saved.features[place] = name.into();
        saved.categories.clear();
        saved
    };
    let of_classes = |classes: [&str; 2]| Saved { classes: classes.map(String::from).into(), ..good.clone() };
    let categories = |name: &str, levels: &[&str]| {
        let levels = levels.iter().map(|level| level.to_string()).collect();
        Saved { categories: BTreeMap::from([(name.to_string(), levels)]), ..good.clone() }
    };
    for (saved, expected) in [
        (named(0, "depth"), "`/givenWeights/features/0`: expected a column of the dataset"),
        (named(0, "y2"), "`/givenWeights/features/0`: expected"),
        (named(1, "a"), "`/givenWeights/features/1`: expected each column once"),
        (named(6, "s"), "`/givenWeights/features/6`: expected the column with `=` and a category"),
        (named(6, "a=3"), "`/givenWeights/features/6`: expected a column of the dataset"),
        (of_classes(["no", "maybe"]), "`/givenWeights/classes`: expected the classes that the rows have"),
        (of_classes(["yes", "no"]), "`/givenWeights/classes`: expected the classes that the rows have"),
        (categories("s", &["f", "m"]), "`/givenWeights/categories/s`: expected \"x\" among them"),
        (categories("a", &["f"]), "`/givenWeights/categories/a`: expected a feature that holds categories"),
        (
            named(3, "flag is missing"),
            "`/givenWeights/categories/s`: expected its categories: the rows hold 2",
        ),
    ] {
        let found = refused("y2", &saved);
        assert!(found.starts_with(expected), "{found}, not {expected}");
    }
    assert!(refused("a", &good).starts_with("`/target`"));
}

#[test]
fn weights_of_any_size_give_finite_numbers_or_are_refused() {
    let mut saved = Saved::of(&train_mixed(&of_mixed("y2")).fitted);
    saved.scale_ = saved.scale_.map(|all| all.iter().map(|_| 1e-100).collect());
    saved.coef_ = vec![vec![1e100; saved.features.len()]];
    let outcome = adopted("y2", &saved).unwrap();
    let numbers = [outcome.fitted.certificate.objective, outcome.scores.log_loss];
    assert!(numbers.iter().all(|number| number.is_finite()), "{numbers:?}");
    assert!(told(&outcome.fitted).iter().all(|p| p.is_finite()));

    let large = table(&csv("x,y", 40, |i| format!("{}e99,{}", i % 7, ["no", "yes"][i % 2])));
    let (features, categories) = (vec!["x".into()], BTreeMap::new());
    let (coef_, intercept_) = (vec![vec![1e100]], vec![0.0]);
    let saved = Saved {
        features,
        categories,
        coef_,
        intercept_,
        mean_: None,
        scale_: None,
        ..Saved::of(&outcome.fitted)
    };
    let refused = adopt::adopt(&large, &settings("y"), &saved, &bounds(), &mut ()).unwrap_err();
    assert!(refused.to_string().contains("finite objective"), "{refused}");
}
