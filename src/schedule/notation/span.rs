//! Which span does one cell say, from when to when? Days, times of day, or both, on either side of a dash or a word.

use super::cursor::Cursor;
use super::date::{self, Order, WrittenDate};
use super::instant::{self, Written};
use super::{Refusal, plain};

/// Both ends of a span as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: Written,
    /// Where it ends.
    pub end: Written,
}

/// Reads a cell that says a span and nothing else: `3/4-3/10`, `Mar 4 - 10`, `9am-5pm`, `400:1400`, `Nov 22 6pm to 7am`.
///
/// A cell that can be split in two ways that both mean something is refused, and so is `9-5pm`, whose 9 has no half of
/// the day. Dashes and arrows of any length, `to`, `until`, `through` and, between ISO dates, `/` stand between the ends.
/// `next day` behind hours must be true of them.
pub fn read(text: &str, order: Order) -> Result<Span, Refusal> {
    let text = plain(text).replace("->", "-").replace("=>", "-");
    if let Some(hours) = before_next_day(&text) {
        let span = read_plain(hours, order)?;
        let (Written::Time(from), Written::Time(until)) = (span.start, span.end) else {
            return Err(Refusal::NotUnderstood);
        };
        return if until <= from { Ok(span) } else { Err(Refusal::NotUnderstood) };
    }
    read_plain(&text, order)
}

/// The hours before `next day`, `next morning` or `(+1)`.
fn before_next_day(text: &str) -> Option<&str> {
    const ENDINGS: [&str; 8] = [
        "(next day)",
        "(+1)",
        "+1",
        "the next day",
        "the next morning",
        "next day",
        "next morning",
        "the following day",
    ];
    let lower = text.to_ascii_lowercase();
    let found = ENDINGS.iter().find(|ending| lower.ends_with(*ending))?;
    let hours = text.get(..text.len() - found.len())?.trim_end().trim_end_matches(',').trim_end();
    (!hours.is_empty()).then_some(hours)
}

fn read_plain(text: &str, order: Order) -> Result<Span, Refusal> {
    let mut found: Option<Span> = None;
    let mut refusal = Refusal::NotUnderstood;
    for (left, right) in splits(text) {
        match ends(left, right, order) {
            Ok(span) if found.is_some_and(|other| other != span) => return Err(Refusal::NotUnderstood),
            Ok(span) => found = Some(span),
            Err(Refusal::NotUnderstood) => {}
            Err(reason) => refusal = reason,
        }
    }
    found.ok_or(refusal)
}

/// Every place where the cell may fall into two ends.
fn splits(text: &str) -> impl Iterator<Item = (&str, &str)> {
    const WORDS: [&str; 5] = [" to ", " until ", " till ", " through ", " thru "];
    let at = |index: usize, length: usize| Some((text.get(..index)?.trim(), text.get(index + length..)?.trim()));
    let dashes = text.match_indices('-').filter_map(move |(index, _)| at(index, 1));
    let lower = text.to_ascii_lowercase();
    let words = WORDS.iter().filter_map(move |word| lower.find(word).map(|index| (index, word.len())));
    let words = words.filter_map(move |(index, length)| at(index, length));
    let iso = |part: &str| part.matches('-').count() == 2;
    let slashes = text.split_once('/').filter(|(left, right)| iso(left) && iso(right));
    let digits = |part: &str| matches!(part.len(), 3 | 4) && part.bytes().all(|b| b.is_ascii_digit());
    let colon = text.split_once(':').filter(|(left, right)| digits(left) && digits(right));
    dashes.chain(words).chain(slashes).chain(colon).filter(|(left, right)| !left.is_empty() && !right.is_empty())
}

fn ends(left: &str, right: &str, order: Order) -> Result<Span, Refusal> {
    use Written::{Date, DateTime, Instant, Time};
    let start = match day_before(left, right, order) {
        Some(day) => Date(day),
        None => instant::read(left, order)?,
    };
    let end = match day_of_same_month(start, left, right) {
        Some(day) => Date(day),
        None => instant::read(right, order)?,
    };
    let pair = matches!(
        (start, end),
        (Date(_), Date(_))
            | (DateTime(..), DateTime(..) | Time(_))
            | (Time(_), Time(_))
            | (Instant { .. }, Instant { .. })
    );
    if pair { Ok(Span { start, end }) } else { Err(Refusal::NotUnderstood) }
}

/// `18` before `24 May`, with or without a year: the month is named once, behind the later day.
fn day_before(left: &str, right: &str, order: Order) -> Option<WrittenDate> {
    let mut cursor = Cursor::new(left);
    let day = cursor.number().filter(|day| day.digits <= 2)?;
    let names_month = || right.contains(|c: char| c.is_alphabetic()) && right.starts_with(|c: char| c.is_ascii_digit());
    if !cursor.is_done() || !names_month() {
        return None;
    }
    let end = date::read(right, order).ok().filter(|end| end.weekday.is_none() && day.value < end.day)?;
    (day.value > 0).then_some(WrittenDate { day: day.value, ..end })
}

/// `10` after `Mar 4`, with or without a year: the month is named once. After `3/4` a lone number is no day.
fn day_of_same_month(start: Written, left: &str, right: &str) -> Option<WrittenDate> {
    let Written::Date(start) = start else { return None };
    if start.weekday.is_some() || !left.starts_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    let mut cursor = Cursor::new(right);
    let day = cursor.number().filter(|day| day.digits <= 2)?;
    cursor.eat(',');
    cursor.spaces();
    let year = if cursor.is_done() { start.year } else { Some(date::year_of(cursor.number_of(4)?, 4)?) };
    chrono::NaiveDate::from_ymd_opt(year.unwrap_or(2024), start.month, day.value)?;
    cursor.is_done().then_some(WrittenDate { year, day: day.value, ..start })
}

/// Reads `2026-W48` or `2026W48`: the Monday of that week of ISO 8601.
pub fn iso_week(text: &str) -> Option<WrittenDate> {
    let text = plain(text);
    let mut cursor = Cursor::new(&text);
    let year = date::year_of(cursor.number_of(4)?, 4)?;
    cursor.eat('-');
    cursor.eat_any(&['W', 'w'])?;
    let week = cursor.number_of(2).filter(|_| cursor.is_done())?;
    let monday = chrono::NaiveDate::from_isoywd_opt(year, week, chrono::Weekday::Mon)?;
    Some(date::certain(monday))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::time::ClockTime;
    use super::*;

    fn day(date: WrittenDate) -> String {
        let year = date.year.map_or_else(String::new, |year| format!("{year}-"));
        format!("{year}{:02}-{:02}", date.month, date.day)
    }

    fn clock(time: ClockTime) -> String {
        format!("{:02}:{:02}", time.seconds() / 3600, time.seconds() / 60 % 60)
    }

    fn end(written: Written) -> String {
        match written {
            Written::Date(date) => day(date),
            Written::Time(time) => clock(time),
            Written::DateTime(date, time) => format!("{} {}", day(date), clock(time)),
            Written::Instant { at, .. } => at.to_rfc3339(),
        }
    }

    fn said(text: &str) -> Result<String, Refusal> {
        read(text, Order::Assumed).map(|span| format!("{} > {}", end(span.start), end(span.end)))
    }

    #[test]
    fn every_notation_of_a_span() {
        for (text, wanted) in [
            ("Mar 4 - Mar 10", "03-04 > 03-10"),
            ("3/4\u{2013}3/10", "03-04 > 03-10"),
            ("6/30-7/4", "06-30 > 07-04"),
            ("7/7- 7/11", "07-07 > 07-11"),
            ("12/22-12-26", "12-22 > 12-26"),
            ("12/29-1/2/26", "12-29 > 2026-01-02"),
            ("Mar 4-10", "03-04 > 03-10"),
            ("March 4 \u{2014} 10, 2026", "03-04 > 2026-03-10"),
            ("2026-03-04 - 2026-03-10", "2026-03-04 > 2026-03-10"),
            ("2026-03-04/2026-03-10", "2026-03-04 > 2026-03-10"),
            ("2026-03-04 to 2026-03-10", "2026-03-04 > 2026-03-10"),
            ("Sun Mar 8 through Sat Mar 14", "03-08 > 03-14"),
            ("Nov 20-22", "11-20 > 11-22"),
            ("Nov 20-22, 2026", "11-20 > 2026-11-22"),
            ("18 to 24 May 2026", "2026-05-18 > 2026-05-24"),
            ("22-28 May", "05-22 > 05-28"),
            ("5-11 May 2026", "2026-05-05 > 2026-05-11"),
            ("2026-03-02 \u{2192} 2026-03-09", "2026-03-02 > 2026-03-09"),
            ("3/2 -> 3/9", "03-02 > 03-09"),
            ("5pm until 8am next morning", "17:00 > 08:00"),
            ("6:00 PM - 6:00 AM (+1)", "18:00 > 06:00"),
            ("09:00-13:00", "09:00 > 13:00"),
            ("7:00 AM - 4:00 PM", "07:00 > 16:00"),
            ("8am-4pm", "08:00 > 16:00"),
            ("4P-10:30P", "16:00 > 22:30"),
            ("400:1400", "04:00 > 14:00"),
            ("2100:500", "21:00 > 05:00"),
            ("1800-0700", "18:00 > 07:00"),
            ("0800H - 1700H", "08:00 > 17:00"),
            ("8.30-12.30", "08:30 > 12:30"),
            ("noon-midnight", "12:00 > 00:00"),
            ("6pm until 7am", "18:00 > 07:00"),
            ("18:00-24:00", "18:00 > 24:00"),
            ("2026-11-22 18:00-07:00", "2026-11-22 18:00 > 07:00"),
            ("11/22/2026 6pm - 11/23/2026 7am", "2026-11-22 18:00 > 2026-11-23 07:00"),
        ] {
            assert_eq!(said(text), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for (text, refusal) in [
            ("9-5pm", Refusal::BareNumber),
            ("9am-5", Refusal::BareNumber),
            ("9-5", Refusal::BareNumber),
            ("9am-5pm next day", Refusal::NotUnderstood),
            ("28-3 May", Refusal::BareNumber),
            ("11/20-22", Refusal::BareNumber),
            ("3/4-10", Refusal::BareNumber),
            ("2/29/2027-3/1/2027", Refusal::NoSuchDay),
            ("25/12-26/12", Refusal::DayBeforeMonth { mixed: false }),
            ("2026-11-22", Refusal::NotUnderstood),
            ("12:00", Refusal::NotUnderstood),
            ("Ana - Ben", Refusal::NotUnderstood),
            ("9:00-13:00-17:00", Refusal::NotUnderstood),
            ("Mar 4-10, 1013", Refusal::BareNumber),
            ("3/4 - 5pm", Refusal::NotUnderstood),
            ("", Refusal::NotUnderstood),
        ] {
            assert_eq!(said(text), Err(refusal), "{text}");
        }
    }

    #[test]
    fn weeks_of_the_year_are_their_mondays() {
        let monday = |text: &str| iso_week(text).map(day);
        assert_eq!(monday("2026-W48"), Some("2026-11-23".to_owned()));
        assert_eq!(monday("2026W01"), Some("2025-12-29".to_owned()));
        assert_eq!(monday("2020-W53"), Some("2020-12-28".to_owned()));
        for text in ["2026-W54", "2021-W53", "W48", "2026-48", "2026-W48-3", "2026-W4", "1013-W48"] {
            assert_eq!(monday(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            let _ = read(&text, Order::Assumed);
            let _ = iso_week(&text);
        }
    }
}
