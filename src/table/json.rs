//! Rows as JSON objects: one a line (NDJSON), or the items of one array.
//!
//! The columns are the members of all objects, in the order of their first appearance; a member that is
//! absent, null or the empty text is a missing cell. A number, `true` and `false` mean what they are, whatever
//! else their column holds; a text is a text, or a date. Nothing is nested.
//!
//! An object is read at a time, of at most 16 MiB.

use super::{
    Failure, Options,
    cell::{self, Mismatch},
    dialect::Dialect,
    guess::{self, Guess, clean},
    infer::Schema,
    records::MOST_LINE_BYTES,
};
use crate::domain::{
    column::{Cell, Column, MOST_COLUMNS, identifiers},
    fault::{At, Fault, Faults, MOST_FAULTS, quoted, step},
};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    io::{self, BufRead, BufReader, Read},
};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the objects stand in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One a line.
    Lines,
    /// Items of an array.
    Array,
}

/// Where an object stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Line(u64),
    Item(u64),
    /// The cells of an item that is a row's document.
    Cells(u64),
}

impl Place {
    fn whole(self) -> At {
        match self {
            Place::Line(line) => At::Line(line),
            Place::Item(index) | Place::Cells(index) => At::Pointer(format!("/{index}")),
        }
    }

    fn member(self, name: &str) -> At {
        match self {
            Place::Line(line) => At::Cell { line, column: name.into() },
            Place::Item(index) => At::Pointer(format!("/{index}/{}", step(name))),
            Place::Cells(index) => At::Pointer(format!("/{index}/cells/{}", step(name))),
        }
    }
}

/// The schema of a table; faults as of [`super::infer::infer`].
pub fn infer<R: Read>(reader: R, layout: Layout, options: &Options) -> Result<Schema, Failure> {
    let mut seen = Seen { options, guesses: Vec::new(), places: HashMap::new(), faults: Vec::new(), rows: 0 };
    each::<_, Failure>(reader, layout, |place, object| seen.row(place, &object))?;
    let Seen { guesses, mut faults, rows, .. } = seen;
    guess::known(options, guesses.iter().map(Guess::name))?;
    if rows == 0 {
        faults.push(Fault::new(At::Whole, "at least one object, a row each", "none"));
    } else if guesses.is_empty() {
        faults.push(Fault::new(At::Whole, "objects with members, a column each", "empty objects"));
    }
    let columns = guess::columns(guesses, rows);
    Ok(Faults::unless(faults, Schema { dialect: Dialect::CANONICAL, columns, rows })?)
}

struct Seen<'a> {
    options: &'a Options,
    guesses: Vec<Guess>,
    places: HashMap<String, usize>,
    faults: Vec<Fault>,
    rows: u64,
}

impl Seen<'_> {
    fn row(&mut self, place: Place, object: &Result<Map<String, Value>, Fault>) -> Result<(), Failure> {
        self.rows += 1;
        match object {
            Ok(object) => {
                for (name, value) in object {
                    // Of two members of one name the first counts once; which is read is told by `row`.
                    if clean(name) == name || !object.contains_key(clean(name)) {
                        self.member(place, clean(name), value)?;
                    }
                }
            }
            Err(fault) => self.faults.push(fault.clone()),
        }
        enough(&mut self.faults)
    }

    fn member(&mut self, place: Place, name: &str, value: &Value) -> Result<(), Failure> {
        let index = match self.places.get(name) {
            Some(&index) => index,
            None => self.column(place, name)?,
        };
        let guess = &mut self.guesses[index];
        let weighed = match text(value) {
            Ok(None) => Ok(None),
            Ok(Some(text)) if text.contains('\0') => {
                Err(Mismatch { expected: "text without U+0000", found: quoted(&text) })
            }
            Ok(Some(text)) if value.is_string() => guess.weigh_quoted(&text),
            Ok(Some(text)) => guess.weigh(&text),
            Err(mismatch) => Err(mismatch),
        };
        self.faults.extend(weighed.err().map(|mismatch| mismatch.at(place.member(name))));
        Ok(())
    }

    fn column(&mut self, place: Place, name: &str) -> Result<usize, Failure> {
        if self.guesses.len() == MOST_COLUMNS {
            let (expected, found) = (format!("at most {MOST_COLUMNS} columns"), "one more");
            return Err(Fault::new(place.member(name), expected, found).into());
        }
        if name.is_empty() {
            return Err(Fault::new(place.whole(), "a name for each member", "an empty one").into());
        }
        guess::bounded(name, place.whole())?;
        let identifier = identifiers([name]).remove(0);
        self.guesses.push(Guess::new(self.options, name, &identifier));
        self.places.insert(name.into(), self.guesses.len() - 1);
        Ok(self.guesses.len() - 1)
    }
}

/// Ends when there are as many faults as are told.
fn enough(faults: &mut Vec<Fault>) -> Result<(), Failure> {
    match faults.len() < MOST_FAULTS {
        true => Ok(()),
        false => Ok(Faults::unless(std::mem::take(faults), ())?),
    }
}

/// Hands each row to `take` until one is wrong, then looks for further faults only.
pub fn try_each<R: Read, E: From<Failure>>(
    reader: R,
    layout: Layout,
    columns: &[Column],
    mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    // By identifier too, unless that is another one's header.
    let identifiers = (0..).zip(columns).map(|(place, column)| (column.identifier.as_str(), place));
    let mut places: HashMap<&str, usize> = identifiers.collect();
    places.extend((0..).zip(columns).map(|(place, column)| (clean(&column.name), place)));
    let mut faults = Vec::new();
    each::<_, E>(reader, layout, |place, object| {
        match object.map_err(Faults::from).and_then(|object| row(place, &object, columns, &places)) {
            Ok(cells) if faults.is_empty() => take(cells)?,
            Ok(_) => {}
            Err(more) => faults.extend(more.iter().cloned()),
        }
        enough(&mut faults).map_err(E::from)
    })?;
    Faults::unless(faults, ()).map_err(|faults| Failure::Faults(faults).into())
}

fn row(
    place: Place,
    object: &Map<String, Value>,
    columns: &[Column],
    places: &HashMap<&str, usize>,
) -> Result<Vec<Cell>, Faults> {
    let mut row = vec![Cell::Missing; columns.len()];
    let mut faults = Vec::new();
    // As a page of rows has them.
    let (place, object) = match (object.get("cells"), place) {
        (Some(Value::Object(cells)), Place::Item(index)) => (Place::Cells(index), cells),
        (Some(Value::Object(cells)), place) => (place, cells),
        _ => (place, object),
    };
    for (name, value) in object {
        let name = clean(name);
        let Some(&index) = places.get(name) else {
            faults.push(Fault::new(place.member(name), "the columns of the table", "another member"));
            continue;
        };
        let cell = text(value)
            .and_then(|text| text.map_or(Ok(Cell::Missing), |text| cell::parse_cell(&text, &columns[index])));
        match cell {
            Ok(cell) => row[index] = cell,
            Err(mismatch) => faults.push(mismatch.at(place.member(name))),
        }
    }
    Faults::unless(faults, row)
}

/// The text of a member that is there.
fn text(value: &Value) -> Result<Option<Cow<'_, str>>, Mismatch> {
    let nested =
        |found: &str| Mismatch { expected: "a text, a number, true, false or null", found: found.into() };
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(Cow::Borrowed(text))),
        Value::Bool(true) => Ok(Some(Cow::Borrowed("true"))),
        Value::Bool(false) => Ok(Some(Cow::Borrowed("false"))),
        Value::Number(number) => Ok(Some(Cow::Owned(number.to_string()))),
        Value::Array(_) => Err(nested("an array")),
        Value::Object(_) => Err(nested("an object")),
    }
}

/// Hands each object to `take`, with its place; ends with the first error of `take`.
fn each<R: Read, E: From<Failure>>(
    reader: R,
    layout: Layout,
    take: impl FnMut(Place, Result<Map<String, Value>, Fault>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = BufReader::new(reader);
    let head = reader.fill_buf().map_err(Failure::from)?;
    let mark = if head.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    reader.consume(mark);
    match layout {
        Layout::Lines => each_line(reader, take),
        Layout::Array => each_item(reader, take),
    }
}

fn each_line<E: From<Failure>>(
    mut reader: impl BufRead,
    mut take: impl FnMut(Place, Result<Map<String, Value>, Fault>) -> Result<(), E>,
) -> Result<(), E> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let most = MOST_LINE_BYTES as u64 + 1;
        if (&mut reader).take(most).read_until(b'\n', &mut line).map_err(Failure::from)? == 0 {
            break;
        }
        if line.len() > MOST_LINE_BYTES {
            let expected = format!("a line of at most {MOST_LINE_BYTES} bytes");
            return Err(Failure::from(Fault::new(At::Line(number), expected, "more")).into());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let object = serde_json::from_slice(&line)
            .map_err(|error| Fault::new(At::Line(number), "a JSON object", wrong(&error)));
        take(Place::Line(number), object)?;
    }
    Ok(())
}

/// What is wrong with JSON text, without the line that the parser counts from its own beginning.
fn wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_string()
}

fn each_item<E: From<Failure>>(
    reader: impl BufRead,
    take: impl FnMut(Place, Result<Map<String, Value>, Fault>) -> Result<(), E>,
) -> Result<(), E> {
    let metered = Metered { reader, since: std::rc::Rc::default() };
    let mut items = Items { since: metered.since.clone(), take, index: 0, ended: None };
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(metered));
    let read = json.deserialize_seq(&mut items).and_then(|()| json.end());
    if let Some(ended) = items.ended {
        return Err(ended);
    }
    match read {
        Ok(()) => Ok(()),
        Err(_) if items.since.get() > MOST_LINE_BYTES => {
            let (at, expected) =
                (At::Pointer(format!("/{}", items.index)), format!("at most {MOST_LINE_BYTES} bytes"));
            Err(Failure::from(Fault::new(at, expected, "more")).into())
        }
        Err(error) if error.is_io() => Err(Failure::Io(error.into()).into()),
        Err(error) => {
            let at = At::Pointer(format!("/{}", items.index));
            Err(Failure::from(Fault::new(at, "an array of JSON objects", error.to_string())).into())
        }
    }
}

/// Counts the bytes of one item, so that an endless one does not fill the memory.
struct Metered<R> {
    reader: R,
    since: std::rc::Rc<std::cell::Cell<usize>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > MOST_LINE_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let read = self.reader.read(buffer)?;
        self.since.set(self.since.get() + read);
        Ok(read)
    }
}

/// Takes the items of an array one by one.
struct Items<F, E> {
    since: std::rc::Rc<std::cell::Cell<usize>>,
    take: F,
    index: u64,
    ended: Option<E>,
}

impl<'de, F, E> Visitor<'de> for &mut Items<F, E>
where
    F: FnMut(Place, Result<Map<String, Value>, Fault>) -> Result<(), E>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        loop {
            self.since.set(0);
            let Some(value) = items.next_element_seed(Item)? else { return Ok(()) };
            let place = Place::Item(self.index);
            let object = match value {
                Value::Object(object) => Ok(object),
                other => Err(Fault::new(place.whole(), "an object, a row each", kind(&other))),
            };
            if let Err(ended) = (self.take)(place, object) {
                self.ended = Some(ended);
                return Err(A::Error::custom("given up"));
            }
            self.index += 1;
        }
    }
}

struct Item;

impl<'de> DeserializeSeed<'de> for Item {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        serde::Deserialize::deserialize(json)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
