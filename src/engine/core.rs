//! What is an engine made of, and how does a page begin in it?

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, watch};

use super::error::EngineError;
use super::pace::{Pace, Ticket};
use super::page::Page;
use super::watch::Watch;
use crate::episode::briefing::Briefing;
use crate::episode::decide::{Refusal, decide};
use crate::episode::event::Opened;
use crate::episode::input::Input;
use crate::episode::policy::Policy;
use crate::ports::{Begun, Clock, EngineLease, EpisodeStore, NewPage, PageSummary, Provider, Render};

/// How many pages are read and written at the same time. Who waits for a provider or its turn does not count.
const PAGES_AT_ONCE: usize = 16;

/// What an engine is built from. The caller chooses all of it; nothing has a default.
pub struct Parts {
    /// The log of pages.
    pub store: Arc<dyn EpisodeStore>,
    /// Who of all engines on the log is the sole one.
    pub lease: Arc<dyn EngineLease>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The ways out in order of preference. The policy names those of each channel in the same order; an attempt that
    /// names none takes the channel's first.
    pub providers: Vec<Arc<dyn Provider>>,
    /// The words of messages.
    pub render: Arc<dyn Render>,
    /// The site's numbers.
    pub policy: Policy,
    /// Unique among all engines, past ones too.
    pub id: String,
    /// Whether this engine's pages are training. It never touches a page of the other kind.
    pub training: bool,
}

/// The attempt that is asked about, and since when asking was due.
pub(super) type Question = (String, DateTime<Utc>);

/// Drives the pages of one log. A clone is the same engine.
#[derive(Clone)]
pub struct Engine {
    pub(super) parts: Arc<Parts>,
    /// The pages that this engine is working on now, each by one task, with the beginning of the step it takes; `None`
    /// while it waits for its turn.
    pub(super) busy: Arc<Mutex<HashMap<String, Option<DateTime<Utc>>>>>,
    pub(super) permits: Arc<Semaphore>,
    /// The queues before providers that take only so many messages a second.
    pub(super) pace: Arc<Pace>,
    /// Counts what this engine appended, to wake its own loops.
    pub(super) changes: watch::Sender<u64>,
    /// When this engine became the sole one; `None` while it is not.
    pub(super) sole_since: Arc<Mutex<Option<DateTime<Utc>>>>,
    /// The questions about messages that were asked: for each page the attempt, and since when the question was due.
    pub(super) asked: Arc<Mutex<HashMap<String, HashSet<Question>>>>,
    /// When replies were last asked for.
    pub(super) replies_asked_at: Arc<Mutex<Option<DateTime<Utc>>>>,
    /// When the last turn was finished.
    pub(super) turns: watch::Sender<Option<DateTime<Utc>>>,
    /// What this engine knows of its own work.
    pub(super) watch: Arc<Mutex<Watch>>,
}

/// A page to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its id, unique for ever; ids that grow with time keep the log compact.
    pub episode: String,
    /// How it begins. `training` is set by the engine to what the engine is.
    pub opened: Opened,
    /// The four facts. Its case number is set to that of `opened`.
    pub briefing: Briefing,
    /// When the customer was promised a call; `None` when they were not yet.
    pub told_at: Option<DateTime<Utc>>,
}

impl Engine {
    /// An engine that does nothing until asked.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            busy: Arc::default(),
            permits: Arc::new(Semaphore::new(PAGES_AT_ONCE)),
            pace: Arc::default(),
            changes: watch::Sender::new(0),
            sole_since: Arc::default(),
            asked: Arc::default(),
            replies_asked_at: Arc::default(),
            turns: watch::Sender::new(None),
            watch: Arc::default(),
        }
    }

    /// Begins a page on disk, or joins the open page of the same case (contract 5.1, 5.8). Sends nothing: the engine's
    /// next turn does.
    pub async fn open(&self, opening: Opening) -> Result<Result<Begun, Refusal>, EngineError> {
        let Opening { episode, mut opened, mut briefing, told_at } = opening;
        let (now, policy, training) = (self.now(), &self.parts.policy, self.parts.training);
        opened.training = training;
        briefing.case.clone_from(&opened.case);
        let events = match decide(None, Input::Open { opened, told_at }, now, policy) {
            Ok(events) => events,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let standing = Page::of(&episode, Vec::new(), now, &events)?.standing(now, policy);
        let page = NewPage { episode, training, briefing, at: now, events, standing };
        let begun = self.parts.store.begin(&page).await?;
        self.announce(&page.episode);
        Ok(Ok(begun))
    }

    /// Tells this engine's loops, and whoever waits to send for the page, that something was appended.
    pub(super) fn announce(&self, episode: &str) {
        self.pace.moved(episode);
        self.changes.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    /// Hears of whatever this engine appends from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Takes a page for one task; `None` while another task of this engine has it.
    pub(super) fn take(&self, page: &PageSummary) -> Option<Busy> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let Entry::Vacant(place) = busy.entry(page.episode.clone()) else { return None };
        place.insert(None);
        Some(Busy {
            taken: Arc::clone(&self.busy),
            episode: page.episode.clone(),
            next_wake: page.next_wake,
            ticket: self.pace.ticket(),
        })
    }
}

/// A page that one task works on; free again when this is dropped, however the task ends.
pub(super) struct Busy {
    taken: Arc<Mutex<HashMap<String, Option<DateTime<Utc>>>>>,
    pub(super) episode: String,
    /// Its next wake as the derived table had it.
    pub(super) next_wake: Option<DateTime<Utc>>,
    /// Its first place in a queue: of pages that fall due together, as the table orders them, whichever task runs first.
    pub(super) ticket: Ticket,
}

impl Busy {
    /// Notes that a step begins, so that one which never ends is noticed.
    pub(super) fn step(&self, now: DateTime<Utc>) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(self.episode.clone(), Some(now));
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.episode);
    }
}
