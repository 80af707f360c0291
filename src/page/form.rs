//! Forms of URI templates: one labelled field for each variable.

use super::{
    faults::{Faults, Wrong},
    inline::{self, View, plain},
    name,
};
use crate::represent::link::Place;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Levels that a list to choose from may have; a longer one is typed.
const LEVELS: usize = 200;
/// Fields of a form that stands open.
const MOST_FIELDS: usize = 20;

/// Variables by which pages are turned: a page has links for that.
const PAGING: [&str; 6] = ["page", "itemsPerPage", "limit", "after", "before", "id"];

/// Whether a member is an IRI template that a form can fill in (Hydra core, §4.4).
pub fn is_template(value: &Value) -> bool {
    action(value).is_some() && value["mapping"].is_array()
}

/// A form for each template of the document.
///
/// `values` are what the fields hold at first, `faults` what was wrong with them.
pub fn forms(
    view: View,
    members: &Map<String, Value>,
    values: &[(String, String)],
    faults: &mut Faults,
) -> Option<Markup> {
    // Each page has a form for the whole site, in its header.
    let everywhere = Place::Search.url(view.base);
    let is_own = |value: &Value| is_template(value) && action(value) != Some(everywhere.as_str());
    let templates: Vec<_> = members.iter().filter(|(_, value)| is_own(value)).collect();
    (!templates.is_empty()).then(|| {
        html! {
            @for (key, template) in templates.into_iter().filter(|(_, template)| !variables(template).is_empty()) {
                section {
                    @if is_long(template) {
                        details { summary { (name::label(key)) } (form(view, key, template, members, values, faults)) }
                    } @else { h2 { (name::label(key)) } (form(view, key, template, members, values, faults)) }
                }
            }
        }
    })
}

/// Whether a form would push aside what the page is for.
fn is_long(template: &Value) -> bool {
    template["mapping"].as_array().is_some_and(|mapping| mapping.len() > MOST_FIELDS)
}

/// Where the form goes: the template before its query. Other templates cannot be told by a form.
fn action(value: &Value) -> Option<&str> {
    let (url, variables) = value["template"].as_str()?.split_once("{?")?;
    inline::web(url).filter(|_| variables.ends_with('}') && !url.contains('?'))
}

/// Its variables that somebody can fill in: an empty field must mean nothing, so orders are links' too.
fn variables(template: &Value) -> Vec<(&str, &Value)> {
    let mapping = template["mapping"].as_array().map_or(&[][..], Vec::as_slice);
    let named = mapping.iter().filter_map(|mapping| Some((mapping["variable"].as_str()?, mapping)));
    named.filter(|(name, _)| !PAGING.contains(name) && !name.starts_with("order[")).collect()
}

fn form(
    view: View,
    key: &str,
    template: &Value,
    members: &Map<String, Value>,
    values: &[(String, String)],
    faults: &mut Faults,
) -> Markup {
    let url = action(template).filter(|url| view.base.path_of(url).is_some());
    let Some(url) = url else {
        return html! { p { code { (template["template"].as_str().unwrap_or_default()) } } };
    };
    html! {
        form.fields.card method="get" action=(url) {
            @for (index, (variable, mapping)) in variables(template).into_iter().enumerate() {
                @let value = values.iter().find(|(name, _)| name == variable).map(|(_, text)| text.as_str());
                div { (field(&format!("{key}-{index}"), variable, mapping, members, value, faults)) }
            }
            div.full { button { (name::label(key)) } }
        }
    }
}

/// One labelled field; unit, range and levels come from the mapping or from the feature of that name.
fn field(
    id: &str,
    variable: &str,
    mapping: &Value,
    members: &Map<String, Value>,
    value: Option<&str>,
    faults: &mut Faults,
) -> Markup {
    let feature = feature(variable, members).unwrap_or(&Value::Null);
    let said = |key: &str| mapping.get(key).or_else(|| feature.get(key)).filter(|value| !value.is_null());
    let levels =
        said("levels").and_then(Value::as_array).filter(|levels| (1..=LEVELS).contains(&levels.len()));
    let hint = hint(said("unit").or_else(|| said("unitText")), said("minimum"), said("maximum"));
    let hint_id = hint.as_ref().map(|_| format!("{id}-hint"));
    let wrong = Wrong::at(faults, variable, id);
    let described = wrong.described(hint_id.as_deref());
    // What may be missing is sent with an empty value.
    let required = mapping["required"] == true && mapping["nullable"] != true;
    let numeric = match said("columnType").and_then(Value::as_str) {
        Some(kind) => ["integer", "number"].contains(&kind),
        None => said("minimum").is_some_and(Value::is_number),
    };
    html! {
        label for=(id) { (called(variable, mapping)) @if let Some(hint) = hint { " " span.hint id=[&hint_id] { (hint) } } }
        @match levels {
            Some(levels) => select id=(id) name=(variable) required[required] aria-describedby=[&described] aria-invalid=[wrong.invalid()] {
                option value="" { "Choose" }
                @for level in levels.iter().map(plain) {
                    option value=(level) selected[value == Some(level.as_str())] { (level) }
                }
            },
            None => input id=(id) name=(variable) type="text" value=[value] inputmode=[numeric.then_some("decimal")]
                autocomplete="off" required[required] aria-describedby=[&described] aria-invalid=[wrong.invalid()];,
        }
        (wrong.show())
    }
}

/// A column by its identifier, which is what it is called; a member as on the rest of the page.
fn called(variable: &str, mapping: &Value) -> String {
    if mapping.get("columnType").is_some() { variable.into() } else { name::label(variable) }
}

fn feature<'a>(variable: &str, members: &'a Map<String, Value>) -> Option<&'a Value> {
    let mut features = members.get("features").and_then(Value::as_array)?.iter();
    features.find(|feature| ["feature", "identifier", "name"].iter().any(|key| feature[*key] == variable))
}

/// `mm, seen 32.1 to 59.6`; `None` if nothing is known.
fn hint(unit: Option<&Value>, minimum: Option<&Value>, maximum: Option<&Value>) -> Option<String> {
    let unit = unit.map(plain).filter(|unit| !unit.is_empty());
    let seen = minimum
        .zip(maximum)
        .map(|(minimum, maximum)| format!("seen {} to {}", plain(minimum), plain(maximum)));
    let parts: Vec<String> = unit.into_iter().chain(seen).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
