//! Do the commands give and take access as they say, show a secret once, and leave a trace of every change?

use std::process::Command;

use page_oncall::access::{Fingerprint, Role, Secret};
use page_oncall::ports::access::{AccessStore as _, Act};
use page_oncall::store::sqlite::SqliteStore;

use crate::support::Site;
use crate::support_tools::{project, tool};
use crate::support_web::now;

const PASSWORD: &str = "correct horse battery";

async fn store(site: &Site) -> SqliteStore {
    SqliteStore::open(&site.path("page-oncall.db")).await.unwrap()
}

/// The whole database, as whoever stole it would read it.
fn disk(site: &Site) -> Vec<u8> {
    ["page-oncall.db", "page-oncall.db-wal"]
        .iter()
        .filter_map(|name| std::fs::read(site.path(name)).ok())
        .flatten()
        .collect()
}

fn holds(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

#[tokio::test]
async fn a_token_is_shown_once_and_known_by_its_fingerprint() {
    let site = Site::sample();
    let made = site.run(&["token", "create", "wall", "--role", "viewer"]).expect(0);
    let secret = made.out.lines().next().unwrap().to_owned();
    assert!(secret.starts_with("pgo_") && secret.len() == 47, "{secret}");
    assert!(made.out.contains("Authorization: Bearer"), "{}", made.out);
    assert!(!made.err.contains(&secret));
    let token = store(&site).await.token(Fingerprint::of(&secret), now()).await.unwrap().unwrap();
    assert_eq!((token.name.as_str(), token.role, token.created_by.as_str()), ("wall", Role::Viewer, "agent"));
    assert!(!holds(&disk(&site), &secret["pgo_".len()..]));
    for words in [&["token", "list"][..], &["--format", "json", "token", "list"], &["audit"]] {
        let told = site.run(words).expect(0).out;
        assert!(told.contains("wall") && !told.contains(&secret), "{told}");
    }
    let json = site.run(&["--format", "json", "token", "create", "two", "--role", "agent"]).expect(0).json();
    let second = json["secret"].as_str().unwrap();
    assert_ne!(second, secret);
    assert_eq!(Secret::session([0; 32]).text().len() + 4, second.len(), "256 bits");
    assert_eq!((&json["name"], &json["role"], &json["expires_at"]), (&"two".into(), &"agent".into(), &().into()));
}

#[test]
fn a_technicians_token_says_whose_it_is() {
    let site = Site::sample();
    let create = |more: &[&str]| site.run(&[&["token", "create", "phone", "--role", "technician"], more].concat());
    let nobody = create(&[]).expect(2);
    assert!(nobody.err.contains("says whose it is") && nobody.err.contains("--person NAME"), "{}", nobody.err);
    let unknown = create(&["--person", "Ada Riuz"]).expect(2);
    assert!(unknown.err.contains("\"Ada Riuz\"") && unknown.err.contains("did you mean Ada Ruiz?"), "{}", unknown.err);
    assert!(nobody.out.is_empty() && unknown.out.is_empty());
    assert!(!site.path("page-oncall.db").exists());
    create(&["--person", "ada", "--expires-in-days", "30"]).expect(0);
    let listed = site.run(&["token", "list"]).expect(0).out;
    assert!(listed.contains("technician, Ada Ruiz") && listed.contains("never used, expires"), "{listed}");
    assert!(listed.lines().all(|line| line.chars().count() <= 80), "{listed}");
}

#[test]
fn a_name_is_taken_until_its_token_is_revoked() {
    let site = Site::sample();
    let create = ["token", "create", "wall", "--role", "viewer"];
    site.run(&create).expect(0);
    let again = site.run(&create).expect(1);
    assert!(again.err.contains("\"wall\" already") && again.err.contains("token revoke wall"), "{}", again.err);
    assert!(again.out.is_empty(), "no secret that opens nothing");
    assert!(site.run(&["token", "revoke", "wall"]).expect(0).out.contains("revoked"));
    let twice = site.run(&["token", "revoke", "wall"]).expect(1);
    assert!(twice.err.contains("no token \"wall\" in use") && twice.err.contains("token list"), "{}", twice.err);
    site.run(&create).expect(0);
    let json = site.run(&["--format", "json", "token", "list"]).expect(0).json();
    let revoked: Vec<bool> =
        json["tokens"].as_array().unwrap().iter().map(|token| token["revoked_at"].is_string()).collect();
    assert_eq!(revoked, [true, false]);
    assert!(site.run(&["token", "list"]).expect(0).out.contains("REVOKED"));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_written() {
    let site = Site::sample();
    for (words, told) in [
        (&["token", "create", "two words", "--role", "viewer"][..], "one word"),
        (&["token", "create", "wall", "--role", "root"], "viewer, technician, agent or supervisor"),
        (&["token", "create", "wall"], "--role <ROLE>"),
        (&["token", "create", "wall", "--role", "viewer", "--expires-in-days", "0"], "1..=3660"),
        (&["account", "set", "\u{1b}[2J", "--role", "agent"], "one word"),
        (&["account", "set", "ada", "--role", "technician"], "the link in their message"),
        (&["account", "set", "ada", "--role", "agent", PASSWORD], "unexpected argument"),
        (&["audit", "--limit", "0"], "1..=100000"),
    ] {
        let refused = site.run_with_input(words, PASSWORD).expect(2);
        assert!(refused.err.contains(told) && refused.out.is_empty(), "{words:?}: {}", refused.err);
    }
    for (words, told) in [
        (["token", "list"], "There is no token"),
        (["account", "list"], "There is no account"),
        (["audit", "--limit=9"], "The audit log is empty"),
    ] {
        assert!(site.run(&words).expect(0).out.contains(told), "{words:?}");
    }
    assert!(!site.path("page-oncall.db").exists(), "looking makes no file");
}

#[tokio::test]
async fn an_account_has_the_password_of_the_first_line() {
    let site = Site::sample();
    let set = ["account", "set", "break-glass", "--role", "supervisor"];
    for input in ["", "eleven char", "eleven char\nand more on the next line\n", &"x".repeat(300)] {
        let refused = site.run_with_input(&set, input).expect(2);
        assert!(refused.err.contains("12 to 256 characters"), "{}", refused.err);
    }
    let told = site.run_with_input(&set, &format!("{PASSWORD}\nmore\n")).expect(0);
    assert!(told.out.contains("break-glass (supervisor)") && !told.out.contains(PASSWORD), "{}", told.out);
    let account = store(&site).await.account("break-glass").await.unwrap().unwrap();
    assert!(account.password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", account.password);
    assert!(!holds(&disk(&site), PASSWORD));
    let again = site.run_with_input(&["account", "set", "break-glass", "--role", "agent"], PASSWORD).expect(0);
    assert!(again.out.contains("(agent)"));
    let other = store(&site).await.account("break-glass").await.unwrap().unwrap();
    assert_ne!(other.password, account.password, "a salt of its own each time");
    let json = site.run(&["--format", "json", "account", "list"]).expect(0);
    assert_eq!(json.json()["accounts"][0]["role"], "agent");
    assert!(!json.out.contains("argon2"), "{}", json.out);
    site.run(&["account", "remove", "break-glass"]).expect(0);
    let gone = site.run(&["account", "remove", "break-glass"]).expect(1);
    assert!(gone.err.contains("no account \"break-glass\""), "{}", gone.err);
}

#[tokio::test]
async fn on_a_terminal_a_password_is_typed_twice_and_never_shown() {
    let site = Site::sample();
    let type_in = |first: &str, second: &str| {
        let mut command = Command::new(tool("venv/bin/python"));
        command.arg(project("tests/it/typed_password.py")).args([first, second, env!("CARGO_BIN_EXE_page-oncall")]);
        command.args(["account", "set", "night", "--role", "agent"]).current_dir(site.path(""));
        let ended = command.env_clear().env("USER", "agent").output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap())
    };
    let (code, shown) = type_in(PASSWORD, "correct horse batterx");
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("not the same") && !shown.contains("horse"), "{shown}");
    let (code, shown) = type_in(PASSWORD, PASSWORD);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("night (agent)") && !shown.contains("horse"), "{shown}");
    assert!(store(&site).await.account("night").await.unwrap().is_some());
}

#[test]
fn every_change_is_in_the_audit_log_newest_first() {
    let site = Site::sample();
    site.run(&["token", "create", "wall", "--role", "viewer"]).expect(0);
    site.run_with_input(&["account", "set", "night", "--role", "agent"], PASSWORD).expect(0);
    site.run(&["token", "revoke", "wall"]).expect(0);
    site.run(&["account", "remove", "night"]).expect(0);
    let text = site.run(&["audit"]).expect(0).out;
    assert!(text.starts_with("WHEN") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let json = site.run(&["--format", "json", "audit"]).expect(0).out;
    let acts: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> =
        acts.iter().map(|act| (act["what"].as_str().unwrap(), act["object"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("account-remove", "night"),
            ("token-revoke", "wall"),
            ("account-set", "night (agent)"),
            ("token-create", "wall (viewer)"),
        ]
    );
    for (act, line) in acts.iter().zip(text.lines().skip(1)) {
        assert_eq!((&act["by"], &act["via"], &act["result"]), (&"agent".into(), &"command".into(), &"done".into()));
        assert!(line.contains(act["what"].as_str().unwrap()) && line.contains("agent"), "{line}");
    }
    let newest = site.run(&["--format", "json", "audit", "--limit", "1"]).expect(0).json();
    assert_eq!(newest, acts[0]);
}

#[tokio::test]
async fn the_audit_log_forgets_what_is_older_than_the_settings_keep() {
    for (days, kept) in [("0", 2), ("3", 2), ("1", 1)] {
        let site = Site::sample_with(&[("[store]", &format!("[store]\nkeep_audit_days = {days}"))]);
        let old = Act {
            at: now() - chrono::TimeDelta::days(2),
            by: "lee".to_owned(),
            role: String::new(),
            via: "command".to_owned(),
            from: String::new(),
            what: "token-create".to_owned(),
            object: "old".to_owned(),
            result: "done".to_owned(),
        };
        store(&site).await.note_act(&old).await.unwrap();
        site.run(&["token", "create", "young", "--role", "viewer"]).expect(0);
        site.run(&["sync"]).expect(0);
        let left = site.run(&["--format", "json", "audit"]).expect(0).out;
        assert_eq!(left.lines().count(), kept, "{days} days: {left}");
        assert!(left.lines().next().unwrap().contains("young"), "{left}");
    }
}
