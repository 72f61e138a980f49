//! What does the service do by the clock? Reads sheets, reports holes, deletes what is kept no longer; `beforehand` asks and
//! tells people.
//!
//! Each run has a thread of its own: one that fails, breaks or hangs is a log line and a number in the metrics, and never
//! holds up the engine or another job. What was due while the service was down is made up for once.

mod beforehand;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::super::adapters::Stores;
use super::super::environment::Environment;
use super::super::heartbeat;
use super::super::load::Loaded;
use super::super::sheets::Hurry;
use super::super::upkeep::{self, Report};
use super::kept_sheets::KeptSheets;
use crate::civil::{Interval, days_later};
use crate::cli::face::{Face, Format};
use crate::desk::error::CommandError;
use crate::desk::gaps;
use crate::ports::Clock;
use crate::web::{Current, Vitals};

/// Reads every sheet and keeps new versions.
const SYNC: &str = "sync";
/// Writes to the owners of schedules.
const GAPS: &str = "gaps";
/// Deletes what is kept no longer.
const PURGE: &str = "purge";
/// The notice that says which report was sent last.
const GAPS_SERVED: &str = "service/gaps";

/// How long a job sleeps at most, so that a clock that is set right is followed.
const NAP: TimeDelta = TimeDelta::seconds(30);
/// When a report that could not be sent whole is tried again.
const TRY_AGAIN: TimeDelta = TimeDelta::minutes(15);
/// How often what is kept no longer is deleted.
const PURGE_EVERY: TimeDelta = TimeDelta::hours(1);

/// What the jobs work with. A clone is the same.
#[derive(Clone)]
pub(super) struct Jobs {
    /// The site, as it was last read.
    pub loaded: watch::Receiver<Arc<Loaded>>,
    /// The engine in force is in it.
    pub current: watch::Receiver<Arc<Current>>,
    pub stores: Stores,
    /// Takes over what is read here.
    pub sheets: Arc<KeptSheets>,
    pub environment: Arc<Environment>,
    pub clock: Arc<dyn Clock>,
    pub vitals: Arc<Vitals>,
    /// The runs that there are now.
    pub running: Arc<Running>,
}

/// The runs that there are now, so that the service ends after them and not beneath them.
#[derive(Debug)]
pub(super) struct Running {
    count: watch::Sender<usize>,
    is_stopping: AtomicBool,
}

impl Default for Running {
    fn default() -> Self {
        Self { count: watch::Sender::new(0), is_stopping: AtomicBool::new(false) }
    }
}

impl Running {
    /// One more run, until what is given is dropped; `None` once the service stops.
    fn begin(self: &Arc<Self>) -> Option<Run> {
        // Counted before it is asked: whoever stops sees either the run, or no run.
        let run = Run(Arc::clone(self));
        self.count.send_modify(|count| *count += 1);
        (!self.is_stopping.load(Ordering::SeqCst)).then_some(run)
    }

    /// Lets no run begin from now on, and is ready when the last one has ended.
    pub(super) async fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
        let mut count = self.count.subscribe();
        drop(count.wait_for(|count| *count == 0).await);
    }
}

/// A run that has not ended.
struct Run(Arc<Running>);

impl Drop for Run {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Jobs {
    /// Starts them all; they end with the runtime.
    pub(super) fn start(&self) {
        for job in [SYNC, GAPS, PURGE] {
            self.vitals.job_exists(job);
        }
        tokio::spawn(self.clone().sync_forever());
        tokio::spawn(self.clone().gaps_forever());
        tokio::spawn(self.clone().purge_forever());
        beforehand::start(self);
    }

    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.borrow())
    }

    /// Sleeps until `at`, or for a nap.
    async fn sleep(&self, at: DateTime<Utc>) {
        let now = self.clock.now();
        self.clock.sleep_until(at.min(now + NAP)).await;
    }

    async fn sync_forever(self) {
        let mut last: Option<DateTime<Utc>> = None;
        loop {
            let (loaded, now) = (self.loaded(), self.clock.now());
            let every = TimeDelta::seconds(loaded.site.settings.serve.sync_every_s.into());
            let due = last.map_or(now, |last| last + every);
            // A clock that was set back must not put the next reading off.
            if !every.is_zero() && (due <= now || last.is_some_and(|last| last > now)) {
                last = Some(now);
                let jobs = self.clone();
                let whole = self.run(SYNC, move |runtime| jobs.sync(&loaded, runtime)).await;
                self.tell_heartbeat(whole).await;
            } else {
                self.sleep(due).await;
            }
        }
    }

    /// Reads every schedule, keeps what is new, and writes to those whom it concerns where that is wanted.
    fn sync(&self, loaded: &Loaded, runtime: &Handle) -> Result<bool, CommandError> {
        let face = self.face(loaded);
        let schedules = loaded.schedules(None, face.now, Hurry::No)?;
        self.sheets.took(&schedules);
        let wanted = loaded.site.settings.serve.sync_mail;
        let post = upkeep::post(wanted, loaded, &self.environment)?;
        let texts = upkeep::texts(wanted, loaded, &self.environment)?;
        let ways = upkeep::Ways { post: post.as_deref(), texts };
        // What is said about a change is for whoever asks for it; a service keeps it.
        let mut out = io::sink();
        let synced = upkeep::synced(&schedules, loaded, self.stores.clone(), ways, face, &mut out);
        Ok(runtime.block_on(synced)?.whole)
    }

    async fn gaps_forever(self) {
        let mut not_before: Option<DateTime<Utc>> = None;
        loop {
            let (loaded, now) = (self.loaded(), self.clock.now());
            let Some((due, next)) = loaded.site.settings.serve.reports(loaded.site.zone, now) else {
                self.sleep(now + NAP).await;
                continue;
            };
            if not_before.is_some_and(|then| now < then && then - now <= TRY_AGAIN) || self.is_served(due).await {
                self.sleep(not_before.filter(|then| *then > now).map_or(next, |then| next.min(then))).await;
                continue;
            }
            let jobs = self.clone();
            let whole = self.run(GAPS, move |runtime| jobs.gaps(&loaded, runtime)).await;
            self.tell_heartbeat(whole).await;
            if whole {
                self.serve(due).await;
                tracing::info!(job = GAPS, "the report is noted as made");
            }
            not_before = (!whole).then(|| self.clock.now() + TRY_AGAIN);
        }
    }

    /// Tells the heartbeat of a run that came to its end, as the verbs do.
    async fn tell_heartbeat(&self, whole: bool) {
        let loaded = self.loaded();
        let url = loaded.site.settings.heartbeat.as_ref().and_then(|settings| settings.url.as_ref());
        if let Some(url) = url.filter(|_| whole) {
            heartbeat::ping(url).await;
        }
    }

    /// Whether the report that was due at `due` was sent. On the very first start nothing was missed.
    async fn is_served(&self, due: DateTime<Utc>) -> bool {
        match self.stores.notices.told(GAPS_SERVED).await {
            Ok(Some(served)) => served >= stamp(due),
            Ok(None) => {
                self.serve(due).await;
                true
            }
            // Nothing can be kept now: a report would be sent again and again.
            Err(error) => {
                tracing::warn!(%error, "which report was sent last cannot be looked up");
                true
            }
        }
    }

    async fn serve(&self, due: DateTime<Utc>) {
        if let Err(error) = self.stores.notices.tell(GAPS_SERVED, &stamp(due), self.clock.now()).await {
            tracing::warn!(%error, "that a report was sent cannot be kept");
        }
    }

    /// Judges the days ahead, once for each length of days, and writes to the owners what is new.
    fn gaps(&self, loaded: &Loaded, runtime: &Handle) -> Result<bool, CommandError> {
        let (face, site) = (self.face(loaded), &loaded.site);
        let schedules = loaded.schedules(None, face.now, Hurry::No)?;
        let has_owners = site.settings.schedules.values().any(|schedule| !schedule.owners.is_empty());
        let post = upkeep::post(has_owners, loaded, &self.environment)?;
        let desks = gaps::Desks::of(site);
        let mut whole = true;
        for days in &site.settings.serve.gaps_days {
            let until = days_later(site.zone, face.now, u64::from(*days));
            let Some(window) = until.and_then(|until| Interval::new(face.now, until)) else { continue };
            let judged = gaps::judge(&schedules, face.zone, window, desks, false);
            let report = Report { judged: &judged, window, desks, mail: has_owners };
            let letters = post.as_deref().map(|post| (self.stores.clone(), post));
            let mut out = io::sink();
            let reported = upkeep::reported(&report, loaded, letters, face, &mut out);
            whole &= runtime.block_on(reported)?.whole;
        }
        Ok(whole)
    }

    async fn purge_forever(self) {
        loop {
            let loaded = self.loaded();
            let jobs = self.clone();
            self.run(PURGE, move |runtime| runtime.block_on(jobs.purge(&loaded))).await;
            let next = self.clock.now() + PURGE_EVERY;
            self.clock.sleep_until(next).await;
        }
    }

    /// Deletes what the settings keep no longer. Every kind of data that has its time is deleted here, and nowhere else
    /// in the service.
    async fn purge(&self, loaded: &Loaded) -> Result<bool, CommandError> {
        let now = self.clock.now();
        let keep = TimeDelta::try_days(i64::from(loaded.site.settings.store.keep_snapshots_days));
        if let Some(seen_before) = keep.and_then(|keep| now.checked_sub_signed(keep)) {
            let sightings = self.stores.snapshots.purge_snapshots(seen_before).await?;
            tracing::debug!(sightings, "old versions of sheets are deleted");
        }
        let access = upkeep::purge_access(self.stores.access.as_ref(), &loaded.site, now).await;
        let drafts = upkeep::purge_drafts(self.stores.drafts.as_ref(), now).await;
        Ok(upkeep::purge(self.stores.pages.as_ref(), &loaded.site, now).await && access && drafts)
    }

    /// Whole seconds, as the verbs have it.
    fn face(&self, loaded: &Loaded) -> Face {
        let now = self.clock.now();
        Face { zone: loaded.site.zone, now: now.with_nanosecond(0).unwrap_or(now), format: Format::Json }
    }

    /// One run, on a thread of its own; whether it came to a good end.
    async fn run(
        &self,
        job: &'static str,
        work: impl FnOnce(&Handle) -> Result<bool, CommandError> + Send + 'static,
    ) -> bool {
        let Some(run) = self.running.begin() else { return false };
        // The run ends with its thread, whether or not anybody awaits it.
        let work = move |runtime: &Handle| {
            let _until_the_end = run;
            work(runtime)
        };
        let good = match apart(job, work).await {
            Ok(Ok(whole)) => {
                tracing::info!(job, whole, "a job ended");
                whole
            }
            Ok(Err(error)) => {
                tracing::error!(job, %error, "a job failed; it runs again by its clock");
                false
            }
            Err(Broken) => {
                tracing::error!(job, "a job broke off, which is a defect; it runs again by its clock");
                false
            }
        };
        self.vitals.job_ended(job, self.clock.now(), good);
        good
    }
}

/// A run that panicked, or could not be started at all.
#[derive(Debug, PartialEq, Eq)]
struct Broken;

/// Does `work` on a thread of its own, with the runtime to wait on.
async fn apart<T: Send + 'static>(name: &str, work: impl FnOnce(&Handle) -> T + Send + 'static) -> Result<T, Broken> {
    let (tell, told) = oneshot::channel();
    let runtime = Handle::current();
    let body = move || {
        let ended = catch_unwind(AssertUnwindSafe(|| work(&runtime)));
        // Nobody listens any more when the service has ended meanwhile.
        let _heard = tell.send(ended);
    };
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(body);
    match (started, told.await) {
        (Ok(_), Ok(Ok(value))) => Ok(value),
        _ => Err(Broken),
    }
}

/// A moment as a text that sorts as it does.
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_breaks_is_told_from_work_that_fails() {
        assert_eq!(apart("a", |_| 7).await, Ok(7));
        assert_eq!(apart("b", |runtime| runtime.block_on(async { 8 })).await, Ok(8));
        let broken: Result<(), Broken> = apart("c", |_| panic!("a defect in a job")).await;
        assert_eq!(broken, Err(Broken));
    }
}
