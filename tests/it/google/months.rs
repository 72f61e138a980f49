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
