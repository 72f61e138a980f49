//! What do `explain` and `gaps` write? Text literally and within 80 columns, JSON field by field, exit codes.

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::civil::{HolidayCalendar, Interval, OpeningHours, WeeklyHours};
use page_oncall::cli::face::Format;
use page_oncall::cli::{explain, gaps, who};
use page_oncall::desk::blocked::Blocked;
use page_oncall::desk::gaps::Desks;
use page_oncall::desk::instant;
use page_oncall::schedule::grid::GridRow;
use page_oncall::schedule::layout::{LayoutKind, Recognition, RecognitionReason};
use page_oncall::schedule::loaded::{LoadedSchedule, Understood};
use page_oncall::schedule::problem::Problem;
use page_oncall::schedule::shift::RowReference;
use page_oncall::schedule::tabs::UnderstoodTab;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::faces::{WEEK, ada_then_ben, face, loaded, problem, unusable, written};
use super::{civil, interval, rows};

fn swapped() -> LoadedSchedule {
    let mut shifts = rows(&[
        ("primary", "shift", WEEK.0, WEEK.1, "Ada Ruiz"),
        ("primary", "override", "2026-11-22 18:00", "2026-11-23 07:00", "Ben Ode"),
        ("primary", "shift", WEEK.1, "2026-11-30 07:00", ""),
    ]);
    "swap for the concert".clone_into(&mut shifts[1].note);
    loaded(shifts, Vec::new())
}

fn understood(loaded: LoadedSchedule) -> LoadedSchedule {
    let recognition = Recognition {
        layout: LayoutKind::Plain,
        header_row: 1,
        columns: Vec::new(),
        reasons: vec![RecognitionReason::StartAndEnd],
        runners_up: Vec::new(),
    };
    let tab = UnderstoodTab {
        gid: None,
        sheet: "aims.csv".into(),
        is_overrides: false,
        recognition: Some(recognition),
        skipped: Vec::new(),
    };
    LoadedSchedule { understood: Some(Understood { tabs: vec![tab] }), ..loaded }
}

#[test]
fn explain_tells_what_became_of_every_row() {
    let face = face("2026-11-22 19:07", Format::Text);
    let at = instant::parse("now", Chicago, face.now).unwrap();
    let (text, code) = written(|out| explain::run(&understood(swapped()), &face, at, out));
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
  plain: one row a shift, header in row 1
  the header has a start, an end and people
"
    );
}

#[test]
fn explain_in_json_carries_verdicts_and_the_answer() {
    let face = face("2026-11-22 19:07", Format::Json);
    let at = instant::parse("now", Chicago, face.now).unwrap();
    let (text, code) = written(|out| explain::run(&swapped(), &face, at, out));
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, 0);
    assert_eq!(view["answer"]["on_call"][0]["name"], "Ben Ode");
    assert_eq!(view["rows"][0]["verdict"], "replaced");
    assert_eq!(view["rows"][0]["because_of"][0]["row"], 3);
    assert_eq!(view["rows"][1]["verdict"], "on_call");
    assert_eq!(view["rows"][1]["note"], "swap for the concert");
    assert_eq!(view["neighbours"][0]["before"], Value::Null);
    assert_eq!(view["neighbours"][0]["after"]["names"], json!([]));
    let (text, code) = written(|out| explain::run(&unusable(), &face, at, out));
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &view["answer"]["status"]), (3, &json!("unusable")));
}

fn desks() -> (OpeningHours, OpeningHours) {
    let desk = |hours: &str| OpeningHours::new(Chicago, WeeklyHours::parse(hours).unwrap(), HolidayCalendar::default());
    (desk("always"), desk("Mon-Fri 07:00-18:00"))
}

fn judged(schedules: &[LoadedSchedule], window: Interval, all_hours: bool, format: Format) -> (String, u8) {
    let (general, cps) = desks();
    let desks = Desks { general: &general, cps: &cps };
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
  error    aims.csv C9 \"Jon\": No row of this sheet can be used.
           Correct the rows named above; until then the last good copy stays in
           use.
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
            (&json!("error"), &json!("no-usable-row")),
            (&json!("note"), &json!("end-of-day")),
            (&json!("warning"), &json!("override-clash")),
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
        shifts[0].holders = shifts[0].holders.iter().cloned().chain(names.iter().map(|name| super::holder(name))).collect();
        for shift in &mut shifts {
            shift.note.clone_from(&note);
            let row = GridRow::of(shift.row.sheet(), shift.row.number(), [&text]);
            shift.row = RowReference::new(&row, 2, Some(&text));
        }
        let face = face("2026-11-22 19:07", Format::Text);
        let at: DateTime<Utc> = civil("2026-11-20 00:00") + chrono::Duration::hours(hour);
        let asked = instant::parse(&at.to_rfc3339(), Chicago, face.now).unwrap();
        let schedules = [loaded(shifts, vec![Problem { text, ..problem("C9") }])];
        let (who, _) = written(|out| who::run(&schedules, &face, &Blocked::default(), asked, out));
        let (explained, _) = written(|out| explain::run(&schedules[0], &face, asked, out));
        let (judged, _) = judged(&schedules, interval("2026-11-16 07:00", "2026-12-16 07:00"), false, Format::Text);
        for text in [who, explained, judged] {
            let steers = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
            prop_assert_eq!(text.chars().find(|letter| steers(*letter)), None);
        }
    }
}
