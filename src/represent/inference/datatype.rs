//! Datatypes of tensors: their names, and which elements in JSON fit them.
//!
//! How elements are read, out of JSON and out of bytes, is in [`tensor`](super::tensor).

use crate::domain::fault::quoted;
use half::{bf16, f16};

/// What the elements of a tensor are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datatype {
    /// A truth value; a byte.
    Bool,
    /// A whole number of 8 bits, none below 0.
    Uint8,
    /// Of 16 bits, none below 0.
    Uint16,
    /// Of 32 bits, none below 0.
    Uint32,
    /// Of 64 bits, none below 0.
    Uint64,
    /// A whole number of 8 bits.
    Int8,
    /// Of 16 bits.
    Int16,
    /// Of 32 bits.
    Int32,
    /// Of 64 bits.
    Int64,
    /// A number of 16 bits (IEEE 754).
    Fp16,
    /// The upper half of a number of 32 bits.
    Bf16,
    /// A number of 32 bits.
    Fp32,
    /// A number of 64 bits.
    Fp64,
    /// A text.
    Bytes,
    /// Whatever stood in an array of objects: MLServer's codec for arrays calls that `BYTES`, and leaves numbers
    /// and truth values in it as they are.
    Objects,
}

/// MLServer's name for what its codec for arrays makes.
const ARRAY: &str = "np";

use Datatype::{
    Bf16, Bool, Bytes, Fp16, Fp32, Fp64, Int8, Int16, Int32, Int64, Objects, Uint8, Uint16, Uint32, Uint64,
};

/// Those that have a name of their own.
const NAMED: [(&str, Datatype); 14] = [
    ("BOOL", Bool),
    ("UINT8", Uint8),
    ("UINT16", Uint16),
    ("UINT32", Uint32),
    ("UINT64", Uint64),
    ("INT8", Int8),
    ("INT16", Int16),
    ("INT32", Int32),
    ("INT64", Int64),
    ("FP16", Fp16),
    ("BF16", Bf16),
    ("FP32", Fp32),
    ("FP64", Fp64),
    ("BYTES", Bytes),
];

impl Datatype {
    /// The datatype of that name, with what is said of its content; the reason if there is none.
    pub fn named(name: &str, content: Option<&str>) -> Result<Datatype, String> {
        let known = NAMED.iter().find(|(own, _)| *own == name).map(|(_, datatype)| *datatype);
        match known {
            Some(Bytes) if content == Some(ARRAY) => Ok(Objects),
            Some(datatype) => Ok(datatype),
            None => {
                let names = NAMED.map(|(name, _)| name).join(", ");
                Err(format!("expected one of the datatypes {names}, found {}", quoted(name)))
            }
        }
    }

    fn name(self) -> &'static str {
        NAMED.iter().find(|(_, datatype)| *datatype == self).map_or("BYTES", |(name, _)| *name)
    }

    /// What an element must be, as it stands after "expected".
    pub fn expected(self) -> String {
        let what = match (self, self.range()) {
            (_, Some((least, most))) => format!("a whole number from {least} to {most}"),
            (Bool, _) => "true or false".into(),
            (Fp16, _) => format!("a number within ±{}", f16::MAX),
            (Bf16 | Fp32 | Fp64, _) => "a number within its range".into(),
            (_, _) => "a text".into(),
        };
        format!("{what} ({})", self.name())
    }

    fn range(self) -> Option<(i128, i128)> {
        Some(match self {
            Uint8 => (0, u8::MAX.into()),
            Uint16 => (0, u16::MAX.into()),
            Uint32 => (0, u32::MAX.into()),
            Uint64 => (0, u64::MAX.into()),
            Int8 => (i8::MIN.into(), i8::MAX.into()),
            Int16 => (i16::MIN.into(), i16::MAX.into()),
            Int32 => (i32::MIN.into(), i32::MAX.into()),
            Int64 => (i64::MIN.into(), i64::MAX.into()),
            _ => return None,
        })
    }

    /// Whether a truth value fits.
    pub fn takes_truth(self) -> bool {
        matches!(self, Bool | Objects)
    }

    /// Whether a text fits.
    pub fn takes_text(self) -> bool {
        matches!(self, Bytes | Objects)
    }

    /// Whether a whole number fits.
    pub fn takes_whole(self, value: i128) -> bool {
        match self.range() {
            Some((least, most)) => (least..=most).contains(&value),
            None => self.takes_number(value as f64),
        }
    }

    /// Whether a number fits; it may be written with a point and be whole, and it may be rounded.
    pub fn takes_number(self, value: f64) -> bool {
        match self {
            Bool | Bytes => false,
            Fp16 => f16::from_f64(value).is_finite(),
            Bf16 => bf16::from_f64(value).is_finite(),
            Fp32 => (value as f32).is_finite(),
            Fp64 | Objects => true,
            _ => value.fract() == 0.0 && self.takes_whole(value as i128),
        }
    }
}
