//! What must a person do about a page at this moment? One sentence that can be read from two steps away, and its details.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::page::{channel_name, next_step, people};
use super::phone;
use super::time::{span, spoken_with_day};
use crate::decision::ladder::{Channel, Contact, Rung};
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
    let coming = || next.map(|next| coming(state, next, now, zone)).into_iter().collect::<Vec<_>>();
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

/// What a channel does to a person.
fn verb(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "texted",
        Channel::Voice => "called",
        Channel::Email => "e-mailed",
        Channel::Chat => "told in the chat",
        Channel::Ntfy | Channel::Pushover => "sent a push message",
    }
}

fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The page is on its way.
fn waiting(state: &State, next: Option<&Upcoming>, now: DateTime<Utc>, zone: Tz) -> NextAction {
    let told = told(state);
    let mut parts: Vec<String> = if told.is_empty() { vec!["the page begins".to_owned()] } else { told };
    if let Some(next) = next.filter(|next| is_step_of_the_ladder(next)) {
        let coming = coming(state, next, now, zone);
        match (parts.as_mut_slice(), rung_to_come(state, next)) {
            // The same person is not named twice.
            ([only], Some(rung)) if is_again(state, rung) && only.starts_with(&people(rung)) => {
                only.push_str(", and");
                only.push_str(coming.strip_prefix(&people(rung)).unwrap_or(&coming));
            }
            _ => parts.push(coming),
        }
    }
    NextAction {
        urgency: Urgency::Calm,
        action: format!("Nothing to do: {}.", parts.join("; ")),
        details: vec!["If somebody tells you that they have it, or cannot, report it here.".to_owned()],
    }
}

/// What each person of the rung that was reached was sent, in words: `Ada Ruiz has been texted and called`.
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
        let (mut reached, mut under_way, mut amiss) = (Vec::new(), Vec::new(), Vec::new());
        for tried in attempts {
            let channel = tried.attempt.channel;
            let (list, word) = match tried.outcome() {
                None => (&mut under_way, verb(channel)),
                Some(Outcome::Accepted | Outcome::Delivered) => (&mut reached, verb(channel)),
                Some(Outcome::Voicemail) => (&mut reached, "called (voicemail left)"),
                Some(_) => (&mut amiss, channel_name(channel)),
            };
            if !list.contains(&word) {
                list.push(word);
            }
        }
        let mut words = Vec::new();
        if !reached.is_empty() {
            words.push(format!("has been {}", listed(&reached)));
        }
        if !under_way.is_empty() {
            words.push(format!("is being {}", listed(&under_way)));
        }
        if !amiss.is_empty() {
            words.push(format!("could NOT be sent a {}", listed(&amiss)));
        }
        if !words.is_empty() {
            told.push(format!("{} {}", person.name, words.join(", ")));
        }
    }
    told
}

fn is_step_of_the_ladder(next: &Upcoming) -> bool {
    !matches!(next.step, NextStep::PromiseWarning { .. } | NextStep::PromiseMissed)
}

/// What comes by itself, and when, with the people whom it asks: `Ben Okafor is called at 10:40pm`.
pub fn coming(state: &State, next: &Upcoming, now: DateTime<Utc>, zone: Tz) -> String {
    let at = if next.at <= now { "at once".to_owned() } else { format!("at {}", spoken_with_day(next.at, now, zone)) };
    match rung_to_come(state, next) {
        Some(rung) => format!("{} {} {at}", people(rung), happens(state, rung)),
        None => format!("{} {at}", next_step(&next.step)),
    }
}

/// The rung that the climb reaches next, when that is what comes next.
fn rung_to_come<'a>(state: &'a State, next: &Upcoming) -> Option<&'a Rung> {
    let rung = state.ladder.rungs.get(state.next_rung).filter(|rung| !rung.contacts.is_empty());
    rung.filter(|_| matches!(next.step, NextStep::Escalate { .. }))
}

/// `is called again`, `are texted and called`.
fn happens(state: &State, rung: &Rung) -> String {
    let verbs: Vec<&str> = rung.channels.iter().map(|channel| verb(*channel)).collect();
    let are = if rung.contacts.len() == 1 { "is" } else { "are" };
    format!("{are} {}{}", listed(&verbs), if is_again(state, rung) { " again" } else { "" })
}

fn is_again(state: &State, rung: &Rung) -> bool {
    state.current_rung().is_some_and(|now| now.contacts == rung.contacts)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_listed_as_people_list_them() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["texted"]), "texted");
        assert_eq!(listed(&["texted", "called", "e-mailed"]), "texted, called and e-mailed");
    }
}
