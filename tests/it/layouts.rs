//! Does every family of layouts name the right people, and is what could mean two things refused? Small made-up sheets.

use std::path::Path;

use chrono::NaiveDateTime;
use chrono_tz::America::Chicago;
use page_oncall::civil;
use page_oncall::schedule::Schedule;
use page_oncall::schedule::grid::Grid;
use page_oncall::schedule::layout::{self, LayoutSettings, Reading, Unusable};
use page_oncall::schedule::roster::Roster;
use page_oncall::source::csv;
use page_oncall::wording;
use page_oncall::wording::problems::{code, hint, message};

use crate::support::Site;

fn grid_of(text: &[u8], name: &str) -> Grid {
    csv::read(text, name).unwrap_or_else(|error| panic!("{error}")).grid
}

fn file(name: &str) -> Grid {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/schedules").join(name);
    grid_of(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())), name)
}

fn roster() -> Roster {
    let contacts =
        "name,aliases,phone\nDana Reyes,Dana,608-555-0101\nSam Okafor,,608-555-0102\nIda Munk,,608-555-0103\n";
    Roster::from_grid(&grid_of(contacts.as_bytes(), "contacts.csv"), &[]).0
}

fn settings(text: &str) -> LayoutSettings {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn read(grid: &Grid, set: &str) -> Result<Reading, Unusable> {
    let result = layout::read(grid, &settings(set), Chicago, &roster());
    let problems = result.as_ref().map_or_else(|unusable| &unusable.problems, |reading| &reading.problems);
    for problem in problems {
        assert!(message(problem).ends_with('.') && hint(problem).ends_with('.'), "{problem:?}");
    }
    result
}

fn codes(reading: &Reading) -> Vec<String> {
    reading
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.cell, code(&problem.kind)).trim().to_owned())
        .collect()
}

/// Asks a sheet at civil times of Chicago; each line is `time role: names`, an empty role is any.
fn check(name: &str, reading: Reading, layout: &str, problems: &[&str], asked: &[&str]) {
    assert_eq!(codes(&reading), problems, "{name}");
    assert_eq!(reading.recognition.layout.word(), layout, "{name}");
    let told = wording::layouts::lines(&reading.recognition, &reading.skipped);
    assert!(told[0].starts_with(layout) && told.len() >= 2, "{name}: {told:?}");
    let schedule = Schedule::new("sheet", "Sheet", reading.shifts, reading.problems, &[]);
    for line in asked {
        let (question, expected) = line.rsplit_once(": ").unwrap();
        let (at, role) = question.split_at(16);
        let at = civil::resolve(Chicago, NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").unwrap()).at;
        let answer = schedule.on_call(at);
        let people = answer.people.iter().filter(|person| role.trim().is_empty() || *person.role.label == *role.trim());
        let names: Vec<&str> = people.map(|person| &*person.name).collect();
        assert_eq!(names.join("; "), expected.trim(), "{name} {line}");
    }
}

const EIGHT: &str = "handoff_time = '08:00'";

#[test]
fn one_row_a_day() {
    let reading = read(&file("day-people.csv"), EIGHT).unwrap();
    let asked = [
        "2026-11-22 07:59:  ",
        "2026-11-22 08:00 On Call: Dana Reyes",
        "2026-11-23 07:59 On Call: Dana Reyes",
        "2026-11-23 08:00 On Call:  ",
        "2026-11-23 08:00 Backup: Sam Okafor",
        "2026-11-25 07:59: Sam Okafor",
        "2026-11-25 08:00:  ",
    ];
    check("day-people", reading, "day", &["C3 nobody", "D4 nobody"], &asked);
    let unset = read(&file("day-people.csv"), "").unwrap();
    assert_eq!(codes(&unset), ["C3 nobody", "D4 nobody", "no-handoff-time"]);
}

#[test]
fn headings_in_two_rows_and_people_on_lines() {
    let reading = read(&file("day-two-header-rows.csv"), "year = 2026\nhandoff_time = '08:00'").unwrap();
    let phones: Vec<_> = reading.shifts[2].holders.iter().map(|holder| holder.phone.as_deref().unwrap()).collect();
    assert_eq!(phones, ["+16085550143", "+16085550144"]);
    let asked = [
        "2026-11-22 12:00 Lead Name: Dana Reyes",
        "2026-11-23 12:00 Lead Name: Sam Okafor; Ida Munk",
        "2026-11-23 12:00 Helper Name: Dana Reyes",
    ];
    check("day-two-header-rows", reading, "day", &["B6 several-people"], &asked);
}

#[test]
fn words_and_spans_of_hours_beside_the_date() {
    let set = "hours = { Day = '07:00-19:00', night = '19:00-07:00', OFF = 'off' }";
    let reading = read(&file("day-shift-words.csv"), set).unwrap();
    let asked = [
        "2026-11-22 06:59:  ",
        "2026-11-22 18:59: Dana Reyes",
        "2026-11-22 19:00: Sam Okafor",
        "2026-11-23 06:59: Sam Okafor",
        "2026-11-23 12:00:  ",
        "2026-11-24 06:59: Ida Munk",
    ];
    check("day-shift-words", reading, "day", &[], &asked);
    let unset = read(&file("day-shift-words.csv"), "").unwrap();
    assert_eq!(codes(&unset), ["B2 unknown-code", "B3 unknown-code", "B4 unknown-code"]);
}

#[test]
fn serials_and_halves_of_a_day() {
    let reading = read(&file("day-serials-halves.csv"), EIGHT).unwrap();
    let asked = [
        "2026-11-22 11:59 Desk: Dana Reyes",
        "2026-11-22 12:00 Desk: Sam Okafor",
        "2026-11-23 07:59 Desk: Sam Okafor",
        "2026-11-23 08:00 Desk: Sam Okafor; Ida Munk",
        "2026-11-23 08:00 Lab:  ",
    ];
    check("day-serials-halves", reading, "day", &["B3 several-people", "C3 nobody"], &asked);
    // Handed over in the evening, the night would lie between the halves.
    let evening = read(&file("day-serials-halves.csv"), "handoff_time = '17:00'").unwrap();
    assert_eq!(codes(&evening)[0], "B2 not-a-name");
}

#[test]
fn periods_in_one_cell_with_covers_in_it() {
    let reading = read(&file("range-covers.csv"), "year = 2026\nhandoff_time = '09:00'").unwrap();
    let asked = [
        "2026-03-04 08:59 Field: Sam Okafor",
        "2026-03-04 09:00 Field: Ida Munk",
        "2026-03-05 09:00 Field: Sam Okafor",
        "2026-03-06 12:00 Field: Dana Reyes",
        "2026-03-09 08:59 Desk: Dana Reyes",
        "2026-03-09 09:00 Desk: Ida Munk",
        "2026-03-16 08:59 Desk: Ida Munk",
        "2026-03-16 09:00:  ",
    ];
    check("range-covers", reading, "range", &["B3 remark", "C3 nobody"], &asked);
}

#[test]
fn hours_of_a_role_hold_on_each_day_of_a_period() {
    let text = "Dates,Desk,Field\nMar 2 - Mar 8,Dana,Zoe (Ida Munk on Wed)\n";
    let set = "year = 2026\nhandoff_time = '09:00'\nhours = { Field = 'Mon-Fri 22:00-06:00' }";
    let reading = read(&grid_of(text.as_bytes(), "sheet.csv"), set).unwrap();
    let asked = [
        "2026-03-02 12:00: Dana Reyes",
        "2026-03-02 22:00 Field: Zoe",
        "2026-03-05 05:59 Field: Ida Munk",
        "2026-03-05 06:00 Field:  ",
        "2026-03-07 05:59 Field: Zoe",
        "2026-03-07 22:00 Field:  ",
    ];
    check("role hours", reading, "range", &["C2 unknown-person"], &asked);
}

#[test]
fn periods_that_touch_are_handed_over_on_their_last_day() {
    let reading = read(&file("range-touching.csv"), "year = 2026\nhandoff = 'Fri 5pm'").unwrap();
    let asked = [
        "2026-12-25 16:59: Dana Reyes",
        "2026-12-25 17:00: Sam Okafor",
        "2027-01-01 17:00: Ida Munk",
        "2027-01-08 16:59: Ida Munk",
        "2027-01-08 17:00:  ",
    ];
    check("range-touching", reading, "range", &[], &asked);
}

#[test]
fn a_week_that_says_both_its_ends_is_a_period() {
    let text = "Week of,On-call\nNov 16 - Nov 22,Dana\nNov 23 \u{2013} Nov 29,Sam Okafor\nNov 30,Ida Munk\n";
    let reading = read(&grid_of(text.as_bytes(), "desk-2026.csv"), EIGHT).unwrap();
    let asked = ["2026-11-23 07:59: Dana Reyes", "2026-11-30 07:59: Sam Okafor", "2026-12-07 07:59: Ida Munk"];
    check("week of ranges", reading, "range", &[], &asked);
}

#[test]
fn weeks_by_their_number_and_by_team() {
    let reading = read(&file("week-iso.csv"), EIGHT).unwrap();
    let asked = ["2026-11-23 08:00: Dana Reyes", "2026-11-30 07:59: Dana Reyes", "2026-12-07 07:59: Sam Okafor"];
    check("week-iso", reading, "week", &[], &asked);
    let reading = read(&file("week-teams.csv"), EIGHT).unwrap();
    let asked = ["2026-11-24 12:00 Web/primary: Dana Reyes", "2026-12-01 12:00 Data/backup: Sam Okafor"];
    check("week-teams", reading, "week", &[], &asked);
}

#[test]
fn starts_without_ends_last_as_the_settings_say() {
    let reading = read(&file("start-only.csv"), "until_next = true\nshift_length = '24:00'").unwrap();
    let asked = [
        "2026-11-27 16:59: Dana Reyes",
        "2026-11-27 17:00: Sam Okafor",
        "2026-12-04 12:00: Ida Munk",
        "2026-12-05 11:59: Ida Munk",
        "2026-12-05 12:00:  ",
    ];
    check("start-only", reading, "start", &[], &asked);
    let open_end = read(&file("start-only.csv"), "until_next = true").unwrap();
    assert_eq!(codes(&open_end), ["A4 length-missing"]);
}

#[test]
fn dates_across() {
    let set = "hours = { N = '19:00-07:00', E = '07:00-19:00' }";
    let reading = read(&file("matrix-codes-numbers.csv"), set).unwrap();
    let asked = [
        "2026-12-01 12:00: Sam Okafor",
        "2026-12-02 06:59: Dana Reyes",
        "2026-12-03 12:00:  ",
        "2026-12-05 06:59: Sam Okafor",
        "2026-12-05 07:00: Dana Reyes",
    ];
    check("matrix-codes-numbers", reading, "matrix", &["E3 unknown-code"], &asked);

    let reading = read(&file("matrix-shifts-down.csv"), "hours = { Day = '7am-7pm', Night = '7pm-7am' }").unwrap();
    let asked = [
        "2026-11-22 18:59 Day: Dana Reyes",
        "2026-11-22 18:59 Night:  ",
        "2026-11-24 06:59 Night: Ida Munk",
        "2026-11-24 12:00:  ",
    ];
    check("matrix-shifts-down", reading, "matrix", &["D2 nobody"], &asked);

    let reading = read(&file("matrix-blocks.csv"), "year = 2026\ndate_order = 'dmy'").unwrap();
    let asked = [
        "2026-10-31 23:00: Dana Reyes",
        "2026-11-02 05:59: Sam Okafor",
        "2026-11-02 07:00: Dana Reyes",
        "2026-11-09 21:59: Dana Reyes",
        "2026-11-08 12:00:  ",
    ];
    check("matrix-blocks", reading, "matrix", &[], &asked);
}

#[test]
fn the_next_block_of_a_grid_may_have_other_days_and_its_header_another_look() {
    let matrix = "Name,Team Lead?,Sat 31/10,Sun 01/11,Mon 02/11\nDana Reyes,,22:00-06:00,,\nSam Okafor,,,22:00-06:00,\n,,,,\n\
                  NAME,team  lead,07/11,08/11,\n,,sat,Sunday,\nDana Reyes,,,22:00-06:00,\n\
                  name,,15/11,,\n,,Sat,,\nSam Okafor,,22:00-06:00,,\n";
    let reading =
        read(&grid_of(matrix.as_bytes(), "m.csv"), "year = 2026\ndate_order = 'dmy'\nkind = 'matrix'").unwrap();
    let asked = [
        "2026-10-31 23:00: Dana Reyes",
        "2026-11-01 23:00: Sam Okafor",
        "2026-11-07 23:00:  ",
        "2026-11-08 23:00: Dana Reyes",
    ];
    // The 15th is a Sunday, so nobody is on call by the column that calls it a Saturday.
    check("blocks", reading, "matrix", &["C9 wrong-weekday"], &[&asked[..], &["2026-11-15 23:00:  "]].concat());

    let numbers =
        ",1,2,3,4,5,6,7\n,Sun,Mon,Tue,Wed,Thu,Fri,Sat\nDana Reyes,N,,N,,,,\n,29,30,,,,,\nDana Reyes,,N,,,,,\n";
    let set = "year = 2026\nmonth = 11\nhours = { N = '19:00-07:00' }";
    let reading = read(&grid_of(numbers.as_bytes(), "n.csv"), set).unwrap();
    let asked = [
        "2026-11-01 20:00: Dana Reyes",
        "2026-11-03 20:00: Dana Reyes",
        "2026-11-30 20:00: Dana Reyes",
        "2026-11-29 20:00:  ",
    ];
    check("numbers", reading, "matrix", &[], &asked);

    let weekdays = "On call,Mon,Tue,Wed,Thu,Fri,Sat,Sun\nDana Reyes,1700:800,,,,,,\nON-CALL,Sunday,monday,Tues,Wed,Thu,Fri,Sat\n\
                    Sam Okafor,1700:800,,,,,,\n";
    let set = "repeat_from = '2026-10-26'\nrepeat_until = '2026-11-29'";
    let reading = read(&grid_of(weekdays.as_bytes(), "w.csv"), set).unwrap();
    let asked = ["2026-10-26 18:00: Dana Reyes", "2026-11-01 18:00: Sam Okafor", "2026-11-03 18:00:  "];
    check("weekdays", reading, "weekdays", &[], &asked);

    // A block with a heading of its own may be the second week of two: it is refused, never laid over the first.
    let two_weeks = "Week 1,Mon,Tue,Wed,Thu,Fri,Sat,Sun\nDana Reyes,1700:800,,,,,,\nWeek 2,Mon,Tue,Wed,Thu,Fri,Sat,Sun\n\
                     Sam Okafor,1700:800,,,,,,\n";
    let reading = read(&grid_of(two_weeks.as_bytes(), "w.csv"), set).unwrap();
    assert!(codes(&reading).iter().any(|code| code == "B3 unknown-code"), "{:?}", codes(&reading));

    let calendar = "Week of,Sun,Mon,Tue,Wed,Thu,Fri,Sat\n11/22/2026,Dana,Dana,Dana,Dana,Dana,Dana,Dana\n\
                    WEEK  OF,SUN,MON,TUE,WED,THU,FRI,SAT\n11/29/2026,Dana,Dana,Dana,Dana,Dana,Dana,Dana\n";
    let reading = read(&grid_of(calendar.as_bytes(), "c.csv"), EIGHT).unwrap();
    assert_eq!(reading.skipped.len(), 1, "{:?}", reading.skipped);
    assert_eq!(codes(&reading), [] as [&str; 0]);
}

#[test]
fn grids_say_which_way_they_were_read_and_what_came_near() {
    let told = |name: &str, settings: &str| {
        let reading = read(&file(name), settings).unwrap();
        wording::layouts::lines(&reading.recognition, &reading.skipped)
    };
    let of_codes = told("matrix-codes-numbers.csv", "hours = { N = '19:00-07:00', E = '07:00-19:00' }");
    let repeated = "repeat_from = '2026-11-22'\nhandoff_time = '08:00'";
    for (said, lines) in [
        (
            &of_codes,
            &[
                "rows are people, and the cells say hours",
                "the days are dated, from B",
                "not week: one row a week: no column for",
            ][..],
        ),
        (
            &told("matrix-shifts-down.csv", "hours = { Day = '7am-7pm', Night = '7pm-7am' }"),
            &["rows are shifts or roles, and the cells name people", "not weekdays: one week without dates"],
        ),
        (&told("weekdays-names.csv", repeated), &["no date stands below A1, and no row has the numbers of days"]),
        (
            &told("calendar.csv", EIGHT),
            &["not weekdays: one week without dates, repeated: the weeks are dated, from A2"],
        ),
        (&told("calendar-wall.csv", EIGHT), &["not weekdays: one week without dates, repeated: the days are numbered"]),
    ] {
        for line in lines {
            assert!(said.iter().any(|said| said.contains(line)), "{line} is missing in {said:#?}");
        }
        assert!(said.iter().filter(|line| line.starts_with("not ")).count() == 2, "{said:#?}");
    }
    let pinned = told("calendar.csv", &format!("{EIGHT}\nkind = 'calendar'"));
    assert!(!pinned.iter().any(|line| line.starts_with("not ")), "{pinned:#?}");
}

#[test]
fn a_week_without_dates_repeats_in_civil_time() {
    let set = "repeat_from = '2026-10-26'\nrepeat_until = '2026-11-29'\nequal_is_full_day = true";
    let reading = read(&file("weekdays-hours.csv"), set).unwrap();
    let asked = [
        "2026-10-26 16:59:  ",
        "2026-10-26 17:00: Dana Reyes",
        "2026-10-27 07:59: Dana Reyes",
        "2026-11-01 01:30: Ida Munk",
        "2026-11-02 07:59: Ida Munk",
        "2026-11-02 08:00:  ",
        "2026-11-24 18:00: Sam Okafor",
        "2026-11-30 18:00:  ",
    ];
    check("weekdays-hours", reading, "weekdays", &[], &asked);
    let reading = read(&file("weekdays-names.csv"), "repeat_from = '2026-11-22'\nhandoff_time = '08:00'").unwrap();
    let asked = [
        "2026-11-24 07:59 primary: Dana Reyes",
        "2026-11-24 08:00 primary: Sam Okafor",
        "2027-11-27 12:00 secondary: Sam Okafor",
    ];
    check("weekdays-names", reading, "weekdays", &["G3 nobody"], &asked);
}

#[test]
fn a_calendar_of_dated_weeks() {
    let reading = read(&file("calendar.csv"), EIGHT).unwrap();
    let asked = [
        "2026-11-22 08:00: Dana Reyes",
        "2026-11-24 08:00: Sam Okafor",
        "2026-11-26 08:00:  ",
        "2026-12-06 07:59: Ida Munk",
    ];
    check("calendar", reading, "calendar", &["F2 nobody"], &asked);
    // A calendar on the wall: it begins in November and ends in January; one number stands under the wrong weekday.
    let reading = read(&file("calendar-wall.csv"), EIGHT).unwrap();
    let asked = [
        "2026-11-30 08:00: Sam Okafor",
        "2026-12-01 08:00: Dana Reyes",
        "2026-12-07 08:00: Ida Munk",
        "2026-12-08 08:00: Dana Reyes; Sam Okafor",
        "2026-12-09 08:00:  ",
        "2027-01-01 08:00: Ida Munk",
    ];
    check("calendar-wall", reading, "calendar", &["D6 wrong-weekday", "C7 several-people", "D7 no-month"], &asked);
}

#[test]
fn numbers_of_days() {
    let reading = read(&file("numbers-months-between.csv"), EIGHT).unwrap();
    let asked = [
        "2026-12-09 12:00: Sam Okafor",
        "2026-12-10 12:00: Ida Munk",
        "2026-12-12 12:00:  ",
        "2027-01-01 12:00: Sam Okafor",
        "2027-01-03 12:00: Dana Reyes",
    ];
    check("numbers-months-between", reading, "numbers", &["A5 day-typed-as-zero"], &asked);
    let set = "header_row = 0\nyear = 2026\ncolumns = { month = 'A', day = 'B', person = 'C', time = 'D' }";
    let reading = read(&file("numbers-no-header.csv"), set).unwrap();
    let asked = ["2026-11-23 06:59: Dana Reyes", "2026-11-23 18:00: Sam Okafor", "2026-11-25 06:59: Ida Munk"];
    check("numbers-no-header", reading, "numbers", &["C4 duplicate-row"], &asked);
}

#[test]
fn people_in_turn_with_a_file_of_overrides() {
    let mut reading = read(&file("rotation.csv"), "").unwrap();
    layout::read_overrides(&mut reading, &file("rotation-overrides.csv"), &settings(""), Chicago, &roster()).unwrap();
    let asked = [
        "2026-10-26 08:59:  ",
        "2026-11-02 08:59: Dana Reyes",
        // The clocks went back on the day before; the handoff did not.
        "2026-11-02 09:00: Sam Okafor",
        "2026-11-05 12:00: Ida Munk",
        "2026-11-05 18:00: Sam Okafor",
        "2026-11-06 09:00:  ",
        "2026-11-16 09:00: Dana Reyes",
        "2036-11-10 12:00: Ida Munk",
    ];
    check("rotation", reading, "rotation", &["A3 deliberate-gap"], &asked);
}

#[test]
fn overrides_that_cannot_be_placed_leave_nobody_sure() {
    let apply = |text: &str, onto: &str| {
        let mut reading = read(&file(onto), EIGHT).unwrap();
        let result = layout::read_overrides(
            &mut reading,
            &grid_of(text.as_bytes(), "more.csv"),
            &settings(EIGHT),
            Chicago,
            &roster(),
        );
        result
            .map(|_| reading.shifts.len())
            .map_err(|unusable| unusable.problems.iter().map(|problem| code(&problem.kind)).collect::<Vec<_>>())
    };
    let row = "start,end,person\n2026-11-23 12:00,2026-11-23 13:00,Ida Munk\n";
    assert_eq!(apply(row, "week-iso.csv"), Ok(3));
    assert_eq!(apply("start,end,person\n", "week-iso.csv"), Ok(2));
    assert_eq!(apply(row, "week-teams.csv"), Err(vec!["override-role"]));
    let yearly = "date,person\n2026-07-04,Ida Munk\n2027-07-04,Ida Munk\n2028-07-04,Ida Munk\n";
    assert_eq!(apply(yearly, "week-iso.csv"), Ok(5), "the same day each year");
    let row = "start,end,person,role\n2026-11-23 12:00,2026-11-23 13:00,Ida Munk,web / Primary\n";
    assert_eq!(apply(row, "week-teams.csv"), Ok(9));
    assert_eq!(apply("anything\nelse\n", "week-iso.csv"), Err(vec!["no-header"]));
    assert_eq!(
        apply("start,end,person\nsoon,later,Ida Munk\n", "week-iso.csv"),
        Err(vec!["unreadable-time", "no-usable-row"])
    );
}

/// The program itself: a second file in the settings, who is on call by it, and what happens when it is gone.
#[test]
fn a_site_with_a_file_of_overrides() {
    let site = Site::with(&[
        (
            "page-oncall.toml",
            "[desk]\ngeneral_hours = 'always'\n[schedules.aims]\nsource = 'csv:aims.csv'\noverrides = 'csv:changes.csv'\n\
             [schedules.aims.layout]\nhandoff_time = '08:00'\n",
        ),
        ("aims.csv", "Date,User\n2026-11-22,Dana Reyes\n2026-11-23,Sam Okafor\n"),
        ("changes.csv", "Date,User\n2026-11-23,Ida Munk,helps out\n2026-11-22,,holiday\n"),
        ("contacts.csv", "name,phone\nDana Reyes,608-555-0101\nSam Okafor,608-555-0102\nIda Munk,608-555-0103\n"),
    ]);
    let who = |at: &str, code: i32| site.run(&["who", "aims", "--at", at, "--format", "json"]).expect(code).json();
    let monday = who("2026-11-23 12:00", 0);
    assert_eq!(monday["schedules"][0]["on_call"][0]["name"], "Ida Munk");
    assert_eq!(monday["schedules"][0]["on_call"][0]["kind"], "override");
    assert_eq!(monday["schedules"][0]["on_call"][0]["row"]["sheet"], "changes.csv");
    assert_eq!(who("2026-11-22 12:00", 1)["schedules"][0]["status"], "gap");
    let explained = site.run(&["explain", "aims", "--at", "2026-11-23 12:00"]).expect(0).out;
    assert!(explained.contains("day: one row a day, header in row 1"), "{explained}");
    assert!(explained.contains("the header has a date and people"), "{explained}");
    std::fs::remove_file(site.path("changes.csv")).unwrap();
    assert_eq!(who("2026-11-23 12:00", 3)["schedules"][0]["status"], "unusable");
    let settings = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    std::fs::write(site.path("page-oncall.toml"), settings.replace("csv:changes.csv", "changes.csv")).unwrap();
    let refused = site.run(&["who", "aims"]).expect(2);
    assert!(refused.err.contains("overrides = \"changes.csv\"") && refused.err.contains("csv:FILE"), "{}", refused.err);
}

#[test]
fn a_heading_among_days_that_is_no_day_is_named() {
    let day = "2026-11-22,2026-11-23,2026-11-24";
    let week = "repeat_from = '2026-11-22'\nrepeat_until = '2026-11-28'\nhandoff_time = '08:00'";
    for (text, set, problem) in [
        (format!("name,{day},2026-11-2S,2026-11-26\nDana,7am-3pm,,,7am-3pm,\n"), "", "E1 unreadable-time"),
        (format!("name,{day},11/25/206\nDana,7am-3pm,,,7am-3pm\n"), "", "E1 unreadable-time"),
        (format!("name,{day}\nDana,7am-3pm,,\n\nname,{day},Wed 11/2S\nDana,,,,7am-3pm\n"), "", "E4 unreadable-time"),
        (format!("name,Sat 11/2l,{day}\nDana,7am-3pm,7am-3pm,,\n"), "", "B1 unreadable-time"),
        (format!("name,{day},,2026-11-26\nDana,7am-3pm,,,7am-3pm,\n"), "", "E2 extra-cells"),
        ("Role,Sun,Mon,Tuseday,Wed,Thu,Fri,Sat\nPrimary,Dana,,Dana,,,,\n".to_owned(), week, "D1 unreadable-time"),
        (
            "Week of,Sun,Mon,Tuseday,Wed,Thu,Fri,Sat\n11/22/2026,Dana,,Dana,,,,\n".to_owned(),
            EIGHT,
            "D1 unreadable-time",
        ),
    ] {
        let said = codes(&read(&grid_of(text.as_bytes(), "sheet.csv"), set).unwrap());
        assert!(said.contains(&problem.to_owned()), "{text:?}: {said:?}");
    }
    let totals = format!("name,Phone 1,{day},11/25/2026,Hours in 2026\nDana,608-555-0101,7am-3pm,,,,8\n");
    assert_eq!(codes(&read(&grid_of(totals.as_bytes(), "sheet.csv"), "").unwrap()), [""; 0]);
}

#[test]
fn cells_below_no_heading_are_named_in_later_blocks_and_beside_days_with_names() {
    let set = "repeat_from = '2026-10-26'\nrepeat_until = '2026-11-29'";
    let weekdays = "On call,Mon,Tue,Wed,Thu,Fri,Sat,Sun\nDana Reyes,1700:800,,,,,,\nOn call,Mon,Tue,,,,,\n\
                    Sam Okafor,,1700:800,1700:800,,,,\n";
    let reading = read(&grid_of(weekdays.as_bytes(), "w.csv"), set).unwrap();
    let asked = ["2026-10-27 18:00: Sam Okafor", "2026-10-28 18:00:  "];
    check("block", reading, "weekdays", &["D4 extra-cells"], &asked);

    let calendar = "Sun,Mon,Tue,Wed,Thu,Fri,Sat\n1. Dana,2. Sam Okafor,3. Dana,4. Dana,5. Dana,6. Dana,7. Dana,Ida\n";
    let reading =
        read(&grid_of(calendar.as_bytes(), "c.csv"), "year = 2026\nmonth = 11\nhandoff_time = '08:00'").unwrap();
    check("calendar", reading, "calendar", &["H2 extra-cells"], &["2026-11-02 20:00: Sam Okafor"]);
}

#[test]
fn a_row_is_shown_on_one_line() {
    let week = "repeat_from = '2026-11-22'\nrepeat_until = '2026-11-28'";
    for (text, set) in [
        ("name,2026-11-22,2026-11-23,2026-11-24\n\"Dana\nReyes\",\"7am -\n3pm\",,\n", ""),
        ("name,Sun,Mon,Tue,Wed,Thu,Fri,Sat\n\"Dana\nReyes\",\"7am -\n3pm\",,,,,,\n", week),
    ] {
        let reading = read(&grid_of(text.as_bytes(), "sheet.csv"), set).unwrap();
        assert!(reading.shifts.iter().all(|shift| !shift.row.text().contains('\n')), "{:?}", reading.shifts);
    }
}

/// Each sheet has two readings or none; the first problem says so and its hint names the setting that decides.
#[test]
fn what_misleads_is_refused() {
    for (text, set, problem, setting) in [
        // Day or month first: the cell that cannot be month first, and the steps that only go from day to day.
        ("date,person\n01/11/2026,Dana\n13/11/2026,Sam Okafor\n", "", "A2 date-order", "date_order"),
        (
            "date,person\n01/02/2026,Dana\n02/02/2026,Dana\n03/02/2026,Dana\n04/02/2026,Dana\n",
            "",
            "A2 date-order",
            "date_order",
        ),
        ("week,person\n01/02/2026-07/02/2026,Dana\n", "", "A2 date-order", "date_order"),
        // Two layouts.
        ("week of,date,person\n2026-11-22,2026-11-23,Dana\n", "", "A1 two-layouts", "kind"),
        ("week of,start,person\n2026-11-22,2026-11-23 08:00,Dana\n", "", "A1 two-layouts", "kind"),
        // Weekdays against dates.
        ("day,date,person\nMon,2026-11-22,Dana\n", "", "A2 wrong-weekday", "agree"),
        ("date,person\nMon 11/22/2026,Dana\n", "", "A2 wrong-weekday", "agree"),
        ("week of,Sun,Mon,Tue,Wed,Thu,Fri,Sat\n11/23/2026,Dana,,,,,,\n", "", "A2 wrong-weekday", "agree"),
        ("name,Mon 11/22/2026,Tue 11/23/2026,Wed 11/25/2026\nDana,7am-3pm,,\n", "", "B1 wrong-weekday", "agree"),
        // Codes that the legend does not have; a mark that is a day off here and a day on duty there.
        (
            "name,2026-11-22,2026-11-23,2026-11-24\nDana,Q,,\n",
            "hours = { N = '19:00-07:00' }",
            "B2 unknown-code",
            "hours",
        ),
        ("name,2026-11-22,2026-11-23,2026-11-24\nDana,X,,\n", "", "B2 unknown-code", "hours"),
        ("date,time,person\n2026-11-22,morning,Dana\n", "", "B2 unknown-code", "hours"),
        ("date,time,person\n2026-11-22,9-5pm,Dana\n", "", "B2 bare-number", "06:00"),
        // Years that were dragged down.
        ("date,person\n1/13/2026,Dana\n1/14/2027,Dana\n1/15/2028,Dana\n", "", "A2 years-run-on", "years"),
        ("period,person\n2026-01-01 - 2028-01-01,Dana\n", "", "A2 too-long", "years"),
        // No year, no month, no end, no dates.
        ("date,person\n11/22,Dana\n", "", "A2 year-missing", "year"),
        ("Sun,Mon,Tue,Wed,Thu,Fri,Sat\n6,7,8,9,10,11,12\nDana,Dana,,,,,\n", "year = 2026", "A2 no-month", "month"),
        ("day,person\n21,Dana\n22,Dana\n", "year = 2026", "A2 no-month", "month"),
        ("day,person\n30,Dana\n31,Dana\n1,Dana\n", "year = 2026\nmonth = 10", "A4 no-month", "month"),
        ("start,person\n2026-11-22 08:00,Dana\n", "", "length-missing", "shift_length"),
        ("date,person\n2026-11-22 08:00,Dana\n", "", "A2 length-missing", "shift_length"),
        ("name,Sun,Mon,Tue,Wed,Thu,Fri,Sat\nDana,7am-3pm,,,,,,\n", "", "no-repeat", "repeat_from"),
        // Whether the last day counts.
        ("period,person\n3/4/2026-3/11/2026,Dana\n", "", "A2 last-day-unclear", "end_is_inclusive"),
        (
            "period,person\n3/1/2026-3/8/2026,Dana\n3/8/2026-3/14/2026,Dana\n3/15/2026-3/21/2026,Dana\n",
            "",
            "A2 last-day-unclear",
            "end_is_inclusive",
        ),
        // Covers for another day, and a heading that is not there.
        (
            "period,person\n3/1/2026-3/7/2026,Dana (Sam Okafor on 9 Mar)\n",
            EIGHT,
            "B2 cover-outside",
            "day of the cover",
        ),
        ("period,person\n3/1/2026-3/7/2026,Dana (Sam Okafor on 4 Mar or 5 Mar)\n", EIGHT, "B2 not-a-name", "override"),
        ("date,SHO\n2026-11-22,Dana\n", "people = ['SpR']", "A1 no-such-heading", "people"),
        ("2026-11-22,Dana\n", "header_row = 0", "no-letters", "columns"),
        (
            "users,handover start,interval days\nDana|Sam Okafor,2026-11-22 08:00,weekly\n",
            "",
            "C2 bad-interval",
            "number of days",
        ),
    ] {
        let problems = match read(&grid_of(text.as_bytes(), "sheet.csv"), set) {
            Ok(reading) => reading.problems,
            Err(unusable) => unusable.problems,
        };
        let said: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.cell, code(&problem.kind)).trim().to_owned())
            .collect();
        assert_eq!(said.first().map(String::as_str), Some(problem), "{text:?} {set}: {said:?}");
        assert!(hint(&problems[0]).contains(setting), "{text:?}: {}", hint(&problems[0]));
    }
}
