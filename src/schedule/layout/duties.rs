//! Whose duty is a row, once its span is known? The people of each column, in the role of the column or of the row.

use std::collections::HashMap;

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::problem::ProblemKind;
use crate::schedule::shift::{Role, RoleRank};

use super::headings;
use super::settings::Column;
use super::sheet::{Duty, Flaw, Sheet};

/// Adds the shifts of one row, a column of people after the other.
pub(super) fn push(sheet: &mut Sheet<'_>, row: &GridRow, interval: Interval, roles: &mut Roles) {
    let header = sheet.header;
    let extra = (header.width..row.cells.len()).find(|column| !row.text(*column).is_empty());
    if let Some(column) = extra {
        sheet.report(row, Flaw { column, kind: ProblemKind::ExtraCells });
    }
    let kind = sheet.kind(row);
    let several = header.people.len() > 1;
    let own = |column: Column| header.place(column).filter(|_| !several);
    for person in &header.people {
        let by_row = if person.role_by_row { roles.of(row) } else { None };
        let duty = Duty {
            row,
            interval,
            role: by_row.unwrap_or_else(|| person.role.clone()),
            kind,
            person: person.column,
            phone: person.phone.or(own(Column::Phone)),
            email: person.email.or(own(Column::Email)),
            note: person.note.or(header.place(Column::Note)),
        };
        sheet.push(&duty);
    }
}

/// The roles of a `role` column, each in the spelling it was first met in.
pub(super) struct Roles {
    column: Option<usize>,
    by_text: HashMap<String, Role>,
    by_key: HashMap<String, Role>,
}

impl Roles {
    /// The roles of a sheet whose `role` column, if it has one, is `column`.
    pub(super) fn new(column: Option<usize>) -> Self {
        Self { column, by_text: HashMap::new(), by_key: HashMap::new() }
    }

    /// The row's role; nothing when the sheet has no such column. An empty cell is `primary` (contract 2.1).
    fn of(&mut self, row: &GridRow) -> Option<Role> {
        let text = row.text(self.column?);
        if let Some(role) = self.by_text.get(text) {
            return Some(role.clone());
        }
        let key = headings::key(text);
        let (label, rank) = match key.as_str() {
            "" | "primary" => ("primary", RoleRank::Primary),
            "secondary" | "backup" => ("secondary", RoleRank::Secondary),
            "tertiary" => ("tertiary", RoleRank::Tertiary),
            "manager" => ("manager", RoleRank::Manager),
            _ => (text, RoleRank::Other),
        };
        let order = u32::try_from(self.by_key.len()).unwrap_or(u32::MAX);
        let new = || Role { label: label.into(), rank, order };
        let role = self.by_key.entry(headings::key(label)).or_insert_with(new).clone();
        self.by_text.insert(text.to_owned(), role.clone());
        Some(role)
    }
}
