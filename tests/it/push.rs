//! Does leadership hear in its room and on its phones, and does a pressed button take the page? The real program and
//! servers that play Teams, ntfy and Pushover.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Ended, Site};
use crate::support_http::{Play, ScriptedHttp};

const NOWHERE: &str = "http://127.0.0.1:9";
const PROBLEM: &str = "Payroll <b>PC</b> down";

/// A site whose only step of the ladder is leadership; `also` are the addresses of its one contact.
fn site(also: &str, delivery: &str) -> Site {
    let settings = format!(
        r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[ladder]
steps = [{{ after_minutes = 0, to = "leadership", channels = ["email"] }}]
[[leadership]]
name = "Lee Ortiz"
phone = "608-555-0190"
{also}
[paging]
receipt_poll_s = []       # the only questions are those for a pressed button, however long a step takes
attempt_timeout_s = 60
[delivery]
mode = "live"
[delivery.sms]
base_url = "{NOWHERE}"
account_sid = "AC0123456789abcdef0123456789abcdef"
from = "+16085550100"
{delivery}
"#
    );
    let site = Site::with(&[
        ("page-oncall.toml", &settings),
        ("aims.csv", "start,end,person\n2017-01-01,2038-01-01,Ada Ruiz\n"),
        ("contacts.csv", "name,phone,email\nAda Ruiz,608-555-0101,ada@example.edu\n"),
        ("partners.csv", "department,group,restricted,note\nHealth,aims,yes,\n"),
    ]);
    site.write("token", b"synthetic-app-token\n");
    site
}

fn run(site: &Site, words: &[&str]) -> Ended {
    site.run_with(&[("PAGE_ONCALL_SMS_TOKEN", "synthetic-token")], words)
}

fn page(site: &Site, partner: &str) -> Ended {
    let words = "--case 1234567 --yes --no-wait --outage no --hd-can-help no --device departmental --critical yes \
                 --phone 608-555-0142 --customer Pat";
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.extend(["--partner", partner, "--summary", PROBLEM]);
    run(site, &words)
}

fn shown(site: &Site) -> Value {
    run(site, &["--format", "json", "show", "1234567"]).expect(0).json()
}

fn pushover(address: &str) -> String {
    format!("[delivery.pushover]\nbase_url = \"{address}\"\ntoken_file = \"token\"\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_in_teams_reads_a_card_without_what_a_restricted_department_keeps() {
    for (partner, has_problem) in [("aims", true), ("Health", false)] {
        let teams = ScriptedHttp::start([Play::Answer(202, "text/plain", String::new())]).await;
        let chat = "[[delivery.chat]]\nname = \"desk\"\nkind = \"teams\"\nurl_file = \"room\"\n";
        let site = site("chat = \"desk\"", chat);
        site.write("room", format!("{}/workflows/secret?sig=hidden", teams.address).as_bytes());
        let told = page(&site, partner);
        assert!(!told.err.contains("hidden") && !told.out.contains("hidden"), "the address is a secret");
        let seen = teams.seen();
        assert_eq!(seen.len(), 1, "{}\n{}", told.out, told.err);
        assert_eq!(seen[0].target, "/workflows/secret?sig=hidden");
        let card: Value = serde_json::from_str(&seen[0].body).unwrap();
        assert_eq!(card["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
        let content = &card["attachments"][0]["content"];
        assert_eq!((&content["type"], &content["version"]), (&"AdaptiveCard".into(), &"1.4".into()));
        let blocks = content["body"].as_array().unwrap().iter().filter_map(|block| block["text"].as_str());
        let text = blocks.collect::<Vec<_>>().join("\n");
        assert!(text.contains("PAGE AIMS 1234567") && text.contains("608-555-0142"), "{text}");
        assert_eq!(text.contains("Payroll"), has_problem, "{text}");
        let attempt = &shown(&site)["attempts"][0];
        assert_eq!(
            (&attempt["channel"], &attempt["provider"], &attempt["outcome"]),
            (&"chat".into(), &"desk".into(), &"accepted".into())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pushover_alarms_until_its_button_takes_the_page() {
    // The button is pressed when the test says so, however often it is asked for before.
    let pressed = Arc::new(AtomicBool::new(false));
    let button = Arc::clone(&pressed);
    let service = ScriptedHttp::answering(move |seen| match (seen.method.as_str(), button.load(Ordering::SeqCst)) {
        ("POST", _) => Play::json(200, r#"{"status":1,"request":"x","receipt":"r1"}"#),
        (_, false) => Play::json(200, r#"{"status":1,"acknowledged":0,"last_delivered_at":5,"expired":0}"#),
        (_, true) => {
            Play::json(200, r#"{"status":1,"acknowledged":1,"acknowledged_by":"u1","last_delivered_at":5,"expired":0}"#)
        }
    })
    .await;
    let site = site("pushover = \"userkey1\"", &pushover(&service.address));
    page(&site, "aims");
    let sent = &service.seen()[0];
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/1/messages.json"));
    for part in ["token=synthetic-app-token", "user=userkey1", "priority=2", "retry=60", "expire=3600", "tags=page-"] {
        assert!(sent.body.contains(part), "{part} is missing in {}", sent.body);
    }
    assert_eq!(shown(&site)["state"], "paging", "that it was taken is no acknowledgement");
    pressed.store(true, Ordering::SeqCst);
    run(&site, &["run", "--once"]).expect(0);
    let asked = &service.seen()[1];
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("GET", "/1/receipts/r1.json?token=synthetic-app-token")
    );
    let page = shown(&site);
    assert_eq!((&page["acknowledged"]["by"], &page["acknowledged"]["via"]), (&"Lee Ortiz".into(), &"push".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pushover_is_silenced_when_somebody_else_has_the_page() {
    let answers = [
        Play::json(200, r#"{"status":1,"receipt":"r1"}"#),
        Play::json(200, r#"{"status":1,"acknowledged":0,"last_delivered_at":0,"expired":0}"#),
        Play::json(200, r#"{"status":1,"canceled":1}"#),
        Play::json(200, r#"{"status":1}"#),
    ];
    let service = ScriptedHttp::start(answers).await;
    let site = site("pushover = \"userkey1\"", &pushover(&service.address));
    page(&site, "aims");
    run(&site, &["run", "--once"]).expect(0);
    assert_eq!(shown(&site)["state"], "paging");
    run(&site, &["ack", "1234567", "--by", "Ada Ruiz"]).expect(0);
    let told: Vec<(String, String)> = service.seen().into_iter().map(|it| (it.target, it.body)).collect();
    let targets: Vec<&str> = told.iter().map(|(target, _)| target.as_str()).collect();
    assert!(targets[2].starts_with("/1/receipts/cancel_by_tag/page-"), "{targets:?}");
    assert_eq!(targets[3], "/1/messages.json");
    assert!(told[3].1.contains("priority=1") && told[3].1.contains("STAND"), "{}", told[3].1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_of_an_ntfy_message_comes_back_over_its_topic() {
    let first = ScriptedHttp::start([Play::json(200, r#"{"id":"n1","event":"message"}"#)]).await;
    let settings = |server: &str| {
        format!("[delivery.ntfy]\nserver = \"{server}\"\ntoken_file = \"token\"\nreplies = \"page-replies\"\n")
    };
    let site = site("ntfy = \"lee-9f3a\"", &settings(&first.address));
    page(&site, "aims");
    let sent = &first.seen()[0];
    assert_eq!(sent.header("authorization"), Some("Bearer synthetic-app-token"));
    let message: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!((&message["topic"], &message["priority"]), (&"lee-9f3a".into(), &5.into()));
    let button = &message["actions"][0];
    assert_eq!(button["url"], format!("{}/page-replies", first.address));

    let mut lines = String::from("{\"id\":\"a\",\"event\":\"open\"}\n");
    for text in ["1 other attempt", button["body"].as_str().unwrap()] {
        let line = serde_json::json!({ "id": "b", "event": "message", "message": text });
        writeln!(lines, "{line}").unwrap();
    }
    let second = ScriptedHttp::start([Play::json(200, &lines)]).await;
    let moved = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    site.write("page-oncall.toml", moved.replace(&first.address, &second.address).as_bytes());
    run(&site, &["run", "--once"]).expect(0);
    assert!(second.seen()[0].target.starts_with("/page-replies/json?poll=1&since="), "{:?}", second.seen());
    assert_eq!(shown(&site)["acknowledged"]["by"], "Lee Ortiz");
}

#[test]
fn what_leads_nowhere_is_refused_with_words() {
    let chat = "[[delivery.chat]]\nname = \"desk\"\nkind = \"teams\"\nurl_file = \"room\"\n";
    for (also, delivery, room, says) in [
        ("chat = \"dsk\"", chat, "https://a.example", "there is no chat room \"dsk\""),
        ("chat = \"desk\"", chat, "https://a.webhook.office.com/b/hidden", "retired"),
        ("chat = \"desk\"", chat, "http://a.example/hidden", "https://"),
        ("ntfy = \"topic\"", "", "", "no [delivery.ntfy]"),
        ("pushover = \"a b\"", "", "", "letters, digits"),
    ] {
        let site = site(also, delivery);
        site.write("room", room.as_bytes());
        let ended = run(&site, &["run", "--once"]);
        assert_eq!(ended.code, 2, "{says}: {}", ended.err);
        let words = ended.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(says) && !words.contains("hidden"), "{says}: {words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_over_pushover_is_answered_by_its_button_and_says_that_it_is_one() {
    let answers = [
        Play::json(200, r#"{"status":1,"receipt":"r1"}"#),
        Play::json(200, r#"{"status":1,"acknowledged":1,"last_delivered_at":5,"expired":0}"#),
    ];
    let service = ScriptedHttp::start(answers).await;
    let site = site("email = \"lee@example.edu\"\npushover = \"userkey1\"", &pushover(&service.address));
    let mail = "[delivery.mail]\nhost = \"127.0.0.1\"\nport = 9\ntls = \"none\"\nfrom = \"HD <hd@example.edu>\"\n";
    let settings = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    site.write("page-oncall.toml", format!("{settings}{mail}").as_bytes());
    run(&site, &["drill", "Lee Ortiz", "--now", "--no-wait"]).expect(0);
    let sent = &service.seen()[0];
    assert_eq!(sent.target, "/1/messages.json");
    for part in ["priority=2", "TEST+page", "Press+the+button"] {
        assert!(sent.body.contains(part), "{part} is missing in {}", sent.body);
    }
    assert!(!sent.body.contains("Reply+1") && !sent.body.contains("DRILL-"), "{}", sent.body);
    run(&site, &["run", "--once"]).expect(0);
    let drill = run(&site, &["--format", "json", "show", "DRILL-LEE-ORTIZ"]).expect(0).json();
    assert_eq!((&drill["acknowledged"]["by"], &drill["acknowledged"]["via"]), (&"Lee Ortiz".into(), &"push".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_of_an_outage_goes_to_rooms_and_push_addresses_once_and_is_no_page() {
    let teams = ScriptedHttp::start([Play::Answer(202, "text/plain", String::new())]).await;
    let service = ScriptedHttp::start([Play::json(400, r#"{"status":0}"#)]).await;
    let delivery = format!(
        "[[delivery.chat]]\nname = \"desk\"\nkind = \"teams\"\nurl_file = \"room\"\n{}\
         [[leadership]]\nname = \"Kim\"\nchat = \"desk\"\n",
        pushover(&service.address)
    );
    let site = site("chat = \"desk\"\npushover = \"userkey1\"", &delivery);
    site.write("room", format!("{}/workflows/secret", teams.address).as_bytes());
    let tell = ["outage", "--tell", "--case", "inc1234567", "--text", "campus e-mail"];
    let told = run(&site, &tell).expect(0);
    assert!(
        told.out.contains("told Lee Ortiz (chat)") && told.out.contains("NOT TOLD: Lee Ortiz (pushover)"),
        "{}\n{}",
        told.out,
        told.err
    );
    let (card, push) = (&teams.seen()[0].body, &service.seen()[0]);
    assert!(card.contains("may be an outage of campus e-mail. Should an outage be declared?"), "{card}");
    assert!(card.contains("INC1234567"), "{card}");
    assert!(push.target == "/1/messages.json" && push.body.contains("priority=1"), "{push:?}");
    assert_eq!((teams.seen().len(), service.seen().len()), (1, 1), "a room that two name is told once");
    assert!(!site.path("page-oncall.db").exists(), "it is no page");

    // Nobody takes it any more; and what must not leave does not.
    assert_eq!(run(&site, &tell).code, 1);
    let refused = run(&site, &["outage", "--tell", "--text", "mail of pat@example.edu"]);
    assert_eq!((refused.code, teams.seen().len()), (2, 2), "{}", refused.err);
    let nowhere = run(&self::site("", ""), &["outage", "--tell"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);

    let live = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    site.write("page-oncall.toml", live.replace("mode = \"live\"", "mode = \"training\"").as_bytes());
    let told = run(&site, &["--format", "json", "outage", "--tell", "--yes"]).expect(0).json();
    assert_eq!((&told["training"], &told["told"][0]["outcome"]), (&true.into(), &"training".into()));
    assert_eq!(teams.seen().len(), 2, "nothing leaves in training");
}
