//! Which date or time did a person type? Pure readers of one cell; they refuse what could mean two things.
//!
//! `date` reads days, `time` times of day, `instant` a cell that may hold either or both, `span` a cell with both ends of
//! a span, and `year` decides the year of a day written without one. A refusal is a value: the layouts turn it into a problem with its cell.

mod cursor;
pub mod date;
pub mod instant;
pub mod span;
pub mod time;
pub mod year;

use std::borrow::Cow;

use chrono::{NaiveDate, Weekday};
use unicode_normalization::UnicodeNormalization;

/// Why a cell gives no date or time. Nothing is guessed: a cell that could mean two things is refused too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The cell is in no notation known here.
    NotUnderstood,
    /// The calendar has no such day (domain 6 row 13).
    NoSuchDay,
    /// The weekday written beside the date is another one (domain 6 row 13).
    WrongWeekday {
        /// The weekday in the cell.
        written: Weekday,
        /// The day that the rest of the cell says.
        date: NaiveDate,
    },
    /// Two weekdays in one cell.
    TwoWeekdays,
    /// The first number is over 12, so the cell cannot be month/day (domain 6 row 14).
    DayBeforeMonth {
        /// Whether other cells of the sheet can only be month/day.
        mixed: bool,
    },
    /// The second number is over 12, so the cell cannot be day/month as the settings say.
    MonthBeforeDay,
    /// Both numbers are at most 12 and nothing says which of them is the month.
    OrderUnclear,
    /// No year here, in the settings, the sheet's name, its title, or in a row above (domain 6 row 12).
    YearMissing,
    /// Every year that fits is more than six months from the row before (domain 6 row 12).
    YearFarOff {
        /// The day with the nearest year, or with the year of the setting.
        candidate: NaiveDate,
    },
    /// No year here, and the list runs across New Year so that the sheet's year fits either side of it.
    YearUnclear {
        /// The earlier of the two years.
        earlier: i32,
        /// The later one.
        later: i32,
    },
    /// A number alone, such as `6`: morning or evening, hour or day (domain 6 row 10).
    BareNumber,
    /// The clock has no such time.
    NoSuchTime,
}

/// The cell's text with one kind of blank, one kind of dash and one kind of digit.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let folded: String = text
        .nfkc()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}'))
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2192}' | '\u{21d2}' => '-',
            '\u{2018}' | '\u{2019}' => '\'',
            other => other,
        })
        .collect();
    Cow::Owned(folded.trim().to_owned())
}
