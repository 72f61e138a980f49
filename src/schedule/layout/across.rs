//! Which layout has its days across the header? Dates, numbers of days or weekdays, with people, shifts or weeks down.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{self, Order, WrittenDate, month_named, weekday_named};
use crate::schedule::notation::instant::{self, Written};
use crate::schedule::problem::{LayoutProblem, ProblemKind};

use super::header::Header;
use super::headings;
use super::numbers::small_number;
use super::recognise::Found;
use super::rows;
use super::settings::{Column, LayoutKind, LayoutSettings};
use super::sheet::{Flaw, Sheet};
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

impl Across {
    /// The columns with a day.
    pub(super) fn columns(&self) -> Vec<usize> {
        self.days.iter().map(|(column, _)| *column).collect()
    }
}

/// The columns that say a day, if the row is a header of dates or numbers of days.
pub(super) fn dates_of(row: &GridRow, at_least: usize) -> Option<Vec<usize>> {
    let columns: Vec<usize> = (0..row.width()).filter(|column| is_date(row.text(*column))).collect();
    let filled = (0..row.width()).filter(|column| !row.text(*column).is_empty()).count();
    if columns.len() >= at_least.min(DATES) && columns.len() * 2 > filled {
        return Some(columns);
    }
    let numbers: Vec<(usize, u32)> =
        (0..row.width()).filter_map(|column| Some((column, small_number(row.text(column))?))).collect();
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
    let (days, words): (Vec<usize>, Vec<usize>) = (0..row.width()).filter(others).partition(is_day);
    let numbers: Vec<u32> = days.iter().filter_map(|column| small_number(row.text(*column))).collect();
    let rise = numbers.iter().zip(numbers.iter().skip(1)).all(|(one, next)| *next == one + 1);
    let of_one_kind = numbers.is_empty() || numbers.len() == days.len() && rise;
    let same_words = words.iter().all(|column| rows::says_again(row.text(*column), header.text(*column)));
    (same_words && of_one_kind && !days.is_empty()).then_some(days)
}

/// The columns headed by weekdays, if the row is a header of them.
pub(super) fn weekday_header(row: &GridRow) -> Option<Vec<(usize, Option<Weekday>)>> {
    let weekday = |column: usize| weekday_named(row.text(column)).map(|weekday| (column, Some(weekday)));
    let days: Vec<(usize, Option<Weekday>)> = (0..row.width()).filter_map(weekday).collect();
    let mut distinct: Vec<u32> = days.iter().filter_map(|(_, day)| Some((*day)?.num_days_from_monday())).collect();
    distinct.sort_unstable();
    distinct.dedup();
    (distinct.len() >= WEEKDAYS && distinct.len() == days.len()).then_some(days)
}

/// Says which headings right of the `label` should be days and are none: nothing below them is read. Beside the days only
/// a heading that begins like a day does, because totals and numbers stand there too.
pub(super) fn report_headings(sheet: &mut Sheet<'_>, row: &GridRow, days: &[usize], label: usize) {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
    let among = *first..*last;
    for column in (label + 1..row.width()).filter(|column| !days.contains(column)) {
        let text = row.text(column);
        if !text.is_empty() && (among.contains(&column) || begins_like_a_day(text)) {
            sheet.report(row, Flaw { column, kind: ProblemKind::Unreadable(Refusal::NotUnderstood) });
        }
    }
}

fn begins_like_a_day(text: &str) -> bool {
    let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
    let named = || weekday_named(&word).is_some() || month_named(&word).is_some();
    text.contains(|c: char| c.is_ascii_digit()) && (word.is_empty() || named())
}

/// Says when a row has a cell among or right of the days that stands below no heading.
pub(super) fn report_cells(sheet: &mut Sheet<'_>, header: &GridRow, row: &GridRow, days: &[usize]) {
    let Some(first) = days.first() else { return };
    let is_stray =
        |column: &usize| !days.contains(column) && header.text(*column).is_empty() && !row.text(*column).is_empty();
    if let Some(column) = (*first..row.width()).find(is_stray) {
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
            let first = days.first().map_or(0, |(column, _)| *column);
            let lost = Lost::DaysAreDated(address(first, row.number));
            let other = RunnerUp { layout: LayoutKind::Weekdays, lost };
            return Ok(label(&header, &days, below).map(|label| {
                found((LayoutKind::Matrix, header, Across { days, label, numbered: false }), other, settings)
            }));
        }
        let Some(days) = weekday_header(row) else { continue };
        let next = below.first().and_then(|next| marks(next, &days, Order::Assumed));
        let days_below =
            next.is_some_and(|marks| marks.len() >= DATES && marks.iter().all(|mark| mark.names.is_empty()));
        let first = days.first().map_or(0, |(column, _)| *column);
        let is_labelled = |row: &GridRow| {
            (0..first).any(|column| !row.text(column).is_empty())
                && days.iter().any(|(column, _)| !row.text(*column).is_empty())
                && marks(row, &days, Order::Assumed).is_none()
        };
        if days_below && below.iter().any(is_labelled) {
            // The weekdays stand above the days of people or shifts, and the days are the header.
            continue;
        }
        if let Some(numbers) = row_of_marks(&days, below).filter(|_| wanted(LayoutKind::Calendar)) {
            let lost = Lost::DaysAreNumbered(address(first, numbers.number));
            let other = RunnerUp { layout: LayoutKind::Weekdays, lost };
            let across = Across { days, label: first, numbered: true };
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

/// The first row below that says a day under each weekday.
fn row_of_marks<'a>(days: &[(usize, Option<Weekday>)], below: &'a [GridRow]) -> Option<&'a GridRow> {
    below.iter().find(|row| marks(row, days, Order::Assumed).is_some_and(|marks| marks.len() == days.len()))
}

/// The days that a row has under the weekdays, if it has nothing else there: `4`, `4. Ana`, `11/4`.
pub(super) fn marks<'r>(row: &'r GridRow, days: &[(usize, Option<Weekday>)], order: Order) -> Option<Vec<Mark<'r>>> {
    let filled = days.iter().filter(|(column, _)| !row.text(*column).is_empty());
    let mark = |(column, weekday): &(usize, Option<Weekday>)| {
        let (day, names) = marked(row.text(*column), order)?;
        Some(Mark { column: *column, weekday: (*weekday)?, day, names })
    };
    let marks: Vec<Mark<'r>> = filled.map(mark).collect::<Option<_>>()?;
    // Numbers with names behind them, and dates, rise from day to day: `2 Ana` may be two people, and `9-18` hours.
    let place = |mark: &Mark<'_>| match mark.day {
        MarkedDay::Number(number) => i64::from(number),
        MarkedDay::Date(date) => NaiveDate::from_ymd_opt(date.year.unwrap_or(2024), date.month, date.day)
            .map_or(0, |day| i64::from(day.num_days_from_ce())),
    };
    let needs_rise = marks.iter().any(|mark| !mark.names.is_empty() || matches!(mark.day, MarkedDay::Date(_)));
    let rises = marks.iter().zip(marks.iter().skip(1)).all(|(one, next)| {
        let turns = matches!((one.day, next.day), (MarkedDay::Number(22..), MarkedDay::Number(..8)));
        usize::try_from(place(next) - place(one)) == Ok(next.column - one.column) || turns
    });
    (!marks.is_empty() && (rises || !needs_rise)).then_some(marks)
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

/// The column left of the days that says what a row is: people, a week, else the only one with text below it. The heading
/// may stand beside the weekdays below the dates. Of several columns without a heading none is taken.
fn label(header: &Header, days: &[(usize, Option<Weekday>)], below: &[GridRow]) -> Option<usize> {
    let first = days.first().map(|(column, _)| *column)?;
    let known = [Column::Person, Column::Week, Column::Date, Column::Role, Column::Shift, Column::Team];
    let here = known.into_iter().find_map(|column| header.place(column)).filter(|column| *column < first);
    let heads = |row: &GridRow, wanted: Column| {
        (0..first).find(|column| headings::column(&headings::key(row.text(*column))) == Some(wanted))
    };
    let beside_weekdays = below
        .first()
        .filter(|row| weekdays_of(row, days.iter().map(|(column, _)| *column), 2).is_some())
        .and_then(|row| known.into_iter().find_map(|column| heads(row, column)));
    let has_text = |column: &usize| below.iter().any(|row| !row.text(*column).is_empty());
    let is_information = |column: usize| headings::is_information(&headings::key(header.row.text(column)));
    let mut others = (0..first).filter(has_text).filter(|column| !is_information(*column));
    here.or(beside_weekdays).or_else(|| others.next().filter(|_| others.next().is_none()))
}

/// The weekdays that a row has under its days and nothing else, by two letters or more: `Su`, `Mon`. Nothing when there
/// are fewer than `at_least`, which is 1 or more.
pub(super) fn weekdays_of(
    row: &GridRow,
    days: impl Iterator<Item = usize>,
    at_least: usize,
) -> Option<Vec<(usize, Weekday)>> {
    const SHORT: [(&str, Weekday); 7] = [
        ("mo", Weekday::Mon),
        ("tu", Weekday::Tue),
        ("we", Weekday::Wed),
        ("th", Weekday::Thu),
        ("fr", Weekday::Fri),
        ("sa", Weekday::Sat),
        ("su", Weekday::Sun),
    ];
    let named = |text: &str| {
        let short = SHORT.iter().find(|(short, _)| text.eq_ignore_ascii_case(short)).map(|(_, weekday)| *weekday);
        weekday_named(text).or(short)
    };
    let filled = days.filter(|column| !row.text(*column).is_empty());
    let weekdays: Option<Vec<_>> = filled.map(|column| Some((column, named(row.text(column))?))).collect();
    weekdays.filter(|weekdays| weekdays.len() >= at_least)
}
