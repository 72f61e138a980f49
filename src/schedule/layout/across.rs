//! Which layout has its days across the header? Dates, numbers of days or weekdays, with people, shifts or weeks down.

use chrono::Weekday;

use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{Order, weekday_named};
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::problem::{LayoutProblem, ProblemKind};

use super::header::Header;
use super::numbers::small_number;
use super::recognise::Found;
use super::rows;
use super::settings::{Column, LayoutKind, LayoutSettings};
use super::{Lost, RunnerUp};

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

/// The columns that say a day in a row that says the header again with other days, however few: the last weeks of a month
/// may have a single one. Such a row has the header's own words in all its other cells.
pub(super) fn dates_again(row: &GridRow, header: &GridRow, label: usize) -> Option<Vec<usize>> {
    if let Some(columns) = dates_of(row, DATES) {
        return Some(columns);
    }
    if !rows::says_again(row.text(label), header.text(label)) {
        return None;
    }
    let others = |column: &usize| *column != label && !row.text(*column).is_empty();
    let is_day = |column: &usize| is_date(row.text(*column)) || small_number(row.text(*column)).is_some();
    let (days, words): (Vec<usize>, Vec<usize>) = (0..row.cells.len()).filter(others).partition(is_day);
    let numbers: Vec<u32> = days.iter().filter_map(|column| small_number(row.text(*column))).collect();
    let rise = numbers.iter().zip(numbers.iter().skip(1)).all(|(one, next)| *next == one + 1);
    let of_one_kind = numbers.is_empty() || numbers.len() == days.len() && rise;
    let same_words = words.iter().all(|column| rows::says_again(row.text(*column), header.text(*column)));
    (same_words && of_one_kind && !days.is_empty()).then_some(days)
}

/// The weekdays that a row says under the columns of days, if it says nothing else there, and each at most once.
pub(super) fn weekdays_again(row: &GridRow, columns: impl Iterator<Item = usize>) -> Option<Vec<(usize, Weekday)>> {
    let filled = columns.filter(|column| !row.text(*column).is_empty());
    let days: Option<Vec<(usize, Weekday)>> =
        filled.map(|column| Some((column, weekday_named(row.text(column))?))).collect();
    days.filter(|days| !days.is_empty())
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
            let first = days.first().map_or(0, |(column, _)| *column);
            let lost = Lost::DaysAreDated(address(first, row.number));
            let other = RunnerUp { layout: LayoutKind::Weekdays, lost };
            return Ok(label(&header, &days, below).map(|label| {
                found((LayoutKind::Matrix, header, Across { days, label, numbered: false }), other, settings)
            }));
        }
        let days: Vec<(usize, Option<Weekday>)> =
            (0..row.cells.len()).filter_map(|column| Some((column, Some(weekday_named(row.text(column))?)))).collect();
        let mut distinct: Vec<u32> = days.iter().filter_map(|(_, day)| Some((*day)?.num_days_from_monday())).collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < WEEKDAYS || distinct.len() < days.len() {
            continue;
        }
        if let Some(numbers) = row_of_numbers(&days, below).filter(|_| wanted(LayoutKind::Calendar)) {
            let label = days.first().map_or(0, |(column, _)| *column);
            let lost = Lost::DaysAreNumbered(address(label, numbers.number));
            let other = RunnerUp { layout: LayoutKind::Weekdays, lost };
            let across = Across { days, label, numbered: true };
            return Ok(Some(found((LayoutKind::Calendar, header, across), other, settings)));
        }
        let Some(label) = label(&header, &days, below) else { continue };
        let mut labels = below.iter().filter(|row| !row.text(label).is_empty()).take(SAMPLE_CELLS);
        let dated = labels.find(|row| is_date(row.text(label))).map(|row| address(label, row.number));
        let is_dated = dated.is_some();
        let (kind, layout, lost) = match dated {
            Some(cell) => (LayoutKind::Calendar, LayoutKind::Weekdays, Lost::WeeksAreDated(cell)),
            None => (LayoutKind::Weekdays, LayoutKind::Calendar, Lost::NoDates(address(label, row.number))),
        };
        let kind = settings.kind.unwrap_or(kind);
        if matches!(kind, LayoutKind::Calendar | LayoutKind::Weekdays) {
            if kind == LayoutKind::Weekdays && is_dated {
                let cell = address(label, row.number);
                let kinds = LayoutProblem::TwoLayouts { one: "weekdays", other: "calendar" }.into();
                return Err(vec![(kinds, cell)]);
            }
            let across = Across { days, label, numbered: false };
            return Ok(Some(found((kind, header, across), RunnerUp { layout, lost }, settings)));
        }
    }
    Ok(None)
}

fn found((kind, header, across): (LayoutKind, Header, Across), other: RunnerUp, settings: &LayoutSettings) -> Found {
    let runners_up = if settings.kind.is_none() { vec![other] } else { Vec::new() };
    Found { kind, header, across: Some(across), runners_up }
}

/// The first row below with numbers of days under all weekdays and nothing else.
fn row_of_numbers<'a>(days: &[(usize, Option<Weekday>)], below: &'a [GridRow]) -> Option<&'a GridRow> {
    below.iter().find(|row| number_row(row, days).is_some_and(|numbers| numbers.len() == days.len()))
}

/// The numbers of days that a row has under the weekdays, if it has nothing else there.
pub(super) fn number_row(row: &GridRow, days: &[(usize, Option<Weekday>)]) -> Option<Vec<(usize, Weekday, u32)>> {
    let filled = days.iter().filter(|(column, _)| !row.text(*column).is_empty());
    let numbers: Option<Vec<_>> =
        filled.map(|(column, weekday)| Some((*column, (*weekday)?, small_number(row.text(*column))?))).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

/// The column left of the days that says what a row is: people, a week, else the last one with text below it.
fn label(header: &Header, days: &[(usize, Option<Weekday>)], below: &[GridRow]) -> Option<usize> {
    let first = days.first().map(|(column, _)| *column)?;
    let known = [Column::Person, Column::Week, Column::Date, Column::Role, Column::Shift, Column::Team];
    let known = known.into_iter().find_map(|column| header.place(column)).filter(|column| *column < first);
    let has_text = |column: &usize| below.iter().any(|row| !row.text(*column).is_empty());
    known.or_else(|| (0..first).rev().find(has_text))
}
