//! What do the verbs write? Text literally and within 80 columns, JSON field by field, exit codes.

use std::io::Read;

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::civil::{HolidayCalendar, Interval, OpeningHours, WeeklyHours};
use page_oncall::cli::face::{Face, Format};
use page_oncall::cli::{explain, gaps, instant, who};
use page_oncall::schedule::Schedule;
use page_oncall::schedule::coverage::Coverage;
use page_oncall::schedule::loaded::LoadedSchedule;
use page_oncall::schedule::problem::{Problem, ProblemKind, Severity};
use page_oncall::schedule::shift::Shift;
use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::{civil, interval, rows};

const WEEK: (&str, &str) = ("2026-11-16 07:00", "2026-11-23 07:00");

fn problem(cell: &str) -> Problem {
    Problem { kind: ProblemKind::NoUsableRow, sheet: "aims.csv".into(), cell: cell.to_owned(), text: "Jon".to_owned() }
}

fn face(now: &str, format: Format) -> Face {
    Face { zone: Chicago, now: civil(now), format }
}

fn loaded(shifts: Vec<Shift>, problems: Vec<Problem>) -> LoadedSchedule {
    LoadedSchedule {
        name: "aims".to_owned(),
        title: "AIMS On-call Schedule".to_owned(),
        schedule: Ok(Schedule::new("aims", "AIMS On-call Schedule", shifts, problems, &[])),
        understood: None,
        read_at: civil("2026-11-22 19:03"),
        age_s: 240,
        from_cache: false,
        stale: false,
        coverage: Coverage::AfterHours,
        snapshot: "5e1f".to_owned(),
    }
}

fn unusable() -> LoadedSchedule {
    let schedule = Err(vec![problem("A1")]);
    LoadedSchedule {
        schedule,
        name: "gds".to_owned(),
        title: "GDS On Call Schedule".to_owned(),
        ..loaded(Vec::new(), Vec::new())
    }
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<u8>) -> (String, u8) {
    let mut out = Vec::new();
    let code = write(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    if !text.starts_with('{') {
        assert!(text.lines().all(|line| line.width() <= 80 && line == line.trim_end()), "{text}");
    }
    (text, code)
}

fn who_now(schedules: &[LoadedSchedule], now: &str) -> (String, u8) {
    let face = face(now, Format::Text);
    written(|out| who::run(schedules, &face, instant::parse("now", Chicago, face.now).unwrap(), out))
}

fn ada_then_ben() -> Vec<Shift> {
    rows(&[
        ("primary", "shift", WEEK.0, WEEK.1, "Ada Ruiz"),
        ("primary", "shift", WEEK.1, "2026-11-30 07:00", "Ben Ode"),
    ])
}

#[test]
fn the_first_line_says_who_at_which_number_until_when() {
    let (text, code) = who_now(&[loaded(ada_then_ben(), Vec::new())], "2026-11-23 02:50");
    assert_eq!(code, 0);
    assert_eq!(
        text,
        "\
AIMS   Ada Ruiz   608-555-0101   until Mon 2026-11-23 07:00 CST (in 4 h 10 min)
       then Ben Ode from Mon 2026-11-23 07:00 CST
       row 2 of aims.csv: 2026-11-16 07:00 | 2026-11-23 07:00 | Ada Ruiz
       sheet read 4 min ago
"
    );
}

#[test]
fn several_roles_stand_on_a_line_each() {
    let shifts =
        rows(&[("primary", "override", WEEK.0, WEEK.1, "Ben Ode"), ("secondary", "shift", WEEK.0, WEEK.1, "Cy Day")]);
    let aged = LoadedSchedule { from_cache: true, stale: true, age_s: 90_000, ..loaded(shifts, Vec::new()) };
    let (text, code) = who_now(&[aged], "2026-11-22 19:07");
    assert_eq!(code, 0);
    assert_eq!(
        text,
        "\
AIMS   Ben Ode   608-555-0102   primary   until Mon 2026-11-23 07:00 CST
       Cy Day   NO PHONE NUMBER, cy@example.edu   secondary
         until Mon 2026-11-23 07:00 CST
       then NOBODY from Mon 2026-11-23 07:00 CST
       override row 2 of aims.csv: 2026-11-16 07:00 | 2026-11-23 07:00 | Ben Ode
       row 3 of aims.csv: 2026-11-16 07:00 | 2026-11-23 07:00 | Cy Day
       STALE SAVED COPY read 1 d 1 h ago, Sun 2026-11-22 19:03 CST; the sheet
       could not be read now
"
    );
}

#[test]
fn nobody_is_said_in_words_with_the_whole_hole() {
    let shifts = rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-20 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-23 07:00", "2026-11-30 07:00", "Ben Ode"),
    ]);
    let (text, code) = who_now(&[loaded(shifts, Vec::new())], "2026-11-22 19:07");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "\
AIMS   NOBODY ON CALL   until Mon 2026-11-23 07:00 CST (in 11 h 53 min)
       a hole of 72 h since Fri 2026-11-20 07:00 CST
       then Ben Ode from Mon 2026-11-23 07:00 CST
       sheet read 4 min ago
       why: page-oncall explain aims
"
    );
}

#[test]
fn after_the_end_of_the_sheet_nobody_follows() {
    let (text, code) = who_now(&[loaded(ada_then_ben(), Vec::new())], "2026-12-24 19:07");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "\
AIMS   NOBODY ON CALL   and the sheet has nobody later
       a hole since Mon 2026-11-30 07:00 CST, where the sheet ends
       then nobody: the sheet has nothing later
       sheet read 4 min ago
       why: page-oncall explain aims
"
    );
}

#[test]
fn a_conflict_is_said_in_words_and_both_are_named() {
    let shifts = rows(&[
        ("primary", "shift", WEEK.0, WEEK.1, "Ada Ruiz"),
        ("primary", "shift", "2026-11-22 18:00", "2026-11-23 07:00", "Ben Ode"),
        ("secondary", "shift", WEEK.0, WEEK.1, "Cy Day"),
    ]);
    let (text, code) = who_now(&[loaded(shifts, Vec::new())], "2026-11-22 19:07");
    assert_eq!(code, 0, "both are paged");
    assert_eq!(
        text,
        "\
AIMS   CONFLICT: Ada Ruiz AND Ben Ode are both on call and both are paged
       Ada Ruiz   608-555-0101   primary   until Mon 2026-11-23 07:00 CST
       Ben Ode   608-555-0102   primary   until Mon 2026-11-23 07:00 CST
       Cy Day   NO PHONE NUMBER, cy@example.edu   secondary
         until Mon 2026-11-23 07:00 CST
       then NOBODY from Mon 2026-11-23 07:00 CST
       row 2 of aims.csv: 2026-11-16 07:00 | 2026-11-23 07:00 | Ada Ruiz
       row 3 of aims.csv: 2026-11-22 18:00 | 2026-11-23 07:00 | Ben Ode
       row 4 of aims.csv: 2026-11-16 07:00 | 2026-11-23 07:00 | Cy Day
       sheet read 4 min ago
       why: page-oncall explain aims
"
    );
}

#[test]
fn an_unusable_sheet_is_could_not_tell_and_never_covered() {
    let (text, code) = who_now(&[loaded(ada_then_ben(), Vec::new()), unusable()], "2026-12-24 19:07");
    assert_eq!(code, 3, "could not tell weighs more than the gap");
    let block = text.split_once("GDS").unwrap().1;
    assert_eq!(
        block,
        "    CANNOT TELL who is on call: the sheet could not be used.
  error    aims.csv A1 \"Jon\": the sheet has no row that can be read
           Give the sheet a header row with start, end and person.
       sheet read 4 min ago
"
    );
}

#[test]
fn another_instant_is_headed_by_its_zone_and_the_rule_that_was_needed() {
    let schedules = [loaded(ada_then_ben(), Vec::new())];
    let face = face("2026-11-22 19:07", Format::Text);
    let asked = |text: &str| {
        let at = instant::parse(text, Chicago, face.now).unwrap();
        written(|out| who::run(&schedules, &face, at, out)).0
    };
    assert!(asked("2026-11-01 01:30").starts_with(
        "At Sun 2026-11-01 01:30 CDT (-05:00); this clock time exists twice, the first\n  was taken\nAIMS   NOBODY"
    ));
    assert!(asked("2026-11-01T01:30:00-06:00").starts_with("At Sun 2026-11-01 01:30 CST (-06:00)\nAIMS"));
    let later = asked("2026-11-24 12:00");
    assert!(later.contains("\nAIMS   Ben Ode   608-555-0102   until Mon 2026-11-30 07:00 CST\n"), "{later}");
}

#[test]
fn who_in_json_has_every_field_of_the_contract() {
    let schedules = [loaded(ada_then_ben(), Vec::new()), unusable()];
    let face = face("2026-11-22 19:07", Format::Json);
    let at = instant::parse("now", Chicago, face.now).unwrap();
    let (text, code) = written(|out| who::run(&schedules, &face, at, out));
    assert_eq!((code, text.lines().count()), (3, 1));
    let person = |name: &str, phone: &str, email: Value, from: &str, until: &str, row: u32, text: &str| {
        json!({
            "name": name, "role": "primary", "phone": phone, "email": email, "from": from, "until": until,
            "row": {"sheet": "aims.csv", "row": row, "cell": format!("C{row}"), "text": text}, "kind": "shift",
        })
    };
    let ada = person(
        "Ada Ruiz",
        "+16085550101",
        json!("ada@example.edu"),
        "2026-11-16T07:00:00-06:00",
        "2026-11-23T07:00:00-06:00",
        2,
        "2026-11-16 07:00 | 2026-11-23 07:00 | Ada Ruiz",
    );
    let ben = person(
        "Ben Ode",
        "+16085550102",
        Value::Null,
        "2026-11-23T07:00:00-06:00",
        "2026-11-30T07:00:00-06:00",
        3,
        "2026-11-23 07:00 | 2026-11-30 07:00 | Ben Ode",
    );
    let expected = json!({
        "at": "2026-11-22T19:07:00-06:00",
        "schedules": [
            {
                "schedule": "aims", "title": "AIMS On-call Schedule", "status": "covered", "on_call": [ada],
                "next": {"at": "2026-11-23T07:00:00-06:00", "on_call": [ben]}, "gap": null,
                "read_at": "2026-11-22T19:03:00-06:00", "age_s": 240, "from_cache": false, "stale": false,
                "snapshot": "5e1f", "problems": [],
            },
            {
                "schedule": "gds", "title": "GDS On Call Schedule", "status": "unusable", "on_call": [],
                "next": null, "gap": null,
                "read_at": "2026-11-22T19:03:00-06:00", "age_s": 240, "from_cache": false, "stale": false,
                "snapshot": "5e1f",
                "problems": [{
                    "severity": "error", "code": "no_usable_row", "sheet": "aims.csv", "cell": "A1", "text": "Jon",
                    "message": "the sheet has no row that can be read",
                    "hint": "Give the sheet a header row with start, end and person.",
                }],
            },
        ],
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
fn a_stream_answers_each_line_in_place_and_goes_on_after_a_bad_one() {
    let schedules = [loaded(ada_then_ben(), Vec::new())];
    let face = face("2026-11-22 19:07", Format::Json);
    let input = "2026-11-23 06:59\r\nnow\ntomorrow\n\n\u{fffd}\n2026-11-23T13:00:00Z\n2026-12-24";
    let (text, code) = written(|out| who::stream(&schedules, &face, input.as_bytes(), out));
    assert_eq!(code, 2);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<String> = lines
        .iter()
        .map(|line| match &line["error"] {
            Value::String(_) => format!("line {}", line["line"]),
            _ => line["schedules"][0]["on_call"][0]["name"].as_str().unwrap_or("nobody").to_owned(),
        })
        .collect();
    assert_eq!(told, ["Ada Ruiz", "Ada Ruiz", "line 3", "line 4", "line 5", "Ben Ode", "nobody"]);
    assert!(lines[2]["error"].as_str().unwrap().starts_with("\"tomorrow\" is not an instant"));

    let gap = written(|out| who::stream(&schedules, &face, &b"now\n2026-12-24\n"[..], out));
    assert_eq!(gap.1, 1, "one of the instants has nobody");
    assert_eq!(written(|out| who::stream(&schedules, &face, &b"now\n"[..], out)).1, 0);
    assert_eq!(written(|out| who::stream(&schedules, &face, &b""[..], out)), (String::new(), 0));
}

#[test]
fn a_stream_hands_on_its_answers_before_it_waits_for_more() {
    /// A program that asks once, and asks again only when it has its answer.
    struct Asker<'a> {
        asked: usize,
        answers: &'a std::cell::Cell<usize>,
    }
    impl Read for Asker<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            assert_eq!(self.answers.get(), self.asked, "waits for a question while an answer is kept back");
            if self.asked == 3 {
                return Ok(0);
            }
            self.asked += 1;
            buffer[..4].copy_from_slice(b"now\n");
            Ok(4)
        }
    }
    struct Counter<'a>(&'a std::cell::Cell<usize>);
    impl std::io::Write for Counter<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.set(self.0.get() + bytes.iter().filter(|byte| **byte == b'\n').count());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let answers = std::cell::Cell::new(0);
    let schedules = [loaded(ada_then_ben(), Vec::new())];
    let asker = Asker { asked: 0, answers: &answers };
    let face = face("2026-11-22 19:07", Format::Json);
    assert_eq!(who::stream(&schedules, &face, asker, &mut Counter(&answers)).unwrap(), 0);
}

fn swapped() -> LoadedSchedule {
    let mut shifts = rows(&[
        ("primary", "shift", WEEK.0, WEEK.1, "Ada Ruiz"),
        ("primary", "override", "2026-11-22 18:00", "2026-11-23 07:00", "Ben Ode"),
        ("primary", "shift", WEEK.1, "2026-11-30 07:00", ""),
    ]);
    shifts[1].note = "swap for the concert".to_owned();
    loaded(shifts, Vec::new())
}

#[test]
fn explain_tells_what_became_of_every_row() {
    let reading = ["Plain layout: the header row names start, end and person.".to_owned()];
    let face = face("2026-11-22 19:07", Format::Text);
    let at = instant::parse("now", Chicago, face.now).unwrap();
    let (text, code) = written(|out| explain::run(&swapped(), &face, at, &reading, out));
    assert_eq!(code, 0);
    assert_eq!(
        text,
        "\
AIMS   Ben Ode   608-555-0102   until Mon 2026-11-23 07:00 CST (in 11 h 53 min)
       then NOBODY from Mon 2026-11-23 07:00 CST
       override row 3 of aims.csv: 2026-11-22 18:00 | 2026-11-23 07:00 | Ben Ode
       sheet read 4 min ago

Rows that hold at Sun 2026-11-22 19:07 CST
  row 2 of aims.csv   primary   Ada Ruiz
    Mon 2026-11-16 07:00 CST to Mon 2026-11-23 07:00 CST
    2026-11-16 07:00 | 2026-11-23 07:00 | Ada Ruiz
    -> not on call: replaced by override row 3 of aims.csv
  override row 3 of aims.csv   primary   Ben Ode
    Sun 2026-11-22 18:00 CST to Mon 2026-11-23 07:00 CST
    2026-11-22 18:00 | 2026-11-23 07:00 | Ben Ode
    -> on call
    note: swap for the concert

Rows just before and after
  before: no row of role primary
  after: row 4 of aims.csv   primary   nobody
    Mon 2026-11-23 07:00 CST to Mon 2026-11-30 07:00 CST
    2026-11-23 07:00 | 2026-11-30 07:00 | TBD

How the sheet was read
  Plain layout: the header row names start, end and person.
"
    );
}

#[test]
fn explain_in_json_carries_verdicts_and_the_answer() {
    let face = face("2026-11-22 19:07", Format::Json);
    let at = instant::parse("now", Chicago, face.now).unwrap();
    let (text, code) = written(|out| explain::run(&swapped(), &face, at, &[], out));
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, 0);
    assert_eq!(view["answer"]["on_call"][0]["name"], "Ben Ode");
    assert_eq!(view["rows"][0]["verdict"], "replaced");
    assert_eq!(view["rows"][0]["because_of"][0]["row"], 3);
    assert_eq!(view["rows"][1]["verdict"], "on_call");
    assert_eq!(view["rows"][1]["note"], "swap for the concert");
    assert_eq!(view["neighbours"][0]["before"], Value::Null);
    assert_eq!(view["neighbours"][0]["after"]["names"], json!([]));
    let (text, code) = written(|out| explain::run(&unusable(), &face, at, &[], out));
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &view["answer"]["status"]), (3, &json!("unusable")));
}

fn desks() -> (OpeningHours, OpeningHours) {
    let desk = |hours: &str| OpeningHours::new(Chicago, WeeklyHours::parse(hours).unwrap(), HolidayCalendar::default());
    (desk("always"), desk("Mon-Fri 07:00-18:00"))
}

fn judged(schedules: &[LoadedSchedule], window: Interval, all_hours: bool, format: Format) -> (String, u8) {
    let (general, cps) = desks();
    let desks = gaps::Desks { general: &general, cps: &cps };
    written(|out| gaps::run(schedules, &face("2026-11-16 07:00", format), window, desks, all_hours, out))
}

fn with_findings() -> LoadedSchedule {
    let shifts = rows(&[
        ("primary", "shift", "2026-11-16 07:00", "2026-11-20 07:00", "Ada Ruiz"),
        ("primary", "shift", "2026-11-19 12:00", "2026-11-20 12:00", "Ben Ode"),
        ("primary", "shift", "2026-11-20 12:00", "2026-11-21 09:30", ""),
        ("primary", "override", "2026-11-17 18:00", "2026-11-18 07:00", "Cy Day"),
        ("primary", "override", "2026-11-17 20:00", "2026-11-18 07:00", "Ben Ode"),
        ("primary", "shift", "2026-11-21 09:30", "2026-11-23 07:00", "Ada Ruiz"),
    ]);
    loaded(shifts, vec![problem("C9"), problem("D4")])
}

#[test]
fn gaps_begin_with_a_verdict_and_stand_on_a_line_each() {
    let (text, code) = judged(&[with_findings()], interval(WEEK.0, WEEK.1), false, Format::Text);
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "\
NOT COVERED: 1 gap (15 h 30 min), 1 overlap, 1 error in the sheets.
Mon 2026-11-16 07:00 CST to Mon 2026-11-23 07:00 CST

AIMS On-call Schedule (aims)   needed 113 h, covered 97 h 30 min
  gap      Fri 2026-11-20 18:00 CST to Sat 2026-11-21 09:30 CST   15 h 30 min
           row 4 of aims.csv names nobody: 2026-11-20 12:00 | 2026-11-21 09:30 |
           TBD
  overlap  Thu 2026-11-19 18:00 CST to Fri 2026-11-20 07:00 CST   13 h
           Ada Ruiz and Ben Ode are both primary (row 2 of aims.csv, row 3 of
           aims.csv)
  error    aims.csv C9 \"Jon\": the sheet has no row that can be read
           Give the sheet a header row with start, end and person.
  warning  aims.csv C5 \"2026-11-17 18:00 | 2026-11-18 07:00 | Cy Day\": override
           row 5 and override row 6 of aims.csv hold the same role at once; the
           later row counts
           Shorten or remove one of the rows 5 and 6.
  notes    1, which change no answer; --format json lists them
       sheet read 4 min ago
"
    );
}

#[test]
fn all_hours_judges_the_open_hours_too() {
    let (text, _) = judged(&[with_findings()], interval(WEEK.0, WEEK.1), true, Format::Json);
    let view: Value = serde_json::from_str(&text).unwrap();
    let aims = &view["schedules"][0];
    assert_eq!((&aims["coverage"], &aims["required_s"]), (&json!("always"), &json!(7 * 86_400)));
    assert_eq!(aims["gaps"][0]["from"], "2026-11-20T12:00:00-06:00");
    assert_eq!(aims["overlaps"][0]["from"], "2026-11-19T12:00:00-06:00");
}

#[test]
fn gaps_in_json_has_every_field_of_the_contract() {
    let (text, code) = judged(&[with_findings(), unusable()], interval(WEEK.0, WEEK.1), false, Format::Json);
    assert_eq!(code, 3);
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(view["from"], "2026-11-16T07:00:00-06:00");
    assert_eq!(view["to"], "2026-11-23T07:00:00-06:00");
    let aims = &view["schedules"][0];
    assert_eq!((&aims["schedule"], &aims["coverage"]), (&json!("aims"), &json!("after-hours")));
    assert_eq!((&aims["required_s"], &aims["covered_s"]), (&json!(113 * 3_600), &json!(97 * 3_600 + 1_800)));
    let row = |row: u32, text: &str| json!({"sheet": "aims.csv", "row": row, "cell": format!("C{row}"), "text": text});
    assert_eq!(
        aims["gaps"],
        json!([{
            "from": "2026-11-20T18:00:00-06:00", "until": "2026-11-21T09:30:00-06:00", "seconds": 15 * 3_600 + 1_800,
            "rows": [row(4, "2026-11-20 12:00 | 2026-11-21 09:30 | TBD")],
        }])
    );
    assert_eq!(
        aims["overlaps"],
        json!([{
            "from": "2026-11-19T18:00:00-06:00", "until": "2026-11-20T07:00:00-06:00",
            "names": ["Ada Ruiz", "Ben Ode"], "role": "primary",
            "rows": [
                row(2, "2026-11-16 07:00 | 2026-11-20 07:00 | Ada Ruiz"),
                row(3, "2026-11-19 12:00 | 2026-11-20 12:00 | Ben Ode"),
            ],
        }])
    );
    let told: Vec<_> =
        aims["problems"].as_array().unwrap().iter().map(|problem| (&problem["severity"], &problem["code"])).collect();
    assert_eq!(
        told,
        [
            (&json!("error"), &json!("no_usable_row")),
            (&json!("note"), &json!("no_usable_row")),
            (&json!("warning"), &json!("override_clash")),
        ]
    );
    let gds = &view["schedules"][1];
    assert_eq!(
        (&gds["status"], &gds["required_s"], &gds["covered_s"]),
        (&json!("unusable"), &Value::Null, &Value::Null)
    );
}

#[test]
fn a_covered_window_is_said_plainly_and_ends_in_0() {
    let window = interval("2026-11-16 07:00", "2026-11-30 07:00");
    let (text, code) = judged(&[loaded(ada_then_ben(), vec![problem("D4")])], window, false, Format::Text);
    assert_eq!(code, 0);
    assert_eq!(
        text,
        "\
COVERED: every needed hour has somebody.
Mon 2026-11-16 07:00 CST to Mon 2026-11-30 07:00 CST

AIMS On-call Schedule (aims)   needed 226 h, covered 226 h
  notes    1, which change no answer; --format json lists them
       sheet read 4 min ago
"
    );
}

#[test]
fn an_error_in_the_sheet_alone_is_a_finding() {
    let (text, code) =
        judged(&[loaded(ada_then_ben(), vec![problem("C9")])], interval(WEEK.0, WEEK.1), false, Format::Text);
    assert_eq!(code, 1);
    assert!(text.starts_with("COVERED, but look at this: 1 error in the sheets.\n"), "{text}");
}

#[test]
fn an_unusable_sheet_makes_the_verdict_could_not_tell() {
    let window = interval(WEEK.0, WEEK.1);
    let (text, code) = judged(&[with_findings(), unusable()], window, false, Format::Text);
    assert_eq!(code, 3);
    assert!(
        text.starts_with(
            "CANNOT TELL: 1 schedule unusable. Besides: 1 gap (15 h 30 min), 1 overlap, 1\n  error in the sheets.\n"
        ),
        "{text}"
    );
    assert!(text.contains("\nGDS On Call Schedule (gds)   CANNOT TELL: the sheet could not be used.\n"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_sheet_says_every_line_fits_and_nothing_steers_the_terminal(
        names in prop::collection::vec("[A-Za-z é漢\u{1b}\u{202e}\n]{1,90}", 1..4), note in "\\PC{0,200}|[\\x00-\\x1f]{0,20}",
        text in "(\\PC|\u{7}){0,200}", hour in 0..200_i64,
    ) {
        let mut shifts = ada_then_ben();
        shifts[0].holders.extend(names.iter().map(|name| super::holder(name)));
        for shift in &mut shifts {
            shift.note.clone_from(&note);
            std::sync::Arc::make_mut(&mut shift.row).text.clone_from(&text);
        }
        let face = face("2026-11-22 19:07", Format::Text);
        let at: DateTime<Utc> = civil("2026-11-20 00:00") + chrono::Duration::hours(hour);
        let asked = instant::parse(&at.to_rfc3339(), Chicago, face.now).unwrap();
        let schedules = [loaded(shifts, vec![Problem { text, ..problem("C9") }])];
        let (who, _) = written(|out| who::run(&schedules, &face, asked, out));
        let (explained, _) = written(|out| explain::run(&schedules[0], &face, asked, &[note], out));
        let (judged, _) = judged(&schedules, interval("2026-11-16 07:00", "2026-12-16 07:00"), false, Format::Text);
        for text in [who, explained, judged] {
            let steers = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
            prop_assert_eq!(text.chars().find(|letter| steers(*letter)), None);
        }
    }
}
