//! Which problems of a reading lie behind? Nobody mends last year's rows, and nobody should be told to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::schedule::problem::Problem;
use crate::schedule::resolve::Schedule;

/// When each row of each sheet ends.
#[derive(Debug)]
pub struct Past {
    ends: HashMap<Arc<str>, BTreeMap<u32, DateTime<Utc>>>,
    before: DateTime<Utc>,
}

impl Past {
    /// What of `schedule` ended at or before `before`.
    pub fn of(schedule: &Schedule, before: DateTime<Utc>) -> Self {
        let mut ends: HashMap<Arc<str>, BTreeMap<u32, DateTime<Utc>>> = HashMap::new();
        for shift in schedule.shifts() {
            let row = ends.entry(Arc::clone(shift.row.sheet())).or_default().entry(shift.row.number());
            row.and_modify(|end| *end = (*end).max(shift.interval.end())).or_insert(shift.interval.end());
        }
        Self { ends, before }
    }

    /// Whether a problem stands in a row that is over. A row that gave no shift is judged by the rows around it: it is
    /// over only when both are, so that a slip at the sheet's end, or in its header, is never taken for an old one.
    pub fn holds(&self, problem: &Problem) -> bool {
        let Some(rows) = self.ends.get(&problem.sheet) else { return false };
        let number = problem.cell.trim_start_matches(|letter: char| !letter.is_ascii_digit());
        let Ok(row) = number.parse::<u32>() else { return false };
        let is_over = |end: &DateTime<Utc>| *end <= self.before;
        if let Some(end) = rows.get(&row) {
            return is_over(end);
        }
        let above = rows.range(..row).next_back().is_some_and(|(_, end)| is_over(end));
        above && rows.range(row..).next().is_some_and(|(_, end)| is_over(end))
    }
}
