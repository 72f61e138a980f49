//! Does `doctor` read a Google Sheet once, compare clocks with Google, and say when nobody can tell who is on call?

use super::*;

fn findings(desk: &Desk, code: &str) -> (i32, Vec<String>) {
    let ended = desk.site.run(&["--format", "json", "doctor"]);
    let report = ended.json();
    let of_code = report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == code);
    let line = |it: &Value| format!("{}: {}: {}", it["severity"], it["about"], it["found"]).replace('"', "");
    (ended.code, of_code.map(line).collect())
}

#[test]
fn a_sheet_is_read_once_and_googles_clock_compared() {
    let clock = Play::Answer(404, "Date: Wed, 01 Jan 2020 00:00:00 GMT\r\n", "{}".to_owned());
    let google = Google::playing(nights(), [Play::Usual, clock]);
    let desk = Desk::of(&google);
    let (code, told) = findings(&desk, "clock");
    assert_eq!((code, told.len()), (1, 1), "{told:?}");
    assert!(told[0].starts_with("error: clock, compared with Google's: this machine is"), "{told:?}");
    let paths: Vec<String> = google.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, [format!("/v4/spreadsheets/{ID}"), "/".to_owned()]);
    let (_, told) = findings(&desk, "schedule");
    assert!(told[0].contains("schedule aims: read now"), "{told:?}");
}

#[test]
fn a_sheet_that_may_not_be_read_leaves_nobody_sure() {
    let refusal = || Play::refusal(403, "The caller does not have permission");
    let google = Google::playing(nights(), std::iter::repeat_with(refusal).take(4));
    let (code, told) = findings(&Desk::of(&google), "schedule");
    assert_eq!(code, 3);
    assert!(told[0].contains("nobody can tell who is on call") && told[0].contains("share the sheet"), "{told:?}");
}
