//! How does Pushover alarm somebody until they press "Acknowledge"? Emergency messages, whose receipts tell of the press.
//!
//! A person's press is an acknowledgement, as a key press on the phone is; that Pushover took a message is none.

use chrono::{DateTime, Utc};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::push_inspect::recipient;
use super::setup::SetupError;
use super::web::{Answer, Web, address};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::About;
use crate::ports::{Message, Pending, Provider, Reply, Sent};
use crate::proof::fact::Fact;

/// The service's limits, in characters.
const LONGEST_TITLE: usize = 250;
const LONGEST_BODY: usize = 1024;

/// `[delivery.pushover]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushoverSettings {
    /// What the log calls it.
    pub name: String,
    /// The file that holds the application's token; else `PAGE_ONCALL_PUSHOVER_TOKEN`.
    pub token_file: Option<String>,
    /// Where the service is.
    pub base_url: String,
    /// Seconds between two alarms of one message; the service takes no less than 30.
    pub retry_s: u32,
    /// Seconds after which it stops alarming; the service takes no more than 10800.
    pub expire_s: u32,
    /// Seconds that a message may take.
    pub timeout_s: u64,
}

impl Default for PushoverSettings {
    fn default() -> Self {
        Self {
            name: "pushover".to_owned(),
            token_file: None,
            base_url: "https://api.pushover.net".to_owned(),
            retry_s: 60,
            expire_s: 3600,
            timeout_s: 10,
        }
    }
}

/// Pushover, as one application of ours.
pub struct Pushover {
    settings: PushoverSettings,
    token: SecretString,
    base: Url,
    web: Web,
}

impl Pushover {
    /// Checks the settings and prepares the way; sends nothing.
    pub fn new(settings: &PushoverSettings, token: SecretString) -> Result<Self, SetupError> {
        let wrong = |key, reason: &str, hint| SetupError {
            provider: settings.name.clone(),
            key,
            reason: reason.to_owned(),
            hint,
        };
        if settings.retry_s < 30 {
            return Err(wrong("retry_s", "the service takes no less than 30 seconds", "60 suits a page"));
        }
        if !(1..=10_800).contains(&settings.expire_s) {
            return Err(wrong("expire_s", "the service takes 1 to 10800 seconds", "3600 suits a promise of an hour"));
        }
        let base = address(&settings.name, "base_url", &settings.base_url)?;
        let web = Web::new(&settings.name, &base, settings.timeout_s)?;
        Ok(Self { settings: settings.clone(), token, base, web })
    }

    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("1").extend(segments);
        }
        url
    }

    async fn post(&self, message: &Message) -> Report {
        let cut = |text: &str, most| text.chars().take(most).collect::<String>();
        let tag = tag(&message.episode);
        let (retry, expire) = (self.settings.retry_s.to_string(), self.settings.expire_s.to_string());
        let (title, body) = (cut(&message.subject, LONGEST_TITLE), cut(&message.body, LONGEST_BODY));
        let mut form = vec![
            ("token", self.token.expose_secret()),
            ("user", message.to.as_str()),
            ("title", title.as_str()),
            ("message", body.as_str()),
        ];
        if message.asks_to_act {
            form.extend([("priority", "2"), ("retry", &*retry), ("expire", &*expire), ("tags", &*tag)]);
        } else if message.episode.is_empty() {
            form.push(("priority", "1"));
        } else {
            // Whoever is told that others have it needs no alarm any more.
            self.silence(&tag).await;
            form.push(("priority", "1"));
        }
        let fate = self.web.exchange(self.web.post(self.url(&["messages.json"])).form(&form)).await;
        let receipt = fate.as_ref().ok().and_then(Answer::json);
        let receipt = receipt.as_ref().and_then(|body| body.get("receipt")).and_then(Value::as_str);
        self.web.report(&fate, receipt.filter(|id| is_receipt(id)).map(str::to_owned))
    }

    /// Ends the alarms of one page. When it cannot be done they end by themselves after `expire_s`.
    async fn silence(&self, tag: &str) {
        let url = self.url(&["receipts", "cancel_by_tag", &format!("{tag}.json")]);
        let form = [("token", self.token.expose_secret())];
        let fate = self.web.exchange(self.web.post(url).form(&form)).await;
        if !matches!(fate, Ok(Answer { status: 200..=299, .. })) {
            tracing::warn!(provider = self.settings.name, "earlier alarms could not be ended");
        }
    }

    /// What the service says of a receipt.
    async fn look_up(&self, receipt: &str) -> Option<Value> {
        if !is_receipt(receipt) {
            return None;
        }
        let mut url = self.url(&["receipts", &format!("{receipt}.json")]);
        url.query_pairs_mut().append_pair("token", self.token.expose_secret());
        match self.web.exchange(self.web.get(url)).await {
            Ok(answer @ Answer { status: 200..=299, .. }) => answer.json(),
            _ => None,
        }
    }
}

/// A page's name among the service's tags.
fn tag(episode: &str) -> String {
    format!(
        "page-{}",
        episode.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect::<String>()
    )
}

fn is_receipt(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn says(body: &Value, key: &str) -> bool {
    body.get(key).and_then(Value::as_i64) == Some(1)
}

impl Provider for Pushover {
    fn channel(&self) -> Channel {
        Channel::Pushover
    }

    fn name(&self) -> &str {
        &self.settings.name
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(self.post(message))
    }

    fn receipt<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(async move {
            let body = self.look_up(provider_id).await?;
            let delivered = body.get("last_delivered_at").and_then(Value::as_i64).is_some_and(|at| at > 0);
            let (outcome, detail) = match (says(&body, "expired"), delivered || says(&body, "acknowledged")) {
                (true, _) => (Outcome::Accepted, "the alarm ended and nobody pressed"),
                (false, true) => (Outcome::Delivered, "a device was alarmed"),
                (false, false) => (Outcome::Accepted, "no device was alarmed yet"),
            };
            let (provider, provider_id) = (self.settings.name.clone(), Some(provider_id.to_owned()));
            Some(Report { outcome, provider, provider_id, detail: detail.to_owned() })
        })
    }

    fn replies(&self, _since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async { Vec::new() })
    }

    fn pressed<'a>(&'a self, _since: DateTime<Utc>, sent: &'a [Sent]) -> Pending<'a, Vec<About>> {
        Box::pin(async move {
            let mut pressed = Vec::new();
            for message in sent {
                let body = self.look_up(&message.provider_id).await;
                pressed.extend(body.filter(|body| says(body, "acknowledged")).map(|_| message.about.clone()));
            }
            pressed
        })
    }

    fn inspect<'a>(&'a self, people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        Box::pin(async move {
            let mut facts = Vec::new();
            for person in people {
                let Some(key) = person.address(Channel::Pushover) else { continue };
                let form = [("token", self.token.expose_secret()), ("user", key)];
                let url = self.url(&["users", "validate.json"]);
                facts.push(recipient(&person.name, &self.web.exchange(self.web.post(url).form(&form)).await));
            }
            facts
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_limits_are_kept_by_the_settings() {
        let build =
            |text: &str| Pushover::new(&toml::from_str(text).unwrap(), "t".into()).map(|_| ()).map_err(|it| it.key);
        assert_eq!(build(""), Ok(()));
        assert_eq!(build("retry_s = 29"), Err("retry_s"));
        assert_eq!(build("expire_s = 10801"), Err("expire_s"));
        assert_eq!(build("timeout_s = 0"), Err("timeout_s"));
        assert_eq!(build("base_url = 'http://api.pushover.net'"), Err("base_url"));
    }

    #[test]
    fn receipts_and_tags_hold_nothing_that_changes_an_address() {
        assert!(is_receipt("rLqVuqTRh62UzxtmqiaLzQmVcPgiCy") && !is_receipt("../x") && !is_receipt(""));
        assert_eq!(tag("0198/ab,c"), "page-0198abc");
    }
}
