//! A request as it is sent: tensors in JSON are left as text until it is known how many elements they may have.

use super::tensor::DEEPEST;
use crate::domain::column::MOST_COLUMNS;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{fmt, marker::PhantomData};

/// Outputs that there are.
const MOST_OUTPUTS: usize = 3;

/// A request.
#[derive(Deserialize)]
pub struct Sent<'s> {
    /// Its name.
    pub id: Option<String>,
    /// What is said of all outputs.
    #[serde(default)]
    pub parameters: Parameters,
    /// The tensors, those in bytes in the order of their bytes.
    #[serde(borrow, deserialize_with = "few::<_, _, MOST_COLUMNS>")]
    pub inputs: Vec<Tensor<'s>>,
    /// The outputs that are wanted; some of them if none is named.
    #[serde(default, deserialize_with = "few::<_, _, MOST_OUTPUTS>")]
    pub outputs: Vec<Wanted>,
}

/// A tensor.
#[derive(Deserialize)]
pub struct Tensor<'s> {
    /// The feature, or that it holds all.
    pub name: String,
    /// Its dimensions.
    #[serde(deserialize_with = "few::<_, _, DEEPEST>")]
    pub shape: Vec<u64>,
    /// What its elements are.
    pub datatype: String,
    /// How many bytes it has, if they are not here.
    #[serde(default)]
    pub parameters: Parameters,
    /// Its elements.
    #[serde(borrow)]
    pub data: Option<&'s RawValue>,
}

/// An output that is wanted.
#[derive(Deserialize)]
pub struct Wanted {
    /// Which.
    pub name: String,
    /// How.
    #[serde(default)]
    pub parameters: Parameters,
}

/// Those of the protocol's parameters that mean something here.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Bytes of a tensor that stand behind the JSON.
    pub binary_data_size: Option<usize>,
    /// What MLServer says of the elements of a tensor.
    pub content_type: Option<String>,
    /// Whether an output is wanted as bytes.
    pub binary_data: Option<bool>,
    /// Whether all are.
    pub binary_data_output: Option<bool>,
    /// An extension that there is not.
    pub classification: Option<IgnoredAny>,
}

/// A list of at most so many.
fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>, const MOST: usize>(
    json: D,
) -> Result<Vec<T>, D::Error> {
    json.deserialize_seq(Few::<T, MOST>(PhantomData))
}

struct Few<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Few<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut few = Vec::new();
        while let Some(item) = items.next_element()? {
            if few.len() == MOST {
                return Err(A::Error::custom(format!("expected a list of at most {MOST}, found more")));
            }
            few.push(item);
        }
        Ok(few)
    }
}
