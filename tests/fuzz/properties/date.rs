//! What must hold of every cell that is read as a day, of both ends of a span, and of a column of days?

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate, Weekday};
use page_oncall::schedule::notation::Refusal;
use page_oncall::schedule::notation::date::{self, DateOrder, Order, WrittenDate};
use page_oncall::schedule::notation::instant::{self, Written};
use page_oncall::schedule::notation::year::{self, YearRule};
use page_oncall::schedule::notation::{span, time};

const ORDERS: [Order; 5] = [
    Order::Assumed,
    Order::Contradicted,
    Order::Set(DateOrder::MonthFirst),
    Order::Set(DateOrder::DayFirst),
    Order::Set(DateOrder::Unclear),
];
const SIX_MONTHS_DAYS: i64 = 184;
const MOST_CELLS: usize = 48;

/// Each line is a cell; together they are a column.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let cells: Vec<&str> = text.lines().take(MOST_CELLS).collect();
    for cell in &cells {
        a_day_is_real_and_reads_back(cell);
        orders_never_contradict_each_other(cell);
        dress_does_not_matter(cell);
        any_moment_reads_back(cell);
        a_span_reads_back(cell);
        names_and_titles_are_in_their_bounds(cell);
    }
    for sheet_year in [None, Some(2026)] {
        years_are_near_the_row_before(&cells, sheet_year);
    }
}

fn a_day_is_real_and_reads_back(cell: &str) {
    for order in ORDERS {
        let Ok(read) = date::read(cell, order) else { continue };
        let year = read.year.unwrap_or(2024);
        assert!((1900..2200).contains(&year), "{cell:?}: year {year}");
        let day = NaiveDate::from_ymd_opt(year, read.month, read.day);
        let day = day.unwrap_or_else(|| panic!("{cell:?} was read as a day that does not exist: {read:?}"));
        if read.year.is_some() {
            assert!(read.weekday.is_none_or(|weekday| weekday == day.weekday()), "{cell:?}: {read:?}");
            assert_eq!(read.in_year(year), Ok(day), "{cell:?}");
        }
        let printed = day_text(read);
        for order in ORDERS {
            assert_eq!(date::read(&printed, order).map(day_text).as_ref(), Ok(&printed), "{cell:?} {order:?}");
        }
        assert_eq!(time::read(cell).ok(), None, "{cell:?} is a day and a time of day");
        match instant::read(cell, order) {
            Ok(Written::Date(other)) => assert_eq!(other, read, "{cell:?}"),
            // A spreadsheet's day with the time 00:00.
            Ok(Written::DateTime(other, clock)) => {
                assert!((other, clock.seconds()) == (read, 0) && cell.contains('.'), "{cell:?}");
            }
            other => panic!("{cell:?} is a day alone, and beside times it is {other:?}"),
        }
    }
}

/// A stricter order reads less, and what it reads is the same day (domain 6 row 14).
fn orders_never_contradict_each_other(cell: &str) {
    let read = ORDERS.map(|order| date::read(cell, order).ok());
    let day = |date: WrittenDate| (date.year, date.month, date.day, date.weekday);
    for one in read.iter().flatten() {
        for other in read.iter().flatten().filter(|other| day(**other) != day(*one)) {
            // Only two numbers of at most 12 mean different days, and each is the other's turned round.
            assert_eq!((one.month, one.day), (other.day, other.month), "{cell:?}");
            assert!(read[1].is_none() && read[4].is_none(), "{cell:?}: an unclear order was read");
        }
    }
    if let (Some(strict), assumed) = (read[1], read[0]) {
        assert_eq!(assumed.map(day), Some(day(strict)), "{cell:?}");
    }
    if let Some(assumed) = read[0].filter(|assumed| !assumed.order_assumed) {
        assert!(read.iter().flatten().all(|other| day(*other) == day(assumed)), "{cell:?}: {read:?}");
    }
}

/// Blanks around and between, and capitals, change nothing.
fn dress_does_not_matter(cell: &str) {
    let plain = instant::read(cell, Order::Assumed);
    let dresses = [
        format!("  {cell}\t"),
        cell.replace(' ', "\u{a0}"),
        cell.to_ascii_uppercase(),
        cell.to_ascii_lowercase(),
        format!("\u{feff}{cell}"),
    ];
    for dress in dresses {
        assert_eq!(instant::read(&dress, Order::Assumed), plain, "{cell:?} and {dress:?}");
    }
}

fn any_moment_reads_back(cell: &str) {
    for order in ORDERS {
        let read = instant::read(cell, order);
        assert_eq!(read, instant::read(cell, order));
        let Ok(printed) = read.map(moment_text) else { continue };
        for order in ORDERS {
            assert_eq!(instant::read(&printed, order).map(moment_text).as_ref(), Ok(&printed), "{cell:?}");
        }
    }
}

fn a_span_reads_back(cell: &str) {
    for order in ORDERS {
        let Ok(read) = span::read(cell, order) else { continue };
        let printed = format!("{} to {}", moment_text(read.start), moment_text(read.end));
        let again =
            span::read(&printed, order).map(|span| format!("{} to {}", moment_text(span.start), moment_text(span.end)));
        assert_eq!(again.as_ref(), Ok(&printed), "{cell:?}");
        // `2026-11-22 18:00-07:00` is a span of hours where a span is looked for, else an instant with its offset.
        let alone = instant::read(cell, order);
        assert!(matches!(alone, Err(_) | Ok(Written::Instant { .. })), "{cell:?} is a span and {alone:?}");
    }
}

fn names_and_titles_are_in_their_bounds(cell: &str) {
    if let Some(monday) = span::iso_week(cell) {
        let day = monday.in_year(monday.year.unwrap_or_default());
        assert!(day.is_ok_and(|day| day.weekday() == Weekday::Mon && (1899..2200).contains(&day.year())), "{cell:?}");
    }
    if date::weekday_named(cell).is_some() {
        assert_eq!(date::read(cell, Order::Assumed), Err(Refusal::NotUnderstood), "{cell:?} is a weekday and a day");
    }
    assert!(date::month_named(cell).is_none_or(|month| (1..=12).contains(&month)));
    let (in_title, in_name) = (year::in_title(cell), year::in_name(cell));
    assert!(in_title.is_none_or(|year| (2000..2100).contains(&year)), "{cell:?}");
    assert!(in_name.is_none() || in_name == in_title, "{cell:?}");
}

/// A year that is not written is the sheet's, or puts the day within six months of the row before (domain 6 row 12).
fn years_are_near_the_row_before(cells: &[&str], sheet_year: Option<i32>) {
    let (mut rule, mut again) = (YearRule::new(sheet_year), YearRule::new(sheet_year));
    let mut last: Option<NaiveDate> = None;
    for written in cells.iter().filter_map(|cell| date::read(cell, Order::Assumed).ok()) {
        let completed = rule.complete(written);
        assert_eq!(completed, again.complete(written));
        let Ok(day) = completed else {
            assert!(written.year.is_none() || completed == written.in_year(written.year.unwrap_or(0)), "{written:?}");
            continue;
        };
        assert_eq!((day.month(), day.day()), (written.month, written.day));
        assert!(written.weekday.is_none_or(|weekday| weekday == day.weekday()), "{written:?} became {day}");
        match (written.year, last) {
            (Some(year), _) => assert_eq!(day.year(), year),
            (None, None) => assert_eq!(Some(day.year()), sheet_year),
            (None, Some(last)) => {
                let days = (day - last).num_days().abs();
                assert!(days <= SIX_MONTHS_DAYS, "{written:?} became {day}, {days} days from {last}");
            }
        }
        if let Some(start) = last {
            ends_follow_their_start(written, start);
        }
        last = Some(day);
    }
}

fn ends_follow_their_start(written: WrittenDate, start: NaiveDate) {
    let Ok(end) = year::complete_end(written, start) else { return };
    assert_eq!((end.month(), end.day()), (written.month, written.day));
    assert!(written.weekday.is_none_or(|weekday| weekday == end.weekday()));
    let days = (end - start).num_days();
    assert!(written.year.is_some() || (0..=SIX_MONTHS_DAYS).contains(&days), "{written:?} became {end} after {start}");
}

/// A day as no order can misread it: `Sun 2026-11-22`, or `Nov 22` without a year.
fn day_text(date: WrittenDate) -> String {
    let mut text = date.weekday.map_or_else(String::new, |weekday| format!("{weekday} "));
    let _infallible = if let Some(year) = date.year {
        write!(text, "{year}-{:02}-{:02}", date.month, date.day)
    } else {
        let month = NaiveDate::from_ymd_opt(2024, date.month, 1).expect("a month of the year");
        write!(text, "{} {}", month.format("%b"), date.day)
    };
    text
}

fn moment_text(written: Written) -> String {
    let clock = |seconds: u32| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match written {
        Written::Date(date) => day_text(date),
        Written::Time(time) => clock(time.seconds()),
        Written::DateTime(date, time) => format!("{} {}", day_text(date), clock(time.seconds())),
        Written::Instant { at, .. } => at.to_rfc3339(),
    }
}
