//! How good a model's probabilities are, at every threshold: ROC, precision and recall, calibration.

use super::{
    chart::{Against, MOST_LINES, Plot},
    inline::{self, View},
};
use maud::{Markup, html};
use serde_json::{Map, Value};

/// The member that holds what each class has.
const MEMBER: &str = "curvesByClass";

/// What one class has.
struct Curves<'a> {
    class: String,
    value: &'a Value,
}

/// One of the three drawings.
struct Kind {
    heading: &'static str,
    member: &'static str,
    across: (&'static str, &'static str),
    up: (&'static str, &'static str),
    /// The member that sums a curve up, and what it is called.
    area: Option<(&'static str, &'static str)>,
    caption: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        heading: "ROC curve",
        member: "rocCurve",
        across: ("falsePositiveRate", "false-positive rate"),
        up: ("truePositiveRate", "true-positive rate"),
        area: Some(("rocAuc", "area")),
        caption: "The dashed diagonal is what guessing would give.",
    },
    Kind {
        heading: "Precision and recall",
        member: "precisionRecallCurve",
        across: ("recall", "recall"),
        up: ("precision", "precision"),
        area: Some(("prAuc", "area")),
        caption: "How many of those that were told are right, against how many are found.",
    },
    Kind {
        heading: "Calibration",
        member: "calibration",
        across: ("meanPredicted", "predicted probability"),
        up: ("observed", "observed share"),
        area: None,
        caption: "On the dashed diagonal a probability is as often right as it says.",
    },
];

/// The drawings of a version's curves; `None` if the page does not have them.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let linked = members.get("curves");
    let own = members.get(MEMBER);
    let list = own.or_else(|| view.included(linked?)?.get(MEMBER))?.as_array()?;
    let class = |value: &'_ Value| inline::plain(&value["ofClass"]);
    let curves: Vec<Curves> = list.iter().map(|value| Curves { class: class(value), value }).collect();
    let threshold = members.get("threshold").and_then(Value::as_f64);
    let drawn: Vec<Markup> = KINDS.iter().filter_map(|kind| figure(kind, &curves, threshold)).collect();
    (!drawn.is_empty()).then(|| {
        html! {
            section aria-labelledby="curves" {
                h2 #curves { "At every threshold" }
                div.charts { @for figure in &drawn { (figure) } }
                p.source {
                    @if curves.len() > MOST_LINES { "The first " (MOST_LINES) " of " (curves.len()) " classes. " }
                    @if let Some(url) = linked.and_then(Value::as_str) { a href=(url) { "The points of these curves" } }
                }
            }
        }
    })
}

fn figure(kind: &Kind, curves: &[Curves], threshold: Option<f64>) -> Option<Markup> {
    let shown: Vec<(&Curves, Vec<(f64, f64)>)> = curves
        .iter()
        .take(MOST_LINES)
        .map(|one| (one, points(kind, one)))
        .filter(|(_, points)| points.len() > 1)
        .collect();
    let (first, _) = shown.first()?;
    let against = if kind.member == "precisionRecallCurve" { Against::Nothing } else { Against::Diagonal };
    let mark = (shown.len() == 1 && kind.member != "calibration").then(|| mark(kind, first, threshold));
    let plot = Plot {
        title: title(kind, &shown),
        axes: (kind.across.1, kind.up.1),
        lines: shown.iter().map(|(_, points)| points.clone()).collect(),
        against,
        mark: mark.flatten(),
        dots: kind.member == "calibration",
    };
    Some(html! {
        figure.card {
            h3 { (kind.heading) @if shown.len() == 1 { " for " (first.class) } }
            (plot.draw())
            @if shown.len() > 1 {
                ul.legend { @for (index, (one, _)) in shown.iter().enumerate() {
                    li { span class={ "key l" (index) } {} (one.class) @if let Some(area) = area(kind, one) { ", " (area) } }
                } }
            }
            figcaption { (kind.caption) }
        }
    })
}

fn points(kind: &Kind, curves: &Curves) -> Vec<(f64, f64)> {
    let list = curves.value[kind.member].as_array().map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(|point| point[kind.across.0].as_f64().zip(point[kind.up.0].as_f64())).collect()
}

fn area(kind: &Kind, curves: &Curves) -> Option<String> {
    let (member, name) = kind.area?;
    Some(format!("{name} {:.3}", curves.value[member].as_f64()?))
}

/// What the drawing shows, for those who do not see it.
fn title(kind: &Kind, shown: &[(&Curves, Vec<(f64, f64)>)]) -> String {
    let told: Vec<String> = shown
        .iter()
        .map(|(one, points)| match area(kind, one) {
            Some(area) => format!("{} {area}", one.class),
            None => {
                let worst = points.iter().map(|(said, seen)| (said - seen).abs()).fold(0.0, f64::max);
                format!("{} at most {:.0} points off the diagonal", one.class, worst * 100.0)
            }
        })
        .collect();
    format!("{}: {}", kind.heading, told.join(", "))
}

/// Where on the curve the model decides.
fn mark(kind: &Kind, curves: &Curves, threshold: Option<f64>) -> Option<((f64, f64), String)> {
    let wanted = threshold.unwrap_or(0.5);
    let list = curves.value[kind.member].as_array()?;
    // The last point whose threshold is still met: points go down from the strictest.
    let met = |point: &&Value| point["threshold"].as_f64().is_some_and(|at| at >= wanted);
    let point = list.iter().filter(met).min_by(|one, other| {
        one["threshold"].as_f64().unwrap_or(1.0).total_cmp(&other["threshold"].as_f64().unwrap_or(1.0))
    })?;
    let place = point[kind.across.0].as_f64().zip(point[kind.up.0].as_f64())?;
    Some((place, format!("threshold {}", inline::significant(wanted))))
}
