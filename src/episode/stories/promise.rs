//! Who is warned about the promise and when, and what settles it?

use super::story::{Story, at, said};
use crate::episode::input::Input;
use crate::episode::{Phase, PromiseState, Refusal};

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
fn a_promise_for_the_morning_is_warned_about_before_its_end() {
    let mut story = Story::promised_within(480, &[&["Ada"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    story.until(
        "479:59",
        &[
            "450:00 Ada sms promise at 450",
            "465:00 Ada sms promise at 465",
            "475:00 Ada sms promise at 475",
            "475:00 Chief sms promise at 475",
        ],
    );
    story.until("500:00", &["480:00 Chief sms promise missed"]);

    let mut story = Story::promised_within(25, &[&["Ada"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    let last = ["20:00 Ada sms promise at 20", "20:00 Chief sms promise at 20", "25:00 Chief sms promise missed"];
    story.until("60:00", &[&["10:00 Ada sms promise at 10"], &last[..]].concat());
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
