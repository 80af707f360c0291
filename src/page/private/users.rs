//! Users, for administrators.

use super::{
    Person, Private, Typed,
    field::{Field, Kind},
    moment, tick,
};
use crate::{
    domain::user::User,
    page::faults::Faults,
    represent::link::{Base, Place},
};
use bytes::Bytes;
use maud::html;

/// Users by name, and the form for a new one.
pub fn list(base: &Base, person: Person<'_>, users: &[User], typed: Typed<'_>) -> Bytes {
    let mut faults = Faults::of(typed.problem);
    let fields = html! {
        (Field::needed("identifier", "Name", typed.text("identifier", ""), Kind::Line).show(&mut faults))
        (Field::role("role", "Role", typed.text("role", "reader")).show(&mut faults))
        (Field::new_password("password", "Password").show(&mut faults))
        div.full { button { "Add the user" } }
    };
    let private = Private { base, place: &Place::AccountUsers, title: "Users", person: Some(person) };
    private.page(
        &faults.summary(),
        html! {
            div.scroll tabindex="0" role="region" aria-label="Users" {
                table {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Added" }
                        th scope="col" { "Signs in" } } }
                    tbody { @for user in users { tr {
                        td { a href=(Place::AccountUser(user.name.clone()).url(base)) { (user.name) } }
                        td { (user.role) }
                        td { (moment(user.created)) }
                        td { @if user.disabled { "no" } @else { "yes" } }
                    } } }
                }
            }
            h2 { "A new user" }
            (private.form(person, fields))
        },
    )
}

/// One user with the forms that change them.
pub fn one(base: &Base, person: Person<'_>, user: &User, typed: Typed<'_>) -> Bytes {
    let mut faults = Faults::of(typed.problem);
    let role = Field::role("role", "Role", typed.text("role", user.role.name())).show(&mut faults);
    let disabled = typed.values["disabled"].as_bool().unwrap_or(user.disabled);
    let password = Field::new_password("password", "New password").show(&mut faults);
    let place = Place::AccountUser(user.name.clone());
    let private = Private { base, place: &place, title: &user.name, person: Some(person) };
    private.page(
        &faults.summary(),
        html! {
            h2 { "Role" }
            (private.form(person, html! {
                input type="hidden" name="revision" value=(user.revision);
                (role)
                (tick("disabled", "May not sign in", disabled))
                div.full { button { "Change the user" } }
            }))
            h2 { "Another password" }
            p { "Every browser of theirs is signed out and every token revoked." }
            (private.form(person, html! {
                input type="hidden" name="revision" value=(user.revision);
                (password)
                div.full { button { "Set the password" } }
            }))
        },
    )
}
