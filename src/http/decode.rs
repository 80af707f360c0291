//! Content codings of requests (RFC 9110 §8.4), undone piece by piece and bounded.
//!
//! A body of 1 KiB can hold 1 GiB of zeros, so the bound is on what comes out, in all and for each byte
//! that went in, and is checked before memory is taken. Codings of answers stand in [`super::coding`].

use super::{
    coding::Coding,
    field::{self, Backslash},
    problem::Problem,
};
use ::http::{HeaderMap, header};
use flate2::write::MultiGzDecoder;
use std::{
    fmt,
    io::{self, Write},
};
use zstd::stream::raw::{DParameter, Operation};

/// Decoded bytes for each byte sent; tables of few distinct values stay below, bombs (1,000 and more)
/// do not.
const RATIO: u64 = 100;

/// Below this many decoded bytes the ratio is not asked for: a short text may well be repetitive.
const HARMLESS_BYTES: u64 = 1 << 16;

/// Log2 of zstd's window: 8 MiB, all that RFC 9659 lets a sender ask of us.
const WINDOW_LOG: u32 = 23;

/// Decoded at a time.
const PIECE_BYTES: usize = 1 << 14;

/// Why a body cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecodable {
    /// A coding that we do not know, or several: 415 with Accept-Encoding.
    Unknown(String),
    /// More than this many bytes came out: 413.
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
    },
    /// Far more came out than went in: 413.
    TooDense {
        /// The bound, in bytes out for each byte in.
        ratio: u64,
    },
    /// The body is not in that coding, or ends early: 400.
    Malformed(Coding),
}

impl From<Undecodable> for Problem {
    fn from(fault: Undecodable) -> Problem {
        match fault {
            Undecodable::Unknown(found) => Problem::unsupported_coding(&found),
            Undecodable::TooLarge { limit } => Problem::payload_too_large(limit),
            Undecodable::TooDense { ratio } => Problem::payload_too_dense(ratio),
            Undecodable::Malformed(_) => Problem::malformed(fault.to_string()),
        }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undecodable::Unknown(found) => {
                write!(f, "content-encoding: expected gzip or zstd, found {found:?}")
            }
            Undecodable::TooLarge { limit } => write!(f, "body: expected at most {limit} bytes, found more"),
            Undecodable::TooDense { ratio } => {
                write!(f, "body: expected at most {ratio} decoded bytes for each byte sent, found more")
            }
            Undecodable::Malformed(coding) => write!(f, "body: expected complete {coding} data"),
        }
    }
}

impl std::error::Error for Undecodable {}

/// The coding of a request's body; several at once are refused, nobody sends them in earnest.
pub fn coding(headers: &HeaderMap) -> Result<Coding, Undecodable> {
    let members: Vec<&str> = field::members(headers, &header::CONTENT_ENCODING, Backslash::Escapes).collect();
    match members.as_slice() {
        [] => Ok(Coding::Identity),
        [name] => Coding::parse(name).ok_or_else(|| Undecodable::Unknown(name.to_string())),
        several => Err(Undecodable::Unknown(several.join(", "))),
    }
}

/// The whole of a body that is in memory, decoded to at most `limit` bytes.
pub fn whole(coding: Coding, body: &[u8], limit: u64) -> Result<Vec<u8>, Undecodable> {
    let mut decoder = Decoder::new(coding, limit)?;
    let mut content = decoder.push(body)?;
    content.append(&mut decoder.finish()?);
    Ok(content)
}

/// Undoes a coding while a body arrives.
pub struct Decoder {
    coding: Coding,
    inner: Inner,
}

enum Inner {
    Identity(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
    Zstd { decoder: zstd::stream::raw::Decoder<'static>, sink: Sink, complete: bool },
}

impl Decoder {
    /// A decoder that lets at most `limit` decoded bytes through.
    pub fn new(coding: Coding, limit: u64) -> Result<Decoder, Undecodable> {
        let sink = Sink { limit, ..Sink::default() };
        let inner = match coding {
            // Nothing comes out but what went in: only the limit bounds it.
            Coding::Identity => Inner::Identity(sink),
            Coding::Gzip => Inner::Gzip(Box::new(MultiGzDecoder::new(sink))),
            Coding::Zstd => {
                let broken = |_| Undecodable::Malformed(coding);
                let mut decoder = zstd::stream::raw::Decoder::new().map_err(broken)?;
                decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG)).map_err(broken)?;
                Inner::Zstd { decoder, sink, complete: false }
            }
        };
        Ok(Decoder { coding, inner })
    }

    /// What can be decoded once the next piece of the body is known.
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<u8>, Undecodable> {
        self.sink().read += piece.len() as u64;
        let outcome = match &mut self.inner {
            Inner::Identity(sink) => sink.write_all(piece),
            Inner::Gzip(decoder) => decoder.write_all(piece).and_then(|()| decoder.flush()),
            Inner::Zstd { decoder, sink, complete } => inflate(decoder, piece, sink, complete),
        };
        self.taken(outcome)
    }

    /// What is left when the body has ended; a body that ended early is malformed.
    pub fn finish(mut self) -> Result<Vec<u8>, Undecodable> {
        // No bytes at all are an empty body, whatever its coding is said to be.
        let empty = self.sink().read == 0;
        let outcome = match &mut self.inner {
            _ if empty => Ok(()),
            Inner::Identity(_) => Ok(()),
            Inner::Gzip(decoder) => decoder.try_finish(),
            Inner::Zstd { complete: true, .. } => Ok(()),
            Inner::Zstd { .. } => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        self.taken(outcome)
    }

    fn taken(&mut self, outcome: io::Result<()>) -> Result<Vec<u8>, Undecodable> {
        let coding = self.coding;
        let sink = self.sink();
        match (sink.over.take(), outcome) {
            (Some(over), _) => Err(over),
            (None, Err(_)) => Err(Undecodable::Malformed(coding)),
            (None, Ok(())) => Ok(std::mem::take(&mut sink.out)),
        }
    }

    fn sink(&mut self) -> &mut Sink {
        match &mut self.inner {
            Inner::Identity(sink) | Inner::Zstd { sink, .. } => sink,
            Inner::Gzip(decoder) => decoder.get_mut(),
        }
    }
}

/// Runs zstd over a piece; `complete` tells whether it ended where a frame ends.
fn inflate(
    decoder: &mut zstd::stream::raw::Decoder<'static>,
    mut piece: &[u8],
    sink: &mut Sink,
    complete: &mut bool,
) -> io::Result<()> {
    let mut buffer = [0; PIECE_BYTES];
    loop {
        let status = decoder.run_on_buffers(piece, &mut buffer)?;
        piece = &piece[status.bytes_read..];
        sink.write_all(&buffer[..status.bytes_written])?;
        if status.bytes_read > 0 || status.bytes_written > 0 {
            *complete = status.remaining == 0;
        }
        // A full buffer may hide more that is already decoded inside.
        if piece.is_empty() && status.bytes_written < buffer.len() {
            return Ok(());
        }
    }
}

/// Where decoded bytes go, until there are too many of them.
#[derive(Default)]
struct Sink {
    out: Vec<u8>,
    limit: u64,
    read: u64,
    written: u64,
    over: Option<Undecodable>,
}

impl Write for Sink {
    fn write(&mut self, decoded: &[u8]) -> io::Result<usize> {
        self.written += decoded.len() as u64;
        if self.written > self.limit {
            self.over = Some(Undecodable::TooLarge { limit: self.limit });
        } else if self.written > HARMLESS_BYTES.max(self.read.saturating_mul(RATIO)) {
            self.over = Some(Undecodable::TooDense { ratio: RATIO });
        } else {
            self.out.extend_from_slice(decoded);
            return Ok(decoded.len());
        }
        Err(io::ErrorKind::FileTooLarge.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
