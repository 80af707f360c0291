//! The page on which somebody signs in.

use super::{Private, password, text, tick};
use crate::represent::link::{Base, Place};
use bytes::Bytes;
use maud::{Markup, html};

/// What the page says besides its fields.
#[derive(Debug, Clone, Default)]
pub struct SignIn<'a> {
    /// Path to which it leads, and below which everything is.
    pub target: &'a str,
    /// The name that was typed.
    pub name: &'a str,
    /// What was wrong.
    pub faults: Vec<String>,
    /// Whether no browser can be signed in over this connection.
    pub insecure: bool,
    /// Whether nobody can administer the site yet.
    pub without_administrator: bool,
}

/// The page.
pub fn page(base: &Base, sign_in: &SignIn<'_>) -> Bytes {
    let place = Place::SignIn;
    let private = Private { base, place: &place, title: "Sign in", person: None };
    private.page(
        &sign_in.faults,
        html! {
            @if sign_in.without_administrator { (first_steps()) }
            @if sign_in.insecure { (insecure(base)) } @else { (form(base, sign_in)) }
        },
    )
}

fn form(base: &Base, sign_in: &SignIn<'_>) -> Markup {
    html! {
        form.fields.card method="post" action=(Place::SignIn.url(base)) {
            input type="hidden" name="return" value=(sign_in.target);
            (text("name", "Name", sign_in.name, "username"))
            (password("password", "Password", "current-password"))
            (tick("keep", "Keep me signed in", false))
            div.full { button { "Sign in" } }
        }
    }
}

/// The first administrator is made where nobody else can be first.
fn first_steps() -> Markup {
    html! {
        div.card {
            h2 { "This site has no administrator yet" }
            p { "Whoever runs it adds one on the machine itself:" }
            pre { code { "almanac user add NAME --role admin" } }
            p { "There is no password by default." }
        }
    }
}

fn insecure(base: &Base) -> Markup {
    html! {
        div.card {
            h2 { "Nobody can sign in here" }
            p {
                "This site is reached at " code { (base.join("")) } ", without encryption: whoever listens on the way "
                "could take what your browser is given to stay signed in, and be you."
            }
            p {
                "Whoever runs it puts it behind a proxy with TLS and sets " code { "public_url" } " to the address that "
                "begins with " code { "https://" } ". On the machine itself " code { "http://localhost" } " works too."
            }
        }
    }
}
