//! What looks wrong in a sheet that was read without complaint? One file a family of checks; the words stand in `wording`.
//!
//! A problem is what a reading met and could not use; a finding is what it used and a person should look at. Only what
//! is still to come, and only the hours that need cover: warnings about last year are not read by anybody.

mod holes;
mod order;
mod past;
mod people;
mod swaps;
mod years;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::layout::{SkipReason, SkippedRow};
use super::problem::Severity;
use super::resolve::Schedule;
use super::shift::{RowReference, Shift, ShiftKind};
use super::tabs::UnderstoodTab;
use crate::civil::{Interval, IntervalSet};

pub use past::Past;
pub use people::{Watch, double_duty};

/// What a person should look at, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is, with what its hint needs.
    pub kind: FindingKind,
    /// The sheet or file.
    pub sheet: Arc<str>,
    /// The cell's address; a row's first cell where a date is meant.
    pub cell: String,
    /// The row as one line.
    pub text: String,
}

/// Every kind of finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingKind {
    /// A hole of a minute or less between two rows: an end that was meant as the next row's start.
    ShortHole {
        /// Its length in seconds.
        seconds: i64,
        /// Where cover goes on.
        resumes: DateTime<Utc>,
        /// The row number that goes on.
        next: u32,
    },
    /// The row's date lies far from the rows around it.
    FarFromTheOthers {
        /// The row's day.
        date: NaiveDate,
        /// The same day in the year of the rows around it.
        nearest: Option<NaiveDate>,
    },
    /// The year grows by one from row to row: somebody dragged a cell down.
    YearsRunAway {
        /// How many rows, with the first.
        rows: usize,
        /// The first row's day.
        first: NaiveDate,
        /// The last row's day.
        last: NaiveDate,
    },
    /// The row begins before the row above it.
    OutOfOrder {
        /// The row number above.
        above: u32,
    },
    /// Somebody who will be on call has no phone number.
    NoNumber {
        /// Who.
        name: Arc<str>,
        /// In how many rows.
        rows: usize,
    },
    /// The same person is on call in another schedule at the same time.
    DoubleDuty {
        /// Who.
        name: Arc<str>,
        /// The first span.
        interval: Interval,
        /// The other schedule.
        other: Arc<str>,
        /// Its row.
        other_row: RowReference,
        /// How many more spans there are.
        more: usize,
    },
    /// A note speaks of a swap with a day on which no row speaks of one (domain 6 row 25).
    OneSidedSwap {
        /// The day.
        date: NaiveDate,
    },
    /// A row that is no shift was skipped by rule (domain 6 row 39).
    Skipped {
        /// Why.
        reason: SkipReason,
    },
}

impl FindingKind {
    /// How much it matters. None is an error: every row was used as written.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Skipped { .. } => Severity::Note,
            _ => Severity::Warning,
        }
    }
}

impl Finding {
    /// What stays the same while it is the same finding, however the window moves and rows shift: what it is about.
    pub fn about(&self) -> String {
        match &self.kind {
            FindingKind::NoNumber { name, .. } => name.to_string(),
            FindingKind::DoubleDuty { name, other, .. } => format!("{name} {other}"),
            _ => self.text.clone(),
        }
    }
}

/// What a schedule is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The schedule.
    pub schedule: &'a Schedule,
    /// How its tabs were understood, with the rows that are no shifts.
    pub tabs: &'a [UnderstoodTab],
    /// The span that is looked at; what ended before it is past.
    pub window: Interval,
    /// The instants of it in which somebody must be on call.
    pub needed: &'a IntervalSet,
    /// The zone in which rows say days.
    pub zone: Tz,
}

/// Every finding in one schedule, family by family. What needs two schedules is [`double_duty`]'s.
pub fn lint(question: Question<'_>) -> Vec<Finding> {
    let mut findings = holes::check(question);
    let odd_years = years::check(question);
    findings.extend(order::check(question, &odd_years));
    findings.extend(odd_years);
    findings.extend(people::without_number(question));
    findings.extend(swaps::check(question));
    findings.extend(skipped(question));
    findings
}

fn skipped(question: Question<'_>) -> impl Iterator<Item = Finding> {
    let told = |row: &&SkippedRow| matches!(row.reason, SkipReason::Total | SkipReason::Legend | SkipReason::Remark);
    let rows = question.tabs.iter().flat_map(|tab| tab.skipped.iter().map(move |row| (tab, row)));
    rows.filter(move |(_, row)| told(row)).map(|(tab, row)| Finding {
        kind: FindingKind::Skipped { reason: row.reason },
        sheet: Arc::clone(&tab.sheet),
        cell: format!("A{}", row.row),
        text: String::new(),
    })
}

/// The ordinary rows in sheet order, each once however many roles it names.
fn rows(schedule: &Schedule) -> Vec<&Shift> {
    let mut rows: Vec<&Shift> = schedule.shifts().iter().filter(|shift| shift.kind == ShiftKind::Shift).collect();
    rows.dedup_by(|one, other| one.row.number() == other.row.number() && one.row.sheet() == other.row.sheet());
    rows
}

/// A finding on a row as a whole: at its first cell.
fn on_row(kind: FindingKind, shift: &Shift) -> Finding {
    let row = &shift.row;
    Finding { kind, sheet: Arc::clone(row.sheet()), cell: format!("A{}", row.number()), text: row.text() }
}

/// A finding on whom a row names.
fn on_people(kind: FindingKind, row: &RowReference) -> Finding {
    Finding { kind, sheet: Arc::clone(row.sheet()), cell: row.cell(), text: row.text() }
}

/// The day of an instant in `zone`.
fn day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests;
