//! How good a model is: scores beside what always saying the commonest class would get, and confusion.

use super::{inline::View, name, table};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Members of a document that this section shows.
pub const SHOWN: [&str; 3] = ["scores", "baseline", "confusion"];
/// Scores shown large, best known first; others follow as facts of `scores`.
const SCORES: &[&str] = &["rocAuc", "accuracy", "balancedAccuracy", "f1", "logLoss", "brier"];
/// Members of `scores` that stand elsewhere in this section.
const PLACED: &[&str] = &["baseline", "confusion", "heldOutRows", "leftOutRows"];

/// The section of a version's scores; `None` if the document has none.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let scores = members.get("scores").and_then(Value::as_object);
    let part = |key: &str| members.get(key).or_else(|| scores?.get(key));
    let (baseline, confusion) = (part("baseline"), part("confusion").and_then(Value::as_array));
    if scores.is_none() && baseline.is_none() && confusion.is_none() {
        return None;
    }
    let rest: Vec<_> = scores.into_iter().flatten().filter(|(key, value)| !is_placed(key, value)).collect();
    Some(html! {
        section {
            h2 { "Held-out quality" }
            @if let Some(rows) = part("heldOutRows") {
                @let left = part("leftOutRows").and_then(Value::as_u64).unwrap_or(0);
                p {
                    "Measured on the " b { (rows) } " rows kept out of training."
                    @if left > 0 { " " (left) " more could not be used." }
                }
            }
            (stats(scores, baseline).unwrap_or_default())
            @if let Some(cells) = confusion { (matrix(cells).unwrap_or_default()) }
        }
        (super::block::sections(view, rest.into_iter()))
    })
}

fn is_placed(key: &str, value: &Value) -> bool {
    PLACED.contains(&key) || (SCORES.contains(&key) && value.is_number())
}

fn stats(scores: Option<&Map<String, Value>>, baseline: Option<&Value>) -> Option<Markup> {
    let class = baseline.and_then(|baseline| baseline["majorityClass"].as_str());
    let always = class.map_or("baseline".to_string(), |class| format!("always “{class}”"));
    let trivial = |key: &str| baseline.and_then(|baseline| baseline[key].as_f64());
    let shown: Vec<_> = SCORES
        .iter()
        .map(|key| (*key, scores.and_then(|scores| scores.get(*key)?.as_f64()), trivial(key)))
        .filter(|(_, score, trivial)| score.is_some() || trivial.is_some())
        .collect();
    (!shown.is_empty()).then(|| {
        html! {
            dl.stats { @for (key, score, trivial) in &shown {
                div {
                    dt { (name::label(key)) }
                    dd { (decimals(*score)) }
                    @if trivial.is_some() { dd.hint { (always) ": " (decimals(*trivial)) } }
                }
            } }
        }
    })
}

fn decimals(score: Option<f64>) -> String {
    score.map_or("—".into(), |score| format!("{score:.3}"))
}

/// Counts by actual class (down) and class that the model said (across).
fn matrix(cells: &[Value]) -> Option<Markup> {
    let text = |cell: &Value, key: &str| cell[key].as_str().map(str::to_string);
    let mut classes: Vec<String> = Vec::new();
    for class in cells.iter().flat_map(|cell| [text(cell, "actual"), text(cell, "predicted")]).flatten() {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    let count = |actual: &str, predicted: &str| {
        let is_it = |cell: &&Value| cell["actual"] == *actual && cell["predicted"] == *predicted;
        cells.iter().find(is_it).and_then(|cell| cell["count"].as_u64()).unwrap_or(0)
    };
    let head = html! {
        th scope="col" { "actual" }
        @for class in &classes { th scope="col" { "said " (class) } }
    };
    let body = html! {
        @for actual in &classes { tr {
            th scope="row" { (actual) }
            @for predicted in &classes { (outcome(count(actual, predicted), actual == predicted)) }
        } }
    };
    let caption = "Confusion: actual down, said across";
    (!classes.is_empty()).then(|| html! { div.matrix { (table::framed(caption, head, body, None)) } })
}

fn outcome(count: u64, right: bool) -> Markup {
    match (count, right) {
        (0, false) => html! { td { b { "0" } } },
        (_, true) => html! { td.hit { b { (count) } "right" } },
        (_, false) => html! { td.miss { b { (count) } "wrong" } },
    }
}
