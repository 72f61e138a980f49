//! How does the service live? It starts, is watched, changes its settings, ends gently, and survives being killed.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::provider::{PATIENCE, Provider};
use super::service::{CALL, PUBLIC, Service, VARIABLES, page, settings, site, site_with};
use crate::support::Site;
use crate::support_tools::project;

/// How many times the service is killed. The seed of each kill is its number.
const KILLS: u64 = 24;
/// Random moments lie in the first so many microseconds of a service.
const MOMENTS_US: u64 = 150_000;

fn outcomes(page: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    page["attempts"].as_array().unwrap().iter().map(|it| (text(&it["to"]), text(&it["outcome"]))).collect()
}

/// Opens the page and leaves what is due to the service that starts next: the call is killed while its first text is
/// held, so that the text is on disk and in doubt. Texts are held from then on.
fn open(site: &Site, provider: &Provider) {
    provider.hold(true);
    let call = [&CALL[..], &["--no-wait"]].concat();
    let mut call = site.command(&call).envs(VARIABLES).stdout(std::process::Stdio::null()).spawn().unwrap();
    provider.texts_up_to(1);
    call.kill().unwrap();
    call.wait().unwrap();
}

#[test]
fn what_is_being_sent_when_it_is_asked_to_stop_still_ends() {
    let provider = Provider::start();
    let site = site(&provider, "");
    open(&site, &provider);
    let service = Service::start(&site, &["-v"]);
    provider.texts_up_to(2);
    service.signal("TERM");
    service.program.lines_until("the service stops");
    provider.hold(false);
    let (status, log) = service.program.ended();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    let told = log.last().unwrap();
    assert!(told.contains("in_time=true") && told.contains("unknown_attempts=0"), "{log:#?}");
    assert!(told.contains("open_pages=1"), "{log:#?}");
    let expected = [("Ada Ruiz", "unknown"), ("Ada Ruiz", "accepted")];
    assert_eq!(outcomes(&page(&site)), expected.map(|(to, outcome)| (to.to_owned(), outcome.to_owned())));
}

#[test]
fn what_does_not_end_in_time_is_recorded_as_unknown_and_sent_again() {
    let provider = Provider::start();
    let site = site(&provider, "stop_after_s = 1");
    open(&site, &provider);
    let service = Service::start(&site, &["-v"]);
    provider.texts_up_to(2);
    let (status, log) = service.program.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    let told = log.last().unwrap();
    assert!(told.contains("in_time=false") && told.contains("unknown_attempts=1"), "{log:#?}");
    let shown = page(&site);
    assert_eq!(outcomes(&shown), [("Ada Ruiz", "unknown"); 2].map(|(to, outcome)| (to.to_owned(), outcome.to_owned())));
    assert!(shown["attempts"][1]["detail"].as_str().unwrap().contains("stopped before the provider answered"));
    provider.hold(false);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let provider = Provider::start();
    let site = site(&provider, "stop_after_s = 600");
    open(&site, &provider);
    let service = Service::start(&site, &["-v"]);
    provider.texts_up_to(2);
    service.signal("INT");
    service.program.lines_until("the service stops");
    service.signal("TERM");
    let (status, log) = service.program.ended();
    assert_eq!(status.code(), Some(3), "{log:#?}");
    assert!(log.last().unwrap().contains("ended at once"), "{log:#?}");
    // The next one takes over: the text in doubt is sent again.
    provider.hold(false);
    let service = Service::start(&site, &[]);
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 200);
    assert_eq!(page(&site)["acknowledged"]["by"], "Ada Ruiz");
    assert_eq!(service.program.stopped().0.code(), Some(0));
}

/// The next message to the service manager that is not `unless`.
fn told(manager: &UnixDatagram, unless: &str) -> String {
    loop {
        let mut bytes = [0; 4096];
        let length = manager.recv(&mut bytes).expect("the service manager is told");
        let text = String::from_utf8_lossy(&bytes[..length]).trim().to_owned();
        if text != unless {
            return text;
        }
    }
}

#[test]
fn the_service_manager_hears_of_finished_turns_and_of_nothing_that_is_not_so() {
    let provider = Provider::start();
    let site = site(&provider, "");
    let socket = site.path("manager");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let variables = [VARIABLES[0], ("NOTIFY_SOCKET", socket.to_str().unwrap()), ("WATCHDOG_USEC", "90000000")];
    let service = Service::start_with(&site, &variables, &["-v"]);
    assert_eq!(told(&manager, ""), "READY=1");
    assert_eq!(told(&manager, ""), "WATCHDOG=1");
    // The rounds go on.
    assert_eq!(told(&manager, ""), "WATCHDOG=1");
    service.signal("HUP");
    let reloading = told(&manager, "WATCHDOG=1");
    assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
    assert_eq!(told(&manager, "WATCHDOG=1"), "READY=1");
    service.signal("TERM");
    assert_eq!(told(&manager, "WATCHDOG=1"), "STOPPING=1");
    assert_eq!(service.program.ended().0.code(), Some(0));
}

#[test]
fn settings_that_cannot_be_used_are_refused_and_good_ones_lose_nothing() {
    let provider = Provider::start();
    let good = settings(&provider, "");
    let site = site_with(&good);
    open(&site, &provider);
    let service = Service::start(&site, &["-v"]);
    let first = provider.texts_up_to(2).pop().unwrap();

    for (text, reason) in [
        (good.replace("[paging]", "[pagign]"), "line 7: unknown key `pagign`; did you mean `paging`?"),
        (good.replace("listen =", "listne ="), "did you mean `listen`?"),
        (good.replace(PUBLIC, "http://pager.example.edu"), "must begin with https://"),
        (good.replace("from = \"+16085550100\"", ""), "`from`"),
        (format!("{good}[store]\nurl = \"sqlite:another.db\"\n"), "needs a restart"),
        (good.replace("mode = \"live\"", "mode = \"training\""), "needs a restart"),
    ] {
        site.write("page-oncall.toml", text.as_bytes());
        service.signal("HUP");
        // The file, the line, the key and what was meant, in one line.
        let line = service.program.lines_until("the old ones stay in force").pop().unwrap();
        assert!(line.contains(reason), "{reason}: {line}");
    }
    site.write("page-oncall.toml", good.as_bytes());
    site.write("holidays.csv", b"2026-13-41,No such day,closed\n");
    service.signal("HUP");
    service.program.lines_until("the old ones stay in force");
    site.write("holidays.csv", b"2026-12-25,Christmas Day,closed\n");

    // A good one, while a text is being sent: another sender, and another address that is not taken before a restart.
    let changed =
        good.replace("from = \"+16085550100\"", "from = \"+16085550109\"").replace("0\"\npublic", "1\"\npublic");
    site.write("page-oncall.toml", changed.as_bytes());
    service.signal("HUP");
    service.program.lines_until("needs a restart: the old one stays");
    service.program.lines_until("are in force");
    provider.hold(false);
    // What was under way is known by its old address, and ends as one text.
    let delivered = [("MessageSid", first.sid.as_str()), ("MessageStatus", "delivered")];
    assert_eq!(service.call_back(&first.callback, &delivered).status, 200);
    assert_eq!(service.text("SM1", "+16085550101", "2").status, 200);
    // Ben is asked by the new sender.
    let texts = provider.texts_up_to(3);
    assert_eq!((texts[2].to.as_str(), texts[2].from.as_str()), ("+16085550102", "+16085550109"));
    assert_eq!(service.text("SM2", "+16085550102", "1").status, 200);
    assert_eq!(page(&site)["acknowledged"]["by"], "Ben Okafor");
    assert_eq!(service.program.stopped().0.code(), Some(0));
    let outcomes = outcomes(&page(&site));
    let by: Vec<_> = outcomes.iter().map(|(to, outcome)| (to.as_str(), outcome.as_str())).collect();
    assert_eq!(by[..2], [("Ada Ruiz", "unknown"), ("Ada Ruiz", "delivered")]);
}

/// A number that looks random, the same for the same seed.
fn random(seed: u64, below: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) % below
}

#[test]
fn a_service_that_is_killed_at_any_moment_loses_nothing_and_takes_no_word_twice() {
    let provider = Provider::start();
    let site = site(&provider, "");
    open(&site, &provider);
    provider.hold(false);
    let mut killed = 0;
    for seed in 0..KILLS {
        let mut command = site.command(&["serve"]);
        let mut service = command.envs(VARIABLES).stderr(std::process::Stdio::null()).spawn().unwrap();
        // The kill is meant to hit anywhere; nothing is awaited by this.
        std::thread::sleep(Duration::from_micros(random(seed, MOMENTS_US)));
        service.kill().unwrap();
        killed += usize::from(service.wait().unwrap().code().is_none());
        // Between two services a reply may be listed, which nobody hears yet.
        if seed == KILLS / 2 {
            provider.takes_in("SM500", "+16085550101", "1");
        }
    }
    assert!(killed > 0, "nothing was killed");
    let service = Service::start(&site, &[]);
    // The same again, brought, and brought once more: the provider repeats what was not answered.
    for _ in 0..2 {
        assert_eq!(service.text("SM500", "+16085550101", "1").status, 200);
    }
    let texts = provider.texts();
    for text in &texts {
        let told = [("MessageSid", text.sid.as_str()), ("MessageStatus", "delivered")];
        assert_eq!(service.call_back(&text.callback, &told).status, 200);
    }
    assert_eq!(service.program.stopped().0.code(), Some(0));
    let shown = page(&site);
    assert_eq!(
        (shown["state"].as_str(), shown["acknowledged"]["by"].as_str()),
        (Some("acknowledged"), Some("Ada Ruiz"))
    );
    let events = shown["log"].as_array().unwrap();
    let takes = events.iter().filter(|event| event["what"].as_str().unwrap().contains("has it (")).count();
    assert_eq!(takes, 1, "{events:#?}");
    // Every text is an attempt of its own that the log knows, however often its sender was killed: none went out twice,
    // none without its intent on disk. How far the ladder got depends on where the kills hit.
    let named = |text: &super::provider::Text| text.callback.rsplit_once("attempt=").map(|(_, id)| id.to_owned());
    let mut sent: Vec<String> = texts.iter().map(|text| named(text).unwrap()).collect();
    sent.sort_unstable();
    let count = sent.len();
    sent.dedup();
    assert_eq!(sent.len(), count, "{texts:#?}");
    let attempts: Vec<&str> =
        shown["attempts"].as_array().unwrap().iter().map(|attempt| attempt["id"].as_str().unwrap()).collect();
    assert!(sent.iter().all(|id| attempts.contains(&id.as_str())), "{texts:#?}\n{shown:#}");
    // A page that is taken asks nobody any more: the last services said so by sending nothing.
    let pages = texts.iter().filter(|text| text.body.contains("PAGE")).count();
    assert!((1..=killed + 2).contains(&pages), "{texts:#?}");
}

#[test]
fn the_service_managers_files_are_right() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        println!("systemd-analyze is not installed here: the files in schedules/systemd were not checked");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(project("schedules/systemd")).unwrap() {
        let file = entry.unwrap().path();
        // The program is where this test has it; a unit may only name one that is there.
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.replace("/usr/local/bin/page-oncall", env!("CARGO_BIN_EXE_page-oncall"));
        let copy = folder.path().join(file.file_name().unwrap());
        std::fs::write(&copy, text).unwrap();
        files.push(copy);
    }
    assert_eq!(files.len(), 5, "{files:?}");
    let checked = Command::new("systemd-analyze").arg("verify").args(&files).output().unwrap();
    let told = String::from_utf8_lossy(&checked.stderr).into_owned();
    let ours: Vec<&str> = told.lines().filter(|line| line.contains("page-oncall")).collect();
    assert!(checked.status.success() && ours.is_empty(), "{version}{told}");
}
