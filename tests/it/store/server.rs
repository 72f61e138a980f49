//! Does the log on a server guard itself: against hands, other programs, other processes, a server that is gone?

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use page_oncall::episode::event::{Event, Recorded};
use page_oncall::ports::access::AccessStore as _;
use page_oncall::ports::{Begun, EngineLease as _, EpisodeStore as _, Standing, StoreError};
use page_oncall::store::postgres::lease::PostgresLease;
use page_oncall::store::postgres::{Address, PostgresStore};
use secrecy::SecretString;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::{CLOSED, OPEN, PATIENCE, PostgresBench, at, by, opened, page, waking};
use crate::support_postgres::{PASSWORD, SERVER};

/// A short patience, where somebody is to run out of it.
const SHORT: Duration = Duration::from_millis(100);

async fn raw(bench: &PostgresBench) -> PgConnection {
    PgConnection::connect(&bench.schema.url()).await.unwrap()
}

async fn refused(bench: &PostgresBench, statement: &'static str) -> String {
    sqlx::raw_sql(statement).execute(&mut raw(bench).await).await.unwrap_err().to_string()
}

async fn refusal(url: &str, password: Option<&str>) -> String {
    let address = Address::parse(url, password.map(SecretString::from).as_ref()).unwrap();
    PostgresStore::open(&address).await.unwrap_err().to_string()
}

/// Ends the session that holds the lease of live pages.
fn cut_the_holder(bench: &PostgresBench) {
    let ended = bench.schema.tell(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted \
         AND classid = 1347382851 AND objid::bigint = ('events'::regclass::oid::bigint + 2147483648) % 4294967296",
    );
    assert_eq!(ended, "t", "one session holds it");
}

#[tokio::test]
async fn the_log_refuses_changes_by_hand() {
    let bench = PostgresBench::new();
    let store = bench.open().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let before = store.load("p1").await.unwrap();
    for statement in [
        "UPDATE events SET at_ms = 0",
        "UPDATE events SET episode = 'p2'",
        "DELETE FROM events",
        "DELETE FROM events WHERE seq = 2",
        "TRUNCATE events",
        "INSERT INTO events VALUES ('p1', 2, 0, '{}') ON CONFLICT (episode, seq) DO UPDATE SET event = excluded.event",
        "INSERT INTO events VALUES ('p1', 4, 0, '{}')",
        "INSERT INTO events VALUES ('p2', 2, 0, '{}')",
    ] {
        let error = refused(&bench, statement).await;
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    refused(&bench, "INSERT INTO events VALUES ('p1', 3, 0, 'no JSON')").await;
    assert_eq!(store.load("p1").await.unwrap(), before);
}

#[tokio::test]
async fn the_audit_log_refuses_changes_by_hand() {
    let bench = PostgresBench::new();
    let store = bench.open().await;
    for second in 0..3 {
        store.note_act(&super::access::act(second, "page")).await.unwrap();
    }
    store.purge_access(at(9), at(0), at(1)).await.unwrap();
    let before = store.acts(None, 10).await.unwrap();
    assert_eq!(before.len(), 2);
    for statement in ["UPDATE acts SET by_whom = 'x'", "DELETE FROM acts", "TRUNCATE acts"] {
        let error = refused(&bench, statement).await;
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    refused(&bench, "INSERT INTO acts VALUES (1, 0, '', '', '', '', '', '', '')").await;
    assert_eq!(store.acts(None, 10).await.unwrap(), before);
}

#[tokio::test]
async fn the_derived_table_can_be_rebuilt_from_the_log() {
    let bench = PostgresBench::new();
    let store = bench.open().await;
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
    bench.schema.tell("DELETE FROM pages WHERE episode <> 'p2'; UPDATE pages SET open = false, case_number = 'x'");
    assert_ne!(store.pages(true).await.unwrap(), before);
    store.rebuild_derived(&standing).await.unwrap();
    assert_eq!(store.pages(true).await.unwrap(), before);
}

#[test]
fn many_openings_of_an_empty_schema_at_once_all_succeed() {
    for round in 0..5 {
        let bench = Arc::new(PostgresBench::new());
        let barrier = Arc::new(std::sync::Barrier::new(4));
        let openers: Vec<_> = (0..4)
            .map(|opener| {
                let (bench, barrier) = (Arc::clone(&bench), Arc::clone(&barrier));
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    barrier.wait();
                    runtime.block_on(async {
                        let store = PostgresStore::open_waiting(&bench.address(), PATIENCE).await?;
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
async fn a_schema_of_others_or_of_a_newer_program_is_left_alone() {
    let bench = PostgresBench::new();
    assert!(PostgresStore::open_if_any(&bench.address()).await.unwrap().is_none(), "looking makes nothing");
    bench.schema.tell("CREATE TABLE recipes (name TEXT)");
    let refused = refusal(&bench.schema.url(), None).await;
    assert!(refused.contains("another program") && refused.contains(&bench.schema.name), "{refused}");
    bench.schema.tell("DROP TABLE recipes");
    bench.open().await;
    bench.schema.tell("INSERT INTO page_oncall_schema (version) VALUES (99)");
    let refused = refusal(&bench.schema.url(), None).await;
    assert!(refused.contains("newer page-oncall") && refused.contains("schema 99"), "{refused}");
    let absent = bench.schema.url().replace(&bench.schema.name, "nowhere");
    let refused = refusal(&absent, None).await;
    assert!(refused.contains("search_path"), "{refused}");
}

#[tokio::test]
async fn a_log_of_the_first_version_is_brought_up_to_date_with_its_pages() {
    let bench = PostgresBench::new();
    bench.schema.tell(include_str!("../../../src/store/migrations/postgres/0001_pages.sql"));
    bench.schema.tell("INSERT INTO pages VALUES ('01a2-0485', '1234567', false, 1795412520000, true, NULL)");
    let store = PostgresStore::open_if_any(&bench.address()).await.unwrap().expect("there is one");
    assert_eq!(store.pages(false).await.unwrap().len(), 1);
    assert_eq!(store.page_beginning("01a2").await.unwrap().as_deref(), Some("01a2-0485"));
}

#[tokio::test]
async fn an_entry_of_a_newer_program_is_named_without_quoting_it() {
    let bench = PostgresBench::new();
    let store = bench.open().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    bench.schema.tell(r#"INSERT INTO events VALUES ('p1', 3, 0, '{"kind":"teleported","to":"+16085550123"}')"#);
    let error = store.load("p1").await.unwrap_err().to_string();
    assert!(error.contains("entry 3") && error.contains("teleported") && error.contains("newer"), "{error}");
    assert!(!error.contains("0123"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_be_used_says_what_where_and_what_next() {
    let absent = refusal(&SERVER.by_socket("nowhere"), None).await;
    assert!(absent.contains("nowhere at") && absent.contains("createdb"), "{absent}");

    let wrong = refusal(&SERVER.by_loopback("pages"), Some("hunter2")).await;
    assert!(wrong.contains("PAGE_ONCALL_STORE_PASSWORD") && !wrong.contains("hunter2"), "{wrong}");
    let none = refusal(&SERVER.by_loopback("pages"), None).await;
    assert!(none.contains("pages at localhost"), "{none}");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = refusal(&format!("postgres://u@{closed}/d"), None).await;
    assert!(refused.contains("nothing listens") && refused.contains("pg_isready"), "{refused}");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::parse(&format!("postgres://u@{}/d", silent.local_addr().unwrap()), None).unwrap();
    let told = PostgresStore::open_waiting(&address, SHORT).await.unwrap_err().to_string();
    assert!(told.contains("did not answer"), "{told}");
}

#[tokio::test]
async fn another_machine_would_have_to_prove_itself() {
    let unproved = refusal(&format!("{}?sslmode=verify-full", SERVER.by_loopback("pages")), Some(PASSWORD)).await;
    assert!(unproved.contains("encrypted connection") && !unproved.contains(PASSWORD), "{unproved}");

    SERVER.tell("owner", "postgres", "CREATE DATABASE proved OWNER page_oncall");
    SERVER.tell("owner", "postgres", "ALTER DATABASE proved SET synchronous_commit = off");
    SERVER.tell("owner", "postgres", "ALTER DATABASE proved SET default_transaction_isolation = serializable");
    let certificate = SERVER.certificate();
    let url = format!("{}?sslmode=verify-full&sslrootcert={}", SERVER.by_loopback("proved"), certificate.display());
    let address = Address::parse(&url, Some(&SecretString::from(PASSWORD))).unwrap();
    let store = PostgresStore::open(&address).await.unwrap();
    let state = store.check_writable().await.unwrap();
    assert!(state.encrypted && state.answers_early && !state.writes_through, "{state:?}");
    assert!(!format!("{store:?} {address:?}").contains(PASSWORD));

    // What the database has as its defaults does not count for us.
    SERVER.tell(
        "page_oncall",
        "proved",
        "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF current_setting('synchronous_commit') = 'off' OR current_setting('transaction_isolation') <> 'read committed' \
         THEN RAISE EXCEPTION 'not ours'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER looks BEFORE INSERT ON pages FOR EACH ROW EXECUTE FUNCTION look()",
    );
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
}

#[tokio::test]
async fn who_may_only_read_reads_and_cannot_write() {
    let bench = PostgresBench::new();
    let store = bench.open().await;
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let (role, schema) = (format!("reader_{}", bench.schema.name), &bench.schema.name);
    SERVER.tell("owner", "pages", &format!("CREATE ROLE {role} LOGIN"));
    bench.schema.tell(&format!("GRANT USAGE ON SCHEMA {schema} TO {role}"));
    bench.schema.tell(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"));
    let url = bench.schema.url().replacen("page_oncall@", &format!("{role}@"), 1);
    let reader = PostgresStore::open_if_any(&Address::parse(&url, None).unwrap()).await.unwrap().unwrap();
    assert_eq!(reader.load("p1").await.unwrap().len(), 2);
    let error = reader.use_reply("SM1", at(0)).await.unwrap_err().to_string();
    assert!(error.contains("may not do that") && error.contains("owner"), "{error}");
}

#[tokio::test]
async fn a_locked_page_says_so_and_works_again_afterwards() {
    let bench = PostgresBench::new();
    let store = PostgresStore::open_waiting(&bench.address(), SHORT * 10).await.unwrap();
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let mut hand = raw(&bench).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE pages IN EXCLUSIVE MODE").execute(&mut hand).await.unwrap();
    let cancelled = [Event::Cancelled(by("lee"))];
    let error = store.append("p1", 2, at(1), &cancelled, CLOSED).await.unwrap_err().to_string();
    assert!(error.contains("locked") && error.contains("pg_stat_activity"), "{error}");
    assert_eq!(store.pages(true).await.unwrap().len(), 1, "reading goes on");
    sqlx::raw_sql("ROLLBACK").execute(&mut hand).await.unwrap();
    store.append("p1", 2, at(1), &cancelled, CLOSED).await.unwrap();
}

#[tokio::test]
async fn a_store_goes_on_when_its_connections_were_cut() {
    let bench = PostgresBench::new();
    let name = &bench.schema.name;
    let url = format!("{}&application_name={name}", bench.schema.url());
    let store = PostgresStore::open_waiting(&Address::parse(&url, None).unwrap(), PATIENCE).await.unwrap();
    store.begin(&page("p1", "1234567", 0, OPEN)).await.unwrap();
    let ended = bench.schema.tell(&format!(
        "SELECT bool_and(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE application_name = '{name}'"
    ));
    assert_eq!(ended, "t");
    assert_eq!(store.load("p1").await.unwrap().len(), 2);
}

#[tokio::test]
async fn one_engine_at_a_time_and_the_next_when_its_session_is_gone() {
    let (bench, elsewhere) = (PostgresBench::new(), PostgresBench::new());
    let early = PostgresLease::of(bench.address(), false);
    assert!(early.try_acquire().await.is_err() && !early.held(), "there is no log yet");
    bench.open().await;
    elsewhere.open().await;
    let (first, second) = (early, PostgresLease::of(bench.address(), false));
    assert!(first.try_acquire().await.unwrap());
    assert!(first.try_acquire().await.unwrap(), "the holder keeps it");
    assert!(!second.try_acquire().await.unwrap());
    assert!(first.held() && !second.held());
    let training = PostgresLease::of(bench.address(), true);
    let other = PostgresLease::of(elsewhere.address(), false);
    assert!(training.try_acquire().await.unwrap() && other.try_acquire().await.unwrap(), "they do not compete");

    cut_the_holder(&bench);
    assert!(second.try_acquire().await.unwrap());
    assert!(!first.try_acquire().await.unwrap() && !first.held(), "the loss is noticed in the next round");
    drop(second);
    // The server ends the session as soon as it sees that nobody is there any more.
    let mut rounds = 0;
    while !first.try_acquire().await.unwrap() {
        rounds += 1;
        assert!(rounds < 100_000, "the lease is free again");
    }
    assert!(first.held() && training.held() && other.held());
}
