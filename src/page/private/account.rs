//! What is one's own: password, sessions, tokens.

use super::{
    Person, Private, Typed,
    field::{Field, Kind},
    moment,
};
use crate::{
    domain::{session::Session, token::Token, user::User, visibility::Visibility},
    page::faults::Faults,
    represent::link::{Base, Place},
};
use bytes::Bytes;
use maud::{Markup, html};

/// Something that not everybody sees: where it is, what it is called, who sees it.
pub type Hidden = (Place, String, Visibility);

/// The overview; `administers` shows what administrators have.
pub fn overview(base: &Base, person: Person<'_>, user: &User, hidden: &[Hidden], administers: bool) -> Bytes {
    let private = Private { base, place: &Place::Account, title: "Account", person: Some(person) };
    let own = [
        (Place::AccountPassword, "Change the password"),
        (Place::AccountSessions, "Browsers that are signed in"),
        (Place::AccountTokens, "Tokens for programs"),
        (Place::Jobs, "Jobs"),
    ];
    let all =
        [(Place::AccountUsers, "Users"), (Place::AccountAudit, "What was changed"), (Place::Usage, "Usage")];
    private.page(
        &[],
        html! {
            p { "You are " b { (user.name) } ", with the role " b { (user.role) } "." }
            ul { @for (place, title) in &own { li { a href=(place.url(base)) { (title) } } } }
            @if !hidden.is_empty() {
                h2 { "Not for everybody to see" }
                ul {
                    @for (place, title, visibility) in hidden {
                        li { a href=(place.url(base)) { (title) } " (" (visibility) ")" }
                    }
                }
            }
            @if administers {
                h2 { "Administration" }
                ul { @for (place, title) in &all { li { a href=(place.url(base)) { (title) } } } }
            }
        },
    )
}

/// The form for another password of at least so many characters.
pub fn passwords(base: &Base, person: Person<'_>, least: usize, typed: Typed<'_>) -> Bytes {
    let mut faults = Faults::of(typed.problem);
    let place = Place::AccountPassword;
    let private = Private { base, place: &place, title: "Change the password", person: Some(person) };
    let hint = format!("At least {least} characters; a sentence is easier to keep than a riddle");
    let current = Field::needed("current", "Current password", "", Kind::Password("current-password"));
    let new = Field { hint, ..Field::new_password("new", "New password") };
    let again = Field::new_password("again", "New password again");
    let fields = html! { (current.show(&mut faults)) (new.show(&mut faults)) (again.show(&mut faults)) };
    private.page(
        &faults.summary(),
        html! {
            p { "Every other browser is signed out and every token revoked: whoever knew the old password is out." }
            (private.form(person, html! {
                // For password managers: whose password it is.
                input type="hidden" name="username" autocomplete="username" value=(person.name);
                (fields)
                div.full { button { "Change the password" } }
            }))
        },
    )
}

/// The sessions of somebody, of whom `own` is the one that asks.
pub fn sessions(base: &Base, person: Person<'_>, sessions: &[Session], own: i64) -> Bytes {
    let place = Place::AccountSessions;
    let private = Private { base, place: &place, title: "Browsers that are signed in", person: Some(person) };
    let row = |session: &Session| {
        html! {
            tr {
                td { @if session.agent.is_empty() { "unnamed" } @else { (session.agent) } }
                td { (moment(session.created)) }
                td { (moment(session.used)) }
                td { (moment(session.expires)) }
                td { @if session.id == own { "this one" } @else { (end(&private, person, session.id)) } }
            }
        }
    };
    private.page(
        &[],
        html! {
            div.scroll tabindex="0" role="region" aria-label="Browsers" {
                table {
                    thead { tr { th scope="col" { "Browser" } th scope="col" { "Signed in" } th scope="col" { "Used" }
                        th scope="col" { "Ends" } th scope="col" { "Sign out" } } }
                    tbody { @for session in sessions { (row(session)) } }
                }
            }
            @if sessions.len() > 1 {
                (private.form(person, html! {
                    input type="hidden" name="end" value="others";
                    div { button { "Sign out all others" } }
                }))
            }
        },
    )
}

fn end(private: &Private<'_>, person: Person<'_>, id: i64) -> Markup {
    html! {
        form method="post" action=(private.place.url(private.base)) {
            (super::token(person.token))
            input type="hidden" name="end" value=(id);
            button.quiet { "Sign out" }
        }
    }
}

/// The tokens of somebody; `made` is the text of one that was made just now, which is shown this once. The form is
/// good for one, by the text `once`.
pub fn tokens(
    base: &Base,
    person: Person<'_>,
    tokens: &[Token],
    made: Option<&str>,
    once: &str,
    typed: Typed<'_>,
) -> Bytes {
    let mut faults = Faults::of(typed.problem);
    let scope = "May at most what this role may";
    let fields = html! {
        (Field::needed("name", "What it is for", typed.text("name", ""), Kind::Line).show(&mut faults))
        (Field::needed("days", "Days for which it is good", typed.text("days", "90"), Kind::Number).show(&mut faults))
        (Field::role("scope", scope, typed.text("scope", "reader")).show(&mut faults))
    };
    let place = Place::AccountTokens;
    let private = Private { base, place: &place, title: "Tokens for programs", person: Some(person) };
    private.page(
        &faults.summary(),
        html! {
            @if let Some(made) = made {
                div.card role="status" {
                    h2 { "Copy the token now" }
                    p { "It is shown this once: only what stands for it is kept." }
                    pre { code { (made) } }
                }
            }
            p { "A program sends a token in " code { "Authorization: Bearer" }
                ", and may then do what you may, as far as the role of the token goes." }
            @if tokens.is_empty() { p { "There is none." } } @else { (token_table(&private, person, tokens)) }
            h2 { "A new token" }
            (private.form(person, html! {
                (super::once(Some(once)))
                (fields)
                div.full { button { "Make a token" } }
            }))
        },
    )
}

fn token_table(private: &Private<'_>, person: Person<'_>, tokens: &[Token]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Tokens" {
            table {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Made" } th scope="col" { "Good until" }
                    th scope="col" { "May at most" } th scope="col" { "Used" } th scope="col" { "Revoke" } } }
                tbody { @for token in tokens { tr {
                    td { (token.name) }
                    td { (moment(token.created)) }
                    td { @match token.expires { Some(end) => (moment(end)), None => "for good" } }
                    td { @match token.scope { Some(scope) => (scope), None => "all that you may" } }
                    td { @match token.used { Some(used) => (moment(used)), None => "not yet" } }
                    td { @if token.revoked.is_some() { "revoked" } @else {
                        form method="post" action=(private.place.url(private.base)) {
                            (super::token(person.token))
                            input type="hidden" name="revoke" value=(token.id);
                            button.quiet { "Revoke" }
                        }
                    } }
                } } }
            }
        }
    }
}
