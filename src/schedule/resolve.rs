//! Who is on call at an instant? The only resolver: command line, page, job and pager ask it (contract 2.3 rule 9).

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::identity;
use super::on_call::{Hole, OnCall, OnCallPerson, Status};
use super::problem::Problem;
use super::shift::{Role, RoleRank, RowReference, Shift};
use super::timeline::{Duty, Timeline};
use crate::civil::{Interval, IntervalSet};

/// All rows read from one source at one instant, ready to be asked.
#[derive(Debug, Clone)]
pub struct Schedule {
    name: Arc<str>,
    title: Arc<str>,
    shifts: Vec<Shift>,
    problems: Vec<Problem>,
    roles: Vec<Role>,
    requirements: Vec<Requirement>,
    pub(super) timeline: Timeline,
    covered: IntervalSet,
    /// What each segment of the timeline amounts to.
    statuses: Vec<Status>,
}

/// The roles, by their index, of which at least one must have somebody.
type Requirement = Vec<bool>;

/// Two override rows of one role at one instant; the later row won (contract 2.3 rule 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The span in which both hold.
    pub interval: Interval,
    /// Their role.
    pub role: Role,
    /// The row that counts.
    pub winner: RowReference,
    /// The row that does not.
    pub loser: RowReference,
    /// Whether both name the same people, so that it does not matter who won.
    pub same_people: bool,
}

impl Schedule {
    /// A schedule of `shifts` in sheet order, which decides between overrides and orders conflicts.
    ///
    /// `required_roles` are compared with the sheet's roles without case, spaces, `_` and `-`; each must have somebody.
    /// Empty means `primary` where the sheet has a role of that rank, else anybody at all (contract 3).
    pub fn new(
        name: impl Into<Arc<str>>,
        title: impl Into<Arc<str>>,
        shifts: Vec<Shift>,
        problems: Vec<Problem>,
        required_roles: &[String],
    ) -> Self {
        let roles = identity::roles_of(&shifts);
        let timeline = Timeline::new(identity::duties_of(&shifts, &roles), roles.len());
        let requirements = requirements_of(&roles, required_roles);
        let covered = covered_by(&timeline, &requirements);
        let statuses = statuses_of(&timeline, &covered);
        let (name, title) = (name.into(), title.into());
        Self { name, title, shifts, problems, roles, requirements, timeline, covered, statuses }
    }

    /// The name in the settings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The rows in sheet order.
    pub fn shifts(&self) -> &[Shift] {
        &self.shifts
    }

    /// What is wrong in the sheet's data.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The roles of the sheet in the order in which answers list them.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The instants in which every required role has somebody.
    pub fn covered(&self) -> &IntervalSet {
        &self.covered
    }

    /// Whether `role`, an index into `roles`, is one that must have somebody.
    pub(super) fn is_required(&self, role: usize) -> bool {
        self.requirements.iter().any(|required| required.get(role).copied().unwrap_or(false))
    }

    /// What a segment of the timeline amounts to (contract 2.3 rules 1 and 5).
    pub(super) fn status_in(&self, segment: usize) -> Status {
        self.statuses.get(segment).copied().unwrap_or(Status::Gap)
    }

    /// Every place where two override rows hold at once, in order of time.
    pub fn clashes(&self) -> impl Iterator<Item = Clash> {
        self.timeline.clashes().iter().filter_map(|clash| {
            let (winner, loser) = (self.shifts.get(clash.winner)?, self.shifts.get(clash.loser)?);
            let group = |row| self.timeline.duty(row).map(Duty::group);
            Some(Clash {
                interval: winner.interval.intersection(&loser.interval)?,
                role: winner.role.clone(),
                winner: winner.row.clone(),
                loser: loser.row.clone(),
                same_people: group(clash.winner) == group(clash.loser),
            })
        })
    }

    /// Who is on call at `at` (contract 2.3 rules 1, 4, 5 and 6), to keep and to hand on.
    pub fn on_call(&self, at: DateTime<Utc>) -> OnCall {
        self.answer(at).to_on_call()
    }

    /// The people on call at `at`, as `on_call` lists them, without the rest of its answer.
    pub(super) fn people_at(&self, at: DateTime<Utc>) -> Vec<OnCallPerson> {
        self.answer(at).people().map(OnCallPerson::from).collect()
    }

    /// The span from the first row's start to the last row's end.
    pub fn extent(&self) -> Option<Interval> {
        let start = self.shifts.iter().map(|shift| shift.interval.start()).min()?;
        let end = self.shifts.iter().map(|shift| shift.interval.end()).max()?;
        Interval::new(start, end)
    }

    /// Whether one role's rows in force name different people (contract 2.3 rule 5).
    pub(super) fn is_conflict(&self, rows: &[usize]) -> bool {
        let mut groups = rows.iter().filter_map(|row| self.timeline.duty(*row)).map(Duty::group);
        let first = groups.next();
        groups.any(|group| Some(group) != first)
    }

    /// The span around `at`, which is not covered, up to the cover on either side.
    pub(super) fn hole_around(&self, at: DateTime<Utc>) -> Hole {
        let spans = self.covered.spans();
        let after = spans.partition_point(|span| span.start() <= at);
        Hole {
            from: after.checked_sub(1).and_then(|index| spans.get(index)).map(Interval::end),
            until: spans.get(after).map(Interval::start),
        }
    }
}

/// One requirement a required role; by default one for all roles of rank primary, else one for anybody.
fn requirements_of(roles: &[Role], required_roles: &[String]) -> Vec<Requirement> {
    if !required_roles.is_empty() {
        return required_roles
            .iter()
            .map(|name| roles.iter().map(|role| identity::satisfies(role, name)).collect())
            .collect();
    }
    let primary: Requirement = roles.iter().map(|role| role.rank == RoleRank::Primary).collect();
    if primary.contains(&true) { vec![primary] } else { vec![vec![true; roles.len()]] }
}

fn covered_by(timeline: &Timeline, requirements: &[Requirement]) -> IntervalSet {
    let by_role = timeline.covered_by_role();
    let met = |required: &Requirement| {
        let roles = by_role.iter().zip(required).filter(|(_, needed)| **needed).map(|(covered, _)| covered);
        IntervalSet::of(roles.flat_map(|covered| covered.spans().iter().copied()))
    };
    requirements.iter().map(met).reduce(|all, one| all.intersection(&one)).unwrap_or_default()
}

/// What each segment amounts to: neither cover nor a conflict begins or ends within one. A gap in a required role weighs
/// more than a conflict.
fn statuses_of(timeline: &Timeline, covered: &IntervalSet) -> Vec<Status> {
    let conflicts = IntervalSet::of(timeline.conflicts());
    let (mut is_covered, mut is_conflict) = (in_turn(covered.spans()), in_turn(conflicts.spans()));
    timeline
        .starts()
        .map(|start| match (is_covered(start), is_conflict(start)) {
            (false, _) => Status::Gap,
            (true, true) => Status::Conflict,
            (true, false) => Status::Covered,
        })
        .collect()
}

/// Whether instants that are asked in order lie in one of `spans`.
fn in_turn(mut spans: &[Interval]) -> impl FnMut(DateTime<Utc>) -> bool {
    move |at| {
        while let Some((_, rest)) = spans.split_first().filter(|(first, _)| first.end() <= at) {
            spans = rest;
        }
        spans.first().is_some_and(|first| first.start() <= at)
    }
}
