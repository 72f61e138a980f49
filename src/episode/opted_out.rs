//! Who is called because they blocked texts with STOP while a page asks them (domain 3, STOP; domain 6 row 47)?
//!
//! Asked by `message` for what is owed and by `fact` for whether a rung can still reach anybody.

use chrono::TimeDelta;

use super::event::Purpose;
use super::message::{Message, message, numbered, tags};
use super::policy::Policy;
use super::state::{OptedOut, State};
use crate::decision::ladder::{Channel, Contact};

/// A call that began so shortly before counts: the phone rings already.
const JUST_CALLED: TimeDelta = TimeDelta::minutes(1);

/// A call to everybody who is asked to take a waiting page and has blocked texts, where calls can be made: at once,
/// unless one was made just now or the rung's own is still to come.
pub(super) fn calls_instead<'a>(state: &'a State, policy: &Policy) -> Vec<Message<'a>> {
    let waits = state.is_open() && state.acknowledged.is_none() && state.cancelled.is_none();
    if !waits || policy.providers.names(Channel::Voice).is_empty() {
        return Vec::new();
    }
    let people: Vec<(&OptedOut, &Contact)> = state
        .opted_out
        .iter()
        .filter(|it| it.until.is_none())
        .filter_map(|it| Some((it, asked(state, &it.phone)?)))
        .filter(|(_, contact)| !state.has_declined(&contact.name))
        .collect();
    let tags = tags(people.iter().map(|(_, contact)| *contact));
    let mut calls = Vec::new();
    for ((opted_out, contact), tag) in people.into_iter().zip(tags) {
        let times = state.opted_out.iter().filter(|it| it.phone == opted_out.phone).count();
        let topic = numbered("stop", u32::try_from(times).unwrap_or(u32::MAX));
        let key = format!("r{}.{topic}.{tag}.voice", state.round);
        let rung = state.current.map(|climb| climb.rung);
        let call = message(state, policy, key, Purpose::Page, rung, contact, Channel::Voice);
        if call.tries > 0 || !(rings_already(state, opted_out) || will_ring(state, contact)) {
            calls.push(call);
        }
    }
    calls
}

/// The person with this number whom the page asks: on the rung that is being tried, or by a message of this round.
fn asked<'a>(state: &'a State, phone: &str) -> Option<&'a Contact> {
    let now_asked = state.current_rung().filter(|_| state.is_climbing()).into_iter().flat_map(|rung| &rung.contacts);
    let sent = state.attempts.iter().filter(|tried| tried.asks_to_act() && tried.attempt.round == state.round);
    let mut people = now_asked.chain(sent.map(|tried| &tried.attempt.contact));
    people.find(|contact| contact.phone.as_deref() == Some(phone))
}

fn rings_already(state: &State, opted_out: &OptedOut) -> bool {
    let since = opted_out.since.checked_sub_signed(JUST_CALLED).unwrap_or(opted_out.since);
    state.attempts.iter().any(|tried| {
        tried.attempt.channel == Channel::Voice
            && tried.attempt.contact.phone.as_ref() == Some(&opted_out.phone)
            && tried.started_at >= since
    })
}

/// Whether the rung that is being tried calls this person by itself and has not yet.
fn will_ring(state: &State, contact: &Contact) -> bool {
    let Some((climb, rung)) = state.current.zip(state.current_rung()).filter(|_| state.is_climbing()) else {
        return false;
    };
    let called = |channel, index| {
        state.attempts.iter().any(|it| {
            let attempt = &it.attempt;
            (attempt.channel, attempt.rung, attempt.round) == (channel, Some(index), state.round)
                && attempt.contact.same_as(contact)
        })
    };
    rung.channels.contains(&Channel::Voice)
        && rung.contacts.iter().any(|it| it.same_as(contact))
        && !called(Channel::Voice, climb.rung)
}
