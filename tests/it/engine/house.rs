//! What does a test of the engine stand on? A clock turned by hand, providers that follow a script, one log in a folder.

use std::collections::VecDeque;
use std::future::pending;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use page_oncall::decision::Answers;
use page_oncall::decision::ladder::{Channel, Contact, Ladder, Rung};
use page_oncall::engine::{Engine, EngineError, Opening, Parts};
use page_oncall::episode::briefing::Briefing;
use page_oncall::episode::event::{Basis, Opened, Said, Via};
use page_oncall::episode::outcome::{Outcome, Report};
use page_oncall::episode::policy::{Policy, Providers};
use page_oncall::episode::state::State;
use page_oncall::ports::{
    Begun, CallAnswer, Clock, EngineLease, EpisodeStore, Message, Pending, Provider, Render, Rendering, Reply, Stray,
};
use page_oncall::store::lease::FileLease;
use page_oncall::store::sqlite::SqliteStore;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

/// A clock that stands still until it is turned, and knows who sleeps on it.
pub(super) struct HandClock {
    now: watch::Sender<DateTime<Utc>>,
    pub(super) sleepers: watch::Sender<Vec<DateTime<Utc>>>,
}

impl HandClock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { now: watch::Sender::new(at(0)), sleepers: watch::Sender::new(Vec::new()) })
    }

    pub(super) fn turn(&self, seconds: i64) {
        let now = *self.now.borrow() + TimeDelta::seconds(seconds);
        self.sleepers.send_modify(|sleepers| sleepers.retain(|until| *until > now));
        self.now.send_replace(now);
    }

    /// Waits until so many futures sleep on this clock.
    pub(super) async fn sleepers(&self, count: usize) {
        self.sleepers.subscribe().wait_for(|sleepers| sleepers.len() >= count).await.unwrap();
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Pending<'_, ()> {
        Box::pin(async move {
            if self.now() >= at {
                return;
            }
            let sleep = Sleep { clock: self, until: at };
            self.sleepers.send_modify(|sleepers| sleepers.push(at));
            self.now.subscribe().wait_for(|now| *now >= at).await.unwrap();
            drop(sleep);
        })
    }
}

pub(super) struct Sleep<'a> {
    clock: &'a HandClock,
    until: DateTime<Utc>,
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock.sleepers.send_modify(|sleepers| {
            if let Some(place) = sleepers.iter().position(|until| *until == self.until) {
                sleepers.swap_remove(place);
            }
        });
    }
}

/// What a scripted provider does with a message.
pub(super) enum Act {
    Answer(Outcome),
    /// Says that the person blocked texts.
    Stopped,
    /// Never answers.
    Hang,
    /// Accepts once the test lets it.
    Wait(Arc<Notify>),
}

/// A provider that follows a script, accepts when the script has ended, and remembers what it was given.
pub(super) struct Script {
    channel: Channel,
    name: &'static str,
    /// How many messages it takes a second.
    pub(super) per_second: AtomicU32,
    /// Whether it never answers.
    pub(super) hangs: AtomicBool,
    acts: Mutex<VecDeque<Act>>,
    sent: Mutex<Vec<(String, String)>>,
    /// Tells the test of each call as it comes in.
    called: mpsc::UnboundedSender<String>,
    pub(super) receipts: Mutex<VecDeque<Outcome>>,
    pub(super) receipts_asked: Mutex<Vec<String>>,
    replies: Mutex<Vec<Reply>>,
}

impl Script {
    pub(super) fn new(channel: Channel) -> (Arc<Self>, mpsc::UnboundedReceiver<String>) {
        Self::called(channel, "script")
    }

    pub(super) fn called(channel: Channel, name: &'static str) -> (Arc<Self>, mpsc::UnboundedReceiver<String>) {
        let (called, calls) = mpsc::unbounded_channel();
        let script = Self {
            channel,
            name,
            per_second: AtomicU32::new(0),
            hangs: AtomicBool::new(false),
            acts: Mutex::default(),
            sent: Mutex::default(),
            called,
            receipts: Mutex::default(),
            receipts_asked: Mutex::default(),
            replies: Mutex::default(),
        };
        (Arc::new(script), calls)
    }

    pub(super) fn then(&self, act: Act) {
        self.acts.lock().unwrap().push_back(act);
    }

    pub(super) fn replied(&self, id: &str, from: &str, text: &str, second: i64) {
        let reply =
            Reply { provider_id: id.to_owned(), from: from.to_owned(), text: text.to_owned(), received_at: at(second) };
        self.replies.lock().unwrap().push(reply);
    }

    /// The texts that came in.
    pub(super) fn texts(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    /// The ids of the attempts that came in.
    pub(super) fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(attempt, _)| attempt.clone()).collect()
    }
}

/// The word of a provider that a person blocked.
const STOPPED: &str = "21610";

pub(super) fn report(outcome: Outcome, provider: &str, attempt: &str) -> Report {
    let taken = matches!(outcome, Outcome::Accepted | Outcome::Delivered);
    let provider_id = taken.then(|| format!("id of {attempt}"));
    Report { outcome, provider: provider.to_owned(), provider_id, detail: String::new() }
}

impl Provider for Script {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn name(&self) -> &'static str {
        self.name
    }

    fn per_second(&self) -> u32 {
        self.per_second.load(Ordering::Relaxed)
    }

    fn stopped(&self, report: &Report) -> bool {
        report.detail == STOPPED
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(async move {
            self.sent.lock().unwrap().push((message.attempt.clone(), message.body.clone()));
            let next = self.acts.lock().unwrap().pop_front();
            let hangs = self.hangs.load(Ordering::Relaxed);
            let act = next.unwrap_or(if hangs { Act::Hang } else { Act::Answer(Outcome::Accepted) });
            self.called.send(message.attempt.clone()).unwrap();
            // Another engine may get between the intent and the outcome.
            tokio::task::yield_now().await;
            let outcome = match act {
                Act::Answer(outcome) => outcome,
                Act::Stopped => {
                    let refused = report(Outcome::Refused, self.name, &message.attempt);
                    return Report { detail: STOPPED.to_owned(), ..refused };
                }
                Act::Hang => pending().await,
                Act::Wait(gate) => {
                    gate.notified().await;
                    Outcome::Accepted
                }
            };
            report(outcome, self.name, &message.attempt)
        })
    }

    fn receipt<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>> {
        self.receipts_asked.lock().unwrap().push(provider_id.to_owned());
        let next = self.receipts.lock().unwrap().pop_front();
        Box::pin(async move { next.map(|outcome| report(outcome, self.name, "receipt")) })
    }

    fn replies(&self, since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        let replies = self.replies.lock().unwrap().clone();
        Box::pin(async move { replies.into_iter().filter(|reply| reply.received_at >= since).collect() })
    }
}

pub(super) struct CaseOnly;

impl Render for CaseOnly {
    fn render(&self, asked: &Rendering<'_>) -> Message {
        let Rendering { state, attempt, briefing, several_open, .. } = *asked;
        assert_eq!(briefing.unwrap().case, state.case);
        Message {
            message_key: attempt.message_key().to_owned(),
            attempt: attempt.id.clone(),
            to: attempt.contact.address(attempt.channel).unwrap().to_owned(),
            name: attempt.contact.name.clone(),
            subject: String::new(),
            body: format!("{}{}", state.case, if several_open { " among several" } else { "" }),
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        }
    }

    fn stray(&self, stray: &Stray, _now: DateTime<Utc>) -> String {
        format!("{stray:?}")
    }

    fn opted_out(&self, since: DateTime<Utc>) -> String {
        format!("STOP at {}", (since - at(0)).num_seconds())
    }

    fn answer(&self, _asked: &Rendering<'_>, _answer: &CallAnswer<'_>) -> Vec<String> {
        Vec::new()
    }

    fn cannot_tell(&self) -> Vec<String> {
        Vec::new()
    }
}

/// One log, one clock, and the ways out that every engine on it shares.
pub(super) struct House {
    /// How long a store waits for a log that another one holds.
    pub(super) patience: Duration,
    pub(super) folder: tempfile::TempDir,
    pub(super) clock: Arc<HandClock>,
    pub(super) sms: Arc<Script>,
    pub(super) sms_calls: mpsc::UnboundedReceiver<String>,
    pub(super) email: Arc<Script>,
    _email_calls: mpsc::UnboundedReceiver<String>,
    /// Providers beside the two, each after those of its channel.
    others: Vec<Arc<Script>>,
    unheard: Vec<mpsc::UnboundedReceiver<String>>,
    pub(super) leadership: Vec<Contact>,
    pub(super) attempt_timeout_s: u32,
}

impl House {
    pub(super) fn new() -> Self {
        let (sms, sms_calls) = Script::new(Channel::Sms);
        let (email, email_calls) = Script::new(Channel::Email);
        let folder = tempfile::tempdir().unwrap();
        // Engines that race on a busy machine may keep each other waiting for long; none of them is to give up.
        let patience = Duration::from_mins(2);
        Self {
            patience,
            folder,
            clock: HandClock::new(),
            sms,
            sms_calls,
            email,
            _email_calls: email_calls,
            others: Vec::new(),
            unheard: Vec::new(),
            leadership: Vec::new(),
            attempt_timeout_s: 15,
        }
    }

    /// Another provider; what it is called with is not listened to.
    pub(super) fn add(&mut self, channel: Channel, name: &'static str) -> Arc<Script> {
        let (script, calls) = Script::called(channel, name);
        self.unheard.push(calls);
        self.others.push(Arc::clone(&script));
        script
    }

    fn scripts(&self) -> impl Iterator<Item = &Arc<Script>> {
        [&self.sms, &self.email].into_iter().chain(&self.others)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("pages.db")
    }

    pub(super) async fn store(&self) -> Arc<dyn EpisodeStore> {
        Arc::new(SqliteStore::open_waiting(&self.path(), self.patience).await.unwrap())
    }

    /// An engine that shares with the others what processes share: the files, the time and the world outside.
    pub(super) async fn engine(&self, id: &str) -> Engine {
        self.engine_of(id, false).await
    }

    pub(super) async fn engine_of(&self, id: &str, training: bool) -> Engine {
        self.engine_with(id, training, Arc::new(FileLease::beside(&self.path(), training))).await
    }

    pub(super) async fn engine_with(&self, id: &str, training: bool, lease: Arc<dyn EngineLease>) -> Engine {
        Engine::new(Parts {
            store: self.store().await,
            lease,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            policy: Policy {
                providers: Providers::of(self.scripts().map(|it| (it.channel(), it.name))),
                leadership: self.leadership.clone(),
                attempt_timeout_s: self.attempt_timeout_s,
                ..Policy::default()
            },
            providers: self.scripts().map(|it| Arc::clone(it) as Arc<dyn Provider>).collect(),
            render: Arc::new(CaseOnly),
            id: id.to_owned(),
            training,
        })
    }

    /// Each outcome on disk beside its attempt, in order; `?` for one still in flight.
    pub(super) async fn outcomes(&self, episode: &str) -> Vec<String> {
        self.state(episode)
            .await
            .attempts
            .iter()
            .map(|tried| {
                let outcome = tried.outcome().map_or("?".to_owned(), |outcome| format!("{outcome:?}").to_lowercase());
                format!("{} {outcome}", tried.attempt.id)
            })
            .collect()
    }

    pub(super) async fn state(&self, episode: &str) -> State {
        State::of(&self.store().await.load(episode).await.unwrap()).unwrap()
    }
}

pub(super) fn at(second: i64) -> DateTime<Utc> {
    // 2026-11-22 23:42:00 in Madison.
    DateTime::from_timestamp(1_795_412_520 + second, 0).unwrap()
}

pub(super) const ADA: &str = "+16085550101";
pub(super) const BEN: &str = "+16085550102";

pub(super) fn contact(name: &str, phone: &str) -> Contact {
    let email = Some(format!("{}@example.edu", name.to_lowercase()));
    Contact { name: name.to_owned(), phone: Some(phone.to_owned()), email, until: None, also: Vec::new() }
}

pub(super) fn rung(label: &str, channels: &[Channel], contact: Contact) -> Rung {
    Rung { label: label.to_owned(), wait_s: 300, channels: channels.to_vec(), contacts: vec![contact] }
}

/// Ada by text message and e-mail, then Ben by text message.
pub(super) fn opening(episode: &str, case: &str) -> Opening {
    let rungs = vec![
        rung("primary", &[Channel::Sms, Channel::Email], contact("Ada", ADA)),
        rung("secondary", &[Channel::Sms], contact("Ben", BEN)),
    ];
    Opening {
        episode: episode.to_owned(),
        opened: Opened {
            drill: None,
            answers: Answers::default(),
            pretended_s: 0,
            case: case.to_owned(),
            schedule: Some("aims".to_owned()),
            row: "D5a".to_owned(),
            training: false,
            by: "lee".to_owned(),
            ladder: Ladder { rungs },
            basis: Basis { rows: Vec::new(), snapshot: String::new(), read_at: None, age_s: 0 },
        },
        briefing: Briefing {
            case: String::new(),
            customer: "Grace Hopper".to_owned(),
            phone: "608-555-0123".to_owned(),
            summary: "cannot print".to_owned(),
            department: None,
            restricted: false,
        },
        told_at: None,
    }
}

pub(super) async fn open(engine: &Engine, episode: &str, case: &str) {
    let begun = engine.open(opening(episode, case)).await.unwrap().unwrap();
    assert_eq!(begun, Begun::New(episode.to_owned()));
}

pub(super) fn by(name: &str) -> Said {
    Said { by: name.to_owned(), via: Via::Agent }
}

pub(super) fn turning(engine: &Engine) -> JoinHandle<Result<(), EngineError>> {
    let engine = engine.clone();
    tokio::spawn(async move { engine.turn().await })
}
