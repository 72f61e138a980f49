//! Is a person reached over providers that fail, and is every text that comes back heard once, whichever way it comes?

use page_oncall::decision::ladder::Channel;
use page_oncall::episode::event::{Event, Meant};
use page_oncall::episode::input::Input;
use page_oncall::episode::outcome::Outcome;
use page_oncall::episode::state::Phase;
use page_oncall::ports::Reply;

use super::house::{ADA, Act, House, at, by, open, opening, report};

fn text(id: &str, from: &str, text: &str, second: i64) -> Reply {
    Reply { provider_id: id.to_owned(), from: from.to_owned(), text: text.to_owned(), received_at: at(second) }
}

/// What each reply of a page amounted to, in order.
async fn heard(house: &House, episode: &str) -> Vec<Meant> {
    house.state(episode).await.heard.into_iter().map(|it| it.heard.meant).collect()
}

#[tokio::test]
async fn the_second_provider_sends_what_the_first_cannot_and_stays_first_for_the_page() {
    let mut house = House::new();
    let backup = house.add(Channel::Sms, "backup");
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    house.sms.then(Act::Answer(Outcome::Unavailable));
    engine.turn().await.unwrap();
    house.clock.turn(300);
    engine.turn().await.unwrap();
    let by: Vec<_> = house.state("p1").await.attempts.into_iter().map(|it| it.attempt.provider).collect();
    // Ben's page is a later message: the provider that was not usable is asked last.
    assert_eq!(by, ["script", "backup", "script", "backup"], "text, text, mail, text");
    assert_eq!((house.sms.sent().len(), backup.sent().len()), (1, 2));
}

#[tokio::test]
async fn a_text_without_a_receipt_goes_out_once_more_after_the_provider_was_asked() {
    let mut house = House::new();
    let backup = house.add(Channel::Sms, "backup");
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    house.clock.turn(119);
    engine.turn().await.unwrap();
    assert!(backup.sent().is_empty());
    house.sms.receipts.lock().unwrap().push_back(Outcome::Delivered);
    house.clock.turn(1);
    engine.turn().await.unwrap();
    assert!(backup.sent().is_empty(), "the receipt came at the last moment");

    open(&engine, "p2", "7654321").await;
    engine.turn().await.unwrap();
    house.clock.turn(120);
    engine.turn().await.unwrap();
    assert_eq!(backup.sent(), ["r1.0.ada.sms.2"]);
    house.clock.turn(120);
    engine.turn().await.unwrap();
    assert_eq!(backup.sent().len(), 1, "once");
}

#[tokio::test]
async fn a_reply_that_is_pushed_and_polled_is_heard_once() {
    let house = House::new();
    let (engine, beside) = (house.engine("e1").await, house.engine("e2").await);
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    let reply = text("SM1", ADA, "Ok!", 5);
    engine.hear("script", &reply).await.unwrap();
    beside.hear("script", &reply).await.unwrap();
    house.sms.replied("SM1", ADA, "Ok!", 5);
    house.clock.turn(30);
    engine.turn().await.unwrap();
    engine.turn().await.unwrap();
    assert_eq!(heard(&house, "p1").await, [Meant::HaveIt]);
    assert_eq!(house.sms.sent(), ["r1.0.ada.sms.1", "answer.1.ada.sms.1"]);
    assert_eq!(house.state("p1").await.phase(), Phase::Closed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reply_that_engines_hear_at_once_is_done_once() {
    let house = House::new();
    let engines = [house.engine("e1").await, house.engine("e2").await, house.engine("e3").await];
    for round in 0..20 {
        let page = format!("p{round}");
        open(&engines[0], &page, &format!("{}", 1_000_000 + round)).await;
        engines[0].turn().await.unwrap();
        let tasks: Vec<_> = engines
            .iter()
            .cloned()
            .map(|engine| {
                let reply = text(&format!("SM{round}"), ADA, "2", 5);
                tokio::spawn(async move { engine.hear("script", &reply).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(heard(&house, &page).await, [Meant::Cannot], "{page}");
        engines[0].submit(&page, Input::Cancel(by("agent"))).await.unwrap().unwrap();
        engines[0].turn().await.unwrap();
    }
}

#[tokio::test]
async fn a_reply_with_several_open_pages_lists_them_and_one_with_a_number_is_done() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1000001").await;
    house.clock.turn(1);
    open(&engine, "p2", "1000002").await;
    engine.turn().await.unwrap();
    engine.hear("script", &text("SM1", ADA, "1", 5)).await.unwrap();
    let cases = vec!["1000002".to_owned(), "1000001".to_owned()];
    assert_eq!(heard(&house, "p2").await, [Meant::Several { cases }]);
    assert!(house.state("p1").await.heard.is_empty());
    engine.hear("script", &text("SM2", ADA, "1 1000009", 6)).await.unwrap();
    engine.hear("script", &text("SM3", ADA, "got it 1000001", 7)).await.unwrap();
    assert_eq!(heard(&house, "p1").await, [Meant::HaveIt]);
    assert_eq!(heard(&house, "p2").await.len(), 2, "a case that nobody was paged for is answered as not understood");
    assert_eq!(house.state("p2").await.phase(), Phase::Paging);
}

#[tokio::test]
async fn a_text_from_a_stranger_is_answered_once_an_hour_without_a_case() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    let stranger = "+16085559999";
    engine.hear("script", &text("SM1", stranger, "who is this", 5)).await.unwrap();
    engine.hear("script", &text("SM1", stranger, "who is this", 5)).await.unwrap();
    engine.hear("script", &text("SM2", stranger, "1 1234567", 6)).await.unwrap();
    engine.hear("script", &text("SM3", "22395", "your code is 12345", 6)).await.unwrap();
    assert_eq!(house.sms.texts()[1..], ["Unknown"], "a short code is not answered");
    house.clock.turn(3600);
    engine.hear("script", &text("SM4", stranger, "hello?", 3600)).await.unwrap();
    assert_eq!(house.sms.texts()[2..], ["Unknown"]);
    assert!(heard(&house, "p1").await.is_empty());
}

#[tokio::test]
async fn a_reply_to_a_page_that_is_over_is_told_who_had_it() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    engine.submit("p1", Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    assert_eq!(house.state("p1").await.phase(), Phase::Closed);
    engine.hear("script", &text("SM1", ADA, "1 1234567", 5)).await.unwrap();
    let told = house.sms.texts().pop().unwrap();
    assert!(told.starts_with("Over") && told.contains("1234567") && told.contains("Ada"), "{told}");
}

#[tokio::test]
async fn stop_at_three_in_the_morning_calls_and_texts_nobody_until_start() {
    let mut house = House::new();
    let calls = house.add(Channel::Voice, "calls");
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    engine.hear("script", &text("SM1", ADA, "Stop", 5)).await.unwrap();
    engine.hear("script", &text("SM1", ADA, "Stop", 5)).await.unwrap();
    engine.turn().await.unwrap();
    assert_eq!(calls.sent(), ["r1.stop.ada.voice.1"], "she is called at once");

    // A page that begins later does not text her either.
    let mut page = opening("p2", "7654321");
    page.opened.ladder.rungs[0].channels = vec![Channel::Sms, Channel::Voice];
    engine.open(page).await.unwrap().unwrap();
    engine.turn().await.unwrap();
    assert_eq!(house.outcomes("p2").await, ["r1.0.ada.sms.1 refused", "r1.0.ada.voice.1 accepted"]);
    assert_eq!(house.sms.sent().len(), 1, "the provider was not called");
    let detail = house.state("p2").await.attempts[0].answer.clone().unwrap().report.detail;
    assert_eq!(detail, "STOP at 5");
    assert_eq!(house.store().await.all_opted_out().await.unwrap().len(), 1);

    engine.hear("script", &text("SM2", ADA, "START", 60)).await.unwrap();
    assert_eq!(house.store().await.opted_out(ADA).await.unwrap(), None);
    // A STOP that comes late by another way was ended by START.
    engine.hear("other", &text("SM9", ADA, "STOP", 6)).await.unwrap();
    assert_eq!(house.store().await.opted_out(ADA).await.unwrap(), None);
    open(&engine, "p3", "1000003").await;
    engine.turn().await.unwrap();
    assert_eq!(house.outcomes("p3").await[0], "r1.0.ada.sms.1 accepted");
}

#[tokio::test]
async fn start_is_heard_though_no_page_is_open_and_small_talk_is_not_answered_later() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1234567").await;
    engine.turn().await.unwrap();
    house.sms.replied("SM1", ADA, "STOP", 5);
    house.clock.turn(10);
    engine.turn().await.unwrap();
    assert!(house.store().await.opted_out(ADA).await.unwrap().is_some());
    engine.submit("p1", Input::Cancel(by("agent"))).await.unwrap().unwrap();
    engine.turn().await.unwrap();
    assert_eq!(house.store().await.pages(false).await.unwrap(), []);
    let sent = house.sms.sent().len();
    house.sms.replied("SM2", ADA, "good morning", 20_000);
    house.sms.replied("SM3", ADA, "Start", 20_001);
    house.clock.turn(30_000);
    engine.turn().await.unwrap();
    assert_eq!(house.store().await.opted_out(ADA).await.unwrap(), None);
    open(&engine, "p2", "1234568").await;
    house.clock.turn(10);
    engine.turn().await.unwrap();
    assert_eq!(house.sms.sent()[sent..], ["r1.0.ada.sms.1"]);
}

#[tokio::test]
async fn a_provider_that_knows_of_a_stop_tells_every_page() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1000001").await;
    engine.turn().await.unwrap();
    open(&engine, "p2", "1000002").await;
    house.sms.then(Act::Stopped);
    engine.turn().await.unwrap();
    assert!(house.store().await.opted_out(ADA).await.unwrap().is_some());
    engine.turn().await.unwrap();
    // Nobody can be called here, so both pages go on to Ben at once.
    assert_eq!(house.outcomes("p1").await.last().unwrap(), "r1.1.ben.sms.1 accepted");
    assert_eq!(house.outcomes("p2").await.last().unwrap(), "r1.1.ben.sms.1 accepted");
    let log = house.store().await.load("p1").await.unwrap();
    assert!(log.iter().any(|it| matches!(&it.event, Event::OptedOut { by, .. } if by == "Ada")));
}

#[tokio::test]
async fn a_receipt_that_tells_of_a_stop_is_heard_too() {
    let house = House::new();
    let engine = house.engine("e1").await;
    open(&engine, "p1", "1000001").await;
    engine.turn().await.unwrap();
    let refused = report(Outcome::Refused, "script", "r1.0.ada.sms.1");
    let told = page_oncall::episode::outcome::Report { detail: "21610".to_owned(), ..refused };
    let input = Input::Receipt { attempt: "r1.0.ada.sms.1".to_owned(), report: told };
    engine.submit("p1", input).await.unwrap().unwrap();
    assert!(house.store().await.opted_out(ADA).await.unwrap().is_some());
    assert_eq!(house.store().await.all_opted_out().await.unwrap()[0].number, ADA);
}
