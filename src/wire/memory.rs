//! What did a sheet say before? Its kept versions: for a source that fails, for "as it was known then", for calendars.
//!
//! An ordinary answer never comes here, from a file or from Google: it opens no database. A page does, to see whether the
//! sheet was changed just now. Each look has a thread and a
//! runtime of its own, because schedules are read both inside and outside of the program's runtime.

use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::adapters::{self, Stores};
use super::load::Loaded;
use crate::desk::error::CommandError;
use crate::ports::Snapshot;
use crate::schedule::version::SheetVersion;

/// The version of `schedule` seen last; `None` when none is kept, or none can be reached, which is logged.
pub(super) fn last_good(loaded: &Loaded, schedule: &str) -> Option<Snapshot> {
    apart(async {
        let Some(stores) = adapters::stores_to_read(loaded).await? else { return Ok(None) };
        Ok(stores.snapshots.latest(schedule).await?)
    })
    .unwrap_or_else(|error| {
        tracing::warn!(%error, schedule, "the last good copy of the sheet cannot be looked for");
        None
    })
}

/// The version of `schedule` before the one with this digest, when that one was first seen at or after `since` or never;
/// `None` otherwise, and when it cannot be told, which is logged.
pub(super) fn before(loaded: &Loaded, schedule: &str, sha256: &str, since: DateTime<Utc>) -> Option<Snapshot> {
    apart(async {
        let Some(stores) = adapters::stores_to_read(loaded).await? else { return Ok(None) };
        match stores.snapshots.latest(schedule).await? {
            Some(latest) if latest.version.sha256() == sha256 => {
                let just_before = latest.first_seen.checked_sub_signed(TimeDelta::milliseconds(1));
                match just_before.filter(|_| latest.first_seen >= since) {
                    Some(at) => Ok(stores.snapshots.known_at(schedule, at).await?),
                    None => Ok(None),
                }
            }
            other => Ok(other),
        }
    })
    .unwrap_or_else(|error| {
        tracing::warn!(%error, schedule, "whether the sheet was changed just now cannot be told");
        None
    })
}

/// The version of `schedule` that was in force at `at`.
pub(super) fn known_at(loaded: &Loaded, schedule: &str, at: DateTime<Utc>) -> Result<Option<Snapshot>, CommandError> {
    apart(async {
        let Some(stores) = adapters::stores_to_read(loaded).await? else { return Ok(None) };
        Ok(stores.snapshots.known_at(schedule, at).await?)
    })
}

/// Keeps what a page is based on. Nothing that fails here may hold up the page.
pub(super) async fn keep(stores: &Stores, versions: &[(String, Arc<SheetVersion>)], at: DateTime<Utc>) {
    for (schedule, version) in versions {
        if let Err(error) = stores.snapshots.saw(schedule, version, at).await {
            tracing::warn!(%error, schedule, "the sheet that the page is based on was not kept");
        }
    }
}

/// Runs `look` to its end on a thread of its own, wherever the caller stands.
fn apart<T: Send>(look: impl Future<Output = Result<T, CommandError>> + Send) -> Result<T, CommandError> {
    let lost = |what: &str| CommandError::could_not_tell(format!("the kept sheets cannot be looked at: {what}"));
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| lost(&error.to_string()))?;
        runtime.block_on(look)
    };
    std::thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|_| Err(lost("the look was broken off"))))
}
