//! Strict JSON (RFC 8259, and I-JSON's rule of unique names, RFC 7493 §2.3) for what is sent to us.
//!
//! Two values for one key mean different things to different readers, so they are refused; depth is
//! bounded, since everything that walks a document does so recursively.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Objects and lists inside each other.
pub const DEEPEST: usize = 32;

/// Characters of a number: an f64 written out in full has 1,075 digits at most, and nobody writes those.
const LONGEST_NUMBER: usize = 400;

/// Why bytes are no document: what was expected, what came, line and column.
#[derive(Debug)]
pub struct Malformed(serde_json::Error);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "body: expected a JSON document, found: {}", self.0)
    }
}

impl std::error::Error for Malformed {}

/// The document.
pub fn parse(bytes: &[u8]) -> Result<Value, Malformed> {
    if has_long_number(bytes) {
        let said = format!("a number of more than {LONGEST_NUMBER} characters");
        return Err(Malformed(serde_json::Error::custom(said)));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(Malformed)?;
    reader.end().map_err(Malformed)?;
    Ok(value)
}

/// Whether a number is longer than any that means something; digits in a text do not count.
fn has_long_number(bytes: &[u8]) -> bool {
    let (mut in_text, mut escaped, mut length) = (false, false, 0);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E' if !in_text => {
                length += 1;
                if length > LONGEST_NUMBER {
                    return true;
                }
                continue;
            }
            _ => {}
        }
        length = 0;
    }
    false
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Strict, E> {
        if self.depth < DEEPEST {
            return Ok(Strict { depth: self.depth + 1 });
        }
        Err(E::custom(format!("expected at most {DEEPEST} levels, found more")))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("expected a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format!("expected each key once, found {key:?} twice")));
            }
            let value = members.next_value_seed(inner)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
