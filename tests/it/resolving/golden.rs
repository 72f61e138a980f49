//! The pinned cases: handoffs, overrides, conflicts, gaps, nights of change. Numbers are rows of the domain's section 6.

use chrono::Duration;
use page_oncall::schedule::Schedule;
use page_oncall::schedule::explain::Verdict;
use page_oncall::schedule::gaps::gaps;
use page_oncall::schedule::on_call::Status;

use super::{civil, interval, people, rows, schedule, utc};

const NIGHT: (&str, &str) = ("2026-11-20 18:00", "2026-11-21 07:00");

#[test]
fn at_the_handoff_instant_the_incoming_person_is_on_call() {
    // Row 8; the sheet need not be in order of time.
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-23 07:00", "2026-11-30 07:00", "Ben Ode"),
        ("primary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ada Ruiz"),
    ]));
    let handoff = civil("2026-11-23 07:00");
    assert_eq!(people(&schedule, handoff - Duration::nanoseconds(1)), ["Ada Ruiz (primary)"]);
    assert_eq!(people(&schedule, handoff), ["Ben Ode (primary)"]);
    let before = schedule.on_call(handoff - Duration::seconds(1));
    assert_eq!(before.next.as_ref().unwrap().at, handoff);
    assert_eq!(before.next.unwrap().people[0].name.as_ref(), "Ben Ode");
    assert_eq!(schedule.on_call(civil("2026-11-30 07:00")).status, Status::Gap, "the last end belongs to nobody");
    assert_eq!(schedule.on_call(civil("2026-11-16 07:00")).status, Status::Covered);
}

#[test]
fn handing_over_to_oneself_changes_nothing() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-23 07:00", "2026-11-30 07:00", "ada  RUIZ"),
        ("primary", "shift", "2026-11-30 07:00", "2026-12-07 07:00", "Ben Ode"),
    ]));
    let answer = schedule.on_call(civil("2026-11-20 12:00"));
    assert_eq!(answer.people[0].until, civil("2026-11-23 07:00"), "the row ends there");
    assert_eq!(answer.next.unwrap().at, civil("2026-11-30 07:00"), "the people change there");
}

#[test]
fn both_half_past_ones_of_november_have_their_own_answer() {
    // Row 3. The boundary 01:30 means its first occurrence, 01:30 CDT, for the end and the next start alike (row 2).
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-10-31 18:00", "2026-11-01 01:30", "Ada Ruiz"),
        ("primary", "shift", "2026-11-01 01:30", "2026-11-01 07:00", "Ben Ode"),
    ]));
    assert_eq!(people(&schedule, utc("2026-11-01T01:29:59-05:00")), ["Ada Ruiz (primary)"]);
    assert_eq!(people(&schedule, utc("2026-11-01T01:30:00-05:00")), ["Ben Ode (primary)"]);
    assert_eq!(people(&schedule, utc("2026-11-01T01:29:59-06:00")), ["Ben Ode (primary)"]);
    assert_eq!(people(&schedule, utc("2026-11-01T01:30:00-06:00")), ["Ben Ode (primary)"]);
    let night = interval("2026-10-31 18:00", "2026-11-01 07:00");
    assert_eq!(night.length(), Duration::hours(14), "row 4");
    let report = gaps(&schedule, night, &page_oncall::civil::IntervalSet::of([night]));
    assert_eq!((report.gaps.len(), report.overlaps.len(), report.covered), (0, 0, Duration::hours(14)));
}

#[test]
fn a_boundary_that_does_not_exist_leaves_neither_hole_nor_overlap() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-03-07 18:00", "2026-03-08 02:30", "Ada Ruiz"),
        ("primary", "shift", "2026-03-08 02:30", "2026-03-08 07:00", "Ben Ode"),
    ]));
    assert_eq!(people(&schedule, utc("2026-03-08T01:59:59-06:00")), ["Ada Ruiz (primary)"]);
    assert_eq!(people(&schedule, utc("2026-03-08T03:00:00-05:00")), ["Ben Ode (primary)"]);
    let night = interval("2026-03-07 18:00", "2026-03-08 07:00");
    assert_eq!(night.length(), Duration::hours(12), "row 4");
    let report = gaps(&schedule, night, &page_oncall::civil::IntervalSet::of([night]));
    assert_eq!((report.gaps.len(), report.overlaps.len(), report.covered), (0, 0, Duration::hours(12)));
}

#[test]
fn after_midnight_the_row_is_yesterdays() {
    // Row 6.
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-20 18:00", "2026-11-21 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-21 18:00", "2026-11-22 07:00", "Ben Ode"),
    ]));
    assert_eq!(people(&schedule, civil("2026-11-21 00:00")), ["Ada Ruiz (primary)"]);
    assert_eq!(people(&schedule, civil("2026-11-21 02:00")), ["Ada Ruiz (primary)"]);
    assert_eq!(people(&schedule, civil("2026-11-22 02:00")), ["Ben Ode (primary)"]);
}

#[test]
fn a_blank_cell_is_a_gap_and_nothing_is_carried_over() {
    // Row 20.
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-17 07:00", "2026-11-18 07:00", ""),
        ("primary", "shift", "2026-11-18 07:00", "2026-11-19 07:00", "Ben Ode"),
    ]));
    let answer = schedule.on_call(civil("2026-11-17 12:00"));
    assert_eq!((answer.status, answer.people.len()), (Status::Gap, 0));
    let hole = answer.gap.unwrap();
    assert_eq!((hole.from, hole.until), (Some(civil("2026-11-17 07:00")), Some(civil("2026-11-18 07:00"))));
    let window = interval("2026-11-16 07:00", "2026-11-19 07:00");
    let report = gaps(&schedule, window, &page_oncall::civil::IntervalSet::of([window]));
    assert_eq!(report.gaps[0].placeholders[0].number(), 3, "the gap names the row that says nobody");
}

#[test]
fn a_gap_names_no_row_of_a_role_that_is_not_required() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("secondary", "shift", "2026-11-17 07:00", "2026-11-18 07:00", ""),
    ]));
    let window = interval("2026-11-16 07:00", "2026-11-18 07:00");
    let report = gaps(&schedule, window, &page_oncall::civil::IntervalSet::of([window]));
    assert_eq!((report.gaps.len(), report.gaps[0].placeholders.len()), (1, 0));
}

#[test]
fn a_placeholder_neither_covers_nor_conflicts() {
    let schedule = schedule(rows(&[
        ("primary", "shift", NIGHT.0, NIGHT.1, "Ada Ruiz"),
        ("primary", "shift", NIGHT.0, NIGHT.1, ""),
    ]));
    assert_eq!(schedule.on_call(civil("2026-11-20 20:00")).status, Status::Covered);
}

#[test]
fn a_hole_between_rows_is_exact_and_open_at_the_ends_of_the_sheet() {
    // Row 37.
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-17 09:15", "2026-11-18 07:00", "Ben Ode"),
    ]));
    let hole = |text: &str| schedule.on_call(civil(text)).gap.map(|hole| (hole.from, hole.until));
    let inside = Some((Some(civil("2026-11-17 07:00")), Some(civil("2026-11-17 09:15"))));
    assert_eq!(hole("2026-11-17 07:00"), inside);
    assert_eq!(hole("2026-11-17 09:14"), inside);
    assert_eq!(hole("2026-11-17 09:15"), None);
    assert_eq!(hole("2026-11-01 00:00"), Some((None, Some(civil("2026-11-16 07:00")))));
    assert_eq!(hole("2026-12-01 00:00"), Some((Some(civil("2026-11-18 07:00")), None)));
}

#[test]
fn two_rows_with_different_people_are_a_conflict_in_row_order() {
    // Row 36.
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-20 18:00", "2026-11-21 07:00", "Ben Ode"),
        ("primary", "shift", "2026-11-20 17:00", "2026-11-20 20:00", "Ada Ruiz"),
    ]));
    let answer = schedule.on_call(civil("2026-11-20 18:00"));
    assert_eq!(answer.status, Status::Conflict);
    assert_eq!(people(&schedule, answer.at), ["Ben Ode (primary)", "Ada Ruiz (primary)"]);
    assert_eq!(answer.required, [0, 1], "both are paged");
    assert_eq!(schedule.on_call(civil("2026-11-20 17:59")).status, Status::Covered);
    assert_eq!(schedule.on_call(civil("2026-11-20 20:00")).status, Status::Covered);
}

#[test]
fn an_overlap_is_one_piece_as_long_as_its_rows_are_the_same() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-20 18:00", "2026-11-21 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-20 18:00", "2026-11-21 02:00", "Ben Ode"),
        ("primary", "shift", "2026-11-21 00:00", "2026-11-21 07:00", "Cy Day"),
        ("secondary", "shift", "2026-11-20 18:00", "2026-11-20 20:00", "Ben Ode"),
    ]));
    let night = interval("2026-11-20 18:00", "2026-11-21 07:00");
    let report = gaps(&schedule, night, &page_oncall::civil::IntervalSet::of([night]));
    let pieces: Vec<_> = report.overlaps.iter().map(|piece| (piece.interval, piece.names.join(", "))).collect();
    assert_eq!(
        pieces,
        [
            (interval("2026-11-20 18:00", "2026-11-21 00:00"), "Ada Ruiz, Ben Ode".to_owned()),
            (interval("2026-11-21 00:00", "2026-11-21 02:00"), "Ada Ruiz, Ben Ode, Cy Day".to_owned()),
            (interval("2026-11-21 02:00", "2026-11-21 07:00"), "Ada Ruiz, Cy Day".to_owned()),
        ]
    );
}

#[test]
fn the_same_person_twice_is_no_conflict_and_is_listed_once() {
    // Row 35.
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-20 18:00", "2026-11-21 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-20 20:00", "2026-11-21 09:00", "ada ruiz"),
        ("secondary", "shift", "2026-11-20 18:00", "2026-11-21 07:00", "Ada Ruiz"),
    ]));
    let answer = schedule.on_call(civil("2026-11-20 21:00"));
    assert_eq!(answer.status, Status::Covered);
    assert_eq!(people(&schedule, answer.at), ["Ada Ruiz (primary)", "Ada Ruiz (secondary)"]);
    assert_eq!(answer.people[0].row.number(), 2, "the earlier row is shown");
}

#[test]
fn several_people_of_one_row_are_all_on_call_without_a_conflict() {
    let schedule = schedule(rows(&[("primary", "shift", NIGHT.0, NIGHT.1, "Ben Ode/Ada Ruiz")]));
    let answer = schedule.on_call(civil("2026-11-20 20:00"));
    assert_eq!(answer.status, Status::Covered);
    assert_eq!(people(&schedule, answer.at), ["Ben Ode (primary)", "Ada Ruiz (primary)"]);
}

#[test]
fn an_override_replaces_its_own_role_and_no_other() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ada Ruiz"),
        ("secondary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ben Ode"),
        ("primary", "override", "2026-11-18 18:00", "2026-11-19 07:00", "Cy Day"),
    ]));
    let during = schedule.on_call(civil("2026-11-18 20:00"));
    assert_eq!(people(&schedule, during.at), ["Cy Day (primary)", "Ben Ode (secondary)"]);
    let before = schedule.on_call(civil("2026-11-18 17:59"));
    assert_eq!(before.people[0].until, civil("2026-11-18 18:00"), "the shift ends where it is replaced");
    assert_eq!(before.people[1].until, civil("2026-11-23 07:00"));
    let after = schedule.on_call(civil("2026-11-19 07:00"));
    assert_eq!(people(&schedule, after.at)[0], "Ada Ruiz (primary)");
    assert_eq!(after.people[0].from, civil("2026-11-19 07:00"), "and begins where it comes back");
}

#[test]
fn an_override_across_a_handoff_holds_on_both_sides() {
    let schedule = schedule(rows(&[
        ("primary", "override", "2026-11-23 05:00", "2026-11-23 09:00", "Cy Day"),
        ("primary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-23 07:00", "2026-11-30 07:00", "Ben Ode"),
    ]));
    let night = schedule.on_call(civil("2026-11-23 04:59"));
    assert_eq!(night.next.unwrap().at, civil("2026-11-23 05:00"));
    let cover = schedule.on_call(civil("2026-11-23 07:00"));
    assert_eq!(people(&schedule, cover.at), ["Cy Day (primary)"]);
    assert_eq!((cover.people[0].from, cover.people[0].until), (civil("2026-11-23 05:00"), civil("2026-11-23 09:00")));
    assert_eq!(people(&schedule, civil("2026-11-23 09:00")), ["Ben Ode (primary)"]);
}

#[test]
fn an_override_exactly_over_its_shift_hides_it_and_a_conflict_with_it() {
    let schedule = schedule(rows(&[
        ("primary", "shift", NIGHT.0, NIGHT.1, "Ada Ruiz"),
        ("primary", "shift", NIGHT.0, NIGHT.1, "Ben Ode"),
        ("primary", "override", NIGHT.0, NIGHT.1, "Cy Day"),
    ]));
    let answer = schedule.on_call(civil(NIGHT.0));
    assert_eq!((answer.status, people(&schedule, answer.at)), (Status::Covered, vec!["Cy Day (primary)".to_owned()]));
    let window = interval(NIGHT.0, NIGHT.1);
    assert!(gaps(&schedule, window, schedule.covered()).overlaps.is_empty());
}

#[test]
fn an_override_in_a_gap_gives_cover() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("primary", "override", "2026-11-17 09:00", "2026-11-17 12:00", "Cy Day"),
    ]));
    assert_eq!(schedule.on_call(civil("2026-11-17 08:59")).status, Status::Gap);
    assert_eq!(people(&schedule, civil("2026-11-17 09:00")), ["Cy Day (primary)"]);
}

#[test]
fn an_override_of_nobody_makes_a_gap() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ada Ruiz"),
        ("primary", "override", "2026-11-18 18:00", "2026-11-19 07:00", ""),
    ]));
    let answer = schedule.on_call(civil("2026-11-18 20:00"));
    assert_eq!((answer.status, answer.people.len()), (Status::Gap, 0));
    let explained = schedule.explain(answer.at);
    assert!(matches!(explained.rows[0].verdict, Verdict::ReplacedBy(ref row) if row.number() == 3));
    assert_eq!(explained.rows[1].verdict, Verdict::ExplicitGap);
}

#[test]
fn of_two_overrides_the_later_row_wins_and_is_flagged() {
    let schedule = schedule(rows(&[
        ("primary", "override", "2026-11-18 06:00", "2026-11-19 18:00", "Ben Ode"),
        ("primary", "override", "2026-11-18 18:00", "2026-11-19 07:00", "Cy Day"),
        ("primary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ada Ruiz"),
    ]));
    assert_eq!(people(&schedule, civil("2026-11-18 20:00")), ["Cy Day (primary)"]);
    let around = schedule.on_call(civil("2026-11-18 12:00"));
    assert_eq!(people(&schedule, around.at), ["Ben Ode (primary)"]);
    assert_eq!(around.people[0].until, civil("2026-11-18 18:00"));
    assert_eq!(people(&schedule, civil("2026-11-19 07:00")), ["Ben Ode (primary)"]);
    let clashes: Vec<_> =
        schedule.clashes().map(|clash| (clash.winner.number(), clash.loser.number(), clash.interval)).collect();
    assert_eq!(clashes, [(3, 2, interval("2026-11-18 18:00", "2026-11-19 07:00"))]);
}

#[test]
fn an_earlier_row_nested_in_a_later_one_never_shows_and_is_flagged() {
    let schedule = schedule(rows(&[
        ("primary", "override", "2026-11-18 18:00", "2026-11-19 07:00", "Cy Day"),
        ("primary", "override", "2026-11-18 06:00", "2026-11-19 18:00", "Ben Ode"),
        ("primary", "override", "2026-11-18 06:00", "2026-11-19 18:00", "Ben Ode"),
    ]));
    assert_eq!(people(&schedule, civil("2026-11-18 20:00")), ["Ben Ode (primary)"]);
    let clashes: Vec<_> =
        schedule.clashes().map(|clash| (clash.winner.number(), clash.loser.number(), clash.same_people)).collect();
    assert_eq!(clashes, [(4, 3, true), (4, 2, false)]);
}

#[test]
fn required_roles_are_primary_where_the_sheet_has_it_else_anybody() {
    let with_primary = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("secondary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ben Ode"),
    ]));
    let answer = with_primary.on_call(civil("2026-11-18 12:00"));
    assert_eq!((answer.status, answer.people.len(), answer.required.len()), (Status::Gap, 1, 0));

    let teams = rows(&[
        ("Windows", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("Linux Team", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ben Ode"),
    ]);
    let anybody = schedule(teams.clone()).on_call(civil("2026-11-18 12:00"));
    assert_eq!((anybody.status, anybody.required), (Status::Covered, vec![0]));

    let named = |roles: &[&str]| {
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        Schedule::new("t", "Teams", teams.clone(), Vec::new(), &roles).on_call(civil("2026-11-18 12:00"))
    };
    assert_eq!(named(&["linux-team"]).status, Status::Covered);
    assert_eq!(named(&["LINUX_TEAM", "windows"]).status, Status::Gap, "each required role must have somebody");
    assert_eq!(named(&["primary"]).status, Status::Gap, "a role that the sheet does not have has nobody");
}

#[test]
fn a_gap_weighs_more_than_a_conflict() {
    let schedule = schedule(rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-17 07:00", "Ada Ruiz"),
        ("secondary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Ben Ode"),
        ("secondary", "shift", "2026-11-16 07:00", "2026-11-23 07:00", "Cy Day"),
    ]));
    assert_eq!(schedule.on_call(civil("2026-11-16 12:00")).status, Status::Conflict);
    assert_eq!(schedule.on_call(civil("2026-11-18 12:00")).status, Status::Gap);
}

#[test]
fn a_schedule_without_rows_has_nobody_ever() {
    let answer = schedule(Vec::new()).on_call(civil("2026-11-18 12:00"));
    assert_eq!((answer.status, answer.next), (Status::Gap, None));
    assert_eq!(answer.gap.map(|hole| (hole.from, hole.until)), Some((None, None)));
}
