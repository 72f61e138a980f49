//! What does the board show? Values alone, made of schedules and pages at one instant; the face draws them.
//!
//! `duty` is who is on call now and next in one schedule, `case` one page and its promise, `outlook` what the coming
//! days leave open. A board of the same minute, of the same pages and readings is the same value, so whoever sends it
//! around knows when nothing changed.

pub mod case;
pub mod duty;
pub mod outlook;

use std::sync::Arc;

use chrono::{DateTime, Timelike, Utc};

use crate::decision::ladder::Contact;
use crate::episode::statistics::{Month, MonthName};
use crate::proof::drilled::Drilled;
use case::{Case, Settled};
use duty::Duty;
use outlook::Outlook;

/// The whole board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The minute that it shows.
    pub at: DateTime<Utc>,
    /// Who is on call, one entry a schedule, in the order of the settings.
    pub duties: Vec<Duty>,
    /// The schedules that were not read yet, by their names.
    pub unread: Vec<String>,
    /// Whom to ask when nobody is on call.
    pub leadership: Vec<Contact>,
    /// The open pages, oldest first.
    pub cases: Vec<Case>,
    /// The pages that were settled in the last hours, newest first.
    pub settled: Vec<Settled>,
    /// What the coming days leave open; `None` before the first reading.
    pub outlook: Option<Arc<Outlook>>,
    /// Whose texts are blocked with STOP.
    pub blocked: Vec<BlockedPerson>,
    /// Who did not say yes in their last drill.
    pub unproved: Vec<Drilled>,
    /// This month and the last.
    pub months: [(MonthName, Month); 2],
    /// Whether pages of these months are still to be counted.
    pub counting: bool,
    /// Since when and why the page log cannot be read; what is shown of pages is older then.
    pub fault: Option<Fault>,
}

/// Somebody whose texts are blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedPerson {
    /// Their name.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Why the page log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What the store said.
    pub reason: String,
}

/// An instant without its seconds: what is counted in minutes stays the same for one.
pub fn minute_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at)
}
