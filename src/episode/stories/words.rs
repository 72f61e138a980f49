//! What does a person's word change: taking, declining, giving back, withdrawing?

use super::story::{Story, at, report, said};
use crate::decision::ladder::Channel::{Email, Sms};
use crate::episode::event::{EscalationReason, Event, Recorded};
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::{Accepted, Refused, Retryable};
use crate::episode::{Action, FoldError, Phase, Refusal, State, plan};

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
fn a_word_that_changes_nothing_records_nothing_even_when_facts_are_due() {
    let mut story = Story::promised(&[&["Ada"]]);
    story.says(Input::Acknowledge(said("Ada"))).engine_down_until("31:00");
    assert!(plan(&story.state(), story.now, &story.policy).facts_due);
    let before = story.log.len();
    story.says(Input::Acknowledge(said("ADA")));
    assert_eq!(story.log.len(), before);
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
fn a_log_that_was_not_decided_is_refused() {
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
