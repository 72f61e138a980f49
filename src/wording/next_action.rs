//! What must a person do about a page at this moment? One sentence that can be read from two steps away, and its details.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::page::{channel_name, next_step};
use super::phone;
use super::time::{span, spoken_with_day};
use crate::decision::ladder::Contact;
use crate::episode::event::Purpose;
use crate::episode::outcome::Outcome;
use crate::episode::plan::{NextStep, Upcoming};
use crate::episode::promise::{Promise, PromiseState};
use crate::episode::state::{Phase, State};

/// How much it is in a hurry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Nothing to do, or nothing any more.
    Calm,
    /// Something is to be done within the promised time.
    Soon,
    /// Somebody must act now.
    Now,
}

/// What a person does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAction {
    /// How much it is in a hurry.
    pub urgency: Urgency,
    /// The action itself.
    pub action: String,
    /// What belongs to it, sentence by sentence.
    pub details: Vec<String>,
}

/// The next human action of a page at `now` on the page's clock. `to_dial` is whom no call reached, `next` what comes by
/// itself.
pub fn next_action(
    state: &State,
    to_dial: &[&Contact],
    next: Option<&Upcoming>,
    now: DateTime<Utc>,
    zone: Tz,
) -> NextAction {
    let say = |at| spoken_with_day(at, now, zone);
    let coming = || next.map(|next| coming(next, now, zone)).into_iter().collect::<Vec<_>>();
    if let Some(word) = &state.cancelled {
        return NextAction {
            urgency: Urgency::Calm,
            action: format!("Nothing to do: {} withdrew the page at {}.", word.by, say(word.at)),
            details: Vec::new(),
        };
    }
    if let Some(word) = &state.called_back {
        return NextAction {
            urgency: Urgency::Calm,
            action: format!("Done: the customer was called back, says {} at {}.", word.by, say(word.at)),
            details: Vec::new(),
        };
    }
    match (state.phase(), &state.acknowledged) {
        (Phase::Exhausted, _) if state.drill.is_some() => NextAction {
            urgency: Urgency::Calm,
            action: "The drill is over: nobody answered.".to_owned(),
            details: Vec::new(),
        },
        (Phase::Exhausted, _) => NextAction {
            urgency: Urgency::Now,
            action: "NOBODY HAS IT. Dial by hand, from the top, until a person says \"I have it\".".to_owned(),
            details: coming(),
        },
        (_, Some(owner)) => owned(state, &owner.by, now, zone),
        (Phase::Closed, None) => {
            NextAction { urgency: Urgency::Calm, action: "Everything is settled.".to_owned(), details: Vec::new() }
        }
        _ if !to_dial.is_empty() => {
            let dialled: Vec<String> = to_dial
                .iter()
                .map(|person| {
                    let number = person.phone.as_deref().map_or_else(|| "NO NUMBER".to_owned(), phone::display);
                    format!("{} by hand: {number}", person.name)
                })
                .collect();
            NextAction { urgency: Urgency::Now, action: format!("Dial {}.", dialled.join(" and ")), details: coming() }
        }
        _ => waiting(state, next, now, zone),
    }
}

/// Somebody has it.
fn owned(state: &State, owner: &str, now: DateTime<Utc>, zone: Tz) -> NextAction {
    let has_it = format!("{owner} has it.");
    let running = state.promise.as_ref().filter(|promise| promise.called_back_at.is_none());
    match running {
        None => NextAction { urgency: Urgency::Calm, action: has_it, details: Vec::new() },
        Some(promise) => {
            let due = spoken_with_day(promise.due, now, zone);
            if promise.state(now) == PromiseState::Missed {
                return NextAction {
                    urgency: Urgency::Now,
                    action: format!(
                        "Ask {owner}: the customer should have been called by {due}, {} ago.",
                        span(now - promise.due)
                    ),
                    details: vec![has_it, "When the customer was called, report it here.".to_owned()],
                };
            }
            NextAction {
                urgency: Urgency::Soon,
                action: format!("{has_it} Customer to be called by {due}."),
                details: vec!["When the customer was called, report it here.".to_owned()],
            }
        }
    }
}

/// The page is on its way.
fn waiting(state: &State, next: Option<&Upcoming>, now: DateTime<Utc>, zone: Tz) -> NextAction {
    let told = told(state);
    let mut parts: Vec<String> = if told.is_empty() { vec!["the page begins".to_owned()] } else { told };
    parts.extend(next.filter(|next| is_step_of_the_ladder(next)).map(|next| coming(next, now, zone)));
    NextAction {
        urgency: Urgency::Calm,
        action: format!("Nothing to do: {}.", parts.join("; ")),
        details: vec!["If somebody tells you that they have it, or cannot, report it here.".to_owned()],
    }
}

/// What each person of the rung that was reached was sent, in words.
fn told(state: &State) -> Vec<String> {
    let Some(rung) = state.current_rung() else { return Vec::new() };
    let mut told = Vec::new();
    for person in &rung.contacts {
        if state.has_declined(&person.name) {
            told.push(format!("{} cannot", person.name));
            continue;
        }
        let attempts = state.attempts.iter().filter(|tried| {
            tried.attempt.round == state.round
                && tried.attempt.purpose == Purpose::Page
                && tried.attempt.contact.same_as(person)
        });
        let mut sent: Vec<String> = Vec::new();
        for tried in attempts {
            let channel = channel_name(tried.attempt.channel);
            let words = match tried.outcome() {
                None => format!("{channel} on its way"),
                Some(Outcome::Accepted | Outcome::Delivered) => format!("{channel} sent"),
                Some(Outcome::Voicemail) => "voicemail left".to_owned(),
                Some(Outcome::Refused | Outcome::Unavailable) => format!("{channel} REFUSED"),
                Some(Outcome::Retryable | Outcome::Unknown) => format!("{channel} not sent yet"),
            };
            // The last word about a channel is the one that counts.
            sent.retain(|other| !other.starts_with(channel) && *other != words);
            sent.push(words);
        }
        if !sent.is_empty() {
            told.push(format!("{}: {}", person.name, sent.join(", ")));
        }
    }
    told
}

fn is_step_of_the_ladder(next: &Upcoming) -> bool {
    !matches!(next.step, NextStep::PromiseWarning { .. } | NextStep::PromiseMissed)
}

/// What comes by itself, and when: `call to Ben Okafor at 10:40pm`.
pub fn coming(next: &Upcoming, now: DateTime<Utc>, zone: Tz) -> String {
    let what = next_step(&next.step);
    if next.at <= now {
        format!("{what} at once")
    } else {
        format!("{what} at {}", spoken_with_day(next.at, now, zone))
    }
}

/// The promise as it is counted down: `23 min left, by 11:30pm`.
pub fn promise(promise: &Promise, now: DateTime<Utc>, zone: Tz) -> String {
    let due = spoken_with_day(promise.due, now, zone);
    match promise.state(now) {
        PromiseState::Open => format!("{} min left, by {due}", promise.minutes_left(now)),
        PromiseState::Kept => format!("kept, it was due by {due}"),
        PromiseState::Late => format!("kept LATE, it was due by {due}"),
        PromiseState::Missed => format!("MISSED by {}, it was due by {due}", span(now - promise.due)),
    }
}
