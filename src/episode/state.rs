//! What does a page's log amount to? The fold of events into one value; it never decides and never forgets.
//!
//! Live engines and later readers fold alike: [`State::of`] over a stored log gives what [`State::apply`] gave event
//! by event. Nothing here depends on the settings, so a page reads the same after they changed.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::event::{Attempt, Basis, Drill, Event, Heard, Opened, Purpose, Recorded, Said, Via};
use super::outcome::{Outcome, Report};
use super::promise::{Promise, PromiseState, Warned};
use crate::decision::Answers;
use crate::decision::ladder::{Contact, Ladder, Rung, same_name};

/// Everything a face and `plan` need to know about a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The case number.
    pub case: String,
    /// The schedule that was asked; `None` when leadership was asked at once.
    pub schedule: Option<String>,
    /// The decision's row (`D5a`).
    pub row: String,
    /// What the agent answered.
    pub answers: Answers,
    /// How far the pretended time of a training page runs ahead of the true one, in seconds; 0 for a live page.
    pub pretended_s: i64,
    /// Whether nothing is ever sent for it.
    pub training: bool,
    /// Who opened it.
    pub opened_by: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The round of the ladder, from 1.
    pub round: u32,
    /// The ladder of this round.
    pub ladder: Ladder,
    /// What the ladder is based on.
    pub basis: Basis,
    /// Set when the page only asks whether its person can be reached.
    pub drill: Option<Drill>,
    /// The rung that was reached in this round; stays when the page is taken or exhausted.
    pub current: Option<Climb>,
    /// The index of the rung that the climb reaches next; the number of rungs when there is none.
    pub next_rung: usize,
    /// Every attempt of every round, in the order of their starts.
    pub attempts: Vec<Tried>,
    /// Who has the case.
    pub acknowledged: Option<Word>,
    /// Who said "I cannot" in this round, in order.
    pub declined: Vec<Word>,
    /// The texts that came back, in order.
    pub heard: Vec<HeardAt>,
    /// Who blocked texts with STOP, in order, those who let them through again too.
    pub opted_out: Vec<OptedOut>,
    /// The promise to the customer, if one was made.
    pub promise: Option<Promise>,
    /// Who first reported that the customer was reached.
    pub called_back: Option<Word>,
    /// When the ladder of this round ended without an owner; unset again when the climb is reopened.
    pub exhausted_at: Option<DateTime<Utc>>,
    /// Who withdrew the page.
    pub cancelled: Option<Word>,
    /// When everything was settled.
    pub closed_at: Option<DateTime<Utc>>,
    /// The number of the last event folded in.
    pub last_seq: u32,
    /// Whether the owner gave the page back, so that the current rung is over whatever its time.
    pub(super) given_back: bool,
    /// How often the page was taken or withdrawn: each time others may have to be stood down.
    pub(super) releases: u32,
    /// How often the ladder ended, over all rounds.
    pub(super) exhaustions: u32,
}

/// A rung that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Climb {
    /// Its index in the ladder.
    pub rung: usize,
    /// When it was reached.
    pub since: DateTime<Utc>,
}

/// A text that came back, and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardAt {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The text.
    pub heard: Heard,
}

/// Somebody who blocked texts to their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptedOut {
    /// Their number, E.164.
    pub phone: String,
    /// Since when the page knows.
    pub since: DateTime<Utc>,
    /// When they let texts through again.
    pub until: Option<DateTime<Utc>>,
}

/// What a person said, and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The person.
    pub by: String,
    /// How it came in.
    pub via: Via,
}

/// One attempt and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What was tried.
    pub attempt: Attempt,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The provider's answer, or the certainty that none will come; `None` while it is in flight.
    pub answer: Option<Answered>,
    /// The latest word about it after the answer, when that word changed.
    pub receipt: Option<Answered>,
    /// How often the page had been taken or withdrawn when it began.
    pub(super) release: u32,
}

/// A provider's word about an attempt, and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What the provider said.
    pub report: Report,
}

/// Where a page stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The ladder is being climbed.
    Paging,
    /// Somebody has it.
    Acknowledged,
    /// The whole ladder was climbed and nobody has it: a person must act (contract 5.10).
    Exhausted,
    /// Somebody has it and no promise is left to keep.
    Closed,
    /// It was withdrawn.
    Cancelled,
}

/// Why a log cannot be folded: it was not written by `decide`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// The log is empty.
    #[error("the log has no entries")]
    Empty,
    /// The first event does not open the page.
    #[error("the log does not begin with the opening of the page")]
    NotOpened,
    /// The page is opened a second time.
    #[error("entry {seq} opens the page a second time")]
    OpenedAgain {
        /// The entry.
        seq: u32,
    },
    /// An entry is missing or repeated.
    #[error("entry {expected} should follow, but entry {found} does")]
    OutOfOrder {
        /// The number that should follow.
        expected: u32,
        /// The number that does.
        found: u32,
    },
    /// An entry tells of an attempt that never began.
    #[error("entry {seq} tells of attempt {attempt}, which never began")]
    UnknownAttempt {
        /// The entry.
        seq: u32,
        /// The attempt.
        attempt: String,
    },
    /// An attempt begins a second time.
    #[error("entry {seq} begins attempt {attempt} a second time")]
    RepeatedAttempt {
        /// The entry.
        seq: u32,
        /// The attempt.
        attempt: String,
    },
    /// An entry names a rung that the ladder does not have.
    #[error("entry {seq} names rung {rung}, which the ladder does not have")]
    UnknownRung {
        /// The entry.
        seq: u32,
        /// The rung's index.
        rung: usize,
    },
    /// Something follows the closing of the page.
    #[error("entry {seq} follows the closing of the page")]
    AfterClosing {
        /// The entry.
        seq: u32,
    },
}

impl State {
    /// Folds a whole log, which must begin at entry 1 and have no holes.
    pub fn of(log: &[Recorded]) -> Result<Self, FoldError> {
        let (first, rest) = log.split_first().ok_or(FoldError::Empty)?;
        if first.seq != 1 {
            return Err(FoldError::OutOfOrder { expected: 1, found: first.seq });
        }
        let Event::Opened(opened) = &first.event else { return Err(FoldError::NotOpened) };
        let mut state = Self::opened(opened, first.at);
        for recorded in rest {
            state.apply(recorded)?;
        }
        Ok(state)
    }

    /// Folds in the next entry of the log. After an error the state is what it was.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        self.check(recorded)?;
        self.fold(recorded.at, &recorded.event);
        Ok(())
    }

    /// The page's own time at the true time `now`: the same for live pages, pretended for training that was told to.
    pub fn time_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        TimeDelta::try_seconds(self.pretended_s).and_then(|ahead| now.checked_add_signed(ahead)).unwrap_or(now)
    }

    /// Where the page stands.
    pub fn phase(&self) -> Phase {
        if self.cancelled.is_some() {
            Phase::Cancelled
        } else if self.closed_at.is_some() {
            Phase::Closed
        } else if self.acknowledged.is_some() {
            Phase::Acknowledged
        } else if self.exhausted_at.is_some() {
            Phase::Exhausted
        } else {
            Phase::Paging
        }
    }

    /// Whether anything may still be recorded or sent. A cancelled page is open until everybody is stood down.
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// What the promise amounts to at `now`; `None` when none was made, or when the page was withdrawn before the
    /// promise was kept or missed.
    pub fn promise_state(&self, now: DateTime<Utc>) -> Option<PromiseState> {
        let promise = self.promise.as_ref()?;
        match &self.cancelled {
            Some(word) => Some(promise.state(word.at)).filter(|state| *state != PromiseState::Open),
            None => Some(promise.state(now)),
        }
    }

    /// The rung that was reached in this round.
    pub fn current_rung(&self) -> Option<&Rung> {
        self.ladder.rungs.get(self.current?.rung)
    }

    /// The attempt without an outcome, of which there is at most one.
    pub fn in_flight(&self) -> Option<&Tried> {
        self.attempts.iter().find(|tried| tried.in_flight())
    }

    /// The attempt of this id.
    pub fn attempt(&self, id: &str) -> Option<&Tried> {
        self.attempts.iter().find(|tried| tried.attempt.id == id)
    }

    /// Whether this person said "I cannot" in this round.
    pub fn has_declined(&self, name: &str) -> bool {
        self.declined.iter().any(|word| same_name(&word.by, name))
    }

    /// Whether texts to this number are blocked, as far as the page knows.
    pub fn is_opted_out(&self, phone: &str) -> bool {
        self.opted_out.iter().any(|it| it.phone == phone && it.until.is_none())
    }

    /// The person whom the page knows at this number: of the ladder in force, else whom it was sent to besides.
    pub fn contact_at(&self, number: &str) -> Option<&Contact> {
        let climbed = self.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
        let mut known = climbed.chain(self.attempts.iter().rev().map(|tried| &tried.attempt.contact));
        known.find(|contact| contact.phone.as_deref() == Some(number))
    }

    /// Whether the ladder is being climbed.
    pub(super) fn is_climbing(&self) -> bool {
        self.is_open() && self.phase() == Phase::Paging
    }

    /// Whether the page needs nobody any more: withdrawn, or taken with the promise settled (kept, late or not made). A
    /// drill without an answer needs nobody either.
    pub(super) fn is_settled(&self) -> bool {
        let promise_settled = self.promise.as_ref().is_none_or(|promise| !promise.runs());
        let over = self.acknowledged.is_some() || (self.drill.is_some() && self.exhausted_at.is_some());
        self.cancelled.is_some() || (over && promise_settled)
    }

    /// The page as its opening leaves it.
    pub(super) fn opened(opened: &Opened, at: DateTime<Utc>) -> Self {
        let Opened { case, schedule, row, answers, training, pretended_s, by, ladder, basis, drill } = opened.clone();
        Self {
            case,
            schedule,
            row,
            answers,
            pretended_s,
            training,
            opened_by: by,
            opened_at: at,
            round: 1,
            ladder,
            basis,
            drill,
            current: None,
            next_rung: 0,
            attempts: Vec::new(),
            acknowledged: None,
            declined: Vec::new(),
            heard: Vec::new(),
            opted_out: Vec::new(),
            promise: None,
            called_back: None,
            exhausted_at: None,
            cancelled: None,
            closed_at: None,
            last_seq: 1,
            given_back: false,
            releases: 0,
            exhaustions: 0,
        }
    }

    fn check(&self, recorded: &Recorded) -> Result<(), FoldError> {
        let seq = recorded.seq;
        if Some(seq) != self.last_seq.checked_add(1) {
            return Err(FoldError::OutOfOrder { expected: self.last_seq.saturating_add(1), found: seq });
        }
        if !self.is_open() {
            return Err(FoldError::AfterClosing { seq });
        }
        match &recorded.event {
            Event::Opened(_) => Err(FoldError::OpenedAgain { seq }),
            Event::RungSkipped { rung } | Event::Escalated { rung, .. } if *rung >= self.ladder.rungs.len() => {
                Err(FoldError::UnknownRung { seq, rung: *rung })
            }
            Event::AttemptStarted(attempt) if self.attempt(&attempt.id).is_some() => {
                Err(FoldError::RepeatedAttempt { seq, attempt: attempt.id.clone() })
            }
            Event::AttemptFinished { attempt, .. } | Event::ReceiptArrived { attempt, .. }
                if self.attempt(attempt).is_none() =>
            {
                Err(FoldError::UnknownAttempt { seq, attempt: attempt.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Folds in an event that is known to follow.
    pub(super) fn fold(&mut self, at: DateTime<Utc>, event: &Event) {
        self.last_seq = self.last_seq.saturating_add(1);
        match event {
            Event::Opened(_) => {}
            Event::RoundStarted { ladder, basis, by: _ } => {
                self.round = self.round.saturating_add(1);
                self.ladder = ladder.clone();
                self.basis = basis.clone();
                self.current = None;
                self.next_rung = 0;
                self.acknowledged = None;
                self.declined.clear();
                self.exhausted_at = None;
            }
            Event::RungSkipped { rung } => self.next_rung = rung + 1,
            Event::Escalated { rung, reason: _ } => {
                self.current = Some(Climb { rung: *rung, since: at });
                self.next_rung = rung + 1;
                self.given_back = false;
            }
            Event::AttemptStarted(attempt) => self.attempts.push(Tried {
                attempt: attempt.clone(),
                started_at: at,
                answer: None,
                receipt: None,
                release: self.releases,
            }),
            Event::AttemptFinished { attempt, report } => {
                if let Some(tried) = self.tried_mut(attempt) {
                    tried.answer = Some(Answered { at, report: report.clone() });
                }
            }
            Event::ReceiptArrived { attempt, report } => {
                if let Some(tried) = self.tried_mut(attempt) {
                    tried.receipt = Some(Answered { at, report: report.clone() });
                }
            }
            Event::Acknowledged(said) => {
                self.acknowledged = Some(Word::new(at, said));
                self.releases = self.releases.saturating_add(1);
            }
            Event::Declined(said) => self.fold_declined(at, said),
            Event::Heard(heard) => self.heard.push(HeardAt { at, heard: heard.clone() }),
            Event::OptedOut { phone, by: _ } => {
                self.opted_out.push(OptedOut { phone: phone.clone(), since: at, until: None });
            }
            Event::OptedIn { phone, by: _ } => {
                for it in self.opted_out.iter_mut().filter(|it| it.phone == *phone && it.until.is_none()) {
                    it.until = Some(at);
                }
            }
            Event::PromiseMade { told_at, due } => self.promise = Some(Promise::made(*told_at, *due)),
            Event::PromiseWarned { after_minutes } => {
                let recipients = self.concerned();
                if let Some(promise) = &mut self.promise {
                    promise.warned.push(Warned { after_minutes: *after_minutes, at, recipients });
                }
            }
            Event::PromiseMissed => {
                if let Some(promise) = &mut self.promise {
                    promise.missed_at = Some(at);
                }
            }
            Event::CalledBack(said) => {
                self.called_back = Some(Word::new(at, said));
                if let Some(promise) = &mut self.promise {
                    promise.called_back_at = Some(at);
                }
            }
            Event::Exhausted => {
                self.exhausted_at = Some(at);
                self.exhaustions = self.exhaustions.saturating_add(1);
                self.given_back = false;
            }
            Event::Cancelled(said) => {
                self.cancelled = Some(Word::new(at, said));
                self.releases = self.releases.saturating_add(1);
            }
            Event::Closed => self.closed_at = Some(at),
        }
    }

    /// An owner who says "I cannot" gives the page back: the climb goes on, even from the end of the ladder, where it
    /// is exhausted anew rather than silent.
    fn fold_declined(&mut self, at: DateTime<Utc>, said: &Said) {
        self.declined.push(Word::new(at, said));
        if self.acknowledged.as_ref().is_some_and(|owner| same_name(&owner.by, &said.by)) {
            self.acknowledged = None;
            self.exhausted_at = None;
            self.given_back = true;
        }
    }

    fn tried_mut(&mut self, id: &str) -> Option<&mut Tried> {
        self.attempts.iter_mut().find(|tried| tried.attempt.id == id)
    }

    /// Whom a warning concerns now: the owner, else the people of the current rung who have not declined. Empty when
    /// the owner is nobody the page has an address of.
    fn concerned(&self) -> Vec<Contact> {
        let Some(owner) = &self.acknowledged else {
            let people = self.current_rung().map(|rung| rung.contacts.as_slice()).unwrap_or_default();
            return people.iter().filter(|contact| !self.has_declined(&contact.name)).cloned().collect();
        };
        let climbed = self.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
        let mut known = climbed.chain(self.attempts.iter().map(|tried| &tried.attempt.contact));
        known.find(|contact| contact.is_called(&owner.by)).cloned().into_iter().collect()
    }
}

impl Word {
    fn new(at: DateTime<Utc>, said: &Said) -> Self {
        Self { at, by: said.by.clone(), via: said.via }
    }
}

impl Tried {
    /// Whether no outcome is recorded yet.
    pub fn in_flight(&self) -> bool {
        self.answer.is_none()
    }

    /// The latest word about it.
    pub fn latest(&self) -> Option<&Answered> {
        self.receipt.as_ref().or(self.answer.as_ref())
    }

    /// What the latest word amounts to; `None` while it is in flight.
    pub fn outcome(&self) -> Option<Outcome> {
        self.latest().map(|answered| answered.report.outcome)
    }

    /// The provider's own name for the message, from the latest word that gave one.
    pub fn provider_id(&self) -> Option<&str> {
        [&self.receipt, &self.answer].into_iter().flatten().find_map(|answered| answered.report.provider_id.as_deref())
    }

    /// Through which provider it goes or went, by its name in the settings; empty when the log does not say.
    pub fn provider(&self) -> &str {
        let answered = || self.latest().map_or("", |answered| answered.report.provider.as_str());
        if self.attempt.provider.is_empty() { answered() } else { &self.attempt.provider }
    }

    /// Whether the message has, or may have, come to somebody's notice.
    pub fn may_have_reached(&self) -> bool {
        matches!(self.outcome(), Some(Outcome::Accepted | Outcome::Delivered | Outcome::Voicemail | Outcome::Unknown))
    }

    /// Whether this is one of the alarms that ask somebody to act on the page itself.
    pub(super) fn asks_to_act(&self) -> bool {
        matches!(self.attempt.purpose, Purpose::Page | Purpose::Exhausted)
    }
}
