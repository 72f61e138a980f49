//! What is the answer to "who is on call at this instant"? The value that `resolve` gives and every face shows.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::shift::{Role, RowReference, ShiftKind};

/// Who is on call in one schedule at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// The instant asked for.
    pub at: DateTime<Utc>,
    /// What the answer amounts to.
    pub status: Status,
    /// The people, ordered by role, then by row.
    pub people: Vec<OnCallPerson>,
    /// The people of a required role, as a ladder's first rung needs them: indices into `people`.
    pub required: Vec<usize>,
    /// The next instant at which the people on call change, and who they are then.
    pub next: Option<NextChange>,
    /// Set when a required role has nobody: the hole around the instant.
    pub gap: Option<Hole>,
}

/// What an answer amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every required role has somebody, and no rows contradict each other.
    Covered,
    /// A required role has nobody.
    Gap,
    /// Two shift rows of one role, required or not, name different people: all are on call (contract 2.3 rule 5).
    Conflict,
    /// The schedule could not be read at all.
    Unusable,
}

/// One person on call, by one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCallPerson {
    /// The contact's name, or the name as written.
    pub name: Arc<str>,
    /// In which role.
    pub role: Role,
    /// E.164.
    pub phone: Option<Arc<str>>,
    /// Where e-mail reaches them.
    pub email: Option<Arc<str>>,
    /// Since when this row has been in force without a break.
    pub from: DateTime<Utc>,
    /// Until when it stays in force without a break.
    pub until: DateTime<Utc>,
    /// The row that says so.
    pub row: RowReference,
    /// Whether that row is an override.
    pub kind: ShiftKind,
}

/// The next change of the people on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextChange {
    /// When it happens.
    pub at: DateTime<Utc>,
    /// The people from then on; empty when nobody is.
    pub people: Vec<OnCallPerson>,
}

/// A span in which a required role has nobody; an open end reaches as far as the sheet does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Where it begins; `None` before the first row.
    pub from: Option<DateTime<Utc>>,
    /// Where it ends; `None` after the last row.
    pub until: Option<DateTime<Utc>>,
}
