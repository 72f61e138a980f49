//! Which layout does a grid have, and which shifts does it say? One file a family; `recognise` chooses, and says why.
//!
//! `settings` is what a site may pin, `hours` the hours behind its words; `headings` knows the words of headings,
//! `header` gives columns their meaning; `recognise` finds the header and chooses the family, with `across` for those
//! that have their days in it; `rows` skips what is no shift; `names`, `people` and `cover` read the cells of people,
//! `cells` those of a grid; `sheet` is what the families share, `days` what those of whole days share, `periods` what
//! the dated ones share; `steps` doubts the order of day and month; `roles` names the roles and `duties` gives each cell
//! of people its own; `overrides` reads a second file. The families are `plain`, `week`, `day`, `range`, `start`,
//! `numbers`, `matrix`, `weekdays`, `calendar` and `rotation`. A further family is one more file, one [`LayoutKind`],
//! and its line in `recognise` and in [`read`].

mod across;
mod calendar;
mod cells;
mod cover;
mod day;
mod days;
mod duties;
mod header;
mod headings;
mod hours;
mod matrix;
mod names;
mod numbers;
mod overrides;
mod people;
mod periods;
mod plain;
mod range;
mod recognise;
mod repeats;
mod roles;
mod rotation;
mod rows;
mod settings;
mod sheet;
mod start;
mod steps;
#[cfg(test)]
mod tests;
mod week;
mod weekdays;

use chrono::NaiveDate;
use chrono_tz::Tz;

pub use hours::Hours;
pub use overrides::read_overrides;
pub use settings::{Column, Handoff, LayoutKind, LayoutSettings};

use super::grid::Grid;
use super::notation::date::{Order, month_named};
use super::notation::year::{self, YearDoubt, YearRule};
use super::problem::{Problem, ProblemKind};
use super::roster::Roster;
use super::shift::Shift;
use header::Header;
use recognise::Found;
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
    /// The row number of its header; 0 when it has none.
    pub header_row: u32,
    /// Its headings and what each was taken for.
    pub columns: Vec<RecognisedColumn>,
    /// Why.
    pub reasons: Vec<RecognitionReason>,
    /// The layouts that were not chosen, the nearest first; nothing when the settings name the layout.
    pub runners_up: Vec<RunnerUp>,
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
    /// The header has what this layout needs.
    Headings(LayoutKind),
    /// The header has days across.
    DaysAcross,
    /// In a grid of days the rows are shifts or roles, and the cells name people.
    NamesInCells,
    /// In a grid of days the rows are people, and the cells say hours or codes.
    HoursInCells,
    /// The settings say which column is which, by letters.
    Letters,
    /// The last day of a period is covered, because the next period begins on the day after it.
    LastDayCovered,
    /// The last day of a period is that of the handoff, because the next period begins on it.
    LastDayHandedOver,
    /// What the sheet says is repeated from one day to another.
    Repeated {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        until: NaiveDate,
    },
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

/// A layout that came near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerUp {
    /// Which.
    pub layout: LayoutKind,
    /// Why it was not chosen.
    pub lost: Lost,
}

/// Why a layout was not chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// It fits too, and the other says more.
    SaysLess,
    /// It needs columns that the header does not have; at least one.
    Lacks(Vec<Column>),
    /// A week that repeats has no dates, and the header has one in this cell.
    DaysAreDated(String),
    /// A week that repeats has no dates, and the rows have one in this cell.
    WeeksAreDated(String),
    /// A week that repeats has no dates, and the row of this cell has the numbers of days.
    DaysAreNumbered(String),
    /// A calendar has dated weeks, and the column of this cell has no date, nor has any row the numbers of days.
    NoDates(String),
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
    /// It names the month of the rows below.
    Month,
    /// It has the numbers of the days below.
    Dates,
    /// Its word means that nobody is on duty.
    Off,
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
    let found = recognise::find(grid, settings, roster)
        .map_err(|missing| Unusable { problems: missing.into_iter().map(problem).collect() })?;
    let (year, year_reason) = sheet_year(grid, settings, &found.header);
    let month = sheet_month(grid, settings, &found.header);
    let read_with = |order: Order, years: YearRule, refuses_halves: bool| {
        let mut sheet = Sheet::new(grid, settings, &found.header, (zone, roster), (order, years, month));
        if refuses_halves {
            sheet.refuse_halves();
        }
        for row in grid.rows.iter().take(found.header.index) {
            let blank = row.cells().all(|cell| cell.trim().is_empty());
            sheet.skip(row, if blank { SkipReason::Blank } else { SkipReason::Title });
        }
        read_family(&mut sheet, &found);
        sheet
    };
    let mut years = YearRule::new(year);
    let mut sheet = read_with(settings.date_order.into(), years.clone(), false);
    let contradicted = sheet.contradicts_order();
    let order = if contradicted { Order::Contradicted } else { settings.date_order.into() };
    if contradicted {
        sheet = read_with(order, years.clone(), false);
    }
    if let (Some(doubt), Some(year)) = (sheet.years.doubt(), year) {
        years = match doubt {
            YearDoubt::BeginsIn(year) => YearRule::new(Some(year)),
            YearDoubt::Unclear => YearRule::refusing(year),
        };
        sheet = read_with(order, years.clone(), false);
    }
    if sheet.doubts_halves() {
        sheet = read_with(order, years, true);
    }
    sheet.finish();
    if sheet.shifts.is_empty() {
        sheet.report_sheet(ProblemKind::NoUsableRow);
        return Err(Unusable { problems: sheet.problems });
    }
    let mut recognition = recognition(settings, &found);
    recognition.reasons.extend(year_reason);
    recognition.reasons.append(&mut sheet.reasons);
    recognition.reasons.extend(contradicted.then_some(RecognitionReason::OrderContradicted));
    Ok(Reading { shifts: sheet.shifts, problems: sheet.problems, skipped: sheet.skipped, recognition })
}

fn read_family<'a>(sheet: &mut Sheet<'a>, found: &'a Found) {
    match (found.kind, &found.across) {
        (LayoutKind::Plain, _) => plain::read(sheet),
        (LayoutKind::Week, _) => week::read(sheet),
        (LayoutKind::Day, _) => day::read(sheet),
        (LayoutKind::Range, _) => range::read(sheet),
        (LayoutKind::Start, _) => start::read(sheet),
        (LayoutKind::Numbers, _) => numbers::read(sheet),
        (LayoutKind::Rotation, _) => rotation::read(sheet),
        (LayoutKind::Matrix, Some(across)) => matrix::read(sheet, across),
        (LayoutKind::Weekdays, Some(across)) => weekdays::read(sheet, across),
        (LayoutKind::Calendar, Some(across)) => calendar::read(sheet, across),
        (LayoutKind::Matrix | LayoutKind::Weekdays | LayoutKind::Calendar, None) => {}
    }
}

fn recognition(settings: &LayoutSettings, found: &Found) -> Recognition {
    let mut reasons = vec![match (settings.kind, found.kind) {
        (Some(_), _) => RecognitionReason::LayoutSet,
        (None, LayoutKind::Plain) => RecognitionReason::StartAndEnd,
        (None, LayoutKind::Week) => RecognitionReason::Week,
        (None, _) if found.across.is_some() => RecognitionReason::DaysAcross,
        (None, kind) => RecognitionReason::Headings(kind),
    }];
    match found.header.index {
        _ if settings.header_row == Some(0) => reasons.push(RecognitionReason::Letters),
        _ if settings.header_row.is_some() => reasons.push(RecognitionReason::HeaderSet),
        0 => {}
        rows => reasons.push(RecognitionReason::HeaderBelow(rows)),
    }
    Recognition {
        layout: found.kind,
        header_row: found.header.row.number,
        columns: found.header.columns(),
        reasons,
        runners_up: found.runners_up.clone(),
    }
}

/// The month of days that are numbers: the setting's, the sheet's name's, the title's.
fn sheet_month(grid: &Grid, settings: &LayoutSettings, header: &Header) -> Option<u32> {
    let named = |text: &str| {
        let mut months =
            text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= 3).filter_map(month_named);
        months.next().filter(|first| months.all(|other| other == *first))
    };
    let titles = || grid.rows.iter().take(header.index).map(super::grid::GridRow::line).collect::<Vec<_>>().join(" ");
    settings.month.or_else(|| named(&grid.sheet)).or_else(|| named(&titles()))
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
