//! Does a call say the right words to the right phone, and is its fate understood? The provider's own description and
//! library judge the requests and documents; phones of our own play what people do.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use page_oncall::delivery::twiml::{LONGEST, Speech};
use page_oncall::delivery::{PublicUrl, TwilioCall, TwilioCallSettings, TwilioCredentials};
use page_oncall::episode::outcome::{Outcome, Report};
use page_oncall::ports::{CallScript, Message, Provider};
use proptest::prelude::*;
use serde_json::json;

use crate::support_http::{Play, ScriptedHttp};
use crate::support_phones::{Handset, form};
use crate::support_tools::{Program, project, tool};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SID: &str = "CA0123456789abcdef0123456789abcdef";
const PUBLIC: &str = "https://oncall.example.edu/desk/";

fn script() -> CallScript {
    CallScript {
        opening: "Help Desk on-call page for AIMS, case 1 2 3.".to_owned(),
        facts: vec!["Call Pat O'Brien & Co at 6 0 8.".to_owned(), "Call by 11:42 PM.".to_owned()],
        menu: "Press 1 if you have it.".to_owned(),
        without_keys: "To take it, call the Help Desk.".to_owned(),
        voicemail: vec!["Help Desk on-call page.".to_owned(), "The case is 1 2 3. Again: 1 2 3.".to_owned()],
    }
}

fn message() -> Message {
    Message {
        message_key: "1234567.r1.0.ada-ruiz.voice".to_owned(),
        attempt: "r1.0.ada-ruiz.voice.1".to_owned(),
        to: "+16085550101".to_owned(),
        name: "Ada Ruiz".to_owned(),
        subject: String::new(),
        body: String::new(),
        episode: "0190-page".to_owned(),
        call: Some(script()),
        asks_to_act: true,
        link: None,
    }
}

fn public(address: &str) -> PublicUrl {
    PublicUrl::try_from(address.to_owned()).expect("a public address")
}

fn provider(base_url: &str, changes: &str, public_url: Option<&str>) -> TwilioCall {
    let settings = format!("base_url = '{base_url}'\naccount_sid = '{ACCOUNT}'\nfrom = '+16085550100'\n{changes}");
    let settings: TwilioCallSettings = toml::from_str(&settings).expect("the settings are read");
    let credentials = TwilioCredentials { api_key_sid: None, secret: "synthetic-token".into() };
    let caller = TwilioCall::new(&settings, credentials).expect("the settings are right");
    caller.with_callbacks(public_url.map(public))
}

/// The form of one call, and what became of it.
async fn called(changes: &str, public_url: Option<&str>) -> (HashMap<String, String>, Report) {
    let server = ScriptedHttp::start([Play::json(201, &json!({"sid": SID, "status": "queued"}).to_string())]).await;
    let report = provider(&server.address, changes, public_url).send(&message()).await;
    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("POST", &*format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"))
    );
    (form(&seen[0].body), report)
}

/// The descriptions at hand: the extract in this project, and the whole one where it lies beside it.
fn descriptions() -> Vec<PathBuf> {
    let whole = project("../shared/specs/twilio_api_v2010.json");
    std::iter::once(project("tests/data/twilio_calls.json")).chain(whole.exists().then_some(whole)).collect()
}

#[tokio::test]
async fn the_published_description_accepts_every_request() {
    for description in descriptions() {
        let prism = Program::start(
            Command::new(tool("prism/node_modules/.bin/prism"))
                .args(["mock", "-h", "127.0.0.1", "-p", "0"])
                .arg(&description),
        );
        let address = format!("http://127.0.0.1:{}", prism.port_after("Prism is listening on"));
        for public in [None, Some(PUBLIC)] {
            let provider = provider(&address, "timeout_s = 60", public);
            let report = provider.send(&message()).await;
            assert!(report.provider_id.is_some_and(|sid| sid.starts_with("CA")), "{}", report.detail);
            assert!(provider.receipt(SID).await.is_some(), "the description has an example");
            assert!(provider.leave_voicemail(SID, &message()).await);
            assert!(provider.hang_up(SID).await.is_some(), "the description has an example");
        }
        // Prism writes in order: when the last request is in its log, so are all before it.
        reqwest::get(format!("{address}/the-last")).await.expect("prism answers");
        let log = prism.lines_until("/the-last");
        let count = |words: &str| log.iter().filter(|line| line.contains(words)).count();
        assert_eq!(count("did not pass"), 0, "{log:#?}");
        assert_eq!(count("The request passed the validation rules"), 8, "{log:#?}");
        assert_eq!(count("Request terminated with error"), 0, "{log:#?}");
    }
}

#[tokio::test]
async fn a_call_that_can_be_answered_listens_and_tells_its_fate_to_the_public_address() {
    let (form, report) = called("", Some(PUBLIC)).await;
    assert_eq!((report.outcome, report.provider_id.as_deref()), (Outcome::Accepted, Some(SID)));
    assert_eq!((report.provider.as_str(), report.detail.as_str()), ("twilio-voice", "queued"));
    let about = "page=0190-page&attempt=r1.0.ada-ruiz.voice.1";
    let hooks = "https://oncall.example.edu/desk/hooks/twilio";
    for (field, value) in [
        ("To", "+16085550101"),
        ("From", "+16085550100"),
        ("Timeout", "25"),
        ("TimeLimit", "600"),
        ("MachineDetection", "DetectMessageEnd"),
        ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", &format!("{hooks}/detection?{about}")),
        ("StatusCallback", &format!("{hooks}/call-status?{about}")),
        ("StatusCallbackEvent", "completed"),
    ] {
        assert_eq!(form.get(field).map(String::as_str), Some(value), "{field}");
    }
    assert_eq!(form.len(), 10, "{:?}", form.keys());
    let handset = Handset::hearing(&form["Twiml"]);
    assert_eq!(handset.listened.as_deref(), Some(&*format!("{hooks}/voice?{about}")));
    let script = script();
    let mut expected = vec![script.opening];
    expected.extend(script.facts);
    expected.push(script.menu);
    expected.extend(script.voicemail);
    assert_eq!(handset.heard, expected, "no key falls through to the voicemail");
}

#[tokio::test]
async fn a_call_that_nobody_hears_keys_of_offers_none() {
    let (form, _) = called("ring_s = 20\nmachine_detection = false", None).await;
    let mut fields: Vec<&str> = form.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["From", "TimeLimit", "Timeout", "To", "Twiml"]);
    assert_eq!(form["Timeout"], "20");
    let handset = Handset::hearing(&form["Twiml"]);
    assert_eq!(handset.listened, None);
    assert!(!handset.text().contains("Press") && handset.text().contains("To take it, call the Help Desk."));
    let (form, _) = called("", None).await;
    assert_eq!((form["MachineDetection"].as_str(), form["AsyncAmd"].as_str()), ("DetectMessageEnd", "true"));
    assert!(!form.contains_key("AsyncAmdStatusCallback") && !form.contains_key("StatusCallback"));
}

#[tokio::test]
async fn a_machine_is_led_to_the_voicemail_text() {
    let server = ScriptedHttp::start([
        Play::json(200, r#"{"status": "in-progress"}"#),
        Play::json(400, r#"{"code": 21220}"#),
        Play::Close,
    ])
    .await;
    let provider = provider(&server.address, "", Some(PUBLIC));
    assert!(provider.leave_voicemail(SID, &message()).await);
    assert!(!provider.leave_voicemail(SID, &message()).await, "the call has ended");
    assert!(!provider.leave_voicemail(SID, &message()).await);
    assert!(!provider.leave_voicemail("../../x", &message()).await, "a name that is none is not asked for");
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[0].target, format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{SID}.json"));
    let form = form(&seen[0].body);
    assert_eq!(Handset::hearing(&form["Twiml"]).heard, script().voicemail);
    assert_eq!(form.len(), 1, "the document alone");
}

#[tokio::test]
async fn answers_to_a_call_are_understood() {
    for (play, outcome) in [
        (Play::json(201, r#"{"sid":"CA1","status":"queued"}"#), Outcome::Accepted),
        (Play::json(201, r#"{"sid":"CA1"}"#), Outcome::Unknown),
        (Play::json(201, ""), Outcome::Unknown),
        (Play::CutOff(201, r#"{"sid":"CA1","sta"#.to_owned()), Outcome::Unknown),
        (Play::json(400, r#"{"code":21217,"message":"+16085550101 is wrong"}"#), Outcome::Refused),
        (Play::json(400, r#"{"code":13224}"#), Outcome::Refused),
        (Play::json(400, r#"{"code":21210}"#), Outcome::Unavailable),
        (Play::json(401, r#"{"code":20003}"#), Outcome::Unavailable),
        (Play::json(401, ""), Outcome::Unavailable),
        (Play::json(429, r#"{"code":20429}"#), Outcome::Retryable),
        (Play::json(500, "{}"), Outcome::Retryable),
        (Play::json(503, r#"{"status":"queued"}"#), Outcome::Unknown),
        (Play::Redirect("http://127.0.0.1:1/".to_owned()), Outcome::Unknown),
        (Play::Close, Outcome::Unknown),
    ] {
        let server = ScriptedHttp::start([play]).await;
        let report = provider(&server.address, "timeout_s = 60", None).send(&message()).await;
        assert_eq!(report.outcome, outcome, "{}", report.detail);
        assert!(!report.detail.contains("0101"), "{}", report.detail);
        assert_eq!(server.seen().len(), 1);
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let nowhere = format!("http://{}", listener.local_addr().expect("the port is known"));
    drop(listener);
    assert_eq!(provider(&nowhere, "", None).send(&message()).await.outcome, Outcome::Retryable);
    let empty = Message { call: None, ..message() };
    assert_eq!(provider(&nowhere, "", None).send(&empty).await.outcome, Outcome::Refused, "there is nothing to say");
}

#[tokio::test]
async fn the_fate_of_a_call_is_fetched() {
    for (status, answered_by, outcome, detail) in [
        ("ringing", None, Outcome::Accepted, "ringing"),
        ("completed", Some("machine_end_beep"), Outcome::Voicemail, "a machine answered"),
        ("completed", Some("human"), Outcome::Delivered, "answered, no key was pressed"),
        ("completed", None, Outcome::Delivered, "answered, no key was pressed"),
        ("completed", Some("fax"), Outcome::Refused, "a fax answered"),
        ("busy", None, Outcome::Retryable, "busy"),
        ("no-answer", None, Outcome::Retryable, "no-answer"),
        ("teleported", None, Outcome::Unknown, "teleported"),
    ] {
        let body = json!({"sid": SID, "status": status, "answered_by": answered_by, "unknown": {"field": 1}});
        let server = ScriptedHttp::start([Play::json(200, &body.to_string())]).await;
        let report = provider(&server.address, "", None).receipt(SID).await.expect("a fate");
        assert_eq!((report.outcome, report.detail.as_str()), (outcome, detail));
        let target = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{SID}.json");
        assert_eq!((server.seen()[0].method.as_str(), server.seen()[0].target.as_str()), ("GET", target.as_str()));
    }
    for play in [Play::json(404, r#"{"code":20404}"#), Play::json(500, "{}"), Play::json(200, "<html>"), Play::Close] {
        let server = ScriptedHttp::start([play]).await;
        assert_eq!(provider(&server.address, "", None).receipt(SID).await, None);
    }
}

#[tokio::test]
async fn a_call_that_nobody_needs_is_ended_and_keeps_its_own_fate_where_it_had_one() {
    let hung_up = "hung up: nobody needs to answer it any more";
    let cut_short = "answered, and ended because nobody needs to answer it any more";
    for (status, outcome, detail) in [
        ("queued", Outcome::Retryable, hung_up),
        ("ringing", Outcome::Retryable, hung_up),
        ("canceled", Outcome::Retryable, hung_up),
        ("in-progress", Outcome::Delivered, cut_short),
        ("completed", Outcome::Delivered, "answered, no key was pressed"),
        ("no-answer", Outcome::Retryable, "no-answer"),
    ] {
        let server = ScriptedHttp::start([Play::json(200, &json!({"sid": SID, "status": status}).to_string())]).await;
        let report = provider(&server.address, "", None).hang_up(SID).await.expect("a fate");
        assert_eq!((report.outcome, report.detail.as_str()), (outcome, detail), "{status}");
        let seen = server.seen();
        let target = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{SID}.json");
        assert_eq!((seen[0].method.as_str(), seen[0].target.as_str()), ("POST", target.as_str()));
        assert_eq!(form(&seen[0].body), HashMap::from([("Status".to_owned(), "completed".to_owned())]));
    }
    let ended = Play::json(400, r#"{"code": 21220}"#);
    let fate = json!({"sid": SID, "status": "completed", "answered_by": "machine_end_beep"});
    let server = ScriptedHttp::start([ended, Play::json(200, &fate.to_string())]).await;
    let report = provider(&server.address, "", None).hang_up(SID).await.expect("a fate");
    assert_eq!((report.outcome, report.detail.as_str()), (Outcome::Voicemail, "a machine answered"));
    for play in [Play::json(404, r#"{"code":20404}"#), Play::json(500, "{}"), Play::json(200, "<html>"), Play::Close] {
        let server = ScriptedHttp::start([play]).await;
        assert_eq!(provider(&server.address, "", None).hang_up(SID).await, None);
    }
    let nobody = ScriptedHttp::start([]).await;
    assert_eq!(provider(&nobody.address, "", None).hang_up("../../x").await, None);
    assert!(nobody.seen().is_empty());
}

/// Every document of these scripts.
fn documents(scripts: &[CallScript]) -> Vec<String> {
    let speech = Speech { language: "en-US".to_owned(), voice: Some("Polly.Joanna".to_owned()) };
    let keys = format!("{PUBLIC}hooks/twilio/voice?page=1&attempt=2");
    let all = scripts.iter().flat_map(|script| {
        [
            speech.call(script, Some(&keys)),
            speech.call(script, None),
            speech.voicemail(script),
            speech.say_and_end(&script.facts),
        ]
    });
    all.collect()
}

#[test]
fn the_providers_own_library_builds_the_same_documents() {
    let strange = CallScript {
        opening: "<Dial>&amp;\"quoted\"\u{0}\u{b}\u{ffff}</Dial>".to_owned(),
        facts: vec!["Zoë ]]> 北京 \u{1f600}".to_owned(), "a\nb\tc".to_owned()],
        menu: "1 & 2".to_owned(),
        without_keys: "'".to_owned(),
        voicemail: vec![String::new()],
    };
    let quiet = CallScript { menu: String::new(), without_keys: String::new(), ..script() };
    let documents = documents(&[script(), strange, quiet]);
    let mut judge = Command::new(tool("venv/bin/python"))
        .arg(project("tests/data/twiml_judge.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    let mut stdin = judge.stdin.take().expect("its input is piped");
    for document in &documents {
        writeln!(stdin, "{}", json!(document)).expect("the judge listens");
    }
    drop(stdin);
    let output = judge.wait_with_output().expect("the judge ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().filter(|line| *line == "ok").count(), documents.len(), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_phone_hears_every_document_to_its_end_whatever_is_in_it(
        opening in ".{0,150}",
        facts in prop::collection::vec(".{0,90}", 0..5),
        menu in "[ -~]{0,90}",
        without_keys in "[ -~]{0,90}",
        voicemail in prop::collection::vec(".{0,90}", 0..6),
    ) {
        let listens = !menu.is_empty();
        let script = CallScript { opening, facts, menu, without_keys, voicemail };
        let handsets: Vec<Handset> = documents(&[script]).iter().map(|document| Handset::hearing(document)).collect();
        prop_assert!(handsets.iter().all(|handset| handset.hung_up));
        let listening: Vec<bool> = handsets.iter().map(|handset| handset.listened.is_some()).collect();
        prop_assert_eq!(listening, [listens, false, false, false]);
    }
}

#[tokio::test]
async fn what_is_too_long_for_the_provider_is_not_sent() {
    let server = ScriptedHttp::start([]).await;
    let long = CallScript { facts: vec!["x".repeat(LONGEST)], ..script() };
    let report = provider(&server.address, "", None).send(&Message { call: Some(long), ..message() }).await;
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(server.seen().is_empty());
}
