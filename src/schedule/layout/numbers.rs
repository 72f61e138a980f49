//! Which day is a number in a sheet whose months stand elsewhere? In a column, in rows between, in a title or the settings.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{WrittenDate, month_named, weekday_named};
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::year;
use crate::schedule::problem::{LayoutProblem, ProblemKind};

use super::periods::{self, Unit};
use super::settings::Column;
use super::sheet::{Flaw, Sheet};

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    // Beside a `Date` of numbers, a `Day` has names of weekdays.
    let header = sheet.header;
    let Some(day) = header.place(Column::Date).or_else(|| header.place(Column::Day)) else { return };
    periods::read(sheet, day, Unit::Number);
}

/// The month that numbers of days are in, row by row.
#[derive(Debug, Default)]
pub(super) struct MonthOfRows {
    year: Option<i32>,
    month: Option<u32>,
    last_day: u32,
    /// Whether a row says the year, so that it is not the sheet's.
    written: bool,
}

impl MonthOfRows {
    /// Before the first row: the month of the settings, the sheet's name or a title.
    pub(super) fn new(year: Option<i32>, month: Option<u32>) -> Self {
        Self { year, month, last_day: 0, written: false }
    }

    /// Takes a row that names a month, alone or with its year. Each month must be the one after the last.
    ///
    /// A row that names a year alone holds for the months below it.
    pub(super) fn heading(&mut self, text: &str) -> Option<Result<(), Refusal>> {
        if text.len() == 4
            && let Some(year) = year::in_title(text)
        {
            *self = Self { year: Some(year), month: None, last_day: 0, written: true };
            return Some(Ok(()));
        }
        let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let month = month_named(words.next()?)?;
        let year = match words.next() {
            None => None,
            Some(word) => Some(word.parse().ok().filter(|year| (1970..2200).contains(year))?),
        };
        if words.next().is_some() {
            return None;
        }
        Some(self.turn(month, year))
    }

    fn turn(&mut self, month: u32, written: Option<i32>) -> Result<(), Refusal> {
        self.last_day = 0;
        self.written |= written.is_some();
        let follows = self.month.filter(|_| self.year.is_some());
        let year = match (written, self.year, follows) {
            (Some(year), _, _) | (None, Some(year), None) => year,
            (None, Some(year), Some(last)) if month == last % 12 + 1 => year + i32::from(month == 1),
            (None, Some(year), Some(last)) if month == last => year,
            (None, Some(year), Some(_)) => {
                self.month = None;
                return Err(NaiveDate::from_ymd_opt(year, month, 1)
                    .map_or(Refusal::NoSuchDay, |candidate| Refusal::YearFarOff { candidate }));
            }
            (None, None, _) => {
                self.month = None;
                return Err(Refusal::YearMissing);
            }
        };
        self.year = Some(year);
        self.month = Some(month);
        Ok(())
    }

    /// A day that is written in full goes on from there.
    fn saw(&mut self, date: NaiveDate) {
        *self = Self { year: Some(date.year()), month: Some(date.month()), last_day: date.day(), written: true };
    }

    /// The day of a number; numbers of one month must rise. `next` is the number in the row below.
    pub(super) fn day(&mut self, number: u32, next: Option<u32>) -> Result<(NaiveDate, bool), ProblemKind> {
        let unreadable = |refusal| ProblemKind::Unreadable(refusal);
        let month = self.month.ok_or(LayoutProblem::NoMonth)?;
        let year = self.year.ok_or(unreadable(Refusal::YearMissing))?;
        // A spreadsheet drops the 1 of nobody's 10: between 9 and 11 nothing else fits.
        let typed_as_zero = number == 0 && self.last_day == 9 && next == Some(11);
        let number = if typed_as_zero { 10 } else { number };
        let date = NaiveDate::from_ymd_opt(year, month, number).ok_or(unreadable(Refusal::NoSuchDay))?;
        if number < self.last_day {
            self.month = None;
            return Err(LayoutProblem::NoMonth.into());
        }
        self.last_day = number;
        Ok((date, typed_as_zero))
    }
}

/// A number of one or two digits, or the same as an ordinal: `1st`.
pub(super) fn small_number(text: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|suffix| text.strip_suffix(suffix)).unwrap_or(text);
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// The number of a day with its weekday: `Tue 1`, `1 Tue`.
pub(super) fn number_and_weekday(text: &str) -> Option<(u32, Weekday)> {
    let (one, other) = text.split_once(' ')?;
    let (one, other) = (one.trim_matches([',', '.']), other.trim());
    let pair = |number: &str, weekday: &str| Some((small_number(number)?, weekday_named(weekday)?));
    pair(one, other).or_else(|| pair(other, one))
}

/// The day of a row: its month column, or the month of the rows above.
pub(super) fn day_of_row(
    sheet: &mut Sheet<'_>,
    row: &GridRow,
    column: usize,
    months: &mut MonthOfRows,
    below: Option<&GridRow>,
) -> Result<NaiveDate, Flaw> {
    let flaw = |kind| Flaw { column, kind };
    let text = row.text(column);
    if let Some(month_column) = sheet.header.place(Column::Month) {
        let month_text = row.text(month_column);
        let month = small_number(month_text).or_else(|| month_named(month_text));
        let (Some(month), Some(day)) = (month, small_number(text)) else {
            return Err(flaw(ProblemKind::Unreadable(Refusal::NotUnderstood)));
        };
        NaiveDate::from_ymd_opt(2024, month, day).ok_or(flaw(ProblemKind::Unreadable(Refusal::NoSuchDay)))?;
        let year = sheet.header.year().map(|column| row.text(column)).filter(|text| !text.is_empty());
        let year = match year.map(|text| text.parse().ok().filter(|year| (1970..2200).contains(year))) {
            Some(None) => return Err(flaw(ProblemKind::Unreadable(Refusal::NotUnderstood))),
            year => year.flatten(),
        };
        let written =
            WrittenDate { year, month, day, weekday: None, shows_month_first: false, order_assumed: false, iso: false };
        return sheet.day(written, column);
    }
    let beside = number_and_weekday(text);
    if let Some(number) = small_number(text).or(beside.map(|(number, _)| number)) {
        let next = below.and_then(|below| small_number(below.text(column)));
        let (date, typed_as_zero) = months.day(number, next).map_err(flaw)?;
        if let Some((_, written)) = beside.filter(|(_, written)| *written != date.weekday()) {
            return Err(flaw(ProblemKind::Unreadable(Refusal::WrongWeekday { written, date })));
        }
        if !months.written {
            sheet.years.saw_without_year(date).map_err(|refusal| flaw(ProblemKind::Unreadable(refusal)))?;
        }
        if typed_as_zero {
            sheet.report(row, flaw(LayoutProblem::DayTypedAsZero { read_as: date }.into()));
        }
        return Ok(date);
    }
    match sheet.written(row, column)? {
        Some(Written::Date(date) | Written::DateTime(date, _)) => {
            let day = sheet.day(date, column)?;
            months.saw(day);
            Ok(day)
        }
        Some(_) => Err(flaw(ProblemKind::TimeWithoutDate)),
        None => Err(flaw(ProblemKind::EmptyCell { column: Column::Day.word() })),
    }
}
