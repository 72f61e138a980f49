//! What could be read in two ways: is it refused, or at least said? Small sheets that a person would write.

use super::*;

/// The shifts and problems of a sheet without its spans' ends: `start role: holders`.
fn told(text: &str, set: &str) -> (Vec<String>, Vec<String>) {
    match read_with(text, set) {
        Ok(reading) => {
            let start = |line: String| line.replacen(" > ", "\u{0}", 1).split('\u{0}').next().unwrap().to_owned();
            let people = |line: &String| line.splitn(2, " > ").last().unwrap()[21..].to_owned();
            let lines =
                shifts(&reading).iter().map(|line| format!("{} {}", start(line.clone()), people(line))).collect();
            (lines, codes(&reading.problems))
        }
        Err(unusable) => (Vec::new(), codes(&unusable.problems)),
    }
}

#[test]
fn a_role_column_speaks_of_the_people_beside_it_in_every_layout() {
    let week = "Week of,Person,Role\n2026-11-23,Ana,Primary\n2026-11-23,Ben,backup";
    let (shifts, problems) = told(week, "handoff_time = '08:00'");
    assert_eq!(shifts, ["2026-11-23 08:00 CST primary: Ana Ortiz", "2026-11-23 08:00 CST secondary: Ben Ade"]);
    assert_eq!(problems, Vec::<String>::new());
    // A column headed by a role is not lost because another column has roles.
    let both = "start,end,person,Backup,role\n2026-11-22 18:00,2026-11-23 07:00,Ana,Ben,Windows";
    let (shifts, problems) = told(both, "");
    assert_eq!(shifts, ["2026-11-22 18:00 CST Windows: Ana Ortiz", "2026-11-22 18:00 CST Backup: Ben Ade"]);
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn two_columns_that_may_both_be_those_on_call_are_refused_until_the_settings_choose() {
    let text = "start,end,Name,On call\n2026-11-22 18:00,2026-11-23 07:00,Ana,Ben";
    let unusable = read_with(text, "").unwrap_err();
    assert_eq!(codes(&unusable.problems), ["A1 rival-columns"]);
    let said = message(&unusable.problems[0]) + &hint(&unusable.problems[0]);
    assert!(said.contains("\"Name\"") && said.contains("columns = { person = \"On call\" }"), "{said}");
    let (shifts, _) = told(text, "columns = { person = 'On call' }");
    assert_eq!(shifts, ["2026-11-22 18:00 CST primary: Ben Ade"]);
}

#[test]
fn hours_in_the_start_are_not_a_day_of_the_year() {
    let text = "On-call 2026,,,\ndate,start,end,person\n2026-08-10,8-5,17:00,Ana\n2026-11-23,11/23,2026-11-24,Ben";
    let (shifts, problems) = told(text, "handoff_time = '08:00'");
    assert_eq!(shifts, ["2026-11-23 08:00 CST primary: Ben Ade"]);
    assert_eq!(problems, ["B3 unreadable-time"]);
}

#[test]
fn a_second_table_is_not_read_by_the_first_ones_header() {
    let text = "start,end,person\n2026-11-22 18:00,2026-11-23 07:00,Ana\nstart,end,backup\n\
                2026-11-23 18:00,2026-11-24 07:00,Ben";
    let (shifts, problems) = told(text, "");
    assert_eq!(shifts, ["2026-11-22 18:00 CST primary: Ana Ortiz"]);
    assert_eq!(problems, ["A3 other-header"]);
}

#[test]
fn a_remark_that_denies_its_name_names_nobody() {
    for (cell, names, problem) in [
        ("Ana (for Ben)", "Ana Ortiz", "C2 remark"),
        ("Ana (out sick)", "", "C2 not-a-name"),
        ("Ana (until 22:00)", "", "C2 not-a-name"),
    ] {
        let (shifts, problems) = told(&format!("start,end,person\n2026-11-22 18:00,2026-11-23 07:00,{cell}"), "");
        assert_eq!(shifts, [format!("2026-11-22 18:00 CST primary: {names}")], "{cell}");
        assert_eq!(problems, [problem], "{cell}");
    }
}

#[test]
fn an_end_beside_a_week_must_be_the_weeks_own() {
    let text = "Week starting,Week ending,On call\n11/23/2026,11/29/2026,Ana\n2026-11-30,12/7,Ben\n\
                2026-12-07,2026-12-20,Ana\n2026-12-21,,Ben";
    let (shifts, problems) = told(text, "handoff_time = '08:00'");
    let starts: Vec<&str> = shifts.iter().map(|line| &line[..10]).collect();
    assert_eq!(starts, ["2026-11-23", "2026-11-30", "2026-12-21"]);
    assert_eq!(problems, ["B4 not-a-week"]);
    let (_, problems) = told("Week of,Primary,Backup\n2026-11-23,Ortiz, Ana,Ben", "handoff_time = '08:00'");
    assert_eq!(problems[0], "D2 extra-cells");
}

#[test]
fn hours_of_either_half_of_the_day_are_refused_unless_the_sheet_or_the_settings_show_the_clock() {
    for (start, end, problems) in [
        ("11/22/2026 6:00", "11/22/2026 7:00", vec!["A2 half-of-day"]),
        ("11/22/2026 6:00 PM", "11/23/2026 7:00", vec!["B2 half-of-day"]),
        ("11/22/2026 18:00", "11/23/2026 7:00", vec![]),
        ("11/22/2026 06:00", "11/22/2026 11:00", vec![]),
        ("11/22/2026 6:00 AM", "11/22/2026 11:30", vec![]),
    ] {
        let text = format!("start,end,person\n{start},{end},Ana\n2026-12-01,2026-12-02,Ben");
        let (shifts, found) = told(&text, "handoff_time = '08:00'");
        assert_eq!((shifts.len() + problems.len(), &found), (2, &problems.iter().map(|p| (*p).to_owned()).collect()));
        assert_eq!(told(&text, "handoff_time = '08:00'\nclock = 24").1, Vec::<String>::new(), "{start} {end}");
    }
}

#[test]
fn weeks_across_new_year_below_a_title_are_not_read_a_year_late() {
    let days = ["12/29", "1/26", "2/23", "3/23", "4/20", "5/18", "6/15", "7/13", "8/10"];
    let rows = days.map(|day| format!("{day},Ana")).join("\n");
    let (shifts, problems) = told(&format!("On-call 2026,\nWeek of,Primary\n{rows}"), "handoff_time = '08:00'");
    assert_eq!((&shifts[0][..10], &shifts[1][..10], &shifts[8][..10]), ("2025-12-29", "2026-01-26", "2026-08-10"));
    assert_eq!(problems, Vec::<String>::new());
    let unclear = "On-call 2026,\nWeek of,Primary\n12/29,Ana\n1/5,Ben\n1/12,Ana";
    let unusable = read_with(unclear, "").unwrap_err();
    assert_eq!(codes(&unusable.problems)[..3], ["A3 year-unclear", "A4 year-unclear", "A5 year-unclear"]);
    assert!(message(&unusable.problems[0]).contains("in 2025 or in 2026"));
    let (shifts, _) = told(&unclear.replace("12/29", "12/29/2025"), "handoff_time = '08:00'");
    assert_eq!(shifts.iter().map(|line| &line[..10]).collect::<Vec<_>>(), ["2025-12-29", "2026-01-05", "2026-01-12"]);
}

#[test]
fn the_other_families_doubt_the_same() {
    let eight = "handoff_time = '08:00'";
    let day = "Date,Person,Backup,Role\n2026-11-22,Ana,Ben,Windows\nDate,Role,Person\n2026-11-23,Windows,Ben";
    let (shifts, problems) = told(day, eight);
    assert_eq!(shifts, ["2026-11-22 08:00 CST Windows: Ana Ortiz", "2026-11-22 08:00 CST Backup: Ben Ade"]);
    assert_eq!(problems, ["A3 other-header"]);
    let (_, problems) = told("Date,Name,On call\n2026-11-22,Ana,Ben", eight);
    assert_eq!(problems, ["A1 rival-columns"]);
    let (shifts, problems) = told("Date,Name,On call\n2026-11-22,Ana,Ben", "people = ['Name', 'On call']");
    assert_eq!((shifts.len(), problems.len()), (2, 1), "{problems:?}");
    let starts = "Date,Start,Person\n2026-08-10,8-5,Ana\n2026-08-10,17:00,Ben";
    let (shifts, problems) = told(starts, "shift_length = '12:00'\nyear = 2026");
    assert_eq!(shifts, ["2026-08-10 17:00 CDT primary: Ben Ade"]);
    assert_eq!(problems, ["B2 unreadable-time"]);
    let (_, problems) = told("Dates,Primary\n2026-11-22 - 2026-11-28,Ortiz, Ana", eight);
    assert_eq!(problems[0], "C2 extra-cells");
}

#[test]
fn hours_in_one_cell_tell_their_half_by_either_end() {
    for (hours, problems) in [
        ("6:00-11:00", vec!["B2 half-of-day"]),
        ("6:00-14:00", vec![]),
        ("6:00 to 14:00", vec![]),
        ("6:00 pm-7:00", vec!["B2 half-of-day"]),
        ("6:00 am-11:00 am", vec![]),
        ("06:00-11:00", vec![]),
    ] {
        let (_, found) = told(&format!("date,time,person\n2026-11-22,{hours},Ana\n2026-11-23,5pm-8pm,Ben"), "");
        assert_eq!(found, problems, "{hours}");
        let (_, found) = told(&format!("Name,2026-11-22,2026-11-23,2026-11-24\nAna,{hours},5pm-8pm,"), "");
        assert_eq!(found, problems, "{hours} in a grid");
    }
}

#[test]
fn days_across_new_year_below_a_title_are_not_read_a_year_late_in_any_family() {
    for text in [
        "On-call 2026,\nDate,Primary\n12/31,Ana\n1/1,Ben\n1/2,Ana\n1/3,Ben",
        "On-call 2026,\nDates,Primary\n12/29-1/4,Ana\n1/5-1/11,Ben\n1/12-1/18,Ana",
        "On-call 2026,,,,\nName,12/31,1/1,1/2,1/3\nAna,N,,N,",
        "On-call 2026,\nDay,Who\nDec,\n31,Ana\nJan,\n1,Ben\n2,Ana\n20,Ben",
    ] {
        let set = "handoff_time = '08:00'\nhours = { N = '19:00-07:00' }";
        let (shifts, problems) = told(text, set);
        assert_eq!(shifts, Vec::<String>::new(), "{text}");
        assert!(problems[0].ends_with("year-unclear"), "{text}: {problems:?}");
    }
}
