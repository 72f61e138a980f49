//! Does a drill ask its person and leave everybody else asleep?

use super::story::{Story, ladder, said};
use crate::decision::ladder::Channel::Sms;
use crate::episode::event::{Drill, Event};
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::Refused;
use crate::episode::{Phase, State};

fn drill() -> Story {
    let mut story = Story::opened(ladder(&[&["Ada"]]), None);
    let Event::Opened(opened) = &mut story.log[0].event else { panic!() };
    opened.drill = Some(Drill { shift: None });
    story
}

#[test]
fn an_answered_drill_closes_at_once() {
    let mut story = drill();
    story.until("0:30", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada")));
    assert_eq!(story.phase(), Phase::Closed);
    story.until("99:00", &[]);
}

#[test]
fn a_drill_that_nobody_answers_alarms_nobody_and_closes() {
    let mut story = drill();
    story.until("99:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    assert_eq!(story.climb(), ["0:00 rung 0 Began", "5:00 exhausted", "5:00 closed"]);
    assert!(story.state().acknowledged.is_none());
}

#[test]
fn a_declined_or_withdrawn_drill_is_over_without_a_word_more() {
    let mut story = drill();
    story.until("0:30", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Decline(said("Ada"))).until("99:00", &[]);
    assert_eq!(story.phase(), Phase::Closed);
    let mut story = drill().answering("Ada", Sms, &[Refused]);
    story.until("0:30", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Cancel(said("agent"))).until("99:00", &[]);
    assert_eq!(story.phase(), Phase::Cancelled);
}

#[test]
fn a_log_from_before_there_were_drills_still_folds() {
    let story = Story::of(&[&["Ada"]]);
    let json = serde_json::to_string(&story.log).unwrap();
    assert!(!json.contains("drill"), "a page says nothing of drills");
    assert_eq!(State::of(&serde_json::from_str::<Vec<_>>(&json).unwrap()).unwrap().drill, None);
}
