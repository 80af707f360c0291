//! Cursors: where a page of rows begins, opaque and signed, so that nobody builds one by hand.
//!
//! A cursor is the row's number, its cells in the columns of the order, and a signature over both and over
//! what it belongs to. With the cells the walk goes on where it was, whatever became of the row.

use crate::{
    domain::{
        column::{Cell, ColumnType},
        selection::Position,
    },
    table::cell,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Bytes of the signature that are kept: forging one gains nothing but another page.
const SIGNATURE: usize = 9;
/// Bytes of cells, so that links stay short; longer ones are left out and looked up in the row.
const MOST_BYTES: usize = 300;

/// The cursor of a position in what `scope` says.
pub fn text(key: &[u8], scope: &str, position: &Position) -> String {
    let mut bytes = position.row.to_be_bytes().to_vec();
    bytes.extend(spelt(&position.cells).into_bytes());
    let signature = signature(key, scope, &bytes);
    bytes.extend_from_slice(&signature[..SIGNATURE]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Row and cells of a cursor that belongs to `scope`, whose order has columns of these types; without cells
/// if they were too long. `None` if it is no such cursor.
pub fn read(key: &[u8], scope: &str, kinds: &[ColumnType], text: &str) -> Option<(i64, Option<Vec<Cell>>)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (said, signed) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE)?)?;
    if signed != &signature(key, scope, said)[..SIGNATURE] {
        return None;
    }
    let (number, cells) = said.split_first_chunk::<8>()?;
    let cells = match (cells, kinds) {
        (_, []) => Some(Vec::new()),
        ([], _) => None,
        _ => Some(cells_of(kinds, cells)?),
    };
    Some((i64::from_be_bytes(*number), cells))
}

/// A text that comes back by way of a form as it went out: with a signature over it and over who has the form.
pub fn signed(key: &[u8], scope: &str, text: &str) -> String {
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature(key, scope, text.as_bytes())))
}

/// The text of one that was signed for `scope`; `None` of any other.
pub fn unsigned<'t>(key: &[u8], scope: &str, text: &'t str) -> Option<&'t str> {
    let (said, _) = text.rsplit_once('.')?;
    let same = signed(key, scope, said).as_bytes().ct_eq(text.as_bytes());
    bool::from(same).then_some(said)
}

/// The cells as JSON: each in its canonical spelling, null for a missing one.
fn spelt(cells: &[Cell]) -> String {
    let texts: Vec<Option<String>> =
        cells.iter().map(|cell| (*cell != Cell::Missing).then(|| cell.to_string())).collect();
    let json = serde_json::json!(texts).to_string();
    if texts.is_empty() || json.len() > MOST_BYTES { String::new() } else { json }
}

fn cells_of(kinds: &[ColumnType], json: &[u8]) -> Option<Vec<Cell>> {
    let texts: Vec<Option<String>> = serde_json::from_slice(json).ok()?;
    let cell = |(text, kind): (&Option<String>, &ColumnType)| match text {
        Some(text) => cell::parse(text, *kind),
        None => Some(Cell::Missing),
    };
    texts.iter().zip(kinds).map(cell).collect()
}

fn signature(key: &[u8], scope: &str, said: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    // The scope's length first: no scope and cursor together spell another scope and cursor.
    mac.update(&(scope.len() as u64).to_be_bytes());
    mac.update(scope.as_bytes());
    mac.update(said);
    mac.finalize().into_bytes().into()
}
