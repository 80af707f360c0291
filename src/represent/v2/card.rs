//! Model cards in version 2: what a version is, how well it does, and what not to use it for, as people read it.

use super::{item, operable};
use crate::{
    domain::{
        Kind,
        column::spelled,
        model::{Feature, Fitted},
        revision::Revision,
        version::{Model, Version},
    },
    represent::{
        Document,
        link::{Base, Place},
        policy::Subject,
    },
};

/// The card of a version; `revision` is the one that it learned from.
pub fn read(base: &Base, model: &Model, version: &Version, revision: &Revision) -> Document {
    let (slug, number) = (model.slug.to_string(), version.number.to_string());
    let subject = Subject::Fixed { kind: Kind::Model, slug: slug.clone() };
    let mut document = item(base, &Place::Card(slug.clone(), number.clone()), "Card", subject);
    document.state = Some(version.state(&slug));
    let text = [
        what(base, model, version, revision),
        features(&version.fitted),
        figures(version),
        cautions(&version.fitted),
        how(base, &slug, &number),
    ];
    document
        .set("headline", format!("{}, version {number}", model.words.headline))
        .set("text", text.join("\n"))
        .set("modelVersion", Place::Version(slug.clone(), number).url(base))
        .set("model", Place::Model(slug).url(base));
    operable(&mut document, "Card");
    document
}

fn what(base: &Base, model: &Model, version: &Version, revision: &Revision) -> String {
    let Version { fitted, settings, .. } = version;
    let learned = Place::Revision(model.dataset.to_string(), revision.number.to_string()).url(base);
    let description = model.words.description.as_deref().unwrap_or("Nothing is said about its purpose.");
    let (origin, by) = match fitted.is_imported() {
        true => ("Learned elsewhere, from rows that nobody here knows; judged by", "Taken in"),
        false => ("Learned from", "Trained"),
    };
    format!(
        "# {}, version {}\n\n{description}\n\n\
         Logistic regression with an L2 penalty (C = {}) that predicts `{}`: {}.\n\n\
         {origin} {} rows of [{} revision {}]({learned}), SHA-256 `{}`; {} rows were held out for the figures \
         below. {by} by {} on {}.\n",
        escaped(&model.words.headline),
        version.number,
        spelled(settings.c),
        fitted.target,
        listed(&fitted.classes),
        fitted.rows.training,
        model.dataset,
        revision.number,
        revision.csv.digest,
        fitted.rows.held_out,
        escaped(&version.author),
        version.created.date_naive(),
    )
}

fn features(fitted: &Fitted) -> String {
    let row = |feature: &Feature| {
        let missing = if feature.may_be_missing() { "yes" } else { "no" };
        format!("| `{}` | {} | {missing} |\n", feature.identifier, escaped(&feature.expected()))
    };
    let rows: String = fitted.features.iter().map(row).collect();
    format!("## Features\n\n| feature | expected | may be missing |\n| --- | --- | --- |\n{rows}")
}

fn figures(version: &Version) -> String {
    let scores = &version.scores;
    let auc = scores.roc_auc.map_or("not defined".into(), |auc| format!("{auc:.4}"));
    format!(
        "## How well it does\n\nOn {} rows that were held out, beside always telling the shares of the classes:\n\n\
         | score | model | baseline |\n| --- | --- | --- |\n\
         | accuracy | {:.4} | {:.4} |\n| log loss | {:.4} | {:.4} |\n\
         | balanced accuracy | {:.4} | |\n| Brier score | {:.4} | |\n| F1 (mean of the classes) | {:.4} | |\n\
         | area under the ROC curve | {auc} | |\n\n\
         Certificate: the largest component of the gradient is {:.2e}, {:.2e} {}.\n",
        scores.rows,
        scores.accuracy,
        scores.baseline.accuracy,
        scores.log_loss,
        scores.baseline.log_loss,
        scores.balanced_accuracy,
        scores.brier,
        scores.f1,
        version.fitted.certificate.max_gradient,
        version.fitted.certificate.tolerance,
        if version.fitted.certificate.converged { "was allowed" } else { "would be that of an optimum" },
    )
}

fn cautions(fitted: &Fitted) -> String {
    let warnings: String =
        fitted.warnings.iter().map(|one| format!("- {}\n", escaped(&one.to_string()))).collect();
    format!(
        "## What to be careful about\n\n\
         - It knows the rows that it learned from: what differs from them (other places, times, instruments) it may \
         get wrong. Values outside the seen range are answered with a warning.\n\
         - Its weights say what goes with what, not what causes what.\n{warnings}"
    )
}

fn how(base: &Base, slug: &str, number: &str) -> String {
    let predictions = Place::Predictions(slug.into(), number.into()).url(base);
    let graph = Place::Onnx(slug.into(), number.into()).url(base);
    format!("## How to use it\n\nPOST features to <{predictions}>, or load <{graph}>.\n")
}

fn listed(classes: &[String]) -> String {
    classes.iter().map(|class| format!("`{}`", class.replace('`', "'"))).collect::<Vec<_>>().join(", ")
}

/// Somebody's text within Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&') {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}
