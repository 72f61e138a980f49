//! Whom does a cell of people name, and how are they reached? Exact names and aliases only (contract 2.3 rules 6 and 7).

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::schedule::grid::Grid;
use crate::schedule::problem::ProblemKind;
use crate::schedule::roster::{Contact, Match, Roster, fold};
use crate::schedule::shift::Holder;

use super::names;

/// What a cell of people says. No holders is an explicit nobody.
#[derive(Debug)]
pub(super) struct People {
    pub(super) holders: Arc<[Holder]>,
    pub(super) problems: Vec<ProblemKind>,
}

/// Among how many different names of one sheet a close one is looked for: with more, these are not the people known.
const SUGGESTIONS: usize = 200;

/// How many texts are found again without a hash: more people than most sheets have.
const RECENT: usize = 64;

/// Reads cells of people; the same text is looked up once.
pub(super) struct PeopleReader<'a> {
    roster: &'a Roster,
    grid: &'a Grid,
    seen: HashMap<String, Rc<People>>,
    /// The texts met last, each at a place that its letters give: finding one of them again costs no hash.
    recent: [Option<(String, Rc<People>)>; RECENT],
    /// Every cell of the sheet without a comma, folded; found when a comma first leaves something open.
    cells: OnceCell<HashSet<String>>,
}

impl<'a> PeopleReader<'a> {
    pub(super) fn new(roster: &'a Roster, grid: &'a Grid) -> Self {
        Self { roster, grid, seen: HashMap::new(), recent: [const { None }; RECENT], cells: OnceCell::new() }
    }

    pub(super) fn read(&mut self, cell: &str) -> Rc<People> {
        let near = cell.bytes().fold(0_usize, |place, byte| place.wrapping_mul(7) ^ usize::from(byte)) % RECENT;
        match self.recent.get(near) {
            Some(Some((known, people))) if known == cell => return Rc::clone(people),
            _ => {}
        }
        let people = if let Some(people) = self.seen.get(cell) {
            Rc::clone(people)
        } else {
            let people = Rc::new(self.look_up(cell));
            self.seen.insert(cell.to_owned(), Rc::clone(&people));
            people
        };
        if let Some(recent) = self.recent.get_mut(near) {
            *recent = Some((cell.to_owned(), Rc::clone(&people)));
        }
        people
    }

    fn look_up(&self, cell: &str) -> People {
        if names::is_formula(cell) {
            return nobody(ProblemKind::FormulaError);
        }
        if names::is_placeholder(cell) {
            return nobody(ProblemKind::Nobody);
        }
        match self.roster.find(cell) {
            Match::Exact(contact) | Match::Alias(contact) => return of(vec![known(contact)], Vec::new()),
            several @ Match::Several(_) => return self.person(cell, several),
            Match::Unknown => {}
        }
        let unmarked = cell.trim_end_matches(['*', '\u{2020}', '\u{2021}', '^']).trim_end();
        if let Match::Exact(contact) | Match::Alias(contact) = self.roster.find(unmarked) {
            // A footnote belongs to the name; what it says is not interpreted.
            return of(vec![known(contact)], vec![ProblemKind::Remark { taken: Arc::clone(&contact.name) }]);
        }
        if cell.contains("~~") {
            return self.with_struck(cell);
        }
        if cell.contains('(') {
            return self.with_remark(cell);
        }
        match names::parts(cell).as_slice() {
            [] => nobody(ProblemKind::NotAName),
            [_] if names::is_sentence(cell) => nobody(ProblemKind::NotAName),
            [_] => match names::comma_parts(cell) {
                Some(parts) => self.with_commas(cell, &parts),
                None => self.person(cell, Match::Unknown),
            },
            parts => self.several(parts),
        }
    }

    /// What is struck out is not read; the rest is read as if it stood alone.
    fn with_struck(&self, cell: &str) -> People {
        let Some(kept) = names::without_struck(cell) else { return nobody(ProblemKind::NotAName) };
        let mut people = self.look_up(&kept);
        people.problems.insert(0, ProblemKind::StruckOut { kept });
        people
    }

    /// A comma stands within one name, `Quinn, Pat`, or between people: then each of them is known, stands alone
    /// elsewhere in the sheet, or is a handle. Where it may be either, nobody is read.
    fn with_commas(&self, cell: &str, parts: &[&str]) -> People {
        let is_person = |part: &&str| self.roster.find(part) != Match::Unknown || names::is_placeholder(part);
        if names::are_handles(parts) || parts.iter().all(is_person) {
            return self.several(parts);
        }
        let alone = parts.iter().filter(|part| self.stands_alone(part)).count();
        if alone == parts.len() {
            return self.several(parts);
        }
        if alone > 0 || !names::may_be_reversed(parts) {
            return nobody(ProblemKind::NotAName);
        }
        self.person(cell, Match::Unknown)
    }

    fn stands_alone(&self, name: &str) -> bool {
        let cells = self.cells.get_or_init(|| {
            let cells = self.grid.rows.iter().flat_map(|row| (0..row.width()).map(|column| row.text(column)));
            cells.filter(|text| !text.is_empty() && !text.contains(',')).map(|text| fold(text).into_owned()).collect()
        });
        cells.contains(fold(name).as_ref())
    }

    fn with_remark(&self, cell: &str) -> People {
        let name = names::before_remark(cell).filter(|_| !names::denies(cell));
        let Some(name) = name else { return nobody(ProblemKind::NotAName) };
        match self.roster.find(name) {
            Match::Exact(contact) | Match::Alias(contact) => {
                of(vec![known(contact)], vec![ProblemKind::Remark { taken: Arc::clone(&contact.name) }])
            }
            // Written out, the remark leaves no doubt who is on call, known or not (domain 6 row 25).
            found if names::says_who_is_on(cell) => {
                let mut people = self.person(name, found);
                people.problems.push(ProblemKind::Remark { taken: name.into() });
                people
            }
            Match::Several(_) | Match::Unknown => nobody(ProblemKind::NotAName),
        }
    }

    fn several(&self, parts: &[&str]) -> People {
        let (mut holders, mut problems): (Vec<Holder>, Vec<ProblemKind>) = Default::default();
        for part in parts.iter().filter(|part| !names::is_placeholder(part)) {
            let found = self.roster.find(part);
            if found == Match::Unknown && (names::is_sentence(part) || part.contains('(')) {
                return nobody(ProblemKind::NotAName);
            }
            let one = self.person(part, found);
            for holder in one.holders.iter() {
                if !holders.iter().any(|known| known.name == holder.name) {
                    holders.push(holder.clone());
                }
            }
            problems.extend(one.problems);
        }
        match holders.len() {
            0 => return nobody(ProblemKind::Nobody),
            1 => {}
            _ => {
                let names = holders.iter().map(|holder| Arc::clone(&holder.name)).collect();
                problems.insert(0, ProblemKind::SeveralPeople { names });
            }
        }
        of(holders, problems)
    }

    /// One name, with what the roster made of it.
    fn person(&self, name: &str, found: Match<'_>) -> People {
        let problem = match found {
            Match::Exact(contact) | Match::Alias(contact) => return of(vec![known(contact)], Vec::new()),
            Match::Several(contacts) => Some(ProblemKind::AmbiguousPerson {
                candidates: contacts.iter().map(|contact| Arc::clone(&contact.name)).collect(),
            }),
            Match::Unknown if self.roster.is_empty() => None,
            Match::Unknown => {
                let nearest = (self.seen.len() < SUGGESTIONS).then(|| self.roster.suggest(name)).flatten();
                Some(ProblemKind::UnknownPerson { nearest })
            }
        };
        let name: Arc<str> = name.split_whitespace().collect::<Vec<_>>().join(" ").into();
        of(vec![Holder { name, phone: None, email: None, known: false }], problem.into_iter().collect())
    }
}

fn of(holders: Vec<Holder>, problems: Vec<ProblemKind>) -> People {
    People { holders: holders.into(), problems }
}

fn nobody(problem: ProblemKind) -> People {
    of(Vec::new(), vec![problem])
}

fn known(contact: &Contact) -> Holder {
    Holder {
        name: Arc::clone(&contact.name),
        phone: contact.phone.as_ref().map(|phone| Arc::clone(&phone.main.e164)),
        email: contact.email.clone(),
        known: true,
    }
}
