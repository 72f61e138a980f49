//! Does a page reach a person whatever the night does? Whole stories over the HTTP edge; no message but the expected.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use super::service::{Answer, CALL, CUSTOMER, PUBLIC, Service, page};
use super::world::{ADA, Account, BEN, Dated, LEADER, Manner, Sent, World, gist};
use crate::support::{Ended, Site};

const VARIABLES: [(&str, &str); 2] =
    [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token"), ("PAGE_ONCALL_SMS_TOKEN_SECOND", "another-token")];
const BOTH_AT_ONCE: &str = "[{ after_minutes = 0, to = 'primary', channels = ['sms', 'voice'] }, { after_minutes = 0, to = 'next', channels = ['sms', 'voice'] }]";
const ADA_ALONE: &str = "[{ after_minutes = 0, to = 'primary', channels = ['sms'] }]";

/// The settings of a story: its ladder, its accounts in order, further lines of `[paging]` and of each account.
pub(super) struct Plot<'a> {
    pub(super) steps: &'a str,
    pub(super) accounts: &'a [&'a Account],
    pub(super) paging: &'a str,
    pub(super) sender: &'a str,
    pub(super) public: bool,
    pub(super) calls: bool,
    /// Further tables, and who has which addresses.
    pub(super) more: &'a str,
    pub(super) contacts: &'a str,
}

impl Default for Plot<'_> {
    fn default() -> Self {
        Self {
            steps: BOTH_AT_ONCE,
            accounts: &[],
            paging: "",
            sender: "per_second = 0\ntimeout_s = 50\nconnect_timeout_s = 50",
            public: true,
            calls: true,
            more: "",
            contacts: "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\n",
        }
    }
}

impl Plot<'_> {
    pub(super) fn site(&self) -> Site {
        let sender = |it: &&Account| {
            let Account { name, sid, number, address, .. } = it;
            format!(
                "[[delivery.sms]]\nname = \"{name}\"\nbase_url = \"{address}\"\naccount_sid = \"{sid}\"\n\
                 from = \"{number}\"\n{}\n",
                self.sender
            )
        };
        let senders: Vec<String> = self.accounts.iter().map(sender).collect();
        let senders = senders.concat();
        let caller = |(place, it): (usize, &&Account)| {
            let Account { name, sid, number, .. } = it;
            let name = if place == 0 { String::new() } else { format!("name = \"{name}-voice\"\n") };
            format!("[[delivery.voice]]\n{name}account_sid = \"{sid}\"\nfrom = \"{number}\"\n{}\n", self.sender)
        };
        let callers: Vec<String> = self.accounts.iter().enumerate().filter(|_| self.calls).map(caller).collect();
        let voice = callers.concat() + self.more;
        let public = if self.public { format!("public_url = \"{PUBLIC}\"") } else { String::new() };
        let settings = format!(
            r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[[leadership]]
name = "Lea Desk"
phone = "608-555-0190"
[ladder]
steps = {}
last_wait_minutes = 30
[paging]
attempt_timeout_s = 60
call_poll_s = []
receipt_poll_s = []
{}
[serve]
listen = "127.0.0.1:0"
{public}
[delivery]
mode = "live"
{senders}
{voice}
"#,
            self.steps, self.paging
        );
        Site::with(&[
            ("page-oncall.toml", &settings),
            (
                "aims.csv",
                "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n\
                 2017-01-01,2038-01-01,Ben Okafor,secondary\n",
            ),
            ("contacts.csv", self.contacts),
        ])
    }
}

pub(super) fn serve(site: &Site) -> Service {
    Service::start_with(site, &VARIABLES, &[])
}

pub(super) fn run(site: &Site, words: &[&str]) -> Ended {
    site.run_with(&VARIABLES, words)
}

pub(super) fn open(site: &Site) {
    run(site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
}

pub(super) fn heard(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Ends the service; whatever is still due goes out, and then nothing but these went out.
pub(super) fn ends_with(world: &World, site: &Site, service: Service, expected: &[&str]) -> Value {
    assert_eq!(service.program.stopped().0.code(), Some(0));
    for _ in 0..2 {
        run(site, &["run", "--once"]).expect(0);
    }
    let mut expected: Vec<String> = expected.iter().map(|it| (*it).to_owned()).collect();
    expected.sort();
    assert_eq!(world.gists(gist), expected);
    page(site)
}

pub(super) fn owner(shown: &Value) -> (&str, &str) {
    (shown["state"].as_str().unwrap(), shown["acknowledged"]["by"].as_str().unwrap_or("nobody"))
}

/// How often the log says that somebody took the page.
pub(super) fn takes(shown: &Value) -> usize {
    let log = shown["log"].as_array().unwrap().iter();
    log.filter(|event| event["what"].as_str().unwrap().contains("has it (")).count()
}

/// Who was tried by which provider, and what came of it.
pub(super) fn attempts(shown: &Value) -> Vec<String> {
    let word = |it: &Value, key: &str| it[key].as_str().unwrap_or("-").to_owned();
    let list = shown["attempts"].as_array().unwrap().iter();
    list.map(|it| format!("{} {} {}", word(it, "id"), word(it, "provider"), word(it, "outcome"))).collect()
}

#[test]
fn a_voicemail_and_then_a_human() {
    let world = World::default();
    let first = world.account("first", Manner::Takes);
    // The next rung comes a minute later, the least that a ladder knows: the longest wait of these stories.
    let steps = "[{ after_minutes = 0, to = 'primary', channels = ['sms', 'voice'] }, { after_minutes = 1, to = 'next', channels = ['sms', 'voice'] }]";
    let site = Plot { accounts: &[&first], steps, ..Plot::default() }.site();
    let service = serve(&site);
    open(&site);
    let call = world.call_to(ADA, 0);
    heard(&first.tells(&service, &world.text_to(ADA, 0), "delivered"));
    heard(&first.detects(&service, &call, "machine_end_beep"));
    heard(&first.ends(&service, &call, "completed"));
    let redirected = world.redirected();
    assert_eq!((redirected.len(), redirected[0].0.as_str()), (1, call.sid.as_str()));
    assert!(redirected[0].1.contains(CUSTOMER), "{redirected:?}");
    let shown = page(&site);
    assert_eq!(owner(&shown), ("paging", "nobody"));
    assert!(attempts(&shown).contains(&"r1.0.ada-ruiz.voice.1 twilio-voice voicemail".to_owned()), "{shown:#}");
    let call = world.call_to(BEN, 0);
    let taken = first.presses(&service, &call, "1");
    assert!(taken.text().starts_with("You have it: case 1 2 3 4 5 6 7. Call Marguerite Oduya"), "{}", taken.text());
    // The detection guesses wrong, late.
    heard(&first.detects(&service, &call, "machine_end_beep"));
    heard(&first.ends(&service, &call, "completed"));
    assert_eq!(world.redirected().len(), 1);
    let expected = [
        "first text +16085550101: page",
        "first call +16085550101: page",
        "first text +16085550102: page",
        "first call +16085550102: page",
        "first text +16085550101: another has it",
    ];
    let shown = ends_with(&world, &site, service, &expected);
    assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", "Ben Okafor"), 1));
}

#[test]
fn two_answer_at_once() {
    for round in 0..4 {
        let world = World::default();
        let first = world.account("first", Manner::Takes);
        let site = Plot { accounts: &[&first], ..Plot::default() }.site();
        let service = serve(&site);
        open(&site);
        let (call, adas) = (world.call_to(BEN, 0), world.call_to(ADA, 0));
        // Ben's key and Ada's reply, each brought twice, all at once.
        let reply = first.takes_in(ADA, "1");
        let words = std::thread::scope(|scope| {
            let texts: Vec<_> =
                (0..2).map(|_| scope.spawn(|| heard(&first.brings_again(&service, &reply, ADA, "1")))).collect();
            let keys: Vec<_> = (0..2).map(|_| scope.spawn(|| first.presses(&service, &call, "1").text())).collect();
            for text in texts {
                text.join().unwrap();
            }
            keys.into_iter().map(|it| it.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(words[0], words[1], "round {round}");
        let ben_has_it = words[0].starts_with("You have it");
        assert!(ben_has_it || words[0].contains("Ada Ruiz has case"), "{words:?}");
        let mut expected = vec![
            "first text +16085550101: page",
            "first call +16085550101: page",
            "first text +16085550102: page",
            "first call +16085550102: page",
        ];
        // Her reply is answered. When it is late, she is told once, by the answer or by the stand-down that it crossed.
        expected.extend(if ben_has_it {
            &["first text +16085550101: another has it"][..]
        } else {
            &["first text +16085550101: yours", "first text +16085550102: another has it"][..]
        });
        world.lists_up_to(1);
        // Nobody needs to answer her phone any more; whoever took it by a key hears the case out.
        let ended = world.hung_up(&adas);
        assert!(!ben_has_it || !ended.contains(&call.sid), "round {round}: {ended:?}");
        let shown = ends_with(&world, &site, service, &expected);
        assert_eq!((owner(&shown).1, takes(&shown)), (if ben_has_it { "Ben Okafor" } else { "Ada Ruiz" }, 1));
    }
}

#[test]
fn stop_in_the_night_is_answered_by_a_call_at_once() {
    let world = World::default();
    let first = world.account("first", Manner::Takes);
    let site = Plot { accounts: &[&first], steps: ADA_ALONE, ..Plot::default() }.site();
    let service = serve(&site);
    open(&site);
    world.text_to(ADA, 0);
    let stop = first.takes_in(ADA, "STOP");
    for _ in 0..2 {
        heard(&first.brings_again(&service, &stop, ADA, "STOP"));
    }
    let call = world.call_to(ADA, 0);
    let blocked = |words: &[&str]| {
        let said = run(&site, &[&["--color", "always"], words].concat()).out;
        let red = said.lines().any(|line| line.contains("\u{1b}[1;31m") && line.contains("SMS to Ada Ruiz is blocked"));
        assert!(red || !said.contains("is blocked"), "{said}");
        red
    };
    let places: [&[&str]; 3] = [&["who"], &["pages"], &["show", "1234567"]];
    for words in places {
        assert!(blocked(words), "{words:?}");
    }
    assert!(first.presses(&service, &call, "1").text().starts_with("You have it"));
    heard(&first.brings(&service, ADA, "START"));
    // The provider repeats the older word: START stands.
    heard(&first.brings_again(&service, &stop, ADA, "STOP"));
    for words in places {
        assert!(!blocked(words), "{words:?}");
    }
    let expected = ["first text +16085550101: page", "first call +16085550101: page"];
    let shown = ends_with(&world, &site, service, &expected);
    assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", "Ada Ruiz"), 1));
}

#[test]
fn one_provider_is_down_and_the_other_carries_the_page_at_once() {
    for (what, manner, outcome) in [
        ("nobody listens", None, "retryable"),
        ("500", Some(Manner::Refuses("500 INTERNAL SERVER ERROR", "{}")), "retryable"),
        ("401", Some(Manner::Refuses("401 UNAUTHORIZED", r#"{"code":20003}"#)), "unavailable"),
        ("a hang", Some(Manner::Hangs), "unknown"),
    ] {
        let world = World::default();
        let mut first = world.account("first", manner.unwrap_or(Manner::Takes));
        if manner.is_none() {
            first.address = "http://127.0.0.1:9".to_owned();
        }
        let second = world.account("second", Manner::Takes);
        let site = Plot {
            accounts: &[&first, &second],
            steps: ADA_ALONE,
            // Were the other one not asked at once, this story would not end.
            paging: "retry_wait_s = 600",
            sender: "per_second = 0\ntimeout_s = 2\nconnect_timeout_s = 2",
            calls: false,
            ..Plot::default()
        }
        .site();
        let service = serve(&site);
        open(&site);
        let text = world.text_to(ADA, 0);
        heard(&second.tells(&service, &text, "delivered"));
        let expected =
            [format!("r1.0.ada-ruiz.sms.1 first {outcome}"), "r1.0.ada-ruiz.sms.2 second delivered".to_owned()];
        assert_eq!(attempts(&page(&site)), expected, "{what}");
        heard(&second.brings(&service, ADA, "ok"));
        world.text_to(ADA, 1);
        assert_eq!(world.vain("first"), usize::from(manner.is_some()), "{what}");
        let expected = ["second text +16085550101: page", "second text +16085550101: yours"];
        let shown = ends_with(&world, &site, service, &expected);
        assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", "Ada Ruiz"), 1), "{what}");
    }
}

#[test]
fn receipts_that_never_come_are_worth_one_more_text_by_another_provider() {
    for several in [true, false] {
        let world = World::default();
        let (first, second) = (world.account("first", Manner::Takes), world.account("second", Manner::Takes));
        let (both, one) = ([&first, &second], [&first]);
        let accounts: &[&Account] = if several { &both } else { &one };
        let site =
            Plot { accounts, steps: ADA_ALONE, paging: "receipt_wait_s = 1", calls: false, ..Plot::default() }.site();
        let service = serve(&site);
        open(&site);
        if several {
            world.text_to(ADA, 1);
        }
        // Long beyond the wait.
        world.lists_up_to(if several { 6 } else { 3 });
        let (one, more) = ("first text +16085550101: page", "second text +16085550101: page");
        let expected: &[&str] = if several { &[one, more] } else { &[one] };
        let shown = ends_with(&world, &site, service, expected);
        assert_eq!(owner(&shown), ("paging", "nobody"));
    }
}

#[test]
fn whatever_is_told_again_or_late_changes_nothing() {
    let world = World::default();
    let first = world.account("first", Manner::Takes);
    let site = Plot { accounts: &[&first], ..Plot::default() }.site();
    let service = serve(&site);
    open(&site);
    let (ada, ben) = (world.call_to(ADA, 0), world.call_to(BEN, 0));
    let (to_ada, to_ben) = (world.text_to(ADA, 0), world.text_to(BEN, 0));
    for status in ["delivered", "sent", "queued"] {
        heard(&first.tells(&service, &to_ada, status));
    }
    heard(&first.ends(&service, &ada, "completed"));
    let reply = first.takes_in(ADA, "1");
    heard(&first.brings_again(&service, &reply, ADA, "1"));
    let stood_down = world.text_to(BEN, 1);
    world.text_to(ADA, 1);
    let done = first.takes_in(ADA, "9");
    let storm = |expected_page: Option<&Value>| {
        for _ in 0..2 {
            heard(&first.brings_again(&service, &reply, ADA, "1"));
            for (sent, status) in
                [(&to_ada, "failed"), (&to_ben, "undelivered"), (&to_ada, "sent"), (&stood_down, "sent")]
            {
                heard(&first.tells(&service, sent, status));
            }
            for (call, status) in [(&ada, "busy"), (&ben, "no-answer"), (&ben, "ringing")] {
                heard(&first.ends(&service, call, status));
            }
            heard(&first.detects(&service, &ada, "human"));
            assert!(first.presses(&service, &ben, "1").text().contains("Ada Ruiz has case"));
            // A signature of other words, and another's.
            let genuine = [("MessageSid", reply.as_str()), ("From", ADA), ("To", first.number), ("Body", "1")];
            let forged = [("MessageSid", reply.as_str()), ("From", BEN), ("To", first.number), ("Body", "1")];
            let address = format!("{PUBLIC}/hooks/twilio/sms");
            let signed = super::provider::signature(first.token, &address, &genuine);
            let header = format!("X-Twilio-Signature: {signed}\r\n");
            let answer = service.post("/hooks/twilio/sms", &header, &super::provider::form(&forged));
            assert_eq!((answer.status, answer.body.as_str()), (403, ""));
            let answer = service.call_back_with(
                "guessed",
                &to_ada.callback,
                &[("MessageSid", "SM1"), ("MessageStatus", "failed")],
            );
            assert_eq!((answer.status, answer.body.as_str()), (403, ""));
            let nowhere = format!("{PUBLIC}/hooks/twilio/status?page=none&attempt=none");
            heard(&service.call_back_with(
                first.token,
                &nowhere,
                &[("MessageSid", "SM1"), ("MessageStatus", "failed")],
            ));
        }
        if let Some(before) = expected_page {
            let after = page(&site);
            assert_eq!(owner(before), owner(&after));
            assert_eq!(attempts(before), attempts(&after));
            assert_eq!(before["log"], after["log"]);
        }
    };
    // While it is open words may still be added to the record, and nobody hears of them.
    storm(None);
    heard(&first.brings_again(&service, &done, ADA, "9"));
    world.text_to(ADA, 2);
    // The page closes once what is on its way has its outcome.
    let closed = (0..1000).map(|_| page(&site)).find(|shown| owner(shown).0 == "closed");
    let before = closed.expect("the page closes");
    assert_eq!(owner(&before), ("closed", "Ada Ruiz"));
    storm(Some(&before));
    let expected = [
        "first text +16085550101: page",
        "first call +16085550101: page",
        "first text +16085550102: page",
        "first call +16085550102: page",
        "first text +16085550101: yours",
        "first text +16085550102: another has it",
        "first text +16085550101: noted",
    ];
    let shown = ends_with(&world, &site, service, &expected);
    assert_eq!((owner(&shown), takes(&shown)), (("closed", "Ada Ruiz"), 1));
}

#[test]
fn a_providers_wrong_clock_neither_hides_a_reply_nor_revives_an_old_one() {
    // Each waits for the times at which replies are asked for; side by side they wait once.
    std::thread::scope(|scope| {
        for (hours, dated) in [
            (-7, Dated::Same),
            (7, Dated::Same),
            (-7, Dated::Right),
            (7, Dated::Right),
            (-30, Dated::Right),
            (-7, Dated::No),
        ] {
            scope.spawn(move || a_reply_is_heard_from_a_provider_whose_clock_is_off(hours, dated));
        }
    });
}

fn a_reply_is_heard_from_a_provider_whose_clock_is_off(hours: i64, dated: Dated) {
    let world = World::default();
    let first = world.account_with("first", Manner::Takes, TimeDelta::hours(hours), dated);
    let site = Plot { accounts: &[&first], steps: ADA_ALONE, public: false, calls: false, ..Plot::default() }.site();
    // An hour old: of some other night's page.
    if dated == Dated::Same {
        first.took_in(ADA, "2", TimeDelta::hours(1));
    }
    let service = serve(&site);
    open(&site);
    world.text_to(ADA, 0);
    world.lists_up_to(1);
    assert!(page(&site)["declined"].as_array().unwrap().is_empty(), "{hours} {dated:?}");
    first.takes_in(ADA, "1");
    world.text_to(ADA, 1);
    world.lists_up_to(2);
    let expected = ["first text +16085550101: page", "first text +16085550101: yours"];
    let shown = ends_with(&world, &site, service, &expected);
    assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", "Ada Ruiz"), 1), "{hours} {dated:?}");
}

#[test]
fn forty_cases_at_once_are_all_paged_in_their_order_behind_a_provider_that_hangs() {
    const CASES: usize = 40;
    /// As many as reach the queue while it is empty: it cannot know of whoever comes.
    const MOST_OVERTAKEN: usize = 4;
    let world = World::default();
    let (first, second) = (world.account("first", Manner::Hangs), world.account("second", Manner::Takes));
    let site = Plot {
        accounts: &[&first, &second],
        steps: ADA_ALONE,
        sender: "per_second = 3\ntimeout_s = 5\nconnect_timeout_s = 5",
        calls: false,
        ..Plot::default()
    }
    .site();
    let service = Service::start_with(&site, &VARIABLES, &["-v"]);
    for case in 0..CASES {
        let case = format!("{}", 2_000_000 + case);
        let mut words = CALL.to_vec();
        words[1] = &case;
        run(&site, &[&words[..], &["--no-wait"]].concat()).expect(0);
    }
    let sent = world.sent_up_to(CASES);
    let place = |case: usize| {
        let number = format!("{}", 2_000_000 + case);
        let of_it: Vec<usize> =
            sent.iter().enumerate().filter(|(_, it)| it.words.contains(&number)).map(|(place, _)| place).collect();
        assert_eq!(of_it.len(), 1, "case {number}: {of_it:?}");
        of_it[0]
    };
    let places: Vec<usize> = (0..CASES).map(place).collect();
    // Cases that come in while others queue are not overtaken by those long after them.
    let overtaken = places.iter().enumerate().map(|(case, place)| place.saturating_sub(case)).max();
    assert!(overtaken <= Some(MOST_OVERTAKEN), "{places:?}");
    assert!(sent.iter().all(|it| it.to == ADA && it.account == "second"));
    assert_eq!(world.vain("first"), CASES);
    let (status, log) = service.program.stopped();
    assert_eq!(status.code(), Some(0));
    // One queue keeps a provider's limit: no call of an agent sends beside it.
    let of_it = log.iter().filter(|line| line.contains("provider=first outcome=Unknown")).count();
    assert_eq!(of_it, CASES, "{:#?}", log.iter().take(20).collect::<Vec<_>>());
    assert_eq!(world.sent().len(), CASES);
}

/// A number that looks random, the same for the same seed.
fn random(seed: u64, below: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) % below
}

/// Ends the service at some moment by one of the two ways, and starts it again.
fn crash(site: &Site, service: Service, seed: u64) -> Service {
    // The moment is meant to hit anywhere; nothing is awaited by this.
    std::thread::sleep(Duration::from_micros(random(seed, 120_000)));
    service.signal(if random(seed, 2) == 0 { "KILL" } else { "TERM" });
    drop(service.program.ended());
    serve(site)
}

#[test]
fn a_service_that_ends_at_any_moment_of_a_story_changes_nothing_but_time() {
    std::thread::scope(|scope| {
        for seed in 0..8_u64 {
            scope.spawn(move || a_story_whose_service_ends_four_times(seed));
        }
    });
}

fn a_story_whose_service_ends_four_times(seed: u64) {
    let world = World::default();
    let first = world.account("first", Manner::Takes);
    let site = Plot { accounts: &[&first], ..Plot::default() }.site();
    let mut service = serve(&site);
    open(&site);
    service = crash(&site, service, seed * 4);
    let (ben, ada) = (world.call_to(BEN, 0), world.call_to(ADA, 0));
    heard(&first.detects(&service, &ada, "machine_end_beep"));
    service = crash(&site, service, seed * 4 + 1);
    // A reply that is listed and a key, at once; then the end again.
    first.takes_in(ADA, "1");
    let said = first.presses(&service, &ben, "1").text();
    service = crash(&site, service, seed * 4 + 2);
    assert_eq!(first.presses(&service, &ben, "1").text(), said, "seed {seed}");
    world.lists_up_to(2);
    service = crash(&site, service, seed * 4 + 3);
    assert_eq!(service.program.stopped().0.code(), Some(0));
    for _ in 0..2 {
        run(&site, &["run", "--once"]).expect(0);
    }
    let shown = page(&site);
    let ben_has_it = said.starts_with("You have it");
    let who = if ben_has_it { "Ben Okafor" } else { "Ada Ruiz" };
    assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", who), 1), "seed {seed}: {said}");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for it in world.gists(gist) {
        *times.entry(it).or_default() += 1;
    }
    let asked =
        ["call +16085550101: page", "call +16085550102: page", "text +16085550101: page", "text +16085550102: page"];
    // Ada wrote, so that she is answered; where she was late she is told once.
    let told: &[&str] = if ben_has_it {
        &["text +16085550101: another has it"]
    } else {
        &["text +16085550101: yours", "text +16085550102: another has it"]
    };
    let mut expected: Vec<String> = asked.iter().chain(told).map(|it| format!("first {it}")).collect();
    expected.sort();
    assert_eq!(times.keys().cloned().collect::<Vec<_>>(), expected, "seed {seed}");
    // Each of the four ends may double the one message that was on its way.
    let doubled: usize = times.values().map(|it| it - 1).sum();
    assert!(doubled <= 4, "seed {seed}: {times:?}");
    assert!(!world.sent().iter().any(|it: &Sent| it.to == LEADER));
}
