//! Fields of forms: those of a class that programs send, each with what was wrong beside it.

use crate::{
    domain::permission::Role,
    page::{
        faults::{Faults, Within, Wrong},
        inline, name,
    },
    represent::{
        class::{Bounds, Property, Range, Saying, Writing},
        form::{Purpose, inner_name, nested, properties, typed_words},
    },
};
use maud::{Markup, html};
use serde_json::Value;

/// From how many characters on a field has several lines.
const LONG: usize = 1_000;
const LINE_ENDS: [char; 2] = ['\r', '\n'];

/// A field as it is shown.
pub struct Field<'a> {
    /// Its name in the form.
    pub name: &'a str,
    /// What it is called.
    pub label: String,
    /// What belongs into it.
    pub hint: String,
    /// What stands in it.
    pub value: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// Where a fault about it points to.
    pub pointer: String,
    /// How it is typed.
    pub kind: Kind<'a>,
}

/// How a field is typed.
pub enum Kind<'a> {
    /// In a line.
    Line,
    /// In so many lines.
    Lines(u8),
    /// Digits, a sign and a point.
    Number,
    /// One of these; nothing if it need not be.
    Choice(Vec<&'a str>),
    /// A file.
    File,
    /// Not to be seen, nor ever sent back; with what password managers call it.
    Password(&'static str),
}

impl<'a> Field<'a> {
    /// A field that must be filled in, of the member of its name.
    pub fn needed(name: &'a str, label: &str, value: &str, kind: Kind<'a>) -> Field<'a> {
        let (label, value, pointer) = (label.into(), value.into(), format!("/{name}"));
        Field { name, label, hint: String::new(), value, required: true, pointer, kind }
    }

    /// A choice among the roles; at first it is `chosen`.
    pub fn role(name: &'a str, label: &str, chosen: &str) -> Field<'a> {
        Field::needed(name, label, chosen, Kind::Choice(Role::ALL.map(Role::name).to_vec()))
    }

    /// A field for a new password.
    pub fn new_password(name: &'a str, label: &str) -> Field<'a> {
        Field::needed(name, label, "", Kind::Password("new-password"))
    }

    /// The field with its label, its hint and what was wrong with it.
    pub fn show(&self, faults: &mut Faults) -> Markup {
        let wrong = Wrong::of(self.name, faults.at(self.name, &self.pointer, Within::All));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let described = wrong.described(hint.as_deref());
        html! {
            div {
                label for=(self.name) { (self.label) @if self.required { span.needed { " (needed)" } } }
                @if hint.is_some() { span.hint id=[&hint] { (self.hint) } }
                (self.control(described.as_deref(), wrong.invalid()))
                (wrong.show())
            }
        }
    }

    fn control(&self, described: Option<&str>, invalid: Option<&str>) -> Markup {
        let (name, value, required) = (self.name, self.value.as_str(), self.required);
        html! {
            @match &self.kind {
                Kind::Lines(rows) => textarea id=(name) name=(name) rows=(rows) required[required]
                    aria-describedby=[described] aria-invalid=[invalid] {
                    // The parser eats a first line feed.
                    "\n" (value)
                },
                Kind::Choice(values) => select id=(name) name=(name) required[required]
                    aria-describedby=[described] aria-invalid=[invalid] {
                    option value="" { @if required { "Choose" } @else { "as it is by default" } }
                    @for one in values { option value=(one) selected[*one == value] { (one) } }
                },
                Kind::Password(complete) => input id=(name) name=(name) type="password" autocomplete=(complete)
                    required[required] aria-describedby=[described] aria-invalid=[invalid];,
                Kind::File => input id=(name) name=(name) type="file" required[required]
                    aria-describedby=[described] aria-invalid=[invalid];,
                Kind::Line | Kind::Number => input id=(name) name=(name) type="text" value=(value)
                    inputmode=[matches!(self.kind, Kind::Number).then_some("decimal")] autocomplete="off"
                    required[required] aria-describedby=[described] aria-invalid=[invalid];,
            }
        }
    }
}

/// The fields of a class. `values` is a document of it; `choices` are what some of them can only be; `without` is a
/// member that who fills them in may not set.
pub fn fields(
    class: &str,
    purpose: Purpose,
    values: &Value,
    choices: &[(&str, Vec<&str>)],
    without: Option<&str>,
    faults: &mut Faults,
) -> Markup {
    let mut all: Vec<&Property> =
        properties(class, purpose).filter(|property| without != Some(property.key)).collect();
    // Made from the title unless somebody wants another.
    all.sort_by_key(|property| property.key == "identifier");
    html! {
        @for property in all { (field(property, values, choices).show(faults)) }
        @if purpose == Purpose::Make { @for (property, inner) in nested(class) {
            (object(property, inner, values, faults))
        } }
    }
}

/// The fields of an object within the document.
fn object(property: &'static Property, class: &str, values: &Value, faults: &mut Faults) -> Markup {
    let own = faults.at(property.key, &format!("/{}", property.key), Within::Itself);
    let mut one = |inner: &'static Property| {
        let name = inner_name(property, inner);
        // Once it was sent it comes back as it was typed, by its name.
        let typed = values.get(&name).unwrap_or(&values[property.key][inner.key]);
        let found = serde_json::json!({inner.key: typed});
        let pointer = format!("/{}/{}", property.key, inner.key);
        Field { name: &name, pointer, ..field(inner, &found, &[]) }.show(faults)
    };
    html! {
        fieldset.object {
            legend { (name::label(property.key)) }
            span.hint { (property.about) }
            @for text in own { p.fault { (text) } }
            @for inner in properties(class, Purpose::Make) { (one(inner)) }
        }
    }
}

fn field<'a>(property: &'static Property, values: &Value, choices: &'a [(&str, Vec<&'a str>)]) -> Field<'a> {
    let value = written(property, &values[property.key]);
    let chosen = choices.iter().find(|(key, _)| *key == property.key).map(|(_, values)| values.clone());
    let kind = match (chosen, property.bounds, property.range) {
        (Some(values), ..) => Kind::Choice(values),
        (None, Bounds::Among(names), _) => Kind::Choice(names()),
        (None, _, Range::Boolean) => Kind::Choice(vec!["true", "false"]),
        (None, _, Range::Integer | Range::Number) if property.many.is_none() => Kind::Number,
        (None, Bounds::Length(_, most), _) if most > 20_000 => Kind::Lines(18),
        (None, Bounds::Length(_, most), _) if most >= LONG => Kind::Lines(4),
        (None, _, Range::Link(_)) if property.many.is_some() => Kind::Lines(3),
        // In a line it would lose its own.
        _ if value.contains(LINE_ENDS) => Kind::Lines(3),
        _ => Kind::Line,
    };
    let how = match property.saying {
        Saying::Words => " With commas between; one that has a comma in quotation marks.",
        Saying::Identifiers => " With commas between.",
        _ if matches!(property.range, Range::Integer | Range::Number) && property.many.is_some() => {
            " With commas between."
        }
        _ if property.many.is_some() => " One a line.",
        _ => "",
    };
    Field {
        name: property.key,
        label: name::label(property.key),
        hint: format!("{}{how}", property.about),
        value,
        required: property.writing == Writing::Must,
        pointer: format!("/{}", property.key),
        kind,
    }
}

/// A value as it is typed.
fn written(property: &Property, value: &Value) -> String {
    match value {
        Value::Array(items) if property.saying == Saying::Words => {
            typed_words(items.iter().filter_map(Value::as_str))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(property, item)).collect();
            items.join(if matches!(property.range, Range::Link(_)) { "\n" } else { ", " })
        }
        Value::Object(members) => ["name", "identifier", "@id"]
            .iter()
            .find_map(|key| members.get(*key))
            .map(inline::plain)
            .unwrap_or_default(),
        other => inline::plain(other),
    }
}

/// The fields of a row: one for each column, in the columns' types.
pub fn cells(columns: &[Value], values: &Value, faults: &mut Faults) -> Markup {
    let mut one = |column: &Value| {
        let text = |key: &str| column[key].as_str().unwrap_or_default();
        let name = format!("cells.{}", text("identifier"));
        let value = inline::plain(&values["cells"][text("identifier")]);
        let kind = match text("columnType") {
            "integer" | "number" => Kind::Number,
            "boolean" => Kind::Choice(vec!["true", "false"]),
            kind if kind == "text" || value.contains(LINE_ENDS) => Kind::Lines(3),
            _ => Kind::Line,
        };
        let unit = column["unitText"].as_str().map(|unit| format!(", in {unit}")).unwrap_or_default();
        let field = Field {
            name: &name,
            label: text("name").into(),
            hint: format!("{}{unit}", text("columnType")),
            value,
            required: column["nullable"] == false,
            pointer: format!("/cells/{}", text("identifier")),
            kind,
        };
        field.show(faults)
    };
    html! { div.fields { @for column in columns { (one(column)) } } }
}

/// The field of a message.
pub fn message(text: &str, faults: &mut Faults) -> Markup {
    let field = Field {
        name: "text",
        label: "Message".into(),
        hint: "Kept as it is.".into(),
        value: text.into(),
        required: true,
        pointer: "/text".into(),
        kind: Kind::Lines(6),
    };
    field.show(faults)
}
