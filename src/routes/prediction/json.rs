//! Rows to predict out of JSON text: its values go straight to the model, no JSON value is made of them.

use super::rows::{MOST_ROW_BYTES, Taker, Wrong};
use crate::{
    domain::{fault::Fault, prediction::Place},
    learning::{Batch, Said},
};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{
    cell::Cell,
    fmt,
    io::{self, BufReader, Read},
    rc::Rc,
};

/// Hands what is told of each item to `take`.
pub fn array(reader: impl Read, batch: &mut Batch<'_>, take: Taker<'_>) -> Result<(), Wrong> {
    let since = Rc::new(Cell::new(0));
    let metered = Metered { reader, since: since.clone() };
    let mut items = Items { since: since.clone(), batch, take, broken: None };
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(metered));
    let read = json.deserialize_seq(&mut items).and_then(|()| json.end());
    match (items.broken, read) {
        (Some(wrong), _) => Err(wrong),
        (None, Ok(())) => Ok(()),
        // Enough of them.
        (None, Err(_)) if items.batch.is_hopeless() => Ok(()),
        (None, Err(_)) if since.get() > MOST_ROW_BYTES => Err(Wrong::Malformed(format!(
            "expected rows of at most {MOST_ROW_BYTES} bytes, found a longer one"
        ))),
        (None, Err(error)) if error.is_io() => Err(Wrong::Io(error.into())),
        (None, Err(error)) => Err(Wrong::Malformed(format!("expected an array of objects, found {error}"))),
    }
}

/// Counts the bytes of one item, so that an endless one does not fill the memory.
struct Metered<R> {
    reader: R,
    since: Rc<Cell<usize>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > MOST_ROW_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let read = self.reader.read(buffer)?;
        self.since.set(self.since.get() + read);
        Ok(read)
    }
}

struct Items<'a, 'f, 't> {
    since: Rc<Cell<usize>>,
    batch: &'a mut Batch<'f>,
    take: Taker<'t>,
    broken: Option<Wrong>,
}

impl<'de> Visitor<'de> for &mut Items<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0_u64.. {
            self.since.set(0);
            let at = || Place::Object(format!("/{index}"));
            self.batch.begin();
            if items.next_element_seed(Row { batch: &mut *self.batch, at: &at, outer: true })?.is_none() {
                break;
            }
            if let Err(wrong) = (self.take)(self.batch.tell(&at)) {
                self.broken = Some(wrong);
            }
            if self.broken.is_some() || self.batch.is_hopeless() {
                return Err(A::Error::custom("given up"));
            }
        }
        Ok(())
    }
}

/// The object of a row.
pub struct Row<'a, 'f> {
    /// What reads its values.
    pub batch: &'a mut Batch<'f>,
    /// Where it stands.
    pub at: &'a dyn Fn() -> Place,
    /// Whether its features may stand in a member `features`.
    pub outer: bool,
}

impl Row<'_, '_> {
    fn is<E>(self, found: &str) -> Result<(), E> {
        let expected = "an object with a member for each feature";
        self.batch.fault(Fault::new((self.at)().whole(), expected, found));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.is("a truth value")
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.is("a number")
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.is("a number")
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.is("a number")
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.is("a text")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.is("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        self.is("a list")
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a member for each feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Row { batch, at, outer } = self;
        while let Some(key) = members.next_key_seed(Key { batch: &*batch, outer })? {
            match key {
                Named::Feature(place) => members.next_value_seed(Value { batch: &mut *batch, at, place })?,
                Named::Features => {
                    let inner = || match at() {
                        Place::Object(pointer) => Place::Object(format!("{pointer}/features")),
                        other => other,
                    };
                    members.next_value_seed(Row { batch: &mut *batch, at: &inner, outer: false })?;
                }
                Named::Ours => {
                    members.next_value::<IgnoredAny>()?;
                }
                Named::Stranger(name) => {
                    members.next_value::<IgnoredAny>()?;
                    batch.give(&name, Said::Missing, at);
                }
            }
        }
        Ok(())
    }
}

struct Key<'a, 'f> {
    batch: &'a Batch<'f>,
    outer: bool,
}

/// What a member is.
enum Named {
    Feature(usize),
    /// The object around them.
    Features,
    /// JSON-LD's own.
    Ours,
    Stranger(String),
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Named;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Named, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Named, E> {
        Ok(match self.batch.place(name) {
            Some(place) => Named::Feature(place),
            None if name == "features" && self.outer => Named::Features,
            None if name.starts_with('@') => Named::Ours,
            None => Named::Stranger(name.into()),
        })
    }
}

/// The value of a feature.
struct Value<'a, 'f> {
    batch: &'a mut Batch<'f>,
    at: &'a dyn Fn() -> Place,
    place: usize,
}

impl Value<'_, '_> {
    fn said<E>(self, said: Said<'_>) -> Result<(), E> {
        self.batch.give_to(self.place, said, self.at);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.said(Said::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.said(Said::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.said(i64::try_from(value).map_or(Said::Number(value as f64), Said::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.said(Said::Number(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.said(Said::Text(text))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.said(Said::Missing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        self.said(Said::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.said(Said::Nested)
    }
}
