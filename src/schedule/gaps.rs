//! Where in a span of time is nobody on call who must be, and where do rows contradict each other? (domain 6 rows 16, 20, 36, 37)

use std::sync::Arc;

use chrono::Duration;

use super::resolve::{Clash, Schedule};
use super::shift::{Role, RowReference, Shift, ShiftKind};
use crate::civil::{Interval, IntervalSet};

/// What a schedule leaves open within the needed hours of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapReport {
    /// How long somebody must be on call.
    pub required: Duration,
    /// How long of it somebody is; `required` less `covered` is exactly the length of all gaps.
    pub covered: Duration,
    /// Each hole in order, as long as it is within the needed hours.
    pub gaps: Vec<Gap>,
    /// Each conflict in order of its start.
    pub overlaps: Vec<Overlap>,
    /// Each pair of overrides that hold at once within the window.
    pub clashes: Vec<Clash>,
}

/// A span in which a required role has nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The hole.
    pub interval: Interval,
    /// The rows that say nobody in it: an empty or placeholder name (contract 2.3 rules 4 and 6).
    pub placeholders: Vec<RowReference>,
}

/// A span in which shift rows of one role name different people (contract 2.3 rule 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// The span.
    pub interval: Interval,
    /// The role.
    pub role: Role,
    /// Everybody named, once, in row order.
    pub names: Vec<Arc<str>>,
    /// The rows, in row order.
    pub rows: Vec<RowReference>,
}

/// Judges `schedule` within `window`; `needed` are the instants of it in which somebody must be on call.
pub fn gaps(schedule: &Schedule, window: Interval, needed: &IntervalSet) -> GapReport {
    let holes = needed.difference(schedule.covered());
    let placeholders: Vec<&Shift> = schedule
        .shifts()
        .iter()
        .zip(schedule.timeline.duties())
        .filter(|(shift, duty)| shift.holders.is_empty() && schedule.is_required(duty.role()))
        .map(|(shift, _)| shift)
        .filter(|shift| shift.interval.intersection(&window).is_some())
        .collect();
    let required = needed.length();
    GapReport {
        required,
        covered: required - holes.length(),
        gaps: holes.spans().iter().map(|hole| gap(*hole, &placeholders)).collect(),
        overlaps: overlaps(schedule, needed),
        clashes: schedule.clashes().filter(|clash| clash.interval.intersection(&window).is_some()).collect(),
    }
}

fn gap(interval: Interval, placeholders: &[&Shift]) -> Gap {
    let within = placeholders.iter().filter(|shift| shift.interval.intersection(&interval).is_some());
    Gap { interval, placeholders: within.map(|shift| shift.row.clone()).collect() }
}

fn overlaps(schedule: &Schedule, needed: &IntervalSet) -> Vec<Overlap> {
    let mut overlaps = Vec::new();
    for (index, role) in schedule.roles().iter().enumerate() {
        let conflicts = schedule.timeline.track(index).map(|track| track.conflicts.as_slice()).unwrap_or_default();
        for span in IntervalSet::of(conflicts.iter().copied()).intersection(needed).spans() {
            overlaps.extend(by_rows(schedule, index, *span).into_iter().map(|(interval, rows)| Overlap {
                interval,
                role: role.clone(),
                names: names(schedule, &rows),
                rows: rows.iter().filter_map(|row| schedule.shifts().get(*row)).map(|s| s.row.clone()).collect(),
            }));
        }
    }
    overlaps.sort_by_key(|overlap| overlap.interval);
    overlaps
}

/// A conflict cut where its rows change, so that each piece names exactly who is on call in it.
///
/// Where very many rows lie over each other, one piece names everybody of the whole conflict: a list for every change
/// would grow with the square of the rows.
fn by_rows(schedule: &Schedule, role: usize, span: Interval) -> Vec<(Interval, Vec<usize>)> {
    let timeline = &schedule.timeline;
    let of_role = |row: &usize| timeline.duty(*row).is_some_and(|duty| duty.role() == role);
    let end_of = |segment| timeline.start_of(segment + 1).map_or(span.end(), |next| next.min(span.end()));
    let mut pieces: Vec<(Interval, Vec<usize>)> = Vec::new();
    let mut segment = timeline.segment_at(span.start());
    let mut start = span.start();
    while start < span.end() {
        let rows = if timeline.is_crowded(segment) {
            while timeline.is_crowded(segment + 1) && end_of(segment) < span.end() {
                segment += 1;
            }
            rows_over(schedule, role, span)
        } else {
            timeline.rows_in(segment).iter().copied().filter(of_role).collect()
        };
        let end = end_of(segment);
        match (pieces.last_mut(), Interval::new(start, end)) {
            (Some((last, known)), Some(piece)) if *known == rows => {
                *last = Interval::new(last.start(), piece.end()).unwrap_or(*last);
            }
            (_, Some(piece)) => pieces.push((piece, rows)),
            (_, None) => {}
        }
        (start, segment) = (end, segment + 1);
    }
    pieces
}

fn rows_over(schedule: &Schedule, role: usize, span: Interval) -> Vec<usize> {
    let named = schedule
        .timeline
        .duties()
        .iter()
        .enumerate()
        .filter(|(_, duty)| duty.role() == role && duty.kind == ShiftKind::Shift && !duty.members().is_empty());
    named.filter(|(_, duty)| duty.interval.intersection(&span).is_some()).map(|(row, _)| row).collect()
}

fn names(schedule: &Schedule, rows: &[usize]) -> Vec<Arc<str>> {
    let mut seen = std::collections::HashSet::new();
    let mut names = Vec::new();
    for row in rows {
        let (Some(duty), Some(shift)) = (schedule.timeline.duty(*row), schedule.shifts().get(*row)) else { continue };
        let new = duty.members().iter().filter(|member| seen.insert(member.person));
        names.extend(new.filter_map(|member| shift.holders.get(member.holder)).map(|holder| Arc::clone(&holder.name)));
    }
    names
}
