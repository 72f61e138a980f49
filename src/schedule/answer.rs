//! Who is on call at an instant, without a copy? A view into the schedule; `on_call` is the same to keep and to hand on.
//!
//! Between two events of the sweep nothing changes, so an answer is a place in the timeline, and finding it is one binary
//! search. Carries out contract 2.3 rules 1, 4, 5 and 6; made by [`Schedule::answer`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::on_call::{Hole, NextChange, OnCall, OnCallPerson, Status};
use super::resolve::Schedule;
use super::shift::{Role, RowReference, ShiftKind};
use super::timeline::{Duty, Member};
use crate::civil::Interval;

/// Up to so many rows of one role, whoever is named twice is found by looking at the rows before.
const FEW_ROWS: usize = 8;

/// Who is on call in a schedule at one instant.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    schedule: &'a Schedule,
    at: DateTime<Utc>,
    segment: usize,
    /// The rows in force, by role, then by row.
    rows: Cow<'a, [usize]>,
}

/// One person on call, by one row.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a> {
    /// The contact's name, or the name as written.
    pub name: &'a Arc<str>,
    /// In which role.
    pub role: &'a Role,
    /// E.164.
    pub phone: Option<&'a Arc<str>>,
    /// Where e-mail reaches them.
    pub email: Option<&'a Arc<str>>,
    /// The span around the instant in which this row is in force without a break.
    pub in_force: Interval,
    /// The row that says so.
    pub row: &'a RowReference,
    /// Whether that row is an override.
    pub kind: ShiftKind,
}

impl<'a> Answer<'a> {
    pub(super) fn new(schedule: &'a Schedule, at: DateTime<Utc>) -> Self {
        Self::within(schedule, at, schedule.timeline.segment_at(at))
    }

    fn within(schedule: &'a Schedule, at: DateTime<Utc>, segment: usize) -> Self {
        Self { schedule, at, segment, rows: schedule.timeline.rows_in(segment) }
    }

    /// The instant that is answered for.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// What the answer amounts to. A gap in a required role weighs more than a conflict.
    pub fn status(&self) -> Status {
        self.schedule.status_in(self.segment)
    }

    /// The people, ordered by role, then by row.
    pub fn people(&self) -> impl Iterator<Item = Present<'a>> {
        self.by_role().flat_map(|(_, rows)| self.of_role(rows))
    }

    /// The answer at the next instant at which the people on call change.
    pub fn next(&self) -> Option<Self> {
        let timeline = &self.schedule.timeline;
        let next = timeline.next_change(self.segment)?;
        Some(Self::within(self.schedule, timeline.start_of(next)?, next))
    }

    /// The hole around the instant, when a required role has nobody.
    pub fn gap(&self) -> Option<Hole> {
        (self.status() == Status::Gap).then(|| self.schedule.hole_around(self.at))
    }

    /// The answer as a value of its own.
    pub fn to_on_call(&self) -> OnCall {
        let mut people = Vec::with_capacity(self.rows.len());
        let mut required = Vec::new();
        for (role, rows) in self.by_role() {
            let before = people.len();
            people.extend(self.of_role(rows).map(OnCallPerson::from));
            if self.schedule.is_required(role) {
                required.extend(before..people.len());
            }
        }
        let next = self.next();
        let next = next.map(|next| NextChange { at: next.at, people: next.people().map(OnCallPerson::from).collect() });
        OnCall { at: self.at, status: self.status(), people, required, next, gap: self.gap() }
    }

    /// The rows in force, by role.
    fn by_role(&self) -> impl Iterator<Item = (usize, &[usize])> {
        let timeline = &self.schedule.timeline;
        let role_of = |row: &usize| timeline.duty(*row).map(Duty::role);
        self.rows
            .chunk_by(move |one, next| role_of(one) == role_of(next))
            .filter_map(move |rows| Some((rows.first().and_then(role_of)?, rows)))
    }

    /// The people of one role's rows.
    fn of_role(&self, rows: &[usize]) -> impl Iterator<Item = Present<'a>> {
        let (schedule, at) = (self.schedule, self.at);
        schedule.listed(rows).filter_map(move |(row, member)| {
            let in_force = schedule.timeline.in_force(row, at)?;
            schedule.present(row, member, in_force)
        })
    }
}

impl Schedule {
    /// Who is on call at `at`, as a view: for whoever asks often, or needs no more than a look.
    pub fn answer(&self, at: DateTime<Utc>) -> Answer<'_> {
        Answer::new(self, at)
    }

    /// The people of one role's rows in force, in row order; a person named twice is listed by the earliest row.
    pub(super) fn listed(&self, rows: &[usize]) -> impl Iterator<Item = (usize, Member)> {
        let mut seen: Option<HashSet<usize>> = (rows.len() > FEW_ROWS).then(HashSet::new);
        let names = |row: &usize, person: usize| {
            self.timeline.duty(*row).is_some_and(|duty| duty.members().iter().any(|member| member.person == person))
        };
        let members = |(before, row): (usize, &usize)| {
            let members = self.timeline.duty(*row).map(Duty::members).unwrap_or_default();
            let row = *row;
            members.iter().map(move |member| (before, row, *member))
        };
        rows.iter()
            .enumerate()
            .flat_map(members)
            .filter(move |(before, _, member)| match &mut seen {
                Some(seen) => seen.insert(member.person),
                None => !rows.iter().take(*before).any(|row| names(row, member.person)),
            })
            .map(|(_, row, member)| (row, member))
    }

    /// A person of a row, on call for the span `in_force`.
    pub(super) fn present(&self, row: usize, member: Member, in_force: Interval) -> Option<Present<'_>> {
        let (shift, duty) = (self.shifts().get(row)?, self.timeline.duty(row)?);
        let holder = shift.holders.get(member.holder)?;
        Some(Present {
            name: &holder.name,
            role: self.roles().get(duty.role())?,
            phone: holder.phone.as_ref(),
            email: holder.email.as_ref(),
            in_force,
            row: &shift.row,
            kind: shift.kind,
        })
    }
}

impl From<Present<'_>> for OnCallPerson {
    fn from(present: Present<'_>) -> Self {
        Self {
            name: Arc::clone(present.name),
            role: present.role.clone(),
            phone: present.phone.cloned(),
            email: present.email.cloned(),
            from: present.in_force.start(),
            until: present.in_force.end(),
            row: present.row.clone(),
            kind: present.kind,
        }
    }
}
