//! Which layout has its days across the header? Dates, numbers of days or weekdays, with people, shifts or weeks down.

use chrono::Weekday;

use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{self, Order, WrittenDate, weekday_named};
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::problem::{LayoutProblem, ProblemKind};

use super::RunnerUp;
use super::header::Header;
use super::numbers::small_number;
use super::recognise::Found;
use super::settings::{Column, LayoutKind, LayoutSettings};
use super::sheet::{Flaw, Sheet};

/// From so many dates on a row is a header of dates; a plain row has two.
const DATES: usize = 3;
/// From so many weekdays on a row is a header of weekdays.
const WEEKDAYS: usize = 5;
/// From so many numbers in a row on they are days of a month.
const NUMBERS: usize = 7;
/// How many cells of a column are looked at to see whether it holds dates.
const SAMPLE_CELLS: usize = 20;

/// The columns of a header that has days across.
#[derive(Debug, Clone)]
pub(super) struct Across {
    /// The columns with a day each; the weekday where the header says no more.
    pub(super) days: Vec<(usize, Option<Weekday>)>,
    /// The column that says what a row is.
    pub(super) label: usize,
    /// Whether rows of day numbers stand between the rows of names, as on a calendar on the wall.
    pub(super) numbered: bool,
}

impl Across {
    /// The columns with a day.
    pub(super) fn columns(&self) -> Vec<usize> {
        self.days.iter().map(|(column, _)| *column).collect()
    }
}

/// The columns that say a day, if the row is a header of dates or numbers of days.
pub(super) fn dates_of(row: &GridRow, at_least: usize) -> Option<Vec<usize>> {
    let columns: Vec<usize> = (0..row.cells.len()).filter(|column| is_date(row.text(*column))).collect();
    let filled = (0..row.cells.len()).filter(|column| !row.text(*column).is_empty()).count();
    if columns.len() >= at_least.min(DATES) && columns.len() * 2 > filled {
        return Some(columns);
    }
    let numbers: Vec<(usize, u32)> =
        (0..row.cells.len()).filter_map(|column| Some((column, small_number(row.text(column))?))).collect();
    let rise = numbers.iter().zip(numbers.iter().skip(1)).all(|((_, one), (_, next))| *next == one + 1);
    (numbers.len() >= NUMBERS && rise).then(|| numbers.into_iter().map(|(column, _)| column).collect())
}

/// The columns headed by weekdays, if the row is a header of them.
pub(super) fn weekdays_of(row: &GridRow) -> Option<Vec<(usize, Option<Weekday>)>> {
    let weekday = |column: usize| weekday_named(row.text(column)).map(|weekday| (column, Some(weekday)));
    let days: Vec<(usize, Option<Weekday>)> = (0..row.cells.len()).filter_map(weekday).collect();
    let mut distinct: Vec<u32> = days.iter().filter_map(|(_, day)| Some((*day)?.num_days_from_monday())).collect();
    distinct.sort_unstable();
    distinct.dedup();
    (distinct.len() >= WEEKDAYS && distinct.len() == days.len()).then_some(days)
}

/// Says which headings among the days are no days: nothing below them is read. Right of all days a heading without a
/// digit is of something else, such as a total.
pub(super) fn report_headings(sheet: &mut Sheet<'_>, row: &GridRow, days: &[usize]) {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    for column in (*first..row.cells.len()).filter(|column| !days.contains(column)) {
        let text = row.text(column);
        if !text.is_empty() && (column < *last || text.contains(|c: char| c.is_ascii_digit())) {
            sheet.report(row, Flaw { column, kind: ProblemKind::Unreadable(Refusal::NotUnderstood) });
        }
    }
}

/// Says when a row has a cell among or right of the days that stands below no heading.
pub(super) fn report_cells(sheet: &mut Sheet<'_>, header: &GridRow, row: &GridRow, days: &[usize]) {
    let Some(first) = days.first() else { return };
    let is_stray =
        |column: &usize| !days.contains(column) && header.text(*column).is_empty() && !row.text(*column).is_empty();
    if let Some(column) = (*first..row.cells.len()).find(is_stray) {
        sheet.report(row, Flaw { column, kind: ProblemKind::ExtraCells });
    }
}

fn is_date(text: &str) -> bool {
    match instant::read(text, Order::Assumed) {
        Ok(Written::Date(_)) => true,
        Ok(Written::DateTime(_, clock)) => clock.seconds() == 0,
        Err(refusal) => {
            matches!(refusal, Refusal::DayBeforeMonth { .. } | Refusal::NoSuchDay | Refusal::WrongWeekday { .. })
        }
        Ok(_) => false,
    }
}

/// The first row that has days across, with the layout it is the header of.
pub(super) fn find(
    grid: &Grid,
    settings: &LayoutSettings,
    eligible: impl Fn(usize) -> bool,
) -> Result<Option<Found>, Vec<(ProblemKind, String)>> {
    let wanted = |kind: LayoutKind| settings.kind.is_none_or(|set| set == kind);
    for (index, row) in grid.rows.iter().enumerate() {
        if !eligible(index) || settings.header_row.is_some_and(|number| number != row.number) {
            continue;
        }
        let below = grid.rows.get(index + 1..).unwrap_or_default();
        let mut header = Header::of((index, row), below, settings, None);
        header.first_row = index + 1;
        let at_least = if settings.kind == Some(LayoutKind::Matrix) { 1 } else { DATES };
        if wanted(LayoutKind::Matrix)
            && let Some(columns) = dates_of(row, at_least)
        {
            let days: Vec<(usize, Option<Weekday>)> = columns.into_iter().map(|column| (column, None)).collect();
            return Ok(label(&header, &days, below).map(|label| {
                found(LayoutKind::Matrix, header, Across { days, label, numbered: false }, LayoutKind::Weekdays)
            }));
        }
        let Some(days) = weekdays_of(row) else { continue };
        let next = below.first().filter(|next| dates_of(next, DATES).is_some());
        let first = days.first().map_or(0, |(column, _)| *column);
        if next.is_some() && below.iter().any(|row| (0..first).any(|column| !row.text(column).is_empty())) {
            // The weekdays stand above the dates, and the dates are the header.
            continue;
        }
        if wanted(LayoutKind::Calendar) && has_marked_rows(&days, below) {
            let label = days.first().map_or(0, |(column, _)| *column);
            let across = Across { days, label, numbered: true };
            return Ok(Some(found(LayoutKind::Calendar, header, across, LayoutKind::Weekdays)));
        }
        let Some(label) = label(&header, &days, below) else { continue };
        let dated = below.iter().map(|row| row.text(label)).filter(|text| !text.is_empty()).take(SAMPLE_CELLS);
        let is_dated = dated.clone().any(is_date);
        let (kind, other) = if is_dated {
            (LayoutKind::Calendar, LayoutKind::Weekdays)
        } else {
            (LayoutKind::Weekdays, LayoutKind::Calendar)
        };
        let kind = settings.kind.unwrap_or(kind);
        if matches!(kind, LayoutKind::Calendar | LayoutKind::Weekdays) {
            if kind == LayoutKind::Weekdays && is_dated {
                let cell = address(label, row.number);
                let kinds = LayoutProblem::TwoLayouts { one: "weekdays", other: "calendar" }.into();
                return Err(vec![(kinds, cell)]);
            }
            return Ok(Some(found(kind, header, Across { days, label, numbered: false }, other)));
        }
    }
    Ok(None)
}

fn found(kind: LayoutKind, header: Header, across: Across, other: LayoutKind) -> Found {
    let missing = match other {
        LayoutKind::Calendar => vec![Column::Week],
        _ => vec![Column::Weekday],
    };
    Found { kind, header, across: Some(across), runner_up: Some(RunnerUp { layout: other, missing }) }
}

/// A cell of a calendar that says its day, perhaps with the names behind it.
pub(super) struct Mark<'r> {
    pub(super) column: usize,
    pub(super) weekday: Weekday,
    pub(super) day: MarkedDay,
    /// `Ana` of `4. Ana`; empty where the day stands alone.
    pub(super) names: &'r str,
}

/// The day of a [`Mark`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkedDay {
    Number(u32),
    Date(WrittenDate),
}

/// Whether some row below says a day under each weekday.
fn has_marked_rows(days: &[(usize, Option<Weekday>)], below: &[GridRow]) -> bool {
    below.iter().any(|row| marks(row, days, Order::Assumed).is_some_and(|marks| marks.len() == days.len()))
}

/// The days that a row has under the weekdays, if it has nothing else there: `4`, `4. Ana`, `11/4`.
pub(super) fn marks<'r>(row: &'r GridRow, days: &[(usize, Option<Weekday>)], order: Order) -> Option<Vec<Mark<'r>>> {
    let filled = days.iter().filter(|(column, _)| !row.text(*column).is_empty());
    let mark = |(column, weekday): &(usize, Option<Weekday>)| {
        let (day, names) = marked(row.text(*column), order)?;
        Some(Mark { column: *column, weekday: (*weekday)?, day, names })
    };
    let marks: Vec<Mark<'r>> = filled.map(mark).collect::<Option<_>>()?;
    let number = |mark: &Mark<'_>| match mark.day {
        MarkedDay::Number(number) => Some((mark.column, number)),
        MarkedDay::Date(_) => None,
    };
    // With names behind them the numbers must rise from day to day: `2 Ana` may as well be two people.
    let has_names = marks.iter().any(|mark| !mark.names.is_empty());
    let numbers: Vec<(usize, u32)> = marks.iter().filter_map(number).collect();
    let rises = numbers.iter().zip(numbers.iter().skip(1)).all(|((one_column, one), (next_column, next))| {
        usize::try_from(next.wrapping_sub(*one)) == Ok(next_column - one_column) || *one > 21 && *next < 8
    });
    (!marks.is_empty() && (rises || !has_names)).then_some(marks)
}

/// The day at the front of a cell, and what stands behind it.
fn marked(text: &str, order: Order) -> Option<(MarkedDay, &str)> {
    if let Some(number) = small_number(text) {
        return Some((MarkedDay::Number(number), ""));
    }
    if let Ok(date) = date::read(text, order) {
        return Some((MarkedDay::Date(date), ""));
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = text.split_at_checked(digits)?;
    let names = rest.trim_start_matches(['.', ')', ':']).trim_start();
    let word: String = names.chars().take_while(|c| c.is_alphabetic()).collect();
    let is_time = ["am", "pm", "a", "p", "h"].iter().any(|half| word.eq_ignore_ascii_case(half));
    let stands_apart = rest.starts_with(['.', ')', ':']) || rest.starts_with(char::is_whitespace);
    let is_names = names.starts_with(|c: char| c.is_alphabetic() || c == '~' || c == '@');
    let number = small_number(number).filter(|_| stands_apart && is_names && !is_time)?;
    Some((MarkedDay::Number(number), names))
}

/// The column left of the days that says what a row is: people, a week, else the last one with text below it.
fn label(header: &Header, days: &[(usize, Option<Weekday>)], below: &[GridRow]) -> Option<usize> {
    let first = days.first().map(|(column, _)| *column)?;
    let known = [Column::Person, Column::Week, Column::Date, Column::Role, Column::Shift, Column::Team];
    let known = known.into_iter().find_map(|column| header.place(column)).filter(|column| *column < first);
    let has_text = |column: &usize| below.iter().any(|row| !row.text(*column).is_empty());
    known.or_else(|| (0..first).rev().find(has_text))
}
