//! How would a page go if the world did this? One page driven on paper by the same `decide` and `plan` as a real one.
//!
//! Called by `simulate`. No clock, no provider, no store: time jumps from one instant at which something happens to the
//! next. Because nothing here knows a rule of the climb, what it shows is what a real page would do.

use chrono::{DateTime, Utc};

use super::decide::{Refusal, decide};
use super::event::{Attempt, Event, Opened, Recorded, Said, Via};
use super::input::Input;
use super::outcome::{Outcome, Report};
use super::plan::{Action, plan};
use super::policy::Policy;
use super::promise::later;
use super::state::State;
use crate::decision::ladder::Channel;

/// More steps than any ladder has: more mean a defect, which must end.
const STEPS: usize = 100_000;

/// What the world does with a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct World {
    /// What becomes of the messages of a channel; [`Fate::default`] where a channel is absent.
    pub fates: Vec<(Channel, Fate)>,
    /// What people say, in any order.
    pub sayings: Vec<Saying>,
}

/// What becomes of every message of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// What the provider answers at once.
    pub answer: Outcome,
    /// What it reports later, after so many seconds.
    pub receipt: Option<(u32, Outcome)>,
}

impl Default for Fate {
    /// Taken, and nothing more is heard.
    fn default() -> Self {
        Self { answer: Outcome::Accepted, receipt: None }
    }
}

/// Something that a person says about the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    /// So many seconds after the page was opened.
    pub after_s: u32,
    /// Who says it.
    pub by: String,
    /// How it comes in.
    pub via: Via,
    /// What.
    pub word: Spoken,
}

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// "I have it."
    HaveIt,
    /// "I cannot."
    Cannot,
    /// "The customer was called back."
    CalledBack,
}

/// One step of the rehearsal.
#[derive(Debug)]
pub enum Step<'a> {
    /// Something is recorded in the page's log; the state is the one after it.
    Recorded(&'a Recorded, &'a State),
    /// Somebody said something that the page does not allow.
    Refused(DateTime<Utc>, &'a Saying, &'a Refusal),
}

/// Drives a page from its opening at `at` until nothing will happen by itself any more. `on_step` gets every step in
/// order. The state at the end.
pub fn rehearse(
    opened: Opened,
    told_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
    policy: &Policy,
    world: &World,
    on_step: &mut dyn FnMut(Step<'_>),
) -> State {
    let mut state = State::opened(&opened, at);
    let events = decide(None, Input::Open { opened, told_at }, at, policy).unwrap_or_default();
    for (index, event) in events.into_iter().enumerate() {
        if index > 0 {
            state.fold(at, &event);
        }
        on_step(Step::Recorded(&Recorded { seq: state.last_seq, at, event }, &state));
    }
    let sayings = world.sayings.iter().map(|saying| (later(at, i64::from(saying.after_s)), Coming::Saying(saying)));
    let mut paper = Stage { state, policy, coming: sayings.collect(), on_step };
    paper.run(at, world);
    paper.state
}

/// What is on its way to the page.
enum Coming<'a> {
    Saying(&'a Saying),
    Receipt(String, Report),
}

struct Stage<'a, 'b> {
    state: State,
    policy: &'a Policy,
    /// In no order; of two at one instant, the one that was put first comes first.
    coming: Vec<(DateTime<Utc>, Coming<'a>)>,
    on_step: &'b mut dyn FnMut(Step<'_>),
}

impl Stage<'_, '_> {
    fn run(&mut self, from: DateTime<Utc>, world: &World) {
        let mut now = from;
        for _ in 0..STEPS {
            let due = plan(&self.state, now, self.policy);
            if due.facts_due {
                self.record(Input::Tick, now);
                continue;
            }
            if let Some(Action::HangUp { attempt, provider, provider_id, .. }) =
                due.actions.iter().find(|action| matches!(action, Action::HangUp { .. }))
            {
                let report = Report {
                    outcome: Outcome::Retryable,
                    provider: provider.clone(),
                    provider_id: Some(provider_id.clone()),
                    detail: "hung up on paper".to_owned(),
                };
                self.record(Input::Receipt { attempt: attempt.clone(), report }, now);
                continue;
            }
            let sending = due.actions.into_iter().find_map(|action| match action {
                Action::Send(attempt) => Some(attempt),
                Action::AskReceipt { .. } | Action::HangUp { .. } => None,
            });
            if let Some(attempt) = sending {
                self.send(attempt, now, world);
                continue;
            }
            let heard = self.coming.iter().map(|(at, _)| *at).min();
            let wake = due.next_wake.filter(|wake| *wake > now);
            let Some(next) = heard.into_iter().chain(wake).min() else { return };
            now = now.max(next);
            self.hear(now);
        }
    }

    fn send(&mut self, attempt: Attempt, now: DateTime<Utc>, world: &World) {
        let fate = world.fates.iter().find(|(channel, _)| *channel == attempt.channel);
        let fate = fate.map(|(_, fate)| *fate).unwrap_or_default();
        let id = attempt.id.clone();
        let provider = if attempt.provider.is_empty() { "simulation".to_owned() } else { attempt.provider.clone() };
        let report = |outcome: Outcome| Report {
            outcome,
            provider: provider.clone(),
            provider_id: Some(format!("simulated-{id}")),
            detail: "on paper".to_owned(),
        };
        if !self.record(Input::Start(attempt), now) {
            return;
        }
        self.record(Input::Finished { attempt: id.clone(), report: report(fate.answer) }, now);
        if let Some((after_s, outcome)) = fate.receipt.filter(|_| fate.answer == Outcome::Accepted) {
            self.coming.push((later(now, i64::from(after_s)), Coming::Receipt(id.clone(), report(outcome))));
        }
    }

    /// Takes in what has come by now.
    fn hear(&mut self, now: DateTime<Utc>) {
        let (arrived, still): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.coming).into_iter().partition(|it| it.0 <= now);
        self.coming = still;
        for (_, coming) in arrived {
            match coming {
                Coming::Receipt(attempt, report) => {
                    self.record(Input::Receipt { attempt, report }, now);
                }
                Coming::Saying(saying) => {
                    let said = Said { by: saying.by.clone(), via: saying.via };
                    let input = match saying.word {
                        Spoken::HaveIt => Input::Acknowledge(said),
                        Spoken::Cannot => Input::Decline(said),
                        Spoken::CalledBack => Input::CalledBack(said),
                    };
                    match decide(Some(&self.state), input, now, self.policy) {
                        Ok(events) => self.fold(events, now),
                        Err(refusal) => (self.on_step)(Step::Refused(now, saying, &refusal)),
                    }
                }
            }
        }
    }

    /// Decides and folds; false when the page does not allow it.
    fn record(&mut self, input: Input, now: DateTime<Utc>) -> bool {
        match decide(Some(&self.state), input, now, self.policy) {
            Ok(events) => {
                self.fold(events, now);
                true
            }
            Err(_) => false,
        }
    }

    fn fold(&mut self, events: Vec<Event>, now: DateTime<Utc>) {
        for event in events {
            self.state.fold(now, &event);
            (self.on_step)(Step::Recorded(&Recorded { seq: self.state.last_seq, at: now, event }, &self.state));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::decision::Answers;
    use crate::decision::ladder::{Contact, Ladder, Rung};
    use crate::episode::event::Basis;
    use crate::episode::state::Phase;

    fn contact(name: &str) -> Contact {
        Contact {
            name: name.to_owned(),
            phone: Some(format!("+1608555{:04}", name.len())),
            email: None,
            until: None,
            also: Vec::new(),
        }
    }

    fn opened() -> Opened {
        let rung = |label: &str, name: &str| Rung {
            label: label.to_owned(),
            wait_s: 300,
            channels: vec![Channel::Sms],
            contacts: vec![contact(name)],
        };
        Opened {
            drill: None,
            case: "1234567".to_owned(),
            schedule: Some("aims".to_owned()),
            row: "D5a".to_owned(),
            answers: Answers::default(),
            training: false,
            pretended_s: 0,
            by: "agent".to_owned(),
            ladder: Ladder { rungs: vec![rung("primary", "Ada"), rung("secondary", "Bernard")] },
            basis: Basis { rows: Vec::new(), snapshot: String::new(), read_at: None, age_s: 0 },
        }
    }

    fn timeline(world: &World) -> (Vec<String>, State) {
        let start = DateTime::UNIX_EPOCH;
        let mut lines = Vec::new();
        let state = rehearse(opened(), Some(start), start, &Policy::default(), world, &mut |step| match step {
            Step::Recorded(entry, state) => {
                assert_eq!(entry.seq, state.last_seq);
                let what = match &entry.event {
                    Event::AttemptStarted(attempt) => format!("send {}", attempt.id),
                    Event::Acknowledged(said) => format!("{} has it", said.by),
                    Event::Exhausted => "exhausted".to_owned(),
                    Event::PromiseMissed => "missed".to_owned(),
                    Event::Closed => "closed".to_owned(),
                    _ => return,
                };
                lines.push(format!("{} {what}", (entry.at - start).num_minutes()));
            }
            Step::Refused(at, saying, _) => lines.push(format!("{} {} refused", (at - start).num_minutes(), saying.by)),
        });
        (lines, state)
    }

    #[test]
    fn with_nobody_answering_the_ladder_is_climbed_and_the_promise_missed() {
        let (lines, state) = timeline(&World::default());
        let expected = [
            "0 send r1.0.ada.sms.1",
            "5 send r1.1.bernard.sms.1",
            "10 exhausted",
            "30 send promise.30.bernard.sms.1",
            "45 send promise.45.bernard.sms.1",
            "55 send promise.55.bernard.sms.1",
            "60 missed",
        ];
        assert_eq!(lines, expected);
        assert_eq!(state.phase(), Phase::Exhausted);
    }

    #[test]
    fn what_people_say_comes_when_they_say_it_and_refusals_are_told() {
        let say = |after_s, by: &str, word| Saying { after_s, by: by.to_owned(), via: Via::Sms, word };
        let world = World {
            sayings: vec![
                say(420, "Bernard", Spoken::HaveIt),
                say(480, "Ada", Spoken::HaveIt),
                say(1200, "Bernard", Spoken::CalledBack),
            ],
            ..World::default()
        };
        let (lines, state) = timeline(&world);
        let expected = [
            "0 send r1.0.ada.sms.1",
            "5 send r1.1.bernard.sms.1",
            "7 Bernard has it",
            "7 send r1.stand-down.ada.sms.1",
            "8 Ada refused",
            "20 closed",
        ];
        assert_eq!(lines, expected);
        assert!(!state.is_open());
    }

    #[test]
    fn receipts_change_what_happens_next() {
        let refused = Fate { answer: Outcome::Accepted, receipt: Some((60, Outcome::Refused)) };
        let (lines, state) = timeline(&World { fates: vec![(Channel::Sms, refused)], sayings: Vec::new() });
        assert_eq!(lines, ["0 send r1.0.ada.sms.1", "1 send r1.1.bernard.sms.1", "2 exhausted", "60 missed"]);
        assert_eq!(state.exhausted_at, Some(DateTime::UNIX_EPOCH + TimeDelta::minutes(2)));
    }
}
