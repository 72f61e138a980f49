//! Does the procedure's table say what its prose says, over every input, and in which words?

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::America::Chicago;
use page_oncall::civil::{Holiday, HolidayCalendar, OpeningHours, WeeklyHours};
use page_oncall::cli::decide::{AnswerFlags, Surroundings, run_stream, run_table};
use page_oncall::decision::{
    Affected, Answer, Answers, Circumstances, Device, Group, Outcome, Partner, Partners, RowId, decide,
};
use page_oncall::schedule::grid::Grid;
use page_oncall::wording::decision::{Call, Desk, headline};
use page_oncall::wording::decision_sheet::{head, to_do, to_paste, why};
use page_oncall::wording::record::Facts;
use serde_json::{Value, json};

const ANSWERS: [Answer; 3] = [Answer::Yes, Answer::No, Answer::Unknown];
const PARTNERS: [Partner; 4] = [Partner::Aims, Partner::Gds, Partner::None, Partner::Unknown];
const DEVICES: [Device; 3] = [Device::Departmental, Device::Personal, Device::Unknown];

/// How often each row decides over all answers (contract 4).
const COUNTS: [(&str, usize); 10] = [
    ("D0", 1944),
    ("D1", 648),
    ("D2", 324),
    ("D3", 486),
    ("D4", 270),
    ("D5a", 6),
    ("D5b", 2),
    ("D5c", 2),
    ("D5n", 12),
    ("D5u", 194),
];

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Sunday night, 22 November 2026.
fn sunday() -> Circumstances {
    Circumstances {
        at: instant("2026-11-22T22:42:00-06:00"),
        general_hd_open: true,
        cps_open: false,
        next_cps_opening: Some(instant("2026-11-23T07:00:00-06:00")),
    }
}

fn desk() -> Desk {
    Desk::new(Chicago, "608-555-0100".to_owned(), "Mon-Fri 07:00-18:00".to_owned(), "608-555-0199".to_owned())
}

fn cps() -> OpeningHours {
    let mut holidays = HolidayCalendar::default();
    let thanksgiving = Holiday { name: "Thanksgiving".to_owned(), closed: true };
    holidays.insert("2026-11-26".parse().unwrap(), thanksgiving);
    OpeningHours::new(Chicago, WeeklyHours::parse("Mon-Fri 07:00-18:00").unwrap(), holidays)
}

fn partners() -> Partners {
    let rows = vec![(1, ["department", "group"]), (2, ["Land Records", "gds"]), (3, ["Apiary", "aims"])];
    let (partners, problems) = Partners::read(&Grid::of("partners.csv", rows));
    assert!(problems.is_empty());
    partners
}

fn every_call() -> impl Iterator<Item = (Answers, Circumstances)> {
    let mut calls = Vec::new();
    for (general_hd_open, cps_open) in [(true, true), (true, false), (false, true), (false, false)] {
        for (outage, partner) in ANSWERS.into_iter().flat_map(|outage| PARTNERS.map(|partner| (outage, partner))) {
            for (hd_can_help, device) in ANSWERS.into_iter().flat_map(|hd| DEVICES.map(|device| (hd, device))) {
                for (critical, judgement) in ANSWERS.into_iter().flat_map(|yes| ANSWERS.map(|judged| (yes, judged))) {
                    let answers =
                        Answers { outage, partner, hd_can_help, device, critical, judgement, ..Answers::default() };
                    calls.push((answers, Circumstances { general_hd_open, cps_open, ..sunday() }));
                }
            }
        }
    }
    calls.into_iter()
}

/// The procedure read as prose, branch by branch, without the table: A7-A13, A85, A11, A19, A33-A50, A75, A77.
fn by_the_book(call: &Answers, now: &Circumstances) -> (RowId, Outcome, Option<Group>) {
    let ask_leadership = (RowId::D5u, Outcome::Leadership, None);
    if now.general_hd_open {
        if call.outage == Answer::Yes {
            (RowId::D1, Outcome::Outage, None)
        } else {
            match (call.partner, now.cps_open) {
                (Partner::None, _) => (RowId::D2, Outcome::NormalHd, None),
                (_, true) => (RowId::D3, Outcome::CpsOpen, None),
                (partner, false) => match (call.hd_can_help, call.device) {
                    (Answer::Yes, _) | (_, Device::Personal) => (RowId::D4, Outcome::NormalHd, None),
                    (Answer::Unknown, _) | (_, Device::Unknown) => ask_leadership,
                    (Answer::No, Device::Departmental) => match partner {
                        Partner::Aims => match call.critical {
                            Answer::Yes => (RowId::D5a, Outcome::Page, Some(Group::Aims)),
                            Answer::No => (RowId::D5n, Outcome::East, None),
                            Answer::Unknown => ask_leadership,
                        },
                        Partner::Gds => match (call.critical, call.judgement) {
                            (Answer::Yes, Answer::Yes) => (RowId::D5b, Outcome::Page, Some(Group::Gds)),
                            (Answer::Yes, Answer::No) => (RowId::D5c, Outcome::East, None),
                            (Answer::No, _) => (RowId::D5n, Outcome::East, None),
                            (Answer::Yes | Answer::Unknown, _) => ask_leadership,
                        },
                        Partner::Unknown | Partner::None => ask_leadership,
                    },
                },
            }
        }
    } else {
        (RowId::D0, Outcome::OutOfScope, None)
    }
}

#[test]
fn every_call_is_decided_as_the_prose_says_and_each_row_as_often_as_pinned() {
    let mut counts = BTreeMap::new();
    for (answers, circumstances) in every_call() {
        let decision = decide(&answers, &circumstances);
        let found = (decision.row, decision.outcome, decision.schedule);
        assert_eq!(found, by_the_book(&answers, &circumstances), "{answers:?} {circumstances:?}");
        *counts.entry(decision.row.name()).or_insert(0) += 1;
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), COUNTS);
}

#[test]
fn a_primary_tech_partner_changes_only_the_row_of_callers_without_a_contract() {
    for (answers, circumstances) in every_call() {
        let without = decide(&answers, &circumstances);
        for affected in [Affected::One, Affected::Many, Affected::Unknown] {
            for vip in ANSWERS {
                for ptp in ANSWERS {
                    let with = decide(&Answers { ptp, affected, vip, ..answers }, &circumstances);
                    if without.row != RowId::D2 || ptp != Answer::Yes {
                        assert_eq!(with, without);
                        continue;
                    }
                    let expected = if affected == Affected::Many || vip == Answer::Yes {
                        (RowId::P1, Outcome::PtpExpedite)
                    } else if affected == Affected::One && vip == Answer::No {
                        (RowId::P2, Outcome::PtpNormal)
                    } else {
                        (RowId::P3, Outcome::PtpNeedInfo)
                    };
                    assert_eq!((with.row, with.outcome), expected);
                }
            }
        }
    }
}

fn stream(input: &str) -> (Vec<Value>, u8) {
    let (desk, partners) = (desk(), partners());
    let general_hd = OpeningHours::new(Chicago, WeeklyHours::always(), HolidayCalendar::default());
    let cps = cps();
    let circumstances = |at: DateTime<Utc>| Circumstances::at(at, &general_hd, &cps);
    let parse_instant = |text: &str| text.parse().map_err(|_| format!("{text:?} is no instant"));
    let surroundings = Surroundings {
        desk: &desk,
        partners: &partners,
        now: sunday().at,
        parse_instant: &parse_instant,
        circumstances: &circumstances,
    };
    let mut output = Vec::new();
    let exit_code = run_stream(input.as_bytes(), &mut output, &surroundings).unwrap();
    let output = String::from_utf8(output).unwrap();
    (output.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), exit_code.code())
}

#[test]
fn the_stream_answers_every_call_in_order_as_the_table_does() {
    let input: Vec<String> = every_call()
        .map(|(answers, circumstances)| {
            let mut line = json!({
                "general_hd_open": circumstances.general_hd_open,
                "cps_open": circumstances.cps_open,
                "outage": answers.outage,
                "partner": answers.partner,
                "hd_can_help": answers.hd_can_help,
                "device": answers.device,
            });
            // An absent key is an unknown answer.
            if answers.critical != Answer::Unknown {
                line["critical"] = json!(answers.critical);
            }
            if answers.judgement != Answer::Unknown {
                line["judgement"] = json!(answers.judgement == Answer::Yes);
            }
            line.to_string()
        })
        .collect();
    let (lines, exit_code) = stream(&input.join("\n"));
    assert_eq!((lines.len(), exit_code), (3888, 0));
    for (line, (answers, circumstances)) in lines.iter().zip(every_call()) {
        let (row, outcome, schedule) = by_the_book(&answers, &circumstances);
        assert_eq!(line["row"], row.name());
        assert_eq!(line["outcome"], outcome.name());
        assert_eq!(line["schedule"], json!(schedule.map(Group::name)));
        assert_eq!(line["next_cps_opening"], "2026-11-23T07:00:00-06:00");
    }
}

#[test]
fn the_stream_has_the_fields_of_the_contract_in_their_order() {
    let (desk, partners) = (desk(), partners());
    let circumstances = |_| sunday();
    let parse_instant = |_: &str| Err("no instant is expected".to_owned());
    let surroundings = Surroundings {
        desk: &desk,
        partners: &partners,
        now: sunday().at,
        parse_instant: &parse_instant,
        circumstances: &circumstances,
    };
    let mut output = Vec::new();
    run_stream(&b"{}"[..], &mut output, &surroundings).unwrap();
    let output = String::from_utf8(output).unwrap();
    let fields = ["row", "outcome", "schedule", "reason", "source_lines", "next_cps_opening", "say", "do", "record"];
    let places: Vec<usize> = fields.iter().map(|field| output.find(&format!("\"{field}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{output}");
    let object: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(object.as_object().unwrap().len(), fields.len());
}

#[test]
fn a_line_that_cannot_be_used_is_answered_in_its_place() {
    let input = concat!(
        "{\"partner\": \"APIARY\", \"outage\": \"no\", \"hd_can_help\": false, \"device\": \"departmental\", ",
        "\"critical\": true}\n",
        "\n",
        "{\"devise\": \"personal\"}\n",
        "{\"device\": \"tablet\"}\n",
        "[1]\n",
        "{\"critical\": 1}\n",
        "{\"cps_open\": \"yes\"}\n",
        "{\"at\": \"soon\"}\n",
        "{\"partner\": \"none\", \"ptp\": \"yes\", \"affected\": \"many\", \"vip\": null}",
    );
    let (lines, exit_code) = stream(input);
    assert_eq!(exit_code, 2);
    assert_eq!((&lines[0]["row"], &lines[0]["schedule"]), (&json!("D5a"), &json!("aims")));
    let errors: Vec<(u64, &str)> =
        lines[1..7].iter().map(|line| (line["line"].as_u64().unwrap(), line["error"].as_str().unwrap())).collect();
    assert_eq!(errors[0], (3, "unknown key \"devise\"; did you mean \"device\"?"));
    assert_eq!(errors[1], (4, "\"tablet\" is no answer to device; write departmental, personal or unknown"));
    assert_eq!((errors[2].0, errors[2].1.starts_with("not a JSON object: ")), (5, true), "{}", errors[2].1);
    assert_eq!(errors[3], (6, "\"1\" is no answer to critical; write yes, no or unknown"));
    assert_eq!(errors[4], (7, "cps_open must be true or false, not \"yes\""));
    assert_eq!(errors[5], (8, "\"soon\" is no instant"));
    assert_eq!(lines[7]["row"], "P1");
    assert_eq!(lines.len(), 8);
}

#[test]
fn the_stream_takes_the_desks_hours_at_the_instant_of_each_line() {
    let input = concat!(
        "{\"at\": \"2026-11-25T17:59:59-06:00\", \"partner\": \"unknown\"}\n",
        "{\"at\": \"2026-11-25T18:00:00-06:00\", \"partner\": \"unknown\"}\n",
        "{\"at\": \"2026-11-26T10:00:00-06:00\", \"partner\": \"unknown\", \"hd_can_help\": \"yes\"}\n",
        "{\"at\": \"2026-11-26T10:00:00-06:00\", \"general_hd_open\": false}\n",
        "{}\n",
    );
    let (lines, exit_code) = stream(input);
    assert_eq!(exit_code, 0);
    let rows: Vec<&str> = lines.iter().map(|line| line["row"].as_str().unwrap()).collect();
    assert_eq!(rows, ["D3", "D5u", "D4", "D0", "D5u"]);
    let openings: Vec<&str> = lines.iter().map(|line| line["next_cps_opening"].as_str().unwrap()).collect();
    assert_eq!(openings[..4], ["2026-11-27T07:00:00-06:00"; 4]);
    assert_eq!(openings[4], "2026-11-23T07:00:00-06:00");
}

#[test]
fn the_table_is_handed_out_as_one_object_and_as_text() {
    let (mut object, mut text) = (Vec::new(), Vec::new());
    run_table(true, &mut object).unwrap();
    run_table(false, &mut text).unwrap();
    let object: Value = serde_json::from_slice(&object).unwrap();
    let rows = object["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 13);
    assert_eq!(rows[10]["row"], "D5a");
    assert_eq!((&rows[10]["outcome"], &rows[10]["schedule"]), (&json!("PAGE"), &json!("aims")));
    insta::assert_snapshot!("table", String::from_utf8(text).unwrap());
}

#[test]
fn options_left_out_are_questions_not_asked_yet() {
    let flags = AnswerFlags {
        partner: Some("land records".to_owned()),
        critical: Some("unknown".to_owned()),
        ..AnswerFlags::default()
    };
    let read = flags.read(&partners()).unwrap();
    assert_eq!((read.answers.partner, read.department.as_deref()), (Partner::Gds, Some("Land Records")));
    let missing = page_oncall::decision::question::missing(&read.answers, read.asked, &sunday());
    assert_eq!(missing, ["--outage", "--hd-can-help", "--device"]);
    let wrong = AnswerFlags { partner: Some("land record".to_owned()), ..AnswerFlags::default() };
    assert!(wrong.read(&partners()).unwrap_err().to_string().ends_with("; close: \"Land Records\""));
}

/// One call for each row, with the facts an agent has by then.
fn samples() -> Vec<(&'static str, Answers, Circumstances)> {
    let unasked = Answers::default();
    let no_outage = Answers { outage: Answer::No, ..unasked };
    let ptp = Answers { partner: Partner::None, ptp: Answer::Yes, ..no_outage };
    let needs_support =
        Answers { partner: Partner::Gds, hd_can_help: Answer::No, device: Device::Departmental, ..no_outage };
    let critical = Answers { critical: Answer::Yes, ..needs_support };
    vec![
        ("closed", unasked, Circumstances { general_hd_open: false, ..sunday() }),
        ("outage", Answers { outage: Answer::Yes, ..unasked }, sunday()),
        ("no partner, outage unknown", Answers { partner: Partner::None, ..unasked }, sunday()),
        ("PTP, dean affected", Answers { affected: Affected::One, vip: Answer::Yes, ..ptp }, sunday()),
        ("PTP, one person", Answers { affected: Affected::One, vip: Answer::No, ..ptp }, sunday()),
        ("PTP, unclear", ptp, sunday()),
        ("CPS open", needs_support, Circumstances { cps_open: true, ..sunday() }),
        ("password", Answers { hd_can_help: Answer::Yes, ..needs_support }, sunday()),
        ("unsure", Answers { partner: Partner::Unknown, ..critical }, sunday()),
        ("can wait", Answers { critical: Answer::No, ..needs_support }, sunday()),
        ("former AIMS, critical", Answers { partner: Partner::Aims, ..critical }, sunday()),
        ("emergency", Answers { judgement: Answer::Yes, ..critical }, sunday()),
        ("no emergency", Answers { judgement: Answer::No, ..critical }, sunday()),
    ]
}

/// Everything that is shown of a call, in its order.
fn sheet(call: &Call, facts: &Facts, desk: &Desk, audit: &[String]) -> String {
    let parts = [head(call, desk, &[]), to_do(call, desk), why(call, desk), to_paste(call, facts, desk, audit)];
    parts.concat().join("\n")
}

#[test]
fn every_outcome_reads_as_reviewed_within_80_columns() {
    let mut desk = desk();
    desk.extra_record_fields = vec!["Asset tag".to_owned()];
    let facts = Facts {
        summary: Some("Payroll PC does not start; nobody in the department can print checks before Monday"),
        customer: Some("Pat Quill"),
        phone: Some("608-555-0142"),
        ..Facts::default()
    };
    let mut text = String::new();
    let mut rows = Vec::new();
    for (name, answers, circumstances) in samples() {
        let call = Call { case: Some("1234567"), ..Call::decide(&answers, &circumstances) };
        rows.push(call.decision.row);
        text.extend(["## ", name, "\n", &sheet(&call, &facts, &desk, &[]), "\n\n"]);
    }
    assert!(
        text.lines().all(|line| line.len() <= 80),
        "{:?}",
        text.lines().filter(|l| l.len() > 80).collect::<Vec<_>>()
    );
    insta::assert_snapshot!("decisions", text);
    // In the order of the table, each row once: no row is without words.
    let listed: Vec<RowId> = page_oncall::decision::table::TABLE.iter().map(|row| row.id).collect();
    assert_eq!(rows, listed);
}

#[test]
fn a_running_page_carries_the_promise_the_audit_and_every_missing_fact() {
    let mut desk = desk();
    desk.outages_page = Some("https://status.example.edu/".to_owned());
    desk.options_page = Some("https://kb.example.edu/options".to_owned());
    desk.east_on_page = false;
    let answers = Answers {
        partner: Partner::Aims,
        hd_can_help: Answer::No,
        device: Device::Departmental,
        critical: Answer::Yes,
        ..Answers::default()
    };
    let circumstances = sunday();
    let call = Call {
        case: Some("1234567"),
        promise_due: Some(instant("2026-11-22T23:42:00-06:00")),
        ..Call::decide(&answers, &circumstances)
    };
    let facts = Facts {
        phone: Some("  "),
        department: Some("Apiary"),
        told_at: Some(circumstances.at),
        told_by: Some("night desk"),
        ..Facts::default()
    };
    let audit = [
        "Schedule aims: aims.csv row 48, read 4 min before".to_owned(),
        "22:43:05 sms to Ada Ruiz by twilio SM0123: accepted".to_owned(),
    ];
    let text = sheet(&call, &facts, &desk, &audit);
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    insta::assert_snapshot!("running_page", text);
}

#[test]
fn headlines_are_one_large_word_for_each_outcome() {
    let words: Vec<&str> = samples().iter().map(|(_, answers, now)| headline(&decide(answers, now))).collect();
    assert_eq!(
        words,
        [
            "OUT OF SCOPE",
            "OUTAGE",
            "NORMAL",
            "EXPEDITE",
            "NORMAL (PTP)",
            "ASK FOR MORE",
            "TRANSFER TO CPS",
            "NORMAL",
            "ASK LEADERSHIP",
            "EAST",
            "PAGE AIMS",
            "PAGE GDS",
            "EAST"
        ]
    );
}
