//! One cell: from its text to its value.
//!
//! The other direction, the canonical spelling, is [`Cell`]'s `Display`. Which texts stand for a
//! missing cell is the import's choice ([`super::Options`]); here only the empty text does.

use crate::domain::{
    column::{Cell, Column, ColumnType},
    fault::{At, Fault, quoted},
};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// The first whole number of more than 15 decimal digits, which always survive `f64`.
pub(super) const ROUNDED: u64 = 1_000_000_000_000_000;

/// A text that is not what its column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What the column holds: `a finite number`.
    pub expected: &'static str,
    /// What came: `"wet"`.
    pub found: String,
}

impl Mismatch {
    /// The fault that it makes at a place.
    pub fn at(self, place: At) -> Fault {
        Fault::new(place, self.expected, self.found)
    }
}

/// The cell that a text means in a column.
///
/// The empty text is a missing cell, which a column that is not nullable refuses. Surrounding white
/// space counts in text alone.
pub fn parse_cell(text: &str, column: &Column) -> Result<Cell, Mismatch> {
    if text.is_empty() {
        return match column.nullable {
            true => Ok(Cell::Missing),
            false => Err(Mismatch { expected: column.kind.expected(), found: "an empty cell".into() }),
        };
    }
    parse(text, column.kind).ok_or_else(|| Mismatch { expected: column.kind.expected(), found: quoted(text) })
}

/// The value that a text means in a type; `None` if it is not of the type.
pub fn parse(text: &str, kind: ColumnType) -> Option<Cell> {
    let trimmed = text.trim();
    match kind {
        ColumnType::Integer => integer(trimmed).map(Cell::Integer),
        ColumnType::Number => number(trimmed).map(Cell::Number),
        ColumnType::Boolean => boolean(trimmed).map(Cell::Boolean),
        ColumnType::Date => date(trimmed).map(Cell::Date),
        ColumnType::Datetime => datetime(trimmed).map(Cell::Datetime),
        // PostgreSQL cannot store U+0000 in text, so neither database does.
        ColumnType::Text | ColumnType::Category => (!text.contains('\0')).then(|| Cell::Text(text.into())),
    }
}

/// The value of a text that speaks for a type when types are inferred.
///
/// Stricter than [`parse`] in one point: a whole number that `f64` would round, such as
/// `12345678901234567891`, is somebody's identifier and no measurement.
pub(super) fn suggested(text: &str, kind: ColumnType) -> Option<Cell> {
    let cell = parse(text, kind)?;
    if let Cell::Number(value) = cell {
        let trimmed = text.trim();
        let digits = trimmed.strip_prefix('-').unwrap_or(trimmed);
        let survives = digits.len() <= 15
            || !digits.bytes().all(|b| b.is_ascii_digit())
            || format!("{:.0}", value.abs()) == digits;
        return survives.then_some(cell);
    }
    Some(cell)
}

/// A sign other than `-` and leading zeros mark codes (`007`, `+4930`), not numbers.
fn is_numeric(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    match digits {
        [b'0', next, ..] => !next.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit() || *first == b'.',
        [] => false,
    }
}

fn integer(text: &str) -> Option<i64> {
    if is_numeric(text) { text.parse().ok() } else { None }
}

fn number(text: &str) -> Option<f64> {
    let value: f64 = if is_numeric(text) { text.parse().ok()? } else { return None };
    value.is_finite().then_some(value)
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// `digits(b"07")` is 7; chrono's own parser takes signs, spaces and single digits as well.
fn digits(bytes: &[u8]) -> Option<u32> {
    let all = !bytes.is_empty() && bytes.len() <= 9 && bytes.iter().all(u8::is_ascii_digit);
    all.then(|| bytes.iter().fold(0, |sum, b| sum * 10 + u32::from(b - b'0')))
}

/// `YYYY-MM-DD`.
fn date(text: &str) -> Option<NaiveDate> {
    match text.as_bytes() {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            let year = i32::try_from(digits(year)?).ok()?;
            NaiveDate::from_ymd_opt(year, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)
        }
        _ => None,
    }
}

/// A date, `T` or a space, `hh:mm[:ss[.f]]` and perhaps `Z`, `±hh:mm`, `±hhmm` or `±hh`.
fn datetime(text: &str) -> Option<DateTime<Utc>> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => (rest.get(..at)?, offset(rest.get(at..)?)?),
        None => (rest, FixedOffset::east_opt(0)?),
    };
    let local = NaiveDateTime::new(date(day)?, time(clock)?);
    let seconds = i64::from(offset.local_minus_utc());
    let moment = local.checked_sub_signed(TimeDelta::seconds(seconds))?.and_utc();
    // The offset may lead out of the years that four digits spell.
    has_four_digits(moment.year()).then_some(moment)
}

/// Whether days of a year can be spelt; others would be ordered wrongly as text.
pub(super) fn has_four_digits(year: i32) -> bool {
    (0..=9999).contains(&year)
}

/// No leap second: neither database has one.
fn time(text: &str) -> Option<NaiveTime> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, f)| (whole, Some(f)));
    let (hour, minute, second) = match whole.as_bytes() {
        [h1, h2, b':', m1, m2] if fraction.is_none() => ([h1, h2], [m1, m2], [&b'0', &b'0']),
        [h1, h2, b':', m1, m2, b':', s1, s2] => ([h1, h2], [m1, m2], [s1, s2]),
        _ => return None,
    };
    let two = |pair: [&u8; 2]| digits(&[*pair[0], *pair[1]]);
    let nanoseconds = match fraction {
        Some(f) => digits(f.as_bytes())?.checked_mul(10_u32.pow(9 - u32::try_from(f.len()).ok()?))?,
        None => 0,
    };
    NaiveTime::from_hms_nano_opt(two(hour)?, two(minute)?, two(second)?, nanoseconds)
}

fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, hours, minutes) = match text.as_bytes() {
        [b'Z' | b'z'] => return FixedOffset::east_opt(0),
        [sign, h1, h2] => (sign, [*h1, *h2], [b'0', b'0']),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => (sign, [*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    let (hours, minutes) = (digits(&hours)?, digits(&minutes)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    let inside = hours < 24 && minutes < 60;
    FixedOffset::east_opt(if *sign == b'-' { -seconds } else { seconds }).filter(|_| inside)
}
