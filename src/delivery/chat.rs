//! How does a message come into a chat room? Teams by a Workflows webhook with an Adaptive Card, Slack by a webhook.
//!
//! A room is for leadership, never for the technician who is to wake up: nothing that is read there is an
//! acknowledgement. The address is a secret. Address kinds that their makers retired are refused (domain 3).

use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::push_inspect::room;
use super::setup::SetupError;
use super::web::{Web, address};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::outcome::Report;
use crate::ports::{Message, Pending, Provider, Reply};
use crate::proof::fact::Fact;

/// Teams takes about 28 KB a message (domain 3); no message of ours comes near, and what does is cut.
const LONGEST_BODY: usize = 20_000;

/// Which chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// Microsoft Teams: a Workflows flow that begins "when a webhook request is received".
    Teams,
    /// Slack: an app's incoming webhook, or a workflow's.
    Slack,
}

/// `[[delivery.chat]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatSettings {
    /// What leadership contacts and the log call the room.
    pub name: String,
    /// Which chat it is in.
    pub kind: ChatKind,
    /// The file that holds the webhook's address, which is a secret; else `PAGE_ONCALL_CHAT_URL_<NAME>`.
    pub url_file: Option<String>,
    /// Seconds that a message may take.
    #[serde(default = "ten")]
    pub timeout_s: u64,
}

fn ten() -> u64 {
    10
}

/// A chat room.
pub struct ChatRoom {
    name: String,
    kind: ChatKind,
    url: Url,
    web: Web,
}

impl ChatRoom {
    /// Checks the address and prepares the way; sends nothing.
    pub fn new(settings: &ChatSettings, url: &SecretString) -> Result<Self, SetupError> {
        let ChatSettings { name, kind, timeout_s, .. } = settings;
        let url = address(name, "url_file", url.expose_secret())?;
        if let Some((reason, hint)) = retired(&url) {
            return Err(SetupError { provider: name.clone(), key: "url_file", reason: reason.to_owned(), hint });
        }
        Ok(Self { name: name.clone(), kind: *kind, web: Web::new(name, &url, *timeout_s)?, url })
    }

    async fn post(&self, message: &Message) -> Report {
        let body: String = message.body.chars().take(LONGEST_BODY).collect();
        let content = match self.kind {
            ChatKind::Teams => adaptive_card(&message.subject, &body),
            ChatKind::Slack => json!({ "text": format!("*{}*\n{}", escaped(&message.subject), escaped(&body)) }),
        };
        let request = self.web.post(self.url.clone()).header("content-type", "application/json");
        let fate = self.web.exchange(request.body(content.to_string())).await;
        self.web.report(&fate, None)
    }
}

/// Why an address no longer works, and what to do.
fn retired(url: &Url) -> Option<(&'static str, &'static str)> {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    if is_of("webhook.office.com") || is_of("outlook.office.com") || is_of("outlook.office365.com") {
        return Some((
            "it is an Office 365 connector, which Microsoft has retired",
            "In Teams make a Workflow \"When a Teams webhook request is received\" and take its address",
        ));
    }
    let path = url.path();
    if is_of("slack.com") && (path.starts_with("/services/hooks/") || path.starts_with("/api/")) {
        return Some((
            "it is a legacy Slack integration or a method of Slack's API, no webhook of an app",
            "Add an incoming webhook to a Slack app and take its address: https://hooks.slack.com/services/...",
        ));
    }
    None
}

/// The card that Teams shows: the first line large, then a paragraph a line.
fn adaptive_card(subject: &str, body: &str) -> Value {
    let mut blocks = vec![json!({
        "type": "TextBlock", "text": plain(subject), "weight": "Bolder", "size": "Medium", "wrap": true
    })];
    let lines = body.lines().filter(|line| !line.trim().is_empty());
    blocks.extend(lines.map(|line| json!({ "type": "TextBlock", "text": plain(line), "wrap": true })));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
            },
        }],
    })
}

/// Text that a card shows as it is: what would be Markdown is not.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '*' | '_' | '[' | ']' | '`' | '#' | '>' | '~') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

/// Text that Slack shows as it is: nothing in it becomes a link or calls the whole channel.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Provider for ChatRoom {
    fn channel(&self) -> Channel {
        Channel::Chat
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

    fn inspect<'a>(&'a self, _people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        Box::pin(async { vec![room(self.kind, &self.url)] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(url: &str) -> Result<ChatRoom, SetupError> {
        let settings = toml::from_str("name = 'leadership'\nkind = 'teams'").unwrap();
        ChatRoom::new(&settings, &url.into())
    }

    #[test]
    fn retired_and_open_addresses_are_refused_with_advice_and_without_the_address() {
        for (url, words) in [
            ("https://contoso.webhook.office.com/webhookb2/hidden", "Workflow"),
            ("https://outlook.office.com/webhook/hidden", "Workflow"),
            ("https://contoso.slack.com/services/hooks/incoming-webhook?token=hidden", "Slack app"),
            ("https://slack.com/api/chat.postMessage?token=hidden", "Slack app"),
            ("http://hooks.slack.com/services/hidden", "https://"),
            ("hidden", "no address"),
        ] {
            let error = room(url).err().unwrap().to_string();
            assert!(error.contains(words) && error.contains("leadership") && !error.contains("hidden"), "{error}");
        }
        for url in [
            "https://prod-1.westus.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x",
            "https://default1.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1",
            "https://hooks.slack.com/services/T0/B0/x",
            "http://127.0.0.1:9/hook",
        ] {
            assert!(room(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn nothing_that_people_typed_becomes_markup() {
        assert_eq!(escaped("<!channel> & <http://a|b>"), "&lt;!channel&gt; &amp; &lt;http://a|b&gt;");
        assert_eq!(plain("*a* [b](c) \\"), "\\*a\\* \\[b\\](c) \\\\");
    }
}
