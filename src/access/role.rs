//! What may each role do? The one table of rights.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What somebody is to this house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at the board: a wall screen, a neighbouring desk. Sees no number and no customer.
    Viewer,
    /// Is paged. Sees and answers the pages that ask them, and no other.
    Technician,
    /// Answers the telephone and pages.
    Agent,
    /// An agent who also answers for the others.
    Supervisor,
}

/// What can be asked of this house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Who is on call, the schedules with their gaps and ages, and that pages are open.
    Look,
    /// Telephone numbers and addresses in full.
    SeeNumbers,
    /// Pages with the customer's name, number and problem.
    ReadPages,
    /// To page, and to record what somebody reported.
    Page,
    /// To read and answer the pages that ask this person.
    AnswerOwnPages,
    /// The audit log.
    Audit,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Technician, Self::Agent, Self::Supervisor];

    /// Whether this role has a right.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Look => true,
            Right::SeeNumbers => self != Self::Viewer,
            Right::ReadPages | Right::Page => matches!(self, Self::Agent | Self::Supervisor),
            Right::AnswerOwnPages => self == Self::Technician,
            Right::Audit => self == Self::Supervisor,
        }
    }

    /// Its name in settings, commands and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Technician => "technician",
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: write viewer, technician, agent or supervisor")]
pub struct NoRole(pub String);

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        Self::ALL.into_iter().find(|role| role.word() == text).ok_or_else(|| NoRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_role_may() {
        let rights =
            [Right::Look, Right::SeeNumbers, Right::ReadPages, Right::Page, Right::AnswerOwnPages, Right::Audit];
        let table = Role::ALL.map(|role| (role.word(), rights.map(|right| role.may(right))));
        assert_eq!(
            table,
            [
                ("viewer", [true, false, false, false, false, false]),
                ("technician", [true, true, false, false, true, false]),
                ("agent", [true, true, true, true, false, false]),
                ("supervisor", [true, true, true, true, false, true]),
            ]
        );
        for role in Role::ALL {
            assert_eq!(role.word().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
