//! Users, the reader's own account, and tokens.

use super::{
    collection::{PAGE, PER_PAGE, class, collection},
    shared::{CREATED, NUMBERED},
};
use crate::{
    domain::{Kind, permission::Role},
    represent::class::{
        Bounds, Class, Property,
        Range::{Boolean, DateTime, Link, Text},
        operation::{delete, get, patch, post},
        property::{must, set, shown},
    },
};

fn roles() -> Vec<&'static str> {
    Role::ALL.map(Role::name).into()
}

const ROLE: Property = set("role", "almanac:role", Text, "What they may do.").of(Bounds::Among(roles));
const USER_NAME: Property = must("identifier", "schema:identifier", Text, "Their name.")
    .of(Bounds::Pattern("^[a-z0-9][a-z0-9_-]{0,63}$"))
    .once()
    .always();

/// The classes.
pub const CLASSES: &[Class] = &[
    class!(
        "Me",
        ["schema:Person"],
        "Account",
        [
            shown("identifier", "schema:identifier", Text, "The reader's name.").always(),
            shown("role", "almanac:role", Text, "What the reader may do.").of(Bounds::Among(roles)).always(),
            shown("tokens", "almanac:tokens", Link("TokenCollection"), "The reader's tokens.").always(),
            shown("jobs", "almanac:jobs", Link("JobCollection"), "The reader's jobs.").always(),
        ],
        [get("Read who one is", Kind::Token, "Me")]
    ),
    collection!(
        "TokenCollection",
        "Tokens",
        "Token",
        [],
        [
            get("List one's tokens", Kind::Token, "TokenCollection").with(&[PAGE, PER_PAGE]),
            post("Make a token", Kind::Token, "Token", "Token"),
        ]
    ),
    class!(
        "Token",
        [],
        "Token",
        [
            NUMBERED,
            set("name", "schema:name", Text, "What it is for.").of(Bounds::Length(1, 100)),
            shown("token", "almanac:token", Text, "The token itself; only in the answer that made it."),
            CREATED,
            set(
                "scope",
                "almanac:scope",
                Text,
                "The role whose rights it has at most; its owner's still counts."
            )
            .of(Bounds::Among(roles)),
            set("expires", "schema:expires", DateTime, "Until when it is good; in the future."),
            shown("revokedAt", "almanac:revokedAt", DateTime, "When it was revoked."),
        ],
        [get("Read the token", Kind::Token, "Token"), delete("Revoke the token", Kind::Token)]
    ),
    collection!(
        "UserCollection",
        "Users",
        "User",
        [],
        [
            get("List users", Kind::User, "UserCollection").with(&[PAGE, PER_PAGE]),
            post("Add a user", Kind::User, "User", "User"),
        ]
    ),
    class!(
        "User",
        ["schema:Person"],
        "User",
        [
            USER_NAME,
            ROLE.always(),
            set("disabled", "almanac:disabled", Boolean, "Whether their credentials are refused.").always(),
            CREATED,
            set("password", "almanac:password", Text, "A new password; never shown.")
                .of(Bounds::Pattern("^[\\s\\S]{15,1024}$")),
        ],
        [
            get("Read the user", Kind::User, "User"),
            patch("Change the user", Kind::User, "User"),
            delete("Delete the user", Kind::User),
        ]
    ),
];
