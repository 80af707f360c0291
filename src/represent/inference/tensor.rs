//! Tensors: their elements, out of JSON and out of bytes.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Dimensions of data in JSON that is nested.
const DEEPEST: usize = 8;

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

/// The elements of a tensor in JSON, nested or flat, in row-major order.
#[derive(Debug, Default)]
pub struct Data(pub Vec<Datum>);

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Data, D::Error> {
        let mut all = Vec::new();
        Element { all: &mut all, depth: 0 }.deserialize(json)?;
        Ok(Data(all))
    }
}

struct Element<'a> {
    all: &'a mut Vec<Datum>,
    depth: usize,
}

impl Element<'_> {
    fn is<E>(self, datum: Datum) -> Result<(), E> {
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

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.is(Datum::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.is(Datum::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.is(i64::try_from(value).map_or(Datum::Number(value as f64), Datum::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.is(Datum::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.is(Datum::Text(value.into()))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.is(Datum::Missing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.depth == DEEPEST {
            return Err(A::Error::custom(format!("expected at most {DEEPEST} lists in each other")));
        }
        while items.next_element_seed(Element { all: &mut *self.all, depth: self.depth + 1 })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("expected numbers, truth values or texts, found an object"))
    }
}

/// The elements in the bytes of a tensor of that type; the reason if they are none.
pub fn decoded(datatype: &str, bytes: &[u8]) -> Result<Vec<Datum>, String> {
    let number = |value: f64| if value.is_nan() { Datum::Missing } else { Datum::Number(value) };
    match datatype {
        "BOOL" => fixed(bytes, |[byte]: [u8; 1]| Datum::Boolean(byte != 0)),
        "INT8" => fixed(bytes, |all| Datum::Integer(i8::from_le_bytes(all).into())),
        "INT16" => fixed(bytes, |all| Datum::Integer(i16::from_le_bytes(all).into())),
        "INT32" => fixed(bytes, |all| Datum::Integer(i32::from_le_bytes(all).into())),
        "INT64" => fixed(bytes, |all| Datum::Integer(i64::from_le_bytes(all))),
        "UINT8" => fixed(bytes, |all| Datum::Integer(u8::from_le_bytes(all).into())),
        "UINT16" => fixed(bytes, |all| Datum::Integer(u16::from_le_bytes(all).into())),
        "UINT32" => fixed(bytes, |all| Datum::Integer(u32::from_le_bytes(all).into())),
        "UINT64" => fixed(bytes, |all| Datum::Number(u64::from_le_bytes(all) as f64)),
        "FP32" => fixed(bytes, |all| number(f32::from_le_bytes(all).into())),
        "FP64" => fixed(bytes, |all| number(f64::from_le_bytes(all))),
        "BYTES" => texts(bytes),
        other => Err(format!("expected a datatype of the protocol but FP16, found {other:?}")),
    }
}

fn fixed<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> Datum) -> Result<Vec<Datum>, String> {
    let (all, rest) = bytes.as_chunks::<N>();
    match rest {
        [] => Ok(all.iter().map(|one| read(*one)).collect()),
        _ => Err(format!("expected a multiple of {N} bytes, found {}", bytes.len())),
    }
}

fn texts(mut bytes: &[u8]) -> Result<Vec<Datum>, String> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (text, rest) = rest.split_at_checked(length).ok_or("expected whole texts, found the end")?;
        let text = str::from_utf8(text).map_err(|_| "expected texts in UTF-8, found other bytes")?;
        texts.push(Datum::Text(text.into()));
        bytes = rest;
    }
    if bytes.is_empty() { Ok(texts) } else { Err("expected whole texts, found the end".into()) }
}
