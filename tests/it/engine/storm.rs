//! Forty cases in a minute: does anybody's page wait behind somebody else's trouble, and is a provider's limit kept?

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use page_oncall::decision::ladder::Channel;
use page_oncall::engine::Engine;
use page_oncall::episode::input::Input;
use page_oncall::episode::outcome::Outcome;
use page_oncall::ports::Clock;

use super::house::{Act, House, by, open, turning};

const CASES: usize = 40;

async fn storm(engine: &Engine) {
    for number in 0..CASES {
        open(engine, &format!("p{number:02}"), &format!("{}", 1_000_000 + number)).await;
    }
}

/// Turns the clock a second at a time, each time once a text went out and somebody waits for their turn, until it is over.
async fn second_by_second(
    house: &mut House,
    mut seen: impl FnMut(usize),
    mut turn: tokio::task::JoinHandle<impl Send>,
) {
    let mut sleeping = house.clock.sleepers.subscribe();
    for texts in 1.. {
        tokio::select! {
            biased;
            ended = &mut turn => return drop(ended.unwrap()),
            called = house.sms_calls.recv() => drop(called.unwrap()),
        }
        seen(texts);
        let next = house.clock.now() + TimeDelta::seconds(1);
        let waits = sleeping.wait_for(|sleepers| sleepers.contains(&next));
        tokio::select! {
            biased;
            ended = &mut turn => return drop(ended.unwrap()),
            waiting = waits => drop(waiting.unwrap()),
        }
        house.clock.turn(1);
    }
}

/// A house whose providers may take their time, so that only the queue's waiting counts.
fn patient() -> House {
    let mut house = House::new();
    house.attempt_timeout_s = 3600;
    house
}

#[tokio::test]
async fn a_provider_that_hangs_holds_up_none_of_forty_pages() {
    let mut house = House::new();
    house.sms.hangs.store(true, Ordering::Relaxed);
    let backup = house.add(Channel::Sms, "backup");
    let engine = house.engine("e1").await;
    storm(&engine).await;
    let turn = turning(&engine);
    // Every page is at the provider at once, though it answers none of them.
    let mut called = BTreeSet::new();
    for _ in 0..CASES {
        house.sms_calls.recv().await.unwrap();
    }
    house.clock.sleepers(CASES).await;
    house.clock.turn(15);
    turn.await.unwrap().unwrap();
    for number in 0..CASES {
        let page = format!("p{number:02}");
        let expected = ["r1.0.ada.sms.1 unknown", "r1.0.ada.sms.2 accepted", "r1.0.ada.email.1 accepted"];
        assert_eq!(house.outcomes(&page).await, expected, "{page}");
        called.insert(page);
    }
    assert_eq!((called.len(), backup.sent().len(), house.email.sent().len()), (CASES, CASES, CASES));
}

#[tokio::test]
async fn a_storm_queues_and_the_limit_is_kept_to_the_second() {
    let mut house = patient();
    house.sms.per_second.store(1, Ordering::Relaxed);
    let engine = house.engine("e1").await;
    storm(&engine).await;
    let (sms, clock) = (Arc::clone(&house.sms), Arc::clone(&house.clock));
    let start = clock.now();
    let seen = |texts| {
        let second = usize::try_from((clock.now() - start).num_seconds()).unwrap();
        assert_eq!((texts, sms.sent().len()), (second + 1, second + 1), "one more each second");
    };
    second_by_second(&mut house, seen, turning(&engine)).await;
    assert_eq!((sms.sent().len(), (clock.now() - start).num_seconds()), (CASES, 39));
    for number in 0..CASES {
        let expected = ["r1.0.ada.sms.1 accepted", "r1.0.ada.email.1 accepted"];
        assert_eq!(house.outcomes(&format!("p{number:02}")).await, expected, "none grew doubtful by waiting");
    }
}

#[tokio::test]
async fn what_is_taken_while_it_waits_is_not_sent_and_its_turn_is_the_next_ones() {
    let mut house = patient();
    house.sms.per_second.store(1, Ordering::Relaxed);
    let engine = house.engine("e1").await;
    storm(&engine).await;
    let turn = turning(&engine);
    house.sms_calls.recv().await.unwrap();
    let first = house.sms.texts();
    let others = (0..CASES).filter(|number| first[0] != format!("{}", 1_000_000 + number));
    let waiting: Vec<String> = others.map(|number| format!("p{number:02}")).collect();
    for page in &waiting[..CASES / 2] {
        engine.submit(page, Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    }
    let mut sleeping = house.clock.sleepers.subscribe();
    let next = house.clock.now() + TimeDelta::seconds(1);
    sleeping.wait_for(|sleepers| sleepers.contains(&next)).await.unwrap();
    house.clock.turn(1);
    let start = house.clock.now();
    second_by_second(&mut house, |_| {}, turn).await;
    assert_eq!(house.sms.sent().len(), CASES / 2);
    let seconds = (house.clock.now() - start).num_seconds();
    assert_eq!(seconds, i64::try_from(CASES / 2).unwrap() - 2, "no turn was lost");
}

#[tokio::test]
async fn an_engine_that_stops_leaves_the_queue_and_another_goes_on() {
    let mut house = patient();
    house.sms.per_second.store(1, Ordering::Relaxed);
    let engine = house.engine("e1").await;
    storm(&engine).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = {
        let engine = engine.clone();
        tokio::spawn(async move { engine.run_until(async { stopped.await.unwrap() }).await })
    };
    house.sms_calls.recv().await.unwrap();
    stop.send(()).unwrap();
    running.await.unwrap();
    let sent = house.sms.sent().len();
    assert!(sent < CASES, "{sent}");
    let after = house.engine("e2").await;
    drop(engine);
    second_by_second(&mut house, |_| {}, turning(&after)).await;
    house.clock.turn(10);
    second_by_second(&mut house, |_| {}, turning(&after)).await;
    let sent: BTreeSet<String> = house.sms.texts().into_iter().map(|text| text[..7].to_owned()).collect();
    assert_eq!((sent.len(), house.sms.sent().len()), (CASES, CASES), "every case once");
}

#[tokio::test]
async fn a_limit_is_each_providers_own() {
    let mut house = House::new();
    house.sms.per_second.store(1, Ordering::Relaxed);
    let backup = house.add(Channel::Sms, "backup");
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1000001").await;
    house.sms.then(Act::Answer(Outcome::Unavailable));
    engine.turn().await.unwrap();
    assert_eq!((house.sms.sent().len(), backup.sent()), (1, vec!["r1.0.ada.sms.2".to_owned()]), "without a wait");
}
