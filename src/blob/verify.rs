//! Whole blobs compared with their name as they are read.

use super::Fault;
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use sha2::{Digest, Sha256};

/// The same chunks, but the last of bytes that have another SHA-256 is a fault: whoever reads is cut off
/// before the end, and knows that what came is not whole.
pub fn checked(
    chunks: BoxStream<'static, Result<Bytes, Fault>>,
    digest: &str,
) -> BoxStream<'static, Result<Bytes, Fault>> {
    let state = State { chunks, hash: Sha256::new(), held: None, digest: digest.to_string() };
    futures::stream::unfold(Some(state), next).boxed()
}

struct State {
    chunks: BoxStream<'static, Result<Bytes, Fault>>,
    hash: Sha256,
    /// The newest chunk: handed on when another comes, or the digest is right.
    held: Option<Bytes>,
    digest: String,
}

async fn next(state: Option<State>) -> Option<(Result<Bytes, Fault>, Option<State>)> {
    let mut state = state?;
    while let Some(chunk) = state.chunks.next().await {
        match chunk {
            Ok(chunk) => {
                state.hash.update(&chunk);
                if let Some(earlier) = state.held.replace(chunk) {
                    return Some((Ok(earlier), Some(state)));
                }
            }
            Err(fault) => return Some((Err(fault), None)),
        }
    }
    match is(state.hash, &state.digest) {
        Ok(()) => state.held.map(|last| (Ok(last), None)),
        Err(fault) => Some((Err(fault), None)),
    }
}

/// Whether bytes have that SHA-256; if not, it is logged by its name.
pub fn is(hash: Sha256, digest: &str) -> Result<(), Fault> {
    let found = super::hexadecimal(hash);
    if found == digest {
        return Ok(());
    }
    tracing::error!(digest, found, "a blob has changed: its bytes are not given out");
    Err(Fault::Broken(format!("the bytes of {digest} are not those that were kept")))
}
