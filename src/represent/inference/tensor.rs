//! Tensors: their elements, out of JSON and out of bytes.

use super::datatype::Datatype;
use crate::domain::{column::spelled, fault::quoted};
use half::{bf16, f16};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Dimensions of a tensor, and of its data in JSON.
pub const DEEPEST: usize = 8;

/// One element.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Nothing: null, or a number that is none.
    Missing,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// The elements in JSON, nested or flat, in row-major order; the reason if they are not so many, or one does not fit
/// the datatype.
pub fn listed(datatype: Datatype, json: &str, elements: usize) -> Result<Vec<Datum>, String> {
    // An element and its comma are two bytes.
    let all = Vec::with_capacity(elements.min(json.len() / 2 + 1));
    let mut reading = Reading { datatype, all, most: elements, wrong: None };
    let mut read = serde_json::Deserializer::from_str(json);
    match (Element { reading: &mut reading, depth: 0 }).deserialize(&mut read) {
        Ok(()) => counted(reading.all, elements),
        // Without a line and column, which would be those of the data alone.
        Err(error) => Err(reading.wrong.unwrap_or_else(|| error.to_string())),
    }
}

fn counted(all: Vec<Datum>, elements: usize) -> Result<Vec<Datum>, String> {
    match all.len() {
        found if found == elements => Ok(all),
        found => Err(as_shaped(elements, &found.to_string())),
    }
}

fn as_shaped(elements: usize, found: &str) -> String {
    format!("expected as many elements as its shape says, {elements}, found {found}")
}

struct Reading {
    datatype: Datatype,
    all: Vec<Datum>,
    most: usize,
    wrong: Option<String>,
}

struct Element<'a> {
    reading: &'a mut Reading,
    depth: usize,
}

impl Element<'_> {
    /// An element; `found` spells it where it does not fit.
    fn is<E: Error>(self, fits: bool, datum: Datum, found: impl FnOnce() -> String) -> Result<(), E> {
        let Reading { datatype, all, most, wrong } = self.reading;
        let why = if all.len() == *most {
            as_shaped(*most, "more")
        } else if !fits {
            format!("element {}: expected {}, found {}", all.len() + 1, datatype.expected(), found())
        } else {
            all.push(datum);
            return Ok(());
        };
        Err(E::custom(wrong.insert(why)))
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers, truth values or texts, perhaps in lists")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        let fits = self.reading.datatype.takes_truth();
        self.is(fits, Datum::Boolean(value), || value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        let fits = self.reading.datatype.takes_whole(value.into());
        self.is(fits, Datum::Integer(value), || value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        let fits = self.reading.datatype.takes_whole(value.into());
        let datum = i64::try_from(value).map_or(Datum::Number(value as f64), Datum::Integer);
        self.is(fits, datum, || value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        let fits = self.reading.datatype.takes_number(value);
        self.is(fits, Datum::Number(value), || spelled(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        let fits = self.reading.datatype.takes_text();
        self.is(fits, Datum::Text(value.into()), || quoted(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.is(true, Datum::Missing, String::new)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.depth == DEEPEST {
            return Err(A::Error::custom(format!("expected at most {DEEPEST} lists in each other")));
        }
        let depth = self.depth + 1;
        while items.next_element_seed(Element { reading: &mut *self.reading, depth })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("expected numbers, truth values or texts, found an object"))
    }
}

/// The elements in the bytes of a tensor of that type; the reason if they are not so many.
pub fn decoded(datatype: Datatype, bytes: &[u8], elements: usize) -> Result<Vec<Datum>, String> {
    let number = |value: f64| if value.is_nan() { Datum::Missing } else { Datum::Number(value) };
    match datatype {
        Datatype::Bool => fixed(bytes, elements, |[byte]: [u8; 1]| Datum::Boolean(byte != 0)),
        Datatype::Int8 => fixed(bytes, elements, |all| Datum::Integer(i8::from_le_bytes(all).into())),
        Datatype::Int16 => fixed(bytes, elements, |all| Datum::Integer(i16::from_le_bytes(all).into())),
        Datatype::Int32 => fixed(bytes, elements, |all| Datum::Integer(i32::from_le_bytes(all).into())),
        Datatype::Int64 => fixed(bytes, elements, |all| Datum::Integer(i64::from_le_bytes(all))),
        Datatype::Uint8 => fixed(bytes, elements, |all| Datum::Integer(u8::from_le_bytes(all).into())),
        Datatype::Uint16 => fixed(bytes, elements, |all| Datum::Integer(u16::from_le_bytes(all).into())),
        Datatype::Uint32 => fixed(bytes, elements, |all| Datum::Integer(u32::from_le_bytes(all).into())),
        Datatype::Uint64 => fixed(bytes, elements, |all| Datum::Number(u64::from_le_bytes(all) as f64)),
        Datatype::Fp16 => fixed(bytes, elements, |all| number(f16::from_le_bytes(all).into())),
        Datatype::Bf16 => fixed(bytes, elements, |all| number(bf16::from_le_bytes(all).into())),
        Datatype::Fp32 => fixed(bytes, elements, |all| number(f32::from_le_bytes(all).into())),
        Datatype::Fp64 => fixed(bytes, elements, |all| number(f64::from_le_bytes(all))),
        Datatype::Bytes | Datatype::Objects => texts(bytes, elements),
    }
}

fn fixed<const N: usize>(
    bytes: &[u8],
    elements: usize,
    read: impl Fn([u8; N]) -> Datum,
) -> Result<Vec<Datum>, String> {
    let (all, rest) = bytes.as_chunks::<N>();
    match rest {
        [] if all.len() == elements => Ok(all.iter().map(|one| read(*one)).collect()),
        [] => Err(as_shaped(elements, &all.len().to_string())),
        _ => Err(format!("expected a multiple of {N} bytes, found {}", bytes.len())),
    }
}

fn texts(mut bytes: &[u8], elements: usize) -> Result<Vec<Datum>, String> {
    let mut texts = Vec::with_capacity(elements.min(bytes.len() / 4));
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        if texts.len() == elements {
            return Err(as_shaped(elements, "more"));
        }
        let length = u32::from_le_bytes(*length) as usize;
        let (text, rest) = rest.split_at_checked(length).ok_or("expected whole texts, found the end")?;
        let text = str::from_utf8(text).map_err(|_| "expected texts in UTF-8, found other bytes")?;
        texts.push(Datum::Text(text.into()));
        bytes = rest;
    }
    if bytes.is_empty() {
        counted(texts, elements)
    } else {
        Err("expected whole texts, found the end".into())
    }
}
