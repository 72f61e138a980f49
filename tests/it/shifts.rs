//! Do table, picture and calendar say what `who` says? The real program, read by an XML reader and two calendar readers.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::support::Site;
use crate::support_tools::{project, tool};

const SETTINGS: &str = "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\ntitle = \"AIMS; the <on-call>, list\"\n\
    source = \"csv:aims.csv\"\n[schedules.gds]\nsource = \"csv:gds.csv\"\n";
/// A hole (3 to 4 November), a conflict, overrides, two people in a row, both halves of the repeated hour, markup.
const AIMS: &str = "start,end,person,role,kind\n\
    2026-10-23 18:00,2026-10-30 18:00,Ada Ruiz,primary,\n\
    2026-10-30 18:00,2026-11-01T01:30:00-06:00,Ben Okafor,primary,\n\
    2026-11-01T01:30:00-06:00,2026-11-03 18:00,Ada Ruiz,primary,\n\
    2026-11-04 18:00,2026-11-06 18:00,\"Chloe <Lind> \"\"Q\"\"vist\",primary,\n\
    2026-11-06 07:00,2026-11-20 18:00,Dmitri Vance,primary,\n\
    2026-10-28 18:00,2026-10-29 07:00,Esme Tran,primary,override\n\
    2026-11-10 18:00,2026-11-11 07:00,TBD,primary,override\n\
    2026-10-23 18:00,2026-11-20 18:00,Bartholomew Featherstonehaugh-Wriothesley,Second level,\n\
    2026-11-01 01:00,2026-11-01 03:00,Ada Ruiz,Second level,override\n";
const GDS: &str = "start,end,person,phone\n\
    2026-02-27 18:00,2026-03-08 02:30,Farah Nasser,608-555-0111\n\
    2026-03-08 02:30,2026-03-16 07:00,Gus Holloway,608-555-0112\n\
    2026-10-26 07:00,2026-11-01 01:30,Farah Nasser,608-555-0111\n\
    2026-11-01 01:30,2026-11-12 07:00,Gus Holloway,608-555-0112\n";
const AUTUMN: [&str; 4] = ["--from", "2026-10-26", "--to", "2026-11-14"];
const SPRING: [&str; 4] = ["--from", "2026-03-01", "--to", "2026-03-15"];

fn site() -> Site {
    Site::with(&[("page-oncall.toml", SETTINGS), ("aims.csv", AIMS), ("gds.csv", GDS)])
}

fn shifts<'a>(words: &[&'a str], window: &[&'a str]) -> Vec<&'a str> {
    ["shifts"].iter().chain(words).chain(window).copied().collect()
}

/// What the calendar readers make of a file: the summary of it, then an answer for each instant.
fn read_calendar(file: &Path, instants: &[DateTime<Utc>]) -> (Value, Vec<Value>) {
    let mut command = Command::new(tool("venv/bin/python"));
    let reader = command.arg(project("tests/it/calendar_reader.py")).arg(file);
    let mut child = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = instants.iter().map(|at| at.to_rfc3339() + "\n").collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let mut answers = String::from_utf8(output.stdout).unwrap().lines().map(read_json).collect::<Vec<_>>().into_iter();
    (answers.next().unwrap(), answers.collect())
}

fn read_json(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

/// So many whole-second instants of a span, spread by a fixed rule, and every handoff of the test's sheets in it.
fn instants(from: &str, until: &str, count: i64) -> Vec<DateTime<Utc>> {
    let (from, until) = (at(from), at(until));
    let length = (until - from).num_seconds();
    (0..count).map(|number| from + chrono::Duration::seconds(number * 104_729 % length)).collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The summaries that `who` stands for at each instant, one list an instant.
fn who(site: &Site, instants: &[DateTime<Utc>]) -> Vec<Vec<String>> {
    let lines: String = instants.iter().map(|at| at.to_rfc3339() + "\n").collect();
    let answer = site.run_with_input(&["--format", "json", "who", "--at", "-"], &lines);
    let on_call = |schedule: &Value| -> Vec<String> {
        let name = schedule["schedule"].as_str().unwrap().to_uppercase();
        let people = schedule["on_call"].as_array().unwrap().iter();
        people.map(|person| format!("{name} {}: {}", word(&person["role"]), word(&person["name"]))).collect()
    };
    let summaries = |line: &str| {
        let mut all: Vec<String> = read_json(line)["schedules"].as_array().unwrap().iter().flat_map(on_call).collect();
        all.sort();
        all
    };
    answer.out.lines().map(summaries).collect()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The shifts among an answer's summaries, without the mark of a conflict.
fn on_call_of(answer: &Value, reader: &str) -> Vec<String> {
    let summaries = answer[reader].as_array().unwrap().iter().map(word);
    let shifts = summaries.filter(|summary| !summary.contains("NOBODY"));
    let mut all: Vec<String> = shifts.map(|summary| summary.replace(" (CONFLICT)", "")).collect();
    all.sort();
    all
}

#[test]
fn both_calendar_readers_say_what_who_says_on_both_nights_of_change() {
    let site = site();
    for (window, from, until, count) in [
        (AUTUMN, "2026-10-26T05:00:00Z", "2026-11-14T06:00:00Z", 1_000),
        (SPRING, "2026-03-01T06:00:00Z", "2026-03-15T05:00:00Z", 1_000),
    ] {
        site.run(&shifts(&["--ics", "plan.ics"], &window)).expect(1);
        let mut instants = instants(from, until, count);
        // Every five minutes of the night of change itself.
        let night = if window == AUTUMN { "2026-11-01T05:00:00Z" } else { "2026-03-08T06:00:00Z" };
        instants.extend((0..60).map(|number| at(night) + chrono::Duration::minutes(5 * number)));
        let expected = who(&site, &instants);
        assert_eq!(expected.len(), instants.len());
        // The same calendar under a zone name that no machine knows: then the file's own VTIMEZONE counts.
        let text = std::fs::read_to_string(site.path("plan.ics")).unwrap();
        site.write("own-zone.ics", text.replace("America/Chicago", "Site/Own").as_bytes());
        for file in ["plan.ics", "own-zone.ics"] {
            let (about, answers) = read_calendar(&site.path(file), &instants);
            assert_eq!(about["broken"], serde_json::json!([]));
            assert_eq!(about["zones"].as_array().unwrap().len(), 1);
            for ((at, expected), answer) in instants.iter().zip(&expected).zip(&answers) {
                for reader in ["read", "recurring"] {
                    assert_eq!(&on_call_of(answer, reader), expected, "{file}, {reader}, {at}");
                }
            }
            assert_eq!(answers.len(), instants.len());
        }
    }
}

#[test]
fn holes_in_the_calendar_are_those_of_gaps() {
    let site = site();
    site.run(&shifts(&["--ics", "plan.ics"], &AUTUMN)).expect(1);
    let (about, _) = read_calendar(&site.path("plan.ics"), &[]);
    let gaps = site.run(&["--format", "json", "gaps", AUTUMN[0], AUTUMN[1], AUTUMN[2], AUTUMN[3]]).expect(1).json();
    let mut expected: Vec<(DateTime<Utc>, DateTime<Utc>)> = gaps["schedules"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|schedule| schedule["gaps"].as_array().unwrap().clone())
        .map(|gap| (at(word(&gap["from"])), at(word(&gap["until"]))))
        .collect();
    // Holes are whole in a calendar, while the window cuts the first and the last one of the report.
    let (first, last) = ("2026-10-26T05:00:00Z", "2026-11-14T06:00:00Z");
    expected.iter_mut().filter(|hole| hole.0 == at(first)).for_each(|hole| hole.0 = at("2026-10-23T23:00:00Z"));
    expected.iter_mut().filter(|hole| hole.1 == at(last)).for_each(|hole| hole.1 = at("2026-11-16T13:00:00Z"));
    expected.sort();
    let events = about["events"].as_array().unwrap();
    let mut holes: Vec<_> = events
        .iter()
        .filter(|event| word(&event["summary"]).ends_with(": NOBODY ON CALL"))
        .map(|event| (at(word(&event["start"])), at(word(&event["end"]))))
        .collect();
    holes.sort();
    assert_eq!(holes, expected);
    assert!(
        events
            .iter()
            .all(|event| { (word(&event["transparent"]) == "OPAQUE") == word(&event["summary"]).contains("NOBODY") })
    );
}

#[test]
fn a_calendar_is_written_by_the_rules_and_the_same_sheet_gives_the_same_bytes() {
    let site = site();
    let calendar = || site.run(&shifts(&["--ics", "-"], &AUTUMN)).expect(1).out;
    let text = calendar();
    assert_eq!(text, calendar());
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    for line in text.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    assert!(text.contains("NAME:AIMS\\; the <on-call>\\, list\\, GDS\r\n"), "{text}");
    // The second 01:30 of the night cannot be said in local time, so both ends of those events are in UTC.
    assert!(text.contains("DTEND:20261101T073000Z\r\n") && text.contains("DTSTART:20261101T073000Z\r\n"), "{text}");
    assert!(text.contains("DTSTART;TZID=America/Chicago:20261101T013000\r\n"), "{text}");
}

#[test]
fn phone_numbers_stand_in_a_calendar_only_when_asked_for() {
    let site = site();
    assert!(!site.run(&shifts(&["--ics", "-"], &AUTUMN)).expect(1).out.contains("0111"));
    assert!(site.run(&shifts(&["--ics", "-", "--with-phones"], &AUTUMN)).expect(1).out.contains("608-555-0111"));
    assert!(!site.run(&shifts(&["--svg", "-"], &AUTUMN)).expect(1).out.contains("0111"));
}

/// The events of a calendar by their UID.
fn events(site: &Site, words: &[&str]) -> std::collections::BTreeMap<String, Value> {
    site.run(&shifts(&["aims", "--ics", "plan.ics"], words)).expect(1);
    let (about, _) = read_calendar(&site.path("plan.ics"), &[]);
    let events = about["events"].as_array().unwrap();
    let by_uid: std::collections::BTreeMap<_, _> =
        events.iter().map(|event| (word(&event["uid"]).to_owned(), event.clone())).collect();
    assert_eq!(by_uid.len(), events.len(), "two events have one name");
    by_uid
}

#[test]
fn an_event_keeps_its_name_when_its_times_or_its_person_change() {
    let site = site();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let changed = |text: &str, seconds: u64| {
        site.write("aims.csv", text.as_bytes());
        for name in ["page-oncall.toml", "aims.csv", "gds.csv"] {
            let later = if name == "aims.csv" { seconds } else { 0 };
            let file = std::fs::File::options().append(true).open(site.path(name)).unwrap();
            file.set_modified(long_ago + Duration::from_secs(later)).unwrap();
        }
    };
    let of = |events: &std::collections::BTreeMap<String, Value>, name: &str, start: &str| -> (String, Value) {
        let found = events.iter().find(|(_, event)| {
            word(&event["summary"]) == format!("AIMS primary: {name}") && at(word(&event["start"])) == at(start)
        });
        let (uid, event) = found.unwrap_or_else(|| panic!("{name}: {events:#?}"));
        (uid.clone(), event.clone())
    };
    changed(AIMS, 0);
    let before = events(&site, &AUTUMN);
    changed(
        &AIMS.replace(
            "2026-11-04 18:00,2026-11-06 18:00,\"Chloe <Lind> \"\"Q\"\"vist\"",
            "2026-11-04 20:00,2026-11-06 07:00,Gus Holloway",
        ),
        60,
    );
    let after = events(&site, &AUTUMN);
    let (uid, was) = before.iter().find(|(_, event)| word(&event["summary"]).contains("Chloe")).unwrap();
    let (moved, is) = of(&after, "Gus Holloway", "2026-11-05T02:00:00Z");
    assert_eq!(*uid, moved);
    assert_eq!(at(word(&is["stamp"])) - at(word(&was["stamp"])), chrono::Duration::seconds(60));
    assert_eq!(is["modified"], is["stamp"]);
    assert_eq!(is["sequence"].as_i64().unwrap() - was["sequence"].as_i64().unwrap(), 60);
    let shift_names = |events: &std::collections::BTreeMap<String, Value>| -> Vec<String> {
        events.keys().filter(|uid| !uid.contains(".gap.")).cloned().collect()
    };
    assert_eq!(shift_names(&before), shift_names(&after), "an event was doubled or lost");

    // Another override cuts a piece off: the first piece is the old event, shortened.
    let (uid, _) = of(&before, "Dmitri Vance (CONFLICT)", "2026-11-06T13:00:00Z");
    changed(&(AIMS.to_owned() + "2026-11-08 18:00,2026-11-09 07:00,Esme Tran,primary,override\n"), 120);
    let after = events(&site, &AUTUMN);
    let (piece, shortened) = of(&after, "Dmitri Vance (CONFLICT)", "2026-11-06T13:00:00Z");
    assert_eq!((piece, at(word(&shortened["end"]))), (uid, at("2026-11-09T00:00:00Z")));

    // A window that begins later, in the middle of a row that is cut, names the same pieces alike.
    let later = events(&site, &["--from", "2026-11-09 12:00", "--to", "2026-11-14"]);
    for (uid, event) in &later {
        assert_eq!(after.get(uid), Some(event), "{uid}");
    }
}

#[test]
fn the_json_holds_what_who_says_at_1000_instants() {
    let site = site();
    let json = site.run(&shifts(&["--format", "json"], &AUTUMN)).expect(1).json();
    assert_eq!(
        (&json["from"], &json["to"]),
        (&"2026-10-26T00:00:00-05:00".into(), &"2026-11-14T00:00:00-06:00".into())
    );
    assert_eq!(json["clock_changes"], serde_json::json!([{"date": "2026-11-01", "seconds": 90_000}]));
    let instants = instants("2026-10-26T05:00:00Z", "2026-11-14T06:00:00Z", 1_000);
    let lines: String = instants.iter().map(|at| at.to_rfc3339() + "\n").collect();
    let answers = site.run_with_input(&["--format", "json", "who", "--at", "-"], &lines).out;
    for (instant, answer) in instants.iter().zip(answers.lines().map(read_json)) {
        for (shown, asked) in json["schedules"].as_array().unwrap().iter().zip(answer["schedules"].as_array().unwrap())
        {
            assert_eq!(shown["schedule"], asked["schedule"]);
            let on_call: Vec<Value> = shown["shifts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|shift| at(word(&shift["from"])) <= *instant && *instant < at(word(&shift["until"])))
                .cloned()
                .map(|mut shift| {
                    let fields = shift.as_object_mut().unwrap();
                    let conflict = fields.remove("conflict").unwrap();
                    assert_eq!(
                        conflict.as_bool().unwrap(),
                        fields.remove("conflicts").unwrap() != serde_json::json!([])
                    );
                    shift
                })
                .collect();
            let mut expected = asked["on_call"].as_array().unwrap().clone();
            expected.sort_by_key(|person| person["row"]["row"].as_u64());
            let mut on_call = on_call;
            on_call.sort_by_key(|person| person["row"]["row"].as_u64());
            assert_eq!(on_call, expected, "{instant}");
        }
    }
    let aims = &json["schedules"][0];
    assert_eq!(aims["roles"], serde_json::json!(["primary", "Second level"]));
    let replaced = aims["replaced"].as_array().unwrap();
    let rows: Vec<_> = replaced.iter().map(|entry| (&entry["row"]["row"], &entry["overridden_by"]["row"])).collect();
    let expected = [(2, 7), (6, 8), (9, 10)].map(|(row, by)| (Value::from(row), Value::from(by)));
    assert_eq!(rows, expected.iter().map(|(row, by)| (row, by)).collect::<Vec<_>>());
}

#[test]
fn the_table_fits_80_columns_and_names_everybody_and_every_hole() {
    let text = site().run(&shifts(&[], &AUTUMN)).expect(1).out;
    assert!(text.lines().all(|line| line.width() <= 80 && line == line.trim_end()), "{text}");
    for part in [
        "NOT COVERED (5 gaps, 52 h)",
        "Sun 2026-11-01 has 25 hours",
        "    Fri 2026-10-30 18:00-05:00  Sun 2026-11-01 01:30-06:00  Ben Okafor\n",
        "  Bartholomew\n                                        Featherstonehaugh-Wriothesley\n",
        "  Chloe <Lind> \"Q\"vist\n                                        CONFLICT\n",
        "override for Ada Ruiz",
        "    Tue 2026-11-03 18:00-06:00  Wed 2026-11-04 07:00-06:00  13 h\n",
        "    Tue 2026-11-10 18:00-06:00  Wed 2026-11-11 07:00-06:00  13 h\n",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

/// An SVG file as another program's XML reader has it: every text in it, and the names of its elements.
fn read_svg(file: &Path) -> (Vec<String>, Vec<String>) {
    const READER: &str = "import sys, json, xml.etree.ElementTree as x\n\
        all = list(x.parse(sys.argv[1]).iter())\n\
        print(json.dumps([[e.text or '' for e in all], [e.tag.split('}')[-1] for e in all]]))";
    let output = Command::new(tool("venv/bin/python")).args(["-c", READER]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_picture_is_xml_and_says_every_name_and_every_hole_in_its_texts() {
    let site = site();
    let picture = ["--svg", "plan.svg", "--at", "2026-11-02 22:40"];
    let said = site.run(&shifts(&picture, &AUTUMN)).expect(1).out;
    assert!(said.contains("wrote plan.svg") && said.contains("NOT COVERED"), "{said}");
    let (texts, elements) = read_svg(&site.path("plan.svg"));
    let titles = texts.join("\n");
    for part in [
        "Ada Ruiz from Sun 2026-11-01 01:30 CST to Tue 2026-11-03 18:00 CST",
        "Chloe <Lind> \"Q\"vist",
        "Bartholomew Featherstonehaugh-Wriothesley",
        "override for Ada Ruiz",
        "in CONFLICT from Fri 2026-11-06 07:00 CST to Fri 2026-11-06 18:00 CST",
        "NOBODY on call in needed hours from Tue 2026-11-03 18:00 CST to Wed 2026-11-04 07:00 CST (13 h)",
        "NOBODY Tue 18:00 to Wed 07:00, 13 h",
        "Sun 2026-11-01 has 25 hours",
        "now 22:40",
        "AIMS; the <on-call>, list",
    ] {
        assert!(titles.contains(part), "{part:?} is missing in\n{titles}");
    }
    assert_eq!(elements.first().map(String::as_str), Some("svg"));
    assert!(elements.iter().all(|name| !["script", "image", "foreignObject", "a", "use"].contains(&name.as_str())));
    let text = std::fs::read_to_string(site.path("plan.svg")).unwrap();
    let elsewhere = text.replace("http://www.w3.org/2000/svg", "").replace("url(#po-", "");
    assert!(!elsewhere.contains("url(") && !elsewhere.contains("http") && !elsewhere.contains("@import"));
    assert_eq!(site.run(&shifts(&["--svg", "-", "--at", "2026-11-02 22:40"], &AUTUMN)).expect(1).out, text);
    let spring = site.run(&shifts(&["gds", "--svg", "-"], &SPRING)).expect(0).out;
    assert!(spring.contains(">23 h<"), "{spring}");
}

#[test]
fn what_cannot_be_told_is_said_and_never_replaces_a_calendar() {
    let site = site();
    site.write("gds.csv", b"start,end,person\n");
    site.write("plan.ics", b"old");
    let answer = site.run(&shifts(&["--ics", "plan.ics"], &AUTUMN)).expect(3);
    assert!(answer.err.contains("gds"), "{}", answer.err);
    assert_eq!(std::fs::read(site.path("plan.ics")).unwrap(), b"old");
    assert!(site.run(&shifts(&[], &AUTUMN)).expect(3).out.contains("CANNOT TELL"));
    let picture = site.run(&shifts(&["--svg", "-"], &AUTUMN)).expect(3).out;
    assert!(picture.contains("CANNOT TELL who is on call"), "{picture}");
    let json = site.run(&shifts(&["--format", "json"], &AUTUMN)).expect(3).json();
    assert_eq!(json["schedules"][1]["status"], "unusable");
    assert_ne!(json["schedules"][1]["problems"], serde_json::json!([]));
}

#[test]
fn wrong_usage_is_said_before_anything_is_written() {
    let site = site();
    for words in [
        ["--svg", "-", "--ics", "-"].as_slice(),
        &["--days", "5000"],
        &["--with-phones"],
        &["--from", "2026-11-02", "--to", "2026-11-01"],
        &["--from", "someday"],
        &["nothing-of-the-kind"],
    ] {
        let answer = site.run(&shifts(words, &[])).expect(2);
        assert!(answer.out.is_empty() && !answer.err.is_empty(), "{words:?}");
    }
    site.run(&shifts(&["--svg", "no-such-folder/plan.svg"], &AUTUMN)).expect(3);
}

#[test]
fn fourteen_days_are_civil_days_whatever_the_clocks_do() {
    let site = site();
    for (verb, from, to) in [
        ("shifts", "2026-10-25", "2026-11-08T00:00:00-06:00"),
        ("gaps", "2026-10-25", "2026-11-08T00:00:00-06:00"),
        ("gaps", "2026-03-01 18:00", "2026-03-15T18:00:00-05:00"),
    ] {
        let json = site.run(&["--format", "json", verb, "gds", "--from", from, "--days", "14"]).json();
        assert_eq!(json["to"], to, "{verb}");
    }
}
