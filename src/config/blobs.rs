//! Settings of the blob store: where it is, how much may be in it.
//!
//! Credentials are no settings: an S3 server's come from the variables that every client of S3 reads
//! (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` ..).

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use url::Url;

/// Where bytes are kept, and how many.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Blobs {
    /// `file:///folder` or `s3://bucket/prefix`; default: the folder `blobs` in `data_dir`.
    pub url: Option<String>,
    /// The S3 server, if it is not Amazon's; without TLS only where this says `http:`.
    pub endpoint: Option<String>,
    /// The region of the bucket.
    pub region: Option<String>,
    /// Seconds for which bytes are kept that nothing refers to; longer than the longest import.
    pub grace_s: u64,
    /// Whether bytes are compared with their SHA-256 whenever they are read whole.
    pub verify: bool,
    /// Most bytes of all blobs; 0 sets no bound.
    pub quota_bytes: u64,
    /// Bytes that stay free on the file system of `data_dir`.
    pub free_bytes: u64,
    /// Most bytes of copies, on the disk of `data_dir`, of what lies in a bucket.
    pub near_bytes: u64,
}

/// Where bytes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of an S3 server.
    Bucket {
        /// Its name.
        name: String,
        /// What the names of all objects begin with; may be empty.
        prefix: String,
    },
}

impl Default for Blobs {
    fn default() -> Blobs {
        Blobs {
            url: None,
            endpoint: None,
            region: None,
            grace_s: 24 * 3600,
            verify: false,
            quota_bytes: 0,
            free_bytes: 256 << 20,
            near_bytes: 1 << 30,
        }
    }
}

impl Blobs {
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), String> {
        if let Some(endpoint) = &self.endpoint {
            let fine = Url::parse(endpoint).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https") && url.query().is_none() && is_open(&url)
            });
            if !fine {
                return Err("blobs.endpoint: expected an http or https URL without user and query".into());
            }
        }
        self.place(Path::new("/")).map(drop)
    }

    /// Where bytes are kept, with a data folder to fall back to.
    pub fn place(&self, data_dir: &Path) -> Result<Place, String> {
        let Some(text) = &self.url else { return Ok(Place::Folder(data_dir.join("blobs"))) };
        let expected = || "blobs.url: expected file:///folder or s3://bucket/prefix".to_string();
        let url = Url::parse(text).map_err(|_| expected())?;
        if !is_open(&url) || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("{}, without user and query", expected()));
        }
        match (url.scheme(), url.host_str()) {
            ("file", None) => url.to_file_path().map(Place::Folder).map_err(|()| expected()),
            ("s3", Some(bucket)) => {
                Ok(Place::Bucket { name: bucket.into(), prefix: url.path().trim_matches('/').into() })
            }
            _ => Err(format!("{}, found {text:?}", expected())),
        }
    }
}

/// Whether there are no credentials in it: they would be shown wherever the setting is.
fn is_open(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}
