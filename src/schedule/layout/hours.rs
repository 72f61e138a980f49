//! Which hours stand behind a word, a code or a role? `N = "19:00-07:00"`, `"D/O" = "off"`, `Desk = "Mon-Fri 09:30-17:30"`.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::schedule::notation::date::{Order, weekday_named};
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::span;
use crate::schedule::notation::time::ClockTime;

/// The hours of a word; none at all when it means that somebody is off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    windows: Vec<Window>,
}

/// Hours of some weekdays.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    /// Monday first.
    weekdays: [bool; 7],
    from: ClockTime,
    until: ClockTime,
}

impl Hours {
    /// Reads `off`, `22:00-06:00`, or `Mon-Thu 07:00-18:00, Fri 07:00-16:00`; an end at or before its start is the next
    /// day's (contract 2.3 rule 3).
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().eq_ignore_ascii_case("off") {
            return Some(Self::default());
        }
        let windows = text.split(',').map(window).collect::<Option<Vec<_>>>()?;
        Some(Self { windows })
    }

    /// The same hours every day of the week, from what one cell says.
    pub(super) fn daily(from: ClockTime, until: ClockTime) -> Self {
        Self { windows: vec![Window { weekdays: [true; 7], from, until }] }
    }

    /// Whether the word means that nobody is on duty.
    pub(super) fn is_off(&self) -> bool {
        self.windows.is_empty()
    }

    /// The civil spans on a day, in the order of the settings; they may end on the next day.
    pub(super) fn on(&self, day: NaiveDate) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        let index = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
        let holds = |window: &&Window| window.weekdays.get(index).copied().unwrap_or(false);
        self.windows.iter().filter(holds).filter_map(|window| span_on(day, window.from, window.until)).collect()
    }
}

/// The civil span from one time of day to another, which is the next day's unless it is later.
pub(super) fn span_on(day: NaiveDate, from: ClockTime, until: ClockTime) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let next = if until <= from { day.checked_add_days(Days::new(1))? } else { day };
    Some((from.on(day)?, until.on(next)?))
}

fn window(text: &str) -> Option<Window> {
    let text = text.trim();
    let (weekdays, times) = match text.split_once(' ').map(|(days, times)| (weekdays(days), times)) {
        Some((Some(days), times)) => (days, times),
        _ => ([true; 7], text),
    };
    let span = span::read(times, Order::Assumed).ok()?;
    let (Written::Time(from), Written::Time(until)) = (span.start, span.end) else { return None };
    Some(Window { weekdays, from, until })
}

/// `Mon`, `Mon-Fri`, `Sat-Sun`.
fn weekdays(text: &str) -> Option<[bool; 7]> {
    let (first, last) = match text.split_once(['-', '\u{2013}']) {
        Some((first, last)) => (weekday_named(first)?, weekday_named(last)?),
        None => (weekday_named(text)?, weekday_named(text)?),
    };
    let mut chosen = [false; 7];
    let mut day: Weekday = first;
    loop {
        *chosen.get_mut(usize::try_from(day.num_days_from_monday()).ok()?)? = true;
        if day == last {
            return Some(chosen);
        }
        day = day.succ();
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            Error::custom(format!(
                "{text:?} are no hours; write for example \"22:00-06:00\", \"Mon-Fri 09:00-17:00\" or \"off\""
            ))
        };
        Self::parse(&text).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_words() {
        // 2026-11-20 is a Friday.
        let on = |text: &str, day: u32| -> Vec<String> {
            let day = NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
            let spans = Hours::parse(text).unwrap().on(day);
            spans
                .iter()
                .map(|(from, until)| format!("{} > {}", from.format("%d %H:%M"), until.format("%d %H:%M")))
                .collect()
        };
        assert_eq!(on("22:00-06:00", 20), ["20 22:00 > 21 06:00"]);
        assert_eq!(on("7am-7am", 20), ["20 07:00 > 21 07:00"]);
        assert_eq!(on("00:00-24:00", 20), ["20 00:00 > 21 00:00"]);
        assert_eq!(on("Mon-Thu 07:00-18:00, Fri 07:00-16:00", 20), ["20 07:00 > 20 16:00"]);
        assert_eq!(on("Mon-Thu 07:00-18:00, Fri 07:00-16:00", 21), Vec::<String>::new());
        assert_eq!(on("noon - 5 pm", 20), ["20 12:00 > 20 17:00"]);
        assert_eq!(on("Sat-Mon 9am-noon", 22), ["22 09:00 > 22 12:00"]);
        assert!(Hours::parse("Off").unwrap().is_off());
        for text in ["", "Night", "9-5", "Mon-Foo 07:00-18:00", "07:00", "2026-11-20-2026-11-21"] {
            assert_eq!(Hours::parse(text), None, "{text}");
        }
    }
}
