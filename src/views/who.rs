//! In which shape is "who is on call" handed out (contract 3, `who`)?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::ProblemView;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::{Hole, NextChange, OnCall, OnCallPerson, Status};
use crate::schedule::shift::{RowReference, ShiftKind};
use crate::wording::time::rfc3339;

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Who<'a> {
    /// The instant asked for, RFC 3339 with the site's offset, as every instant here.
    pub at: String,
    /// One entry a schedule, in the order of the settings.
    pub schedules: Vec<WhoSchedule<'a>>,
}

/// The answer of one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhoSchedule<'a> {
    /// Its name in the settings.
    pub schedule: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What the answer amounts to.
    pub status: Status,
    /// The people by role, then by row.
    pub on_call: Vec<PersonView>,
    /// The next instant at which the people on call are different.
    pub next: Option<NextView>,
    /// The hole around the instant, when a required role has nobody.
    pub gap: Option<HoleView>,
    /// When the sheet was read.
    pub read_at: String,
    /// How long ago, in seconds.
    pub age_s: i64,
    /// Whether the saved copy answered.
    pub from_cache: bool,
    /// Whether the reading is older than the site allows.
    pub stale: bool,
    /// SHA-256 of what was read.
    pub snapshot: &'a str,
    /// The instant by whose knowledge the answer is given; `null` for the newest.
    pub known_at: Option<String>,
    /// By how many seconds the clock of this machine runs ahead of the sheet's server, where they are more than a minute
    /// apart; negative when it runs behind, `null` when they agree or nobody told.
    pub clock_ahead_s: Option<i64>,
    /// Why the schedule is unusable, or why its saved copy answers; otherwise empty.
    pub problems: Vec<ProblemView>,
}

/// One person on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonView {
    /// Their name.
    pub name: String,
    /// Their role as the sheet writes it.
    pub role: String,
    /// E.164.
    pub phone: Option<String>,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// Since when their row has been in force.
    pub from: String,
    /// Until when it stays in force.
    pub until: String,
    /// The row that says so.
    pub row: RowView,
    /// `shift` or `override`.
    pub kind: ShiftKind,
    /// Whether they blocked texts with STOP; left out when not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
}

/// Somebody who blocked texts with STOP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlockedView {
    /// Their name.
    pub name: String,
    /// Their number, E.164.
    pub phone: String,
    /// Since when.
    pub since: String,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowView {
    /// The sheet or file.
    pub sheet: String,
    /// The row number a spreadsheet shows.
    pub row: u32,
    /// The cell that names the people.
    pub cell: String,
    /// The row as one line.
    pub text: String,
}

/// The next change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextView {
    /// When it happens.
    pub at: String,
    /// The people from then on; empty when nobody is.
    pub on_call: Vec<PersonView>,
}

/// A hole in a required role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoleView {
    /// Where it begins; `null` before the first row.
    pub from: Option<String>,
    /// Where it ends; `null` after the last row.
    pub until: Option<String>,
}

impl<'a> Who<'a> {
    /// Marks whoever blocked texts, as `is_blocked` knows by number.
    #[must_use]
    pub fn marked(mut self, is_blocked: impl Fn(Option<&str>) -> bool) -> Self {
        for schedule in &mut self.schedules {
            let next = schedule.next.iter_mut().flat_map(|next| &mut next.on_call);
            for person in schedule.on_call.iter_mut().chain(next) {
                person.opted_out = is_blocked(person.phone.as_deref());
            }
        }
        self
    }

    /// The answer of all `schedules` at `at`.
    pub fn new(schedules: &'a [LoadedSchedule], at: DateTime<Utc>, zone: Tz) -> Self {
        let answer = |loaded: &'a LoadedSchedule| WhoSchedule::new(loaded, &loaded.on_call(at), zone);
        Self { at: rfc3339(at, zone), schedules: schedules.iter().map(answer).collect() }
    }
}

impl<'a> WhoSchedule<'a> {
    /// The entry of one schedule, from the answer that the resolver gave.
    pub fn new(loaded: &'a LoadedSchedule, answer: &OnCall, zone: Tz) -> Self {
        let problems = match &loaded.schedule {
            Ok(_) => &loaded.provenance.fault,
            Err(problems) => problems,
        };
        Self {
            schedule: &loaded.name,
            title: &loaded.title,
            status: answer.status,
            on_call: people(&answer.people, zone),
            next: answer.next.as_ref().map(|next| NextView::new(next, zone)),
            gap: answer.gap.map(|hole| HoleView::new(hole, zone)),
            read_at: rfc3339(loaded.read_at, zone),
            age_s: loaded.age_s,
            from_cache: loaded.from_cache,
            stale: loaded.stale,
            snapshot: loaded.snapshot(),
            known_at: loaded.provenance.known_at.map(|at| rfc3339(at, zone)),
            clock_ahead_s: loaded.provenance.clock_ahead_s,
            problems: problems.iter().map(ProblemView::of).collect(),
        }
    }
}

fn people(people: &[OnCallPerson], zone: Tz) -> Vec<PersonView> {
    people.iter().map(|person| PersonView::new(person, zone)).collect()
}

impl PersonView {
    /// One person with instants in the site's offset.
    pub fn new(person: &OnCallPerson, zone: Tz) -> Self {
        Self {
            name: person.name.to_string(),
            role: person.role.label.to_string(),
            phone: person.phone.as_deref().map(str::to_owned),
            email: person.email.as_deref().map(str::to_owned),
            from: rfc3339(person.from, zone),
            until: rfc3339(person.until, zone),
            row: RowView::new(&person.row),
            kind: person.kind,
            opted_out: false,
        }
    }
}

impl RowView {
    /// The row as programs get it.
    pub fn new(row: &RowReference) -> Self {
        Self { sheet: row.sheet().to_string(), row: row.number(), cell: row.cell(), text: row.text() }
    }
}

impl NextView {
    fn new(next: &NextChange, zone: Tz) -> Self {
        Self { at: rfc3339(next.at, zone), on_call: people(&next.people, zone) }
    }
}

impl HoleView {
    fn new(hole: Hole, zone: Tz) -> Self {
        Self { from: hole.from.map(|at| rfc3339(at, zone)), until: hole.until.map(|at| rfc3339(at, zone)) }
    }
}
