//! Who is on call in which part of a window? The resolver's answers from change to change, joined to stretches.
//!
//! For `shifts`: table, picture and calendar are all made from one `Plan`. It decides nothing: rows in force, order of
//! people and conflicts are those of `resolve`, so it cannot differ from `who` (contract 2.3 rule 9).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::gaps::{GapReport, gaps};
use super::on_call::OnCallPerson;
use super::resolve::Schedule;
use super::shift::{Role, RowReference, ShiftKind};
use super::timeline::{Duty, Member};
use crate::civil::{Interval, IntervalSet};

/// How far beyond the window the ends of a hole are looked for where the sheet has no row that ends it.
const BEYOND_THE_SHEET: Duration = Duration::days(7);

/// What a window holds of one schedule.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The window.
    pub window: Interval,
    /// One lane a role of the sheet, in the order in which answers list roles.
    pub lanes: Vec<Lane>,
    /// The rows that name somebody and do not count for a while, because an override does; by role, then by time.
    pub replaced: Vec<Replaced>,
    /// The instants of the window in which somebody must be on call.
    pub needed: IntervalSet,
    /// What the window leaves open.
    pub report: GapReport,
    /// The same holes as long as they are, also beyond the window: what stays equal when the window moves.
    pub whole_gaps: Vec<Interval>,
}

/// One role in a window.
#[derive(Debug, Clone)]
pub struct Lane {
    /// The role.
    pub role: Role,
    /// Whether it is a role that must have somebody.
    pub required: bool,
    /// Everybody on call, by the stretch's start, then by row. Stretches keep their whole length beyond the window.
    pub stretches: Vec<Stretch>,
}

/// One person on call by one row without a break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The person, with the ends of this stretch.
    pub person: OnCallPerson,
    /// The parts in which other rows of the role name other people (contract 2.3 rule 5).
    pub conflicts: Vec<Interval>,
    /// The row's index in `Schedule::shifts`.
    pub shift: usize,
    /// The person's place in the row.
    pub holder: usize,
    /// How many stretches of this person by this row come before: overrides cut a row into several.
    pub piece: usize,
}

/// A row that does not count for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its role.
    pub role: Role,
    /// Whom it names.
    pub names: Vec<Arc<str>>,
    /// How long it does not count, within the row.
    pub interval: Interval,
    /// The row.
    pub row: RowReference,
    /// The override row that counts instead (contract 2.3 rule 4).
    pub by: RowReference,
}

impl Stretch {
    /// Its span.
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.person.from, self.person.until)
    }
}

impl Plan {
    /// The plan of `schedule` in `window`; `needed` says in which instants of a span somebody must be on call.
    pub fn new(schedule: &Schedule, window: Interval, needed: &dyn Fn(Interval) -> IntervalSet) -> Self {
        let mut lanes: Vec<Lane> = (0..)
            .zip(schedule.roles())
            .map(|(index, role)| Lane {
                role: role.clone(),
                required: schedule.is_required(index),
                stretches: Vec::new(),
            })
            .collect();
        for (role, stretch) in stretches(schedule, window) {
            lanes.get_mut(role).into_iter().for_each(|lane| lane.stretches.push(stretch.clone()));
        }
        let whole_gaps = whole_gaps(schedule, window, needed);
        let needed = needed(window);
        let report = gaps(schedule, window, &needed);
        Self { window, lanes, replaced: replaced(schedule, window), needed, report, whole_gaps }
    }

    /// The parts of the window's holes in which `lane`, a required role, has nobody.
    pub fn empty_in(&self, lane: &Lane) -> IntervalSet {
        let holes = if lane.required { self.report.gaps.as_slice() } else { &[] };
        IntervalSet::of(holes.iter().map(|gap| gap.interval))
            .difference(&IntervalSet::of(lane.stretches.iter().filter_map(Stretch::interval)))
    }
}

/// A stretch that may still grow.
struct Open {
    interval: Interval,
    conflicts: Vec<Interval>,
    piece: usize,
    member: Member,
}

/// Every stretch that shares an instant with `window`, with the index of its role; by role, then start, then row.
fn stretches(schedule: &Schedule, window: Interval) -> Vec<(usize, Stretch)> {
    let timeline = &schedule.timeline;
    let role_of = |row: &usize| timeline.duty(*row).map(Duty::role);
    let mut done: Vec<(usize, Stretch)> = Vec::new();
    let mut open: BTreeMap<(usize, usize), Open> = BTreeMap::new();
    let mut pieces: HashMap<(usize, usize), usize> = HashMap::new();
    for (segment, span) in segments_of_rows_in(schedule, window) {
        let rows = timeline.rows_in(segment);
        for rows in rows.chunk_by(|a, b| role_of(a) == role_of(b)) {
            let conflict = schedule.is_conflict(rows);
            for (row, member) in schedule.listed(rows) {
                let key = (row, member.holder);
                let conflicts = if conflict { vec![span] } else { Vec::new() };
                if let Some(stretch) = open.get_mut(&key).filter(|stretch| stretch.interval.end() == span.start()) {
                    stretch.interval = joined(stretch.interval, span);
                    append(&mut stretch.conflicts, conflicts);
                    continue;
                }
                let piece = pieces.entry(key).or_default();
                let ended = open.insert(key, Open { interval: span, conflicts, piece: *piece, member });
                *piece += 1;
                done.extend(ended.and_then(|ended| close(schedule, row, ended)));
            }
        }
    }
    done.extend(open.into_iter().filter_map(|((row, _), ended)| close(schedule, row, ended)));
    done.retain(|(_, stretch)| stretch.interval().is_some_and(|span| span.intersection(&window).is_some()));
    done.sort_by_key(|(role, stretch)| (*role, stretch.person.from, stretch.shift, stretch.holder));
    done
}

/// The segments of the sweep, with their spans, over all rows that touch the window: so every stretch is whole, and
/// counting a row's pieces does not depend on the window.
fn segments_of_rows_in(schedule: &Schedule, window: Interval) -> impl Iterator<Item = (usize, Interval)> {
    let timeline = &schedule.timeline;
    let touching = || timeline.duties().iter().map(|duty| duty.interval).filter(|span| touches(span, &window));
    let from = touching().map(|span| span.start()).min().unwrap_or(window.start());
    let until = touching().map(|span| span.end()).max().unwrap_or(window.end());
    (timeline.segment_at(from)..).map_while(move |segment| {
        let start = timeline.start_of(segment)?.max(from);
        let end = timeline.start_of(segment + 1).unwrap_or(until).min(until);
        Some((segment, Interval::new(start, end)?))
    })
}

fn close(schedule: &Schedule, row: usize, ended: Open) -> Option<(usize, Stretch)> {
    let Open { interval, conflicts, piece, member } = ended;
    let person = schedule.present(row, member, interval)?.into();
    let role = schedule.timeline.duty(row)?.role();
    Some((role, Stretch { person, conflicts, shift: row, holder: member.holder, piece }))
}

fn touches(span: &Interval, window: &Interval) -> bool {
    span.intersection(window).is_some()
}

/// One span of two that touch.
fn joined(first: Interval, second: Interval) -> Interval {
    Interval::new(first.start(), second.end()).unwrap_or(first)
}

fn append(spans: &mut Vec<Interval>, more: Vec<Interval>) {
    for span in more {
        match spans.last_mut() {
            Some(last) if last.end() == span.start() => *last = joined(*last, span),
            _ => spans.push(span),
        }
    }
}

/// The rows with people that an override in force replaces within `window`.
fn replaced(schedule: &Schedule, window: Interval) -> Vec<Replaced> {
    let timeline = &schedule.timeline;
    let mut found = Vec::new();
    for (index, role) in schedule.roles().iter().enumerate() {
        let rows: Vec<usize> = (0..)
            .zip(timeline.duties())
            .filter(|(_, duty)| duty.role() == index && !duty.members().is_empty() && touches(&duty.interval, &window))
            .map(|(row, _)| row)
            .collect();
        let runs = timeline.track(index).map(|track| track.runs.as_slice()).unwrap_or_default();
        for run in runs.iter().filter(|run| touches(&run.interval, &window)) {
            let Some(by) = schedule.shifts().get(run.row) else { continue };
            let others = rows.iter().filter(|row| **row != run.row).filter_map(|row| schedule.shifts().get(*row));
            found.extend(others.filter_map(|shift| {
                Some(Replaced {
                    role: role.clone(),
                    names: shift.holders.iter().map(|holder| Arc::clone(&holder.name)).collect(),
                    interval: shift.interval.intersection(&run.interval)?,
                    row: shift.row.clone(),
                    by: by.row.clone(),
                })
            }));
        }
    }
    found
}

impl Replaced {
    /// The replaced rows of `all` that `stretch`, an override, stands in for.
    pub fn by<'a>(all: &'a [Self], stretch: &'a Stretch) -> impl Iterator<Item = &'a Self> {
        let span = stretch.interval().filter(|_| stretch.person.kind == ShiftKind::Override);
        all.iter().filter(move |replaced| {
            replaced.by == stretch.person.row && span.is_some_and(|span| touches(&span, &replaced.interval))
        })
    }
}

/// The holes of the needed hours that touch `window`, whole: up to the cover on either side, or, where the sheet has
/// none, up to the end of the needed hours or of the window.
fn whole_gaps(schedule: &Schedule, window: Interval, needed: &dyn Fn(Interval) -> IntervalSet) -> Vec<Interval> {
    let spans = schedule.covered().spans();
    let before = spans.partition_point(|span| span.start() <= window.start());
    let cover_before = before.checked_sub(1).and_then(|index| spans.get(index)).map(Interval::end);
    let cover_after = spans.get(spans.partition_point(|span| span.end() < window.end())).map(Interval::start);
    let beyond = |at: DateTime<Utc>, by: Duration| at.checked_add_signed(by).unwrap_or(at);
    let from = cover_before.unwrap_or(beyond(window.start(), -BEYOND_THE_SHEET)).min(window.start());
    let until = cover_after.unwrap_or(beyond(window.end(), BEYOND_THE_SHEET)).max(window.end());
    let Some(wide) = Interval::new(from, until) else { return Vec::new() };
    let holes = needed(wide).difference(schedule.covered());
    let ends = |hole: &Interval| {
        let start = if hole.start() == from && cover_before.is_none() { window.start() } else { hole.start() };
        let end = if hole.end() == until && cover_after.is_none() { window.end() } else { hole.end() };
        Interval::new(start, end)
    };
    holes.spans().iter().filter(|hole| touches(hole, &window)).filter_map(ends).collect()
}
