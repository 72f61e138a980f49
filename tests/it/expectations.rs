//! Do real rosters, as people keep them, name the right people at the right instants? The answers were checked by hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use page_oncall::schedule::Schedule;
use page_oncall::schedule::grid::Grid;
use page_oncall::schedule::layout::{self, Reading, Unusable};
use page_oncall::schedule::roster::Roster;
use page_oncall::site::Settings;
use page_oncall::source::csv;
use page_oncall::wording::problems::{code, hint, message};

/// What a user writes for one file: the keys of its schedule, the people of the contacts as `name` or `name,alias;alias`,
/// and the problems that are left, each once.
struct Site {
    file: &'static str,
    layout: &'static str,
    contacts: &'static [&'static str],
    problems: &'static [&'static str],
}

const fn site(
    file: &'static str,
    layout: &'static str,
    contacts: &'static [&'static str],
    problems: &'static [&'static str],
) -> Site {
    Site { file, layout, contacts, problems }
}

const SITES: &[Site] = &[
    site("01-build-captain-daily.csv", "handoff_time = '08:00'", &[], &["no-contacts", "nobody"]),
    site("02-build-captain-2020.csv", "handoff_time = '08:00'", &[], &["no-contacts", "nobody"]),
    site(
        "04-gi-services-weeks.csv",
        "year = 2025\nhandoff_time = '08:00'",
        &[],
        &["absence-heading", "no-contacts", "nobody", "several-people"],
    ),
    site(
        "06-noc-three-shifts-multiline.csv",
        "year = 2026\nhandoff_time = '08:00'",
        &[],
        &["bad-phone", "no-contacts", "no-hours", "several-people"],
    ),
    site("08-govuk-week-ranges.csv", "date_order = 'dmy'\nhandoff_time = '09:30'", &[], &["no-contacts"]),
    site("10-pay-week-commencing.csv", "handoff = 'Wed 09:30'", &[], &["no-contacts"]),
    site("11-callroll-backup-notes.csv", "handoff_time = '08:00'", &[], &["no-contacts"]),
    site("14-duty-rows-per-day.csv", "handoff_time = '08:00'", &[], &["no-contacts"]),
    site("18-agent-hours-matrix.csv", "date_order = 'dmy'", &[], &["no-contacts"]),
    site("25-team-week-three-roles.csv", "handoff_time = '08:00'", &[], &["no-contacts"]),
    site("28-handover-schedule.csv", "", &[], &["no-contacts"]),
    site(
        "31-week-grid-military.csv",
        "repeat_from = '2026-11-01'\nrepeat_until = '2026-12-31'",
        &[],
        &["absence-unread", "no-contacts"],
    ),
    site("33-employee-date-start-end.csv", "", &[], &["no-contacts"]),
    site("44-date-time-range.csv", "", &[], &["no-contacts"]),
    site("54-week-commencing-newest-first.tsv", "handoff_time = '09:00'", &[], &["no-contacts"]),
    site(
        "59-five-roles-excel-serials.csv",
        "handoff_time = '08:00'\nhours = { 'Night SHO' = '00:00-24:00', 'Night SpR' = '00:00-24:00' }",
        &[
            "James",
            "William,Wiliam",
            "Martin",
            "Positano",
            "Tim",
            "Anusha",
            "Becky",
            "Peter",
            "Emma",
            "Bob",
            "Angela",
            "Jane",
            "Smith",
            "Jenny",
            "Jones",
            "Caroline",
            "Singh",
            "Peters",
        ],
        &["remark"],
    ),
    site(
        "60-registrar-rota-months-swaps.csv",
        "kind = 'numbers'\nheader_row = 0\nyear = 2016\nhandoff_time = '08:00'\ncolumns = { day = 'A', person = 'B', note = 'C' }",
        &["SpR1", "SpR2", "SpR3", "SpR4", "SpR5", "SpR6", "SpR6(JR),SpR6 (JR)", "RF2", "RF3,RHF3"],
        &["day-typed-as-zero"],
    ),
];

fn grid(folder: &Path, file: &str) -> Grid {
    let bytes = std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    csv::read(&bytes, file).unwrap_or_else(|error| panic!("{error}")).grid
}

fn roster(contacts: &[&str]) -> Roster {
    if contacts.is_empty() {
        return Roster::default();
    }
    let lines = contacts.iter().map(|line| format!("{line}\n"));
    let text = lines.fold("name,aliases\n".to_owned(), |text, line| text + &line);
    Roster::from_grid(&csv::read(text.as_bytes(), "contacts.csv").unwrap().grid, &[]).0
}

/// Reads the files of `a.csv` or `a.csv+b.csv` as a site with these settings does.
fn read(folder: &Path, files: &str, site: &Site) -> Result<Reading, Unusable> {
    let text = format!("[schedules.sheet]\nsource = 'csv:{}'\n[schedules.sheet.layout]\n{}", site.file, site.layout);
    let settings = Settings::parse(&text).unwrap_or_else(|error| panic!("{files}: {error}"));
    let (zone, layout, roster) = (settings.timezone, &settings.schedules["sheet"].layout, roster(site.contacts));
    let (file, overrides) = files.split_once('+').map_or((files, None), |(file, more)| (file, Some(more)));
    let mut reading = layout::read(&grid(folder, file), layout, zone, &roster)?;
    if let Some(overrides) = overrides {
        layout::read_overrides(&mut reading, &grid(folder, overrides), layout, zone, &roster)?;
    }
    Ok(reading)
}

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/sheets");
    if folder.join("expectations.csv").is_file() {
        return Some(folder);
    }
    // Written past the test harness, which keeps what a passing test prints to itself.
    let mut terminal = std::io::stderr();
    writeln!(terminal, "SKIPPED: {} is not here, so no real roster was read", folder.display()).unwrap();
    None
}

#[test]
fn every_real_roster_answers_as_checked_by_hand() {
    let Some(folder) = folder() else { return };
    let rows = grid(&folder, "expectations.csv").rows;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for group in rows[1..].chunk_by(|one, other| one.text(0) == other.text(0)) {
        let files = group[0].text(0);
        let file = files.split('+').next().unwrap();
        let Some(site) = SITES.iter().find(|site| site.file == file) else {
            wrong.push(format!("{file} has no settings"));
            continue;
        };
        let reading = match read(&folder, files, site) {
            Ok(reading) => reading,
            Err(unusable) => {
                wrong.push(format!("{files}: {:#?}", unusable.problems));
                continue;
            }
        };
        if files == file {
            let mut problems: Vec<&str> = reading.problems.iter().map(|problem| code(&problem.kind)).collect();
            problems.sort_unstable();
            problems.dedup();
            if problems != site.problems {
                let of = |code_of: &str| reading.problems.iter().find(|problem| code(&problem.kind) == code_of);
                let shown: Vec<_> = problems.iter().filter_map(|code| of(code)).collect();
                wrong.push(format!("{file}: problems {problems:?}\n{shown:#?}"));
            }
        }
        let schedule = Schedule::new("sheet", "Sheet", reading.shifts, reading.problems, &[]);
        for row in group {
            asked += 1;
            let (at, role, expected) = (row.text(1), row.text(2), row.text(3));
            let answer = schedule.on_call(DateTime::parse_from_rfc3339(at).unwrap().to_utc());
            let people = answer.people.iter().filter(|person| role.is_empty() || &*person.role.label == role);
            let names: Vec<&str> = people.map(|person| &*person.name).collect();
            let found = if names.is_empty() { "(nobody)".to_owned() } else { names.join("; ") };
            if found != expected {
                wrong.push(format!("{files} {at} {role}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(asked, rows.len() - 1);
}

/// Sheets without one reading say so, name the setting that decides, and then are read by it.
#[test]
fn real_rosters_that_leave_something_open_are_refused() {
    let Some(folder) = folder() else { return };
    for (file, layout, first_problem, names) in [
        ("02-not-a-rotation.csv", "", "no-header", "header_row"),
        ("18-agent-hours-matrix.csv", "", "date-order", "date_order"),
        ("20-weekly-blocks-repeated-header.csv", "year = 2025\ndate_order = 'dmy'", "unknown-code", "hours"),
        ("22-truck-drivers-day-night.csv", "", "length-missing", "shift_length"),
        ("31-week-grid-military.csv", "", "no-repeat", "repeat_from"),
        ("41-month-day-compact-hours.csv", "year = 2026", "no-header", "header_row"),
        ("60-registrar-rota-months-swaps.csv", "year = 2016", "no-header", "header_row"),
    ] {
        let site = site(file, layout, &[], &[]);
        let problems = match read(&folder, file, &site) {
            Ok(reading) => {
                reading.problems.into_iter().filter(|problem| code(&problem.kind) == first_problem).collect()
            }
            Err(unusable) => unusable.problems,
        };
        let problem = problems.first().unwrap_or_else(|| panic!("{file} was read without a word"));
        assert_eq!(code(&problem.kind), first_problem, "{file}: {} {}", problem.cell, message(problem));
        assert!(hint(problem).contains(names), "{file}: {}", hint(problem));
    }
}
