//! What must hold of every sheet that is read, and of who is on call by it? A second resolver looks at every row for every instant.
//!
//! The bytes are the layout's settings as TOML, a sheet as CSV, and perhaps a sheet of overrides, with a line `%%` between
//! them; a line `# Europe/Berlin` in the settings names another zone.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use page_oncall::civil::{Interval, IntervalSet};
use page_oncall::schedule::Schedule;
use page_oncall::schedule::difference::difference;
use page_oncall::schedule::explain::Verdict;
use page_oncall::schedule::gaps::gaps;
use page_oncall::schedule::grid::{Grid, GridRow};
use page_oncall::schedule::layout::{self, LayoutKind, LayoutSettings, Reading, Recognition};
use page_oncall::schedule::lint::{self, Question};
use page_oncall::schedule::notation::date;
use page_oncall::schedule::on_call::{OnCall, OnCallPerson, Status};
use page_oncall::schedule::plan::Plan;
use page_oncall::schedule::problem::{Problem, ProblemKind};
use page_oncall::schedule::roster::{Match, Roster, fold};
use page_oncall::schedule::shift::{Holder, RoleRank, Shift, ShiftKind};
use page_oncall::schedule::tabs::UnderstoodTab;
use page_oncall::source::csv;
use page_oncall::wording::{layouts, problems};
use unicode_normalization::UnicodeNormalization;

const CONTACTS: &str = "name,aliases,phone,email\n\
    Dana Reyes,Dana;D. Reyes,608-555-0101,dana@example.org\n\
    Sam Okafor,Sam,608-555-0102,\n\
    Ida Munk,Ida;Sam O,608-555-0103,\n\
    Moss / Night,,,moss@example.org\n\
    Jos\u{e9} Nu\u{f1}ez,,608-555-0104,\n";
/// Of more rows only the first ones are asked, so that an input takes a few milliseconds.
const MOST_SHIFTS: usize = 150;
const MOST_INSTANTS: usize = 24;

pub(crate) fn check(bytes: &[u8]) {
    let parts = parts(bytes);
    let Some(sheet) = parts.sheet else { return };
    let roster = roster();
    let read = || layout::read(&sheet, &parts.settings, parts.zone, roster);
    let first = read();
    assert_eq!(first, read());
    let mut reading = match first {
        Ok(reading) => reading,
        Err(unusable) => {
            assert!(!unusable.problems.is_empty());
            return problems_name_cells(&unusable.problems, &[&sheet]);
        }
    };
    assert!(!reading.shifts.is_empty());
    assert!(!layouts::lines(&reading.recognition, &reading.skipped).is_empty());
    problems_name_cells(&reading.problems, &[&sheet]);
    no_row_is_lost(&reading, &sheet);
    let mut grids = vec![&sheet];
    if let Some(overrides) = &parts.overrides {
        let own = reading.shifts.len();
        match layout::read_overrides(&mut reading, overrides, &parts.settings, parts.zone, roster) {
            Ok(_) => assert!(reading.shifts.iter().skip(own).all(|shift| shift.kind == ShiftKind::Override)),
            Err(unusable) => return problems_name_cells(&unusable.problems, &[overrides]),
        }
        grids.push(overrides);
        problems_name_cells(&reading.problems, &grids);
    }
    for shift in &reading.shifts {
        a_shift_stands_in_its_row(shift, &grids, roster);
    }
    reading.shifts.truncate(MOST_SHIFTS);
    the_resolver_says_what_the_rows_say(reading, parts.zone);
}

fn roster() -> &'static Roster {
    static ROSTER: OnceLock<Roster> = OnceLock::new();
    ROSTER.get_or_init(|| {
        let contacts = csv::read(CONTACTS.as_bytes(), "contacts.csv").expect("contacts");
        Roster::from_grid(&contacts.grid, &[]).0
    })
}

struct Parts {
    settings: LayoutSettings,
    zone: Tz,
    sheet: Option<Grid>,
    overrides: Option<Grid>,
}

fn parts(bytes: &[u8]) -> Parts {
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii() == b"%%" {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.extend_from_slice(line);
        }
    }
    let mut parts = parts.into_iter();
    let settings = parts.next().map(|part| String::from_utf8_lossy(&part).into_owned()).unwrap_or_default();
    let mut grid = |name: &str| Some(csv::read(&parts.next()?, name).ok()?.grid);
    let (sheet, overrides) = (grid("sheet.csv"), grid("overrides.csv"));
    let zone = settings.lines().filter_map(|line| line.strip_prefix("# ")).find_map(|zone| zone.trim().parse().ok());
    Parts {
        zone: zone.unwrap_or(chrono_tz::America::Chicago),
        settings: toml::from_str(&settings).unwrap_or_default(),
        sheet,
        overrides,
    }
}

/// The column and the row of `AB12`.
fn place(cell: &str) -> (usize, u32) {
    let digits = cell.find(|c: char| c.is_ascii_digit()).unwrap_or_else(|| panic!("{cell:?} is no cell"));
    let column = cell[..digits].bytes().fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    assert!(column > 0, "{cell:?} is no cell");
    (column - 1, cell[digits..].parse().unwrap_or_else(|_| panic!("{cell:?} is no cell")))
}

fn row_of<'g>(grids: &[&'g Grid], sheet: &str, cell: &str) -> (&'g GridRow, usize) {
    let grid = grids.iter().find(|grid| *grid.sheet == *sheet).unwrap_or_else(|| panic!("there is no sheet {sheet}"));
    let (column, number) = place(cell);
    let row = grid.rows.iter().find(|row| row.number == number);
    let width = grid.rows.iter().map(GridRow::width).max().unwrap_or(0);
    assert!(column < width, "{cell} is right of all columns");
    (row.unwrap_or_else(|| panic!("{cell} is in no row")), column)
}

fn problems_name_cells(found: &[Problem], grids: &[&Grid]) {
    for problem in found {
        let (message, hint) = (problems::message(problem), problems::hint(problem));
        assert!(message.ends_with('.') && hint.ends_with('.'), "{message:?} {hint:?}");
        assert!(!problems::code(&problem.kind).is_empty());
        if problem.cell.is_empty() {
            assert!(grids.iter().any(|grid| grid.sheet == problem.sheet), "{problem:?}");
        } else {
            row_of(grids, &problem.sheet, &problem.cell);
        }
    }
}

/// Each row is a header, a shift, a problem, or skipped with a reason (contract 2.3 rule 8).
fn no_row_is_lost(reading: &Reading, sheet: &Grid) {
    let Recognition { header_row, columns, .. } = &reading.recognition;
    let of_header = |row: &&GridRow| {
        columns
            .iter()
            .all(|column| place(&column.cell).1 == row.number && column.heading == row.text(place(&column.cell).0))
    };
    // Headings may stand in two rows, of which the first is named.
    let header_rows = *header_row..=header_row + u32::from(!sheet.rows.iter().any(|row| of_header(&row)));
    let in_problem =
        |row: u32| reading.problems.iter().any(|problem| !problem.cell.is_empty() && place(&problem.cell).1 == row);
    let other_header = reading.problems.iter().find(|problem| problem.kind == ProblemKind::OtherHeader);
    let end = other_header.map_or(u32::MAX, |problem| place(&problem.cell).1);
    for skipped in &reading.skipped {
        assert!(sheet.rows.iter().any(|row| row.number == skipped.row), "{skipped:?} does not exist");
    }
    for row in sheet.rows.iter().filter(|row| !header_rows.contains(&row.number) && row.number <= end) {
        let known = reading.shifts.iter().any(|shift| shift.row.number() == row.number)
            || reading.skipped.iter().any(|skipped| skipped.row == row.number)
            || in_problem(row.number)
            || says_nothing_below_days(reading, row);
        assert!(known, "row {} was lost without a word", row.number);
    }
}

/// Whether the days are headings and the row has nothing below them but hours that mean off: beside its label only cells
/// below a heading that is another word, or in a column that a problem speaks of.
fn says_nothing_below_days(reading: &Reading, row: &GridRow) -> bool {
    let Recognition { layout, columns, .. } = &reading.recognition;
    let is_other_word =
        |heading: &str| !heading.contains(|c: char| c.is_ascii_digit()) && date::weekday_named(heading).is_none();
    let is_of_other = |column: usize| {
        let of_column = |cell: &str| !cell.is_empty() && place(cell).0 == column;
        columns.iter().any(|known| of_column(&known.cell) && is_other_word(&known.heading))
            || reading.problems.iter().any(|problem| of_column(&problem.cell))
    };
    let mut filled = (0..row.width()).filter(|column| !row.text(*column).is_empty());
    let _label = filled.next();
    matches!(layout, LayoutKind::Matrix | LayoutKind::Weekdays | LayoutKind::Calendar)
        && filled.all(|column| is_of_other(column) || means_off(row.text(column)))
}

fn means_off(text: &str) -> bool {
    !text.contains(|c: char| c.is_ascii_digit())
}

fn a_shift_stands_in_its_row(shift: &Shift, grids: &[&Grid], roster: &Roster) {
    let (row, column) = row_of(grids, shift.row.sheet(), &shift.row.cell());
    assert_eq!(row.number, shift.row.number());
    assert!(shift.interval.start() < shift.interval.end());
    let cell = row.text(column).split_whitespace().collect::<Vec<_>>().join(" ");
    let text = shift.row.text();
    assert!(text.contains(&row.line()) || text.contains(&cell), "{text:?} is not {:?}", row.line());
    for holder in shift.holders.iter() {
        let is_named = row.cells().any(|cell| is_named_by(holder, cell, roster));
        assert!(is_named, "{} is not in {:?}", holder.name, row.line());
    }
}

/// Whether a cell has the name, or an alias or the address of the contact of that name, outside struck-out runs.
fn is_named_by(holder: &Holder, cell: &str, roster: &Roster) -> bool {
    let kept: Vec<&str> = cell.split("~~").step_by(2).collect();
    let kept = kept.join(" ");
    let cell = fold(&kept);
    let has = |name: &str| !name.trim().is_empty() && cell.contains(&*fold(name));
    match roster.find(&holder.name) {
        Match::Exact(contact) => {
            assert!(holder.known && holder.name == contact.name);
            has(&contact.name) || contact.aliases.iter().chain(&contact.email).any(|alias| has(alias))
        }
        _ => !holder.known && has(&holder.name),
    }
}

fn the_resolver_says_what_the_rows_say(reading: Reading, zone: Tz) {
    let Reading { shifts, problems, skipped, recognition, .. } = reading;
    let schedule = Schedule::new("sheet", "Sheet", shifts.clone(), problems.clone(), &[]);
    let edges: BTreeSet<DateTime<Utc>> =
        shifts.iter().flat_map(|shift| [shift.interval.start(), shift.interval.end()]).collect();
    let every = edges.len().div_ceil(MOST_INSTANTS).max(1);
    let rows = Rows::of(&shifts);
    for edge in edges.iter().copied().step_by(every) {
        for at in [edge - Duration::seconds(1), edge] {
            agrees(&rows, &schedule, at);
        }
    }
    let Some(extent) = schedule.extent() else { panic!("rows without an extent") };
    the_report_adds_up(&rows, &schedule, extent);
    assert!(difference(&schedule, &schedule, extent).is_empty());
    let again = Schedule::new("sheet", "Sheet", shifts.clone(), problems, &[]);
    assert_eq!(again.on_call(extent.start()), schedule.on_call(extent.start()));
    let needed = IntervalSet::of([extent]);
    let tab = UnderstoodTab {
        sheet: "sheet.csv".into(),
        is_overrides: false,
        recognition: Some(recognition),
        skipped,
        gid: None,
    };
    let question = Question { schedule: &schedule, tabs: &[tab], window: extent, needed: &needed, zone };
    for finding in lint::lint(question) {
        assert!(finding.cell.is_empty() || place(&finding.cell).1 > 0);
    }
}

fn agrees(rows: &Rows<'_>, schedule: &Schedule, at: DateTime<Utc>) {
    let answer = schedule.on_call(at);
    let listed: Vec<(String, String, String)> = answer
        .people
        .iter()
        .map(|person| (role_key(&person.role.label), fold(&person.name).into_owned(), person.row.cell()))
        .collect();
    assert_eq!(listed, rows.people(at), "at {at}");
    assert_eq!(answer.status, rows.status(at), "at {at}");
    assert_eq!(answer.gap.is_some(), answer.status == Status::Gap);
    for person in &answer.people {
        assert!(person.from <= at && at < person.until, "{person:?} at {at}");
    }
    the_explanation_agrees(schedule, &answer);
    if let Some(next) = &answer.next {
        let names = |at| rows.people(at).into_iter().map(|(role, name, _)| (role, name)).collect::<BTreeSet<_>>();
        assert!(next.at > at && names(next.at) != names(at), "nothing changes at {}", next.at);
        assert_eq!(names(next.at - Duration::seconds(1)), names(at), "something changes before {}", next.at);
    }
}

/// Whether a person is on call by this shift, and not by another one that was read from the same cell.
fn is_of(person: &OnCallPerson, shift: &Shift) -> bool {
    let within = shift.interval.start() <= person.from && person.until <= shift.interval.end();
    let is_named = shift.holders.iter().any(|holder| holder.name == person.name);
    within && is_named && (&person.row, person.kind) == (&shift.row, shift.kind)
}

fn the_explanation_agrees(schedule: &Schedule, answer: &OnCall) {
    let explained = schedule.explain(answer.at);
    assert_eq!(&explained.on_call, answer);
    for account in &explained.rows {
        assert!(account.shift.interval.contains(answer.at));
        let counts = matches!(account.verdict, Verdict::OnCall | Verdict::Conflict(_));
        let is_listed = answer.people.iter().any(|person| is_of(person, account.shift));
        assert_eq!(is_listed, counts, "{account:?}");
    }
}

fn the_report_adds_up(rows: &Rows<'_>, schedule: &Schedule, extent: Interval) {
    let needed = IntervalSet::of([extent]);
    let report = gaps(schedule, extent, &needed);
    let open: Duration = report.gaps.iter().map(|gap| gap.interval.length()).sum();
    assert_eq!(report.required, extent.length());
    assert_eq!(report.required - report.covered, open);
    for gap in report.gaps.iter().take(MOST_INSTANTS) {
        assert!(!rows.covered(gap.interval.start()) && !rows.covered(gap.interval.end() - Duration::seconds(1)));
    }
    for overlap in report.overlaps.iter().take(MOST_INSTANTS) {
        assert!(overlap.rows.len() > 1 && !overlap.names.is_empty(), "{overlap:?}");
        let key = role_key(&overlap.role.label);
        assert!(rows.in_conflict(&key, overlap.interval.start()), "{overlap:?}");
    }
    let plan = Plan::new(schedule, extent, &|span| IntervalSet::of([span]));
    assert_eq!(plan.report, report);
    for stretch in plan.lanes.iter().flat_map(|lane| &lane.stretches).take(MOST_INSTANTS) {
        // Of a person named by two rows `who` shows the earlier row as long as it lasts, and the later one whole.
        let person = &stretch.person;
        let is_listed = |other: &OnCallPerson| {
            (&other.row, other.kind) == (&person.row, person.kind)
                && other.name == person.name
                && other.from <= person.from
        };
        assert!(schedule.on_call(person.from).people.iter().any(is_listed), "{stretch:?} is not what `who` says");
    }
}

/// A role without case, blanks, `_` and `-` (contract 2.1).
fn role_key(label: &str) -> String {
    label.nfkc().filter(|c| !c.is_whitespace() && !['_', '-'].contains(c)).collect::<String>().to_lowercase()
}

/// The rows of a sheet, asked one by one: no sweep, no index.
struct Rows<'a> {
    shifts: &'a [Shift],
    keys: Vec<String>,
    /// The roles in the order of answers.
    roles: Vec<(RoleRank, u32, String)>,
}

impl<'a> Rows<'a> {
    fn of(shifts: &'a [Shift]) -> Self {
        let keys: Vec<String> = shifts.iter().map(|shift| role_key(&shift.role.label)).collect();
        let mut roles: Vec<(RoleRank, u32, String)> = Vec::new();
        for (shift, key) in shifts.iter().zip(&keys) {
            if roles.iter().all(|(_, _, known)| known != key) {
                roles.push((shift.role.rank, shift.role.order, key.clone()));
            }
        }
        roles.sort_by_key(|(rank, order, _)| (*rank, *order));
        Self { shifts, keys, roles }
    }

    /// The rows of a role that count: the last override, else every shift that names somebody (contract 2.3 rules 4-6).
    fn in_force(&self, role: &str, at: DateTime<Utc>) -> Vec<&'a Shift> {
        let holds = |shift: &Shift| shift.interval.start() <= at && at < shift.interval.end();
        let active: Vec<&Shift> = self
            .shifts
            .iter()
            .zip(&self.keys)
            .filter(|(shift, key)| *key == role && holds(shift))
            .map(|(shift, _)| shift)
            .collect();
        match active.iter().rfind(|shift| shift.kind == ShiftKind::Override) {
            Some(replacing) => vec![*replacing],
            None => active.into_iter().filter(|shift| !shift.holders.is_empty()).collect(),
        }
    }

    /// Role, name and cell of everybody, a person once a role.
    fn people(&self, at: DateTime<Utc>) -> Vec<(String, String, String)> {
        let mut people = Vec::new();
        for (_, _, role) in &self.roles {
            let mut seen = BTreeSet::new();
            for shift in self.in_force(role, at) {
                for holder in shift.holders.iter() {
                    let name = fold(&holder.name).into_owned();
                    if seen.insert(name.clone()) {
                        people.push((role.clone(), name, shift.row.cell()));
                    }
                }
            }
        }
        people
    }

    fn covered(&self, at: DateTime<Utc>) -> bool {
        let has_primary = self.roles.iter().any(|(rank, _, _)| *rank == RoleRank::Primary);
        let required = |rank: RoleRank| !has_primary || rank == RoleRank::Primary;
        let somebody = |role: &str| self.in_force(role, at).iter().any(|shift| !shift.holders.is_empty());
        self.roles.iter().any(|(rank, _, role)| required(*rank) && somebody(role))
    }

    fn in_conflict(&self, role: &str, at: DateTime<Utc>) -> bool {
        let names = |shift: &Shift| -> BTreeSet<String> {
            shift.holders.iter().map(|holder| fold(&holder.name).into_owned()).collect()
        };
        let rows = self.in_force(role, at);
        rows.iter().any(|row| names(row) != names(rows[0]))
    }

    fn status(&self, at: DateTime<Utc>) -> Status {
        if !self.covered(at) {
            Status::Gap
        } else if self.roles.iter().any(|(_, _, role)| self.in_conflict(role, at)) {
            Status::Conflict
        } else {
            Status::Covered
        }
    }
}
