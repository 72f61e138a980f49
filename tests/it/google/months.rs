//! Do bare numbers of days take year and month from the title of their tab, in every family that has them?

use serde_json::{Value, json};

use super::{Desk, ID, row, spreadsheet, tab, text};
use crate::support_google::Google;

/// A number as people type it into a cell.
fn number(number: u32) -> Value {
    json!({"formattedValue": number.to_string(), "effectiveValue": {"numberValue": number}})
}

/// A day column from 1 to `last`, all of it one person's.
fn by_day(title: &str, heading: &str, last: u32, who: &str) -> Value {
    let header = row(&[text(heading), text("On call")]);
    let days = (1..=last).map(|day| row(&[number(day), text(who)]));
    tab(title, &[vec![header], days.collect()].concat())
}

/// The days across, one row a role.
fn across(title: &str, last: u32, who: &str) -> Value {
    let header = [vec![text("Role")], (1..=last).map(number).collect()].concat();
    let cells = [vec![text("Primary")], (1..=last).map(|_| text(who)).collect()].concat();
    tab(title, &[row(&header), row(&cells)])
}

const HANDOFF: &str = "layout = { handoff_time = \"08:00\" }\n";

#[test]
fn numbers_of_days_are_in_the_month_and_year_of_their_tab() {
    let tabs = [
        by_day("12/99", "Day", 31, "Ada"),
        across("2099-11", 30, "Ben"),
        by_day("Oct 2099", "Date", 31, "Cy"),
        by_day("2100-01", "Day", 31, "Ada"),
    ];
    let google = Google::start(spreadsheet(&tabs));
    let desk = Desk::with(&google, &format!("sheets:{ID}"), HANDOFF);
    for (at, name) in [
        ("2099-10-01 08:00", "Cy Lund"),
        ("2099-11-01 07:59", "Cy Lund"),
        ("2099-11-01 08:00", "Ben Okafor"),
        ("2099-12-01 07:59", "Ben Okafor"),
        ("2099-12-01 08:00", "Ada Ruiz"),
        ("2099-12-31 23:00", "Ada Ruiz"),
    ] {
        assert_eq!(desk.name(at), name, "{at}");
    }
    // The year of a title lies in this century; this tab is for no month.
    desk.who("2100-01-05 20:00").expect(1);
    let desk = Desk::with(&google, &format!("sheets:{ID}/12/99"), HANDOFF);
    assert_eq!(desk.name("2099-12-24 20:00"), "Ada Ruiz");
    desk.who("2099-11-24 20:00").expect(1);
}

#[test]
fn a_day_that_its_month_does_not_have_is_a_problem_and_the_rest_is_read() {
    let google = Google::start(spreadsheet(&[by_day("11/99", "Day", 31, "Ada")]));
    let desk = Desk::with(&google, &format!("sheets:{ID}"), HANDOFF);
    assert_eq!(desk.name("2099-11-30 20:00"), "Ada Ruiz");
    assert!(desk.problems().contains(&"no-such-day A32".to_owned()), "{:?}", desk.problems());
    desk.who("2099-12-01 08:00").expect(1);
}

#[test]
fn explain_says_of_every_tab_how_it_was_read_and_skips_nothing() {
    let total = row(&[text("Total"), number(30)]);
    let mut october = by_day("10/99", "Day", 31, "Cy");
    october["data"][0]["rowData"].as_array_mut().unwrap().push(total);
    let tabs = [
        by_day("11/99", "Day", 30, "Ben"),
        across("2099-12", 31, "Ada"),
        october,
        by_day("8/99", "Day", 31, "Cy"),
        by_day("9/99", "Day", 30, "Cy"),
        tab("1/99", &[row(&[text("to come")])]),
    ];
    let google = Google::start(spreadsheet(&tabs));
    let desk = Desk::with(&google, &format!("sheets:{ID}"), &format!("overrides = \"csv:changes.csv\"\n{HANDOFF}"));
    desk.site.write("changes.csv", b"start,end,person\n2099-12-24 08:00,2099-12-25 08:00,Ben\n");
    let json = desk.site.run(&["--format", "json", "explain", "aims", "--at", "2099-12-24 20:00"]).expect(0).json();
    assert_eq!(json["answer"]["on_call"][0]["name"], "Ben Okafor");
    let said: Vec<&str> = json["reading"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    for line in [
        "1/99: it has no usable row; its problems say why",
        "8/99, 9/99: numbers: one row a day, by its number, header in row 1",
        "10/99: numbers: one row a day, by its number, header in row 1",
        "skipped, total: row 33 (1 in all)",
        "11/99: numbers: one row a day, by its number, header in row 1",
        "2099-12: matrix: dates across, header in row 1",
        "rows are shifts or roles, and the cells name people",
        "changes.csv (overrides): plain: one row a shift, header in row 1",
    ] {
        assert!(said.contains(&line), "{line} is missing in {said:#?}");
    }
    // The row that sums up is told of in its own tab.
    let gaps = desk.site.run(&["--format", "json", "gaps", "--from", "2099-08-02", "--days", "1"]).json();
    let problems = gaps["schedules"][0]["problems"].as_array().unwrap();
    let total = problems.iter().find(|problem| problem["code"] == "skipped-row").unwrap();
    assert_eq!((&total["sheet"], &total["cell"]), (&json!("10/99"), &json!("A33")));
}
