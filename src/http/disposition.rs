//! Content-Disposition (RFC 6266): under which name a client saves what it gets.

use super::field;
use ::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands unencoded in an extended parameter (RFC 8187 §3.2.1, `attr-char`).
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// To be saved, never shown in a page of ours; under this name, if there is one.
///
/// A name that every client reads alike stands in `filename`. Any other stands in `filename*`, with a
/// spelling in plain ASCII beside it for clients that do not know that one (RFC 6266, appendix D).
pub fn attachment(name: Option<&str>) -> HeaderValue {
    let Some(name) = name else { return HeaderValue::from_static("attachment") };
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut text = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        text.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(name, EXTENDED)));
    }
    field::value(&text)
}

/// Quotes and backslashes are escaped differently by different clients, and `%41` decoded by some.
fn is_plain(c: char) -> bool {
    (c == ' ' || c.is_ascii_graphic()) && !matches!(c, '"' | '\\' | '%')
}
