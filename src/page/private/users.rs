//! Users, for administrators.

use super::{Person, Private, moment, password, roles, text, tick};
use crate::{
    domain::{permission::Role, user::User},
    represent::link::{Base, Place},
};
use bytes::Bytes;
use maud::html;

/// Users by name, and the form for a new one of the name that was typed.
pub fn list(base: &Base, person: Person<'_>, users: &[User], name: &str, faults: &[String]) -> Bytes {
    let private = Private { base, place: &Place::AccountUsers, title: "Users", person: Some(person) };
    private.page(
        faults,
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
            (private.form(person, html! {
                (text("identifier", "Name", name, "off"))
                (roles("role", "Role", Role::Reader))
                (password("password", "Password", "new-password", None))
                div.full { button { "Add the user" } }
            }))
        },
    )
}

/// One user with the forms that change them.
pub fn one(base: &Base, person: Person<'_>, user: &User, faults: &[String]) -> Bytes {
    let place = Place::AccountUser(user.name.clone());
    let private = Private { base, place: &place, title: &user.name, person: Some(person) };
    private.page(
        faults,
        html! {
            h2 { "Role" }
            (private.form(person, html! {
                input type="hidden" name="revision" value=(user.revision);
                (roles("role", "Role", user.role))
                (tick("disabled", "May not sign in", user.disabled))
                div.full { button { "Change the user" } }
            }))
            h2 { "Another password" }
            p { "Every browser of theirs is signed out and every token revoked." }
            (private.form(person, html! {
                input type="hidden" name="revision" value=(user.revision);
                (password("password", "New password", "new-password", None))
                div.full { button { "Set the password" } }
            }))
        },
    )
}
