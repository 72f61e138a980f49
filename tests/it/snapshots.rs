//! Is every version of a sheet kept, does the last good one answer for a sheet that fails, and is "as known then" true?

use chrono::{DateTime, TimeDelta, Utc};
use page_oncall::ports::SnapshotStore;
use page_oncall::store::sqlite::SqliteStore;

use crate::support::Site;

const SETTINGS: &str = "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\nsource = \"csv:aims.csv\"\n";
const CONTACTS: &str = "name,aliases,phone,email,channels,note\n\
    Ada Ruiz,,608-555-0101,ada@example.org,,\nBen Okafor,,608-555-0102,ben@example.org,,\n";
const ADA: &str = "start,end,person\n2026-01-01,2031-01-01,Ada Ruiz\n";
const BEN: &str = "start,end,person\n2026-01-01,2031-01-01,Ben Okafor\n";
const PAGE: &[&str] = &[
    "--case",
    "INC1234567",
    "--yes",
    "--no-wait",
    "--no-input",
    "--at",
    "2026-12-12 22:30",
    "--partner",
    "aims",
    "--outage",
    "no",
    "--hd-can-help",
    "no",
    "--device",
    "departmental",
    "--critical",
    "yes",
    "--customer",
    "Pat Quinn",
    "--phone",
    "608-555-0142",
    "--summary",
    "Payroll PC down",
];

pub(crate) fn site() -> Site {
    Site::with(&[("page-oncall.toml", SETTINGS), ("aims.csv", ADA), ("contacts.csv", CONTACTS)])
}

/// A store in the site's own database.
pub(crate) async fn store(site: &Site) -> SqliteStore {
    SqliteStore::open(&site.path("page-oncall.db")).await.unwrap()
}

/// Moves everything that was seen back in time, as if it had been seen so many hours ago.
pub(crate) async fn age(site: &Site, hours: i64) {
    use sqlx::Connection;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(site.path("page-oncall.db"));
    let mut hand = sqlx::sqlite::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("UPDATE sightings SET first_seen_ms = first_seen_ms - $1, last_seen_ms = last_seen_ms - $1")
        .bind(hours * 3_600_000)
        .execute(&mut hand)
        .await
        .unwrap();
}

fn name(answer: &serde_json::Value) -> &str {
    answer["schedules"][0]["on_call"][0]["name"].as_str().unwrap_or("nobody")
}

const WHO: &[&str] = &["--format", "json", "who", "aims", "--at", "2026-12-12 22:30"];

#[test]
fn an_ordinary_answer_opens_no_database() {
    let site = site();
    site.run(WHO).expect(0);
    site.run(&["gaps"]).expect(0);
    site.run(&["explain", "aims"]).expect(0);
    assert!(!site.path("page-oncall.db").exists());
}

#[tokio::test]
async fn a_page_keeps_the_sheet_it_is_based_on() {
    let site = site();
    site.run(PAGE).expect(0);
    let kept = store(&site).await.latest("aims").await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&kept.version.bytes).contains("Ada Ruiz"));
    let page = site.run(&["--format", "json", "show", "INC1234567"]).expect(0).json();
    assert_eq!(page["basis"]["snapshot"], kept.version.sha256(), "{page}");
}

#[test]
fn a_dry_run_keeps_nothing() {
    let site = site();
    let mut words = PAGE.to_vec();
    words.push("--dry-run");
    site.run(&words).expect(0);
    assert!(!site.path("page-oncall.db").exists());
}

#[tokio::test]
async fn the_last_good_copy_answers_for_a_sheet_that_fails_and_says_its_age() {
    let site = site();
    site.run(PAGE).expect(0);
    for (what, bytes) in [
        ("an empty file", Some(&b""[..])),
        ("a header alone", Some(b"start,end,person\n")),
        ("a column that went", Some(b"start,person\n2026-01-01,Ada Ruiz\n")),
        ("a web page", Some(b"<!DOCTYPE html><html>Sign in</html>")),
        ("no file", None),
    ] {
        match bytes {
            Some(bytes) => site.write("aims.csv", bytes),
            None => std::fs::remove_file(site.path("aims.csv")).unwrap(),
        }
        let answer = site.run(WHO).expect(0).json();
        let schedule = &answer["schedules"][0];
        assert_eq!(name(&answer), "Ada Ruiz", "{what}");
        assert_eq!((&schedule["from_cache"], &schedule["stale"]), (&true.into(), &false.into()), "{what}");
        assert!(schedule["problems"][0]["message"].is_string(), "{what}: {schedule}");
        let text = site.run(&["who", "aims", "--at", "2026-12-12 22:30"]).expect(0).out;
        assert!(text.contains("SAVED COPY") && text.contains("aims.csv"), "{what}: {text}");
        for from in ["now", "2030-06-01"] {
            let ended = site.run(&["gaps", "--days", "1", "--from", from]);
            assert_eq!(ended.code, 1, "{what}: a sheet that fails is a finding: {}", ended.out);
        }
    }
    age(&site, 25).await;
    let answer = site.run(WHO).expect(0).json();
    assert_eq!(answer["schedules"][0]["stale"], true);
    let age_s = answer["schedules"][0]["age_s"].as_i64().unwrap();
    // The present is asked for in whole seconds, a page is kept at its millisecond.
    assert!((25 * 3600 - 1..26 * 3600).contains(&age_s), "{age_s}");
    assert!(site.run(&["who"]).expect(0).out.contains("STALE SAVED COPY"));
    let mut words = PAGE.to_vec();
    words.push("--dry-run");
    assert!(site.run(&words).expect(0).out.contains("STALE SAVED COPY"), "the agent is told too");
    age(&site, 144).await;
    let answer = site.run(WHO).expect(3).json();
    assert_eq!(answer["schedules"][0]["status"], "unusable");
    assert_eq!(answer["schedules"][0]["problems"].as_array().unwrap().last().unwrap()["code"], "copy-too-old");
    let patient = SETTINGS.to_owned() + "warn_after_hours = 200\nrefuse_after_hours = 300\n";
    site.write("page-oncall.toml", patient.as_bytes());
    assert_eq!(site.run(WHO).expect(0).json()["schedules"][0]["stale"], false);
}

#[test]
fn a_copy_may_not_be_refused_before_it_is_warned_of() {
    let site = site();
    site.write("page-oncall.toml", (SETTINGS.to_owned() + "refuse_after_hours = 2\n").as_bytes());
    assert!(site.run(WHO).expect(2).err.contains("refuse_after_hours"));
}

#[tokio::test]
async fn as_known_then_is_the_version_that_had_been_seen_by_then() {
    let site = site();
    site.run(PAGE).expect(0);
    age(&site, 48).await;
    site.write("aims.csv", BEN.as_bytes());
    let mut again = PAGE.to_vec();
    again.push("--again");
    site.run(&again).expect(0);
    age(&site, 24).await;
    let kept = store(&site).await.latest("aims").await.unwrap().unwrap();
    let known = |at: DateTime<Utc>| {
        let at = at.to_rfc3339();
        site.run(&["--format", "json", "who", "--at", "2026-12-12 22:30", "--known-at", &at])
    };
    assert_eq!(name(&known(kept.first_seen - TimeDelta::hours(1)).expect(0).json()), "Ada Ruiz");
    assert_eq!(name(&known(kept.first_seen).expect(0).json()), "Ben Okafor");
    let answer = known(kept.first_seen + TimeDelta::hours(20)).expect(0).json();
    assert_eq!((name(&answer), answer["schedules"][0]["from_cache"].as_bool()), ("Ben Okafor", Some(true)));
    assert_eq!(answer["schedules"][0]["snapshot"], kept.version.sha256());
    let before_all = known(kept.first_seen - TimeDelta::hours(72)).expect(3).json();
    assert_eq!(before_all["schedules"][0]["problems"][0]["code"], "not-seen-yet");
    let long_ago = (kept.first_seen - TimeDelta::hours(1)).to_rfc3339();
    let text = site.run(&["explain", "aims", "--at", "2026-12-12 22:30", "--known-at", &long_ago]).expect(0).out;
    assert!(text.contains("AS KNOWN at") && text.contains("Ada Ruiz"), "{text}");
    site.run(&["gaps", "--known-at", &long_ago]).expect(0);
    site.run(&["who", "--known-at", "2099-01-01"]).expect(2);
}

#[tokio::test]
async fn a_log_of_the_first_version_is_brought_up_to_date_with_its_pages() {
    use page_oncall::ports::EpisodeStore;
    use sqlx::Connection;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut hand = sqlx::sqlite::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(include_str!("../../src/store/migrations/0001_pages.sql")).execute(&mut hand).await.unwrap();
    sqlx::raw_sql("INSERT INTO pages VALUES ('p1', '1234567', 0, 1795412520000, 1, NULL)")
        .execute(&mut hand)
        .await
        .unwrap();
    drop(hand);
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.pages(false).await.unwrap().len(), 1);
    assert_eq!(store.latest("aims").await.unwrap(), None);
}
