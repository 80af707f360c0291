//! Permissions: role × action × kind × whose × visibility, in one table.
//!
//! Guards enforce it, documents and `OPTIONS` announce it.

use super::{Kind, visibility::Visibility};
use std::{fmt, str::FromStr};

/// What somebody may do, each including the ones before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, predicts, leaves messages.
    Reader,
    /// Writes articles and rows.
    Editor,
    /// Publishes datasets, revisions and models.
    Publisher,
    /// Keeps users, sees who calls what.
    Admin,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Role; 4] = [Role::Reader, Role::Editor, Role::Publisher, Role::Admin];

    /// The name used in documents, on the command line and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Editor => "editor",
            Role::Publisher => "publisher",
            Role::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Role, String> {
        let known = || "expected reader, editor, publisher or admin".to_string();
        Role::ALL.into_iter().find(|role| role.name() == name).ok_or_else(known)
    }
}

/// What can be done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// GET and HEAD, of the resource or of a collection of its kind.
    Read,
    /// POST to the collection, or PUT to a name that is free.
    Create,
    /// PUT.
    Replace,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// Who may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everybody, signed in or not.
    Nobody,
    /// Somebody signed in with at least this role.
    Role(Role),
}

/// Who may do `action` to a `kind`; `None` where there is no such thing.
pub fn need(kind: Kind, action: Action) -> Option<Need> {
    use Action::{Create, Delete, Patch, Read, Replace};
    use Need::{Nobody, Role as Least};
    Some(match (kind, action) {
        (Kind::Job | Kind::Token, Read) => Least(Role::Reader),
        (Kind::User | Kind::Usage, Read) => Least(Role::Admin),
        // Counted, not written.
        (Kind::Usage, _) => return None,
        (_, Read) => Nobody,
        // A calculation, not a change: nothing is kept.
        (Kind::Prediction, Create) => Nobody,
        (Kind::Prediction, _) => return None,
        (Kind::Article | Kind::Row, Create | Replace | Patch | Delete) => Least(Role::Editor),
        (Kind::Dataset | Kind::Model, Create | Patch | Delete) => Least(Role::Publisher),
        (Kind::Revision | Kind::Version, Create) => Least(Role::Publisher),
        (Kind::Dataset | Kind::Model | Kind::Revision | Kind::Version, _) => return None,
        (Kind::Message, Create) => Least(Role::Reader),
        // Whose: see [`whose`].
        (Kind::Message | Kind::Job | Kind::Token, Delete) => Least(Role::Reader),
        (Kind::Token, Create) => Least(Role::Reader),
        (Kind::Message | Kind::Job | Kind::Token, _) => return None,
        (Kind::User, Create | Patch | Delete) => Least(Role::Admin),
        (Kind::User, Replace) => return None,
    })
}

/// To whose things somebody may do something, once their role lets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// To everybody's.
    Everybodys,
    /// To their own; an administrator to everybody's.
    OwnUnlessAdmin,
    /// To their own alone.
    Own,
}

/// To whose things of a `kind` somebody may do `action`.
pub fn whose(kind: Kind, action: Action) -> Whose {
    match (kind, action) {
        (Kind::Token, _) => Whose::Own,
        (Kind::Job, _) | (Kind::Message, Action::Delete) => Whose::OwnUnlessAdmin,
        _ => Whose::Everybodys,
    }
}

/// Whether somebody of a role, or nobody known, may do `action` to a thing of a `kind`, their `own` or another's.
pub fn may(role: Option<Role>, action: Action, kind: Kind, own: bool) -> bool {
    let enough = match need(kind, action) {
        None => false,
        Some(Need::Nobody) => true,
        Some(Need::Role(least)) => role.is_some_and(|role| role >= least),
    };
    enough
        && match whose(kind, action) {
            Whose::Everybodys => true,
            Whose::OwnUnlessAdmin => own || role == Some(Role::Admin),
            Whose::Own => own,
        }
}

/// Whether somebody of a role, or nobody known, sees a thing at its address, their `own` or another's.
///
/// What is not seen is answered as if it were not there, whatever is asked of it.
pub fn sees(role: Option<Role>, own: bool, visibility: Visibility) -> bool {
    visibility != Visibility::Private || own || role == Some(Role::Admin)
}

/// Whether somebody who may change a thing may say who sees it.
pub fn may_show(role: Role, own: bool) -> bool {
    own || role == Role::Admin
}
