//! Which numbers and addresses are proved to reach their people? Derived from the logs of pages and drills, each time anew.
//!
//! A receipt that says "delivered", and a person's answer by that way. A provider that only took a message proves
//! nothing (contract 5.2).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::decision::ladder::{Channel, Contact};
use crate::episode::event::Via;
use crate::episode::outcome::Outcome;
use crate::episode::state::{State, Word};
use crate::schedule::roster::fold;

/// When each way to a person last proved itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confirmations {
    /// By folded name, channel and address: a number that was changed since is another way.
    last: BTreeMap<(String, Channel, String), DateTime<Utc>>,
}

impl Confirmations {
    /// Takes in what one page or drill proves. Training proves nothing.
    pub fn take(&mut self, state: &State) {
        if state.training {
            return;
        }
        for tried in &state.attempts {
            let received = tried.receipt.iter().chain(&tried.answer);
            if let Some(word) = received.clone().find(|word| word.report.outcome == Outcome::Delivered) {
                self.note(&tried.attempt.contact, tried.attempt.channel, word.at);
            }
        }
        for Word { at, by, via } in state.acknowledged.iter().chain(&state.declined) {
            let channel = match via {
                Via::Sms => Channel::Sms,
                Via::Voice => Channel::Voice,
                Via::Link | Via::Push | Via::Agent | Via::Training => continue,
            };
            let mut asked = state.attempts.iter().map(|tried| &tried.attempt);
            if let Some(attempt) = asked.find(|it| it.channel == channel && it.contact.is_called(by)) {
                self.note(&attempt.contact, channel, *at);
            }
        }
    }

    fn note(&mut self, contact: &Contact, channel: Channel, at: DateTime<Utc>) {
        let Some(address) = contact.address(channel) else { return };
        let key = (fold(&contact.name).into_owned(), channel, address.to_owned());
        let last = self.last.entry(key).or_insert(at);
        *last = at.max(*last);
    }

    /// When `channel` last proved to reach `name` at `address`.
    pub fn last(&self, name: &str, channel: Channel, address: &str) -> Option<DateTime<Utc>> {
        self.last.get(&(fold(name).into_owned(), channel, address.to_owned())).copied()
    }

    /// When a text last proved to reach anybody.
    pub fn last_text(&self) -> Option<DateTime<Utc>> {
        self.last.iter().filter(|((_, channel, _), _)| *channel == Channel::Sms).map(|(_, at)| *at).max()
    }

    /// When a number last proved to reach `name`, by text or by call.
    pub fn last_by_phone(&self, name: &str, number: &str) -> Option<DateTime<Utc>> {
        [Channel::Sms, Channel::Voice].into_iter().filter_map(|channel| self.last(name, channel, number)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Answers;
    use crate::decision::ladder::{Ladder, Rung};
    use crate::episode::event::{Attempt, Basis, Event, Opened, Purpose, Recorded, Said};
    use crate::episode::outcome::Report;

    const PHONE: &str = "+16085550101";

    fn at(minute: u32) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + i64::from(minute) * 60, 0).unwrap()
    }

    fn told(training: bool, outcome: Outcome, answer: Option<Via>) -> Confirmations {
        let ada =
            Contact { name: "Ada Ruiz".into(), phone: Some(PHONE.into()), email: None, until: None, also: Vec::new() };
        let rung =
            Rung { label: "drill".into(), wait_s: 600, channels: vec![Channel::Sms], contacts: vec![ada.clone()] };
        let opened = Opened {
            case: "DRILL-ADA-RUIZ".into(),
            schedule: None,
            row: "drill".into(),
            answers: Answers::default(),
            training,
            pretended_s: 0,
            by: "agent".into(),
            ladder: Ladder { rungs: vec![rung] },
            basis: Basis { rows: Vec::new(), snapshot: String::new(), read_at: None, age_s: 0 },
            drill: None,
        };
        let attempt = Attempt {
            id: "a".into(),
            purpose: Purpose::Page,
            round: 1,
            rung: Some(0),
            contact: ada,
            channel: Channel::Sms,
            tried: 1,
            engine: String::new(),
            provider: String::new(),
            doubtful_at: at(9),
        };
        let report =
            Report { outcome, provider: "twilio".into(), provider_id: Some("SM1".into()), detail: String::new() };
        let mut events = vec![
            Event::Opened(opened),
            Event::Escalated { rung: 0, reason: crate::episode::event::EscalationReason::Began },
            Event::AttemptStarted(attempt),
            Event::AttemptFinished { attempt: "a".into(), report },
        ];
        events.extend(answer.map(|via| Event::Acknowledged(Said { by: "ada ruiz".into(), via })));
        let log: Vec<Recorded> = (1..).zip(events).map(|(seq, event)| Recorded { seq, at: at(seq), event }).collect();
        let mut confirmations = Confirmations::default();
        confirmations.take(&State::of(&log).unwrap());
        confirmations
    }

    #[test]
    fn a_receipt_or_an_answer_confirms_and_a_providers_promise_does_not() {
        let last = |told: Confirmations| told.last_by_phone("ADA RUIZ", PHONE);
        assert_eq!(last(told(false, Outcome::Delivered, None)), Some(at(4)));
        assert_eq!(last(told(false, Outcome::Accepted, Some(Via::Sms))), Some(at(5)));
        assert_eq!(last(told(false, Outcome::Delivered, Some(Via::Sms))), Some(at(5)), "the later of both");
        assert_eq!(last(told(false, Outcome::Accepted, None)), None);
        assert_eq!(last(told(false, Outcome::Accepted, Some(Via::Agent))), None, "an agent's word proves no number");
        assert_eq!(last(told(true, Outcome::Delivered, Some(Via::Sms))), None, "nothing was sent");
        assert_eq!(told(false, Outcome::Delivered, None).last_by_phone("Ada Ruiz", "+16085550999"), None);
    }
}
