//! What keys, documents and URLs are called on pages.

pub use crate::represent::label::of as label;
use crate::represent::{
    class::class_of,
    link::{Base, Place},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// What the whole is called.
pub const SITE: &str = "Almanac";
/// Members that can be the title, best first.
const TITLES: &[&str] = &["headline", "title", "name", "label", "identifier"];
/// Members that can be the summary, best first.
const SUMMARIES: &[&str] = &["abstract", "description", "comment"];

/// The member of an object that is its title; an identifier that is a mere number is none.
pub fn title_key(members: &Map<String, Value>) -> Option<&'static str> {
    let text = |key: &str| members.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let says = |key: &&str| text(key).is_some_and(|text| *key != "identifier" || !is_number(text));
    TITLES.iter().copied().find(says)
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// The title of an object as one of many: that of its own, else what its URL is called.
pub fn own_title(base: &Base, members: &Map<String, Value>) -> String {
    match title_key(members) {
        Some(key) => members[key].as_str().unwrap_or_default().into(),
        None => members.get("@id").and_then(Value::as_str).map(|url| of(base, url)).unwrap_or_default(),
    }
}

/// The title of a document's page; what belongs to something says so: `Rows of penguins`.
pub fn title(base: &Base, titles: &[(String, String)], members: &Map<String, Value>) -> String {
    let id = members.get("@id").and_then(Value::as_str).unwrap_or_default();
    let path = base.path_of(bare(id));
    // The API documentation says what the API is called; its page is not the home page.
    let is_own = |title: &&str| *title != SITE || path == Some("/");
    let own = title_key(members).and_then(|key| members[key].as_str()).filter(is_own).map(str::to_string);
    // A member of a list has a name or number of its own; `<slug>/rows` has only the word of its class.
    let pattern = path.and_then(Place::parse).map_or("", |place| place.pattern());
    let is_part = pattern.contains('<') && !pattern.ends_with('>');
    let class = class_of(members);
    let is_named = own.is_some() && own.as_deref() != class.map(|class| class.title);
    match path.and_then(|path| Some((path, path.rsplit_once('/')?.0))) {
        Some((path, owner)) if is_part && !is_named => {
            format!("{} of {}", own.unwrap_or_else(|| step(path)), by_title(base, titles, &base.join(owner)))
        }
        _ => own
            .or_else(|| Some(by_title(base, titles, id)))
            .filter(|title| !title.is_empty())
            .unwrap_or("Document".into()),
    }
}

/// Key and text of the member that sums an object up.
pub fn summary(members: &Map<String, Value>) -> Option<(&'static str, &str)> {
    let text = |key: &'static str| Some((key, members.get(key)?.as_str().filter(|text| !text.is_empty())?));
    SUMMARIES.iter().copied().find_map(text)
}

/// What a URL is called: `penguins, revision 1` for one of ours, host and path for others.
pub fn of(base: &Base, url: &str) -> String {
    if let Some((_, fragment)) = url.split_once('#').filter(|(_, fragment)| !fragment.is_empty()) {
        return fragment.rsplit('/').next().unwrap_or_default().into();
    }
    match base.path_of(url).map(|path| parts(bare(path))) {
        Some(parts) => joined(&parts),
        None => url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').into(),
    }
}

/// The same by the titles that are known: `Palmer penguins, revision 1`.
pub fn by_title(base: &Base, titles: &[(String, String)], url: &str) -> String {
    let name = of(base, url);
    let is_within =
        |known: &str| url.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let owner = titles.iter().find(|(known, title)| !title.is_empty() && is_within(known));
    let rest = owner.and_then(|(known, title)| Some((title, name.strip_prefix(&of(base, known))?)));
    rest.map_or_else(|| name.clone(), |(title, rest)| format!("{title}{rest}"))
}

/// What the last step of one of our paths is called: `Revision 1`, or a slug as it is.
pub fn step(path: &str) -> String {
    parts(path).last().map(|part| joined(std::slice::from_ref(part))).unwrap_or_default()
}

/// A URL or path without its query.
pub fn bare(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

/// A step of a path in words.
struct Part {
    text: String,
    /// Whether the word is ours, and so may be capitalised: a slug may not.
    ours: bool,
}

fn joined(parts: &[Part]) -> String {
    let text = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(", ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if parts[0].ours => first.to_uppercase().chain(letters).collect(),
        _ => text,
    }
}

/// Steps of a path in words, each list with its member as one: `penguins`, `revision 1`.
fn parts(path: &str) -> Vec<Part> {
    let place = Place::parse(path);
    if let Some(name) = place.as_ref().and_then(known) {
        return vec![Part { text: name.into(), ours: true }];
    }
    let pattern: Vec<&str> = place.as_ref().map_or("", |place| place.pattern()).split('/').collect();
    let fixed = |index: usize| pattern.get(index).is_some_and(|segment| !segment.starts_with('<'));
    let versions = [Place::Entry.pattern(), Place::V1.pattern()];
    let mut parts: Vec<Part> = Vec::new();
    for (index, segment) in path.split('/').enumerate().skip(1) {
        if index == 1 && versions.iter().any(|version| version[1..] == *segment) {
            continue;
        }
        let text = short(&percent_decode_str(segment).decode_utf8_lossy());
        let is_word = text.contains(|c: char| c.is_alphabetic());
        match parts.last_mut().filter(|_| fixed(index - 1) && !fixed(index)) {
            // A slug says enough where it stands, a number needs the word before it.
            Some(list) if is_word => *list = Part { text, ours: false },
            Some(list) => list.text = format!("{} {text}", list.text.trim_end_matches('s')),
            None => parts.push(Part { text, ours: fixed(index) }),
        }
    }
    parts
}

/// Places whose path does not say what they are.
fn known(place: &Place) -> Option<&'static str> {
    Some(match place {
        Place::Root => "home",
        Place::Entry => "version 2",
        Place::V1 => "version 1",
        Place::Documentation => "API documentation",
        Place::Context | Place::V1Context => "JSON-LD context",
        Place::Vocabulary => "vocabulary",
        Place::Problems => "types of problems",
        Place::Me => "account",
        _ => return None,
    })
}

/// Digests in names of files, cut so that people can compare them.
pub fn short(text: &str) -> String {
    let cut = |part: &str| match part.len() >= 32 && part.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => format!("{}…", &part[..8]),
        false => part.to_string(),
    };
    text.split('.').map(cut).collect::<Vec<_>>().join(".")
}
