//! Which events follow from what the world reports, or why is it refused? The only way a page's log grows.
//!
//! Called by the engine and by every face that takes a person's word. With the events of an input come the facts that
//! are due after it (see `fact`), so that an append leaves nothing overdue behind.

use chrono::{DateTime, Utc};

use super::event::{Attempt, Event, Heard, Meant, Opened, Said, Via};
use super::fact::due_fact;
use super::input::Input;
use super::outcome::{Outcome, Report};
use super::plan::due_attempt;
use super::policy::Policy;
use super::state::{Phase, State, Word};
use crate::decision::ladder::{Contact, same_name};

/// Why an input changes nothing. Data, not words: `wording` says it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The page was never opened.
    NotOpened,
    /// The page was opened before.
    AlreadyOpened,
    /// Somebody else has the page.
    AlreadyAcknowledged(Word),
    /// Somebody reported the callback before.
    AlreadyCalledBack(Word),
    /// The page was withdrawn.
    Cancelled(Word),
    /// Everything about the page is settled; the case needs a new page.
    Closed {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// The person who "cannot" was never asked: probably another name is meant.
    NotAsked {
        /// The name that was given.
        by: String,
        /// Who is being asked, or has the page.
        asked: Vec<String>,
    },
    /// No attempt of this id ever began.
    UnknownAttempt {
        /// The id.
        attempt: String,
    },
    /// The attempt is not, or no longer, the one to make: plan again.
    NotDue {
        /// Its id.
        attempt: String,
    },
}

/// Turns an input into the events to append at `now`, in order; no events when it changes nothing and does no harm.
///
/// `state` is `None` before the page is opened. Nothing is ever queued, so an acknowledgement cancels every page that
/// was still to be sent by being appended: [`Input::Start`] is refused for whatever is no longer due.
pub fn decide(state: Option<&State>, input: Input, now: DateTime<Utc>, policy: &Policy) -> Result<Vec<Event>, Refusal> {
    match (state, input) {
        (None, Input::Open { opened, told_at }) => Ok(open(opened, told_at, now, policy)),
        (Some(_), Input::Open { .. }) => Err(Refusal::AlreadyOpened),
        (None, _) => Err(Refusal::NotOpened),
        (Some(state), input) => {
            let is_tick = input == Input::Tick;
            let events = respond(state, input, now, policy)?;
            if events.is_empty() && !is_tick {
                return Ok(events);
            }
            let mut after = state.clone();
            for event in &events {
                after.fold(now, event);
            }
            Ok(with_due_facts(events, after, now, policy))
        }
    }
}

fn open(opened: Opened, told_at: Option<DateTime<Utc>>, now: DateTime<Utc>, policy: &Policy) -> Vec<Event> {
    let mut state = State::opened(&opened, now);
    let mut events = vec![Event::Opened(opened)];
    if let Some(told_at) = told_at {
        let due = policy.promises.due(told_at);
        let promise = Event::PromiseMade { told_at, due };
        state.fold(now, &promise);
        events.push(promise);
    }
    with_due_facts(events, state, now, policy)
}

/// Adds the facts that are due once `events` have led to `state`.
fn with_due_facts(mut events: Vec<Event>, mut state: State, now: DateTime<Utc>, policy: &Policy) -> Vec<Event> {
    while let Some(fact) = due_fact(&state, now, policy) {
        state.fold(now, &fact);
        events.push(fact);
    }
    events
}

fn respond(state: &State, input: Input, now: DateTime<Utc>, policy: &Policy) -> Result<Vec<Event>, Refusal> {
    match input {
        Input::Open { .. } => Err(Refusal::AlreadyOpened),
        Input::Again { ladder, basis, by } => {
            refuse_withdrawn(state)?;
            refuse_closed(state)?;
            Ok(vec![Event::RoundStarted { ladder, basis, by }])
        }
        Input::Start(attempt) => start(state, attempt, now, policy),
        Input::Receipt { attempt, report } if report.outcome == Outcome::Unknown => no_news(state, attempt),
        Input::Finished { attempt, report } | Input::Receipt { attempt, report } => told(state, attempt, report),
        Input::Acknowledge(said) => acknowledge(state, said),
        Input::Decline(said) => decline(state, said, policy),
        Input::CalledBack(said) => called_back(state, said),
        Input::Reply { heard, via } => reply(state, heard, via, policy),
        Input::OptOut { phone } => opt_out(state, phone),
        Input::OptIn { phone } => opt_in(state, phone),
        Input::Cancel(said) => cancel(state, said),
        Input::Tick => Ok(Vec::new()),
    }
}

/// Only what `plan` names at this instant may begin. That alone keeps pages from going out after an acknowledgement,
/// ids from being used twice and two attempts from being in flight.
fn start(state: &State, attempt: Attempt, now: DateTime<Utc>, policy: &Policy) -> Result<Vec<Event>, Refusal> {
    match due_attempt(state, now, policy) {
        Some(due) if due.id == attempt.id && due.contact == attempt.contact => {
            Ok(vec![Event::AttemptStarted(Attempt { engine: attempt.engine, ..due })])
        }
        _ => {
            refuse_closed(state)?;
            Err(Refusal::NotDue { attempt: attempt.id })
        }
    }
}

/// A provider's word about an attempt ends it, or changes what is known of it, or says nothing new.
fn told(state: &State, attempt: String, report: Report) -> Result<Vec<Event>, Refusal> {
    let Some(tried) = state.attempt(&attempt) else { return Err(Refusal::UnknownAttempt { attempt }) };
    match tried.outcome() {
        None => Ok(vec![Event::AttemptFinished { attempt, report }]),
        Some(known) if state.is_open() && weight(report.outcome) > weight(known) => {
            Ok(vec![Event::ReceiptArrived { attempt, report }])
        }
        Some(_) => Ok(Vec::new()),
    }
}

/// A receipt that nobody understands says nothing about the attempt, not even that it ended.
fn no_news(state: &State, attempt: String) -> Result<Vec<Event>, Refusal> {
    state.attempt(&attempt).map(|_| Vec::new()).ok_or(Refusal::UnknownAttempt { attempt })
}

/// How much a word about an attempt outweighs others. Words arrive late, twice and out of order; the heaviest one
/// stands, so that any order of them ends the same. Proof of arrival is final, a failure outweighs a promise to try.
fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Unknown => 0,
        Outcome::Accepted => 1,
        Outcome::Retryable => 2,
        Outcome::Unavailable => 3,
        Outcome::Refused => 4,
        Outcome::Delivered => 5,
        Outcome::Voicemail => 6,
    }
}

fn acknowledge(state: &State, said: Said) -> Result<Vec<Event>, Refusal> {
    refuse_withdrawn(state)?;
    match &state.acknowledged {
        Some(owner) if same_name(&owner.by, &said.by) => Ok(Vec::new()),
        Some(owner) => Err(Refusal::AlreadyAcknowledged(owner.clone())),
        None => Ok(vec![Event::Acknowledged(said)]),
    }
}

fn decline(state: &State, said: Said, policy: &Policy) -> Result<Vec<Event>, Refusal> {
    refuse_withdrawn(state)?;
    refuse_closed(state)?;
    match &state.acknowledged {
        Some(owner) if same_name(&owner.by, &said.by) => return Ok(vec![Event::Declined(said)]),
        Some(owner) => return Err(Refusal::AlreadyAcknowledged(owner.clone())),
        None => {}
    }
    if state.has_declined(&said.by) {
        return Ok(Vec::new());
    }
    let climbed = state.ladder.rungs.iter().flat_map(|rung| &rung.contacts);
    let tried = state.attempts.iter().map(|tried| &tried.attempt.contact);
    if climbed.chain(tried).chain(&policy.leadership).any(|contact: &Contact| contact.is_called(&said.by)) {
        return Ok(vec![Event::Declined(said)]);
    }
    let people = state.current_rung().map(|rung| rung.contacts.as_slice()).unwrap_or_default();
    Err(Refusal::NotAsked { by: said.by, asked: people.iter().map(|contact| contact.name.clone()).collect() })
}

/// Whoever reports the callback of a page that nobody has, has it.
fn called_back(state: &State, said: Said) -> Result<Vec<Event>, Refusal> {
    refuse_withdrawn(state)?;
    let mut events = Vec::new();
    if state.acknowledged.is_none() {
        events.push(Event::Acknowledged(said.clone()));
    }
    match &state.called_back {
        None => {
            refuse_closed(state)?;
            events.push(Event::CalledBack(said));
        }
        Some(first) if events.is_empty() && !same_name(&first.by, &said.by) => {
            return Err(Refusal::AlreadyCalledBack(first.clone()));
        }
        Some(_) => {}
    }
    Ok(events)
}

/// Does what a reply says, if the page still allows it, and notes that it was heard. The same reply again is nothing new.
fn reply(state: &State, heard: Heard, via: Via, policy: &Policy) -> Result<Vec<Event>, Refusal> {
    refuse_closed(state)?;
    if state.heard.iter().any(|earlier| earlier.heard.key() == heard.key()) {
        return Ok(Vec::new());
    }
    let said = Said { by: heard.from.name.clone(), via };
    let done = match heard.meant {
        Meant::HaveIt => acknowledge(state, said),
        Meant::Cannot => decline(state, said, policy),
        Meant::CalledBack => called_back(state, said),
        Meant::TooLate | Meant::Several { .. } | Meant::Unclear => Ok(Vec::new()),
    };
    let (mut events, meant) = match done {
        Ok(events) => (events, heard.meant),
        Err(Refusal::NotAsked { .. }) => (Vec::new(), Meant::Unclear),
        Err(_) => (Vec::new(), Meant::TooLate),
    };
    events.push(Event::Heard(Heard { meant, ..heard }));
    Ok(events)
}

fn opt_out(state: &State, phone: String) -> Result<Vec<Event>, Refusal> {
    refuse_closed(state)?;
    let by = state.contact_at(&phone).map(|contact| contact.name.clone()).unwrap_or_default();
    Ok(if state.is_opted_out(&phone) { Vec::new() } else { vec![Event::OptedOut { by, phone }] })
}

fn opt_in(state: &State, phone: String) -> Result<Vec<Event>, Refusal> {
    refuse_closed(state)?;
    let by = state.contact_at(&phone).map(|contact| contact.name.clone()).unwrap_or_default();
    Ok(if state.is_opted_out(&phone) { vec![Event::OptedIn { by, phone }] } else { Vec::new() })
}

fn cancel(state: &State, said: Said) -> Result<Vec<Event>, Refusal> {
    if state.phase() == Phase::Cancelled {
        return Ok(Vec::new());
    }
    refuse_closed(state)?;
    Ok(vec![Event::Cancelled(said)])
}

fn refuse_withdrawn(state: &State) -> Result<(), Refusal> {
    state.cancelled.as_ref().map_or(Ok(()), |word| Err(Refusal::Cancelled(word.clone())))
}

fn refuse_closed(state: &State) -> Result<(), Refusal> {
    state.closed_at.map_or(Ok(()), |at| Err(Refusal::Closed { at }))
}
