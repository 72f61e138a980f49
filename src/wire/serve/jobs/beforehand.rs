//! Whom does the service ask and tell before a night? What `drill --due`, `drill --report --mail` and `handoff` do, where the
//! settings switch it on.
//!
//! What is due is found out anew each time and nothing is done twice, so these runs need no memory of their own.

use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::runtime::Handle;

use super::super::super::load::Loaded;
use super::super::super::sheets::Hurry;
use super::super::super::{drill, handoff};
use super::Jobs;
use crate::desk::error::{CommandError, Exit};
use crate::site::Site;
use crate::site::proof::HandoffWhen;

/// How often it is looked whether something is due.
const EVERY: TimeDelta = TimeDelta::minutes(5);

/// One of these jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    /// Asks whoever begins tomorrow.
    Readiness,
    /// Writes about those who did not confirm.
    Letters,
    /// Tells people that they begin, and what is left open.
    Handoff,
}

/// Starts them all; they end with the runtime.
pub(super) fn start(jobs: &Jobs) {
    for job in [Job::Readiness, Job::Letters, Job::Handoff] {
        tokio::spawn(forever(job, jobs.clone()));
    }
}

async fn forever(job: Job, jobs: Jobs) {
    let mut last: Option<DateTime<Utc>> = None;
    loop {
        let (loaded, now) = (jobs.loaded(), jobs.clock.now());
        let due = last.map_or(now, |last| last + EVERY);
        // A clock that was set back must not put the next run off.
        if job.is_wanted(&loaded.site) && (due <= now || last.is_some_and(|last| last > now)) {
            last = Some(now);
            jobs.vitals.job_exists(job.name());
            let with = jobs.clone();
            jobs.run(job.name(), move |runtime| job.work(&with, &loaded, runtime)).await;
        } else {
            jobs.sleep(if due > now { due } else { now + EVERY }).await;
        }
    }
}

impl Job {
    fn name(self) -> &'static str {
        match self {
            Self::Readiness => "readiness",
            Self::Letters => "readiness-letters",
            Self::Handoff => "handoff",
        }
    }

    fn is_wanted(self, site: &Site) -> bool {
        let (proof, handoff) = (&site.settings.proof, &site.settings.handoff);
        let has_readers = || {
            let mut schedules = site.settings.schedules.values();
            !proof.supervisors.is_empty() || schedules.any(|schedule| !schedule.owners.is_empty())
        };
        match self {
            Self::Readiness => proof.readiness,
            Self::Letters => proof.readiness && has_readers(),
            Self::Handoff => handoff.when != HandoffWhen::Off || handoff.end_note,
        }
    }

    /// One run; whether everybody who was due was asked or told, and every schedule could be used.
    fn work(self, jobs: &Jobs, loaded: &Loaded, runtime: &Handle) -> Result<bool, CommandError> {
        let face = jobs.face(loaded);
        let schedules = loaded.schedules(None, face.now, Hurry::No)?;
        let (stores, environment) = (jobs.stores.clone(), &jobs.environment);
        let engine = jobs.current.borrow().engine.clone();
        // What is said about a run is for whoever asks for it.
        let mut out = io::sink();
        let exit = runtime.block_on(async {
            match self {
                Self::Readiness => drill::due(&schedules, stores, &engine, loaded, face, &mut out).await,
                Self::Letters => drill::letters(&schedules, stores, environment, loaded, face, &mut out).await,
                Self::Handoff => handoff::tell(&schedules, stores, false, environment, loaded, face, &mut out).await,
            }
        })?;
        Ok(exit == Exit::Done)
    }
}
