//! What may a site say about a sheet's layout? The keys of `[schedules.X.layout]`; all are optional.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::schedule::notation::date::{DateOrder, weekday_named};
use crate::schedule::notation::time::{self, ClockTime};
use crate::schedule::roster::fold;

use super::hours::Hours;

/// The layouts that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutKind {
    /// One row a shift, with its start and end (contract 2.1).
    Plain,
    /// One row a week, headed by the week's first day (contract 2.2).
    Week,
    /// One row a day, people or roles beside the date.
    Day,
    /// One row a period, both ends in one cell.
    Range,
    /// One row a shift that says its start only.
    Start,
    /// Dates across the header; people or shifts down.
    Matrix,
    /// Weekdays across the header and no dates: the same week again and again.
    Weekdays,
    /// Weekdays across the header, a row a dated week.
    Calendar,
    /// Numbers of days, the month above them or elsewhere.
    Numbers,
    /// One row that holds a rule: people in turn, from when, every so many days.
    Rotation,
}

impl LayoutKind {
    /// The word of the settings and of the problems.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Week => "week",
            Self::Day => "day",
            Self::Range => "range",
            Self::Start => "start",
            Self::Matrix => "matrix",
            Self::Weekdays => "weekdays",
            Self::Calendar => "calendar",
            Self::Numbers => "numbers",
            Self::Rotation => "rotation",
        }
    }
}

/// A column in our own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// When the shift begins.
    Start,
    /// When it ends.
    End,
    /// The time of day beside a `start` that is a day.
    StartTime,
    /// The time of day beside an `end` that is a day.
    EndTime,
    /// The day of a row whose start and end are times of day.
    Date,
    /// The day that a row's week is named by.
    Week,
    /// Who.
    Person,
    /// In which role.
    Role,
    /// `shift` or `override`.
    Kind,
    /// A number for this row.
    Phone,
    /// An address for this row.
    Email,
    /// Shown, never interpreted.
    Note,
    /// The period of a row, from its first to its last day in one cell.
    Period,
    /// The hours of a row, from start to end in one cell.
    Time,
    /// A word for the hours of a row, such as `Night`.
    Shift,
    /// The weekday beside a date; it must agree.
    Weekday,
    /// The month of a row whose `day` is a number.
    Month,
    /// The number of a day.
    Day,
    /// The team that a row's roles belong to.
    Team,
    /// The people of a rotation in their order.
    Users,
    /// When the first of them begins.
    RotationStart,
    /// After how many days the next one takes over.
    IntervalDays,
}

impl Column {
    /// The word of the settings and of the problems.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::StartTime => "start_time",
            Self::EndTime => "end_time",
            Self::Date => "date",
            Self::Week => "week",
            Self::Person => "person",
            Self::Role => "role",
            Self::Kind => "kind",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Note => "note",
            Self::Period => "period",
            Self::Time => "time",
            Self::Shift => "shift",
            Self::Weekday => "weekday",
            Self::Month => "month",
            Self::Day => "day",
            Self::Team => "team",
            Self::Users => "users",
            Self::RotationStart => "rotation_start",
            Self::IntervalDays => "interval_days",
        }
    }
}

/// `[schedules.X.layout]`: what the sheet does not say by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutSettings {
    /// The layout, where it is not to be recognised: `"plain"`, `"week"`, `"day"`, ...
    pub kind: Option<LayoutKind>,
    /// The weekday on which a week is handed over: `"Wed"`. A week begins on the first such day on or after its date.
    pub handoff_day: Option<Weekday>,
    /// The civil time at which a day without a time begins or ends: `"09:30"`.
    #[serde(deserialize_with = "time_of_day")]
    pub handoff_time: Option<NaiveTime>,
    /// Both of them at once: `"Fri 5pm"`.
    #[serde(deserialize_with = "handoff")]
    pub handoff: Option<Handoff>,
    /// `"mdy"`, `"dmy"` or `"unclear"`: which number of `4/3/2026` is the month.
    pub date_order: Option<DateOrder>,
    /// 24 when hours such as `6:00` are of a clock of 24 hours, where nothing in the sheet shows it.
    #[serde(deserialize_with = "clock")]
    pub clock: Option<u32>,
    /// The year of dates that are written without one.
    pub year: Option<i32>,
    /// The month of days that are written as numbers, 1 to 12.
    pub month: Option<u32>,
    /// The row number of the header, as the spreadsheet shows it; 0 when there is none, then `columns` are letters.
    pub header_row: Option<u32>,
    /// Whether a day without a time in `end` is the last day covered; otherwise it is the first one not covered.
    pub end_is_inclusive: Option<bool>,
    /// Whether an end equal to its start is meant as 24 hours.
    pub equal_is_full_day: bool,
    /// The sheet's own headings: `columns = { person = "Build Captain" }`.
    pub columns: BTreeMap<Column, String>,
    /// The headings of the columns that name people, each its own role: `people = ["SHO", "SpR"]`.
    pub people: Vec<String>,
    /// The headings of columns that are not to be read: `ignore = ["Vacation"]`.
    pub ignore: Vec<String>,
    /// The hours behind a word, a code or the heading of a role: `hours = { Night = "22:00-06:00", "D/O" = "off" }`.
    pub hours: BTreeMap<String, Hours>,
    /// How long a shift lasts that says its start only: `"12:00"` is twelve hours.
    #[serde(deserialize_with = "length")]
    pub shift_length: Option<ClockTime>,
    /// Whether a shift that says its start only lasts until the next one of its role.
    pub until_next: bool,
    /// The first day on which a week without dates holds: `"2026-11-22"`.
    pub repeat_from: Option<NaiveDate>,
    /// The last day on which it holds.
    pub repeat_until: Option<NaiveDate>,
    /// Whether every row is an override, which may come back each year on the same day.
    #[serde(skip)]
    pub(super) is_overrides: bool,
}

/// When a week is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handoff {
    /// On which weekday.
    pub day: Weekday,
    /// At which civil time.
    pub time: NaiveTime,
}

impl LayoutSettings {
    /// The weekday on which a week is handed over, if it is set.
    pub(super) fn handoff_day(&self) -> Option<Weekday> {
        self.handoff_day.or(self.handoff.map(|handoff| handoff.day))
    }

    /// The civil time at which a day begins and ends, if it is set.
    pub(super) fn handoff_time(&self) -> Option<NaiveTime> {
        self.handoff_time.or(self.handoff.map(|handoff| handoff.time))
    }

    /// The hours behind a word, without regard to case; signs count, because codes are made of them.
    pub(super) fn hours_of(&self, word: &str) -> Option<&Hours> {
        let folded = fold(word);
        self.hours.iter().find(|(known, _)| fold(known) == folded).map(|(_, hours)| hours)
    }
}

fn handoff<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Handoff>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let parts = text.trim().split_once(' ');
    let day = parts.and_then(|(day, _)| weekday_named(day));
    let time = parts.and_then(|(_, time)| time::read(time).ok()).and_then(ClockTime::to_naive);
    match (day, time) {
        (Some(day), Some(time)) => Ok(Some(Handoff { day, time })),
        _ => Err(Error::custom(format!("{text:?} is no handoff; write for example \"Fri 5pm\""))),
    }
}

fn clock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let hours = u32::deserialize(deserializer)?;
    let refused = || Error::custom("clock can only be 24; on a clock of 12 hours each time needs am or pm");
    if hours == 24 { Ok(Some(hours)) } else { Err(refused()) }
}

fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ClockTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let length = time::read(&text).ok().filter(|length| length.seconds() > 0);
    length
        .map(Some)
        .ok_or_else(|| Error::custom(format!("{text:?} is no length; write for example \"12:00\" for twelve hours")))
}

fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveTime>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = time::read(&text).ok().and_then(time::ClockTime::to_naive);
    time.map(Some).ok_or_else(|| Error::custom(format!("{text:?} is not a time of day; write for example \"17:00\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_as_documented() {
        let text = "kind = 'week'\nhandoff_day = 'Wed'\nhandoff_time = '9:30 am'\ndate_order = 'dmy'\nyear = 2026\n\
                    header_row = 3\nend_is_inclusive = true\nequal_is_full_day = true\n\
                    columns = { person = 'Build Captain', start_time = 'From' }\nhandoff = 'Fri 5pm'\nmonth = 11\n\
                    people = ['SHO']\nignore = ['Vacation']\nhours = { N = '19:00-07:00' }\nshift_length = '12:00'\n\
                    clock = 24\nuntil_next = true\nrepeat_from = '2026-11-22'\nrepeat_until = '2027-11-20'";
        let settings: LayoutSettings = toml::from_str(text).unwrap();
        let wanted = LayoutSettings {
            kind: Some(LayoutKind::Week),
            handoff_day: Some(Weekday::Wed),
            handoff_time: NaiveTime::from_hms_opt(9, 30, 0),
            date_order: Some(DateOrder::DayFirst),
            clock: Some(24),
            year: Some(2026),
            header_row: Some(3),
            end_is_inclusive: Some(true),
            equal_is_full_day: true,
            columns: [(Column::Person, "Build Captain".to_owned()), (Column::StartTime, "From".to_owned())].into(),
            handoff: Some(Handoff { day: Weekday::Fri, time: NaiveTime::from_hms_opt(17, 0, 0).unwrap() }),
            month: Some(11),
            people: vec!["SHO".to_owned()],
            ignore: vec!["Vacation".to_owned()],
            hours: [("N".to_owned(), Hours::parse("19:00-07:00").unwrap())].into(),
            shift_length: time::read("12:00").ok(),
            until_next: true,
            repeat_from: NaiveDate::from_ymd_opt(2026, 11, 22),
            repeat_until: NaiveDate::from_ymd_opt(2027, 11, 20),
            is_overrides: false,
        };
        assert_eq!(settings, wanted);
        assert_eq!(toml::from_str::<LayoutSettings>("").unwrap(), LayoutSettings::default());
    }

    #[test]
    fn what_is_unknown_is_named() {
        for (text, says) in [
            ("hand_off = 1", "hand_off"),
            ("columns = { whom = 'x' }", "whom"),
            ("handoff_time = '9'", "17:00"),
            ("handoff_time = '24:00'", "17:00"),
            ("date_order = 'ymd'", "mdy"),
            ("handoff = '5pm'", "Fri 5pm"),
            ("hours = { N = 'night' }", "22:00-06:00"),
            ("shift_length = '12'", "12:00"),
            ("clock = 12", "am or pm"),
        ] {
            let error = toml::from_str::<LayoutSettings>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
