//! Is an edit that is made while a page is made seen, read once more, and told with both answers before anybody is paged?

use super::*;
use crate::snapshots::age;

const NIGHT: [&str; 3] = ["--dry-run", "--at", "2026-11-22 20:00"];

/// The sheet with other words in the cell of Sunday's person, or in its phone.
fn edited(old: &str, new: &str) -> Play {
    let text = nights().to_string();
    assert!(text.contains(old));
    Play::Answer(200, "", text.replace(old, new))
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What `--case` shows after `kept` syncs, and how often the sheet was read for it.
fn page(plays: impl IntoIterator<Item = Play>, syncs: usize) -> (String, usize) {
    let google = Google::playing(nights(), plays);
    let desk = Desk::of(&google);
    for _ in 0..syncs {
        desk.site.run(&["sync"]).expect(0);
    }
    let ended = desk.page("INC1234567", &NIGHT).expect(0);
    (joined(&ended.out), google.asked().len() - syncs)
}

#[test]
fn an_edit_of_tonight_is_read_once_more_and_both_answers_are_shown() {
    let cy = || edited("Ben Okafor", "Cy Lund");
    let (said, read) = page([Play::Usual, cy(), cy()], 1);
    assert!(said.contains("the sheet still said Ben Okafor (primary), now it says Cy Lund"), "{said}");
    assert!(said.contains("primary Cy Lund 608-555-0177"), "{said}");
    assert_eq!(read, 2);
}

#[tokio::test]
async fn an_edit_that_a_sync_saw_first_is_still_news_for_two_minutes() {
    let cy = || edited("Ben Okafor", "Cy Lund");
    let google = Google::playing(nights(), [Play::Usual, cy(), cy(), cy()]);
    let desk = Desk::of(&google);
    desk.site.run(&["sync"]).expect(0);
    age(&desk.site, 1).await;
    desk.site.run(&["sync"]).expect(0);
    let ended = desk.page("INC1234567", &NIGHT).expect(0);
    let said = joined(&ended.out);
    assert!(said.contains("still said Ben Okafor (primary), now it says Cy Lund; if in doubt, ask both"), "{said}");
    assert_eq!(google.asked().len(), 4);
}

#[test]
fn an_edit_that_was_taken_back_is_no_edit() {
    let (said, read) = page([Play::Usual, edited("Ben Okafor", "Cy Lund"), Play::Usual], 1);
    assert!(said.contains("Ben Okafor") && !said.contains("Cy Lund") && !said.contains("CHANGED"), "{said}");
    assert_eq!(read, 2);
}

#[test]
fn an_edit_of_another_night_or_of_a_number_asks_nothing() {
    for play in [edited("Ada Ruiz", "Cy Lund"), edited("6085550177.0", "6085550178.0"), Play::Usual] {
        let (said, read) = page([Play::Usual, play], 1);
        assert!(said.contains("Ben Okafor") && !said.contains("CHANGED"), "{said}");
        assert_eq!(read, 1);
    }
    let (said, read) = page([edited("Ben Okafor", "Cy Lund")], 0);
    assert!(said.contains("Cy Lund") && !said.contains("CHANGED"), "{said}");
    assert_eq!(read, 1, "without a version before there is no edit");
}

#[test]
fn a_second_reading_that_fails_takes_nothing_away() {
    let refused = Play::refusal(403, "The caller does not have permission");
    let (said, read) = page([Play::Usual, edited("Ben Okafor", "Cy Lund"), refused], 1);
    assert!(said.contains("still said Ben Okafor (primary), now it says Cy Lund"), "{said}");
    assert!(!said.contains("SAVED COPY"), "{said}");
    assert_eq!(read, 2);
}

#[tokio::test]
async fn an_edit_that_was_seen_before_is_no_news() {
    let google =
        Google::playing(nights(), [Play::Usual, edited("Ben Okafor", "Cy Lund"), edited("Ben Okafor", "Cy Lund")]);
    let desk = Desk::of(&google);
    desk.site.run(&["sync"]).expect(0);
    desk.site.run(&["sync"]).expect(0);
    age(&desk.site, 1).await;
    let ended = desk.page("INC1234567", &NIGHT).expect(0);
    assert!(ended.out.contains("Cy Lund") && !ended.out.contains("CHANGED"), "{}", ended.out);
    assert_eq!(google.asked().len(), 3);
}
