//! What stops when somebody has the page: phones that ring for it, and words that say the same twice?

use super::story::{Story, at, ladder, report, said};
use crate::decision::ladder::Channel::{Sms, Voice};
use crate::episode::event::{Meant, Said, Via};
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::{Accepted, Refused, Retryable};
use crate::episode::{Action, Phase, plan};

/// What the plan ends at an instant, by attempt.
fn ended(story: &Story, clock: &str) -> Vec<String> {
    let turn = plan(&story.state(), at(clock), &story.policy);
    let ended = turn.actions.into_iter().filter_map(|action| match action {
        Action::HangUp { attempt, .. } => Some(attempt),
        Action::Send(_) | Action::AskReceipt { .. } => None,
    });
    ended.collect()
}

/// Two people whose phones ring for one page.
fn ringing() -> Story {
    let mut rungs = ladder(&[&["Ada", "Bo"]]);
    rungs.rungs[0].channels = vec![Sms, Voice];
    let mut story = Story::opened(rungs, None).calling();
    story.until("0:30", &["0:00 Ada sms page", "0:00 Bo sms page", "0:00 Ada voice page", "0:00 Bo voice page"]);
    story
}

#[test]
fn phones_that_ring_for_what_somebody_has_are_hung_up_and_nobody_waits_for_ever() {
    let mut story = ringing();
    assert!(ended(&story, "0:30").is_empty(), "nobody has it yet");
    story.says(Input::Acknowledge(said("Ada")));
    assert!(ended(&story, "0:30").is_empty(), "a moment later");
    assert_eq!(ended(&story, "0:31"), ["r1.0.ada.voice.1", "r1.0.bo.voice.1"], "her own phone too: she wrote");
    let report = report(Retryable);
    story.now = at("0:31");
    story.says(Input::Receipt { attempt: "r1.0.bo.voice.1".to_owned(), report });
    assert_eq!(ended(&story, "0:36"), ["r1.0.ada.voice.1"], "until its end is known");
    assert!(ended(&story, "0:51").is_empty(), "a phone has rung out by then");
    story.until("0:50", &["0:31 Bo sms stand down"]);
    assert_eq!(story.state().phase(), Phase::Acknowledged, "an end may still be told");
    story.until("0:51", &[]);
    assert_eq!(story.state().phase(), Phase::Closed);
}

#[test]
fn the_call_in_which_the_page_was_taken_is_left_alone() {
    let mut story = ringing();
    story.says(Input::Acknowledge(Said { by: "Ada".to_owned(), via: Via::Voice }));
    assert_eq!(ended(&story, "0:31"), ["r1.0.bo.voice.1"]);
    let mut story = ringing();
    story.says(Input::Cancel(said("Agent")));
    assert_eq!(ended(&story, "0:31"), ["r1.0.ada.voice.1", "r1.0.bo.voice.1"]);
    assert!(ended(&story, "11:00").is_empty());
}

#[test]
fn whoever_wrote_too_late_is_told_once() {
    // Before the stand-down goes out: the answer is it.
    let mut story = Story::of(&[&["Ada", "Bo"]]);
    let pages = ["0:00 Ada sms page", "0:00 Bo sms page", "0:00 Ada email page", "0:00 Bo email page"];
    story.until("1:00", &pages);
    story.says(Input::Acknowledge(said("Ada"))).texts("Bo", Meant::HaveIt);
    story.until("9:00", &["1:00 Bo sms answer TooLate"]);
    // A text that crosses the stand-down is answered by it.
    let mut story = Story::promised(&[&["Ada", "Bo"]]);
    story.until("1:00", &pages);
    story.says(Input::Acknowledge(said("Ada"))).until("1:30", &["1:00 Bo sms stand down"]);
    story.texts("Bo", Meant::HaveIt).until("4:00", &[]);
    // Long after it, they asked anew.
    story.texts("Bo", Meant::HaveIt).until("5:00", &["4:00 Bo sms answer TooLate"]);
    // An answer that cannot be sent leaves the stand-down to another way.
    let mut story = Story::promised(&[&["Ada", "Bo"]]).answering("Bo", Sms, &[Accepted, Refused]);
    story.until("1:00", &pages);
    story.says(Input::Acknowledge(said("Ada"))).texts("Bo", Meant::HaveIt);
    story.until("5:00", &["1:00 Bo sms answer TooLate", "1:00 Bo email stand down"]);
}

#[test]
fn whoever_was_only_called_is_not_called_again_to_be_told_while_their_phone_rings() {
    let rung = |name: &str| ladder(&[&[name]]).rungs.remove(0);
    let begun = || {
        let mut rungs = ladder(&[&["Ada"]]);
        rungs.rungs.push(rung("Bo"));
        for rung in &mut rungs.rungs {
            (rung.channels, rung.wait_s) = (vec![Voice], 0);
        }
        let mut story = Story::opened(rungs, None).calling();
        story.until("0:00", &["0:00 Ada voice page", "0:00 Bo voice page", "0:00 Chief sms nobody has it"]);
        story.says(Input::Acknowledge(Said { by: "Ada".to_owned(), via: Via::Voice }));
        story
    };
    let mut story = begun();
    story.until("0:01", &["0:00 Chief sms stand down"]);
    story.says(Input::Receipt { attempt: "r1.1.bo.voice.1".to_owned(), report: report(Retryable) });
    story.until("9:00", &[]);
    // Nobody knows how the call ended: they may have heard it.
    begun().until("9:00", &["0:00 Chief sms stand down", "0:21 Bo voice stand down"]);
}

#[test]
fn people_who_are_asked_at_once_are_each_called_by_the_next_provider_when_the_first_one_fails() {
    let mut rungs = ladder(&[&["Ada"], &["Bo"]]);
    for rung in &mut rungs.rungs {
        rung.channels = vec![Sms];
    }
    rungs.rungs[0].wait_s = 0;
    let mut story = Story::opened(rungs, None).saying("one", &[Retryable, Retryable]);
    story.policy.providers = crate::episode::Providers::of([(Sms, "one"), (Sms, "two")]);
    let both =
        ["0:00 Ada sms page by one", "0:00 Ada sms page by two", "0:00 Bo sms page by one", "0:00 Bo sms page by two"];
    story.until("0:10", &both);
}
