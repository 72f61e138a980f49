//! What do two versions of a schedule say differently? The people before and after, by role and span; never rows or cells.
//!
//! A row that moved without changing who is on call is no difference. The words stand in `wording::changes`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::identity::fold_role;
use super::on_call::OnCallPerson;
use super::resolve::Schedule;
use super::roster;
use super::shift::{Role, RowReference};
use crate::civil::Interval;

/// A span in which one role has other people than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The span, as long as the people on both sides stay the same.
    pub interval: Interval,
    /// The role, as the later version writes it where it has it.
    pub role: Role,
    /// Who was on call by the earlier version, in its order; empty is nobody.
    pub before: Vec<OnCallPerson>,
    /// Who is by the later one.
    pub after: Vec<OnCallPerson>,
    /// The rows of the earlier version that said so.
    pub rows_before: Vec<RowReference>,
    /// The rows of the later version that say so.
    pub rows_after: Vec<RowReference>,
}

impl Change {
    /// The people whose duty this changes, each once: who had it and who has it, without those who keep it.
    pub fn affected(&self) -> impl Iterator<Item = &OnCallPerson> {
        let in_none_of = |people: &[OnCallPerson], one: &OnCallPerson| !people.iter().any(|other| same(one, other));
        let lost = self.before.iter().filter(move |one| in_none_of(&self.after, one));
        let won = self.after.iter().filter(move |one| in_none_of(&self.before, one));
        lost.chain(won)
    }
}

/// Whether two entries name one person, however their names are typed.
fn same(one: &OnCallPerson, other: &OnCallPerson) -> bool {
    roster::fold(&one.name) == roster::fold(&other.name)
}

/// Everything in `window` that `after` says otherwise than `before`, by start, then by role.
pub fn difference(before: &Schedule, after: &Schedule, window: Interval) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut last_of_role: HashMap<String, usize> = HashMap::new();
    for piece in pieces(before, after, window) {
        for (key, change) in differing(before, after, piece) {
            let last = last_of_role.get(&key).and_then(|index| changes.get_mut(*index));
            if let Some(last) = last.filter(|last| last.interval.end() == piece.start() && continues(last, &change)) {
                extend(last, change);
            } else {
                last_of_role.insert(key, changes.len());
                changes.push(change);
            }
        }
    }
    changes
}

/// The window, cut wherever either version may change.
fn pieces(before: &Schedule, after: &Schedule, window: Interval) -> Vec<Interval> {
    let mut cuts: Vec<DateTime<Utc>> = vec![window.start(), window.end()];
    for schedule in [before, after] {
        cuts.extend(schedule.timeline.starts().filter(|at| window.contains(*at)));
    }
    cuts.sort_unstable();
    cuts.dedup();
    cuts.iter().zip(cuts.iter().skip(1)).filter_map(|(start, end)| Interval::new(*start, *end)).collect()
}

/// The roles that differ throughout one piece, in the order of roles.
fn differing(before: &Schedule, after: &Schedule, piece: Interval) -> Vec<(String, Change)> {
    let (old, new) = (before.people_at(piece.start()), after.people_at(piece.start()));
    let mut roles: Vec<(String, Role)> = Vec::new();
    for person in new.iter().chain(&old) {
        let key = fold_role(&person.role.label);
        if roles.iter().all(|(known, _)| *known != key) {
            roles.push((key, person.role.clone()));
        }
    }
    roles.sort_by_key(|(_, role)| (role.rank, role.order));
    let of_role = |people: &[OnCallPerson], key: &str| -> Vec<OnCallPerson> {
        people.iter().filter(|person| fold_role(&person.role.label) == key).cloned().collect()
    };
    roles
        .into_iter()
        .filter_map(|(key, role)| {
            let (before, after) = (of_role(&old, &key), of_role(&new, &key));
            if equal(&before, &after) {
                return None;
            }
            let (rows_before, rows_after) = (rows(&before), rows(&after));
            Some((key, Change { interval: piece, role, before, after, rows_before, rows_after }))
        })
        .collect()
}

/// Whether both name the same people, in whatever order.
fn equal(one: &[OnCallPerson], other: &[OnCallPerson]) -> bool {
    one.len() == other.len() && one.iter().all(|person| other.iter().any(|another| same(person, another)))
}

fn continues(last: &Change, change: &Change) -> bool {
    equal(&last.before, &change.before) && equal(&last.after, &change.after)
}

fn rows(people: &[OnCallPerson]) -> Vec<RowReference> {
    let mut rows: Vec<RowReference> = Vec::new();
    add(&mut rows, people.iter().map(|person| person.row.clone()));
    rows
}

fn add(rows: &mut Vec<RowReference>, more: impl IntoIterator<Item = RowReference>) {
    for row in more {
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
}

fn extend(last: &mut Change, change: Change) {
    last.interval = Interval::new(last.interval.start(), change.interval.end()).unwrap_or(last.interval);
    add(&mut last.rows_before, change.rows_before);
    add(&mut last.rows_after, change.rows_after);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::sync::Arc;

    use super::*;
    use crate::schedule::grid::GridRow;
    use crate::schedule::shift::{Holder, RoleRank, Shift, ShiftKind};

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_392_000 + hour * 3_600, 0).unwrap()
    }

    fn span(from: i64, until: i64) -> Interval {
        Interval::new(hour(from), hour(until)).unwrap()
    }

    fn row(number: u32, from: i64, until: i64, name: &str, kind: ShiftKind) -> Shift {
        let holder = |name: &str| Holder { name: name.into(), phone: None, email: None, known: true };
        Shift {
            interval: span(from, until),
            role: Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 },
            kind,
            holders: if name.is_empty() { Arc::default() } else { [holder(name)].into() },
            row: RowReference::new(&GridRow::of(&"Nov".into(), number, ["", "", name]), 2, None),
            note: String::new(),
        }
    }

    fn schedule(rows: &[(i64, i64, &str)]) -> Schedule {
        let number = |index: usize| u32::try_from(index).unwrap() + 2;
        let shifts =
            rows.iter().enumerate().map(|(index, (f, u, name))| row(number(index), *f, *u, name, ShiftKind::Shift));
        Schedule::new("aims", "AIMS", shifts.collect(), Vec::new(), &[])
    }

    fn told(changes: &[Change]) -> Vec<String> {
        let names = |people: &[OnCallPerson]| people.iter().map(|p| p.name.to_string()).collect::<Vec<_>>().join("+");
        let hours = |at: DateTime<Utc>| (at - hour(0)).num_hours();
        changes
            .iter()
            .map(|change| {
                let (start, end) = (hours(change.interval.start()), hours(change.interval.end()));
                format!("{start}-{end} {}>{}", names(&change.before), names(&change.after))
            })
            .collect()
    }

    #[test]
    fn a_change_is_one_span_with_its_rows_however_the_rows_are_cut() {
        let before = schedule(&[(0, 10, "Lee"), (10, 20, "Kim")]);
        let after = schedule(&[(0, 4, "Lee"), (4, 6, "Ortiz"), (6, 10, "ortiz"), (10, 20, "Kim")]);
        let changes = difference(&before, &after, span(0, 20));
        assert_eq!(told(&changes), ["4-10 Lee>Ortiz"]);
        let cells: Vec<String> = changes[0].rows_after.iter().map(RowReference::cell).collect();
        assert_eq!(cells, ["C3", "C4"]);
        assert_eq!(changes[0].affected().map(|person| person.name.to_string()).collect::<Vec<_>>(), ["Lee", "Ortiz"]);
    }

    #[test]
    fn nobody_before_or_after_is_a_change_too_and_the_window_cuts_it() {
        let (before, after) = (schedule(&[(0, 10, "Lee")]), schedule(&[(2, 14, "Lee")]));
        assert_eq!(told(&difference(&before, &after, span(-5, 30))), ["0-2 Lee>", "10-14 >Lee"]);
        assert_eq!(told(&difference(&before, &after, span(1, 12))), ["1-2 Lee>", "10-12 >Lee"]);
        assert!(difference(&before, &after, span(3, 9)).is_empty());
    }

    #[test]
    fn rows_that_say_the_same_in_another_way_are_no_change() {
        let before = schedule(&[(0, 10, "Lee")]);
        assert!(difference(&before, &schedule(&[(5, 10, " LEE"), (0, 5, "Lee")]), span(-5, 30)).is_empty());
    }

    #[test]
    fn an_override_changes_its_span_alone() {
        let mut shifts = vec![row(2, 0, 10, "Lee", ShiftKind::Shift)];
        let before = Schedule::new("aims", "AIMS", shifts.clone(), Vec::new(), &[]);
        shifts.push(row(3, 3, 5, "Kim", ShiftKind::Override));
        shifts.push(row(4, 7, 8, "", ShiftKind::Override));
        let after = Schedule::new("aims", "AIMS", shifts, Vec::new(), &[]);
        assert_eq!(told(&difference(&before, &after, span(0, 10))), ["3-5 Lee>Kim", "7-8 Lee>"]);
    }

    fn any_schedule() -> impl Strategy<Value = Schedule> {
        let row = (0_i64..40, 1_i64..12, prop::sample::select(vec!["Lee", "Kim", "Ortiz", ""]));
        prop::collection::vec(row, 1..8).prop_map(|rows| {
            schedule(&rows.iter().map(|(from, length, name)| (*from, from + length, *name)).collect::<Vec<_>>())
        })
    }

    proptest! {
        #[test]
        fn at_every_hour_a_change_is_told_exactly_where_the_people_differ(
            before in any_schedule(), after in any_schedule()
        ) {
            let changes = difference(&before, &after, span(-1, 60));
            for at in (-1..60).map(hour) {
                let names = |schedule: &Schedule| {
                    let mut names: Vec<_> = schedule.on_call(at).people.iter().map(|p| p.name.to_string()).collect();
                    names.sort();
                    names
                };
                let told = changes.iter().filter(|change| change.interval.contains(at)).count();
                prop_assert_eq!(told, usize::from(names(&before) != names(&after)));
            }
        }
    }
}
