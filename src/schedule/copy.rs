//! What did a source hand over? Its sheets as cells, and what was odd about them: the form in which a version is kept.
//!
//! Made by `source`, read by `layout`, stored as JSON by whoever keeps versions.

use serde::{Deserialize, Serialize};

use super::grid::Grid;
use super::problem::Problem;

/// One version of a schedule's sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetCopy {
    /// The sheets in the order of the source; a CSV file is one.
    pub grids: Vec<Grid>,
    /// Defects of the source as such; those of rows are found when the sheets are read.
    pub problems: Vec<Problem>,
    /// SHA-256 of what was read, in hexadecimal: equal for equal versions.
    #[serde(skip)]
    pub sha256: String,
}

impl SheetCopy {
    /// The copy as JSON, without its digest. `None` when a problem in it belongs to a reading, not to a source.
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// The copy that was kept as `json` under `sha256`. `None` when it was written by another version of this program.
    pub fn from_json(json: &str, sha256: &str) -> Option<Self> {
        let copy: Self = serde_json::from_str(json).ok()?;
        Some(Self { sha256: sha256.to_owned(), ..copy })
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::GridRow;
    use super::super::problem::ProblemKind;
    use super::*;

    #[test]
    fn a_copy_comes_back_as_it_was_kept() {
        let row = GridRow { number: 7, cells: vec!["2026-12-12 18:00".to_owned(), String::new(), "Zoë \"Z\"".into()] };
        let problem = |kind| Problem { kind, sheet: "aims.csv".into(), cell: "B7".into(), text: "x".into() };
        let copy = SheetCopy {
            grids: vec![Grid { sheet: "aims.csv".into(), rows: vec![row] }],
            problems: vec![problem(ProblemKind::NotUtf8), problem(ProblemKind::UnclosedQuote)],
            sha256: "ab".repeat(32),
        };
        let json = copy.to_json().unwrap();
        assert_eq!(SheetCopy::from_json(&json, &copy.sha256), Some(copy));
        assert_eq!(SheetCopy::from_json("{\"cells\":[]}", ""), None);
    }
}
