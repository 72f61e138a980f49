//! Does the service hear what providers report, and nothing else? The real process, a provider that signs.

mod beforehand;
mod calls;
mod health;
mod hooks;
mod life;
mod logs;
pub(crate) mod provider;
pub(crate) mod service;
mod signatures;
mod stories;
mod ways;
mod world;

use provider::Provider;
use service::{CALL, PUBLIC, Service, page, run, site};

#[test]
fn a_receipt_and_a_reply_come_in_by_callback() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let service = Service::start(&site, &[]);
    assert_eq!((service.get("/healthz").status, service.get("/healthz").body.as_str()), (200, "ok\n"));

    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let text = provider.texts_up_to(1).remove(0);
    assert_eq!(text.to, "+16085550101");
    assert!(text.body.contains("1234567"), "{text:?}");
    let shown = page(&site);
    let about = format!(
        "{PUBLIC}/hooks/twilio/status?page={}&attempt={}",
        shown["page"].as_str().unwrap(),
        shown["attempts"][0]["id"].as_str().unwrap()
    );
    assert_eq!(text.callback, about);

    let told = [("MessageSid", text.sid.as_str()), ("MessageStatus", "delivered"), ("AField", "that nobody knows")];
    let forged = service.call_back_with("another-token", &text.callback, &told);
    assert_eq!((forged.status, forged.body.as_str()), (403, ""));
    assert_eq!(page(&site)["attempts"][0]["outcome"], "accepted");
    let heard = service.call_back(&text.callback, &told);
    assert_eq!(heard.status, 200, "{heard:?}");
    assert!(heard.head.contains("content-type: text/xml") && heard.body.ends_with("<Response/>"), "{heard:?}");
    let attempt = &page(&site)["attempts"][0];
    assert_eq!(
        (attempt["outcome"].as_str(), attempt["detail"].as_str()),
        (Some("delivered"), Some("callback, delivered"))
    );

    assert_eq!(service.text("SM1", "+16085550101", " 1 ").status, 200);
    let shown = page(&site);
    assert_eq!(
        (shown["state"].as_str(), shown["acknowledged"]["by"].as_str()),
        (Some("acknowledged"), Some("Ada Ruiz"))
    );
    let told: Vec<_> = provider.texts_up_to(2).into_iter().map(|text| text.to).collect();
    assert_eq!(
        told,
        ["+16085550101", "+16085550101"],
        "she is answered; nobody else was asked, so nobody is stood down"
    );
    let (status, log) = service.program.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
}
