//! How is it said what a window leaves open? A verdict first, then one block a schedule, in 80 columns.

use std::borrow::Cow;

use chrono::Duration;
use chrono_tz::Tz;

use super::columns::{fill, paragraph};
use super::lint;
use super::schedule::{
    Described, both, describe_clash, described, finding, hours, interval, problem, reading_age, row_name, told_problems,
};
use crate::civil::Interval;
use crate::schedule::gaps::{Gap, GapReport, Overlap};
use crate::schedule::judgement::Judgement;
use crate::schedule::problem::Severity;
use crate::schedule::shift::RowReference;

/// What stands before the lines that say more about a finding.
const MARGIN: &str = "           ";

/// What a window leaves open: a verdict, then one block a schedule. No report means that the schedule is unusable.
pub fn gaps(window: Interval, judged: &[Judgement<'_>], zone: Tz) -> String {
    let mut blocks = vec![verdict(judged) + "\n" + &interval(window, zone)];
    blocks.extend(judged.iter().map(|judged| block(judged, zone).join("\n")));
    blocks.join("\n\n") + "\n"
}

fn block(judged: &Judgement<'_>, zone: Tz) -> Vec<String> {
    let loaded = judged.loaded;
    let name = format!("{} ({})", loaded.title, loaded.name);
    let mut lines = Vec::new();
    if let Some(report) = &judged.report {
        let spans = format!("needed {}, covered {}", hours(report.required), hours(report.covered));
        lines.push(fill("", 2, "   ", [name, spans]));
        lines.extend(report.gaps.iter().flat_map(|gap| gap_lines(gap, zone)));
        lines.extend(report.overlaps.iter().map(|overlap| overlap_lines(overlap, zone)));
        lines.extend(problem_lines(judged, report, zone));
    } else {
        lines.push(fill("", 2, "   ", [name, "CANNOT TELL: the sheet could not be used.".to_owned()]));
        lines.extend(told_problems(loaded));
    }
    lines.push(reading_age(loaded, zone));
    lines
}

fn gap_lines(gap: &Gap, zone: Tz) -> Vec<String> {
    let mut lines = vec![finding("gap", &[interval(gap.interval, zone), hours(gap.interval.length())])];
    let said = |row: &RowReference| format!("{} names nobody: {}", row_name(row), row.text());
    lines.extend(gap.placeholders.iter().map(|row| paragraph(MARGIN, MARGIN.len(), &said(row))));
    lines
}

/// What it amounts to, in one sentence.
pub fn verdict(judged: &[Judgement<'_>]) -> String {
    let reports = || judged.iter().filter_map(|judged| judged.report.as_ref());
    let unusable = judged.len() - reports().count();
    let gaps: Vec<Duration> = reports().flat_map(|report| &report.gaps).map(|gap| gap.interval.length()).collect();
    let overlaps = reports().map(|report| report.overlaps.len()).sum::<usize>();
    let errors = judged
        .iter()
        .filter(|judged| judged.report.is_some())
        .flat_map(|judged| &judged.problems)
        .filter(|problem| problem.kind.severity() == Severity::Error)
        .count();
    let mut parts = Vec::new();
    if !gaps.is_empty() {
        parts.push(format!("{} ({})", counted(gaps.len(), "gap"), hours(gaps.iter().sum())));
    }
    if overlaps > 0 {
        parts.push(counted(overlaps, "overlap"));
    }
    if errors > 0 {
        parts.push(counted(errors, "error") + " in the sheets");
    }
    let findings = parts.join(", ");
    let verdict = match (unusable, gaps.is_empty(), findings.is_empty()) {
        (0, _, true) => "COVERED: every needed hour has somebody.".to_owned(),
        (0, true, false) => format!("COVERED, but look at this: {findings}."),
        (0, false, _) => format!("NOT COVERED: {findings}."),
        (_, _, true) => format!("CANNOT TELL: {} unusable.", counted(unusable, "schedule")),
        (_, _, false) => format!("CANNOT TELL: {} unusable. Besides: {findings}.", counted(unusable, "schedule")),
    };
    paragraph("", 2, &verdict)
}

fn overlap_lines(overlap: &Overlap, zone: Tz) -> String {
    let names: Vec<&str> = overlap.names.iter().map(AsRef::as_ref).collect();
    let rows: Vec<String> = overlap.rows.iter().map(row_name).collect();
    let who = format!("{} are {} {} ({})", names.join(" and "), both(names.len()), overlap.role.label, rows.join(", "));
    finding("overlap", &[interval(overlap.interval, zone), hours(overlap.interval.length())])
        + "\n"
        + &paragraph(MARGIN, MARGIN.len(), &who)
}

/// Errors first, then warnings; notes are only counted, since the reading is certain.
fn problem_lines(judged: &Judgement<'_>, report: &GapReport, zone: Tz) -> Vec<String> {
    let mut told: Vec<(Described, &str, Cow<'_, str>, Cow<'_, str>)> = judged
        .problems
        .iter()
        .map(|problem| (described(problem), &*problem.sheet, (&problem.cell).into(), (&problem.text).into()))
        .collect();
    told.extend(report.clashes.iter().map(|clash| {
        (describe_clash(clash), &**clash.loser.sheet(), clash.loser.cell().into(), clash.loser.text().into())
    }));
    told.extend(judged.findings.iter().map(|finding| {
        (lint::described(finding, zone), &*finding.sheet, (&finding.cell).into(), (&finding.text).into())
    }));
    let notes = told.iter().filter(|(described, ..)| described.severity == Severity::Note).count();
    told.retain(|(described, ..)| described.severity != Severity::Note);
    told.sort_by_key(|(described, ..)| std::cmp::Reverse(described.severity));
    let mut lines: Vec<String> =
        told.iter().map(|(described, sheet, cell, text)| problem(described, sheet, cell, text)).collect();
    if notes > 0 {
        lines.push(finding("notes", &[format!("{notes}, which change no answer; --format json lists them")]));
    }
    if !judged.past_problems.is_empty() {
        let past = judged.past_problems.len();
        lines.push(finding("past", &[format!("{} in rows that are over", counted(past, "problem"))]));
    }
    lines
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
