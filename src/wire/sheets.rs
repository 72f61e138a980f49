//! What do the site's sheets elsewhere hold now? Asks for all of them at once, and starts a runtime only if there are any.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::clock::MachineClock;
use super::environment::Environment;
use crate::ports::Clock;
use crate::source::download::{DownloadSettings, Downloads};
use crate::source::google::{GoogleSettings, GoogleSheets, Proxies, Surroundings};
use crate::source::{Fetched, ScheduleSource, clock_ahead_s};

/// How long a reading may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hurry {
    /// Somebody is on the telephone.
    Page,
    /// Nobody waits for the answer by the second.
    No,
}

/// What was read, or why not, for people.
pub(super) type Read = Result<Reading, String>;

/// What was read.
pub(super) struct Reading {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// By how many seconds the clock of this machine runs ahead of the server's that answered, where they are too far
    /// apart; negative when it runs behind.
    pub clock_ahead_s: Option<i64>,
}

impl From<Vec<u8>> for Reading {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, clock_ahead_s: None }
    }
}

/// What this process knows about reaching Google.
pub(super) fn surroundings(folder: &Path, environment: &Environment) -> Surroundings {
    Surroundings {
        folder: folder.to_owned(),
        key_file: environment.google_key_file.clone(),
        proxies: Proxies { https: environment.https_proxy.clone(), no: environment.no_proxy.clone() },
    }
}

/// How sheets elsewhere are reached.
#[derive(Clone, Copy)]
pub(super) struct Reaching<'a> {
    /// `[google]`.
    pub google: &'a GoogleSettings,
    /// `[download]`.
    pub download: &'a DownloadSettings,
    /// What the process knows.
    pub surroundings: &'a Surroundings,
    /// How long it may take.
    pub hurry: Hurry,
}

/// What each source holds, in order. Files on this machine are not asked for here.
pub(super) fn read(sources: &[&ScheduleSource], reaching: Reaching<'_>) -> Vec<Read> {
    if sources.is_empty() {
        return Vec::new();
    }
    let all_failed = |reason: &str| sources.iter().map(|_| Err(reason.to_owned())).collect();
    // A thread of its own: the caller may be inside another runtime, which must not be blocked by a second one.
    let read = std::thread::scope(|scope| {
        let reading = scope.spawn(|| -> Result<_, String> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| format!("the program cannot start its network: {error}"))?;
            Ok(runtime.block_on(read_all(sources, reaching)))
        });
        reading.join().unwrap_or_else(|_| Err("reading the sheet met a defect of page-oncall".to_owned()))
    });
    read.unwrap_or_else(|reason| all_failed(&reason))
}

async fn read_all(sources: &[&ScheduleSource], reaching: Reaching<'_>) -> Vec<Read> {
    let Reaching { google, download, surroundings, hurry } = reaching;
    let limit = |page_s: u64, usual_s: u64| Duration::from_secs(if hurry == Hurry::Page { page_s } else { usual_s });
    let google_limit = limit(google.page_timeout_s, google.timeout_s);
    let download_limit = limit(download.page_timeout_s, download.timeout_s);
    let has_sheets = sources.iter().any(|source| matches!(source, ScheduleSource::Sheets(_)));
    let sheets = if has_sheets {
        let made = GoogleSheets::new(google, surroundings).await;
        Some(made.map(Arc::new).map_err(|failure| failure.to_string()))
    } else {
        None
    };
    let downloads = Downloads::new(download, &surroundings.folder).map(Arc::new).map_err(|failure| failure.to_string());
    let tasks: Vec<_> = sources
        .iter()
        .map(|source| {
            let (source, sheets, downloads) = ((*source).clone(), sheets.clone(), downloads.clone());
            let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
            tokio::spawn(async move {
                let fetched = match (source, sheets) {
                    (ScheduleSource::Sheets(address), Some(sheets)) => {
                        sheets?.read(&address, google_limit, random).await.map_err(|failure| failure.to_string())?
                    }
                    (ScheduleSource::Download(address), _) => downloads?
                        .read(&address, download_limit, random)
                        .await
                        .map_err(|failure| failure.to_string())?,
                    (ScheduleSource::Csv(_) | ScheduleSource::Sheets(_), _) => return Err("it was not read".to_owned()),
                };
                Ok(reading(fetched))
            })
        })
        .collect();
    let mut read = Vec::with_capacity(tasks.len());
    for task in tasks {
        read.push(task.await.unwrap_or_else(|_| Err("reading the sheet met a defect of page-oncall".to_owned())));
    }
    read
}

/// What was fetched, with the clocks compared at once.
fn reading(fetched: Fetched) -> Reading {
    let here = MachineClock::real().now();
    let clock_ahead_s = fetched.answered_at.and_then(|there| clock_ahead_s(here, there));
    Reading { bytes: fetched.bytes, clock_ahead_s }
}
