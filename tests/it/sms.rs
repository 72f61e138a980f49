//! Does the provider's own description accept every request, and is every answer understood for what it is?

use std::path::PathBuf;
use std::process::Command;

use chrono::{DateTime, Utc};
use page_oncall::delivery::{PublicUrl, TwilioCredentials, TwilioSettings, TwilioSms, classify_twilio};
use page_oncall::episode::outcome::{Outcome, Report};
use page_oncall::ports::{Message, Provider};
use serde_json::json;

use crate::support_http::{Play, ScriptedHttp};
use crate::support_tools::{Program, project, tool};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
const SID: &str = "SM0123456789abcdef0123456789abcdef";
const CUSTOMER_PHONE: &str = "608-555-0142";

fn message() -> Message {
    Message {
        message_key: "p1.r1.0.ada-ruiz.sms".to_owned(),
        attempt: "r1.0.ada-ruiz.sms.1".to_owned(),
        to: "+16085550101".to_owned(),
        name: "Ada Ruiz".to_owned(),
        subject: String::new(),
        body: format!("UW HD PAGE AIMS 1234567: call Pat Q & Co {CUSTOMER_PHONE} by 11:42pm. 100% down"),
        episode: String::new(),
        call: None,
        asks_to_act: false,
        link: None,
    }
}

/// A provider at `base_url`; `changes` are further settings.
fn provider(base_url: &str, changes: &str) -> TwilioSms {
    provider_with(base_url, &format!("from = '+16085550100'\n{changes}"), None)
}

fn provider_with(base_url: &str, sender: &str, api_key_sid: Option<&str>) -> TwilioSms {
    let settings = format!("base_url = '{base_url}'\naccount_sid = '{ACCOUNT}'\n{sender}");
    let settings: TwilioSettings = toml::from_str(&settings).expect("the settings are read");
    let credentials =
        TwilioCredentials { api_key_sid: api_key_sid.map(str::to_owned), secret: "synthetic-token".into() };
    TwilioSms::new(&settings, credentials).expect("the settings are right")
}

/// What `send` makes of one scripted answer.
async fn outcome_of(play: Play) -> Report {
    let is_silence = matches!(play, Play::Hang);
    let server = ScriptedHttp::start([play]).await;
    // Only silence waits for the limit; everything else may take its time on a busy machine.
    let limit = if is_silence { "timeout_s = 1" } else { "timeout_s = 60" };
    let report = provider(&server.address, limit).send(&message()).await;
    assert!(is_silence || server.seen().len() == 1, "one request, whatever the answer");
    report
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 instant")
}

/// The descriptions at hand: the extract in this project, and the whole one where it lies beside it.
fn descriptions() -> Vec<PathBuf> {
    let whole = project("../shared/specs/twilio_api_v2010.json");
    std::iter::once(project("tests/data/twilio_messages.json")).chain(whole.exists().then_some(whole)).collect()
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
        let by_number = provider_with(&address, "from = '+16085550100'\ntimeout_s = 60", None);
        let by_service = provider_with(&address, &format!("messaging_service_sid = '{SERVICE}'\ntimeout_s = 60"), None);
        let public = PublicUrl::try_from("https://pager.example.edu/at".to_owned()).expect("an address");
        let called_back = provider_with(&address, "from = '+16085550100'\ntimeout_s = 60", None);
        let called_back = called_back.with_callbacks(Some(public));
        for provider in [&by_number, &by_service, &called_back] {
            let report = provider.send(&message()).await;
            assert_eq!(report.outcome, Outcome::Accepted, "{}", report.detail);
            assert!(report.provider_id.is_some_and(|sid| sid.starts_with("SM")));
            let receipt = provider.receipt(SID).await.expect("the description has an example");
            assert_eq!(receipt.outcome, Outcome::Accepted, "{}", receipt.detail);
            // The description's example has one inbound text, and the same again on every next page.
            let replies = provider.replies(instant("2008-01-01T00:00:00Z")).await;
            let names: Vec<_> = replies.iter().map(|reply| reply.provider_id.as_str()).collect();
            assert_eq!(names, ["MMc26223853f8c46b4ab7dfaa6abba0a26"]);
        }
        // Prism writes in order: when the last request is in its log, so are all before it.
        reqwest::get(format!("{address}/the-last")).await.expect("prism answers");
        let log = prism.lines_until("/the-last");
        let count = |words: &str| log.iter().filter(|line| line.contains(words)).count();
        assert_eq!(count("did not pass"), 0, "{log:#?}");
        assert_eq!(count("The request passed the validation rules"), 3 * (1 + 1 + 5), "{log:#?}");
        assert_eq!(count("Request terminated with error"), 0, "{log:#?}");
    }
}

#[tokio::test]
async fn a_text_is_one_form_with_the_login() {
    let server = ScriptedHttp::start([Play::json(201, &json!({"sid": SID, "status": "queued"}).to_string())]).await;
    let report = provider(&server.address, "validity_s = 300").send(&message()).await;
    assert_eq!(report.outcome, Outcome::Accepted);
    assert_eq!((report.provider.as_str(), report.provider_id.as_deref()), ("twilio", Some(SID)));
    assert_eq!(report.detail, "HTTP 201, queued");
    let seen = server.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("POST", &*format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"))
    );
    assert_eq!(seen[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(
        seen[0].body,
        "To=%2B16085550101&From=%2B16085550100&Body=UW+HD+PAGE+AIMS+1234567%3A+call+Pat+Q+%26+Co+608-555-0142+by+\
         11%3A42pm.+100%25+down&ValidityPeriod=300"
    );
    assert_eq!(
        seen[0].header("authorization"),
        Some("Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzeW50aGV0aWMtdG9rZW4=")
    );
}

#[tokio::test]
async fn a_text_says_where_its_receipt_is_wanted() {
    let server = ScriptedHttp::start([Play::json(201, &json!({"sid": SID, "status": "queued"}).to_string())]).await;
    let public = PublicUrl::try_from("https://pager.example.edu".to_owned()).expect("an address");
    let message = Message { episode: "p1".to_owned(), ..message() };
    let report = provider(&server.address, "").with_callbacks(Some(public)).send(&message).await;
    assert_eq!(report.outcome, Outcome::Accepted);
    let callback = "&StatusCallback=https%3A%2F%2Fpager.example.edu%2Fhooks%2Ftwilio%2Fstatus%3Fpage%3Dp1%26attempt%3Dr1.0.\
                    ada-ruiz.sms.1";
    assert!(server.seen()[0].body.ends_with(callback), "{}", server.seen()[0].body);
}

#[tokio::test]
async fn a_path_prefix_a_service_and_an_api_key_are_used() {
    let server = ScriptedHttp::start([
        Play::json(201, r#"{"sid":"b1-x","status":"queued"}"#),
        Play::json(200, r#"{"messages":[],"next_page_uri":null}"#),
    ])
    .await;
    let base = format!("{}/api/laml/", server.address);
    let provider = provider_with(&base, &format!("messaging_service_sid = '{SERVICE}'"), Some("SK1"));
    assert_eq!(provider.send(&message()).await.outcome, Outcome::Accepted);
    assert!(provider.replies(instant("2026-11-22T04:00:00Z")).await.is_empty());
    let seen = server.seen();
    assert_eq!(seen[0].target, format!("/api/laml/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
    assert!(seen[0].body.contains(&format!("&MessagingServiceSid={SERVICE}&")) && !seen[0].body.contains("From="));
    assert_eq!(seen[0].header("authorization"), Some("Basic U0sxOnN5bnRoZXRpYy10b2tlbg=="));
    assert!(!seen[1].target.contains("To="), "{}", seen[1].target);
}

#[tokio::test]
async fn answers_that_prove_nothing_are_unknown() {
    let long = json!({"sid": SID, "status": "queued", "body": "x".repeat(70_000)}).to_string();
    for (what, play) in [
        ("a fault after queueing", Play::json(503, r#"{"status":"queued"}"#)),
        ("a page of a proxy", Play::Answer(200, "text/html", "<html>Welcome</html>".to_owned())),
        ("nothing", Play::json(201, "")),
        ("a list", Play::json(201, "[1, 2]")),
        ("no state", Play::json(201, r#"{"sid":"SM1"}"#)),
        ("an unknown state", Play::json(201, r#"{"sid":"SM1","status":"teleported"}"#)),
        ("a state that is no word", Play::json(201, r#"{"sid":"SM1","status":7}"#)),
        ("too much", Play::json(201, &long)),
        ("half an answer", Play::CutOff(201, r#"{"sid":"SM1","status":"que"#.to_owned())),
        ("a closed door", Play::Close),
        ("silence", Play::Hang),
    ] {
        let report = outcome_of(play).await;
        assert_eq!(report.outcome, Outcome::Unknown, "{what}: {}", report.detail);
        assert!(!report.detail.is_empty(), "{what}");
    }
}

#[tokio::test]
async fn a_fault_that_the_provider_tells_of_took_nothing() {
    for play in [Play::json(500, r#"{"code":20500}"#), Play::Answer(502, "text/html", "<html>Bad</html>".to_owned())] {
        let report = outcome_of(play).await;
        assert_eq!(report.outcome, Outcome::Retryable, "{}", report.detail);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = ScriptedHttp::start([Play::json(201, r#"{"sid":"SM1","status":"queued"}"#)]).await;
    let report = outcome_of(Play::Redirect(format!("{}/x", elsewhere.address))).await;
    assert_eq!(report.outcome, Outcome::Unknown);
    assert!(report.detail.contains("`base_url`"), "{}", report.detail);
    assert!(elsewhere.seen().is_empty(), "no login goes elsewhere");
}

#[tokio::test]
async fn a_provider_that_is_not_there_was_sent_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("the port is known"));
    drop(listener);
    let report = provider(&address, "").send(&message()).await;
    assert_eq!(report.outcome, Outcome::Retryable);
    assert!(report.detail.contains("nothing was sent"), "{}", report.detail);
    assert_eq!(provider(&address, "").receipt(SID).await, None);
    assert!(provider(&address, "").replies(instant("2026-11-22T04:00:00Z")).await.is_empty());
}

#[tokio::test]
async fn busy_is_retryable_and_refusals_are_refusals_without_the_providers_prose() {
    let prose = format!("The number {CUSTOMER_PHONE} / +16085550101 is wrong");
    for (status, code, outcome) in [
        (429, 20429, Outcome::Retryable),
        (400, 20429, Outcome::Retryable),
        (400, 21611, Outcome::Retryable),
        (400, 30001, Outcome::Retryable),
        (401, 20003, Outcome::Unavailable),
        (400, 21211, Outcome::Refused),
        (400, 21610, Outcome::Refused),
        (400, 21614, Outcome::Refused),
        (400, 21612, Outcome::Unavailable),
        (400, 21606, Outcome::Unavailable),
        (403, 21408, Outcome::Unavailable),
        (400, 21608, Outcome::Unavailable),
        (404, 20404, Outcome::Unavailable),
        (400, 99999, Outcome::Refused),
    ] {
        let body = json!({"code": code, "message": prose, "more_info": prose, "status": status}).to_string();
        let report = outcome_of(Play::json(status, &body)).await;
        assert_eq!(report.outcome, outcome, "{status} {code}: {}", report.detail);
        assert_eq!(report.outcome, classify_twilio(status, Some(code), None));
        assert!(report.detail.contains(&code.to_string()), "{}", report.detail);
        assert!(!report.detail.contains("0142") && !report.detail.contains("0101"), "{}", report.detail);
    }
    let html = outcome_of(Play::Answer(403, "text/html", "<html>no</html>".to_owned())).await;
    assert_eq!(html.outcome, Outcome::Unavailable);
    let code_as_text = outcome_of(Play::json(400, r#"{"code":"21611"}"#)).await;
    assert_eq!(code_as_text.outcome, Outcome::Retryable);
}

#[tokio::test]
async fn receipts_tell_what_became_of_a_text() {
    for (status, code, outcome) in [
        ("queued", None, Outcome::Accepted),
        ("sent", None, Outcome::Accepted),
        ("delivered", None, Outcome::Delivered),
        ("undelivered", Some(30003), Outcome::Retryable),
        ("undelivered", Some(30006), Outcome::Refused),
        ("failed", Some(30036), Outcome::Retryable),
        ("failed", Some(21610), Outcome::Refused),
        ("canceled", None, Outcome::Retryable),
        ("teleported", None, Outcome::Unknown),
    ] {
        let body = json!({"sid": SID, "status": status, "error_code": code}).to_string();
        let server = ScriptedHttp::start([Play::json(200, &body)]).await;
        let report = provider(&server.address, "").receipt(SID).await.expect("a receipt");
        assert_eq!(report.outcome, outcome, "{status} {code:?}");
        let seen = server.seen();
        assert_eq!(
            (seen[0].method.as_str(), seen[0].target.as_str()),
            ("GET", &*format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/{SID}.json"))
        );
    }
}

#[tokio::test]
async fn a_receipt_that_cannot_be_read_says_nothing() {
    for play in [
        Play::json(404, r#"{"code":20404}"#),
        Play::json(500, "{}"),
        Play::json(200, "<html>"),
        Play::CutOff(200, "{".to_owned()),
        Play::Hang,
    ] {
        let server = ScriptedHttp::start([play]).await;
        assert_eq!(provider(&server.address, "timeout_s = 1").receipt(SID).await, None);
    }
    let server = ScriptedHttp::start([]).await;
    assert_eq!(provider(&server.address, "").receipt("../../Accounts").await, None);
    assert!(server.seen().is_empty(), "a name that is none is not asked for");
}

/// A text of the list as the provider writes it.
fn listed(sid: &str, direction: &str, sent: &str, body: &str) -> serde_json::Value {
    json!({"sid": sid, "direction": direction, "from": "+16085550101", "to": "+16085550100", "body": body,
           "status": "received", "date_sent": sent, "date_created": sent, "num_media": "0"})
}

#[tokio::test]
async fn replies_are_the_inbound_texts_since_then_oldest_first() {
    let list = json!({"messages": [
        listed("SM4", "inbound", "Sun, 22 Nov 2026 04:50:00 +0000", "1"),
        listed("SM3", "outbound-api", "Sun, 22 Nov 2026 04:45:00 +0000", "a page"),
        listed("SM2", "inbound", "Sun, 22 Nov 2026 04:42:07 +0000", "2 1234567"),
        listed("SM1", "inbound", "Sun, 22 Nov 2026 04:42:06 +0000", "too early"),
        listed("SM0", "inbound", "yesterday", "no date"),
    ], "next_page_uri": null});
    let server = ScriptedHttp::start([Play::json(200, &list.to_string())]).await;
    let replies = provider(&server.address, "").replies(instant("2026-11-22T04:42:07.900Z")).await;
    let told: Vec<_> = replies.iter().map(|reply| (reply.provider_id.as_str(), reply.text.as_str())).collect();
    assert_eq!(told, [("SM2", "2 1234567"), ("SM4", "1")]);
    assert_eq!(replies[0].from, "+16085550101");
    assert_eq!(replies[0].received_at, instant("2026-11-22T04:42:07Z"));
    let expected =
        format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?To=%2B16085550100&DateSent%3E=2026-11-22&PageSize=50");
    assert_eq!(server.seen()[0].target, expected);
}

#[tokio::test]
async fn replies_are_read_over_a_few_pages_and_the_login_stays_here() {
    let page = |number: u32, next: &str| {
        let sid = format!("SM{number}");
        let text = listed(&sid, "inbound", &format!("Sun, 22 Nov 2026 04:4{}:00 +0000", 9 - number), "1");
        Play::json(200, &json!({"messages": [text], "next_page_uri": next}).to_string())
    };
    let elsewhere = ScriptedHttp::start([]).await;
    let foreign = format!("{}/2010-04-01/x.json?Page=9&PageToken=t", elsewhere.address);
    let server = ScriptedHttp::start((0..9).map(|number| page(number, &foreign))).await;
    let replies = provider(&server.address, "").replies(instant("2026-11-22T04:00:00Z")).await;
    let order: Vec<_> = replies.iter().map(|reply| reply.provider_id.as_str()).collect();
    assert_eq!(order, ["SM4", "SM3", "SM2", "SM1", "SM0"], "five pages at most, oldest first");
    assert!(elsewhere.seen().is_empty());
    let target = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=9&PageToken=t");
    assert_eq!(server.seen()[1].target, target);
}

#[tokio::test]
async fn replies_that_cannot_be_read_are_none() {
    for play in [
        Play::json(401, r#"{"code":20003}"#),
        Play::json(200, r#"{"texts":[]}"#),
        Play::Answer(200, "text/html", "<html>".to_owned()),
        Play::CutOff(200, r#"{"messages":["#.to_owned()),
        Play::Close,
        Play::Hang,
    ] {
        let server = ScriptedHttp::start([play]).await;
        assert!(provider(&server.address, "timeout_s = 1").replies(instant("2026-11-22T04:00:00Z")).await.is_empty());
    }
}
