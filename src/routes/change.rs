//! Reading what a client wants changed: whole documents and patches.

use super::ask::Ask;
use crate::{
    domain::fault::Fault,
    http::{body::Body, media::Media, problem::Problem},
};
use serde_json::Value;

/// Media types of whole documents.
pub const WHOLE: &[Media] = &[Media::JsonLd, Media::Json];
/// Media types of changes.
pub const PATCHES: &[Media] = &[Media::MergePatch, Media::JsonPatch, Media::Json, Media::JsonLd];

/// A whole document.
pub async fn whole(ask: &Ask<'_>, body: Body<'_>) -> Result<Value, Problem> {
    body.one_of(WHOLE)?;
    body.json(ask.works().settings.bodies.json_bytes).await
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
            return Ok(Change::Merge(value));
        }
        let steps = serde_json::from_value(value).map_err(|error| {
            Problem::malformed(format!("expected a JSON patch (RFC 6902), found: {error}"))
        })?;
        Ok(Change::Steps(steps))
    }

    /// The document with the change applied.
    pub fn apply(&self, mut document: Value) -> Result<Value, Problem> {
        match self {
            Change::Merge(patch) => json_patch::merge(&mut document, patch),
            Change::Steps(steps) => json_patch::patch(&mut document, steps).map_err(|error| {
                let at = Fault::at(error.path.to_string(), "a step that can be applied", error.to_string());
                super::fault::input(at.into())
            })?,
        }
        Ok(document)
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
