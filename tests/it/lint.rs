//! Does `gaps` find what people get wrong in sheets, and does each owner hear of it once?

use crate::mail::MailServer;
use crate::support::Site;
use crate::support_http::{Play, ScriptedHttp};

const CONTACTS: &str = "name,aliases,phone,email,channels,note\n\
    Ana Lee,,608-555-0101,ana@example.edu,,\nBen Ortiz,,608-555-0102,ben@example.edu,,\nCy Day,,,cy@example.edu,,\n";

fn settings(aims: &str, more: &str) -> String {
    format!(
        "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\ntitle = \"AIMS\"\nsource = \"csv:aims.csv\"\n\
         coverage = \"always\"\n{aims}\n{more}"
    )
}

fn site(settings: &str, aims: &str) -> Site {
    Site::with(&[("page-oncall.toml", settings), ("aims.csv", aims), ("contacts.csv", CONTACTS)])
}

/// The codes and cells of the problems of the first schedule.
fn problems(site: &Site, words: &[&str]) -> Vec<String> {
    let words = [&["--format", "json", "gaps"], words].concat();
    let json = site.run(&words).json();
    let list = json["schedules"][0]["problems"].as_array().unwrap().clone();
    let word = |problem: &serde_json::Value, key: &str| problem[key].as_str().unwrap().to_owned();
    list.iter().map(|problem| format!("{} {}", word(problem, "code"), word(problem, "cell"))).collect()
}

const WEEK: &[&str] = &["--from", "2026-12-01", "--to", "2026-12-15"];

#[test]
fn slips_that_read_well_are_told_with_their_cell_and_what_was_meant() {
    let site = site(
        &settings("", ""),
        "start,end,person,note\n\
         2026-11-24 18:00,2026-12-01 17:59,Ana Lee,\n\
         2026-12-01 18:00,2026-12-08 18:00,Ben Ortiz,swap w/ 12/9\n\
         2026-12-08 18:00,2026-12-15 18:00,Cy Day,\n\
         2025-12-15 18:00,2025-12-22 18:00,Ana Lee,\n\
         2026-12-22 18:00,2026-12-29 18:00,Ben Ortiz,\n\
         Total,,3,\n",
    );
    assert_eq!(
        problems(&site, WEEK),
        ["short-hole A2", "far-from-the-others A5", "no-number C4", "one-sided-swap C3", "skipped-row A7"]
    );
    let text = site.run(&[&["gaps"], WEEK].concat()).expect(1).out;
    let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["Is Tue 2026-12-15 meant?", "write Tue 2026-12-01 18:00 CST", "Cy Day will be on call"] {
        assert!(said.contains(words), "{words} is missing in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn double_duty_needs_both_schedules_and_is_no_finding_for_the_exit_code() {
    let more = "[schedules.gds]\nsource = \"csv:gds.csv\"\ncoverage = \"always\"\n";
    let site = site(&settings("", more), "start,end,person\n2026-11-01,2027-01-01,Ana Lee\n");
    site.write("gds.csv", b"start,end,person\n2026-11-01,2026-12-05,Ben Ortiz\n2026-12-05,2027-01-01,Ana Lee\n");
    let found = problems(&site, WEEK);
    assert!(found.contains(&"double-duty C2".to_owned()), "{found:?}");
    assert!(!problems(&site, &[&["aims"], WEEK].concat()).contains(&"double-duty C2".to_owned()));
    let text = site.run(&[&["gaps"], WEEK].concat()).expect(0).out;
    assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains("Ana Lee is also on call in gds"), "{text}");
}

#[test]
fn what_is_wrong_in_the_past_is_counted_and_is_no_finding() {
    let site = site(
        &settings("", ""),
        "start,end,person\n2026-01-01 00:00,2026-11-01 00:00,Anna Lee\n2026-11-01 00:00,2027-01-01 00:00,Ana Lee\n",
    );
    let json = site.run(&[&["--format", "json", "gaps"], WEEK].concat()).expect(0).json();
    assert_eq!(json["schedules"][0]["problems"], serde_json::json!([]));
    assert_eq!(json["schedules"][0]["past_problems"][0]["code"], "unknown-person");
    assert!(site.run(&[&["gaps"], WEEK].concat()).expect(0).out.contains("2 problems in rows that are over"));
    site.run(&["gaps", "--from", "2026-10-01", "--to", "2026-12-01"]).expect(1);
}

const HOLE: &str =
    "start,end,person\n2026-11-01 00:00,2026-12-10 00:00,Ana Lee\n2026-12-11 00:00,2027-06-01 00:00,Ana Lee\n";

#[test]
fn junit_and_github_are_for_gaps_alone() {
    let site = site(&settings("", ""), HOLE);
    let xml = site.run(&[&["--format", "junit", "gaps"], WEEK].concat()).expect(1).out;
    assert!(xml.contains("<testsuite name=\"aims\" tests=\"1\" failures=\"1\" errors=\"0\">"), "{xml}");
    assert!(xml.contains("<failure type=\"gap\"") && xml.trim_end().ends_with("</testsuites>"), "{xml}");
    let lines = site.run(&[&["--format", "github", "gaps"], WEEK].concat()).expect(1).out;
    assert!(lines.contains("::error title=aims gap::Nobody is on call from 2026-12-10T00:00:00-06:00"), "{lines}");
    for words in [&["who"][..], &["sync"], &["pages"], &["--case", "1234567"]] {
        let ended = site.run(&[&["--format", "junit"], words].concat()).expect(2);
        assert!(ended.err.contains("gaps only"), "{}", ended.err);
    }
    site.write("aims.csv", b"start,end,person\n2026-12-02 00:00,2026-13-01,Ana <Lee>\n2026-11-01,2027-01-01,Ana Lee\n");
    let xml = site.run(&[&["--format", "junit", "gaps"], WEEK].concat()).expect(1).out;
    assert!(xml.contains("unreadable-time aims.csv B2") || xml.contains("no-such-day aims.csv B2"), "{xml}");
    let lines = site.run(&[&["--format", "github", "gaps"], WEEK].concat()).expect(1).out;
    assert!(lines.contains("file=aims.csv,line=2::"), "{lines}");
    site.write("aims.csv", b"");
    let xml = site.run(&[&["--format", "junit", "gaps"], WEEK].concat()).expect(3).out;
    assert!(xml.contains("<error type="), "{xml}");
}

fn live(port: u16) -> String {
    format!(
        "[delivery]\nmode = \"live\"\n[delivery.mail]\nhost = \"localhost\"\nport = {port}\ntls = \"none\"\n\
         from = \"UW HD <hd@example.edu>\"\n"
    )
}

#[test]
fn an_owner_hears_of_a_hole_once_however_the_window_moves_and_of_a_new_one_again() {
    let server = MailServer::start("none", None);
    let settings = settings("owners = [\"owner@example.edu\"]", &live(server.port));
    let site = site(&settings, HOLE);
    let gaps = |from: &str, code: i32| site.run(&["gaps", "--mail", "--from", from]).expect(code).out;
    assert!(gaps("2026-12-01", 1).contains("mailed <owner@example.edu>"));
    let mail = server.taken();
    assert_eq!(mail["to"], serde_json::json!(["owner@example.edu"]));
    let content = mail["content"].as_str().unwrap();
    for words in [
        "Subject: AIMS: NOT COVERED: 1 gap (24 h)",
        "multipart/alternative",
        "text/html",
        "Auto-Submitted: auto-generated",
        "Thu 10 Dec 2026",
        "NOBODY",
        "Ana Lee (primary)",
    ] {
        assert!(content.contains(words), "{words} is missing in {content}");
    }
    for from in ["2026-12-01", "2026-12-02 09:30", "2026-12-10 12:00"] {
        assert!(!gaps(from, 1).contains("mailed"), "{from}");
    }
    assert!(!gaps("2026-12-12", 0).contains("mailed"), "what is over needs no letter");
    let more = HOLE.replace("2027-06-01 00:00", "2026-12-20 00:00");
    site.write("aims.csv", more.as_bytes());
    assert!(gaps("2026-12-12", 1).contains("mailed"));
    for from in ["2026-12-13", "2026-12-14 07:00"] {
        assert!(!gaps(from, 1).contains("mailed"), "the sheet's end is one hole, not one a day");
    }
    // Another window is another question: the same hole two days ahead.
    let short = site.run(&["gaps", "--mail", "--from", "2026-12-18", "--days", "3"]).expect(1).out;
    assert!(short.contains("mailed"), "{short}");
}

#[test]
fn what_a_sheet_says_is_text_in_the_html_too() {
    let server = MailServer::start("none", None);
    let settings = settings("owners = [\"owner@example.edu\"]", &live(server.port));
    let site = site(&settings, &HOLE.replace("2027-06-01 00:00,Ana Lee", "2027-06-01 00:00,Ana <b>Lee"));
    site.run(&["gaps", "--mail", "--from", "2026-12-01"]).expect(1);
    let mail = server.taken();
    let content = mail["content"].as_str().unwrap();
    let html = content.split("text/html").nth(1).unwrap();
    assert!(html.contains("Ana &lt;b&gt;Lee") && !html.contains("Ana <b>Lee"), "{html}");
}

#[test]
fn a_letter_that_could_not_leave_is_tried_again() {
    let owners = "owners = [\"owner@example.edu\"]";
    let site = site(&settings(owners, &live(1)), HOLE);
    let words = &["gaps", "--mail", "--from", "2026-12-01"];
    assert!(site.run(words).expect(1).out.contains("NOT MAILED"));
    let server = MailServer::start("none", None);
    site.write("page-oncall.toml", settings(owners, &live(server.port)).as_bytes());
    assert!(site.run(words).expect(1).out.contains("mailed <owner@example.edu>"));
}

#[test]
fn without_owners_there_is_nobody_to_mail_and_in_training_nothing_leaves() {
    let site = site(&settings("", ""), HOLE);
    assert!(site.run(&["gaps", "--mail"]).expect(2).err.contains("owners"));
    site.write("page-oncall.toml", settings("owners = [\"owner@example.edu\"]", "").as_bytes());
    let text = site.run(&["gaps", "--mail", "--from", "2026-12-01"]).expect(1).out;
    assert!(text.contains("TRAINING: nothing was sent") && text.contains("| NOT COVERED"), "{text}");
    site.write("page-oncall.toml", settings("owners = [\"the owner\"]", "").as_bytes());
    assert!(site.run(&["gaps"]).expect(2).err.contains("not an e-mail address"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_judged_everything_tells_the_heartbeat_though_it_found_a_gap() {
    let server = ScriptedHttp::start([Play::Answer(200, "text/plain", "ok".to_owned())]).await;
    let heartbeat = format!("[heartbeat]\nurl = \"{}/gaps\"\n", server.address);
    let site = site(&settings("", &heartbeat), HOLE);
    site.run(&[&["gaps"], WEEK].concat()).expect(1);
    assert_eq!(server.seen().len(), 1);
    site.write("aims.csv", b"");
    site.run(&[&["gaps"], WEEK].concat()).expect(3);
    site.run(&["who"]).expect(3);
    assert_eq!(server.seen().len(), 1, "who is no timer's job, and an unreadable sheet is no whole run");
    assert!(!site.path("page-oncall.db").exists());
}
