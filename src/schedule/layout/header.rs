//! Which column is which? Found by headings, never by position (domain 6 row 38); by letters where there is no header.

use std::sync::Arc;

use crate::schedule::grid::{GridRow, address};
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{self, Order, month_named, weekday_named};
use crate::schedule::notation::{instant, span};
use crate::schedule::roster::{Match, Roster};
use crate::schedule::shift::{Role, RoleRank};

use super::headings::{self, Attribute};
use super::hours::Said;
use super::names;
use super::numbers::number_and_weekday;
use super::settings::{Column, LayoutKind, LayoutSettings};
use super::{ColumnUse, RecognisedColumn};

/// How many rows below a header are looked at to see whether a column names people.
const SAMPLE_ROWS: usize = 200;

/// A row of headings with the meaning of each column.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// The headings; empty where the sheet has none, number 0 then.
    pub(super) row: GridRow,
    /// How many rows of the grid stand above the header, and the position of the first row below it.
    pub(super) index: usize,
    pub(super) first_row: usize,
    /// How many columns have a heading.
    pub(super) width: usize,
    uses: Vec<ColumnUse>,
    /// The columns that name people.
    pub(super) people: Vec<PersonColumn>,
    /// The columns that name who stands in for them.
    covers: Vec<usize>,
}

/// A column that names people.
#[derive(Debug, Clone)]
pub(super) struct PersonColumn {
    pub(super) column: usize,
    pub(super) role: Role,
    /// Whether a `role` column says the role instead, row by row.
    pub(super) role_by_row: bool,
    pub(super) phone: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) note: Option<usize>,
    /// The hours that the heading or the label of the role says itself.
    pub(super) hours: Said,
}

impl PersonColumn {
    /// A column of the people of one role.
    pub(super) fn of_role(column: usize, role: Role) -> Self {
        let hours = Said::by(&role.label);
        Self { column, role, role_by_row: false, phone: None, email: None, note: None, hours }
    }
}

impl Header {
    /// The first column used as `wanted`.
    pub(super) fn place(&self, wanted: Column) -> Option<usize> {
        self.uses.iter().position(|seen| *seen == ColumnUse::Known(wanted))
    }

    /// The column with a shift's start: `start`, else a lone `start time`.
    pub(super) fn start(&self) -> Option<usize> {
        self.place(Column::Start).or_else(|| self.place(Column::StartTime))
    }

    /// The column with its end, likewise.
    pub(super) fn end(&self) -> Option<usize> {
        self.place(Column::End).or_else(|| self.place(Column::EndTime))
    }

    /// The column with the day of its week; when the layout is set, a `start` or `date` will do.
    pub(super) fn week(&self, settings: &LayoutSettings) -> Option<usize> {
        let set = settings.kind == Some(LayoutKind::Week);
        let other = || set.then(|| self.place(Column::Start).or_else(|| self.place(Column::Date))).flatten();
        self.place(Column::Week).or_else(other)
    }

    /// Two columns that both say no more than who is on call, such as `Name` and `On call`.
    pub(super) fn rivals(&self) -> Option<(String, String)> {
        let heading = |person: &PersonColumn| self.row.text(person.column);
        let says_person = |heading: &&str| headings::column(&headings::key(heading)) == Some(Column::Person);
        // Columns that each have hours of their own are no rivals.
        let whole_days = self.people.iter().filter(|person| person.hours == Said::Nothing);
        let mut plain = whole_days.map(heading).filter(says_person);
        Some((plain.next()?.to_owned(), plain.next()?.to_owned()))
    }

    /// Every column as it was understood.
    pub(super) fn columns(&self) -> Vec<RecognisedColumn> {
        let row = &self.row;
        let recognised = |(index, used_as): (usize, &ColumnUse)| RecognisedColumn {
            cell: address(index, row.number),
            heading: row.text(index).to_owned(),
            used_as: *used_as,
        };
        self.uses.iter().enumerate().filter(|(index, _)| !row.text(*index).is_empty()).map(recognised).collect()
    }

    /// Whether a column has this heading, or this letter where there are no headings.
    pub(super) fn has(&self, heading: &str) -> bool {
        let keys: Vec<String> = self.row.cells().map(headings::key).collect();
        place_of(heading, &keys, self.row.number > 0).is_some()
    }

    /// The column of the year beside a month and a day.
    pub(super) fn year(&self) -> Option<usize> {
        (0..self.row.width()).find(|column| headings::key(self.row.text(*column)) == "year")
    }

    /// The column that names somebody who stands in for the people of this row.
    pub(super) fn cover_of(&self, row: &GridRow) -> Option<usize> {
        self.covers.iter().copied().find(|column| !names::is_placeholder(row.text(*column)))
    }

    /// How many columns have a meaning.
    pub(super) fn known(&self) -> usize {
        self.uses.iter().filter(|seen| **seen != ColumnUse::Unused).count()
    }

    /// The headings of columns that are not used although something stands in them.
    pub(super) fn unused(&self) -> impl Iterator<Item = (usize, &str)> {
        let unused = self.uses.iter().enumerate().filter(|(_, seen)| **seen == ColumnUse::Unused);
        unused.map(|(column, _)| (column, self.row.text(column))).filter(|(_, heading)| !heading.is_empty())
    }

    /// The header of the headings in `row`, with `below` it the rows of the sheet.
    ///
    /// With a roster, headings that are unknown name roles where people stand below them.
    pub(super) fn of(
        (index, row): (usize, &GridRow),
        below: &[GridRow],
        settings: &LayoutSettings,
        roster: Option<&Roster>,
    ) -> Self {
        let keys: Vec<String> = (0..row.width()).map(|column| headings::key(row.text(column))).collect();
        let mut uses = vec![ColumnUse::Unused; keys.len()];
        let has_headings = row.number > 0;
        for (column, heading) in &settings.columns {
            if let Some(found) = place_of(heading, &keys, has_headings).and_then(|place| uses.get_mut(place)) {
                *found = ColumnUse::Known(*column);
            }
        }
        for heading in &settings.people {
            if let Some(found) = place_of(heading, &keys, has_headings).and_then(|place| uses.get_mut(place)) {
                *found = ColumnUse::People;
            }
        }
        let mut covers = Vec::new();
        let ignored: Vec<usize> =
            settings.ignore.iter().filter_map(|heading| place_of(heading, &keys, has_headings)).collect();
        for (place, key) in keys.iter().enumerate().filter(|(place, key)| !key.is_empty() && !ignored.contains(place)) {
            let free = uses.get(place) == Some(&ColumnUse::Unused);
            let meaning = free.then(|| meaning(key, &uses, settings)).flatten();
            if let (Some(meaning), Some(slot)) = (meaning, uses.get_mut(place)) {
                // Where the settings name the people, no other column does.
                let is_people = matches!(meaning, ColumnUse::People | ColumnUse::Known(Column::Person));
                if !is_people || settings.people.is_empty() {
                    *slot = meaning;
                }
            }
        }
        if let Some(roster) = roster.filter(|_| settings.people.is_empty()) {
            let below = below.get(..SAMPLE_ROWS).unwrap_or(below);
            for (place, slot) in uses.iter_mut().enumerate() {
                // `Day` and `Weekends` head people as well as dates.
                let ColumnUse::Known(column @ (Column::Day | Column::End)) = *slot else { continue };
                if !settings.columns.contains_key(&column) && names_people(below, place, roster) {
                    *slot = ColumnUse::Unused;
                }
            }
            // A day above names is the header of a grid, and no role.
            let is_day =
                |column: usize| !matches!(date::read(row.text(column), Order::Assumed), Err(Refusal::NotUnderstood));
            let is_people = |column: usize| !is_day(column) && names_people(below, column, roster);
            let is_cover = |(place, key): &(usize, &String)| {
                let free = uses.get(*place) == Some(&ColumnUse::Unused) && !ignored.contains(place);
                free && headings::is_cover(key) && is_people(*place)
            };
            covers = keys.iter().enumerate().filter(is_cover).map(|(place, _)| place).collect();
            let passed: Vec<usize> = ignored.iter().chain(&covers).copied().collect();
            find_roles(&keys, &mut uses, &passed, is_people);
            let has_people =
                uses.iter().any(|seen| matches!(seen, ColumnUse::People | ColumnUse::Known(Column::Person)));
            if !has_people {
                covers.clear();
                find_roles(&keys, &mut uses, &ignored, is_people);
            }
        }
        let width = keys.iter().rposition(|key| !key.is_empty()).map_or(row.width(), |last| last + 1);
        let people = people(row, &keys, &mut uses);
        Self { row: row.clone(), index, first_row: index, width, uses, people, covers }
    }
}

/// The column of a heading, or of a letter where there are no headings.
fn place_of(heading: &str, keys: &[String], has_headings: bool) -> Option<usize> {
    if has_headings {
        let wanted = headings::key(heading);
        return keys.iter().position(|key| *key == wanted);
    }
    (0..keys.len()).find(|column| address(*column, 0).trim_end_matches('0').eq_ignore_ascii_case(heading.trim()))
}

/// Whether the cells of a column look like names, or are contacts.
fn names_people(below: &[GridRow], column: usize, roster: &Roster) -> bool {
    let (mut cells, mut alike, mut known) = (0, 0, 0);
    for text in below.iter().map(|row| row.text(column)).filter(|text| !names::is_placeholder(text)) {
        cells += 1;
        let has_time = instant::read(text, Order::Assumed) != Err(Refusal::NotUnderstood)
            || span::read(text, Order::Assumed) != Err(Refusal::NotUnderstood);
        let is_day = weekday_named(text).is_some() || month_named(text).is_some() || number_and_weekday(text).is_some();
        alike += usize::from(!has_time && !is_day && text.contains(char::is_alphabetic));
        known += usize::from(names::parts(text).iter().any(|part| roster.find(part) != Match::Unknown));
    }
    cells > 0 && (known * 2 >= cells || alike * 5 >= cells * 4)
}

/// Takes unknown headings for roles where people stand below them. Beside a column whose heading names people, only a
/// heading that begins like it or speaks of duty counts: who updated the sheet is not on call.
fn find_roles(keys: &[String], uses: &mut [ColumnUse], ignored: &[usize], names_people: impl Fn(usize) -> bool) {
    let is_person = uses.contains(&ColumnUse::Known(Column::Person)) && !uses.contains(&ColumnUse::People);
    if is_person {
        return;
    }
    // A manager stands above people of any heading: `Tier 1`, `Tier 2`, `Manager on Duty`.
    let is_manager = |column: usize| keys.get(column).and_then(|key| headings::rank(key)) == Some(RoleRank::Manager);
    let people = uses.iter().enumerate().filter(|(_, seen)| **seen == ColumnUse::People).map(|(column, _)| column);
    let ranked: Vec<usize> = people.filter(|column| !is_manager(*column)).collect();
    let same_family = |key: &str| {
        let starts = |other: &String| {
            let shared = other.bytes().zip(key.bytes()).take_while(|(one, other)| one == other).count();
            shared >= 4
        };
        ranked.iter().filter_map(|column| keys.get(*column)).any(starts)
    };
    for (place, key) in keys.iter().enumerate() {
        let is_free = uses.get(place) == Some(&ColumnUse::Unused) && !ignored.contains(&place);
        if key.is_empty() || !is_free || headings::is_information(key) || weekday_named(key).is_some() {
            continue;
        }
        let whose = headings::without_attribute(key);
        let of_other = !whose.is_empty()
            && keys.iter().enumerate().any(|(other, start)| other != place && start.starts_with(whose));
        let taken_for = match headings::attribute(key) {
            Some(_) if of_other => attribute_use(key),
            _ if !names_people(place) => None,
            _ if ranked.is_empty() || same_family(key) || headings::is_duty(key) => Some(ColumnUse::People),
            _ => None,
        };
        if let (Some(taken_for), Some(slot)) = (taken_for, uses.get_mut(place)) {
            *slot = taken_for;
        }
    }
}

/// Whether a row below the header is itself a header: at least two headings, one of them of a time, and nothing dated.
pub(super) fn is_header(row: &GridRow) -> bool {
    if row.cells().any(|cell| cell.contains(|c: char| c.is_ascii_digit())) {
        return false;
    }
    let is_time = |column: &Column| {
        use Column::{Date, End, Period, RotationStart, Start, Week};
        matches!(column, Start | End | Date | Week | Period | RotationStart)
    };
    let known = |cell: &str| headings::column(&headings::key(cell));
    let found: Vec<Column> = row.cells().filter_map(known).collect();
    found.len() >= 2 && found.iter().any(is_time)
}

/// What a heading means beside those already understood.
fn meaning(key: &str, uses: &[ColumnUse], settings: &LayoutSettings) -> Option<ColumnUse> {
    let taken = |column| uses.contains(&ColumnUse::Known(column)) || settings.columns.contains_key(&column);
    match headings::column(key) {
        Some(column @ (Column::Phone | Column::Email)) if taken(column) => attribute_use(key),
        Some(Column::Person) if taken(Column::Person) && !settings.columns.contains_key(&Column::Person) => {
            Some(ColumnUse::People)
        }
        Some(column) => (!taken(column)).then_some(ColumnUse::Known(column)),
        None => headings::rank(key).map(|_| attribute_use(key).unwrap_or(ColumnUse::People)),
    }
}

fn attribute_use(key: &str) -> Option<ColumnUse> {
    headings::attribute(key).map(|attribute| match attribute {
        Attribute::Phone => ColumnUse::PeoplePhone,
        Attribute::Email => ColumnUse::PeopleEmail,
        Attribute::Note => ColumnUse::PeopleNote,
    })
}

/// The columns of people, each with the phone, address and note columns that belong to it.
fn people(row: &GridRow, keys: &[String], uses: &mut [ColumnUse]) -> Vec<PersonColumn> {
    let has_role_column = uses.contains(&ColumnUse::Known(Column::Role));
    let person = uses.iter().position(|seen| *seen == ColumnUse::Known(Column::Person)).filter(|_| has_role_column);
    // `primary_oncall_email` without a column of primaries is itself the column of people.
    for place in 0..keys.len() {
        let rank_of = |place: usize| keys.get(place).and_then(|key| headings::rank(key));
        let has_people =
            uses.iter().enumerate().any(|(other, seen)| *seen == ColumnUse::People && rank_of(other) == rank_of(place));
        if let Some(slot @ ColumnUse::PeopleEmail) = uses.get_mut(place)
            && rank_of(place).is_some()
            && !has_people
        {
            *slot = ColumnUse::People;
        }
    }
    let is_people = |seen: &ColumnUse| matches!(seen, ColumnUse::People | ColumnUse::Known(Column::Person));
    let columns: Vec<usize> =
        uses.iter().enumerate().filter(|(_, seen)| is_people(seen)).map(|(column, _)| column).collect();
    let ranks: Vec<Option<RoleRank>> =
        columns.iter().map(|column| keys.get(*column).and_then(|key| headings::rank(key))).collect();
    let mut people: Vec<PersonColumn> = (0..)
        .zip(columns.iter().zip(&ranks))
        .map(|(order, (column, rank))| {
            // `On call` beside `Backup` is the primary, unless another column says so of itself.
            let told =
                ranks.iter().any(Option::is_some) || uses.get(*column) == Some(&ColumnUse::Known(Column::Person));
            let first = rank.is_none() && told && !ranks.contains(&Some(RoleRank::Primary)) && ranks.len() > 1;
            let first_unranked = ranks.iter().position(Option::is_none) == usize::try_from(order).ok();
            let rank = if first && first_unranked { Some(RoleRank::Primary) } else { *rank };
            let is_role = uses.get(*column) == Some(&ColumnUse::People);
            let named = columns.len() > 1 || rank.is_some() || is_role && row.number > 0;
            person_column(row, *column, named.then_some(rank.unwrap_or(RoleRank::Other)), order)
        })
        .collect();
    attach_attributes(keys, uses, &mut people);
    let alone = people.len() == 1;
    for column in &mut people {
        // A column headed by a role keeps it; the `role` column speaks of the plain column beside it.
        column.role_by_row = has_role_column && (alone || Some(column.column) == person);
    }
    people
}

/// `rank` is `None` for a lone column of people: its role is `primary`, or what the `role` column says.
fn person_column(row: &GridRow, column: usize, rank: Option<RoleRank>, order: u32) -> PersonColumn {
    let label: Arc<str> = rank.map_or("primary", |_| row.text(column)).into();
    let role = Role { label, rank: rank.unwrap_or(RoleRank::Primary), order };
    PersonColumn { hours: Said::by(row.text(column)), ..PersonColumn::of_role(column, role) }
}

/// Gives `Primary Phone` to the primaries, and a plain `Phone` to the people on its left.
fn attach_attributes(keys: &[String], uses: &[ColumnUse], people: &mut [PersonColumn]) {
    let several = people.len() > 1;
    for (place, (key, used)) in keys.iter().zip(uses).enumerate() {
        let attribute = match used {
            ColumnUse::PeoplePhone => Attribute::Phone,
            ColumnUse::PeopleEmail => Attribute::Email,
            ColumnUse::PeopleNote => Attribute::Note,
            ColumnUse::Known(Column::Phone) if several => Attribute::Phone,
            ColumnUse::Known(Column::Email) if several => Attribute::Email,
            _ => continue,
        };
        let rank = headings::rank(key);
        let owner = match rank {
            Some(rank) => people.iter_mut().find(|person| person.role.rank == rank),
            None => people.iter_mut().rev().find(|person| person.column < place),
        };
        if let Some(owner) = owner {
            let slot = match attribute {
                Attribute::Phone => &mut owner.phone,
                Attribute::Email => &mut owner.email,
                Attribute::Note => &mut owner.note,
            };
            slot.get_or_insert(place);
        }
    }
}
