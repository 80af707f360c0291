//! Reading what a client wants changed: whole documents and patches.

use super::ask::Ask;
use crate::{
    domain::fault::Fault,
    http::{
        body::Body,
        json,
        media::Media,
        problem::{self, Problem},
    },
    represent::{
        class,
        compact::{compacted, local_context},
        link::Place,
    },
};
use json_patch::PatchOperation;
use serde_json::Value;

pub use crate::represent::class::{PATCHES, WHOLE};

/// A whole document, in our own keys.
pub async fn whole(ask: &Ask<'_>, body: Body<'_>) -> Result<Value, Problem> {
    let media = body.one_of(WHOLE)?;
    let value = body.json(ask.works().settings.bodies.json_bytes).await?;
    in_our_keys(ask, media, value)
}

/// What was sent in the keys of the class that is expected there. Plain JSON has these keys, or all of it is JSON-LD.
fn in_our_keys(ask: &Ask<'_>, media: Media, value: Value) -> Result<Value, Problem> {
    if media != Media::JsonLd && !speaks_in_iris(&value) {
        return local_context(ask.base(), &value).map(|()| value).map_err(super::fault::input);
    }
    let place = Place::parse(ask.head.routed());
    let operations = place.as_ref().map_or(&[][..], class::operations);
    let operation = operations.iter().find(|operation| operation.method == ask.head.method.as_str());
    match operation.and_then(|operation| operation.expects).and_then(class::class) {
        Some(class) => compacted(ask.base(), class, value).map_err(super::fault::input),
        None => local_context(ask.base(), &value).map(|()| value).map_err(super::fault::input),
    }
}

/// Whether a key is none of ours but an IRI or a prefixed name, or the document brings its own context: then
/// it is JSON-LD, whatever it is called.
fn speaks_in_iris(value: &Value) -> bool {
    let own = value.as_array().map_or(Some(value), |items| items.first().filter(|_| items.len() == 1));
    own.and_then(Value::as_object).is_some_and(|members| {
        let context = members.get("@context").is_some_and(|context| !context.is_string());
        context || members.keys().any(|key| key.contains(':'))
    })
}

/// A change, not yet applied.
#[derive(Debug)]
pub enum Change {
    /// Members to set and to remove (RFC 7396).
    Merge(Value),
    /// Steps (RFC 6902).
    Steps(json_patch::Patch),
}

impl Change {
    /// Reads a change.
    pub async fn of(ask: &Ask<'_>, body: Body<'_>) -> Result<Change, Problem> {
        let media = body.one_of(PATCHES)?;
        let value = body.json(ask.works().settings.bodies.json_bytes).await?;
        if media != Media::JsonPatch {
            return Ok(Change::Merge(in_our_keys(ask, media, value)?));
        }
        let steps = serde_json::from_value(value).map_err(|error| {
            Problem::malformed(format!("expected a JSON patch (RFC 6902), found: {error}"))
        })?;
        Ok(Change::Steps(steps))
    }

    /// The document with the change applied.
    ///
    /// What the steps copy is bounded as a body is, in depth and in size: `copy` doubles a document in
    /// 50 bytes. 422 names the step.
    pub fn apply(&self, mut document: Value) -> Result<Value, Problem> {
        match self {
            Change::Merge(patch) => json_patch::merge(&mut document, patch),
            Change::Steps(steps) => {
                let mut budget = BUDGET;
                for (index, step) in steps.0.iter().enumerate() {
                    let at = |expected: &str, found: String| {
                        super::fault::input(Fault::at(format!("/{index}"), expected, found).into())
                    };
                    let (path, depth, size) = grown(step, &document);
                    budget = budget.saturating_sub(size + 1);
                    if path + depth > json::DEEPEST || budget == 0 {
                        let expected = "a step that leaves a document of ordinary depth and size";
                        return Err(at(expected, "one that makes it larger".into()));
                    }
                    // RFC 5789 §2.2: in conflict with the state of the resource.
                    json_patch::patch(&mut document, std::slice::from_ref(step)).map_err(|error| {
                        let detail =
                            format!("step {index}: expected one that can be applied, found: {error}");
                        Problem::new(&problem::kind::PATCH_CONFLICT, detail)
                    })?;
                }
            }
        }
        Ok(document)
    }
}

/// Values that the steps of one patch may add, copy and move, each text with its length in 64ths.
const BUDGET: usize = 100_000;

/// Where a step puts a value: depth of its path, and depth and size of the value.
fn grown(step: &PatchOperation, document: &Value) -> (usize, usize, usize) {
    let of = |from: &json_patch::jsonptr::Pointer| document.pointer(from.as_str());
    let (path, value) = match step {
        PatchOperation::Add(add) => (&add.path, Some(&add.value)),
        PatchOperation::Replace(replace) => (&replace.path, Some(&replace.value)),
        PatchOperation::Copy(copy) => (&copy.path, of(&copy.from)),
        PatchOperation::Move(from_to) => (&from_to.path, of(&from_to.from)),
        PatchOperation::Remove(remove) => (&remove.path, None),
        PatchOperation::Test(test) => (&test.path, None),
    };
    let (depth, size) = value.map_or((0, 0), measured);
    (path.as_str().matches('/').count(), depth, size)
}

/// Depth and size of a value.
fn measured(value: &Value) -> (usize, usize) {
    let inside = |values: &mut dyn Iterator<Item = &Value>| {
        values.map(measured).fold((1, 1), |(depth, size), (d, s)| (depth.max(d + 1), size + s))
    };
    match value {
        Value::Array(items) => inside(&mut items.iter()),
        Value::Object(members) => inside(&mut members.values()),
        Value::String(text) => (0, 1 + text.len() / 64),
        _ => (0, 1),
    }
}

/// Refuses a document that names itself differently from its URL.
pub fn same_identifier(sent: Option<&str>, slug: &str) -> Result<(), Problem> {
    match sent {
        Some(other) if other != slug => {
            let expected = format!("`{slug}`, as in the URL, or nothing");
            let fault = Fault::at("/identifier", expected, crate::domain::fault::quoted(other));
            Err(super::fault::input(fault.into()))
        }
        _ => Ok(()),
    }
}
