//! Who covers which span, by which row? The one shape every layout is read into.

use std::sync::Arc;

use super::grid::{GridRow, address, one_line};
use crate::civil::Interval;

/// One person's or several people's duty in one role over one span, from one row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// When the duty lasts.
    pub interval: Interval,
    /// In which role.
    pub role: Role,
    /// Whether it replaces others while it lasts.
    pub kind: ShiftKind,
    /// The people in the order of the cell; empty is an explicit nobody (an empty or placeholder name). Rows with the
    /// same cell share them.
    pub holders: Arc<[Holder]>,
    /// Where it was read.
    pub row: RowReference,
    /// The row's note: shown, never interpreted.
    pub note: String,
}

/// Whether a shift replaces others of its role while it lasts (contract 2.3 rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShiftKind {
    /// An ordinary duty.
    Shift,
    /// Replaces whoever holds the same role.
    Override,
}

/// A role as it is shown, with its place in the order of roles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Role {
    /// `primary`, `secondary`, `tertiary`, `manager`, or the word the sheet uses.
    pub label: Arc<str>,
    /// The place in the order of roles.
    pub rank: RoleRank,
    /// Among equal ranks, the order of first appearance in the sheet (columns from the left, else rows from the top).
    pub order: u32,
}

/// The order of roles: a ladder climbs it from the top (contract 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleRank {
    /// First to be called.
    Primary,
    /// Backup.
    Secondary,
    /// Second backup.
    Tertiary,
    /// Whom the technicians report to.
    Manager,
    /// Any other word; ranks last.
    Other,
}

/// A person named by a row, and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The contact's name when the cell matched one, else the name as written.
    pub name: Arc<str>,
    /// E.164, from the row or the contacts.
    pub phone: Option<Arc<str>>,
    /// From the row or the contacts.
    pub email: Option<Arc<str>>,
    /// Whether the name matched a contact exactly or by alias.
    pub known: bool,
}

/// The row of a sheet that a shift was read from, and the cell of it that names the people.
///
/// It holds on to the sheet's text; what a person reads of it is made when it is shown.
#[derive(Debug, Clone)]
pub struct RowReference {
    row: GridRow,
    column: u32,
    said: Option<Arc<str>>,
}

impl RowReference {
    /// The cell in `column` (0 is A) of `row`. `said` is what is shown as the row, where the row as a whole says too much.
    pub fn new(row: &GridRow, column: usize, said: Option<&str>) -> Self {
        Self {
            row: row.clone(),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            said: said.map(|said| one_line(said).into()),
        }
    }

    /// The sheet or file.
    pub fn sheet(&self) -> &Arc<str> {
        self.row.sheet()
    }

    /// The row number a spreadsheet shows.
    pub fn number(&self) -> u32 {
        self.row.number
    }

    /// The address of the cell that names the people.
    pub fn cell(&self) -> String {
        address(self.column(), self.row.number)
    }

    /// What that cell says.
    pub fn names(&self) -> &str {
        self.row.text(self.column())
    }

    /// The row as one line.
    pub fn text(&self) -> String {
        self.said.as_deref().map_or_else(|| self.row.line(), str::to_owned)
    }

    fn column(&self) -> usize {
        usize::try_from(self.column).unwrap_or(usize::MAX)
    }
}

/// Equal rows are those that a person could not tell apart: of one sheet, number and cell, and of the same text.
impl PartialEq for RowReference {
    fn eq(&self, other: &Self) -> bool {
        let same_cell = self.number() == other.number() && self.column == other.column && self.said == other.said;
        same_cell && (self.row.is(&other.row) || self.sheet() == other.sheet() && self.text() == other.text())
    }
}

impl Eq for RowReference {}
