//! Whom does a page reach for, in which order, and how long does each rung get? Carries out contract 5.3 (domain 1.7).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A way to reach a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message.
    Sms,
    /// A telephone call.
    Voice,
    /// An e-mail: a copy, never the alarm.
    Email,
}

/// One step of the site's ladder policy, as the settings write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Minutes after the page began at which the step is due when every earlier step had somebody.
    pub after_minutes: u32,
    /// `primary`, `next`, `leadership` or a role's name.
    pub to: String,
    /// The channels to use, in this order.
    pub channels: Vec<Channel>,
}

/// The rungs of one page, resolved when the page began and stored with it (contract 5.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// The rungs from the bottom.
    pub rungs: Vec<Rung>,
}

/// One rung: who is tried, how, and how long they get before the next rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// What the rung is called in words: `primary`, `secondary`, `leadership`, or the role as the sheet writes it.
    pub label: String,
    /// Seconds until the next rung; the last rung's wait ends in exhaustion.
    pub wait_s: u32,
    /// The channels to use, in this order.
    pub channels: Vec<Channel>,
    /// Whom to try; empty makes the rung one that is skipped at once, loudly.
    pub contacts: Vec<Contact>,
}

/// A person on a rung.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// When their shift ends, in UTC; `None` for people without shifts.
    pub until: Option<DateTime<Utc>>,
}
