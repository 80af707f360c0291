//! Charts as SVG: what is drawn stands in the document, and each drawing's title says what it shows.
//!
//! Geometry alone: colours and strokes are classes of the style sheet. Nothing here reads a document.

use super::frame::cut;
use maud::{Markup, html};

/// Width of the small drawings on cards, and the height of what is drawn in them.
const CARD: (f64, f64) = (208.0, 54.0);
/// Width of a letter of a label, about.
const LETTER: f64 = 6.4;
/// Letters of a label beside a bar, of one left of an estimate, of one at each end of an axis.
const BAR_LABEL: usize = 13;
const ESTIMATE_LABEL: usize = 24;
const SIDE_LABEL: usize = 28;
/// Left, top, right and bottom edge of a plot of shares, within 320 x 312.
const PLOT: (f64, f64, f64, f64) = (44.0, 10.0, 304.0, 270.0);
/// Lines of one plot that can be told apart.
pub const MOST_LINES: usize = 6;
/// Points of a line, at most: what is between them is narrower than a stroke.
const MOST_POINTS: usize = 160;

/// A drawing with a title that says what it shows.
fn drawing(title: &str, (width, height): (f64, f64), marks: Markup) -> Markup {
    html! { svg viewBox={ "0 0 " (width) " " (height) } role="img" { title { (title) } (marks) } }
}

/// A coordinate: a tenth of a pixel is enough.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_string).unwrap_or(text)
}

/// How often each bin of a column was met, from the least to the greatest value.
pub fn histogram(title: &str, counts: &[f64], ends: (&str, &str)) -> Markup {
    let most = counts.iter().copied().fold(1.0, f64::max);
    let step = CARD.0 / counts.len().max(1) as f64;
    let gap = (step * 0.1).min(1.0);
    drawing(
        title,
        (CARD.0, 72.0),
        html! {
            @for (index, count) in counts.iter().enumerate() {
                @let height = count / most * (CARD.1 - 2.0);
                rect class="bar" x=(at(index as f64 * step + gap / 2.0)) y=(at(CARD.1 - height))
                    width=(at(step - gap)) height=(at(height)) {}
            }
            text x="0" y="69" { (ends.0) }
            text x=(CARD.0) y="69" text-anchor="end" { (ends.1) }
        },
    )
}

/// How often each value was met, the label on the left and the count behind its bar.
pub fn bars(title: &str, counts: &[(String, u64)]) -> Markup {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1) as f64;
    let labels: Vec<String> = counts.iter().map(|(label, _)| cut(label, BAR_LABEL)).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let left = (longest as f64 * LETTER + 6.0).max(24.0);
    let figures = most.log10().floor() * 8.0 + 14.0;
    let step = (68.0 / counts.len().max(1) as f64).clamp(17.0, 30.0);
    let height = (step * counts.len() as f64 + 4.0).max(38.0);
    drawing(
        title,
        (CARD.0, height),
        html! {
            @for (index, ((_, count), label)) in counts.iter().zip(&labels).enumerate() {
                @let (top, width) = (2.0 + step * index as f64, *count as f64 / most * (CARD.0 - left - figures));
                @let line = at(top + step / 2.0 + 3.0);
                text x="0" y=(line) { (label) }
                rect class="bar2" x=(at(left)) y=(at(top)) width=(at(width)) height=(at(step - 4.0)) {}
                text x=(at(left + width + 4.0)) y=(line) { (count) }
            }
        },
    )
}

/// What a plot of shares is measured against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    /// The diagonal: what guessing gives, or what is perfectly calibrated.
    Diagonal,
    /// Nothing.
    Nothing,
}

/// A plot of one share against another.
pub struct Plot<'a> {
    /// What it shows, in a sentence.
    pub title: String,
    /// Names of the axes, across and up.
    pub axes: (&'a str, &'a str),
    /// The lines, each from left to right.
    pub lines: Vec<Vec<(f64, f64)>>,
    /// What they are measured against.
    pub against: Against,
    /// A point of the first line that is named.
    pub mark: Option<((f64, f64), String)>,
    /// Whether each point is one that was measured.
    pub dots: bool,
}

fn place((x, y): (f64, f64)) -> (f64, f64) {
    let (left, top, right, bottom) = PLOT;
    (left + x.clamp(0.0, 1.0) * (right - left), bottom - y.clamp(0.0, 1.0) * (bottom - top))
}

fn path(points: &[(f64, f64)]) -> String {
    let steps = points.iter().map(|point| place(*point));
    let pairs: Vec<String> = steps.map(|(x, y)| format!("{} {}", at(x), at(y))).collect();
    if pairs.is_empty() { String::new() } else { format!("M{}", pairs.join("L")) }
}

/// The points without those between two on one straight line, and not more than can be seen.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let bends = |a: (f64, f64), b: (f64, f64), c: (f64, f64)| {
        ((b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1)).abs() > 1e-9
    };
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let next = points.get(index + 1);
        match (kept.last(), next) {
            (Some(before), Some(next)) if !bends(*before, *point, *next) => {}
            _ => kept.push(*point),
        }
    }
    let step = kept.len().div_ceil(MOST_POINTS).max(1);
    let last = kept.last().copied();
    let mut fewer: Vec<_> = kept.into_iter().step_by(step).collect();
    fewer.extend(last.filter(|last| fewer.last() != Some(last)));
    fewer
}

impl Plot<'_> {
    /// The drawing.
    pub fn draw(&self) -> Markup {
        let lines: Vec<_> = self.lines.iter().take(MOST_LINES).map(|line| thinned(line)).collect();
        drawing(
            &self.title,
            (320.0, 312.0),
            html! {
                (self.grid())
                (self.reference())
                @for (index, line) in lines.iter().enumerate() {
                    path class={ "line l" (index) } d=(path(line)) {}
                    @if self.dots { @for point in line { (dot(*point)) } }
                }
                @if let Some((point, label)) = &self.mark {
                    (dot(*point))
                    @let (x, y) = place(*point);
                    text class="strong" x=(at(x + 10.0)) y=(at((y + 16.0).min(PLOT.3 - 4.0))) { (label) }
                }
            },
        )
    }

    fn grid(&self) -> Markup {
        let (left, top, right, bottom) = PLOT;
        html! {
            @for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                @let (x, y) = place((share, share));
                line class="grid" x1=(at(x)) x2=(at(x)) y1=(top) y2=(bottom) {}
                line class="grid" x1=(left) x2=(right) y1=(at(y)) y2=(at(y)) {}
                text x=(at(x)) y="286" text-anchor="middle" { (share) }
                text x="38" y=(at(y + 4.0)) text-anchor="end" { (share) }
            }
            text x="174" y="306" text-anchor="middle" { (self.axes.0) }
            text transform="translate(11 140) rotate(-90)" text-anchor="middle" { (self.axes.1) }
        }
    }

    fn reference(&self) -> Markup {
        let (left, top, right, bottom) = PLOT;
        html! {
            @if self.against == Against::Diagonal {
                line class="ref" x1=(left) x2=(right) y1=(bottom) y2=(top) {}
            }
        }
    }
}

fn dot(point: (f64, f64)) -> Markup {
    let (x, y) = place(point);
    html! { circle class="dot" cx=(at(x)) cy=(at(y)) r="5" {} }
}

/// An estimate with the interval around it, if that is known.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// What was estimated.
    pub label: String,
    /// The estimate.
    pub value: f64,
    /// Where it is with 95 % confidence.
    pub interval: Option<(f64, f64)>,
}

/// Estimates on both sides of zero; `sides` say what is on the left and on the right.
pub fn intervals(title: &str, estimates: &[Estimate], sides: (&str, &str)) -> Markup {
    let ends = |estimate: &Estimate| {
        let (low, high) = estimate.interval.unwrap_or((estimate.value, estimate.value));
        (low.min(estimate.value), high.max(estimate.value))
    };
    let low = estimates.iter().map(|one| ends(one).0).fold(0.0, f64::min);
    let high = estimates.iter().map(|one| ends(one).1).fold(0.0, f64::max);
    let labels: Vec<String> = estimates.iter().map(|one| cut(&one.label, ESTIMATE_LABEL)).collect();
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let (left, right) = (longest as f64 * LETTER + 16.0, 408.0);
    let scale = (right - left - 8.0) / (high - low).max(f64::MIN_POSITIVE);
    let x = |value: f64| left + 8.0 + (value - low) * scale;
    let bottom = 8.0 + 30.0 * estimates.len() as f64;
    drawing(
        title,
        (416.0, bottom + 28.0),
        html! {
            @for (index, (estimate, label)) in estimates.iter().zip(&labels).enumerate() {
                @let (top, value) = (8.0 + 30.0 * index as f64, estimate.value);
                text x=(at(left - 8.0)) y=(at(top + 14.0)) text-anchor="end" { (label) }
                rect class=(if value < 0.0 { "bar" } else { "bar2" }) x=(at(x(value.min(0.0)))) y=(at(top))
                    width=(at(value.abs() * scale)) height="20" {}
                @if let Some((low, high)) = estimate.interval {
                    line class="whisk" x1=(at(x(low))) x2=(at(x(high))) y1=(at(top + 10.0)) y2=(at(top + 10.0)) {}
                }
            }
            line class="axis" x1=(at(x(0.0))) x2=(at(x(0.0))) y1="2" y2=(at(bottom)) {}
            text x="0" y=(at(bottom + 18.0)) { "← " (cut(sides.0, SIDE_LABEL)) }
            text x=(right) y=(at(bottom + 18.0)) text-anchor="end" { (cut(sides.1, SIDE_LABEL)) " →" }
        },
    )
}
