//! `doctor`: would a page leave and reach somebody tonight? The findings of every check, the worst first.
//!
//! Exit codes: 0 all well, warnings allowed; 1 a finding that would keep a page from leaving or reaching tonight; 2 the
//! settings are broken; 3 nobody can tell. The gravest counts, and what cannot be told is graver than what is wrong.

use std::io::Write;

use serde::Serialize;

use super::face::{Face, Format, write_line};
use crate::desk::error::{CommandResult, Exit};
use crate::proof::finding::{Finding, Severity, worst_first};
use crate::wording::doctor as words;
use crate::wording::time::rfc3339;

#[derive(Serialize)]
struct Report<'a> {
    at: String,
    mode: &'static str,
    findings: Vec<FindingView<'a>>,
}

#[derive(Serialize)]
struct FindingView<'a> {
    severity: &'static str,
    code: &'static str,
    about: &'a str,
    found: &'a str,
    todo: Option<&'a str>,
}

impl<'a> FindingView<'a> {
    fn of(finding: &'a Finding) -> Self {
        let Finding { severity, code, about, found, todo } = finding;
        Self {
            severity: severity.word(),
            code,
            about,
            found,
            todo: Some(todo.as_str()).filter(|todo| !todo.is_empty()),
        }
    }
}

/// Writes the findings.
pub fn run(mut findings: Vec<Finding>, training: bool, face: &Face, out: &mut dyn Write) -> CommandResult {
    worst_first(&mut findings);
    let worst = findings.first().map_or(Severity::Ok, |finding| finding.severity);
    if face.format == Format::Json {
        let report = Report {
            at: rfc3339(face.now, face.zone),
            mode: if training { "training" } else { "live" },
            findings: findings.iter().map(FindingView::of).collect(),
        };
        write_line(&report, out)?;
    } else {
        for finding in &findings {
            writeln!(out, "{}", words::lines(finding))?;
        }
        writeln!(out, "\n{}", words::summary(&findings, training))?;
    }
    Ok(match worst {
        Severity::Ok | Severity::Warning => Exit::Done,
        Severity::Error => Exit::Finding,
        Severity::Settings => Exit::WrongUsage,
        Severity::Unknown => Exit::CouldNotTell,
    })
}
