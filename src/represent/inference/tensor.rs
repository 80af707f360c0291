//! Tensors: their elements, out of JSON and out of bytes.

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

/// The elements in JSON, nested or flat, in row-major order; the reason if they are not so many.
pub fn listed(json: &str, elements: usize) -> Result<Vec<Datum>, String> {
    // An element and its comma are two bytes.
    let mut all = Vec::with_capacity(elements.min(json.len() / 2 + 1));
    let mut read = serde_json::Deserializer::from_str(json);
    let element = Element { all: &mut all, most: elements, depth: 0 };
    element.deserialize(&mut read).map_err(|error| error.to_string())?;
    counted(all, elements)
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

struct Element<'a> {
    all: &'a mut Vec<Datum>,
    most: usize,
    depth: usize,
}

impl Element<'_> {
    fn is<E: Error>(self, datum: Datum) -> Result<(), E> {
        if self.all.len() == self.most {
            return Err(E::custom(as_shaped(self.most, "more")));
        }
        self.all.push(datum);
        Ok(())
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
        self.is(Datum::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.is(Datum::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.is(i64::try_from(value).map_or(Datum::Number(value as f64), Datum::Integer))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.is(Datum::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.is(Datum::Text(value.into()))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.is(Datum::Missing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.depth == DEEPEST {
            return Err(A::Error::custom(format!("expected at most {DEEPEST} lists in each other")));
        }
        let (most, depth) = (self.most, self.depth + 1);
        while items.next_element_seed(Element { all: &mut *self.all, most, depth })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("expected numbers, truth values or texts, found an object"))
    }
}

/// The elements in the bytes of a tensor of that type; the reason if they are not so many.
pub fn decoded(datatype: &str, bytes: &[u8], elements: usize) -> Result<Vec<Datum>, String> {
    let number = |value: f64| if value.is_nan() { Datum::Missing } else { Datum::Number(value) };
    match datatype {
        "BOOL" => fixed(bytes, elements, |[byte]: [u8; 1]| Datum::Boolean(byte != 0)),
        "INT8" => fixed(bytes, elements, |all| Datum::Integer(i8::from_le_bytes(all).into())),
        "INT16" => fixed(bytes, elements, |all| Datum::Integer(i16::from_le_bytes(all).into())),
        "INT32" => fixed(bytes, elements, |all| Datum::Integer(i32::from_le_bytes(all).into())),
        "INT64" => fixed(bytes, elements, |all| Datum::Integer(i64::from_le_bytes(all))),
        "UINT8" => fixed(bytes, elements, |all| Datum::Integer(u8::from_le_bytes(all).into())),
        "UINT16" => fixed(bytes, elements, |all| Datum::Integer(u16::from_le_bytes(all).into())),
        "UINT32" => fixed(bytes, elements, |all| Datum::Integer(u32::from_le_bytes(all).into())),
        "UINT64" => fixed(bytes, elements, |all| Datum::Number(u64::from_le_bytes(all) as f64)),
        "FP32" => fixed(bytes, elements, |all| number(f32::from_le_bytes(all).into())),
        "FP64" => fixed(bytes, elements, |all| number(f64::from_le_bytes(all))),
        "BYTES" => texts(bytes, elements),
        other => Err(format!("expected a datatype of the protocol but FP16, found {other:?}")),
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
