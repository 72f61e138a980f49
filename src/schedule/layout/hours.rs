//! Which hours stand behind a word, a code or a role? `N = "19:00-07:00"`, `"D/O" = "off"`, `Desk = "Mon-Fri 09:30-17:30"`.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::schedule::notation::date::{Order, weekday_named};
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::span;
use crate::schedule::notation::time::{self, ClockTime, Half};

use super::headings;

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

/// What a heading, a label or a word says of its own hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing: the whole day is meant, or the settings know.
    Nothing,
    /// `Day (7am-7pm)`, `Night 7p-7a`, `07:00-15:00`, `Desk (Mon-Fri 9am-5pm)`.
    Hours(Hours),
    /// `Day (8-5)`, `On-call (Mon-Fri)`, `Weekend`: a part of the day or week, and not from when to when.
    Unclear,
}

impl Said {
    /// Reads a heading, a label or a word.
    pub(super) fn by(text: &str) -> Self {
        let inside = text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| inside);
        let starts = text.char_indices().filter(|(index, c)| {
            let before = text.get(..*index).and_then(|before| before.chars().next_back());
            c.is_alphanumeric() && before.is_none_or(char::is_whitespace)
        });
        let parts = inside.into_iter().chain(starts.filter_map(|(index, _)| text.get(index..)));
        let mut unclear = is_part_of_week(text);
        for part in parts {
            match Hours::parse(part).filter(|hours| !hours.is_off()) {
                Some(hours) if halves_are_told(part) => return Self::Hours(hours),
                Some(_) => unclear = true,
                None => unclear |= looks_like_hours(part) || is_day_range(part),
            }
        }
        if unclear { Self::Unclear } else { Self::Nothing }
    }

    /// The hours, if it says them.
    pub(super) fn hours(&self) -> Option<&Hours> {
        if let Self::Hours(hours) = self { Some(hours) } else { None }
    }
}

/// Whether the text speaks of weekdays or of the weekend, which begin and end at an hour that it does not say.
fn is_part_of_week(text: &str) -> bool {
    const WORDS: [&str; 5] = ["weekday", "weeknight", "weekend", "wkday", "wkend"];
    let key = headings::key(text);
    WORDS.iter().any(|word| key.strip_prefix(word).is_some_and(|rest| !rest.starts_with("ing")))
}

/// Whether the text is a span of weekdays and nothing else: `Mon-Fri`, `M-F`, `Th-Su`.
pub(super) fn is_day_range(text: &str) -> bool {
    const SHORT: [&str; 13] = ["m", "t", "w", "th", "f", "s", "mo", "tu", "we", "fr", "sa", "su", "r"];
    let is_day = |part: &str| {
        let part = part.trim().trim_end_matches('.');
        weekday_named(part).is_some() || SHORT.iter().any(|short| short.eq_ignore_ascii_case(part))
    };
    text.split_once(['-', '\u{2013}']).is_some_and(|(first, last)| is_day(first) && is_day(last))
}

/// Whether hours tell the half of the day: `7am-7pm`, `07:00-19:00`, and not `7:00-7:00`.
fn halves_are_told(text: &str) -> bool {
    let halves: Vec<Option<Half>> =
        text.split(['-', '\u{2013}', '\u{2014}', ',']).flat_map(|part| part.split(" to ")).map(time::half_of).collect();
    halves.contains(&Some(Half::Clock24)) || !halves.contains(&Some(Half::Unclear))
}

/// `9-18`, `22-6` in a cell that says hours: two whole hours, of which one is surely of a clock of 24 hours.
pub(super) fn whole_hours(text: &str) -> Option<Hours> {
    let (from, until) = text.split_once(['-', '\u{2013}'])?;
    let hour = |part: &str| part.trim().parse::<u32>().ok().filter(|hour| *hour <= 24 && part.trim().len() <= 2);
    let (from, until) = (hour(from)?, hour(until)?);
    let clock = |hour: u32| time::read(&format!("{hour:02}:00")).ok();
    (from.max(until) > 12 && from != until).then_some(Hours::daily(clock(from)?, clock(until)?))
}

/// `8-5`, `8-4:30`: two numbers that may be hours, of whichever half of the day.
fn looks_like_hours(text: &str) -> bool {
    let is_hour = |part: &str| {
        let hour: String = part.trim().chars().take_while(char::is_ascii_digit).collect();
        let rest = part.trim().get(hour.len()..).unwrap_or_default();
        hour.parse::<u32>().is_ok_and(|hour| hour <= 24) && rest.chars().all(|c| c == ':' || c.is_ascii_digit())
    };
    text.split_once(['-', '\u{2013}']).is_some_and(|(from, until)| is_hour(from) && is_hour(until))
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
    fn whole_hours_need_one_that_only_a_clock_of_24_hours_has() {
        for (text, wanted) in [("9-18", "09:00-18:00"), ("22-6", "22:00-06:00"), ("8 - 17", "08:00-17:00")] {
            assert_eq!(whole_hours(text), Hours::parse(wanted), "{text}");
        }
        for text in ["9-5", "8-12", "13-13", "9-25", "9", "9-18-20", "Ana-18"] {
            assert_eq!(whole_hours(text), None, "{text}");
        }
    }

    #[test]
    fn headings_and_labels_say_their_hours() {
        let hours = |text: &str| Said::Hours(Hours::parse(text).unwrap());
        for (text, said) in [
            ("Day (7am-7pm)", hours("07:00-19:00")),
            ("Night 7p-7a", hours("19:00-07:00")),
            ("07:00-15:00", hours("07:00-15:00")),
            ("7:00-15:00", hours("07:00-15:00")),
            ("11pm - 7am", hours("23:00-07:00")),
            ("Desk (Mon-Fri 9am-5pm)", hours("Mon-Fri 09:00-17:00")),
            ("Shift 2 3pm to 11pm", hours("15:00-23:00")),
            ("Day (8-5)", Said::Unclear),
            ("Day 8-4:30", Said::Unclear),
            ("Day (7:00-7:00)", Said::Unclear),
            ("On-call (Mon-Fri)", Said::Unclear),
            ("Weekend", Said::Unclear),
            ("Weeknights", Said::Unclear),
            ("Weekend Night", Said::Unclear),
            ("M-F", Said::Unclear),
            ("Week ending", Said::Nothing),
            ("Night", Said::Nothing),
            ("Tier 1", Said::Nothing),
            ("On-call", Said::Nothing),
            ("Sun", Said::Nothing),
            ("VA 3", Said::Nothing),
            ("Off", Said::Nothing),
            ("Monday", Said::Nothing),
            ("", Said::Nothing),
        ] {
            assert_eq!(Said::by(text), said, "{text}");
        }
    }

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
