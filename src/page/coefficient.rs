//! What a model learned: the weights of each logit as bars, with 95 % intervals where they are known.

use super::{
    chart::{self, Estimate},
    inline::{self, View},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Weights of a drawing, the greatest ones.
const MOST_WEIGHTS: usize = 16;
/// Drawings of a page; the weights of further classes are in the document.
const MOST_LOGITS: usize = 6;

/// The section of a version's weights; `None` if the document has none.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let logits = members.get("coefficients")?.as_array()?;
    let classes = members.get("classes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let only = match (logits.as_slice(), classes) {
        // One logit: what is not towards the second class is towards the first.
        ([_], [first, _]) => Some(inline::plain(first)),
        _ => None,
    };
    let drawn: Vec<Markup> =
        logits.iter().take(MOST_LOGITS).filter_map(|logit| figure(logit, only.as_deref())).collect();
    (!drawn.is_empty()).then(|| {
        html! {
            section aria-labelledby="coefficients" {
                h2 #coefficients { "What moves the answer" }
                div.charts { @for figure in &drawn { (figure) } }
                p.source {
                    @if logits.len() > MOST_LOGITS { "The first " (MOST_LOGITS) " of " (logits.len()) " classes. " }
                    @if let Some(whole) = view.whole { a href=(whole) { "Every weight, on both scales" } }
                }
            }
        }
    })
}

fn figure(logit: &Value, other: Option<&str>) -> Option<Markup> {
    let class = logit["ofClass"].as_str()?;
    let weights = logit["weights"].as_array()?;
    let mut estimates: Vec<Estimate> = weights.iter().filter_map(estimate).collect();
    estimates.sort_by(|one, two| two.value.abs().total_cmp(&one.value.abs()));
    let left = estimates.len().saturating_sub(MOST_WEIGHTS);
    estimates.truncate(MOST_WEIGHTS);
    let known = estimates.iter().any(|one| one.interval.is_some());
    let told: Vec<String> = estimates.iter().map(in_words).collect();
    let title = format!(
        "Standardised coefficients towards {class}{}: {}",
        if known { " with 95 % intervals" } else { "" },
        told.join(", ")
    );
    let away = other.map_or_else(|| format!("less {class}"), |other| format!("more {other}"));
    Some(html! {
        figure.card {
            h3 { "Towards " (class) }
            (chart::intervals(&title, &estimates, (&away, &format!("more {class}"))))
            figcaption {
                "Coefficients on standardised inputs"
                @if known { ", bars with 95 % intervals" }
                @if left > 0 { "; " (left) " smaller ones are not drawn" }
                "."
            }
        }
    })
}

fn estimate(weight: &Value) -> Option<Estimate> {
    let label = weight["feature"].as_str()?.to_string();
    let value = weight["coefficient"].as_f64()?;
    let interval = weight["low"].as_f64().zip(weight["high"].as_f64());
    Some(Estimate { label, value, interval })
}

fn in_words(estimate: &Estimate) -> String {
    let half = estimate.interval.map(|(low, high)| format!(" ± {:.2}", (high - low) / 2.0));
    format!("{} {:.2}{}", estimate.label, estimate.value, half.unwrap_or_default())
}
