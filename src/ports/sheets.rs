//! What do the schedules say, for a face that many look at? The last reading of each, kept fresh, and readings on demand.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Pending;
use crate::schedule::loaded::LoadedSchedule;

/// A schedule as it was last read, by whichever reading.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What was read.
    pub loaded: Arc<LoadedSchedule>,
    /// When its source was last found to say this. It grows while the reading itself stays.
    pub read_at: DateTime<Utc>,
}

impl Kept {
    /// How long ago the source was found to say this, in seconds; never below zero.
    pub fn age_s(&self, now: DateTime<Utc>) -> i64 {
        (now - self.read_at).num_seconds().max(0)
    }
}

/// The last reading of every schedule, in the order of the settings. Empty until the first reading has ended.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// One entry a schedule.
    pub schedules: Vec<Kept>,
    /// Grows whenever what any schedule says is different.
    pub version: u64,
}

impl Readings {
    /// The schedule of that name.
    pub fn find(&self, name: &str) -> Option<&Kept> {
        self.schedules.iter().find(|kept| kept.loaded.name == name)
    }
}

/// Why a schedule cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unread {
    /// What happened, and where.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// The schedules of the house.
pub trait Sheets: Send + Sync {
    /// The last readings. Costs nothing.
    fn latest(&self) -> Arc<Readings>;
    /// Reads one schedule now, as fast as somebody on the telephone needs it, and keeps the version for the page that is
    /// based on it.
    fn for_page<'a>(&'a self, name: &'a str, now: DateTime<Utc>) -> Pending<'a, Result<LoadedSchedule, Unread>>;
    /// One schedule as it stood at `at`, from the versions that were kept.
    fn known_at<'a>(&'a self, name: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<LoadedSchedule, Unread>>;
}
