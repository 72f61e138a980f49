//! What do the site's Google Sheets hold now? Asks for all of them at once, and starts a runtime only if there are any.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::environment::Environment;
use crate::source::google::{GoogleSettings, GoogleSheets, Proxies, SheetsAddress, Surroundings};

/// How long a reading may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hurry {
    /// Somebody is on the telephone.
    Page,
    /// Nobody waits for the answer by the second.
    No,
}

/// What this process knows about reaching Google.
pub(super) fn surroundings(folder: &Path, environment: &Environment) -> Surroundings {
    Surroundings {
        folder: folder.to_owned(),
        key_file: environment.google_key_file.clone(),
        proxies: Proxies { https: environment.https_proxy.clone(), no: environment.no_proxy.clone() },
    }
}

/// The bytes of each sheet, in order; an error is for people.
pub(super) fn read(
    addresses: &[&SheetsAddress],
    settings: &GoogleSettings,
    surroundings: &Surroundings,
    hurry: Hurry,
) -> Vec<Result<Vec<u8>, String>> {
    if addresses.is_empty() {
        return Vec::new();
    }
    let all_failed = |reason: &str| addresses.iter().map(|_| Err(reason.to_owned())).collect();
    // A thread of its own: the caller may be inside another runtime, which must not be blocked by a second one.
    let read = std::thread::scope(|scope| {
        let reading = scope.spawn(|| -> Result<_, String> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| format!("the program cannot start its network: {error}"))?;
            runtime.block_on(read_all(addresses, settings, surroundings, hurry))
        });
        reading.join().unwrap_or_else(|_| Err("reading the sheet met a defect of page-oncall".to_owned()))
    });
    read.unwrap_or_else(|reason| all_failed(&reason))
}

async fn read_all(
    addresses: &[&SheetsAddress],
    settings: &GoogleSettings,
    surroundings: &Surroundings,
    hurry: Hurry,
) -> Result<Vec<Result<Vec<u8>, String>>, String> {
    let limit = Duration::from_secs(match hurry {
        Hurry::Page => settings.page_timeout_s,
        Hurry::No => settings.timeout_s,
    });
    let google = GoogleSheets::new(settings, surroundings).await.map_err(|failure| failure.to_string())?;
    let google = Arc::new(google);
    let tasks: Vec<_> = addresses
        .iter()
        .map(|address| {
            let (google, address) = (Arc::clone(&google), (*address).clone());
            let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
            tokio::spawn(async move { google.read(&address, limit, random).await })
        })
        .collect();
    let mut read = Vec::with_capacity(tasks.len());
    for task in tasks {
        read.push(match task.await {
            Ok(answer) => answer.map_err(|failure| failure.to_string()),
            Err(_) => Err("reading the sheet met a defect of page-oncall".to_owned()),
        });
    }
    Ok(read)
}
