//! Does a cell say a day, a time, both, or an exact instant? RFC 3339 with an offset wins over the site's zone (contract 2.1).

use chrono::{DateTime, Duration, Utc};

use super::cursor::Cursor;
use super::date::{self, Order, WrittenDate};
use super::time::{self, ClockTime, Half};
use super::{Refusal, plain};

/// What a cell of a time column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A day.
    Date(WrittenDate),
    /// A time of day.
    Time(ClockTime),
    /// Both, in the site's zone.
    DateTime(WrittenDate, ClockTime),
    /// An instant, written with its offset.
    Instant {
        /// The instant.
        at: DateTime<Utc>,
        /// The time of day that stands in the cell.
        clock: ClockTime,
    },
}

/// Reads a cell that says a day, a time of day, or both.
pub fn read(text: &str, order: Order) -> Result<Written, Refusal> {
    if let Some(written) = iso(text) {
        return Ok(written);
    }
    read_any(text, order)
}

/// A cell as programs write it, with what its hour tells of the sheet's clock, as [`time::half_of`] does; nothing for any
/// other cell, which may well be a day or a time.
pub fn at_one_look(text: &str) -> Option<(Written, Option<Half>)> {
    let written = iso(text)?;
    // The hour has two digits and nothing stands behind the minutes, so only 10, 11 and 12 may be of either clock.
    let half = match written {
        Written::DateTime(_, clock) if !(10..13).contains(&(clock.seconds() / 3600)) => Some(Half::Clock24),
        _ => None,
    };
    Some((written, half))
}

/// `2026-11-22`, `2026-11-22 18:00` or `2026-11-22T18:00`: what programs write and most long sheets hold, in one look.
/// Anything else, and whatever the calendar or the clock does not have, is for [`read_any`].
fn iso(text: &str) -> Option<Written> {
    let digits = |digits: &[u8]| {
        let all = digits.iter().all(u8::is_ascii_digit);
        all.then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    };
    let (date, time) = text.as_bytes().split_first_chunk::<10>()?;
    let [year @ .., b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let date = date::iso(digits(year)?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?)?;
    match time {
        [] => Some(Written::Date(date)),
        [b' ' | b'T', h1, h2, b':', m1, m2] => {
            let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            (hour < 24 && minute < 60).then_some(())?;
            Some(Written::DateTime(date, ClockTime::of_seconds(hour * 3600 + minute * 60)?))
        }
        _ => None,
    }
}

/// Reads a cell in any notation.
fn read_any(text: &str, order: Order) -> Result<Written, Refusal> {
    let text = plain(text);
    if let Some((date, seconds)) = date::written_serial(&text) {
        return Ok(match ClockTime::of_seconds(seconds) {
            Some(clock) if text.contains('.') => Written::DateTime(date, clock),
            _ => Written::Date(date),
        });
    }
    let mut cursor = Cursor::new(&text);
    match date::take(&mut cursor, order) {
        Ok(date) => after_date(cursor, date),
        Err(Refusal::NotUnderstood) => before_date(&text, order),
        Err(refusal) => Err(refusal),
    }
}

/// What follows a date: nothing, a time, a time with its offset.
fn after_date(mut cursor: Cursor<'_>, date: WrittenDate) -> Result<Written, Refusal> {
    cursor.spaces();
    cursor.eat(',');
    cursor.spaces();
    if cursor.is_done() {
        return Ok(Written::Date(date));
    }
    if cursor.eat_any(&['T', 't', '@']).is_none() && cursor.eat_word("at") {
        cursor.spaces();
    }
    cursor.spaces();
    let clock = time::take(&mut cursor)?;
    cursor.spaces();
    if cursor.is_done() {
        return Ok(Written::DateTime(date, clock));
    }
    let offset = take_offset(&mut cursor).filter(|_| cursor.is_done()).ok_or(Refusal::NotUnderstood)?;
    // Only beside an ISO date: `11/22/2026 18:00-06:00` may be a span of hours.
    if !date.iso {
        return Err(Refusal::NotUnderstood);
    }
    let day = date.in_year(date.year.ok_or(Refusal::YearMissing)?)?;
    let civil = clock.on(day).ok_or(Refusal::NoSuchDay)?;
    let at = civil.checked_sub_signed(offset).ok_or(Refusal::NoSuchDay)?.and_utc();
    Ok(Written::Instant { at, clock })
}

/// A time alone, or `6pm Nov 22`.
fn before_date(text: &str, order: Order) -> Result<Written, Refusal> {
    if text.starts_with("0.") {
        return time::read(text).map(Written::Time);
    }
    let mut cursor = Cursor::new(text);
    let clock = time::take(&mut cursor)?;
    cursor.spaces();
    cursor.eat(',');
    cursor.spaces();
    if cursor.is_done() {
        return Ok(Written::Time(clock));
    }
    if cursor.eat_word("on") {
        cursor.spaces();
    }
    date::read(cursor.rest(), order).map(|date| Written::DateTime(date, clock))
}

/// `Z`, `UTC`, `-06:00`, `+0530`, `-06`.
fn take_offset(cursor: &mut Cursor<'_>) -> Option<Duration> {
    if ["z", "utc", "gmt"].iter().any(|name| cursor.eat_word(name)) {
        return Some(Duration::zero());
    }
    let sign = if cursor.eat_any(&['+', '-'])? == '-' { -1 } else { 1 };
    let number = cursor.number()?;
    let (hours, minutes) = match number.digits {
        4 => (number.value / 100, number.value % 100),
        2 if cursor.eat(':') => (number.value, cursor.number_of(2)?),
        2 => (number.value, 0),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then(|| Duration::minutes(sign * i64::from(hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    use super::*;

    fn said(text: &str) -> Result<String, Refusal> {
        let day = |date: WrittenDate| match date.year {
            Some(year) => format!("{year}-{:02}-{:02}", date.month, date.day),
            None => format!("{:02}-{:02}", date.month, date.day),
        };
        let clock = |clock: ClockTime| format!("{:02}:{:02}", clock.seconds() / 3600, clock.seconds() / 60 % 60);
        read(text, Order::Assumed).map(|written| match written {
            Written::Date(date) => day(date),
            Written::Time(time) => clock(time),
            Written::DateTime(date, time) => format!("{} {}", day(date), clock(time)),
            Written::Instant { at, .. } => at.to_rfc3339_opts(SecondsFormat::Secs, true),
        })
    }

    #[test]
    fn days_times_both_and_instants() {
        for (text, wanted) in [
            ("2026-11-22", "2026-11-22"),
            ("18:00", "18:00"),
            ("1800", "18:00"),
            ("0.75", "18:00"),
            ("2026-11-22 18:00", "2026-11-22 18:00"),
            ("2026-11-22T18:00", "2026-11-22 18:00"),
            ("2026-11-22T18:00:00", "2026-11-22 18:00"),
            ("2026-11-22 24:00", "2026-11-22 24:00"),
            ("11/22/2026 6pm", "2026-11-22 18:00"),
            ("11/22/2026 6:00 PM", "2026-11-22 18:00"),
            ("11/22/2026, 6 p.m.", "2026-11-22 18:00"),
            ("11/22/26 1800", "2026-11-22 18:00"),
            ("Nov 22 5:00 PM", "11-22 17:00"),
            ("Nov 22 1800", "11-22 18:00"),
            ("Nov 22, 2026 18:00", "2026-11-22 18:00"),
            ("Nov 22, 2026 at 6 pm", "2026-11-22 18:00"),
            ("22 Nov 2026 noon", "2026-11-22 12:00"),
            ("Sun Nov 22 @ 6pm", "11-22 18:00"),
            ("Sun 11/22/2026 6pm", "2026-11-22 18:00"),
            ("11/22/2026 (Sun) 6pm", "2026-11-22 18:00"),
            ("6pm 11/22/2026", "2026-11-22 18:00"),
            ("6:00 PM on Nov 22", "11-22 18:00"),
            ("46348", "2026-11-22"),
            ("46348.75", "2026-11-22 18:00"),
            ("46348.0", "2026-11-22 00:00"),
            ("46349.7083333333", "2026-11-23 17:00"),
            ("2026-11-22T18:00:00-06:00", "2026-11-23T00:00:00Z"),
            ("2026-11-22 18:00:00-06:00", "2026-11-23T00:00:00Z"),
            ("2026-11-22T18:00:00 -0600", "2026-11-23T00:00:00Z"),
            ("2026-11-22T18:00-06", "2026-11-23T00:00:00Z"),
            ("2026-11-22T18:00:00Z", "2026-11-22T18:00:00Z"),
            ("2026-11-22t18:00:00z", "2026-11-22T18:00:00Z"),
            ("nov 22, 2026t18:00", "2026-11-22 18:00"),
            ("2026-11-22 18:00 UTC", "2026-11-22T18:00:00Z"),
            ("2026-11-22T18:00:00.000+05:30", "2026-11-22T12:30:00Z"),
        ] {
            assert_eq!(said(text), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_refusal_names_the_cause() {
        for (text, refusal) in [
            ("11/22/2026 6", Refusal::BareNumber),
            ("6", Refusal::BareNumber),
            ("11/22/2026 25:00", Refusal::NoSuchTime),
            ("11/31/2026 18:00", Refusal::NoSuchDay),
            ("11/22/2026 18:00-06:00", Refusal::NotUnderstood),
            ("2026-11-22 18:00 - 07:00x", Refusal::NotUnderstood),
            ("Mar 4 - Mar 10", Refusal::NotUnderstood),
            ("2026-11-22T18:00:00-99:00", Refusal::NotUnderstood),
            ("Friday 5pm", Refusal::NotUnderstood),
            ("TBD", Refusal::NotUnderstood),
        ] {
            assert_eq!(said(text), Err(refusal), "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_look_reads_as_every_notation_does(
            text in "(19|20|21|22)[0-9]{2}-[01][0-9]-[0-3][0-9]([ Tt@x]{0,1}[0-2][0-9]:[0-6][0-9]( pm|:00)?)?",
            set in any::<bool>(),
        ) {
            let order = if set { Order::Set(date::DateOrder::DayFirst) } else { Order::Assumed };
            prop_assert_eq!(read(&text, order), read_any(&text, order));
            if let Some((written, half)) = at_one_look(&text) {
                prop_assert_eq!((read_any(&text, order), time::half_of(&text)), (Ok(written), half));
            }
        }

        #[test]
        fn printed_instants_read_back(seconds in 0i64..4_000_000_000, hours in -12i32..=14) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let zone = chrono::FixedOffset::east_opt(hours * 3600).unwrap();
            let text = at.with_timezone(&zone).to_rfc3339();
            let read = read(&text, Order::Assumed);
            prop_assert!(matches!(read, Ok(Written::Instant { at: found, .. }) if found == at), "{} {:?}", text, read);
        }

        #[test]
        fn what_ends_in_a_clock_time_is_no_day(day in "[0-9/. ,'\\-apmNovSun()]{0,16}", minutes in "[0-9]{2}") {
            for order in [Order::Assumed, Order::Set(date::DateOrder::DayFirst), Order::Set(date::DateOrder::MonthFirst)] {
                let read = read(&format!("{day}:{minutes}"), order);
                prop_assert!(!matches!(read, Ok(Written::Date(_))), "{day}:{minutes} {read:?}");
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
            let _ = read(&text, Order::Assumed);
        }

        #[test]
        fn texts_of_the_right_signs_are_read_or_refused(text in "[0-9TZ:/. ,'+\\-apmNovSun]{0,30}") {
            let _ = read(&text, Order::Assumed);
        }
    }
}
