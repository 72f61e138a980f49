//! How does a row of whole days become shifts? From handoff to handoff, or the hours of its role, with covers on single days.

use std::sync::Arc;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::shift::{Role, ShiftKind};

use super::cover::{self, Said};
use super::duties;
use super::header::PersonColumn;
use super::hours::{self, Hours};
use super::sheet::{Duty, Flaw, Sheet};

/// The days of a row, both ends covered, and the cell that says them.
#[derive(Clone, Copy)]
pub(super) struct DaySpan {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    pub(super) column: usize,
}

/// One cell of people of a row of days.
pub(super) struct DayDuty<'a> {
    pub(super) row: &'a GridRow,
    pub(super) role: Role,
    pub(super) kind: ShiftKind,
    pub(super) person: &'a PersonColumn,
    /// The names, where they are not the whole cell.
    pub(super) names: Option<&'a str>,
}

impl Sheet<'_> {
    /// Adds the shifts of one cell over whole days, with the hours of the row or of the role where there are any.
    pub(super) fn push_days(&mut self, day: &DayDuty<'_>, days: DaySpan, row_hours: Option<&Hours>) {
        let settings = self.settings;
        let set = row_hours.or_else(|| settings.hours_of(&day.role.label)).or_else(|| {
            let heading = self.header.row.text(day.person.column);
            settings.hours_of(heading).filter(|_| !heading.is_empty())
        });
        let hours = set.or(day.person.hours.hours());
        if hours.is_none() && day.person.hours == hours::Said::Unclear {
            // Said once, at the heading or the label.
            for interval in self.intervals(day.row, days, None) {
                self.push_holders(&self.duty(day, interval), Arc::default());
            }
            return;
        }
        let cell = day.names.unwrap_or_else(|| day.row.text(day.person.column));
        match cover::read(cell, self.order()) {
            Said::Names => self.push_people(day, days, hours, cell),
            Said::Unclear => self.push_nobody(day, days, hours, ProblemKind::NotAName),
            Said::Covered { holder, covers } => {
                let found: Result<Vec<_>, Refusal> =
                    covers.iter().map(|(name, when)| Ok((*name, when.within(days.first, days.last)?))).collect();
                let Ok(found) = found else {
                    self.push_nobody(day, days, hours, LayoutProblem::CoverOutside.into());
                    return;
                };
                self.push_people(day, days, hours, holder);
                for (name, on) in found {
                    let cover = DayDuty { role: day.role.clone(), kind: ShiftKind::Override, ..*day };
                    self.push_people(&cover, DaySpan { first: on, last: on, ..days }, hours, name);
                }
            }
            Said::Halves { morning, afternoon } => self.push_halves(day, days, hours, morning, afternoon),
        }
    }

    fn push_people(&mut self, day: &DayDuty<'_>, days: DaySpan, hours: Option<&Hours>, names: &str) {
        let mut intervals = self.intervals(day.row, days, hours).into_iter();
        // What is wrong with the names is said once, not for every day.
        if let Some(first) = intervals.next() {
            self.push_names(&self.duty(day, first), names);
        }
        for interval in intervals {
            let holders = self.holders(names);
            self.push_holders(&self.duty(day, interval), holders);
        }
    }

    /// The span is known and the people are not: a gap that says why.
    fn push_nobody(&mut self, day: &DayDuty<'_>, days: DaySpan, hours: Option<&Hours>, kind: ProblemKind) {
        self.report(day.row, Flaw { column: day.person.column, kind });
        for interval in self.intervals(day.row, days, hours) {
            self.push_holders(&self.duty(day, interval), Arc::default());
        }
    }

    /// Noon divides each span that it lies in; a span that passes midnight has no such halves.
    fn push_halves(&mut self, day: &DayDuty<'_>, days: DaySpan, hours: Option<&Hours>, morning: &str, afternoon: &str) {
        let spans = self.civil_spans(days, hours);
        let noon = |(from, until): (NaiveDateTime, NaiveDateTime)| {
            let noon = from.date().and_time(NaiveTime::from_hms_opt(12, 0, 0)?);
            // Handed over before noon: the night after midnight still belongs to the afternoon's person.
            (from < noon && noon < until && days.first == days.last && from.hour() < 12).then_some(noon)
        };
        let divided: Option<Vec<_>> = spans.into_iter().map(|span| Some((span, noon(span)?))).collect();
        let Some(divided) = divided else {
            self.push_nobody(day, days, hours, ProblemKind::NotAName);
            return;
        };
        for ((from, until), noon) in divided {
            for (from, until, name) in [(from, noon, morning), (noon, until, afternoon)] {
                if let Some(interval) = self.between(day.row, days.column, from, until) {
                    self.push_names(&self.duty(day, interval), name);
                }
            }
        }
    }

    fn duty<'r>(&self, day: &DayDuty<'r>, interval: Interval) -> Duty<'r> {
        duties::of_cell(self.header, day.row, interval, (day.role.clone(), day.kind), day.person)
    }

    fn intervals(&mut self, row: &GridRow, days: DaySpan, hours: Option<&Hours>) -> Vec<Interval> {
        let spans = self.civil_spans(days, hours);
        spans.into_iter().filter_map(|(from, until)| self.between(row, days.column, from, until)).collect()
    }

    /// The civil spans of days: one from handoff to handoff, or the hours of each day, joined where they touch.
    fn civil_spans(&mut self, days: DaySpan, hours: Option<&Hours>) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        let Some(hours) = hours else {
            let time = self.handoff_time(false);
            let next = days.last.checked_add_days(Days::new(1));
            return next.map(|next| (days.first.and_time(time), next.and_time(time))).into_iter().collect();
        };
        let mut spans: Vec<(NaiveDateTime, NaiveDateTime)> = Vec::new();
        for day in days.first.iter_days().take_while(|day| *day <= days.last) {
            for (from, until) in hours.on(day) {
                match spans.last_mut() {
                    Some(last) if last.1 == from => last.1 = until,
                    _ => spans.push((from, until)),
                }
            }
        }
        spans
    }

    /// The instants between two civil times; nothing when the clock jumps over all of them.
    pub(super) fn between(
        &mut self,
        row: &GridRow,
        column: usize,
        from: NaiveDateTime,
        until: NaiveDateTime,
    ) -> Option<Interval> {
        let (start, end) = (self.resolve(from, row, column), self.resolve(until, row, column));
        let interval = Interval::new(start, end);
        if interval.is_none() {
            self.report(row, Flaw { column, kind: ProblemKind::SpanSkipped });
        }
        interval
    }
}
