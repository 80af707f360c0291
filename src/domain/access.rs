//! Whose a thing is, and so who sees it.

use super::{permission, user::User, visibility::Visibility};

/// Whose a thing is, and who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Number of the user whose it is; `None` of what has nobody's.
    pub owner: Option<i64>,
    /// Who sees it.
    pub visibility: Visibility,
}

impl Access {
    /// Whether it is that user's.
    pub fn is_of(&self, user: &User) -> bool {
        self.owner == Some(user.id)
    }

    /// Whether somebody, or nobody known, sees it at its address.
    pub fn is_seen_by(&self, user: Option<&User>) -> bool {
        let own = user.is_some_and(|user| self.is_of(user));
        permission::sees(user.map(|user| user.role), own, self.visibility)
    }
}
