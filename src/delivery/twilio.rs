//! How does a text leave by a Twilio-compatible HTTP interface, and how do receipts and replies come back?
//!
//! One request a message: no redirects, no automatic retry. What the answers mean stands in `twilio_words`.
//! Nothing personal is logged, and no error text of the provider is copied: it may hold a number.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::public_url::PublicUrl;
use super::setup::{SetupError, install_tls, is_loopback};
use super::twilio_hooks::STATUS_PATH;
use super::twilio_list::{MessageList, is_sid};
use super::twilio_words::{classify, detail, says_stop};
use crate::decision::ladder::Channel;
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::About;
use crate::ports::{Message, Pending, Provider, Reply};

/// The version of the interface: the first segment of every path.
const VERSION: &str = "2010-04-01";
/// One message's description has about 1 KiB; more is no answer of the provider.
const ANSWER_LIMIT: usize = 64 * 1024;
/// A page of replies, each with up to 1600 characters that JSON may write as six bytes.
const LIST_LIMIT: usize = 1024 * 1024;
/// Replies a page of a list, and pages at most: more than a night brings.
const PAGE_SIZE: &str = "50";
const PAGES: usize = 5;

/// The settings of one sender of texts; the secrets come beside it (contract 1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioSettings {
    /// The name in the log.
    #[serde(default = "default_name")]
    pub name: String,
    /// Where the interface lives, with the path that stands before `/2010-04-01` if there is one.
    #[serde(default = "default_base_url")]
    pub base_url: String,
    /// The account: part of every path; `SignalWire` calls it the project id.
    pub account_sid: String,
    /// The number that texts come from, and that replies are read of.
    pub from: Option<String>,
    /// Sends by a messaging service instead. Without `from`, replies to every number of the account are read.
    pub messaging_service_sid: Option<String>,
    /// The API key's own id, when the secret belongs to one and is not the account's auth token.
    pub api_key_sid: Option<String>,
    /// The file that holds the secret, unless the environment does; the caller reads it.
    pub auth_token_file: Option<String>,
    /// The file that holds the account's auth token where the secret is an API key's: callbacks are signed with it.
    pub signing_token_file: Option<String>,
    /// Seconds after which the provider drops a text that no phone took: a page must not arrive hours late.
    #[serde(default = "default_validity_s")]
    pub validity_s: u32,
    /// Seconds for a whole request.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u64,
    /// Seconds for reaching the provider at all.
    #[serde(default = "default_connect_timeout_s")]
    pub connect_timeout_s: u64,
    /// How many texts the provider takes a second; more wait their turn. 1 suits a long code; 0 is no limit.
    #[serde(default = "default_per_second")]
    pub per_second: u32,
}

fn default_name() -> String {
    "twilio".to_owned()
}

fn default_base_url() -> String {
    "https://api.twilio.com".to_owned()
}

fn default_validity_s() -> u32 {
    600
}

fn default_timeout_s() -> u64 {
    10
}

fn default_connect_timeout_s() -> u64 {
    3
}

fn default_per_second() -> u32 {
    1
}

/// What the provider is shown to let us in.
pub struct TwilioCredentials {
    /// The API key's own id when `secret` belongs to one; `None` when `secret` is the account's auth token.
    pub api_key_sid: Option<String>,
    /// The auth token, or the API key's secret.
    pub secret: SecretString,
}

/// Sends texts over a Twilio-compatible interface.
pub struct TwilioSms {
    name: String,
    client: Client,
    account: Url,
    user: String,
    secret: SecretString,
    sender: (&'static str, String),
    from: Option<String>,
    validity_s: String,
    /// Where the provider is to tell what became of a text; without it the provider is asked.
    callbacks: Option<PublicUrl>,
    per_second: u32,
}

/// What came back: a status, and the body when it was JSON.
struct Answer {
    status: u16,
    body: Option<Value>,
}

/// Why nothing came back.
enum Failure {
    /// The provider was not reached: nothing was sent.
    NotSent,
    /// The provider was reached and then did not answer in time, or the connection broke.
    Lost,
}

impl TwilioSms {
    /// Checks the settings and prepares the connection; sends nothing.
    pub fn new(settings: &TwilioSettings, credentials: TwilioCredentials) -> Result<Self, SetupError> {
        let wrong = |key, reason: &str, hint| SetupError {
            provider: settings.name.clone(),
            key,
            reason: reason.to_owned(),
            hint,
        };
        let account = account_url(settings).map_err(|(key, reason, hint)| wrong(key, &reason, hint))?;
        let sender = match (given(settings.messaging_service_sid.as_ref()), given(settings.from.as_ref())) {
            (Some(service), _) => ("MessagingServiceSid", service),
            (None, Some(number)) => ("From", number),
            (None, None) => {
                return Err(wrong(
                    "from",
                    "it is missing",
                    "Set the number that texts come from, or `messaging_service_sid`",
                ));
            }
        };
        if !(1..=36_000).contains(&settings.validity_s) {
            return Err(wrong("validity_s", "it must lie between 1 and 36000 seconds", "600 suits a page"));
        }
        if !(1..=120).contains(&settings.timeout_s) {
            return Err(wrong("timeout_s", "it must lie between 1 and 120 seconds", "10 suits a page"));
        }
        if !(1..=120).contains(&settings.connect_timeout_s) {
            return Err(wrong("connect_timeout_s", "it must lie between 1 and 120 seconds", "3 suits a page"));
        }
        if credentials.secret.expose_secret().is_empty() {
            return Err(wrong("account_sid", "its auth token is empty", "Give the token by environment or file"));
        }
        install_tls();
        let mut client = Client::builder()
            .user_agent(concat!("page-oncall/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(settings.connect_timeout_s))
            .timeout(Duration::from_secs(settings.timeout_s));
        if account.host_str().is_some_and(is_loopback) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| {
            wrong(
                "base_url",
                &format!("no connection can be prepared ({})", error.without_url()),
                "Are the system's CA certificates installed (Debian: ca-certificates)?",
            )
        })?;
        Ok(Self {
            name: settings.name.clone(),
            client,
            account,
            user: credentials.api_key_sid.unwrap_or_else(|| settings.account_sid.clone()),
            secret: credentials.secret,
            sender,
            from: given(settings.from.as_ref()),
            validity_s: settings.validity_s.to_string(),
            callbacks: None,
            per_second: settings.per_second,
        })
    }

    /// The same, with every text asking the provider to tell at `public` what became of it.
    #[must_use]
    pub fn with_callbacks(self, public: Option<PublicUrl>) -> Self {
        Self { callbacks: public, ..self }
    }

    /// The address of the account's messages, or of one of them.
    fn messages(&self, sid: Option<&str>) -> Url {
        let mut url = self.account.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            match sid {
                Some(sid) => path.push("Messages").push(&format!("{sid}.json")),
                None => path.push("Messages.json"),
            };
        }
        url
    }

    /// Sends one request and reads at most `limit` bytes of its answer.
    async fn exchange(&self, request: RequestBuilder, limit: usize) -> Result<Answer, Failure> {
        let request = request.basic_auth(&self.user, Some(self.secret.expose_secret()));
        let mut response = request
            .send()
            .await
            .map_err(|error| if error.is_connect() || error.is_builder() { Failure::NotSent } else { Failure::Lost })?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        // A body that breaks off or has no end leaves the status, which may be enough.
        while let Ok(Some(chunk)) = response.chunk().await {
            if bytes.len() + chunk.len() > limit {
                return Ok(Answer { status, body: None });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body: serde_json::from_slice(&bytes).ok() })
    }

    fn report(&self, outcome: Outcome, provider_id: Option<String>, detail: String) -> Report {
        Report { outcome, provider: self.name.clone(), provider_id, detail }
    }

    /// The report that an answer about one message amounts to.
    fn judge(&self, answer: &Answer) -> Report {
        let body = answer.body.as_ref();
        let word = body.and_then(|body| body.get("status")).and_then(Value::as_str);
        let code = body.and_then(|body| number(body.get("code")).or_else(|| number(body.get("error_code"))));
        let sid = body.and_then(|body| body.get("sid")).and_then(Value::as_str).filter(|sid| is_sid(sid));
        let outcome = classify(answer.status, code, word);
        if outcome == Outcome::Unknown {
            tracing::warn!(
                provider = self.name,
                answer = detail(answer.status, code, word),
                "an answer that is not understood"
            );
        }
        self.report(outcome, sid.map(str::to_owned), detail(answer.status, code, word))
    }

    async fn post(&self, message: &Message) -> Report {
        let (sender_key, sender) = &self.sender;
        let mut form = vec![
            ("To", message.to.as_str()),
            (sender_key, sender),
            ("Body", &message.body),
            ("ValidityPeriod", &self.validity_s),
        ];
        let about = About { episode: message.episode.clone(), attempt: message.attempt.clone() };
        let callback = self.callbacks.as_ref().map(|public| public.about(STATUS_PATH, &about));
        form.extend(callback.as_deref().map(|address| ("StatusCallback", address)));
        match self.exchange(self.client.post(self.messages(None)).form(&form), ANSWER_LIMIT).await {
            Ok(answer) => self.judge(&answer),
            Err(Failure::NotSent) => {
                self.report(Outcome::Retryable, None, "the provider was not reached: nothing was sent".to_owned())
            }
            Err(Failure::Lost) => self.report(
                Outcome::Unknown,
                None,
                "no answer in time or a broken connection: nobody knows whether the text was sent".to_owned(),
            ),
        }
    }

    async fn look_up(&self, sid: &str) -> Option<Report> {
        if !is_sid(sid) {
            return None;
        }
        match self.exchange(self.client.get(self.messages(Some(sid))), ANSWER_LIMIT).await {
            Ok(answer @ Answer { status: 200..=299, body: Some(_) }) => Some(self.judge(&answer)),
            Ok(answer) => {
                tracing::warn!(
                    provider = self.name,
                    status = answer.status,
                    "the provider does not tell what became of a text"
                );
                None
            }
            Err(_) => {
                tracing::warn!(provider = self.name, "the provider was not reached for a receipt");
                None
            }
        }
    }

    /// Reads the inbound texts page by page, newest first as the provider gives them.
    async fn inbound(&self, since: DateTime<Utc>) -> Result<Vec<Reply>, String> {
        // The provider counts in whole seconds, so a reply of the same second must not be lost.
        let since = since.trunc_subsecs(0);
        let mut url = self.messages(None);
        {
            let mut query = url.query_pairs_mut();
            if let Some(from) = &self.from {
                query.append_pair("To", from);
            }
            query.append_pair("DateSent>", &since.format("%Y-%m-%d").to_string()).append_pair("PageSize", PAGE_SIZE);
        }
        let mut replies = Vec::new();
        for _ in 0..PAGES {
            let answer = self
                .exchange(self.client.get(url.clone()), LIST_LIMIT)
                .await
                .map_err(|_| "the provider was not reached or did not answer in time".to_owned())?;
            let list = match (answer.status, answer.body) {
                (200..=299, Some(body)) => serde_json::from_value::<MessageList>(body)
                    .map_err(|_| "the list of replies could not be read".to_owned())?,
                (status, _) => return Err(format!("HTTP {status}")),
            };
            replies.extend(list.messages.into_iter().filter_map(|text| text.reply(since)));
            let Some(next) = list.next_page_uri.as_deref().and_then(|next| next.split_once('?')) else {
                return Ok(replies);
            };
            // Only the query is taken from the answer: the login never goes to another address.
            url.set_query(Some(next.1));
        }
        tracing::warn!(
            provider = self.name,
            pages = PAGES,
            "more replies than are read at once: the oldest are left out"
        );
        Ok(replies)
    }
}

impl Provider for TwilioSms {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn per_second(&self) -> u32 {
        self.per_second
    }

    fn stopped(&self, report: &Report) -> bool {
        says_stop(report)
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(self.post(message))
    }

    fn receipt<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(self.look_up(provider_id))
    }

    fn replies(&self, since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async move {
            let mut replies = self.inbound(since).await.unwrap_or_else(|reason| {
                tracing::warn!(provider = self.name, reason, "replies could not be read; they are asked for again");
                Vec::new()
            });
            replies.sort_by(|a, b| (a.received_at, &a.provider_id).cmp(&(b.received_at, &b.provider_id)));
            // A text that comes in between two pages moves the last of one to the next.
            replies.dedup_by(|a, b| a.provider_id == b.provider_id);
            replies
        })
    }
}

/// The address of the account, or the key, the reason and the hint of the setting that is wrong.
fn account_url(settings: &TwilioSettings) -> Result<Url, (&'static str, String, &'static str)> {
    const HINT: &str = "Write it like https://api.twilio.com";
    let mut url = Url::parse(settings.base_url.trim()).map_err(|error| ("base_url", error.to_string(), HINT))?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() || !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(host)) {
        return Err(("base_url", "it must begin with https://, for a login goes there".to_owned(), HINT));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(("base_url", "it must be an address and a path only".to_owned(), HINT));
    }
    if !is_sid(&settings.account_sid) {
        return Err((
            "account_sid",
            "it must be letters, digits and `-`".to_owned(),
            "Copy it from the provider's console",
        ));
    }
    let has_version = url.path().trim_end_matches('/').ends_with(VERSION);
    let mut path = url.path_segments_mut().map_err(|()| ("base_url", "it has no path".to_owned(), HINT))?;
    path.pop_if_empty();
    if !has_version {
        path.push(VERSION);
    }
    path.push("Accounts").push(&settings.account_sid);
    drop(path);
    Ok(url)
}

/// A setting that is more than blanks.
fn given(setting: Option<&String>) -> Option<String> {
    setting.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// An error code, which some providers write as a string.
fn number(value: Option<&Value>) -> Option<u32> {
    match value? {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(changes: &str) -> TwilioSettings {
        let text = format!("account_sid = 'AC0'\nfrom = '+16085550100'\n{changes}");
        toml::from_str(&text).unwrap()
    }

    fn build(settings: &TwilioSettings) -> Result<TwilioSms, SetupError> {
        TwilioSms::new(settings, TwilioCredentials { api_key_sid: None, secret: "secret".into() })
    }

    #[test]
    fn the_defaults_are_those_of_a_page() {
        let settings = settings("");
        assert_eq!((settings.name.as_str(), settings.base_url.as_str()), ("twilio", "https://api.twilio.com"));
        assert_eq!((settings.validity_s, settings.timeout_s, settings.connect_timeout_s), (600, 10, 3));
        assert!(toml::from_str::<TwilioSettings>("account_sid = 'AC0'\nfrm = '+1'").is_err());
    }

    #[test]
    fn addresses_keep_a_prefix_and_name_the_version_once() {
        for (base, expected) in [
            ("https://api.twilio.com", "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json"),
            ("https://api.twilio.com/", "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json"),
            (
                "https://s.signalwire.com/api/laml",
                "https://s.signalwire.com/api/laml/2010-04-01/Accounts/AC0/Messages.json",
            ),
            (
                "https://s.signalwire.com/api/laml/",
                "https://s.signalwire.com/api/laml/2010-04-01/Accounts/AC0/Messages.json",
            ),
            (
                "https://s.signalwire.com/api/laml/2010-04-01/",
                "https://s.signalwire.com/api/laml/2010-04-01/Accounts/AC0/Messages.json",
            ),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010/2010-04-01/Accounts/AC0/Messages.json"),
        ] {
            let provider = build(&settings(&format!("base_url = '{base}'"))).unwrap();
            assert_eq!(provider.messages(None).as_str(), expected);
        }
        let provider = build(&settings("")).unwrap();
        assert_eq!(
            provider.messages(Some("SM1")).as_str(),
            "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/SM1.json"
        );
    }

    #[test]
    fn wrong_settings_name_their_key() {
        for (changes, key) in [
            ("base_url = 'api.twilio.com'", "base_url"),
            ("base_url = 'http://api.twilio.com'", "base_url"),
            ("base_url = 'https://u:p@api.twilio.com'", "base_url"),
            ("base_url = 'https://api.twilio.com/?a=1'", "base_url"),
            ("base_url = 'mailto:a@b'", "base_url"),
            ("validity_s = 0", "validity_s"),
            ("validity_s = 36001", "validity_s"),
            ("timeout_s = 0", "timeout_s"),
            ("connect_timeout_s = 121", "connect_timeout_s"),
        ] {
            assert_eq!(build(&settings(changes)).err().map(|error| error.key), Some(key), "{changes}");
        }
        let mut bare = settings("");
        bare.from = Some("  ".to_owned());
        assert_eq!(build(&bare).err().map(|error| error.key), Some("from"));
        for sid in ["", "AC 0", "AC0/../x", "AC0?x", &"A".repeat(65)] {
            let mut odd = settings("");
            odd.account_sid = sid.to_owned();
            assert_eq!(build(&odd).err().map(|error| error.key), Some("account_sid"), "{sid}");
        }
        let empty = TwilioCredentials { api_key_sid: None, secret: "".into() };
        assert!(TwilioSms::new(&settings(""), empty).is_err());
    }

    #[test]
    fn a_uuid_is_an_account_too() {
        let mut project = settings("base_url = 'https://s.signalwire.com/api/laml'");
        project.account_sid = "b08dacad-d9a5-4cfa-8a8c-0c8f2c5d8a11".to_owned();
        assert!(build(&project).is_ok());
    }
}
