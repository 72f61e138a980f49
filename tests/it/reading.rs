//! Do files as people keep them become the right people at the right time? From bytes to shifts.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::schedule::layout::{self, LayoutSettings, Reading};
use page_oncall::schedule::roster::Roster;
use page_oncall::source::csv;
use page_oncall::wording::problems::code;

fn read_grid(path: &Path) -> csv::CsvReading {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    csv::read(&bytes, name).unwrap_or_else(|error| panic!("{error}"))
}

fn read(path: &Path, settings: &str, roster: &Roster) -> Reading {
    let settings: LayoutSettings = toml::from_str(settings).unwrap();
    let reading = read_grid(path);
    layout::read(&reading.grid, &settings, Chicago, roster)
        .unwrap_or_else(|unusable| panic!("{:#?}", unusable.problems))
}

/// The names on duty in a role at an instant, in row order; any role when `role` is empty.
fn on_duty(reading: &Reading, at: &str, role: &str) -> String {
    let at: DateTime<Utc> = at.parse().unwrap();
    let shifts = reading.shifts.iter().filter(|shift| shift.interval.contains(at));
    let shifts = shifts.filter(|shift| role.is_empty() || &*shift.role.label == role);
    let names: Vec<&str> = shifts.flat_map(|shift| shift.holders.iter()).map(|holder| &*holder.name).collect();
    if names.is_empty() { "(nobody)".to_owned() } else { names.join("; ") }
}

fn codes(reading: &Reading) -> Vec<String> {
    reading.problems.iter().map(|problem| format!("{} {}", problem.cell, code(&problem.kind))).collect()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schedules").join(name)
}

fn contacts() -> Roster {
    let reading = read_grid(&data("contacts-windows-1252.csv"));
    assert_eq!(reading.problems.len(), 1, "the encoding is noted: {:?}", reading.problems);
    let (roster, problems) = Roster::from_grid(&reading.grid, &[]);
    assert_eq!(problems, []);
    roster
}

#[test]
fn a_sheet_with_title_separator_and_total_reads_by_its_rows() {
    let reading = read(&data("plain-semicolons.csv"), "", &contacts());
    assert_eq!(on_duty(&reading, "2026-11-22T17:59:59-06:00", ""), "(nobody)");
    assert_eq!(on_duty(&reading, "2026-11-22T18:00:00-06:00", "primary"), "Reyes, Dana");
    assert_eq!(on_duty(&reading, "2026-11-23T07:00:00-06:00", ""), "(nobody)");
    assert_eq!(on_duty(&reading, "2026-11-24T02:00:00-06:00", ""), "Reyes, Dana");
    assert_eq!(codes(&reading), ["B6 end-of-day", "C6 nobody"]);
    let skipped: Vec<u32> = reading.skipped.iter().map(|skipped| skipped.row).collect();
    assert_eq!((reading.recognition.header_row, skipped), (3, vec![1, 2, 7, 8]));
}

#[test]
fn weeks_listed_backwards_find_their_years() {
    let reading = read(&data("week-backwards.tsv"), "handoff_time = '08:00'", &contacts());
    assert_eq!(on_duty(&reading, "2026-12-21T12:00:00-06:00", "Primary"), "Zoë Brandt");
    assert_eq!(on_duty(&reading, "2026-12-21T12:00:00-06:00", "Backup"), "(nobody)");
    assert_eq!(on_duty(&reading, "2027-01-03T07:59:59-06:00", "Primary"), "Sam Okafor");
    assert_eq!(on_duty(&reading, "2027-01-03T08:00:00-06:00", "Primary"), "Reyes, Dana");
    let phones: Vec<_> = reading.shifts[..2].iter().map(|shift| shift.holders[0].phone.as_deref()).collect();
    assert_eq!(phones, [Some("+16085550188"), Some("+16085550142")]);
    assert_eq!(codes(&reading), ["D4 nobody"]);
}
