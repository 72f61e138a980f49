//! What must hold of every cell that is read as a time of day, alone, beside a day and as the end of a span?

use chrono::NaiveDate;
use page_oncall::schedule::layout::Hours;
use page_oncall::schedule::notation::date::Order;
use page_oncall::schedule::notation::instant::{self, Written};
use page_oncall::schedule::notation::span::{self, Span};
use page_oncall::schedule::notation::time::{self, ClockTime, Half};
use unicode_normalization::UnicodeNormalization;

const MOST_CELLS: usize = 16;

/// Each line is a cell.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let cells: Vec<&str> = text.lines().take(MOST_CELLS).collect();
    let mut times: Vec<(&str, ClockTime)> = Vec::new();
    for cell in cells {
        dress_does_not_matter(cell);
        hours_are_the_same_for_the_same_words(cell);
        let Ok(read) = time::read(cell) else { continue };
        it_is_within_the_day_and_reads_back(cell, read);
        its_half_agrees(cell, read);
        it_is_the_same_beside_a_day(cell, read);
        times.push((cell, read));
    }
    for pair in times.windows(2) {
        two_of_them_make_a_span(pair[0], pair[1]);
    }
}

fn it_is_within_the_day_and_reads_back(cell: &str, read: ClockTime) {
    let seconds = read.seconds();
    assert!(seconds <= 86_400, "{cell:?}: {seconds}");
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut printed = vec![format!("{hour:02}:{minute:02}:{second:02}")];
    if let Some(time) = read.to_naive() {
        printed.extend(["%I:%M:%S %p", "%-I:%M:%S%P"].map(|format| time.format(format).to_string()));
        if second == 0 {
            printed.extend(["%H%M", "%Hh%M", "%H.%M"].map(|format| time.format(format).to_string()));
        }
    }
    for text in printed {
        assert_eq!(time::read(&text), Ok(read), "{cell:?} as {text:?}");
    }
    let day = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
    let civil = read.on(day).expect("far from the end of time");
    assert_eq!((civil - day.and_hms_opt(0, 0, 0).expect("midnight")).num_seconds(), i64::from(seconds));
    assert_eq!(read.to_naive().is_none(), seconds == 86_400);
    assert_eq!(read.is_last_minute(), (hour, minute) == (23, 59));
}

/// What an hour tells of the half of the day is what was read.
fn its_half_agrees(cell: &str, read: ClockTime) {
    match time::half_of(cell) {
        Some(Half::Unclear) => assert!((1..10).contains(&(read.seconds() / 3600)), "{cell:?}"),
        Some(Half::Clock24 | Half::Clock12) | None => {}
    }
}

fn it_is_the_same_beside_a_day(cell: &str, read: ClockTime) {
    assert_eq!(instant::read(cell, Order::Assumed), Ok(Written::Time(read)), "{cell:?}");
    // A share of the day stands alone in its cell.
    if cell.nfkc().filter(char::is_ascii_graphic).take(2).eq(['0', '.']) {
        return;
    }
    for day in ["2026-11-22", "Sun 11/22/2026", "22 Nov 2026,"] {
        let text = format!("{day} {}", cell.trim());
        match instant::read(&text, Order::Assumed) {
            Ok(Written::DateTime(date, clock)) => {
                assert_eq!((date.year, date.month, date.day), (Some(2026), 11, 22), "{text:?}");
                assert_eq!(clock, read, "{text:?}");
            }
            other => panic!("{text:?} is {other:?}"),
        }
    }
}

fn two_of_them_make_a_span((from, start): (&str, ClockTime), (until, end): (&str, ClockTime)) {
    let expected = Span { start: Written::Time(start), end: Written::Time(end) };
    for joint in ["-", " - ", " to ", "\u{2013}"] {
        let text = format!("{}{joint}{}", from.trim(), until.trim());
        assert_eq!(span::read(&text, Order::Assumed), Ok(expected), "{text:?}");
        assert!(Hours::parse(&text).is_some(), "{text:?}");
    }
}

fn dress_does_not_matter(cell: &str) {
    let plain = time::read(cell);
    for dress in [
        format!(" {cell}\t"),
        cell.replace(' ', "\u{202f}"),
        cell.to_ascii_uppercase(),
        cell.to_ascii_lowercase(),
        format!("\u{feff}{cell}"),
    ] {
        assert_eq!(time::read(&dress), plain, "{cell:?} and {dress:?}");
    }
}

fn hours_are_the_same_for_the_same_words(cell: &str) {
    assert_eq!(Hours::parse(cell), Hours::parse(&format!(" {cell} ")), "{cell:?}");
}
