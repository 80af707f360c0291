//! Dialects: which character parts the cells, and what is not CSV at all.
//!
//! Decided from the first 64 KiB. Quotes are `"`, doubled inside of a quoted cell.

use super::{
    Failure,
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
    delimiter: u8,
}

/// The input with its head put back before it.
pub(super) type Input<R> = BufReader<Chain<Cursor<Vec<u8>>, R>>;

impl Dialect {
    /// Of our own artifacts.
    pub const CANONICAL: Dialect = Dialect { delimiter: b',' };

    /// With this delimiter: one ASCII character, no quote and no line end.
    pub fn new(delimiter: char) -> Result<Dialect, Fault> {
        let refused = ['"', '\n', '\r', '\0'].contains(&delimiter);
        match u8::try_from(delimiter) {
            Ok(delimiter) if delimiter.is_ascii() && !refused => Ok(Dialect { delimiter }),
            _ => {
                let expected = "one ASCII character other than a quote or a line end";
                Err(Fault::parameter("delimiter", expected, quoted(&delimiter.to_string())))
            }
        }
    }

    /// The character between cells.
    pub fn delimiter(self) -> char {
        char::from(self.delimiter)
    }
}

/// The lines of a table, and its dialect: the given delimiter's, else the one found out.
pub(super) fn open<R: Read>(
    mut reader: R,
    delimiter: Option<char>,
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
    let dialect = match delimiter {
        Some(delimiter) => Dialect::new(delimiter)?,
        None => sniff(&head, whole),
    };
    let input = BufReader::with_capacity(HEAD_BYTES, Cursor::new(head).chain(reader));
    Ok((dialect, Records::new(input, dialect.delimiter)))
}

/// The delimiter by which most lines have as many cells as the header, then the one of most cells;
/// a comma if the header has one cell by each.
fn sniff(head: &[u8], whole: bool) -> Dialect {
    let able: Vec<u8> = DELIMITERS.into_iter().filter(|delimiter| header(head, *delimiter) > 1).collect();
    // Nearly always one: then the lines need not be looked at.
    if let [delimiter] = able[..] {
        return Dialect { delimiter };
    }
    let mut best = (0, 1, Dialect::CANONICAL);
    for delimiter in able {
        let (agreeing, cells) = fit(head, whole, delimiter).unwrap_or((0, 1));
        if (agreeing, cells) > (best.0, best.1) {
            best = (agreeing, cells, Dialect { delimiter });
        }
    }
    best.2
}

/// How many cells the header has by a delimiter.
fn header(head: &[u8], delimiter: u8) -> usize {
    let (mut records, mut record) = (Records::new(head, delimiter), Record::default());
    match records.read(&mut record) {
        Ok(true) => record.cells().map_or(0, |cells| cells.len()),
        _ => 0,
    }
}

/// Per mille of the lines that have as many cells as the header, and the header's cells.
fn fit(head: &[u8], whole: bool, delimiter: u8) -> io::Result<(usize, usize)> {
    let mut records = Records::new(head, delimiter);
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
