//! Do the dates of a sheet step as rosters do? By days only when the day stands first: month first must not be assumed.
//! By a year each row: a cell was dragged down.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::schedule::notation::date::WrittenDate;

/// A step of at least so many days from row to row is one of months.
const MONTH_STEP_DAYS: i64 = 25;
/// A step of at most so many days is one of days or weeks.
const WEEK_STEP_DAYS: i64 = 8;
/// Rows so many days apart, one after the other, are a year that was dragged down, perhaps with the day.
const DRAGGED_DAYS: std::ops::RangeInclusive<i64> = 363..=374;
/// From so many such rows on.
const DRAGGED_ROWS: usize = 3;
/// How many dates are looked at.
const DATES: usize = 64;

/// The dates of a sheet that could be month first or day first, in its order (domain 6 row 14).
#[derive(Debug, Default)]
pub(super) struct Steps {
    seen: Vec<WrittenDate>,
    others: bool,
}

impl Steps {
    /// Notes a date as it is written.
    pub(super) fn saw(&mut self, date: WrittenDate) {
        if !date.order_assumed {
            self.others = true;
        } else if self.seen.len() < DATES {
            self.seen.push(date);
        }
    }

    /// Whether the rows step by months when the month stands first, and by days or weeks when the day does.
    pub(super) fn speak_for_day_first(&self) -> bool {
        let month_first = self.typical_step(|date| (date.month, date.day));
        let day_first = self.typical_step(|date| (date.day, date.month));
        matches!((month_first, day_first), (Some(months), Some(days)) if months >= MONTH_STEP_DAYS && days <= WEEK_STEP_DAYS)
            && !self.others
    }

    /// The median of the steps between different dates.
    fn typical_step(&self, order: impl Fn(&WrittenDate) -> (u32, u32)) -> Option<i64> {
        let day = |date: &WrittenDate| {
            let (month, day) = order(date);
            NaiveDate::from_ymd_opt(date.year.unwrap_or(2024), month, day)
        };
        let days: Vec<NaiveDate> = self.seen.iter().filter_map(day).collect();
        let pairs = days.iter().zip(days.iter().skip(1));
        let mut steps: Vec<i64> =
            pairs.map(|(one, next)| (*next - *one).num_days().abs()).filter(|step| *step > 0).collect();
        steps.sort_unstable();
        steps.get(steps.len() / 2).copied()
    }
}

/// The positions of rows whose year plainly ran on when a cell was dragged down: a year later each time.
pub(super) fn dragged(days: &[Option<NaiveDate>]) -> HashSet<usize> {
    let day = |index: usize| days.get(index).copied().flatten();
    let steps_a_year = |index: usize| {
        day(index).zip(day(index + 1)).is_some_and(|(one, next)| DRAGGED_DAYS.contains(&(next - one).num_days()))
    };
    let mut found = HashSet::new();
    let mut begin = 0;
    for index in 0..days.len() {
        if !steps_a_year(index) {
            if index + 1 - begin >= DRAGGED_ROWS {
                found.extend(begin..=index);
            }
            begin = index + 1;
        }
    }
    found
}
