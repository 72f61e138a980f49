//! How is a finding told to the person who edits the sheet? What looks wrong, and what was probably meant.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::schedule::{Described, clock, interval};
use crate::schedule::layout::SkipReason;
use crate::schedule::lint::{Finding, FindingKind};

/// A finding in words.
pub fn described(finding: &Finding, zone: Tz) -> Described {
    Described {
        severity: finding.kind.severity(),
        code: code(&finding.kind),
        message: message(&finding.kind, zone),
        hint: hint(&finding.kind, zone),
    }
}

/// The stable name of a kind of finding, for programs.
pub fn code(kind: &FindingKind) -> &'static str {
    match kind {
        FindingKind::ShortHole { .. } => "short-hole",
        FindingKind::FarFromTheOthers { .. } => "far-from-the-others",
        FindingKind::YearsRunAway { .. } => "years-run-away",
        FindingKind::OutOfOrder { .. } => "out-of-order",
        FindingKind::NoNumber { .. } => "no-number",
        FindingKind::DoubleDuty { .. } => "double-duty",
        FindingKind::OneSidedSwap { .. } => "one-sided-swap",
        FindingKind::Skipped { .. } => "skipped-row",
    }
}

fn message(kind: &FindingKind, zone: Tz) -> String {
    match kind {
        FindingKind::ShortHole { seconds, next, .. } => {
            format!("This row ends {seconds} s before row {next} begins, so nobody is on call in between.")
        }
        FindingKind::FarFromTheOthers { date, .. } => {
            format!("This row is on {}, far from the rows around it.", day(*date))
        }
        FindingKind::YearsRunAway { rows, first, last } => format!(
            "The year grows by one from row to row: {rows} rows from {} to {}, as when a cell is dragged down.",
            day(*first),
            day(*last)
        ),
        FindingKind::OutOfOrder { above } => format!("This row begins before row {above}, which stands above it."),
        FindingKind::NoNumber { name, rows: 1 } => {
            format!("{name} will be on call and has no phone number: no call, no text message.")
        }
        FindingKind::NoNumber { name, rows } => {
            format!("{name} will be on call in {rows} rows and has no phone number: no call, no text message.")
        }
        FindingKind::DoubleDuty { name, interval: span, other, other_row, more } => {
            let more = if *more == 0 { String::new() } else { format!(", and {more} times more") };
            format!(
                "{name} is also on call in {other} (row {} of {}): {}{more}.",
                other_row.number(),
                other_row.sheet(),
                interval(*span, zone)
            )
        }
        FindingKind::OneSidedSwap { date } => {
            format!("The note speaks of a swap with {}, and no row of that day is a swap or an override.", day(*date))
        }
        FindingKind::Skipped { reason } => match reason {
            SkipReason::Total => "This row sums up; it was skipped.".into(),
            SkipReason::Legend => "This row explains the sheet; it was skipped.".into(),
            _ => "This row has no time and names nobody; it was skipped.".into(),
        },
    }
}

fn hint(kind: &FindingKind, zone: Tz) -> String {
    match kind {
        FindingKind::ShortHole { resumes, .. } => {
            format!("An end is the first instant not covered: write {}.", clock(*resumes, zone))
        }
        FindingKind::FarFromTheOthers { nearest: Some(nearest), .. } => format!("Is {} meant?", day(*nearest)),
        FindingKind::FarFromTheOthers { nearest: None, .. } => "Check the year, the month and the day.".into(),
        FindingKind::YearsRunAway { .. } => "Write the dates anew, with the year that is meant.".into(),
        FindingKind::OutOfOrder { .. } => "Move the row, or check its date.".into(),
        FindingKind::NoNumber { .. } => "Add the number to the contacts.".into(),
        FindingKind::DoubleDuty { .. } => "Ask whether one person can answer both on that night.".into(),
        FindingKind::OneSidedSwap { .. } => "Enter the other side of the swap too, or correct the note.".into(),
        FindingKind::Skipped { .. } => "Nothing needs to be done, unless it is meant as a shift.".into(),
    }
}

/// Weekday and day: a slip of the year shows in the weekday.
fn day(date: NaiveDate) -> String {
    date.format("%a %Y-%m-%d").to_string()
}
