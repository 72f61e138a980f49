//! Which rows speak of the same role and of the same person? Gives both small numbers, so that the sweep compares numbers.
//!
//! Used by `resolve` when a schedule is built; names and roles are compared without case and without stray blanks
//! (domain 6 row 30) and always shown as written.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::shift::{Role, RoleRank, Shift};
use super::timeline::{Duty, Member};

/// A role's label for comparing: without case, spaces, `_` and `-` (contract 2.1).
pub(super) fn fold_role(label: &str) -> String {
    label
        .nfkc()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-'))
        .collect::<String>()
        .to_lowercase()
}

/// A person's name for comparing: NFKC, one blank between words, without case.
pub(super) fn fold_name(name: &str) -> String {
    let normal: String = name.nfkc().collect();
    normal.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The roles of `shifts` in the order in which answers list them: by rank, then by their order in the sheet.
pub(super) fn roles_of(shifts: &[Shift]) -> Vec<Role> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut roles: Vec<Role> = Vec::new();
    for shift in shifts {
        if seen.insert(&shift.role.label) && known.insert(fold_role(&shift.role.label)) {
            roles.push(shift.role.clone());
        }
    }
    roles.sort_by_key(|role| (role.rank, role.order));
    roles
}

/// The roles that satisfy a required role's `name`: by label, or by the rank that the name stands for.
pub(super) fn satisfies(role: &Role, name: &str) -> bool {
    let name = fold_role(name);
    let rank = match name.as_str() {
        "primary" => Some(RoleRank::Primary),
        "secondary" | "backup" => Some(RoleRank::Secondary),
        "tertiary" => Some(RoleRank::Tertiary),
        "manager" => Some(RoleRank::Manager),
        _ => None,
    };
    fold_role(&role.label) == name || rank == Some(role.rank)
}

/// One duty a shift, in the same order, with roles as indices into `roles`.
pub(super) fn duties_of(shifts: &[Shift], roles: &[Role]) -> Vec<Duty> {
    let by_fold: HashMap<String, usize> =
        roles.iter().enumerate().map(|(index, role)| (fold_role(&role.label), index)).collect();
    let mut by_label: HashMap<&str, usize> = HashMap::new();
    let mut people = People::default();
    shifts
        .iter()
        .map(|shift| {
            let role = *by_label
                .entry(&shift.role.label)
                .or_insert_with(|| by_fold.get(&fold_role(&shift.role.label)).copied().unwrap_or_default());
            let members = people.members(shift);
            let group = people.group(&members);
            Duty { interval: shift.interval, role, kind: shift.kind, members, group }
        })
        .collect()
}

/// Numbers for people and for sets of people.
#[derive(Default)]
struct People<'a> {
    by_name: HashMap<&'a str, usize>,
    by_fold: HashMap<String, usize>,
    groups: HashMap<Vec<usize>, usize>,
}

impl<'a> People<'a> {
    /// The people of one row in the order of the cell, each once.
    fn members(&mut self, shift: &'a Shift) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::with_capacity(shift.holders.len());
        for (holder, person) in shift.holders.iter().enumerate() {
            let person = self.person(&person.name);
            if members.iter().all(|member| member.person != person) {
                members.push(Member { person, holder });
            }
        }
        members
    }

    fn person(&mut self, name: &'a str) -> usize {
        let Self { by_name, by_fold, .. } = self;
        *by_name.entry(name).or_insert_with(|| {
            let next = by_fold.len();
            *by_fold.entry(fold_name(name)).or_insert(next)
        })
    }

    /// The number of a set of people, whatever their order.
    fn group(&mut self, members: &[Member]) -> usize {
        let mut key: Vec<usize> = members.iter().map(|member| member.person).collect();
        key.sort_unstable();
        let next = self.groups.len();
        *self.groups.entry(key).or_insert(next)
    }
}
