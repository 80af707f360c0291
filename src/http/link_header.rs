//! Link field values (RFC 8288): a target, its relation first, then what is said about it.
//! Which links an answer has is decided where its document is made.

use super::{field, media::Media};
use ::http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::{borrow::Cow, fmt};

/// What may not stand in a URI reference, and would end the angle brackets or the line.
const NOT_IN_A_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// One link; displayed as a field value. What clients look for stands on a
/// line of its own: some read no lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    target: String,
    relation: Cow<'static, str>,
    attributes: Vec<(&'static str, Cow<'static, str>)>,
}

impl Link {
    /// A link to a URL by a registered relation (`alternate`) or one named by its own URL.
    pub fn new(target: impl Into<String>, relation: impl Into<Cow<'static, str>>) -> Link {
        Link { target: target.into(), relation: relation.into(), attributes: Vec::new() }
    }

    /// The same, with the media type to expect, without parameters.
    pub fn media(self, media: Media) -> Link {
        self.attribute("type", media.essence())
    }

    /// The same, with a title for people.
    pub fn title(self, title: impl Into<Cow<'static, str>>) -> Link {
        self.attribute("title", title)
    }

    /// The same, with any other attribute (`hreflang`, `anchor`, `profile`).
    pub fn attribute(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Link {
        self.attributes.push((name, value.into()));
        self
    }

    /// The `Link` field.
    pub fn value(&self) -> HeaderValue {
        field::value(&self.to_string())
    }
}

/// A URL as it stands between angle brackets: hardly any has to be written anew.
pub fn target(url: &str) -> Cow<'_, str> {
    utf8_percent_encode(url, NOT_IN_A_URI).into()
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = target(&self.target);
        for part in ["<", &target, ">; rel=", &field::quoted(&self.relation)] {
            f.write_str(part)?;
        }
        for (name, value) in &self.attributes {
            if value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
                for part in ["; ", name, "=", &field::quoted(value)] {
                    f.write_str(part)?;
                }
            } else {
                // RFC 8187: the only way to say other letters in a parameter.
                write!(f, "; {name}*=UTF-8''{}", utf8_percent_encode(value, NON_ALPHANUMERIC))?;
            }
        }
        Ok(())
    }
}
