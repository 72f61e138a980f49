//! Does a page stay safe whatever providers, people, clocks and crashes do, and does it come to an end once they stop?
//!
//! Each seed is one page in a world of its own. Every event is judged on its way into the log by a referee that keeps
//! its own, simpler books. A failure prints its seed; `run(SEED)` plays it again.

mod referee;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use page_oncall::decision::Answers;
use page_oncall::decision::ladder::{Channel, Contact, Ladder, Rung};
use page_oncall::decision::promise::PromiseRules;
use page_oncall::episode::event::{Attempt, Basis, Event, Heard, Meant, Opened, Purpose, Recorded, Said, Via};
use page_oncall::episode::input::Input;
use page_oncall::episode::outcome::{Outcome, Report};
use page_oncall::episode::{Action, Phase, Policy, PromiseState, Providers, Refusal, State, decide, next, plan};
use referee::Referee;

const SEEDS: u64 = 2000;
/// Faults and people stop after two hours.
const TROUBLE_S: i64 = 2 * 3600;

#[test]
fn pages_stay_safe_under_faults_and_end_when_they_stop() {
    let mut seen = BTreeSet::new();
    for seed in 0..SEEDS {
        seen.extend(run(seed).iter().map(happened));
    }
    // The worlds are wild enough to show every plain kind of event, every reason to climb, and every purpose by every
    // channel that it may use.
    let expected = 16 + 5 + 22 + 6;
    assert_eq!(seen.len(), expected, "{seen:#?}");
}

/// What kind of thing an event is, fine enough to tell whether a seed ever led to it.
fn happened(recorded: &Recorded) -> String {
    match &recorded.event {
        Event::AttemptStarted(Attempt { purpose: Purpose::Answer { .. }, .. }) => "an answer".to_owned(),
        Event::AttemptStarted(attempt) if attempt.id.contains(".stop") => "a call for STOP".to_owned(),
        Event::AttemptStarted(attempt) => format!("{:?} by {:?}", attempt.purpose, attempt.channel),
        Event::Heard(heard) => format!("heard: {:?}", heard.meant).split(' ').take(2).collect(),
        Event::Escalated { reason, .. } => format!("escalated: {reason:?}"),
        other => serde_json::to_value(other).unwrap()["kind"].as_str().unwrap().to_owned(),
    }
}

/// Plays one page and gives its log. The seed is told when anything in it panics.
fn run(seed: u64) -> Vec<Recorded> {
    struct Told(u64);
    impl Drop for Told {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("the simulation failed at seed {}", self.0);
            }
        }
    }
    let _told = Told(seed);
    let mut world = World::new(seed);
    world.trouble();
    world.calm();
    world.log
}

/// `SplitMix64`: a few lines, the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `end`.
    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn percent(&mut self, chance: i64) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let at = self.below(i64::try_from(from.len()).unwrap());
        from[usize::try_from(at).unwrap()].clone()
    }
}

struct World {
    dice: Dice,
    policy: Policy,
    now: DateTime<Utc>,
    log: Vec<Recorded>,
    live: State,
    referee: Referee,
    /// What will happen, by time and order of arranging.
    ahead: BTreeMap<(DateTime<Utc>, u64), Happening>,
    arranged: u64,
    /// While the engine is down nobody plans.
    engine_up: bool,
    engine: u32,
    asked: Vec<(String, DateTime<Utc>)>,
    /// An attempt that another engine planned and will try to begin late.
    stale: Option<Attempt>,
    calm: bool,
}

#[derive(Clone)]
enum Happening {
    Input(Box<Input>),
    EngineStarts,
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_512_800, 0).unwrap()
}

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

fn said(by: &str) -> Said {
    Said { by: by.to_owned(), via: Via::Sms }
}

fn report(outcome: Outcome) -> Report {
    let took = matches!(outcome, Outcome::Accepted | Outcome::Delivered | Outcome::Voicemail);
    Report {
        outcome,
        provider: "fake".to_owned(),
        provider_id: took.then(|| "SM1".to_owned()),
        detail: "30003".to_owned(),
    }
}

fn contacts() -> Vec<Contact> {
    let of = |name: &str, phone: Option<&str>, email: Option<&str>| Contact {
        name: name.to_owned(),
        phone: phone.map(str::to_owned),
        email: email.map(str::to_owned),
        until: None,
        also: Vec::new(),
    };
    vec![
        of("Ada", Some("+1"), Some("ada@example.org")),
        of("Bo", Some("+2"), None),
        of("Cy", None, Some("cy@example.org")),
        of("Dee", Some("+4"), Some("dee@example.org")),
        of("Mute", None, None),
        of("ada", Some("+6"), Some("other-ada@example.org")),
    ]
}

fn random_ladder(dice: &mut Dice) -> Ladder {
    let rungs = (0..dice.below(5)).map(|place| Rung {
        label: format!("rung {place}"),
        wait_s: dice.pick(&[0, 20, 300, 300]),
        channels: dice.pick(&[
            vec![Channel::Sms, Channel::Email],
            vec![Channel::Sms],
            vec![Channel::Email],
            vec![Channel::Sms, Channel::Voice, Channel::Email],
            vec![],
        ]),
        contacts: (0..dice.below(4)).map(|_| dice.pick(&contacts())).fold(Vec::new(), |mut all: Vec<Contact>, it| {
            if !all.contains(&it) {
                all.push(it);
            }
            all
        }),
    });
    Ladder { rungs: rungs.collect() }
}

/// One provider a channel, as a site with few settings has; or several; with calls or without.
fn random_providers(dice: &mut Dice) -> Providers {
    let texts: &[&str] = dice.pick(&[&["A"][..], &["A", "B"], &["A", "B"], &["A", "B", "C"]]);
    let mails: &[&str] = dice.pick(&[&["M"][..], &["M", "N"]]);
    let calls: &[&str] = dice.pick(&[&[][..], &["V"], &["V", "W"]]);
    if dice.percent(20) {
        return Providers::default();
    }
    let of = |channel, names: &[&'static str]| -> Vec<_> { names.iter().map(|name| (channel, *name)).collect() };
    Providers::of([of(Channel::Sms, texts), of(Channel::Email, mails), of(Channel::Voice, calls)].concat())
}

fn basis() -> Basis {
    Basis { rows: vec!["aims row 7: Ada".to_owned()], snapshot: "00ff".to_owned(), read_at: Some(start()), age_s: 4 }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let policy = Policy {
            max_tries: dice.pick(&[1, 2, 2, 3]),
            leadership: dice.pick(&[
                vec![],
                vec![contacts()[3].clone()],
                vec![contacts()[2].clone(), contacts()[3].clone()],
            ]),
            receipt_poll_s: dice.pick(&[vec![], vec![10, 60], Policy::default().receipt_poll_s]),
            receipt_wait_s: dice.pick(&[0, 90, 120]),
            promises: PromiseRules::new(chrono_tz::UTC, Vec::new(), dice.pick(&[60, 60, 25])),
            providers: random_providers(&mut dice),
            ..Policy::default()
        };
        let told_at = dice.pick(&[None, Some(start()), Some(start() - seconds(50 * 60))]);
        let opened = Opened {
            drill: None,
            answers: Answers::default(),
            pretended_s: 0,
            case: "1234567".to_owned(),
            schedule: dice.pick(&[None, Some("aims".to_owned())]),
            row: "D5a".to_owned(),
            training: dice.percent(10),
            by: "agent".to_owned(),
            ladder: random_ladder(&mut dice),
            basis: basis(),
        };
        let events = decide(None, Input::Open { opened, told_at }, start(), &policy).unwrap();
        let first = Recorded { seq: 1, at: start(), event: events[0].clone() };
        let live = State::of(std::slice::from_ref(&first)).unwrap();
        let mut world = Self {
            dice,
            now: start(),
            log: vec![first],
            referee: Referee::new(&live, &policy),
            policy,
            live,
            ahead: BTreeMap::new(),
            arranged: 0,
            engine_up: true,
            engine: 1,
            asked: Vec::new(),
            stale: None,
            calm: false,
        };
        world.append(start(), events[1..].to_vec());
        for _ in 0..world.dice.below(4) {
            world.arrange_agent();
        }
        world
    }

    fn arrange(&mut self, after_s: i64, happening: Happening) {
        self.arranged += 1;
        self.ahead.insert((self.now + seconds(after_s), self.arranged), happening);
    }

    fn arrange_input(&mut self, after_s: i64, input: Input) {
        self.arrange(after_s, Happening::Input(Box::new(input)));
    }

    /// An agent or a colleague does something some time.
    fn arrange_agent(&mut self) {
        let by = said(self.dice.pick(&["agent", "colleague", "Ada", "Dee"]));
        let input = match self.dice.below(10) {
            0 => Input::Cancel(by),
            1 | 2 => Input::Again { ladder: random_ladder(&mut self.dice), basis: basis(), by: by.by },
            3 | 4 => Input::CalledBack(by),
            5 | 6 => Input::Decline(by),
            7 => Input::Tick,
            _ => Input::Acknowledge(by),
        };
        let after_s = self.dice.below(TROUBLE_S);
        self.arrange_input(after_s, input);
    }

    /// People, providers and engines do their worst.
    fn trouble(&mut self) {
        let end = start() + seconds(TROUBLE_S);
        while self.now < end {
            self.happen();
            if self.engine_up && self.dice.percent(2) {
                self.crash();
            }
            if self.engine_up {
                self.turns();
            }
            let wake = if self.engine_up { plan(&self.live, self.now, &self.policy).next_wake } else { None };
            let coming = self.ahead.keys().next().map(|(at, _)| *at);
            let Some(next) = wake.into_iter().chain(coming).min() else { break };
            self.now = next.max(self.now + TimeDelta::milliseconds(1));
        }
    }

    /// Everything works and everybody is silent: the page must come to an end by itself, and then rest.
    fn calm(&mut self) {
        self.calm = true;
        self.ahead.retain(
            |_, happening| matches!(happening, Happening::Input(input) if matches!(**input, Input::Finished { .. })),
        );
        self.now = self.now.max(start() + seconds(TROUBLE_S));
        self.engine_up = true;
        self.happen();
        let since = self.now;
        loop {
            self.happen();
            self.turns();
            let wake = plan(&self.live, self.now, &self.policy).next_wake;
            let coming = self.ahead.keys().next().map(|(at, _)| *at);
            let Some(next) = wake.into_iter().chain(coming).min() else { break };
            assert!(next > self.now, "a turn without work must wait");
            self.now = next;
        }
        assert!(self.now - since <= TimeDelta::hours(2), "the end took {}", self.now - since);
        self.judge_the_end();
    }

    fn judge_the_end(&mut self) {
        assert_ne!(self.live.phase(), Phase::Paging, "somebody has it, or it is exhausted or withdrawn");
        assert_eq!(State::of(&self.log).unwrap(), self.live);
        assert_eq!(next(&self.live, self.now, &self.policy), None, "nothing comes by itself any more");
        assert!(self.live.in_flight().is_none());
        let promise = self.live.promise_state(self.now);
        assert_ne!(promise, Some(PromiseState::Open), "its hour is over");
        let settled = match self.live.phase() {
            Phase::Cancelled => true,
            Phase::Acknowledged | Phase::Closed => promise != Some(PromiseState::Missed),
            Phase::Exhausted | Phase::Paging => false,
        };
        assert_eq!(self.live.is_open(), !settled);
        self.referee.judge_the_end(&self.live);
    }

    fn happen(&mut self) {
        while let Some(first) = self.ahead.first_entry().filter(|first| first.key().0 <= self.now) {
            let happening = first.remove();
            match happening {
                Happening::EngineStarts => self.engine_starts(),
                Happening::Input(input) => {
                    // Another machine's clock may differ a little.
                    let skew = if self.calm { 0 } else { self.dice.below(5) - 2 };
                    self.input(*input, self.now + seconds(skew));
                }
            }
        }
    }

    fn crash(&mut self) {
        self.engine_up = false;
        let down_s = self.dice.pick(&[1, 10, 60, 1200, 5000]);
        self.arrange(down_s, Happening::EngineStarts);
    }

    fn engine_starts(&mut self) {
        self.engine_up = true;
        self.asked.clear();
        if self.dice.percent(50) {
            let dead = format!("engine-{}", self.engine);
            let lost = self.live.in_flight().filter(|tried| tried.attempt.engine == dead);
            if let Some(attempt) = lost.map(|tried| tried.attempt.id.clone()) {
                let detail = "the engine ended".to_owned();
                let report = Report { outcome: Outcome::Unknown, provider: String::new(), provider_id: None, detail };
                self.input(Input::Finished { attempt, report }, self.now);
            }
        }
        self.engine += 1;
    }

    /// Refusals are fine; the referee judges what is accepted.
    fn input(&mut self, input: Input, now: DateTime<Utc>) -> bool {
        match decide(Some(&self.live), input, now, &self.policy) {
            Ok(events) => {
                let progress = !events.is_empty();
                self.append(now, events);
                progress
            }
            Err(Refusal::AlreadyOpened | Refusal::NotOpened) => panic!("it is open"),
            Err(_) => false,
        }
    }

    fn append(&mut self, at: DateTime<Utc>, events: Vec<Event>) {
        for event in events {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event, "{text}");
            self.referee.judge(&event, &self.policy);
            let recorded = Recorded { seq: self.live.last_seq + 1, at, event };
            self.live.apply(&recorded).unwrap();
            self.log.push(recorded);
        }
        if self.dice.percent(5) {
            assert_eq!(State::of(&self.log).unwrap(), self.live, "a reader folds what the engine folded");
        }
    }

    /// The engine's turns at this instant, until nothing is due.
    fn turns(&mut self) {
        let mut turns = 0;
        loop {
            turns += 1;
            assert!(turns < 500, "the engine spins");
            let now = self.now;
            let turn = plan(&self.live, now, &self.policy);
            assert_eq!(turn, plan(&self.live, now, &self.policy), "asking twice is harmless");
            let (mut sends, mut questions, mut hang_ups) = (Vec::new(), Vec::new(), Vec::new());
            for action in turn.actions {
                match action {
                    Action::Send(attempt) => sends.push(attempt),
                    Action::AskReceipt { attempt, due_at, .. } => questions.push((attempt, due_at)),
                    Action::HangUp { attempt, .. } => hang_ups.push(attempt),
                }
            }
            assert!(sends.len() <= 1, "one message at a time");
            if turn.facts_due {
                assert!(sends.is_empty(), "facts come first");
                assert!(self.input(Input::Tick, now), "due facts are recorded");
            } else if let Some(attempt) = sends.pop() {
                self.race(&attempt);
                if !self.send(&attempt) {
                    return;
                }
            } else {
                assert!(turn.next_wake.is_none_or(|wake| wake > now), "a turn without work must wait");
                let mut ended = 0;
                for attempt in hang_ups {
                    assert!(self.live.acknowledged.is_some() || self.live.cancelled.is_some(), "somebody needs it");
                    // Now and then the provider is not reached.
                    if self.calm || self.dice.percent(70) {
                        let outcome = self.dice.pick(&[Outcome::Retryable, Outcome::Delivered, Outcome::Voicemail]);
                        ended += usize::from(self.input(Input::Receipt { attempt, report: report(outcome) }, now));
                    }
                }
                if ended > 0 {
                    continue;
                }
                let answers = questions.into_iter().map(|question| self.ask(question)).filter(|changed| *changed);
                if answers.count() == 0 {
                    return;
                }
            }
        }
    }

    /// Another engine planned the same or remembers an older plan, and comes late.
    fn race(&mut self, attempt: &Attempt) {
        if let Some(stale) = self.stale.take().filter(|stale| stale.id != attempt.id) {
            assert!(decide(Some(&self.live), Input::Start(stale), self.now, &self.policy).is_err());
        }
        if self.dice.percent(20) {
            self.stale = Some(attempt.clone());
        }
    }

    /// Begins an attempt; false when the engine dies of it.
    fn send(&mut self, attempt: &Attempt) -> bool {
        let id = attempt.id.clone();
        let engine = format!("engine-{}", self.engine);
        assert!(self.input(Input::Start(Attempt { engine, ..attempt.clone() }), self.now), "what is planned may begin");
        let again = Input::Start(attempt.clone());
        assert!(decide(Some(&self.live), again, self.now, &self.policy).is_err(), "nothing begins twice");
        if self.calm {
            let outcome = self.dice.pick(&[Outcome::Accepted, Outcome::Delivered]);
            return self.input(Input::Finished { attempt: id, report: report(outcome) }, self.now);
        }
        if self.dice.percent(70) {
            self.arrange_person(attempt);
        }
        if self.dice.percent(8) {
            self.crash();
            return false;
        }
        let outcome = self.dice.pick(&[
            Outcome::Accepted,
            Outcome::Accepted,
            Outcome::Accepted,
            Outcome::Delivered,
            Outcome::Refused,
            Outcome::Retryable,
            Outcome::Unknown,
            Outcome::Unavailable,
        ]);
        let latency_s = self.dice.pick(&[0, 0, 0, 1, 14, 15, 40]);
        self.arrange_input(latency_s, Input::Finished { attempt: id.clone(), report: report(outcome) });
        for _ in 0..self.dice.below(3) {
            let (after_s, word) = (self.dice.below(400), self.random_outcome());
            let attempt = id.clone();
            self.arrange_input(after_s, Input::Receipt { attempt, report: report(word) });
        }
        self.happen();
        true
    }

    fn random_outcome(&mut self) -> Outcome {
        let all = [
            Outcome::Accepted,
            Outcome::Delivered,
            Outcome::Refused,
            Outcome::Retryable,
            Outcome::Unavailable,
            Outcome::Unknown,
        ];
        self.dice.pick(&all)
    }

    /// A person who got a message answers some time, perhaps twice, perhaps contradicting themselves.
    fn arrange_person(&mut self, attempt: &Attempt) {
        for _ in 0..self.dice.below(3) {
            let by = said(&attempt.contact.name);
            let input = match self.dice.below(8) {
                0 | 1 => Input::Decline(by),
                2 | 3 => Input::Acknowledge(by),
                4 => Input::CalledBack(by),
                _ => continue,
            };
            let after_s = self.dice.pick(&[0, 1, 30, 400, 3000]);
            self.arrange_input(after_s, input);
        }
        if let Some(phone) = attempt.contact.phone.clone().filter(|_| self.dice.percent(30)) {
            self.arrange_texts(attempt.contact.clone(), phone);
        }
    }

    /// Somebody writes back, perhaps in riddles; a provider hands the same text over twice; or they block texts.
    fn arrange_texts(&mut self, from: Contact, phone: String) {
        let after_s = self.dice.pick(&[0, 1, 30, 400, 3000]);
        if self.dice.percent(30) {
            self.arrange_input(after_s, Input::OptOut { phone: phone.clone() });
            if self.dice.percent(50) {
                let later_s = after_s + self.dice.pick(&[1, 60, 900]);
                self.arrange_input(later_s, Input::OptIn { phone });
            }
            return;
        }
        let meant = self.dice.pick(&[
            Meant::HaveIt,
            Meant::Cannot,
            Meant::CalledBack,
            Meant::Unclear,
            Meant::Several { cases: vec!["1234567".to_owned(), "7654321".to_owned()] },
        ]);
        self.arranged += 1;
        let heard = Heard { provider: "A".to_owned(), reply: format!("SM{}", self.arranged), from, meant };
        for _ in 0..=self.dice.below(2) {
            let after_s = after_s + self.dice.pick(&[0, 0, 5, 300]);
            self.arrange_input(after_s, Input::Reply { heard: heard.clone(), via: Via::Sms });
        }
    }

    /// Asks a provider once for each time of asking; true when its word changed something.
    fn ask(&mut self, question: (String, DateTime<Utc>)) -> bool {
        assert!(question.1 <= self.now);
        if self.asked.contains(&question) {
            return false;
        }
        self.asked.push(question.clone());
        let word = if self.calm { Outcome::Accepted } else { self.random_outcome() };
        self.input(Input::Receipt { attempt: question.0, report: report(word) }, self.now)
    }
}
