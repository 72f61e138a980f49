//! Does each check find its slip, and stay silent on what is merely unusual?

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;

use super::*;
use crate::schedule::grid::Grid;
use crate::schedule::layout::LayoutSettings;
use crate::schedule::roster::Roster;
use crate::schedule::tabs;

fn grid(sheet: &str, text: &str) -> Grid {
    Grid::of(sheet, (1..).zip(text.trim().lines().map(|line| line.split(','))))
}

fn read(sheet: &str, text: &str) -> (Schedule, Vec<UnderstoodTab>) {
    let contacts = "name,phone\nAna Lee,608-555-0101\nBen Ortiz,608-555-0102\nCy Day,\n";
    let (roster, _) = Roster::from_grid(&grid("contacts.csv", contacts), &[]);
    let joined = tabs::read(&[grid(sheet, text).into()], &LayoutSettings::default(), Chicago, &roster).unwrap();
    let reading = joined.reading;
    (Schedule::new(sheet, sheet, reading.shifts, reading.problems, &[]), joined.tabs)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The findings of a sheet from 2026-11-22 for 14 days, every hour needed: code-like words and cells.
fn found(text: &str) -> Vec<String> {
    let (schedule, tabs) = read("aims.csv", text);
    let window = Interval::new(at("2026-11-22T12:00:00-06:00"), at("2026-12-06T12:00:00-06:00")).unwrap();
    let needed = IntervalSet::of([window]);
    let findings = lint(Question { schedule: &schedule, tabs: &tabs, window, needed: &needed, zone: Chicago });
    findings.iter().map(|finding| format!("{} {}", finding.cell, brief(&finding.kind))).collect()
}

fn brief(kind: &FindingKind) -> String {
    match kind {
        FindingKind::ShortHole { seconds, next, .. } => format!("hole of {seconds} s before row {next}"),
        FindingKind::FarFromTheOthers { date, nearest } => format!("{date}, not {}", nearest.unwrap()),
        FindingKind::YearsRunAway { rows, first, last } => format!("{rows} rows from {first} to {last}"),
        FindingKind::OutOfOrder { above } => format!("before row {above}"),
        FindingKind::NoNumber { name, rows } => format!("{name} {rows}"),
        FindingKind::DoubleDuty { name, other, more, .. } => format!("{name} in {other} and {more} more"),
        FindingKind::OneSidedSwap { date } => format!("swap {date}"),
        FindingKind::Skipped { reason } => format!("{reason:?}"),
    }
}

fn sheet(rows: &str) -> String {
    format!("start,end,person,kind,note\n{}", rows.trim_start())
}

#[test]
fn a_hole_of_a_minute_is_found_and_a_real_hole_and_the_end_of_a_day_are_not() {
    let text = sheet(
        "2026-11-20 18:00,2026-11-23 17:59,Ana Lee\n2026-11-23 18:00,2026-11-25 17:59:30,Ben Ortiz\n\
         2026-11-25 18:00,2026-11-26 23:59,Ana Lee\n2026-11-27 00:00,2026-11-28 07:00,Ben Ortiz\n\
         2026-11-28 08:00,2026-12-20 07:00,Ana Lee\n",
    );
    assert_eq!(found(&text), ["A2 hole of 60 s before row 3", "A3 hole of 30 s before row 4"]);
    let past = sheet("2026-10-20 18:00,2026-10-23 17:59,Ana Lee\n2026-10-23 18:00,2026-12-25 18:00,Ben Ortiz\n");
    assert_eq!(found(&past), [""; 0]);
}

#[test]
fn a_year_that_is_off_is_found_with_the_day_that_was_meant() {
    let weeks = |third: &str| {
        sheet(&format!(
            "2026-11-23,2026-11-30,Ana Lee\n2026-11-30,2026-12-07,Ben Ortiz\n{third}2026-12-14,2026-12-21,Ana Lee\n"
        ))
    };
    let slip = weeks("2027-12-07,2027-12-14,Ana Lee\n");
    assert_eq!(found(&slip), ["A4 2027-12-07, not 2026-12-07"]);
    assert_eq!(found(&weeks("2025-12-07,2025-12-14,Ana Lee\n")), ["A4 2025-12-07, not 2026-12-07"]);
    assert_eq!(found(&weeks("")), [""; 0]);
    let last = weeks("") + "2025-12-21,2025-12-28,Ben Ortiz\n";
    assert_eq!(found(&last), ["A5 2025-12-21, not 2026-12-21"]);
    let crossing =
        sheet("2026-12-21,2026-12-28,Ana Lee\n2026-12-28,2027-01-04,Ben Ortiz\n2027-01-04,2027-01-11,Ana Lee\n");
    assert_eq!(found(&crossing), [""; 0]);
    let long_over =
        sheet("2024-01-01,2024-01-08,Ana Lee\n2022-01-08,2022-01-15,Ben Ortiz\n2024-01-15,2024-01-22,Ana Lee\n");
    assert_eq!(found(&long_over), [""; 0]);
}

#[test]
fn dragged_years_are_one_finding() {
    let text = sheet(
        "2026-12-14 18:00,2026-12-15 07:00,Ana Lee\n2027-12-14 18:00,2027-12-15 07:00,Ben Ortiz\n\
         2028-12-14 18:00,2028-12-15 07:00,Ana Lee\n2029-12-14 18:00,2029-12-15 07:00,Ben Ortiz\n",
    );
    assert_eq!(found(&text), ["A3 4 rows from 2026-12-14 to 2029-12-14"]);
    let yearly =
        sheet("2026-01-01,2027-01-01,Ana Lee\n2027-01-01,2028-01-01,Ben Ortiz\n2028-01-01,2029-01-01,Ana Lee\n");
    assert_eq!(found(&yearly), [""; 0], "one row a year is no slip");
}

#[test]
fn a_row_out_of_order_is_found_in_a_sheet_that_is_in_order() {
    let text = sheet(
        "2026-11-20,2026-11-27,Ana Lee\n2026-12-04,2026-12-11,Ana Lee\n2026-11-27,2026-12-04,Ben Ortiz\n\
         2026-12-11,2026-12-18,Ben Ortiz\n2026-12-18,2026-12-25,Ana Lee\n2026-12-25,2027-01-01,Ben Ortiz\n",
    );
    assert_eq!(found(&text), ["A4 before row 3"]);
    let newest_first = sheet(
        "2026-12-18,2026-12-25,Ana Lee\n2026-12-11,2026-12-18,Ben Ortiz\n2026-12-04,2026-12-11,Ana Lee\n\
         2026-11-20,2026-12-04,Ben Ortiz\n",
    );
    assert_eq!(found(&newest_first), [""; 0]);
    let by_person = sheet(
        "2026-11-20,2026-11-27,Ana Lee\n2026-12-04,2026-12-11,Ana Lee\n2026-11-27,2026-12-04,Ben Ortiz\n\
         2026-12-11,2026-12-18,Ben Ortiz\n",
    );
    assert_eq!(found(&by_person), [""; 0], "a sheet in no order of time has no row out of it");
}

#[test]
fn somebody_without_a_number_is_found_once_and_only_where_they_are_needed() {
    let text = sheet("2026-11-20,2026-11-27,Cy Day\n2026-11-27,2026-12-04,Ana Lee\n2026-12-04,2026-12-11,Cy Day\n");
    assert_eq!(found(&text), ["C2 Cy Day 2"]);
    assert_eq!(found(&sheet("2026-11-20,2026-12-27,Ana Lee\n2026-12-27,2027-01-04,Cy Day\n")), [""; 0]);
}

#[test]
fn a_swap_with_one_side_is_found() {
    let rows = |first: &str, second: &str| {
        sheet(&format!("2026-11-27,2026-12-04,Ben Ortiz,{first}\n2026-12-04,2026-12-11,Ana Lee,{second}\n"))
    };
    assert_eq!(found(&rows(",swap w/ 12/5", ",")), ["C2 swap 2026-12-05"]);
    assert_eq!(found(&rows(",Swapped with Ana (Dec 5)", ",")), ["C2 swap 2026-12-05"]);
    assert_eq!(found(&rows(",swap w/ 12/5", ",swap with 11/28")), [""; 0]);
    assert_eq!(found(&rows(",gone fishing 12/5", ",")), [""; 0]);
    assert_eq!(found(&rows(",swap w/ Ana", ",")), [""; 0], "no day is named");
}

#[test]
fn totals_and_legends_are_notes() {
    let text = sheet("2026-11-20,2026-12-27,Ana Lee\nTotal,,1\nLegend: BO is Ben,,\n");
    assert_eq!(found(&text), ["A3 Total", "A4 Legend"]);
}

#[test]
fn double_duty_is_found_in_the_hours_that_both_need() {
    let (aims, _) = read("aims.csv", &sheet("2026-11-20,2026-11-27,Ana Lee\n2026-11-27,2026-12-04,Ben Ortiz\n"));
    let (gds, _) = read("gds.csv", &sheet("2026-11-22,2026-11-24,ana lee\n2026-11-24,2026-12-04,Cy Day\n"));
    let span = |from, until| IntervalSet::of([Interval::new(at(from), at(until)).unwrap()]);
    let all = span("2026-11-20T00:00:00-06:00", "2026-12-04T00:00:00-06:00");
    let late = span("2026-11-24T00:00:00-06:00", "2026-12-04T00:00:00-06:00");
    let told = |needed: &IntervalSet| {
        let watches =
            [Watch { name: "aims", schedule: &aims, needed: &all }, Watch { name: "gds", schedule: &gds, needed }];
        let findings = double_duty(&watches);
        findings.iter().map(|(index, finding)| format!("{index} {} {}", finding.cell, brief(&finding.kind))).collect()
    };
    let found: Vec<String> = told(&all);
    assert_eq!(found, ["0 C2 Ana Lee in gds and 0 more"]);
    let found: Vec<String> = told(&late);
    assert_eq!(found, [""; 0]);
}

#[test]
fn two_roles_on_one_night_are_one_double_duty() {
    let aims = "start,end,Primary,Secondary\n2026-11-20,2026-11-27,Ana Lee,Ana Lee\n";
    let (aims, _) = read("aims.csv", aims);
    let (gds, _) = read("gds.csv", &sheet("2026-11-21,2026-11-22,Ana Lee\n2026-11-23,2026-11-24,Ana Lee\n"));
    let week = Interval::new(at("2026-11-20T00:00:00-06:00"), at("2026-11-27T00:00:00-06:00")).unwrap();
    let needed = IntervalSet::of([week]);
    let watches = [("aims", &aims), ("gds", &gds)].map(|(name, schedule)| Watch { name, schedule, needed: &needed });
    let briefs: Vec<String> = double_duty(&watches).iter().map(|(_, finding)| brief(&finding.kind)).collect();
    assert_eq!(briefs, ["Ana Lee in gds and 1 more"]);
}

#[test]
fn problems_of_rows_that_are_over_are_past_and_slips_at_the_end_are_not() {
    let text = sheet(
        "2026-10-01,2026-10-08,Anna Lee\n2026-13-08,2026-10-15,Ana Lee\n2026-10-15,2026-11-20,Ana Lee\n\
         2026-11-20,2026-12-20,Benn Ortiz\n2026-13-20,2027-01-20,Ana Lee\n",
    );
    let (schedule, _) = read("aims.csv", &text);
    let past = Past::of(&schedule, at("2026-11-22T12:00:00-06:00"));
    let told: Vec<(&str, bool)> =
        schedule.problems().iter().map(|problem| (problem.cell.as_str(), past.holds(problem))).collect();
    // The last is of the sheet as a whole: no handoff time is set.
    assert_eq!(told, [("C2", true), ("A3", true), ("C5", false), ("A6", false), ("", false)]);
}
