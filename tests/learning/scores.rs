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
    let confusion = score::confusion(&y, &p, most);
    assert_eq!(confusion, [[2, 1, 0], [0, 2, 1], [1, 0, 3]]);
    close(score::accuracy(&confusion), 0.7);
    close(score::balanced_accuracy(&confusion), 0.6944444444444443);
    close(score::f1(&confusion), 0.6944444444444443);
    close(score::log_loss(&y, &p), 0.7366276919278899);
    close(score::brier(&y, p.view()), 0.42);
    close(score::of_classes(&p, |class| score::roc_auc(&y, &p, class)).unwrap(), 0.8482142857142857);
    close(score::of_classes(&p, |class| score::pr_auc(&y, &p, class)).unwrap(), 0.8045634920634921);
}

#[test]
fn two_classes_are_scored_as_scikit_learn_does_ties_and_certainty_included() {
    let (y, p) = two();
    let confusion = score::confusion(&y, &p, most);
    close(score::accuracy(&confusion), 0.75);
    close(score::balanced_accuracy(&confusion), 0.75);
    close(score::f1(&confusion), 0.75);
    close(score::log_loss(&y, &p), 0.3638503828460858);
    close(score::brier(&y, p.view()), 0.1253125);
    close(score::of_classes(&p, |class| score::roc_auc(&y, &p, class)).unwrap(), 0.90625);
    close(score::of_classes(&p, |class| score::pr_auc(&y, &p, class)).unwrap(), 0.9166666666666666);
}

#[test]
fn a_class_without_rows_leaves_the_area_open_and_the_rest_defined() {
    let (_, p) = two();
    let y = vec![1; 8];
    assert_eq!(score::roc_auc(&y, &p, 1), None);
    let confusion = score::confusion(&y, &p, most);
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

#[test]
fn a_curve_has_a_point_for_each_probability_and_both_ends() {
    let (y, p) = two();

    let curves = learning::curve::curves(&y, &p).curves;
    assert_eq!(curves.len(), 1);
    let curve = &curves[0];
    let shares: Vec<_> = curve.roc.iter().map(|at| (at.false_positive_rate, at.true_positive_rate)).collect();
    let expected = [0.0, 0.25, 0.5, 0.75, 0.75, 1.0, 1.0, 1.0];
    assert_eq!(shares.iter().map(|at| at.1).collect::<Vec<_>>(), expected);
    let expected = [0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0];
    assert_eq!(shares.iter().map(|at| at.0).collect::<Vec<_>>(), expected);
    assert_eq!(curve.roc[0].threshold, None);
    let recall: Vec<_> = curve.recall.iter().map(|at| (at.threshold, at.recall)).collect();
    assert_eq!(recall, [(1.0, 0.25), (0.9, 0.5), (0.8, 0.75), (0.65, 0.75), (0.4, 1.0)]);
    let last = curve.recall[4].precision;
    close(last, 0.6666666666666666);
    let bins: Vec<_> = curve.calibration.iter().map(|bin| (bin.rows, bin.observed)).collect();
    assert_eq!(bins, [(2, 0.0), (2, 0.5), (1, 0.0), (1, 1.0), (1, 1.0), (1, 1.0)]);
}

#[test]
fn a_curve_of_many_rows_keeps_a_hundred_points_and_the_exact_area() {
    let mut random = Random(5);
    let (mut y, mut second) = (Vec::new(), Vec::new());
    for _ in 0..5_000 {
        let p = random.uniform();
        y.push(usize::from(random.uniform() < p));
        second.push(p);
    }
    let p = Array2::from_shape_fn((5_000, 2), |(row, class)| [1.0 - second[row], second[row]][class]);

    let curve = learning::curve::curves(&y, &p).curves.remove(0);
    assert_eq!(curve.roc.len(), 100);
    assert!(curve.recall.len() <= 100 && curve.recall.len() > 50);
    let end = curve.roc[99];
    assert_eq!((end.false_positive_rate, end.true_positive_rate), (1.0, 1.0));
    let trapezoids: f64 = curve
        .roc
        .windows(2)
        .map(|at| {
            let height = at[0].true_positive_rate + at[1].true_positive_rate;
            0.5 * height * (at[1].false_positive_rate - at[0].false_positive_rate)
        })
        .sum();
    assert!((trapezoids - curve.roc_auc.unwrap()).abs() < 2e-3);
}

#[test]
fn correlation_and_scores_by_class_come_from_the_confusion_matrix() {
    let (y, p) = three();
    let mut scores = train_mixed(&of_mixed("y3")).scores;
    scores.confusion = score::confusion(&y, &p, most);
    close(scores.mcc(), 0.5454545454545454);
    let of: Vec<_> = scores.by_class().iter().map(|of| (of.precision, of.recall, of.support)).collect();
    assert_eq!(of, [(2.0 / 3.0, 2.0 / 3.0, 3), (2.0 / 3.0, 2.0 / 3.0, 3), (0.75, 0.75, 4)]);
    scores.confusion = vec![vec![3, 0], vec![2, 0]];
    assert_eq!(scores.mcc(), 0.0);
}
