//! What may happen to a page? The append-only log's vocabulary: facts without customer data.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::outcome::Report;
use crate::decision::Answers;
use crate::decision::ladder::{Channel, Contact, Ladder};

/// One line of a page's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The place in the log, from 1 without holes.
    pub seq: u32,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: Event,
}

/// A fact about a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The page began.
    Opened(Opened),
    /// Another round of the ladder began, freshly resolved (contract 5.8).
    RoundStarted {
        /// The ladder of this round.
        ladder: Ladder,
        /// What it is based on.
        basis: Basis,
        /// Who asked for it.
        by: String,
    },
    /// A rung without anybody to try was left at once.
    RungSkipped {
        /// The rung's index in the ladder.
        rung: usize,
    },
    /// The climb reached the next rung.
    Escalated {
        /// The index of the rung that begins.
        rung: usize,
        /// Why the rung before ended.
        reason: EscalationReason,
    },
    /// An attempt is about to be made: on disk before its provider is called (contract 5.1).
    AttemptStarted(Attempt),
    /// The provider answered, or the answer is known never to come.
    AttemptFinished {
        /// The attempt's id.
        attempt: String,
        /// What the provider said.
        report: Report,
    },
    /// The provider was asked again what became of an attempt, and its word changed.
    ReceiptArrived {
        /// The attempt's id.
        attempt: String,
        /// What the provider said.
        report: Report,
    },
    /// A person said "I have it".
    Acknowledged(Said),
    /// A person said "I cannot".
    Declined(Said),
    /// A text came back that means this page, and its sender is owed an answer. Stands in one transaction with what it
    /// changed, so that neither is lost without the other.
    Heard(Heard),
    /// A person blocked texts to their number with STOP: texts cannot reach them until they text START.
    OptedOut {
        /// The person, as the page knows them.
        by: String,
        /// Their number, E.164.
        phone: String,
    },
    /// A person let texts through again with START.
    OptedIn {
        /// The person, as the page knows them.
        by: String,
        /// Their number, E.164.
        phone: String,
    },
    /// The customer was told when to expect a call: the promise began (A38, A47).
    PromiseMade {
        /// When the customer was told.
        told_at: DateTime<Utc>,
        /// When the hour ends: elapsed time.
        due: DateTime<Utc>,
    },
    /// A warning about the promise became due.
    PromiseWarned {
        /// Minutes after the customer was told.
        after_minutes: u32,
    },
    /// The hour ended without a reported callback.
    PromiseMissed,
    /// Somebody reported that the customer was reached.
    CalledBack(Said),
    /// Every rung was tried and nobody has it; a person must act now (contract 5.10).
    Exhausted,
    /// The page was withdrawn.
    Cancelled(Said),
    /// Everything about the page is settled; nothing more will ever be recorded or sent.
    Closed,
}

/// How a page began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The case number.
    pub case: String,
    /// The schedule that was asked, by its name in the settings; `None` when leadership was asked at once.
    pub schedule: Option<String>,
    /// The decision's row (`D5a`).
    pub row: String,
    /// What the agent answered; with the time of the opening it tells why that row matched.
    pub answers: Answers,
    /// Whether this page is training: nothing is ever sent for it.
    pub training: bool,
    /// How far the pretended time of a training page runs ahead of the true one, in seconds; 0 for a live page.
    #[serde(default)]
    pub pretended_s: i64,
    /// Who opened it, when known.
    pub by: String,
    /// The rungs to climb.
    pub ladder: Ladder,
    /// What it is based on.
    pub basis: Basis,
    /// Set when nothing is wrong: the page only asks whether its person can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// A page that only asks whether somebody can be reached: it never escalates, alarms nobody and counts nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// The time on call that the person is asked to confirm; `None` for a test of the way to them alone.
    pub shift: Option<DrilledShift>,
}

/// A time on call to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrilledShift {
    /// The schedule, by its name in the settings.
    pub schedule: String,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// What a ladder is based on (contract 5.9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The rows that named the people, as `sheet row N: text`.
    pub rows: Vec<String>,
    /// SHA-256 of what was read, in hexadecimal.
    pub snapshot: String,
    /// When the sheet was read.
    pub read_at: Option<DateTime<Utc>>,
    /// How old the reading was, in seconds.
    pub age_s: i64,
}

/// One message on one channel to one contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Unique within the page: `r1.0.ada-ruiz.sms.1` (round, rung, contact, channel, try); also the idempotency key.
    /// Messages beside the climb say instead of the rung what they are: `r1.stand-down.ada-ruiz.sms.1`; the promise
    /// belongs to no round: `promise.45.ada-ruiz.sms.1`. Never customer data.
    pub id: String,
    /// Why it is sent.
    pub purpose: Purpose,
    /// The round of the ladder, from 1.
    pub round: u32,
    /// The rung's index, for pages; `None` for messages beside the climb.
    pub rung: Option<usize>,
    /// Whom it goes to.
    pub contact: Contact,
    /// By which channel.
    pub channel: Channel,
    /// The how-manieth try of the same message, from 1.
    pub tried: u32,
    /// Which engine makes it; empty while the attempt is only planned.
    pub engine: String,
    /// Through which provider, by its name in the settings; empty in logs of versions that had one a channel.
    #[serde(default)]
    pub provider: String,
    /// After this instant an attempt without an outcome counts as doubtful, whoever made it.
    pub doubtful_at: DateTime<Utc>,
}

impl Attempt {
    /// The same for every try of the same message: the id without the try.
    pub fn message_key(&self) -> &str {
        message_key(&self.id)
    }
}

/// The id of an attempt without the try: the same for every try of one message.
pub(super) fn message_key(attempt: &str) -> &str {
    attempt.rsplit_once('.').map_or(attempt, |(key, _)| key)
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Purpose {
    /// To get the case taken.
    Page,
    /// Somebody else has it, or the page was withdrawn.
    StandDown,
    /// The promise has run for this many minutes.
    PromiseWarning {
        /// Minutes after the customer was told.
        after_minutes: u32,
    },
    /// The promise was missed.
    PromiseMissed,
    /// Nobody took the case on the whole ladder.
    Exhausted,
    /// To answer a text that came back.
    Answer {
        /// Which one: the how-manieth that the page heard, from 1.
        heard: u32,
    },
}

/// A text that came back. What was written is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The provider it came in by, by its name in the settings: the answer goes out by the same one.
    pub provider: String,
    /// The provider's own name for it: the same reply is never used twice.
    pub reply: String,
    /// Who wrote it: the person as the page knows them, at the number it came from.
    pub from: Contact,
    /// What it amounts to.
    pub meant: Meant,
}

impl Heard {
    /// What makes two replies the same: provider and name.
    pub fn key(&self) -> String {
        reply_key(&self.provider, &self.reply)
    }
}

/// The name of a reply among those of all providers.
pub fn reply_key(provider: &str, reply: &str) -> String {
    format!("{provider} {reply}")
}

/// What a reply amounts to for the page that it means.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Meant {
    /// "I have it", and they do.
    HaveIt,
    /// "I cannot", and they are asked no more.
    Cannot,
    /// "The customer was called back."
    CalledBack,
    /// It came too late: somebody else has it, or it was withdrawn.
    TooLate,
    /// It may mean any of these cases, so nothing was done.
    Several {
        /// The cases it may mean.
        cases: Vec<String>,
    },
    /// It was not understood, so nothing was done.
    Unclear,
}

/// Why the climb went on to another rung: what ended the last rung that had somebody, or how the climb began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationReason {
    /// The round began with its lowest rung.
    Began,
    /// The rung's time ran out.
    NoAnswer,
    /// Everybody who could be reached on the rung, or the owner of the page, said "I cannot".
    Declined,
    /// No channel reached anybody on the rung.
    Unreachable,
    /// The round began higher up, because no rung below had anybody to try.
    Empty,
}

/// Who said something, and how it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The person.
    pub by: String,
    /// How it came in.
    pub via: Via,
}

/// How a person's word came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// A reply to a text message.
    Sms,
    /// A key pressed during a call.
    Voice,
    /// A confirmed link.
    Link,
    /// The button of a push message.
    Push,
    /// An agent typed it.
    Agent,
    /// The scripted technician of training.
    Training,
}
