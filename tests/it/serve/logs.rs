//! Does any line of a whole run hold what is nobody's business? Both formats, everything logged, training and live.

use serde_json::Value;

use super::provider::Provider;
use super::service::{
    CALL, CUSTOMER, CUSTOMER_PHONE, PUBLIC, SUMMARY, Service, VARIABLES, page, settings, site, site_with,
};
use crate::support::Site;

/// What somebody wrote besides an answer.
const CHATTER: &str = "my kid is ill, ask Benedikta";
const STRANGER: &str = "+16085550177";

/// Everything personal in a page and its replies, in the forms in which it could appear.
fn personal() -> Vec<String> {
    let digits: String = CUSTOMER_PHONE.chars().filter(char::is_ascii_digit).collect();
    let words = ["Marguerite", "Oduya", "Payroll", "printer", "Benedikta", "my kid", "16085550177", "6085550101"];
    words
        .into_iter()
        .map(str::to_owned)
        .chain([CUSTOMER.to_owned(), CUSTOMER_PHONE.to_owned(), digits, SUMMARY.to_owned()])
        .collect()
}

fn holds_nothing(what: &str, text: &str) {
    for word in personal() {
        assert!(!text.contains(&word), "{what} holds {word:?}:\n{text}");
    }
}

/// Runs the call at `-vv` beside the service, and gives its log lines.
fn call(site: &Site, log_format: &str) -> String {
    let words = [&CALL[..], &["--no-wait", "-vv", "--log-format", log_format]].concat();
    let ended = site.run_with(&VARIABLES, &words).expect(0);
    assert!(ended.out.contains(CUSTOMER), "the agent sees what was typed: {}", ended.out);
    ended.err
}

/// The log of a service, which must have ended well; in JSON every line of it is an object with the fields that scripts
/// rely on.
fn log_of(service: Service, log_format: &str, before: Vec<String>) -> String {
    let (status, rest) = service.program.stopped();
    let lines: Vec<String> = before.into_iter().chain(rest).collect();
    assert_eq!(status.code(), Some(0), "{lines:#?}");
    if log_format == "json" {
        for line in lines.iter().filter(|line| !line.contains("\"listening\"")) {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
            assert!(line.get("message").is_some() || line.get("outcome").is_some(), "{line}");
        }
    }
    lines.join("\n")
}

#[test]
fn a_live_run_logs_nothing_personal() {
    for log_format in ["text", "json"] {
        let provider = Provider::start();
        let site = site(&provider, "");
        let service = Service::start(&site, &["-vv", "--log-format", log_format]);
        let called = call(&site, log_format);
        let text = provider.texts_up_to(1).remove(0);
        assert!(text.body.contains(CUSTOMER_PHONE), "{text:?}");
        let delivered = [("MessageSid", text.sid.as_str()), ("MessageStatus", "delivered"), ("To", text.to.as_str())];
        assert_eq!(service.call_back(&text.callback, &delivered).status, 200);
        let failed =
            [("MessageSid", text.sid.as_str()), ("MessageStatus", "Oduya 6085550101"), ("ErrorMessage", SUMMARY)];
        assert_eq!(service.call_back(&text.callback, &failed).status, 200);
        assert_eq!(service.text("SM1", "+16085550101", CHATTER).status, 200);
        assert_eq!(service.text("SM2", STRANGER, "1").status, 200);
        let forged = [("MessageSid", "SM3"), ("From", STRANGER), ("Body", CHATTER)];
        assert_eq!(service.call_back_with("another", &format!("{PUBLIC}/hooks/twilio/sms"), &forged).status, 403);
        // A request to a path that nobody has, with what people would never put there.
        assert_eq!(service.get("/a/Oduya?phone=6085550142").status, 404);
        assert_eq!(service.text("SM4", "+16085550101", "1").status, 200);
        assert_eq!(page(&site)["acknowledged"]["by"], "Ada Ruiz");
        for path in ["/metrics", "/readyz", "/healthz"] {
            let answer = service.get(path);
            assert_eq!(answer.status, 200, "{answer:?}");
            holds_nothing(path, &answer.body);
        }
        holds_nothing("the call's log", &called);
        holds_nothing("the service's log", &log_of(service, log_format, Vec::new()));
    }
}

#[test]
fn a_training_run_logs_nothing_personal() {
    for log_format in ["text", "json"] {
        let provider = Provider::start();
        let text = settings(&provider, "")
            .replace("mode = \"live\"", "mode = \"training\"\n[delivery.training]\nreply_after_s = 0");
        let site = site_with(&text);
        let service = Service::start(&site, &["-vv", "--log-format", log_format]);
        let called = call(&site, log_format);
        let before = service.program.lines_until("a reply came in");
        assert_eq!(page(&site)["acknowledged"]["by"], "Ada Ruiz");
        // In training nothing of ours has left, so nothing that is signed can be about it.
        assert_eq!(service.text("SM1", "+16085550101", "2").status, 403);
        holds_nothing("the metrics", &service.get("/metrics").body);
        holds_nothing("the call's log", &called);
        holds_nothing("the service's log", &log_of(service, log_format, before));
        assert!(provider.texts().is_empty());
    }
}

#[test]
fn a_call_that_fails_is_a_json_line_where_they_are_wanted() {
    let site = Site::with(&[("page-oncall.toml", "[desk]\nnmae = \"x\"\n")]);
    let ended = site.run(&["--log-format", "json", "who"]).expect(2);
    let line: Value = serde_json::from_str(ended.err.trim()).unwrap();
    assert_eq!((line["level"].as_str(), line["exit"].as_u64()), (Some("ERROR"), Some(2)));
    assert!(line["message"].as_str().unwrap().contains("unknown key `nmae`"), "{line}");
}
