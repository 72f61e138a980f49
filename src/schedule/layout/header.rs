//! Where is the header, and which column is which? Found by headings, never by position (domain 6 row 38).

use std::sync::Arc;

use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::problem::ProblemKind;
use crate::schedule::shift::{Role, RoleRank};

use super::headings::{self, Attribute};
use super::settings::{Column, LayoutKind, LayoutSettings};
use super::{ColumnUse, RecognisedColumn, RunnerUp};

/// How many rows at the top may stand above the header.
const HEADER_ROWS: usize = 20;

/// A row of headings with the meaning of each column.
#[derive(Debug)]
pub(super) struct Header {
    /// The header's position in the grid, and how many columns have a heading.
    pub(super) index: usize,
    pub(super) width: usize,
    uses: Vec<ColumnUse>,
    /// The columns that name people.
    pub(super) people: Vec<PersonColumn>,
}

/// A column that names people.
#[derive(Debug)]
pub(super) struct PersonColumn {
    pub(super) column: usize,
    pub(super) role: Role,
    /// Whether a `role` column says the role instead, row by row.
    pub(super) role_by_row: bool,
    pub(super) phone: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) note: Option<usize>,
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
    fn rivals(&self, row: &GridRow) -> Option<(String, String)> {
        let says_person = |column: &usize| headings::column(&headings::key(row.text(*column))) == Some(Column::Person);
        let mut plain = self.people.iter().map(|person| person.column).filter(says_person);
        Some((row.text(plain.next()?).to_owned(), row.text(plain.next()?).to_owned()))
    }

    /// What a layout needs and this header does not have.
    fn missing(&self, kind: LayoutKind, settings: &LayoutSettings) -> Vec<Column> {
        let people = (!self.people.is_empty()).then_some(0);
        let needs = match kind {
            LayoutKind::Plain => {
                vec![(Column::Start, self.start()), (Column::End, self.end()), (Column::Person, people)]
            }
            LayoutKind::Week => vec![(Column::Week, self.week(settings)), (Column::Person, people)],
        };
        needs.into_iter().filter(|(_, place)| place.is_none()).map(|(column, _)| column).collect()
    }

    /// Every column as it was understood.
    pub(super) fn columns(&self, row: &GridRow) -> Vec<RecognisedColumn> {
        let recognised = |(index, used_as): (usize, &ColumnUse)| RecognisedColumn {
            cell: address(index, row.number),
            heading: row.text(index).to_owned(),
            used_as: *used_as,
        };
        self.uses.iter().enumerate().filter(|(index, _)| !row.text(*index).is_empty()).map(recognised).collect()
    }

    fn of(index: usize, row: &GridRow, settings: &LayoutSettings) -> Self {
        let keys: Vec<String> = (0..row.cells.len()).map(|column| headings::key(row.text(column))).collect();
        let mut uses = vec![ColumnUse::Unused; keys.len()];
        for (column, heading) in &settings.columns {
            let wanted = headings::key(heading);
            let found = keys.iter().position(|key| *key == wanted).and_then(|place| uses.get_mut(place));
            if let Some(found) = found {
                *found = ColumnUse::Known(*column);
            }
        }
        for (place, key) in keys.iter().enumerate().filter(|(_, key)| !key.is_empty()) {
            let free = uses.get(place) == Some(&ColumnUse::Unused);
            let meaning = free.then(|| meaning(key, &uses, settings)).flatten();
            if let (Some(meaning), Some(slot)) = (meaning, uses.get_mut(place)) {
                *slot = meaning;
            }
        }
        let width = keys.iter().rposition(|key| !key.is_empty()).map_or(0, |last| last + 1);
        let people = people(row, &keys, &mut uses);
        Self { index, width, uses, people }
    }
}

/// Whether a row below the header is itself a header: at least two headings, one of them of a time, and nothing dated.
pub(super) fn is_header(row: &GridRow) -> bool {
    if row.cells.iter().any(|cell| cell.contains(|c: char| c.is_ascii_digit())) {
        return false;
    }
    let is_time = |column: &Column| matches!(column, Column::Start | Column::End | Column::Date | Column::Week);
    let known = |cell: &String| headings::column(&headings::key(cell));
    let found: Vec<Column> = row.cells.iter().filter_map(known).collect();
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
            let first = rank.is_none() && !ranks.contains(&Some(RoleRank::Primary)) && ranks.len() > 1;
            let first_unranked = ranks.iter().position(Option::is_none) == usize::try_from(order).ok();
            let rank = if first && first_unranked { Some(RoleRank::Primary) } else { *rank };
            let named = columns.len() > 1 || rank.is_some();
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
    PersonColumn { column, role, role_by_row: false, phone: None, email: None, note: None }
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

/// A header that fits a layout.
pub(super) struct Found {
    pub(super) kind: LayoutKind,
    pub(super) header: Header,
    pub(super) runner_up: Option<RunnerUp>,
}

/// The first row that has all headings a layout needs; plain goes before week, because it says both ends itself.
///
/// Otherwise what is missing, each with the cell it is missed at.
pub(super) fn find(grid: &Grid, settings: &LayoutSettings) -> Result<Found, Vec<(ProblemKind, String)>> {
    let kinds: &[LayoutKind] = match settings.kind {
        Some(LayoutKind::Plain) => &[LayoutKind::Plain],
        Some(LayoutKind::Week) => &[LayoutKind::Week],
        None => &[LayoutKind::Plain, LayoutKind::Week],
    };
    let eligible = |(index, row): &(usize, &GridRow)| match settings.header_row {
        Some(wanted) => row.number == wanted,
        None => *index < HEADER_ROWS,
    };
    let mut best: Option<(usize, Vec<Column>, &GridRow)> = None;
    for (index, row) in grid.rows.iter().enumerate().filter(eligible) {
        let header = Header::of(index, row, settings);
        let names_all = settings.columns.keys().all(|column| header.place(*column).is_some());
        let fits = |kind: &&LayoutKind| names_all && header.missing(**kind, settings).is_empty();
        if let Some(kind) = kinds.iter().find(fits).copied() {
            let other = kinds.iter().copied().find(|other| *other != kind);
            if let Some((first, second)) = header.rivals(row) {
                return Err(vec![(ProblemKind::RivalColumns { first, second }, address(0, row.number))]);
            }
            let runner_up = other.map(|layout| RunnerUp { layout, missing: header.missing(layout, settings) });
            return Ok(Found { kind, header, runner_up });
        }
        let missing = kinds.iter().map(|kind| header.missing(*kind, settings)).min_by_key(Vec::len).unwrap_or_default();
        let known = header.uses.iter().filter(|seen| **seen != ColumnUse::Unused).count();
        if best.as_ref().is_none_or(|(most, ..)| known > *most) {
            best = Some((known, missing, row));
        }
    }
    Err(near_miss(grid, settings, best))
}

/// What to say of the row that came nearest to being a header.
fn near_miss(
    grid: &Grid,
    settings: &LayoutSettings,
    best: Option<(usize, Vec<Column>, &GridRow)>,
) -> Vec<(ProblemKind, String)> {
    let Some((_, missing, row)) = best.filter(|(known, ..)| *known >= 2 || !settings.columns.is_empty()) else {
        let rows = settings.header_row.map_or(grid.rows.len().min(HEADER_ROWS), |_| 1);
        return vec![(ProblemKind::NoHeader { rows }, String::new())];
    };
    let texts = || (0..row.cells.len()).map(|column| row.text(column)).filter(|text| !text.is_empty());
    let keys: Vec<String> = texts().map(headings::key).collect();
    let cell = address(0, row.number);
    let unknown_headings = settings
        .columns
        .iter()
        .filter(|(_, heading)| !keys.contains(&headings::key(heading)))
        .map(|(column, heading)| ProblemKind::NoSuchHeading { column: column.word(), heading: heading.clone() });
    let mut problems: Vec<ProblemKind> = unknown_headings.collect();
    let named: Vec<&str> = settings.columns.keys().map(|column| column.word()).collect();
    problems.extend(missing.into_iter().filter(|column| !named.contains(&column.word())).map(|column| {
        let unused = texts().filter(|text| headings::column(&headings::key(text)).is_none());
        ProblemKind::MissingColumn { column: column.word(), near: headings::nearest(column, unused) }
    }));
    problems.into_iter().map(|kind| (kind, cell.clone())).collect()
}
