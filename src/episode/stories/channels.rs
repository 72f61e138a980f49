//! What happens when a provider refuses, fails, keeps silent or changes its word, or the engine dies?

use super::story::{Story, at, clock, report, said};
use crate::decision::ladder::Channel::{Email, Sms};
use crate::episode::event::Event;
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::{Accepted, Delivered, Refused, Retryable, Unknown};
use crate::episode::{Action, Refusal, plan};

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
    let outcomes: Vec<_> = story.state().attempts.iter().map(crate::episode::state::Tried::outcome).collect();
    assert_eq!(outcomes, [Some(Unknown), Some(Accepted), Some(Accepted)]);

    let mut story = Story::of(&[&["Ada"]]).crashing_at("Ada", 2);
    story.until("4:00", &["0:00 Ada sms page", "0:15 Ada sms page", "0:30 Ada email page"]);
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
fn an_alarm_that_a_phone_refuses_goes_by_mail() {
    let mut story = Story::of(&[&["Ada"]]).answering("Chief", Sms, &[Refused]);
    story.until(
        "9:00",
        &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Chief sms nobody has it", "5:00 Chief email nobody has it"],
    );
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
    story.policy.receipt_poll_s = vec![10, 30, 60, 120, 300];
    story.until("0:01", &["0:00 Ada sms page", "0:00 Ada email page"]);
    let mut asked = Vec::new();
    let mut now = story.now;
    for _ in 0..7 {
        let turn = plan(&story.state(), now, &story.policy);
        asked.extend(turn.actions.iter().map(|action| match action {
            Action::AskReceipt { attempt, due_at, .. } => (attempt.clone(), clock(*due_at)),
            other => panic!("{other:?}"),
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
fn a_stand_down_lost_in_a_crash_is_sent_once_more() {
    let mut story = Story::promised(&[&["Ada", "Mail only: Bo"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page", "0:00 Bo email page"]);
    let mut story = story.crashing_at("Ada", 1);
    story.says(Input::Acknowledge(said("Bo")));
    story.until("2:00", &["1:00 Ada sms stand down", "1:15 Ada sms stand down"]);
}

#[test]
fn an_early_receipt_ends_the_attempt_unless_it_says_nothing() {
    let mut story = Story::of(&[&["Ada"]]).crashing_at("Ada", 1);
    story.until("0:01", &["0:00 Ada sms page"]);
    let receipt = |outcome| Input::Receipt { attempt: "r1.0.ada.sms.1".to_owned(), report: report(outcome) };
    story.says(receipt(Unknown));
    assert!(story.state().in_flight().is_some());
    story.says(receipt(Delivered));
    story.says(Input::Finished { attempt: "r1.0.ada.sms.1".to_owned(), report: report(Accepted) });
    assert_eq!(story.state().attempts[0].outcome(), Some(Delivered));
    story.until("4:00", &["0:01 Ada email page"]);
}
