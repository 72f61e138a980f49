//! What does a face get when it asks for a schedule? The schedule or why there is none, and how old the reading is.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::coverage::Coverage;
use super::difference::Change;
use super::on_call::{OnCall, Status};
use super::problem::Problem;
use super::resolve::Schedule;
use super::tabs::UnderstoodTab;
use super::version::SheetVersion;

/// A schedule as it was read, with the age of the reading (contract 3).
#[derive(Debug, Clone)]
pub struct LoadedSchedule {
    /// The name in the settings.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The schedule, or what kept the sheet from being used.
    pub schedule: Result<Schedule, Vec<Problem>>,
    /// How the sheet was understood, for `explain`; `None` when it could not be used.
    pub understood: Option<Understood>,
    /// When the sheet was read.
    pub read_at: DateTime<Utc>,
    /// Since when the source says what it says, as far as that is known: a file's last change, when a kept version was
    /// first seen, else the reading.
    pub changed_at: DateTime<Utc>,
    /// How long ago the sheet was read, in seconds.
    pub age_s: i64,
    /// Whether this is the saved copy because the source could not be read or used.
    pub from_cache: bool,
    /// Whether the reading is older than the site allows.
    pub stale: bool,
    /// The hours in which a missing person is a gap.
    pub coverage: Coverage,
    /// SHA-256 of the kept copy that answers, in hexadecimal; empty where the source itself does, or nothing can.
    pub kept_sha256: String,
    /// Where the reading comes from.
    pub provenance: Provenance,
}

/// Where a reading comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// What was read from the source just now, to be kept; `None` when a kept copy answers, or nothing can.
    pub version: Option<Arc<SheetVersion>>,
    /// Why the source could not be used, when the last good copy answers instead.
    pub fault: Vec<Problem>,
    /// Set when the answer is asked from the version that was in force at that instant, not from the newest.
    pub known_at: Option<DateTime<Utc>>,
    /// By how many seconds the clock of this machine runs ahead of the one of the server that answered, where they are
    /// too far apart (domain 6 row 44); negative when it runs behind. Never set by a kept copy.
    pub clock_ahead_s: Option<i64>,
    /// That the people on call now were changed in the sheet just now; found out at page time only.
    pub edit: Option<Edit>,
}

/// An edit that was made while a page is made (domain 6 row 43).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// When the version before it was last seen.
    pub last_seen: DateTime<Utc>,
    /// What it changes for the present, at least one.
    pub changes: Vec<Change>,
}

/// How a sheet was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// Every tab and file that was read, those of overrides last.
    pub tabs: Vec<UnderstoodTab>,
}

impl LoadedSchedule {
    /// Who is on call at `at`; of an unusable schedule, that nobody can tell.
    pub fn on_call(&self, at: DateTime<Utc>) -> OnCall {
        match &self.schedule {
            Ok(schedule) => schedule.on_call(at),
            Err(_) => {
                OnCall { at, status: Status::Unusable, people: Vec::new(), required: Vec::new(), next: None, gap: None }
            }
        }
    }

    /// SHA-256 of what was read, in hexadecimal; empty when nothing was.
    pub fn snapshot(&self) -> &str {
        self.provenance.version.as_deref().map_or(&self.kept_sha256, SheetVersion::sha256)
    }

    /// What is wrong in the sheet's data.
    pub fn problems(&self) -> &[Problem] {
        match &self.schedule {
            Ok(schedule) => schedule.problems(),
            Err(problems) => problems,
        }
    }
}
