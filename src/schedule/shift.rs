//! Who covers which span, by which row? The one shape every layout is read into.

use std::sync::Arc;

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
    /// The people in the order of the cell; empty is an explicit nobody (an empty or placeholder name).
    pub holders: Vec<Holder>,
    /// Where it was read.
    pub row: Arc<RowReference>,
    /// The row's note: shown, never interpreted.
    pub note: String,
}

/// Whether a shift replaces others of its role while it lasts (contract 2.3 rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// The row of a sheet that a shift was read from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowReference {
    /// The sheet or file.
    pub sheet: Arc<str>,
    /// The row number a spreadsheet shows.
    pub row: u32,
    /// The address of the cell that names the people.
    pub cell: String,
    /// The row as one line.
    pub text: String,
}
