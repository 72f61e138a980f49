//! How is an account of a Twilio-compatible provider reached? One address, one login, one request at a time.
//!
//! `twilio` (texts) and `twilio_call` (calls) speak through it: no redirects, no automatic retry, a time limit.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{Client, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::setup::{SetupError, install_tls, is_loopback};
use super::twilio_list::is_sid;

/// The version of the interface: the first segment of every path.
const VERSION: &str = "2010-04-01";
/// The description of one message or call has some KiB at most; more is no answer of the provider.
pub(super) const ANSWER_LIMIT: usize = 64 * 1024;

/// What the provider is shown to let us in.
pub struct TwilioCredentials {
    /// The API key's own id when `secret` belongs to one; `None` when `secret` is the account's auth token.
    pub api_key_sid: Option<String>,
    /// The auth token, or the API key's secret.
    pub secret: SecretString,
}

/// The settings that an account is reached by.
pub(super) struct Address<'a> {
    /// The provider's name in the settings.
    pub(super) name: &'a str,
    pub(super) base_url: &'a str,
    pub(super) account_sid: &'a str,
    pub(super) timeout_s: u64,
    pub(super) connect_timeout_s: u64,
}

/// An account and the way to it.
pub(super) struct Account {
    client: Client,
    url: Url,
    user: String,
    secret: SecretString,
}

/// What came back: a status, and the body when it was JSON.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Option<Value>,
    /// The provider's clock, as its head says.
    pub(super) date: Option<DateTime<Utc>>,
}

/// Why nothing came back.
pub(super) enum Failure {
    /// The provider was not reached: nothing was sent.
    NotSent,
    /// The provider was reached and then did not answer in time, or the connection broke.
    Lost,
}

impl Account {
    /// Checks the settings and prepares the connection; sends nothing.
    pub(super) fn new(address: &Address<'_>, credentials: TwilioCredentials) -> Result<Self, SetupError> {
        let wrong = |key, reason: &str, hint| SetupError {
            provider: address.name.to_owned(),
            key,
            reason: reason.to_owned(),
            hint,
        };
        let url = account_url(address).map_err(|(key, reason, hint)| wrong(key, &reason, hint))?;
        if !(1..=120).contains(&address.timeout_s) {
            return Err(wrong("timeout_s", "it must lie between 1 and 120 seconds", "10 suits a page"));
        }
        if !(1..=120).contains(&address.connect_timeout_s) {
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
            .connect_timeout(Duration::from_secs(address.connect_timeout_s))
            .timeout(Duration::from_secs(address.timeout_s));
        if url.host_str().is_some_and(is_loopback) {
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
            client,
            url,
            user: credentials.api_key_sid.unwrap_or_else(|| address.account_sid.to_owned()),
            secret: credentials.secret,
        })
    }

    /// The address of one of the account's lists (`Messages`), or of one entry of it.
    pub(super) fn resource(&self, list: &str, sid: Option<&str>) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            match sid {
                Some(sid) => path.push(list).push(&format!("{sid}.json")),
                None => path.push(&format!("{list}.json")),
            };
        }
        url
    }

    /// The address of the account's own description.
    pub(super) fn itself(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}.json", self.url.path()));
        url
    }

    /// A request that posts a form; fields may be repeated.
    pub(super) fn post(&self, url: Url, form: &[(&str, &str)]) -> RequestBuilder {
        self.client.post(url).form(form)
    }

    /// A request that only asks.
    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// Sends one request and reads at most `limit` bytes of its answer.
    pub(super) async fn exchange(&self, request: RequestBuilder, limit: usize) -> Result<Answer, Failure> {
        let request = request.basic_auth(&self.user, Some(self.secret.expose_secret()));
        let mut response = request
            .send()
            .await
            .map_err(|error| if error.is_connect() || error.is_builder() { Failure::NotSent } else { Failure::Lost })?;
        let status = response.status().as_u16();
        let date = response.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.to_utc());
        let mut bytes = Vec::new();
        // A body that breaks off or has no end leaves the status, which may be enough.
        while let Ok(Some(chunk)) = response.chunk().await {
            if bytes.len() + chunk.len() > limit {
                return Ok(Answer { status, body: None, date });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body: serde_json::from_slice(&bytes).ok(), date })
    }
}

impl Answer {
    /// A field of the body that is text.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.body.as_ref()?.get(field)?.as_str()
    }

    /// The provider's error code, as an error (`code`) or as a fate (`error_code`).
    pub(super) fn code(&self) -> Option<u32> {
        let body = self.body.as_ref()?;
        number(body.get("code")).or_else(|| number(body.get("error_code")))
    }

    /// The provider's own name for what the answer is about.
    pub(super) fn sid(&self) -> Option<String> {
        self.text("sid").filter(|sid| is_sid(sid)).map(str::to_owned)
    }
}

/// The address of the account, or the key, the reason and the hint of the setting that is wrong.
fn account_url(settings: &Address<'_>) -> Result<Url, (&'static str, String, &'static str)> {
    const HINT: &str = "Write it like https://api.twilio.com";
    let mut url = Url::parse(settings.base_url.trim()).map_err(|error| ("base_url", error.to_string(), HINT))?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() || !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(host)) {
        return Err(("base_url", "it must begin with https://, for a login goes there".to_owned(), HINT));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(("base_url", "it must be an address and a path only".to_owned(), HINT));
    }
    if !is_sid(settings.account_sid) {
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
    path.push("Accounts").push(settings.account_sid);
    drop(path);
    Ok(url)
}

/// A setting that is more than blanks.
pub(super) fn given(setting: Option<&String>) -> Option<String> {
    setting.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// An error code, which some providers write as a string.
pub(super) fn number(value: Option<&Value>) -> Option<u32> {
    match value? {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
