//! Whom must a person dial, because no call of the tool left so much as a voicemail (contract 5.4, A25)?
//!
//! Asked by faces that show a page. A call that is to be tried again is not given up yet.

use super::failover::Progress;
use super::message::pages;
use super::outcome::Outcome;
use super::policy::Policy;
use super::state::State;
use crate::decision::ladder::{Channel, Contact};

/// The people whom the climb has reached in this round, who were called, and who heard nothing: no person and no machine
/// answered, and no further try comes. Empty once the page is taken, withdrawn or exhausted: then other words are due.
pub fn to_dial<'a>(state: &'a State, policy: &'a Policy) -> Vec<&'a Contact> {
    let mut people: Vec<&Contact> = Vec::new();
    let Some(climb) = state.current.filter(|_| state.is_climbing()) else { return people };
    let messages: Vec<_> = (0..=climb.rung).flat_map(|rung| pages(state, rung, policy)).collect();
    let calls = |contact: &Contact| {
        let called = state.attempts.iter().filter(|tried| {
            tried.attempt.channel == Channel::Voice && tried.attempt.round == state.round && tried.asks_to_act()
        });
        called.filter(|tried| tried.attempt.contact.same_as(contact)).collect::<Vec<_>>()
    };
    for message in messages.iter().filter(|message| message.channel == Channel::Voice) {
        let contact = message.contact;
        let still_coming = messages.iter().any(|other| {
            other.channel == Channel::Voice
                && other.contact.same_as(contact)
                && !matches!(other.progress, Progress::Rang | Progress::Failed)
        });
        let calls = calls(contact);
        let heard = |outcome| matches!(outcome, Some(Outcome::Voicemail | Outcome::Delivered));
        let left_something = calls.iter().any(|tried| heard(tried.outcome()));
        if !calls.is_empty() && !still_coming && !left_something && !people.iter().any(|it| it.same_as(contact)) {
            people.push(contact);
        }
    }
    people
}
