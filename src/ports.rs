//! What does the engine need from the world? Traits only: the clock, the channels, the log, the memory of sheets.

pub mod access;
pub mod drafts;
pub mod hooks;
pub mod sheets;
pub mod single_sign_on;

use std::future::Future;
use std::pin::Pin;

use chrono::{DateTime, Utc};

use crate::decision::ladder::{Channel, Contact};
use crate::episode::briefing::Briefing;
use crate::episode::decide::Refusal;
use crate::episode::event::{Attempt, Event, Recorded};
use crate::episode::outcome::Report;
use crate::episode::state::State;
use crate::proof::fact::Fact;
use crate::schedule::version::SheetVersion;
use hooks::About;

/// A future that can be kept behind `dyn`.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time, and waiting for it. Training may pretend another time; tests turn it by hand.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// Ready at `at`, or at once when that has passed.
    fn sleep_until(&self, at: DateTime<Utc>) -> Pending<'_, ()>;
}

/// A message ready to leave the house.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The same for every try of the same message: mail servers and people can tell a copy by it.
    pub message_key: String,
    /// Unique for this try.
    pub attempt: String,
    /// An E.164 number or an e-mail address, by the channel.
    pub to: String,
    /// The recipient's name.
    pub name: String,
    /// The subject, where the channel has one.
    pub subject: String,
    /// The text.
    pub body: String,
    /// The page that it belongs to: callbacks name it.
    pub episode: String,
    /// What a call says; `None` on every other channel.
    pub call: Option<CallScript>,
    /// Whether it asks the reader to take the page.
    pub asks_to_act: bool,
    /// Where the reader sees the page and answers it; the text holds it too, where it may. `None` when the house has no
    /// public address.
    pub link: Option<String>,
}

/// What a call says, in sentences and in this order. The provider makes its own document of them. Personal data: no
/// `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct CallScript {
    /// The first words: who calls and why. Phones that screen calls write them down for their owner (domain 3, iOS 26).
    pub opening: String,
    /// The four facts, as much as may be said before a key is pressed; numbers digit by digit, twice.
    pub facts: Vec<String>,
    /// What the keys do; empty when the call asks for nothing.
    pub menu: String,
    /// How to answer where nobody hears a key; empty when the call asks for nothing.
    pub without_keys: String,
    /// What a machine is left, and what is said when no key is pressed (domain 1.3, voicemail).
    pub voicemail: Vec<String>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

/// One way out: a channel through one provider. Never panics, never waits for ever, never fails otherwise than by an outcome.
pub trait Provider: Send + Sync {
    /// The channel it serves.
    fn channel(&self) -> Channel;
    /// Its name in the settings and in the log.
    fn name(&self) -> &str;
    /// How many messages it takes a second; more wait their turn before they begin. 0 is no limit.
    fn per_second(&self) -> u32 {
        0
    }
    /// Whether this report of its own says that the person blocked its texts with STOP (domain 3, STOP).
    fn stopped(&self, report: &Report) -> bool {
        let _ = report;
        false
    }
    /// Hands the message over.
    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report>;
    /// Asks what became of a message it took; `None` when this provider cannot tell.
    fn receipt<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>>;
    /// The replies that came in since `since`, oldest first; empty when this provider takes none.
    fn replies(&self, since: DateTime<Utc>) -> Pending<'_, Vec<Reply>>;
    /// Leaves the voicemail of a call to the machine that answered it, from its beginning. False when that cannot be done
    /// any more, or not at all: what the call says anyway ends in the same words.
    fn leave_voicemail<'a>(&'a self, _provider_id: &'a str, _message: &'a Message) -> Pending<'a, bool> {
        Box::pin(async { false })
    }
    /// Ends a call that may still ring, because nobody needs to answer it any more: what is known of the call then. `None`
    /// when it could not be ended, or not be asked to.
    fn hang_up<'a>(&'a self, _provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(async { None })
    }
    /// Of the messages that were sent, those whose button the reader pressed; `since` is before the first of them.
    fn pressed<'a>(&'a self, _since: DateTime<Utc>, _sent: &'a [Sent]) -> Pending<'a, Vec<About>> {
        Box::pin(async { Vec::new() })
    }
    /// What can be learned beforehand, disturbing nobody; empty when nothing can. `people` are those whose addresses on
    /// this channel stand in the settings, for services that tell whether an address is theirs.
    fn inspect<'a>(&'a self, _people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        Box::pin(async { Vec::new() })
    }
}

/// A message that a provider took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Which.
    pub about: About,
    /// The provider's own name for it.
    pub provider_id: String,
}

/// A text that came back from a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The provider's own name for it: the same reply is never used twice.
    pub provider_id: String,
    /// The sender's number, E.164.
    pub from: String,
    /// What they wrote.
    pub text: String,
    /// When the provider took it.
    pub received_at: DateTime<Utc>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("provider_id", &self.provider_id).finish_non_exhaustive()
    }
}

/// What is known when a message is put into words. Personal data: no `Debug`.
#[derive(Clone, Copy)]
pub struct Rendering<'a> {
    /// The page's id.
    pub episode: &'a str,
    /// The page.
    pub state: &'a State,
    /// Why, to whom and how it is sent.
    pub attempt: &'a Attempt,
    /// The four facts; `None` when they were purged.
    pub briefing: Option<&'a Briefing>,
    /// Whether the contact was asked to take another open page that nobody has yet: a reply then needs the case
    /// number (contract 5.6).
    pub several_open: bool,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// Why a text that came in means no open page. Names technicians, never a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stray {
    /// No page of these days ever asked this number.
    Unknown,
    /// No page waits for its owner.
    NothingOpen,
    /// The page that is meant is over.
    Over {
        /// Its case.
        case: String,
        /// Who had it.
        owner: Option<String>,
        /// When it ended.
        at: DateTime<Utc>,
    },
}

/// The words of messages: which text goes out for an attempt? Pure, though behind a trait: the engine knows no words.
pub trait Render: Send + Sync {
    /// The message for one attempt.
    fn render(&self, asked: &Rendering<'_>) -> Message;
    /// The answer to a text that means no open page.
    fn stray(&self, stray: &Stray, now: DateTime<Utc>) -> String;
    /// Why no text is sent to somebody who blocked them `since` then, for the log.
    fn opted_out(&self, since: DateTime<Utc>) -> String;
    /// What a call says after a key, or instead of its words.
    fn answer(&self, asked: &Rendering<'_>, answer: &CallAnswer<'_>) -> Vec<String>;
    /// What a call says whose page is not known, or cannot be used now.
    fn cannot_tell(&self) -> Vec<String>;
}

/// What a call has to tell whoever pressed a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallAnswer<'a> {
    /// They have it now, or had it before.
    Taken,
    /// They cannot, and these are asked next.
    Declined {
        /// Their names; empty when nobody on the ladder is left.
        next: &'a [&'a str],
    },
    /// Nothing could be recorded, for this reason.
    Refused(&'a Refusal),
}

/// Why the log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, opened or written.
    #[error("the page log {place} cannot be used: {reason}. {hint}")]
    Unusable {
        /// The database, without secrets.
        place: String,
        /// What the database said.
        reason: String,
        /// What to do next.
        hint: String,
    },
    /// The log holds something this version cannot read.
    #[error(
        "the log of page {episode} cannot be read at entry {seq}: {reason}. Was it written by a newer page-oncall?"
    )]
    Unreadable {
        /// The page.
        episode: String,
        /// The entry.
        seq: u32,
        /// What is wrong.
        reason: String,
    },
}

/// What the derived table of pages says of one: enough to find it, never its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSummary {
    /// The page's id.
    pub episode: String,
    /// Its case's key: see `episode::briefing::case_key`.
    pub case: String,
    /// Whether it is training.
    pub training: bool,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// Whether it is still open.
    pub open: bool,
    /// When the engine must look at it next; `None` when nothing will become due by itself.
    pub next_wake: Option<DateTime<Utc>>,
}

/// The part of the derived table that an append writes, in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the page is still open afterwards.
    pub open: bool,
    /// When the engine must look at it next.
    pub next_wake: Option<DateTime<Utc>>,
}

/// A page about to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPage {
    /// Its id, chosen by the caller.
    pub episode: String,
    /// Whether it is training.
    pub training: bool,
    /// The four facts, with the case number that the page is found by.
    pub briefing: Briefing,
    /// When it begins.
    pub at: DateTime<Utc>,
    /// The first events.
    pub events: Vec<Event>,
    /// What the derived table says of it.
    pub standing: Standing,
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// All events are on disk.
    Done,
    /// Somebody else appended first; nothing was written. Load again and decide anew.
    Conflict,
}

/// What became of an attempt to begin a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The page is on disk under this id.
    New(String),
    /// The case has an open page already: this one (contract 5.8).
    Joined(String),
}

/// A number whose owner blocked texts with STOP and has not texted START since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    /// The number, E.164.
    pub number: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Who blocked texts with STOP. Kept across pages until START.
pub trait OptOuts: Send + Sync {
    /// Since when this number blocks texts; `None` when it does not.
    fn opted_out<'a>(&'a self, number: &'a str) -> Pending<'a, Result<Option<DateTime<Utc>>, StoreError>>;
    /// Every number that blocks texts now, the longest first.
    fn all_opted_out(&self) -> Pending<'_, Result<Vec<OptOut>, StoreError>>;
    /// Notes a STOP of `at`; true when texts were not blocked. A START later than `at` has ended it already.
    fn opt_out<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>>;
    /// Notes a START of `at`; true when texts were blocked.
    fn opt_in<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>>;
}

/// The log of pages: append-only events, the briefings beside it, and a derived table to find pages by.
pub trait EpisodeStore: OptOuts {
    /// Begins a page with its first events and its briefing, unless its case has an open one.
    fn begin<'a>(&'a self, page: &'a NewPage) -> Pending<'a, Result<Begun, StoreError>>;
    /// Appends `events` after entry `last_seq`, all or none, and writes the standing with them. Without events only the
    /// standing is written, still only when `last_seq` is the last entry. A reply among the events counts as used from
    /// then on; one that was used already, by whichever page, is a conflict.
    fn append<'a>(
        &'a self,
        episode: &'a str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &'a [Event],
        standing: Standing,
    ) -> Pending<'a, Result<Appended, StoreError>>;
    /// The whole log of one page in order.
    fn load<'a>(&'a self, episode: &'a str) -> Pending<'a, Result<Vec<Recorded>, StoreError>>;
    /// The briefing of one page; `None` when it was purged.
    fn briefing<'a>(&'a self, episode: &'a str) -> Pending<'a, Result<Option<Briefing>, StoreError>>;
    /// The pages, newest first: open ones only, or all.
    fn pages(&self, include_closed: bool) -> Pending<'_, Result<Vec<PageSummary>, StoreError>>;
    /// The open pages, oldest first, each with the number of its last entry: tells cheaply which logs have grown.
    fn open_ends(&self) -> Pending<'_, Result<Vec<(PageSummary, u32)>, StoreError>> {
        Box::pin(async {
            let mut ends = Vec::new();
            for page in self.pages(false).await?.into_iter().rev() {
                let last_seq = self.load(&page.episode).await?.last().map_or(0, |recorded| recorded.seq);
                ends.push((page, last_seq));
            }
            Ok(ends)
        })
    }
    /// The pages that were opened at or after `from`, newest first.
    fn pages_since(&self, from: DateTime<Utc>) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(async move {
            let pages = self.pages(true).await?;
            Ok(pages.into_iter().filter(|page| page.opened_at >= from).collect())
        })
    }
    /// The pages whose next wake is at or before `now`, the longest overdue first. A closed page may be among them: word
    /// that nobody needs to act any more goes out after it closed.
    fn due(&self, now: DateTime<Utc>) -> Pending<'_, Result<Vec<PageSummary>, StoreError>>;
    /// The earliest next wake of all pages.
    fn next_wake(&self) -> Pending<'_, Result<Option<DateTime<Utc>>, StoreError>>;
    /// The pages of one case, newest first.
    fn pages_of<'a>(&'a self, case: &'a str) -> Pending<'a, Result<Vec<PageSummary>, StoreError>>;
    /// Whether a reply was used before.
    fn reply_used<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Result<bool, StoreError>>;
    /// Remembers that a reply was used; false when it had been used before.
    fn use_reply<'a>(&'a self, provider_id: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>>;
    /// Whether a number that no open page knows may be answered at `at`: once an hour. True notes that it is.
    fn may_answer_stray<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>>;
    /// Deletes the briefings of closed pages that began before `opened_before`; their logs stay whole. Says how many.
    fn purge_briefings(&self, opened_before: DateTime<Utc>) -> Pending<'_, Result<u64, StoreError>>;
}

/// Which engine is the sole one of a log. Correctness never rests on it, because an entry is appended once; the holder
/// may conclude that the engines before it are dead, and so recovers their pages at once.
pub trait EngineLease: Send + Sync {
    /// Takes the lease if nobody has it; true when this engine has it now. It ends with its process.
    fn try_acquire(&self) -> Pending<'_, Result<bool, StoreError>>;
    /// Whether this engine has it.
    fn held(&self) -> bool;
}

/// One version of a schedule's sheet and when it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What the sheet said.
    pub version: SheetVersion,
    /// When it was first seen since another version was.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen before another version was; at or after `first_seen`.
    pub last_seen: DateTime<Utc>,
}

/// From when to when a version was a sheet's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// SHA-256 of the version, in hexadecimal.
    pub sha256: String,
    /// When it was first seen since another version was.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen before another version was; at or after `first_seen`.
    pub last_seen: DateTime<Utc>,
}

/// What a sighting was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The schedule's first version.
    First,
    /// The version that was seen last.
    Same,
    /// Another version than the one seen last.
    Changed,
}

/// Every distinct version of every schedule's sheet. Only good ones: what has no usable row is never handed in, so that
/// it never replaces a good copy (contract 2.3 rule 8).
pub trait SnapshotStore: Send + Sync {
    /// Keeps that `schedule` had this version at `at`.
    fn saw<'a>(
        &'a self,
        schedule: &'a str,
        version: &'a SheetVersion,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Seen, StoreError>>;
    /// The version seen last; `None` when none ever was.
    fn latest<'a>(&'a self, schedule: &'a str) -> Pending<'a, Result<Option<Snapshot>, StoreError>>;
    /// The version that was in force at `at`: the last one that had been seen by then.
    fn known_at<'a>(
        &'a self,
        schedule: &'a str,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Option<Snapshot>, StoreError>>;
    /// The version with this digest, with its last sighting; `None` when it was never seen or is no longer kept.
    fn version<'a>(&'a self, schedule: &'a str, sha256: &'a str) -> Pending<'a, Result<Option<Snapshot>, StoreError>>;
    /// The newest `limit` sightings of a schedule, the newest first.
    fn sightings<'a>(&'a self, schedule: &'a str, limit: u32) -> Pending<'a, Result<Vec<Sighting>, StoreError>>;
    /// Deletes what was last seen before `seen_before`, but never a schedule's newest version. Says how many sightings.
    fn purge_snapshots(&self, seen_before: DateTime<Utc>) -> Pending<'_, Result<u64, StoreError>>;
}

/// What people were told last, so that they are told once a change and not once a run.
pub trait NoticeStore: Send + Sync {
    /// What was told last about `subject`; `None` when nothing was.
    fn told<'a>(&'a self, subject: &'a str) -> Pending<'a, Result<Option<String>, StoreError>>;
    /// Remembers what was told about `subject`.
    fn tell<'a>(&'a self, subject: &'a str, told: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<(), StoreError>>;
}

/// A mail that is no page: a report to a schedule's owner, word of a change. Nobody is woken by it.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The same for every try of the same letter, so that a copy is known as one.
    pub key: String,
    /// An e-mail address.
    pub to: String,
    /// The recipient's name; empty when only the address is known.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// The text for every reader.
    pub text: String,
    /// The same as HTML, where that shows more.
    pub html: Option<String>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A text file that goes with a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type, as `image/svg+xml`.
    pub media_type: &'static str,
    /// What it holds.
    pub content: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The way out for letters. Never panics, never waits for ever, never fails otherwise than by an outcome.
pub trait Post: Send + Sync {
    /// Hands the letter over.
    fn post<'a>(&'a self, letter: &'a Letter) -> Pending<'a, Report>;
}
