//! Media types (RFC 9110 §8.3): the only file that spells one.
//! Which of them a request gets is decided in [`super::negotiate`].

use super::field::{self, Backslash};
use ::http::{HeaderMap, HeaderValue, header};
use std::fmt;

/// Declares [`Media`] from one line each: name, full field value, suffix in URLs (or none).
macro_rules! media {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $suffix:expr;)*) => {
        /// A media type that we send or read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Media { $($(#[$doc])* $name,)* }

        impl Media {
            /// All of them.
            pub const ALL: &'static [Media] = &[$(Media::$name,)*];

            /// The value of Content-Type, with `charset` where text would be guessed at without it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Media::$name => $text,)* }
            }

            /// What stands after the dot in the representation's own URL, if it can have one.
            pub const fn suffix(self) -> Option<&'static str> {
                match self { $(Media::$name => $suffix,)* }
            }
        }
    };
}

media! {
    /// JSON-LD 1.1: what every document is unless asked for otherwise.
    JsonLd = "application/ld+json", Some("jsonld");
    /// The same document under the name that most programs ask for.
    Json = "application/json", Some("json");
    /// A page.
    Html = "text/html; charset=utf-8", Some("html");
    /// Links by what they lead from (RFC 9264), of the kind that lists APIs (RFC 9727 §4.3).
    LinkSet = "application/linkset+json; profile=\"https://www.rfc-editor.org/info/rfc9727\"", None;
    /// A document whose links stand together (HAL).
    Hal = "application/hal+json", Some("hal");
    /// The same with what can be done, as forms (HAL-FORMS).
    HalForms = "application/prs.hal-forms+json", Some("halforms");
    /// RDF for people (Turtle).
    Turtle = "text/turtle; charset=utf-8", Some("ttl");
    /// RDF, a statement a line.
    NTriples = "application/n-triples", Some("nt");
    /// What went wrong (RFC 9457).
    ProblemJson = "application/problem+json", None;
    /// A table, cells separated by commas (RFC 4180).
    Csv = "text/csv; charset=utf-8", Some("csv");
    /// A table, cells separated by tabs.
    Tsv = "text/tab-separated-values; charset=utf-8", Some("tsv");
    /// A graph of operations on tensors (ONNX).
    Onnx = "application/onnx", None;
    /// A table, one JSON object a line.
    Ndjson = "application/x-ndjson", Some("ndjson");
    /// A table, column by column (Apache Parquet).
    Parquet = "application/vnd.apache.parquet", Some("parquet");
    /// Plain text.
    Text = "text/plain; charset=utf-8", Some("txt");
    /// Markdown (RFC 7763).
    Markdown = "text/markdown; charset=utf-8", Some("md");
    /// Bytes of which nothing is known.
    OctetStream = "application/octet-stream", Some("bin");
    /// A change to a document (RFC 7396).
    MergePatch = "application/merge-patch+json", None;
    /// A change to a document, step by step (RFC 6902).
    JsonPatch = "application/json-patch+json", None;
    /// What a form without files sends.
    FormUrlencoded = "application/x-www-form-urlencoded", None;
    /// What a form with files sends (RFC 7578).
    FormData = "multipart/form-data", None;
    /// Parts of a representation (RFC 9110 §14.6).
    ByteRanges = "multipart/byteranges", None;
    /// Version 1 of a resource under its unversioned URL.
    V1Json = "application/vnd.almanac.v1+json", None;
    /// Version 2 of a resource under its unversioned URL.
    V2Json = "application/vnd.almanac.v2+json", None;
    /// News of a resource, one after the other.
    EventStream = "text/event-stream; charset=utf-8", None;
    /// A list of addresses for search engines.
    Xml = "application/xml; charset=utf-8", Some("xml");
    /// A style sheet.
    Css = "text/css; charset=utf-8", Some("css");
    /// A script.
    Javascript = "text/javascript; charset=utf-8", Some("js");
    /// A drawing.
    Svg = "image/svg+xml", Some("svg");
    /// A picture.
    Png = "image/png", Some("png");
}

impl Media {
    /// The type and subtype alone, as in JSON documents and in Accept.
    pub fn essence(self) -> &'static str {
        self.as_str().split(';').next().unwrap_or_default()
    }

    /// The media type that a suffix, without its dot, names.
    pub fn from_suffix(suffix: &str) -> Option<Media> {
        Media::ALL.iter().copied().find(|media| media.suffix() == Some(suffix))
    }

    /// The media type with this type and subtype, in any case; no parameters.
    pub fn from_essence(essence: &str) -> Option<Media> {
        Media::ALL.iter().copied().find(|media| media.essence().eq_ignore_ascii_case(essence))
    }

    /// The `Content-Type` field.
    pub const fn value(self) -> HeaderValue {
        HeaderValue::from_static(self.as_str())
    }
}

impl fmt::Display for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A Content-Type that came with a request: perhaps none of ours, perhaps with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    essence: String,
    parameters: Vec<(String, String)>,
}

/// A Content-Type that is none: what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "content-type: expected `type/subtype` and parameters, each once, found {:?}", self.0)
    }
}

impl std::error::Error for Malformed {}

impl MediaType {
    /// The Content-Type of a request; `None` if it has none.
    ///
    /// Several lines are malformed: which of them describes the body nobody can know (§5.3).
    pub fn of(headers: &HeaderMap) -> Result<Option<MediaType>, Malformed> {
        let lines: Vec<&str> = field::lines(headers, &header::CONTENT_TYPE).collect();
        match lines.as_slice() {
            [] => Ok(None),
            [line] => MediaType::parse(line).map(Some),
            several => Err(Malformed(several.join(", "))),
        }
    }

    /// Reads `type/subtype; name=value`.
    ///
    /// Type, subtype and parameter names are lower-cased. A repeated parameter is malformed: readers
    /// that pick different ones disagree about where a part of the body ends.
    pub fn parse(text: &str) -> Result<MediaType, Malformed> {
        MediaType::read(text).ok_or_else(|| Malformed(text.to_string()))
    }

    fn read(text: &str) -> Option<MediaType> {
        let mut parts = field::split(text, ';', Backslash::Escapes);
        let essence = parts.next()?;
        let (kind, subtype) = essence.split_once('/')?;
        if !field::is_token(kind) || !field::is_token(subtype) {
            return None;
        }
        let mut parameters: Vec<(String, String)> = Vec::new();
        for parameter in field::parameters(text.split_once(';').map_or("", |(_, rest)| rest)) {
            let (name, value) = parameter?;
            let name = name.to_ascii_lowercase();
            if parameters.iter().any(|(known, _)| *known == name) {
                return None;
            }
            parameters.push((name, value.into_owned()));
        }
        Some(MediaType { essence: essence.to_ascii_lowercase(), parameters })
    }

    /// `type/subtype`, lower case.
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// The media type of ours that this is, whatever its parameters.
    pub fn media(&self) -> Option<Media> {
        Media::from_essence(&self.essence)
    }

    /// The value of a parameter, by its lower-case name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What stands between the parts of a multipart body (RFC 2046 §5.1.1): 1 to 70 characters.
    pub fn boundary(&self) -> Option<&str> {
        self.parameter("boundary").filter(|text| (1..=70).contains(&text.len()))
    }

    /// Whether a body of this type is UTF-8, or ASCII within it; so it is when nothing is said.
    pub fn is_utf8(&self) -> bool {
        let known = ["utf-8", "utf8", "us-ascii"];
        self.parameter("charset").is_none_or(|charset| known.iter().any(|k| charset.eq_ignore_ascii_case(k)))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.essence)?;
        for (name, value) in &self.parameters {
            let value = if field::is_token(value) { value.clone() } else { field::quoted(value) };
            write!(f, "; {name}={value}")?;
        }
        Ok(())
    }
}
