//! Who answers when nothing is sent? In training a scripted technician does, so that the whole path is seen (contract 1).
//!
//! It remembers within this process only. The technician answers one question at a time: of several messages that ask
//! while an answer is on its way, the first is answered, from the number it went to.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::decision::ladder::Channel;
use crate::episode::outcome::{Outcome, Report};
use crate::ports::{Clock, Letter, Message, Pending, Post, Provider, Reply};

/// What a message holds that asks for an answer; stand-downs and alarms do not.
const ASKS: &str = "=got it";

/// What the scripted technician answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum ScriptedReply {
    /// "I have it."
    #[default]
    #[serde(rename = "1")]
    HaveIt,
    /// "I cannot."
    #[serde(rename = "2")]
    Cannot,
    /// Nothing: the ladder is climbed to its end.
    #[serde(rename = "none")]
    Nothing,
}

/// The settings of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSettings {
    /// What the technician answers.
    pub reply: ScriptedReply,
    /// How many seconds after the message.
    pub reply_after_s: u32,
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self { reply: ScriptedReply::HaveIt, reply_after_s: 15 }
    }
}

/// Takes every message and sends none.
pub struct Training {
    channel: Channel,
    settings: TrainingSettings,
    clock: Arc<dyn Clock>,
    /// The answers on their way, by whichever channel they were asked for: the technician is one person.
    answers: Arc<Mutex<Vec<Reply>>>,
}

impl Training {
    /// A provider for `channel` that sends nothing; `clock` may pretend another time.
    pub fn new(channel: Channel, settings: TrainingSettings, clock: Arc<dyn Clock>) -> Self {
        Self { channel, settings, clock, answers: Arc::default() }
    }

    /// The same technician on another channel.
    #[must_use]
    pub fn beside(&self, channel: Channel) -> Self {
        Self { channel, settings: self.settings, clock: Arc::clone(&self.clock), answers: Arc::clone(&self.answers) }
    }

    fn not_sent(&self) -> Report {
        Report {
            outcome: Outcome::Accepted,
            provider: self.name().to_owned(),
            provider_id: None,
            detail: if self.channel == Channel::Voice { "nobody was called" } else { "nothing was sent" }.to_owned(),
        }
    }

    /// Puts the technician's answer to `message` on its way, if it asks for one and none is.
    fn hear(&self, message: &Message) {
        let text = match self.settings.reply {
            ScriptedReply::HaveIt => "1",
            ScriptedReply::Cannot => "2",
            ScriptedReply::Nothing => return,
        };
        let asks = match self.channel {
            Channel::Sms => message.body.contains(ASKS),
            Channel::Voice => message.call.as_ref().is_some_and(|call| !call.menu.is_empty()),
            Channel::Email | Channel::Chat | Channel::Ntfy | Channel::Pushover => false,
        };
        if !asks {
            return;
        }
        let now = self.clock.now();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.last().is_some_and(|pending| pending.received_at > now) {
            return;
        }
        answers.push(Reply {
            provider_id: format!("training-{}", Uuid::new_v4()),
            from: message.to.clone(),
            text: text.to_owned(),
            received_at: now + Duration::seconds(i64::from(self.settings.reply_after_s)),
        });
    }
}

impl Provider for Training {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn name(&self) -> &'static str {
        "training"
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(async move {
            self.hear(message);
            self.not_sent()
        })
    }

    fn receipt<'a>(&'a self, _provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(async { None })
    }

    fn replies(&self, since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async move {
            let arrived = since..=self.clock.now();
            let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.iter().filter(|reply| arrived.contains(&reply.received_at)).cloned().collect()
        })
    }
}

impl Post for Training {
    fn post<'a>(&'a self, _letter: &'a Letter) -> Pending<'a, Report> {
        Box::pin(async { self.not_sent() })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    /// A clock that a test turns by hand.
    struct Turned(Mutex<DateTime<Utc>>);

    impl Turned {
        fn start() -> Arc<Self> {
            Arc::new(Self(Mutex::new(Utc.with_ymd_and_hms(2026, 11, 1, 6, 30, 0).unwrap())))
        }

        fn turn(&self, seconds: i64) {
            *self.0.lock().unwrap() += Duration::seconds(seconds);
        }
    }

    impl Clock for Turned {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }

        fn sleep_until(&self, _at: DateTime<Utc>) -> Pending<'_, ()> {
            Box::pin(async {})
        }
    }

    fn text(to: &str, body: &str) -> Message {
        Message {
            message_key: "key".to_owned(),
            attempt: "attempt".to_owned(),
            to: to.to_owned(),
            name: "Ada Ruiz".to_owned(),
            subject: String::new(),
            body: body.to_owned(),
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        }
    }

    const PAGE: &str = "TRAINING UW HD PAGE AIMS 1234567: call Pat. Reply 1=got it 2=cannot.";

    #[tokio::test]
    async fn the_first_number_asked_answers_after_its_time_and_nobody_else() {
        let clock = Turned::start();
        let opened_at = clock.now();
        let training = Training::new(Channel::Sms, TrainingSettings::default(), clock.clone());
        let report = training.send(&text("+16085550101", PAGE)).await;
        assert_eq!((report.outcome, report.provider.as_str()), (Outcome::Accepted, "training"));
        training.send(&text("+16085550102", PAGE)).await;
        clock.turn(14);
        assert!(training.replies(opened_at).await.is_empty());
        clock.turn(1);
        let replies = training.replies(opened_at).await;
        assert_eq!(replies.len(), 1);
        assert_eq!((replies[0].from.as_str(), replies[0].text.as_str()), ("+16085550101", "1"));
        assert_eq!(replies, training.replies(opened_at).await, "the same reply keeps its name");
        assert!(training.replies(clock.now() + Duration::seconds(1)).await.is_empty());
    }

    #[tokio::test]
    async fn a_call_is_answered_like_a_text_and_by_the_same_technician() {
        let clock = Turned::start();
        let opened_at = clock.now();
        let texts = Training::new(Channel::Sms, TrainingSettings::default(), clock.clone());
        let calls = texts.beside(Channel::Voice);
        let script = |menu: &str| crate::ports::CallScript {
            opening: String::new(),
            facts: Vec::new(),
            menu: menu.to_owned(),
            without_keys: String::new(),
            voicemail: Vec::new(),
        };
        let call = |menu| Message { call: Some(script(menu)), ..text("+16085550101", "") };
        assert_eq!(calls.send(&call("")).await.detail, "nobody was called");
        clock.turn(15);
        assert!(calls.replies(opened_at).await.is_empty(), "a stand-down asks nothing");
        texts.send(&text("+16085550101", PAGE)).await;
        calls.send(&call("Press 1.")).await;
        clock.turn(15);
        assert_eq!(calls.replies(opened_at).await.len(), 1, "text and call are answered once");
        calls.send(&call("Press 1.")).await;
        clock.turn(15);
        assert_eq!(texts.replies(opened_at).await, calls.replies(opened_at).await);
        assert_eq!(texts.replies(opened_at).await.len(), 2);
    }

    #[tokio::test]
    async fn a_later_page_is_answered_anew_under_another_name() {
        let clock = Turned::start();
        let opened_at = clock.now();
        let settings = TrainingSettings { reply: ScriptedReply::Cannot, reply_after_s: 15 };
        let training = Training::new(Channel::Sms, settings, clock.clone());
        training.send(&text("+16085550101", PAGE)).await;
        clock.turn(600);
        training.send(&text("+16085550102", PAGE)).await;
        clock.turn(15);
        let replies = training.replies(opened_at).await;
        assert_eq!(
            replies.iter().map(|reply| reply.from.as_str()).collect::<Vec<_>>(),
            ["+16085550101", "+16085550102"]
        );
        assert!(replies.iter().all(|reply| reply.text == "2"));
        assert_ne!(replies[0].provider_id, replies[1].provider_id);
    }

    #[tokio::test]
    async fn silence_stand_downs_and_mail_bring_no_answer() {
        let clock = Turned::start();
        let opened_at = clock.now();
        let silent = TrainingSettings { reply: ScriptedReply::Nothing, reply_after_s: 0 };
        let at_once = TrainingSettings { reply_after_s: 0, ..TrainingSettings::default() };
        for (channel, settings, body) in [
            (Channel::Sms, silent, PAGE),
            (Channel::Sms, at_once, "TRAINING UW HD STAND DOWN 1234567: Ada Ruiz has it."),
            (Channel::Email, at_once, PAGE),
        ] {
            let training = Training::new(channel, settings, clock.clone());
            training.send(&text("+16085550101", body)).await;
            assert!(training.replies(opened_at).await.is_empty());
        }
    }

    #[test]
    fn the_settings_read_digits_and_none() {
        let read = |text: &str| toml::from_str::<TrainingSettings>(text);
        assert_eq!(read("").unwrap(), TrainingSettings { reply: ScriptedReply::HaveIt, reply_after_s: 15 });
        assert_eq!(read("reply = '2'\nreply_after_s = 3").unwrap().reply, ScriptedReply::Cannot);
        assert_eq!(read("reply = 'none'").unwrap().reply, ScriptedReply::Nothing);
        assert!(read("reply = '3'").is_err());
        assert!(read("answer = '1'").is_err());
    }
}
