//! Which shifts does a sheet with one row a week say? The week's day, the handoff, and a column of people a role (contract 2.2).

use chrono::{Datelike, Days, NaiveDate};

use crate::schedule::grid::GridRow;
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::year;
use crate::schedule::problem::ProblemKind;

use super::periods::{self, Unit};
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// How long a week lasts, in civil days: the handoff keeps its clock time over a change of the clocks.
pub(super) const WEEK_DAYS: u64 = 7;

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let Some(week) = sheet.header.week(sheet.settings) else { return };
    periods::read(sheet, week, Unit::Week);
}

/// The day of a cell that says again that it is a week: `Week of 11/16/2026`, `w/c 16 Nov`.
pub(super) fn without_prefix(text: &str) -> &str {
    const PREFIXES: [&str; 7] = ["week of", "wk of", "week commencing", "week beginning", "week starting", "w/c", "wc"];
    let prefixed = PREFIXES.iter().find(|prefix| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            && text.get(prefix.len()..).is_some_and(|rest| rest.starts_with([' ', ':']))
    });
    prefixed.and_then(|prefix| text.get(prefix.len()..)).map_or(text, |rest| rest.trim_start_matches([' ', ':']))
}

/// An end written beside a week must be its last day, or the day after it; rows of other lengths are not weeks.
pub(super) fn check_end(sheet: &mut Sheet<'_>, row: &GridRow, first: NaiveDate) -> Result<(), Flaw> {
    let Some(column) = sheet.header.place(Column::End) else { return Ok(()) };
    let day = match sheet.written(row, column)? {
        Some(Written::Date(date) | Written::DateTime(date, _)) => year::complete_end(date, first)
            .map_err(|refusal| Flaw { column, kind: ProblemKind::Unreadable(refusal) })?,
        Some(Written::Instant { at, .. }) => at.with_timezone(&sheet.zone).date_naive(),
        Some(Written::Time(_)) | None => return Ok(()),
    };
    let days = (day - first).num_days();
    // A handoff day may lie anywhere in the written week.
    let least = if sheet.settings.handoff_day().is_some() { 0 } else { 6 };
    if (least..=7).contains(&days) { Ok(()) } else { Err(Flaw { column, kind: ProblemKind::NotAWeek }) }
}

/// The first handoff day on or after the written one.
pub(super) fn first_day(sheet: &Sheet<'_>, day: NaiveDate) -> Option<NaiveDate> {
    let ahead = sheet.settings.handoff_day().map_or(0, |weekday| weekday.days_since(day.weekday()));
    day.checked_add_days(Days::new(u64::from(ahead)))
}
