//! Checking: whether every blob that something refers to is there as it was kept.

use super::{Blobs, Fault, verify};
use crate::store;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use std::fmt;

/// How much is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Lengths.
    Sizes,
    /// All bytes with their SHA-256.
    Bytes,
}

/// What is wrong with a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It is not there.
    Missing,
    /// It has another length.
    Size {
        /// The length that was noted.
        expected: u64,
        /// Its length.
        found: u64,
    },
    /// It has other bytes.
    Bytes,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Missing => f.write_str("is missing"),
            Wrong::Size { expected, found } => write!(f, "expected {expected} bytes, found {found}"),
            Wrong::Bytes => f.write_str("its bytes have another SHA-256"),
        }
    }
}

impl Blobs {
    /// Looks at every blob that something refers to; tells `found` of each that is not right and gives
    /// the number of those that are.
    pub async fn check(&self, depth: Depth, mut found: impl FnMut(&str, Wrong)) -> Result<u64, Fault> {
        let (mut after, mut right) = (String::new(), 0);
        loop {
            let page = store::blob::referenced(&self.rows, &after).await?;
            let Some((last, _)) = page.last() else { return Ok(right) };
            after.clone_from(last);
            for (digest, size) in &page {
                match self.wrong(digest, *size, depth).await? {
                    None => right += 1,
                    Some(wrong) => found(digest, wrong),
                }
            }
        }
    }

    async fn wrong(&self, digest: &str, size: Option<i64>, depth: Depth) -> Result<Option<Wrong>, Fault> {
        let found = match self.size(digest).await {
            Ok(found) => found,
            Err(Fault::Missing) => return Ok(Some(Wrong::Missing)),
            Err(fault) => return Err(fault),
        };
        if let Some(expected) = size.map(i64::unsigned_abs).filter(|expected| *expected != found) {
            return Ok(Some(Wrong::Size { expected, found }));
        }
        if depth == Depth::Sizes {
            return Ok(None);
        }
        let mut hash = Sha256::new();
        let mut chunks = self.chunks(digest, None).await?;
        while let Some(chunk) = chunks.try_next().await? {
            hash.update(&chunk);
        }
        Ok(verify::is(hash, digest).is_err().then_some(Wrong::Bytes))
    }
}
