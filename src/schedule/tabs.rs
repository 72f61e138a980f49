//! Which shifts do the tabs of a sheet say together? Each is read by itself; the rows follow each other in order of the tabs.

use chrono_tz::Tz;

use super::grid::Grid;
use super::layout::{self, LayoutSettings, Reading, RecognitionReason, Unusable};
use super::roster::Roster;
use super::shift::Shift;

/// A tab as a source hands it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Its cells.
    pub grid: Grid,
    /// The year that its title says, where it is a tab for one month.
    pub year: Option<i32>,
    /// The notes on its cells, by row: shown, never interpreted (domain 6 row 27).
    pub notes: Vec<CellNote>,
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

impl From<Grid> for Tab {
    fn from(grid: Grid) -> Self {
        Self { grid, year: None, notes: Vec::new() }
    }
}

/// Reads `tabs` into one reading. A tab without usable rows costs itself; only when every tab does, nothing is usable.
pub fn read(tabs: &[Tab], settings: &LayoutSettings, zone: Tz, roster: &Roster) -> Result<Reading, Unusable> {
    let mut joined: Option<Reading> = None;
    let mut unusable = Vec::new();
    for tab in tabs {
        match read_one(tab, settings, zone, roster) {
            Ok(reading) => match &mut joined {
                None => joined = Some(reading),
                Some(joined) => {
                    joined.shifts.extend(reading.shifts);
                    joined.problems.extend(reading.problems);
                    joined.skipped.extend(reading.skipped);
                }
            },
            Err(Unusable { problems }) => unusable.extend(problems),
        }
    }
    match joined {
        Some(mut joined) => {
            joined.problems.extend(unusable);
            Ok(joined)
        }
        None => Err(Unusable { problems: unusable }),
    }
}

/// Adds the rows of every tab of `tabs` to a schedule that was read, as overrides ([`layout::read_overrides`]).
pub fn read_overrides(
    reading: &mut Reading,
    tabs: &[Tab],
    settings: &LayoutSettings,
    zone: Tz,
    roster: &Roster,
) -> Result<(), Unusable> {
    for tab in tabs {
        let mut of_tab = settings.clone();
        of_tab.year = tab.year.or(settings.year);
        let own_shifts = reading.shifts.len();
        layout::read_overrides(reading, &tab.grid, &of_tab, zone, roster)?;
        reading.shifts.iter_mut().skip(own_shifts).for_each(|shift| add_notes(shift, &tab.notes));
    }
    Ok(())
}

fn read_one(tab: &Tab, settings: &LayoutSettings, zone: Tz, roster: &Roster) -> Result<Reading, Unusable> {
    let Some(year) = tab.year else {
        let mut reading = layout::read(&tab.grid, settings, zone, roster)?;
        reading.shifts.iter_mut().for_each(|shift| add_notes(shift, &tab.notes));
        return Ok(reading);
    };
    let mut of_tab = settings.clone();
    of_tab.year = Some(year);
    let mut reading = layout::read(&tab.grid, &of_tab, zone, roster)?;
    for reason in &mut reading.recognition.reasons {
        if *reason == RecognitionReason::YearSet(year) {
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
        Tab { grid, year, notes: Vec::new() }
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
        let reading = read(&tabs, &LayoutSettings::default(), chrono_tz::America::Chicago, &Roster::default()).unwrap();
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
        let lines: Vec<String> = reading.shifts.iter().map(line).collect();
        assert_eq!(lines, ["2026-12-31 Shift ", "2026-12-31 Override ", "2027-01-02 Override on C2: agreed"]);
    }
}
