//! Does a live page go all the way? A real roster, the provider's own description, a real mail server, the real program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use chrono::{Days, NaiveDate};
use serde_json::Value;

use crate::mail::{MailServer, PASSWORD, USER};
use crate::support::{Ended, Site};
use crate::support_tools::{Program, project, tool};

const TOKEN: &str = "synthetic-token";
const VARIABLES: [(&str, &str); 2] = [("PAGE_ONCALL_SMS_TOKEN", TOKEN), ("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];
const CUSTOMER: &str = "Marguerite Oduya";
const PHONE: &str = "608-555-0142";
const SUMMARY: &str = "Payroll printer stopped";

/// A weekly roster as a team really kept it: dates of 2017, weeks from Wednesday 09:30, its own words for the roles. The
/// collected original where it lies beside this project, else a sheet of the same shape.
fn roster() -> String {
    let original = project("../shared/sheets/10-pay-week-commencing.csv");
    let alike = project("tests/data/schedules/week-commencing.csv");
    std::fs::read_to_string(if original.exists() { original } else { alike }).unwrap()
}

/// The same roster kept up to the end of 2037: its people go on taking turns.
fn kept_up(roster: &str) -> String {
    let mut lines = roster.lines();
    let (heading, weeks) = (lines.next().unwrap(), lines.collect::<Vec<_>>());
    let turns: Vec<&str> = weeks.iter().map(|week| week.split_once(',').unwrap().1).collect();
    let first: NaiveDate = weeks[0].split_once(',').unwrap().0.parse().unwrap();
    let mut sheet = format!("{heading}\n");
    let dates = std::iter::successors(Some(first), |date| date.checked_add_days(Days::new(7)));
    let until = NaiveDate::from_ymd_opt(2038, 1, 1).unwrap();
    for (date, turn) in dates.take_while(|date| *date < until).zip(turns.iter().cycle()) {
        writeln!(sheet, "{date},{turn}").unwrap();
    }
    sheet
}

/// A contact for everybody in the roster.
fn contacts(roster: &str) -> String {
    let cells = roster.lines().skip(1).flat_map(|line| line.split(',').skip(1));
    let people: BTreeSet<&str> = cells.chain(["Greta"]).collect();
    let mut contacts = "name,phone,email\n".to_owned();
    for (number, name) in people.iter().enumerate() {
        writeln!(contacts, "{name},608-555-01{number:02},{}@example.edu", name.to_lowercase()).unwrap();
    }
    contacts
}

/// A live site with all it talks to.
struct Live {
    site: Site,
    prism: Program,
    prism_address: String,
    mail: MailServer,
}

impl Live {
    fn start() -> Self {
        let description = project("tests/data/twilio_messages.json");
        let mut prism = Command::new(tool("prism/node_modules/.bin/prism"));
        let prism = Program::start(prism.args(["mock", "-h", "127.0.0.1", "-p", "0"]).arg(description));
        let prism_address = format!("127.0.0.1:{}", prism.port_after("Prism is listening on"));
        let mail = MailServer::start("starttls", Some("PLAIN"));
        let settings = format!(
            r#"
[desk]
name = "UW HD"
cps_hours = "never"       # so that the decision is a page at every hour
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
layout = {{ handoff_day = "Wed", handoff_time = "09:30" }}
[schedules.aims-2017]
source = "csv:aims-2017.csv"
layout = {{ handoff_day = "Wed", handoff_time = "09:30" }}
[schedules.gds]
source = "csv:gds.csv"
[[leadership]]
name = "Help Desk leadership"
phone = "608-555-0190"
[paging]
attempt_timeout_s = 120
[delivery]
mode = "live"
[delivery.sms]
base_url = "http://{prism_address}"
account_sid = "AC0123456789abcdef0123456789abcdef"
from = "+16085550100"
timeout_s = 60
connect_timeout_s = 60
[delivery.mail]
host = "localhost"
port = {}
username = "{USER}"
ca_file = "{}"
from = "UW HD <hd@example.edu>"
timeout_s = 60
"#,
            mail.port,
            mail.root().unwrap().display(),
        );
        let roster = roster();
        let site = Site::with(&[
            ("page-oncall.toml", &settings),
            ("aims-2017.csv", &roster),
            ("aims.csv", &kept_up(&roster)),
            ("gds.csv", "start,end,person\n2017-01-01 00:00,2038-01-01 00:00,Greta\n"),
            ("contacts.csv", &contacts(&roster)),
        ]);
        Self { site, prism, prism_address, mail }
    }

    fn run(&self, words: &[&str]) -> Ended {
        let ended = self.site.run_with(&VARIABLES, words);
        nothing_personal(&ended.err);
        ended
    }

    fn show(&self, case: &str) -> Value {
        self.run(&["--format", "json", "show", case]).expect(0).json()
    }

    /// Asserts that the provider's description refused nothing of what was asked so far, and says how much that was.
    fn accepted_by_prism(&self) -> usize {
        let mut last = TcpStream::connect(&self.prism_address).unwrap();
        last.write_all(b"GET /the-last HTTP/1.1\r\nHost: prism\r\nConnection: close\r\n\r\n").unwrap();
        last.read_to_end(&mut Vec::new()).unwrap();
        // Prism writes in order: when the last request is in its log, so are all before it.
        let log = self.prism.lines_until("/the-last");
        let count = |words: &str| log.iter().filter(|line| line.contains(words)).count();
        assert_eq!(count("did not pass"), 0, "{log:#?}");
        assert_eq!(count("Request terminated with error"), 0, "{log:#?}");
        assert_eq!(count("with \"4"), 0, "{log:#?}");
        count("The request passed the validation rules")
    }
}

/// The log names no customer and no secret, however much it says.
fn nothing_personal(log: &str) {
    for private in [CUSTOMER, "Marguerite", PHONE, "5550142", "555-0142", SUMMARY, "printer", TOKEN, PASSWORD] {
        assert!(!log.contains(private), "{private:?} is in the log:\n{log}");
    }
}

fn call<'a>(case: &'a str, partner: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["--case", case, "--yes", "--outage", "no", "--hd-can-help", "no", "--device", "departmental"];
    words.extend(["--critical", "yes", "--customer", CUSTOMER, "--phone", PHONE, "--summary", SUMMARY]);
    words.extend(partner);
    words.extend(more);
    words
}

const AIMS: [&str; 2] = ["--partner", "aims"];
const GDS: [&str; 4] = ["--partner", "gds", "--judgement", "yes"];

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value:#}"))
}

#[test]
fn the_roster_of_a_real_team_is_read_with_two_settings() {
    let roster = roster();
    let settings = "[desk]\ngeneral_hours = 'always'\n[schedules.aims]\nsource = 'csv:aims.csv'\n\
                    layout = { handoff_day = 'Wed', handoff_time = '09:30' }\n";
    let site =
        Site::with(&[("page-oncall.toml", settings), ("aims.csv", &roster), ("contacts.csv", &contacts(&roster))]);
    let week = |number: usize| roster.lines().nth(number).unwrap().split(',').skip(1).collect::<Vec<_>>();
    for (at, names) in [
        ("2017-06-28 09:30:00", week(1)),
        ("2017-06-30 12:00:00", week(1)),
        ("2017-07-05 09:29:59", week(1)),
        ("2017-07-05 09:30:00", week(2)),
    ] {
        let who = site.run(&["--format", "json", "who", "--at", at]).expect(0).json();
        let on_call = who["schedules"][0]["on_call"].as_array().unwrap();
        let found: Vec<_> = on_call.iter().map(|person| person["name"].as_str().unwrap()).collect();
        assert_eq!(found, names, "{at}");
        assert_eq!(text(&who, "/schedules/0/on_call/0/role"), "Primary - in hours");
    }
    site.run(&["who", "--at", "2017-06-28 09:29:59"]).expect(1);
}

#[test]
fn a_live_page_is_sent_by_both_ways_taken_and_kept() {
    let live = Live::start();
    let page = live.run(&call("INC1234567", &AIMS, &["--no-wait", "-vv"])).expect(0);
    for words in ["PAGE AIMS", "within one hour", PHONE, "page-oncall run"] {
        assert!(page.out.contains(words), "{words:?} is missing in\n{}", page.out);
    }
    assert!(!page.out.contains("TRAINING"), "{}", page.out);
    assert!(page.err.contains("outcome=Accepted"), "-vv tells what became of it:\n{}", page.err);

    let shown = live.show("INC1234567");
    let who = live.run(&["--format", "json", "who", "aims"]).expect(0).json();
    let primary = text(&who, "/schedules/0/on_call/0/name");
    assert_eq!((text(&shown, "/state"), text(&shown, "/on_call/0/name")), ("paging", primary));
    let attempts = shown["attempts"].as_array().unwrap();
    let told: Vec<_> = attempts
        .iter()
        .map(|attempt| ["to", "channel", "provider", "outcome"].map(|key| attempt[key].as_str().unwrap()))
        .collect();
    assert_eq!(told, [[primary, "sms", "twilio", "accepted"], [primary, "email", "smtp", "accepted"]]);
    assert!(text(&shown, "/attempts/0/provider_id").starts_with("SM"), "{shown:#}");
    assert_eq!(text(&shown, "/attempts/1/provider_id"), "C25CDA520C1");
    assert_eq!(text(&shown, "/promise/state"), "open");

    let mail = live.mail.taken();
    assert_eq!((mail["tls"].as_bool(), mail["login"].as_bool()), (Some(true), Some(true)));
    assert_eq!(text(&mail, "/to/0"), format!("{}@example.edu", primary.to_lowercase()));
    let content = text(&mail, "/content");
    for fact in ["1234567", CUSTOMER, PHONE, SUMMARY] {
        assert!(content.contains(fact), "{fact:?} is missing in\n{content}");
    }

    let taken = live.run(&["ack", "1234567", "--by", &primary.to_lowercase(), "-vv"]).expect(0);
    assert!(taken.out.contains(primary), "{}", taken.out);
    let promises = live.run(&["promises"]).expect(0);
    assert!(promises.out.contains("INC1234567"), "{}", promises.out);
    live.run(&["called-back", "INC1234567", "--by", primary, "-vv"]).expect(0);
    let shown = live.show("1234567");
    assert_eq!((text(&shown, "/state"), text(&shown, "/promise/state")), ("closed", "kept"));
    assert_eq!((text(&shown, "/acknowledged/by"), text(&shown, "/acknowledged/via")), (primary, "agent"));
    assert_eq!(shown["attempts"].as_array().unwrap().len(), 2, "nobody else was told anything");
    let late = live.run(&["ack", "1234567", "--by", "Greta"]).expect(1);
    assert!(late.err.contains(primary), "{}", late.err);

    let first = call("1234568", &GDS, &["--no-wait", "--format", "json"]);
    let page = live.run(&first).expect(0).json();
    assert_eq!((text(&page, "/decision/row"), text(&page, "/attempts/0/to")), ("D5b", "Greta"));
    assert!(text(&live.mail.taken(), "/content").contains("1234568"));
    live.run(&["cancel", "1234568", "--by", "agent"]).expect(0);
    assert_eq!(text(&live.show("1234568"), "/state"), "cancelled");
    // Two pages by text, and the word that the second was withdrawn.
    let requests = live.accepted_by_prism();
    assert!(requests >= 3, "{requests} requests");
}

#[test]
fn an_engine_beside_carries_pages_and_hears_what_other_processes_record() {
    let live = Live::start();
    let engine = live.site.start(&VARIABLES, &["run", "-vv"]);
    let mut log = engine.lines_until("the engine runs");
    live.run(&call("1234567", &AIMS, &["--no-wait"])).expect(0);
    let mail = live.mail.taken();
    assert!(text(&mail, "/content").contains("1234567"));
    live.run(&["ack", "1234567", "--by", "Greta"]).expect(0);
    live.run(&["called-back", "1234567", "--by", "Greta"]).expect(0);

    // An agent who follows sees what somebody else records.
    let agent = live.site.start(&VARIABLES, &call("1234568", &GDS, &["-vv"]));
    let mut followed = agent.lines_until("e-mail to Greta: accepted");
    live.run(&["ack", "1234568", "--by", "greta"]).expect(0);
    let (status, rest) = agent.ended();
    followed.extend(rest);
    assert_eq!(status.code(), Some(0), "{followed:#?}");
    assert!(followed.iter().any(|line| line.contains("Greta has it.")), "{followed:#?}");

    let (status, rest) = engine.stopped();
    log.extend(rest);
    assert_eq!(status.code(), Some(0), "SIGTERM ends it cleanly: {log:#?}");
    nothing_personal(&log.join("\n"));
    let shown = live.show("1234567");
    assert_eq!(text(&shown, "/promise/state"), "kept");
    let primary = text(&shown, "/on_call/0/name");
    let told: Vec<_> = shown["attempts"].as_array().unwrap().iter().map(|it| [&it["to"], &it["channel"]]).collect();
    // Whoever was paged hears that Greta has it.
    assert_eq!(told, [[primary, "sms"], [primary, "email"], [primary, "sms"]]);
    assert!(live.accepted_by_prism() >= 4);
}
