//! Which dates lie far from the rows around them, or run away by a year a row? Slips of typing and of dragging.

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::{Finding, FindingKind, Question, day, on_row, rows};
use crate::schedule::shift::Shift;

/// Rows around a row lie within so many days of each other, and the row itself does not.
const FAR_DAYS: i64 = 180;
/// So many rows in a line make a runaway.
const RUNAWAY_ROWS: usize = 3;
/// A row longer than this may well come once a year.
const LONG_ROW_DAYS: i64 = 62;

pub(super) fn check(question: Question<'_>) -> Vec<Finding> {
    let rows = rows(question.schedule);
    let days: Vec<NaiveDate> = rows.iter().map(|shift| day(shift.interval.start(), question.zone)).collect();
    let today = day(question.window.start(), question.zone);
    let mut findings = Vec::new();
    let mut in_runaway = vec![false; rows.len()];
    for (first, length) in runaways(&rows, &days) {
        in_runaway.iter_mut().skip(first).take(length).for_each(|flag| *flag = true);
        let last = days.get(first + length - 1).copied();
        // The first row of the line may be right; the second is the first that cannot be.
        if let (Some(from), Some(last), Some(shift)) = (days.get(first), last, rows.get(first + 1))
            && last >= today
        {
            findings.push(on_row(FindingKind::YearsRunAway { rows: length, first: *from, last }, shift));
        }
    }
    for (index, shift) in rows.iter().enumerate() {
        let Some(date) = days.get(index).filter(|_| in_runaway.get(index) == Some(&false)) else { continue };
        let Some(beside) = beside(&days, index).filter(|beside| is_far(*date, *beside)) else { continue };
        let nearest = in_year_near(*date, beside);
        if (*date).max(beside).max(nearest.unwrap_or(beside)) >= today {
            findings.push(on_row(FindingKind::FarFromTheOthers { date: *date, nearest }, shift));
        }
    }
    findings
}

fn is_far(one: NaiveDate, other: NaiveDate) -> bool {
    (one - other).abs() > TimeDelta::days(FAR_DAYS)
}

/// The day of a row beside this one, when the rows around agree with each other and disagree with it.
fn beside(days: &[NaiveDate], index: usize) -> Option<NaiveDate> {
    let at = |offset: isize| index.checked_add_signed(offset).and_then(|index| days.get(index)).copied();
    let date = at(0)?;
    let agree = |one: Option<NaiveDate>, other: Option<NaiveDate>| {
        let (one, other) = one.zip(other)?;
        (!is_far(one, other) && is_far(date, one) && is_far(date, other)).then_some(one)
    };
    match (at(-1), at(1)) {
        (Some(before), Some(after)) => agree(Some(before), Some(after)),
        (None, _) => agree(at(1), at(2)),
        (_, None) => agree(at(-1), at(-2)),
    }
}

/// The same day of the year, as near to `beside` as it comes.
fn in_year_near(date: NaiveDate, beside: NaiveDate) -> Option<NaiveDate> {
    let years = [beside.year() - 1, beside.year(), beside.year() + 1];
    let candidates = years.into_iter().filter_map(|year| date.with_year(year));
    candidates.filter(|candidate| *candidate != date).min_by_key(|candidate| (*candidate - beside).abs())
}

/// Where the same day comes in one year more from row to row: the first row's index and how many rows.
fn runaways(rows: &[&Shift], days: &[NaiveDate]) -> Vec<(usize, usize)> {
    let follows = |index: usize| {
        let (Some(one), Some(next)) = (days.get(index), days.get(index + 1)) else { return false };
        let short = rows.get(index).is_some_and(|shift| shift.interval.length().num_days() <= LONG_ROW_DAYS);
        short && next.year() == one.year() + 1 && (next.month(), next.day()) == (one.month(), one.day())
    };
    let mut found = Vec::new();
    let mut index = 0;
    while index < days.len() {
        let steps = (index..days.len()).take_while(|at| follows(*at)).count();
        if steps + 1 >= RUNAWAY_ROWS {
            found.push((index, steps + 1));
        }
        index += steps + 1;
    }
    found
}
