//! Does the plan of a window hold exactly what the resolver answers at every instant of it?

use chrono::{DateTime, Duration, Utc};
use page_oncall::civil::{Interval, IntervalSet};
use page_oncall::schedule::Schedule;
use page_oncall::schedule::on_call::OnCallPerson;
use page_oncall::schedule::plan::{Lane, Plan, Stretch};
use page_oncall::schedule::shift::Shift;
use proptest::prelude::*;

use super::properties::{pile, shifts};
use super::{brute, interval, rows, schedule, utc};

fn always(span: Interval) -> IntervalSet {
    IntervalSet::of([span])
}

/// A person without the ends of the stretch.
fn who(person: &OnCallPerson) -> (String, String, u32, bool) {
    let override_ = person.kind == page_oncall::schedule::shift::ShiftKind::Override;
    (person.role.label.to_string(), person.name.to_string(), person.row.number(), override_)
}

fn on_at(lane: &Lane, at: DateTime<Utc>) -> Vec<&Stretch> {
    let mut on: Vec<&Stretch> =
        lane.stretches.iter().filter(|stretch| stretch.interval().unwrap().contains(at)).collect();
    on.sort_by_key(|stretch| (stretch.shift, stretch.holder));
    on
}

fn agrees(plan: &Plan, schedule: &Schedule, shifts: &[Shift], at: DateTime<Utc>) -> Result<(), TestCaseError> {
    let answer = schedule.on_call(at);
    let on: Vec<&Stretch> = plan.lanes.iter().flat_map(|lane| on_at(lane, at)).collect();
    let planned: Vec<_> = on.iter().map(|stretch| who(&stretch.person)).collect();
    prop_assert_eq!(planned, answer.people.iter().map(who).collect::<Vec<_>>(), "{}", at);
    for (stretch, person) in on.iter().zip(&answer.people) {
        // The row may be in force longer than it is the one that lists the person: another row may name them too.
        prop_assert!(person.from <= stretch.person.from && stretch.person.until <= person.until);
        let in_conflict = stretch.conflicts.iter().any(|span| span.contains(at));
        prop_assert_eq!(in_conflict, brute::conflict_in(shifts, &person.role.label, at), "{}", at);
    }
    let empty = plan.lanes.iter().any(|lane| plan.empty_in(lane).contains(at));
    prop_assert_eq!(empty, answer.gap.is_some(), "{}", at);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_says_what_on_call_says(
        shifts in shifts(14, 16, 900_000, 0.3), cut in 0..40_i64, length in 1..60_i64,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 12),
    ) {
        let Some(first) = brute::boundaries(&shifts).first().copied() else { return Ok(()) };
        let start = first + Duration::minutes(15 * (cut - 8));
        let window = Interval::new(start, start + Duration::minutes(15 * length)).unwrap();
        let schedule = schedule(shifts.clone());
        let plan = Plan::new(&schedule, window, &always);
        let edges = brute::boundaries(&shifts).into_iter().chain([window.start()]);
        let near = edges.flat_map(|edge| [edge - Duration::seconds(1), edge]).filter(|at| window.contains(*at));
        let seconds = usize::try_from(window.length().num_seconds()).unwrap();
        let picked = picks.iter().map(|pick| start + Duration::seconds(i64::try_from(pick.index(seconds)).unwrap()));
        for at in near.chain(picked) {
            agrees(&plan, &schedule, &shifts, at)?;
        }
        // Stretches are as long as they can be, all touch the window, and are the same whatever the window.
        let wide = Interval::new(window.start() - Duration::days(9), window.end() + Duration::days(9)).unwrap();
        let all = Plan::new(&schedule, wide, &always);
        for (lane, wide) in plan.lanes.iter().zip(&all.lanes) {
            let touching = |stretch: &&Stretch| stretch.interval().unwrap().intersection(&window).is_some();
            prop_assert_eq!(&lane.stretches, &wide.stretches.iter().filter(touching).cloned().collect::<Vec<_>>());
            for stretch in &wide.stretches {
                let goes_on = |next: &Stretch| {
                    (next.shift, next.holder) == (stretch.shift, stretch.holder) && next.person.from == stretch.person.until
                };
                prop_assert!(!wide.stretches.iter().any(goes_on), "a stretch is in two pieces");
            }
        }
    }
}

#[test]
fn an_override_cuts_a_row_into_pieces_and_says_whom_it_replaces() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-20 18:00", "2026-11-27 18:00", "Ada Ruiz"),
        ("primary", "override", "2026-11-22 18:00", "2026-11-23 07:00", "Ben Ode"),
        ("primary", "override", "2026-11-24 18:00", "2026-11-25 07:00", ""),
    ]));
    let plan = Plan::new(&schedule, interval("2026-11-23 00:00", "2026-11-26 00:00"), &always);
    let told: Vec<_> = plan.lanes[0]
        .stretches
        .iter()
        .map(|stretch| (&*stretch.person.name, stretch.piece, stretch.interval().unwrap()))
        .collect();
    let expected = [
        ("Ben Ode", 0, interval("2026-11-22 18:00", "2026-11-23 07:00")),
        ("Ada Ruiz", 1, interval("2026-11-23 07:00", "2026-11-24 18:00")),
        ("Ada Ruiz", 2, interval("2026-11-25 07:00", "2026-11-27 18:00")),
    ];
    assert_eq!(told, expected);
    let replaced: Vec<_> = plan.replaced.iter().map(|one| (&*one.names[0], one.interval, one.by.number())).collect();
    let expected = [
        ("Ada Ruiz", interval("2026-11-22 18:00", "2026-11-23 07:00"), 3),
        ("Ada Ruiz", interval("2026-11-24 18:00", "2026-11-25 07:00"), 4),
    ];
    assert_eq!(replaced, expected);
}

#[test]
fn a_hole_is_whole_though_the_window_cuts_it() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-01 18:00", "2026-11-20 18:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-25 18:00", "2026-11-27 18:00", "Ada Ruiz"),
    ]));
    let whole = |from, until| Plan::new(&schedule, interval(from, until), &always).whole_gaps;
    let hole = interval("2026-11-20 18:00", "2026-11-25 18:00");
    assert_eq!(whole("2026-11-22 00:00", "2026-11-23 00:00"), [hole]);
    assert_eq!(whole("2026-11-24 00:00", "2026-11-26 00:00"), [hole]);
    // Where the sheet has nothing more, the window ends it.
    let ends = interval("2026-11-27 18:00", "2026-12-05 00:00");
    assert_eq!(whole("2026-11-26 00:00", "2026-12-05 00:00"), [ends]);
    assert_eq!(whole("2026-12-03 00:00", "2026-12-05 00:00"), [ends]);
    assert_eq!(whole("2026-10-20 00:00", "2026-11-02 00:00"), [interval("2026-10-20 00:00", "2026-11-01 18:00")]);
}

#[test]
fn many_rows_over_each_other_are_planned() {
    let (start, count) = (utc("2026-11-22T00:00:00Z"), 600);
    let end = start + Duration::seconds(count);
    let plan = Plan::new(&schedule(pile("primary", start, count)), Interval::new(start, end).unwrap(), &always);
    assert_eq!(plan.lanes[0].stretches.len(), 600);
    assert!(plan.lanes[0].stretches.iter().all(|stretch| stretch.person.until == end && stretch.piece == 0));
}
