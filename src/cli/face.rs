//! What does every reading verb need to answer? The zone, the moment, the form, and the words for problems.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::wording::schedule::Describe;

/// Done, or everything covered (contract 3).
pub const DONE: u8 = 0;
/// A finding: a gap, nobody on call.
pub const FINDING: u8 = 1;
/// Wrong usage.
pub const USAGE: u8 = 2;
/// Could not tell; weighs more than a finding, since behind it anything may be hidden.
pub const COULD_NOT_TELL: u8 = 3;

/// In which form an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, in 80 columns.
    Text,
    /// One object, or one object a line for streams.
    Json,
}

/// What a verb needs besides the schedules.
#[derive(Clone, Copy)]
pub struct Face<'a> {
    /// The site's zone.
    pub zone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The form of the answer.
    pub format: Format,
    /// The words for problems.
    pub describe: Describe<'a>,
}
