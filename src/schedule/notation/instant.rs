//! Does a cell say a day, a time, both, or an exact instant? RFC 3339 with an offset wins over the site's zone (contract 2.1).

use chrono::{DateTime, Duration, Utc};

use super::cursor::Cursor;
use super::date::{self, Order, WrittenDate};
use super::time::{self, ClockTime};
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
