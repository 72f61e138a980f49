//! How is it told which layout a sheet has, and why a row was skipped? The words of `explain`.

use crate::schedule::layout::{
    Column, LayoutKind, Lost, Recognition, RecognitionReason, RunnerUp, SkipReason, SkippedRow,
};
use crate::schedule::tabs::UnderstoodTab;

/// How many skipped rows of one kind are named.
const SHOWN_ROWS: usize = 8;

/// How every tab was read, each as [`lines`] says it. Tabs that follow each other and read alike are told together.
pub fn tabs(tabs: &[UnderstoodTab]) -> Vec<String> {
    let of_tab = |tab: &UnderstoodTab| match (&tab.recognition, tab.is_overrides) {
        (Some(recognition), _) => lines(recognition, &tab.skipped),
        (None, true) => vec!["it has no rows and changes nothing".to_owned()],
        (None, false) => vec!["it has no usable row; its problems say why".to_owned()],
    };
    let told: Vec<(&UnderstoodTab, Vec<String>)> = tabs.iter().map(|tab| (tab, of_tab(tab))).collect();
    if let [(UnderstoodTab { is_overrides: false, .. }, lines)] = told.as_slice() {
        return lines.clone();
    }
    let alike = told.chunk_by(|(one, said), (other, too)| one.is_overrides == other.is_overrides && said == too);
    alike
        .filter_map(|alike| {
            let (first, said) = alike.first()?;
            let names: Vec<String> = alike.iter().map(|(tab, _)| tab.sheet.to_string()).collect();
            let overrides = if first.is_overrides { " (overrides)" } else { "" };
            let head = said.first().map(String::as_str).unwrap_or_default();
            let mut lines = vec![format!("{}{overrides}: {head}", names.join(", "))];
            lines.extend(said.iter().skip(1).cloned());
            Some(lines)
        })
        .flatten()
        .collect()
}

/// How a sheet was read: its layout, why, what came second, and the rows that were skipped.
pub fn lines(recognition: &Recognition, skipped_rows: &[SkippedRow]) -> Vec<String> {
    let header = match recognition.header_row {
        0 => "without a header".to_owned(),
        row => format!("header in row {row}"),
    };
    let mut lines = vec![format!("{}, {header}", layout(recognition.layout))];
    lines.extend(recognition.reasons.iter().map(|why| reason(*why)));
    lines.extend(recognition.runners_up.iter().map(runner_up));
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
        LayoutKind::Day => "day: one row a day",
        LayoutKind::Range => "range: one row a period, both ends in one cell",
        LayoutKind::Start => "start: one row a shift that says its start only",
        LayoutKind::Matrix => "matrix: dates across",
        LayoutKind::Weekdays => "weekdays: one week without dates, repeated",
        LayoutKind::Calendar => "calendar: weeks down, weekdays across",
        LayoutKind::Numbers => "numbers: one row a day, by its number",
        LayoutKind::Rotation => "rotation: people in turn",
    }
}

/// Why a sheet was understood as it was.
fn reason(reason: RecognitionReason) -> String {
    match reason {
        RecognitionReason::LayoutSet => "the settings name the layout".into(),
        RecognitionReason::StartAndEnd => "the header has a start, an end and people".into(),
        RecognitionReason::Week => "the header has a week and people".into(),
        RecognitionReason::Headings(kind) => format!("the header has {}", needs(kind)),
        RecognitionReason::DaysAcross => "the header has days across".into(),
        RecognitionReason::NamesInCells => "rows are shifts or roles, and the cells name people".into(),
        RecognitionReason::HoursInCells => "rows are people, and the cells say hours".into(),
        RecognitionReason::Letters => "the settings say which column is which".into(),
        RecognitionReason::LastDayCovered => {
            "the last day of a period is covered: the next one begins on the day after it".into()
        }
        RecognitionReason::LastDayHandedOver => {
            "the last day of a period is that of the handoff: the next one begins on it".into()
        }
        RecognitionReason::Repeated { from, until } => format!("repeated from {from} to {until}"),
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

/// What a layout is recognised by.
fn needs(kind: LayoutKind) -> &'static str {
    match kind {
        LayoutKind::Plain => "a start, an end and people",
        LayoutKind::Week => "a week and people",
        LayoutKind::Day => "a date and people",
        LayoutKind::Range => "a period and people",
        LayoutKind::Start => "a start, no end, and people",
        LayoutKind::Numbers => "numbers of days and people",
        LayoutKind::Rotation => "people in turn, a start and a number of days",
        LayoutKind::Matrix | LayoutKind::Weekdays | LayoutKind::Calendar => "days across",
    }
}

/// Why the other layout was not chosen.
fn runner_up(other: &RunnerUp) -> String {
    let name = layout(other.layout);
    match &other.lost {
        Lost::SaysLess => format!("{name} would fit too; start and end say more"),
        Lost::Lacks(columns) => {
            let missing: Vec<&str> = columns.iter().map(|column| Column::word(*column)).collect();
            format!("not {name}: no column for {}", missing.join(", "))
        }
        Lost::DaysAreDated(cell) => format!("not {name}: the days are dated, from {cell} on"),
        Lost::WeeksAreDated(cell) => format!("not {name}: the weeks are dated, from {cell} on"),
        Lost::DaysAreNumbered(cell) => format!("not {name}: the days are numbered, from {cell} on"),
        Lost::NoDates(cell) => {
            format!("not {name}: no date stands below {cell}, and no row has the numbers of days")
        }
    }
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
        SkipReason::Month => "month of the rows below",
        SkipReason::Dates => "numbers of the days below",
        SkipReason::Off => "nobody on duty by its word",
        SkipReason::Remark => "no time and nobody named",
    }
}
