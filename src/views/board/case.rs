//! How does one page stand: who was tried by what, who has it, what comes next, and what was promised?

use chrono::{DateTime, TimeDelta, Utc};

use crate::decision::ladder::{Channel, Contact, same_name};
use crate::episode::briefing::Briefing;
use crate::episode::outcome::Outcome;
use crate::episode::plan;
use crate::episode::policy::Policy;
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State, Tried};
use crate::episode::unheard::to_dial;
use crate::wording::page::next_step;

/// An open page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its case number.
    pub case: String,
    /// Where it stands.
    pub phase: Phase,
    /// The schedule that was asked; `None` when leadership was asked at once.
    pub schedule: Option<String>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Who opened it.
    pub opened_by: String,
    /// The present moment on the page's own clock, to the minute.
    pub now: DateTime<Utc>,
    /// How far that clock runs ahead of the true one: training may pretend another time.
    pub ahead: TimeDelta,
    /// The ladder of this round.
    pub rungs: Vec<RungLine>,
    /// Who has it, and since when.
    pub owner: Option<(String, DateTime<Utc>)>,
    /// What comes next by itself, and when.
    pub next: Option<(DateTime<Utc>, String)>,
    /// Whom a person must dial, because no call reached them and none is to come.
    pub dial: Vec<Contact>,
    /// The promise.
    pub promise: Option<PromiseLine>,
    /// The customer and the problem; `None` when they were deleted.
    pub briefing: Option<Briefing>,
}

/// A promise to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromiseLine {
    /// When the time ends.
    pub due: DateTime<Utc>,
    /// How it stands.
    pub state: PromiseState,
    /// Whole minutes left, negative once the time has ended.
    pub minutes_left: i64,
    /// When the callback was reported.
    pub called_back_at: Option<DateTime<Utc>>,
}

/// A rung of the ladder and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungLine {
    /// What it is called.
    pub label: String,
    /// Where the climb is.
    pub reached: Reached,
    /// Its people; none when it is skipped.
    pub people: Vec<RungPerson>,
}

/// Where the climb is, seen from a rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Past it.
    Tried,
    /// On it.
    Now,
    /// Below it; when it is reached if nobody answers.
    At(DateTime<Utc>),
    /// It will not be reached.
    NotNeeded,
}

/// Somebody on a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RungPerson {
    /// Their name.
    pub name: String,
    /// E.164.
    pub phone: Option<String>,
    /// What was sent to them on this rung.
    pub tries: Vec<TryLine>,
    /// Whether they said that they cannot.
    pub cannot: bool,
    /// Whether they have it.
    pub has_it: bool,
}

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryLine {
    /// When it began.
    pub at: DateTime<Utc>,
    /// By which channel.
    pub channel: Channel,
    /// The latest word about it; `None` while it is under way.
    pub outcome: Option<Outcome>,
}

/// A page that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Its case number.
    pub case: String,
    /// When it was over.
    pub at: DateTime<Utc>,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// Who had it.
    pub owner: Option<String>,
    /// What became of the promise; `None` when none was made.
    pub promise: Option<PromiseState>,
    /// Whom its last ladder names.
    pub asked: Vec<String>,
}

impl Case {
    /// The page as it stands at the true time `now`.
    pub fn new(state: &State, briefing: Option<&Briefing>, now: DateTime<Utc>, policy: &Policy) -> Self {
        let page_now = state.time_at(now);
        let next = plan::next(state, page_now, policy);
        Self {
            case: state.case.clone(),
            phase: state.phase(),
            schedule: state.schedule.clone(),
            opened_at: state.opened_at,
            opened_by: state.opened_by.clone(),
            now: super::minute_of(page_now),
            ahead: page_now - now,
            rungs: rungs(state),
            owner: state.acknowledged.as_ref().map(|word| (word.by.clone(), word.at)),
            // What is due at once is due within this minute; its exact second would differ with every look.
            next: next.map(|next| (next.at, next_step(&next.step))).map(|(at, step)| {
                let at = if at <= page_now { super::minute_of(page_now) } else { at };
                (at, step)
            }),
            dial: to_dial(state, policy).into_iter().cloned().collect(),
            promise: promise(state, page_now),
            briefing: briefing.cloned(),
        }
    }

    /// Whether this person is asked by the page.
    pub fn asks(&self, name: &str) -> bool {
        let mut people = self.rungs.iter().flat_map(|rung| &rung.people);
        people.any(|person| same_name(&person.name, name))
    }

    /// Whether a person must act now: nobody has it, or the promise is missed.
    pub fn is_alarming(&self) -> bool {
        let missed = self.promise.as_ref().is_some_and(|promise| promise.state == PromiseState::Missed);
        self.phase == Phase::Exhausted || missed || !self.dial.is_empty()
    }
}

impl Settled {
    /// A page that is over, as it stands at `now`.
    pub fn new(state: &State, now: DateTime<Utc>) -> Self {
        Self {
            case: state.case.clone(),
            at: state.closed_at.unwrap_or(now),
            withdrawn: state.cancelled.is_some(),
            owner: state.acknowledged.as_ref().map(|word| word.by.clone()),
            promise: state.promise_state(now),
            asked: state.ladder.rungs.iter().flat_map(|rung| &rung.contacts).map(|it| it.name.clone()).collect(),
        }
    }

    /// Whether this person was asked by the page.
    pub fn asks(&self, name: &str) -> bool {
        self.asked.iter().any(|other| same_name(other, name))
    }
}

fn promise(state: &State, now: DateTime<Utc>) -> Option<PromiseLine> {
    let promise = state.promise.as_ref()?;
    Some(PromiseLine {
        due: promise.due,
        state: state.promise_state(now)?,
        minutes_left: promise.minutes_left(now),
        called_back_at: promise.called_back_at,
    })
}

fn rungs(state: &State) -> Vec<RungLine> {
    let is_climbing = state.phase() == Phase::Paging;
    let mut due = state.current.map_or(state.opened_at, |climb| climb.since);
    let mut lines = Vec::new();
    for (index, rung) in state.ladder.rungs.iter().enumerate() {
        let is_current = state.current.is_some_and(|climb| climb.rung == index);
        let is_past = !is_current && index < state.next_rung;
        let reached = match (is_past, is_current && is_climbing, is_climbing) {
            (false, true, _) => Reached::Now,
            (true, ..) => Reached::Tried,
            (false, false, true) => Reached::At(due),
            (false, false, false) if is_current => Reached::Tried,
            (false, false, false) => Reached::NotNeeded,
        };
        if !is_past && !rung.contacts.is_empty() {
            due += TimeDelta::seconds(i64::from(rung.wait_s));
        }
        let person = |contact: &Contact| RungPerson {
            name: contact.name.clone(),
            phone: contact.phone.clone(),
            tries: tries(state, index, contact),
            cannot: state.has_declined(&contact.name),
            has_it: state.acknowledged.as_ref().is_some_and(|word| contact.is_called(&word.by)),
        };
        let people = rung.contacts.iter().map(person).collect();
        lines.push(RungLine { label: rung.label.clone(), reached, people });
    }
    lines
}

/// What was sent to somebody on a rung of the present round, to get the case taken.
fn tries(state: &State, rung: usize, person: &Contact) -> Vec<TryLine> {
    let here = |tried: &&Tried| {
        let attempt = &tried.attempt;
        attempt.round == state.round && attempt.rung == Some(rung) && attempt.contact.same_as(person)
    };
    let line =
        |tried: &Tried| TryLine { at: tried.started_at, channel: tried.attempt.channel, outcome: tried.outcome() };
    state.attempts.iter().filter(here).map(line).collect()
}
