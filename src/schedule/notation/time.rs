//! Which time of day does a cell say? 24-hour and 12-hour clocks, compact digits, noon and midnight (domain 6 row 10).

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::cursor::Cursor;
use super::{Refusal, plain};

/// A time of day in whole seconds since midnight; 24:00 is allowed and means the next day's 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    seconds: u32,
}

impl ClockTime {
    /// 00:00.
    pub const MIDNIGHT: Self = Self { seconds: 0 };

    /// 24:00.
    pub const END_OF_DAY: Self = Self { seconds: 86_400 };

    /// `seconds` since midnight, at most 86,400.
    pub(super) fn of_seconds(seconds: u32) -> Option<Self> {
        (seconds <= 86_400).then_some(Self { seconds })
    }

    /// The civil time on `date`; 24:00 is the next day's 00:00 (contract 2.3 rule 3). Nothing past chrono's last day.
    pub fn on(self, date: NaiveDate) -> Option<NaiveDateTime> {
        match NaiveTime::from_num_seconds_from_midnight_opt(self.seconds, 0) {
            Some(time) => Some(date.and_time(time)),
            None => Some(date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN)),
        }
    }

    /// Whether it is 23:59, with any seconds: as an end it means the end of the day (contract 2.3 rule 3).
    pub fn is_last_minute(self) -> bool {
        (86_340..86_400).contains(&self.seconds)
    }

    /// The seconds since midnight, at most 86,400.
    pub fn seconds(self) -> u32 {
        self.seconds
    }

    /// The time as chrono has it; nothing for 24:00.
    pub fn to_naive(self) -> Option<NaiveTime> {
        NaiveTime::from_num_seconds_from_midnight_opt(self.seconds, 0)
    }
}

/// What an hour as written tells of the half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// `18:00`, `06:00`, `0:30`: a clock of 24 hours.
    Clock24,
    /// `6:00 pm`.
    Clock12,
    /// `6:00`: of the morning, unless the writer has only twelve hours.
    Unclear,
}

/// What the first `h:mm` in a cell tells of the half of the day; nothing without one, or from 10:00 to 12:59.
pub fn half_of(text: &str) -> Option<Half> {
    let colon = text.bytes().position(|byte| byte == b':')?;
    let (before, after) = text.as_bytes().split_at_checked(colon)?;
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let hour = before.get(before.len() - digits..)?;
    let minutes = after.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')).count();
    let rest = text.get(colon + minutes..)?;
    if rest.trim_start().starts_with(['a', 'A', 'p', 'P']) {
        return Some(Half::Clock12);
    }
    match hour {
        [b'1'..=b'9'] => Some(Half::Unclear),
        [b'1', b'0'..=b'2'] | [] => None,
        _ => Some(Half::Clock24),
    }
}

/// Reads a cell that says a time of day and nothing else.
pub fn read(text: &str) -> Result<ClockTime, Refusal> {
    let text = plain(text);
    if let Some(fraction) = text.strip_prefix("0.") {
        return of_day_fraction(fraction);
    }
    let mut cursor = Cursor::new(&text);
    let time = take(&mut cursor)?;
    cursor.spaces();
    if cursor.is_done() { Ok(time) } else { Err(Refusal::NotUnderstood) }
}

/// `0.75`, a spreadsheet's 18:00. `0.25` could be 00:25 as well and is refused.
fn of_day_fraction(fraction: &str) -> Result<ClockTime, Refusal> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::NotUnderstood);
    }
    if fraction.len() == 2 && fraction.parse::<u32>().is_ok_and(|minutes| minutes < 60) {
        return Err(Refusal::BareNumber);
    }
    of_fraction(fraction).and_then(ClockTime::of_seconds).ok_or(Refusal::NotUnderstood)
}

/// The seconds that the decimals of a serial number say, rounded to whole minutes: `75` is 64,800.
pub(super) fn of_fraction(decimals: &str) -> Option<u32> {
    let day_share: f64 = format!("0.{decimals}0").parse().ok()?;
    let minutes = (day_share * 1440.0).round();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1440 by construction")]
    let minutes = minutes as u32;
    Some(minutes * 60)
}

/// What follows the digits of a time.
enum Suffix {
    Morning,
    Afternoon,
    /// `h`, `hrs`: says that the digits are hours.
    Hours,
    Noon,
    Midnight,
    Nothing,
}

/// Takes a time of day off the front of a cell.
pub(super) fn take(cursor: &mut Cursor<'_>) -> Result<ClockTime, Refusal> {
    let mut ahead = *cursor;
    let word = ahead.word();
    if !word.is_empty() {
        let seconds = match word {
            word if is_noon(word) => 43_200,
            word if word.eq_ignore_ascii_case("midnight") => 0,
            _ => return Err(Refusal::NotUnderstood),
        };
        *cursor = ahead;
        return Ok(ClockTime { seconds });
    }
    let number = cursor.number().ok_or(Refusal::NotUnderstood)?;
    let (hour, minute, second, minutes_written) = match number.digits {
        1 | 2 => {
            let (minute, second) = take_minutes(cursor)?;
            (number.value, minute.unwrap_or(0), second, minute.is_some())
        }
        3 | 4 => (number.value / 100, number.value % 100, 0, true),
        _ => return Err(Refusal::NotUnderstood),
    };
    let suffix = take_suffix(cursor);
    let hour = match (suffix, hour) {
        (Suffix::Nothing, _) if !minutes_written => return Err(Refusal::BareNumber),
        (Suffix::Morning | Suffix::Midnight, 12) => 0,
        (Suffix::Afternoon, 1..12) => hour + 12,
        (Suffix::Nothing | Suffix::Hours, _)
        | (Suffix::Morning, 0..12)
        | (Suffix::Noon, 12)
        | (Suffix::Afternoon, 12..24) => hour,
        _ => return Err(Refusal::NoSuchTime),
    };
    let within_day = hour < 24 || (hour, minute, second) == (24, 0, 0);
    if !within_day || minute > 59 || second > 59 {
        return Err(Refusal::NoSuchTime);
    }
    Ok(ClockTime { seconds: hour * 3600 + minute * 60 + second })
}

/// `:30`, `.30`, `h30`, `:30:15`, `:30:15.000` after the hour.
fn take_minutes(cursor: &mut Cursor<'_>) -> Result<(Option<u32>, u32), Refusal> {
    let mut ahead = *cursor;
    let Some(separator) = ahead.eat_any(&[':', '.', 'h', 'H']) else { return Ok((None, 0)) };
    let Some(minute) = ahead.number_of(2) else {
        // `18h` has no minutes; `18:3` is a slip that could mean two things.
        return if separator.eq_ignore_ascii_case(&'h') { Ok((None, 0)) } else { Err(Refusal::NotUnderstood) };
    };
    *cursor = ahead;
    if separator != ':' || !ahead.eat(':') {
        return Ok((Some(minute), 0));
    }
    let second = ahead.number_of(2).ok_or(Refusal::NotUnderstood)?;
    if ahead.eat('.') {
        ahead.number().ok_or(Refusal::NotUnderstood)?;
    }
    *cursor = ahead;
    Ok((Some(minute), second))
}

fn take_suffix(cursor: &mut Cursor<'_>) -> Suffix {
    let mut ahead = *cursor;
    ahead.spaces();
    let word = ahead.word();
    if word.is_empty() {
        return Suffix::Nothing;
    }
    let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
    let suffix = match word {
        _ if is("am") || is("a") => Suffix::Morning,
        _ if is("pm") || is("p") => Suffix::Afternoon,
        _ if is("h") || is("hr") || is("hrs") || is("hour") || is("hours") => Suffix::Hours,
        _ if is_noon(word) => Suffix::Noon,
        _ if is("midnight") => Suffix::Midnight,
        _ => return Suffix::Nothing,
    };
    if ahead.eat('.') {
        // The second half of `p.m.`, with or without a blank between.
        let mut beyond = ahead;
        beyond.spaces();
        if beyond.eat_word("m") {
            beyond.eat('.');
            ahead = beyond;
        }
    }
    *cursor = ahead;
    suffix
}

fn is_noon(word: &str) -> bool {
    word.eq_ignore_ascii_case("noon") || word.eq_ignore_ascii_case("midday")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock(text: &str) -> Result<String, Refusal> {
        read(text)
            .map(|time| format!("{:02}:{:02}:{:02}", time.seconds / 3600, time.seconds / 60 % 60, time.seconds % 60))
    }

    #[test]
    fn every_notation_of_a_time() {
        for (text, wanted) in [
            ("18:00", "18:00:00"),
            ("6:00 PM", "18:00:00"),
            ("6pm", "18:00:00"),
            ("6 pm", "18:00:00"),
            ("6p", "18:00:00"),
            ("6P", "18:00:00"),
            ("6 p.m.", "18:00:00"),
            ("6:30 p.m.", "18:30:00"),
            ("6:30 P. M.", "18:30:00"),
            ("6:30pm", "18:30:00"),
            ("630pm", "18:30:00"),
            ("6.30pm", "18:30:00"),
            ("1800", "18:00:00"),
            ("18.00", "18:00:00"),
            ("18h", "18:00:00"),
            ("18h30", "18:30:00"),
            ("0800H", "08:00:00"),
            ("1800 hrs", "18:00:00"),
            ("400", "04:00:00"),
            ("0800", "08:00:00"),
            ("2400", "24:00:00"),
            ("24:00", "24:00:00"),
            ("12am", "00:00:00"),
            ("12 a.m.", "00:00:00"),
            ("12pm", "12:00:00"),
            ("noon", "12:00:00"),
            ("12 noon", "12:00:00"),
            ("midday", "12:00:00"),
            ("Midnight", "00:00:00"),
            ("12 midnight", "00:00:00"),
            ("7:00", "07:00:00"),
            ("07:00:30", "07:00:30"),
            ("07:00:30.000", "07:00:30"),
            ("18:00 PM", "18:00:00"),
            ("0:30 am", "00:30:00"),
            ("4P", "16:00:00"),
            ("00:00", "00:00:00"),
            ("23:59", "23:59:00"),
            ("0.75", "18:00:00"),
            ("0.7083333333", "17:00:00"),
            ("7\u{202f}AM", "07:00:00"),
            ("12:00", "12:00:00"),
            ("8 a", "08:00:00"),
            ("200", "02:00:00"),
        ] {
            assert_eq!(clock(text), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for (text, refusal) in [
            ("12", Refusal::BareNumber),
            ("6", Refusal::BareNumber),
            ("06", Refusal::BareNumber),
            ("0.25", Refusal::BareNumber),
            ("25:00", Refusal::NoSuchTime),
            ("24:30", Refusal::NoSuchTime),
            ("18:60", Refusal::NoSuchTime),
            ("1860", Refusal::NoSuchTime),
            ("13 am", Refusal::NoSuchTime),
            ("0 pm", Refusal::NoSuchTime),
            ("2500", Refusal::NoSuchTime),
            ("18:3", Refusal::NotUnderstood),
            ("", Refusal::NotUnderstood),
            ("morning", Refusal::NotUnderstood),
            ("18:00-07:00", Refusal::NotUnderstood),
            ("6pm CST", Refusal::NotUnderstood),
            ("18:00x", Refusal::NotUnderstood),
            ("18000", Refusal::NotUnderstood),
            ("0.", Refusal::NotUnderstood),
        ] {
            assert_eq!(read(text), Err(refusal), "{text}");
        }
    }

    #[test]
    fn an_hour_tells_its_half_or_does_not() {
        for (text, half) in [
            ("6:00", Some(Half::Unclear)),
            ("11/22/2026 6:00", Some(Half::Unclear)),
            ("6:00 PM", Some(Half::Clock12)),
            ("11/22/2026 12:30:00 a.m.", Some(Half::Clock12)),
            ("06:00", Some(Half::Clock24)),
            ("2026-11-22T18:00:00-06:00", Some(Half::Clock24)),
            ("6:30:30.000pm", Some(Half::Clock12)),
            ("24:00", Some(Half::Clock24)),
            ("0:30", Some(Half::Clock24)),
            ("10:00", None),
            ("6pm", None),
            ("", None),
        ] {
            assert_eq!(half_of(text), half, "{text}");
        }
    }

    proptest! {
        #[test]
        fn printed_times_read_back(minutes in 0u32..1440, format in 0usize..5) {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0).unwrap();
            let text = time.format(["%H:%M", "%H:%M:%S", "%I:%M %p", "%-I:%M%P", "%H%M"][format]).to_string();
            prop_assert_eq!(read(&text).map(ClockTime::to_naive), Ok(Some(time)), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,16}") {
            let _ = read(&text);
        }
    }
}
