//! What may be asked of a training, and what a table's columns rule out at once.

use super::*;

fn pointers(faults: &Faults) -> Vec<String> {
    faults.iter().map(|fault| fault.to_string()).collect()
}

#[test]
fn settings_that_are_left_out_take_their_defaults() {
    let settings = settings("species");
    assert_eq!((settings.c, settings.standardise), (1.0, true));
    assert_eq!(settings.split, Split { test: 0.25, seed: 1, stratified: true });
    assert_eq!(settings.missing.name(), "mean-indicator");
}

#[test]
fn every_setting_out_of_bounds_is_a_fault_with_its_pointer() {
    let mut draft = Draft { c: Some(0.0), missing: Some("drop".into()), ..Draft::default() };
    draft.split.test = Some(1.0);
    draft.split.seed = Some(-1);
    let faults = draft.checked().unwrap_err();
    assert_eq!(
        pointers(&faults),
        [
            "`/missing`: expected `refuse` or `mean-indicator`, found \"drop\"",
            "`/split/test`: expected a share above 0 and below 1, found 1",
            "`/split/seed`: expected a whole number from 0 to 9007199254740991, found -1",
            "`/target`: expected the column to predict, found nothing",
            "`/c`: expected a penalty from 1e-9 to 1e15, found 0",
        ]
    );
    let infinite = Draft { c: Some(f64::INFINITY), ..Draft::of("y") }.checked().unwrap_err();
    assert!(pointers(&infinite)[0].starts_with("`/c`"));
}

#[test]
fn headers_become_identifiers_and_strangers_are_faults() {
    let text = csv("Bill length (mm),weight,note,class", 40, |i| {
        format!("{}.5,{}.5,note {i},{}", i, i * i, ["a", "b"][i % 2])
    });
    let columns = table(&text).columns().to_vec();
    let features = |names: &[&str]| Draft {
        features: names.iter().map(|name| name.to_string()).collect(),
        ..Draft::of("class")
    };
    let resolved = learning::resolve(&columns, &features(&["Bill length (mm)"]).checked().unwrap()).unwrap();
    assert_eq!(resolved.features, ["bill_length_mm"]);

    let wrong = features(&["note", "hight"]).checked().unwrap();
    let faults = learning::resolve(&columns, &wrong).unwrap_err();
    assert_eq!(
        pointers(&faults),
        [
            "`/features/0`: expected a column of integers, numbers, true or false, dates or categories, \
             found \"note\" of type text",
            "`/features/1`: expected a column of the dataset, found \"hight\"",
        ]
    );
    let faults = learning::resolve(&columns, &settings("weight")).unwrap_err();
    assert!(pointers(&faults)[0].ends_with("found \"weight\" of type number"));
    let twice = features(&["Bill length (mm)", "bill_length_mm"]).checked().unwrap();
    assert!(learning::resolve(&columns, &twice).is_err());
}

#[test]
fn without_a_list_every_column_that_can_serve_is_a_feature_and_the_others_are_named() {
    let text =
        csv("x,note,class", 40, |i| format!("{}.5,note {i},{}", (i * 7) % 40, ["a", "b"][(i / 3) % 2]));
    let fitted = train(&text, "class").unwrap().fitted;
    assert_eq!(fitted.features.len(), 1);
    assert_eq!(fitted.warnings[0].column.as_deref(), Some("note"));
    assert_eq!(fitted.warnings[0].text, "left out: a column of type text is no feature");
}
