//! Lines of cells out of bytes (RFC 4180, any delimiter; LF, CRLF or CR ends a line).
//!
//! Why not the `csv` crate's reader, whose writer we use: its line numbers are one too low with
//! CRLF and after blank lines, a quote that is never closed swallows the rest of the file unnoticed,
//! and a line has no bound. Where both accept a file they agree (a property test below).
//!
//! Blank lines are skipped, as pandas and R do. Cells are checked to be UTF-8 without U+0000.

use super::{Failure, dialect::Dialect};
use crate::domain::fault::{At, Fault};
use std::io::{BufRead, ErrorKind};

/// Bytes of one line: what bounds the memory of an import, together with its copy as typed cells.
pub(super) const MOST_LINE_BYTES: usize = 16 << 20;

/// Stands behind each cell in a [`Record`], so that no character reaches over two cells.
const SEPARATOR: u8 = 0x1f;

/// One line of the table, reused for all of them.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    line: u64,
    fault: Option<Fault>,
}

/// The cells of a line, checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'a> {
    text: &'a str,
    ends: &'a [usize],
    line: u64,
}

/// Where in a line the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a line.
    Line,
    /// Before the first byte of a further cell.
    Cell,
    /// In a cell without quotes.
    Bare,
    /// Between quotes.
    Quoted,
    /// Behind a quote that closed, or the first of a doubled one.
    Closed,
    /// Behind an escape: in quotes, or not.
    Escaped(bool),
}

/// Gives one [`Record`] after the other.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: R,
    machine: Machine,
}

#[derive(Debug)]
struct Machine {
    dialect: Dialect,
    state: State,
    /// Line of the next byte, from 1.
    line: u64,
    /// The last byte was CR: an LF now belongs to the same line end.
    carriage: bool,
}

impl<R: BufRead> Records<R> {
    /// From the first byte of the table, the byte order mark removed.
    pub(super) fn new(input: R, dialect: Dialect) -> Records<R> {
        Records { input, machine: Machine { dialect, state: State::Line, line: 1, carriage: false } }
    }

    /// Fills `record` with the next line that is not blank; false at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, Failure> {
        record.clear();
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                return Ok(self.machine.end(record));
            }
            let (used, ended) = self.machine.feed(chunk, record);
            self.input.consume(used);
            if record.weight() > MOST_LINE_BYTES {
                let found = "more (perhaps a quote that is never closed)";
                let expected = format!("a line of at most {MOST_LINE_BYTES} bytes");
                return Err(Fault::new(At::Line(record.line), expected, found).into());
            }
            if ended {
                return Ok(true);
            }
        }
    }
}

impl Machine {
    /// Takes bytes up to the end of a line: how many, and whether the line ended.
    fn feed(&mut self, chunk: &[u8], record: &mut Record) -> (usize, bool) {
        let mut used = 0;
        while let Some(rest) = chunk.get(used..).filter(|rest| !rest.is_empty()) {
            let run = self.run(rest);
            let (run, rest) = rest.split_at(run);
            record.bytes.extend_from_slice(run);
            self.count(run);
            used += run.len();
            if let Some(&byte) = rest.first() {
                used += 1;
                if self.take(byte, record) {
                    return (used, true);
                }
            }
        }
        (used, false)
    }

    /// How many of the next bytes belong to the cell without further ado.
    fn run(&self, bytes: &[u8]) -> usize {
        let Dialect { delimiter, quote, escape } = self.dialect;
        // Where there is no escape, what is looked for anyway is looked for twice.
        let (outside, inside) = (escape.unwrap_or(delimiter), escape.unwrap_or(quote));
        let stop = match self.state {
            State::Bare => {
                bytes.iter().position(|&b| b == delimiter || b == b'\n' || b == b'\r' || b == outside)
            }
            State::Quoted => bytes.iter().position(|&b| b == quote || b == inside),
            State::Line | State::Cell | State::Closed | State::Escaped(_) => Some(0),
        };
        stop.unwrap_or(bytes.len())
    }

    fn count(&mut self, bytes: &[u8]) {
        if !matches!(self.state, State::Quoted | State::Escaped(_)) {
            self.carriage &= bytes.is_empty();
            return;
        }
        for &byte in bytes {
            self.line += u64::from(byte == b'\r' || (byte == b'\n' && !self.carriage));
            self.carriage = byte == b'\r';
        }
    }

    /// Takes one byte; true if it ended the line.
    fn take(&mut self, byte: u8, record: &mut Record) -> bool {
        if let State::Escaped(is_quoted) = self.state {
            self.count(&[byte]);
            record.bytes.push(byte);
            self.state = if is_quoted { State::Quoted } else { State::Bare };
            return false;
        }
        let line_end = byte == b'\n' || byte == b'\r';
        let ends = self.state != State::Line;
        if self.state == State::Line && !line_end {
            record.line = self.line;
            self.state = State::Cell;
        }
        if line_end {
            self.line += u64::from(byte == b'\r' || !self.carriage);
            self.carriage = byte == b'\r';
            if ends {
                record.close();
            }
            self.state = State::Line;
            return ends;
        }
        self.carriage = false;
        self.inside(byte, record);
        false
    }

    /// A byte that is no line end, outside of a run.
    fn inside(&mut self, byte: u8, record: &mut Record) {
        let Dialect { delimiter, quote, escape } = self.dialect;
        self.state = match (self.state, byte) {
            (state @ (State::Cell | State::Bare | State::Quoted), byte) if Some(byte) == escape => {
                State::Escaped(state == State::Quoted)
            }
            (State::Cell, byte) if byte == quote => State::Quoted,
            (State::Quoted, byte) if byte == quote => State::Closed,
            (State::Closed, byte) if byte == quote => {
                record.bytes.push(byte);
                State::Quoted
            }
            (_, byte) if byte == delimiter => {
                record.close();
                State::Cell
            }
            (state, byte) => {
                if state == State::Closed && record.fault.is_none() {
                    let expected = "a delimiter or the line's end behind a closing quote";
                    record.fault = Some(Fault::new(At::Line(self.line), expected, "further text"));
                }
                record.bytes.push(byte);
                State::Bare
            }
        };
    }

    /// The end of the input; whether it ended a line.
    fn end(&mut self, record: &mut Record) -> bool {
        if self.state == State::Line {
            return false;
        }
        if matches!(self.state, State::Quoted | State::Escaped(true)) {
            let fault = Fault::new(At::Line(record.line), "a closing quote", "the end of the file");
            record.fault.get_or_insert(fault);
        }
        record.close();
        self.state = State::Line;
        true
    }
}

impl Record {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.fault = None;
    }

    fn close(&mut self) {
        self.ends.push(self.bytes.len());
        self.bytes.push(SEPARATOR);
    }

    /// Bytes of its cells, about.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn weight(&self) -> usize {
        self.bytes.len() + self.ends.len() * size_of::<usize>()
    }

    /// The cells, if the line is well-formed UTF-8 without U+0000.
    pub(super) fn cells(&self) -> Result<Cells<'_>, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        match str::from_utf8(&self.bytes) {
            Ok(text) if !self.bytes.contains(&0) => Ok(Cells { text, ends: &self.ends, line: self.line }),
            Ok(text) => {
                let at = text.find('\0').unwrap_or_default();
                Err(Fault::new(self.place(at), "text without U+0000", "U+0000"))
            }
            Err(error) => {
                let at = error.valid_up_to();
                let byte = self.bytes.get(at).copied().unwrap_or_default();
                let found = format!("the byte 0x{byte:02X} (perhaps Latin-1 or Windows-1252)");
                Err(Fault::new(self.place(at), "UTF-8", found))
            }
        }
    }

    fn place(&self, at: usize) -> At {
        At::Line(self.line + breaks(self.bytes.get(..at).unwrap_or_default()))
    }
}

/// Line ends within a cell.
fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&b| u64::from(b == b'\n')).sum()
}

impl<'a> Cells<'a> {
    /// How many.
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    /// Line in the file of the first, from 1.
    pub(super) fn line(self) -> u64 {
        self.line
    }

    /// Their texts, quotes removed.
    pub(super) fn iter(self) -> impl Iterator<Item = &'a str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.text.get(start..end).unwrap_or_default();
            start = end + 1;
            cell
        })
    }

    /// Line in the file where a cell begins, counted from 0.
    pub(super) fn line_of(self, index: usize) -> u64 {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.line + breaks(self.text.as_bytes().get(..start).unwrap_or_default())
    }

    /// Themselves, if there are as many as the table has columns.
    pub(super) fn exactly(self, columns: usize) -> Result<Cells<'a>, Fault> {
        if self.len() == columns {
            return Ok(self);
        }
        let s = if columns == 1 { "" } else { "s" };
        Err(Fault::new(At::Line(self.line), format!("{columns} cell{s}"), self.len().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    type Line = (u64, Vec<String>);

    fn ours(text: &str, buffer: usize) -> Vec<Result<Line, Fault>> {
        let mut records = Records::new(BufReader::with_capacity(buffer, text.as_bytes()), Dialect::CANONICAL);
        let (mut record, mut lines) = (Record::default(), Vec::new());
        while records.read(&mut record).unwrap() {
            lines.push(record.cells().map(|c| (c.line(), c.iter().map(String::from).collect())));
        }
        lines
    }

    fn theirs(text: &str) -> Vec<Vec<String>> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.records().map(|r| r.unwrap().iter().map(String::from).collect()).collect()
    }

    proptest! {
        #[test]
        fn well_formed_text_reads_as_the_csv_crate_reads_it(text in "[ab,\"\r\n]{0,40}", buffer in 1_usize..9) {
            let lines = ours(&text, buffer);
            prop_assert_eq!(&lines, &ours(&text, 4096));
            if lines.iter().all(Result::is_ok) {
                let cells: Vec<_> = lines.into_iter().flatten().map(|(_, cells)| cells).collect();
                prop_assert_eq!(cells, theirs(&text));
            }
        }

        #[test]
        fn a_line_number_is_the_one_an_editor_shows(before in "(x|\"a\nb\"|\"a\r\nb\"|\n|\r\n|\r){0,20}") {
            let before = before.replace("\"x", "\"\nx").replace("x\"", "x\n\"").replace("\"\"", "\"\n\"");
            let breaks = before.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count();
            let text = format!("{before}\nlast");
            let breaks = if before.ends_with('\r') { breaks } else { breaks + 1 };

            let lines = ours(&text, 3);

            let (line, cells) = lines.into_iter().next_back().unwrap().unwrap();
            prop_assert_eq!((line, cells), (breaks as u64 + 1, vec!["last".to_string()]));
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_a_fault_at_its_line() {
        let last = ours("a,b\n1,\"x\n2,3\n", 64).pop().unwrap();

        assert_eq!(
            last.unwrap_err().to_string(),
            "line 2: expected a closing quote, found the end of the file"
        );
    }

    #[test]
    fn text_behind_a_closing_quote_is_a_fault() {
        let last = ours("a\n\"x\"y\n", 64).pop().unwrap();

        assert!(last.unwrap_err().to_string().ends_with("behind a closing quote, found further text"));
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        let endless = std::io::repeat(b',');
        let mut records = Records::new(BufReader::new(endless), Dialect::CANONICAL);

        let answer = records.read(&mut Record::default());

        assert!(matches!(answer, Err(Failure::Faults(_))));
    }
}
