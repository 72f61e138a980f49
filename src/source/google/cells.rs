//! What text does a cell of a spreadsheet hand to the readers? Struck-out words are gone, and a date is its serial number's.

use std::borrow::Cow;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::copy::CellCopy;
use crate::schedule::notation::date::{DateOrder, Order, WrittenDate};
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::problem::ProblemKind;

/// The days of serial numbers that a date can be: 1954 to 2118. Smaller numbers are times, hours and counts.
const DATE_SERIALS: std::ops::Range<f64> = 20_000.0..80_000.0;
/// From this number on a whole number is written with all its digits: telephone numbers and days like 20261122.
const LONG_NUMBER: f64 = 1_000_000.0;
/// Above this a floating point number is no longer every whole number.
const EXACT_NUMBER: f64 = 9_007_199_254_740_992.0;
const MINUTE: Duration = Duration::minutes(1);

/// A cell as the readers get it.
#[derive(Debug, PartialEq)]
pub(super) struct CellText {
    /// Its text.
    pub(super) text: String,
    /// Whether its value is a date with a day, not text that looks like one.
    pub(super) is_date: bool,
    /// What is wrong with it.
    pub(super) problem: Option<ProblemKind>,
}

/// Reads a cell.
pub(super) fn read(cell: &CellCopy) -> CellText {
    let kept = without_struck(cell);
    if kept != cell.text {
        let text = kept.trim().to_owned();
        let problem = Some(ProblemKind::StruckOut { kept: text.clone() });
        return CellText { text, is_date: false, problem };
    }
    let plain = |text: String| CellText { text, is_date: false, problem: None };
    let Some(number) = cell.number else { return plain(cell.text.clone()) };
    match cell.format.as_str() {
        "DATE" | "TIME" | "DATE_TIME" => of_serial(cell, number).unwrap_or_else(|| plain(cell.text.clone())),
        "PERCENT" | "CURRENCY" => plain(cell.text.clone()),
        _ if number.fract() == 0.0 && (LONG_NUMBER..EXACT_NUMBER).contains(&number) => plain(format!("{number:.0}")),
        // A date without its format: what is shown may be rounded to a day.
        _ if number.fract() != 0.0 && DATE_SERIALS.contains(&number) => plain(number.to_string()),
        _ => plain(cell.text.clone()),
    }
}

/// The text without what is struck out.
fn without_struck(cell: &CellCopy) -> Cow<'_, str> {
    if cell.struck.is_empty() {
        return Cow::Borrowed(&cell.text);
    }
    let mut at = 0_u32;
    let mut kept = String::new();
    for sign in cell.text.chars() {
        // An odd count of changes so far means that strike-through is on.
        let changes = cell.struck.iter().filter(|change| **change <= at).count();
        if changes % 2 == 0 {
            kept.push(sign);
        }
        at = at.saturating_add(u32::try_from(sign.len_utf16()).unwrap_or(1));
    }
    Cow::Owned(kept)
}

/// A date or time by its serial number, compared with what people see (domain 4).
fn of_serial(cell: &CellCopy, number: f64) -> Option<CellText> {
    let value = Value::of(number)?;
    // A day by its format says no time; midnight by another format is a time.
    let text = match value {
        Value::Day(at) if cell.format == "DATE" && at.time() == NaiveTime::MIN => at.format("%Y-%m-%d").to_string(),
        value => value.to_string(),
    };
    let orders = [DateOrder::MonthFirst, DateOrder::DayFirst];
    let seen: Vec<Written> =
        orders.into_iter().filter_map(|order| instant::read(&cell.text, Order::Set(order)).ok()).collect();
    // What cannot be read, as a weekday alone, contradicts nothing.
    let agrees = seen.is_empty() || seen.iter().any(|seen| value.agrees_with(*seen));
    let problem = (!agrees).then(|| ProblemKind::ValueDisagrees { value: text.clone() });
    Some(CellText { is_date: matches!(value, Value::Day(_)), text, problem })
}

/// What a serial number says, to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    Day(NaiveDateTime),
    Clock(NaiveTime),
    EndOfDay,
}

impl Value {
    fn of(number: f64) -> Option<Self> {
        let is_day = DATE_SERIALS.contains(&number);
        if !is_day && !(0.0..=1.0).contains(&number) {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, reason = "below 80,000 days, so below 2^33 seconds")]
        let seconds = (number * 86_400.0).round() as i64;
        let midnight = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
        let at = midnight.checked_add_signed(Duration::try_seconds(seconds)?)?;
        Some(match seconds {
            86_400 => Self::EndOfDay,
            _ if is_day => Self::Day(at),
            _ => Self::Clock(at.time()),
        })
    }

    fn agrees_with(self, seen: Written) -> bool {
        let near = |one: NaiveTime, seconds: u32| {
            let other = NaiveTime::from_num_seconds_from_midnight_opt(seconds % 86_400, 0).unwrap_or_default();
            (one - other).abs() < MINUTE
        };
        let same_day = |at: NaiveDateTime, seen: WrittenDate| {
            (at.month(), at.day()) == (seen.month, seen.day) && seen.year.is_none_or(|year| year == at.year())
        };
        match (self, seen) {
            (Self::Day(at), Written::Date(seen)) => same_day(at, seen) && at.time() == NaiveTime::MIN,
            (Self::Day(at), Written::DateTime(seen, clock)) => same_day(at, seen) && near(at.time(), clock.seconds()),
            (Self::Day(at), Written::Time(clock)) => near(at.time(), clock.seconds()),
            (Self::Clock(at), Written::Time(clock)) => near(at, clock.seconds()),
            (Self::EndOfDay, Written::Time(clock)) => clock.seconds() % 86_400 == 0,
            _ => false,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let clock = |time: NaiveTime| if time.second() == 0 { time.format("%H:%M") } else { time.format("%H:%M:%S") };
        match self {
            Self::Day(at) => write!(f, "{} {}", at.format("%Y-%m-%d"), clock(at.time())),
            Self::Clock(time) => write!(f, "{}", clock(*time)),
            Self::EndOfDay => f.write_str("24:00"),
        }
    }
}

/// Whether text says a day, so that beside real dates it is told apart (domain 6 row 15).
pub(super) fn is_text_date(cell: &CellCopy) -> bool {
    cell.number.is_none()
        && matches!(instant::read(&cell.text, Order::Assumed), Ok(Written::Date(_) | Written::DateTime(..)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell(text: &str, number: Option<f64>, format: &str) -> CellCopy {
        CellCopy { text: text.to_owned(), number, format: format.to_owned(), ..CellCopy::default() }
    }

    #[test]
    fn the_serial_number_decides_and_what_is_seen_is_compared() {
        for (text, number, format, read_as, agrees) in [
            ("11/22/2026", 46_348.0, "DATE", "2026-11-22", true),
            ("22/11/2026", 46_348.0, "DATE", "2026-11-22", true),
            ("Sun, Nov 22", 46_348.0, "DATE", "2026-11-22", true),
            ("Sunday", 46_348.0, "DATE", "2026-11-22", true),
            ("11/22/2026 18:00:00", 46_348.75, "DATE_TIME", "2026-11-22 18:00", true),
            ("11/23/2026 5:00 PM", 46_349.708_333_333_3, "DATE_TIME", "2026-11-23 17:00", true),
            ("11/22/2026 0:00:00", 46_348.0, "DATE_TIME", "2026-11-22 00:00", true),
            ("18:00", 46_348.75, "TIME", "2026-11-22 18:00", true),
            ("6:00 PM", 0.75, "TIME", "18:00", true),
            ("24:00", 1.0, "TIME", "24:00", true),
            ("11/21/2026", 46_348.0, "DATE", "2026-11-22", false),
            ("11/22/2026", 46_348.75, "DATE", "2026-11-22 18:00", false),
            ("11/22/2026 17:00", 46_348.75, "DATE_TIME", "2026-11-22 18:00", false),
            ("7:00", 0.75, "TIME", "18:00", false),
        ] {
            let read = read(&cell(text, Some(number), format));
            assert_eq!(read.text, read_as, "{text}");
            assert_eq!(read.problem.is_none(), agrees, "{text}: {:?}", read.problem);
        }
    }

    #[test]
    fn telephone_numbers_have_all_their_digits_and_other_numbers_stay_as_they_are_seen() {
        for (text, number, format, read_as) in [
            ("6085550142.0", 6_085_550_142.0, "NUMBER", "6085550142"),
            ("6.09E+09", 6_085_550_142.0, "SCIENTIFIC", "6085550142"),
            ("13,125,550,100", 13_125_550_100.0, "", "13125550100"),
            ("18.00", 18.0, "NUMBER", "18.00"),
            ("1800", 1800.0, "", "1800"),
            ("46349", 46_348.75, "NUMBER", "46348.75"),
            ("46348", 46_348.0, "", "46348"),
            ("12:30:00", 40.5, "TIME", "12:30:00"),
        ] {
            assert_eq!(read(&cell(text, Some(number), format)).text, read_as, "{text}");
        }
        assert_eq!(read(&cell("#REF!", None, "")).text, "#REF!");
    }

    #[test]
    fn struck_out_words_are_gone() {
        for (text, struck, kept) in [
            ("Ana Ben", vec![0, 4], "Ben"),
            ("Ana Ben", vec![3], "Ana"),
            ("Ana", vec![0], ""),
            ("Zo\u{eb} \u{1f600} Ben", vec![4, 7], "Zo\u{eb} Ben"),
            ("Ana", vec![], "Ana"),
        ] {
            let cell = CellCopy { struck, ..cell(text, None, "") };
            let read = read(&cell);
            assert_eq!(read.text, kept);
            assert_eq!(read.problem.is_some(), kept != text);
        }
    }
    proptest! {
        #[test]
        fn whatever_a_cell_holds_is_read(
            text in ".{0,12}",
            number in proptest::option::of(any::<f64>()),
            format in "DATE|TIME|DATE_TIME|NUMBER|",
            struck in proptest::collection::vec(0_u32..14, 0..4),
        ) {
            let read = read(&CellCopy { struck: struck.clone(), ..cell(&text, number, &format) });
            prop_assert!(struck.is_empty() || read.text.len() <= text.len() || number.is_some());
        }

        #[test]
        fn a_serial_number_gives_its_day_and_minute(minutes in 28_800_000_i64..115_200_000) {
            #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
            let number = minutes as f64 / 1_440.0;
            let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap().and_time(NaiveTime::MIN);
            let wanted = (epoch + Duration::minutes(minutes)).format("%Y-%m-%d %H:%M").to_string();
            prop_assert_eq!(read(&cell("", Some(number), "DATE_TIME")).text, wanted);
        }
    }
}
