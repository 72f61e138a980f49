//! When does what is in force change? One sweep over all rows, n log n, so that a question is one binary search.
//!
//! Called by `resolve` when a schedule is built. Carries out contract 2.3 rules 1, 4 and 5 on numbers; knows no names.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::counted::Counted;
use super::shift::ShiftKind;
use crate::civil::{Interval, IntervalSet};

/// Up to this many rows in force at one instant are always listed with their segment.
const ALWAYS_LISTED: usize = 8;
/// Deeper piles of rows are listed while all lists together stay below this many entries a row of the sheet.
/// Beyond it a question scans the rows instead: right, slower, and never memory without bound.
const ENTRIES_PER_ROW: usize = 8;

/// A row of the sheet in numbers. Its index in the timeline's duties is the row order.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub(super) interval: Interval,
    pub(super) kind: ShiftKind,
    role: u32,
    people: Arc<NamedPeople>,
}

/// The people that a cell names; rows with the same cell share them.
#[derive(Debug)]
pub(super) struct NamedPeople {
    /// Each once, in the order of the cell; empty is nobody.
    pub(super) members: Vec<Member>,
    /// Equal for rows that name the same people.
    pub(super) group: usize,
}

impl Duty {
    pub(super) fn new(interval: Interval, role: usize, kind: ShiftKind, people: Arc<NamedPeople>) -> Self {
        Self { interval, kind, role: small(role), people }
    }

    /// The index into the schedule's roles.
    pub(super) fn role(&self) -> usize {
        large(self.role)
    }

    /// The people, each once, in the order of the cell; empty is nobody.
    pub(super) fn members(&self) -> &[Member] {
        &self.people.members
    }

    /// Equal for rows that name the same people.
    pub(super) fn group(&self) -> usize {
        self.people.group
    }
}

/// A person of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// Equal for the same person in any row.
    pub(super) person: usize,
    /// The index into the row's holders.
    pub(super) holder: usize,
}

/// A span in which one override row is in force in its role.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) interval: Interval,
    pub(super) row: usize,
}

/// Two override rows of one role at one instant: the later row won (contract 2.3 rule 4).
#[derive(Debug, Clone, Copy)]
pub(super) struct RowClash {
    pub(super) winner: usize,
    pub(super) loser: usize,
}

/// What one role's rows amount to.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    /// The overrides in force, sorted, never overlapping.
    pub(super) runs: Vec<Run>,
    /// Where two shift rows name different people and no override hides them.
    pub(super) conflicts: Vec<Interval>,
    /// Where somebody is on call.
    covered: Vec<Interval>,
}

#[derive(Debug, Clone)]
struct Segment {
    start: DateTime<Utc>,
    rows: Listed,
    /// The segment at which the people on call are next different.
    next_change: Option<u32>,
}

#[derive(Debug, Clone)]
enum Listed {
    Entries { first: u32, until: u32 },
    TooMany,
}

/// All rows of a schedule as segments in which nothing changes. The first begins before all time.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    duties: Vec<Duty>,
    /// The whole seconds of the segments' starts: what the binary search touches.
    seconds: Vec<i64>,
    segments: Vec<Segment>,
    entries: Vec<usize>,
    tracks: Vec<Track>,
    clashes: Vec<RowClash>,
}

impl Timeline {
    /// Sweeps over `duties`, whose roles are below `role_count`.
    pub(super) fn new(duties: Vec<Duty>, role_count: usize) -> Self {
        let mut sweep = Sweep::over(&duties, role_count);
        let mut moments = Moments::of(&duties);
        while let Some((at, events)) = moments.next() {
            sweep.pass(at, events);
        }
        let Sweep { states, mut segments, entries, changed, clashes, .. } = sweep;
        let mut next = None;
        for (index, (segment, changed)) in segments.iter_mut().zip(&changed).enumerate().rev() {
            segment.next_change = next;
            if *changed {
                next = Some(small(index));
            }
        }
        let seconds = segments.iter().map(|segment| segment.start.timestamp()).collect();
        let tracks = states.into_iter().map(|state| state.track).collect();
        Self { duties, seconds, segments, entries, tracks, clashes }
    }

    pub(super) fn duties(&self) -> &[Duty] {
        &self.duties
    }

    pub(super) fn duty(&self, row: usize) -> Option<&Duty> {
        self.duties.get(row)
    }

    pub(super) fn clashes(&self) -> &[RowClash] {
        &self.clashes
    }

    pub(super) fn track(&self, role: usize) -> Option<&Track> {
        self.tracks.get(role)
    }

    /// The segment that `at` lies in.
    pub(super) fn segment_at(&self, at: DateTime<Utc>) -> usize {
        let second = at.timestamp();
        let mut after = self.seconds.partition_point(|start| *start <= second);
        while after > 1 && self.segments.get(after - 1).is_some_and(|segment| segment.start > at) {
            after -= 1;
        }
        after.saturating_sub(1)
    }

    /// Where a segment begins.
    pub(super) fn start_of(&self, segment: usize) -> Option<DateTime<Utc>> {
        self.segments.get(segment).map(|segment| segment.start)
    }

    /// Where each segment begins, in order; the first before all time.
    pub(super) fn starts(&self) -> impl Iterator<Item = DateTime<Utc>> {
        self.segments.iter().map(|segment| segment.start)
    }

    /// The segment after this one at which the people on call are different.
    pub(super) fn next_change(&self, segment: usize) -> Option<usize> {
        self.segments.get(segment)?.next_change.map(large)
    }

    /// The rows in force in a segment, by role, then by row; only rows that name somebody.
    pub(super) fn rows_in(&self, segment: usize) -> Cow<'_, [usize]> {
        match self.segments.get(segment) {
            Some(Segment { rows: Listed::Entries { first, until }, .. }) => {
                Cow::Borrowed(self.entries.get(large(*first)..large(*until)).unwrap_or_default())
            }
            Some(Segment { rows: Listed::TooMany, start, .. }) => Cow::Owned(self.scan(*start)),
            None => Cow::Borrowed(&[]),
        }
    }

    /// Whether a segment's rows are too many to be listed: `rows_in` scans for them.
    pub(super) fn is_crowded(&self, segment: usize) -> bool {
        matches!(self.segments.get(segment), Some(Segment { rows: Listed::TooMany, .. }))
    }

    /// The span around `at` in which `row` is in force without a break, when it is in force at `at`.
    pub(super) fn in_force(&self, row: usize, at: DateTime<Utc>) -> Option<Interval> {
        let duty = self.duty(row)?;
        let runs = self.track(duty.role()).map(|track| track.runs.as_slice()).unwrap_or_default();
        let after = runs.partition_point(|run| run.interval.start() <= at);
        let before = after.checked_sub(1).and_then(|index| runs.get(index));
        if let Some(run) = before.filter(|run| run.interval.contains(at)) {
            return (run.row == row).then_some(run.interval);
        }
        let from = before.map_or(duty.interval.start(), |run| duty.interval.start().max(run.interval.end()));
        let until = runs.get(after).map_or(duty.interval.end(), |run| duty.interval.end().min(run.interval.start()));
        Interval::new(from, until)
    }

    /// The spans in which rows of one role name different people, role by role.
    pub(super) fn conflicts(&self) -> impl Iterator<Item = Interval> {
        self.tracks.iter().flat_map(|track| track.conflicts.iter().copied())
    }

    /// The instants in which each role has somebody.
    pub(super) fn covered_by_role(&self) -> Vec<IntervalSet> {
        self.tracks.iter().map(|track| IntervalSet::of(track.covered.iter().copied())).collect()
    }

    /// The rows in force at `at`, found by looking at every row.
    fn scan(&self, at: DateTime<Utc>) -> Vec<usize> {
        let mut active: Vec<(usize, usize, &Duty)> = self
            .duties
            .iter()
            .enumerate()
            .filter(|(_, duty)| duty.interval.contains(at))
            .map(|(row, duty)| (duty.role(), row, duty))
            .collect();
        active.sort_unstable_by_key(|(role, row, _)| (*role, *row));
        let mut rows = Vec::new();
        for role in active.chunk_by(|a, b| a.0 == b.0) {
            let winner = role.iter().rev().find(|(_, _, duty)| duty.kind == ShiftKind::Override);
            let candidates = winner.map_or(role, std::slice::from_ref);
            rows.extend(candidates.iter().filter(|(_, _, duty)| !duty.members().is_empty()).map(|(_, row, _)| *row));
        }
        rows
    }
}

/// A row begins or ends. The order of the fields is the order of the sweep: overrides before shifts, and what begins
/// before what ends.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    role: usize,
    is_shift: bool,
    ends: bool,
    row: usize,
}

/// The instants at which rows begin or end, in order. Rows are mostly written in order of time, and sorting what is
/// sorted costs next to nothing.
struct Moments<'a> {
    duties: &'a [Duty],
    /// The rows that have not begun, the last one first, and those that have not ended.
    to_begin: Vec<usize>,
    to_end: Vec<usize>,
    events: Vec<Event>,
}

impl<'a> Moments<'a> {
    /// Shift rows without people are left out: they neither cover nor replace.
    fn of(duties: &'a [Duty]) -> Self {
        let counts = |(_, duty): &(usize, &Duty)| duty.kind == ShiftKind::Override || !duty.members().is_empty();
        let rows = duties.iter().enumerate().rev().filter(counts);
        let mut to_begin: Vec<usize> = rows.map(|(row, _)| row).collect();
        let mut to_end = to_begin.clone();
        let interval = |row: &usize| duties.get(*row).map(|duty| duty.interval);
        to_begin.sort_by_key(|row| Reverse(interval(row).map(|interval| interval.start())));
        to_end.sort_by_key(|row| Reverse(interval(row).map(|interval| interval.end())));
        Self { duties, to_begin, to_end, events: Vec::new() }
    }

    /// The next instant and what happens at it.
    fn next(&mut self) -> Option<(DateTime<Utc>, &[Event])> {
        let Self { duties, to_begin, to_end, events } = self;
        let last = |rows: &[usize]| rows.last().and_then(|row| Some((*row, duties.get(*row)?)));
        // No row ends before it begins, so the last end is the last event of all.
        let ends = last(to_end)?.1.interval.end();
        let at = last(to_begin).map_or(ends, |(_, duty)| duty.interval.start().min(ends));
        events.clear();
        let event =
            |row, duty: &Duty, ends| Event { role: duty.role(), is_shift: duty.kind == ShiftKind::Shift, ends, row };
        while let Some((row, duty)) = last(to_begin).filter(|(_, duty)| duty.interval.start() == at) {
            events.push(event(row, duty, false));
            to_begin.pop();
        }
        while let Some((row, duty)) = last(to_end).filter(|(_, duty)| duty.interval.end() == at) {
            events.push(event(row, duty, true));
            to_end.pop();
        }
        events.sort_unstable();
        Some((at, events))
    }
}

/// The sweep's state between two instants.
struct Sweep<'a> {
    duties: &'a [Duty],
    states: Vec<RoleState>,
    /// The roles that have any row at present.
    active: BTreeSet<usize>,
    segments: Vec<Segment>,
    /// Whether the people on call differ from the segment before.
    changed: Vec<bool>,
    entries: Vec<usize>,
    /// How long `entries` may become by lists of more than `ALWAYS_LISTED` rows.
    budget: usize,
    clashes: Vec<RowClash>,
}

impl<'a> Sweep<'a> {
    fn over(duties: &'a [Duty], role_count: usize) -> Self {
        let beginning = Segment {
            start: DateTime::<Utc>::MIN_UTC,
            rows: Listed::Entries { first: 0, until: 0 },
            next_change: None,
        };
        Self {
            duties,
            states: std::iter::repeat_with(RoleState::default).take(role_count).collect(),
            active: BTreeSet::new(),
            segments: vec![beginning],
            changed: vec![false],
            entries: Vec::new(),
            budget: duties.len().saturating_mul(ENTRIES_PER_ROW),
            clashes: Vec::new(),
        }
    }

    /// Applies all events of one instant and opens the segment that begins there.
    fn pass(&mut self, start: DateTime<Utc>, moment: &[Event]) {
        let mut changed = false;
        for touched in moment.chunk_by(|a, b| a.role == b.role) {
            let Some(role) = touched.first().map(|event| event.role) else { continue };
            let Some(state) = self.states.get_mut(role) else { continue };
            changed |= state.pass(start, touched, self.duties, &mut self.clashes);
            if state.shifts.is_empty() && state.overrides.is_empty() {
                self.active.remove(&role);
            } else {
                self.active.insert(role);
            }
        }
        let rows = self.list();
        self.segments.push(Segment { start, rows, next_change: None });
        self.changed.push(changed);
    }

    /// Lists the rows in force, unless they are too many; then the rest of the budget goes to the small lists to come,
    /// so that a pile costs no more than being counted.
    fn list(&mut self) -> Listed {
        let first = self.entries.len();
        let limit = ALWAYS_LISTED.max(self.budget.saturating_sub(first));
        let mut visited = 0;
        for state in self.active.iter().filter_map(|role| self.states.get(*role)) {
            let winner = state.winner();
            visited += winner.map_or(state.shifts.len(), |_| 1);
            if visited > limit {
                self.entries.truncate(first);
                self.budget = 0;
                return Listed::TooMany;
            }
            match winner {
                Some(row) => self.entries.extend(names_somebody(self.duties, row).then_some(row)),
                None => self.entries.extend(state.shifts.keys()),
            }
        }
        Listed::Entries { first: small(first), until: small(self.entries.len()) }
    }
}

/// Positions are kept in half the space: a sheet has never so many rows, and long ones are mostly memory.
fn small(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn large(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn names_somebody(duties: &[Duty], row: usize) -> bool {
    duties.get(row).is_some_and(|duty| !duty.members().is_empty())
}

/// The rows of one role that have begun and not ended.
#[derive(Default)]
struct RoleState {
    shifts: Counted,
    overrides: Counted,
    /// The people of `shifts`, with the number of rows that name each.
    people: Counted,
    /// The groups of `shifts`, with the number of rows of each.
    groups: Counted,
    /// The people of the shifts that begin or end at the instant at hand, with whether they were on call before.
    touched: Vec<(usize, bool)>,
    winner_since: Option<DateTime<Utc>>,
    conflict_since: Option<DateTime<Utc>>,
    covered_since: Option<DateTime<Utc>>,
    track: Track,
}

impl RoleState {
    /// The override in force: the later row (contract 2.3 rule 4).
    fn winner(&self) -> Option<usize> {
        self.overrides.last()
    }

    /// Applies this role's events of one instant; says whether the people on call changed.
    fn pass(&mut self, at: DateTime<Utc>, touched: &[Event], duties: &[Duty], clashes: &mut Vec<RowClash>) -> bool {
        if let Some((ended, begun)) = self.handed_over(touched, duties) {
            return ended != begun;
        }
        let (overrides, shifts) = touched.split_at(touched.partition_point(|event| !event.is_shift));
        let before = self.winner();
        for event in overrides {
            self.overrides.count(event.row, !event.ends);
        }
        let after = self.winner();
        self.note_clashes(before, after, overrides, clashes);
        self.note_run(at, before, after);
        // The people of the shifts are compared before and after their own events, so that no copy of them is needed.
        let hidden_differ = match (before, after) {
            (None, Some(winner)) => self.differs_from(duties.get(winner)),
            _ => false,
        };
        let shifts_differ = self.apply_shifts(shifts, duties);
        let is_covered = after.map_or(!self.shifts.is_empty(), |winner| names_somebody(duties, winner));
        note(&mut self.track.covered, &mut self.covered_since, at, is_covered);
        let is_conflict = after.is_none() && self.groups.len() > 1;
        note(&mut self.track.conflicts, &mut self.conflict_since, at, is_conflict);
        match (before, after) {
            (None, None) => shifts_differ,
            (None, Some(_)) => hidden_differ,
            (Some(winner), None) => self.differs_from(duties.get(winner)),
            (Some(old), Some(new)) => duties.get(old).map(Duty::group) != duties.get(new).map(Duty::group),
        }
    }

    /// The common case: the one row in force ends and another begins. Cover goes on, and nothing else is concerned. Gives
    /// the groups of people before and after; nothing, and does nothing, in every other case.
    fn handed_over(&mut self, touched: &[Event], duties: &[Duty]) -> Option<(usize, usize)> {
        let [begins, ends] = touched else { return None };
        let are_shifts = begins.is_shift && ends.is_shift && !begins.ends && ends.ends;
        if !are_shifts || !self.overrides.is_empty() || !self.shifts.is_only(ends.row) {
            return None;
        }
        let (old, new) = (duties.get(ends.row)?, duties.get(begins.row)?);
        self.shifts.become_only([begins.row]);
        if old.group() != new.group() {
            self.groups.become_only([new.group()]);
            self.people.become_only(new.members().iter().map(|member| member.person));
        }
        Some((old.group(), new.group()))
    }

    /// Whether the people of the shifts are others than those of `duty`.
    fn differs_from(&self, duty: Option<&Duty>) -> bool {
        duty.is_none_or(|duty| {
            duty.members().len() != self.people.len()
                || duty.members().iter().any(|member| !self.people.contains(member.person))
        })
    }

    fn apply_shifts(&mut self, shifts: &[Event], duties: &[Duty]) -> bool {
        self.touched.clear();
        for event in shifts {
            self.shifts.count(event.row, !event.ends);
            let Some(duty) = duties.get(event.row) else { continue };
            self.groups.count(duty.group(), !event.ends);
            for member in duty.members() {
                let was = self.people.count(member.person, !event.ends);
                self.touched.push((member.person, was));
            }
        }
        // The first that happens to a person tells whether they were there before.
        self.touched.sort_by_key(|(person, _)| *person);
        let mut first_of_each =
            self.touched.chunk_by(|one, next| one.0 == next.0).filter_map(|touched| touched.first());
        first_of_each.any(|(person, was)| self.people.contains(*person) != *was)
    }

    fn note_run(&mut self, at: DateTime<Utc>, before: Option<usize>, after: Option<usize>) {
        if before == after {
            return;
        }
        if let (Some(row), Some(since)) = (before, self.winner_since) {
            self.track.runs.extend(Interval::new(since, at).map(|interval| Run { interval, row }));
        }
        self.winner_since = after.map(|_| at);
    }

    /// Each override that a later row takes over from is noted once a winner.
    fn note_clashes(
        &self,
        before: Option<usize>,
        after: Option<usize>,
        overrides: &[Event],
        clashes: &mut Vec<RowClash>,
    ) {
        let Some(winner) = after else { return };
        let begun = overrides.iter().filter(|event| !event.ends).map(|event| event.row);
        let taken_over = before.filter(|row| self.overrides.contains(*row));
        clashes.extend(begun.chain(taken_over).filter(|row| *row != winner).map(|loser| RowClash { winner, loser }));
    }
}

/// Notes the span in which something holds: `since` is when it began, `holds` whether it does from `at` on.
fn note(spans: &mut Vec<Interval>, since: &mut Option<DateTime<Utc>>, at: DateTime<Utc>, holds: bool) {
    match (*since, holds) {
        (None, true) => *since = Some(at),
        (Some(began), false) => {
            spans.extend(Interval::new(began, at));
            *since = None;
        }
        _ => {}
    }
}
