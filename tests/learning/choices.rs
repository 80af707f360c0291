//! What a training may be asked to choose, and to leave out: penalty, threshold, rows; and how far its
//! weights may be off.

use super::*;

/// 400 rows of two numbers, a category and a day that tell the class with errors.
fn noisy() -> String {
    let mut random = Random(11);
    csv("a,b,s,day,y", 400, |i| {
        let (a, b) = (random.normal(), 1e3 * random.normal());
        let logit = a + b / 700.0 + f64::from(u8::from(i % 3 == 0)) - 1.5;
        let class = if random.uniform() < 1.0 / (1.0 + (-logit).exp()) { "yes" } else { "no" };
        format!("{a},{b},{},2024-{:02}-{:02},{class}", ["x", "y", "z"][i % 3], i % 12 + 1, i % 28 + 1)
    })
}

fn with(draft: Draft) -> Outcome {
    learning::train(&table(&noisy()), &draft.checked().unwrap(), &bounds(), &mut ()).unwrap()
}

#[test]
fn a_search_takes_the_penalty_of_the_least_loss_and_tells_what_it_tried() {
    let search = Some(DraftSearch { c: vec![1.0, 1e-4, 0.1], folds: Some(4) });
    let outcome = with(Draft { search, ..Draft::of("y") });

    let validation = outcome.fitted.validation.unwrap();
    assert_eq!(validation.folds, 4);
    let tried: Vec<f64> = validation.tried.iter().map(|tried| tried.c).collect();
    assert_eq!(tried, [1e-4, 0.1, 1.0]);
    let least = validation.tried.iter().min_by(|a, b| a.log_loss.partial_cmp(&b.log_loss).unwrap()).unwrap();
    assert_eq!(outcome.c, least.c);
    assert!(validation.tried[0].log_loss > least.log_loss && least.deviation.unwrap() > 0.0);
    let given = with(Draft { c: Some(outcome.c), ..Draft::of("y") });
    assert_eq!(given.fitted.coefficients, outcome.fitted.coefficients);
}

#[test]
fn a_search_is_the_same_each_time_and_another_with_another_seed() {
    let draft = || Draft { search: Some(DraftSearch::default()), ..Draft::of("y") };
    let mut other = draft();
    other.split.seed = Some(2);
    let (one, again, other) = (with(draft()), with(draft()), with(other));
    assert_eq!(one.fitted.validation, again.fitted.validation);
    assert_ne!(one.fitted.validation, other.fitted.validation);
}

#[test]
fn a_threshold_is_used_for_classes_and_not_for_probabilities() {
    let at = |at| with(Draft { threshold: Some(DraftThreshold::Number(at)), ..Draft::of("y") });
    let (low, usual, high) = (at(1e-9), with(Draft::of("y")), at(1.0 - 1e-9));
    let told = |outcome: &Outcome| outcome.scores.confusion.iter().map(|row| row[1]).sum::<u64>();
    assert_eq!((told(&low), told(&high)), (low.scores.rows, 0));
    assert!(told(&usual) > 0 && told(&usual) < usual.scores.rows);
    assert_eq!(low.scores.log_loss, usual.scores.log_loss);
    assert_eq!(low.fitted.decide(&[0.7, 0.3]), 1);
    assert_eq!((usual.fitted.decide(&[0.5, 0.5]), usual.fitted.threshold), (0, None));
}

#[test]
fn a_threshold_chosen_for_a_measure_reaches_more_of_it_on_the_folds_than_a_half() {
    for name in ["f1", "balanced-accuracy"] {
        let outcome = with(Draft { threshold: Some(DraftThreshold::Name(name.into())), ..Draft::of("y") });
        let at = outcome.fitted.threshold.unwrap();
        assert!(at > 0.0 && at < 0.5, "{name}: {at}: the second class is the rarer one");
        let validation = outcome.fitted.validation.unwrap();
        assert!(validation.tried.is_empty() && validation.threshold_score.unwrap() > 0.5);
    }
}

#[test]
fn more_than_two_classes_have_no_threshold() {
    let settings = Settings { threshold: Threshold::F1, ..of_mixed("y3") };
    let expected =
        "`/threshold`: expected `most-probable`: a threshold is for two classes, found one for 3 classes";
    assert_eq!(fault(&mixed(), &settings), expected);
}

#[test]
fn a_filter_leaves_rows_out_of_everything_and_counts_them() {
    let filter = Some("filter[s][in]=x,y&filter[a][gt]=-1".into());
    let outcome = with(Draft { filter, ..Draft::of("y") });
    let rows = outcome.fitted.rows;
    assert!(rows.filtered > 130 && rows.training + rows.held_out + rows.filtered == 400);
    let Seen::Category { levels } = &outcome.fitted.features[2].seen else { panic!() };
    assert_eq!(levels.iter().map(|level| level.value.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    let Seen::Number { min, .. } = outcome.fitted.features[0].seen else { panic!() };
    assert!(min > -1.0);
    let table = table(&noisy());
    let (_, s) = table.column("s").unwrap();
    assert!(outcome.held_out.iter().all(|row| s.cell(*row) != Cell::Text("z".into())));
}

#[test]
fn a_filter_that_is_wrong_is_a_fault_in_the_settings() {
    let filter = |text: &str| Draft { filter: Some(text.into()), ..Draft::of("y") }.checked().unwrap();
    let wrong = fault(&noisy(), &filter("filter[a][contains]=1"));
    assert!(wrong.starts_with("`/filter`: expected one of eq, ne"), "{wrong}");
    let wrong = fault(&noisy(), &filter("filter[nothing][eq]=1"));
    assert_eq!(wrong, "`/filter`: expected a column of the dataset, found \"nothing\"");
    let wrong = fault(&noisy(), &filter("filter[s][eq]=none"));
    assert_eq!(wrong, "`/target`: expected a column of at least 2 classes, found none");
}

#[test]
fn standard_errors_shrink_with_the_rows_and_say_whether_the_penalty_counts() {
    let errors = |c: f64| with(Draft { c: Some(c), ..Draft::of("y") }).fitted.errors.unwrap();
    let (penalised, free) = (errors(0.1), errors(1e12));
    assert!(penalised.penalised && !free.penalised);
    let one = free.coefficients[0][0].unwrap();
    assert!(one > 0.05 && one < 0.5, "{one}");
    assert!(penalised.coefficients[0][0].unwrap() < one);
}

#[test]
fn old_versions_of_models_are_still_read() {
    let outcome = train_mixed(&of_mixed("y2"));
    let mut fitted = serde_json::to_value(&outcome.fitted).unwrap();
    for new in ["threshold", "errors", "validation"] {
        assert!(fitted.as_object_mut().unwrap().shift_remove(new).is_some(), "{new}");
    }
    assert!(fitted["rows"].as_object_mut().unwrap().shift_remove("filtered").is_some());
    let old: Fitted = serde_json::from_value(fitted).unwrap();
    assert_eq!((old.threshold, old.errors, &old.coefficients), (None, None, &outcome.fitted.coefficients));
    let mut settings = serde_json::to_value(of_mixed("y2")).unwrap();
    for new in ["filter", "search", "threshold"] {
        assert!(settings.as_object_mut().unwrap().shift_remove(new).is_some(), "{new}");
    }
    assert_eq!(serde_json::from_value::<Settings>(settings).unwrap(), of_mixed("y2"));
    let mut scores = serde_json::to_value(&outcome.scores).unwrap();
    assert!(scores.as_object_mut().unwrap().shift_remove("prAuc").is_some());
    assert!(scores["baseline"].as_object_mut().unwrap().shift_remove("brier").is_some());
    assert_eq!(serde_json::from_value::<almanac::domain::model::Scores>(scores).unwrap().pr_auc, None);
}
