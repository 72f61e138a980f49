//! Which rows speak of the same role and of the same person? Gives both small numbers, so that the sweep compares numbers.
//!
//! Used by `resolve` when a schedule is built; names and roles are compared without case and without stray blanks
//! (domain 6 row 30) and always shown as written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::roster;
use super::shift::{Holder, Role, RoleRank, Shift};
use super::timeline::{Duty, Member, NamedPeople};

/// A role's label for comparing: without case, spaces, `_` and `-` (contract 2.1).
pub(crate) fn fold_role(label: &str) -> String {
    label
        .nfkc()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '_' | '-'))
        .collect::<String>()
        .to_lowercase()
}

/// The roles of `shifts` in the order in which answers list them: by rank, then by their order in the sheet.
pub(super) fn roles_of(shifts: &[Shift]) -> Vec<Role> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut roles: Vec<Role> = Vec::new();
    for first in by_role(shifts).filter_map(|rows| rows.first()) {
        if seen.insert(&first.role.label) && known.insert(fold_role(&first.role.label)) {
            roles.push(first.role.clone());
        }
    }
    roles.sort_by_key(|role| (role.rank, role.order));
    roles
}

/// Runs of rows of one role: in most sheets one run, or one a row.
fn by_role(shifts: &[Shift]) -> impl Iterator<Item = &[Shift]> {
    shifts.chunk_by(|one, next| one.role.label == next.role.label)
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
    let mut people = People {
        by_name: HashMap::new(),
        by_fold: HashMap::new(),
        groups: HashMap::new(),
        of_cell: HashMap::new(),
        recent: [const { None }; RECENT],
    };
    let mut duties = Vec::with_capacity(shifts.len());
    for rows in by_role(shifts) {
        let Some(label) = rows.first().map(|first| &*first.role.label) else { continue };
        let role =
            *by_label.entry(label).or_insert_with(|| by_fold.get(&fold_role(label)).copied().unwrap_or_default());
        duties.extend(rows.iter().map(|shift| Duty::new(shift.interval, role, shift.kind, people.of(&shift.holders))));
    }
    duties
}

/// How many cells of people are found again without a hash: more than most sheets have different ones.
const RECENT: usize = 64;

/// Numbers for people and for sets of people.
struct People<'a> {
    by_name: HashMap<&'a str, usize>,
    by_fold: HashMap<String, usize>,
    groups: HashMap<Vec<usize>, usize>,
    /// What is known of the people of a cell, by where they lie: rows with the same cell share them.
    of_cell: HashMap<*const Holder, Arc<NamedPeople>>,
    /// The cells met last, each at a place that its address gives: asking for one costs no hash.
    recent: [Option<(*const Holder, Arc<NamedPeople>)>; RECENT],
}

impl<'a> People<'a> {
    /// The people of a cell in its order, each once, and the number of their set.
    fn of(&mut self, holders: &'a Arc<[Holder]>) -> Arc<NamedPeople> {
        let place = Arc::as_ptr(holders).cast::<Holder>();
        let near = place.addr() / 16 % RECENT;
        match self.recent.get(near) {
            Some(Some((known, people))) if *known == place => return Arc::clone(people),
            _ => {}
        }
        let people = self.of_cell.get(&place).cloned().unwrap_or_else(|| self.new_cell(place, holders));
        if let Some(recent) = self.recent.get_mut(near) {
            *recent = Some((place, Arc::clone(&people)));
        }
        people
    }

    fn new_cell(&mut self, place: *const Holder, holders: &'a [Holder]) -> Arc<NamedPeople> {
        let mut members: Vec<Member> = Vec::with_capacity(holders.len());
        for (holder, person) in holders.iter().enumerate() {
            let person = self.person(&person.name);
            if members.iter().all(|member| member.person != person) {
                members.push(Member { person, holder });
            }
        }
        let group = self.group(&members);
        let people = Arc::new(NamedPeople { members, group });
        self.of_cell.insert(place, Arc::clone(&people));
        people
    }

    fn person(&mut self, name: &'a str) -> usize {
        let Self { by_name, by_fold, .. } = self;
        *by_name.entry(name).or_insert_with(|| {
            let next = by_fold.len();
            *by_fold.entry(roster::fold(name).into_owned()).or_insert(next)
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
