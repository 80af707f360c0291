//! Files that pages load: embedded in the program, named by their content, compressed once.
//!
//! A page links the hashed name, which never changes its content, so it is kept for good; a new release
//! has a new name. The plain name serves the same, for those who write it by hand.

use super::{
    link::{Base, Place},
    policy::Subject,
};
use crate::http::{
    coding::{self, Acceptable},
    etag::{ETag, State},
    media::Media,
};
use bytes::Bytes;
use std::{
    collections::BTreeMap,
    io::Write,
    sync::{LazyLock, Mutex},
};

/// Name without suffix, media type, content.
const FILES: &[(&str, Media, &[u8])] = &[
    ("almanac", Media::Css, include_bytes!("../../static/almanac.css")),
    ("favicon", Media::Svg, include_bytes!("../../static/favicon.svg")),
    ("reference", Media::Javascript, include_bytes!("../../static/reference.js")),
    ("swagger-ui", Media::Css, include_bytes!("../../static/swagger-ui/swagger-ui.css")),
    ("swagger-ui-bundle", Media::Javascript, include_bytes!("../../static/swagger-ui/swagger-ui-bundle.js")),
];

/// Plain name of the icon.
pub const ICON: &str = "favicon.svg";

/// Brotli's best, for it is done once; less for large files, which somebody waits for.
const QUALITY: u32 = 11;
const QUALITY_OF_LARGE: u32 = 9;
const LARGE: usize = 64 * 1024;
const WINDOW: u32 = 22;

/// A file, ready to be sent.
#[derive(Debug)]
pub struct Asset {
    /// Its plain name: `almanac.css`.
    pub name: String,
    /// Its name with a hash of its content: `almanac.x1Yz9abc.css`.
    pub hashed: String,
    /// Its media type.
    pub media: Media,
    content: Bytes,
    brotli: LazyLock<Option<Bytes>, Box<dyn FnOnce() -> Option<Bytes> + Send>>,
    /// In the other codings, once somebody wanted one: by its name.
    coded: Mutex<BTreeMap<&'static str, Bytes>>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| FILES.iter().map(Asset::of).collect());

/// The asset of that name, plain or hashed; of an older hash the asset as it is now.
pub fn find(file: &str) -> Option<&'static Asset> {
    let parts: Vec<&str> = file.split('.').collect();
    let plain = match parts.as_slice() {
        [stem, suffix] | [stem, _, suffix] => format!("{stem}.{suffix}"),
        _ => return None,
    };
    ASSETS.iter().find(|asset| asset.name == plain)
}

/// The URL of the style sheet of every page.
pub fn style(base: &Base) -> String {
    url(base, "almanac.css")
}

/// The URL of a file, by its plain name.
pub fn url(base: &Base, name: &str) -> String {
    let hashed = find(name).map_or_else(|| name.to_string(), |asset| asset.hashed.clone());
    Place::Static(hashed).url(base)
}

impl Asset {
    fn of((stem, media, content): &(&str, Media, &'static [u8])) -> Asset {
        let suffix = media.suffix().unwrap_or_default();
        let state = State::of(content).to_string();
        let hash: String = state.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
        let content = Bytes::from_static(content);
        Asset {
            name: format!("{stem}.{suffix}"),
            hashed: format!("{stem}.{hash}.{suffix}"),
            media: *media,
            brotli: LazyLock::new({
                let content = content.clone();
                Box::new(move || compressed(&content))
            }),
            content,
            coded: Mutex::default(),
        }
    }

    /// What it is to caches under that name.
    pub fn subject(&self, name: &str) -> Subject {
        if name == self.hashed { Subject::Asset } else { Subject::Schema }
    }

    /// Its bytes in the coding that a client likes best, with its name and entity tag; `None` if it takes
    /// none of ours (406).
    pub fn encoded(&self, acceptable: Acceptable) -> Option<(&'static str, Bytes, ETag)> {
        let brotli = acceptable.prefers_brotli().then(|| self.brotli.clone()).flatten();
        let (coding, bytes) = match brotli {
            Some(brotli) => (coding::BROTLI, brotli),
            None => self.coded(acceptable)?,
        };
        let tag = ETag::of(State::of(&self.content), &bytes);
        Some((coding, bytes, tag))
    }
}

impl Asset {
    fn coded(&self, acceptable: Acceptable) -> Option<(&'static str, Bytes)> {
        let best = acceptable.wish()?.best().as_str();
        let kept = self.coded.lock().ok().and_then(|coded| coded.get(best).cloned());
        if let Some(bytes) = kept {
            return Some((best, bytes));
        }
        let (coding, bytes) = acceptable.encode(self.content.clone())?;
        if let Ok(mut coded) = self.coded.lock() {
            coded.insert(coding.as_str(), bytes.clone());
        }
        Some((coding.as_str(), bytes))
    }
}

fn compressed(content: &[u8]) -> Option<Bytes> {
    let quality = if content.len() < LARGE { QUALITY } else { QUALITY_OF_LARGE };
    let mut out = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut out, content.len().max(1), quality, WINDOW);
    writer.write_all(content).ok()?;
    writer.flush().ok()?;
    drop(writer);
    (out.len() < content.len()).then(|| out.into())
}
