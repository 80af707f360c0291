//! The reader's tokens in version 2.

use super::{PageOf, collection, item, operable};
use crate::{
    domain::{
        fault::{Fault, Faults, quoted},
        permission::Role,
        token::Token,
    },
    represent::{
        Document,
        input::Input,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

/// Days that a token lives unless its owner says otherwise.
const DAYS: i64 = 90;

/// The document of a token; `text` only in the answer that made it.
pub fn read(base: &Base, token: &Token, text: Option<&str>) -> Document {
    let subject = if text.is_some() { Subject::Passing } else { Subject::Private };
    let mut document = item(base, &Place::Token(token.id.to_string()), "Token", subject);
    document.at(&token.state(), token.created);
    document
        .set("identifier", token.id.to_string())
        .set("name", token.name.clone())
        .maybe("token", text)
        .set("dateCreated", moment(token.created))
        .maybe("scope", token.scope.map(Role::name))
        .maybe("expires", token.expires.map(moment))
        .maybe("revokedAt", token.revoked.map(moment))
        .link("collection", Place::Tokens.url(base));
    operable(&mut document, "Token");
    document
}

/// A page of tokens.
pub fn list(base: &Base, tokens: &[Token], page: &PageOf) -> Document {
    let members = tokens.iter().map(|token| read(base, token, None).embedded()).collect();
    collection(base, &Place::Tokens, "TokenCollection", Subject::Private, page, members)
}

/// A token that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is for.
    pub name: String,
    /// Until when it is good.
    pub expires: DateTime<Utc>,
    /// What it may do at most; `None`: all that its owner may now.
    pub scope: Option<Role>,
}

/// A token that somebody asks for.
pub fn parse(value: &Value, now: DateTime<Utc>) -> Result<Wanted, Faults> {
    let mut input = Input::of(value)?;
    input.without_control();
    // A token that somebody believes to be weak must not be strong.
    input.without(&["scopes", "role"]);
    let scope = input.text("scope").and_then(|text| {
        let fault = || Fault::at("/scope", "reader, editor, publisher or admin", quoted(&text));
        input.keep(text.parse().map_err(|_| fault().into()))
    });
    let name = input.text("name").unwrap_or_else(|| "token".into());
    if name.is_empty() || name.chars().count() > 100 || name.contains('\0') {
        input.fault(Fault::at("/name", "1 to 100 characters", quoted(&name)));
    }
    let expires = match input.text("expires") {
        None => now + Duration::days(DAYS),
        Some(text) => match DateTime::parse_from_rfc3339(&text) {
            Ok(end) if end > now => end.with_timezone(&Utc),
            _ => {
                input.fault(Fault::at("/expires", "a moment in the future (RFC 3339)", quoted(&text)));
                now
            }
        },
    };
    input.done(Wanted { name, expires, scope })
}
