//! What is wrong in a schedule's data, in which cell? Problems are data (contract 2.3 rule 8); their words stand in `wording::problems`.

use std::sync::Arc;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the reading is certain.
    Note,
    /// Somebody should look; the answer is still used.
    Warning,
    /// The row or cell was not used, or a person cannot be reached.
    Error,
}

/// A defect in schedule data and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, with what a hint needs.
    pub kind: ProblemKind,
    /// The sheet or file.
    pub sheet: Arc<str>,
    /// The cell's address (`C14`), or a row's first cell; empty when the whole sheet is meant.
    pub cell: String,
    /// What the cell says.
    pub text: String,
}

/// Every kind of defect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// The sheet has no usable row.
    NoUsableRow,
}
