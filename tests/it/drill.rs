//! Does a drill prove the way to one person, disturb nobody else, and leave cases and promises alone?

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::mail::{MailServer, PASSWORD, USER};
use crate::support::Site;
use crate::support_http::{Play, ScriptedHttp, Seen};

const ADA: &str = "+16085550101";
const SECRETS: [(&str, &str); 2] =
    [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token"), ("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];
const CONTACTS: &str = "name,aliases,phone,email,channels\nAda Lee,adal,608-555-0101,ada@example.edu,\n\
                        Ben Ortiz,,608-555-0102,,\nCy Day,,608-263-4188 x12,,\nDee Fox,,,dee@example.edu,email\n";
const ALWAYS: &str = "start,end,person\n2020-01-01 00:00,2037-01-01 00:00,Ada Lee\n";
const PAGE: &str = "--yes --no-wait --no-input --partner aims --outage no --hd-can-help no --device departmental \
                    --critical yes --customer Pat --phone 608-555-0142 --summary Down";

/// What the provider took, and what it hands out as having come back.
#[derive(Clone, Default)]
struct Phone {
    bodies: Arc<Mutex<Vec<String>>>,
    reply: Arc<Mutex<Option<(&'static str, &'static str)>>>,
}

impl Phone {
    fn answer(&self, seen: &Seen) -> Play {
        if seen.method == "POST" {
            let mut bodies = self.bodies.lock().unwrap();
            bodies.push(seen.body.clone());
            return Play::json(201, &json!({"sid": format!("SM{:032}", bodies.len()), "status": "queued"}).to_string());
        }
        if seen.target.contains("/Messages/") {
            return Play::json(200, &json!({"sid": format!("SM{:032}", 1), "status": "delivered"}).to_string());
        }
        // Nobody answers a text that has not come.
        let has_come = !self.bodies.lock().unwrap().is_empty();
        let replies: Vec<_> = self
            .reply
            .lock()
            .unwrap()
            .iter()
            .filter(|_| has_come)
            .map(|(from, text)| {
                json!({"sid": format!("SM{text}reply"), "direction": "inbound", "from": from, "body": text,
                   "date_sent": "Fri, 01 Jan 2038 00:00:00 +0000"})
            })
            .collect();
        Play::json(200, &json!({"messages": replies, "next_page_uri": null}).to_string())
    }

    async fn provider(&self) -> ScriptedHttp {
        let phone = self.clone();
        ScriptedHttp::answering(move |seen| phone.answer(seen)).await
    }

    fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

fn site(provider: &ScriptedHttp, aims: &str, more: &str) -> Site {
    let settings = format!(
        "[desk]\nname = \"UW HD\"\ncps_hours = \"never\"\ngeneral_hours = \"always\"\n\
         [schedules.aims]\nsource = \"csv:aims.csv\"\nowners = [\"owner@example.edu\"]\n\
         [[leadership]]\nname = \"Chief\"\nphone = \"608-555-0190\"\n\
         [delivery]\nmode = \"live\"\n\
         [delivery.sms]\nbase_url = \"{}\"\naccount_sid = \"AC0123456789abcdef0123456789abcdef\"\n\
         from = \"+16085550100\"\ntimeout_s = 60\nconnect_timeout_s = 60\n{more}",
        provider.address
    );
    Site::with(&[("page-oncall.toml", &settings), ("aims.csv", aims), ("contacts.csv", CONTACTS)])
}

/// Ada and Ben day by day from midnight to midnight, so that at every hour somebody begins tomorrow.
fn by_turns() -> String {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let mut sheet = String::from("start,end,person\n");
    for (number, date) in first.iter_days().take(4_000).enumerate() {
        let next = date.checked_add_days(Days::new(1)).unwrap();
        let person = if number % 2 == 0 { "Ada Lee" } else { "Ben Ortiz" };
        writeln!(sheet, "{date} 00:00,{next} 00:00,{person}").unwrap();
    }
    sheet
}

#[test]
fn in_training_a_drill_is_seen_to_its_end_and_is_no_case() {
    let site = Site::sample_with(&[
        ("reply_after_s = 15", "reply_after_s = 1"),
        ("[store]", "[quiet]\nhours = \"never\"\n[store]"),
    ]);
    let told = site.run(&["drill", "ada ruiz"]).expect(0).out;
    for words in ["TRAINING: nothing is sent", "text message, e-mail", "Ada Ruiz answered (training) after"] {
        assert!(told.contains(words), "{words:?} in\n{told}");
    }
    assert!(site.run(&["pages", "--all"]).expect(0).out.contains("There is no page"), "a drill is no case");
    assert!(site.run(&["promises", "--all"]).expect(0).out.contains("No promise"));
    let shown = site.run(&["show", "drill-ada-ruiz"]).expect(0).out;
    assert!(shown.contains("Ada Ruiz") && !shown.contains("Paste into"), "{shown}");
    let json = site.run(&["--format", "json", "drill", "Ada Ruiz", "--channels", "sms"]).expect(0).json();
    assert_eq!((&json["ready"], &json["answered"]["via"]), (&"confirmed".into(), &"training".into()));
    // The test, and perhaps already the answer to the reply.
    let attempts = json["attempts"].as_array().unwrap();
    assert!((1..=2).contains(&attempts.len()) && attempts.iter().all(|it| it["channel"] == "sms"), "{json:#}");

    let silent = Site::sample_with(&[
        ("reply = \"1\"", "reply = \"2\""),
        ("reply_after_s = 15", "reply_after_s = 1"),
        ("[store]", "[quiet]\nhours = \"never\"\n[store]"),
    ]);
    // "2" is no answer to the test alone, but a person who says it must be heard.
    assert!(silent.run(&["drill", "Ada Ruiz"]).expect(1).out.contains("they CANNOT"));
}

#[test]
fn nobody_is_tested_at_night_or_by_a_way_that_does_not_reach_them() {
    let site = Site::sample_with(&[
        ("reply_after_s = 15", "reply_after_s = 1"),
        ("[store]", "[quiet]\nhours = \"always\"\n[store]"),
    ]);
    let quiet = site.run(&["drill", "Ada Ruiz"]).expect(1);
    assert!(quiet.err.contains("quiet hours") && quiet.err.contains("--now"), "{}", quiet.err);
    assert!(!site.path("page-oncall.db").exists() || site.run(&["show", "DRILL-ADA-RUIZ"]).code == 1);
    site.run(&["drill", "Ada Ruiz", "--now"]).expect(0);
    for (words, told) in [
        (&["drill", "Ada Riuz"][..], "did you mean Ada Ruiz"),
        (&["drill"], "--due"),
        (&["drill", "Ada Ruiz", "--due"], "cannot be used with"),
        (&["drill", "Ada Ruiz", "--channels", "pigeon"], "sms, voice, email, ntfy or pushover"),
        (&["drill", "--mail", "--due"], "cannot be used with"),
        (&["drill", "--due"], "readiness = true"),
    ] {
        let answer = site.run(words).expect(2);
        assert!(answer.err.contains(told), "{words:?}: {}", answer.err);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_drill_reaches_its_person_alone_and_confirms_the_number() {
    let phone = Phone::default();
    *phone.reply.lock().unwrap() = Some((ADA, "1"));
    let provider = phone.provider().await;
    let site = site(&provider, ALWAYS, "[quiet]\nhours = \"never\"\n");
    let told = site.run_with(&SECRETS, &["drill", "adal", "--by", "Supervisor"]).expect(0).out;
    assert!(told.contains("Ada Lee answered by text after"), "{told}");
    let bodies = phone.bodies();
    // Nothing but the answer to the reply comes after the test.
    assert!(bodies.iter().all(|body| body.contains("To=%2B16085550101")), "{bodies:#?}");
    assert!(bodies.iter().skip(1).all(|body| body.contains("test%3A+Thank+you")), "{bodies:#?}");
    assert!(bodies[0].contains("To=%2B16085550101") && bodies[0].contains("TEST+page+from+UW+HD"), "{}", bodies[0]);

    let report = site.run_with(&SECRETS, &["--format", "json", "doctor"]).json();
    let findings = report["findings"].as_array().unwrap();
    let person = findings.iter().find(|it| it["about"].as_str().unwrap().starts_with("Ada Lee")).unwrap();
    assert_eq!((&person["severity"], &person["code"]), (&"ok".into(), &"person".into()), "{person:#}");

    for (name, told) in [("Cy Day", "no channel of the ladder's first step"), ("Dee Fox", "no channel")] {
        let answer = site.run_with(&SECRETS, &["drill", name]).expect(1);
        assert!(answer.err.contains(told), "{}", answer.err);
    }
    assert_eq!(phone.bodies().len(), bodies.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_never_waits_behind_a_drill_for_its_answer() {
    let phone = Phone::default();
    let provider = phone.provider().await;
    let site = site(&provider, ALWAYS, "[quiet]\nhours = \"never\"\n");
    let run = |words: &[&str]| site.run_with(&SECRETS, words);
    run(&["drill", "Ada Lee", "--no-wait"]).expect(0);
    let call: Vec<&str> = ["--case", "INC1234567"].into_iter().chain(PAGE.split_whitespace()).collect();
    run(&call).expect(0);
    let bodies = phone.bodies();
    assert_eq!(bodies.len(), 2, "{bodies:#?}");
    assert!(bodies[1].contains("PAGE+AIMS") && bodies[1].contains("Reply+1%3Dgot+it"), "{}", bodies[1]);
    let busy = run(&["drill", "Ada Lee", "--no-wait"]).expect(1);
    assert!(busy.err.contains("is being paged for INC1234567"), "{}", busy.err);

    *phone.reply.lock().unwrap() = Some((ADA, "1"));
    run(&["run", "--once"]).expect(0);
    let state = |case: &str| run(&["--format", "json", "show", case]).expect(0).json()["acknowledged"].clone();
    assert_eq!(state("1234567")["by"], "Ada Lee");
    assert!(state("DRILL-ADA-LEE").is_null(), "one answer, and it was the page's");
    assert_eq!(phone.bodies().len(), 2, "nobody else was told anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_begins_tomorrow_is_asked_once_and_the_owner_hears_who_did_not_confirm() {
    let phone = Phone::default();
    let provider = phone.provider().await;
    let mail = MailServer::start("starttls", Some("PLAIN"));
    let more = format!(
        "[delivery.mail]\nhost = \"localhost\"\nport = {}\nusername = \"{USER}\"\nca_file = \"{}\"\n\
         from = \"UW HD <hd@example.edu>\"\ntimeout_s = 60\n\
         [quiet]\nhours = \"never\"\n\
         [proof]\nreadiness = true\nreadiness_at = \"00:00\"\nreadiness_report_at = \"00:01\"\n\
         supervisors = [\"supervisor@example.edu\"]\n",
        mail.port,
        mail.root().unwrap().display()
    );
    let site = site(&provider, &by_turns(), &more);
    let run = |words: &[&str]| site.run_with(&SECRETS, words);
    let asked = run(&["--format", "json", "drill", "--due"]).expect(0).json();
    let asked = asked["duties"].as_array().unwrap();
    assert_eq!(asked.len(), 1, "only tomorrow's: {asked:#?}");
    let (name, case) = (asked[0]["name"].as_str().unwrap(), asked[0]["case"].as_str().unwrap());
    assert!(phone.bodies()[0].contains("you+are+on+call+for+AIMS+from"), "{:?}", phone.bodies());
    assert!(run(&["drill", "--due"]).expect(0).out.contains("Nobody is to be asked now"));
    assert_eq!(phone.bodies().len(), 1, "once a shift");

    let told = run(&["drill", "--report", "--mail"]).expect(1).out;
    assert!(told.contains("no answer yet") && told.contains("mailed <owner@example.edu>"), "{told}");
    for to in ["owner@example.edu", "supervisor@example.edu"] {
        let letter = mail.taken();
        assert_eq!(letter["to"][0], to);
        assert!(letter["content"].as_str().unwrap().contains(name), "{letter}");
    }
    assert!(!run(&["drill", "--report", "--mail"]).expect(1).out.contains("mailed"), "once a day");
    run(&["ack", case, "--by", name]).expect(0);
    let report = run(&["--format", "json", "drill", "--report"]).expect(0).json();
    assert_eq!((&report["duties"][0]["ready"], &report["duties"][0]["case"]), (&"confirmed".into(), &case.into()));
    assert!(mail.stopped().iter().all(|line| !line.starts_with('{')));
}
