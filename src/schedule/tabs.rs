//! Which shifts do the tabs of a sheet say together? Each is read by itself; the rows follow each other in order of the tabs.

use std::sync::Arc;

use chrono_tz::Tz;

use super::grid::Grid;
use super::layout::{self, LayoutSettings, Reading, Recognition, RecognitionReason, SkippedRow, Unusable};
use super::roster::Roster;
use super::shift::Shift;

/// A tab as a source hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Its cells.
    pub grid: Grid,
    /// The year that its title says, where it is a tab for one month.
    pub year: Option<i32>,
    /// That month, from 1 to 12: what numbers of days are in.
    pub month: Option<u32>,
    /// The notes on its cells, by row: shown, never interpreted (domain 6 row 27).
    pub notes: Vec<CellNote>,
    /// The number by which an address names it, where it is a tab of a spreadsheet that says so.
    pub gid: Option<i32>,
}

/// A note on a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellNote {
    /// The row number.
    pub row: u32,
    /// The cell's address.
    pub cell: String,
    /// What it says.
    pub text: String,
}

impl Tab {
    /// The settings by which it is read: its title says year and month more exactly than settings for all tabs can.
    fn settings(&self, all: &LayoutSettings) -> LayoutSettings {
        let mut settings = all.clone();
        settings.year = self.year.or(all.year);
        settings.month = self.month.or(all.month);
        settings
    }
}

impl From<Grid> for Tab {
    fn from(grid: Grid) -> Self {
        Self { grid, year: None, month: None, notes: Vec::new(), gid: None }
    }
}

/// What the tabs of a schedule say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The shifts and the problems of all tabs.
    pub reading: Reading,
    /// How each tab was understood, in the order in which they were read.
    pub tabs: Vec<UnderstoodTab>,
}

/// How one tab was understood, for `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderstoodTab {
    /// Its title, or the file's name.
    pub sheet: Arc<str>,
    /// The number by which an address names it, where it is a tab of a spreadsheet that says so.
    pub gid: Option<i32>,
    /// Whether its rows are overrides of the others.
    pub is_overrides: bool,
    /// Its layout, and why; `None` when it has no usable row, as a file of overrides may.
    pub recognition: Option<Recognition>,
    /// The rows that are no shifts.
    pub skipped: Vec<SkippedRow>,
}

/// Reads `tabs` into one reading. A tab without usable rows costs itself; only when every tab does, nothing is usable.
pub fn read(tabs: &[Tab], settings: &LayoutSettings, zone: Tz, roster: &Roster) -> Result<Joined, Unusable> {
    let mut joined: Option<Reading> = None;
    let mut understood = Vec::with_capacity(tabs.len());
    let mut unusable = Vec::new();
    for tab in tabs {
        let mut of_tab = UnderstoodTab::nothing(tab);
        match read_one(tab, settings, zone, roster) {
            Ok(reading) => {
                of_tab.recognition = Some(reading.recognition.clone());
                of_tab.skipped.clone_from(&reading.skipped);
                match &mut joined {
                    None => joined = Some(reading),
                    Some(joined) => {
                        joined.shifts.extend(reading.shifts);
                        joined.problems.extend(reading.problems);
                    }
                }
            }
            Err(Unusable { problems }) => unusable.extend(problems),
        }
        understood.push(of_tab);
    }
    match joined {
        Some(mut reading) => {
            reading.problems.extend(unusable);
            Ok(Joined { reading, tabs: understood })
        }
        None => Err(Unusable { problems: unusable }),
    }
}

/// Adds the rows of every tab of `tabs` to a schedule that was read, as overrides ([`layout::read_overrides`]).
pub fn read_overrides(
    joined: &mut Joined,
    tabs: &[Tab],
    settings: &LayoutSettings,
    zone: Tz,
    roster: &Roster,
) -> Result<(), Unusable> {
    for tab in tabs {
        let own_shifts = joined.reading.shifts.len();
        let understood = layout::read_overrides(&mut joined.reading, &tab.grid, &tab.settings(settings), zone, roster)?;
        joined.reading.shifts.iter_mut().skip(own_shifts).for_each(|shift| add_notes(shift, &tab.notes));
        let (recognition, skipped) = understood.unzip();
        let skipped = skipped.unwrap_or_default();
        joined.tabs.push(UnderstoodTab { is_overrides: true, recognition, skipped, ..UnderstoodTab::nothing(tab) });
    }
    Ok(())
}

impl UnderstoodTab {
    fn nothing(tab: &Tab) -> Self {
        Self {
            sheet: Arc::clone(&tab.grid.sheet),
            gid: tab.gid,
            is_overrides: false,
            recognition: None,
            skipped: Vec::new(),
        }
    }
}

fn read_one(tab: &Tab, settings: &LayoutSettings, zone: Tz, roster: &Roster) -> Result<Reading, Unusable> {
    let mut reading = layout::read(&tab.grid, &tab.settings(settings), zone, roster)?;
    for reason in &mut reading.recognition.reasons {
        if let RecognitionReason::YearSet(year) = *reason
            && tab.year == Some(year)
        {
            *reason = RecognitionReason::YearOfSheet(year);
        }
    }
    reading.shifts.iter_mut().for_each(|shift| add_notes(shift, &tab.notes));
    Ok(reading)
}

/// Adds the notes on a row's cells to the row's own note.
fn add_notes(shift: &mut Shift, notes: &[CellNote]) {
    if notes.is_empty() {
        return;
    }
    let own = std::mem::take(&mut shift.note);
    let of_cells = notes.iter().filter(|note| note.row == shift.row.number());
    let of_cells = of_cells.map(|note| format!("on {}: {}", note.cell, note.text));
    let all: Vec<String> = Some(own).into_iter().filter(|own| !own.is_empty()).chain(of_cells).collect();
    shift.note = all.join("; ");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tab(title: &str, year: Option<i32>, rows: &[&str]) -> Tab {
        let grid = Grid::of(title, (1..).zip(rows.iter().map(|text| text.split('|'))));
        Tab { grid, year, month: None, notes: Vec::new(), gid: None }
    }

    #[test]
    fn numbers_of_days_are_in_the_month_of_their_tab_and_never_of_another() {
        let zone = chrono_tz::America::Chicago;
        let mut settings = LayoutSettings::default();
        (settings.year, settings.month) = (Some(2020), Some(3));
        for heading in ["Day|Who", "Date|Who", "Date|Day|Who"] {
            let wide = heading.matches('|').count() == 2;
            let row = |number: u32| if wide { format!("{number}|x|Ana") } else { format!("{number}|Ana") };
            let texts: Vec<String> = std::iter::once(heading.to_owned()).chain((1..=31).map(row)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let tab = Tab { month: Some(12), ..tab("12/26", Some(2026), &texts) };
            let reading = read(std::slice::from_ref(&tab), &settings, zone, &Roster::default()).unwrap().reading;
            let first = reading.shifts.first().unwrap().interval.start().with_timezone(&zone).date_naive();
            let last = reading.shifts.last().unwrap().interval.start().with_timezone(&zone).date_naive();
            assert_eq!((first.to_string(), last.to_string()), ("2026-12-01".into(), "2026-12-31".into()), "{heading}");
            let mut changes = read(std::slice::from_ref(&tab), &settings, zone, &Roster::default()).unwrap();
            read_overrides(&mut changes, std::slice::from_ref(&tab), &settings, zone, &Roster::default()).unwrap();
            assert_eq!(changes.reading.shifts[31].interval, reading.shifts[0].interval, "{heading}");
            // November has no 31.
            let november = Tab { month: Some(11), ..tab };
            let reading = read(&[november], &settings, zone, &Roster::default()).unwrap().reading;
            assert_eq!(reading.shifts.len(), 30, "{heading}");
            assert!(reading.problems.iter().any(|problem| problem.cell == "A32"), "{:?}", reading.problems);
        }
    }

    #[test]
    fn tabs_follow_each_other_and_each_has_its_own_year() {
        let mut tabs = vec![
            tab("12/26", Some(2026), &["start|end|person", "12/30 18:00|12/31 07:00|Ana"]),
            tab("1/27", Some(2027), &["start|end|person", "1/1 18:00|1/2 07:00|Ben"]),
            tab("2/27", Some(2027), &["nothing yet"]),
        ];
        let note = CellNote { row: 2, cell: "C2".into(), text: "ask Ana first".into() };
        tabs[1].notes.push(note);
        let joined = read(&tabs, &LayoutSettings::default(), chrono_tz::America::Chicago, &Roster::default()).unwrap();
        let understood: Vec<_> = joined.tabs.iter().map(|tab| (&*tab.sheet, tab.recognition.is_some())).collect();
        assert_eq!(understood, [("12/26", true), ("1/27", true), ("2/27", false)]);
        let reading = joined.reading;
        let starts: Vec<String> = reading.shifts.iter().map(|shift| shift.interval.start().to_rfc3339()).collect();
        assert_eq!(starts, ["2026-12-31T00:00:00+00:00", "2027-01-02T00:00:00+00:00"]);
        assert_eq!(reading.shifts[1].note, "on C2: ask Ana first");
        assert_eq!(&**reading.shifts[1].row.sheet(), "1/27");
        assert!(reading.recognition.reasons.contains(&RecognitionReason::YearOfSheet(2026)));
        assert!(reading.problems.iter().any(|problem| &*problem.sheet == "2/27"));
        tabs.drain(..2);
        assert!(read(&tabs, &LayoutSettings::default(), chrono_tz::America::Chicago, &Roster::default()).is_err());
    }

    #[test]
    fn the_tabs_of_overrides_follow_the_rows_and_have_their_own_years_and_notes() {
        let own = [tab("12/26", Some(2026), &["start|end|person", "12/30 18:00|1/2/2027 07:00|Ana"])];
        let mut changes = vec![
            tab("12/26", Some(2026), &["start|end|person", "12/30 18:00|12/31 07:00|Ben"]),
            tab("1/27", Some(2027), &["start|end|person", "1/1 18:00|1/2 07:00|Cy"]),
            tab("2/27", Some(2027), &["swaps", "ask Ana"]),
        ];
        changes[1].notes.push(CellNote { row: 2, cell: "C2".into(), text: "agreed".into() });
        let (settings, zone, roster) = (LayoutSettings::default(), chrono_tz::America::Chicago, Roster::default());
        let mut reading = read(&own, &settings, zone, &roster).unwrap();
        read_overrides(&mut reading, &changes, &settings, zone, &roster).unwrap_err();
        changes.pop();
        let mut reading = read(&own, &settings, zone, &roster).unwrap();
        read_overrides(&mut reading, &changes, &settings, zone, &roster).unwrap();
        let line = |shift: &Shift| format!("{} {:?} {}", shift.interval.start().date_naive(), shift.kind, shift.note);
        let lines: Vec<String> = reading.reading.shifts.iter().map(line).collect();
        let overrides: Vec<bool> = reading.tabs.iter().map(|tab| tab.is_overrides).collect();
        assert_eq!(overrides, [false, true, true]);
        assert_eq!(lines, ["2026-12-31 Shift ", "2026-12-31 Override ", "2027-01-02 Override on C2: agreed"]);
    }
}
