//! What comes back: statuses, media types, fields.

use super::{Version, parameter::is_stored, reference};
use crate::{
    http::media::Media,
    represent::{
        class::{Gives, Operation, Takes, class},
        format::offer,
        hydra,
        link::Place,
    },
};
use serde_json::{Map, Value, json};

/// Statuses and the component that answers each.
const PROBLEMS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request, its query or its body cannot be read."),
    (401, "Unauthorized", "There are no credentials, or none that are good."),
    (403, "Forbidden", "The credentials are good, but not for this."),
    (404, "NotFound", "There is nothing here that the reader may read."),
    (406, "NotAcceptable", "There is no representation that the client accepts."),
    (408, "Timeout", "The body took too long."),
    (409, "Conflict", "It does not fit what is there: a name is taken, a step of a patch does not apply."),
    (410, "Gone", "What was here has been removed for good."),
    (412, "PreconditionFailed", "The resource is not in the state that the request names."),
    (413, "PayloadTooLarge", "The body is larger than this resource takes."),
    (414, "UriTooLong", "The URL is longer than the server reads."),
    (415, "UnsupportedMediaType", "The body has a media type or coding that is not read here."),
    (416, "RangeNotSatisfiable", "The range begins after the last byte."),
    (422, "Unprocessable", "The body can be read, but what it says cannot be."),
    (428, "PreconditionRequired", "A change must say which state it changes."),
    (429, "TooManyRequests", "The client has asked too often of late: try again after `Retry-After`."),
    (500, "InternalError", "The server has a fault of its own; `X-Request-Id` names it in the log."),
    (503, "Unavailable", "The server cannot answer now: try again after `Retry-After`."),
];

/// Fields of answers: component, what it says.
const FIELDS: &[(&str, &str)] = &[
    ("ETag", "Entity tag of the representation, for If-Match and If-None-Match."),
    ("Last-Modified", "When the resource changed last."),
    ("Cache-Control", "How long the answer keeps."),
    ("Vary", "Fields of requests that choose the answer."),
    ("Link", "Links: other formats, pages, the collection, the documentation."),
    ("Location", "The URL of what was made, or of where it is."),
    ("Content-Location", "The URL of this representation alone."),
    ("Content-Range", "Which bytes these are."),
    ("Repr-Digest", "SHA-256 of the whole representation (RFC 9530)."),
    ("WWW-Authenticate", "How to sign in."),
    ("Retry-After", "Seconds after which it is worth asking again."),
    (
        "RateLimit-Policy",
        "What may be asked for, by quota: in how many seconds (`w`) how many requests (`q`).",
    ),
    ("RateLimit", "How much of each quota is left (`r`), and in how many seconds there is more (`t`)."),
    ("Preference-Applied", "Which of the preferences were followed."),
    ("X-Request-Id", "Name of the request in the log."),
    ("Deprecation", "Since when version 1 is not to be used for anything new (RFC 9745)."),
    ("Sunset", "When version 1 ends (RFC 8594)."),
];

/// The fields, as components.
pub fn headers(version: Version) -> Value {
    let fields = FIELDS
        .iter()
        .filter(|(name, _)| version == Version::One || !matches!(*name, "Deprecation" | "Sunset"));
    let field = |(name, about): &(&str, &str)| {
        (name.to_string(), json!({"description": about, "schema": {"type": "string"}}))
    };
    Value::Object(fields.map(field).collect::<Map<_, _>>())
}

/// An answer for each status that is a problem.
pub fn components() -> Value {
    let content = json!({
        (Media::ProblemJson.essence()): {"schema": reference("schemas", "Problem")},
        (Media::JsonLd.essence()): {"schema": reference("schemas", "Problem")},
        (Media::Html.essence()): {"schema": {"type": "string"}},
    });
    let problem = |(status, name, about): &(u16, &str, &str)| {
        let mut fields = fields(&["X-Request-Id", "Cache-Control", "Link"]);
        match status {
            401 => fields["WWW-Authenticate"] = reference("headers", "WWW-Authenticate"),
            429 => {
                for name in ["Retry-After", "RateLimit", "RateLimit-Policy"] {
                    fields[name] = reference("headers", name);
                }
            }
            503 => fields["Retry-After"] = reference("headers", "Retry-After"),
            412 => fields["ETag"] = reference("headers", "ETag"),
            _ => {}
        }
        // What is too long is answered before anything of ours reads it.
        let response = match status {
            414 => json!({"description": about}),
            _ => json!({"description": about, "headers": fields, "content": content}),
        };
        (name.to_string(), response)
    };
    Value::Object(PROBLEMS.iter().map(problem).collect::<Map<_, _>>())
}

fn fields(names: &[&str]) -> Value {
    let field = |name: &&str| (name.to_string(), reference("headers", name));
    Value::Object(names.iter().map(field).collect::<Map<_, _>>())
}

/// Every answer of an operation.
pub fn all(place: &Place, version: Version, operation: &Operation) -> Value {
    let mut responses = Map::new();
    let mut statuses = hydra::statuses(operation);
    statuses.extend(also(place, operation));
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let known = PROBLEMS.iter().find(|(known, ..)| *known == status);
        let response = match known {
            Some((_, name, _)) => reference("responses", name),
            None => success(place, version, operation, status),
        };
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

/// Statuses that come by the way: of conditional requests, of redirects, of faults.
fn also(place: &Place, operation: &Operation) -> Vec<u16> {
    let mut also = vec![400, 429, 500, 503];
    let moved: &[u16] = match (operation.method, place) {
        ("GET", Place::Prediction(..)) => &[304, 308, 412, 422],
        ("GET", Place::CurrentPrediction(_)) => &[307],
        ("GET", Place::V1Predict(..)) => &[304, 412, 422],
        ("GET", Place::Static(_) | Place::VocabularyOf(_) | Place::ContextOf(_)) => &[304, 307, 412],
        ("GET", Place::References) => &[307],
        ("GET", _) if !operation.parameters.is_empty() => &[304, 412, 414],
        ("GET", Place::Live | Place::Ready | Place::InferenceLive | Place::InferenceReady) => &[],
        ("GET", Place::ModelReady(_) | Place::VersionReady(..)) => &[],
        ("GET", _) if is_stored(place) => &[206, 304, 412, 416],
        ("GET", _) => &[304, 412],
        ("POST", Place::Revisions(_)) => &[303, 408, 412],
        ("POST", Place::CurrentPredictions(_) | Place::Predictions(..)) => &[408, 412],
        ("POST", Place::Infer(_) | Place::VersionInfer(..)) => &[406, 408, 413, 415, 422],
        ("POST", _) => &[204, 408, 412],
        ("DELETE", _) => &[],
        _ => &[408],
    };
    also.extend(moved);
    also
}

fn success(place: &Place, version: Version, operation: &Operation, status: u16) -> Value {
    let about = match status {
        201 => "It was made.",
        202 => "It is being worked on: follow `Location`.",
        204 => "It was done, and there is nothing to say.",
        206 => "The bytes that were asked for.",
        303 => "There is one with this content already: it is at `Location`.",
        304 => "The client has it.",
        307 | 308 => "It is at `Location`.",
        _ => "It was done.",
    };
    let mut names = vec!["X-Request-Id", "Cache-Control"];
    match status {
        201 | 202 => names.extend(["Location", "Link", "Content-Location", "ETag"]),
        303 | 307 | 308 => names.push("Location"),
        206 => names.extend(["Content-Range", "ETag", "Repr-Digest"]),
        200 | 304 => names.extend(["ETag", "Last-Modified", "Vary", "Link", "Content-Location"]),
        _ => {}
    }
    if status == 202 {
        names.push("Retry-After");
    }
    if version == Version::One {
        names.extend(["Deprecation", "Sunset"]);
    }
    let mut response = json!({"description": about, "headers": fields(&names)});
    if matches!(status, 200 | 201 | 202 | 206) {
        response["content"] = content(place, version, operation, status);
    }
    if status == 201
        && let Some(links) = links(place)
    {
        response["links"] = links;
    }
    response
}

/// Where what was made can be read, changed and deleted: for clients that follow such links. Not of tokens:
/// a revoked one can be read still, with when it was.
fn links(place: &Place) -> Option<Value> {
    let (name, variable, within) = match place {
        Place::Articles => ("Article", "slug", None),
        Place::Datasets => ("Dataset", "slug", None),
        Place::Rows(_) => ("Row", "id", Some("slug")),
        Place::Messages => ("Message", "id", None),
        Place::Users => ("User", "name", None),
        _ => return None,
    };
    let mut parameters = json!({variable: "$response.body#/identifier"});
    if let Some(within) = within {
        parameters[within] = json!(format!("$request.path.{within}"));
    }
    let operations = class(name).map_or(&[][..], |class| class.operations);
    let link = |operation: &Operation| {
        let verb =
            if operation.method == "GET" { "read".to_string() } else { operation.method.to_lowercase() };
        let verb = if verb == "put" { "replace".to_string() } else { verb };
        (verb.clone(), json!({"operationId": format!("{verb}{name}"), "parameters": parameters}))
    };
    Some(Value::Object(operations.iter().map(link).collect::<Map<_, _>>()))
}

/// The bodies of a success.
fn content(place: &Place, version: Version, operation: &Operation, status: u16) -> Value {
    let mut content = Map::new();
    let schema = match (operation.returns, status) {
        (_, 202) => reference("schemas", "Job"),
        ("Prediction", 200) if operation.method == "POST" => reference("schemas", "PredictionCollection"),
        // One row, or the page of those that a table had.
        ("Row", 201) if operation.takes == Takes::Table => {
            json!({"anyOf": [reference("schemas", "Row"), reference("schemas", "RowCollection")]})
        }
        (name, _) if version.class(name).is_some() => reference("schemas", name),
        _ => json!({"type": "object"}),
    };
    if operation.gives == Gives::Bytes {
        return json!({"*/*": {}});
    }
    for media in offer::at(place) {
        let schema = match media {
            // The rows of a file alone, each with the cells of its columns.
            Media::Json if matches!(place, Place::Export(_)) => {
                json!({"type": "array", "items": {"type": "object"}})
            }
            Media::JsonLd | Media::Json | Media::V1Json | Media::V2Json => schema.clone(),
            Media::Hal | Media::HalForms => {
                json!({"type": "object", "properties": {"_links": {"type": "object"}}, "required": ["_links"]})
            }
            Media::LinkSet => json!({"type": "object"}),
            _ => json!({"type": "string"}),
        };
        content.insert(media.essence().into(), json!({"schema": schema}));
    }
    Value::Object(content)
}
