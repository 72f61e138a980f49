//! Does the command line answer who is on call as the contract says? The real program on whole sites.

use crate::support::Site;

const PLAIN: &str = "start,end,person\n\
    2026-10-31 18:00,2026-11-01 01:30,Ada Ruiz\n\
    2026-11-01 01:30,2026-11-01 18:00,Ben Okafor\n\
    2026-11-02 18:00,2026-11-03 07:00,Ada Ruiz\n";
const SETTINGS: &str = "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\nsource = \"csv:aims.csv\"\n";
const CONTACTS: &str = "name,aliases,phone,email,channels,note\n\
    Ada Ruiz,Ada,608-555-0101,ada@example.org,,\nBen Okafor,Ben,608-555-0102,ben@example.org,,\n";

fn site() -> Site {
    Site::with(&[("page-oncall.toml", SETTINGS), ("aims.csv", PLAIN), ("contacts.csv", CONTACTS)])
}

#[test]
fn the_incoming_person_is_on_call_at_the_handoff_instant_and_a_repeated_time_is_its_first_occurrence() {
    let site = site();
    let before = site.run(&["--format", "json", "who", "aims", "--at", "2026-11-01T01:29:59-05:00"]).expect(0).json();
    assert_eq!(before["schedules"][0]["on_call"][0]["name"], "Ada Ruiz");
    let after = site.run(&["who", "aims", "--at", "2026-11-01 01:30", "--format", "json"]).expect(0).json();
    let person = &after["schedules"][0]["on_call"][0];
    assert_eq!(person["name"], "Ben Okafor");
    assert_eq!(person["phone"], "+16085550102");
    assert_eq!(person["from"], "2026-11-01T01:30:00-05:00");
    assert_eq!(person["until"], "2026-11-01T18:00:00-06:00");
    assert_eq!(person["row"]["sheet"], "aims.csv");
    assert_eq!(person["row"]["row"], 3);
}

#[test]
fn nobody_is_said_loudly_and_ends_in_a_finding() {
    let answer = site().run(&["who", "aims", "--at", "2026-11-02 12:00"]).expect(1);
    assert!(answer.out.contains("NOBODY"), "{}", answer.out);
    let json = site().run(&["--format", "json", "who", "--at", "2026-11-02 12:00"]).expect(1).json();
    assert_eq!(json["schedules"][0]["status"], "gap");
    assert_eq!(json["schedules"][0]["gap"]["from"], "2026-11-01T18:00:00-06:00");
    assert_eq!(json["schedules"][0]["gap"]["until"], "2026-11-02T18:00:00-06:00");
    assert_eq!(json["schedules"][0]["on_call"], serde_json::json!([]));
}

#[test]
fn a_stream_answers_one_line_each_in_order() {
    let answer =
        site().run_with_input(&["who", "aims", "--at", "-"], "2026-11-01T06:29:59Z\nnonsense\n2026-11-01T06:30:00Z\n");
    let lines: Vec<serde_json::Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{}", answer.out);
    assert_eq!(lines[0]["schedules"][0]["on_call"][0]["name"], "Ada Ruiz");
    assert!(lines[1]["error"].is_string());
    assert_eq!(lines[2]["schedules"][0]["on_call"][0]["name"], "Ben Okafor");
    assert_eq!(answer.code, 2);
}

#[test]
fn gaps_are_counted_to_the_second_in_the_hours_that_need_somebody() {
    let json = site()
        .run(&["--format", "json", "gaps", "aims", "--from", "2026-11-01 00:00", "--to", "2026-11-03 12:00"])
        .expect(1)
        .json();
    let schedule = &json["schedules"][0];
    // Sunday 18:00 to Monday 07:00 is uncovered; Monday 07:00 to 18:00 is CPS's.
    assert_eq!(schedule["gaps"].as_array().unwrap().len(), 1, "{schedule}");
    assert_eq!(schedule["gaps"][0]["from"], "2026-11-01T18:00:00-06:00");
    assert_eq!(schedule["gaps"][0]["until"], "2026-11-02T07:00:00-06:00");
    assert_eq!(schedule["gaps"][0]["seconds"], 13 * 3600);
    let (required, covered) = (schedule["required_s"].as_i64().unwrap(), schedule["covered_s"].as_i64().unwrap());
    assert_eq!(required - covered, 13 * 3600);
    assert_eq!(required, (25 + 7 + 6 + 7) * 3600);
}

#[test]
fn the_sample_site_covers_every_hour_that_needs_somebody_from_2026_to_2030() {
    let json = Site::sample()
        .run(&["--format", "json", "gaps", "--all-hours", "--from", "2026-01-01", "--to", "2031-01-01"])
        .json();
    for schedule in json["schedules"].as_array().unwrap() {
        assert_eq!(schedule["gaps"], serde_json::json!([]), "{}", schedule["schedule"]);
        assert_eq!(schedule["overlaps"], serde_json::json!([]), "{}", schedule["schedule"]);
        let problems = schedule["problems"].as_array().unwrap();
        assert!(problems.iter().all(|problem| problem["severity"] == "note"), "{problems:?}");
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    let site = site();
    site.write(
        "page-oncall.toml",
        format!("timezone = \"America/Chicago\"\n[desk]\ngeneral_hour = \"always\"\n{SETTINGS}")
            .replace("[desk]\ngeneral_hours = \"always\"\n", "")
            .as_bytes(),
    );
    let answer = site.run(&["who"]).expect(2);
    for word in ["page-oncall.toml", "line 3", "general_hour", "general_hours"] {
        assert!(answer.err.contains(word), "{word} is missing in {}", answer.err);
    }
}

#[test]
fn what_cannot_be_read_is_never_reported_as_covered() {
    for (name, bytes) in [
        ("an empty file", &b""[..]),
        ("a header only", b"start,end,person\n"),
        ("wrong columns", b"alpha,beta\n1,2\n"),
        ("a binary file", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\xff\xfe\x00\x01"),
        ("prose", b"Please ring the duty person whose name is on the wall.\nThank you.\n"),
    ] {
        let site = site();
        site.write("aims.csv", bytes);
        let answer = site.run(&["who", "aims"]);
        assert_eq!(answer.code, 3, "{name}: {}{}", answer.out, answer.err);
        assert!(
            answer.out.contains("aims.csv") || answer.err.contains("aims.csv"),
            "{name}: {}{}",
            answer.out,
            answer.err
        );
        assert_eq!(
            site.run(&["--format", "json", "who", "aims"]).expect(3).json()["schedules"][0]["status"],
            "unusable"
        );
        site.run(&["gaps", "aims"]).expect(3);
    }
    let site = site();
    std::fs::remove_file(site.path("aims.csv")).unwrap();
    let answer = site.run(&["who"]).expect(3);
    assert!(answer.out.contains("aims.csv") || answer.err.contains("aims.csv"));
}

#[test]
fn an_answer_about_now_needs_no_heading() {
    let site = site();
    site.write("aims.csv", b"start,end,person\n2026-01-01 00:00,2099-01-01 00:00,Ada Ruiz\n");
    let text = site.run(&["who"]).expect(0).out;
    assert!(text.starts_with("AIMS   Ada Ruiz"), "{text}");
    assert!(site.run(&["who", "--at", "2030-01-01"]).expect(0).out.starts_with("At Tue 2030-01-01"));
}

#[test]
fn a_schedule_that_is_not_there_is_wrong_usage() {
    let answer = site().run(&["who", "aimz"]).expect(2);
    assert!(answer.err.contains("aims"), "{}", answer.err);
}
