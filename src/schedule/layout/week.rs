//! Which shifts does a sheet with one row a week say? The week's day, the handoff, and a column of people a role (contract 2.2).

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::time::ClockTime;
use crate::schedule::notation::year;
use crate::schedule::problem::ProblemKind;

use super::duties::{self, Roles};
use super::header;
use super::rows;
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// How long a week lasts, in civil days: the handoff keeps its clock time over a change of the clocks.
const WEEK_DAYS: u64 = 7;

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    let Some(week) = header.week(sheet.settings) else { return };
    let Some(header_row) = sheet.grid.rows.get(header.index) else { return };
    let people: Vec<usize> = header.people.iter().map(|person| person.column).collect();
    let mut roles = Roles::new(header.place(Column::Role));
    for row in sheet.grid.rows.iter().skip(header.index + 1) {
        if let Some(reason) = rows::skip(row, header_row, &[week], &people) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        match span(sheet, row, week) {
            Ok(interval) => duties::push(sheet, row, interval, &mut roles),
            Err(flaw) => sheet.report(row, flaw),
        }
    }
}

/// Seven civil days from the handoff on.
fn span(sheet: &mut Sheet<'_>, row: &GridRow, column: usize) -> Result<Interval, Flaw> {
    let flaw = |kind| Flaw { column, kind };
    let impossible = || flaw(ProblemKind::Unreadable(Refusal::NoSuchDay));
    let start = match sheet.written(row, column)? {
        None => return Err(flaw(ProblemKind::EmptyCell { column: Column::Week.word() })),
        // A spreadsheet writes a day as `2026-11-22 00:00:00`; any other time of day is meant.
        Some(Written::DateTime(date, clock)) if clock != ClockTime::MIDNIGHT => {
            clock.on(sheet.day(date, column)?).ok_or_else(impossible)?
        }
        Some(Written::Date(date) | Written::DateTime(date, _)) => {
            let day = sheet.day(date, column)?;
            handoff(sheet, day).ok_or_else(impossible)?
        }
        Some(Written::Instant { at, .. }) => at.with_timezone(&sheet.zone).naive_local(),
        Some(Written::Time(_)) => return Err(flaw(ProblemKind::TimeWithoutDate)),
    };
    if let Some(end) = sheet.header.place(Column::End) {
        check_end(sheet, row, end, start.date())?;
    }
    let end = start.checked_add_days(Days::new(WEEK_DAYS)).ok_or_else(impossible)?;
    let (from, until) = (sheet.resolve(start, row, column), sheet.resolve(end, row, column));
    Interval::new(from, until).ok_or_else(impossible)
}

/// An end written beside a week must be its last day, or the day after it; rows of other lengths are not weeks.
fn check_end(sheet: &mut Sheet<'_>, row: &GridRow, column: usize, start: NaiveDate) -> Result<(), Flaw> {
    let day = match sheet.written(row, column)? {
        Some(Written::Date(date) | Written::DateTime(date, _)) => year::complete_end(date, start)
            .map_err(|refusal| Flaw { column, kind: ProblemKind::Unreadable(refusal) })?,
        Some(Written::Instant { at, .. }) => at.with_timezone(&sheet.zone).date_naive(),
        Some(Written::Time(_)) | None => return Ok(()),
    };
    let days = (day - start).num_days();
    // A handoff day may lie anywhere in the written week.
    let least = if sheet.settings.handoff_day.is_some() { 0 } else { 6 };
    if (least..=7).contains(&days) { Ok(()) } else { Err(Flaw { column, kind: ProblemKind::NotAWeek }) }
}

/// The first handoff day on or after the written one, at the handoff time.
fn handoff(sheet: &mut Sheet<'_>, day: NaiveDate) -> Option<NaiveDateTime> {
    let ahead = sheet.settings.handoff_day.map_or(0, |weekday| weekday.days_since(day.weekday()));
    Some(day.checked_add_days(Days::new(u64::from(ahead)))?.and_time(sheet.handoff_time(false)))
}
