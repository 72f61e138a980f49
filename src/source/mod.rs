//! Where do schedules come from? Names sources, and turns bytes from outside into tabs of cells.
//!
//! `csv` reads files, `google` reads Google Sheets, `download` exported CSV from its address; `patience` asks again,
//! `trouble` reads what headers and errors say, `trust` is whom all of them trust. What a source gives is bytes first: they are what is kept and hashed
//! (`schedule::version`), and [`ScheduleSource::interpret`] reads them, live or kept, the same way.

pub mod csv;
pub mod download;
pub mod google;
mod patience;
mod trouble;
pub mod trust;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::schedule::notation::date::DateOrder;
use crate::schedule::problem::Problem;
use crate::schedule::problem::ProblemKind;
use crate::schedule::tabs::Tab;
use download::CsvAddress;
use google::SheetsAddress;

/// From how many seconds on two clocks are too far apart (domain 6 row 44).
const CLOCKS_APART_S: i64 = 60;

/// Where a schedule is kept (contract 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleSource {
    /// `csv:FILE`, relative to the site folder.
    Csv(String),
    /// `sheets:ID/Tab Name!A:H`.
    Sheets(SheetsAddress),
    /// `https://…`: an exported CSV.
    Download(CsvAddress),
}

/// What a source elsewhere gave when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The bytes to keep and to interpret.
    pub bytes: Vec<u8>,
    /// When its server says it answered; nothing where it does not say.
    pub answered_at: Option<DateTime<Utc>>,
}

/// By how many seconds the clock of this machine, which says `here`, runs ahead of one that says `there`; negative when
/// it runs behind. Nothing while they are at most a minute apart.
pub fn clock_ahead_s(here: DateTime<Utc>, there: DateTime<Utc>) -> Option<i64> {
    let ahead: TimeDelta = here - there;
    Some(ahead.num_seconds()).filter(|seconds| seconds.abs() > CLOCKS_APART_S)
}

/// What a source is expected to be, so that a sheet that is not is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// The site's zone.
    pub zone: Tz,
    /// Whether a spreadsheet may have another one.
    pub accept_zone: bool,
    /// The day it is in the site's zone.
    pub today: NaiveDate,
    /// The year of tabs for months whose titles have none.
    pub year: Option<i32>,
    /// How many days before a month begins its tab is missed.
    pub month_tab_days: u32,
}

/// What a source holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its tabs in the order in which their rows follow each other; at least one.
    pub tabs: Vec<Tab>,
    /// What is wrong before any meaning is given to the cells.
    pub problems: Vec<Problem>,
    /// Which number of `4/3/2026` is the month, where the source says it.
    pub date_order: Option<DateOrder>,
}

impl ScheduleSource {
    /// Reads the `source` or the `overrides` of a schedule. The error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(sheet) = text.trim().strip_prefix("sheets:") {
            return SheetsAddress::parse(sheet).map(Self::Sheets).map_err(|error| error.to_string());
        }
        if CsvAddress::is_meant(text) {
            return CsvAddress::parse(text).map(Self::Download);
        }
        match text.trim().strip_prefix("csv:").map(str::trim) {
            Some(file) if !file.is_empty() => Ok(Self::Csv(file.to_owned())),
            _ => Err(
                "write \"csv:FILE\", \"sheets:SPREADSHEET_ID/Tab Name!A:H\", or the \"https://…\" of an exported CSV"
                    .to_owned(),
            ),
        }
    }

    /// The name by which people know it.
    pub fn shown(&self) -> String {
        match self {
            Self::Csv(file) => file.clone(),
            Self::Sheets(address) => address.shown(),
            Self::Download(address) => address.shown(),
        }
    }

    /// Reads the bytes of this source. The error is for people.
    pub fn interpret(&self, bytes: &[u8], expected: &Expected) -> Result<Content, String> {
        match self {
            Self::Csv(file) => of_csv(bytes, file),
            Self::Download(address) => {
                let sheet = address.shown();
                let mut content = of_csv(bytes, &sheet)?;
                let kind = ProblemKind::ExportLoses;
                content.problems.push(Problem { kind, sheet: sheet.into(), cell: String::new(), text: String::new() });
                Ok(content)
            }
            Self::Sheets(address) => google::interpret(bytes, address, expected).map_err(|error| error.to_string()),
        }
    }
}

fn of_csv(bytes: &[u8], sheet: &str) -> Result<Content, String> {
    let csv::CsvReading { grid, problems } = csv::read(bytes, sheet).map_err(|error| error.to_string())?;
    Ok(Content { tabs: vec![grid.into()], problems, date_order: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_by_their_beginning() {
        assert_eq!(ScheduleSource::parse("csv: aims.csv").unwrap(), ScheduleSource::Csv("aims.csv".to_owned()));
        let ScheduleSource::Sheets(sheet) = ScheduleSource::parse("sheets:1aB/On call!A:H").unwrap() else {
            panic!("not a sheet")
        };
        assert_eq!((sheet.id.as_str(), sheet.tab.as_deref()), ("1aB", Some("On call")));
        let address = "https://example.org/on-call.csv";
        assert!(matches!(ScheduleSource::parse(address), Ok(ScheduleSource::Download(_))));
        for text in ["", "csv:", "aims.csv", "sheets:", "sheets:a b/Tab", "http://example.org/x.csv"] {
            assert!(ScheduleSource::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn clocks_may_be_a_minute_apart_and_no_more() {
        let there: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        for (seconds, ahead) in [(0, None), (60, None), (-60, None), (61, Some(61)), (-61, Some(-61))] {
            assert_eq!(clock_ahead_s(there + TimeDelta::seconds(seconds), there), ahead);
        }
    }
}
