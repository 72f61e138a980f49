//! Which fact is due to be recorded, because time passed or nothing is left to try? The rules of the climb
//! (contract 5.3), of the promise's warnings (contract 5.5) and of closing.
//!
//! `plan` asks whether there is one; `decide` records them one after the other until there is none.

use chrono::{DateTime, Utc};

use super::event::{EscalationReason, Event};
use super::failover::Progress;
use super::hang_up::is_awaited;
use super::message::{Message, owed, pages};
use super::opted_out::calls_instead;
use super::outcome::{Outcome, Report};
use super::policy::Policy;
use super::promise::later;
use super::state::{Climb, State};
use crate::decision::ladder::{Channel, Rung};

/// The next fact that is due at `now`; each one recorded brings the page nearer to having none.
pub(super) fn due_fact(state: &State, now: DateTime<Utc>, policy: &Policy) -> Option<Event> {
    if !state.is_open() {
        return None;
    }
    doubtful(state, now)
        .or_else(|| promise_fact(state, now, policy))
        .or_else(|| climb_fact(state, now, policy))
        .or_else(|| closing(state, now, policy))
}

/// An attempt whose outcome nobody recorded in time counts as not reached (contract 5.1).
fn doubtful(state: &State, now: DateTime<Utc>) -> Option<Event> {
    let tried = state.in_flight().filter(|tried| tried.attempt.doubtful_at <= now)?;
    Some(doubt(&tried.attempt.id, "no outcome was recorded in time"))
}

/// The end of an attempt that nobody knows the outcome of.
pub(super) fn doubt(attempt: &str, detail: &str) -> Event {
    let report =
        Report { outcome: Outcome::Unknown, provider: String::new(), provider_id: None, detail: detail.to_owned() };
    Event::AttemptFinished { attempt: attempt.to_owned(), report }
}

/// Warnings in their order, then the miss. All are recorded, however late; `message` sends only the last.
fn promise_fact(state: &State, now: DateTime<Utc>, policy: &Policy) -> Option<Event> {
    let promise = state.promise.as_ref().filter(|_| state.cancelled.is_none())?;
    if let Some((after_minutes, _)) = promise.next_warning(policy).filter(|(_, at)| *at <= now) {
        return Some(Event::PromiseWarned { after_minutes });
    }
    promise.next_miss().filter(|due| *due <= now).map(|_| Event::PromiseMissed)
}

/// One step of the climb: to the next rung that has somebody to try, past one that has nobody, or off the end.
fn climb_fact(state: &State, now: DateTime<Utc>, policy: &Policy) -> Option<Event> {
    if !state.is_climbing() {
        return None;
    }
    let reason = match state.current {
        Some(climb) => why_leave(state, climb, now, policy)?,
        None if state.next_rung == 0 => EscalationReason::Began,
        None => EscalationReason::Empty,
    };
    let rung = state.next_rung;
    if rung >= state.ladder.rungs.len() {
        Some(Event::Exhausted)
    } else if has_somebody(state, rung, policy) {
        Some(Event::Escalated { rung, reason })
    } else {
        Some(Event::RungSkipped { rung })
    }
}

/// Why the current rung is over, if it is. Its time never ends it before each of its messages was tried by every provider
/// that is to be asked at once: a rung without time of its own, or one that began while no engine ran, still pages its
/// people, also where the first provider fails. Nothing else could go out meanwhile.
fn why_leave(state: &State, climb: Climb, now: DateTime<Utc>, policy: &Policy) -> Option<EscalationReason> {
    if state.given_back {
        return Some(EscalationReason::Declined);
    }
    let mut messages = pages(state, climb.rung, policy);
    let on_rung = |call: &Message<'_>| messages.iter().any(|page| page.contact.same_as(call.contact));
    let calls: Vec<Message<'_>> = calls_instead(state, policy).into_iter().filter(on_rung).collect();
    messages.extend(calls);
    if !messages.iter().any(|message| may_reach(state, message)) {
        let declined =
            state.current_rung().is_some_and(|rung| rung.contacts.iter().any(|it| state.has_declined(&it.name)));
        return Some(if declined { EscalationReason::Declined } else { EscalationReason::Unreachable });
    }
    let is_under_way = |message: &Message<'_>| match message.progress {
        Progress::Untried | Progress::InFlight => true,
        Progress::Again(at) => at <= now,
        Progress::Unconfirmed(_) | Progress::Taken | Progress::Rang | Progress::Failed => false,
    };
    let all_tried = !messages.iter().any(is_under_way);
    (all_tried && rung_ends(state)? <= now).then_some(EscalationReason::NoAnswer)
}

/// When the current rung's time ends.
pub(super) fn rung_ends(state: &State) -> Option<DateTime<Utc>> {
    let wait_s = state.current_rung()?.wait_s;
    Some(later(state.current?.since, i64::from(wait_s)))
}

/// The rung that the climb would reach next; `None` when only exhaustion is left.
pub(super) fn next_rung<'a>(state: &'a State, policy: &Policy) -> Option<&'a Rung> {
    let ahead = state.next_rung..state.ladder.rungs.len();
    state.ladder.rungs.get(ahead.into_iter().find(|rung| has_somebody(state, *rung, policy))?)
}

/// Whether a rung has anybody to try: not declined, with an address that was not refused.
fn has_somebody(state: &State, rung: usize, policy: &Policy) -> bool {
    pages(state, rung, policy).iter().any(|message| may_reach(state, message))
}

/// Whether a message may still bring somebody to take the page. Whoever blocked texts is reached by a call alone: a mail
/// is a copy and wakes nobody.
fn may_reach(state: &State, message: &Message<'_>) -> bool {
    let only_by_call = message.contact.phone.as_deref().is_some_and(|phone| state.is_opted_out(phone));
    message.progress != Progress::Failed && (!only_by_call || message.channel == Channel::Voice)
}

/// A settled page closes when its last attempt has ended, nobody is left to be stood down, and no phone may ring in vain.
fn closing(state: &State, now: DateTime<Utc>, policy: &Policy) -> Option<Event> {
    let over = |message: &Message<'_>| {
        matches!(message.progress, Progress::Taken | Progress::Unconfirmed(_) | Progress::Rang | Progress::Failed)
    };
    let done = state.is_settled()
        && state.in_flight().is_none()
        && !is_awaited(state, now)
        && owed(state, policy).iter().all(over);
    done.then_some(Event::Closed)
}
