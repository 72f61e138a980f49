//! Does a store keep what it promises? One contract for both databases; what is SQLite's alone stands in `store/file.rs`,
//! what is PostgreSQL's in `store/server.rs`, and what several machines do with that in `store/machines.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the settings of clippy know that only inside test functions"
)]

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use page_oncall::decision::Answers;
use page_oncall::decision::ladder::{Contact, Ladder};
use page_oncall::episode::briefing::Briefing;
use page_oncall::episode::event::{Basis, EscalationReason, Event, Heard, Meant, Opened, Recorded, Said, Via};
use page_oncall::ports::access::AccessStore;
use page_oncall::ports::{Appended, Begun, EpisodeStore, NewPage, Standing};
use page_oncall::ports::{NoticeStore, SnapshotStore};
use page_oncall::store::postgres::{Address, PostgresStore};
use page_oncall::store::sqlite::SqliteStore;
use tokio::task::JoinSet;

use crate::support_postgres::{SERVER, Schema};

mod access;
mod file;
mod machines;
mod server;
mod sheets;

/// Everything that a store is.
trait Store: EpisodeStore + SnapshotStore + NoticeStore + AccessStore {}

impl<S: EpisodeStore + SnapshotStore + NoticeStore + AccessStore> Store for S {}

/// A fresh log and any number of independent openings of it.
trait Bench: Sync {
    fn another<'a>(&'a self) -> Pin<Box<dyn Future<Output = Arc<dyn Store>> + Send + 'a>>;
}

/// How long a store waits for another: racing on a busy machine may take long, and nobody is to give up.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);

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
    fn another<'a>(&'a self) -> Pin<Box<dyn Future<Output = Arc<dyn Store>> + Send + 'a>> {
        Box::pin(async {
            let store = SqliteStore::open_waiting(&self.path(), PATIENCE).await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        })
    }
}

struct PostgresBench {
    schema: Schema,
}

impl PostgresBench {
    fn new() -> Self {
        Self { schema: SERVER.schema() }
    }

    fn address(&self) -> Address {
        Address::parse(&self.schema.url(), None).unwrap()
    }

    async fn open(&self) -> PostgresStore {
        PostgresStore::open_waiting(&self.address(), PATIENCE).await.unwrap()
    }
}

impl Bench for PostgresBench {
    fn another<'a>(&'a self) -> Pin<Box<dyn Future<Output = Arc<dyn Store>> + Send + 'a>> {
        Box::pin(async { Arc::new(self.open().await) as Arc<dyn Store> })
    }
}

/// Runs the contract's cases over both databases.
macro_rules! contract {
    ($($case:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(&crate::store::SqliteBench::new()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                super::$case(&crate::store::PostgresBench::new()).await;
            })*
        }
    };
}
use contract;

contract! {
    a_page_reads_back_as_it_was_written
    an_open_case_is_joined_and_a_closed_one_is_not
    training_and_live_pages_of_one_case_are_two
    many_begin_one_page_begins
    an_append_after_another_is_a_conflict_and_writes_nothing
    many_append_at_one_place_and_one_wins
    due_pages_come_longest_overdue_first_closed_ones_too
    open_logs_say_how_far_they_have_grown
    a_standing_alone_is_written_only_at_the_last_entry
    an_unknown_page_is_empty_to_read_and_an_error_to_write
    a_purge_takes_the_briefings_of_old_closed_pages_and_leaves_the_log
    a_reply_is_used_once
    a_reply_of_a_page_counts_as_used_and_one_that_was_used_is_a_conflict
    who_stops_is_known_until_start_in_any_order
    a_stray_is_answered_once_an_hour
}

fn at(second: i64) -> DateTime<Utc> {
    // 2026-11-22 23:42:00 in Madison.
    DateTime::from_timestamp(1_795_412_520 + second, 0).unwrap()
}

fn opened(case: &str, training: bool) -> Event {
    Event::Opened(Opened {
        drill: None,
        answers: Answers::default(),
        pretended_s: 0,
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
    assert_eq!((summary.episode.as_str(), summary.case.as_str(), summary.open), ("p1", "1234567", true));
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
    let mut stores = Vec::new();
    for _ in 0..8 {
        stores.push(bench.another().await);
    }
    for round in 0..40 {
        let case = format!("10000{round:02}");
        let mut racers = JoinSet::new();
        for (racer, store) in stores.iter().enumerate() {
            let store = Arc::clone(store);
            let new = page(&format!("p{round}.{racer}"), &case, round, OPEN);
            racers.spawn(async move { store.begin(&new).await.unwrap() });
        }
        let begun = racers.join_all().await;
        let new: Vec<&String> =
            begun.iter().filter_map(|b| if let Begun::New(id) = b { Some(id) } else { None }).collect();
        assert_eq!(new.len(), 1, "{begun:?}");
        assert!(begun.iter().all(|b| matches!(b, Begun::New(id) | Begun::Joined(id) if id == new[0])), "{begun:?}");
        stores[0].append(new[0], 2, at(round), &[Event::Cancelled(by("lee"))], CLOSED).await.unwrap();
    }
}

async fn an_append_after_another_is_a_conflict_and_writes_nothing(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.begin(&page("p1", "1234567", 0, waking(5))).await.unwrap();
    store.append("p1", 2, at(1), &[Event::Acknowledged(by("Ada"))], waking(60)).await.unwrap();
    let late = [Event::Escalated { rung: 1, reason: EscalationReason::NoAnswer }, Event::Exhausted];
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

async fn open_logs_say_how_far_they_have_grown(bench: &dyn Bench) {
    let store = bench.another().await;
    for (id, second, standing) in [("b", 5, OPEN), ("a", 0, waking(3)), ("c", 9, OPEN)] {
        store.begin(&page(id, id, second, standing)).await.unwrap();
    }
    store.append("c", 2, at(10), &[], Standing { open: false, next_wake: None }).await.unwrap();
    let ends = async || {
        let ends = store.open_ends().await.unwrap();
        ends.into_iter().map(|(page, last_seq)| (page.episode, last_seq)).collect::<Vec<_>>()
    };
    assert_eq!(ends().await, [("a".to_owned(), 2), ("b".to_owned(), 2)], "oldest first, closed ones not");
    store.append("a", 2, at(11), &[Event::Acknowledged(by("Ada Ruiz"))], OPEN).await.unwrap();
    assert_eq!(ends().await, [("a".to_owned(), 3), ("b".to_owned(), 2)]);
    let since = store.pages_since(at(5)).await.unwrap();
    let since: Vec<(&str, bool)> = since.iter().map(|page| (page.episode.as_str(), page.open)).collect();
    assert_eq!(since, [("c", false), ("b", true)], "newest first, from the instant on");
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

/// A reply that a page heard.
fn heard(reply: &str) -> Event {
    let from = Contact {
        name: "Ada".to_owned(),
        phone: Some("+16085550101".to_owned()),
        email: None,
        until: None,
        also: Vec::new(),
    };
    Event::Heard(Heard { provider: "twilio".to_owned(), reply: reply.to_owned(), from, meant: Meant::HaveIt })
}

async fn a_reply_of_a_page_counts_as_used_and_one_that_was_used_is_a_conflict(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    store.begin(&page("p1", "1234567", 0, waking(1))).await.unwrap();
    store.begin(&page("p2", "7654321", 0, waking(1))).await.unwrap();
    let last = |log: &[Recorded]| log.last().unwrap().seq;
    let first = last(&store.load("p1").await.unwrap());
    let events = [Event::Acknowledged(by("Ada")), heard("SM1")];
    assert_eq!(store.append("p1", first, at(1), &events, waking(2)).await.unwrap(), Appended::Done);
    assert!(other.reply_used("twilio SM1").await.unwrap(), "with the events, in one transaction");
    assert!(!other.use_reply("twilio SM1", at(2)).await.unwrap());
    let second = last(&other.load("p2").await.unwrap());
    let again = other.append("p2", second, at(2), &events, waking(3)).await.unwrap();
    assert_eq!(again, Appended::Conflict, "the same reply cannot mean another page as well");
    assert_eq!(last(&other.load("p2").await.unwrap()), second, "nothing of it was written");
}

async fn who_stops_is_known_until_start_in_any_order(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let (ada, ben) = ("+16085550101", "+16085550102");
    assert_eq!(store.opted_out(ada).await.unwrap(), None);
    assert!(store.opt_out(ada, at(10)).await.unwrap());
    assert!(!other.opt_out(ada, at(11)).await.unwrap(), "twice is once, from the first on");
    assert!(other.opt_out(ben, at(5)).await.unwrap());
    assert_eq!(other.opted_out(ada).await.unwrap(), Some(at(10)));
    let all = store.all_opted_out().await.unwrap();
    let all: Vec<_> = all.iter().map(|it| (it.number.as_str(), it.since)).collect();
    assert_eq!(all, [(ben, at(5)), (ada, at(10))]);
    assert!(!store.opt_in(ada, at(9)).await.unwrap(), "a START from before the STOP");
    assert!(store.opt_in(ada, at(20)).await.unwrap());
    assert!(!store.opt_out(ada, at(15)).await.unwrap(), "a STOP that comes late was ended by the START");
    assert_eq!(other.opted_out(ada).await.unwrap(), None);
    assert!(other.opt_out(ada, at(30)).await.unwrap(), "and again");
    assert_eq!(store.opted_out(ada).await.unwrap(), Some(at(30)));
}

async fn a_stray_is_answered_once_an_hour(bench: &dyn Bench) {
    let (store, other) = (bench.another().await, bench.another().await);
    let mut racers = JoinSet::new();
    for racer in 0..8 {
        let store = Arc::clone(if racer % 2 == 0 { &store } else { &other });
        racers.spawn(async move { store.may_answer_stray("+16085559999", at(0)).await.unwrap() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|first| *first).count(), 1);
    assert!(!other.may_answer_stray("+16085559999", at(3599)).await.unwrap());
    assert!(other.may_answer_stray("+16085559999", at(3600)).await.unwrap());
    assert!(store.may_answer_stray("+16085559998", at(3600)).await.unwrap());
}
