//! How does a message come to a phone by ntfy, and its button back? A topic a person, and one topic for the buttons.
//!
//! The button on the phone posts one line to the topic of replies; it is read from there, so that no address of ours
//! needs to be reachable from outside. Only with an access token: a topic without one is open to whoever guesses it
//! (domain 3).

use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::push_inspect::{healthy, let_in};
use super::setup::SetupError;
use super::web::{Answer, Web, address};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::outcome::Report;
use crate::ports::hooks::About;
use crate::ports::{Message, Pending, Provider, Reply, Sent};
use crate::proof::fact::Fact;

/// The service's limits, in bytes and characters; what is longer becomes an attachment, which nobody reads at night.
const LONGEST_TITLE: usize = 200;
const LONGEST_BODY: usize = 3000;

/// `[delivery.ntfy]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NtfySettings {
    /// What the log calls it.
    #[serde(default = "ntfy")]
    pub name: String,
    /// The server, your own or the public one.
    pub server: String,
    /// The file that holds the access token; else `PAGE_ONCALL_NTFY_TOKEN`.
    pub token_file: Option<String>,
    /// The topic that buttons answer to; without it there is no button.
    pub replies: Option<String>,
    /// The file that holds a token that may only write to that topic, for the buttons; the phones get to see it. Else
    /// `PAGE_ONCALL_NTFY_REPLY_TOKEN`; without one the topic must be open for writing.
    pub reply_token_file: Option<String>,
    /// Seconds that a message may take.
    #[serde(default = "ten")]
    pub timeout_s: u64,
}

fn ntfy() -> String {
    "ntfy".to_owned()
}

fn ten() -> u64 {
    10
}

/// An ntfy server.
pub struct Ntfy {
    name: String,
    server: Url,
    token: SecretString,
    replies: Option<String>,
    reply_token: Option<SecretString>,
    web: Web,
}

impl Ntfy {
    /// Checks the settings and prepares the way; sends nothing.
    pub fn new(
        settings: &NtfySettings,
        token: SecretString,
        reply_token: Option<SecretString>,
    ) -> Result<Self, SetupError> {
        let server = address(&settings.name, "server", &settings.server)?;
        if settings.replies.as_deref().is_some_and(|topic| !is_topic(topic)) {
            return Err(SetupError {
                provider: settings.name.clone(),
                key: "replies",
                reason: "a topic is 1 to 64 letters, digits, - and _".to_owned(),
                hint: "Write for example replies = \"page-replies\"",
            });
        }
        let web = Web::new(&settings.name, &server, settings.timeout_s)?;
        Ok(Self { name: settings.name.clone(), server, token, replies: settings.replies.clone(), reply_token, web })
    }

    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    async fn post(&self, message: &Message) -> Report {
        let cut = |text: &str, most| text.chars().take(most).collect::<String>();
        let mut content = json!({
            "topic": message.to,
            "title": cut(&message.subject, LONGEST_TITLE),
            "message": cut(&message.body, LONGEST_BODY),
            "priority": if message.asks_to_act { 5 } else { 4 },
        });
        if let (Some(topic), true, Some(content)) = (&self.replies, message.asks_to_act, content.as_object_mut()) {
            let mut button = json!({
                "action": "http",
                "label": "I have it",
                "url": self.url(&[topic]).as_str(),
                "method": "POST",
                "body": format!("1 {} {}", message.episode, message.attempt),
                "clear": true,
            });
            if let (Some(token), Some(button)) = (&self.reply_token, button.as_object_mut()) {
                let authorization = format!("Bearer {}", token.expose_secret());
                button.insert("headers".to_owned(), json!({ "Authorization": authorization }));
            }
            content.insert("actions".to_owned(), json!([button]));
        }
        let request = self.web.post(self.server.clone()).bearer_auth(self.token.expose_secret());
        let fate = self.web.exchange(request.body(content.to_string())).await;
        let id = fate.as_ref().ok().and_then(Answer::json);
        let id = id.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str).filter(|id| is_topic(id));
        self.web.report(&fate, id.map(str::to_owned))
    }

    /// The lines that buttons left since `since`.
    async fn lines(&self, since: DateTime<Utc>) -> Vec<String> {
        let Some(topic) = &self.replies else { return Vec::new() };
        let mut url = self.url(&[topic, "json"]);
        url.query_pairs_mut().append_pair("poll", "1").append_pair("since", &since.timestamp().to_string());
        let fate = self.web.exchange(self.web.get(url).bearer_auth(self.token.expose_secret())).await;
        let Ok(Answer { status: 200..=299, body }) = fate else {
            tracing::warn!(provider = self.name, "what buttons left could not be read; it is asked for again");
            return Vec::new();
        };
        body.lines().filter_map(text_of).collect()
    }
}

impl Ntfy {
    /// Whether the server is well and knows the token. A topic is asked nothing.
    async fn look(&self) -> Vec<Fact> {
        let health = self.web.exchange(self.web.get(self.url(&["v1", "health"]))).await;
        if let Err(fact) = healthy(&health) {
            return vec![fact];
        }
        let request = self.web.get(self.url(&["v1", "account"])).bearer_auth(self.token.expose_secret());
        match let_in(&self.web.exchange(request).await) {
            Ok(()) => vec![Fact::PushReady { steps: vec!["health", "login"] }],
            Err(fact) => vec![fact],
        }
    }
}

/// The text of one line of a topic's JSON, when it is a message.
fn text_of(line: &str) -> Option<String> {
    let entry: Value = serde_json::from_str(line).ok()?;
    let is_message = entry.get("event").and_then(Value::as_str) == Some("message");
    entry.get("message").and_then(Value::as_str).filter(|_| is_message).map(str::to_owned)
}

fn is_topic(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(letter)
}

impl Provider for Ntfy {
    fn channel(&self) -> Channel {
        Channel::Ntfy
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(self.post(message))
    }

    fn receipt<'a>(&'a self, _provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(async { None })
    }

    fn replies(&self, _since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async { Vec::new() })
    }

    fn pressed<'a>(&'a self, since: DateTime<Utc>, sent: &'a [Sent]) -> Pending<'a, Vec<About>> {
        Box::pin(async move {
            if sent.is_empty() {
                return Vec::new();
            }
            let lines = self.lines(since).await;
            let button = |about: &About| format!("1 {} {}", about.episode, about.attempt);
            let abouts = sent.iter().map(|message| message.about.clone());
            abouts.filter(|about| lines.iter().any(|line| line.trim() == button(about))).collect()
        })
    }

    fn inspect<'a>(&'a self, _people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        Box::pin(self.look())
    }
}
