//! Which cells does a copied spreadsheet hand to the readers? Checks its zone, chooses its tabs, fills merged blocks.
//!
//! Pure: the same for a live reading and for a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use chrono_tz::{OffsetComponents, Tz};

use super::address::{CellRange, SheetsAddress};
use super::cells::{self, CellText};
use super::copy::{Block, CellCopy, RowCopy, SheetCopy, TabCopy};
use super::months::{self, TabMonth};
use crate::schedule::grid::{Grid, address};
use crate::schedule::notation::date::DateOrder;
use crate::schedule::problem::{Problem, ProblemKind};
use crate::schedule::tabs::{CellNote, Tab};
use crate::source::{Content, Expected};

/// A merged block reaches at most so many rows below the last one with anything in it.
const OPEN_BLOCK_ROWS: u32 = 1_000;

/// Why a spreadsheet cannot be used, although it was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The answer has no tab, or the chosen tabs have no cell: never a good copy (domain 6 row 42).
    #[error("{0} gave an empty answer; check the tab and the cells in the settings, and look at the sheet itself")]
    Empty(String),
    /// Its time zone is not the site's (domain 4).
    #[error(
        "{sheet} is kept in the time zone {zone}, and this site in {site}; set File > Settings > Time zone in the \
         spreadsheet, or accept_zone = true for this schedule if its times are meant in {site}"
    )]
    OtherZone {
        /// The sheet.
        sheet: String,
        /// Its time zone as it says.
        zone: String,
        /// The site's.
        site: Tz,
    },
    /// The tab is not among those of the answer.
    #[error("{sheet} is not there; the answer has the tabs {tabs}")]
    NoTab {
        /// The sheet.
        sheet: String,
        /// The titles of the tabs that are there.
        tabs: String,
    },
    /// The source names no tab, and several could be meant.
    #[error(
        "{sheet} has several tabs and none is for a month: {tabs}; name one in the settings, as in \
         source = \"sheets:ID/Tab\""
    )]
    WhichTab {
        /// The sheet.
        sheet: String,
        /// Their titles.
        tabs: String,
    },
    /// All tabs for months are of past years, or hidden.
    #[error(
        "{sheet} has no visible tab for a month of this year or later; name a tab in the settings to read an old one"
    )]
    OldTabs {
        /// The sheet.
        sheet: String,
    },
    /// A stored copy cannot be read.
    #[error("the stored copy of {0} is damaged")]
    Damaged(String),
}

/// Reads the bytes of a copy.
pub fn interpret(bytes: &[u8], from: &SheetsAddress, expected: &Expected) -> Result<Content, SheetError> {
    let copy = SheetCopy::of_bytes(bytes).map_err(|_| SheetError::Damaged(from.shown()))?;
    if copy.tabs.is_empty() {
        return Err(SheetError::Empty(from.shown()));
    }
    let mut problems = zone_problem(&copy, from, expected)?;
    let tabs = match &from.tab {
        Some(title) => {
            vec![(named(&copy, title, from, &mut problems)?, TabMonth::of_title(title))]
        }
        None => by_month(&copy, from, expected, &mut problems)?,
    };
    let mut read = Vec::new();
    for (tab, month) in tabs {
        let (year, month) = (month.and_then(|month| month.year), month.map(|month| month.month));
        read.push(Tab { year, month, ..cells_of(tab, from.range.unwrap_or_default(), &mut problems) });
    }
    if read.iter().all(|tab| tab.grid.rows.is_empty()) {
        return Err(SheetError::Empty(from.shown()));
    }
    Ok(Content { tabs: read, problems, date_order: order_of(&copy.locale) })
}

/// A problem about a whole tab.
fn about(kind: ProblemKind, sheet: &str) -> Problem {
    Problem { kind, sheet: sheet.into(), cell: String::new(), text: String::new() }
}

fn zone_problem(copy: &SheetCopy, from: &SheetsAddress, expected: &Expected) -> Result<Vec<Problem>, SheetError> {
    if copy.zone.parse().is_ok_and(|zone| same_times(zone, expected.zone, expected.today)) {
        return Ok(Vec::new());
    }
    let zone = if copy.zone.is_empty() { "(not said)".to_owned() } else { copy.zone.clone() };
    if expected.accept_zone {
        return Ok(vec![about(ProblemKind::OtherZone { zone }, &from.shown())]);
    }
    Err(SheetError::OtherZone { sheet: from.shown(), zone, site: expected.zone })
}

/// Whether two zones have the same offsets, as one zone and its other names have: a year back and five years ahead.
fn same_times(one: Tz, other: Tz, today: NaiveDate) -> bool {
    use chrono::TimeZone;
    let offset = |zone: Tz, day: NaiveDate| {
        let offset = zone.offset_from_utc_date(&day);
        offset.base_utc_offset() + offset.dst_offset()
    };
    let first = today.with_year(today.year() - 1).unwrap_or(today);
    one == other || first.iter_days().take(6 * 366).all(|day| offset(one, day) == offset(other, day))
}

/// Which number of `4/3/2026` is the month in a spreadsheet of this locale (domain 6 row 14).
///
/// Nothing where it is the first one: that is what readers assume, and they notice a sheet that contradicts it.
fn order_of(locale: &str) -> Option<DateOrder> {
    const MONTH_FIRST: [&str; 5] = ["en_US", "en_PH", "es_US", "es_PR", "es_PA"];
    const DAY_FIRST: [&str; 5] = ["en_GB", "en_AU", "en_NZ", "en_IE", "en_IN"];
    const DAY_FIRST_LANGUAGES: [&str; 22] = [
        "bg", "cs", "da", "de", "el", "es", "fi", "fr", "hr", "id", "it", "nb", "nl", "no", "pl", "pt", "ro", "ru",
        "sk", "sl", "tr", "uk",
    ];
    let language = locale.split('_').next().unwrap_or_default();
    match locale {
        _ if MONTH_FIRST.contains(&locale) => None,
        "fr_CA" => Some(DateOrder::Unclear),
        _ if DAY_FIRST.contains(&locale) || DAY_FIRST_LANGUAGES.contains(&language) => Some(DateOrder::DayFirst),
        _ => Some(DateOrder::Unclear),
    }
}

fn titles<'a>(tabs: impl Iterator<Item = &'a TabCopy>) -> String {
    tabs.map(|tab| format!("{:?}", tab.title)).collect::<Vec<_>>().join(", ")
}

fn named<'a>(
    copy: &'a SheetCopy,
    title: &str,
    from: &SheetsAddress,
    problems: &mut Vec<Problem>,
) -> Result<&'a TabCopy, SheetError> {
    let alike = |tab: &&TabCopy| tab.title.to_lowercase() == title.to_lowercase();
    let tab = copy.tabs.iter().find(|tab| tab.title == title).or_else(|| copy.tabs.iter().find(alike));
    let Some(tab) = tab else {
        return Err(SheetError::NoTab { sheet: from.shown(), tabs: titles(copy.tabs.iter()) });
    };
    if tab.hidden {
        problems.push(about(ProblemKind::HiddenTab, &tab.title));
    }
    Ok(tab)
}

/// The tabs for months in their order, with their months; without any such tab, the only visible one.
fn by_month<'a>(
    copy: &'a SheetCopy,
    from: &SheetsAddress,
    expected: &Expected,
    problems: &mut Vec<Problem>,
) -> Result<Vec<(&'a TabCopy, Option<TabMonth>)>, SheetError> {
    let of = |tab: &TabCopy| {
        let month = TabMonth::of_title(&tab.title)?;
        Some(TabMonth { year: month.year.or(expected.year), ..month })
    };
    let all: Vec<(TabMonth, &TabCopy)> = copy.tabs.iter().filter_map(|tab| Some((of(tab)?, tab))).collect();
    if all.is_empty() {
        let visible: Vec<&TabCopy> = copy.tabs.iter().filter(|tab| !tab.hidden).collect();
        return match visible.as_slice() {
            [only] => Ok(vec![(only, None)]),
            _ => Err(SheetError::WhichTab { sheet: from.shown(), tabs: titles(copy.tabs.iter()) }),
        };
    }
    let current = all.into_iter().filter(|(month, _)| month.is_read_on(expected.today));
    let (hidden, mut read): (Vec<_>, Vec<_>) = current.partition(|(_, tab)| tab.hidden);
    read.sort_by_key(|(month, _)| *month);
    if read.is_empty() {
        return Err(SheetError::OldTabs { sheet: from.shown() });
    }
    let present: Vec<TabMonth> = read.iter().map(|(month, _)| *month).collect();
    let missing = months::missing(&present, expected.today, expected.month_tab_days);
    problems.splice(
        0..0,
        missing.into_iter().map(|month| {
            let begun = month <= expected.today;
            about(ProblemKind::MissingMonthTab { month, begun }, &from.shown())
        }),
    );
    problems.extend(hidden.iter().map(|(_, tab)| about(ProblemKind::HiddenMonthTab, &tab.title)));
    Ok(read.into_iter().map(|(month, tab)| (tab, Some(month))).collect())
}

/// The cells of a tab that count, as text.
fn cells_of(tab: &TabCopy, range: CellRange, problems: &mut Vec<Problem>) -> Tab {
    let sheet: Arc<str> = tab.title.as_str().into();
    let mut rows: BTreeMap<u32, Vec<CellText>> =
        tab.rows.iter().map(|row| (row.number, row.cells.iter().map(cells::read).collect())).collect();
    let mut found = Vec::new();
    let mut notes = Vec::new();
    let dated = date_columns(&rows, range);
    for row in &tab.rows {
        let texts = rows.get(&row.number).map(Vec::as_slice).unwrap_or_default();
        for (column, (cell, text)) in row.cells.iter().zip(texts).enumerate() {
            if !range.holds(column, row.number) {
                continue;
            }
            let place = address(column, row.number);
            if !cell.note.is_empty() {
                let text = cell.note.split_whitespace().collect::<Vec<_>>().join(" ");
                notes.push(CellNote { row: row.number, cell: place.clone(), text });
            }
            let text_date = || (dated.contains(&column) && cells::is_text_date(cell)).then_some(ProblemKind::TextDate);
            if let Some(kind) = text.problem.clone().or_else(text_date) {
                found.push(Problem { kind, sheet: Arc::clone(&sheet), cell: place, text: cell.text.clone() });
            }
        }
    }
    found.extend(hidden_rows(&tab.rows, range, &sheet));
    problems.extend(found);
    fill(&mut rows, &tab.merges);
    let rows = rows.into_iter().map(|(number, cells)| (number, cropped(number, cells, range)));
    let grid = Grid::of(&sheet, rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())));
    Tab { grid, year: None, month: None, notes, gid: tab.gid }
}

/// The columns that hold real dates.
fn date_columns(rows: &BTreeMap<u32, Vec<CellText>>, range: CellRange) -> BTreeSet<usize> {
    let of_row = |(row, cells): (&u32, &Vec<CellText>)| {
        let dates = cells.iter().enumerate().filter(|(column, cell)| cell.is_date && range.holds(*column, *row));
        dates.map(|(column, _)| column).collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).collect()
}

/// A warning for each run of rows that a person hid.
fn hidden_rows(rows: &[RowCopy], range: CellRange, sheet: &Arc<str>) -> Vec<Problem> {
    let counts = |row: &&RowCopy| {
        let has_text = |(column, cell): (usize, &CellCopy)| range.holds(column, row.number) && !cell.text.is_empty();
        row.hidden && row.cells.iter().enumerate().any(has_text)
    };
    let hidden: Vec<&RowCopy> = rows.iter().filter(counts).collect();
    hidden
        .chunk_by(|one, next| one.number + 1 == next.number)
        .filter_map(|run| {
            let (first, last) = (run.first()?, run.last()?);
            let text =
                first.cells.iter().map(|cell| cell.text.trim()).find(|text| !text.is_empty()).unwrap_or_default();
            Some(Problem {
                kind: ProblemKind::HiddenRows { last: last.number },
                sheet: Arc::clone(sheet),
                cell: address(range.first_column, first.number),
                text: text.to_owned(),
            })
        })
        .collect()
}

/// Fills merged blocks from their corners (domain 6 row 21).
fn fill(rows: &mut BTreeMap<u32, Vec<CellText>>, merges: &[Block]) {
    let last = rows.last_key_value().map_or(0, |(number, _)| *number).saturating_add(OPEN_BLOCK_ROWS);
    let widest = rows.values().map(Vec::len).max().unwrap_or(0);
    for block in merges {
        let columns =
            column(block.first_column)..column(block.end_column).min(widest.max(column(block.first_column) + 64));
        let corner = rows.get(&block.first_row.saturating_add(1)).and_then(|cells| cells.get(columns.start));
        let Some(text) = corner.map(|cell| cell.text.clone()).filter(|text| !text.is_empty()) else { continue };
        for number in block.first_row.saturating_add(1)..=block.end_row.min(last) {
            let cells = rows.entry(number).or_default();
            for column in columns.clone() {
                while cells.len() <= column {
                    cells.push(CellText { text: String::new(), is_date: false, problem: None });
                }
                if let Some(cell) = cells.get_mut(column) {
                    cell.text.clone_from(&text);
                }
            }
        }
    }
}

fn column(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// The texts of a row, empty where they do not count.
fn cropped(number: u32, cells: Vec<CellText>, range: CellRange) -> Vec<String> {
    let text = |(column, cell): (usize, CellText)| {
        if range.holds(column, number) { cell.text } else { String::new() }
    };
    let mut texts: Vec<String> = cells.into_iter().enumerate().map(text).collect();
    let used = texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
    texts.truncate(used);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(today: &str) -> Expected {
        Expected {
            zone: chrono_tz::America::Chicago,
            accept_zone: false,
            today: today.parse().unwrap(),
            year: None,
            month_tab_days: 14,
        }
    }

    fn copy(tabs: &[(&str, bool, &[&[&str]])]) -> SheetCopy {
        let row = |(number, cells): (u32, &&[&str])| RowCopy {
            number,
            hidden: false,
            cells: cells.iter().map(|text| CellCopy { text: (*text).to_owned(), ..CellCopy::default() }).collect(),
        };
        let tabs = tabs.iter().map(|(title, hidden, rows)| TabCopy {
            title: (*title).to_owned(),
            hidden: *hidden,
            merges: Vec::new(),
            gid: None,
            rows: (1..).zip(*rows).map(row).collect(),
        });
        SheetCopy { zone: "America/Chicago".to_owned(), locale: "en_US".to_owned(), tabs: tabs.collect() }
    }

    fn read(copy: &SheetCopy, source: &str, today: &str) -> Result<Content, SheetError> {
        interpret(&copy.bytes(), &SheetsAddress::parse(source).unwrap(), &expected(today))
    }

    fn lines(content: &Content) -> Vec<String> {
        content
            .tabs
            .iter()
            .flat_map(|tab| tab.grid.rows.iter().map(|row| format!("{} {}", row.number, row.line())))
            .collect()
    }

    #[test]
    fn a_merged_block_is_filled_from_its_corner_also_when_that_lies_outside_the_cells_that_count() {
        let mut sheet = copy(&[("A", false, &[&["week", "who"], &["1", "Ana"], &["2"], &["3"]])]);
        sheet.tabs[0].merges = vec![Block { first_row: 1, end_row: 4, first_column: 1, end_column: 2 }];
        assert_eq!(
            lines(&read(&sheet, "x/A", "2026-11-22").unwrap()),
            ["1 week | who", "2 1 | Ana", "3 2 | Ana", "4 3 | Ana"]
        );
        assert_eq!(lines(&read(&sheet, "x/A!B3:B", "2026-11-22").unwrap()), ["3  | Ana", "4  | Ana"]);
    }

    #[test]
    fn an_open_block_does_not_fill_the_memory() {
        let mut sheet = copy(&[("A", false, &[&["Ana"]])]);
        sheet.tabs[0].merges = vec![Block { first_row: 0, end_row: u32::MAX, first_column: 0, end_column: u32::MAX }];
        assert!(lines(&read(&sheet, "x/A", "2026-11-22").unwrap()).len() < 2_000);
    }

    #[test]
    fn tabs_for_months_are_joined_in_order_and_a_missing_one_is_the_first_problem() {
        let sheet = copy(&[
            ("December", true, &[&["hidden"]]),
            ("Contacts", false, &[&["c"]]),
            ("Nov 2026", false, &[&["november"]]),
            ("10/26", false, &[&["october"]]),
            ("Nov 2025", false, &[&["old"]]),
        ]);
        let content = read(&sheet, "x", "2026-11-22").unwrap();
        assert_eq!(lines(&content), ["1 october", "1 november"]);
        assert_eq!((content.tabs[0].year, content.tabs[0].month), (Some(2026), Some(10)));
        let kinds: Vec<&ProblemKind> = content.problems.iter().map(|problem| &problem.kind).collect();
        let month = "2026-12-01".parse().unwrap();
        assert_eq!(kinds, [&ProblemKind::MissingMonthTab { month, begun: false }, &ProblemKind::HiddenMonthTab]);
        assert_eq!(read(&sheet, "x", "2026-11-16").unwrap().problems.len(), 1);
        assert_eq!(lines(&read(&sheet, "x/Nov 2025", "2026-11-22").unwrap()), ["1 old"]);
        assert_eq!(read(&sheet, "x/10/26", "2026-11-22").unwrap().tabs[0].year, Some(2026));
        assert!(matches!(read(&sheet, "x", "2027-03-01"), Err(SheetError::OldTabs { .. })));
    }

    #[test]
    fn an_empty_answer_is_never_a_good_copy() {
        for (sheet, source) in
            [(copy(&[]), "x"), (copy(&[("A", false, &[])]), "x/A"), (copy(&[("A", false, &[&["x"]])]), "x/A!C:D")]
        {
            assert!(matches!(read(&sheet, source, "2026-11-22"), Err(SheetError::Empty(_))), "{source}");
        }
        let two = copy(&[("A", false, &[&["x"]]), ("B", false, &[&["x"]])]);
        assert!(matches!(read(&two, "x", "2026-11-22"), Err(SheetError::WhichTab { .. })));
        assert!(matches!(read(&two, "x/C", "2026-11-22"), Err(SheetError::NoTab { .. })));
        let from = SheetsAddress::parse("x").unwrap();
        assert_eq!(interpret(b"{", &from, &expected("2026-11-22")), Err(SheetError::Damaged(from.shown())));
    }

    #[test]
    fn another_zone_is_refused_unless_accepted_and_other_names_of_the_zone_are_the_zone() {
        let mut sheet = copy(&[("A", false, &[&["x"]])]);
        for (zone, fits) in
            [("US/Central", true), ("America/New_York", false), ("GMT-06:00", false), ("", false), ("Etc/GMT+6", false)]
        {
            zone.clone_into(&mut sheet.zone);
            assert_eq!(read(&sheet, "x", "2026-11-22").is_ok(), fits, "{zone}");
        }
        let accepting = Expected { accept_zone: true, ..expected("2026-11-22") };
        let content = interpret(&sheet.bytes(), &SheetsAddress::parse("x").unwrap(), &accepting).unwrap();
        assert!(matches!(content.problems[0].kind, ProblemKind::OtherZone { .. }));
    }

    #[test]
    fn the_locale_says_the_order_of_day_and_month() {
        for (locale, order) in [
            ("en_US", None),
            ("en_GB", Some(DateOrder::DayFirst)),
            ("de_DE", Some(DateOrder::DayFirst)),
            ("de", Some(DateOrder::DayFirst)),
            ("fr_CA", Some(DateOrder::Unclear)),
            ("en_CA", Some(DateOrder::Unclear)),
            ("ja_JP", Some(DateOrder::Unclear)),
            ("", Some(DateOrder::Unclear)),
        ] {
            assert_eq!(order_of(locale), order, "{locale}");
        }
    }

    #[test]
    fn hidden_rows_and_text_dates_are_told() {
        let mut sheet = copy(&[("A", false, &[&["start"], &["1"], &["11/23/2026"], &["x"], &["y"]])]);
        let rows = &mut sheet.tabs[0].rows;
        rows[1].cells[0] = CellCopy {
            text: "11/22/2026".into(),
            number: Some(46_348.0),
            format: "DATE".into(),
            note: "late\nshift".into(),
            ..CellCopy::default()
        };
        rows[2].hidden = true;
        rows[3].hidden = true;
        let content = read(&sheet, "x/A", "2026-11-22").unwrap();
        let said: Vec<(&str, &ProblemKind)> =
            content.problems.iter().map(|problem| (problem.cell.as_str(), &problem.kind)).collect();
        assert_eq!(said, [("A3", &ProblemKind::TextDate), ("A3", &ProblemKind::HiddenRows { last: 4 })]);
        assert_eq!(lines(&content)[1], "2 2026-11-22");
        assert_eq!(content.tabs[0].notes[0].text, "late shift");
    }
}
