//! Does the log in one SQLite file guard itself: against hands, other programs, other processes, a failing disk?

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use page_oncall::episode::event::{Event, Recorded};
use page_oncall::ports::{Begun, EpisodeStore, Standing, StoreError};
use page_oncall::store::sqlite::SqliteStore;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::{Bench, CLOSED, OPEN, PATIENCE, SqliteBench, at, by, opened, page, waking};

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
                        let store = SqliteStore::open_waiting(&path, PATIENCE).await?;
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
