//! How programs use what a page shows: lines for curl, Python, R and JavaScript that run as they stand.

use super::inline;
use crate::http::media::Media;
use maud::{Markup, html};
use serde_json::{Map, Number, Value};
use url::form_urlencoded::Serializer;

/// Rows that the lines in JavaScript ask for.
const ROWS: &str = "1000";

/// Lines for one language.
struct Snippet {
    language: &'static str,
    lines: String,
}

/// The card of a dataset, revision, model or version; `None` for other documents.
pub fn card(members: &Map<String, Value>) -> Option<Markup> {
    let (what, snippets) = match table(members) {
        Some(snippets) => ("dataset", snippets),
        None => ("model", model(members)?),
    };
    Some(html! {
        div.card {
            h2 { "Use this " (what) }
            @for (index, snippet) in snippets.iter().enumerate() {
                details name="use" open[index == 0] {
                    summary { (snippet.language) }
                    (lines(&format!("{} example", snippet.language), &snippet.lines))
                }
            }
        }
    })
}

/// Lines to be copied, which scroll sideways by keyboard too.
pub fn lines(label: &str, text: &str) -> Markup {
    html! { pre data-copy tabindex="0" role="group" aria-label=(label) { code { (text) } } }
}

/// Whether a document's page has such a card.
pub fn is_usable(members: &Map<String, Value>) -> bool {
    file(members).is_some() || asked(members).is_some()
}

/// A text as Python, R and JavaScript write it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A word of a shell; URLs of ours hold no quotes.
fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The CSV file of a table.
fn file(members: &Map<String, Value>) -> Option<&str> {
    let files = members.get("distribution")?.as_array()?;
    let csv = files.iter().find(|file| file["encodingFormat"] == Media::Csv.essence())?;
    inline::web(csv["contentUrl"].as_str()?)
}

fn table(members: &Map<String, Value>) -> Option<Vec<Snippet>> {
    let url = file(members)?;
    let rows = members.get("rows").and_then(Value::as_str).and_then(inline::web);
    let accept = Media::Json.essence();
    let script = match rows {
        Some(rows) => format!(
            "const answer = await fetch({},\n  {{ headers: {{ Accept: {} }} }});\nconst {{ member }} = await answer.json();\nconsole.log(member[0].cells);",
            quoted(&format!("{rows}?limit={ROWS}")),
            quoted(accept)
        ),
        None => format!("const answer = await fetch({});\nconsole.log(await answer.text());", quoted(url)),
    };
    Some(vec![
        Snippet { language: "curl", lines: format!("curl --fail --output data.csv \\\n  {}", word(url)) },
        Snippet {
            language: "Python",
            lines: format!(
                "import pandas as pd\n\ndata = pd.read_csv(\n    {}\n)\nprint(data.describe())",
                quoted(url)
            ),
        },
        Snippet { language: "R", lines: format!("data <- read.csv(\n  {}\n)\nsummary(data)", quoted(url)) },
        Snippet { language: "JavaScript", lines: script },
    ])
}

/// The URL of predictions, and a value for each feature of the range that was seen.
fn asked(members: &Map<String, Value>) -> Option<(&str, Vec<(&str, Value)>)> {
    let template = members.get("predict")?;
    let url = inline::web(template["template"].as_str()?.split_once("{?")?.0)?;
    let mapping = template["mapping"].as_array()?;
    let named = mapping.iter().filter_map(|one| Some((one["variable"].as_str()?, typical(one))));
    Some((url, named.collect()))
}

/// The middle of a range, the first of the levels; nothing if neither is known.
fn typical(mapping: &Value) -> Value {
    if let Some(first) = mapping["levels"].as_array().and_then(|levels| levels.first()) {
        return first.clone();
    }
    let (low, high) = (&mapping["minimum"], &mapping["maximum"]);
    match low.as_f64().zip(high.as_f64()) {
        Some((low, high)) if mapping["columnType"] == "integer" => Value::from(((low + high) / 2.0) as i64),
        Some((low, high)) => {
            let middle = inline::significant((low + high) / 2.0).parse().ok();
            middle.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
        None => low.clone(),
    }
}

fn model(members: &Map<String, Value>) -> Option<Vec<Snippet>> {
    let (url, features) = asked(members)?;
    let mut query = Serializer::new(String::new());
    query.extend_pairs(features.iter().map(|(name, value)| (name, inline::plain(value))));
    let url_asked = format!("{url}?{}", query.finish());
    let accept = Media::Json.essence();
    let listed = |none: &str| {
        let told = |value: &Value| if value.is_null() { none.to_string() } else { value.to_string() };
        let lines: Vec<String> =
            features.iter().map(|(name, value)| format!("    {}: {}", quoted(name), told(value))).collect();
        lines.join(",\n")
    };
    let python = format!(
        "import json\nfrom urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\nfeatures = {{\n{},\n}}\nurl = (\n    {}\n)\nrequest = Request(\n    url + \"?\" + urlencode(features),\n    headers={{\"Accept\": {}}},\n)\nwith urlopen(request) as answer:\n    prediction = json.load(answer)\nprint(prediction[\"class\"])",
        listed("\"\""),
        quoted(url),
        quoted(accept)
    );
    let script = format!(
        "const features = {{\n{},\n}};\nconst url = {}\n  + \"?\" + new URLSearchParams(features);\nconst answer = await fetch(url,\n  {{ headers: {{ Accept: {} }} }});\nconst prediction = await answer.json();\nconsole.log(prediction.class);",
        listed("\"\""),
        quoted(url),
        quoted(accept)
    );
    let plain = url_asked.replacen('?', &format!(".{}?", Media::Json.suffix().unwrap_or_default()), 1);
    let r = format!("prediction <- jsonlite::fromJSON(\n  {}\n)\nprediction$class", quoted(&plain));
    let curl = format!("curl --fail --location \\\n  --header 'Accept: {accept}' \\\n  {}", word(&url_asked));
    Some(vec![
        Snippet { language: "curl", lines: curl },
        Snippet { language: "Python", lines: python },
        Snippet { language: "R", lines: r },
        Snippet { language: "JavaScript", lines: script },
    ])
}
