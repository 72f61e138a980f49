//! Does the engine page people under faults: slow providers, crashes, other engines, people who answer midway?
//!
//! The clock is turned by hand, providers follow a script, the log is a real file. Every test ends in what is on disk.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; the settings of clippy know that only inside test functions"
)]

use std::future::pending;
use std::sync::{Arc, Weak};
use std::time::Duration;

use page_oncall::decision::ladder::Channel;
use page_oncall::episode::event::{Event, Purpose, Recorded, Via};
use page_oncall::episode::input::Input;
use page_oncall::episode::outcome::Outcome;
use page_oncall::episode::state::{Phase, State};
use page_oncall::ports::{Begun, Clock, EngineLease};
use page_oncall::store::lease::FileLease;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::{Notify, mpsc, oneshot};

use house::{ADA, Act, BEN, House, by, open, opening, turning};

mod calls;
mod house;
mod reaching;
mod storm;

#[tokio::test]
async fn a_page_climbs_until_nobody_is_left() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    assert!(house.sms.sent().is_empty(), "opening sends nothing");
    engine.turn().await.unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 accepted", "r1.0.ada.email.1 accepted"]);
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent().len(), 1, "a second turn at the same instant does nothing");
    house.clock.turn(299);
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent().len(), 1);
    house.clock.turn(1);
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent(), ["r1.0.ada.sms.1", "r1.1.ben.sms.1"]);
    house.clock.turn(300);
    engine.turn().await.unwrap();
    assert_eq!(engine.state_of("p1").await.unwrap().phase(), Phase::Exhausted);
    assert_eq!(house.store().await.next_wake().await.unwrap(), None, "and the engine rests");
}

#[tokio::test]
async fn an_attempt_is_on_disk_before_its_provider_is_called() {
    let mut house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    let gate = Arc::new(Notify::new());
    house.sms.then(Act::Wait(Arc::clone(&gate)));
    let turn = turning(&engine);
    house.sms_calls.recv().await.unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 ?"]);
    assert_eq!(house.state("p1").await.attempts[0].attempt.engine, "e1");
    gate.notify_one();
    turn.await.unwrap().unwrap();
    assert_eq!(house.outcomes("p1").await[0], "r1.0.ada.sms.1 accepted");
}

#[tokio::test]
async fn a_provider_that_hangs_is_left_and_the_message_is_sent_again() {
    let mut house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    house.sms.then(Act::Hang);
    let turn = turning(&engine);
    house.sms_calls.recv().await.unwrap();
    house.clock.sleepers(1).await;
    house.clock.turn(14);
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 ?"]);
    house.clock.turn(1);
    turn.await.unwrap().unwrap();
    let expected = ["r1.0.ada.sms.1 unknown", "r1.0.ada.sms.2 accepted", "r1.0.ada.email.1 accepted"];
    assert_eq!(house.outcomes("p1").await, expected);
}

#[tokio::test]
async fn refusals_and_missing_channels_lead_on_at_once() {
    let house = House::new();
    let engine = house.engine("e1").await;
    let mut page = opening("p1", "1234567");
    page.opened.ladder.rungs[0].channels = vec![Channel::Sms, Channel::Voice];
    engine.open(page).await.unwrap().unwrap();
    house.sms.then(Act::Answer(Outcome::Refused));
    engine.turn().await.unwrap();
    let expected = ["r1.0.ada.sms.1 refused", "r1.0.ada.voice.1 refused", "r1.1.ben.sms.1 accepted"];
    assert_eq!(house.outcomes("p1").await, expected);
    let detail = &house.state("p1").await.attempts[1].answer.clone().unwrap().report.detail;
    assert!(detail.contains("no provider"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn engines_that_race_send_each_message_once() {
    let house = House::new();
    let engines = [house.engine("e1").await, house.engine("e2").await, house.engine("e3").await];
    for round in 0..200 {
        let (episode, case) = (format!("p{round}"), format!("{}", 1_000_000 + round));
        open(&engines[round % 3], &episode, &case).await;
        // Overdue, so that engines which are not the sole one step in too.
        house.clock.turn(10);
        let turns: Vec<_> = engines.iter().map(turning).collect();
        for turn in turns {
            turn.await.unwrap().unwrap();
        }
        engines[0].turn().await.unwrap();
        let expected = ["r1.0.ada.sms.1 accepted", "r1.0.ada.email.1 accepted"];
        assert_eq!(house.outcomes(&episode).await, expected, "round {round}");
        assert_eq!(house.sms.sent().len(), round + 1, "round {round}");
        assert_eq!(house.email.sent().len(), round + 1, "round {round}");
        engines[2].submit(&episode, Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    }
    let by_engine = |id: &'static str| {
        let house = &house;
        async move {
            let mut count = 0;
            for round in 0..200 {
                let state = house.state(&format!("p{round}")).await;
                count += state.attempts.iter().filter(|tried| tried.attempt.engine == id).count();
            }
            count
        }
    };
    let (first, others) = (by_engine("e1").await, by_engine("e2").await + by_engine("e3").await);
    assert!(first > 0 && others > 0, "the engines did race: {first} and {others}");
}

/// Waits until nothing of an engine is left, as the operating system waits for a killed process.
async fn gone(lease: Weak<dyn EngineLease>) {
    while lease.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn after_a_crash_in_mid_send_the_next_engine_recovers_at_once() {
    let mut house = House::new();
    let lease: Arc<dyn EngineLease> = Arc::new(FileLease::beside(&house.path(), false));
    let killed = Arc::downgrade(&lease);
    let engine = house.engine_with("e1", false, lease).await;
    open(&engine, "p1", "1234567").await;
    open(&engine, "p2", "7654321").await;
    house.sms.then(Act::Hang);
    house.sms.then(Act::Hang);
    let turn = turning(&engine);
    house.sms_calls.recv().await.unwrap();
    house.sms_calls.recv().await.unwrap();

    let next = house.engine("e2").await;
    next.turn().await.unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 ?"], "as long as the first one lives it is trusted");

    turn.abort();
    drop(engine);
    gone(killed).await;
    house.clock.turn(1);
    next.turn().await.unwrap();
    for page in ["p1", "p2"] {
        let expected = ["r1.0.ada.sms.1 unknown", "r1.0.ada.sms.2 accepted", "r1.0.ada.email.1 accepted"];
        assert_eq!(house.outcomes(page).await, expected, "one duplicate, nothing lost");
    }
    next.turn().await.unwrap();
    assert_eq!(house.sms.sent().len(), 4);
}

#[test]
fn an_engine_that_hangs_but_lives_is_replaced_when_its_attempt_is_doubtful() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (frozen, living) = (runtime(), runtime());
    let mut house = House::new();
    house.sms.then(Act::Hang);
    let stuck = frozen.block_on(house.engine("e1"));
    frozen.block_on(async {
        open(&stuck, "p1", "1234567").await;
        drop(turning(&stuck));
        house.sms_calls.recv().await.unwrap();
    });
    // From here on nothing of the first engine runs, while it keeps its lease: a process that was stopped.
    living.block_on(async {
        let beside = house.engine("e2").await;
        house.clock.turn(17);
        beside.turn().await.unwrap();
        assert_eq!(house.sms.sent().len(), 1, "not yet overdue by three seconds");
        house.clock.turn(1);
        beside.turn().await.unwrap();
        let expected = ["r1.0.ada.sms.1 unknown", "r1.0.ada.sms.2 accepted", "r1.0.ada.email.1 accepted"];
        assert_eq!(house.outcomes("p1").await, expected);
    });
    // It wakes: its late outcome does no harm, and nothing is sent again.
    frozen.block_on(stuck.turn()).unwrap();
    assert_eq!(house.sms.sent().len(), 2);
}

#[tokio::test]
async fn an_acknowledgement_elsewhere_during_a_send_stops_what_is_queued() {
    let mut house = House::new();
    let (engine, elsewhere) = (house.engine("e1").await, house.engine("e2").await);
    open(&engine, "p1", "1234567").await;
    let gate = Arc::new(Notify::new());
    house.sms.then(Act::Wait(Arc::clone(&gate)));
    let turn = turning(&engine);
    house.sms_calls.recv().await.unwrap();
    elsewhere.submit("p1", Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    gate.notify_one();
    turn.await.unwrap().unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 accepted"], "the outcome is kept, the e-mail is not sent");
    house.clock.turn(3600);
    engine.turn().await.unwrap();
    assert_eq!((house.sms.sent().len(), house.email.sent().len()), (1, 0));
}

#[tokio::test]
async fn an_outcome_survives_a_log_that_is_locked_for_a_while() {
    let mut house = House::new();
    house.patience = Duration::from_millis(200);
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    let gate = Arc::new(Notify::new());
    house.sms.then(Act::Wait(Arc::clone(&gate)));
    let turn = turning(&engine);
    house.sms_calls.recv().await.unwrap();
    house.clock.sleepers(1).await;
    let mut backup = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(house.path())).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut backup).await.unwrap();
    let mut sleeping = house.clock.sleepers.subscribe();
    gate.notify_one();
    // The wait for the provider ends; the wait for the log begins.
    sleeping.wait_for(Vec::is_empty).await.unwrap();
    house.clock.sleepers(1).await;
    sqlx::raw_sql("COMMIT").execute(&mut backup).await.unwrap();
    house.clock.turn(1);
    turn.await.unwrap().unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 accepted", "r1.0.ada.email.1 accepted"]);
}

#[tokio::test]
async fn a_reply_of_one_digit_acknowledges_once() {
    let house = House::new();
    let (engine, beside) = (house.engine("e1").await, house.engine("e2").await);
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    house.sms.replied("SM1", ADA, " 1\n", 20);
    house.clock.turn(30);
    engine.turn().await.unwrap();
    let log = house.store().await.load("p1").await.unwrap();
    let said: Vec<_> = log
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Acknowledged(said) => Some((said.by.as_str(), said.via)),
            _ => None,
        })
        .collect();
    assert_eq!(said, [("Ada", Via::Sms)]);
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent(), ["r1.0.ada.sms.1", "answer.1.ada.sms.1"]);
    let log = house.store().await.load("p1").await.unwrap();
    house.clock.turn(30);
    engine.turn().await.unwrap();
    beside.turn().await.unwrap();
    assert_eq!(house.store().await.load("p1").await.unwrap().len(), log.len(), "used once, by whichever engine");
    house.sms.replied("SM2", ADA, "1", 40);
    house.clock.turn(30);
    engine.turn().await.unwrap();
    assert_eq!(house.store().await.load("p1").await.unwrap().len(), log.len(), "the same word again is harmless");
}

#[tokio::test]
async fn a_reply_of_two_leads_to_the_next_rung_at_once() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    house.sms.replied("SM1", ADA, "2", 20);
    house.clock.turn(30);
    engine.turn().await.unwrap();
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent(), ["r1.0.ada.sms.1", "r1.1.ben.sms.1", "answer.1.ada.sms.1"]);
}

#[tokio::test]
async fn replies_that_fit_no_page_or_several_change_nothing() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "INC1000001").await;
    open(&engine, "p2", "INC1000002").await;
    engine.turn().await.unwrap();
    house.sms.replied("SM0", ADA, "1", -30);
    house.sms.replied("SM1", ADA, "1", 10);
    house.sms.replied("SM2", "+16085559999", "1 1000001", 11);
    house.sms.replied("SM3", ADA, "on my way", 12);
    house.sms.replied("SM4", ADA, "1 1000009", 13);
    house.clock.turn(20);
    engine.turn().await.unwrap();
    for page in ["p1", "p2"] {
        assert_eq!(engine.state_of(page).await.unwrap().acknowledged, None, "{page}");
    }
    house.sms.replied("SM5", ADA, "1 inc1000002", 25);
    house.clock.turn(10);
    engine.turn().await.unwrap();
    assert_eq!(engine.state_of("p1").await.unwrap().acknowledged, None);
    assert_eq!(engine.state_of("p2").await.unwrap().acknowledged.unwrap().by, "Ada");
    house.sms.replied("SM6", ADA, "1", 35);
    house.clock.turn(10);
    open(&engine, "p3", "INC1000003").await;
    engine.turn().await.unwrap();
    assert_eq!(engine.state_of("p3").await.unwrap().acknowledged, None, "it began after the reply");
    assert_eq!(
        engine.state_of("p1").await.unwrap().acknowledged.unwrap().by,
        "Ada",
        "one page still waits: it is meant"
    );
}

#[tokio::test]
async fn a_text_asks_for_the_case_number_when_the_same_person_was_asked_to_take_another_page() {
    let house = House::new();
    let engine = house.engine("e1").await;
    let texts = async |case: &str| {
        let page = format!("p{case}");
        open(&engine, &page, case).await;
        engine.turn().await.unwrap();
        house.sms.texts().last().cloned().unwrap()
    };
    assert_eq!(texts("1000001").await, "1000001");
    assert_eq!(texts("1000002").await, "1000002 among several", "the first still waits");
    engine.submit("p1000001", Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    engine.submit("p1000002", Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    assert_eq!(texts("1000003").await, "1000003", "both before it have an owner");
    // Ben is on the ladder of that page, but was not asked yet: Ada's cannot leads to him.
    engine.submit("p1000003", Input::Decline(by("Ada"))).await.unwrap().unwrap();
    engine.turn().await.unwrap();
    assert_eq!(house.sms.texts().last().unwrap(), "1000003");
    let training = house.engine_of("e2", true).await;
    let begun = training.open(opening("drill", "1000004")).await.unwrap();
    assert!(begun.is_ok());
    training.turn().await.unwrap();
    assert_eq!(house.sms.texts().last().unwrap(), "1000004", "a live page is not one of training");
}

#[tokio::test]
async fn a_reply_means_the_page_its_sender_was_asked_to_take() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1000001").await;
    let mut other = opening("p2", "1000002");
    other.opened.ladder.rungs.remove(0);
    engine.open(other).await.unwrap().unwrap();
    engine.turn().await.unwrap();
    // Ben stands on both ladders, and only the second page has come to him.
    house.sms.replied("SM1", BEN, "1", 20);
    house.clock.turn(30);
    engine.turn().await.unwrap();
    assert_eq!(engine.state_of("p1").await.unwrap().acknowledged, None);
    assert_eq!(engine.state_of("p2").await.unwrap().acknowledged.unwrap().by, "Ben");
}

#[tokio::test]
async fn an_open_question_is_asked_at_each_of_its_times_once() {
    let house = House::new();
    let engine = house.engine("e1").await;
    let mut page = opening("p1", "1234567");
    page.opened.ladder.rungs[0].channels = vec![Channel::Sms];
    engine.open(page).await.unwrap().unwrap();
    engine.turn().await.unwrap();
    let asked = || house.sms.receipts_asked.lock().unwrap().len();
    for (seconds, expected) in [(9, 0), (1, 1), (0, 1), (19, 1), (1, 2)] {
        house.clock.turn(seconds);
        engine.turn().await.unwrap();
        assert_eq!(asked(), expected, "after {seconds} more seconds");
    }
    house.sms.receipts.lock().unwrap().push_back(Outcome::Delivered);
    house.clock.turn(30);
    engine.turn().await.unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 delivered"]);
    house.clock.turn(60);
    engine.turn().await.unwrap();
    assert_eq!(asked(), 3, "answered, so never asked again");
}

#[tokio::test]
async fn the_other_mode_is_never_touched() {
    let house = House::new();
    let (live, training) = (house.engine_of("e1", false).await, house.engine_of("e2", true).await);
    open(&live, "p1", "1234567").await;
    house.clock.turn(60);
    training.turn().await.unwrap();
    assert!(house.sms.sent().is_empty());
    let error = training.submit("p1", Input::Acknowledge(by("Ada"))).await.unwrap_err().to_string();
    assert!(error.contains("p1 is live") && error.contains("set to training"), "{error}");
    open(&training, "t1", "1234567").await;
    assert!(house.state("t1").await.training, "an engine's pages are what the engine is");
    let unknown = live.state_of("nobody").await.unwrap_err().to_string();
    assert!(unknown.contains("no page nobody"), "{unknown}");
}

#[tokio::test]
async fn the_same_case_joins_and_is_not_paged_twice() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    let again = engine.open(opening("p2", "1234567")).await.unwrap().unwrap();
    assert_eq!(again, Begun::Joined("p1".to_owned()));
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent().len(), 1);
}

#[tokio::test]
async fn the_loop_sees_pages_of_other_processes_within_a_second_and_stops_cleanly() {
    let mut house = House::new();
    let (engine, agent) = (house.engine("e1").await, house.engine("e2").await);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = {
        let engine = engine.clone();
        tokio::spawn(async move { engine.run_until(async { stopped.await.unwrap() }).await })
    };
    house.clock.sleepers(1).await;
    open(&agent, "p1", "1234567").await;
    house.sms.then(Act::Hang);
    house.clock.turn(1);
    assert_eq!(house.sms_calls.recv().await.unwrap(), "r1.0.ada.sms.1");
    // The loop goes on while the provider hangs: another page is not held up.
    open(&agent, "p2", "7654321").await;
    house.clock.sleepers(2).await;
    house.clock.turn(1);
    assert_eq!(house.sms_calls.recv().await.unwrap(), "r1.0.ada.sms.1");
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 ?"]);
    stop.send(()).unwrap();
    house.clock.sleepers(1).await;
    house.clock.turn(15);
    running.await.unwrap();
    assert_eq!(house.outcomes("p1").await, ["r1.0.ada.sms.1 unknown"], "recorded, and nothing new begun");
}

#[tokio::test]
async fn a_followed_page_tells_every_entry_once_whoever_wrote_it() {
    let house = House::new();
    let (engine, elsewhere) = (house.engine("e1").await, house.engine("e2").await);
    open(&engine, "p1", "1234567").await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let following = tokio::spawn(async move {
        let on_event = move |entry: &Recorded, state: &State| {
            assert_eq!(entry.seq, state.last_seq);
            tell.send((entry.seq, serde_json::to_value(&entry.event).unwrap()["kind"].clone())).unwrap();
        };
        engine.drive("p1", on_event, |state| state.acknowledged.is_some(), pending()).await
    });
    let mut seen = Vec::new();
    while !seen.iter().filter(|kind| **kind == "attempt_finished").count().eq(&2) {
        let (seq, kind) = told.recv().await.unwrap();
        seen.push(kind);
        assert_eq!(seq as usize, seen.len(), "in order, none twice");
    }
    elsewhere.submit("p1", Input::Acknowledge(by("Ben"))).await.unwrap().unwrap();
    house.clock.sleepers(1).await;
    house.clock.turn(1);
    let state = following.await.unwrap().unwrap();
    assert_eq!(state.acknowledged.unwrap().by, "Ben");
    while let Some((seq, kind)) = told.recv().await {
        seen.push(kind);
        assert_eq!(seq as usize, seen.len());
    }
    let log = house.store().await.load("p1").await.unwrap();
    assert_eq!(seen.len(), log.len(), "to the last entry");
    let stand_down = house.state("p1").await.attempts.into_iter().find(|it| it.attempt.purpose == Purpose::StandDown);
    assert_eq!(stand_down.unwrap().attempt.contact.name, "Ada", "what was due at the end is still done");
}

#[tokio::test]
async fn the_watch_calls_only_looked_after_pages_clean() {
    use page_oncall::episode::audit::Finding;
    use page_oncall::ports::Standing;

    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    assert_eq!(engine.audit().await.unwrap(), []);
    // Somebody wrote to the list of pages that nothing is due any more.
    let seq = house.state("p1").await.last_seq;
    let asleep = Standing { open: true, next_wake: None };
    let now = house.clock.now();
    house.store().await.append("p1", seq, now, &[], asleep).await.unwrap();
    assert_eq!(engine.audit().await.unwrap(), [("p1".to_owned(), Finding::WakeLost)]);
    let awake = Standing { open: true, next_wake: Some(now) };
    house.store().await.append("p1", seq, now, &[], awake).await.unwrap();
    house.clock.turn(61);
    assert_eq!(engine.audit().await.unwrap(), [("p1".to_owned(), Finding::Overdue)], "no engine took its turn");
    engine.turn().await.unwrap();
    assert_eq!(engine.audit().await.unwrap(), []);
    for _ in 0..10 {
        house.clock.turn(60);
        engine.turn().await.unwrap();
    }
    let findings = engine.audit().await.unwrap();
    assert_eq!(findings, [("p1".to_owned(), Finding::NobodyHasIt)]);
    assert!(!findings[0].1.is_defect(), "the engine did all it could");
}

#[tokio::test]
async fn a_running_engine_knows_when_its_last_turn_was_clean() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    assert_eq!(engine.watch().clean_at, None);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn({
        let engine = engine.clone();
        async move { engine.run_until(async { drop(stopped.await) }).await }
    });
    while engine.watch().clean_at.is_none() {
        tokio::task::yield_now().await;
    }
    let watch = engine.watch();
    assert!(watch.clean_at.is_some() && watch.clean_at == watch.audited_at, "{watch:?}");
    stop.send(()).unwrap();
    running.await.unwrap();
}
