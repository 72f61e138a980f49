//! On which days do weekly hours not apply? Holds what `holidays.csv` says; the Sunday rule is written out in that file.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// One line of `holidays.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// What people call the day.
    pub name: String,
    /// Whether the CPS Help Desk is closed on it.
    pub closed: bool,
}

/// The holidays a site lists, by date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HolidayCalendar {
    days: BTreeMap<NaiveDate, Holiday>,
}

impl HolidayCalendar {
    /// The calendar with one more day; a date listed twice keeps its last line.
    pub fn insert(&mut self, date: NaiveDate, holiday: Holiday) {
        self.days.insert(date, holiday);
    }

    /// The holiday on `date`, open or closed.
    pub fn on(&self, date: NaiveDate) -> Option<&Holiday> {
        self.days.get(&date)
    }

    /// Whether `date` is listed as closed.
    pub fn is_closed(&self, date: NaiveDate) -> bool {
        self.on(date).is_some_and(|holiday| holiday.closed)
    }

    /// All listed days in order of their dates.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, &Holiday)> {
        self.days.iter().map(|(date, holiday)| (*date, holiday))
    }
}
