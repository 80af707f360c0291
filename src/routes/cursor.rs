//! Cursors: where a page of rows begins, opaque and signed, so that nobody builds one by hand.

use crate::{domain::fault::Fault, http::problem::Problem};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of the signature that are kept: forging one gains nothing but another page.
const SIGNATURE: usize = 9;

/// The cursor of a row's number in a table.
pub fn text(key: &[u8], storage: i64, row: i64) -> String {
    let mut bytes = row.to_be_bytes().to_vec();
    bytes.extend_from_slice(&signature(key, storage, row)[..SIGNATURE]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The row's number in a cursor of that table; 400 that names the parameter.
pub fn read(key: &[u8], storage: i64, parameter: &str, text: &str) -> Result<i64, Problem> {
    let fault = || {
        let expected = "a cursor out of a link to another page of these rows";
        super::fault::input(Fault::parameter(parameter, expected, crate::domain::fault::quoted(text)).into())
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| fault())?;
    let (number, signed) = bytes.split_first_chunk::<8>().ok_or_else(fault)?;
    let row = i64::from_be_bytes(*number);
    if signed == &signature(key, storage, row)[..SIGNATURE] { Ok(row) } else { Err(fault()) }
}

fn signature(key: &[u8], storage: i64, row: i64) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(&storage.to_be_bytes());
    mac.update(&row.to_be_bytes());
    mac.finalize().into_bytes().into()
}
