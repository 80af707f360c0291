//! Versions of models in version 2: lineage, settings, weights, certificate, scores.

use super::{PageOf, collection, dataset::column_iri, item, learned, operable};
use crate::{
    domain::{
        Kind,
        model::{
            Certificate, Feature, Fitted, Search, Seen, Settings, Threshold, Tried, Validation, Warning,
        },
        revision::Revision,
        version::{Model, Version},
    },
    represent::{
        Document,
        cell::number,
        inference,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// The document of a version; `revision` is the one that it learned from.
pub fn read(base: &Base, model: &Model, version: &Version, revision: &Revision) -> Document {
    let slug = model.slug.to_string();
    let mut document = short(base, model, version);
    let Version { fitted, scores, .. } = version;
    let number = version.number.to_string();
    let compared = Place::VersionComparison(slug.clone(), number.clone());
    // Curves are kept since the same release.
    let is_recent = scores.baseline.brier.is_some();
    document
        .set("revisionDigest", revision.csv.digest.clone())
        .maybe("revisionWithdrawn", revision.withdrawn.map(moment))
        .set("dataset", Place::Dataset(model.dataset.to_string()).url(base))
        .set("settings", settings(&version.settings))
        .set("features", fitted.features.iter().map(|one| feature(base, model, one)).collect::<Vec<_>>())
        .maybe("threshold", fitted.threshold)
        .maybe("validation", fitted.validation.as_ref().map(validation))
        .set("coefficients", learned::coefficients(fitted))
        .maybe("errorsOf", fitted.errors.as_ref().map(learned::kind_of_errors))
        .set("certificate", certificate(&fitted.certificate))
        // Nobody here knows from which rows others learned.
        .maybe("trainedRows", (!fitted.is_imported()).then_some(fitted.rows.training))
        .set("heldOutRows", fitted.rows.held_out)
        .set("leftOutRows", fitted.rows.without_target)
        .set("filteredRows", fitted.rows.filtered)
        .set("scores", learned::scores(fitted, scores))
        .maybe("curves", is_recent.then(|| Place::Curves(slug.clone(), number.clone()).url(base)))
        .maybe("comparison", (version.number > 1).then(|| compared.url(base)))
        .set("warnings", warnings(&fitted.warnings))
        .set(
            "predict",
            template(base, &Place::Prediction(slug.clone(), version.number.to_string()), model, fitted),
        )
        .set("applications", Place::Applications(slug.clone(), version.number.to_string()).url(base))
        .set("card", Place::Card(slug.clone(), version.number.to_string()).url(base))
        .set("onnx", Place::Onnx(slug.clone(), version.number.to_string()).url(base))
        .set("coefficientFile", Place::Coefficients(slug.clone(), version.number.to_string()).url(base))
        .set("versions", json!([version.number.to_string()]))
        .set("platform", inference::PLATFORM)
        .set("inputs", inference::inputs(fitted))
        .set("outputs", inference::outputs(fitted));
    operable(&mut document, "Version");
    document
}

/// What a version is, without what it learned.
fn short(base: &Base, model: &Model, version: &Version) -> Document {
    let (slug, number) = (model.slug.to_string(), version.number.to_string());
    let place = Place::Version(slug.clone(), number.clone());
    let subject = Subject::Fixed { kind: Kind::Model, slug: slug.clone() };
    let mut document = item(base, &place, "Version", subject);
    document.state = Some(version.state(&slug));
    let revision = Place::Revision(model.dataset.to_string(), version.dataset_revision.to_string());
    document
        // The Open Inference Protocol names a model by what stands in its URL.
        .set("name", slug.clone())
        .set("headline", format!("{}, version {number}", model.words.headline))
        .set("version", version.number)
        .set("model", Place::Model(slug.clone()).url(base))
        .set("revision", revision.url(base))
        .set("target", version.fitted.target.clone())
        .set("classes", version.fitted.classes.clone())
        .set("author", version.author.clone())
        .set("dateCreated", moment(version.created))
        .set("predictions", Place::Predictions(slug.clone(), number).url(base))
        .link("collection", Place::Versions(slug).url(base));
    document
}

/// A page of versions, newest first.
pub fn list(base: &Base, model: &Model, versions: &[Version], page: &PageOf) -> Document {
    let slug = model.slug.to_string();
    let members = versions.iter().map(|version| short(base, model, version).embedded()).collect();
    let subject = Subject::Collection { kind: Kind::Version, within: Some(slug.clone()) };
    let mut document =
        collection(base, &Place::Versions(slug.clone()), "VersionCollection", subject, page, members);
    document.set("model", Place::Model(slug).url(base));
    document
}

/// What was asked for.
pub fn settings(settings: &Settings) -> Value {
    let mut value = json!({
        "target": settings.target,
        "featureNames": settings.features,
        "c": number(settings.c),
        "standardise": settings.standardise,
        "missing": settings.missing.name(),
        "split": {
            "test": settings.split.test,
            "seed": settings.split.seed,
            "stratified": settings.split.stratified,
        },
    });
    if let Some(filter) = &settings.filter {
        value["filter"] = json!(filter);
    }
    if let Some(Search { c, folds }) = &settings.search {
        value["penaltySearch"] =
            json!({"candidates": c.iter().map(|c| number(*c)).collect::<Value>(), "folds": folds});
    }
    match settings.threshold {
        Threshold::MostProbable => {}
        Threshold::Given(at) => value["threshold"] = json!(at),
        named => value["threshold"] = json!(named.name()),
    }
    value
}

/// A feature: name, type, unit, and what the training rows held.
pub fn feature(base: &Base, model: &Model, feature: &Feature) -> Value {
    let mut value = json!({
        "@id": column_iri(base, model.dataset.as_str(), &feature.identifier),
        "@type": "Feature",
        "identifier": feature.identifier,
        "name": feature.name,
        "columnType": feature.kind().name(),
        "nullable": feature.may_be_missing(),
    });
    seen(feature, &mut value);
    value
}

/// Adds unit, range and levels.
fn seen(feature: &Feature, value: &mut Value) {
    if let Some(unit) = &feature.unit {
        value["unitText"] = json!(unit);
    }
    match &feature.seen {
        Seen::Number { min, max, .. } => {
            value["minimum"] = number(*min);
            value["maximum"] = number(*max);
        }
        Seen::Date { min, max } => {
            value["minimum"] = json!(min.to_string());
            value["maximum"] = json!(max.to_string());
        }
        Seen::Boolean { .. } => value["levels"] = json!(["false", "true"]),
        Seen::Category { levels } => {
            value["levels"] = levels.iter().map(|level| level.value.clone()).collect();
        }
    }
}

/// What folds of the training rows said about penalty and threshold.
fn validation(validation: &Validation) -> Value {
    let tried = |tried: &Tried| json!({"c": number(tried.c), "logLoss": tried.log_loss, "deviation": tried.deviation});
    let mut value = json!({"folds": validation.folds});
    if !validation.tried.is_empty() {
        value["tried"] = validation.tried.iter().map(tried).collect();
    }
    if let Some(score) = validation.threshold_score {
        value["thresholdScore"] = json!(score);
    }
    value
}

fn certificate(certificate: &Certificate) -> Value {
    json!({
        "solver": certificate.solver.name(),
        "iterations": certificate.iterations,
        "objective": certificate.objective,
        "maxGradient": certificate.max_gradient,
        "tolerance": certificate.tolerance,
        "gap": certificate.gap,
        "converged": certificate.converged,
    })
}

/// Warnings as sentences that name the column.
pub fn warnings(warnings: &[Warning]) -> Value {
    warnings.iter().map(Warning::to_string).collect()
}

/// How a prediction's URL is made: one variable for each feature (RFC 6570).
pub fn template(base: &Base, place: &Place, model: &Model, fitted: &Fitted) -> Value {
    let names: Vec<&str> = fitted.features.iter().map(|feature| feature.identifier.as_str()).collect();
    let mapping: Vec<Value> = fitted
        .features
        .iter()
        .map(|feature| {
            let mut value = json!({
                "@type": "IriTemplateMapping",
                "variable": feature.identifier,
                "property": column_iri(base, model.dataset.as_str(), &feature.identifier),
                "required": true,
                "nullable": feature.may_be_missing(),
                "columnType": feature.kind().name(),
            });
            seen(feature, &mut value);
            value
        })
        .collect();
    json!({
        "@type": "IriTemplate",
        "template": format!("{}{{?{}}}", place.url(base), names.join(",")),
        "variableRepresentation": "BasicRepresentation",
        "mapping": mapping,
    })
}
