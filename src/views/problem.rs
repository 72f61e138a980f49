//! In which shape is a defect of a sheet handed out?

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schedule::lint::Finding;
use crate::schedule::problem::{Problem, Severity};
use crate::schedule::resolve::Clash;
use crate::wording::lint;
use crate::wording::schedule::{describe_clash, described};

/// One entry of `problems` (contract 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemView {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name for programs.
    pub code: &'static str,
    /// The sheet or file.
    pub sheet: String,
    /// The cell's address; empty when the whole sheet is meant.
    pub cell: String,
    /// What the cell says.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl ProblemView {
    /// A defect found while reading.
    pub fn of(problem: &Problem) -> Self {
        let described = described(problem);
        Self {
            severity: described.severity,
            code: described.code,
            sheet: problem.sheet.to_string(),
            cell: problem.cell.clone(),
            text: problem.text.clone(),
            message: described.message,
            hint: described.hint,
        }
    }

    /// What looks wrong in a row that was read.
    pub fn of_finding(finding: &Finding, zone: Tz) -> Self {
        let described = lint::described(finding, zone);
        Self {
            severity: described.severity,
            code: described.code,
            sheet: finding.sheet.to_string(),
            cell: finding.cell.clone(),
            text: finding.text.clone(),
            message: described.message,
            hint: described.hint,
        }
    }

    /// Two overrides that hold at once.
    pub fn of_clash(clash: &Clash) -> Self {
        let described = describe_clash(clash);
        Self {
            severity: described.severity,
            code: described.code,
            sheet: clash.loser.sheet().to_string(),
            cell: clash.loser.cell(),
            text: clash.loser.text(),
            message: described.message,
            hint: described.hint,
        }
    }
}
