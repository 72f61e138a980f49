//! Does a store keep what it promises? One contract for every database, then what is SQLite's alone.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the settings of clippy know that only inside test functions"
)]

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use page_oncall::decision::Answers;
use page_oncall::decision::ladder::Ladder;
use page_oncall::episode::briefing::Briefing;
use page_oncall::episode::event::{Basis, Event, Opened, Recorded, Said, Via};
use page_oncall::ports::{Appended, Begun, EpisodeStore, NewPage, Standing, StoreError};
use page_oncall::store::sqlite::SqliteStore;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::task::JoinSet;

/// A fresh log and any number of independent openings of it.
trait Bench: Sync {
    fn another<'a>(&'a self) -> Pin<Box<dyn Future<Output = Arc<dyn EpisodeStore>> + Send + 'a>>;
}

struct SqliteBench {
    folder: tempfile::TempDir,
}

impl SqliteBench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("pages.db")
    }
}

impl Bench for SqliteBench {
    fn another<'a>(&'a self) -> Pin<Box<dyn Future<Output = Arc<dyn EpisodeStore>> + Send + 'a>> {
        Box::pin(async { Arc::new(SqliteStore::open(&self.path()).await.unwrap()) as Arc<dyn EpisodeStore> })
    }
}

/// Runs the contract's cases over SQLite; another database joins with its own line.
macro_rules! contract {
    ($($case:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(&super::SqliteBench::new()).await;
            })*
        }
    };
}

contract! {
    a_page_reads_back_as_it_was_written
    an_open_case_is_joined_and_a_closed_one_is_not
    training_and_live_pages_of_one_case_are_two
    many_begin_one_page_begins
    an_append_after_another_is_a_conflict_and_writes_nothing
    many_append_at_one_place_and_one_wins
    due_pages_come_longest_overdue_first_closed_ones_too
    a_standing_alone_is_written_only_at_the_last_entry
    an_unknown_page_is_empty_to_read_and_an_error_to_write
    a_purge_takes_the_briefings_of_old_closed_pages_and_leaves_the_log
    a_reply_is_used_once
}

fn at(second: i64) -> DateTime<Utc> {
    // 2026-11-22 23:42:00 in Madison.
    DateTime::from_timestamp(1_795_412_520 + second, 0).unwrap()
}

fn opened(case: &str, training: bool) -> Event {
    Event::Opened(Opened {
        answers: Answers::default(),
        case: case.to_owned(),
        schedule: Some("aims".to_owned()),
        row: "D5a".to_owned(),
        training,
        by: "lee".to_owned(),
        ladder: Ladder { rungs: Vec::new() },
        basis: Basis {
            rows: vec!["aims row 4".to_owned()],
            snapshot: "ab".to_owned(),
            read_at: Some(at(-60)),
            age_s: 60,
        },
    })
}

fn by(name: &str) -> Said {
    Said { by: name.to_owned(), via: Via::Agent }
}

fn briefing(case: &str) -> Briefing {
    Briefing {
        case: case.to_owned(),
        customer: "Grace Hopper".to_owned(),
        phone: "608-555-0123".to_owned(),
        summary: "cannot print".to_owned(),
        department: None,
        restricted: false,
    }
}

const OPEN: Standing = Standing { open: true, next_wake: None };
const CLOSED: Standing = Standing { open: false, next_wake: None };

fn waking(second: i64) -> Standing {
    Standing { open: true, next_wake: Some(at(second)) }
}

fn page(episode: &str, case: &str, second: i64, standing: Standing) -> NewPage {
    NewPage {
        episode: episode.to_owned(),
        training: false,
        briefing: briefing(case),
        at: at(second),
        events: vec![opened(case, false), Event::PromiseMade { told_at: at(second), due: at(second + 3600) }],
        standing,
    }
}

async fn a_page_reads_back_as_it_was_written(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let new = page("p1", "INC1234567", 0, waking(5));
    assert_eq!(store.begin(&new).await.unwrap(), Begun::New("p1".to_owned()));
    let said = Event::Acknowledged(by("Ada"));
    assert_eq!(store.append("p1", 2, at(9), std::slice::from_ref(&said), OPEN).await.unwrap(), Appended::Done);
    let log = other.load("p1").await.unwrap();
    let expected: Vec<Recorded> = [(1, at(0), &new.events[0]), (2, at(0), &new.events[1]), (3, at(9), &said)]
        .into_iter()
        .map(|(seq, at, event)| Recorded { seq, at, event: event.clone() })
        .collect();
    assert_eq!(log, expected);
    assert_eq!(other.briefing("p1").await.unwrap(), Some(briefing("INC1234567")));
    let summary = other.pages(false).await.unwrap().remove(0);
    assert_eq!((summary.episode.as_str(), summary.case.as_str(), summary.open), ("p1", "INC1234567", true));
    assert_eq!((summary.opened_at, summary.next_wake, summary.training), (at(0), None, false));
}

async fn an_open_case_is_joined_and_a_closed_one_is_not(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    assert_eq!(other.begin(&page("p2", "1234567", 1, OPEN)).await.unwrap(), Begun::Joined("p1".to_owned()));
    assert!(other.load("p2").await.unwrap().is_empty(), "joining writes nothing");
    assert_eq!(other.briefing("p2").await.unwrap(), None);
    store.append("p1", 2, at(2), &[Event::Cancelled(by("lee"))], CLOSED).await.unwrap();
    assert_eq!(other.begin(&page("p3", "1234567", 3, OPEN)).await.unwrap(), Begun::New("p3".to_owned()));
    let of_case: Vec<_> = store.pages_of("1234567").await.unwrap().into_iter().map(|page| page.episode).collect();
    assert_eq!(of_case, ["p3", "p1"], "newest first");
    let open: Vec<_> = store.pages(false).await.unwrap().into_iter().map(|page| page.episode).collect();
    assert_eq!(open, ["p3"]);
    assert_eq!(store.pages(true).await.unwrap().len(), 2);
}

async fn training_and_live_pages_of_one_case_are_two(bench: &dyn Bench) {
    let store = bench.another().await;
    let mut training = page("t1", "1234567", 0, OPEN);
    training.training = true;
    training.events = vec![opened("1234567", true)];
    store.begin(&training).await.unwrap();
    assert_eq!(store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap(), Begun::New("p1".to_owned()));
}

async fn many_begin_one_page_begins(bench: &dyn Bench) {
    for round in 0..40 {
        let case = format!("10000{round:02}");
        let mut racers = JoinSet::new();
        for racer in 0..8 {
            let store = bench.another().await;
            let new = page(&format!("p{round}.{racer}"), &case, round, OPEN);
            racers.spawn(async move { store.begin(&new).await.unwrap() });
        }
        let begun = racers.join_all().await;
        let new: Vec<&String> =
            begun.iter().filter_map(|b| if let Begun::New(id) = b { Some(id) } else { None }).collect();
        assert_eq!(new.len(), 1, "{begun:?}");
        assert!(begun.iter().all(|b| matches!(b, Begun::New(id) | Begun::Joined(id) if id == new[0])), "{begun:?}");
        bench.another().await.append(new[0], 2, at(round), &[Event::Cancelled(by("lee"))], CLOSED).await.unwrap();
    }
}

async fn an_append_after_another_is_a_conflict_and_writes_nothing(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.begin(&page("p1", "1234567", 0, waking(5))).await.unwrap();
    store.append("p1", 2, at(1), &[Event::Acknowledged(by("Ada"))], waking(60)).await.unwrap();
    let late = [
        Event::Escalated { rung: 1, reason: page_oncall::episode::event::EscalationReason::NoAnswer },
        Event::Exhausted,
    ];
    assert_eq!(other.append("p1", 2, at(2), &late, CLOSED).await.unwrap(), Appended::Conflict);
    assert_eq!(other.append("p1", 4, at(2), &late, CLOSED).await.unwrap(), Appended::Conflict, "nor after a hole");
    assert_eq!(store.load("p1").await.unwrap().len(), 3);
    let summary = store.pages(false).await.unwrap().remove(0);
    assert_eq!(summary.next_wake, Some(at(60)), "the loser's standing is not written either");
    assert_eq!(other.append("p1", 3, at(2), &late, CLOSED).await.unwrap(), Appended::Done);
    assert_eq!(store.load("p1").await.unwrap().len(), 5, "all events of one append");
}

async fn many_append_at_one_place_and_one_wins(bench: &dyn Bench) {
    let stores = [bench.another().await, bench.another().await];
    stores[0].begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    for round in 0..60 {
        let mut racers = JoinSet::new();
        for racer in 0..6 {
            let store = Arc::clone(&stores[racer % 2]);
            racers.spawn(async move {
                let events = [Event::Declined(by(&format!("{racer}"))), Event::CalledBack(by(&format!("{racer}")))];
                store.append("p1", 2 + round * 2, at(1), &events, OPEN).await.unwrap()
            });
        }
        let done = racers.join_all().await.into_iter().filter(|appended| *appended == Appended::Done).count();
        assert_eq!(done, 1);
    }
    let log = stores[1].load("p1").await.unwrap();
    assert!(log.iter().map(|entry| entry.seq).eq(1..=122), "without holes");
    for pair in log[2..].chunks(2) {
        let [Recorded { event: Event::Declined(first), .. }, Recorded { event: Event::CalledBack(second), .. }] = pair
        else {
            panic!("two appends were mixed: {pair:?}");
        };
        assert_eq!(first, second);
    }
}

async fn due_pages_come_longest_overdue_first_closed_ones_too(bench: &dyn Bench) {
    let store = bench.another().await;
    assert_eq!(store.next_wake().await.unwrap(), None);
    for (id, standing) in [
        ("later", waking(30)),
        ("first", waking(10)),
        ("asleep", OPEN),
        ("closed", Standing { open: false, next_wake: Some(at(20)) }),
        ("future", waking(31)),
    ] {
        store.begin(&page(id, id, 0, standing)).await.unwrap();
    }
    let due = |second| {
        let store = Arc::clone(&store);
        async move { store.due(at(second)).await.unwrap().into_iter().map(|page| page.episode).collect::<Vec<_>>() }
    };
    assert_eq!(due(30).await, ["first", "closed", "later"]);
    assert_eq!(due(9).await, Vec::<String>::new());
    assert_eq!(store.next_wake().await.unwrap(), Some(at(10)));
    store.append("first", 2, at(10), &[], OPEN).await.unwrap();
    assert_eq!(store.next_wake().await.unwrap(), Some(at(20)));
}

async fn a_standing_alone_is_written_only_at_the_last_entry(bench: &dyn Bench) {
    let store = bench.another().await;
    store.begin(&page("p1", "1234567", 0, waking(5))).await.unwrap();
    assert_eq!(store.append("p1", 1, at(6), &[], waking(60)).await.unwrap(), Appended::Conflict);
    assert_eq!(store.next_wake().await.unwrap(), Some(at(5)));
    assert_eq!(store.append("p1", 2, at(6), &[], waking(60)).await.unwrap(), Appended::Done);
    assert_eq!(store.next_wake().await.unwrap(), Some(at(60)));
    assert_eq!(store.load("p1").await.unwrap().len(), 2);
}

async fn an_unknown_page_is_empty_to_read_and_an_error_to_write(bench: &dyn Bench) {
    let store = bench.another().await;
    assert!(store.load("nobody").await.unwrap().is_empty());
    assert_eq!(store.briefing("nobody").await.unwrap(), None);
    let error = store.append("nobody", 0, at(0), &[opened("1", false)], OPEN).await.unwrap_err();
    assert!(error.to_string().contains("nobody"), "{error}");
    assert!(store.load("nobody").await.unwrap().is_empty(), "nothing was written");
}

async fn a_purge_takes_the_briefings_of_old_closed_pages_and_leaves_the_log(bench: &dyn Bench) {
    let store = bench.another().await;
    for (id, second, standing) in [("old", 0, CLOSED), ("open", 0, OPEN), ("young", 100, CLOSED)] {
        store.begin(&page(id, id, second, standing)).await.unwrap();
    }
    assert_eq!(store.purge_briefings(at(50)).await.unwrap(), 1);
    assert_eq!(store.briefing("old").await.unwrap(), None);
    assert_eq!(store.load("old").await.unwrap().len(), 2);
    for kept in ["open", "young"] {
        assert!(store.briefing(kept).await.unwrap().is_some(), "{kept}");
    }
    assert_eq!(store.purge_briefings(at(50)).await.unwrap(), 0);
}

async fn a_reply_is_used_once(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    assert!(!other.reply_used("SM1").await.unwrap());
    let mut racers = JoinSet::new();
    for racer in 0..8 {
        let store = Arc::clone(if racer % 2 == 0 { &store } else { &other });
        racers.spawn(async move { store.use_reply("SM1", at(1)).await.unwrap() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|first| *first).count(), 1);
    assert!(other.reply_used("SM1").await.unwrap());
    assert!(store.use_reply("SM2", at(1)).await.unwrap());
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap()
}

async fn refusal(path: &Path) -> String {
    SqliteStore::open_waiting(path, Duration::from_millis(50)).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_log_refuses_changes_by_hand() {
    let bench = SqliteBench::new();
    let store = bench.another().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let before = store.load("p1").await.unwrap();
    let mut hand = raw(&bench.path()).await;
    for statement in [
        "UPDATE events SET at_ms = 0",
        "UPDATE events SET episode = 'p2'",
        "DELETE FROM events",
        "DELETE FROM events WHERE seq = 2",
        "INSERT OR REPLACE INTO events VALUES ('p1', 2, 0, '{}')",
        "INSERT INTO events VALUES ('p1', 4, 0, '{}')",
        "INSERT INTO events VALUES ('p2', 2, 0, '{}')",
    ] {
        let error = sqlx::raw_sql(statement).execute(&mut hand).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    let text = sqlx::raw_sql("INSERT INTO events VALUES ('p1', 3, 'noon', '{}')").execute(&mut hand).await;
    assert!(text.is_err(), "the columns are strict");
    assert_eq!(store.load("p1").await.unwrap(), before);
}

#[tokio::test]
async fn the_derived_table_can_be_rebuilt_from_the_log() {
    let bench = SqliteBench::new();
    let store = SqliteStore::open(&bench.path()).await.unwrap();
    let standing = |log: &[Recorded]| {
        let closed = log.iter().any(|entry| matches!(entry.event, Event::Cancelled(_)));
        Standing { open: !closed, next_wake: log.last().map(|entry| entry.at + TimeDelta::minutes(5)) }
    };
    for (id, case, second) in [("p1", "1000001", 0), ("p2", "1000002", 7), ("p3", "1000003", 3)] {
        store.begin(&page(id, case, second, waking(second + 300))).await.unwrap();
    }
    let closed = Standing { open: false, next_wake: Some(at(310)) };
    store.append("p1", 2, at(10), &[Event::Cancelled(by("lee"))], closed).await.unwrap();
    let mut training = page("p4", "1000001", 20, waking(320));
    (training.training, training.events) = (true, vec![opened("1000001", true)]);
    store.begin(&training).await.unwrap();
    let before = store.pages(true).await.unwrap();
    assert_eq!(before.len(), 4);

    let mut hand = raw(&bench.path()).await;
    sqlx::raw_sql("DELETE FROM pages WHERE episode <> 'p2'; UPDATE pages SET open = 0, case_number = 'x'")
        .execute(&mut hand)
        .await
        .unwrap();
    assert_ne!(store.pages(true).await.unwrap(), before);
    store.rebuild_derived(&standing).await.unwrap();
    assert_eq!(store.pages(true).await.unwrap(), before);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_log_and_what_lies_beside_it_are_for_one_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = SqliteBench::new();
    let store = bench.another().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let entry = entry.unwrap();
        seen.push(entry.file_name().into_string().unwrap());
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
    seen.sort();
    assert_eq!(seen, ["pages.db", "pages.db-shm", "pages.db-wal", "pages.db.lock"]);
}

#[test]
fn many_openings_of_a_new_file_at_once_all_succeed() {
    for round in 0..40 {
        let bench = SqliteBench::new();
        let path = bench.path();
        let barrier = Arc::new(std::sync::Barrier::new(4));
        let openers: Vec<_> = (0..4)
            .map(|opener| {
                let (path, barrier) = (path.clone(), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    barrier.wait();
                    runtime.block_on(async {
                        let store = SqliteStore::open(&path).await?;
                        store.begin(&page(&format!("p{opener}"), "1234567", opener, OPEN)).await
                    })
                })
            })
            .collect();
        let begun: Vec<Result<Begun, StoreError>> = openers.into_iter().map(|opener| opener.join().unwrap()).collect();
        assert!(begun.iter().all(Result::is_ok), "round {round}: {begun:?}");
        assert_eq!(begun.iter().filter(|b| matches!(b, Ok(Begun::New(_)))).count(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_reader_reads_and_cannot_write() {
    let bench = SqliteBench::new();
    let absent = SqliteStore::open_for_reading(&bench.path()).await.unwrap_err().to_string();
    assert!(absent.contains("no page log yet") && absent.contains("pages.db"), "{absent}");
    assert!(!bench.path().exists(), "reading makes no file");
    let store = bench.another().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let reader = SqliteStore::open_for_reading(&bench.path()).await.unwrap();
    assert_eq!(reader.load("p1").await.unwrap().len(), 2);
    let error = reader.use_reply("SM1", at(0)).await.unwrap_err().to_string();
    assert!(error.contains("reading"), "{error}");
}

#[tokio::test]
async fn a_log_that_cannot_be_used_says_what_where_and_what_next() {
    let folder = tempfile::tempdir().unwrap();
    let directory = refusal(folder.path()).await;
    assert!(directory.contains("folder") && directory.contains("sqlite:"), "{directory}");

    let absent = refusal(&folder.path().join("absent/pages.db")).await;
    assert!(absent.contains("absent does not exist") && absent.contains("Make the folder"), "{absent}");

    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "name,phone\n".repeat(400)).unwrap();
    let refused = refusal(&garbage).await;
    assert!(refused.contains("garbage.db") && refused.contains("not a page log"), "{refused}");
    assert_eq!(std::fs::read(&garbage).unwrap().len(), 4400, "and leaves it as it was");

    let foreign = folder.path().join("foreign.db");
    let mut hand =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&foreign).create_if_missing(true))
            .await
            .unwrap();
    sqlx::raw_sql("CREATE TABLE recipes (name TEXT)").execute(&mut hand).await.unwrap();
    let refused = refusal(&foreign).await;
    assert!(refused.contains("another program"), "{refused}");
}

#[tokio::test]
async fn a_log_of_a_newer_program_is_left_alone() {
    let bench = SqliteBench::new();
    bench.another().await;
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&mut raw(&bench.path()).await).await.unwrap();
    let refused = refusal(&bench.path()).await;
    assert!(refused.contains("newer page-oncall") && refused.contains("schema 99"), "{refused}");
    let reading = SqliteStore::open_for_reading(&bench.path()).await.unwrap_err().to_string();
    assert!(reading.contains("newer page-oncall"), "{reading}");
}

#[tokio::test]
async fn an_entry_of_a_newer_program_is_named_without_quoting_it() {
    let bench = SqliteBench::new();
    let store = bench.another().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let entry = r#"INSERT INTO events VALUES ('p1', 3, 0, '{"kind":"teleported","to":"+16085550123"}')"#;
    sqlx::raw_sql(entry).execute(&mut raw(&bench.path()).await).await.unwrap();
    let error = store.load("p1").await.unwrap_err().to_string();
    assert!(error.contains("entry 3") && error.contains("teleported") && error.contains("newer"), "{error}");
    assert!(!error.contains("0123"), "{error}");
}

#[tokio::test]
async fn a_locked_log_says_so_and_works_again_afterwards() {
    let bench = SqliteBench::new();
    let store = SqliteStore::open_waiting(&bench.path(), Duration::from_millis(50)).await.unwrap();
    let mut hand = raw(&bench.path()).await;
    let (mode,): (String,) = sqlx::query_as("PRAGMA journal_mode").fetch_one(&mut hand).await.unwrap();
    assert_eq!(mode, "wal", "readers never wait for writers");
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut hand).await.unwrap();
    let error = store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap_err().to_string();
    assert!(error.contains("locked") && error.contains("fuser") && error.contains("pages.db"), "{error}");
    assert!(store.pages(true).await.unwrap().is_empty(), "reading goes on");
    assert!(SqliteStore::open_waiting(&bench.path(), Duration::from_millis(50)).await.is_ok(), "and so does opening");
    sqlx::raw_sql("COMMIT").execute(&mut hand).await.unwrap();
    assert_eq!(store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap(), Begun::New("p1".to_owned()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_takes_no_files_is_named() {
    // Not even root makes files in /sys, while a mode of 0555 does not stop root.
    let refused = refusal(Path::new("/sys/kernel/pages.db")).await;
    assert!(
        refused.contains("pages.db cannot")
            && refused.contains("/sys/kernel may not be written")
            && refused.contains("permission"),
        "{refused}"
    );
}

#[tokio::test]
async fn purged_text_is_gone_from_the_disk() {
    let bench = SqliteBench::new();
    let store = SqliteStore::open(&bench.path()).await.unwrap();
    store.begin(&page("p1", "1234567", 0, CLOSED)).await.unwrap();
    let on_disk = || {
        std::fs::read_dir(bench.folder.path())
            .unwrap()
            .filter_map(|entry| std::fs::read(entry.unwrap().path()).ok())
            .any(|bytes| bytes.windows(12).any(|window| window == b"Grace Hopper"))
    };
    assert!(on_disk());
    store.purge_briefings(at(10)).await.unwrap();
    assert!(!on_disk());
}
