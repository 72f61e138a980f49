//! How is it told which layout a sheet has, and why a row was skipped? The words of `explain`.

use crate::schedule::layout::{Column, LayoutKind, Recognition, RecognitionReason, RunnerUp, SkipReason, SkippedRow};

/// How many skipped rows of one kind are named.
const SHOWN_ROWS: usize = 8;

/// How a sheet was read: its layout, why, what came second, and the rows that were skipped.
pub fn lines(recognition: &Recognition, skipped_rows: &[SkippedRow]) -> Vec<String> {
    let mut lines = vec![format!("{}, header in row {}", layout(recognition.layout), recognition.header_row)];
    lines.extend(recognition.reasons.iter().map(|why| reason(*why)));
    lines.extend(recognition.runner_up.as_ref().map(runner_up));
    let mut counted: Vec<(SkipReason, Vec<u32>)> = Vec::new();
    for row in skipped_rows {
        match counted.iter_mut().find(|(reason, _)| *reason == row.reason) {
            Some((_, rows)) => rows.push(row.row),
            None => counted.push((row.reason, vec![row.row])),
        }
    }
    for (reason, rows) in counted {
        let shown: Vec<String> = rows.iter().take(SHOWN_ROWS).map(u32::to_string).collect();
        let more = if rows.len() > SHOWN_ROWS { ", ..." } else { "" };
        lines.push(format!("skipped, {}: row {}{more} ({} in all)", skipped(reason), shown.join(", "), rows.len()));
    }
    lines
}

/// The layout in a few words.
fn layout(kind: LayoutKind) -> &'static str {
    match kind {
        LayoutKind::Plain => "plain: one row a shift",
        LayoutKind::Week => "week: one row a week",
    }
}

/// Why a sheet was understood as it was.
fn reason(reason: RecognitionReason) -> String {
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
fn runner_up(other: &RunnerUp) -> String {
    let name = layout(other.layout);
    if other.missing.is_empty() {
        return format!("{name} would fit too; start and end say more");
    }
    let missing: Vec<&str> = other.missing.iter().map(|column| Column::word(*column)).collect();
    format!("not {name}: no column for {}", missing.join(", "))
}

/// Why a row is no shift.
fn skipped(reason: SkipReason) -> &'static str {
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
