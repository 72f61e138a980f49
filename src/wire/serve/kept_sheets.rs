//! How are the schedules of the service kept fresh? Files are watched, what is elsewhere is taken over from each reading.
//!
//! Behind `ports::sheets`: the board asks here and never waits for a sheet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use tokio::sync::watch;

use super::super::adapters::Stores;
use super::super::edits;
use super::super::load::{FileMark, Loaded};
use super::super::memory;
use super::super::sheets::Hurry;
use crate::desk::error::CommandError;
use crate::ports::sheets::{Kept, Readings, Sheets, Unread};
use crate::ports::{Clock, Pending};
use crate::schedule::loaded::LoadedSchedule;

/// How often files are looked at.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(2);
/// How often a sheet elsewhere is read where the settings want no regular reading.
const WITHOUT_SYNC: TimeDelta = TimeDelta::minutes(5);

/// What tells a change of a schedule's files.
type Marks = Option<Vec<FileMark>>;

/// The schedules as they were last read.
pub(super) struct KeptSheets {
    loaded: watch::Receiver<Arc<Loaded>>,
    stores: Stores,
    clock: Arc<dyn Clock>,
    latest: Mutex<Arc<Readings>>,
}

impl KeptSheets {
    /// Nothing read yet.
    pub(super) fn new(loaded: watch::Receiver<Arc<Loaded>>, stores: Stores, clock: Arc<dyn Clock>) -> Self {
        Self { loaded, stores, clock, latest: Mutex::default() }
    }

    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.borrow())
    }

    fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        now.with_nanosecond(0).unwrap_or(now)
    }

    /// Takes over what was just read, one schedule or all. Schedules that the settings no longer name are dropped.
    pub(super) fn took(&self, read: &[LoadedSchedule]) {
        let loaded = self.loaded();
        let names = loaded.site.settings.schedules.keys();
        self.change(|old| {
            let newest = |name: &String| {
                let new = read.iter().find(|loaded| loaded.name == *name);
                new.map(|new| Kept { loaded: Arc::new(new.clone()), read_at: new.read_at })
                    .or_else(|| old.find(name).cloned())
            };
            names.filter_map(newest).collect()
        });
    }

    /// Notes that a schedule's files still say the same.
    fn still(&self, name: &str, now: DateTime<Utc>) {
        self.change(|old| {
            let kept = |kept: &Kept| {
                let is_it = kept.loaded.name == name && !kept.loaded.from_cache && kept.loaded.schedule.is_ok();
                Kept { loaded: Arc::clone(&kept.loaded), read_at: if is_it { now } else { kept.read_at } }
            };
            old.schedules.iter().map(kept).collect()
        });
    }

    fn change(&self, change: impl FnOnce(&Readings) -> Vec<Kept>) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let schedules = change(&latest);
        let is_same = schedules.len() == latest.schedules.len()
            && schedules.iter().zip(&latest.schedules).all(|(new, old)| Arc::ptr_eq(&new.loaded, &old.loaded));
        let version = if is_same { latest.version } else { latest.version.wrapping_add(1) };
        *latest = Arc::new(Readings { schedules, version });
    }

    /// Reads what is new in files, and now and then what nobody else reads.
    pub(super) async fn keep_fresh(self: Arc<Self>) {
        let mut marks: BTreeMap<String, Marks> = BTreeMap::new();
        let mut settings = self.loaded();
        let mut elsewhere_at: Option<DateTime<Utc>> = None;
        loop {
            let loaded = self.loaded();
            if !Arc::ptr_eq(&loaded, &settings) {
                // Other settings may read the same bytes otherwise.
                marks.clear();
                elsewhere_at = None;
                settings = Arc::clone(&loaded);
            }
            let now = self.now();
            let is_read_by_sync = loaded.site.settings.serve.sync_every_s > 0;
            let is_due = elsewhere_at.is_none_or(|at| now - at >= WITHOUT_SYNC || at > now);
            for name in loaded.site.settings.schedules.keys() {
                let mark = loaded.files(name);
                let wanted = match (&mark, marks.get(name)) {
                    (None, _) => !is_read_by_sync && is_due,
                    (Some(_), before) => before != Some(&mark),
                };
                if !wanted {
                    if mark.is_some() {
                        self.still(name, now);
                    }
                    continue;
                }
                if mark.is_none() {
                    elsewhere_at = Some(now);
                }
                if self.read(&loaded, name, now).await {
                    marks.insert(name.clone(), mark);
                }
            }
            let now = self.clock.now();
            self.clock.sleep_until(now + LOOK_EVERY).await;
        }
    }

    /// Reads one schedule and takes it over; false when that broke off.
    async fn read(&self, loaded: &Arc<Loaded>, name: &str, now: DateTime<Utc>) -> bool {
        let (loaded, name) = (Arc::clone(loaded), name.to_owned());
        let read = tokio::task::spawn_blocking(move || loaded.schedules(Some(&name), now, Hurry::No)).await;
        match read {
            Ok(Ok(read)) => {
                self.took(&read);
                true
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "a schedule cannot be read");
                true
            }
            Err(_) => {
                tracing::error!("reading a schedule broke off, which is a defect");
                false
            }
        }
    }

    /// Does `look` on a thread that may wait.
    async fn apart(
        &self,
        look: impl FnOnce(&Loaded) -> Result<LoadedSchedule, CommandError> + Send + 'static,
    ) -> Result<LoadedSchedule, Unread> {
        let loaded = self.loaded();
        let looked = tokio::task::spawn_blocking(move || look(&loaded)).await;
        let broke_off = || CommandError::could_not_tell("reading the sheet met a defect of page-oncall");
        looked.unwrap_or_else(|_| Err(broke_off())).map_err(|error| Unread { message: error.message, hint: error.hint })
    }
}

fn the_only(mut found: Vec<LoadedSchedule>, name: &str) -> Result<LoadedSchedule, CommandError> {
    found.pop().ok_or_else(|| CommandError::usage(format!("there is no schedule {name:?}")))
}

impl Sheets for KeptSheets {
    fn latest(&self) -> Arc<Readings> {
        Arc::clone(&self.latest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn for_page<'a>(&'a self, name: &'a str, now: DateTime<Utc>) -> Pending<'a, Result<LoadedSchedule, Unread>> {
        Box::pin(async move {
            let (wanted, true_now) = (name.to_owned(), self.now());
            let read = self.apart(move |loaded| {
                let found = the_only(loaded.schedules(Some(&wanted), true_now, Hurry::Page)?, &wanted)?;
                Ok(edits::watched(loaded, found, now))
            });
            let read = read.await?;
            if let Some(version) = read.provenance.version.clone() {
                memory::keep(&self.stores, &[(name.to_owned(), version)], self.clock.now()).await;
            }
            self.took(std::slice::from_ref(&read));
            Ok(read)
        })
    }

    fn known_at<'a>(&'a self, name: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<LoadedSchedule, Unread>> {
        Box::pin(async move {
            let wanted = name.to_owned();
            self.apart(move |loaded| the_only(loaded.schedules_known_at(Some(&wanted), at)?, &wanted)).await
        })
    }
}
