//! Users in version 2, and the reader's own account.

use super::{PageOf, collection, item, operable};
use crate::{
    domain::{
        fault::{Fault, Faults, quoted},
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

/// What an administrator sends to add or change a user.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The name; only when adding.
    pub name: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// Whether the user is refused.
    pub disabled: Option<bool>,
    /// A new password, normalised.
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

/// What an administrator sent; `least` is the shortest password in characters.
pub fn parse(value: &Value, least: usize) -> Result<Wanted, Faults> {
    let mut input = Input::of(value)?;
    let name = input.text("identifier").or_else(|| input.text("name"));
    let name = name.and_then(|name| input.keep(user::name_at("/identifier", &name).map_err(Faults::from)));
    let password = input.text("password");
    let password = password
        .and_then(|text| input.keep(user::password_at("/password", &text, least).map_err(Faults::from)));
    let role = input.text("role").and_then(|text| {
        let expected = "reader, editor, publisher or admin";
        input.keep(text.parse().map_err(|_| Fault::at("/role", expected, quoted(&text)).into()))
    });
    let disabled = input.boolean("disabled");
    input.done(Wanted { name, role, disabled, password })
}

/// The members that can be patched, as they stand.
pub fn members(user: &User) -> Value {
    json!({"role": user.role.name(), "disabled": user.disabled})
}
