//! Features in, a class with its reasons out.

use super::*;

fn model() -> Fitted {
    train_mixed(&of_mixed("y3")).fitted
}

fn asked(pairs: &[(&str, &str)]) -> Asked {
    let values = pairs.iter().map(|(name, text)| (name.to_string(), Given::Text(text.to_string())));
    Asked { values: values.collect(), place: Place::Parameters }
}

fn told(fitted: &Fitted, pairs: &[(&str, &str)]) -> Prediction {
    learning::predict(fitted, &Input::read(fitted, &asked(pairs)).unwrap())
}

const FINE: [(&str, &str); 4] = [("flag", "true"), ("a", "3.70"), ("s", "m"), ("b", "-1e1")];

/// [`FINE`] with one value changed.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    FINE.into_iter().map(|(n, v)| if n == name { (n, value) } else { (n, v) }).collect()
}

#[test]
fn probabilities_sum_to_1_and_contributions_to_the_logit_less_its_base() {
    let prediction = told(&model(), &FINE);

    let sum: f64 = prediction.probabilities.iter().map(|(_, p)| p).sum();
    assert!((sum - 1.0).abs() < 1e-15);
    let best = prediction.probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_eq!(prediction.class, best.0);
    let names: Vec<_> = prediction.contributions.iter().map(|one| one.feature.as_str()).collect();
    assert_eq!(names, ["a", "b", "s", "flag"]);
    for (k, logit) in prediction.logits.iter().enumerate() {
        let added: f64 = prediction.contributions.iter().map(|one| one.values[k]).sum();
        assert!((prediction.base[k] + added - logit).abs() < 1e-12);
    }
    assert_eq!(prediction.warnings, []);
}

#[test]
fn the_canonical_query_is_one_spelling_in_the_models_order_and_reads_back_the_same() {
    let fitted = model();
    let input = Input::read(&fitted, &asked(&FINE)).unwrap();

    let canonical = input.canonical(&fitted);
    let pairs: Vec<_> = canonical.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(pairs, [("a", "3.7"), ("b", "-10"), ("s", "m"), ("flag", "true")]);
    assert_eq!(Input::read(&fitted, &asked(&pairs)).unwrap(), input);
    let zero = |text| Input::read(&fitted, &asked(&with("a", text))).unwrap();
    assert_eq!(zero("-0.0"), zero("0"));
}

#[test]
fn text_that_spells_no_value_is_malformed() {
    let fitted = model();
    for (name, text) in [("a", "wet"), ("a", "1,5"), ("a", "0x10"), ("flag", "maybe")] {
        match Input::read(&fitted, &asked(&with(name, text))) {
            Err(Refused::Malformed(faults)) => assert_eq!(faults.first().at, At::Parameter(name.into())),
            other => panic!("{name}={text}: {other:?}"),
        }
    }
    let twice = [FINE.as_slice(), &[("a", "1")]].concat();
    assert!(matches!(Input::read(&fitted, &asked(&twice)), Err(Refused::Malformed(_))));
}

#[test]
fn values_that_the_model_does_not_take_are_unfit_with_type_and_range() {
    let fitted = model();
    let cases = [
        (
            with("a", "NaN"),
            "`a`: expected a finite number (seen: 0 to 10), found a number that is not finite",
        ),
        (
            with("a", "1e400"),
            "`a`: expected a finite number (seen: 0 to 10), found a number that is not finite",
        ),
        (with("a", "-1e300"), "`a`: expected a finite number (seen: 0 to 10), found a number beyond ±1e100"),
        (with("s", "q"), "`s`: expected one of `f`, `m`, `x`, found \"q\""),
        (
            with("a", ""),
            "`a`: expected a finite number (seen: 0 to 10), found a missing value, which no training row had",
        ),
        (FINE[1..].to_vec(), "`flag`: expected true or false, found nothing"),
        (
            [FINE.as_slice(), &[("hue", "1")]].concat(),
            "`hue`: expected a feature of the model: `a`, `b`, `s`, `flag`, found \"hue\"",
        ),
    ];
    for (pairs, expected) in cases {
        match Input::read(&fitted, &asked(&pairs)) {
            Err(Refused::Unfit(faults)) => {
                assert_eq!(faults.first().to_string(), format!("parameter {expected}"))
            }
            other => panic!("{pairs:?}: {other:?}"),
        }
    }
}

#[test]
fn members_of_an_object_keep_their_types_and_pointers() {
    let fitted = model();
    let object = |a: Given| Asked {
        values: vec![
            ("a".into(), a),
            ("b".into(), Given::Typed(Cell::Missing)),
            ("s".into(), Given::Typed(Cell::Text("x".into()))),
            ("flag".into(), Given::Typed(Cell::Boolean(false))),
        ],
        place: Place::Object("/3".into()),
    };
    let input = Input::read(&fitted, &object(Given::Typed(Cell::Integer(4)))).unwrap();
    assert_eq!(input.canonical(&fitted)[..2], [("a".into(), "4".into()), ("b".into(), String::new())]);
    for wrong in [Given::Typed(Cell::Text("4".into())), Given::Typed(Cell::Boolean(true)), Given::Nested] {
        match Input::read(&fitted, &object(wrong)) {
            Err(Refused::Unfit(faults)) => assert_eq!(faults.first().at, At::Pointer("/3/a".into())),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_missing_value_contributes_by_its_indicator_alone() {
    let fitted = model();
    let prediction = told(&fitted, &with("b", ""));

    let place =
        fitted.columns.iter().position(|column| fitted.column_name(column) == "b is missing").unwrap();
    let column = &fitted.columns[place];
    for (k, weights) in fitted.coefficients.iter().enumerate() {
        let expected = weights[place] * (1.0 - column.mean) / column.scale;
        assert!((prediction.contributions[1].values[k] - expected).abs() < 1e-12);
    }
}

#[test]
fn a_value_outside_what_was_seen_is_answered_with_a_warning() {
    let prediction = told(&model(), &with("a", "1e99"));
    assert_eq!(prediction.warnings[0].text, "1e99 is outside what was seen: 0 to 10");
    assert!(prediction.probabilities.iter().all(|(_, p)| (0.0..=1.0).contains(p)));
}

#[test]
fn dates_count_in_days() {
    let text = csv("day,y", 60, |i| {
        let day = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(i as u64);
        format!("{day},{}", if i * 7 % 60 + i > 55 { "late" } else { "early" })
    });
    let fitted = train(&text, "y").unwrap().fitted;
    let late = told(&fitted, &[("day", "2020-03-05")]);
    assert_eq!(late.class, "late");
    assert!(late.warnings[0].text.contains("2020-03-05 is outside what was seen: 2020-01-0"));
    let wrong = Input::read(&fitted, &asked(&[("day", "5.3.2020")])).unwrap_err();
    assert!(matches!(wrong, Refused::Malformed(_)));
}
