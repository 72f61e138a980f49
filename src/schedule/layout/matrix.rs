//! Which shifts does a sheet with dates across say? People down with hours or codes in the cells, or shifts down with names.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::shift::{Role, RoleRank, ShiftKind};

use super::across::{self, Across, dates_again, weekdays_of};
use super::cells;
use super::days::{DayDuty, DaySpan};
use super::header::PersonColumn;
use super::numbers::{MonthOfRows, small_number};
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::{Duty, Flaw, Sheet};
use super::{RecognitionReason, SkipReason};

/// Reads the header's block and every later block whose header says its dates again.
pub(super) fn read(sheet: &mut Sheet<'_>, across: &Across) {
    let header = sheet.header;
    let grid_rows = sheet.grid.rows.get(header.first_row..).unwrap_or_default();
    let by_name = cells::names_stand_in_cells(grid_rows, across, sheet, sheet.roster());
    sheet.reasons.push(if by_name { RecognitionReason::NamesInCells } else { RecognitionReason::HoursInCells });
    let mut months = MonthOfRows::new(sheet.year, sheet.month);
    let mut block = (&header.row, across.columns());
    let mut dates = dates(sheet, block.0, (&block.1, across.label), &mut months);
    let mut roles = Roles::new(header.place(Column::Role).filter(|column| *column != across.label));
    for row in grid_rows {
        if let Some(columns) = dates_again(row, &header.row, across.label) {
            dates = self::dates(sheet, row, (&columns, across.label), &mut months);
            block = (row, columns);
            sheet.skip(row, SkipReason::RepeatedHeader);
            continue;
        }
        // One weekday alone may be a code or somebody's name, unless the block has one day alone.
        let at_least = dates.len().clamp(1, 2);
        if let Some(weekdays) = weekdays_of(row, dates.iter().map(|(column, _)| *column), at_least) {
            check_weekdays(sheet, row, &weekdays, &mut dates);
            sheet.skip(row, SkipReason::RepeatedHeader);
            continue;
        }
        if let Some(reason) = rows::skip(row, &header.row, &[], &[across.label]) {
            sheet.skip(row, reason);
            continue;
        }
        across::report_cells(sheet, block.0, row, &block.1);
        if row.text(across.label).is_empty() {
            let column = Column::Person.word();
            sheet.report(row, Flaw { column: across.label, kind: ProblemKind::EmptyCell { column } });
        } else if by_name {
            names(sheet, row, across, &dates, &mut roles);
        } else {
            hours(sheet, row, across, &dates, &mut roles);
        }
    }
}

/// A row of weekdays below the dates must agree with them; one that does not costs its column.
fn check_weekdays(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    weekdays: &[(usize, Weekday)],
    dates: &mut Vec<(usize, NaiveDate)>,
) {
    for (column, written) in weekdays {
        let day = dates.iter().find(|(of, _)| of == column).map(|(_, day)| *day);
        if let Some(date) = day.filter(|day| day.weekday() != *written) {
            let refusal = Refusal::WrongWeekday { written: *written, date };
            sheet.report(row, Flaw { column: *column, kind: ProblemKind::Unreadable(refusal) });
            dates.retain(|(of, _)| of != column);
        }
    }
}

/// The days of a header row; a cell that gives none costs its column.
fn dates(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    (columns, label): (&[usize], usize),
    months: &mut MonthOfRows,
) -> Vec<(usize, NaiveDate)> {
    across::report_headings(sheet, row, columns, label);
    let mut found: Vec<(usize, NaiveDate)> = Vec::with_capacity(columns.len());
    for column in columns.iter().copied() {
        let day = match small_number(row.text(column)) {
            Some(number) => months.day(number, None).map(|(day, _)| day).map_err(|kind| Flaw { column, kind }),
            None => match sheet.written(row, column) {
                Ok(Some(Written::Date(date) | Written::DateTime(date, _))) => sheet.day(date, column),
                Ok(_) => Err(Flaw { column, kind: ProblemKind::Unreadable(Refusal::NotUnderstood) }),
                Err(flaw) => Err(flaw),
            },
        };
        match day {
            Ok(day) if found.iter().any(|(_, other)| *other == day) => {
                sheet.report(row, Flaw { column, kind: LayoutProblem::SameDayTwice.into() });
            }
            Ok(day) => found.push((column, day)),
            Err(flaw) => sheet.report(row, flaw),
        }
    }
    found
}

/// A row of one person, whose cells say hours or codes.
fn hours(sheet: &mut Sheet<'_>, row: &GridRow, across: &Across, dates: &[(usize, NaiveDate)], roles: &mut Roles) {
    let holders = sheet.people_of(row, across.label);
    let role = roles.of(row).unwrap_or_else(|| roles.named(""));
    let note = sheet.header.place(Column::Note);
    for (column, day) in dates {
        let hours = match cells::hours(sheet, row, *column) {
            Ok(Some(hours)) => hours,
            Ok(None) => continue,
            Err(flaw) => {
                sheet.report(row, flaw);
                continue;
            }
        };
        for (from, until) in hours.on(*day) {
            let Some(interval) = sheet.between(row, *column, from, until) else { continue };
            let (label, cell) = (row.text(across.label), row.text(*column));
            let text = Some(format!("{label} | {} | {cell}", day.format("%a %Y-%m-%d")));
            let kind = ShiftKind::Shift;
            let duty = Duty {
                row,
                interval,
                role: role.clone(),
                kind,
                person: across.label,
                phone: sheet.header.place(Column::Phone),
                email: sheet.header.place(Column::Email),
                note,
                text,
            };
            sheet.push_holders(&duty, holders.clone());
        }
    }
}

/// A row of one shift or role, whose cells name people.
fn names(sheet: &mut Sheet<'_>, row: &GridRow, across: &Across, dates: &[(usize, NaiveDate)], roles: &mut Roles) {
    let label = row.text(across.label);
    let role = roles.named(label);
    let rank = super::headings::rank(&super::headings::key(label)).unwrap_or(RoleRank::Other);
    let role = Role { rank, ..role };
    cells::warn_of_label(sheet, row, across.label);
    for (column, day) in dates {
        let person = PersonColumn::of_role(*column, role.clone());
        let days = DaySpan { first: *day, last: *day, column: *column };
        let duty = DayDuty { row, role: role.clone(), kind: ShiftKind::Shift, person: &person, names: None };
        sheet.push_days(&duty, days, None);
    }
}
