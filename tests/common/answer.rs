//! An answer, and what a test says of it.

use serde_json::Value;
use std::fmt;

/// An answer, read to its end.
#[derive(Clone)]
pub struct Answer {
    /// Method and target of the request.
    pub said: String,
    /// Status code.
    pub status: u16,
    /// Fields, line by line.
    pub headers: Vec<(String, String)>,
    /// Content.
    pub body: Vec<u8>,
}

impl Answer {
    /// The content as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("expected JSON ({error}), found {self}"))
    }

    /// The content as text.
    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap_or_else(|_| panic!("expected UTF-8, found {self}"))
    }

    /// The first line of a field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// Every line of a field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let lines = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// A field that must be there, once.
    #[track_caller]
    pub fn field(&self, name: &str) -> &str {
        let lines = self.all(name);
        assert_eq!(lines.len(), 1, "expected one `{name}`, found {self}");
        lines[0]
    }

    /// The entity tag.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.field("ETag").to_string()
    }

    /// The names of the fields, lower case, sorted, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The fields but for those of that name and those that differ by request, lower case, sorted.
    pub fn fields_without(&self, but: &[&str]) -> Vec<(String, String)> {
        let lower = self.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        let differ = ["x-request-id", "date"];
        let mut fields: Vec<(String, String)> = lower
            .filter(|(name, _)| !but.contains(&name.as_str()) && !differ.contains(&name.as_str()))
            .collect();
        fields.sort();
        fields
    }

    /// Says that the status is this one.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Answer {
        assert_eq!(self.status, status, "expected {status}, found {self}");
        self
    }

    /// Says that the content is a problem document of that type, with everything such a document has.
    #[track_caller]
    pub fn has_problem(&self, slug: &str) -> &Answer {
        assert_eq!(
            self.header("Content-Type"),
            Some("application/problem+json"),
            "expected a problem, found {self}"
        );
        let problem = self.json();
        let named = problem["type"].as_str().and_then(|url| url.rsplit_once("/problems/"));
        assert_eq!(named.map(|(_, name)| name), Some(slug), "expected the problem `{slug}`, found {self}");
        assert_eq!(problem["status"], self.status, "expected the status in the document, found {self}");
        for key in ["title", "detail", "instance"] {
            let text = problem[key].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "expected a `{key}`, found {self}");
        }
        assert_eq!(
            self.field("X-Almanac-Error-Code"),
            slug,
            "expected the code in a field too, found {self}"
        );
        self
    }

    /// Says that the problem document lists a fault at that JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Answer {
        assert!(
            self.pointers().iter().any(|found| found == pointer),
            "expected a fault at `{pointer}`, found {self}"
        );
        self
    }

    /// The JSON pointers of the faults that the problem document lists.
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().filter_map(|error| error["pointer"].as_str().map(String::from)).collect()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "this answer to {}:\n\n    {}", self.said, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "    {name}: {value}")?;
        }
        writeln!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
