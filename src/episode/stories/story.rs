//! Tells a story as a telephone call: everything that goes out until a time is listed, and a message that no story
//! expects fails it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use Channel::{Email, Sms};
use Outcome::Accepted;

use crate::decision::Answers;
use crate::decision::ladder::{Channel, Contact, Ladder, Rung};
use crate::decision::promise::PromiseRules;
use crate::episode::event::{Attempt, Basis, Event, Heard, Meant, Opened, Purpose, Recorded, Said, Via};
use crate::episode::input::Input;
use crate::episode::outcome::{Outcome, Report};
use crate::episode::state::{Phase, State};
use crate::episode::{Action, Policy, Providers, Refusal, decide, plan};

/// One page, its log, and an engine that carries out whatever is planned.
pub(super) struct Story {
    pub(super) log: Vec<Recorded>,
    pub(super) now: DateTime<Utc>,
    pub(super) policy: Policy,
    /// What providers will say to a person's channel, in order; accepted when nothing is left. `None` is a crash.
    answers: HashMap<(String, Channel), Vec<Option<Outcome>>>,
    /// What a provider will say to whomever it is sent for, in order; afterwards the person's answer counts.
    saying: HashMap<String, Vec<Outcome>>,
    replies: u32,
    sent: Vec<String>,
}

/// `"M:SS"` after midnight.
pub(super) fn at(clock: &str) -> DateTime<Utc> {
    let (minutes, seconds) = clock.split_once(':').unwrap();
    DateTime::UNIX_EPOCH + TimeDelta::seconds(minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap())
}

pub(super) fn clock(at: DateTime<Utc>) -> String {
    format!("{}:{:02}", at.timestamp() / 60, at.timestamp() % 60)
}

/// Somebody with a telephone and a mailbox; `"Mail only: Bo"` has no telephone.
pub(super) fn person(name: &str) -> Contact {
    let (name, has_phone) = name.strip_prefix("Mail only: ").map_or((name, true), |name| (name, false));
    Contact {
        name: name.to_owned(),
        phone: has_phone.then(|| format!("+1 {name}")),
        email: Some(format!("{name}@example.org")),
        until: None,
        also: Vec::new(),
    }
}

fn rung(label: &str, names: &[&str]) -> Rung {
    Rung {
        label: label.to_owned(),
        wait_s: 300,
        channels: vec![Sms, Email],
        contacts: names.iter().map(|it| person(it)).collect(),
    }
}

/// Five minutes a rung.
pub(super) fn ladder(rungs: &[&[&str]]) -> Ladder {
    Ladder { rungs: rungs.iter().enumerate().map(|(place, names)| rung(&format!("rung {place}"), names)).collect() }
}

pub(super) fn basis() -> Basis {
    Basis { rows: vec!["aims row 7: Ada".to_owned()], snapshot: "00".to_owned(), read_at: None, age_s: 0 }
}

pub(super) fn said(name: &str) -> Said {
    Said { by: name.to_owned(), via: Via::Sms }
}

pub(super) fn report(outcome: Outcome) -> Report {
    Report {
        outcome,
        provider: "fake".to_owned(),
        provider_id: Some("SM1".to_owned()).filter(|_| outcome == Accepted),
        detail: String::new(),
    }
}

impl Story {
    /// A page of these rungs, opened at 0:00 with "Chief" as leadership.
    pub(super) fn of(rungs: &[&[&str]]) -> Self {
        Self::opened(ladder(rungs), None)
    }

    /// The same, with the customer told at 0:00.
    pub(super) fn promised(rungs: &[&[&str]]) -> Self {
        Self::opened(ladder(rungs), Some(at("0:00")))
    }

    /// The same with another time promised.
    pub(super) fn promised_within(minutes: u32, rungs: &[&[&str]]) -> Self {
        let promises = PromiseRules::new(chrono_tz::UTC, Vec::new(), minutes);
        Self::begun("1234567", ladder(rungs), Some(at("0:00")), promises)
    }

    /// A page of these rungs for another case.
    pub(super) fn case(case: &str, rungs: &[&[&str]]) -> Self {
        Self::begun(case, ladder(rungs), None, PromiseRules::default())
    }

    pub(super) fn opened(ladder: Ladder, told_at: Option<DateTime<Utc>>) -> Self {
        Self::begun("1234567", ladder, told_at, PromiseRules::default())
    }

    fn begun(case: &str, ladder: Ladder, told_at: Option<DateTime<Utc>>, promises: PromiseRules) -> Self {
        // Without questions after receipts nothing but what is due wakes the engine.
        let leadership = vec![person("Chief")];
        let policy = Policy { leadership, promises, receipt_poll_s: Vec::new(), ..Policy::default() };
        let opened = Opened {
            drill: None,
            answers: Answers::default(),
            pretended_s: 0,
            case: case.to_owned(),
            schedule: Some("aims".to_owned()),
            row: "D5a".to_owned(),
            training: false,
            by: "agent".to_owned(),
            ladder,
            basis: basis(),
        };
        let (answers, saying) = (HashMap::new(), HashMap::new());
        let mut story =
            Self { log: Vec::new(), now: at("0:00"), policy, answers, saying, replies: 0, sent: Vec::new() };
        let events = decide(None, Input::Open { opened, told_at }, story.now, &story.policy).unwrap();
        story.append(events);
        story
    }

    /// These providers send texts, the first one preferred.
    pub(super) fn texting_by(mut self, names: &[&str]) -> Self {
        let mails = std::iter::once((Email, "post"));
        self.policy.providers = Providers::of(names.iter().map(|name| (Sms, *name)).chain(mails));
        self
    }

    pub(super) fn saying(mut self, provider: &str, outcomes: &[Outcome]) -> Self {
        self.saying.insert(provider.to_owned(), outcomes.to_vec());
        self
    }

    pub(super) fn answering(mut self, name: &str, channel: Channel, outcomes: &[Outcome]) -> Self {
        let answers = outcomes.iter().copied().map(Some).collect();
        self.answers.insert((name.to_owned(), channel), answers);
        self
    }

    /// Calls can be made as well.
    pub(super) fn calling(mut self) -> Self {
        self.policy.providers = Providers::of([(Sms, "text"), (Email, "post"), (Channel::Voice, "call")]);
        self
    }

    /// This person's text says so to this page, which must be open.
    pub(super) fn texts(&mut self, name: &str, meant: Meant) -> &mut Self {
        self.replies += 1;
        let reply = format!("SM{}", self.replies);
        let heard = Heard { provider: "text".to_owned(), reply, from: person(name), meant };
        self.says(Input::Reply { heard, via: Via::Sms })
    }

    /// This person blocks texts, or lets them through again.
    pub(super) fn stops(&mut self, name: &str) -> &mut Self {
        self.says(Input::OptOut { phone: format!("+1 {name}") })
    }

    /// The engine dies in the first message to this person by text.
    pub(super) fn crashing_at(mut self, name: &str, times: usize) -> Self {
        self.answers.insert((name.to_owned(), Sms), vec![None; times]);
        self
    }

    pub(super) fn state(&self) -> State {
        State::of(&self.log).unwrap()
    }

    pub(super) fn phase(&self) -> Phase {
        self.state().phase()
    }

    pub(super) fn append(&mut self, events: Vec<Event>) {
        for event in events {
            let seq = u32::try_from(self.log.len()).unwrap() + 1;
            self.log.push(Recorded { seq, at: self.now, event });
        }
    }

    /// Something is reported now, and must be accepted.
    pub(super) fn says(&mut self, input: Input) -> &mut Self {
        let events = decide(Some(&self.state()), input, self.now, &self.policy).unwrap();
        self.append(events);
        self
    }

    pub(super) fn refused(&self, input: Input) -> Refusal {
        decide(Some(&self.state()), input, self.now, &self.policy).unwrap_err()
    }

    /// The engine runs until `until`; exactly these messages go out, each as `M:SS person channel purpose`.
    pub(super) fn until(&mut self, until: &str, expected: &[&str]) -> &mut Self {
        loop {
            let turn = plan(&self.state(), self.now, &self.policy);
            let send = turn.actions.into_iter().find_map(|action| match action {
                Action::Send(attempt) => Some(attempt),
                Action::AskReceipt { .. } | Action::HangUp { .. } => None,
            });
            if turn.facts_due {
                assert!(send.is_none(), "facts come before messages");
                self.says(Input::Tick);
            } else if let Some(attempt) = send {
                self.send(attempt);
            } else {
                let next = turn.next_wake.filter(|next| *next <= at(until)).unwrap_or(at(until));
                if next == self.now {
                    break;
                }
                assert!(turn.next_wake.is_none_or(|wake| wake > self.now), "a turn without work waits");
                self.now = next;
            }
        }
        assert_eq!(std::mem::take(&mut self.sent), expected, "until {until}");
        self
    }

    /// Nothing runs until `until`.
    pub(super) fn engine_down_until(&mut self, until: &str) -> &mut Self {
        self.now = at(until);
        self
    }

    fn send(&mut self, attempt: Attempt) {
        let Attempt { id, contact, channel, purpose, .. } = attempt.clone();
        let purpose = match purpose {
            Purpose::Page => "page".to_owned(),
            Purpose::StandDown => "stand down".to_owned(),
            Purpose::PromiseWarning { after_minutes } => format!("promise at {after_minutes}"),
            Purpose::PromiseMissed => "promise missed".to_owned(),
            Purpose::Exhausted => "nobody has it".to_owned(),
            Purpose::Answer { heard } => {
                let place = usize::try_from(heard).unwrap() - 1;
                format!("answer {:?}", self.state().heard[place].heard.meant)
            }
        };
        let several = self.policy.providers.names(channel).len() > 1;
        let by = if several { format!(" by {}", attempt.provider) } else { String::new() };
        self.sent.push(format!("{} {} {} {purpose}{by}", clock(self.now), contact.name, channel.word()));
        let said = self.saying.get_mut(&attempt.provider).filter(|said| !said.is_empty()).map(|said| said.remove(0));
        self.says(Input::Start(Attempt { engine: "engine-1".to_owned(), ..attempt }));
        let answers = self.answers.entry((contact.name, channel)).or_default();
        let answer = match said {
            Some(outcome) => Some(outcome),
            None if answers.is_empty() => Some(Accepted),
            None => answers.remove(0),
        };
        if let Some(outcome) = answer {
            self.says(Input::Finished { attempt: id, report: report(outcome) });
        }
    }

    /// The climb as the log tells it, newest last.
    pub(super) fn climb(&self) -> Vec<String> {
        let line = |recorded: &Recorded| {
            let what = match &recorded.event {
                Event::Escalated { rung, reason } => format!("rung {rung} {reason:?}"),
                Event::RungSkipped { rung } => format!("skipped {rung}"),
                Event::Exhausted => "exhausted".to_owned(),
                Event::Closed => "closed".to_owned(),
                _ => return None,
            };
            Some(format!("{} {what}", clock(recorded.at)))
        };
        self.log.iter().filter_map(line).collect()
    }
}
