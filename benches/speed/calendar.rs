//! How long do the gaps of a year take over 10,000 shifts, beside a calendar library on the same calendar?

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use chrono::Duration;

use crate::site::{Site, middle, sheet};
use crate::{Bound, Measured, least, ratio, run};

const SHIFTS: usize = 10_000;
/// So many minutes each: together they fill the year.
const MINUTES: i64 = 52;
/// Every so many shifts one is missing.
const MISSING: usize = 100;

pub(crate) fn measure() -> Option<Measured> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/venv/bin/python");
    let has_library = Command::new(&python).args(["-c", "import icalendar, recurring_ical_events"]).output();
    if !has_library.is_ok_and(|output| output.status.success()) {
        println!("recurring-ical-events is missing (.ci/tools installs it): the gaps of a year are not compared");
        return None;
    }
    let rows = sheet(SHIFTS, middle(), Duration::minutes(MINUTES), |row| row % MISSING == MISSING - 1);
    let site = Site::with(&rows);
    let calendar = site.file("aims.ics");
    std::fs::write(&calendar, of_rows(&rows)).expect("the calendar is written");
    let (from, to) = ("2027-03-10 06:00", "2028-03-09 06:00");
    let mut ours = site.call(&["gaps", "aims", "--from", from, "--to", to]);
    let mut theirs = Command::new(&python);
    theirs.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/gaps.py")).arg(calendar).args([from, to]);
    let [ours, theirs] = least(5, [&mut || run(&mut ours), &mut || run(&mut theirs)]);
    println!("gaps of a year, {SHIFTS} shifts: page-oncall {ours:.2?}, recurring-ical-events {theirs:.2?}");
    let what = format!("of the time of recurring-ical-events: a year's gaps, {SHIFTS} shifts, whole process");
    Some(Measured { what, ratio: ratio(ours, theirs), bound: Bound::AtMost(0.01) })
}

/// The rows of a sheet as a calendar.
fn of_rows(rows: &str) -> String {
    let mut calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//page-oncall//speed//EN\r\n".to_owned();
    for (number, row) in rows.lines().skip(1).enumerate() {
        let mut cells = row.split(',');
        let mut stamp = || cells.next().unwrap_or_default().replace(['-', ':'], "").replace(' ', "T") + "00";
        let (start, end) = (stamp(), stamp());
        let person = cells.next().unwrap_or_default();
        write!(
            calendar,
            "BEGIN:VEVENT\r\nUID:{number}@example.org\r\nDTSTAMP:20270101T000000Z\r\n\
             DTSTART;TZID=America/Chicago:{start}\r\nDTEND;TZID=America/Chicago:{end}\r\nSUMMARY:{person}\r\nEND:VEVENT\r\n"
        )
        .expect("text grows");
    }
    calendar + "END:VCALENDAR\r\n"
}
