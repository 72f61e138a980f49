//! Where do schedules come from? Names sources, and turns bytes from outside into tabs of cells.
//!
//! `csv` reads files, `google` reads Google Sheets. What a source gives is bytes first: they are what is kept and hashed
//! (`schedule::version`), and [`ScheduleSource::interpret`] reads them, live or kept, the same way.

pub mod csv;
pub mod google;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::schedule::notation::date::DateOrder;
use crate::schedule::problem::Problem;
use crate::schedule::tabs::Tab;
use google::SheetsAddress;

/// Where a schedule is kept (contract 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleSource {
    /// `csv:FILE`, relative to the site folder.
    Csv(String),
    /// `sheets:ID/Tab Name!A:H`.
    Sheets(SheetsAddress),
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
        match text.trim().strip_prefix("csv:").map(str::trim) {
            Some(file) if !file.is_empty() => Ok(Self::Csv(file.to_owned())),
            _ => Err("write \"csv:FILE\", or \"sheets:SPREADSHEET_ID/Tab Name!A:H\"".to_owned()),
        }
    }

    /// The name by which people know it.
    pub fn shown(&self) -> String {
        match self {
            Self::Csv(file) => file.clone(),
            Self::Sheets(address) => address.shown(),
        }
    }

    /// Reads the bytes of this source. The error is for people.
    pub fn interpret(&self, bytes: &[u8], expected: &Expected) -> Result<Content, String> {
        match self {
            Self::Csv(file) => csv::read(bytes, file)
                .map(|csv::CsvReading { grid, problems }| Content {
                    tabs: vec![grid.into()],
                    problems,
                    date_order: None,
                })
                .map_err(|error| error.to_string()),
            Self::Sheets(address) => google::interpret(bytes, address, expected).map_err(|error| error.to_string()),
        }
    }
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
        for text in ["", "csv:", "aims.csv", "sheets:", "sheets:a b/Tab", "http://example.org/x.csv"] {
            assert!(ScheduleSource::parse(text).is_err(), "{text}");
        }
    }
}
