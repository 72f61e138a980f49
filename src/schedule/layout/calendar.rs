//! Which shifts does a calendar say, dated weeks down and weekdays across? The week's day must be that of the first column.

use chrono::{Datelike, Days, NaiveDate};

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::span;
use crate::schedule::problem::ProblemKind;
use crate::schedule::shift::{Role, RoleRank, ShiftKind};

use super::across::Across;
use super::days::{DayDuty, DaySpan};
use super::header::{self, PersonColumn};
use super::rows;
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>, across: &Across) {
    let header = sheet.header;
    let columns: Vec<usize> = across.days.iter().map(|(column, _)| *column).collect();
    for row in sheet.grid.rows.get(header.first_row..).unwrap_or_default() {
        if let Some(reason) = rows::skip(row, &header.row, &[across.label], &columns) {
            sheet.skip(row, reason);
            continue;
        }
        if header::is_header(row) {
            sheet.report(row, Flaw { column: 0, kind: ProblemKind::OtherHeader });
            break;
        }
        match week(sheet, row, across) {
            Ok(first) => push(sheet, row, across, first),
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

fn push(sheet: &mut Sheet<'_>, row: &GridRow, across: &Across, first: NaiveDate) {
    let role = Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 };
    for (column, weekday) in &across.days {
        let ahead = weekday.map_or(0, |weekday| weekday.days_since(first.weekday()));
        let Some(day) = first.checked_add_days(Days::new(u64::from(ahead))) else { continue };
        let person = PersonColumn::of_role(*column, role.clone());
        let days = DaySpan { first: day, last: day, column: across.label };
        sheet.push_days(&DayDuty { row, role: role.clone(), kind: ShiftKind::Shift, person: &person }, days, None);
    }
}
