//! Models in version 2: the name, and what a training is asked with.

use super::{PageOf, collection, item, operable, version, visibility, weights};
use crate::{
    domain::{
        Kind,
        fault::{Fault, Faults, quoted},
        model::{Draft, DraftSearch, DraftSplit, DraftThreshold, Saved, Settings, Threshold},
        slug::Slug,
        version::{Model, Version, Words},
    },
    represent::{
        Document, inference,
        input::{Input, kind, whole},
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// The document of a model; `current` is its newest version.
pub fn read(base: &Base, model: &Model, current: &Version, articles: &[String]) -> Document {
    let slug = model.slug.to_string();
    let subject = Subject::Item { kind: Kind::Model, slug: slug.clone() };
    let mut document = item(base, &Place::Model(slug.clone()), "Model", subject);
    document.state = Some(model.state.clone());
    let versions: Vec<String> = (1..=model.newest).map(|number| number.to_string()).collect();
    document
        .set("identifier", slug.clone())
        // The Open Inference Protocol names a model by what stands in its URL.
        .set("name", slug.clone())
        .set("headline", model.words.headline.clone())
        .maybe("description", model.words.description.clone())
        .set("target", current.fitted.target.clone())
        .set("dataset", Place::Dataset(model.dataset.to_string()).url(base))
        .set(visibility::KEY, model.words.visibility.name())
        .set("author", model.author.clone())
        .set("dateCreated", moment(model.created))
        .set("dateModified", moment(model.modified))
        .set("currentVersion", Place::Version(slug.clone(), model.newest.to_string()).url(base))
        .set("versionCollection", Place::Versions(slug.clone()).url(base))
        .set("versions", versions)
        .set("predictions", Place::CurrentPredictions(slug.clone()).url(base))
        .set("predict", version::template(base, &Place::CurrentPrediction(slug), model, &current.fitted))
        .set("platform", inference::PLATFORM)
        .set("inputs", inference::inputs(&current.fitted))
        .set("outputs", inference::outputs(&current.fitted));
    if !articles.is_empty() {
        let articles = articles.iter().map(|slug| Place::Article(slug.clone()).url(base));
        document.set("subjectOf", articles.collect::<Vec<_>>());
    }
    document.set("collection", Place::Models.url(base)).link("collection", Place::Models.url(base));
    operable(&mut document, "Model");
    document
}

/// A page of models; each with its newest version.
pub fn list(base: &Base, models: &[(Model, Version)], page: &PageOf) -> Document {
    let members = models.iter().map(|(model, current)| read(base, model, current, &[]).embedded()).collect();
    let subject = Subject::Collection { kind: Kind::Model, within: None };
    collection(base, &Place::Models, "ModelCollection", subject, page, members)
}

/// What a publisher may change, as it stands.
pub fn members(model: &Model) -> Value {
    let mut members =
        json!({"headline": model.words.headline, visibility::KEY: model.words.visibility.name()});
    if let Some(description) = &model.words.description {
        members["description"] = json!(description);
    }
    members
}

/// Other words about a model; other members are as they are, and are ignored.
pub fn parse_words(value: &Value, slug: &str) -> Result<Words, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let headline = input.text("headline").unwrap_or_else(|| slug.into());
    let description = input.text("description");
    let visibility = visibility::read(&mut input).unwrap_or_default();
    input.done(Words { headline, description, visibility })?.checked()
}

/// A training that somebody asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The model's name in URLs.
    pub slug: Option<Slug>,
    /// The words about it.
    pub words: Words,
    /// The dataset, by slug.
    pub dataset: Option<Slug>,
    /// The revision; the newest unless said.
    pub revision: Option<i64>,
    /// How to train.
    pub settings: Settings,
    /// What was learned elsewhere, in place of a training.
    pub weights: Option<Saved>,
}

/// Reads a training: of a new model, or of another version.
///
/// `dataset` is a slug or a link to a dataset; `revision` is a number or a link to a revision.
pub fn parse(base: &Base, value: &Value) -> Result<Wanted, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    let named = ["identifier", "name"].into_iter().find(|key| input.member(key).is_some());
    let slug = named.and_then(|key| Some((key, input.text(key)?)));
    let slug =
        slug.and_then(|(key, text)| input.keep(Slug::at(&format!("/{key}"), &text).map_err(Faults::from)));
    // Beside an identifier the name is for people.
    let title =
        ["headline", "name"].into_iter().find(|key| named != Some(key) && input.member(key).is_some());
    let headline = title.and_then(|key| input.text(key)).or_else(|| slug.as_ref().map(Slug::to_string));
    let description = input.text("description");
    let visibility = visibility::read(&mut input).unwrap_or_default();
    let words = Words { headline: headline.unwrap_or_default(), description, visibility };
    let (dataset, revision) = source(base, &mut input);
    let weights = weights::read(&mut input);
    let draft = draft(&mut input);
    let settings = input.keep(draft.checked());
    if input.member(weights::KEY).is_some() {
        without_learning(&mut input, settings.as_ref());
    }
    let words = input.keep(words.checked_at(title.unwrap_or("headline")));
    let both = settings.zip(words);
    let (mut settings, words) = match input.done(both)? {
        Some(both) => both,
        // Unreachable: without both there was a fault.
        None => return Err(Fault::at("", "a training", "something else").into()),
    };
    if let Some(at) = weights.as_ref().and_then(|weights| weights.threshold)
        && settings.threshold == Threshold::MostProbable
    {
        settings.threshold = Threshold::Given(at);
    }
    Ok(Wanted { slug, words, dataset, revision, settings, weights })
}

/// Refuses what weights that are given leave no room for: they name their columns, and nothing is looked for.
fn without_learning(input: &mut Input<'_>, settings: Option<&Settings>) {
    for key in ["features", "penaltySearch"] {
        if let Some(value) = input.member(key) {
            let expected = "nothing: the weights are given";
            input.fault(Fault::at(input.pointer(key), expected, kind(value)));
        }
    }
    if let Some(settings) = settings.filter(|settings| settings.threshold.is_chosen()) {
        let expected = "a number, or nothing: the weights are given";
        input.fault(Fault::at("/threshold", expected, quoted(settings.threshold.name())));
    }
}

/// Settings that belong to the weights that were learned with them: other weights have their own.
const OF_WEIGHTS: [&str; 2] = ["penaltySearch", "threshold"];

/// What was sent to train a model again, with the settings that it has for all that was not sent.
pub fn with_settings(settings: &Settings, sent: Value) -> Value {
    let Value::Object(mut sent) = sent else { return sent };
    if let Some(c) = sent.shift_remove("C") {
        sent.entry("c").or_insert(c);
    }
    let mut value = version::settings(settings);
    // C is given or looked for: what was sent decides, and a search is made again.
    let given = sent.contains_key(weights::KEY);
    let search = sent.contains_key("penaltySearch") || (settings.search.is_some() && !given);
    let instead = match (sent.contains_key("c"), search) {
        (true, _) => "penaltySearch",
        (false, true) => "c",
        (false, false) => "",
    };
    if let Some(members) = value.as_object_mut() {
        members.shift_remove(instead);
    }
    if let Some(members) = value.as_object_mut() {
        // A version names them so, since there `features` are objects.
        let names = members.shift_remove("featureNames");
        if given {
            OF_WEIGHTS.iter().for_each(|key| drop(members.shift_remove(*key)));
        } else if let Some(names) = names {
            members.insert("features".into(), names);
        }
    }
    json_patch::merge(&mut value, &Value::Object(sent));
    value
}

/// Dataset and revision, by slug and number or by link; a link to a revision of another dataset is a fault.
pub(in crate::represent::v2) fn source(base: &Base, input: &mut Input<'_>) -> (Option<Slug>, Option<i64>) {
    let dataset = dataset(base, input);
    match (revision(base, input), dataset) {
        (Some((Some(of), _)), Some(dataset)) if of != dataset => {
            let fault =
                Fault::at("/revision", format!("a revision of `{dataset}`"), format!("one of `{of}`"));
            input.fault(fault);
            (Some(dataset), None)
        }
        (Some((of, number)), dataset) => (dataset.or(of), Some(number)),
        (None, dataset) => (dataset, None),
    }
}

fn dataset(base: &Base, input: &mut Input<'_>) -> Option<Slug> {
    let text = link(input, "dataset")?;
    let slug = match base.path_of(&text).and_then(Place::parse) {
        Some(Place::Dataset(slug)) => slug,
        _ => text,
    };
    input.keep(Slug::at("/dataset", &slug).map_err(Faults::from))
}

/// A revision's number, and of which dataset it is where it is linked.
fn revision(base: &Base, input: &mut Input<'_>) -> Option<(Option<Slug>, i64)> {
    let value = input.member("revision")?;
    if let Some(number) = whole(value).filter(|number| *number > 0) {
        return Some((None, number));
    }
    let linked = link(input, "revision").as_deref().and_then(|iri| base.path_of(iri)).and_then(Place::parse);
    if let Some(Place::Revision(slug, number)) = linked
        && let (Ok(slug), Ok(number)) = (slug.parse(), number.parse())
    {
        return Some((Some(slug), number));
    }
    input.fault(Fault::at("/revision", "a number from 1 or a link to a revision", kind(value)));
    None
}

/// Text, or the `@id` of an object.
fn link(input: &mut Input<'_>, key: &str) -> Option<String> {
    match input.member(key) {
        Some(Value::Object(members)) => members.get("@id").and_then(Value::as_str).map(String::from),
        Some(Value::Number(_)) => None,
        _ => input.text(key),
    }
}

fn draft(input: &mut Input<'_>) -> Draft {
    let split = match input.member("split") {
        None => DraftSplit::default(),
        Some(value) => match Input::at("/split", value) {
            Ok(mut inner) => {
                let split = DraftSplit {
                    test: inner.number("test"),
                    seed: inner.integer("seed"),
                    stratified: inner.boolean("stratified"),
                };
                input.keep(inner.done(split)).unwrap_or_default()
            }
            Err(faults) => {
                input.keep::<()>(Err(faults));
                DraftSplit::default()
            }
        },
    };
    // `C` is what scikit-learn calls it.
    let c = if input.member("c").is_some() { input.number("c") } else { input.number("C") };
    Draft {
        target: input.text("target"),
        features: features(input),
        filter: input.text("filter"),
        c,
        search: search(input),
        threshold: threshold(input),
        standardise: input.boolean("standardise"),
        missing: input.text("missing"),
        split,
    }
}

fn search(input: &mut Input<'_>) -> Option<DraftSearch> {
    let value = input.member("penaltySearch")?;
    let mut inner = match Input::at("/penaltySearch", value) {
        Ok(inner) => inner,
        Err(faults) => return input.keep(Err(faults)),
    };
    let search = DraftSearch { c: inner.numbers("candidates"), folds: inner.integer("folds") };
    input.keep(inner.done(search))
}

/// A number, or the name of a way to choose one.
fn threshold(input: &mut Input<'_>) -> Option<DraftThreshold> {
    match input.member("threshold") {
        Some(Value::Number(_)) => input.number("threshold").map(DraftThreshold::Number),
        _ => input.text("threshold").map(DraftThreshold::Name),
    }
}

/// Features by name; whole records carry objects, of which the identifier counts.
fn features(input: &mut Input<'_>) -> Vec<String> {
    match input.member("features") {
        Some(Value::Array(items)) if items.iter().all(Value::is_object) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                let name = item.get("identifier").and_then(Value::as_str).map(String::from);
                if name.is_none() {
                    let at = format!("/features/{index}/identifier");
                    input.fault(Fault::at(at, "a column of the dataset", quoted("")));
                }
                name
            })
            .collect(),
        _ => input.texts("features"),
    }
}
