//! Which days does each row of a dated sheet say, and whose are they? The common part of `day`, `week`, `range` and `numbers`.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate, NaiveDateTime};

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::notation::span::{self, Span};
use crate::schedule::notation::time::ClockTime;
use crate::schedule::notation::year;
use crate::schedule::problem::{LayoutProblem, ProblemKind};

use super::days::{DayDuty, DaySpan};
use super::duties;
use super::header;
use super::hours::{self, Hours, Said};
use super::numbers::{self, MonthOfRows};
use super::plain;
use super::range::{self, LastDay};
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::{Flaw, LONG_SPAN_DAYS, Sheet};
use super::{RecognitionReason, SkipReason, headings, steps, week};

/// A period longer than this many days is no period of duty.
const LONGEST_DAYS: i64 = 400;

/// What a lone day in the cell stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Period,
    Number,
}

/// When a row holds.
#[derive(Clone, Copy)]
enum Period {
    /// Whole days, both covered.
    Days(NaiveDate, NaiveDate),
    /// From one day to another in one cell; whether the last is covered, the whole sheet decides.
    Span(NaiveDate, NaiveDate),
    /// Civil times that the cell says itself.
    Civil(NaiveDateTime, NaiveDateTime),
    /// Instants that the cell says itself.
    Exact(Interval),
}

/// Reads every row below the header by the days in `column`.
pub(super) fn read(sheet: &mut Sheet<'_>, column: usize, unit: Unit) {
    let rows = dated_rows(sheet, column, unit);
    let first_days = rows.iter().map(|(_, period)| match period {
        Period::Days(first, _) | Period::Span(first, _) => Some(*first),
        Period::Civil(from, _) => Some(from.date()),
        Period::Exact(_) => None,
    });
    let first_days: Vec<Option<NaiveDate>> = first_days.collect();
    let dragged = if sheet.settings.is_overrides { HashSet::new() } else { steps::dragged(&first_days) };
    let spans: Vec<(NaiveDate, NaiveDate)> = rows
        .iter()
        .filter_map(|(_, period)| if let Period::Span(first, last) = period { Some((*first, *last)) } else { None })
        .collect();
    let inclusive = match (sheet.settings.end_is_inclusive, range::last_day(&spans)) {
        _ if spans.is_empty() => true,
        (Some(set), _) => set,
        (None, LastDay::Covered) => {
            sheet.reasons.push(RecognitionReason::LastDayCovered);
            true
        }
        (None, LastDay::HandedOver) => {
            sheet.reasons.push(RecognitionReason::LastDayHandedOver);
            false
        }
        (None, LastDay::Unclear) => {
            for (row, _) in rows.iter().filter(|(_, period)| matches!(period, Period::Span(..))) {
                sheet.report(row, Flaw { column, kind: LayoutProblem::LastDayUnclear.into() });
            }
            return;
        }
    };
    warn_of_headings(sheet);
    let header = sheet.header;
    let team = header.place(Column::Team).filter(|team| by_team(&rows, *team));
    let mut roles = Roles::of_teams(header.place(Column::Role), team);
    for (index, (row, period)) in rows.iter().enumerate() {
        if dragged.contains(&index) {
            sheet.report(row, Flaw { column, kind: LayoutProblem::YearsRunOn.into() });
            continue;
        }
        let days = match *period {
            Period::Days(first, last) => DaySpan { first, last, column },
            Period::Span(first, last) if inclusive || first == last => DaySpan { first, last, column },
            Period::Span(first, last) => DaySpan { first, last: last.pred_opt().unwrap_or(last), column },
            Period::Civil(from, until) => {
                if let Some(interval) = sheet.between(row, column, from, until) {
                    duties::push(sheet, row, interval, &mut roles);
                }
                continue;
            }
            Period::Exact(interval) => {
                duties::push(sheet, row, interval, &mut roles);
                continue;
            }
        };
        push_days(sheet, row, days, &mut roles);
    }
}

/// The rows that say when they hold; the others are skipped or reported.
fn dated_rows<'a>(sheet: &mut Sheet<'a>, column: usize, unit: Unit) -> Vec<(&'a GridRow, Period)> {
    let header = sheet.header;
    let people: Vec<usize> = header.people.iter().map(|person| person.column).collect();
    let mut months = MonthOfRows::new(sheet.year, sheet.month);
    let grid_rows = sheet.grid.rows.get(header.first_row..).unwrap_or_default();
    let mut rows = Vec::with_capacity(grid_rows.len());
    for (index, row) in grid_rows.iter().enumerate() {
        let text = row.text(column);
        if unit == Unit::Number
            && people.iter().all(|person| row.text(*person).is_empty())
            && let Some(turned) = months.heading(text)
        {
            match turned {
                Ok(()) => sheet.skip(row, SkipReason::Month),
                Err(refusal) => sheet.report(row, Flaw { column, kind: ProblemKind::Unreadable(refusal) }),
            }
            continue;
        }
        if let Some(reason) = rows::skip(row, &header.row, &[column], &people) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        let period = match unit {
            Unit::Number => numbers::day_of_row(sheet, row, column, &mut months, grid_rows.get(index + 1))
                .and_then(|day| sheet.check_weekday(row, day).map(|()| Period::Days(day, day))),
            Unit::Week => period(sheet, row, column, unit).and_then(|period| {
                let first = match period {
                    Period::Days(first, _) => first,
                    Period::Civil(from, _) => from.date(),
                    Period::Span(..) | Period::Exact(_) => return Ok(period),
                };
                week::check_end(sheet, row, first).map(|()| period)
            }),
            unit => period(sheet, row, column, unit),
        };
        match period {
            Ok(period) => rows.push((row, period)),
            Err(flaw) => sheet.report(row, flaw),
        }
    }
    rows
}

/// What the row's cell says.
fn period(sheet: &mut Sheet<'_>, row: &GridRow, column: usize, unit: Unit) -> Result<Period, Flaw> {
    let text = if unit == Unit::Week { week::without_prefix(row.text(column)) } else { row.text(column) };
    let flaw = |kind| Flaw { column, kind };
    let impossible = || flaw(ProblemKind::Unreadable(Refusal::NoSuchDay));
    if text.is_empty() {
        let word = match unit {
            Unit::Week => Column::Week,
            Unit::Period => Column::Period,
            _ => Column::Date,
        };
        return Err(flaw(ProblemKind::EmptyCell { column: word.word() }));
    }
    if let Some(monday) = span::iso_week(text) {
        let monday = sheet.day(monday, column)?;
        let first = week::first_day(sheet, monday).ok_or_else(impossible)?;
        return Ok(Period::Days(first, first.checked_add_days(Days::new(week::WEEK_DAYS - 1)).ok_or_else(impossible)?));
    }
    let written = match instant::read(text, sheet.order()) {
        Ok(written) => written,
        Err(refusal) => {
            return match span::read(text, sheet.order()) {
                Ok(span) => of_span(sheet, row, column, span),
                // The more telling of the two refusals.
                Err(Refusal::NotUnderstood) => Err(sheet.refused(refusal, column)),
                Err(refusal) => Err(sheet.refused(refusal, column)),
            };
        }
    };
    sheet.saw(written);
    sheet.see_half(text, column)?;
    let midnight = |clock| clock == ClockTime::MIDNIGHT;
    match (written, unit) {
        // A spreadsheet writes a day as `2026-11-22 00:00:00`; any other time of day is meant.
        (Written::DateTime(date, clock), Unit::Week) if !midnight(clock) => {
            let start = clock.on(sheet.day(date, column)?).ok_or_else(impossible)?;
            Ok(Period::Civil(start, start.checked_add_days(Days::new(week::WEEK_DAYS)).ok_or_else(impossible)?))
        }
        (Written::Instant { at, .. }, Unit::Week) => {
            let start = at.with_timezone(&sheet.zone).naive_local();
            Ok(Period::Civil(start, start.checked_add_days(Days::new(week::WEEK_DAYS)).ok_or_else(impossible)?))
        }
        (Written::DateTime(_, clock), _) if !midnight(clock) => Err(flaw(LayoutProblem::LengthMissing.into())),
        (Written::Date(date) | Written::DateTime(date, _), Unit::Week) => {
            let day = sheet.day(date, column)?;
            let first = week::first_day(sheet, day).ok_or_else(impossible)?;
            Ok(Period::Days(first, first.checked_add_days(Days::new(week::WEEK_DAYS - 1)).ok_or_else(impossible)?))
        }
        (Written::Date(date) | Written::DateTime(date, _), Unit::Day) => {
            let day = sheet.day(date, column)?;
            sheet.check_weekday(row, day)?;
            Ok(Period::Days(day, day))
        }
        (Written::Date(_) | Written::DateTime(..) | Written::Instant { .. }, _) => {
            Err(flaw(LayoutProblem::LengthMissing.into()))
        }
        (Written::Time(_), _) => Err(flaw(ProblemKind::TimeWithoutDate)),
    }
}

/// Both ends of a cell, completed with their years.
fn of_span(sheet: &mut Sheet<'_>, row: &GridRow, column: usize, span: Span) -> Result<Period, Flaw> {
    let flaw = |kind| Flaw { column, kind };
    let impossible = || flaw(ProblemKind::Unreadable(Refusal::NoSuchDay));
    sheet.saw(span.start);
    sheet.see_halves(row, column)?;
    match (span.start, span.end) {
        (Written::Date(start), Written::Date(end)) => {
            let first = sheet.day(plain::with_year_of(start, span.end), column)?;
            let last = year::complete_end(end, first).map_err(|refusal| flaw(ProblemKind::Unreadable(refusal)))?;
            let days = (last - first).num_days();
            if days < 0 {
                return Err(flaw(ProblemKind::EndBeforeStart));
            }
            if days > LONGEST_DAYS {
                return Err(flaw(LayoutProblem::TooLong { days }.into()));
            }
            if days > LONG_SPAN_DAYS && (start.order_assumed || end.order_assumed) {
                // `01/04/2024-07/04/2024` is a week or half a year.
                return Err(flaw(ProblemKind::Unreadable(Refusal::OrderUnclear)));
            }
            Ok(Period::Span(first, last))
        }
        (Written::DateTime(start, from), Written::Time(until)) => {
            let day = sheet.day(start, column)?;
            let civil = from.on(day).zip(hours::span_on(day, from, until)).ok_or_else(impossible)?;
            if civil.1.1 - civil.1.0 == chrono::Duration::days(1) && !sheet.settings.equal_is_full_day {
                sheet.report(row, flaw(ProblemKind::FullDay));
            }
            Ok(Period::Civil(civil.1.0, civil.1.1))
        }
        (Written::DateTime(start, from), Written::DateTime(end, until)) => {
            let first = sheet.day(plain::with_year_of(start, span.end), column)?;
            let last = year::complete_end(end, first).map_err(|refusal| flaw(ProblemKind::Unreadable(refusal)))?;
            let (from, until) = from.on(first).zip(until.on(last)).ok_or_else(impossible)?;
            if until <= from {
                return Err(flaw(ProblemKind::EndBeforeStart));
            }
            Ok(Period::Civil(from, until))
        }
        (Written::Instant { at: from, .. }, Written::Instant { at: until, .. }) => {
            sheet.years.saw(from.with_timezone(&sheet.zone).date_naive());
            Interval::new(from, until).map(Period::Exact).ok_or(flaw(ProblemKind::EndBeforeStart))
        }
        _ => Err(flaw(ProblemKind::TimeWithoutDate)),
    }
}

/// Says of headings what they do not say themselves: hours of a part of the day, people who are away.
pub(super) fn warn_of_headings(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    for person in &header.people {
        let heading = header.row.text(person.column);
        let key = headings::key(heading);
        let is_set = [heading, &person.role.label].iter().any(|word| sheet.settings.hours_of(word).is_some());
        let kind = match &person.hours {
            Said::Unclear if !is_set => LayoutProblem::UnknownCode.into(),
            Said::Nothing if headings::is_absence(&key) => LayoutProblem::AbsenceHeading.into(),
            Said::Nothing if headings::is_part_of_day(&key) && !is_set => LayoutProblem::NoHours.into(),
            _ => continue,
        };
        sheet.report(&header.row, Flaw { column: person.column, kind });
    }
    let unread: Vec<usize> = header
        .unused()
        .filter(|(_, heading)| headings::is_absence(&headings::key(heading)))
        .map(|(column, _)| column)
        .collect();
    for column in unread {
        sheet.report(&header.row, Flaw { column, kind: LayoutProblem::AbsenceUnread.into() });
    }
}

/// Adds the shifts of a row of whole days, a column of people after the other.
fn push_days(sheet: &mut Sheet<'_>, row: &GridRow, days: DaySpan, roles: &mut Roles) {
    duties::check_width(sheet, row);
    let hours = match row_hours(sheet, row) {
        Ok(hours) => hours,
        Err(flaw) => return sheet.report(row, flaw),
    };
    if hours.as_ref().is_some_and(Hours::is_off) {
        return sheet.skip(row, SkipReason::Off);
    }
    let header = sheet.header;
    let kind = sheet.kind(row);
    for person in &header.people {
        let role = roles.of_person(row, person);
        sheet.push_days(&DayDuty { row, role, kind, person, names: None }, days, hours.as_ref());
    }
}

/// Whether several rows of one period differ by their team, so that a role is one of a team.
fn by_team(rows: &[(&GridRow, Period)], team: usize) -> bool {
    let mut teams: HashMap<NaiveDate, &str> = HashMap::new();
    rows.iter().any(|(row, period)| {
        let (Period::Days(first, _) | Period::Span(first, _)) = period else { return false };
        *teams.entry(*first).or_insert(row.text(team)) != row.text(team)
    })
}

/// The hours that a row says by a span of hours or by a word; none where it has no such cell.
fn row_hours(sheet: &mut Sheet<'_>, row: &GridRow) -> Result<Option<Hours>, Flaw> {
    let header = sheet.header;
    for place in [Column::Time, Column::Shift] {
        let Some(column) = header.place(place) else { continue };
        let text = row.text(column);
        if text.is_empty() {
            continue;
        }
        if let Some(hours) = sheet.settings.hours_of(text) {
            return Ok(Some(hours.clone()));
        }
        return match span::read(text, sheet.order()) {
            Ok(Span { start: Written::Time(from), end: Written::Time(until) }) => {
                sheet.see_halves(row, column)?;
                if from == until && !sheet.settings.equal_is_full_day {
                    sheet.report(row, Flaw { column, kind: ProblemKind::FullDay });
                }
                Ok(Some(Hours::daily(from, last_minute_is_midnight(until))))
            }
            Ok(_) | Err(Refusal::NotUnderstood) => match Said::by(text) {
                Said::Hours(hours) => Ok(Some(hours)),
                _ => Err(Flaw { column, kind: LayoutProblem::UnknownCode.into() }),
            },
            Err(refusal) => Err(Flaw { column, kind: ProblemKind::Unreadable(refusal) }),
        };
    }
    match header.place(Column::Time) {
        Some(column) => Err(Flaw { column, kind: ProblemKind::EmptyCell { column: Column::Time.word() } }),
        None => Ok(None),
    }
}

/// An end of 23:59 is the end of the day (contract 2.3 rule 3).
pub(super) fn last_minute_is_midnight(until: ClockTime) -> ClockTime {
    if until.is_last_minute() { ClockTime::END_OF_DAY } else { until }
}
