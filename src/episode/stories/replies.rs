//! What happens to a text that came back, and who is answered what?

use super::story::{Story, said};
use crate::decision::ladder::Channel::Sms;
use crate::episode::event::{Event, Meant};
use crate::episode::input::Input;
use crate::episode::outcome::Outcome::{Refused, Retryable, Unknown};
use crate::episode::reply::{bind, understand};
use crate::episode::{Phase, Refusal, State};

fn two_paged() -> Story {
    let mut story = Story::of(&[&["Ada", "Bo"], &["Cy"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Bo sms page", "0:00 Ada email page", "0:00 Bo email page"]);
    story
}

#[test]
fn a_one_is_done_and_answered_in_one_transaction_and_the_other_stood_down() {
    let mut story = two_paged();
    let before = story.log.len();
    story.texts("Ada", Meant::HaveIt);
    let [taken, heard] = &story.log[before..] else { panic!("{:?}", &story.log[before..]) };
    assert!(matches!((&taken.event, &heard.event), (Event::Acknowledged(_), Event::Heard(_))));
    assert_eq!(story.phase(), Phase::Acknowledged, "open until everybody was told");
    story.until("99:00", &["1:00 Ada sms answer HaveIt", "1:00 Bo sms stand down"]);
    assert_eq!(story.phase(), Phase::Closed);
}

#[test]
fn the_same_reply_by_another_way_changes_nothing() {
    let mut story = two_paged();
    story.texts("Ada", Meant::Cannot);
    let Event::Heard(heard) = story.log.last().unwrap().event.clone() else { panic!() };
    let before = story.log.len();
    story.says(Input::Reply { heard, via: crate::episode::event::Via::Sms });
    assert_eq!(story.log.len(), before);
    story.until("2:00", &["1:00 Ada sms answer Cannot"]);
}

#[test]
fn two_who_answer_at_once_end_in_one_owner_and_both_are_answered() {
    let mut story = two_paged();
    story.texts("Ada", Meant::HaveIt).texts("Bo", Meant::HaveIt);
    story.until("2:00", &["1:00 Ada sms answer HaveIt", "1:00 Bo sms answer TooLate"]);
    assert_eq!(story.state().acknowledged.unwrap().by, "Ada");
}

#[test]
fn a_two_asks_the_next_before_it_is_answered() {
    let mut story = Story::of(&[&["Ada"], &["Cy"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.texts("Ada", Meant::Cannot);
    story.until("2:00", &["1:00 Cy sms page", "1:00 Cy email page", "1:00 Ada sms answer Cannot"]);
}

#[test]
fn a_nine_keeps_the_promise_and_closes_once_it_is_answered() {
    let mut story = Story::promised(&[&["Ada"]]);
    story.until("1:00", &["0:00 Ada sms page", "0:00 Ada email page"]);
    story.texts("Ada", Meant::HaveIt);
    story.until("20:00", &["1:00 Ada sms answer HaveIt"]);
    story.texts("Ada", Meant::CalledBack);
    assert_eq!(story.phase(), Phase::Acknowledged);
    story.until("99:00", &["20:00 Ada sms answer CalledBack"]);
    assert_eq!(story.climb().last().unwrap(), "20:00 closed");
    let late = story.log.last().unwrap().event.clone();
    assert_eq!(late, Event::Closed);
}

#[test]
fn what_is_not_understood_is_answered_three_times_and_no_more() {
    let mut story = two_paged();
    for _ in 0..5 {
        story.texts("Ada", Meant::Unclear);
    }
    story.texts("Bo", Meant::Unclear);
    let answers = ["1:00 Ada sms answer Unclear"; 3];
    story.until("2:00", &[&answers[..], &["1:00 Bo sms answer Unclear"]].concat());
    assert_eq!(story.phase(), Phase::Paging, "a riddle is no acknowledgement");
}

#[test]
fn a_reply_after_the_withdrawal_is_told_so_and_a_closed_page_hears_nothing() {
    let mut story = two_paged();
    story.says(Input::Cancel(said("agent"))).texts("Ada", Meant::HaveIt);
    story.until("2:00", &["1:00 Ada sms answer TooLate", "1:00 Bo sms stand down"]);
    let heard = story.state().heard[0].heard.clone();
    let again = Input::Reply { heard, via: crate::episode::event::Via::Sms };
    assert!(matches!(story.refused(again), Refusal::Closed { .. }));
}

#[test]
fn an_answer_in_doubt_is_doubled_once_and_one_that_fails_holds_up_nothing() {
    let mut story = two_paged().answering("Ada", Sms, &[Unknown, Unknown]);
    story.texts("Ada", Meant::HaveIt);
    story.until("2:00", &["1:00 Ada sms answer HaveIt", "1:00 Ada sms answer HaveIt", "1:00 Bo sms stand down"]);
    let mut story = two_paged().answering("Ada", Sms, &[Retryable, Refused]);
    story.texts("Ada", Meant::HaveIt);
    story.until("2:00", &["1:00 Ada sms answer HaveIt", "1:00 Bo sms stand down", "1:30 Ada sms answer HaveIt"]);
    assert_eq!(story.phase(), Phase::Closed);
}

#[test]
fn an_answer_goes_out_by_the_number_that_was_written_to() {
    let mut story = Story::of(&[&["Ada"]]).texting_by(&["A", "text"]);
    story.until("1:00", &["0:00 Ada sms page by A", "0:00 Ada email page"]);
    story.texts("Ada", Meant::HaveIt);
    story.until("2:00", &["1:00 Ada sms answer HaveIt by text"]);
}

/// Pages in the order of their opening, and what a text from Ada means among them: the place and the meaning.
fn bound(stories: &[Story], text: &str) -> Option<(usize, Meant)> {
    let states: Vec<State> = stories.iter().rev().map(Story::state).collect();
    let newest_first: Vec<&State> = states.iter().collect();
    let found = bind(&newest_first, "+1 Ada", understand(text, false).as_ref());
    found.map(|(place, meant)| (stories.len() - 1 - place, meant))
}

fn asking(case: &str, first: &str) -> Story {
    let mut story = Story::case(case, &[&[first], &["Ada"]]);
    let (sms, email) = (format!("0:00 {first} sms page"), format!("0:00 {first} email page"));
    story.until("1:00", &[&sms, &email]);
    story
}

#[test]
fn a_reply_means_the_page_that_its_sender_was_asked_to_take() {
    let both = [asking("1000001", "Ada"), asking("1000002", "Bo")];
    assert_eq!(bound(&both, "1"), Some((0, Meant::HaveIt)), "the other page has not come to Ada");
    assert_eq!(bound(&both, "1 1000002"), Some((1, Meant::HaveIt)));
    assert_eq!(bound(&both, "1 1000003"), None);
    assert_eq!(bound(&both, "hello"), Some((0, Meant::Unclear)));
    assert_eq!(bound(&[asking("1000001", "Ada")], "2"), Some((0, Meant::Cannot)));
    assert_eq!(bound(&[], "1"), None);
}

#[test]
fn several_that_wait_are_listed_and_none_is_guessed() {
    let mut pages = [asking("1000001", "Ada"), asking("1000002", "Ada")];
    let several = Meant::Several { cases: vec!["1000002".to_owned(), "1000001".to_owned()] };
    for text in ["1", "ok", "2", "9"] {
        assert_eq!(bound(&pages, text), Some((1, several.clone())), "{text}");
    }
    assert_eq!(bound(&pages, "2 1000001"), Some((0, Meant::Cannot)));
    pages[0].says(Input::Acknowledge(said("Ada")));
    assert_eq!(bound(&pages, "1"), Some((1, Meant::HaveIt)), "only one still waits");
}

#[test]
fn digits_without_a_blank_are_a_case_only_where_they_are_not_another_one() {
    let pages = [asking("234567", "Ada"), asking("1234567", "Ada")];
    assert_eq!(bound(&pages, "1234567").unwrap().1, Meant::Unclear, "the case alone says nothing");
    assert_eq!(bound(&pages, "11234567"), Some((1, Meant::HaveIt)));
    assert_eq!(bound(&pages[..1], "1234567"), Some((0, Meant::HaveIt)));
}

#[test]
fn a_callback_and_giving_back_mean_the_page_that_one_has() {
    let mut pages = [asking("1000001", "Ada"), asking("1000002", "Ada")];
    pages[0].says(Input::Acknowledge(said("ada")));
    assert_eq!(bound(&pages, "9"), Some((0, Meant::CalledBack)));
    assert_eq!(bound(&pages, "2"), Some((1, Meant::Cannot)), "one that waits comes first");
    pages[1].says(Input::Acknowledge(said("Bo")));
    assert_eq!(bound(&pages, "2"), Some((0, Meant::Cannot)), "then what one has");
    assert_eq!(bound(&pages, "1"), Some((1, Meant::HaveIt)), "the newest that asked: it will be too late");
}
