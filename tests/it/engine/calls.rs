//! A night of calls, second by second: the real engine, log and caller, a clock turned by hand, phones with fates.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use page_oncall::decision::ladder::Channel;
use page_oncall::delivery::{TwilioCall, TwilioCredentials};
use page_oncall::engine::{Engine, Opening, Parts};
use page_oncall::episode::policy::Policy;
use page_oncall::episode::state::Phase;
use page_oncall::ports::{CallAnswer, CallScript, Clock, Message, Render, Rendering, Stray};
use page_oncall::store::lease::FileLease;

use super::house::{ADA, BEN, CaseOnly, House, at, by, contact, opening, rung};
use crate::support_phones::{BUSY, Fate, HUMAN, MACHINE, NO_ANSWER, Phones};

const CHIEF: &str = "+16085550190";

/// Says the case number on every call.
struct Speaks;

impl Render for Speaks {
    fn render(&self, asked: &Rendering<'_>) -> Message {
        let script = CallScript {
            opening: asked.state.case.clone(),
            facts: Vec::new(),
            menu: String::new(),
            without_keys: String::new(),
            voicemail: Vec::new(),
        };
        Message { call: Some(script), ..CaseOnly.render(asked) }
    }

    fn stray(&self, stray: &Stray, now: DateTime<Utc>) -> String {
        CaseOnly.stray(stray, now)
    }

    fn opted_out(&self, since: DateTime<Utc>) -> String {
        CaseOnly.opted_out(since)
    }

    fn answer(&self, _asked: &Rendering<'_>, _answer: &CallAnswer<'_>) -> Vec<String> {
        Vec::new()
    }

    fn cannot_tell(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A page that is called about: Ada, after five minutes Ada again, then Ben, then leadership.
struct Night {
    house: House,
    phones: Phones,
    engine: Engine,
    /// Seconds since the page began.
    passed: i64,
    told: usize,
}

impl Night {
    async fn of(fates: &[(&str, &[Fate])]) -> Self {
        let house = House::new();
        let phones = Phones::start(fates).await;
        let settings = format!(
            "base_url = '{}'\naccount_sid = 'AC0'\nfrom = '+16085550100'\ntimeout_s = 60\nconnect_timeout_s = 60",
            phones.address
        );
        let credentials = TwilioCredentials { api_key_sid: None, secret: "synthetic-token".into() };
        let caller = TwilioCall::new(&toml::from_str(&settings).unwrap(), credentials).unwrap();
        let engine = Engine::new(Parts {
            store: house.store().await,
            lease: Arc::new(FileLease::beside(&house.path(), false)),
            clock: Arc::clone(&house.clock) as Arc<dyn Clock>,
            providers: vec![Arc::new(caller)],
            render: Arc::new(Speaks),
            policy: Policy::default(),
            id: "e1".to_owned(),
            training: false,
        });
        let mut page: Opening = opening("p1", "1234567");
        let voice = &[Channel::Voice];
        page.opened.ladder.rungs = vec![
            rung("primary", voice, contact("Ada", ADA)),
            rung("primary", voice, contact("Ada", ADA)),
            rung("secondary", voice, contact("Ben", BEN)),
            rung("leadership", voice, contact("Chief", CHIEF)),
        ];
        engine.open(page).await.unwrap().unwrap();
        Self { house, phones, engine, passed: 0, told: 0 }
    }

    /// Turns the clock to `until`, five seconds a turn; exactly these calls are made meanwhile, each as `M:SS number`.
    async fn until(&mut self, until: i64, expected: &[&str]) {
        let mut calls = Vec::new();
        loop {
            self.engine.turn().await.unwrap();
            let made = self.phones.calls();
            let (minutes, seconds) = (self.passed / 60, self.passed % 60);
            calls.extend(made.iter().skip(self.told).map(|call| format!("{minutes}:{seconds:02} {}", call.to)));
            self.told = made.len();
            if self.passed >= until {
                break;
            }
            self.house.clock.turn(5);
            self.passed += 5;
        }
        assert_eq!(self.house.clock.now(), at(self.passed));
        assert_eq!(calls, expected, "until {until}");
    }
}

#[tokio::test]
async fn a_voicemail_does_not_stop_the_ladder_and_the_second_call_meets_a_person() {
    let mut night = Night::of(&[(ADA, &[MACHINE, HUMAN])]).await;
    night.until(295, &["0:00 +16085550101"]).await;
    assert_eq!(night.house.outcomes("p1").await, ["r1.0.ada.voice.1 voicemail"]);
    night.until(330, &["5:00 +16085550101"]).await;
    assert_eq!(night.house.outcomes("p1").await[1], "r1.1.ada.voice.1 delivered");
    assert_eq!(night.house.state("p1").await.phase(), Phase::Paging, "an answered call is no acknowledgement");
    night.engine.submit("p1", page_oncall::episode::input::Input::Acknowledge(by("Ada"))).await.unwrap().unwrap();
    night.until(1500, &[]).await;
}

#[tokio::test]
async fn busy_phones_are_called_again_within_three_minutes_and_nobody_answering_ends_the_ladder() {
    let mut night = Night::of(&[(ADA, &[BUSY, NO_ANSWER])]).await;
    // Known to be busy after 20 s, and tried again 45 s later.
    night.until(180, &["0:00 +16085550101", "1:05 +16085550101"]).await;
    let heard = night.house.outcomes("p1").await;
    assert_eq!(heard, ["r1.0.ada.voice.1 retryable", "r1.0.ada.voice.2 retryable"]);
    // A missed call may still be seen, so that every rung keeps its time.
    let rest = ["5:00 +16085550101", "6:05 +16085550101", "10:00 +16085550102", "11:05 +16085550102"];
    night.until(895, &rest).await;
    night.until(1195, &["15:00 +16085550190", "16:05 +16085550190"]).await;
    assert_eq!(night.house.state("p1").await.phase(), Phase::Paging);
    night.until(1300, &[]).await;
    assert_eq!(night.house.state("p1").await.phase(), Phase::Exhausted);
}
