//! A second resolver, built another way: it looks at every row for every instant and knows no sweep and no tree.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use page_oncall::schedule::on_call::Status;
use page_oncall::schedule::shift::{RoleRank, Shift, ShiftKind};

/// One listed person: role, name, index of the row.
pub(super) type Listed = (String, String, usize);

/// The labels of the roles in the order of answers.
pub(super) fn roles(shifts: &[Shift]) -> Vec<String> {
    let mut roles: Vec<(RoleRank, u32, String)> =
        shifts.iter().map(|shift| (shift.role.rank, shift.role.order, shift.role.label.to_string())).collect();
    roles.sort();
    roles.dedup();
    roles.into_iter().map(|(_, _, label)| label).collect()
}

/// The rows of `role` that count at `at`, in row order; a row that names nobody counts only as an override.
fn in_force(shifts: &[Shift], role: &str, at: DateTime<Utc>) -> Vec<usize> {
    let active: Vec<usize> = (0..shifts.len())
        .filter(|row| shifts[*row].role.label.as_ref() == role)
        .filter(|row| shifts[*row].interval.start() <= at && at < shifts[*row].interval.end())
        .collect();
    match active.iter().rev().find(|row| shifts[**row].kind == ShiftKind::Override) {
        Some(winner) => vec![*winner],
        None => active.into_iter().filter(|row| !shifts[*row].holders.is_empty()).collect(),
    }
}

pub(super) fn people(shifts: &[Shift], at: DateTime<Utc>) -> Vec<Listed> {
    let mut people = Vec::new();
    for role in roles(shifts) {
        let mut seen = BTreeSet::new();
        for row in in_force(shifts, &role, at) {
            for holder in shifts[row].holders.iter() {
                if seen.insert(holder.name.to_string()) {
                    people.push((role.clone(), holder.name.to_string(), row));
                }
            }
        }
    }
    people
}

/// Whether two rows of `role` name different people at `at`.
pub(super) fn conflict_in(shifts: &[Shift], role: &str, at: DateTime<Utc>) -> bool {
    let names = |row: usize| shifts[row].holders.iter().map(|holder| holder.name.clone()).collect::<BTreeSet<_>>();
    let rows = in_force(shifts, role, at);
    rows.iter().any(|row| names(*row) != names(rows[0]))
}

/// Whether somebody of rank primary is on call, or anybody where the sheet has no such role.
pub(super) fn covered(shifts: &[Shift], at: DateTime<Utc>) -> bool {
    let primary = shifts.iter().any(|shift| shift.role.rank == RoleRank::Primary);
    people(shifts, at).iter().any(|(_, _, row)| !primary || shifts[*row].role.rank == RoleRank::Primary)
}

pub(super) fn status(shifts: &[Shift], at: DateTime<Utc>) -> Status {
    if !covered(shifts, at) {
        Status::Gap
    } else if roles(shifts).iter().any(|role| conflict_in(shifts, role, at)) {
        Status::Conflict
    } else {
        Status::Covered
    }
}

/// Every instant at which a row begins or ends, sorted.
pub(super) fn boundaries(shifts: &[Shift]) -> Vec<DateTime<Utc>> {
    let ends = shifts.iter().flat_map(|shift| [shift.interval.start(), shift.interval.end()]);
    ends.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The span around `at` in which `row` counts without a break.
pub(super) fn span_of(shifts: &[Shift], row: usize, at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let counts = |at: &DateTime<Utc>| in_force(shifts, &shifts[row].role.label, *at).contains(&row);
    let boundaries = boundaries(shifts);
    let from = boundaries.iter().rev().filter(|edge| **edge <= at).take_while(|edge| counts(edge)).last().unwrap();
    let until = boundaries.iter().filter(|edge| **edge > at).find(|edge| !counts(edge)).unwrap();
    (*from, *until)
}

/// The first instant after `at` at which other people hold the roles.
pub(super) fn next_change(shifts: &[Shift], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let set = |at| people(shifts, at).into_iter().map(|(role, name, _)| (role, name)).collect::<BTreeSet<_>>();
    let present = set(at);
    boundaries(shifts).into_iter().find(|edge| *edge > at && set(*edge) != present)
}

/// The hole around `at`, which is not covered.
pub(super) fn hole(shifts: &[Shift], at: DateTime<Utc>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let boundaries = boundaries(shifts);
    let before: Vec<_> = boundaries.iter().filter(|edge| **edge <= at).collect();
    let last_covered = before.iter().rposition(|edge| covered(shifts, **edge));
    let until = boundaries.iter().find(|edge| **edge > at && covered(shifts, **edge));
    (last_covered.map(|index| *before[index + 1]), until.copied())
}
