//! What does `who` write? Text literally and within 80 columns, JSON field by field, streams, exit codes.

use std::io::Read;

use chrono_tz::America::Chicago;
use page_oncall::cli::face::{Face, Format};
use page_oncall::cli::who;
use page_oncall::desk::blocked::Blocked;
use page_oncall::desk::error::Exit;
use page_oncall::desk::instant;
use page_oncall::schedule::Schedule;
use page_oncall::schedule::coverage::Coverage;
use page_oncall::schedule::loaded::{LoadedSchedule, Provenance};
use page_oncall::schedule::problem::{Problem, ProblemKind};
use page_oncall::schedule::shift::Shift;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::{civil, rows};

pub(super) const WEEK: (&str, &str) = ("2026-11-16 07:00", "2026-11-23 07:00");

pub(super) fn problem(cell: &str) -> Problem {
    // A note at D4, an error anywhere else.
    let kind = if cell == "D4" { ProblemKind::EndOfDay } else { ProblemKind::NoUsableRow };
    Problem { kind, sheet: "aims.csv".into(), cell: cell.to_owned(), text: "Jon".to_owned() }
}

pub(super) fn face(now: &str, format: Format) -> Face {
    Face { zone: Chicago, now: civil(now), format }
}

pub(super) fn loaded(shifts: Vec<Shift>, problems: Vec<Problem>) -> LoadedSchedule {
    LoadedSchedule {
        name: "aims".to_owned(),
        title: "AIMS On-call Schedule".to_owned(),
        schedule: Ok(Schedule::new("aims", "AIMS On-call Schedule", shifts, problems, &[])),
        understood: None,
        read_at: civil("2026-11-22 19:03"),
        changed_at: civil("2026-11-20 09:00"),
        age_s: 240,
        from_cache: false,
        stale: false,
        coverage: Coverage::AfterHours,
        kept_sha256: "5e1f".to_owned(),
        provenance: Provenance::default(),
    }
}

pub(super) fn unusable() -> LoadedSchedule {
    let schedule = Err(vec![problem("A1")]);
    LoadedSchedule {
        schedule,
        name: "gds".to_owned(),
        title: "GDS On Call Schedule".to_owned(),
        ..loaded(Vec::new(), Vec::new())
    }
}

pub(super) fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<Exit>) -> (String, u8) {
    let mut out = Vec::new();
    let code = write(&mut out).unwrap().code();
    let text = String::from_utf8(out).unwrap();
    if !text.starts_with('{') {
        assert!(text.lines().all(|line| line.width() <= 80 && line == line.trim_end()), "{text}");
    }
    (text, code)
}

fn who_now(schedules: &[LoadedSchedule], now: &str) -> (String, u8) {
    let face = face(now, Format::Text);
    written(|out| {
        who::run(schedules, &face, &Blocked::default(), instant::parse("now", Chicago, face.now).unwrap(), out)
    })
}

pub(super) fn ada_then_ben() -> Vec<Shift> {
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
       could not be used now
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
  error    aims.csv A1 \"Jon\": No row of this sheet can be used.
           Correct the rows named above; until then the last good copy stays in
           use.
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
        written(|out| who::run(&schedules, &face, &Blocked::default(), at, out)).0
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
    let (text, code) = written(|out| who::run(&schedules, &face, &Blocked::default(), at, out));
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
                "snapshot": "5e1f", "known_at": null, "clock_ahead_s": null, "problems": [],
            },
            {
                "schedule": "gds", "title": "GDS On Call Schedule", "status": "unusable", "on_call": [],
                "next": null, "gap": null,
                "read_at": "2026-11-22T19:03:00-06:00", "age_s": 240, "from_cache": false, "stale": false,
                "snapshot": "5e1f", "known_at": null, "clock_ahead_s": null,
                "problems": [{
                    "severity": "error", "code": "no-usable-row", "sheet": "aims.csv", "cell": "A1", "text": "Jon",
                    "message": "No row of this sheet can be used.",
                    "hint": "Correct the rows named above; until then the last good copy stays in use.",
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
    let (text, code) = written(|out| who::stream(&schedules, &face, &Blocked::default(), input.as_bytes(), out));
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

    let gap = written(|out| who::stream(&schedules, &face, &Blocked::default(), &b"now\n2026-12-24\n"[..], out));
    assert_eq!(gap.1, 1, "one of the instants has nobody");
    assert_eq!(written(|out| who::stream(&schedules, &face, &Blocked::default(), &b"now\n"[..], out)).1, 0);
    assert_eq!(written(|out| who::stream(&schedules, &face, &Blocked::default(), &b""[..], out)), (String::new(), 0));
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
            self.0.set(self.0.get() + bytes.split(|byte| *byte == b'\n').count() - 1);
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
    assert_eq!(who::stream(&schedules, &face, &Blocked::default(), asker, &mut Counter(&answers)).unwrap(), Exit::Done);
}
