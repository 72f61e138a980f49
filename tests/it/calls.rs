//! Phone stories without an address of our own: the real program asks a provider what became of its calls.

use serde_json::Value;

use crate::support::{Ended, Site};
use crate::support_phones::{BUSY, FAX, Fate, HUMAN, Handset, MACHINE, NO_ANSWER, Phones};

const ADA: &str = "+16085550101";
const VARIABLES: [(&str, &str); 1] = [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token")];

/// A live site that texts and calls; `more` are further settings.
fn site(phones: &Phones, more: &str) -> Site {
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
receipt_poll_s = []
call_poll_s = [0, 1]
call_retry_wait_s = 1
[delivery]
mode = "live"
[delivery.sms]
base_url = "{address}"
account_sid = "AC0123456789abcdef0123456789abcdef"
from = "+16085550100"
timeout_s = 50
per_second = 0
[delivery.voice]
from = "+16085550100"
timeout_s = 50
per_second = 0
{more}
"#
    );
    Site::with(&[
        ("page-oncall.toml", &settings),
        ("aims.csv", "start,end,person\n2017-01-01,2038-01-01,Ada Ruiz\n"),
        ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\n"),
    ])
}

fn page(site: &Site, more: &[&str]) -> Ended {
    let mut words = vec!["--case", "1234567", "--yes", "--partner", "aims", "--outage", "no", "--hd-can-help", "no"];
    words.extend(["--device", "departmental", "--critical", "yes", "--customer", "Pat Quinn"]);
    words.extend(["--phone", "608-555-0142", "--summary", "Payroll PC down"]);
    words.extend(more);
    site.run_with(&VARIABLES, &words)
}

fn show(site: &Site) -> Value {
    site.run_with(&VARIABLES, &["--format", "json", "show", "1234567"]).expect(0).json()
}

/// Each try of the page by channel, outcome and detail.
fn told(shown: &Value) -> Vec<String> {
    let line = |it: &Value| ["channel", "outcome", "detail"].map(|key| it[key].as_str().unwrap().to_owned()).join(" ");
    shown["attempts"].as_array().unwrap().iter().filter(|it| it["purpose"] == "page").map(line).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn phones(fates: &[Fate]) -> Phones {
    Phones::start(&[(ADA, fates)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_phone_is_called_again_and_whoever_answers_takes_it_by_text() {
    let phones = phones(&[BUSY, HUMAN]).await;
    let site = site(&phones, "");
    phones.texts_after(2, ADA, "1");
    let answer = page(&site, &[]).expect(0);
    for words in ["call to Ada Ruiz: ", "(busy)", "answered, no key was pressed", "Ada Ruiz has it"] {
        assert!(one_line(&answer.out).contains(words), "{words:?} is missing in\n{}", answer.out);
    }
    assert!(!answer.out.contains("Dial"), "somebody answered:\n{}", answer.out);
    let shown = show(&site);
    assert_eq!(
        told(&shown),
        ["sms accepted HTTP 201, queued", "voice retryable busy", "voice delivered answered, no key was pressed"]
    );
    assert_eq!(shown["acknowledged"]["by"], "Ada Ruiz");
    let calls = phones.calls();
    assert_eq!(calls.len(), 2);
    let heard = Handset::hearing(&calls[0].form["Twiml"]);
    assert!(heard.listened.is_none() && heard.text().contains("answer the text message with 1"), "{}", heard.text());
    assert!(!heard.text().contains("Press"), "{}", heard.text());
    assert!(Handset::hearing(&calls[1].form["Twiml"]).heard[0].contains("2nd notice"));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_no_call_is_answered_the_agent_is_told_whom_to_dial_and_what_to_say() {
    let phones = phones(&[NO_ANSWER, NO_ANSWER]).await;
    let site = site(&phones, "");
    phones.texts_after(2, ADA, "1");
    let answer = page(&site, &[]).expect(0);
    let out = one_line(&answer.out);
    let dial = "No call reached Ada Ruiz and no voicemail was left. Dial 608-555-0101 and say, also to a voicemail:";
    assert!(out.contains(dial) && out.contains("call Pat Quinn at"), "{}", answer.out);
    assert_eq!(out.matches("No call reached").count(), 1, "told once:\n{}", answer.out);
    assert!(answer.out.lines().all(|line| line.chars().count() <= 80), "{}", answer.out);
    assert_eq!(told(&show(&site))[1..], ["voice retryable no-answer", "voice retryable no-answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voicemail_is_recorded_as_that_and_the_engine_goes_on() {
    let phones = phones(&[MACHINE]).await;
    let site = site(&phones, "");
    page(&site, &["--no-wait"]).expect(0);
    let engine = site.start(&VARIABLES, &["run", "-vv"]);
    engine.lines_until("outcome=Voicemail");
    let shown = show(&site);
    assert_eq!(told(&shown)[1], "voice voicemail a machine answered");
    assert_eq!((shown["state"].as_str(), shown["dial"].as_array().map(Vec::len)), (Some("paging"), Some(0)));
    assert!(one_line(shown["record"].as_str().unwrap()).contains("call to Ada Ruiz: VOICEMAIL left, nobody reached"));
    let text = site.run_with(&VARIABLES, &["show", "1234567"]).expect(0);
    assert!(text.out.contains("voice VOICEMAIL"), "{}", text.out);
    let (status, log) = engine.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    site.run_with(&VARIABLES, &["ack", "1234567", "--by", "Ada Ruiz"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_calls_alone_a_number_that_is_none_ends_in_words_at_once() {
    let phones = phones(&[FAX]).await;
    let calls_alone = "[ladder]\nsteps = [{ after_minutes = 0, to = \"primary\", channels = [\"voice\"] }]\n";
    let site = site(&phones, calls_alone);
    let answer = page(&site, &[]).expect(1);
    let out = one_line(&answer.out);
    assert!(out.contains("NOBODY HAS IT.") && out.contains("Ada Ruiz 608-555-0101"), "{}", answer.out);
    assert_eq!(show(&site)["state"], "exhausted");
    assert_eq!(phones.calls().len(), 1);
}

#[test]
fn the_whole_ladder_calls_by_default_and_the_night_of_the_clock_change_is_said() {
    let site = Site::sample();
    site.write(
        "case.toml",
        b"case = \"1234567\"\npartner = \"aims\"\noutage = \"no\"\nhd_can_help = \"no\"\ndevice = \"departmental\"\n\
          critical = \"yes\"\ncustomer = \"Pat Quinn\"\nphone = \"608-555-0142\"\nsummary = \"Payroll PC down\"\n",
    );
    let file = site.path("case.toml");
    let words = ["--format", "json", "simulate", "--case-file", file.to_str().unwrap(), "--nobody-answers", "--at"];
    let calls = |at: &str| -> Vec<(String, String)> {
        let out = site.run(&[&words[..], &[at]].concat()).out;
        let steps = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let call = |step: Value| {
            let message = &step["message"];
            (message["channel"] == "voice" && message["purpose"] == "page")
                .then(|| (step["at"].as_str().unwrap()[11..].to_owned(), message["body"].as_str().unwrap().to_owned()))
        };
        steps.filter_map(call).collect()
    };
    let night = calls("2026-11-01 00:50");
    let times: Vec<&str> = night.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(times, ["00:50:00-05:00", "00:55:00-05:00", "01:00:00-05:00", "01:05:00-05:00"]);
    assert!(night[0].1.contains("Call by 1:50 AM, before the clocks go back."), "{}", night[0].1);
    assert!(night[1].1.starts_with("Training, nothing is wrong. Help Desk on-call page for AIMS, 2nd notice"));
    let later = calls("2026-11-01 01:20");
    assert!(later[0].1.contains("Call by 1:20 AM, after the clocks went back."), "{}", later[0].1);
}
