//! Phone stories over the HTTP edge: the real service, a provider with telephones behind it, people who press keys.

use super::provider::{ACCOUNT, NUMBER};
use super::service::{Answer, CALL, CUSTOMER, PUBLIC, SUMMARY, Service, page, run};
use crate::support::Site;
use crate::support_phones::{Call, Handset, Phones};

const ADA: &str = "+16085550101";

/// A live site that texts and calls two technicians.
fn site(phones: &Phones, partners: &str) -> Site {
    let address = &phones.address;
    let settings = format!(
        r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[paging]
attempt_timeout_s = 60
call_poll_s = []
receipt_poll_s = []
call_retry_wait_s = 0
[serve]
listen = "127.0.0.1:0"
public_url = "{PUBLIC}"
[delivery]
mode = "live"
[delivery.sms]
base_url = "{address}"
account_sid = "{ACCOUNT}"
from = "{NUMBER}"
timeout_s = 50
per_second = 0
[delivery.voice]
from = "{NUMBER}"
timeout_s = 50
per_second = 0
"#
    );
    Site::with(&[
        ("page-oncall.toml", &settings),
        (
            "aims.csv",
            "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2017-01-01,2038-01-01,Ben Okafor,secondary\n",
        ),
        ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\n"),
        ("partners.csv", &format!("department,group,restricted,note\n{partners}")),
    ])
}

/// The call, and the phone that hears it.
async fn answered(phones: &Phones, place: usize) -> (Call, Handset) {
    phones.calls_up_to(place + 1).await;
    let call = phones.calls().get(place).cloned().expect("a call was made");
    let handset = Handset::hearing(&call.form["Twiml"]);
    (call, handset)
}

/// What the service says to a key on the call that said `heard`.
fn press(service: &Service, heard: &Handset, key: &str) -> Handset {
    let answer = press_at(service, heard.listened.as_deref().expect("it listens"), key);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.head.contains("content-type: text/xml"), "{answer:?}");
    Handset::hearing(&answer.body)
}

fn press_at(service: &Service, address: &str, key: &str) -> Answer {
    let fields = [("CallSid", "CA1"), ("AccountSid", ACCOUNT), ("From", NUMBER), ("To", ADA), ("Digits", key)];
    service.call_back(address, &fields)
}

fn attempt<'a>(shown: &'a serde_json::Value, channel: &str) -> &'a serde_json::Value {
    shown["attempts"].as_array().unwrap().iter().find(|attempt| attempt["channel"] == channel).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_takes_the_page_and_reads_the_case_back() {
    let phones = Phones::start(&[]).await;
    let site = site(&phones, "");
    let service = Service::start(&site, &[]);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let (call, heard) = answered(&phones, 0).await;
    assert_eq!(call.to, ADA);
    assert!(heard.heard[0].starts_with("Help Desk on-call page for AIMS, case 1 2 3 4 5 6 7."), "{:?}", heard.heard);
    assert!(heard.text().contains("6 0 8, 5 5 5, 0 1 4 2. Again: 6 0 8, 5 5 5, 0 1 4 2"), "{}", heard.text());
    assert_eq!(phones.texts().len(), 1);

    let forged = service.call_back_with("another", heard.listened.as_deref().unwrap(), &[("Digits", "1")]);
    assert_eq!(forged.status, 403);
    let again = press(&service, &heard, "3");
    assert!(again.text().contains("Press 1 if you have it"), "{}", again.text());
    let taken = press(&service, &again, "1");
    assert!(taken.text().starts_with("You have it: case 1 2 3 4 5 6 7. Call Marguerite Oduya at"), "{}", taken.text());
    assert!(taken.text().contains("hang up and call") && taken.listened.is_none());
    let shown = page(&site);
    assert_eq!(
        (shown["acknowledged"]["by"].as_str(), shown["acknowledged"]["via"].as_str()),
        (Some("Ada Ruiz"), Some("voice"))
    );

    // Whatever comes twice or late changes nothing.
    assert_eq!(press(&service, &heard, "1").heard, taken.heard);
    let told = [("CallSid", "CA1"), ("From", NUMBER), ("CallStatus", "completed"), ("AnsweredBy", "machine_start")];
    for _ in 0..2 {
        assert_eq!(service.call_back(&call.form["StatusCallback"], &told).status, 200);
        let machine = [("CallSid", "CA1"), ("From", NUMBER), ("AnsweredBy", "machine_end_beep")];
        assert_eq!(service.call_back(&call.form["AsyncAmdStatusCallback"], &machine).status, 200);
    }
    let shown = page(&site);
    let voice = attempt(&shown, "voice");
    assert_eq!(
        (voice["outcome"].as_str(), voice["detail"].as_str()),
        (Some("delivered"), Some("answered, a key was pressed")),
        "a pressed key outweighs what a detection guesses"
    );
    assert!(phones.calls()[0].redirected.is_empty());
    assert_eq!(phones.calls().len(), 1, "nobody else is called");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_left_the_voicemail_after_the_beep_and_the_ladder_goes_on() {
    let phones = Phones::start(&[]).await;
    let site = site(&phones, "");
    let service = Service::start(&site, &[]);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let (call, _) = answered(&phones, 0).await;
    let detected =
        |by| [("CallSid", "CA1"), ("From", NUMBER), ("AnsweredBy", by), ("MachineDetectionDuration", "9000")];
    assert_eq!(service.call_back(&call.form["AsyncAmdStatusCallback"], &detected("human")).status, 200);
    assert_ne!(attempt(&page(&site), "voice")["outcome"], "voicemail");
    for _ in 0..2 {
        assert_eq!(service.call_back(&call.form["AsyncAmdStatusCallback"], &detected("machine_end_beep")).status, 200);
    }
    let redirected = phones.calls()[0].redirected.clone();
    assert_eq!(redirected.len(), 1, "once, however often it is told");
    let left = Handset::hearing(&redirected[0]);
    for words in ["Help Desk on-call page", CUSTOMER, SUMMARY, "2 6 4, 4 3 5 7. Again", "Call by"] {
        assert!(left.text().contains(words), "{words:?} is missing in {}", left.text());
    }
    let ended = [("CallSid", "CA1"), ("From", NUMBER), ("CallStatus", "completed")];
    assert_eq!(service.call_back(&call.form["StatusCallback"], &ended).status, 200);
    let shown = page(&site);
    assert_eq!(attempt(&shown, "voice")["outcome"], "voicemail");
    assert_eq!((shown["state"].as_str(), shown["dial"].as_array().map(Vec::len)), (Some("paging"), Some(0)));
    assert_eq!(shown["next"]["what"].as_str(), Some("going on to primary"), "{shown:#}");
    assert!(shown["record"].as_str().unwrap().contains("VOICEMAIL left"), "{shown:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_hears_who_is_next_and_whoever_is_late_who_has_it() {
    let phones = Phones::start(&[]).await;
    let site = site(&phones, "");
    let service = Service::start(&site, &[]);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let (_, ada) = answered(&phones, 0).await;
    let cannot = press(&service, &ada, "2");
    assert!(cannot.text().contains("Ben Okafor is asked next"), "{}", cannot.text());
    let (call, ben) = answered(&phones, 1).await;
    assert_eq!(call.to, "+16085550102");
    assert!(press(&service, &ben, "1").text().starts_with("You have it"));
    let late = press(&service, &ada, "1");
    assert!(late.text().contains("Ben Okafor has case 1 2 3 4 5 6 7 already. You need not call."), "{}", late.text());
    let asked = press(&service, &ada, "3");
    assert!(asked.text().contains("Ben Okafor has case") && asked.listened.is_none(), "{}", asked.text());
    assert_eq!(page(&site)["acknowledged"]["by"], "Ben Okafor");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_hear_the_words_again_so_often_and_no_page_is_answered_with_words() {
    let phones = Phones::start(&[]).await;
    let site = site(&phones, "");
    let service = Service::start(&site, &[]);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let (_, mut heard) = answered(&phones, 0).await;
    let mut times = 0;
    while heard.listened.is_some() {
        heard = press(&service, &heard, ["7", "#", "*", "0"][times % 4]);
        times += 1;
        assert!(times < 20, "a phone in a pocket is not talked to for ever");
    }
    assert_eq!(times, 5);
    assert!(heard.hung_up && heard.text().starts_with("Help Desk on-call page"), "{}", heard.text());
    assert_eq!(page(&site)["acknowledged"], serde_json::Value::Null);

    for address in ["page=nowhere&attempt=r1.0.ada-ruiz.voice.1", "page=%27%22&attempt=x"] {
        let answer = press_at(&service, &format!("{PUBLIC}/hooks/twilio/voice?{address}"), "1");
        assert_eq!(answer.status, 200, "{answer:?}");
        let handset = Handset::hearing(&answer.body);
        assert!(handset.text().contains("Nothing was recorded") && handset.hung_up, "{}", handset.text());
    }
    let shown = page(&site);
    let other = format!("{PUBLIC}/hooks/twilio/voice?page={}&attempt=r9", shown["page"].as_str().unwrap());
    let handset = Handset::hearing(&press_at(&service, &other, "1").body);
    assert!(handset.text().contains("Nothing was recorded"), "{}", handset.text());
    let machine = [("CallSid", "CA1"), ("From", NUMBER), ("AnsweredBy", "machine_end_beep")];
    let nowhere = format!("{PUBLIC}/hooks/twilio/detection?page=nowhere&attempt=x");
    assert_eq!(service.call_back(&nowhere, &machine).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_department_is_told_of_after_the_key_only() {
    let phones = Phones::start(&[]).await;
    let site = site(&phones, "University Health,aims,yes,\n");
    let service = Service::start(&site, &[]);
    let mut words: Vec<&str> = CALL.to_vec();
    let place = words.iter().position(|word| *word == "aims").unwrap();
    words[place] = "University Health";
    run(&site, &[&words[..], &["--no-wait"]].concat()).expect(0);
    let (call, heard) = answered(&phones, 0).await;
    assert!(!call.form["Twiml"].contains("printer") && !phones.texts()[0]["Body"].contains("printer"));
    let taken = press(&service, &heard, "1");
    assert!(taken.text().contains(&format!("The problem: {SUMMARY}.")), "{}", taken.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_phone_is_called_again_whatever_the_order_of_words() {
    let phones = Phones::start(&[]).await;
    let site = site(&phones, "");
    let service = Service::start(&site, &[]);
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let (call, _) = answered(&phones, 0).await;
    let status = |word| [("CallSid", "CA1"), ("From", NUMBER), ("CallStatus", word), ("SipResponseCode", "486")];
    for word in ["busy", "ringing", "busy"] {
        assert_eq!(service.call_back(&call.form["StatusCallback"], &status(word)).status, 200);
    }
    let (second, heard) = answered(&phones, 1).await;
    assert_eq!(second.to, ADA);
    assert!(heard.heard[0].contains("2nd notice"), "{:?}", heard.heard);
    let failed = [("CallSid", "CA2"), ("From", NUMBER), ("CallStatus", "failed"), ("SipResponseCode", "404")];
    assert_eq!(service.call_back(&second.form["StatusCallback"], &failed).status, 200);
    let shown = page(&site);
    assert_eq!(shown["dial"][0]["name"], "Ada Ruiz", "{shown:#}");
    assert!(shown["dial"][0]["words"].as_str().unwrap().contains("This is the Help Desk with an on-call page"));
    assert_eq!(phones.calls().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_drill_are_answered_as_a_drill_and_never_as_a_case() {
    for (key, said, ready) in
        [("1", "Thank you, noted: you can be reached.", "acknowledged"), ("2", "Noted that you cannot.", "declined")]
    {
        let phones = Phones::start(&[]).await;
        let site = site(&phones, "");
        let service = Service::start(&site, &[]);
        run(&site, &["drill", "Ada Ruiz", "--channels", "voice", "--now", "--no-wait"]).expect(0);
        let (call, heard) = answered(&phones, 0).await;
        assert_eq!(call.to, ADA);
        assert!(heard.text().contains("with a test call. Nothing is wrong."), "{}", heard.text());
        let again = press(&service, &heard, "3");
        assert!(again.text().contains("Press 1 to confirm"), "{}", again.text());
        let told = press(&service, &again, key);
        assert!(told.text().starts_with(said) && told.listened.is_none(), "{}", told.text());
        for text in [heard.text(), again.text(), told.text()] {
            assert!(!text.contains("case") && !text.contains("D R I L L") && !text.contains("DRILL"), "{text}");
        }
        let over = press(&service, &heard, "1");
        assert!(!over.text().contains("case"), "{}", over.text());
        let shown = run(&site, &["--format", "json", "show", "DRILL-ADA-RUIZ"]).expect(0).json();
        let word = if ready == "declined" { &shown["declined"][0] } else { &shown["acknowledged"] };
        assert_eq!((&word["by"], &word["via"]), (&"Ada Ruiz".into(), &"voice".into()), "{shown:#}");
        assert!(shown.as_object().unwrap().contains_key("decision") && shown["decision"].is_null(), "{shown:#}");
        assert_eq!((&shown["say"], &shown["record"]), (&serde_json::json!([]), &"".into()));
        assert_eq!((phones.texts().len(), phones.calls().len()), (0, 1), "nobody else hears of it");
        assert!(service.program.stopped().0.success());
    }
}
