//! What is due for a page now, and when must somebody look again? Called by the engine each turn.
//!
//! Level-triggered: everything follows from the state and `now`, so calling it twice is harmless and a lost call costs
//! one turn. The queue is nothing but this derivation; what an acknowledgement ends is ended in its transaction.

use chrono::{DateTime, Utc};

use super::event::{Attempt, Purpose, message_key};
use super::fact::{due_fact, next_rung, rung_ends};
use super::failover::Progress;
use super::hang_up;
use super::message::owed;
use super::outcome::Outcome;
use super::policy::Policy;
use super::promise::later;
use super::state::{State, Tried};
use crate::decision::ladder::Channel;

/// What a turn has to do for one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What is to be done. At most one message: pages go out one after the other, so that a crash doubles at most one.
    pub actions: Vec<Action>,
    /// When the page needs its next turn: `now` when facts or a message are due, else strictly later; `None` when
    /// nothing will become due by itself. Asking for a receipt is never a reason for a turn at `now`.
    pub next_wake: Option<DateTime<Utc>>,
    /// Whether facts are due that `Input::Tick` records. No message is planned before they are.
    pub facts_due: bool,
}

/// Something to do in the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Make this attempt: fill in `engine`, record it by `Input::Start`, then send.
    Send(Attempt),
    /// Ask what became of a message that a provider took.
    ///
    /// Asking leaves no event unless the word changed, so the log cannot tell whether it was done. Therefore the
    /// action stays in the plan from `due_at` until the next time of asking, and `(attempt, due_at)` names it: the
    /// engine keeps the pairs it has carried out in memory and passes over them. One that forgot asks once more.
    AskReceipt {
        /// The attempt's id.
        attempt: String,
        /// Its channel.
        channel: Channel,
        /// The provider that took it.
        provider: String,
        /// The provider's own name for the message.
        provider_id: String,
        /// Since when the question is due.
        due_at: DateTime<Utc>,
    },
    /// End a call that may still ring though nobody needs to answer it any more. In the plan from `due_at` until the
    /// next time of asking or until its end is recorded; the engine remembers what it did as for a question.
    HangUp {
        /// The attempt's id.
        attempt: String,
        /// The provider that made the call.
        provider: String,
        /// The provider's own name for the call.
        provider_id: String,
        /// Since when it is due.
        due_at: DateTime<Utc>,
    },
}

/// What comes next for a page, for people who watch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    /// When; never before the `now` that was asked for.
    pub at: DateTime<Utc>,
    /// What.
    pub step: NextStep,
}

/// A step that comes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// A message goes out.
    Send {
        /// To whom.
        to: String,
        /// By which channel.
        channel: Channel,
        /// Why.
        purpose: Purpose,
    },
    /// A message that failed is tried again.
    RetryChannel {
        /// To whom.
        to: String,
        /// By which channel.
        channel: Channel,
    },
    /// The climb goes on to the next rung that has somebody.
    Escalate {
        /// The label of that rung.
        rung: String,
    },
    /// The ladder ends; a person must act.
    Exhaust,
    /// The promise is warned about.
    PromiseWarning {
        /// Minutes after the customer was told.
        after_minutes: u32,
    },
    /// The promise will have been missed.
    PromiseMissed,
}

/// Plans one turn.
pub fn plan(state: &State, now: DateTime<Utc>, policy: &Policy) -> Plan {
    let facts_due = due_fact(state, now, policy).is_some();
    let send = due_attempt(state, now, policy);
    let next_wake = if facts_due || send.is_some() {
        Some(now)
    } else {
        times(state, policy).into_iter().filter(|at| *at > now).min()
    };
    // Before a text goes out once more for want of a receipt, its provider is asked for one.
    let about_it = |question: &Action| match (question, &send) {
        (Action::AskReceipt { attempt, .. }, Some(send)) => message_key(attempt) == send.message_key(),
        _ => false,
    };
    let hang_ups = hang_ups(state, now);
    let (mut actions, others): (Vec<Action>, Vec<Action>) = questions(state, now, policy).partition(about_it);
    actions.splice(0..0, hang_ups);
    actions.extend(send.map(Action::Send));
    actions.extend(others);
    Plan { actions, next_wake, facts_due }
}

/// The one attempt that may begin now: the most urgent message, as long as no other attempt is in flight and every
/// fact that is due has been recorded.
pub(super) fn due_attempt(state: &State, now: DateTime<Utc>, policy: &Policy) -> Option<Attempt> {
    if state.in_flight().is_some() || due_fact(state, now, policy).is_some() {
        return None;
    }
    let messages = owed(state, policy);
    let message = messages.iter().find(|message| message.due_at(now).is_some_and(|at| at <= now))?;
    Some(message.attempt(state, now, policy))
}

/// What comes next by itself, if anything does.
pub fn next(state: &State, now: DateTime<Utc>, policy: &Policy) -> Option<Upcoming> {
    let mut coming: Vec<Upcoming> = Vec::new();
    let mut add = |at: DateTime<Utc>, step: NextStep| coming.push(Upcoming { at: at.max(now), step });
    for message in owed(state, policy) {
        // A text that waits for its receipt goes out again only if that stays away.
        let waits = matches!(message.progress, Progress::Unconfirmed(at) if at > now);
        let Some(at) = message.due_at(now).filter(|_| !waits) else { continue };
        let (to, channel, purpose) = (message.contact.name.clone(), message.channel, message.purpose);
        let step = match message.progress {
            Progress::Again(_) | Progress::Unconfirmed(_) => NextStep::RetryChannel { to, channel },
            _ => NextStep::Send { to, channel, purpose },
        };
        add(at, step);
    }
    if state.is_climbing() {
        let step = match next_rung(state, policy) {
            Some(rung) => NextStep::Escalate { rung: rung.label.clone() },
            None => NextStep::Exhaust,
        };
        add(rung_ends(state).unwrap_or(now), step);
    }
    if let Some(promise) = state.promise.as_ref().filter(|_| !state.is_settled()) {
        if let Some((after_minutes, at)) = promise.next_warning(policy) {
            add(at, NextStep::PromiseWarning { after_minutes });
        }
        if let Some(due) = promise.next_miss() {
            add(due, NextStep::PromiseMissed);
        }
    }
    coming.into_iter().min_by_key(|upcoming| upcoming.at)
}

/// Every instant at which something may become due, past ones among them.
fn times(state: &State, policy: &Policy) -> Vec<DateTime<Utc>> {
    if !state.is_open() {
        return Vec::new();
    }
    let mut times: Vec<DateTime<Utc>> = Vec::new();
    match state.in_flight() {
        Some(tried) => times.push(tried.attempt.doubtful_at),
        None => times.extend(owed(state, policy).iter().filter_map(|message| match message.progress {
            Progress::Again(at) | Progress::Unconfirmed(at) => Some(at),
            _ => None,
        })),
    }
    if state.is_climbing() {
        times.extend(rung_ends(state));
    }
    if let Some(promise) = state.promise.as_ref().filter(|_| !state.is_settled()) {
        times.extend(promise.next_warning(policy).map(|(_, at)| at));
        times.extend(promise.next_miss());
    }
    for call in hang_up::needless(state) {
        times.extend(call.asking_times().chain([call.over_at()]));
    }
    for (tried, answered_at) in open_questions(state) {
        times.extend(asking_times(tried, answered_at, policy));
    }
    times
}

/// When the provider of a message that it took is asked what became of it. Where another provider would send the
/// message again for want of a receipt, it is asked once more just before.
fn asking_times(tried: &Tried, answered_at: DateTime<Utc>, policy: &Policy) -> impl Iterator<Item = DateTime<Utc>> {
    let has_another = policy.providers.names(tried.attempt.channel).len() > 1;
    let before_another = Some(policy.receipt_wait_s).filter(|_| has_another);
    let after_s = policy.poll_s(tried.attempt.channel).iter().copied().chain(before_another);
    after_s.map(move |after_s| later(answered_at, i64::from(after_s)))
}

/// For each call that is to end, the request of the latest time of asking that has come.
fn hang_ups(state: &State, now: DateTime<Utc>) -> Vec<Action> {
    let due = hang_up::needless(state).filter(|call| call.over_at() > now).filter_map(|call| {
        Some(Action::HangUp {
            attempt: call.tried.attempt.id.clone(),
            provider: call.tried.provider().to_owned(),
            provider_id: call.tried.provider_id()?.to_owned(),
            due_at: call.asking_times().filter(|at| *at <= now).max()?,
        })
    });
    due.collect()
}

/// For each message whose fate is open, the question of the latest time of asking that has come.
fn questions<'a>(state: &'a State, now: DateTime<Utc>, policy: &'a Policy) -> impl Iterator<Item = Action> + 'a {
    open_questions(state).filter_map(move |(tried, answered_at)| {
        let times = asking_times(tried, answered_at, policy);
        Some(Action::AskReceipt {
            attempt: tried.attempt.id.clone(),
            channel: tried.attempt.channel,
            provider: tried.latest()?.report.provider.clone(),
            provider_id: tried.provider_id()?.to_owned(),
            due_at: times.filter(|at| *at <= now).max()?,
        })
    })
}

/// The messages that a provider took, whose fate would still change what happens next, and since when.
fn open_questions(state: &State) -> impl Iterator<Item = (&Tried, DateTime<Utc>)> {
    let page_is_open = state.is_open() && state.cancelled.is_none();
    let nobody_has_it = state.acknowledged.is_none();
    let promise_runs = state.promise.as_ref().is_some_and(super::promise::Promise::runs);
    state.attempts.iter().filter_map(move |tried| {
        let matters = match tried.attempt.purpose {
            Purpose::Page | Purpose::Exhausted => nobody_has_it && tried.attempt.round == state.round,
            Purpose::PromiseWarning { .. } | Purpose::PromiseMissed => promise_runs,
            Purpose::StandDown | Purpose::Answer { .. } => false,
        };
        let latest = tried.latest().filter(|latest| latest.report.outcome == Outcome::Accepted)?;
        (page_is_open && matters && tried.provider_id().is_some()).then_some((tried, latest.at))
    })
}
