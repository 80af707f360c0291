//! How a version does, seen more closely: its curves, and how it differs from another version.

use super::{item, learned, operable, version};
use crate::{
    domain::{
        Kind,
        model::{Bin, Curve, Curves, Fitted, Recall, Roc},
        version::{Model, Version},
    },
    represent::{
        Document,
        cell::number,
        link::{Base, Place},
        policy::Subject,
    },
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Changed weights that a document spells out, the largest changes first.
const MOST_CHANGES: usize = 200;

/// The document of a version's curves.
pub fn curves(base: &Base, model: &Model, version: &Version, curves: &Curves) -> Document {
    let (slug, number) = (model.slug.to_string(), version.number.to_string());
    let mut document = part_of(base, model, version, &Place::Curves(slug, number), "Curves");
    let curves = curves.curves.iter().map(|one| curve(&version.fitted, one));
    document
        .set("heldOutRows", version.scores.rows)
        .set("classes", version.fitted.classes.clone())
        .set("curvesByClass", curves.collect::<Vec<_>>());
    operable(&mut document, "Curves");
    document
}

fn part_of(base: &Base, model: &Model, version: &Version, place: &Place, class: &'static str) -> Document {
    let slug = model.slug.to_string();
    let subject = Subject::Fixed { kind: Kind::Model, slug: slug.clone() };
    let mut document = item(base, place, class, subject);
    document.state = Some(version.state(&slug));
    let own = Place::Version(slug, version.number.to_string()).url(base);
    document.set("modelVersion", own.clone()).link("up", own);
    document
}

fn curve(fitted: &Fitted, curve: &Curve) -> Value {
    let roc = |at: &Roc| {
        json!({
            "falsePositiveRate": at.false_positive_rate,
            "truePositiveRate": at.true_positive_rate,
            "threshold": at.threshold,
        })
    };
    let recall =
        |at: &Recall| json!({"recall": at.recall, "precision": at.precision, "threshold": at.threshold});
    let bin = |bin: &Bin| {
        json!({
            "from": bin.from,
            "to": bin.to,
            "count": bin.rows,
            "meanPredicted": bin.mean,
            "observed": bin.observed,
        })
    };
    let mut value = json!({
        "ofClass": fitted.classes.get(curve.class),
        "rocCurve": curve.roc.iter().map(roc).collect::<Value>(),
        "precisionRecallCurve": curve.recall.iter().map(recall).collect::<Value>(),
        "calibration": curve.calibration.iter().map(bin).collect::<Value>(),
    });
    for (name, area) in [("rocAuc", curve.roc_auc), ("prAuc", curve.pr_auc)] {
        if let Some(area) = area {
            value[name] = json!(area);
        }
    }
    value
}

/// The document of what a version does differently than another.
pub fn comparison(base: &Base, model: &Model, version: &Version, with: &Version) -> Document {
    let (slug, number) = (model.slug.to_string(), version.number.to_string());
    let place = Place::VersionComparison(slug.clone(), number);
    let mut document = part_of(base, model, version, &place, "VersionComparison");
    let (before, after) = (features(&with.fitted), features(&version.fitted));
    let beyond = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|name| !other.contains(name)).cloned().collect()
    };
    document
        .set("with", Place::Version(slug, with.number.to_string()).url(base))
        .set("sameRowsHeldOut", same_rows(version, with))
        .set("settingsChanged", settings_changed(version, with))
        .set("scoreChanges", scores_changed(version, with))
        .set("featuresAdded", beyond(&after, &before))
        .set("featuresRemoved", beyond(&before, &after))
        .set("coefficientChanges", weights_changed(version, with));
    document.state = None;
    operable(&mut document, "VersionComparison");
    document
}

fn features(fitted: &Fitted) -> Vec<String> {
    fitted.features.iter().map(|feature| feature.identifier.clone()).collect()
}

/// Whether both were scored on the same rows of the same revision.
fn same_rows(one: &Version, other: &Version) -> bool {
    let (ours, theirs) = (&one.settings, &other.settings);
    let same_table =
        one.dataset_revision == other.dataset_revision && one.fitted.target == other.fitted.target;
    let same_split = ours.split == theirs.split && ours.filter == theirs.filter;
    same_table && same_split && one.scores.rows == other.scores.rows
}

/// Members of the settings that differ; the revision is one of them.
fn settings_changed(version: &Version, with: &Version) -> Value {
    let members = |version: &Version| match version::settings(&version.settings) {
        Value::Object(mut members) => {
            members.insert("revision".into(), json!(version.dataset_revision));
            members
        }
        _ => Map::new(),
    };
    let (before, after) = (members(with), members(version));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let told = |value: Option<&Value>| match value {
        None => Value::Null,
        Some(value @ (Value::Array(_) | Value::Object(_))) => json!(value.to_string()),
        Some(value) => value.clone(),
    };
    changed
        .map(
            |name| json!({"setting": name, "before": told(before.get(name)), "after": told(after.get(name))}),
        )
        .collect()
}

/// Each score that is a number, of both, and the difference.
fn scores_changed(version: &Version, with: &Version) -> Value {
    let before = learned::scores(&with.fitted, &with.scores);
    let after = learned::scores(&version.fitted, &version.scores);
    let names = after.as_object().into_iter().flat_map(|members| members.keys());
    let both = names.filter_map(|name| Some((name, before[name].as_f64()?, after[name].as_f64()?)));
    both.map(|(name, before, after)| {
        json!({"score": name, "before": number(before), "after": number(after), "change": after - before})
    })
    .collect()
}

/// Standardised weights that both have or one has, by class and column, the largest changes first.
fn weights_changed(version: &Version, with: &Version) -> Value {
    let (before, after) = (weights(&with.fitted), weights(&version.fitted));
    let mut keys: Vec<_> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let change = |key: &&(String, String)| {
        let of = |weights: &BTreeMap<_, f64>| weights.get(*key).copied().unwrap_or_default();
        (of(&after) - of(&before)).abs()
    };
    keys.sort_by(|a, b| change(b).total_cmp(&change(a)));
    keys.into_iter()
        .take(MOST_CHANGES)
        .map(|key| {
            let (was, is) = (before.get(key), after.get(key));
            let mut value = json!({"ofClass": key.0, "feature": key.1, "before": was.copied().map(number), "after": is.copied().map(number)});
            if let (Some(was), Some(is)) = (was, is) {
                value["change"] = json!(is - was);
            }
            value
        })
        .collect()
}

/// Standardised weights by class and encoded column.
fn weights(fitted: &Fitted) -> BTreeMap<(String, String), f64> {
    let first = fitted.classes.len() - fitted.coefficients.len().min(fitted.classes.len());
    let of_class = |(row, class): (&Vec<f64>, &String)| {
        let named = row.iter().zip(&fitted.columns);
        let named = named.map(|(weight, column)| ((class.clone(), fitted.column_name(column)), *weight));
        named.collect::<Vec<_>>()
    };
    fitted.coefficients.iter().zip(&fitted.classes[first..]).flat_map(of_class).collect()
}
