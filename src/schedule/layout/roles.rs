//! Which role does a row say? The words of a `role` column, each in the spelling it was first met in.

use std::collections::HashMap;

use crate::schedule::grid::GridRow;
use crate::schedule::shift::{Role, RoleRank};

use super::header::PersonColumn;
use super::headings;

/// The roles of a `role` column, and of a `team` column whose teams share days.
pub(super) struct Roles {
    column: Option<usize>,
    team: Option<usize>,
    by_text: HashMap<String, Role>,
    by_key: HashMap<String, Role>,
}

impl Roles {
    /// The roles of a sheet whose `role` column, if it has one, is `column`.
    pub(super) fn new(column: Option<usize>) -> Self {
        Self { column, team: None, by_text: HashMap::new(), by_key: HashMap::new() }
    }

    /// The same, where a role is one of the team that stands in the column `team`.
    pub(super) fn of_teams(column: Option<usize>, team: Option<usize>) -> Self {
        Self { team, ..Self::new(column) }
    }

    /// The role of a cell of people: its column's, or the row's where a `role` column speaks of it.
    pub(super) fn of_person(&mut self, row: &GridRow, person: &PersonColumn) -> Role {
        let by_row = if person.role_by_row { self.of(row) } else { None };
        let role = by_row.unwrap_or_else(|| person.role.clone());
        match self.team.map(|column| row.text(column)).filter(|team| !team.is_empty()) {
            Some(team) => self.of_team(team, &role),
            None => role,
        }
    }

    /// The row's role; nothing when the sheet has no such column. An empty cell is `primary` (contract 2.1).
    pub(super) fn of(&mut self, row: &GridRow) -> Option<Role> {
        Some(self.named(row.text(self.column?)))
    }

    /// The role of a word.
    pub(super) fn named(&mut self, text: &str) -> Role {
        if let Some(role) = self.by_text.get(text) {
            return role.clone();
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
        role
    }

    /// A role of a team: `Backend/primary` of the team Backend and the heading `primary_oncall_email`.
    fn of_team(&mut self, team: &str, role: &Role) -> Role {
        let label = format!("{team}/{}", short(&role.label));
        let order = u32::try_from(self.by_text.len()).unwrap_or(u32::MAX);
        let new = || Role { label: label.as_str().into(), rank: role.rank, order };
        self.by_text.entry(label.clone()).or_insert_with(new).clone()
    }
}

/// The role word of a heading, without what only says that it names people.
fn short(heading: &str) -> String {
    const FILLERS: [&str; 9] = ["email", "mail", "address", "oncall", "on", "call", "person", "name", "user"];
    let words = heading.split(['_', ' ', '-']).filter(|word| !word.is_empty());
    let telling: Vec<&str> =
        words.filter(|word| !FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word))).collect();
    if telling.is_empty() { heading.to_owned() } else { telling.join(" ") }
}
