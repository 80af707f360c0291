//! Content codings of answers (RFC 9110 §8.4 and §12.5.3): which one a client takes, and the coding.
//!
//! The server compresses, not a proxy in front of it: a proxy weakens the entity tag, and then If-Match
//! fails for ever. Codings of requests are undone in [`super::decode`].

use super::field::{self, Backslash};
use ::http::{HeaderMap, header};
use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use std::{fmt, io::Write};

/// Contents shorter than this are sent as they are: the coding's own frame eats what it saves.
const SHORTEST: usize = 512;

/// zlib's and zstd's own defaults. A level is part of the bytes, so changing one changes all tags.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;

/// The operating system in a gzip head: unknown, so that every platform writes equal bytes.
const ANY_SYSTEM: u8 = 255;

/// Brotli (RFC 7932): for files that were compressed beforehand, too slow for answers that are made.
pub const BROTLI: &str = "br";

/// A content coding of answers that are made, least liked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Coding {
    /// None.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    /// The codings that change the content; all that [`super::decode`] can undo.
    pub const REAL: [Coding; 2] = [Coding::Gzip, Coding::Zstd];

    /// Its name in Content-Encoding and Accept-Encoding.
    pub const fn as_str(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Zstd => "zstd",
        }
    }

    /// The coding with this name, in any case; `x-gzip` is gzip (§8.4.1.3).
    pub fn parse(name: &str) -> Option<Coding> {
        match name.to_ascii_lowercase().as_str() {
            "identity" => Some(Coding::Identity),
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "zstd" => Some(Coding::Zstd),
            _ => None,
        }
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a client thinks of each coding: its weight in thousandths, 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Acceptable {
    identity: u16,
    gzip: u16,
    zstd: u16,
    brotli: u16,
}

impl Acceptable {
    /// Reads Accept-Encoding over all its lines; malformed members are ignored.
    ///
    /// Without the field nothing but identity: §12.5.3 would allow any coding, no client expects one.
    pub fn of(headers: &HeaderMap) -> Acceptable {
        let (mut named, mut brotli, mut any) = ([None; 3], None, None);
        for (name, weight) in
            field::members(headers, &header::ACCEPT_ENCODING, Backslash::Escapes).filter_map(weighted)
        {
            if name == "*" {
                any = any.max(Some(weight));
            } else if name.eq_ignore_ascii_case(BROTLI) {
                brotli = brotli.max(Some(weight));
            } else if let Some(coding) = Coding::parse(name) {
                let slot = &mut named[coding as usize];
                *slot = (*slot).max(Some(weight));
            }
        }
        let [identity, gzip, zstd] = named;
        Acceptable {
            // Named by nobody it is still acceptable, but any coding that is named is liked better.
            identity: identity.or(any.map(|weight| weight.min(1))).unwrap_or(1),
            gzip: gzip.or(any).unwrap_or(0),
            zstd: zstd.or(any).unwrap_or(0),
            brotli: brotli.or(any).unwrap_or(0),
        }
    }

    /// The coding liked best, among equals the one that we like best; `None` if all are refused (406).
    pub fn best(self) -> Option<Coding> {
        let ranked =
            [Coding::Identity, Coding::Gzip, Coding::Zstd].map(|coding| (self.weight(coding), coding));
        ranked.into_iter().max().filter(|(weight, _)| *weight > 0).map(|(_, coding)| coding)
    }

    /// Whether Brotli is liked as well as whatever is liked best.
    pub fn prefers_brotli(self) -> bool {
        self.brotli > 0 && self.brotli >= self.identity.max(self.gzip).max(self.zstd)
    }

    /// Whether a coding is acceptable at all.
    pub fn allows(self, coding: Coding) -> bool {
        self.weight(coding) > 0
    }

    /// All of it that decides about bytes; `None` if every coding is refused (406).
    pub fn wish(self) -> Option<Wish> {
        Some(Wish { best: self.best()?, free: self.allows(Coding::Identity) })
    }

    /// As [`Wish::encode`]; `None` if all are refused too.
    pub fn encode(self, content: Bytes) -> Option<(Coding, Bytes)> {
        self.wish()?.encode(content)
    }

    fn weight(self, coding: Coding) -> u16 {
        match coding {
            Coding::Identity => self.identity,
            Coding::Gzip => self.gzip,
            Coding::Zstd => self.zstd,
        }
    }
}

/// What a client wants, spellings apart: equal wishes get equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wish {
    best: Coding,
    /// Whether it takes the content as it is, too.
    free: bool,
}

impl Wish {
    /// For content as it is.
    pub fn identity() -> Wish {
        Wish { best: Coding::Identity, free: true }
    }

    /// The coding that the client likes best.
    pub fn best(self) -> Coding {
        self.best
    }

    /// Content in the best coding; in none where that saves nothing and the client allows it.
    ///
    /// The same content and the same wish always give the same bytes. `None` if the coder fails.
    pub fn encode(self, content: Bytes) -> Option<(Coding, Bytes)> {
        let Wish { best, free } = self;
        if best == Coding::Identity || (free && content.len() < SHORTEST) {
            return Some((Coding::Identity, content));
        }
        match coded(&content, best) {
            Some(coded) if coded.len() < content.len() || !free => Some((best, coded)),
            _ => free.then_some((Coding::Identity, content)),
        }
    }
}

/// Content in a coding, at a fixed level, without time or platform in it; `None` if the coder fails.
fn coded(content: &[u8], coding: Coding) -> Option<Bytes> {
    match coding {
        Coding::Identity => Some(Bytes::copy_from_slice(content)),
        Coding::Gzip => {
            let mut gzip = GzBuilder::new()
                .mtime(0)
                .operating_system(ANY_SYSTEM)
                .write(Vec::new(), Compression::new(GZIP_LEVEL));
            gzip.write_all(content).ok()?;
            gzip.finish().ok().map(Bytes::from)
        }
        Coding::Zstd => zstd::bulk::compress(content, ZSTD_LEVEL).ok().map(Bytes::from),
    }
}

/// `name;q=0.5` as name and weight.
fn weighted(member: &str) -> Option<(&str, u16)> {
    let (name, rest) = member.split_once(';').unwrap_or((member, ""));
    let name = name.trim_end_matches([' ', '\t']);
    let mut weight = 1000;
    for parameter in field::parameters(rest) {
        let (key, value) = parameter?;
        if key.eq_ignore_ascii_case("q") {
            weight = field::weight(&value)?;
        }
    }
    field::is_token(name).then_some((name, weight))
}
