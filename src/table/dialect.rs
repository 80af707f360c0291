//! Dialects: which character parts the cells, and what is not CSV at all.
//!
//! Decided from the first 64 KiB. Quotes are `"`, doubled inside of a quoted cell, unless others are given.

use super::{
    Failure, Options,
    records::{Record, Records},
};
use crate::domain::fault::{At, Fault, quoted};
use std::io::{self, BufReader, Chain, Cursor, Read};

/// Bytes looked at.
const HEAD_BYTES: usize = 64 << 10;
/// Delimiters tried; the earlier wins a tie.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// First bytes of what people send instead of a CSV file.
const FOREIGN: [(&[u8], &str); 7] = [
    (b"\xff\xfe\0\0", "UTF-32 (little endian)"),
    (b"\xff\xfe", "UTF-16 (little endian)"),
    (b"\xfe\xff", "UTF-16 (big endian)"),
    (b"\0\0\xfe\xff", "UTF-32 (big endian)"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP archive (perhaps an .xlsx workbook)"),
    (b"PAR1", "a Parquet file"),
];

/// How a file's cells are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) escape: Option<u8>,
}

/// The input with its head put back before it.
pub(super) type Input<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

impl Dialect {
    /// Of our own artifacts.
    pub const CANONICAL: Dialect = Dialect { delimiter: b',', quote: b'"', escape: None };

    /// With the characters that are given: each ASCII, no two alike and none a line end.
    pub fn of(options: &Options) -> Result<Dialect, Fault> {
        let quote = options.quote.unwrap_or('"');
        let expected = "one ASCII character other than a quote or a line end";
        let delimiter =
            options.delimiter.map_or(Ok(b','), |one| ascii("delimiter", one, &[quote], expected))?;
        let also = options.delimiter.as_slice();
        let expected = "one ASCII character other than the delimiter or a line end";
        let mark = ascii("quote", quote, also, expected)?;
        let expected = "one ASCII character other than the delimiter, the quote or a line end";
        let others = [also, &[quote]].concat();
        let escape = options.escape.map(|one| ascii("escape", one, &others, expected)).transpose()?;
        Ok(Dialect { delimiter, quote: mark, escape })
    }

    /// The character between cells.
    pub fn delimiter(self) -> char {
        char::from(self.delimiter)
    }
}

fn ascii(parameter: &str, one: char, others: &[char], expected: &str) -> Result<u8, Fault> {
    match u8::try_from(one) {
        Ok(byte) if byte.is_ascii() && !"\n\r\0".contains(one) && !others.contains(&one) => Ok(byte),
        _ => Err(Fault::parameter(parameter, expected, quoted(&one.to_string()))),
    }
}

/// The lines of a table, and its dialect: of the given delimiter, else of the one found out.
pub(super) fn open<R: Read>(
    mut reader: R,
    options: &Options,
) -> Result<(Dialect, Records<Input<R>>), Failure> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if let Some((_, name)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(Fault::new(At::Whole, "CSV text in UTF-8", *name).into());
    }
    let whole = head.len() < HEAD_BYTES;
    if head.starts_with(BYTE_ORDER_MARK) {
        head.drain(..BYTE_ORDER_MARK.len());
    }
    let given = Dialect::of(options)?;
    let dialect = if options.delimiter.is_some() { given } else { sniff(&head, whole, given) };
    let input = BufReader::with_capacity(HEAD_BYTES, Cursor::new(head).chain(reader));
    Ok((dialect, Records::new(input, dialect)))
}

/// The delimiter by which most lines have as many cells as the header, then the one of most cells;
/// a comma if the header has one cell by each.
fn sniff(head: &[u8], whole: bool, given: Dialect) -> Dialect {
    let free = DELIMITERS.into_iter().filter(|one| *one != given.quote && Some(*one) != given.escape);
    let able: Vec<Dialect> = free
        .map(|delimiter| Dialect { delimiter, ..given })
        .filter(|dialect| header(head, *dialect) > 1)
        .collect();
    // Nearly always one: then the lines need not be looked at.
    if let [dialect] = able[..] {
        return dialect;
    }
    let mut best = (0, 1, given);
    for dialect in able {
        let (agreeing, cells) = fit(head, whole, dialect).unwrap_or((0, 1));
        if (agreeing, cells) > (best.0, best.1) {
            best = (agreeing, cells, dialect);
        }
    }
    best.2
}

/// How many cells the header has by a delimiter.
fn header(head: &[u8], dialect: Dialect) -> usize {
    let (mut records, mut record) = (Records::new(head, dialect), Record::default());
    match records.read(&mut record) {
        Ok(true) => record.cells().map_or(0, |cells| cells.len()),
        _ => 0,
    }
}

/// Per mille of the lines that have as many cells as the header, and the header's cells.
fn fit(head: &[u8], whole: bool, dialect: Dialect) -> io::Result<(usize, usize)> {
    let mut records = Records::new(head, dialect);
    let (mut record, mut counts) = (Record::default(), Vec::new());
    while let Ok(true) = records.read(&mut record) {
        counts.push(record.cells().map_or(0, |cells| cells.len()));
    }
    // The head may end within its last line.
    if !whole && counts.len() > 1 {
        counts.pop();
    }
    let header = counts.first().copied().unwrap_or(0);
    let agreeing = counts.iter().filter(|&&count| count == header).count();
    Ok((agreeing * 1_000 / counts.len().max(1), header))
}
