//! The query of a URL (RFC 3986 §3.4) as pairs, as HTML forms and URI templates write it.
//! What a parameter means stands with whoever declares it; paging in [`super::page`].

use super::problem::{At, Entry};
use percent_encoding::percent_decode_str;

/// The pairs of a raw query (without its `?`), in its order, repeated names kept.
///
/// `+` is a space; a name without `=` has an empty value; empty pairs (`&&`) are skipped. A `%` that
/// two hexadecimal digits do not follow, and bytes that are not UTF-8, are faults of their parameter:
/// a lenient reading would make two URLs of one.
pub fn pairs(raw: &str) -> Result<Vec<(String, String)>, Entry> {
    raw.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// The value of the first parameter with this name.
pub fn first<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn pair(text: &str) -> Result<(String, String), Entry> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Ok((decoded(name, name)?, decoded(name, value)?))
}

fn decoded(parameter: &str, text: &str) -> Result<String, Entry> {
    let fault =
        |expected: &str| Entry::new(At::Parameter(parameter.to_string()), expected, format!("{text:?}"));
    if !text.contains(['%', '+']) {
        return Ok(text.to_string());
    }
    let whole = text
        .split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if !whole {
        return Err(fault("two hexadecimal digits after each `%`"));
    }
    let spaced = text.replace('+', " ");
    let utf8 = percent_decode_str(&spaced).decode_utf8();
    utf8.map(|text| text.into_owned()).map_err(|_| fault("percent-encoded UTF-8"))
}
