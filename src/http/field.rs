//! Field values (RFC 9110 §5.5 and §5.6): lines, lists, tokens, quoted strings, parameters, weights.
//! Only the syntax that several fields share; each field's meaning stands in its own file.

use ::http::{HeaderMap, HeaderName, HeaderValue};
use std::borrow::Cow;

/// What stands for a line that is not UTF-8: no token and no tag of ours, so it never matches.
const UNREADABLE: &str = "\u{FFFD}";

/// What a backslash between double quotes means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backslash {
    /// It escapes the next character: quoted strings (§5.6.4).
    Escapes,
    /// It is a character like any other: entity tags (§8.8.3).
    Plain,
}

/// The lines of a field, in the order sent.
pub fn lines<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> + use<'h> {
    headers.get_all(name).iter().map(|line| str::from_utf8(line.as_bytes()).unwrap_or(UNREADABLE))
}

/// The value of a field that must not be repeated; `None` if it is absent or stands on several lines.
pub fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut lines = lines(headers, name);
    let first = lines.next()?;
    lines.next().is_none().then(|| trimmed(first))
}

/// The members of a list field over all its lines, without empty ones (§5.6.1.2).
pub fn members<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    backslash: Backslash,
) -> impl Iterator<Item = &'h str> + use<'h> {
    lines(headers, name).flat_map(move |line| split(line, ',', backslash)).filter(|member| !member.is_empty())
}

/// The parts of a text between separators that stand outside quotes, without outer white space.
///
/// A quote that is never closed holds everything to the end.
pub fn split(text: &str, separator: char, backslash: Backslash) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let ends = move |c: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' if quoted => escaped = backslash == Backslash::Escapes,
            '"' => quoted = !quoted,
            _ => return c == separator && !quoted,
        }
        false
    };
    text.split(ends).map(trimmed)
}

/// The parameters in `; name=value; name="value"` (§5.6.6), `None` in the place of a malformed one.
///
/// Values are unquoted; empty parameters (`;;`) are skipped; names keep their case.
pub fn parameters(text: &str) -> impl Iterator<Item = Option<(&str, Cow<'_, str>)>> {
    split(text, ';', Backslash::Escapes).filter(|part| !part.is_empty()).map(parameter)
}

fn parameter(text: &str) -> Option<(&str, Cow<'_, str>)> {
    let (name, value) = text.split_once('=')?;
    Some((is_token(name).then_some(name)?, unquoted(value)?))
}

/// The text of a token or a quoted string; `None` if it is neither.
pub fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    if is_token(text) {
        return Some(Cow::Borrowed(text));
    }
    let inner = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut rest = inner.chars();
    loop {
        match rest.next()? {
            '"' => return rest.as_str().is_empty().then_some(Cow::Owned(value)),
            '\\' => value.push(rest.next()?),
            c => value.push(c),
        }
    }
}

/// A text as a quoted string: quotes and backslashes escaped, everything else as it is.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '\\' | '"') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Whether a text is a token (§5.6.2): not empty, letters, digits and ``!#$%&'*+-.^_`|~``.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// A weight (§12.4.2) in thousandths, 0 to 1000; `None` if it is malformed.
///
/// `.2` is read as 0.2: that is what Java's own client has sent for twenty years.
pub fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.bytes().all(|b| b.is_ascii_digit()) && fraction.len() <= 3;
    if !digits || !matches!(whole, "0" | "1" | "") || matches!(text, "" | ".") {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("1", 0) => Some(1000),
        ("1", _) => None,
        (_, n) => Some(n),
    }
}

/// A text as a field value that cannot break out of its line.
///
/// Whatever is not printable ASCII becomes `?`: no line end, no byte that a client reads otherwise.
pub fn value(text: &str) -> HeaderValue {
    // It refuses control characters but for the tab.
    if text.is_ascii()
        && !text.contains('\t')
        && let Ok(value) = HeaderValue::from_str(text)
    {
        return value;
    }
    let fits = |c: char| c == ' ' || c.is_ascii_graphic();
    let text: String = text.chars().map(|c| if fits(c) { c } else { '?' }).collect();
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
