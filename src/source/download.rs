//! How is an exported CSV read from its address? One GET within a limit of time and size, or a reason for people.
//!
//! `address` is what a source names; `failure` why there is no file. Redirects are followed to encrypted addresses only:
//! Google answers an export from another host. Nobody is logged in: what asks for a sign-in is refused with what to do.

mod address;
mod failure;

use std::path::Path;
use std::time::Duration;

use reqwest::header::{AGE, CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;

pub use address::CsvAddress;
pub use failure::DownloadFailure;

use super::patience::patiently;
use super::trouble::{answered_at, wait_of};
use super::{Fetched, trust};

/// The largest file that is taken: a sheet of on-call hours has some hundred KiB at most.
const MOST_BYTES: usize = 10 * 1_024 * 1_024;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;

/// `[download]`: how exported CSV files are fetched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DownloadSettings {
    /// How long a reading may take at page time, in seconds, all tries together.
    pub page_timeout_s: u64,
    /// How long it may take otherwise, in seconds, all tries together.
    pub timeout_s: u64,
    /// Root certificates in PEM that are trusted besides the system's.
    pub ca_file: Option<String>,
}

impl Default for DownloadSettings {
    fn default() -> Self {
        Self { page_timeout_s: 3, timeout_s: 20, ca_file: None }
    }
}

/// Fetches exported CSV files.
pub struct Downloads {
    settings: DownloadSettings,
    root: Option<Vec<u8>>,
}

impl Downloads {
    /// Checks the settings, whose files are relative to `folder`; asks nothing yet.
    pub fn new(settings: &DownloadSettings, folder: &Path) -> Result<Self, DownloadFailure> {
        let read = |file: &String| {
            let path = folder.join(file);
            std::fs::read(&path).map_err(|error| {
                DownloadFailure::Setup(format!("the ca_file {} cannot be read: {error}", path.display()))
            })
        };
        let root = settings.ca_file.as_ref().map(read).transpose()?;
        Ok(Self { settings: settings.clone(), root })
    }

    /// Reads the file at `from`.
    ///
    /// What may pass is asked again after a wait, within `limit` all in all; `random` spreads the waits of many programs
    /// that ask at once. The proxies of the environment are followed, but for this machine itself.
    pub async fn read(&self, from: &CsvAddress, limit: Duration, random: u64) -> Result<Fetched, DownloadFailure> {
        let client = self.client(from)?;
        patiently(limit, random, || once(&client, from)).await
    }

    fn client(&self, from: &CsvAddress) -> Result<Client, DownloadFailure> {
        let setup = DownloadFailure::Setup;
        let tls = trust::client(self.root.as_deref()).map_err(setup)?;
        let within_machine = from.url().scheme() == "http";
        let mut client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("page-oncall/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(self.settings.timeout_s))
            .retry(reqwest::retry::never())
            .redirect(Policy::custom(move |attempt| follow(attempt, within_machine)));
        if within_machine {
            client = client.no_proxy();
        }
        client.build().map_err(|error| setup(format!("the way to {} cannot be prepared: {error}", from.shown())))
    }
}

/// Follows a redirect unless it leads to a sign-in, leaves the encrypted web, or is one too many; the redirect itself is
/// the answer then.
fn follow(attempt: Attempt<'_>, within_machine: bool) -> reqwest::redirect::Action {
    let to = attempt.url();
    if !may_follow(to, within_machine) || address::is_sign_in(to) || attempt.previous().len() > MOST_REDIRECTS {
        return attempt.stop();
    }
    attempt.follow()
}

/// Whether a redirect may lead there: to encrypted addresses, and within this machine.
fn may_follow(to: &Url, within_machine: bool) -> bool {
    address::is_safe(to) && (to.scheme() == "https" || within_machine)
}

async fn once(client: &Client, from: &CsvAddress) -> Result<Fetched, DownloadFailure> {
    let sheet = from.shown();
    let failed = |error: reqwest::Error| DownloadFailure::of_error(&sheet, error);
    let mut answer = client.get(from.url().clone()).send().await.map_err(failed)?;
    refuse_status(&sheet, &answer)?;
    let kind = text_of(answer.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
    if kind.trim_start().starts_with("text/html") {
        return Err(DownloadFailure::SignIn { sheet });
    }
    let answered_at = answered_at(|name| text_of(answer.headers(), if name == "age" { AGE } else { DATE }.as_str()));
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| DownloadFailure::CutOff)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST_BYTES {
            return Err(DownloadFailure::TooLarge { sheet, most_mib: MOST_BYTES / 1_024 / 1_024 });
        }
    }
    Ok(Fetched { bytes, answered_at })
}

/// Every answer without a file has its reason.
fn refuse_status(sheet: &str, answer: &Response) -> Result<(), DownloadFailure> {
    let sheet = sheet.to_owned();
    let header = |name: reqwest::header::HeaderName| text_of(answer.headers(), name.as_str());
    let status = answer.status();
    Err(match status {
        StatusCode::OK => return Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            DownloadFailure::NotShared { sheet, status: status.as_u16() }
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => DownloadFailure::NotFound { sheet, status: status.as_u16() },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            let retry_after = header(RETRY_AFTER).and_then(|text| wait_of(text, header(DATE)));
            DownloadFailure::Busy { sheet, status: status.as_u16(), retry_after }
        }
        status if status.is_server_error() => {
            let retry_after = header(RETRY_AFTER).and_then(|text| wait_of(text, header(DATE)));
            DownloadFailure::Busy { sheet, status: status.as_u16(), retry_after }
        }
        status if status.is_redirection() => {
            let to = header(LOCATION).and_then(|to| answer.url().join(to).ok());
            let within_machine = answer.url().scheme() == "http";
            redirected(sheet, status.as_u16(), to.as_ref(), within_machine)
        }
        status => DownloadFailure::Refused { sheet, status: status.as_u16() },
    })
}

/// Why a redirect was not followed.
fn redirected(sheet: String, status: u16, to: Option<&Url>, within_machine: bool) -> DownloadFailure {
    match to {
        Some(to) if address::is_sign_in(to) => DownloadFailure::SignIn { sheet },
        Some(to) if !may_follow(to, within_machine) => {
            DownloadFailure::NotEncrypted { sheet, host: to.host_str().unwrap_or_default().to_owned() }
        }
        _ => DownloadFailure::Refused { sheet, status },
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
