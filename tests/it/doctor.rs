//! Does `doctor` find beforehand what would keep a page from somebody tonight, and disturb nobody by looking?

mod ways;

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::mail::{MailServer, PASSWORD, USER};
use crate::support::{Ended, Site};
use crate::support_http::{Play, ScriptedHttp};
use crate::support_tools::{Program, project, tool};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const NUMBER: &str = "+16085550100";
const SECRETS: [(&str, &str); 2] =
    [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token"), ("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];
const CONTACTS: &str = "name,phone,email\nAda Lee,608-555-0101,ada@example.edu\n";
const ALWAYS: &str = "start,end,person\n2020-01-01 00:00,2037-01-01 00:00,Ada Lee\n";

/// A live site at this account and mail server.
fn site(account: &str, mail: &MailServer, aims: &str, more: &str) -> Site {
    let settings = format!(
        r#"
[desk]
name = "UW HD"
general_hours = "always"
procedure_date = 2026-01-01
procedure_max_age_months = 1200
[schedules.aims]
source = "csv:aims.csv"
[[leadership]]
name = "Help Desk leadership"
phone = "608-555-0190"
[heartbeat]
url = "{account}/ping/secret-7"
[delivery]
mode = "live"
[delivery.sms]
base_url = "{account}"
account_sid = "{ACCOUNT}"
from = "{NUMBER}"
timeout_s = 60
connect_timeout_s = 60
{more}
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
    Site::with(&[("page-oncall.toml", &settings), ("aims.csv", aims), ("contacts.csv", CONTACTS)])
}

fn mail_server() -> MailServer {
    MailServer::start("starttls", Some("PLAIN"))
}

fn account(status: &str, kind: &str) -> String {
    json!({"sid": ACCOUNT, "status": status, "type": kind, "something_new": [1]}).to_string()
}

fn numbers(sms: bool) -> String {
    json!({"incoming_phone_numbers": [{"phone_number": NUMBER, "capabilities": {"sms": sms, "voice": true}, "sms_url": ""}]})
        .to_string()
}

/// An answer with the provider's clock in its head.
fn dated(body: &str, date: &str) -> Play {
    // Lives as long as the test's process, which is short.
    let kind = Box::leak(format!("application/json\r\nDate: {date}").into_boxed_str());
    Play::Answer(200, kind, body.to_owned())
}

/// The findings of a code, as `severity: found`.
fn of_code(report: &Value, code: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == code);
    findings
        .map(|finding| format!("{}: {}", finding["severity"].as_str().unwrap(), finding["found"].as_str().unwrap()))
        .collect()
}

fn doctor(site: &Site) -> Ended {
    let ended = site.run_with(&SECRETS, &["--format", "json", "doctor"]);
    for secret in ["synthetic-token", PASSWORD, "secret-7"] {
        assert!(!ended.out.contains(secret) && !ended.err.contains(secret), "{}\n{}", ended.out, ended.err);
    }
    ended
}

#[test]
fn a_site_in_training_is_told_what_a_live_one_would_still_need() {
    let site = Site::sample();
    let told = site.run(&["doctor"]).expect(0);
    for words in
        ["warning mode: training", "[delivery.sms]", "TRAINING: nothing is sent", "time zone data", "heartbeat"]
    {
        assert!(told.out.contains(words), "{words:?} in\n{}", told.out);
    }
    assert!(told.out.lines().all(|line| line.chars().count() <= 80), "{}", told.out);
    assert!(!site.path("page-oncall.db").exists(), "looking makes no database");
    let report = site.run(&["--format", "json", "doctor"]).expect(0).json();
    assert_eq!(report["mode"], "training");
    let order: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|it| it["severity"].as_str().unwrap()).collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|word| ["error", "warning", "ok"].iter().position(|it| it == word));
    assert_eq!(order, sorted, "the worst stand first");
}

#[test]
fn the_providers_own_description_accepts_what_is_asked_and_no_mail_leaves() {
    let prism = Program::start(
        Command::new(tool("prism/node_modules/.bin/prism"))
            .args(["mock", "-h", "127.0.0.1", "-p", "0"])
            .arg(project("tests/data/twilio_accounts.json")),
    );
    let address = format!("http://127.0.0.1:{}", prism.port_after("Prism is listening on"));
    let mail = mail_server();
    let report = doctor(&site(&address, &mail, ALWAYS, "")).expect(1).json();
    // The description's example is an active account with another number, answered at this moment.
    assert_eq!(of_code(&report, "account"), ["ok: active"]);
    assert!(of_code(&report, "sender-unknown")[0].starts_with("error: the account has no such number"));
    assert_eq!(of_code(&report, "mail-server"), ["ok: took STARTTLS, login, NOOP"]);
    assert!(of_code(&report, "person-unconfirmed")[0].contains("not confirmed in the last 35 days"));
    std::process::Command::new("curl").arg("-s").arg(format!("{address}/the-last")).output().unwrap();
    let log = prism.lines_until("/the-last");
    let count = |words: &str| log.iter().filter(|line| line.contains(words)).count();
    assert_eq!((count("did not pass"), count("The request passed the validation rules")), (0, 2), "{log:#?}");
    assert!(mail.stopped().iter().all(|line| !line.starts_with('{')), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_would_not_send_is_an_error_and_a_good_one_is_none() {
    let mail = mail_server();
    let judged = async |script: Vec<Play>| {
        let provider = ScriptedHttp::start(script).await;
        let site = site(&provider.address, &mail, ALWAYS, "");
        site.run(&["sync"]).expect(0);
        let ended = doctor(&site);
        assert!(provider.seen().iter().skip(1).all(|seen| seen.method == "GET"), "it only asks");
        (ended.code, ended.json())
    };
    // The first answer is the heartbeat of `sync`.
    let beat = || Play::Answer(200, "text/plain", "ok".to_owned());
    let good = || Play::json(200, &account("active", "Full"));
    let (code, report) = judged(vec![beat(), good(), Play::json(200, &numbers(true))]).await;
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(of_code(&report, "sender"), ["ok: can send texts"]);
    assert!(of_code(&report, "registration")[0].starts_with("warning: not told here"), "{report:#}");

    let (code, report) = judged(vec![beat(), Play::json(401, r#"{"code": 20003}"#)]).await;
    assert_eq!(code, 1);
    assert!(of_code(&report, "provider-login")[0].starts_with("error: refused (HTTP 401, 20003"), "{report:#}");
    let (code, report) = judged(vec![beat(), Play::Close]).await;
    assert_eq!((code, of_code(&report, "provider-unreachable").len()), (1, 1), "{report:#}");
    for (status, kind, words) in [("suspended", "Full", "suspended"), ("active", "Trial", "trial account")] {
        let (code, report) =
            judged(vec![beat(), Play::json(200, &account(status, kind)), Play::json(200, &numbers(true))]).await;
        assert_eq!(code, 1);
        assert!(of_code(&report, "account")[0].contains(words), "{report:#}");
    }
    let (code, report) = judged(vec![beat(), good(), Play::json(200, &numbers(false))]).await;
    assert_eq!((code, of_code(&report, "sender")), (1, vec!["error: cannot send texts".to_owned()]));
    let (code, report) = judged(vec![
        beat(),
        dated(&account("active", "Full"), "Wed, 01 Jan 2020 00:00:00 GMT"),
        Play::json(200, &numbers(true)),
    ])
    .await;
    assert_eq!(code, 1);
    assert!(of_code(&report, "clock")[0].contains("ahead"), "{report:#}");
    let (code, report) = judged(vec![beat(), good(), Play::json(500, "oops")]).await;
    assert_eq!((code, of_code(&report, "provider-silent").len()), (0, 1), "what nobody tells is a warning");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_settings_are_2_and_a_schedule_nobody_can_read_is_3() {
    let mail = mail_server();
    let script = || [Play::json(200, &account("active", "Full")), Play::json(200, &numbers(true))];
    let provider = ScriptedHttp::start(script()).await;
    let bare = site(&provider.address, &mail, ALWAYS, "");
    let report = bare.run(&["--format", "json", "doctor"]).expect(2).json();
    assert!(of_code(&report, "delivery")[0].contains("has no secret"), "{report:#}");
    assert!(provider.seen().is_empty());

    bare.write("aims.csv", b"");
    let report = doctor(&bare).expect(3).json();
    assert!(of_code(&report, "schedule")[0].starts_with("error: nobody can tell who is on call"), "{report:#}");

    let provider = ScriptedHttp::start(script()).await;
    let open = site(&provider.address, &mail, ALWAYS, "auth_token_file = \"sms.token\"");
    open.write("sms.token", b"synthetic-token\n");
    std::fs::set_permissions(open.path("sms.token"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let report = doctor(&open).expect(0).json();
    assert_eq!(of_code(&report, "secret-file"), ["warning: others may read it (mode 644)"]);
    std::fs::set_permissions(open.path("sms.token"), std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(of_code(&doctor(&open).json(), "secret-file"), ["ok: only its owner may read it"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hole_or_a_person_without_a_number_tonight_is_an_error() {
    let mail = mail_server();
    let judged = async |aims: &str| {
        let provider =
            ScriptedHttp::start([Play::json(200, &account("active", "Full")), Play::json(200, &numbers(true))]).await;
        let ended = doctor(&site(&provider.address, &mail, aims, ""));
        (ended.code, ended.json())
    };
    let (code, report) = judged("start,end,person\n2020-01-01 00:00,2020-02-01 00:00,Ada Lee\n").await;
    assert_eq!(code, 1);
    assert!(of_code(&report, "holes")[0].starts_with("error: NOBODY is on call from"), "{report:#}");
    let mut nobody = String::from(ALWAYS);
    writeln!(nobody, "2020-01-01 00:00,2037-01-01 00:00,Nemo").unwrap();
    let (code, report) = judged(&nobody).await;
    assert_eq!((code, of_code(&report, "person-number")), (1, vec!["error: no number and no address".to_owned()]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_heartbeat_is_asked_for_only_when_told_to() {
    let mail = mail_server();
    let provider = ScriptedHttp::start([
        Play::json(200, &account("active", "Full")),
        Play::json(200, &numbers(true)),
        Play::Answer(500, "text/plain", "no".to_owned()),
    ])
    .await;
    let site = site(&provider.address, &mail, ALWAYS, "");
    let report = site.run_with(&SECRETS, &["--format", "json", "doctor", "--ping-heartbeat"]).expect(0).json();
    assert_eq!(of_code(&report, "heartbeat-ping"), ["warning: it answered with HTTP 500"]);
    assert_eq!(provider.seen().iter().filter(|seen| seen.target.contains("/ping/")).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_address_is_tried_and_replies_must_be_handed_in_there() {
    let mail = mail_server();
    let judged = async |healthy: &'static str, hook: &'static str| {
        let provider = ScriptedHttp::answering(move |seen| match seen.target.as_str() {
            "/pager/healthz" => Play::Answer(200, "text/plain", healthy.to_owned()),
            target if target.contains("IncomingPhoneNumbers") => {
                // The address of this server is known to its asker only.
                let here = format!("http://{}/pager{hook}", seen.header("host").unwrap());
                Play::json(200, &numbers(true).replace("\"sms_url\":\"\"", &format!("\"sms_url\":\"{here}\"")))
            }
            _ => Play::json(200, &account("active", "Full")),
        })
        .await;
        let more = format!("[serve]\npublic_url = \"{}/pager\"", provider.address);
        doctor(&site(&provider.address, &mail, ALWAYS, &more)).expect(0).json()
    };
    let report = judged("ok\n", "/hooks/twilio/sms").await;
    assert_eq!(of_code(&report, "public-address"), ["ok: /healthz answers"]);
    assert!(of_code(&report, "replies")[0].starts_with("ok: are handed in at"), "{report:#}");
    let report = judged("<h1>It works!</h1>", "/elsewhere").await;
    assert!(of_code(&report, "public-address")[0].starts_with("warning: something else answers there"), "{report:#}");
    assert!(of_code(&report, "replies")[0].contains("/elsewhere"), "{report:#}");
}
