//! Is the clock of this machine compared with the sheet's server, and a wrong one told loudly and only then?

use chrono::{DateTime, Utc};

use super::*;

const NIGHT: &str = "2026-11-22 20:00";
const LONG_AGO: &str = "Date: Sun, 22 Nov 2020 12:00:00 GMT\r\n";

fn dated(headers: &'static str) -> Play {
    Play::Answer(200, headers, nights().to_string())
}

fn joined(ended: &Ended) -> String {
    format!("{}{}", ended.out, ended.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_clock_that_is_wrong_is_told_by_everything_that_reads_the_sheet() {
    let google = Google::playing(nights(), std::iter::repeat_with(|| dated(LONG_AGO)).take(8));
    let desk = Desk::of(&google);
    let json = desk.who(NIGHT).expect(0);
    assert!(json.err.contains("CLOCK WRONG: the clock of this machine is"), "{}", json.err);
    assert!(json.json()["schedules"][0]["clock_ahead_s"].as_i64().unwrap() > 60);
    for words in [&["who", "aims", "--at", NIGHT][..], &["-q", "sync"], &["gaps", "--days", "1"]] {
        let ended = desk.site.run(words);
        let said = joined(&ended);
        let told = said.matches("CLOCK WRONG: the clock of this machine is").count();
        let wanted = if words.contains(&"gaps") { told >= 1 } else { told == 2 };
        assert!(wanted && said.contains("ahead of the clock of the server") && said.contains("timedatectl"), "{said}");
    }
    let synced = desk.site.run(&["--format", "json", "sync"]).expect(0).json();
    assert!(synced["schedules"][0]["clock_ahead_s"].as_i64().unwrap() > 60);
    let page = desk.page("INC1234567", &["--dry-run", "--at", NIGHT]);
    assert!(page.out.contains("CLOCK WRONG") && page.err.contains("CLOCK WRONG"), "{}{}", page.out, page.err);
}

#[test]
fn a_clock_that_is_behind_is_told_as_well() {
    let google = Google::playing(nights(), [dated("Date: Wed, 22 Nov 2090 12:00:00 GMT\r\n")]);
    let ended = Desk::of(&google).who(NIGHT).expect(0);
    assert!(ended.err.contains("behind the clock of the server"), "{}", ended.err);
    assert!(ended.json()["schedules"][0]["clock_ahead_s"].as_i64().unwrap() < -60);
}

#[test]
fn nothing_is_told_of_a_right_clock_and_where_nobody_says_the_time() {
    let google = Google::playing(nights(), []);
    let desk = Desk::of(&google);
    // What the machine thinks it is, from the file that was written just now.
    let written = std::fs::metadata(desk.site.path("key.json")).unwrap().modified().unwrap();
    let now: &str = DateTime::<Utc>::from(written).format("Date: %a, %d %b %Y %H:%M:%S GMT\r\n").to_string().leak();
    let kept: &str = format!("Age: 30\r\n{LONG_AGO}").leak();
    let google = Google::playing(
        nights(),
        [dated(now), dated(""), dated(kept), dated("Date: soon\r\n"), dated("Age: 0\r\nDate: soon\r\n")],
    );
    let desk = Desk::of(&google);
    for case in ["now", "without", "kept by a proxy", "no date", "no date and fresh"] {
        let ended = desk.who(NIGHT).expect(0);
        assert!(!joined(&ended).contains("CLOCK"), "{case}: {}{}", ended.out, ended.err);
        assert_eq!(ended.json()["schedules"][0]["clock_ahead_s"], Value::Null, "{case}");
    }
    assert_eq!(google.asked().len(), 5);
}

#[test]
fn a_saved_copy_has_no_clock() {
    let refused = Play::Answer(403, LONG_AGO, json!({"error": {"code": 403, "message": "no"}}).to_string());
    let google = Google::playing(nights(), [Play::Usual, refused]);
    let desk = Desk::of(&google);
    desk.site.run(&["sync"]).expect(0);
    let ended = desk.who(NIGHT).expect(0);
    assert_eq!(ended.json()["schedules"][0]["from_cache"], true);
    assert!(!joined(&ended).contains("CLOCK"), "{}{}", ended.out, ended.err);
}
