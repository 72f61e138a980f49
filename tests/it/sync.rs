//! Does `sync` keep what it read, say what changed in the schedule's own terms, and tell those whom it concerns, once?

use crate::mail::MailServer;
use crate::support::Site;
use crate::support_http::{Play, ScriptedHttp};

const CONTACTS: &str = "name,aliases,phone,email,channels,note\n\
    Ada Lee,,608-555-0101,ada@example.edu,,\nBen Ortiz,,608-555-0102,ben@example.edu,,\n\
    Cy Day,,608-555-0103,,,\n";
const HEAD: &str = "start,end,person\n2026-01-01 00:00,2030-12-12 18:00,Cy Day\n";

fn settings(more: &str) -> String {
    format!(
        "[desk]\nname = \"UW HD\"\ngeneral_hours = \"always\"\n\
         [schedules.aims]\ntitle = \"AIMS\"\nsource = \"csv:aims.csv\"\n{more}"
    )
}

fn night(person: &str) -> String {
    format!("{HEAD}2030-12-12 18:00,2030-12-13 07:00,{person}\n2030-12-13 07:00,2031-01-01 00:00,Cy Day\n")
}

fn site(more: &str) -> Site {
    let aims = night("Ada Lee");
    Site::with(&[("page-oncall.toml", &settings(more)), ("aims.csv", &aims), ("contacts.csv", CONTACTS)])
}

#[test]
fn the_first_version_is_kept_and_an_unchanged_one_says_nothing_new() {
    let site = site("");
    assert!(site.run(&["sync"]).expect(0).out.contains("first version"));
    assert!(site.run(&["sync"]).expect(0).out.contains("unchanged"));
    let json = site.run(&["--format", "json", "sync"]).expect(0).json();
    assert_eq!(json["schedules"][0]["status"], "unchanged");
    assert_eq!(json["schedules"][0]["snapshot"], json["schedules"][0]["previous"]);
}

#[test]
fn a_change_is_told_once_in_the_schedules_own_terms() {
    let site = site("");
    site.run(&["sync"]).expect(0);
    site.write("aims.csv", night("Ben Ortiz").as_bytes());
    let text = site.run(&["sync"]).expect(0).out;
    let line = "Thu 12 Dec 2030 18:00: Ada Lee -> Ben Ortiz (primary), until Fri 13 Dec 2030 07:00, cell aims.csv!C3";
    assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" ").matches(line).count(), 1, "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    assert!(site.run(&["sync"]).expect(0).out.contains("unchanged"));
    site.write("aims.csv", night("").as_bytes());
    let json = site.run(&["--format", "json", "sync"]).expect(0).json();
    let change = &json["schedules"][0]["changes"][0];
    assert_eq!((&change["before"], &change["after"]), (&serde_json::json!(["Ben Ortiz"]), &serde_json::json!([])));
    assert_eq!((&change["from"], &change["role"]), (&"2030-12-12T18:00:00-06:00".into(), &"primary".into()));
    assert_eq!(change["rows_before"][0]["cell"], "C3");
}

#[test]
fn the_past_is_only_summed_up_and_an_edit_of_words_alone_is_no_change() {
    let site = site("");
    site.run(&["sync"]).expect(0);
    let past = night("Ada Lee").replace("2026-01-01 00:00", "2026-01-05 00:00");
    site.write("aims.csv", past.as_bytes());
    let text = site.run(&["sync"]).expect(0).out;
    assert!(text.contains("1 change of the past") && !text.contains("->"), "{text}");
    site.write("aims.csv", past.replace("start,end,person", "Start, End, Person").as_bytes());
    let text = site.run(&["sync"]).expect(0).out;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("nobody's time on call is different"), "{text}");
}

#[test]
fn a_change_that_a_page_saw_first_is_told_by_the_next_sync_all_the_same() {
    let site = site("");
    site.run(&["sync"]).expect(0);
    site.write("aims.csv", night("Ben Ortiz").as_bytes());
    let words = "--case INC1234567 --yes --no-wait --no-input --partner aims --outage no --hd-can-help no \
                 --device departmental --critical yes --customer Pat --phone 608-555-0142 --summary Down";
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.extend(["--at", "2029-12-12 22:30"]);
    site.run(&words).expect(0);
    assert!(site.run(&["sync"]).expect(0).out.contains("Ada Lee -> Ben Ortiz"));
}

#[test]
fn a_sheet_that_fails_is_told_and_never_replaces_the_good_copy() {
    let site = site("");
    site.run(&["sync"]).expect(0);
    site.write("aims.csv", b"start,end,person\n");
    let text = site.run(&["sync"]).expect(3).out;
    assert!(text.contains("CANNOT USE") && text.contains("SAVED COPY"), "{text}");
    let who = site.run(&["--format", "json", "who", "--at", "2030-12-12 20:00"]).expect(0).json();
    assert_eq!(who["schedules"][0]["on_call"][0]["name"], "Ada Lee");
    site.write("aims.csv", night("Ada Lee").as_bytes());
    assert!(site.run(&["sync"]).expect(0).out.contains("unchanged"));
}

#[test]
fn in_training_a_letter_is_shown_and_not_sent() {
    let site = site("");
    site.run(&["sync", "--mail"]).expect(0);
    site.write("aims.csv", night("Ben Ortiz").as_bytes());
    let text = site.run(&["sync", "--mail"]).expect(0).out;
    for word in ["TRAINING: nothing was sent", "<ada@example.edu>", "<ben@example.edu>", "| Ben Ortiz, the AIMS"] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    assert!(!site.run(&["sync", "--mail"]).expect(0).out.contains("TRAINING"));
}

#[test]
fn the_two_people_affected_get_one_letter_each_and_each_but_once() {
    let server = MailServer::start("none", None);
    let delivery = format!(
        "[delivery]\nmode = \"live\"\n[delivery.mail]\nhost = \"localhost\"\nport = {}\ntls = \"none\"\n\
         from = \"UW HD <hd@example.edu>\"\n",
        server.port
    );
    let site = site(&delivery);
    site.run(&["sync", "--mail"]).expect(0);
    site.write("aims.csv", night("Ben Ortiz").as_bytes());
    // A sync without letters in between must not swallow the change.
    site.run(&["sync"]).expect(0);
    let json = site.run(&["--format", "json", "sync", "--mail"]).expect(0).json();
    let letters = json["schedules"][0]["letters"].as_array().unwrap();
    assert_eq!(letters.len(), 2, "{json}");
    assert!(letters.iter().all(|letter| letter["outcome"] == "accepted"), "{json}");
    for (to, name) in [("ada@example.edu", "Ada Lee"), ("ben@example.edu", "Ben Ortiz")] {
        let mail = server.taken();
        assert_eq!(mail["to"], serde_json::json!([to]));
        let content = mail["content"].as_str().unwrap();
        assert!(content.contains(name) && content.contains("Ada Lee -> Ben Ortiz"), "{content}");
        assert!(content.contains("Subject: AIMS: your on-call time was changed"), "{content}");
    }
    let again = site.run(&["--format", "json", "sync", "--mail"]).expect(0).json();
    assert_eq!(again["schedules"][0]["letters"], serde_json::json!([]));

    // Nobody knows an address of Cy Day: it is said aloud, and the run is a finding.
    site.write("aims.csv", night("Cy Day").as_bytes());
    let text = site.run(&["sync", "--mail"]).expect(1).out;
    assert!(text.contains("NOT MAILED to Cy Day") && text.contains("mailed Ben Ortiz"), "{text}");
}

#[test]
fn a_letter_that_could_not_leave_leaves_with_the_next_run() {
    let server = MailServer::start("none", None);
    let delivery = |port: u16| {
        format!(
            "[delivery]\nmode = \"live\"\n[delivery.mail]\nhost = \"localhost\"\nport = {port}\ntls = \"none\"\n\
             from = \"UW HD <hd@example.edu>\"\n"
        )
    };
    let site = site(&delivery(1));
    site.run(&["sync", "--mail"]).expect(0);
    site.write("aims.csv", night("Ben Ortiz").as_bytes());
    assert!(site.run(&["sync", "--mail"]).expect(1).out.contains("NOT MAILED"));
    site.write("page-oncall.toml", settings(&delivery(server.port)).as_bytes());
    let text = site.run(&["sync", "--mail"]).expect(0).out;
    assert_eq!(text.matches("mailed ").count(), 2, "{text}");
}

#[test]
fn a_live_site_without_a_mail_server_cannot_mail() {
    let site = site("[delivery]\nmode = \"live\"\n[delivery.sms]\naccount_sid = \"AC1\"\nfrom = \"+16085550100\"\n");
    let ended = site.run(&["sync", "--mail"]);
    assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
}

#[test]
fn old_versions_are_deleted_and_the_newest_good_one_never() {
    let site = site("[store]\nkeep_snapshots_days = 0\n");
    site.run(&["sync"]).expect(0);
    site.write("aims.csv", night("Ben Ortiz").as_bytes());
    site.run(&["sync"]).expect(0);
    site.write("aims.csv", b"");
    let who = site.run(&["--format", "json", "who", "--at", "2030-12-12 20:00"]).expect(0).json();
    assert_eq!(who["schedules"][0]["on_call"][0]["name"], "Ben Ortiz");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_run_that_read_everything_tells_the_heartbeat_and_a_deaf_one_is_a_warning() {
    let answer = |status| Play::Answer(status, "text/plain", "ok".to_owned());
    let server = ScriptedHttp::start([answer(200), answer(500), answer(200)]).await;
    let site = site(&format!("[heartbeat]\nurl = \"{}/ping/secret-7\"\n", server.address));
    let run = |words: &'static [&'static str]| {
        let child = site.command(words).output().unwrap();
        (child.status.code(), String::from_utf8(child.stderr).unwrap())
    };
    assert_eq!(run(&["sync"]).0, Some(0));
    let seen = server.seen();
    assert_eq!((seen.len(), seen[0].method.as_str(), seen[0].target.as_str()), (1, "GET", "/ping/secret-7"));
    let (code, words) = run(&["sync"]);
    assert_eq!(code, Some(0));
    assert!(words.contains("heartbeat") && words.contains("500") && !words.contains("secret-7"), "{words}");
    site.write("aims.csv", b"");
    assert_eq!(run(&["sync"]).0, Some(3));
    assert_eq!(server.seen().len(), 2, "a run that could not read a sheet is silent");
}
