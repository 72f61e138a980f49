//! What may a site say about a sheet's layout? The keys of `[schedules.X.layout]`; all are optional.

use std::collections::BTreeMap;

use chrono::{NaiveTime, Weekday};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::schedule::notation::date::DateOrder;
use crate::schedule::notation::time;

/// The layouts that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LayoutKind {
    /// One row a shift, with its start and end (contract 2.1).
    Plain,
    /// One row a week, headed by the week's first day (contract 2.2).
    Week,
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
        }
    }
}

/// `[schedules.X.layout]`: what the sheet does not say by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LayoutSettings {
    /// The layout, where it is not to be recognised: `"plain"` or `"week"`.
    pub kind: Option<LayoutKind>,
    /// The weekday on which a week is handed over: `"Wed"`. A week begins on the first such day on or after its date.
    pub handoff_day: Option<Weekday>,
    /// The civil time at which a day without a time begins or ends: `"09:30"`.
    #[serde(deserialize_with = "time_of_day")]
    pub handoff_time: Option<NaiveTime>,
    /// `"mdy"`, `"dmy"` or `"unclear"`: which number of `4/3/2026` is the month.
    pub date_order: Option<DateOrder>,
    /// The year of dates that are written without one.
    pub year: Option<i32>,
    /// The row number of the header, as the spreadsheet shows it.
    pub header_row: Option<u32>,
    /// Whether a day without a time in `end` is the last day covered; otherwise it is the first one not covered.
    pub end_is_inclusive: bool,
    /// Whether an end equal to its start is meant as 24 hours.
    pub equal_is_full_day: bool,
    /// The sheet's own headings: `columns = { person = "Build Captain" }`.
    pub columns: BTreeMap<Column, String>,
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
                    columns = { person = 'Build Captain', start_time = 'From' }";
        let settings: LayoutSettings = toml::from_str(text).unwrap();
        let wanted = LayoutSettings {
            kind: Some(LayoutKind::Week),
            handoff_day: Some(Weekday::Wed),
            handoff_time: NaiveTime::from_hms_opt(9, 30, 0),
            date_order: Some(DateOrder::DayFirst),
            year: Some(2026),
            header_row: Some(3),
            end_is_inclusive: true,
            equal_is_full_day: true,
            columns: [(Column::Person, "Build Captain".to_owned()), (Column::StartTime, "From".to_owned())].into(),
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
        ] {
            let error = toml::from_str::<LayoutSettings>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
