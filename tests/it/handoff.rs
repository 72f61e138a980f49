//! Are people told once that they are on call and what is left open, by a way that reaches them, and never at night?

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use chrono::{Days, NaiveDate};
use serde_json::json;

use crate::mail::{MailServer, PASSWORD, USER};
use crate::support::Site;
use crate::support_http::{Play, ScriptedHttp};

const SECRETS: [(&str, &str); 2] =
    [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token"), ("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];
const CONTACTS: &str = "name,aliases,phone,email\nAda Lee,,608-555-0101,ada@example.edu\n\
                        Ben Ortiz,,608-555-0102,ben@example.edu\n";
const PAGE: &str = "--case INC1234567 --yes --no-wait --no-input --partner aims --outage no --hd-can-help no \
                    --device departmental --critical yes --customer Marguerite --phone 608-555-0142 --summary Down";

/// Ada and Ben day by day from midnight to midnight: at every hour somebody has begun within the last day.
fn by_turns(first: &str, second: &str) -> String {
    let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let mut sheet = String::from("start,end,person\n");
    for (number, date) in start.iter_days().take(4_000).enumerate() {
        let next = date.checked_add_days(Days::new(1)).unwrap();
        writeln!(sheet, "{date} 00:00,{next} 00:00,{}", if number % 2 == 0 { first } else { second }).unwrap();
    }
    sheet
}

/// What the provider was sent, one body a request; each is answered with this status.
async fn provider(status: u16) -> (ScriptedHttp, Arc<Mutex<Vec<String>>>) {
    let bodies: Arc<Mutex<Vec<String>>> = Arc::default();
    let taken = Arc::clone(&bodies);
    let server = ScriptedHttp::answering(move |seen| {
        if seen.method == "GET" {
            return Play::json(200, r#"{"messages": [], "next_page_uri": null}"#);
        }
        let mut taken = taken.lock().unwrap();
        taken.push(seen.body.clone());
        let body = match status {
            201 => json!({"sid": format!("SM{:032}", taken.len()), "status": "queued"}),
            _ => json!({"code": 21610, "status": status}),
        };
        Play::json(status, &body.to_string())
    })
    .await;
    (server, bodies)
}

fn site(provider: &ScriptedHttp, mail: &MailServer, more: &str) -> Site {
    let settings = format!(
        "[desk]\nname = \"UW HD\"\ncps_hours = \"never\"\ngeneral_hours = \"always\"\n\
         [schedules.aims]\nsource = \"csv:aims.csv\"\n\
         [[leadership]]\nname = \"Chief\"\nphone = \"608-555-0190\"\n\
         [ladder]\nsteps = [{{ after_minutes = 0, to = \"primary\", channels = [\"sms\"] }}]\n\
         [delivery]\nmode = \"live\"\n\
         [delivery.sms]\nbase_url = \"{}\"\naccount_sid = \"AC0123456789abcdef0123456789abcdef\"\n\
         from = \"+16085550100\"\ntimeout_s = 60\nconnect_timeout_s = 60\n\
         [delivery.mail]\nhost = \"localhost\"\nport = {}\nusername = \"{USER}\"\nca_file = \"{}\"\n\
         from = \"UW HD <hd@example.edu>\"\ntimeout_s = 60\n{more}",
        provider.address,
        mail.port,
        mail.root().unwrap().display()
    );
    let aims = by_turns("Ada Lee", "Ben Ortiz");
    Site::with(&[("page-oncall.toml", &settings), ("aims.csv", &aims), ("contacts.csv", CONTACTS)])
}

fn mail_server() -> MailServer {
    MailServer::start("starttls", Some("PLAIN"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_begins_is_told_once_by_text_and_a_dry_run_tells_nobody() {
    let (provider, bodies) = provider(201).await;
    let mail = mail_server();
    let site = site(&provider, &mail, "[quiet]\nhours = \"never\"\n[handoff]\nwhen = \"start\"\n");
    let run = |words: &[&str]| site.run_with(&SECRETS, words);
    let shown = run(&["--format", "json", "handoff", "--dry-run"]).expect(0).json();
    let notes = shown["notes"].as_array().unwrap();
    assert_eq!((notes.len(), &notes[0]["outcome"], &notes[0]["kind"]), (1, &"dry-run".into(), &"start".into()));
    assert!(notes[0]["text"].as_str().unwrap().contains("you are on call for AIMS from"), "{shown:#}");
    assert!(bodies.lock().unwrap().is_empty());

    let told = run(&["handoff"]).expect(0).out;
    assert!(told.contains("text to") && !told.contains("TRAINING"), "{told}");
    let sent = bodies.lock().unwrap().clone();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("Before+you") && sent[0].contains("Nothing+is+open"), "{}", sent[0]);
    assert!(run(&["handoff"]).expect(0).out.contains("Nobody is to be told anything now"));
    assert_eq!(bodies.lock().unwrap().len(), 1, "once");
    assert!(mail.stopped().iter().all(|line| !line.starts_with('{')), "the text was taken, so no letter left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_is_refused_goes_by_letter_and_one_that_failed_goes_with_the_next_run() {
    let mail = mail_server();
    let (refusing, bodies) = provider(400).await;
    let more = "[quiet]\nhours = \"never\"\n[handoff]\nwhen = \"start\"\n";
    let opted_out = site(&refusing, &mail, more);
    opted_out.run_with(&SECRETS, &["handoff"]).expect(0);
    let letter = mail.taken();
    assert!(letter["content"].as_str().unwrap().contains("you are on call"), "{letter}");
    assert_eq!(bodies.lock().unwrap().len(), 1);

    let (down, _) = provider(503).await;
    let alone = site(&down, &mail, &format!("{more}channels = [\"sms\"]\n"));
    let told = alone.run_with(&SECRETS, &["handoff"]).expect(1).out;
    assert!(told.contains("NOT SENT"), "{told}");
    let (up, bodies) = provider(201).await;
    let settings = std::fs::read_to_string(alone.path("page-oncall.toml")).unwrap();
    alone.write("page-oncall.toml", settings.replace(&down.address, &up.address).as_bytes());
    alone.run_with(&SECRETS, &["handoff"]).expect(0);
    assert_eq!(bodies.lock().unwrap().len(), 1, "what could not leave leaves with the next run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_the_next_person_and_the_desk_hear_what_is_open_and_of_no_customer() {
    let (provider, bodies) = provider(201).await;
    let mail = mail_server();
    let more = "[quiet]\nhours = \"never\"\n[handoff]\nend_note = true\ndesk_mail = \"desk@example.edu\"\n";
    let site = site(&provider, &mail, more);
    let run = |words: &[&str]| site.run_with(&SECRETS, words);
    run(&PAGE.split_whitespace().collect::<Vec<_>>()).expect(0);
    let before = bodies.lock().unwrap().len();
    run(&["handoff"]).expect(0);
    let sent = bodies.lock().unwrap().clone();
    assert_eq!(sent.len(), before + 1, "{sent:#?}");
    let note = sent.last().unwrap();
    assert!(
        note.contains("AIMS+handoff+from") && note.contains("INC1234567") && !note.contains("Marguerite"),
        "{note}"
    );
    let letter = mail.taken();
    assert_eq!(letter["to"][0], "desk@example.edu");
    let content = letter["content"].as_str().unwrap();
    assert!(content.contains("INC1234567") && !content.contains("Marguerite"), "{content}");
    run(&["handoff"]).expect(0);
    assert_eq!(bodies.lock().unwrap().len(), before + 1, "once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaves_in_quiet_hours_or_without_a_setting() {
    let (provider, bodies) = provider(201).await;
    let mail = mail_server();
    let quiet = site(&provider, &mail, "[quiet]\nhours = \"always\"\n[handoff]\nwhen = \"start\"\nend_note = true\n");
    assert!(quiet.run_with(&SECRETS, &["handoff"]).expect(0).out.contains("Nobody is to be told"));
    let off = site(&provider, &mail, "");
    assert!(off.run_with(&SECRETS, &["handoff"]).expect(2).err.contains("end_note = true"));
    assert!(bodies.lock().unwrap().is_empty());
    let sample =
        Site::sample_with(&[("[store]", "[quiet]\nhours = \"never\"\n[handoff]\nwhen = \"evening\"\n[store]")]);
    let told = sample.run(&["handoff"]).expect(0).out;
    assert!(told.contains("TRAINING: nothing was sent") || told.contains("Nobody is to be told"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_sheet_is_told_by_text_once_a_change_and_waits_out_the_night() {
    let (provider, bodies) = provider(201).await;
    let mail = mail_server();
    let more = "[quiet]\nhours = \"always\"\n[handoff]\nchanges_by_sms = true\n";
    let site = site(&provider, &mail, more);
    let run = || site.run_with(&SECRETS, &["sync", "--mail"]).expect(0).out;
    let sheet = |person: &str| {
        format!(
            "start,end,person\n2026-01-01 00:00,2030-12-12 18:00,Ada Lee\n2030-12-12 18:00,2030-12-13 07:00,{person}\n"
        )
    };
    site.write("aims.csv", sheet("Ada Lee").as_bytes());
    let settings = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    site.write("page-oncall.toml", settings.replace("\"always\"\n[handoff]", "\"never\"\n[handoff]").as_bytes());
    run();
    site.write("page-oncall.toml", settings.as_bytes());
    site.write("aims.csv", sheet("Ben Ortiz").as_bytes());
    run();
    assert!(bodies.lock().unwrap().is_empty(), "it is quiet: only letters leave");
    assert!(mail.taken()["content"].as_str().unwrap().contains("edited"));
    site.write("page-oncall.toml", settings.replace("\"always\"\n[handoff]", "\"never\"\n[handoff]").as_bytes());
    run();
    run();
    let sent = bodies.lock().unwrap().clone();
    assert_eq!(sent.len(), 2, "Ada and Ben, once each: {sent:#?}");
    assert!(sent.iter().all(|body| body.contains("the+AIMS+sheet+was+edited")), "{sent:#?}");
}
