//! Who asks?

use super::role::{Right, Role};

/// Somebody who has proved who they are. Nobody is no caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their name, as logs and pages show it.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Their name in the contacts, where they are a technician.
    pub person: Option<String>,
    /// How they proved it.
    pub way: Way,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// A named API token in the request.
    Token,
    /// The header of a trusted reverse proxy.
    Header,
    /// A session that began with a password of the house.
    Password,
    /// A session that began with single sign-on.
    SingleSignOn,
    /// A session that began with an API token, as a wall screen's does.
    TokenSession,
    /// The link of a message, which answers one page for one person.
    Link,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 6] =
        [Self::Token, Self::Header, Self::Password, Self::SingleSignOn, Self::TokenSession, Self::Link];

    /// Its name in the audit log and the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Header => "header",
            Self::Password => "password",
            Self::SingleSignOn => "single-sign-on",
            Self::TokenSession => "token-session",
            Self::Link => "link",
        }
    }

    /// The way of that name.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }

    /// Whether a browser sends the proof by itself, so that another site could make it do so.
    pub fn is_ambient(self) -> bool {
        !matches!(self, Self::Token | Self::Link)
    }
}

impl Caller {
    /// Whether they have a right.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}
