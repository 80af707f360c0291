//! Where the bytes are: a folder, or a bucket of an S3 server.

use super::Fault;
use crate::config::{Place, Settings};
use futures::StreamExt;
use object_store::{
    ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    path::Path,
    prefix::PrefixStore,
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long an S3 server may take to answer a connection, and to go on with an answer.
const CONNECT: Duration = Duration::from_secs(3);
const READ: Duration = Duration::from_secs(20);
/// How long a request that failed is tried again: a client waits meanwhile.
const AGAIN: Duration = Duration::from_secs(10);
/// How long it may take to answer whether it is there.
const PROBE: Duration = Duration::from_secs(5);

/// Opens the store that the settings name; makes the folder if it is one, and gives it too.
pub fn open(settings: &Settings) -> Result<(Arc<dyn ObjectStore>, Option<PathBuf>), Fault> {
    match settings.blobs.place(&settings.data_dir).map_err(Fault::Broken)? {
        Place::Folder(folder) => {
            std::fs::create_dir_all(&folder)?;
            // Synced: a revision must not be acknowledged while its bytes are only in the page cache.
            let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
            Ok((Arc::new(store), Some(folder)))
        }
        Place::Bucket { name, prefix } => Ok((bucket(settings, name, prefix)?, None)),
    }
}

/// Whether a file of one folder can be moved into the other.
#[cfg(unix)]
pub fn are_on_one_disk(one: &std::path::Path, other: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let disk = |folder: &std::path::Path| std::fs::metadata(folder).ok().map(|found| found.dev());
    disk(one).is_some_and(|found| disk(other) == Some(found))
}

/// Not where nobody knows.
#[cfg(not(unix))]
pub fn are_on_one_disk(_: &std::path::Path, _: &std::path::Path) -> bool {
    false
}

fn bucket(settings: &Settings, name: String, prefix: String) -> Result<Arc<dyn ObjectStore>, Fault> {
    // The library has no default of its own; an error means that one was installed before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(name);
    if let Some(endpoint) = &settings.blobs.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &settings.blobs.region {
        builder = builder.with_region(region);
    }
    let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
    let plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http:"));
    // Not for the whole of an answer: a client may read a large table as slowly as it likes.
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(CONNECT)
        .with_read_timeout(READ)
        .with_allow_http(plain);
    let retry = RetryConfig { max_retries: 5, retry_timeout: AGAIN, ..RetryConfig::default() };
    let store = builder.with_client_options(client).with_retry(retry).build()?;
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

/// Whether the store answers, credentials and bucket included.
pub async fn probe(store: &dyn ObjectStore) -> Result<(), Fault> {
    // A listing, since a bucket that is not there and an object that is not are told apart by nothing else.
    let nothing = Path::from("probe");
    match timeout(PROBE, store.list(Some(&nothing)).next()).await {
        Ok(None | Some(Ok(_))) => Ok(()),
        Ok(Some(Err(error))) => Err(Fault::Broken(error.to_string())),
        Err(_) => Err(Fault::Broken(format!("no answer within {} s", PROBE.as_secs()))),
    }
}
