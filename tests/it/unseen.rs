//! Are sheets answered right that nobody had in mind when the layouts were written? A table of sheets as people keep them,
//! each with what a user sets for it and with answers that were checked by hand before it was read the first time.
//!
//! To add one, write one more `[[sheet]]` in a file of `tests/data/unseen`. A question is `time role: names` in civil time
//! of Chicago; an empty role is any. `-` is nobody, and `?` means that no name may be given, because the sheet does not
//! say enough; `says` is then what a hint must name, such as the setting that decides.

use std::path::Path;

use chrono::NaiveDateTime;
use chrono_tz::America::Chicago;
use page_oncall::civil;
use page_oncall::schedule::Schedule;
use page_oncall::schedule::layout::{self, LayoutSettings, Reading, Unusable};
use page_oncall::schedule::problem::Problem;
use page_oncall::schedule::roster::Roster;
use page_oncall::source::csv;
use page_oncall::wording::problems::{hint, message};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sheet: Vec<Sheet>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    name: String,
    /// The file's name, where it says something: a year.
    file: Option<String>,
    /// What a user writes under the schedule's layout.
    #[serde(default)]
    layout: LayoutSettings,
    /// The contacts, as `name` or `name,alias;alias`.
    #[serde(default)]
    contacts: Vec<String>,
    text: String,
    /// A second file of overrides.
    overrides: Option<String>,
    asked: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
}

fn read(sheet: &Sheet) -> Result<Reading, Unusable> {
    let file = sheet.file.as_deref().unwrap_or("oncall.csv");
    let grid = |text: &str| csv::read(text.as_bytes(), file).unwrap_or_else(|error| panic!("{error}")).grid;
    let contacts = sheet.contacts.iter().fold("name,aliases\n".to_owned(), |text, line| text + line + "\n");
    let roster = if sheet.contacts.is_empty() { Roster::default() } else { Roster::from_grid(&grid(&contacts), &[]).0 };
    let mut reading = layout::read(&grid(&sheet.text), &sheet.layout, Chicago, &roster)?;
    if let Some(overrides) = &sheet.overrides {
        layout::read_overrides(&mut reading, &grid(overrides), &sheet.layout, Chicago, &roster)?;
    }
    Ok(reading)
}

/// What is wrong with the answers for one sheet.
fn faults(sheet: &Sheet) -> Vec<String> {
    let (shifts, problems) = match read(sheet) {
        Ok(reading) => (reading.shifts, reading.problems),
        Err(unusable) => (Vec::new(), unusable.problems),
    };
    let told = |problem: &Problem| format!("  {}: {} {}", problem.cell, message(problem), hint(problem));
    let mut faults: Vec<String> = sheet
        .says
        .iter()
        .filter(|says| !problems.iter().any(|problem| hint(problem).contains(*says)))
        .map(|says| format!("no hint names {says}"))
        .collect();
    let usable = !shifts.is_empty();
    let schedule = Schedule::new("sheet", "Sheet", shifts, problems.clone(), &[]);
    for line in &sheet.asked {
        let (question, expected) = line.rsplit_once(": ").unwrap();
        let (at, role) = question.split_at(16);
        let at = civil::resolve(Chicago, NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").unwrap()).at;
        let answer = schedule.on_call(at);
        let people = answer.people.iter().filter(|person| role.trim().is_empty() || *person.role.label == *role.trim());
        let names: Vec<&str> = people.map(|person| &*person.name).collect();
        let right = match expected {
            "?" => names.is_empty(),
            "-" => names.is_empty() && usable,
            names_expected => names.join("; ") == names_expected,
        };
        if !right {
            faults.push(format!("{line}, not {:?}", names.join("; ")));
        }
    }
    if !faults.is_empty() {
        faults.extend(problems.iter().map(told));
    }
    faults
}

#[test]
fn every_sheet_is_read_right_or_not_at_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/unseen");
    let mut wrong = Vec::new();
    let mut asked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let table: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for sheet in &table.sheet {
            asked += sheet.asked.len();
            let faults = faults(sheet);
            if !faults.is_empty() {
                wrong.push(format!("{}\n  {}", sheet.name, faults.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 100, "only {asked} questions were asked");
}
