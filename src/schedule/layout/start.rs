//! Which shifts does a sheet say that has starts and no ends? How long they last is a setting: it is never guessed.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::time::ClockTime;
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::shift::Role;

use super::duties;
use super::header;
use super::plain;
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    let Some(start) = header.start() else { return };
    if sheet.settings.shift_length.is_none() && !sheet.settings.until_next {
        return sheet.report_sheet(LayoutProblem::LengthMissing.into());
    }
    let people: Vec<usize> = header.people.iter().map(|person| person.column).collect();
    let times: Vec<usize> = header.place(Column::Date).into_iter().chain([start]).collect();
    let mut roles = Roles::new(header.place(Column::Role));
    let mut duties: Vec<(&GridRow, NaiveDateTime, Role, usize)> = Vec::new();
    for row in sheet.grid.rows.get(header.first_row..).unwrap_or_default() {
        if let Some(reason) = rows::skip(row, &header.row, &times, &people) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        duties::check_width(sheet, row);
        match moment(sheet, row, start) {
            Ok(moment) => {
                for (index, person) in header.people.iter().enumerate() {
                    duties.push((row, moment, roles.of_person(row, person), index));
                }
            }
            Err(flaw) => sheet.report(row, flaw),
        }
    }
    push(sheet, &duties, start);
}

/// When the row begins: a day and a time, in one cell or two.
fn moment(sheet: &mut Sheet<'_>, row: &GridRow, start: usize) -> Result<NaiveDateTime, Flaw> {
    let header = sheet.header;
    let flaw = |column, kind| Flaw { column, kind };
    let impossible = |column| flaw(column, ProblemKind::Unreadable(Refusal::NoSuchDay));
    let (date, clock, column) = match sheet.written(row, start)? {
        None => return Err(flaw(start, ProblemKind::EmptyCell { column: Column::Start.word() })),
        Some(Written::Instant { at, .. }) => return Ok(at.with_timezone(&sheet.zone).naive_local()),
        Some(Written::DateTime(date, clock)) => (date, Some(clock), start),
        Some(Written::Date(date)) => {
            let date = plain::agreeing(sheet, row, (start, header.place(Column::Date)), date)?;
            let beside = header.place(Column::StartTime).filter(|place| *place != start);
            match beside.map(|place| sheet.written(row, place)).transpose()?.flatten() {
                Some(Written::Time(clock)) => (date, Some(clock), start),
                _ => (date, None, start),
            }
        }
        Some(Written::Time(clock)) => {
            let column = header.place(Column::Date).ok_or(flaw(start, ProblemKind::TimeWithoutDate))?;
            match sheet.written(row, column)? {
                Some(Written::Date(date) | Written::DateTime(date, ClockTime::MIDNIGHT)) => (date, Some(clock), column),
                _ => return Err(flaw(column, ProblemKind::TimeWithoutDate)),
            }
        }
    };
    let day = sheet.day(date, column)?;
    sheet.check_weekday(row, day)?;
    match clock {
        Some(clock) => clock.on(day).ok_or_else(|| impossible(column)),
        None => Ok(day.and_time(sheet.handoff_time(false))),
    }
}

/// Gives each start its end: the next start of its role, else the length that is set.
fn push(sheet: &mut Sheet<'_>, duties: &[(&GridRow, NaiveDateTime, Role, usize)], start: usize) {
    let header = sheet.header;
    for (row, moment, role, index) in duties {
        let next = duties
            .iter()
            .filter(|(_, other, of, _)| sheet.settings.until_next && of.label == role.label && other > moment)
            .map(|(_, other, ..)| *other)
            .min();
        let from: DateTime<Utc> = sheet.resolve(*moment, row, start);
        let length = sheet.settings.shift_length.map(|length| Duration::seconds(i64::from(length.seconds())));
        let until = match (next, length) {
            (Some(next), _) => Some(sheet.resolve(next, row, start)),
            (None, Some(length)) => moment.checked_add_signed(length).map(|end| sheet.resolve(end, row, start)),
            (None, None) => {
                sheet.report(row, Flaw { column: start, kind: LayoutProblem::LengthMissing.into() });
                continue;
            }
        };
        let Some(interval) = until.and_then(|until| Interval::new(from, until)) else {
            sheet.report(row, Flaw { column: start, kind: ProblemKind::SpanSkipped });
            continue;
        };
        let Some(person) = header.people.get(*index) else { continue };
        let kind = sheet.kind(row);
        let role = (role.clone(), kind);
        sheet.push(&duties::of_cell(header, row, interval, role, person));
    }
}
