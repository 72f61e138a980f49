//! What happens when somebody texts STOP at three in the morning?

use super::story::{Story, ladder, said};
use crate::decision::ladder::Channel::{Email, Sms, Voice};
use crate::episode::event::Meant;
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::Refused;

/// Ada by text, mail and call, then Bo by text.
fn ringing() -> Story {
    let mut rungs = ladder(&[&["Ada"], &["Bo"]]);
    rungs.rungs[0].channels = vec![Sms, Email, Voice];
    Story::opened(rungs, None).calling()
}

#[test]
fn who_stops_is_called_at_once() {
    let mut story = Story::of(&[&["Ada"], &["Bo"]]).calling();
    story.until("2:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.stops("Ada");
    story.until("4:59", &["2:00 Ada voice page"]);
    assert_eq!(story.state().attempts[2].attempt.id, "r1.stop.ada.voice.1");
    // The call gets the rung's whole time; the next one is Bo's.
    story.until("6:00", &["5:00 Bo sms page", "5:00 Bo email page"]);
    story.says(Input::Acknowledge(said("Bo")));
    story.until("7:00", &["6:00 Ada sms stand down"]);
}

#[test]
fn a_call_just_made_or_still_to_come_is_not_doubled() {
    let mut story = ringing();
    story.until("0:50", &["0:00 Ada sms page", "0:00 Ada email page", "0:00 Ada voice page"]);
    story.stops("Ada");
    story.until("4:59", &[]);
    let mut story = ringing();
    story.until("2:00", &["0:00 Ada sms page", "0:00 Ada email page", "0:00 Ada voice page"]);
    story.stops("Ada");
    story.until("4:59", &["2:00 Ada voice page"]);
    // A text that the provider refuses for an older STOP: the rung's own call follows anyway.
    let mut story = ringing().answering("Ada", Sms, &[Refused]);
    story.stops("Ada");
    story.until("4:59", &["0:00 Ada sms page", "0:00 Ada email page", "0:00 Ada voice page"]);
}

#[test]
fn where_nobody_can_be_called_the_next_rung_begins_at_once() {
    let mut story = Story::of(&[&["Ada"], &["Ada"], &["Bo"]]);
    story.until("2:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.stops("Ada");
    story.until("4:59", &["2:00 Bo sms page", "2:00 Bo email page"]);
    assert_eq!(story.climb(), ["0:00 rung 0 Began", "2:00 skipped 1", "2:00 rung 2 Unreachable"]);

    let mut story = Story::of(&[&["Ada", "Cy"], &["Bo"]]);
    story.until("2:00", &["0:00 Ada sms page", "0:00 Cy sms page", "0:00 Ada email page", "0:00 Cy email page"]);
    story.stops("Ada");
    story.until("4:59", &[]);
    story.stops("Cy");
    story.until("5:00", &["4:59 Bo sms page", "4:59 Bo email page"]);
}

#[test]
fn who_was_asked_earlier_is_called_too_and_who_has_it_or_cannot_is_not() {
    let mut story = Story::of(&[&["Ada"], &["Bo"]]).calling();
    story.until("6:00", &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Bo sms page", "5:00 Bo email page"]);
    story.stops("Ada");
    story.until("7:00", &["6:00 Ada voice page"]);
    let mut story = Story::of(&[&["Ada"], &["Bo"]]).calling();
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Decline(said("Ada"))).stops("Ada");
    story.until("2:00", &["1:00 Bo sms page", "1:00 Bo email page"]);
    let mut story = Story::promised(&[&["Ada"], &["Bo"]]).calling();
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.says(Input::Acknowledge(said("Ada"))).stops("Ada");
    story.until("29:00", &[]);
}

#[test]
fn leadership_that_stops_after_the_end_of_the_ladder_is_called() {
    let mut story = Story::of(&[&["Ada"]]).calling();
    story.until("6:00", &["0:00 Ada sms page", "0:00 Ada email page", "5:00 Chief sms nobody has it"]);
    story.stops("Chief");
    story.until("9:00", &["6:00 Chief voice page"]);
}

#[test]
fn start_lets_texts_through_again_and_another_stop_calls_again() {
    let mut story = Story::of(&[&["Ada"], &["Ada"]]).calling().answering("Ada", Sms, &[Refused]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.stops("Ada");
    story.until("2:00", &["1:00 Ada voice page"]);
    story.says(Input::OptIn { phone: "+1 Ada".to_owned() });
    story.until("3:00", &[]);
    story.stops("Ada").until("4:00", &["3:00 Ada voice page"]);
    story.says(Input::OptIn { phone: "+1 Ada".to_owned() });
    // What was refused before START is no reason to be silent on the next rung.
    story.until("6:00", &["5:00 Ada sms page", "5:00 Ada email page"]);
    story.texts("Ada", Meant::HaveIt);
    story.until("7:00", &["6:00 Ada sms answer HaveIt"]);
}
