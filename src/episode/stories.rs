//! Does a page behave as a person at the other end of the line expects? Stories told as telephone calls: everything
//! that goes out until a time is listed, and a message that no story expects fails it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::event::{Attempt, Basis, EscalationReason, Event, Opened, Purpose, Recorded, Said, Via};
use super::input::Input;
use super::outcome::{Outcome, Report};
use super::plan::{Action, NextStep};
use super::state::{Phase, State};
use super::{Policy, PromiseState, Refusal, decide, next, plan, recover};
use crate::decision::ladder::{Channel, Contact, Ladder, Rung};

use Channel::{Email, Sms};
use Outcome::{Accepted, Delivered, Refused, Retryable, Unknown};

/// One page, its log, and an engine that carries out whatever is planned.
struct Story {
    log: Vec<Recorded>,
    now: DateTime<Utc>,
    policy: Policy,
    /// What providers will say to a person's channel, in order; accepted when nothing is left. `None` is a crash.
    answers: HashMap<(String, Channel), Vec<Option<Outcome>>>,
    sent: Vec<String>,
}

/// `"M:SS"` after midnight.
fn at(clock: &str) -> DateTime<Utc> {
    let (minutes, seconds) = clock.split_once(':').unwrap();
    DateTime::UNIX_EPOCH + TimeDelta::seconds(minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap())
}

fn clock(at: DateTime<Utc>) -> String {
    format!("{}:{:02}", at.timestamp() / 60, at.timestamp() % 60)
}

/// Somebody with a telephone and a mailbox; `"Mail only: Bo"` has no telephone.
fn person(name: &str) -> Contact {
    let (name, has_phone) = name.strip_prefix("Mail only: ").map_or((name, true), |name| (name, false));
    Contact {
        name: name.to_owned(),
        phone: has_phone.then(|| format!("+1 {name}")),
        email: Some(format!("{name}@example.org")),
        until: None,
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
fn ladder(rungs: &[&[&str]]) -> Ladder {
    Ladder { rungs: rungs.iter().enumerate().map(|(place, names)| rung(&format!("rung {place}"), names)).collect() }
}

fn basis() -> Basis {
    Basis { rows: vec!["aims row 7: Ada".to_owned()], snapshot: "00".to_owned(), read_at: None, age_s: 0 }
}

fn said(name: &str) -> Said {
    Said { by: name.to_owned(), via: Via::Sms }
}

fn report(outcome: Outcome) -> Report {
    Report {
        outcome,
        provider: "fake".to_owned(),
        provider_id: Some("SM1".to_owned()).filter(|_| outcome == Accepted),
        detail: String::new(),
    }
}

impl Story {
    /// A page of these rungs, opened at 0:00 with "Chief" as leadership.
    fn of(rungs: &[&[&str]]) -> Self {
        Self::opened(ladder(rungs), None)
    }

    /// The same, with the customer told at 0:00.
    fn promised(rungs: &[&[&str]]) -> Self {
        Self::opened(ladder(rungs), Some(at("0:00")))
    }

    fn opened(ladder: Ladder, told_at: Option<DateTime<Utc>>) -> Self {
        let policy = Policy { leadership: vec![person("Chief")], ..Policy::default() };
        let opened = Opened {
            case: "1234567".to_owned(),
            schedule: Some("aims".to_owned()),
            row: "D5a".to_owned(),
            training: false,
            by: "agent".to_owned(),
            ladder,
            basis: basis(),
        };
        let mut story = Self { log: Vec::new(), now: at("0:00"), policy, answers: HashMap::new(), sent: Vec::new() };
        let events = decide(None, Input::Open { opened, told_at }, story.now, &story.policy).unwrap();
        story.append(events);
        story
    }

    fn answering(mut self, name: &str, channel: Channel, outcomes: &[Outcome]) -> Self {
        let answers = outcomes.iter().copied().map(Some).collect();
        self.answers.insert((name.to_owned(), channel), answers);
        self
    }

    /// The engine dies in the first message to this person by text.
    fn crashing_at(mut self, name: &str, times: usize) -> Self {
        self.answers.insert((name.to_owned(), Sms), vec![None; times]);
        self
    }

    fn state(&self) -> State {
        State::of(&self.log).unwrap()
    }

    fn phase(&self) -> Phase {
        self.state().phase()
    }

    fn append(&mut self, events: Vec<Event>) {
        for event in events {
            let seq = u32::try_from(self.log.len()).unwrap() + 1;
            self.log.push(Recorded { seq, at: self.now, event });
        }
    }

    /// Something is reported now, and must be accepted.
    fn says(&mut self, input: Input) -> &mut Self {
        let events = decide(Some(&self.state()), input, self.now, &self.policy).unwrap();
        self.append(events);
        self
    }

    fn refused(&self, input: Input) -> Refusal {
        decide(Some(&self.state()), input, self.now, &self.policy).unwrap_err()
    }

    /// The engine runs until `until`; exactly these messages go out, each as `M:SS person channel purpose`.
    fn until(&mut self, until: &str, expected: &[&str]) -> &mut Self {
        loop {
            let turn = plan(&self.state(), self.now, &self.policy);
            let send = turn.actions.into_iter().find_map(|action| match action {
                Action::Send(attempt) => Some(attempt),
                Action::AskReceipt { .. } => None,
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
    fn engine_down_until(&mut self, until: &str) -> &mut Self {
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
        };
        self.sent.push(format!("{} {} {} {purpose}", clock(self.now), contact.name, channel.word()));
        self.says(Input::Start(Attempt { engine: "engine-1".to_owned(), ..attempt }));
        let answers = self.answers.entry((contact.name, channel)).or_default();
        let answer = if answers.is_empty() { Some(Accepted) } else { answers.remove(0) };
        if let Some(outcome) = answer {
            self.says(Input::Finished { attempt: id, report: report(outcome) });
        }
    }

    /// The climb as the log tells it, newest last.
    fn climb(&self) -> Vec<String> {
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

#[test]
fn nobody_answers_and_leadership_is_alarmed_once() {
    let mut story = Story::of(&[&["Ada"], &["Bo"]]);
    story.until("4:59", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.until("10:00", &["5:00 Bo sms page", "5:00 Bo email page", "10:00 Chief sms nobody has it"]);
    assert_eq!(story.phase(), Phase::Exhausted);
    story.until("900:00", &[]);
    assert!(story.state().is_open());
    assert_eq!(story.climb(), ["0:00 rung 0 Began", "5:00 rung 1 NoAnswer", "10:00 exhausted"]);
}

#[test]
fn an_acknowledgement_ends_the_climb_and_stands_the_other_down() {
    let mut story = Story::of(&[&["Ada", "Bo"], &["Cy"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Bo sms page", "0:00 Ada email page", "0:00 Bo email page"]);
    story.says(Input::Acknowledge(said("ada")));
    assert_eq!(story.phase(), Phase::Acknowledged);
    story.until("99:00", &["1:00 Bo sms stand down"]);
    assert_eq!(story.phase(), Phase::Closed, "no promise was made");

    let before = story.log.len();
    story.says(Input::Acknowledge(said("Ada")));
    assert_eq!(story.log.len(), before, "twice is harmless");
    let Refusal::AlreadyAcknowledged(owner) = story.refused(Input::Acknowledge(said("Bo"))) else { panic!() };
    assert_eq!((owner.by.as_str(), owner.at), ("ada", at("1:00")));
}

#[test]
fn an_acknowledgement_refuses_what_was_planned_before_it() {
    let mut story = Story::of(&[&["Ada"]]);
    let planned = plan(&story.state(), story.now, &story.policy).actions;
    let [Action::Send(attempt)] = &planned[..] else { panic!("{planned:?}") };
    assert_eq!(attempt.id, "r1.0.ada.sms.1");
    story.says(Input::Acknowledge(said("Ada")));
    let refusal = story.refused(Input::Start(attempt.clone()));
    assert_eq!(refusal, Refusal::Closed { at: at("0:00") }, "nobody was messaged, so it closed at once");
}

#[test]
fn a_refused_channel_is_left_at_once_and_a_person_without_channels_too() {
    let mut story =
        Story::of(&[&["Ada"], &["Ada"], &["Bo"]]).answering("Ada", Sms, &[Refused]).answering("Ada", Email, &[Refused]);
    story.until("4:00", &["0:00 Ada sms page", "0:00 Ada email page", "0:00 Bo sms page", "0:00 Bo email page"]);
    assert_eq!(story.climb(), ["0:00 rung 0 Began", "0:00 skipped 1", "0:00 rung 2 Unreachable"]);
}

#[test]
fn a_refused_channel_stays_refused_on_the_next_rung() {
    let mut story = Story::of(&[&["Ada"], &["Ada"]]).answering("Ada", Sms, &[Refused]);
    story.until("6:00", &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Ada email page"]);
}

#[test]
fn a_retryable_outcome_is_tried_once_more_after_half_a_minute() {
    let mut story = Story::of(&[&["Ada"], &["Bo"]]).answering("Ada", Sms, &[Retryable, Retryable]).answering(
        "Ada",
        Email,
        &[Retryable, Unknown],
    );
    story.until(
        "5:00",
        &[
            "0:00 Ada sms page",
            "0:00 Ada email page",
            "0:30 Ada sms page",
            "0:30 Ada email page",
            "0:30 Bo sms page",
            "0:30 Bo email page",
        ],
    );
    assert_eq!(story.state().attempts[2].attempt.id, "r1.0.ada.sms.2");
    assert_eq!(story.state().attempts[2].attempt.message_key(), "r1.0.ada.sms");
}

#[test]
fn a_crash_in_the_middle_of_a_message_doubles_it_once() {
    let mut story = Story::of(&[&["Ada"]]).crashing_at("Ada", 1);
    story.until("4:00", &["0:00 Ada sms page", "0:15 Ada sms page", "0:15 Ada email page"]);
    let outcomes: Vec<_> = story.state().attempts.iter().map(super::state::Tried::outcome).collect();
    assert_eq!(outcomes, [Some(Unknown), Some(Accepted), Some(Accepted)]);

    let mut story = Story::of(&[&["Ada"]]).crashing_at("Ada", 2);
    story.until("4:00", &["0:00 Ada sms page", "0:15 Ada sms page", "0:30 Ada email page"]);
}

#[test]
fn an_engine_that_knows_its_dead_self_does_not_wait() {
    let mut story = Story::of(&[&["Ada"]]).crashing_at("Ada", 1);
    story.until("0:03", &["0:00 Ada sms page"]);
    assert_eq!(recover(&story.state(), &|engine| engine == "engine-2"), []);
    let facts = recover(&story.state(), &|engine| engine == "engine-1");
    assert_eq!(facts.len(), 1);
    story.append(facts);
    story.until("4:00", &["0:03 Ada sms page", "0:03 Ada email page"]);
}

#[test]
fn an_outcome_that_comes_after_the_doubt_is_still_recorded() {
    let mut story = Story::of(&[&["Ada"]]).crashing_at("Ada", 1);
    story.until("0:15", &["0:00 Ada sms page", "0:15 Ada sms page", "0:15 Ada email page"]);
    story.says(Input::Finished { attempt: "r1.0.ada.sms.1".to_owned(), report: report(Accepted) });
    let state = story.state();
    let tried = state.attempt("r1.0.ada.sms.1").unwrap();
    assert_eq!((tried.outcome(), tried.provider_id()), (Some(Accepted), Some("SM1")));
    assert_eq!(tried.answer.as_ref().unwrap().report.outcome, Unknown, "what was known then stays");
}

#[test]
fn one_of_two_declines_then_both() {
    let mut story = Story::of(&[&["Ada", "Bo"], &["Bo"], &["Cy"]]).answering("Bo", Sms, &[Retryable]);
    story.until("0:10", &["0:00 Ada sms page", "0:00 Bo sms page", "0:00 Ada email page", "0:00 Bo email page"]);
    story.says(Input::Decline(said("Ada")));
    story.until("1:00", &["0:30 Bo sms page"]);
    story.says(Input::Decline(said("Bo")));
    story.until("2:00", &["1:00 Cy sms page", "1:00 Cy email page"]);
    assert_eq!(story.climb()[1..], ["1:00 skipped 1", "1:00 rung 2 Declined"]);
    story.says(Input::Acknowledge(said("Cy")));
    story.until("3:00", &[]);
    let refusal = Story::of(&[&["Ada"]]).refused(Input::Decline(said("Adda")));
    assert_eq!(refusal, Refusal::NotAsked { by: "Adda".to_owned(), asked: vec!["Ada".to_owned()] });
}

#[test]
fn an_owner_who_gives_the_page_back_restarts_the_climb_at_once() {
    let mut story = Story::promised(&[&["Ada", "Bo"], &["Cy"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Bo sms page", "0:00 Ada email page", "0:00 Bo email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    story.until("2:00", &["1:00 Bo sms stand down"]);
    assert_eq!(story.phase(), Phase::Acknowledged, "the promise is still to be kept");
    story.says(Input::Decline(said("Ada")));
    assert_eq!(story.phase(), Phase::Paging);
    story.until("3:00", &["2:00 Cy sms page", "2:00 Cy email page"]);
    story.says(Input::Acknowledge(said("Bo")));
    story.until("4:00", &["3:00 Cy sms stand down"]);
}

#[test]
fn a_page_given_back_after_the_end_of_the_ladder_is_exhausted_anew() {
    let mut story = Story::promised(&[&["Ada"]]);
    story.until("6:00", &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Chief sms nobody has it"]);
    story.says(Input::Acknowledge(said("Ada")));
    story.until("7:00", &["6:00 Chief sms stand down"]);
    story.says(Input::Decline(said("Ada")));
    assert_eq!(story.phase(), Phase::Exhausted);
    story.until("8:00", &["7:00 Chief sms nobody has it"]);
    story.says(Input::Acknowledge(said("Eve")));
    story.until("9:00", &["8:00 Chief sms stand down"]);
}

#[test]
fn the_promise_warns_the_owner_then_leadership_and_is_missed_at_the_hour() {
    let mut story = Story::promised(&[&["Ada"], &["Bo"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    story.until(
        "59:59",
        &[
            "30:00 Ada sms promise at 30",
            "45:00 Ada sms promise at 45",
            "55:00 Ada sms promise at 55",
            "55:00 Chief sms promise at 55",
        ],
    );
    assert_eq!(story.state().promise_state(story.now), Some(PromiseState::Open));
    story.until("300:00", &["60:00 Chief sms promise missed"]);
    assert_eq!(story.state().promise_state(story.now), Some(PromiseState::Missed));
    assert!(story.state().is_open(), "a missed promise stays open");
    story.says(Input::CalledBack(said("Ada")));
    assert_eq!(story.state().promise_state(story.now), Some(PromiseState::Late));
    assert_eq!(story.phase(), Phase::Closed);
    story.until("400:00", &[]);
}

#[test]
fn warnings_go_to_the_rung_while_nobody_has_the_page_and_to_leadership_when_the_owner_has_no_address() {
    let mut story = Story::promised(&[&["Ada"], &["Mail only: Bo", "Cy"]]);
    story.says(Input::Decline(said("Cy")));
    story.policy.promise_warnings = vec![6, 8, 20];
    story.until(
        "7:00",
        &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Bo email page", "6:00 Bo email promise at 6"],
    );
    story.says(Input::Acknowledge(said("a colleague")));
    story.until("9:00", &["7:00 Ada sms stand down", "7:00 Bo email stand down", "8:00 Chief sms promise at 8"]);
}

#[test]
fn after_a_pause_only_the_latest_warning_is_sent() {
    let mut story = Story::promised(&[&["Ada"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada"))).engine_down_until("50:00");
    story.until("52:00", &["50:00 Ada sms promise at 45"]);
    let warned: Vec<u32> = story.state().promise.unwrap().warned.iter().map(|it| it.after_minutes).collect();
    assert_eq!(warned, [30, 45]);

    let mut story = Story::promised(&[&["Ada"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada"))).engine_down_until("70:00");
    story.until("99:00", &["70:00 Chief sms promise missed"]);
    let promise = story.state().promise.unwrap();
    assert_eq!((promise.due, promise.missed_at), (at("60:00"), Some(at("70:00"))));
}

#[test]
fn an_alarm_that_a_phone_refuses_goes_by_mail() {
    let mut story = Story::of(&[&["Ada"]]).answering("Chief", Sms, &[Refused]);
    story.until(
        "9:00",
        &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Chief sms nobody has it", "5:00 Chief email nobody has it"],
    );
}

#[test]
fn a_callback_takes_keeps_and_closes() {
    let mut story = Story::promised(&[&["Ada"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::CalledBack(said("Ada")));
    assert_eq!(story.state().acknowledged.unwrap().by, "Ada");
    assert_eq!(story.state().promise_state(at("500:00")), Some(PromiseState::Kept));
    assert_eq!(story.climb(), ["0:00 rung 0 Began", "1:00 closed"]);
    assert_eq!(story.refused(Input::Cancel(said("agent"))), Refusal::Closed { at: at("1:00") });
    assert!(matches!(story.refused(Input::CalledBack(said("Bo"))), Refusal::AlreadyCalledBack(_)));
    story.until("99:00", &[]);
}

#[test]
fn withdrawing_stands_everybody_down_the_owner_too() {
    let mut story = Story::promised(&[&["Ada", "Mail only: Bo", "Cy"]]).answering("Cy", Email, &[Refused]);
    story.until(
        "1:00",
        &["0:00 Ada sms page", "0:00 Cy sms page", "0:00 Ada email page", "0:00 Bo email page", "0:00 Cy email page"],
    );
    story.says(Input::Decline(said("Cy"))).says(Input::Acknowledge(said("Ada"))).says(Input::Cancel(said("agent")));
    story.until("99:00", &["1:00 Ada sms stand down", "1:00 Bo email stand down"]);
    assert_eq!(story.phase(), Phase::Cancelled);
    assert!(!story.state().is_open());
    assert_eq!(story.state().promise_state(story.now), None, "a withdrawn promise is not missed");
    assert!(matches!(story.refused(Input::Acknowledge(said("Ada"))), Refusal::Cancelled(_)));
}

#[test]
fn another_round_begins_afresh_and_keeps_the_promise() {
    let mut story = Story::promised(&[&["Ada"]]).answering("Ada", Sms, &[Refused]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    story.until("20:00", &[]);
    story.says(Input::Again { ladder: ladder(&[&["Ada", "Bo"]]), basis: basis(), by: "agent".to_owned() });
    assert_eq!((story.phase(), story.state().round), (Phase::Paging, 2));
    story.until("21:00", &["20:00 Ada sms page", "20:00 Bo sms page", "20:00 Ada email page", "20:00 Bo email page"]);
    story.says(Input::Acknowledge(said("Bo")));
    story.until("31:00", &["21:00 Ada sms stand down", "30:00 Bo sms promise at 30"]);
}

#[test]
fn a_rung_with_nobody_costs_no_time() {
    let mut story = Story::of(&[&[], &["Ada"], &[], &["Bo"]]);
    story.until("6:00", &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Bo sms page", "5:00 Bo email page"]);
    assert_eq!(story.climb(), ["0:00 skipped 0", "0:00 rung 1 Empty", "5:00 skipped 2", "5:00 rung 3 NoAnswer"]);

    let mut nobody = Story::of(&[&[], &[]]);
    assert_eq!(nobody.climb(), ["0:00 skipped 0", "0:00 skipped 1", "0:00 exhausted"]);
    nobody.until("99:00", &["0:00 Chief sms nobody has it"]);
}

#[test]
fn a_rung_without_time_still_pages_its_people() {
    let mut two = ladder(&[&["Ada"], &["Bo"]]);
    two.rungs[0].wait_s = 0;
    let mut story = Story::opened(two, None);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page", "0:00 Bo sms page", "0:00 Bo email page"]);
}

#[test]
fn receipts_follow_the_rules_of_outcomes_in_any_order() {
    let mut story = Story::of(&[&["Ada"], &["Bo"]]).answering("Ada", Email, &[Refused]);
    story.until("0:20", &["0:00 Ada sms page", "0:00 Ada email page"]);
    let receipt = |outcome| Input::Receipt { attempt: "r1.0.ada.sms.1".to_owned(), report: report(outcome) };
    story.says(receipt(Accepted)).says(receipt(Unknown)).says(receipt(Retryable));
    story.until("1:00", &["0:50 Ada sms page"]);
    story.says(Input::Receipt { attempt: "r1.0.ada.sms.2".to_owned(), report: report(Refused) });
    story.until("2:00", &["1:00 Bo sms page", "1:00 Bo email page"]);
    story.says(receipt(Delivered)).says(receipt(Refused));
    assert_eq!(story.state().attempts[0].outcome(), Some(Delivered), "what arrived has arrived");
    let changes = story.log.iter().filter(|it| matches!(it.event, Event::ReceiptArrived { .. })).count();
    assert_eq!(changes, 3);
    let stranger = Input::Receipt { attempt: "r9".to_owned(), report: report(Delivered) };
    assert_eq!(story.refused(stranger), Refusal::UnknownAttempt { attempt: "r9".to_owned() });
}

#[test]
fn receipts_are_asked_for_at_set_times_and_never_hurry_the_engine() {
    let mut story = Story::of(&[&["Ada"]]).answering("Ada", Email, &[Refused]);
    story.until("0:01", &["0:00 Ada sms page", "0:00 Ada email page"]);
    let mut asked = Vec::new();
    let mut now = story.now;
    for _ in 0..7 {
        let turn = plan(&story.state(), now, &story.policy);
        asked.extend(turn.actions.iter().map(|action| match action {
            Action::AskReceipt { attempt, due_at, .. } => (attempt.clone(), clock(*due_at)),
            Action::Send(attempt) => panic!("{}", attempt.id),
        }));
        let wake = turn.next_wake.unwrap();
        assert!(wake > now);
        now = wake;
        if now >= at("5:00") {
            break;
        }
    }
    let times: Vec<&str> = asked.iter().map(|(_, due_at)| due_at.as_str()).collect();
    assert_eq!(times, ["0:10", "0:30", "1:00", "2:00"]);
    assert!(asked.iter().all(|(attempt, _)| attempt == "r1.0.ada.sms.1"));
    story.says(Input::Acknowledge(said("Bo")));
    assert!(plan(&story.state(), at("5:00"), &story.policy).actions.iter().all(|it| matches!(it, Action::Send(_))));
}

#[test]
fn what_comes_next_is_told() {
    let mut story = Story::promised(&[&["Ada"], &[], &["Bo"]]).answering("Ada", Sms, &[Retryable]);
    story.until("0:10", &["0:00 Ada sms page", "0:00 Ada email page"]);
    let told = |story: &Story| {
        let upcoming = next(&story.state(), story.now, &story.policy).unwrap();
        (clock(upcoming.at), upcoming.step)
    };
    assert_eq!(told(&story), ("0:30".to_owned(), NextStep::RetryChannel { to: "Ada".to_owned(), channel: Sms }));
    story.until("1:00", &["0:30 Ada sms page"]);
    assert_eq!(told(&story), ("5:00".to_owned(), NextStep::Escalate { rung: "rung 2".to_owned() }));
    story.until("6:00", &["5:00 Bo sms page", "5:00 Bo email page"]);
    assert_eq!(told(&story), ("10:00".to_owned(), NextStep::Exhaust));
    story.says(Input::Acknowledge(said("Bo")));
    let stand_down = NextStep::Send { to: "Ada".to_owned(), channel: Sms, purpose: Purpose::StandDown };
    assert_eq!(told(&story), ("6:00".to_owned(), stand_down));
    story.until("7:00", &["6:00 Ada sms stand down"]);
    assert_eq!(told(&story), ("30:00".to_owned(), NextStep::PromiseWarning { after_minutes: 30 }));
    story.says(Input::CalledBack(said("Bo")));
    assert_eq!(next(&story.state(), story.now, &story.policy), None);
    assert_eq!(plan(&story.state(), story.now, &story.policy).next_wake, None);
}

#[test]
fn a_log_that_was_not_decided_is_refused() {
    use super::FoldError;
    let story = Story::of(&[&["Ada"]]);
    let log = &story.log;
    let follow = |seq, event| {
        let mut longer = log.clone();
        longer.push(Recorded { seq, at: at("1:00"), event });
        State::of(&longer).unwrap_err()
    };
    assert_eq!(State::of(&[]), Err(FoldError::Empty));
    assert_eq!(State::of(&log[1..]), Err(FoldError::OutOfOrder { expected: 1, found: 2 }));
    assert_eq!(follow(9, Event::Exhausted), FoldError::OutOfOrder { expected: 3, found: 9 });
    assert_eq!(follow(3, log[0].event.clone()), FoldError::OpenedAgain { seq: 3 });
    assert_eq!(follow(3, Event::RungSkipped { rung: 1 }), FoldError::UnknownRung { seq: 3, rung: 1 });
    let escalated = Event::Escalated { rung: 7, reason: EscalationReason::NoAnswer };
    assert_eq!(follow(3, escalated), FoldError::UnknownRung { seq: 3, rung: 7 });
    let finished = Event::AttemptFinished { attempt: "r9".to_owned(), report: report(Accepted) };
    assert_eq!(follow(3, finished), FoldError::UnknownAttempt { seq: 3, attempt: "r9".to_owned() });
    let first = Recorded { seq: 1, at: at("0:00"), event: Event::Closed };
    assert_eq!(State::of(&[first]), Err(FoldError::NotOpened));
}
