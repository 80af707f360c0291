//! The profile of a revision: computed once, kept as a document.

use super::{Fault, Works};
use crate::{
    blob::Kept,
    domain::column::Column,
    table::{columnar::Table, profile::profile},
};
use bytes::Buf;
use futures::TryStreamExt;
use std::io::{BufReader, Read, Write};
use tokio::task::spawn_blocking;
use tokio_util::io::{StreamReader, SyncIoBridge};

/// Profiles a kept CSV artifact; gives the digest of the profile document.
pub async fn keep(works: &Works, artifact: &Kept, columns: &[Column]) -> Result<String, Fault> {
    let table = table(works, &artifact.digest, columns).await?;
    let mut spool = works.blobs.spool().await?;
    let spool = spawn_blocking(move || {
        let document = serde_json::to_vec(&profile(&table)).map_err(|e| Fault::Broken(e.to_string()))?;
        spool.write_all(&document)?;
        Ok::<_, Fault>(spool)
    })
    .await??;
    Ok(works.blobs.keep(spool).await?.digest)
}

/// The table of a kept CSV artifact.
pub async fn table(works: &Works, digest: &str, columns: &[Column]) -> Result<Table, Fault> {
    let stream = works.blobs.stream(digest, None).await?.map_err(std::io::Error::other);
    let columns = columns.to_vec();
    let reader = reader(StreamReader::new(stream));
    let table = spawn_blocking(move || Table::read(BufReader::new(reader), &columns)).await?;
    Ok(table?)
}

/// A stream as something that is read from a thread of its own.
fn reader<S, B>(stream: StreamReader<S, B>) -> impl Read + Send
where
    S: futures::Stream<Item = Result<B, std::io::Error>> + Unpin + Send,
    B: Buf + Send,
    StreamReader<S, B>: tokio::io::AsyncRead,
{
    SyncIoBridge::new(stream)
}
