//! Which shifts does a calendar say, weeks down and weekdays across? Weeks by their date, or rows of day numbers between.
//!
//! Every day must agree with the weekday above it.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::span;
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::shift::{Role, RoleRank, ShiftKind};

use super::SkipReason;
use super::across::{self, Across, Mark, MarkedDay, marks};
use super::days::{DayDuty, DaySpan};
use super::header::{self, PersonColumn};
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>, across: &Across) {
    let header = sheet.header;
    let columns = across.columns();
    across::report_headings(sheet, &header.row, &columns, across.label);
    if across.numbered {
        return read_numbered(sheet, across, &columns);
    }
    let mut roles = Roles::new(header.place(Column::Role).filter(|column| *column != across.label));
    for row in sheet.grid.rows.get(header.first_row..).unwrap_or_default() {
        if let Some(reason) = rows::skip(row, &header.row, &[across.label], &columns) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        across::report_cells(sheet, &header.row, row, &columns);
        match week(sheet, row, across) {
            Ok(first) => {
                let role = roles.of(row).unwrap_or_else(|| roles.named(""));
                push(sheet, row, across, (first, &role));
            }
            Err(flaw) => sheet.report(row, flaw),
        }
    }
}

/// The day of the first column in the row's week.
fn week(sheet: &mut Sheet<'_>, row: &GridRow, across: &Across) -> Result<NaiveDate, Flaw> {
    let column = across.label;
    let flaw = |kind| Flaw { column, kind };
    let date = match span::iso_week(row.text(column)) {
        Some(monday) => monday,
        None => match sheet.written(row, column)? {
            Some(Written::Date(date) | Written::DateTime(date, _)) => date,
            Some(_) => return Err(flaw(ProblemKind::Unreadable(Refusal::NotUnderstood))),
            None => return Err(flaw(ProblemKind::EmptyCell { column: Column::Week.word() })),
        },
    };
    let day = sheet.day(date, column)?;
    match across.days.first().and_then(|(_, weekday)| *weekday) {
        Some(written) if written != day.weekday() => {
            Err(flaw(ProblemKind::Unreadable(Refusal::WrongWeekday { written, date: day })))
        }
        _ => Ok(day),
    }
}

fn push(sheet: &mut Sheet<'_>, row: &GridRow, across: &Across, (first, role): (NaiveDate, &Role)) {
    for (column, weekday) in &across.days {
        let ahead = weekday.map_or(0, |weekday| weekday.days_since(first.weekday()));
        let Some(day) = first.checked_add_days(Days::new(u64::from(ahead))) else { continue };
        push_day(sheet, row, *column, (day, across.label), (role, None));
    }
}

/// The shifts of one cell of names; `says` is the column that says its day.
fn push_day(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    column: usize,
    (day, says): (NaiveDate, usize),
    (role, names): (&Role, Option<&str>),
) {
    let person = PersonColumn::of_role(column, role.clone());
    let days = DaySpan { first: day, last: day, column: says };
    let duty = DayDuty { row, role: role.clone(), kind: ShiftKind::Shift, person: &person, names };
    sheet.push_days(&duty, days, None);
}

/// Reads rows of names, each under the row of day numbers above it.
fn read_numbered(sheet: &mut Sheet<'_>, across: &Across, columns: &[usize]) {
    let header = sheet.header;
    let rows = sheet.grid.rows.get(header.first_row..).unwrap_or_default();
    let mut count = Count { first_of_month: first_of_month(sheet), months: 0, last: None };
    let mut dates: Vec<(usize, NaiveDate)> = Vec::new();
    let primary = Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 };
    for row in rows {
        if let Some(marks) = marks(row, &across.days, sheet.order()) {
            dates = count.dates(sheet, row, &marks);
            if marks.iter().all(|mark| mark.names.is_empty()) {
                sheet.skip(row, SkipReason::Dates);
            } else {
                across::report_cells(sheet, &header.row, row, columns);
            }
            for mark in marks.iter().filter(|mark| !mark.names.is_empty()) {
                if let Some((_, day)) = dates.iter().find(|(column, _)| *column == mark.column) {
                    push_day(sheet, row, mark.column, (*day, mark.column), (&primary, Some(mark.names)));
                }
            }
            continue;
        }
        if let Some(reason) = rows::skip(row, &header.row, &[], &[]).filter(|reason| *reason != SkipReason::Remark) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        across::report_cells(sheet, &header.row, row, columns);
        for column in columns.iter().filter(|column| !row.text(**column).is_empty()) {
            match dates.iter().find(|(of, _)| of == column) {
                Some((_, day)) => push_day(sheet, row, *column, (*day, *column), (&primary, None)),
                None => sheet.report(row, Flaw { column: *column, kind: LayoutProblem::NoMonth.into() }),
            }
        }
    }
}

fn first_of_month(sheet: &Sheet<'_>) -> Result<NaiveDate, ProblemKind> {
    let month = sheet.month.ok_or(LayoutProblem::NoMonth)?;
    let year = sheet.year.ok_or(ProblemKind::Unreadable(Refusal::YearMissing))?;
    NaiveDate::from_ymd_opt(year, month, 1).ok_or(ProblemKind::Unreadable(Refusal::NoSuchDay))
}

/// The numbers of a wall calendar so far: it may begin in the month before and end in the month after.
struct Count {
    first_of_month: Result<NaiveDate, ProblemKind>,
    /// How many months after the calendar's own month the numbers are.
    months: i32,
    last: Option<u32>,
}

impl Count {
    /// The days of a row of marks; one that disagrees with its weekday costs its column.
    fn dates(&mut self, sheet: &mut Sheet<'_>, row: &GridRow, marks: &[Mark<'_>]) -> Vec<(usize, NaiveDate)> {
        let numbers = || {
            marks.iter().filter_map(|mark| if let MarkedDay::Number(number) = mark.day { Some(number) } else { None })
        };
        if self.last.is_none() && numbers().zip(numbers().skip(1)).any(|(one, next)| turns(one, next)) {
            self.months = -1;
        }
        let mut dates = Vec::with_capacity(marks.len());
        for mark in marks {
            let date = match mark.day {
                MarkedDay::Number(number) => {
                    self.months += i32::from(self.last.is_some_and(|last| turns(last, number)));
                    self.last = Some(number);
                    self.date(number, mark.weekday)
                }
                MarkedDay::Date(date) => {
                    sheet.saw(Written::Date(date));
                    let date = sheet.years.complete(date).map_err(ProblemKind::Unreadable);
                    date.and_then(|date| agreeing(date, mark.weekday))
                }
            };
            match date {
                Ok(date) => dates.push((mark.column, date)),
                Err(kind) => sheet.report(row, Flaw { column: mark.column, kind }),
            }
        }
        dates
    }

    fn date(&self, number: u32, written: Weekday) -> Result<NaiveDate, ProblemKind> {
        let refused = ProblemKind::Unreadable(Refusal::NoSuchDay);
        let first = self.first_of_month.clone()?;
        let months = Months::new(self.months.unsigned_abs());
        let first = if self.months < 0 { first.checked_sub_months(months) } else { first.checked_add_months(months) };
        first.and_then(|first| first.with_day(number)).ok_or(refused).and_then(|date| agreeing(date, written))
    }
}

/// A day that agrees with the weekday above it.
fn agreeing(date: NaiveDate, written: Weekday) -> Result<NaiveDate, ProblemKind> {
    if date.weekday() == written {
        Ok(date)
    } else {
        Err(ProblemKind::Unreadable(Refusal::WrongWeekday { written, date }))
    }
}

/// Whether a new month begins between two numbers: from its last week to a first one. A slip does not turn the month.
fn turns(last: u32, next: u32) -> bool {
    last > 21 && next < 8
}
