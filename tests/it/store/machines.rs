//! Do several machines share one log on a server? The real program in several site folders, and engines that are killed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::crash::{self, CALL, Kill, Sms, VARIABLES, attempts, books_agree, quiet};
use crate::support::Site;
use crate::support_postgres::{PASSWORD, SERVER, Schema};

const STORE: &str = "[store]\nurl = \"sqlite:page-oncall.db\"";

/// The settings of a store with this URL.
fn store(url: &str) -> String {
    format!("[store]\nurl = \"{url}\"")
}

/// The sample site, whose scripted technician answers after a second, with its pages on the server.
fn training(schema: &Schema) -> Site {
    Site::sample_with(&[(STORE, &store(&schema.url())), ("reply_after_s = 15", "reply_after_s = 1")])
}

/// What `look` finds at last. Each look starts a process or a connection, so that so many of them take minutes.
fn at_last<T>(look: impl Fn() -> Option<T>) -> T {
    (0..5000).find_map(|_| look()).expect("it comes to be")
}

/// The process that holds the lease of live pages, as the server numbers it.
fn holder(schema: &Schema) -> Option<u32> {
    let told = schema.tell(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = 1347382851 \
         AND objid::bigint = ('events'::regclass::oid::bigint + 2147483648) % 4294967296",
    );
    told.parse().ok()
}

#[test]
fn a_page_of_one_machine_is_seen_and_carried_on_from_another() {
    let schema = SERVER.schema();
    let (here, there) = (training(&schema), training(&schema));
    let empty = there.run(&["pages"]).expect(0);
    assert!(empty.out.contains("no open page"), "{}", empty.out);
    assert_eq!(
        schema.tell("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"),
        "0",
        "looking made none"
    );

    let call = [&CALL[..], &["--at", "2026-11-21 22:30"]].concat();
    let paged = here.run(&call).expect(0);
    assert!(paged.out.contains("TRAINING"), "{}", paged.out);
    let shown = there.run(&["--format", "json", "show", "1234567"]).expect(0).json();
    assert_eq!(shown["state"], "acknowledged", "{shown}");
    assert!(!shown["attempts"].as_array().unwrap().is_empty());
    there.run(&["called-back", "1234567", "--by", "Ada Ruiz"]).expect(0);
    assert_eq!(here.run(&["--format", "json", "show", "1234567"]).expect(0).json()["state"], "closed");
    assert!(!here.path("page-oncall.db").exists() && !there.path("page-oncall.db").exists());

    let doctor = there.run(&["--format", "json", "doctor"]);
    let found = doctor.out.lines().find(|line| line.contains("PostgreSQL")).unwrap_or(&doctor.out);
    assert!(found.contains("can be written, PostgreSQL"), "{}\n{}", doctor.out, doctor.err);
    assert!(doctor.out.contains("fsync"), "that this server may lose pages is told: {}", doctor.out);
}

#[test]
fn two_engines_share_a_log_and_the_next_goes_on_when_one_is_killed() {
    let (sms, schema) = (Sms::start(), SERVER.schema());
    let site = || {
        let site = crash::site_with(&sms, &store(&schema.url()));
        // Only an engine that became the sole one doubts another's attempt before that.
        let text = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
        site.write("page-oncall.toml", text.replace("attempt_timeout_s = 60", "attempt_timeout_s = 3000").as_bytes());
        site
    };
    let sites = [site(), site(), site()];
    let engine = |site: &Site| {
        let engine = site.start(&VARIABLES, &["run", "-v"]);
        engine.lines_until("the engine runs");
        engine
    };
    let first = engine(&sites[0]);
    let sole = at_last(|| holder(&schema));
    let second = engine(&sites[1]);
    // An agent's call is killed while the provider has its text. Whichever process is quicker sends it, so that the
    // engines stand still meanwhile.
    for engine in [&first, &second] {
        engine.signal("STOP");
    }
    sms.run_killed(quiet(&sites[2], &CALL), Some(Kill::Before(1)), None);
    assert_eq!(holder(&schema), Some(sole), "the first engine is the sole one as long as it lives");
    first.signal("KILL");
    let (status, _) = first.ended();
    assert!(!status.success());
    second.signal("CONT");
    sms.wait_for(3);
    assert!(holder(&schema).is_some_and(|pid| pid != sole), "the second one is the sole one now");
    crash::run(&sites[2], &["ack", "1234567", "--by", "Ada Ruiz"]).expect(0);
    // Ben hears that Ada has it.
    sms.wait_for(4);
    let (status, log) = second.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
    let page = crash::page(&sites[2]).unwrap();
    let outcomes: Vec<_> = attempts(&page).into_iter().map(|(_, to, _, outcome)| (to, outcome)).collect();
    let expected =
        [("Ada Ruiz", "unknown"), ("Ada Ruiz", "accepted"), ("Ben Okafor", "accepted"), ("Ben Okafor", "accepted")];
    assert_eq!(outcomes, expected.map(|(to, outcome)| (to.to_owned(), outcome.to_owned())));
    assert_eq!(sms.texts().len(), 4, "every attempt is sent exactly once: {:#?}", sms.texts());
}

#[test]
fn two_calls_from_two_machines_make_one_page_and_a_killed_one_loses_none() {
    for round in 0..3 {
        let (sms, schema) = (Sms::start(), SERVER.schema());
        let sites = [(); 2].map(|()| crash::site_with(&sms, &store(&schema.url())));
        let call = [&CALL[..], &["--no-wait"]].concat();
        let both = [&sites[0], &sites[1]].map(|site| quiet(site, &call).spawn().unwrap());
        for mut one in both {
            assert_eq!(one.wait().unwrap().code(), Some(0), "round {round}");
        }
        crash::run(&sites[1], &["run", "--once"]).expect(0);
        let page = crash::page(&sites[0]).unwrap();
        books_agree(&format!("round {round}"), &sms, &page, 0);
        assert_eq!(schema.tell("SELECT count(*) FROM pages"), "1", "round {round}");
    }
    for kill in [Kill::Before(1), Kill::After(1), Kill::Before(2), Kill::After(2)] {
        let (sms, schema) = (Sms::start(), SERVER.schema());
        let sites = [(); 2].map(|()| crash::site_with(&sms, &store(&schema.url())));
        sms.run_killed(quiet(&sites[0], &CALL), Some(kill), None);
        crash::run(&sites[1], &["run", "--once"]).expect(0);
        books_agree(&format!("{kill:?}"), &sms, &crash::page(&sites[1]).expect("the page is not lost"), 1);
    }
}

#[test]
fn the_service_is_ready_with_its_pages_on_a_server() {
    let schema = SERVER.schema();
    let site = training(&schema);
    let program = site.start(&[], &["--format", "json", "serve"]);
    let line = program.lines_until("\"listening\"").pop().unwrap();
    let address = serde_json::from_str::<Value>(&line).unwrap()["listening"].as_str().unwrap().to_owned();
    let ready = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.contains(" 200 "), serde_json::from_str::<Value>(body).unwrap())
    };
    let told = at_last(|| Some(ready()).filter(|(ready, told)| *ready && told["lease_held"] == true)).1;
    assert_eq!((&told["database_writable"], &told["lease_held"]), (&true.into(), &true.into()), "{told}");
    let (status, log) = program.stopped();
    assert_eq!(status.code(), Some(0), "{log:#?}");
}

#[test]
fn a_password_comes_beside_the_settings_and_shows_nowhere() {
    let beside = Site::sample_with(&[(STORE, &store(&SERVER.by_loopback("pages")))]);
    let schema = SERVER.schema();
    let with_schema = format!("{}?options[search_path]={}", SERVER.by_loopback("pages"), schema.name);
    let site = Site::sample_with(&[(STORE, &store(&with_schema))]);
    site.run_with(&[("PAGE_ONCALL_STORE_PASSWORD", PASSWORD)], &["pages"]).expect(0);
    // Nobody looks for a password in the arguments or the url.
    let by_file = format!("{}\npassword_file = \"store.secret\"", store(&with_schema));
    let site = Site::sample_with(&[(STORE, &by_file)]);
    let absent = site.run(&["pages"]).expect(2);
    assert!(absent.err.contains("store.secret") && absent.err.contains("[store] password_file"), "{}", absent.err);
    site.write("store.secret", format!("{PASSWORD}\n").as_bytes());
    site.run(&["pages"]).expect(0);

    for (variables, code) in [(&[][..], 3), (&[("PAGE_ONCALL_STORE_PASSWORD", "hunter2")][..], 3)] {
        let ended = beside.run_with(variables, &["pages", "-v"]).expect(code);
        let told = format!("{}{}", ended.out, ended.err);
        assert!(told.contains("pages at localhost") && !told.contains("hunter2"), "{told}");
    }
    for url in ["postgres://u:hunter2@db.example.edu/d", "postgres://u@db/d?password=hunter2", "mysql://u:hunter2@db/d"]
    {
        let site = Site::sample_with(&[(STORE, &store(url))]);
        for words in [&["pages"][..], &["doctor"], &["run", "--once"]] {
            let ended = site.run(words);
            let told = format!("{}{}", ended.out, ended.err);
            assert_eq!(ended.code, 2, "{url}: {told}");
            assert!(told.contains("[store] url") && !told.contains("hunter2"), "{url}: {told}");
        }
        let who = site.run(&["who", "--at", "2026-11-21 22:30"]);
        assert_eq!(who.code, 0, "who is on call is told all the same: {}", who.err);
    }
}
