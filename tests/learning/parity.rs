//! The same split, encoding and weights as scikit-learn 1.9 (`newton-cholesky`, tolerance 1e-14) gave on
//! the rows of [`mixed`]; `tests/parity/parity.py` compares real tables.

use super::*;

#[track_caller]
fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
    }
}

#[test]
fn three_classes_have_the_weights_that_scikit_learn_finds() {
    let outcome = train_mixed(&of_mixed("y3"));

    assert_eq!(outcome.held_out, [2, 8, 9, 12, 19, 21, 24, 25, 28, 31, 38, 39, 44, 52, 56, 57]);
    let fitted = outcome.fitted;
    assert_eq!(fitted.classes, ["high", "low", "mid"]);
    let names: Vec<_> = fitted.columns.iter().map(|column| fitted.column_name(column)).collect();
    assert_eq!(names, ["a", "b", "b is missing", "s=m", "s=x", "s is missing", "flag"]);
    close(&fitted.intercepts, &[0.5228809323371689, -1.1636332110825134, 0.6407522787453444]);
    let expected = [
        [
            1.374548930054705,
            1.1585313984464634,
            -0.3807395918662788,
            0.505415413963102,
            0.45614743423193704,
            0.08372395190600426,
            -0.11951637688208763,
        ],
        [
            -1.4605169714534394,
            -1.0801052466691574,
            0.09437622713222794,
            0.44765818599829243,
            -0.4381294558318681,
            0.11807767972676576,
            -0.05687545160641082,
        ],
        [
            0.08596804139873446,
            -0.0784261517773052,
            0.2863633647340501,
            -0.9530735999613938,
            -0.018017978400068912,
            -0.2018016316327691,
            0.1763918284884991,
        ],
    ];
    fitted.coefficients.iter().zip(&expected).for_each(|(found, expected)| close(found, expected));
}

#[test]
fn two_classes_have_one_row_of_weights_for_the_second() {
    let settings = Settings { c: 0.1, ..of_mixed("y2") };
    let outcome = train_mixed(&settings);

    assert_eq!(outcome.held_out, [2, 8, 9, 12, 15, 19, 21, 25, 28, 31, 38, 39, 44, 52, 56, 57]);
    assert_eq!(outcome.fitted.classes, ["no", "yes"]);
    close(&outcome.fitted.intercepts, &[0.6936329767270326]);
    assert_eq!(outcome.fitted.coefficients.len(), 1);
    let expected = [
        0.6157010002181267,
        0.48467242412523825,
        -0.24705267685588725,
        -0.04592402344850435,
        0.34571315555799154,
        -0.05057747102791478,
        -0.026155484850403046,
    ];
    close(&outcome.fitted.coefficients[0], &expected);
}

#[test]
fn a_split_is_the_same_on_every_machine() {
    let held = |labels: Vec<Option<usize>>, test, seed, stratified| {
        split(&labels, 2, &Split { test, seed, stratified }).unwrap().held_out
    };
    let both = (0..20).map(|i| Some(usize::from(i % 3 == 0))).collect();
    assert_eq!(held(both, 0.3, 42, true), [3, 5, 6, 8, 11, 19]);
    let labels: Vec<_> = (0..20).map(|i| (i % 3 != 0).then_some(i % 2)).collect();
    assert_eq!(held(labels, 0.3, 9_007_199_254_740_991, false), [1, 4, 5, 17]);
}

#[test]
fn a_retraining_on_rows_in_another_order_keeps_classes_and_signs() {
    let forward = mixed();
    let mut lines: Vec<&str> = forward.lines().collect();
    lines[1..].reverse();
    let settings = of_mixed("y2");
    let backward = table(&format!("{}\n", lines.join("\n")));
    let first = train_mixed(&settings).fitted;
    let second = learning::train(&backward, &settings, &bounds(), &mut ()).unwrap().fitted;

    assert_eq!(first.classes, second.classes);
    // The split differs, so only what is far from 0 must keep its sign.
    for (a, b) in first.coefficients[0].iter().zip(&second.coefficients[0]) {
        assert!(a.abs() < 0.3 || a.signum() == b.signum(), "{a} became {b}");
    }
}

#[test]
fn the_same_training_gives_the_same_model_bit_for_bit() {
    let settings = of_mixed("y3");
    assert_eq!(train_mixed(&settings), train_mixed(&settings));
}

#[test]
fn a_model_survives_its_json_text_bit_for_bit() {
    let outcome = train_mixed(&of_mixed("y3"));

    let text = serde_json::to_string(&outcome.fitted).unwrap();
    assert_eq!(serde_json::from_str::<Fitted>(&text).unwrap(), outcome.fitted);
    let text = serde_json::to_string(&outcome.scores).unwrap();
    assert_eq!(serde_json::from_str::<almanac::domain::model::Scores>(&text).unwrap(), outcome.scores);
}
