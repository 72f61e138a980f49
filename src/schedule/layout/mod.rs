//! Which layout does a grid have, and which shifts does it say? One file a family; `recognise` chooses, and says why.
//!
//! `settings` is what a site may pin; `headings` knows the words of headings; `header` finds the header and chooses the
//! family; `rows` skips what is no shift; `names` and `people` read the cells of people; `duties` gives each its role; `sheet` is what the families
//! share; `plain` and `week` are the families. A further family is one more file, one [`LayoutKind`], and its line in
//! `header` and in [`read`].

mod duties;
mod header;
mod headings;
mod names;
mod people;
mod plain;
mod rows;
mod settings;
mod sheet;
#[cfg(test)]
mod tests;
mod week;

use chrono_tz::Tz;

pub use settings::{Column, LayoutKind, LayoutSettings};

use super::grid::Grid;
use super::notation::date::Order;
use super::notation::year::{self, YearDoubt, YearRule};
use super::problem::{Problem, ProblemKind};
use super::roster::Roster;
use super::shift::Shift;
use header::{Found, Header};
use sheet::Sheet;

/// What a sheet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The shifts in the order of the rows; several of one row in the order of its columns. Never empty.
    pub shifts: Vec<Shift>,
    /// The defects in the order they were met; those of the whole sheet last.
    pub problems: Vec<Problem>,
    /// How the sheet was understood.
    pub recognition: Recognition,
    /// The rows that are no shifts, in order; a row with an error stands in `problems` instead.
    pub skipped: Vec<SkippedRow>,
}

/// How a sheet was understood, for `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// The layout it was read by.
    pub layout: LayoutKind,
    /// The row number of its header.
    pub header_row: u32,
    /// Its headings and what each was taken for.
    pub columns: Vec<RecognisedColumn>,
    /// Why.
    pub reasons: Vec<RecognitionReason>,
    /// The layout that was not chosen; nothing when the settings name the layout.
    pub runner_up: Option<RunnerUp>,
}

/// A heading and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognisedColumn {
    /// The heading's cell.
    pub cell: String,
    /// The heading as written.
    pub heading: String,
    /// What the column is used as.
    pub used_as: ColumnUse,
}

/// What a column is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnUse {
    /// One of our columns.
    Known(Column),
    /// The people of the role that its heading names.
    People,
    /// Phone numbers of the people of one role.
    PeoplePhone,
    /// Their addresses.
    PeopleEmail,
    /// Notes on them.
    PeopleNote,
    /// Nothing; it is shown with the row.
    Unused,
}

/// Why a sheet was understood as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecognitionReason {
    /// The settings name the layout.
    LayoutSet,
    /// The header has a start, an end, and people.
    StartAndEnd,
    /// The header has a week and people.
    Week,
    /// The settings name the header's row.
    HeaderSet,
    /// The header stands below so many rows of titles or notes.
    HeaderBelow(usize),
    /// Dates without a year are in the year of the settings.
    YearSet(i32),
    /// Dates without a year are in the year of the sheet's name.
    YearOfSheet(i32),
    /// Dates without a year are in the year of the title above the header.
    YearOfTitle(i32),
    /// The sheet has a date that cannot be month first, so no date was read that could be either.
    OrderContradicted,
}

/// The layout that came second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerUp {
    /// Which.
    pub layout: LayoutKind,
    /// The columns it lacks; empty when it fits too and the other says more.
    pub missing: Vec<Column>,
}

/// A row that is no shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkippedRow {
    /// Its number.
    pub row: u32,
    /// Why it was skipped.
    pub reason: SkipReason,
}

/// Why a row is no shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// It stands above the header.
    Title,
    /// It is empty.
    Blank,
    /// It has signs only.
    Separator,
    /// It says the header again.
    RepeatedHeader,
    /// It sums up.
    Total,
    /// It explains the sheet.
    Legend,
    /// It has no time and names nobody, or is one line of text.
    Remark,
}

/// A sheet from which no shift can be read (contract 2.3 rule 8): it never replaces the last good copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Why, at least one.
    pub problems: Vec<Problem>,
}

/// Reads `grid` into shifts, with civil times in `zone` and names by `roster`.
///
/// A bad row costs itself and a problem; only a sheet without any usable row is unusable (contract 2.3 rule 8).
pub fn read(grid: &Grid, settings: &LayoutSettings, zone: Tz, roster: &Roster) -> Result<Reading, Unusable> {
    let problem = |(kind, cell): (ProblemKind, String)| {
        let text = grid.rows.iter().find(|row| cell == format!("A{}", row.number)).map(super::grid::GridRow::line);
        Problem { kind, sheet: grid.sheet.clone(), cell, text: text.unwrap_or_default() }
    };
    let found = header::find(grid, settings)
        .map_err(|missing| Unusable { problems: missing.into_iter().map(problem).collect() })?;
    let (year, year_reason) = sheet_year(grid, settings, &found.header);
    let read_with = |order: Order, years: YearRule| {
        let mut sheet = Sheet::new(grid, settings, &found.header, (zone, roster), (order, years));
        for row in grid.rows.iter().take(found.header.index) {
            let blank = row.cells.iter().all(|cell| cell.trim().is_empty());
            sheet.skip(row, if blank { SkipReason::Blank } else { SkipReason::Title });
        }
        match found.kind {
            LayoutKind::Plain => plain::read(&mut sheet),
            LayoutKind::Week => week::read(&mut sheet),
        }
        sheet
    };
    let mut sheet = read_with(settings.date_order.into(), YearRule::new(year));
    let contradicted = sheet.contradicts_order();
    let order = if contradicted { Order::Contradicted } else { settings.date_order.into() };
    if contradicted {
        sheet = read_with(order, YearRule::new(year));
    }
    if let (Some(doubt), Some(year)) = (sheet.years.doubt(), year) {
        sheet = read_with(
            order,
            match doubt {
                YearDoubt::BeginsIn(year) => YearRule::new(Some(year)),
                YearDoubt::Unclear => YearRule::refusing(year),
            },
        );
    }
    sheet.finish();
    if sheet.shifts.is_empty() {
        sheet.report_sheet(ProblemKind::NoUsableRow);
        return Err(Unusable { problems: sheet.problems });
    }
    let mut recognition = recognition(grid, settings, &found);
    recognition.reasons.extend(year_reason);
    recognition.reasons.extend(contradicted.then_some(RecognitionReason::OrderContradicted));
    Ok(Reading { shifts: sheet.shifts, problems: sheet.problems, skipped: sheet.skipped, recognition })
}

fn recognition(grid: &Grid, settings: &LayoutSettings, found: &Found) -> Recognition {
    let mut reasons = vec![match (settings.kind, found.kind) {
        (Some(_), _) => RecognitionReason::LayoutSet,
        (None, LayoutKind::Plain) => RecognitionReason::StartAndEnd,
        (None, LayoutKind::Week) => RecognitionReason::Week,
    }];
    match found.header.index {
        _ if settings.header_row.is_some() => reasons.push(RecognitionReason::HeaderSet),
        0 => {}
        rows => reasons.push(RecognitionReason::HeaderBelow(rows)),
    }
    let row = grid.rows.get(found.header.index);
    Recognition {
        layout: found.kind,
        header_row: row.map_or(0, |row| row.number),
        columns: row.map(|row| found.header.columns(row)).unwrap_or_default(),
        reasons,
        runner_up: found.runner_up.clone(),
    }
}

/// The year of dates without one: the setting's, the sheet's name's, the title's (domain 6 row 12).
fn sheet_year(grid: &Grid, settings: &LayoutSettings, header: &Header) -> (Option<i32>, Option<RecognitionReason>) {
    if let Some(year) = settings.year {
        return (Some(year), Some(RecognitionReason::YearSet(year)));
    }
    if let Some(year) = year::in_name(&grid.sheet) {
        return (Some(year), Some(RecognitionReason::YearOfSheet(year)));
    }
    let titles = grid.rows.iter().take(header.index + 1).map(super::grid::GridRow::line);
    let mut years = titles.filter_map(|title| year::in_title(&title));
    let year = years.next().filter(|year| years.all(|other| other == *year));
    (year, year.map(RecognitionReason::YearOfTitle))
}
