//! Which shifts does a grid of weekdays without dates say? The same week again, from `repeat_from` to `repeat_until`.

use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, Weekday};

use crate::schedule::grid::GridRow;
use crate::schedule::problem::LayoutProblem;
use crate::schedule::shift::{Holder, Role, RoleRank, RowReference, Shift, ShiftKind};

use super::across::{self, Across, weekdays_of};
use super::cells;
use super::headings;
use super::hours::{Hours, Said};
use super::periods;
use super::roles::Roles;
use super::rows;
use super::settings::Column;
use super::sheet::Sheet;
use super::{RecognitionReason, SkipReason};

/// How long the week repeats when no last day is set.
const YEARS: u32 = 5;
/// How long it repeats at most.
const MOST_YEARS: u32 = 20;

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>, across: &Across) {
    let header = sheet.header;
    let Some(from) = sheet.settings.repeat_from else { return sheet.report_sheet(LayoutProblem::NoRepeat.into()) };
    let years_on = |years: u32| from.checked_add_months(Months::new(12 * years)).unwrap_or(from);
    let until = sheet.settings.repeat_until.unwrap_or_else(|| years_on(YEARS)).min(years_on(MOST_YEARS));
    sheet.reasons.push(RecognitionReason::Repeated { from, until });
    periods::warn_of_headings(sheet);
    let rows = sheet.grid.rows.get(header.first_row..).unwrap_or_default();
    let by_name = cells::names_stand_in_cells(rows, across, sheet, sheet.roster());
    sheet.reasons.push(if by_name { RecognitionReason::NamesInCells } else { RecognitionReason::HoursInCells });
    let mut roles = Roles::new(header.place(Column::Role).filter(|column| *column != across.label));
    let mut days = across.days.clone();
    let mut block = (&header.row, across.columns());
    across::report_headings(sheet, block.0, &block.1, across.label);
    for row in rows {
        // Another block, perhaps with its weekdays in another order. One with a heading of its own may be another week.
        let is_header = rows::says_again(row.text(across.label), header.row.text(across.label));
        let again = weekdays_of(row, across.days.iter().map(|(column, _)| *column), 1).filter(|_| is_header);
        if let Some(again) = again {
            days = again.into_iter().map(|(column, weekday)| (column, Some(weekday))).collect();
            block = (row, days.iter().map(|(column, _)| *column).collect());
            across::report_headings(sheet, block.0, &block.1, across.label);
            sheet.skip(row, SkipReason::RepeatedHeader);
            continue;
        }
        if let Some(reason) = rows::skip(row, &header.row, &[], &[across.label]) {
            sheet.skip(row, reason);
            continue;
        }
        across::report_cells(sheet, block.0, row, &block.1);
        let label = row.text(across.label);
        let role = if by_name {
            let rank = headings::rank(&headings::key(label)).unwrap_or(RoleRank::Other);
            Role { rank, ..roles.named(label) }
        } else {
            roles.of(row).unwrap_or_else(|| roles.named(""))
        };
        let of_row = if by_name { Arc::default() } else { sheet.people_of(row, across.label) };
        let said = Said::by(label);
        if by_name {
            cells::warn_of_label(sheet, row, across.label);
        }
        for (column, weekday) in &days {
            let Some(weekday) = weekday else { continue };
            let (hours, holders) = if by_name {
                let hours = sheet.settings.hours_of(label).or(said.hours()).cloned();
                let holders = sheet.people_of(row, *column);
                let is_open = hours.is_none() && said == Said::Unclear;
                (hours, if is_open { Arc::default() } else { holders })
            } else {
                match cells::hours(sheet, row, *column) {
                    Ok(Some(hours)) => (Some(hours), of_row.clone()),
                    Ok(None) => continue,
                    Err(flaw) => {
                        sheet.report(row, flaw);
                        continue;
                    }
                }
            };
            let cell = Cell { row, column: *column, label, weekday: *weekday, role: &role, holders: &holders };
            repeat(sheet, &cell, hours.as_ref(), (from, until));
        }
    }
}

/// One cell of the grid.
struct Cell<'a> {
    row: &'a GridRow,
    column: usize,
    label: &'a str,
    weekday: Weekday,
    role: &'a Role,
    holders: &'a Arc<[Holder]>,
}

/// The shifts of one cell in every week.
fn repeat(sheet: &mut Sheet<'_>, cell: &Cell<'_>, hours: Option<&Hours>, (from, until): (NaiveDate, NaiveDate)) {
    let said = format!("{} | {} | {}", cell.label, cell.weekday, cell.row.text(cell.column));
    let reference = RowReference::new(cell.row, cell.column, Some(&said));
    let ahead = u64::from(cell.weekday.days_since(from.weekday()));
    let mut day = from.checked_add_days(Days::new(ahead));
    while let Some(today) = day.filter(|day| *day <= until) {
        for (start, end) in spans(sheet, today, hours) {
            // The notes of a night of change would come back every year; the rule itself holds (contract 2.3 rule 2).
            let interval = sheet.quietly(start, end);
            sheet.shifts.extend(interval.map(|interval| Shift {
                interval,
                role: cell.role.clone(),
                kind: ShiftKind::Shift,
                holders: Arc::clone(cell.holders),
                row: reference.clone(),
                note: String::new(),
            }));
        }
        day = today.checked_add_days(Days::new(7));
    }
}

fn spans(sheet: &mut Sheet<'_>, day: NaiveDate, hours: Option<&Hours>) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    if let Some(hours) = hours {
        return hours.on(day);
    }
    let time = sheet.handoff_time(false);
    day.succ_opt().map(|next| (day.and_time(time), next.and_time(time))).into_iter().collect()
}
