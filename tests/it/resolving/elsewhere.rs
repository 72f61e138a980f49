//! Do sheets answer as other on-call tools expect of the same situations? Each case through the public reading door.
//!
//! The situations are those that the tests of `GoAlert` (clock, rotation, state and override calculators), `LinkedIn` oncall
//! (overrides), Grafana `OnCall` (final events, gaps) and Alertmanager (time ranges) are about, written as sheets of ours.
//! Where a tool decides otherwise, the case says so and our contract wins.

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::civil::{Interval, IntervalSet};
use page_oncall::schedule::Schedule;
use page_oncall::schedule::gaps::gaps;
use page_oncall::schedule::layout::{self, LayoutSettings};
use page_oncall::schedule::on_call::Status;
use page_oncall::schedule::roster::Roster;
use page_oncall::source::csv;

use super::{civil, utc};

fn read(text: &str, settings: &str) -> Schedule {
    let grid = csv::read(text.as_bytes(), "aims.csv").unwrap().grid;
    let settings: LayoutSettings = toml::from_str(settings).unwrap();
    let reading = layout::read(&grid, &settings, Chicago, &Roster::default()).unwrap();
    Schedule::new("aims", "AIMS", reading.shifts, reading.problems, &[])
}

/// The names on call from each instant on, until the next one in the list: every second between is not looked at, both
/// sides of each instant are.
fn check(schedule: &Schedule, timeline: &[(&str, &str)]) {
    let names = |at: DateTime<Utc>| {
        let people = schedule.on_call(at).people;
        people.iter().map(|person| &*person.name).collect::<Vec<_>>().join(" ")
    };
    let mut before = None;
    for (at, wanted) in timeline {
        let at = if at.contains('T') { utc(at) } else { civil(at) };
        if let Some(before) = before {
            assert_eq!(names(at - chrono::Duration::seconds(1)), before, "the second before {at}");
        }
        assert_eq!(names(at), *wanted, "{at}");
        before = Some((*wanted).to_owned());
    }
}

/// The holes within a window as seconds.
fn holes(schedule: &Schedule, from: &str, until: &str) -> Vec<i64> {
    let window = Interval::new(civil(from), civil(until)).unwrap();
    let report = gaps(schedule, window, &IntervalSet::of([window]));
    report.gaps.iter().map(|gap| gap.interval.length().num_seconds()).collect()
}

#[test]
fn a_weekly_handoff_keeps_its_clock_time_over_both_changes() {
    // GoAlert, rotation: a weekly shift is an hour shorter in March and an hour longer in November.
    let schedule = read(
        "week of,person\n2026-03-06,Ada\n2026-03-13,Ben\n2026-10-30,Cy\n2026-11-06,Dee\n",
        "handoff_time = '08:00'",
    );
    check(
        &schedule,
        &[
            ("2026-03-06 08:00", "Ada"),
            ("2026-03-13T13:00:00Z", "Ben"),
            ("2026-03-20 08:00", ""),
            ("2026-10-30T13:00:00Z", "Cy"),
            ("2026-11-06T14:00:00Z", "Dee"),
        ],
    );
    let hours = |from: &str| {
        let person = schedule.on_call(civil(from)).people.remove(0);
        (person.until - person.from).num_hours()
    };
    assert_eq!((hours("2026-03-06 08:00"), hours("2026-10-30 08:00")), (7 * 24 - 1, 7 * 24 + 1));
}

#[test]
fn a_daily_handoff_does_too() {
    // GoAlert, rotation: 23 and 25 hours.
    let schedule = read(
        "start,end,person\n3/7/2026 8:00 am,3/8/2026 8:00 am,Ada\n11/7/2026 8:00 am,8:00 am,Ben\n\
         10/31/2026 8:00 am,8:00 am,Cy\n",
        "",
    );
    let hours = |from: &str| {
        let person = schedule.on_call(civil(from)).people.remove(0);
        (person.until - person.from).num_hours()
    };
    assert_eq!(hours("2026-03-07 08:00"), 23);
    assert_eq!(hours("2026-11-07 08:00"), 24);
    assert_eq!(hours("2026-10-31 08:00"), 25);
}

#[test]
fn hourly_rows_over_the_changes_neither_skip_nor_double_anybody_silently() {
    // GoAlert, clock: 02:00 and 02:30 of the spring night are both 03:00 CDT. In autumn it lets a span last until the
    // second 01:00; by our rule an end is the first one too, so that rows that touch on paper touch in time.
    let schedule = read(
        "start,end,person\n2026-03-08 00:00,2026-03-08 01:30,Ada\n2026-03-08 01:30,2026-03-08 02:30,Ben\n\
         2026-03-08 02:30,2026-03-08 03:30,Cy\n2026-11-01 00:00,2026-11-01 01:00,Ada\n\
         2026-11-01 01:00,2026-11-01 01:30,Ben\n2026-11-01 01:30,2026-11-01 02:00,Cy\n",
        "",
    );
    check(
        &schedule,
        &[
            ("2026-03-08T06:00:00Z", "Ada"),
            ("2026-03-08T07:30:00Z", "Ben"),
            ("2026-03-08T08:00:00Z", "Cy"),
            ("2026-03-08T08:30:00Z", ""),
            ("2026-11-01T05:00:00Z", "Ada"),
            ("2026-11-01T06:00:00Z", "Ben"),
            ("2026-11-01T06:30:00Z", "Cy"),
            ("2026-11-01T08:00:00Z", ""),
        ],
    );
    assert_eq!(holes(&schedule, "2026-03-08 00:00", "2026-03-08 03:30"), Vec::<i64>::new());
    assert_eq!(holes(&schedule, "2026-11-01 00:00", "2026-11-01 02:00"), Vec::<i64>::new());
}

#[test]
fn an_override_within_a_shift_splits_it() {
    // GoAlert, "replace override"; LinkedIn oncall, "split".
    let schedule = read(
        "start,end,person,kind\n2026-11-22 08:00,2026-11-22 10:00,Ada,shift\n2026-11-22 08:30,2026-11-22 08:45,Ben,cover\n",
        "",
    );
    check(
        &schedule,
        &[
            ("2026-11-22 07:59", ""),
            ("2026-11-22 08:00", "Ada"),
            ("2026-11-22 08:30", "Ben"),
            ("2026-11-22 08:45", "Ada"),
            ("2026-11-22 10:00", ""),
        ],
    );
}

#[test]
fn an_override_at_either_edge_or_over_several_shifts_cuts_them() {
    // LinkedIn oncall: the start, the end, the whole event, and four events in one go.
    let shifts = "start,end,person,kind\n2026-11-22 08:00,2026-11-22 10:00,Ada,\n2026-11-22 10:00,2026-11-22 12:00,Ben,\n\
                  2026-11-22 12:00,2026-11-22 14:00,Cy,\n";
    for (start, end, timeline) in [
        (
            "08:00",
            "09:00",
            &[("2026-11-22 08:00", "Zed"), ("2026-11-22 09:00", "Ada"), ("2026-11-22 10:00", "Ben")][..],
        ),
        ("09:00", "10:00", &[("2026-11-22 08:00", "Ada"), ("2026-11-22 09:00", "Zed"), ("2026-11-22 10:00", "Ben")]),
        ("07:50", "10:10", &[("2026-11-22 07:49", ""), ("2026-11-22 07:50", "Zed"), ("2026-11-22 10:10", "Ben")]),
        ("09:00", "13:00", &[("2026-11-22 08:00", "Ada"), ("2026-11-22 09:00", "Zed"), ("2026-11-22 13:00", "Cy")]),
    ] {
        let row = format!("2026-11-22 {start},2026-11-22 {end},Zed,override\n");
        check(&read(&format!("{shifts}{row}"), ""), timeline);
        // Where the row stands in the sheet does not matter.
        check(&read(&shifts.replacen('\n', &format!("\n{row}"), 1), ""), timeline);
    }
}

#[test]
fn an_override_that_names_nobody_takes_somebody_away() {
    // GoAlert, "remove override".
    let schedule = read(
        "start,end,person,kind\n2026-11-22 08:00,2026-11-22 10:00,Ada,\n2026-11-22 08:30,2026-11-22 08:45,,override\n",
        "",
    );
    check(&schedule, &[("2026-11-22 08:00", "Ada"), ("2026-11-22 08:30", ""), ("2026-11-22 08:45", "Ada")]);
    assert_eq!(holes(&schedule, "2026-11-22 08:00", "2026-11-22 10:00"), [15 * 60]);
    assert_eq!(schedule.on_call(civil("2026-11-22 08:30")).status, Status::Gap);
}

#[test]
fn an_override_in_a_gap_gives_cover_and_one_over_another_wins_by_its_row() {
    // Grafana OnCall, final events: overrides lie over everything else. Of two, ours takes the later row.
    let schedule = read(
        "start,end,person,kind\n2026-11-22 10:00,2026-11-22 15:00,Ada,\n2026-11-22 05:00,2026-11-22 08:00,Ben,override\n\
         2026-11-22 12:00,2026-11-22 18:00,Cy,override\n2026-11-22 13:00,2026-11-22 14:00,Dee,override\n\
         2026-11-22 11:00,2026-11-22 12:30,Eve,override\n",
        "",
    );
    check(
        &schedule,
        &[
            ("2026-11-22 04:59", ""),
            ("2026-11-22 05:00", "Ben"),
            ("2026-11-22 08:00", ""),
            ("2026-11-22 10:00", "Ada"),
            ("2026-11-22 11:00", "Eve"),
            ("2026-11-22 12:30", "Cy"),
            ("2026-11-22 13:00", "Dee"),
            ("2026-11-22 14:00", "Cy"),
            ("2026-11-22 18:00", ""),
        ],
    );
    assert_eq!(holes(&schedule, "2026-11-22 05:00", "2026-11-22 18:00"), [2 * 3600]);
    assert_eq!(schedule.clashes().count(), 2);
}

#[test]
fn two_shifts_at_once_are_both_on_call_in_the_order_of_their_rows() {
    // GoAlert, "add override": the one added and the one of the rule are both active.
    let schedule =
        read("start,end,person\n2026-11-22 08:30,2026-11-22 08:45,Ben\n2026-11-22 08:00,2026-11-22 09:00,Ada\n", "");
    check(&schedule, &[("2026-11-22 08:00", "Ada"), ("2026-11-22 08:30", "Ben Ada"), ("2026-11-22 08:45", "Ada")]);
    assert_eq!(schedule.on_call(civil("2026-11-22 08:30")).status, Status::Conflict);
    // The same person twice, as under two equal rules, is one person and no conflict.
    let twice =
        read("start,end,person\n2026-11-22 08:00,2026-11-22 10:00,Ada\n2026-11-22 09:00,2026-11-22 11:00,ADA\n", "");
    check(&twice, &[("2026-11-22 08:00", "Ada"), ("2026-11-22 09:00", "Ada"), ("2026-11-22 10:00", "ADA")]);
    assert_eq!(twice.on_call(civil("2026-11-22 09:30")).status, Status::Covered);
}

#[test]
fn hours_restricted_to_a_part_of_the_day_leave_the_rest_uncovered() {
    // GoAlert, "simple week"; Grafana OnCall, events with gaps before and after; Alertmanager, a day that ends at 24:00.
    let schedule = read(
        "date,start time,end time,person\n2026-11-23,8:00 am,9:00 am,Ada\n2026-11-24,17:00,24:00,Ada\n\
         2026-11-25,00:00,09:00,Ada\n2026-11-26,00:00,23:59,Ben\n",
        "",
    );
    check(
        &schedule,
        &[
            ("2026-11-23 08:00", "Ada"),
            ("2026-11-23 09:00", ""),
            ("2026-11-24 17:00", "Ada"),
            ("2026-11-25 09:00", ""),
            ("2026-11-26 00:00", "Ben"),
            ("2026-11-27 00:00", ""),
        ],
    );
    assert_eq!(holes(&schedule, "2026-11-23 00:00", "2026-11-27 00:00"), [8 * 3600, 32 * 3600, 15 * 3600]);
}

#[test]
fn a_span_of_no_length_covers_nothing_and_does_not_split_its_neighbours() {
    // GoAlert, active calculator: a span is active from its start and no longer at its end.
    let schedule = read(
        "start,end,person\n2026-11-22 08:00,2026-11-22 10:00,Ada\n2026-11-22 09:00,2026-11-22 09:00,Ben\n\
         2026-11-22 10:00,2026-11-22 11:00,Cy\n2026-03-08 02:10,2026-03-08 02:50,Dee\n",
        "",
    );
    check(&schedule, &[("2026-11-22 08:00", "Ada"), ("2026-11-22 09:00", "Ada"), ("2026-11-22 10:00", "Cy")]);
    check(&schedule, &[("2026-03-08T07:59:59Z", ""), ("2026-03-08T08:00:00Z", "")]);
}

#[test]
fn an_all_day_row_ends_with_its_day() {
    // Grafana OnCall, all-day events: one day, and two days in one row; the last day named is covered when the sheet says so.
    let schedule = read(
        "start,end,person\n2026-11-01,2026-11-01,Ada\n2026-11-02,2026-11-03,Ben\n",
        "handoff_time = '00:00'\nend_is_inclusive = true",
    );
    check(
        &schedule,
        &[
            ("2026-11-01T04:59:59Z", ""),
            ("2026-11-01T05:00:00Z", "Ada"),
            ("2026-11-02T06:00:00Z", "Ben"),
            ("2026-11-04T06:00:00Z", ""),
        ],
    );
}
