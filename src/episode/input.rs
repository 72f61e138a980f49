//! What may the world report to a page?

use chrono::{DateTime, Utc};

use super::event::{Attempt, Basis, Heard, Opened, Said, Via};
use super::outcome::Report;
use crate::decision::ladder::Ladder;

/// Something the engine, a provider or a person reports about one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// An agent opens the page. `told_at` is when the customer was promised a call, if they were.
    Open {
        /// How it begins.
        opened: Opened,
        /// When the customer was told "within an hour".
        told_at: Option<DateTime<Utc>>,
    },
    /// An agent asks for another round of the ladder.
    Again {
        /// The freshly resolved ladder.
        ladder: Ladder,
        /// What it is based on.
        basis: Basis,
        /// Who asks.
        by: String,
    },
    /// The engine is about to make this attempt, which `plan` named.
    Start(Attempt),
    /// The provider answered the attempt.
    Finished {
        /// The attempt's id.
        attempt: String,
        /// What the provider said.
        report: Report,
    },
    /// The provider was asked what became of the attempt.
    Receipt {
        /// The attempt's id.
        attempt: String,
        /// What the provider said.
        report: Report,
    },
    /// A person says "I have it".
    Acknowledge(Said),
    /// A person says "I cannot".
    Decline(Said),
    /// A person reports that the customer was reached.
    CalledBack(Said),
    /// A text came back that means this page (see `reply::bind`): does what it says, and owes its sender an answer.
    Reply {
        /// The reply; `meant` is what it says.
        heard: Heard,
        /// How it came in.
        via: Via,
    },
    /// A person whom the page asks has blocked texts to their number.
    OptOut {
        /// The number, E.164.
        phone: String,
    },
    /// A person lets texts to their number through again.
    OptIn {
        /// The number, E.164.
        phone: String,
    },
    /// An agent withdraws the page.
    Cancel(Said),
    /// Time passed: record the facts that are due (`plan` named them).
    Tick,
}
