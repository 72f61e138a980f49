//! What does a second file change? Every row of it is an override (contract 2.3 rule 4); an empty name makes a gap.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::schedule::grid::Grid;
use crate::schedule::problem::{LayoutProblem, Problem, ProblemKind};
use crate::schedule::roster::Roster;
use crate::schedule::shift::{Role, Shift, ShiftKind};

use super::settings::LayoutSettings;
use super::{Reading, Recognition, SkippedRow, Unusable, headings};

/// Adds the rows of an override file to a schedule that was read, as overrides after its own rows.
///
/// The file has a layout of its own, recognised by itself, and shares the year, the order of dates, the handoff and the
/// hours of the settings. Its roles are those of the schedule; a file without roles fits a schedule of one role only.
/// A file without any row changes nothing, and then nothing is given; else how it was understood. One whose rows cannot
/// be read makes the schedule unusable, because nobody could tell what they would have changed.
pub fn read_overrides(
    reading: &mut Reading,
    grid: &Grid,
    settings: &LayoutSettings,
    zone: Tz,
    roster: &Roster,
) -> Result<Option<(Recognition, Vec<SkippedRow>)>, Unusable> {
    let settings = LayoutSettings {
        kind: None,
        header_row: None,
        columns: BTreeMap::new(),
        people: Vec::new(),
        is_overrides: true,
        ..settings.clone()
    };
    let mut changes = match super::read(grid, &settings, zone, roster) {
        Ok(changes) => changes,
        Err(unusable) if is_empty(grid, &unusable) => return Ok(None),
        Err(unusable) => return Err(unusable),
    };
    let roles = roles_of(&reading.shifts);
    for shift in &mut changes.shifts {
        shift.kind = ShiftKind::Override;
        let Some(role) = role_of(shift, &roles) else {
            let problem = Problem {
                kind: LayoutProblem::OverrideRole { roles: roles.iter().map(|role| role.label.clone()).collect() }
                    .into(),
                sheet: grid.sheet.clone(),
                cell: shift.row.cell(),
                text: shift.role.label.to_string(),
            };
            return Err(Unusable { problems: changes.problems.into_iter().chain([problem]).collect() });
        };
        shift.role = role;
    }
    for problem in &mut changes.problems {
        if problem.kind == ProblemKind::Nobody {
            problem.kind = ProblemKind::DeliberateGap;
        }
    }
    reading.shifts.append(&mut changes.shifts);
    // What is wrong with the site, and not with a cell, was said of the schedule itself.
    changes
        .problems
        .retain(|problem| !problem.cell.is_empty() || reading.problems.iter().all(|known| known.kind != problem.kind));
    reading.problems.append(&mut changes.problems);
    Ok(Some((changes.recognition, changes.skipped)))
}

/// Whether a file has a header at most.
fn is_empty(grid: &Grid, unusable: &Unusable) -> bool {
    let rows = grid.rows.iter().filter(|row| row.cells().any(|cell| !cell.trim().is_empty())).count();
    rows <= 1 && unusable.problems.iter().all(|problem| problem.kind == ProblemKind::NoUsableRow)
}

fn roles_of(shifts: &[Shift]) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for shift in shifts {
        if roles.iter().all(|role| role.label != shift.role.label) {
            roles.push(shift.role.clone());
        }
    }
    roles
}

/// The schedule's role that an override changes.
fn role_of(shift: &Shift, roles: &[Role]) -> Option<Role> {
    if let [role] = roles
        && &*shift.role.label == "primary"
    {
        return Some(role.clone());
    }
    let key = headings::key(&shift.role.label);
    roles.iter().find(|role| headings::key(&role.label) == key).cloned()
}
