//! Scores equal to scikit-learn 1.9's, frozen.

use super::*;
use ndarray::{Array2, array};

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

fn three() -> (Vec<usize>, Array2<f64>) {
    let p = array![
        [0.7, 0.2, 0.1],
        [0.1, 0.6, 0.3],
        [0.2, 0.2, 0.6],
        [0.5, 0.3, 0.2],
        [0.3, 0.4, 0.3],
        [0.4, 0.5, 0.1],
        [0.1, 0.1, 0.8],
        [0.2, 0.2, 0.6],
        [0.7, 0.2, 0.1],
        [0.0, 0.3, 0.7],
    ];
    (vec![0, 1, 2, 2, 1, 0, 2, 1, 0, 2], p)
}

fn two() -> (Vec<usize>, Array2<f64>) {
    let second = [0.1, 0.8, 0.4, 0.4, 0.9, 0.65, 0.0, 1.0];
    let p = Array2::from_shape_fn((8, 2), |(row, class)| [1.0 - second[row], second[row]][class]);
    (vec![0, 1, 1, 0, 1, 0, 0, 1], p)
}

#[test]
fn three_classes_are_scored_as_scikit_learn_does() {
    let (y, p) = three();
    let confusion = score::confusion(&y, &p);
    assert_eq!(confusion, [[2, 1, 0], [0, 2, 1], [1, 0, 3]]);
    close(score::accuracy(&confusion), 0.7);
    close(score::balanced_accuracy(&confusion), 0.6944444444444443);
    close(score::f1(&confusion), 0.6944444444444443);
    close(score::log_loss(&y, &p), 0.7366276919278899);
    close(score::brier(&y, &p), 0.42);
    close(score::roc_auc(&y, &p).unwrap(), 0.8482142857142857);
}

#[test]
fn two_classes_are_scored_as_scikit_learn_does_ties_and_certainty_included() {
    let (y, p) = two();
    let confusion = score::confusion(&y, &p);
    close(score::accuracy(&confusion), 0.75);
    close(score::balanced_accuracy(&confusion), 0.75);
    close(score::f1(&confusion), 0.75);
    close(score::log_loss(&y, &p), 0.3638503828460858);
    close(score::brier(&y, &p), 0.1253125);
    close(score::roc_auc(&y, &p).unwrap(), 0.90625);
}

#[test]
fn a_class_without_rows_leaves_the_area_open_and_the_rest_defined() {
    let (_, p) = two();
    let y = vec![1; 8];
    assert_eq!(score::roc_auc(&y, &p), None);
    let confusion = score::confusion(&y, &p);
    close(score::balanced_accuracy(&confusion), score::accuracy(&confusion));
}

#[test]
fn a_model_is_shown_beside_what_knowing_no_feature_would_reach() {
    let outcome = train_mixed(&of_mixed("y2"));
    let scores = outcome.scores;
    assert_eq!(scores.baseline.class, "yes");
    assert_eq!(scores.rows, outcome.held_out.len() as u64);
    assert_eq!(scores.confusion.iter().flatten().sum::<u64>(), scores.rows);
    assert!(scores.log_loss < scores.baseline.log_loss);
}
