//! Do the resolver and the brute-force one agree on random rows, at every boundary and on both nights of change?

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::civil::{self, Interval, IntervalSet};
use page_oncall::schedule::Schedule;
use page_oncall::schedule::explain::Verdict;
use page_oncall::schedule::gaps::{Overlap, gaps};
use page_oncall::schedule::grid::GridRow;
use page_oncall::schedule::on_call::Status;
use page_oncall::schedule::shift::{Holder, RowReference, Shift, ShiftKind};
use proptest::prelude::*;

use super::{brute, role, schedule};

const ROLES: [&str; 4] = ["primary", "secondary", "Windows", "Linux"];
const NAMES: [&str; 5] = ["Ada Ruiz", "Ben Ode", "Cy Day", "Dee Fox", "Eli Orr"];

/// Both nights of change, and an ordinary one.
fn night() -> impl Strategy<Value = NaiveDateTime> {
    prop::sample::select(vec!["2026-03-07 20:00", "2026-10-31 20:00", "2026-11-21 20:00"])
        .prop_map(|text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

/// Up to `count` rows in civil time, in units of `unit_ms`, each up to `longest` units; `overrides` is their share.
pub(super) fn shifts(count: usize, longest: i64, unit_ms: i64, overrides: f64) -> impl Strategy<Value = Vec<Shift>> {
    let row = (
        0..48_i64,
        1..=longest,
        0..ROLES.len(),
        prop::bool::weighted(overrides),
        prop::collection::vec(0..NAMES.len(), 0..3),
        prop::bool::weighted(0.2),
    );
    (night(), prop::collection::vec(row, 1..count), 1..=ROLES.len()).prop_map(move |(night, rows, roles)| {
        let instant = |units: i64| civil::resolve(Chicago, night + Duration::milliseconds(units * unit_ms)).at;
        let shifts = (2..).zip(rows).filter_map(|(number, (start, length, label, replaces, names, unnamed))| {
            let names = if unnamed { Vec::new() } else { names };
            Some(Shift {
                // In spring both ends may mean the same instant: such a row lasts no time.
                interval: Interval::new(instant(start), instant(start + length))?,
                role: role(ROLES[label % roles]),
                kind: if replaces { ShiftKind::Override } else { ShiftKind::Shift },
                holders: names.iter().map(|name| person(NAMES[*name])).collect(),
                row: RowReference::new(&GridRow::of(&"s".into(), number, [""]), 2, None),
                note: String::new(),
            })
        });
        shifts.collect()
    })
}

fn person(name: &str) -> Holder {
    Holder { name: name.into(), phone: None, email: None, known: true }
}

/// Each boundary, the second before and after it, and far outside.
fn instants(shifts: &[Shift]) -> Vec<DateTime<Utc>> {
    let far = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let near = brute::boundaries(shifts).into_iter().flat_map(|edge| {
        [edge - Duration::seconds(1), edge - Duration::nanoseconds(1), edge, edge + Duration::seconds(1)]
    });
    near.chain(far).collect()
}

fn agrees(shifts: &[Shift], schedule: &Schedule, at: DateTime<Utc>) -> Result<(), TestCaseError> {
    let answer = schedule.on_call(at);
    let row_of = |row: &RowReference| shifts.iter().position(|shift| shift.row == *row).unwrap();
    let listed = |people: &[page_oncall::schedule::on_call::OnCallPerson]| -> Vec<brute::Listed> {
        let one = |person: &page_oncall::schedule::on_call::OnCallPerson| {
            (person.role.label.to_string(), person.name.to_string(), row_of(&person.row))
        };
        people.iter().map(one).collect()
    };
    prop_assert_eq!(listed(&answer.people), brute::people(shifts, at));
    prop_assert_eq!(answer.status, brute::status(shifts, at));
    for person in &answer.people {
        let span = brute::span_of(shifts, row_of(&person.row), at);
        prop_assert_eq!((person.from, person.until), span, "{} at {}", person.name, at);
    }
    prop_assert_eq!(answer.next.as_ref().map(|next| next.at), brute::next_change(shifts, at));
    if let Some(next) = &answer.next {
        prop_assert_eq!(listed(&next.people), brute::people(shifts, next.at));
    }
    let hole = (!brute::covered(shifts, at)).then(|| brute::hole(shifts, at));
    prop_assert_eq!(answer.gap.map(|hole| (hole.from, hole.until)), hole);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn both_resolvers_agree_at_every_boundary(shifts in shifts(14, 16, 900_000, 0.3)) {
        let schedule = schedule(shifts.clone());
        for at in instants(&shifts) {
            agrees(&shifts, &schedule, at)?;
        }
    }

    #[test]
    fn both_resolvers_agree_within_a_second(shifts in shifts(10, 8, 300, 0.3)) {
        let schedule = schedule(shifts.clone());
        for at in instants(&shifts) {
            agrees(&shifts, &schedule, at)?;
        }
    }

    #[test]
    fn both_resolvers_agree_where_rows_pile_up(shifts in shifts(80, 48, 900_000, 0.06), picks in prop::collection::vec(any::<prop::sample::Index>(), 12)) {
        let schedule = schedule(shifts.clone());
        let instants = instants(&shifts);
        for pick in picks {
            agrees(&shifts, &schedule, *pick.get(&instants))?;
        }
    }

    #[test]
    fn the_explanation_accounts_for_every_row_and_agrees_with_the_answer(shifts in shifts(14, 16, 900_000, 0.3)) {
        let schedule = schedule(shifts.clone());
        for at in instants(&shifts) {
            let explained = schedule.explain(at);
            prop_assert_eq!(&explained.on_call, &schedule.on_call(at));
            let active = shifts.iter().filter(|shift| shift.interval.contains(at)).count();
            prop_assert_eq!(explained.rows.len(), active);
            let on_call = |row: &RowReference| explained.on_call.people.iter().any(|person| person.row == *row);
            for account in &explained.rows {
                let counts = matches!(account.verdict, Verdict::OnCall | Verdict::Conflict(_));
                prop_assert_eq!(on_call(&account.shift.row), counts, "{:?}", account);
                let in_conflict = brute::conflict_in(&shifts, &account.shift.role.label, at);
                if let Verdict::Conflict(rows) = &account.verdict {
                    prop_assert!(in_conflict && !rows.contains(&account.shift.row));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn gaps_and_overlaps_are_what_a_count_of_seconds_says(shifts in shifts(10, 12, 37_000, 0.3), cut in 0..900_i64, length in 1..900_i64) {
        let Some(first) = brute::boundaries(&shifts).first().copied() else { return Ok(()) };
        let start = first + Duration::seconds(cut - 300);
        let window = Interval::new(start, start + Duration::seconds(length)).unwrap();
        // Every other stretch of five minutes is needed.
        let stretch = |number: i32| {
            let begins = first + Duration::minutes(i64::from(number) * 10);
            Interval::new(begins, begins + Duration::minutes(5)).unwrap().intersection(&window)
        };
        let needed = IntervalSet::of((-1..4).filter_map(stretch));
        let report = gaps(&schedule(shifts.clone()), window, &needed);

        let seconds: Vec<_> = (0..length).map(|second| start + Duration::seconds(second)).collect();
        let needed_at: Vec<_> = seconds.iter().filter(|at| needed.contains(**at)).collect();
        let count = |holds: &dyn Fn(DateTime<Utc>) -> bool| {
            i64::try_from(needed_at.iter().filter(|at| holds(***at)).count()).unwrap()
        };
        prop_assert_eq!(report.required.num_seconds(), count(&|_| true));
        prop_assert_eq!(report.covered.num_seconds(), count(&|at| brute::covered(&shifts, at)));
        let in_gap = |at| report.gaps.iter().any(|gap| gap.interval.contains(at));
        let open: Duration = report.gaps.iter().map(|gap| gap.interval.length()).sum();
        prop_assert_eq!(report.required, report.covered + open);
        for at in &seconds {
            prop_assert_eq!(in_gap(*at), needed.contains(*at) && !brute::covered(&shifts, *at), "{}", at);
            for role in brute::roles(&shifts) {
                let named: Vec<_> =
                    report.overlaps.iter().filter(|overlap| *overlap.role.label == *role && overlap.interval.contains(*at)).collect();
                prop_assert_eq!(!named.is_empty(), needed.contains(*at) && brute::conflict_in(&shifts, &role, *at));
                if let [overlap] = named.as_slice() {
                    let names: Vec<_> = overlap.names.iter().map(ToString::to_string).collect();
                    let people = brute::people(&shifts, *at).into_iter().filter(|person| person.0 == role);
                    prop_assert_eq!(names, people.map(|person| person.1).collect::<Vec<_>>());
                }
                prop_assert!(named.len() < 2);
            }
        }
        for (index, overlap) in report.overlaps.iter().enumerate() {
            let goes_on = |next: &Overlap| {
                next.interval.start() == overlap.interval.end() && next.role == overlap.role && next.rows == overlap.rows
            };
            prop_assert!(!report.overlaps[index..].iter().any(goes_on), "an overlap is in two pieces");
        }
        let touching = report.gaps.windows(2).any(|pair| pair[0].interval.end() == pair[1].interval.start());
        prop_assert!(!touching, "a hole is in two pieces");
    }
}

/// Row number `second` lasts from that second to the common end, each with another person.
pub(super) fn pile(label: &str, start: DateTime<Utc>, count: i64) -> Vec<Shift> {
    let end = start + Duration::seconds(count);
    let row = |second| Shift {
        interval: Interval::new(start + Duration::seconds(second), end).unwrap(),
        role: role(label),
        kind: ShiftKind::Shift,
        holders: [person(&format!("Person {second}"))].into(),
        row: RowReference::new(&GridRow::of(&"s".into(), 1, [""]), 2, None),
        note: String::new(),
    };
    (0..count).map(row).collect()
}

#[test]
fn many_rows_over_each_other_are_still_answered() {
    let (start, count) = (super::utc("2026-11-22T00:00:00Z"), 4_000);
    let end = start + Duration::seconds(count);
    let schedule = schedule(pile("primary", start, count));
    let answer = schedule.on_call(end - Duration::seconds(1));
    assert_eq!(answer.people.len(), 4_000);
    assert_eq!(answer.next.unwrap().at, end);
    let report = gaps(&schedule, Interval::new(start, end).unwrap(), schedule.covered());
    assert_eq!(report.overlaps.iter().map(|overlap| overlap.interval.length().num_seconds()).sum::<i64>(), count - 1);
}

#[test]
fn an_override_of_nobody_empties_its_role_among_many_rows_too() {
    let (start, count) = (super::utc("2026-11-22T00:00:00Z"), 400);
    let mut rows = pile("secondary", start, count);
    let whole = rows[0].clone();
    rows.push(Shift { role: role("primary"), ..whole.clone() });
    rows.push(Shift { role: role("primary"), kind: ShiftKind::Override, holders: Arc::default(), ..whole });
    let answer = schedule(rows).on_call(start + Duration::seconds(count - 1));
    assert_eq!((answer.status, answer.people.len()), (Status::Gap, 400));
}
