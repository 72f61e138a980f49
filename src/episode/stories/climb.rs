//! Whom does a page reach, in which order and when, while nobody has it?

use super::story::{Story, basis, clock, ladder, said};
use crate::decision::ladder::Channel::Sms;
use crate::episode::event::Purpose;
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::{Refused, Retryable};
use crate::episode::{NextStep, Phase, next, plan};

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
