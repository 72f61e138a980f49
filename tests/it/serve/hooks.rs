//! Which requests of providers are heard, and which are not? Forged, odd, repeated, late, out of order.

use serde_json::Value;

use super::provider::{NUMBER, Provider, form};
use super::service::{CALL, PUBLIC, Service, VARIABLES, page, run, settings, site, site_with};

/// A text about another page, and its address.
fn about(page: &str, attempt: &str) -> String {
    format!("{PUBLIC}/hooks/twilio/status?page={page}&attempt={attempt}")
}

fn outcome(page: &Value) -> &str {
    page["attempts"][0]["outcome"].as_str().unwrap()
}

#[test]
fn only_signed_forms_of_some_size_are_heard() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &["-v"]);
    let path = "/hooks/twilio/sms";
    let told = [("MessageSid", "SM1"), ("From", "+16085550101"), ("To", NUMBER), ("Body", "1")];
    assert_eq!(service.call_back(&format!("{PUBLIC}{path}"), &told).status, 200);
    assert_eq!(service.get(path).status, 405);

    let body = form(&told);
    let nothing = |status: u16, answer: &super::service::Answer| {
        assert_eq!((answer.status, answer.body.as_str()), (status, ""), "{answer:?}");
    };
    nothing(403, &service.post(path, "", &body));
    nothing(403, &service.post(path, "X-Twilio-Signature: \r\n", &body));
    nothing(403, &service.post(path, "X-Twilio-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n", &body));
    let right = super::provider::signature(super::provider::TOKEN, &format!("{PUBLIC}{path}"), &told);
    let newer = "X-Twilio-Webhooks-Signature-Settings: key=webhooks_sharedkey_1,algorithm=HMAC_SHA256\r\n";
    nothing(403, &service.post(path, &format!("X-Twilio-Signature: {right}\r\n{newer}"), &body));
    nothing(403, &service.post(&format!("{path}?more=1"), &format!("X-Twilio-Signature: {right}\r\n"), &body));
    nothing(403, &service.post(path, &format!("X-Twilio-Signature: {right}\r\n"), &form(&told[..3])));
    // Which host the request names, and by which way it came, proves nothing.
    let elsewhere = super::provider::signature(super::provider::TOKEN, &format!("https://evil.example{path}"), &told);
    let host = format!("X-Twilio-Signature: {elsewhere}\r\nX-Forwarded-Host: evil.example\r\n");
    nothing(403, &service.post(path, &host, &body));

    // A text in which somebody is asked for more than there is room for.
    let oversized = "x".repeat(64 * 1024 + 1);
    nothing(413, &service.post(path, "", &oversized));
    let chunked = format!(
        "POST {path} HTTP/1.1\r\nHost: any\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{:x}\r\n{oversized}\r\n0\r\n\r\n",
        oversized.len()
    );
    nothing(413, &service.raw(chunked.as_bytes()));
    for kind in ["", "Content-Type: application/json\r\n", "Content-Type: multipart/form-data; boundary=x\r\n"] {
        let odd =
            format!("POST {path} HTTP/1.1\r\nHost: any\r\nConnection: close\r\nContent-Length: 2\r\n{kind}\r\n{{}}");
        nothing(415, &service.raw(odd.as_bytes()));
    }
    // Signed, but not understood: the provider is told, and its console shows it.
    for (what, fields) in [
        ("/hooks/twilio/other", &told[..]),
        ("/hooks/twilio/sms", &told[..1]),
        ("/hooks/twilio/status", &[("MessageSid", "SM1"), ("MessageStatus", "sent")]),
        ("/hooks/twilio/status?page=a&attempt=b", &[("MessageSid", "SM1")]),
        ("/hooks/twilio/status?page=a&attempt=b", &[("MessageSid", "../SM1"), ("MessageStatus", "sent")]),
    ] {
        nothing(400, &service.call_back(&format!("{PUBLIC}{what}"), fields));
    }
    let (status, log) = service.program.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    let log = log.join("\n");
    assert!(!log.contains("6085550101") && log.contains("forged") && log.contains("too_large"), "{log}");
}

#[test]
fn what_is_about_nothing_of_ours_is_answered_and_changes_nothing() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &["-v"]);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let sent = |shown: &Value| shown["attempts"][0]["outcome"] == "accepted";
    let before = (0..1000).map(|_| page(&site)).find(sent).expect("the page goes out");
    let told = [("MessageSid", "SM9"), ("MessageStatus", "delivered")];
    let this = before["page"].as_str().unwrap();
    for address in [about("no-such-page", "r1.0.ada-ruiz.sms.1"), about(this, "r7.0.ada-ruiz.sms.1"), about("", "")] {
        assert_eq!(service.call_back(&address, &told).status, 200, "{address}");
    }
    // Somebody who has nothing to do with it, and somebody who says nothing that is understood.
    for (sid, from, text) in [("SM10", "+16085550199", "1"), ("SM11", "+16085550101", "who is this?")] {
        assert_eq!(service.text(sid, from, text).status, 200);
    }
    let after = page(&site);
    assert_eq!((&before["state"], &before["attempts"][0]), (&after["state"], &after["attempts"][0]));
    assert!(after["acknowledged"].is_null());
    let (_, log) = service.program.stopped();
    let log = log.join("\n");
    assert!(log.contains("never began") && log.contains("does not have"), "{log}");
    for word in ["6085550199", "who is this", "no-such-page"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}

#[test]
fn callbacks_may_come_twice_late_and_out_of_order() {
    let states = ["queued", "sending", "sent", "delivered"];
    let orders: [&[usize]; 5] = [&[0, 1, 2, 3], &[3, 2, 1, 0], &[3, 3, 3], &[1, 3, 0, 3, 2], &[2, 1, 0, 0, 3]];
    for order in orders {
        let provider = Provider::start();
        let site = site(&provider, "");
        let service = Service::start(&site, &[]);
        run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
        let text = provider.texts_up_to(1).remove(0);
        for state in order.iter().map(|at| states[*at]) {
            let told = [("MessageSid", text.sid.as_str()), ("MessageStatus", state), ("RawDlrDoneDate", "2611221530")];
            assert_eq!(service.call_back(&text.callback, &told).status, 200);
        }
        assert_eq!(outcome(&page(&site)), "delivered", "{order:?}");
        // The same reply brought three times, and listed besides, is heard once.
        provider.takes_in("SM77", "+16085550101", "1");
        for _ in 0..3 {
            assert_eq!(service.text("SM77", "+16085550101", "1").status, 200);
        }
        provider.lists_up_to(2);
        run(&site, &["called-back", "1234567", "--by", "Ada Ruiz"]).expect(0);
        // Late: the page is over.
        let late = [("MessageSid", text.sid.as_str()), ("MessageStatus", "failed"), ("ErrorCode", "30003")];
        assert_eq!(service.call_back(&text.callback, &late).status, 200);
        assert_eq!(service.text("SM78", "+16085550102", "1").status, 200);
        let shown = page(&site);
        assert_eq!((outcome(&shown), shown["acknowledged"]["by"].as_str()), ("delivered", Some("Ada Ruiz")));
        let said = |event: &Value| event["what"].as_str().unwrap().contains("has it (");
        let times = shown["log"].as_array().unwrap().iter().filter(|event| said(event)).count();
        assert_eq!(times, 1, "{order:?}: {:#}", shown["log"]);
        // The page, the answer to her reply, and one to whoever wrote after the end.
        let told: Vec<_> = provider.texts_up_to(3).into_iter().map(|text| text.to).collect();
        assert_eq!(told, ["+16085550101", "+16085550101", "+16085550102"], "{order:?}: nobody else hears of it");
        assert_eq!(service.program.stopped().0.code(), Some(0));
    }
}

#[test]
fn without_a_public_address_nothing_is_heard_and_the_same_is_asked_for() {
    let provider = Provider::start();
    let text = settings(&provider, "").replace(&format!("public_url = \"{PUBLIC}\""), "");
    let site = site_with(&text);
    let service = Service::start(&site, &[]);
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 404);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    assert_eq!(provider.texts_up_to(1)[0].callback, "");
    provider.takes_in("SM1", "+16085550101", "1");
    provider.lists_up_to(2);
    assert_eq!(page(&site)["acknowledged"]["by"], "Ada Ruiz");
    assert_eq!(service.program.stopped().0.code(), Some(0));
}

#[test]
fn where_the_secret_is_an_api_keys_the_accounts_own_token_is_wanted() {
    let provider = Provider::start();
    let text = settings(&provider, "").replace("[delivery.sms]", "[delivery.sms]\napi_key_sid = \"SK1\"");
    let site = site_with(&text);
    let refused = site.run_with(&VARIABLES, &["serve"]).expect(2);
    assert!(refused.err.contains("PAGE_ONCALL_SMS_SIGNING_TOKEN"), "{}", refused.err);
    let variables =
        [("PAGE_ONCALL_SMS_TOKEN", "a-keys-secret"), ("PAGE_ONCALL_SMS_SIGNING_TOKEN", super::provider::TOKEN)];
    let service = Service::start_with(&site, &variables, &[]);
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 200);
    let by_key = service.call_back_with("a-keys-secret", &format!("{PUBLIC}/hooks/twilio/sms"), &[("Body", "1")]);
    assert_eq!(by_key.status, 403);
    assert_eq!(service.program.stopped().0.code(), Some(0));
}
