//! How is it told which layout a sheet has, and why a row was skipped? The words of `explain`.

use crate::schedule::layout::{Column, LayoutKind, RecognitionReason, RunnerUp, SkipReason};

/// The layout in a few words.
pub fn layout(kind: LayoutKind) -> &'static str {
    match kind {
        LayoutKind::Plain => "plain: one row a shift",
        LayoutKind::Week => "week: one row a week",
    }
}

/// Why a sheet was understood as it was.
pub fn reason(reason: RecognitionReason) -> String {
    match reason {
        RecognitionReason::LayoutSet => "the settings name the layout".into(),
        RecognitionReason::StartAndEnd => "the header has a start, an end and people".into(),
        RecognitionReason::Week => "the header has a week and people".into(),
        RecognitionReason::HeaderSet => "the settings name the row of the header".into(),
        RecognitionReason::HeaderBelow(1) => "the header stands below one row of title or notes".into(),
        RecognitionReason::HeaderBelow(rows) => format!("the header stands below {rows} rows of title or notes"),
        RecognitionReason::YearSet(year) => format!("dates without a year are in {year}, as the settings say"),
        RecognitionReason::YearOfSheet(year) => format!("dates without a year are in {year}, as the sheet's name says"),
        RecognitionReason::YearOfTitle(year) => format!("dates without a year are in {year}, as the title says"),
        RecognitionReason::OrderContradicted => {
            "a date cannot be month/day, so no date was read that could be day/month as well".into()
        }
    }
}

/// Why the other layout was not chosen.
pub fn runner_up(other: &RunnerUp) -> String {
    let name = layout(other.layout);
    if other.missing.is_empty() {
        return format!("{name} would fit too; start and end say more");
    }
    let missing: Vec<&str> = other.missing.iter().map(|column| Column::word(*column)).collect();
    format!("not {name}: no column for {}", missing.join(", "))
}

/// Why a row is no shift.
pub fn skipped(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::Title => "above the header",
        SkipReason::Blank => "blank",
        SkipReason::Separator => "separator",
        SkipReason::RepeatedHeader => "the header again",
        SkipReason::Total => "total",
        SkipReason::Legend => "legend",
        SkipReason::Remark => "no time and nobody named",
    }
}
