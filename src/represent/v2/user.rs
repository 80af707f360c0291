//! Users in version 2, and the reader's own account.

use super::{PageOf, collection, item, operable};
use crate::{
    domain::{
        fault::{Fault, Faults, quoted},
        password,
        permission::Role,
        user::{self, User},
    },
    represent::{
        Document,
        input::Input,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use serde_json::{Value, json};

const ROLES: &str = "reader, editor, publisher or admin";

/// The members that can be changed, and what each may be.
const MEMBERS: [(&str, &str); 3] = [("role", ROLES), ("disabled", "true or false"), ("password", "text")];

/// What an administrator decides of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The role.
    pub role: Role,
    /// Whether the user is refused.
    pub disabled: bool,
    /// A new password, normalised; `None` leaves it as it is, or the new user to sign in by token only.
    pub password: Option<String>,
}

/// The document of a user.
pub fn read(base: &Base, user: &User) -> Document {
    let mut document = item(base, &Place::User(user.name.clone()), "User", Subject::Private);
    document.at(&user.state(), user.created);
    document
        .set("identifier", user.name.clone())
        .set("role", user.role.name())
        .set("disabled", user.disabled)
        .set("dateCreated", moment(user.created))
        .link("collection", Place::Users.url(base));
    operable(&mut document, "User");
    document
}

/// A page of users.
pub fn list(base: &Base, users: &[User], page: &PageOf) -> Document {
    let members = users.iter().map(|user| read(base, user).embedded()).collect();
    collection(base, &Place::Users, "UserCollection", Subject::Private, page, members)
}

/// Who the reader is.
pub fn me(base: &Base, user: &User) -> Document {
    let mut document = item(base, &Place::Me, "Me", Subject::Private);
    document
        .set("identifier", user.name.clone())
        .set("role", user.role.name())
        .set("tokens", Place::Tokens.url(base))
        .set("jobs", Place::Jobs.url(base));
    operable(&mut document, "Me");
    document
}

/// A user to add: the name, and what is decided; `least` is the shortest password in characters.
///
/// Who is given no role becomes a reader.
pub fn parse(value: &Value, least: usize) -> Result<(String, Wanted), Faults> {
    let mut input = Input::of(value)?;
    input.without(&["owner", "created"]);
    let name = match input.member("identifier") {
        Some(Value::String(name)) => {
            let name = user::name_at("/identifier", name).map_err(Faults::from);
            input.keep(name).unwrap_or_default()
        }
        _ => input.required_text("identifier"),
    };
    let role = role(&mut input).unwrap_or(Role::Reader);
    let disabled = input.boolean("disabled").unwrap_or(false);
    let password = password(&mut input, least);
    input.done((name, Wanted { role, disabled, password }))
}

/// A user as changed from [`members`]: the name if it was sent, and what is decided.
///
/// Nothing that a user has can be taken away, only changed.
pub fn parse_changed(value: &Value, least: usize) -> Result<(Option<String>, Wanted), Faults> {
    let mut input = Input::of(value)?;
    input.without(&["owner", "created"]);
    // A password stands in `members` as null: there is none only where it was taken away.
    let removed = |key: &str| value.get(key).is_none_or(|value| value.is_null() && key != "password");
    for (key, expected) in MEMBERS.into_iter().filter(|(key, _)| removed(key)) {
        input.fault(Fault::at(input.pointer(key), expected, "nothing"));
    }
    let name = input.text("identifier");
    let role = role(&mut input).unwrap_or(Role::Reader);
    let disabled = input.boolean("disabled").unwrap_or(true);
    let password = password(&mut input, least);
    input.done((name, Wanted { role, disabled, password }))
}

fn role(input: &mut Input<'_>) -> Option<Role> {
    let text = input.text("role")?;
    input.keep(text.parse().map_err(|_| Fault::at("/role", ROLES, quoted(&text)).into()))
}

fn password(input: &mut Input<'_>, least: usize) -> Option<String> {
    match input.member("password")? {
        Value::String(text) => {
            input.keep(password::password_at("/password", text, least).map_err(Faults::from))
        }
        // Not quoted: it was meant as a password.
        _ => {
            input.fault(Fault::at("/password", "text", "something else"));
            None
        }
    }
}

/// The members that can be changed, as they stand; the password as null, since it is not shown.
pub fn members(user: &User) -> Value {
    json!({"role": user.role.name(), "disabled": user.disabled, "password": null})
}
