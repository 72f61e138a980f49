//! What happens when one provider of several refuses, fails, keeps silent, or takes a text that nobody confirms?

use super::story::{Story, at, report, said};
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::{Accepted, Delivered, Refused, Retryable, Unavailable, Unknown};
use crate::episode::{Action, plan};

const MAIL: &str = "0:00 Ada email page";

#[test]
fn whatever_one_provider_says_but_no_the_next_one_is_asked_at_once() {
    for trouble in [Retryable, Unknown, Unavailable] {
        let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B"]).saying("A", &[trouble]);
        story.until("1:00", &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL]);
        assert_eq!(story.state().attempts[1].attempt.id, "r1.0.ada.sms.2", "{trouble:?}");
    }
    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B"]).saying("A", &[Refused]);
    story.until("1:00", &["0:00 Ada sms page by A", MAIL]);
}

#[test]
fn a_provider_that_is_not_usable_is_asked_last_from_then_on() {
    for trouble in [Unavailable, Unknown] {
        let mut story = Story::of(&[&["Ada"], &["Bo"], &["Cy"]])
            .texting_by(&["A", "B"])
            .saying("A", &[trouble])
            .saying("B", &[Accepted, Accepted, Retryable]);
        story.says(Input::Tick);
        story.policy.receipt_wait_s = 9000;
        story.until("4:00", &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL]);
        story.until("9:00", &["5:00 Bo sms page by B", "5:00 Bo email page"]);
        story.until("12:00", &["10:00 Cy sms page by B", "10:00 Cy sms page by A", "10:00 Cy email page"]);
    }
}

#[test]
fn a_provider_that_failed_once_keeps_its_place() {
    let mut story = Story::of(&[&["Ada"], &["Bo"]]).texting_by(&["A", "B"]).saying("A", &[Retryable]);
    story.policy.receipt_wait_s = 9000;
    story.until(
        "6:00",
        &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL, "5:00 Bo sms page by A", "5:00 Bo email page"],
    );
}

#[test]
fn when_all_were_asked_it_begins_again_after_the_wait() {
    let mut story = Story::of(&[&["Ada"]])
        .texting_by(&["A", "B"])
        .saying("A", &[Retryable, Retryable])
        .saying("B", &[Retryable, Retryable]);
    story.until(
        "4:59",
        &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL, "0:30 Ada sms page by A", "1:00 Ada sms page by B"],
    );
    // One that proved unusable is not asked again for the same message.
    let mut story =
        Story::of(&[&["Ada"]]).texting_by(&["A", "B"]).saying("A", &[Unavailable]).saying("B", &[Retryable, Retryable]);
    story.until("4:59", &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL, "0:30 Ada sms page by B"]);
    let mut story =
        Story::of(&[&["Ada"]]).texting_by(&["A", "B"]).saying("A", &[Unavailable]).saying("B", &[Unavailable]);
    story.until("4:59", &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL]);
}

#[test]
fn a_doubt_is_doubled_once_and_not_more() {
    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B"]).saying("A", &[Unknown]).saying("B", &[Unknown]);
    story.until("4:59", &["0:00 Ada sms page by A", "0:00 Ada sms page by B", MAIL]);
    // Where the other one cannot send at all, the doubt is doubled by the same provider: duplicate before silence.
    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B"]).saying("A", &[Unknown]).saying("B", &[Unavailable]);
    story.until("4:59", &["0:00 Ada sms page by A", "0:00 Ada sms page by B", "0:00 Ada sms page by A", MAIL]);
}

#[test]
fn a_receipt_that_never_comes_sends_the_text_once_more_by_the_next_provider() {
    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B", "C"]);
    story.until("1:59", &["0:00 Ada sms page by A", MAIL]);
    story.until("4:59", &["2:00 Ada sms page by B"]);
    assert_eq!(story.state().attempts[2].attempt.id, "r1.0.ada.sms.2");

    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B", "C"]).saying("B", &[Unavailable]);
    story.until("4:59", &["0:00 Ada sms page by A", MAIL, "2:00 Ada sms page by B", "2:00 Ada sms page by C"]);

    let mut one = Story::of(&[&["Ada"]]).texting_by(&["A"]);
    one.until("4:59", &["0:00 Ada sms page", MAIL]);
}

#[test]
fn a_receipt_an_answer_or_a_failure_ends_the_wait_for_the_receipt() {
    let receipt = |outcome| Input::Receipt { attempt: "r1.0.ada.sms.1".to_owned(), report: report(outcome) };
    for (word, more) in [(Delivered, vec![]), (Unavailable, vec!["1:00 Ada sms page by B"]), (Refused, vec![])] {
        let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B"]);
        story.until("1:00", &["0:00 Ada sms page by A", MAIL]);
        story.says(receipt(word));
        story.until("4:59", &more);
    }
    let mut story = Story::of(&[&["Ada", "Bo"]]).texting_by(&["A", "B"]);
    story.until("1:00", &["0:00 Ada sms page by A", "0:00 Bo sms page by A", MAIL, "0:00 Bo email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    // Neither the page nor the stand-down goes out again.
    story.until("99:00", &["1:00 Bo sms stand down by A"]);
}

#[test]
fn the_first_provider_is_asked_for_the_receipt_before_the_second_sends() {
    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "B"]);
    story.policy.receipt_wait_s = 90;
    story.until("1:00", &["0:00 Ada sms page by A", MAIL]);
    let due = plan(&story.state(), at("1:30"), &story.policy);
    let kinds: Vec<_> = due.actions.iter().map(|action| matches!(action, Action::AskReceipt { .. })).collect();
    assert_eq!(kinds, [true, false]);
    let Action::AskReceipt { attempt, due_at, .. } = &due.actions[0] else { panic!() };
    assert_eq!((attempt.as_str(), *due_at), ("r1.0.ada.sms.1", at("1:30")));
    assert_eq!(due.next_wake, Some(at("1:30")));
}
