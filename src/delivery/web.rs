//! How are chat rooms and push services reached over HTTP? One request at a time, with limits, and what its fate means.
//!
//! `chat`, `ntfy` and `pushover` speak through it. Addresses and tokens are secrets: they stand in no error and no log.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;

use super::setup::{SetupError, install_tls, is_loopback};
use crate::episode::outcome::{Outcome, Report};

/// No answer of these services is longer than some KiB.
const ANSWER_LIMIT: usize = 256 * 1024;

/// A way to one service.
pub(super) struct Web {
    name: String,
    client: Client,
}

/// What came back: a status, and the body as text, cut off where it is too long.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Answer {
    /// The body as JSON, when it is that.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The service was not reached: nothing was sent.
    NotSent,
    /// It was reached and then did not answer in time, or the connection broke.
    Lost,
}

impl Web {
    /// Prepares the way; sends nothing.
    pub(super) fn new(name: &str, to: &Url, timeout_s: u64) -> Result<Self, SetupError> {
        let wrong = |key, reason: String, hint| SetupError { provider: name.to_owned(), key, reason, hint };
        if !(1..=120).contains(&timeout_s) {
            let reason = "it must lie between 1 and 120 seconds".to_owned();
            return Err(wrong("timeout_s", reason, "10 suits a page"));
        }
        install_tls();
        let mut client = Client::builder()
            .user_agent(concat!("page-oncall/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(timeout_s.min(3)))
            .timeout(Duration::from_secs(timeout_s));
        if to.host_str().is_some_and(is_loopback) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| {
            let reason = format!("no connection can be prepared ({})", error.without_url());
            wrong("url", reason, "Are the system's CA certificates installed (Debian: ca-certificates)?")
        })?;
        Ok(Self { name: name.to_owned(), client })
    }

    pub(super) fn post(&self, url: Url) -> RequestBuilder {
        self.client.post(url)
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// Sends one request and reads its answer.
    pub(super) async fn exchange(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let mut response = request
            .send()
            .await
            .map_err(|error| if error.is_connect() || error.is_builder() { Failure::NotSent } else { Failure::Lost })?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            if bytes.len() + chunk.len() > ANSWER_LIMIT {
                break;
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body: String::from_utf8_lossy(&bytes).into_owned() })
    }

    /// What the fate of a message amounts to. None of these services tells of a person: only that it was taken.
    pub(super) fn report(&self, fate: &Result<Answer, Failure>, provider_id: Option<String>) -> Report {
        let (outcome, detail) = match fate {
            Ok(Answer { status: status @ 200..=299, .. }) => (Outcome::Accepted, format!("HTTP {status}")),
            Ok(Answer { status: 429, .. }) => (Outcome::Retryable, "HTTP 429, too many messages".to_owned()),
            Ok(Answer { status: status @ (400 | 413), .. }) => {
                (Outcome::Refused, format!("HTTP {status}, the message or its address is not taken"))
            }
            Ok(Answer { status: status @ (401 | 403 | 404 | 410), .. }) => {
                (Outcome::Unavailable, format!("HTTP {status}, the address or the login is no longer good"))
            }
            Ok(Answer { status: status @ 500..=599, .. }) => {
                (Outcome::Retryable, format!("HTTP {status}, the service is in trouble"))
            }
            Ok(Answer { status, .. }) => (Outcome::Unknown, format!("HTTP {status}, which is not understood")),
            Err(Failure::NotSent) => (Outcome::Retryable, "the service was not reached: nothing was sent".to_owned()),
            Err(Failure::Lost) => (Outcome::Unknown, "no answer in time or a broken connection".to_owned()),
        };
        Report { outcome, provider: self.name.clone(), provider_id, detail }
    }
}

/// An address that a secret may be sent to: `https`, or this machine.
pub(super) fn address(name: &str, key: &'static str, text: &str) -> Result<Url, SetupError> {
    const HINT: &str = "Write it like https://host/path";
    let wrong = |reason: &str| SetupError { provider: name.to_owned(), key, reason: reason.to_owned(), hint: HINT };
    let url = Url::parse(text.trim()).map_err(|_| wrong("it is no address"))?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() || !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(host)) {
        return Err(wrong("it must begin with https://, for a secret goes there"));
    }
    Ok(url)
}
