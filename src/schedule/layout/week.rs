//! Which shifts does a sheet with one row a week say? The week's day, the handoff, and a column of people a role (contract 2.2).

use chrono::{Datelike, Days, NaiveDate};

use super::periods::{self, Unit};
use super::sheet::Sheet;

/// How long a week lasts, in civil days: the handoff keeps its clock time over a change of the clocks.
pub(super) const WEEK_DAYS: u64 = 7;

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let Some(week) = sheet.header.week(sheet.settings) else { return };
    periods::read(sheet, week, Unit::Week);
}

/// The first handoff day on or after the written one.
pub(super) fn first_day(sheet: &Sheet<'_>, day: NaiveDate) -> Option<NaiveDate> {
    let ahead = sheet.settings.handoff_day().map_or(0, |weekday| weekday.days_since(day.weekday()));
    day.checked_add_days(Days::new(u64::from(ahead)))
}
