//! How is the service asked? One request at a time, again where that is safe, and never longer than the call may take.
//!
//! Looking is safe to repeat; what acts carries a key of its own, so that the service does it once.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, Url, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::super::clock::MachineClock;
use crate::cli::arguments::Format;
use crate::desk::error::{CommandError, Exit};
use crate::ports::Clock as _;
use crate::source::trust;

/// How long one request may take.
const ONE: Duration = Duration::from_secs(35);
/// How long is waited before another try, at first and at most.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What an answer is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Words for people.
    Words,
    /// JSON.
    Json,
}

impl Wanted {
    /// What a format wants.
    pub(super) fn of(format: Format) -> Self {
        if format == Format::Json { Self::Json } else { Self::Words }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Words => "text/plain",
            Self::Json => "application/json",
        }
    }
}

/// A service on another machine.
pub(in crate::wire) struct Server {
    base: Url,
    token: SecretString,
    client: Client,
    within: Duration,
}

/// What it answered.
pub(super) struct Answer {
    pub(super) body: String,
    pub(super) exit: Exit,
    /// Where a list goes on.
    pub(super) next: Option<String>,
}

/// A problem document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    detail: String,
    hint: Option<String>,
    fields: Vec<WrongField>,
}

#[derive(Debug, Deserialize)]
struct WrongField {
    name: String,
    detail: String,
}

/// Why a try gave no answer.
struct Failed {
    error: CommandError,
    /// Whether another try may fare better, and from when.
    again_after: Option<Duration>,
}

impl Server {
    /// Prepares the way; asks nothing.
    pub(super) fn new(
        base: Url,
        token: SecretString,
        root: Option<&[u8]>,
        within_s: u32,
    ) -> Result<Self, CommandError> {
        let wrong = |reason: String| {
            CommandError::usage(format!("the way to {base} cannot be prepared: {reason}")).hint("see [server]")
        };
        let mut client = Client::builder()
            .user_agent(concat!("page-oncall/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(Duration::from_secs(5))
            .timeout(ONE);
        if base.scheme() == "https" {
            client = client.tls_backend_preconfigured(trust::client(root).map_err(wrong)?);
        } else {
            // Only this machine is reached in the open, and by no proxy. A client needs its TLS prepared all the same.
            crate::delivery::install_tls();
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| wrong(error.to_string()))?;
        Ok(Self { base, token, client, within: Duration::from_secs(within_s.into()) })
    }

    /// Looks.
    pub(super) async fn get(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
        wanted: Wanted,
    ) -> Result<Answer, CommandError> {
        let mut url = self.url(path);
        for (name, value) in query.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            url.query_pairs_mut().append_pair(name, value);
        }
        self.patiently(|| self.request(Method::GET, url.clone(), wanted)).await
    }

    /// Acts, once.
    pub(super) async fn post(&self, path: &str, body: &Value, wanted: Wanted) -> Result<Answer, CommandError> {
        let key = uuid::Uuid::new_v4().to_string();
        let (url, body) = (self.url(path), body.to_string());
        let request = || {
            self.request(Method::POST, url.clone(), wanted)
                .header("Idempotency-Key", &key)
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone())
        };
        self.patiently(request).await
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let below = url.path().trim_end_matches('/').to_owned();
        url.set_query(None);
        url.set_fragment(None);
        url.set_path(&format!("{below}/api/v1/{path}"));
        url
    }

    fn request(&self, method: Method, url: Url, wanted: Wanted) -> RequestBuilder {
        let request = self.client.request(method, url).header(header::ACCEPT, wanted.kind());
        request.bearer_auth(self.token.expose_secret())
    }

    /// Tries until there is an answer, or another try is of no use or too late.
    async fn patiently(&self, request: impl Fn() -> RequestBuilder) -> Result<Answer, CommandError> {
        let clock = MachineClock::real();
        let begun = clock.now();
        let mut pause = PAUSE;
        loop {
            let failed = match self.once(request()).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let wait = failed.again_after.map(|wait| wait.max(pause));
            let Some(wait) =
                wait.filter(|wait| (clock.now() - begun).to_std().unwrap_or_default() + *wait < self.within)
            else {
                return Err(failed.error);
            };
            tracing::info!("{}; trying again", failed.error.message);
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self, request: RequestBuilder) -> Result<Answer, Failed> {
        let lost = |error: reqwest::Error| Failed {
            error: self.unreachable(&reason(error)),
            again_after: Some(Duration::ZERO),
        };
        let answer = request.send().await.map_err(lost)?;
        let status = answer.status();
        let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let exit = exit(text("page-oncall-exit").as_deref());
        let next = text("link").as_deref().and_then(cursor);
        let again_after = text("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let is_ours = text("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"));
        let body = answer.text().await.map_err(lost)?;
        if status.is_success() {
            return Ok(Answer { body, exit, next });
        }
        if !is_ours {
            let reason = format!("HTTP {}, which is no answer of page-oncall", status.as_u16());
            let again_after = status.is_server_error().then_some(Duration::ZERO);
            return Err(Failed { error: self.unreachable(&reason), again_after });
        }
        let told: Told = serde_json::from_str(&body).unwrap_or_default();
        let retry =
            matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::CONFLICT);
        Err(Failed { error: problem(status, told), again_after: again_after.filter(|_| retry) })
    }

    fn unreachable(&self, reason: &str) -> CommandError {
        let host = self.base.host_str().unwrap_or_default();
        CommandError::could_not_tell(format!("the service at {host} cannot be reached: {reason}")).hint(
            "this machine knows neither who is on call nor how pages stand; if a case cannot wait, ask HD leadership by \
             phone, and look at the service's machine",
        )
    }
}

/// What is at the bottom of an error: its outermost words only say that something failed.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut deepest: &dyn std::error::Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// The exit code that the service tells.
fn exit(text: Option<&str>) -> Exit {
    match text {
        Some("1") => Exit::Finding,
        Some("2") => Exit::WrongUsage,
        Some("3") => Exit::CouldNotTell,
        _ => Exit::Done,
    }
}

/// The cursor of a `Link` header.
fn cursor(link: &str) -> Option<String> {
    let address = link.strip_prefix('<')?.split('>').next()?;
    let query = address.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix("cursor=")).map(str::to_owned)
}

fn problem(status: StatusCode, told: Told) -> CommandError {
    let Told { detail, hint, fields } = told;
    let wrong: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name, field.detail)).collect();
    let message = if wrong.is_empty() { detail } else { wrong.join("\n") };
    let error = match status.as_u16() {
        404 | 409 => CommandError::finding(message),
        400..=428 => CommandError::usage(message),
        _ => CommandError::could_not_tell(message),
    };
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
