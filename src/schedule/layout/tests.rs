//! Does a sheet read as contract 2 says? Tables of small sheets, their shifts and their problems.

mod doubts;

use chrono_tz::America::Chicago;
use proptest::prelude::*;

use super::SkipReason::{Blank, Legend, Remark, RepeatedHeader, Separator, Title, Total};
use super::*;
use crate::schedule::problem::Severity;
use crate::schedule::shift::RoleRank;
use crate::wording::problems::{code, hint, message};

fn grid(text: &str) -> Grid {
    Grid::of("aims.csv", (1..).zip(text.lines().map(|line| line.split(',').map(|cell| cell.replace('~', "\n")))))
}

fn roster() -> Roster {
    let contacts = "name,aliases,phone,email,channels\n\
                    Ana Ortiz,Ana;A. Ortiz,608-555-0101,ana@example.org,sms;voice\n\
                    Ben Ade,Ben,608-555-0102,ben@example.org,\n\
                    Cy Moss / Night,,608-555-0103,,\n\
                    Jos\u{e9} Nu\u{f1}ez,,608-555-0104,,";
    Roster::from_grid(&grid(contacts), &[]).0
}

fn settings(text: &str) -> LayoutSettings {
    toml::from_str(text).unwrap()
}

fn read_with(text: &str, set: &str) -> Result<Reading, Unusable> {
    let result = read(&grid(text), &settings(set), Chicago, &roster());
    let problems = match &result {
        Ok(reading) => &reading.problems,
        Err(unusable) => &unusable.problems,
    };
    for problem in problems {
        assert!(message(problem).ends_with('.') && hint(problem).ends_with('.'), "{problem:?}");
    }
    result
}

/// Each shift as `start > end role kind: holders`, in the site's civil time.
fn shifts(reading: &Reading) -> Vec<String> {
    let civil = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&Chicago).format("%Y-%m-%d %H:%M %Z").to_string();
    let line = |shift: &Shift| {
        let names: Vec<&str> = shift.holders.iter().map(|holder| &*holder.name).collect();
        let kind = if shift.kind == crate::schedule::shift::ShiftKind::Override { " override" } else { "" };
        let (start, end) = (civil(shift.interval.start()), civil(shift.interval.end()));
        format!("{start} > {end} {}{kind}: {}", shift.role.label, names.join("; "))
    };
    reading.shifts.iter().map(line).collect()
}

fn codes(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {}", problem.cell, code(&problem.kind)).trim().to_owned()).collect()
}

/// The one shift of a plain row, with the problems' codes.
fn row(start: &str, end: &str, set: &str) -> (Vec<String>, Vec<String>) {
    match read_with(&format!("start,end,person\n{start},{end},Ana"), set) {
        Ok(reading) => {
            let spans = shifts(&reading).iter().map(|line| line.replace(" primary: Ana Ortiz", "")).collect();
            (spans, codes(&reading.problems))
        }
        Err(unusable) => (Vec::new(), codes(&unusable.problems)),
    }
}

fn check_row(start: &str, end: &str, set: &str, span: &str, problems: &[&str]) {
    let spans: Vec<String> = if span.is_empty() { vec![] } else { vec![span.to_owned()] };
    let mut problems: Vec<String> = problems.iter().map(|code| (*code).to_owned()).collect();
    if span.is_empty() {
        problems.push("no-usable-row".to_owned());
    }
    assert_eq!(row(start, end, set), (spans, problems), "{start} > {end} {set}");
}

#[test]
fn starts_and_ends_of_a_plain_row() {
    let evening = "2026-11-22 18:00 CST > 2026-11-23 07:00 CST";
    for (start, end) in [
        ("2026-11-22 18:00", "2026-11-23 07:00"),
        ("11/22/2026 6pm", "11/23/2026 7am"),
        ("2026-11-22T18:00:00-06:00", "2026-11-23T13:00:00Z"),
        ("2026-11-22T18:00", "7:00"),
        ("Sun 11/22/2026 1800", "Nov 23 7 a.m."),
        ("Nov 22 6pm", "Nov 23 2026 7am"),
        ("46348.75", "46349.2916666667"),
        ("2026-11-23T00:00:00Z", "07:00"),
    ] {
        check_row(start, end, "", evening, &[]);
    }
    let day = "2026-11-22 00:00 CST > 2026-11-23 00:00 CST";
    check_row("2026-11-22 00:00", "2026-11-22 24:00", "", day, &[]);
    check_row("2026-11-22 00:00", "2026-11-22 23:59", "", day, &["B2 end-of-day"]);
    check_row("2026-11-22 00:00", "23:59:59", "", day, &["B2 end-of-day"]);
    check_row("2026-11-22 00:00", "2026-11-22T23:59:00-06:00", "", day, &["B2 end-of-day"]);
    check_row("2026-11-22 00:00", "24:00", "", day, &[]);
    check_row("2026-11-22 00:00", "00:00", "", day, &["B2 full-day"]);
    check_row("2026-11-22 00:00", "00:00", "equal_is_full_day = true", day, &[]);
    check_row("2026-11-22 00:00", "2026-11-22 00:00", "equal_is_full_day = true", day, &[]);
    check_row("2026-11-22 00:00", "2026-11-22 00:00", "", "", &["B2 end-is-start"]);
    check_row("2026-11-22 18:00", "2026-11-22 07:00", "", "", &["B2 end-before-start"]);
    check_row("2026-11-22", "2026-11-29", "", "2026-11-22 00:00 CST > 2026-11-29 00:00 CST", &["no-handoff-time"]);
    check_row("2026-11-22", "2026-11-22", "", "", &["B2 end-is-start", "no-handoff-time"]);
    let set = "handoff_time = '08:00'";
    check_row("2026-11-22", "2026-11-29", set, "2026-11-22 08:00 CST > 2026-11-29 08:00 CST", &[]);
    let set = "handoff_time = '08:00'\nend_is_inclusive = true";
    check_row("2026-11-22", "2026-11-28", set, "2026-11-22 08:00 CST > 2026-11-29 08:00 CST", &[]);
    check_row("2026-12-28", "Jan 3", set, "2026-12-28 08:00 CST > 2027-01-04 08:00 CST", &[]);
    check_row("12/28", "1/3/2027", set, "2026-12-28 08:00 CST > 2027-01-04 08:00 CST", &[]);
}

#[test]
fn refused_cells_name_themselves() {
    for (start, end, problem) in [
        ("2026-11-22 6", "2026-11-23", "A2 bare-number"),
        ("12", "2026-11-23", "A2 bare-number"),
        ("2026-11-31 18:00", "2026-12-01", "A2 no-such-day"),
        ("2/29/2027", "3/1/2027", "A2 no-such-day"),
        ("Mon 11/22/2026", "11/23/2026", "A2 wrong-weekday"),
        ("25/12/2026", "26/12/2026", "A2 date-order"),
        ("2026-11-22 18:00", "25:00", "B2 no-such-time"),
        ("Nov 22 6pm", "Nov 23 7am", "A2 year-missing"),
        ("18:00", "07:00", "A2 time-without-date"),
        ("", "2026-11-23", "A2 empty-cell"),
        ("2026-11-22", "", "B2 empty-cell"),
        ("whenever", "2026-11-23", "A2 unreadable-time"),
    ] {
        check_row(start, end, "", "", &[problem]);
    }
}

#[test]
fn both_nights_of_the_clock_keep_rows_together() {
    let text = "start,end,person\n\
                2026-11-01 00:00,2026-11-01 01:30,Ana\n2026-11-01 01:30,2026-11-01 08:00,Ben\n\
                2026-03-08 00:00,2026-03-08 02:30,Ana\n2026-03-08 02:30,2026-03-08 08:00,Ben\n\
                2026-03-08 02:00,2026-03-08 02:45,Ana\n2026-11-01 01:30,2026-11-01T01:30:00-06:00,Ben";
    let reading = read_with(text, "").unwrap();
    assert_eq!(
        shifts(&reading),
        [
            "2026-11-01 00:00 CDT > 2026-11-01 01:30 CDT primary: Ana Ortiz",
            "2026-11-01 01:30 CDT > 2026-11-01 08:00 CST primary: Ben Ade",
            "2026-03-08 00:00 CST > 2026-03-08 03:00 CDT primary: Ana Ortiz",
            "2026-03-08 03:00 CDT > 2026-03-08 08:00 CDT primary: Ben Ade",
            "2026-11-01 01:30 CDT > 2026-11-01 01:30 CST primary: Ben Ade",
        ]
    );
    assert_eq!(
        codes(&reading.problems),
        [
            "B2 repeated-time",
            "A3 repeated-time",
            "B4 skipped-time",
            "A5 skipped-time",
            "A6 skipped-time",
            "B6 skipped-time",
            "B6 span-skipped",
            "A7 repeated-time",
        ]
    );
    assert!(reading.problems.iter().all(|problem| problem.kind.severity() == Severity::Note));
}

#[test]
fn dates_and_times_in_columns_of_their_own() {
    let wanted = ["2026-11-22 18:00 CST > 2026-11-23 07:00 CST primary: Ana Ortiz"];
    for text in [
        "date,start,end,person\n2026-11-22,18:00,07:00,Ana",
        "date,start time,end time,person\n11/22/2026,6pm,7am,Ana",
        "start,start time,end,end time,name\n2026-11-22,18:00,2026-11-23,07:00,Ana",
        "Start Date,Start_Time,End-Date,End Time,On Call\n2026-11-22 00:00:00,18:00,2026-11-23 00:00:00,07:00,Ana",
        "Person,Until,From\nAna,2026-11-23 07:00,2026-11-22 18:00",
        "AIMS On-call\n,\nstart,end,technician\n2026-11-22 18:00,2026-11-23 07:00,Ana",
        "AIMS On-call 2026,,\nstart,end,technician\nNov 22 18:00,Nov 23 07:00,Ana",
    ] {
        let reading = read_with(text, "").unwrap();
        assert_eq!(
            (shifts(&reading), codes(&reading.problems)),
            (wanted.map(str::to_owned).to_vec(), vec![]),
            "{text}"
        );
    }
}

#[test]
fn the_order_of_day_and_month_is_not_guessed_from_the_first_row() {
    let text = "start,end,person\n4/3/2026 08:00,5/3/2026 08:00,Ana\n25/12/2026 08:00,26/12/2026 08:00,Ben\n\
                2026-12-27 08:00,2026-12-28 08:00,Ben";
    let reading = read_with(text, "").unwrap();
    assert_eq!(shifts(&reading), ["2026-12-27 08:00 CST > 2026-12-28 08:00 CST primary: Ben Ade"]);
    assert_eq!(codes(&reading.problems), ["A2 date-order", "A3 date-order"]);
    assert!(hint(&reading.problems[1]).contains("date_order = \"dmy\""));
    assert!(reading.recognition.reasons.contains(&RecognitionReason::OrderContradicted));
    let reading = read_with(text, "date_order = 'dmy'").unwrap();
    assert_eq!(shifts(&reading)[0], "2026-03-04 08:00 CST > 2026-03-05 08:00 CST primary: Ana Ortiz");
    let mixed = "start,end,person\n12/25/2026 08:00,12/26/2026 08:00,Ana\n25/12/2026 08:00,26/12/2026 08:00,Ben";
    let reading = read_with(mixed, "").unwrap();
    assert!(message(&reading.problems[0]).contains("other cells"), "{}", message(&reading.problems[0]));
}

/// The holders and the problems of one cell of people.
fn person(cell: &str) -> (String, Vec<String>) {
    let reading = read_with(&format!("start,end,person\n2026-11-22 18:00,2026-11-23 07:00,{cell}"), "").unwrap();
    let holders: Vec<String> = reading.shifts[0]
        .holders
        .iter()
        .map(|holder| format!("{}{}", holder.name, if holder.known { "" } else { "?" }))
        .collect();
    (holders.join("; "), codes(&reading.problems).iter().map(|code| code.replace("C2 ", "")).collect())
}

#[test]
fn cells_of_people() {
    for (cell, holders, problems) in [
        ("Ana Ortiz", "Ana Ortiz", &[][..]),
        ("  ANA   ortiz ", "Ana Ortiz", &[]),
        ("\u{a0}Ana\u{a0}Ortiz", "Ana Ortiz", &[]),
        ("ana", "Ana Ortiz", &[]),
        ("ben@example.org", "Ben Ade", &[]),
        ("JOSE\u{301} NUN\u{303}EZ", "Jos\u{e9} Nu\u{f1}ez", &[]),
        ("Cy Moss / Night", "Cy Moss / Night", &[]),
        ("", "", &["nobody"]),
        ("TBD", "", &["nobody"]),
        ("?", "", &["nobody"]),
        ("Vacant", "", &["nobody"]),
        ("#REF!", "", &["formula-error"]),
        ("=VLOOKUP(A2)", "", &["formula-error"]),
        ("Ana Ortis", "Ana Ortis?", &["unknown-person"]),
        ("Ana / Ben", "Ana Ortiz; Ben Ade", &["several-people"]),
        ("Ana~Ben", "Ana Ortiz; Ben Ade", &["several-people"]),
        ("Ana and Ben", "Ana Ortiz; Ben Ade", &["several-people"]),
        ("Ana & Zed", "Ana Ortiz; Zed?", &["several-people", "unknown-person"]),
        ("Ana / TBD", "Ana Ortiz", &[]),
        ("Ana / Ana Ortiz", "Ana Ortiz", &[]),
        ("see Bob", "", &["not-a-name"]),
        ("Ana until 8; then Ben", "", &["not-a-name"]),
        ("swap w/ 12/5", "", &["not-a-name"]),
        ("Ben (for Ana)", "Ben Ade", &["remark"]),
        ("Zed (for Ana)", "", &["not-a-name"]),
        ("Ben (switched with Ana)", "Ben Ade", &["remark"]),
        ("Zed (instead of Ana)", "Zed?", &["unknown-person", "remark"]),
        ("Ana (AM) Ben (PM)", "", &["not-a-name"]),
    ] {
        let problems: Vec<String> = problems.iter().map(|code| (*code).to_owned()).collect();
        assert_eq!(person(cell), (holders.to_owned(), problems), "{cell:?}");
    }
}

#[test]
fn a_close_name_is_only_suggested() {
    for (cell, nearest) in [("Ana Ortis", Some("Ana Ortiz")), ("Benn", Some("Ben Ade")), ("Wilhelmina", None)] {
        let reading = read_with(&format!("start,end,person\n2026-11-22 18:00,2026-11-23 07:00,{cell}"), "").unwrap();
        let kind = ProblemKind::UnknownPerson { nearest: nearest.map(Into::into) };
        assert_eq!(reading.problems[0].kind, kind, "{cell}");
        assert_eq!(reading.shifts[0].holders[0].phone, None);
    }
}

#[test]
fn without_contacts_names_are_one_note() {
    let text = "start,end,person\n2026-11-22 18:00,2026-11-23 07:00,Ana\n2026-11-23 18:00,2026-11-24 07:00,Ben";
    let reading = read(&grid(text), &LayoutSettings::default(), Chicago, &Roster::default()).unwrap();
    assert_eq!(codes(&reading.problems), ["no-contacts"]);
    assert_eq!(&*reading.shifts[1].holders[0].name, "Ben");
}

#[test]
fn kinds_roles_notes_and_numbers_of_the_row() {
    let text = "start,end,person,role,kind,phone,email,note\n\
                2026-11-22 18:00,2026-11-23 07:00,Ana,,,,,hello\n\
                2026-11-22 18:00,2026-11-23 07:00,Ben,Backup,swap,608-555-0199,x@example.org,\n\
                2026-11-22 18:00,2026-11-23 07:00,TBD,PRIMARY,Override,,,\n\
                2026-11-22 18:00,2026-11-23 07:00,Ben,Duty Lead,cover,555,nowhere,\n\
                2026-11-22 18:00,2026-11-23 07:00,Ben,duty lead,holiday,,,\n\
                2026-11-22 18:00,2026-11-23 07:00,Ben,tertiary,sometimes,,,\n\
                2026-11-22 18:00,2026-11-23 07:00,Ana,,,,,again";
    let reading = read_with(text, "").unwrap();
    let span = "2026-11-22 18:00 CST > 2026-11-23 07:00 CST";
    let wanted = [
        "primary: Ana Ortiz",
        "secondary override: Ben Ade",
        "primary override: ",
        "Duty Lead override: Ben Ade",
        "Duty Lead override: Ben Ade",
        "tertiary: Ben Ade",
        "primary: Ana Ortiz",
    ];
    assert_eq!(shifts(&reading), wanted.map(|rest| format!("{span} {rest}")));
    assert_eq!(
        codes(&reading.problems),
        [
            "C4 deliberate-gap",
            "F5 bad-phone",
            "G5 bad-email",
            "C6 duplicate-row",
            "E7 unknown-kind",
            "C8 duplicate-row"
        ]
    );
    let reach = |at: usize| {
        let holder = &reading.shifts[at].holders[0];
        (holder.phone.as_deref().unwrap_or(""), holder.email.as_deref().unwrap_or(""))
    };
    assert_eq!(reach(0), ("+16085550101", "ana@example.org"));
    assert_eq!(reach(1), ("+16085550199", "x@example.org"));
    assert_eq!(reach(3), ("+16085550102", "ben@example.org"));
    assert_eq!((&*reading.shifts[0].note, &*reading.shifts[1].row.cell()), ("hello", "C3"));
    assert_eq!(reading.shifts[0].row.text(), "2026-11-22 18:00 | 2026-11-23 07:00 | Ana |  |  |  |  | hello");
}

#[test]
fn weeks_with_a_column_a_role() {
    let text = "Week of,Primary,Primary Phone,Backup,Phone,Notes\n\
                2026-10-28,Ana,,Ben,608-555-0199,x\n2026-11-04,TBD,608-555-0188,Ana,,";
    let set = "handoff_day = 'Wed'\nhandoff_time = '09:30'";
    let reading = read_with(text, set).unwrap();
    assert_eq!(
        shifts(&reading),
        [
            "2026-10-28 09:30 CDT > 2026-11-04 09:30 CST Primary: Ana Ortiz",
            "2026-10-28 09:30 CDT > 2026-11-04 09:30 CST Backup: Ben Ade",
            "2026-11-04 09:30 CST > 2026-11-11 09:30 CST Primary: ",
            "2026-11-04 09:30 CST > 2026-11-11 09:30 CST Backup: Ana Ortiz",
        ]
    );
    assert_eq!(codes(&reading.problems), ["B3 nobody"]);
    assert_eq!(reading.shifts[1].holders[0].phone.as_deref(), Some("+16085550199"));
    assert_eq!((reading.recognition.layout, reading.recognition.header_row), (LayoutKind::Week, 1));
    let ranks: Vec<_> = reading.shifts.iter().map(|shift| (shift.role.rank, shift.role.order)).collect();
    assert_eq!(ranks[..2], [(RoleRank::Primary, 0), (RoleRank::Secondary, 1)]);
}

#[test]
fn weeks_without_a_handoff_say_so_once_and_move_to_their_day() {
    let text = "week_commencing,Person\n2026-11-16,Ana\n2026-11-23,Ben";
    let reading = read_with(text, "").unwrap();
    assert_eq!(shifts(&reading)[0], "2026-11-16 00:00 CST > 2026-11-23 00:00 CST primary: Ana Ortiz");
    assert_eq!(codes(&reading.problems), ["no-handoff-time"]);
    assert_eq!(reading.problems[0].kind.severity(), Severity::Warning);
    let reading = read_with(text, "handoff_day = 'Friday'\nhandoff_time = '5 pm'").unwrap();
    assert_eq!(shifts(&reading)[0], "2026-11-20 17:00 CST > 2026-11-27 17:00 CST primary: Ana Ortiz");
    let text = "W/C,On Call,Backup\n2026-03-02,Ana,Ben";
    let reading = read_with(text, "handoff_time = '02:30'\nhandoff_day = 'Sun'").unwrap();
    assert_eq!(shifts(&reading)[1], "2026-03-08 03:00 CDT > 2026-03-15 02:30 CDT Backup: Ben Ade");
    assert_eq!(reading.shifts[0].role.rank, RoleRank::Primary);
}

#[test]
fn rows_that_are_no_shifts_are_counted() {
    let text = "AIMS,,\n,,\nstart,end,person\n2026-11-22 18:00,2026-11-23 07:00,Ana\n,,\n-----,,\n\
                Start,END,Person\nDecember 2026,,\n2026-12-22 18:00,2026-12-23 07:00,Ben\nTotal,2,\n\
                Legend: TBD is nobody,,\n,,Zed\nbroken,2026-12-23,Ana";
    let reading = read_with(text, "").unwrap();
    assert_eq!(reading.shifts.len(), 2);
    assert_eq!(reading.recognition.header_row, 3);
    let skipped: Vec<_> = reading.skipped.iter().map(|skipped| (skipped.row, skipped.reason)).collect();
    let wanted = [
        (1, Title),
        (2, Blank),
        (5, Blank),
        (6, Separator),
        (7, RepeatedHeader),
        (8, Remark),
        (10, Total),
        (11, Legend),
    ];
    assert_eq!(skipped, wanted);
    assert_eq!(codes(&reading.problems), ["A12 empty-cell", "A13 unreadable-time"]);
}

#[test]
fn headings_pinned_by_the_settings() {
    let text = "Anfang,Ende,Wer\n2026-11-22 18:00,2026-11-23 07:00,Ana";
    let set = "columns = { start = 'anfang', end = 'ENDE', person = 'Wer' }";
    assert_eq!(read_with(text, set).unwrap().shifts.len(), 1);
    let problems =
        read_with(text, "columns = { start = 'Beginn', end = 'Ende', person = 'Wer' }").unwrap_err().problems;
    assert_eq!(codes(&problems), ["A1 no-such-heading"]);
}

#[test]
fn sheets_without_a_usable_row_are_unusable() {
    for (text, set, wanted) in [
        ("just,some\nprose,here", "", &["no-header"][..]),
        ("start,end,who cares\n2026-11-22,2026-11-23,Ana", "", &["A1 missing-column"]),
        ("strat,end,person\n2026-11-22,2026-11-23,Ana", "", &["A1 missing-column"]),
        ("start,end,person", "", &["no-usable-row"]),
        ("start,end,person\nx,y,Ana", "", &["A2 unreadable-time", "no-usable-row"]),
        ("start,end,person\n2026-11-22,2026-11-23,Ana", "kind = 'week'\nheader_row = 2", &["no-header"]),
    ] {
        assert_eq!(codes(&read_with(text, set).unwrap_err().problems), wanted, "{text}");
    }
    let problems = read_with("strat,end,person\n2026-11-22,2026-11-23,Ana", "").unwrap_err().problems;
    assert!(hint(&problems[0]).contains("\"strat\""), "{}", hint(&problems[0]));
}

#[test]
fn long_spans_and_cells_beyond_the_header_are_warned_of() {
    let reading = read_with("start,end,person\n2026-11-22 18:00,2027-11-23 07:00,Ana,Quinn", "").unwrap();
    assert_eq!(codes(&reading.problems), ["D2 extra-cells", "A2 long-span"]);
}

#[test]
fn a_week_that_also_says_start_and_end_is_read_by_them() {
    let reading = read_with("week,start,end,person\n47,2026-11-22 18:00,2026-11-23 07:00,Ana", "").unwrap();
    assert_eq!(reading.recognition.layout, LayoutKind::Plain);
    assert_eq!(reading.recognition.runners_up, [RunnerUp { layout: LayoutKind::Week, lost: Lost::SaysLess }]);
}

proptest! {
    #[test]
    fn any_grid_is_read_or_refused(
        rows in proptest::collection::vec(
            proptest::collection::vec(
                prop_oneof![
                    Just("start".to_owned()), Just("end".to_owned()), Just("person".to_owned()), Just("week of".to_owned()),
                    Just("primary phone".to_owned()), Just("Backup".to_owned()), Just("2026-11-01 01:30".to_owned()),
                    Just("11/1/2026".to_owned()), Just("25/12".to_owned()), Just("23:59".to_owned()), Just("Ana".to_owned()),
                    Just("9999-12-31 24:00".to_owned()), Just("date".to_owned()), Just("shift".to_owned()),
                    Just("3/4-3/10".to_owned()), Just("2026-W48".to_owned()), Just("0001-01-01".to_owned()),
                    Just("Sun".to_owned()), Just("Mon".to_owned()), Just("Tue".to_owned()), Just("Wed".to_owned()),
                    Just("Thu".to_owned()), Just("7am-3pm".to_owned()), Just("2100:500".to_owned()), Just("day".to_owned()),
                    Just("Ana (Ben on 5 Mar)".to_owned()), Just("Ana (AM) Ben (PM)".to_owned()), Just("Nov".to_owned()),
                    Just("9".to_owned()), Just("0".to_owned()), Just("month".to_owned()), Just("team".to_owned()),
                    Just("2026-11-22".to_owned()), Just("2026-11-23".to_owned()), Just("11/24/2026".to_owned()), "\\PC{0,12}",
                ],
                0..6,
            ),
            0..8,
        ),
        known_header: bool,
        set in prop::sample::select(vec![
            "", "kind = 'week'", "kind = 'day'", "kind = 'range'", "kind = 'numbers'\nmonth = 2\nyear = 2026",
            "kind = 'matrix'", "kind = 'calendar'", "kind = 'weekdays'\nrepeat_from = '2026-11-22'\nrepeat_until = '2026-12-31'",
            "kind = 'start'\nuntil_next = true", "kind = 'rotation'", "date_order = 'dmy'\nhandoff = 'Fri 5pm'",
            "header_row = 0\ncolumns = { date = 'A', person = 'B' }", "header_row = 0\ncolumns = { day = 'A', month = 'B', person = 'C' }",
            "hours = { Ana = '22:00-06:00', Nov = 'off' }",
        ]),
    ) {
        let mut rows = rows;
        if known_header {
            rows.insert(0, ["start", "end", "person", "role"].map(str::to_owned).to_vec());
        }
        let grid = Grid::of("any", (1..).zip(rows));
        match read(&grid, &settings(set), Chicago, &roster()) {
            Ok(reading) => {
                prop_assert!(!reading.shifts.is_empty());
                for problem in &reading.problems {
                    prop_assert!(!message(problem).is_empty() && !hint(problem).is_empty());
                }
            }
            Err(unusable) => prop_assert!(!unusable.problems.is_empty()),
        }
    }

    /// Back-to-back rows never open a hole or an overlap, whatever the clock does between them (contract 2.3 rule 2).
    #[test]
    fn rows_that_touch_in_civil_time_touch_in_instants(minutes in 0i64..525_600) {
        let civil = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_time(chrono::NaiveTime::MIN)
            + chrono::Duration::minutes(minutes);
        let print = |civil: chrono::NaiveDateTime| civil.format("%Y-%m-%d %H:%M").to_string();
        let (before, after) = (print(civil - chrono::Duration::hours(13)), print(civil + chrono::Duration::hours(13)));
        let text = format!("start,end,person\n{before},{0},Ana\n{0},{after},Ben", print(civil));
        let reading = read(&grid(&text), &LayoutSettings::default(), Chicago, &roster()).unwrap();
        // 23:59 as an end is the end of the day, so only such a row may overlap the next by one minute.
        if civil.format("%H:%M").to_string() != "23:59" {
            prop_assert_eq!(reading.shifts[0].interval.end(), reading.shifts[1].interval.start());
        }
    }
}

#[test]
fn roles_in_columns_beside_start_and_end() {
    let text = "Start Date,End Date,Primary On-Call,Primary Phone Number,Secondary On-Call,Secondary Phone Number,Cancelled\n\
                2026-11-22,2026-11-28,Ana,608-555-0188,Ben,,no\n\
                2026-11-29,2026-12-05,Ben,,Ana,,";
    let reading = read_with(text, "end_is_inclusive = true\nhandoff_time = '08:00'").unwrap();
    assert_eq!(
        shifts(&reading),
        [
            "2026-11-22 08:00 CST > 2026-11-29 08:00 CST Primary On-Call: Ana Ortiz",
            "2026-11-22 08:00 CST > 2026-11-29 08:00 CST Secondary On-Call: Ben Ade",
            "2026-11-29 08:00 CST > 2026-12-06 08:00 CST Primary On-Call: Ben Ade",
            "2026-11-29 08:00 CST > 2026-12-06 08:00 CST Secondary On-Call: Ana Ortiz",
        ]
    );
    assert_eq!(codes(&reading.problems), Vec::<String>::new());
    assert_eq!(reading.shifts[0].holders[0].phone.as_deref(), Some("+16085550188"));
    assert_eq!(reading.shifts[3].role.rank, RoleRank::Secondary);
}

#[test]
fn a_column_of_addresses_by_role_is_a_column_of_people() {
    let text = "week_start,primary_oncall_email,secondary_oncall_email\n2026-11-23,ana@example.org,zed@example.org";
    let reading = read_with(text, "handoff_time = '08:00'").unwrap();
    let span = "2026-11-23 08:00 CST > 2026-11-30 08:00 CST";
    let wanted = ["primary_oncall_email: Ana Ortiz", "secondary_oncall_email: zed@example.org"];
    assert_eq!(shifts(&reading), wanted.map(|rest| format!("{span} {rest}")));
    assert_eq!(codes(&reading.problems), ["C2 unknown-person"]);
}

#[test]
fn an_instant_with_its_offset_gives_later_rows_their_year() {
    let text = "start,end,person\n2026-12-30T18:00:00-06:00,2026-12-31T07:00:00-06:00,Ana\n1/2 18:00,1/3 07:00,Ben";
    let reading = read_with(text, "").unwrap();
    assert_eq!(shifts(&reading)[1], "2027-01-02 18:00 CST > 2027-01-03 07:00 CST primary: Ben Ade");
}
