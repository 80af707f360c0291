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
    ("almanac", Media::Javascript, include_bytes!("../../static/almanac.js")),
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
    state: State,
    /// In each coding that somebody has wanted so far: by its name.
    coded: Mutex<BTreeMap<&'static str, (&'static str, Bytes, ETag)>>,
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
        let state = State::of(content);
        let hash: String = state.to_string().chars().filter(char::is_ascii_alphanumeric).take(10).collect();
        Asset {
            name: format!("{stem}.{suffix}"),
            hashed: format!("{stem}.{hash}.{suffix}"),
            media: *media,
            content: Bytes::from_static(content),
            state,
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
        let best = match acceptable.prefers_brotli() {
            true => coding::BROTLI,
            false => acceptable.wish()?.best().as_str(),
        };
        let kept = self.coded.lock().ok().and_then(|coded| coded.get(best).cloned());
        kept.or_else(|| self.coded_anew(best, acceptable))
    }

    /// The same, kept for the next one; as it is where a coding saves nothing.
    fn coded_anew(&self, best: &'static str, acceptable: Acceptable) -> Option<(&'static str, Bytes, ETag)> {
        let brotli = (best == coding::BROTLI).then(|| compressed(&self.content)).flatten();
        let (coding, bytes) = match brotli {
            Some(bytes) => (best, bytes),
            None => {
                acceptable.encode(self.content.clone()).map(|(coding, bytes)| (coding.as_str(), bytes))?
            }
        };
        let coded = (coding, bytes.clone(), ETag::of(self.state, &bytes));
        if let Ok(mut all) = self.coded.lock() {
            all.insert(best, coded.clone());
        }
        Some(coded)
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
