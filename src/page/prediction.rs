//! What a model says: the class, how probable each is, and what moved the answer.

use super::{
    faults::Faults,
    form,
    inline::{View, plain},
    table,
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Whether this section shows a member.
pub fn shows(key: &str, members: &Map<String, Value>) -> bool {
    match key {
        "class" | "probabilities" => is_prediction(members),
        "contributions" | "baseLogit" | "logit" => is_prediction(members) && !shares(members).is_empty(),
        _ => false,
    }
}

fn is_prediction(members: &Map<String, Value>) -> bool {
    members.get("class").is_some_and(|class| !class.is_object() && !class.is_array())
        && members.get("probabilities").is_some_and(Value::is_array)
}

/// The result of a prediction; `None` if the document is none.
pub fn section(members: &Map<String, Value>) -> Option<Markup> {
    let list = members.get("probabilities").filter(|_| is_prediction(members))?.as_array()?;
    let probabilities: Vec<(String, f64)> = list.iter().filter_map(probability).collect();
    let said = plain(members.get("class")?);
    let of_said = probabilities.iter().find(|(class, _)| *class == said).map(|(_, probability)| *probability);
    Some(html! {
        section {
            div.result {
                p {
                    "The model says " strong { (said) }
                    @if let Some(probability) = of_said { ", probability " strong { (percent(probability)) } }
                    "."
                }
                dl.bars { @for (class, probability) in &probabilities { div {
                    dt { (class) " " span.num { (percent(*probability)) } }
                    dd { progress max="1" value=(probability) aria-label={ "Probability of " (class) } {} }
                } } }
            }
        }
        (contributions(members, &probabilities).unwrap_or_default())
    })
}

/// The form that the prediction came from, filled in, to ask again; `None` if the page does not have it.
pub fn again(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let version = view.linked(members, "modelVersion").filter(|_| is_prediction(members))?;
    let input = members.get("input")?.as_array()?;
    let values: Vec<(String, String)> = input
        .iter()
        .filter_map(|one| Some((one["feature"].as_str()?.to_string(), plain(&one["value"]))))
        .collect();
    form::forms(view, version, &values, &mut Faults::of(None))
}

fn probability(entry: &Value) -> Option<(String, f64)> {
    let class = entry.get("ofClass").or_else(|| entry.get("class"))?;
    Some((plain(class), entry["probability"].as_f64()?))
}

fn percent(probability: f64) -> String {
    // Not 100.0 %: no model is that sure.
    match probability * 100.0 {
        percent if percent >= 99.95 => "> 99.9 %".into(),
        percent if percent < 0.05 => "< 0.1 %".into(),
        percent => format!("{percent:.1} %"),
    }
}

/// Contributions as rows: what is their own, then a number for each logit.
fn shares(members: &Map<String, Value>) -> Vec<(String, Vec<f64>)> {
    let list = members.get("contributions").and_then(Value::as_array);
    let share =
        |entry: &Value| Some((entry["feature"].as_str()?.to_string(), numbers(entry.get("contribution")?)));
    list.into_iter().flatten().filter_map(share).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
        other => other.as_f64().into_iter().collect(),
    }
}

/// How each feature moved each logit, from the base to the sum.
fn contributions(members: &Map<String, Value>, probabilities: &[(String, f64)]) -> Option<Markup> {
    let shares = shares(members);
    let width = shares.iter().map(|(_, numbers)| numbers.len()).max()?;
    // Two classes have one logit, that of the second.
    let classes =
        probabilities.iter().skip(probabilities.len().saturating_sub(width)).map(|(class, _)| class);
    let total = |key: &str| members.get(key).map(numbers).unwrap_or_default();
    let base = ("(base)".to_string(), total("baseLogit"));
    let sum = ("(sum)".to_string(), total("logit"));
    let rows = std::iter::once(base).chain(shares).chain([sum]).filter(|(_, numbers)| !numbers.is_empty());
    let head = html! {
        th scope="col" { "Feature" }
        @for class in classes { th.num scope="col" { "towards " (class) } }
    };
    let body = html! {
        @for (name, numbers) in rows { tr {
            th scope="row" { (name) }
            @for number in numbers { td.num { (format!("{number:+.3}")) } }
        } }
    };
    Some(html! {
        section {
            h2 { "What moved the answer" }
            (table::framed("Contributions in log-odds, which add up", head, body, None))
        }
    })
}
