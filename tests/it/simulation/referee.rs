//! Which rules does every event of a page have to keep? Books of its own: nothing here asks `State::phase`, `plan` or
//! `decide` what is right.

use chrono::{DateTime, Utc};
use page_oncall::decision::ladder::{Channel, Contact, Ladder};
use page_oncall::episode::event::{Attempt, Event, Heard, Meant, Purpose};
use page_oncall::episode::outcome::Outcome;
use page_oncall::episode::{Phase, Policy, PromiseState, State};

use super::contacts;

/// What has happened so far, as far as the rules care.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own that the rules ask for")]
pub(super) struct Referee {
    ladder: Ladder,
    round: u32,
    rung: Option<usize>,
    owner: Option<String>,
    declined: Vec<String>,
    /// Whom a warning may still go to: owners and rung people at the times of warnings.
    warned: Vec<Contact>,
    tries: Vec<(Attempt, Option<Outcome>)>,
    heard: Vec<Heard>,
    /// Whose texts are blocked, and whose were once.
    stopped: Vec<String>,
    started: Vec<String>,
    cancelled: bool,
    closed: bool,
    exhausted: bool,
    missed: bool,
    called_back: bool,
    leadership: Vec<Contact>,
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl Referee {
    pub(super) fn new(opened: &State, policy: &Policy) -> Self {
        Self {
            ladder: opened.ladder.clone(),
            round: 1,
            rung: None,
            owner: None,
            declined: Vec::new(),
            warned: Vec::new(),
            tries: Vec::new(),
            heard: Vec::new(),
            stopped: Vec::new(),
            started: Vec::new(),
            cancelled: false,
            closed: false,
            exhausted: false,
            missed: false,
            called_back: false,
            leadership: policy.leadership.clone(),
        }
    }

    pub(super) fn judge(&mut self, event: &Event, policy: &Policy) {
        assert!(!self.closed, "nothing follows the end");
        match event {
            Event::Opened(_) => panic!("opened twice"),
            Event::RoundStarted { ladder, .. } => {
                self.ladder = ladder.clone();
                self.round += 1;
                (self.rung, self.owner, self.exhausted) = (None, None, false);
                self.declined.clear();
            }
            Event::RungSkipped { .. } => assert!(self.owner.is_none() && !self.cancelled),
            Event::Escalated { rung, .. } => {
                assert!(self.owner.is_none() && !self.cancelled && !self.exhausted);
                assert!(self.rung.is_none_or(|before| before < *rung), "a climb never goes down");
                self.rung = Some(*rung);
            }
            Event::AttemptStarted(attempt) => self.judge_attempt(attempt, policy),
            Event::AttemptFinished { attempt, report } => {
                let tried = self.tries.iter_mut().find(|(it, _)| it.id == *attempt).unwrap();
                assert!(tried.1.replace(report.outcome).is_none(), "one outcome an attempt");
            }
            Event::ReceiptArrived { attempt, report } => {
                let tried = self.tries.iter_mut().find(|(it, _)| it.id == *attempt).unwrap();
                assert_ne!(tried.1.replace(report.outcome), Some(report.outcome), "only changes are recorded");
            }
            Event::Acknowledged(said) => {
                assert!(self.owner.is_none() && !self.cancelled, "one owner");
                self.owner = Some(said.by.clone());
            }
            Event::Declined(said) => {
                if self.owner.as_ref().is_some_and(|owner| same(owner, &said.by)) {
                    (self.owner, self.exhausted) = (None, false);
                }
                self.declined.push(said.by.clone());
            }
            Event::Heard(heard) => {
                assert!(self.heard.iter().all(|earlier| earlier.key() != heard.key()), "no reply is heard twice");
                self.heard.push(heard.clone());
            }
            Event::OptedOut { phone, .. } => {
                assert!(!self.stopped.contains(phone), "told once");
                self.stopped.push(phone.clone());
            }
            Event::OptedIn { phone, .. } => {
                assert!(self.stopped.contains(phone));
                self.stopped.retain(|it| it != phone);
                self.started.push(phone.clone());
            }
            Event::PromiseMade { told_at, due } => {
                assert_eq!(*due, policy.promises.due(*told_at));
                assert!([60, 25].contains(&(*due - *told_at).num_minutes()));
            }
            Event::PromiseWarned { .. } => {
                assert!(!self.missed && !self.called_back && !self.cancelled);
                self.warned.extend(self.people_of_rung());
                let everybody = self.ladder.rungs.iter().flat_map(|rung| rung.contacts.clone());
                let earlier = self.tries.iter().map(|(attempt, _)| attempt.contact.clone());
                let owner = self.owner.clone().unwrap_or_default();
                self.warned.extend(everybody.chain(earlier).filter(|contact| same(&contact.name, &owner)));
            }
            Event::PromiseMissed => {
                assert!(!self.missed && !self.called_back && !self.cancelled);
                self.missed = true;
            }
            Event::CalledBack(_) => {
                assert!(self.owner.is_some() && !self.called_back && !self.cancelled);
                self.called_back = true;
            }
            Event::Exhausted => {
                assert!(self.owner.is_none() && !self.cancelled && !self.exhausted, "once a climb");
                self.exhausted = true;
            }
            Event::Cancelled(_) => {
                assert!(!self.cancelled);
                self.cancelled = true;
            }
            Event::Closed => {
                assert!(self.cancelled || self.owner.is_some());
                self.closed = true;
            }
        }
    }

    fn judge_attempt(&mut self, attempt: &Attempt, policy: &Policy) {
        let Attempt { id, contact, channel, .. } = attempt;
        assert!(self.tries.iter().all(|(earlier, _)| earlier.id != *id), "{id} twice");
        assert!(self.tries.iter().all(|(_, outcome)| outcome.is_some()), "{id} beside another in flight");
        assert!(contact.address(*channel).is_some(), "{id} goes nowhere");
        let refused = |(it, outcome): &(Attempt, Option<Outcome>)| {
            *outcome == Some(Outcome::Refused)
                && it.round == self.round
                && it.contact == *contact
                && it.channel == *channel
        };
        // Who wrote from a number, or lets texts through again, can be texted whatever was said before.
        let is_answer = matches!(attempt.purpose, Purpose::Answer { .. });
        let reopened = contact.phone.as_ref().is_some_and(|phone| self.started.contains(phone));
        assert!(is_answer || reopened || !self.tries.iter().any(refused), "{id} after a refusal in this round");
        self.judge_repetition(attempt, policy);

        let has_declined = self.declined.iter().any(|name| same(name, &contact.name));
        let is_owner = self.owner.as_ref().is_some_and(|owner| same(owner, &contact.name));
        let leads = self.leadership.contains(contact);
        assert!(
            !self.cancelled || is_answer || attempt.purpose == Purpose::StandDown,
            "{id} after the page was withdrawn"
        );
        match attempt.purpose {
            Purpose::Page if id.contains(".stop") => {
                assert!(self.owner.is_none() && !has_declined, "{id}");
                assert!(contact.phone.as_ref().is_some_and(|phone| self.stopped.contains(phone)), "{id} for no STOP");
                assert_eq!(*channel, Channel::Voice, "{id}");
            }
            Purpose::Answer { heard } => {
                let answered = &self.heard[usize::try_from(heard).unwrap() - 1];
                assert_eq!((&answered.from, *channel), (contact, Channel::Sms), "{id}");
            }
            Purpose::Page => {
                assert!(self.owner.is_none(), "{id} pages after an acknowledgement");
                assert!(!self.exhausted && !has_declined && self.people_of_rung().contains(contact), "{id}");
                assert!(self.ladder.rungs[self.rung.unwrap()].channels.contains(channel), "{id}");
            }
            Purpose::StandDown => {
                assert!((self.owner.is_some() && !is_owner) || self.cancelled, "{id} while nobody has it");
                let asked = |(it, outcome): &(Attempt, Option<Outcome>)| {
                    it.contact == *contact
                        && it.purpose != Purpose::StandDown
                        && !matches!(outcome, Some(Outcome::Refused | Outcome::Retryable | Outcome::Unavailable))
                };
                assert!(!has_declined && self.tries.iter().any(asked), "{id} to somebody who was never asked");
            }
            Purpose::PromiseWarning { .. } => {
                assert!(!self.called_back && !self.missed, "{id}");
                assert!(leads || self.warned.contains(contact), "{id}");
            }
            Purpose::PromiseMissed => assert!(!self.called_back && self.missed && leads, "{id}"),
            Purpose::Exhausted => assert!(self.exhausted && self.owner.is_none() && leads, "{id}"),
        }
        self.tries.push((attempt.clone(), None));
    }

    /// How often, and by which providers, one message may go out.
    fn judge_repetition(&self, attempt: &Attempt, policy: &Policy) {
        let id = &attempt.id;
        let names = policy.providers.names(attempt.channel);
        assert!(names.is_empty() || names.contains(&attempt.provider), "{id} by a stranger");
        let same_message = |(it, _): &&(Attempt, Option<Outcome>)| it.message_key() == attempt.message_key();
        let before: Vec<_> = self
            .tries
            .iter()
            .filter(same_message)
            .map(|(it, outcome)| (it.provider.clone(), outcome.unwrap()))
            .collect();
        let had = |outcome| before.iter().filter(|(_, it)| *it == outcome).count();
        let by = |name: &str| before.iter().filter(|(it, _)| it == name).count();
        assert_eq!(had(Outcome::Delivered) + had(Outcome::Voicemail) + had(Outcome::Refused), 0, "{id} is for nothing");
        assert!(by(&attempt.provider) < usize::try_from(policy.max_tries).unwrap(), "{id} is one try too many");
        let unusable = |(it, outcome): &(String, Outcome)| *it == attempt.provider && *outcome == Outcome::Unavailable;
        assert!(!before.iter().any(unusable), "{id} by a provider that cannot send it");
        let is_fresh = by(&attempt.provider) == 0;
        if had(Outcome::Accepted) > 0 {
            let counts = !matches!(attempt.purpose, Purpose::StandDown | Purpose::Answer { .. });
            assert!(had(Outcome::Accepted) == 1 && is_fresh && counts, "{id}: one receipt waited for, one more text");
            assert_eq!(attempt.channel, Channel::Sms, "{id}");
        }
        if !is_fresh {
            let all_asked = names.iter().all(|name| by(name) > 0);
            assert!(all_asked, "{id} before every provider was asked");
            let weighty = before.iter().rfind(|(_, outcome)| *outcome != Outcome::Unavailable);
            let is_doubt = weighty.is_some_and(|(_, outcome)| *outcome == Outcome::Unknown);
            assert!(!is_doubt || had(Outcome::Unknown) == 1, "{id}: one doubt, one duplicate");
        }
    }

    fn people_of_rung(&self) -> Vec<Contact> {
        let rung = self.rung.and_then(|rung| self.ladder.rungs.get(rung));
        rung.map(|rung| rung.contacts.clone()).unwrap_or_default()
    }

    /// Once nothing more comes: nobody who was asked to act is left believing it, and alarms were tried.
    pub(super) fn judge_the_end(&self, state: &State) {
        self.judge_replies();
        let tried_in_round = |contact: &Contact, purpose: Purpose| {
            self.tries.iter().any(|(it, _)| it.contact == *contact && it.purpose == purpose && it.round == self.round)
        };
        let never_refused = |contact: &Contact| {
            !self.tries.iter().any(|(it, outcome)| it.contact == *contact && *outcome == Some(Outcome::Refused))
        };
        for contact in contacts().iter().filter(|contact| never_refused(contact)) {
            let has_declined = self.declined.iter().any(|name| same(name, &contact.name));
            let leads = self.leadership.contains(contact);
            if state.phase() == Phase::Exhausted && leads {
                assert!(tried_in_round(contact, Purpose::Exhausted), "{} was not alarmed", contact.name);
            }
            if state.promise_state(DateTime::<Utc>::MAX_UTC) == Some(PromiseState::Missed) && !self.cancelled && leads {
                let alarmed =
                    self.tries.iter().any(|(it, _)| it.contact == *contact && it.purpose == Purpose::PromiseMissed);
                assert!(alarmed, "{} was not told of the missed promise", contact.name);
            }
            let mine = |(it, outcome): &&(Attempt, Option<Outcome>)| {
                let reached = !matches!(outcome, Some(Outcome::Refused | Outcome::Retryable | Outcome::Unavailable));
                let counts = self.says_who_has_it(it.purpose) || (reached && asks(it.purpose));
                it.contact == *contact && counts
            };
            let released = self.owner.as_ref().is_some_and(|owner| !same(owner, &contact.name));
            let last = self.tries.iter().rfind(mine).map(|(it, _)| it.purpose);
            if released && !self.cancelled && !has_declined && last.is_some() {
                assert!(
                    last.is_some_and(|last| self.says_who_has_it(last)),
                    "{} still believes to be needed",
                    contact.name
                );
            }
        }
    }
}

impl Referee {
    /// A stand-down, or the answer to somebody who was late.
    fn says_who_has_it(&self, purpose: Purpose) -> bool {
        let Purpose::Answer { heard } = purpose else { return purpose == Purpose::StandDown };
        self.heard[usize::try_from(heard).unwrap() - 1].meant == Meant::TooLate
    }

    /// Every reply was answered, but for what keeps talking to itself and numbers that cannot be texted.
    fn judge_replies(&self) {
        for (place, heard) in (1..).zip(&self.heard) {
            let answered = self.tries.iter().any(|(it, _)| it.purpose == Purpose::Answer { heard: place });
            let babbles = self.heard.iter().filter(|it| it.meant == Meant::Unclear).count() > 3;
            let cannot_be_texted = self.tries.iter().any(|(it, outcome)| {
                it.channel == Channel::Sms && it.contact == heard.from && *outcome == Some(Outcome::Refused)
            });
            // A text that crossed theirs said it already.
            let was_told = heard.meant == Meant::TooLate
                && self.tries.iter().any(|(it, _)| {
                    (it.purpose, it.channel) == (Purpose::StandDown, Channel::Sms)
                        && it.contact.phone == heard.from.phone
                });
            assert!(answered || babbles || cannot_be_texted || was_told, "reply {place} was not answered");
        }
    }
}

fn asks(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Page | Purpose::Exhausted)
}
