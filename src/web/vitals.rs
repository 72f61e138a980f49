//! What does the process know of its own health? Written by `wire` as things end, read by `ready` and `metrics`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// The labels of one line of metrics. Never personal data.
pub(super) type Labels = Vec<(&'static str, String)>;

/// The process's own health. Shared; its parts are counted for as long as the process lives.
#[derive(Debug, Default)]
pub struct Vitals {
    turn: Mutex<Option<DateTime<Utc>>>,
    jobs: Mutex<BTreeMap<&'static str, JobRuns>>,
    /// When the database was last written for a trial, and whether that worked. Held while it is tried.
    pub(super) trial: tokio::sync::Mutex<Option<(DateTime<Utc>, bool)>>,
    /// The requests of providers, by kind and result.
    pub(super) hooks: Family<Labels, Counter>,
}

/// How one job fared since the service began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct JobRuns {
    /// When it last came to a good end.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When it last came to any end.
    pub last_run_at: Option<DateTime<Utc>>,
    /// How often it came to a good end.
    pub succeeded: u64,
    /// How often it did not.
    pub failed: u64,
}

impl Vitals {
    /// The last finished turn.
    pub fn turn(&self) -> Option<DateTime<Utc>> {
        *lock(&self.turn)
    }

    /// Notes a finished turn.
    pub fn turn_finished(&self, at: DateTime<Utc>) {
        *lock(&self.turn) = Some(at);
    }

    /// Makes a job known before its first run, so that a job which never runs is seen.
    pub fn job_exists(&self, job: &'static str) {
        lock(&self.jobs).entry(job).or_default();
    }

    /// Notes the end of a job's run.
    pub fn job_ended(&self, job: &'static str, at: DateTime<Utc>, good: bool) {
        let mut jobs = lock(&self.jobs);
        let runs = jobs.entry(job).or_default();
        runs.last_run_at = Some(at);
        if good {
            runs.last_success_at = Some(at);
            runs.succeeded += 1;
        } else {
            runs.failed += 1;
        }
    }

    /// Every job, by name.
    pub(super) fn jobs(&self) -> BTreeMap<&'static str, JobRuns> {
        lock(&self.jobs).clone()
    }

    /// Counts a request of a provider.
    pub(super) fn hook(&self, kind: &'static str, result: &'static str) {
        self.hooks.get_or_create(&vec![("kind", kind.to_owned()), ("result", result.to_owned())]).inc();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
