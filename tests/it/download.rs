//! Is an exported CSV read from its address, kept when the address fails, and every refusal told with what to do?

use serde_json::Value;

use crate::support::{Ended, Site};
use crate::support_google::{Google, Keys, TunnelProxy};
use crate::support_http::{Play, ScriptedHttp};

const CONTACTS: &str = "name,aliases,phone,email,channels,note\nAda Ruiz,Ada,608-555-0101,ada@example.org,,\n";
const SHEET: &str = "start,end,person\n2026-11-22 18:00,2026-11-23 07:00,Ada\n";
const NIGHT: &str = "2026-11-22 20:00";

fn csv(text: &str) -> Play {
    Play::Answer(200, "text/csv", text.to_owned())
}

fn site(address: &str, further: &str) -> Site {
    let settings = format!(
        "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\ntitle = \"AIMS\"\nsource = {address:?}\n{further}"
    );
    Site::with(&[("page-oncall.toml", &settings), ("contacts.csv", CONTACTS)])
}

fn who(site: &Site) -> Ended {
    site.run(&["--format", "json", "who", "aims", "--at", NIGHT])
}

fn schedule(ended: &Ended) -> Value {
    ended.json()["schedules"][0].clone()
}

fn said(ended: &Ended) -> String {
    format!("{}{}", ended.out, ended.err).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_read_kept_and_answered_from_its_copy() {
    let loses = "An exported CSV says nothing of merged cells";
    let script = [csv(SHEET), csv(SHEET), csv(SHEET), csv(""), csv(" \r\n"), Play::json(403, "no"), csv(SHEET)];
    let server = ScriptedHttp::start(script).await;
    let site = site(&format!("{}/a/on-call.csv?key=hunter2", server.address), "");
    let live = schedule(&who(&site).expect(0));
    assert_eq!((&live["on_call"][0]["name"], &live["from_cache"]), (&"Ada Ruiz".into(), &false.into()));
    assert_eq!(live["on_call"][0]["row"]["sheet"], "127.0.0.1/…/on-call.csv");
    // What a CSV cannot say is told once, by the run that keeps the first version.
    assert!(said(&site.run(&["sync"]).expect(0)).contains(loses));
    assert!(!said(&site.run(&["sync"]).expect(0)).contains(loses));
    for _empty_then_refused in 0..3 {
        let kept = schedule(&who(&site).expect(0));
        assert_eq!((&kept["on_call"], &kept["from_cache"]), (&live["on_call"], &true.into()));
        assert_eq!(kept["snapshot"], live["snapshot"]);
        assert!(!kept.to_string().contains("hunter2"), "{kept}");
    }
    assert_eq!(schedule(&who(&site).expect(0))["from_cache"], false);
    let seen = server.seen();
    assert_eq!((seen.len(), seen[0].target.as_str()), (7, "/a/on-call.csv?key=hunter2"));
    assert!(seen[0].header("user-agent").unwrap().starts_with("page-oncall/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_gives_no_file_says_what_to_do() {
    let page = || Play::Answer(200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Sign in</title>".to_owned());
    let unmarked = Play::Answer(200, "text/plain", "<html><title>Sign in</title>".to_owned());
    let large = csv(&"x".repeat(11 * 1_024 * 1_024));
    let to = |address: &str| Play::Redirect(address.to_owned());
    for (play, words) in [
        (page(), &["a web page instead of CSV", "Anyone with the link", "export?format=csv&gid="][..]),
        (unmarked, &["is a web page, perhaps a sign-in page"]),
        (Play::json(401, "{}"), &["may not be read (401)", "Anyone with the link", "sheets:"]),
        (Play::json(403, "{}"), &["may not be read (403)"]),
        (Play::json(404, "{}"), &["does not exist (404)", "export?format=csv&gid=NUMBER"]),
        (Play::json(418, "{}"), &["the answer 418"]),
        (
            to("https://accounts.google.com/ServiceLogin?continue=x"),
            &["a web page instead of CSV, most likely one to sign"],
        ),
        (to("http://example.org/on-call.csv"), &["leads on to example.org without encryption"]),
        (to("ftp://example.org/on-call.csv"), &["leads on to example.org without encryption"]),
        (large, &["larger than 10 MiB"]),
    ] {
        let server = ScriptedHttp::start([play]).await;
        let ended = who(&site(&format!("{}/x.csv", server.address), "")).expect(3);
        for words in words {
            assert!(said(&ended).contains(words), "{words} is missing in {}", said(&ended));
        }
        assert_eq!(server.seen().len(), 1, "{}", said(&ended));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_pass_is_asked_again_and_a_circle_ends() {
    let server = ScriptedHttp::start([Play::json(503, "{}"), Play::CutOff(200, SHEET.to_owned()), csv(SHEET)]).await;
    let live = schedule(&who(&site(&format!("{}/x.csv", server.address), "")).expect(0));
    assert_eq!((&live["on_call"][0]["name"], server.seen().len()), (&"Ada Ruiz".into(), 3));
    let server = ScriptedHttp::start((0..20).map(|_| Play::Redirect("/x.csv".to_owned()))).await;
    let ended = who(&site(&format!("{}/x.csv", server.address), "")).expect(3);
    assert!(said(&ended).contains("the answer 302"), "{}", said(&ended));
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_waits_no_longer_than_its_limit() {
    let server = ScriptedHttp::start([csv(SHEET), Play::Hang]).await;
    let further = "[download]\npage_timeout_s = 1\ntimeout_s = 60\n";
    let site = site(&format!("{}/x.csv", server.address), further);
    site.run(&["sync"]).expect(0);
    let words = "--case INC1234567 --yes --no-input --dry-run --partner aims --outage no --hd-can-help no --device \
                 departmental --critical yes --customer Pat --phone 608-555-0142 --summary PC";
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.extend(["--at", NIGHT]);
    let ended = site.run(&words);
    assert!(said(&ended).contains("SAVED COPY") && said(&ended).contains("Ada Ruiz"), "{}", said(&ended));
}

#[test]
fn https_needs_a_trusted_certificate_and_goes_through_the_proxy_of_the_environment() {
    // The server that plays Google answers every other path with a refusal of its own: what counts is the way there.
    let google = Google::secure(serde_json::json!({}), "sheets.test");
    let proxy = TunnelProxy::start(google.port);
    let site = site("https://sheets.test/export.csv", "[download]\nca_file = \"ca.pem\"\n");
    site.write("ca.pem", Keys::get().text("ca.pem").as_bytes());
    let address = format!("http://agent:hunter2@127.0.0.1:{}", proxy.port);
    let words = ["--format", "json", "who", "aims", "--at", NIGHT];
    let ended = site.run_with(&[("HTTPS_PROXY", &address)], &words).expect(3);
    assert!(said(&ended).contains("may not be read (401)") && !said(&ended).contains("hunter2"), "{}", said(&ended));
    let (first, password) = proxy.seen().remove(0);
    assert_eq!(first, "CONNECT sheets.test:443 HTTP/1.1");
    assert!(password.unwrap().starts_with("Basic "));
    let text = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    site.write("page-oncall.toml", text.replace("ca_file = \"ca.pem\"\n", "").as_bytes());
    let ended = site.run_with(&[("HTTPS_PROXY", &address)], &words).expect(3);
    assert!(said(&ended).contains("certificate") && said(&ended).contains("ca_file"), "{}", said(&ended));
    site.write("page-oncall.toml", text.replace("ca.pem", "none.pem").as_bytes());
    assert!(said(&site.run(&words).expect(3)).contains("none.pem cannot be read"));
}

#[test]
fn addresses_that_are_no_file_are_wrong_settings() {
    for (address, words) in [
        ("http://example.org/x.csv", "only over https"),
        ("https://pat:hunter2@example.org/x.csv", "no secrets"),
        ("https://docs.google.com/spreadsheets/d/1aB/edit#gid=9", "export?format=csv&gid=9"),
    ] {
        let ended = site(address, "").run(&["who"]).expect(2);
        assert!(said(&ended).contains(words) && !said(&ended).contains("hunter2"), "{}", said(&ended));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overrides_may_stand_at_an_address_too() {
    let server = ScriptedHttp::start([csv("start,end,person\n2026-11-22 19:00,2026-11-22 21:00,Ben\n")]).await;
    let site = site("csv:aims.csv", &format!("overrides = \"{}/changes.csv\"\n", server.address));
    site.write("aims.csv", SHEET.as_bytes());
    let live = schedule(&who(&site).expect(0));
    assert_eq!((&live["on_call"][0]["name"], &live["on_call"][0]["kind"]), (&"Ben".into(), &"override".into()));
}
