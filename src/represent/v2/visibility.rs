//! Who sees a thing, as documents and writers say it.

use crate::{
    domain::{
        fault::{Fault, Faults, quoted},
        visibility::Visibility,
    },
    represent::input::Input,
};
use serde_json::Value;

/// The member.
pub const KEY: &str = "visibility";

/// What was sent; nothing if nothing was, which is no wish that everybody see it.
pub fn sent(value: &Value) -> Result<Option<Visibility>, Faults> {
    let mut input = Input::of(value)?;
    let visibility = read(&mut input);
    input.done(visibility)
}

/// The same among other members.
pub fn read(input: &mut Input<'_>) -> Option<Visibility> {
    let text = input.text(KEY)?;
    let found = text.parse().map_err(|()| Fault::at(format!("/{KEY}"), expected(), quoted(&text)).into());
    input.keep(found)
}

/// What is expected of a name.
pub fn expected() -> String {
    format!("one of {}", Visibility::ALL.map(Visibility::name).join(", "))
}

/// Refuses a model that more see than its dataset.
pub fn within(wanted: Visibility, dataset: Visibility) -> Result<(), Faults> {
    if wanted <= dataset {
        return Ok(());
    }
    let expected = format!("at most `{dataset}`, as the dataset is: a model tells what it learned from");
    Err(Fault::at(format!("/{KEY}"), expected, quoted(wanted.name())).into())
}
