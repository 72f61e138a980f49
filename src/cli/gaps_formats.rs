//! How do other programs get the findings of `gaps`? `JUnit` XML for build servers, workflow commands for GitHub.

use std::io::{self, Write};

use chrono_tz::Tz;

use crate::civil::Interval;
use crate::schedule::judgement::Judgement;
use crate::schedule::problem::Severity;
use crate::schedule::shift::RowReference;
use crate::views::problem::ProblemView;
use crate::wording::gaps_letter::escape;
use crate::wording::time::rfc3339;

/// One finding in the shape that both formats need.
struct Item {
    severity: Severity,
    code: &'static str,
    sheet: String,
    cell: String,
    message: String,
}

/// Everything found in one schedule: holes and overlaps as errors, then the problems by their own weight.
fn items(judged: &Judgement<'_>, zone: Tz) -> Vec<Item> {
    let span = |interval: Interval| format!("{} to {}", rfc3339(interval.start(), zone), rfc3339(interval.end(), zone));
    let mut items = Vec::new();
    for gap in judged.report.iter().flat_map(|report| &report.gaps) {
        let row = gap.placeholders.first();
        items.push(Item {
            severity: Severity::Error,
            code: "gap",
            sheet: row.map_or_else(String::new, |row| row.sheet().to_string()),
            cell: row.map_or_else(String::new, RowReference::cell),
            message: format!("Nobody is on call from {}.", span(gap.interval)),
        });
    }
    for overlap in judged.report.iter().flat_map(|report| &report.overlaps) {
        let names = overlap.names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(" and ");
        let row = overlap.rows.last();
        items.push(Item {
            severity: Severity::Error,
            code: "overlap",
            sheet: row.map_or_else(String::new, |row| row.sheet().to_string()),
            cell: row.map_or_else(String::new, RowReference::cell),
            message: format!("{names} hold {} at once from {}.", overlap.role.label, span(overlap.interval)),
        });
    }
    let clashes = judged.report.iter().flat_map(|report| &report.clashes).map(ProblemView::of_clash);
    let findings = judged.findings.iter().map(|finding| ProblemView::of_finding(finding, zone));
    let problems = judged.problems.iter().map(|problem| ProblemView::of(problem));
    items.extend(problems.chain(clashes).chain(findings).map(|view| Item {
        severity: view.severity,
        code: view.code,
        sheet: view.sheet,
        cell: view.cell,
        message: format!("{} {}", view.message, view.hint),
    }));
    items
}

/// A suite a schedule; a test case that passes or fails for each error, and warnings beside them as output.
pub(super) fn junit(judged: &[Judgement<'_>], zone: Tz, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>")?;
    for judged in judged {
        let (errors, others): (Vec<Item>, Vec<Item>) =
            items(judged, zone).into_iter().partition(|item| item.severity == Severity::Error);
        let usable = judged.report.is_some();
        let name = escape(&judged.loaded.name);
        let (tests, kind) = (errors.len().max(1), if usable { "failure" } else { "error" });
        let (failures, broken) = if usable { (errors.len(), 0) } else { (0, errors.len()) };
        writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{broken}\">")?;
        if errors.is_empty() {
            writeln!(out, "    <testcase classname=\"{name}\" name=\"covered\"/>")?;
        }
        for item in &errors {
            let place = format!("{} {} {}", item.code, item.sheet, item.cell);
            let (place, message) = (escape(place.trim()), escape(&item.message));
            writeln!(out, "    <testcase classname=\"{name}\" name=\"{place}\">")?;
            writeln!(out, "      <{kind} type=\"{}\" message=\"{message}\"/>\n    </testcase>", item.code)?;
        }
        for item in others {
            let line = format!("{} {} {}: {}", item.code, item.sheet, item.cell, item.message);
            writeln!(out, "    <system-out>{}</system-out>", escape(&line))?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// A workflow command a finding, at the line of its file.
pub(super) fn github(judged: &[Judgement<'_>], zone: Tz, out: &mut dyn Write) -> io::Result<()> {
    for judged in judged {
        for item in items(judged, zone) {
            let level = match item.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            let line = item.cell.trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let mut place = vec![format!("title={}", property(&format!("{} {}", judged.loaded.name, item.code)))];
            if !item.sheet.is_empty() {
                place.push(format!("file={}", property(&item.sheet)));
            }
            if !line.is_empty() {
                place.push(format!("line={line}"));
            }
            writeln!(out, "::{level} {}::{}", place.join(","), data(&item.message))?;
        }
    }
    Ok(())
}

/// The message of a workflow command: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
