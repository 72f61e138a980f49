//! Which shifts does a sheet with one row a shift say? Contract 2.1, with dates and times in one cell or in several.

use std::collections::HashSet;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::WrittenDate;
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::notation::time::ClockTime;
use crate::schedule::notation::year;
use crate::schedule::problem::ProblemKind;

use super::RecognitionReason;
use super::duties;
use super::header;
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// A bound of a shift as the row says it.
#[derive(Clone, Copy)]
enum Bound {
    /// A civil time in the site's zone.
    Civil(NaiveDateTime),
    /// An instant, written with its offset.
    Exact(DateTime<Utc>),
}

/// The columns of the times.
struct Places {
    start: usize,
    end: usize,
    /// A time of day beside a `start` or `end` that is a day.
    start_time: Option<usize>,
    end_time: Option<usize>,
    date: Option<usize>,
    /// Whether a day without a time in `end` is covered: the settings say so, or the next row begins on the day after it.
    last_day_covered: bool,
}

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    let (Some(start), Some(end)) = (header.start(), header.end()) else { return };
    let beside = |used: usize, column: Column| header.place(column).filter(|place| *place != used);
    let mut places = Places {
        start,
        end,
        start_time: beside(start, Column::StartTime),
        end_time: beside(end, Column::EndTime),
        date: header.place(Column::Date),
        last_day_covered: sheet.settings.end_is_inclusive == Some(true),
    };
    if sheet.settings.end_is_inclusive.is_none() && last_day_is_covered(sheet, &places) {
        places.last_day_covered = true;
        sheet.reasons.push(RecognitionReason::LastDayCovered);
    }
    let times: Vec<usize> =
        [places.date, Some(start), Some(end), places.start_time, places.end_time].into_iter().flatten().collect();
    let people: Vec<usize> = header.people.iter().map(|person| person.column).collect();
    let mut roles = Roles::new(header.place(Column::Role));
    for row in sheet.grid.rows.iter().skip(header.first_row) {
        if let Some(reason) = rows::skip(row, &header.row, &times, &people) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        match span(sheet, row, &places) {
            Ok(interval) => duties::push(sheet, row, interval, &mut roles),
            Err(flaw) => sheet.report(row, flaw),
        }
    }
}

/// Whether the rows are days without times and each that is followed closely is followed on the day after its end:
/// `11/2, 11/8` and `11/9, 11/15` are whole weeks, and not weeks of six days.
fn last_day_is_covered(sheet: &Sheet<'_>, places: &Places) -> bool {
    if places.start_time.or(places.end_time).is_some() || sheet.settings.is_overrides {
        return false;
    }
    let day = |row: &GridRow, column: usize| match (row.text(column), sheet.order()) {
        // What ends in a clock time is no day, and long sheets hold little else.
        (text, _) if matches!(text.as_bytes(), [.., b':', b'0'..=b'9', b'0'..=b'9']) => None,
        (text, order) => match instant::read(text, order) {
            Ok(Written::Date(date)) => NaiveDate::from_ymd_opt(date.year.unwrap_or(2024), date.month, date.day),
            _ => None,
        },
    };
    let rows = sheet.grid.rows.iter().skip(sheet.header.first_row);
    let spans: Vec<(NaiveDate, NaiveDate)> =
        rows.filter_map(|row| Some((day(row, places.start)?, day(row, places.end)?))).collect();
    let starts: HashSet<NaiveDate> = spans.iter().map(|(start, _)| *start).collect();
    let handed_over = spans.iter().any(|(start, end)| end > start && starts.contains(end));
    !handed_over && spans.iter().any(|(_, end)| end.succ_opt().is_some_and(|next| starts.contains(&next)))
}

/// The span that a row says.
fn span(sheet: &mut Sheet<'_>, row: &GridRow, places: &Places) -> Result<Interval, Flaw> {
    let (start, end) = (sheet.written(row, places.start)?, sheet.written(row, places.end)?);
    let empty =
        |column: Column, place: usize| Flaw { column: place, kind: ProblemKind::EmptyCell { column: column.word() } };
    let start = start.ok_or_else(|| empty(Column::Start, places.start))?;
    let end = end.ok_or_else(|| empty(Column::End, places.end))?;
    let start = start_of(sheet, row, places, start, end)?;
    let end = end_of(sheet, row, places, start, end)?;
    interval(sheet, row, places, start, end)
}

fn start_of(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    places: &Places,
    start: Written,
    end: Written,
) -> Result<Bound, Flaw> {
    let (date, clock, column) = match start {
        Written::Instant { at, .. } => {
            sheet.years.saw(at.with_timezone(&sheet.zone).date_naive());
            return Ok(Bound::Exact(at));
        }
        Written::DateTime(date, clock) if clock == ClockTime::MIDNIGHT => {
            // A spreadsheet writes a day as `2026-11-22 00:00:00`; the time may stand in its own column.
            (date, Some(time_beside(sheet, row, places.start_time)?.unwrap_or(clock)), places.start)
        }
        Written::DateTime(date, clock) => (date, Some(clock), places.start),
        Written::Date(date) => {
            let date = agreeing(sheet, row, (places.start, places.date), date)?;
            (date, time_beside(sheet, row, places.start_time)?, places.start)
        }
        Written::Time(clock) => {
            let missing = |column| Flaw { column, kind: ProblemKind::TimeWithoutDate };
            let column = places.date.ok_or_else(|| missing(places.start))?;
            match sheet.written(row, column)? {
                Some(Written::Date(date) | Written::DateTime(date, ClockTime::MIDNIGHT)) => (date, Some(clock), column),
                Some(_) => return Err(Flaw { column, kind: ProblemKind::Unreadable(Refusal::NotUnderstood) }),
                None => return Err(missing(column)),
            }
        }
    };
    let day = sheet.day(with_year_of(date, end), column)?;
    sheet.check_weekday(row, day)?;
    let civil = match clock {
        Some(clock) => clock.on(day),
        None => Some(day.and_time(sheet.handoff_time(false))),
    };
    civil.map(Bound::Civil).ok_or(Flaw { column, kind: ProblemKind::Unreadable(Refusal::NoSuchDay) })
}

/// A start such as `8-5` is a day without a year only where the `date` column says the same day: it may be hours.
pub(super) fn agreeing(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    (column, date): (usize, Option<usize>),
    start: WrittenDate,
) -> Result<WrittenDate, Flaw> {
    let (None, Some(date)) = (start.year, date) else { return Ok(start) };
    match sheet.written(row, date)? {
        Some(Written::Date(day) | Written::DateTime(day, _)) if (day.month, day.day) == (start.month, start.day) => {
            Ok(WrittenDate { year: day.year, ..start })
        }
        Some(_) => Err(Flaw { column, kind: ProblemKind::Unreadable(Refusal::NotUnderstood) }),
        None => Ok(start),
    }
}

/// A start without a year takes that of an end that has one: the last such day not after the end.
pub(super) fn with_year_of(start: WrittenDate, end: Written) -> WrittenDate {
    let (Written::Date(end) | Written::DateTime(end, _)) = end else { return start };
    let (None, Some(year)) = (start.year, end.year) else { return start };
    let crosses = (start.month, start.day) > (end.month, end.day);
    WrittenDate { year: Some(if crosses { year - 1 } else { year }), ..start }
}

/// The time of day in a column beside a day.
fn time_beside(sheet: &mut Sheet<'_>, row: &GridRow, column: Option<usize>) -> Result<Option<ClockTime>, Flaw> {
    let Some(column) = column else { return Ok(None) };
    match sheet.written(row, column)? {
        None => Ok(None),
        Some(Written::Time(clock)) => Ok(Some(clock)),
        Some(_) => Err(Flaw { column, kind: ProblemKind::Unreadable(Refusal::NotUnderstood) }),
    }
}

fn end_of(sheet: &mut Sheet<'_>, row: &GridRow, places: &Places, start: Bound, end: Written) -> Result<Bound, Flaw> {
    let column = places.end;
    let impossible = || Flaw { column, kind: ProblemKind::Unreadable(Refusal::NoSuchDay) };
    let start_civil = match start {
        Bound::Civil(civil) => civil,
        Bound::Exact(at) => at.with_timezone(&sheet.zone).naive_local(),
    };
    let day = |date: WrittenDate| -> Result<NaiveDate, Flaw> {
        let refused = |refusal| Flaw { column, kind: ProblemKind::Unreadable(refusal) };
        year::complete_end(date, start_civil.date()).map_err(refused)
    };
    let (date, clock) = match end {
        Written::Instant { at, clock } if clock.is_last_minute() => {
            sheet.report(row, Flaw { column, kind: ProblemKind::EndOfDay });
            return Ok(Bound::Exact(at + to_midnight(clock)));
        }
        Written::Instant { at, .. } => return Ok(Bound::Exact(at)),
        Written::Time(clock) => return next_after(sheet, row, column, start_civil, clock).map(Bound::Civil),
        Written::DateTime(date, clock) if clock == ClockTime::MIDNIGHT => {
            (day(date)?, Some(time_beside(sheet, row, places.end_time)?.unwrap_or(clock)))
        }
        Written::DateTime(date, clock) => (day(date)?, Some(clock)),
        Written::Date(date) => (day(date)?, time_beside(sheet, row, places.end_time)?),
    };
    if let Some(clock) = clock {
        return at_end(sheet, row, column, clock, date).map(Bound::Civil).ok_or_else(impossible);
    }
    let last = if places.last_day_covered { date.succ_opt().ok_or_else(impossible)? } else { date };
    Ok(Bound::Civil(last.and_time(sheet.handoff_time(!places.last_day_covered))))
}

/// The civil time of an end on `date`; 23:59 is the end of the day (contract 2.3 rule 3).
fn at_end(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    column: usize,
    clock: ClockTime,
    date: NaiveDate,
) -> Option<NaiveDateTime> {
    let civil = clock.on(date)?;
    if !clock.is_last_minute() {
        return Some(civil);
    }
    sheet.report(row, Flaw { column, kind: ProblemKind::EndOfDay });
    civil.checked_add_signed(to_midnight(clock))
}

/// From a time in a day's last minute to the end of that day.
fn to_midnight(clock: ClockTime) -> Duration {
    Duration::seconds(i64::from(86_400 - clock.seconds()))
}

/// The first such time of day after the start: an end at or before it means the next day (contract 2.3 rule 3).
fn next_after(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    column: usize,
    start: NaiveDateTime,
    clock: ClockTime,
) -> Result<NaiveDateTime, Flaw> {
    let impossible = Flaw { column, kind: ProblemKind::Unreadable(Refusal::NoSuchDay) };
    let Some(same_day) = at_end(sheet, row, column, clock, start.date()) else { return Err(impossible) };
    if same_day > start {
        return Ok(same_day);
    }
    if same_day == start && !sheet.settings.equal_is_full_day {
        sheet.report(row, Flaw { column, kind: ProblemKind::FullDay });
    }
    same_day.checked_add_days(chrono::Days::new(1)).ok_or(impossible)
}

/// The instants between two bounds, if there are any.
fn interval(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    places: &Places,
    start: Bound,
    mut end: Bound,
) -> Result<Interval, Flaw> {
    let flaw = |kind| Err(Flaw { column: places.end, kind });
    if let (Bound::Civil(from), Bound::Civil(until)) = (start, &mut end) {
        if *until < from {
            return flaw(ProblemKind::EndBeforeStart);
        }
        if *until == from {
            let next_day = until.checked_add_days(chrono::Days::new(1)).filter(|_| sheet.settings.equal_is_full_day);
            let Some(next_day) = next_day else { return flaw(ProblemKind::EndIsStart) };
            *until = next_day;
        }
    }
    let mut instant = |bound: Bound, column: usize| match bound {
        Bound::Exact(at) => at,
        Bound::Civil(civil) => sheet.resolve(civil, row, column),
    };
    let from = instant(start, places.start);
    let until = instant(end, places.end);
    let both_civil = matches!((start, end), (Bound::Civil(_), Bound::Civil(_)));
    match Interval::new(from, until) {
        Some(interval) => Ok(interval),
        None if both_civil => flaw(ProblemKind::SpanSkipped),
        None if from == until => flaw(ProblemKind::EndIsStart),
        None => flaw(ProblemKind::EndBeforeStart),
    }
}
