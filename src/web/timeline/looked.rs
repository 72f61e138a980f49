//! What is shown of a schedule? The newest reading from memory, or a kept version, and what the newest says otherwise.

use std::sync::Arc;

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;

use super::asked::{Asked, Known};
use crate::civil::{Interval, start_of_day};
use crate::desk::gaps::Desks;
use crate::desk::shifts::Timetable;
use crate::ports::Sighting;
use crate::schedule::difference::{Change, difference};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::Plan;
use crate::web::{Current, House};
use crate::wording::timeline_page as words;

/// How many versions are listed.
const VERSIONS: u32 = 30;
/// How far ahead of the present changes are looked for, beyond the days shown.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// What the page shows.
pub(super) struct Looked {
    /// The schedule's name in the settings.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Every schedule: name and title.
    pub all: Vec<(String, String)>,
    /// The site's zone.
    pub zone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The version that is shown; `None` when none can be.
    pub shown: Option<Shown>,
    /// Why none can be shown, or not the one that was asked for.
    pub trouble: Vec<String>,
    /// The versions that are kept, the newest first.
    pub versions: Vec<Sighting>,
    /// The id of the spreadsheet, where the source is one.
    pub spreadsheet: Option<String>,
}

/// The version that is shown.
pub(super) struct Shown {
    /// What was read.
    pub loaded: Arc<LoadedSchedule>,
    /// When its source was last found to say this.
    pub read_at: DateTime<Utc>,
    /// Its timeline in the days asked for; `None` when the sheet cannot be used.
    pub plan: Option<Plan>,
    /// Set when it is another version than the newest.
    pub then: Option<Then>,
}

/// What another version has that the newest has not.
pub(super) struct Then {
    /// The time that was asked for.
    pub known: Known,
    /// What the newest version says otherwise, as far as it lies in the days shown.
    pub within: Vec<Change>,
    /// The rest of it, up to a year ahead.
    pub elsewhere: Vec<Change>,
    /// Whether both versions could be compared.
    pub is_compared: bool,
}

impl Looked {
    /// Gathers what is shown.
    pub(super) async fn at(house: &House, current: &Current, name: &str, asked: &Asked, now: DateTime<Utc>) -> Self {
        let settings = &current.site.settings;
        let readings = house.sheets.latest();
        let title = |name: &str| {
            let of_settings = settings.schedules.get(name).and_then(|schedule| schedule.title.clone());
            of_settings.unwrap_or_else(|| name.to_uppercase())
        };
        let newest = readings.find(name);
        let mut trouble = Vec::new();
        let mut shown = newest.map(|kept| Shown {
            plan: plan(&kept.loaded, asked.window, current),
            loaded: Arc::clone(&kept.loaded),
            read_at: kept.read_at,
            then: None,
        });
        if let (Some(known), Some(newest)) = (asked.known_at, newest) {
            match house.sheets.known_at(name, known.at).await {
                Ok(loaded) => {
                    let then = Then::new(known, &loaded, &newest.loaded, asked, now);
                    let plan = plan(&loaded, asked.window, current);
                    shown = Some(Shown { read_at: loaded.read_at, loaded: Arc::new(loaded), plan, then: Some(then) });
                }
                Err(unread) => trouble.push(words::not_kept(&unread.message, unread.hint.as_deref())),
            }
        }
        if shown.is_none() {
            trouble.push(words::NOT_READ_YET.to_owned());
        }
        let versions = current.snapshots.sightings(name, VERSIONS).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the kept versions of a sheet cannot be listed");
            trouble.push(words::VERSIONS_UNKNOWN.to_owned());
            Vec::new()
        });
        Self {
            name: name.to_owned(),
            title: title(name),
            all: settings.schedules.keys().map(|name| (name.clone(), title(name))).collect(),
            zone: current.site.zone,
            now,
            shown,
            trouble,
            versions,
            spreadsheet: settings.schedules.get(name).and_then(|schedule| spreadsheet(&schedule.source)),
        }
    }
}

impl Then {
    fn new(known: Known, then: &LoadedSchedule, newest: &LoadedSchedule, asked: &Asked, now: DateTime<Utc>) -> Self {
        let (Ok(before), Ok(after)) = (&then.schedule, &newest.schedule) else {
            return Self { known, within: Vec::new(), elsewhere: Vec::new(), is_compared: false };
        };
        let start = asked.window.start().min(known.at);
        let wide = Interval::new(start, asked.window.end().max(now + AHEAD)).unwrap_or(asked.window);
        let changes = difference(before, after, wide);
        let is_within = |change: &Change| change.interval.intersection(&asked.window).is_some();
        let (within, elsewhere) = changes.into_iter().partition(is_within);
        Self { known, within, elsewhere, is_compared: true }
    }
}

/// The timeline of one schedule.
pub(super) fn plan(loaded: &LoadedSchedule, window: Interval, current: &Current) -> Option<Plan> {
    let site = &current.site;
    let timetable = Timetable::new(std::slice::from_ref(loaded), window, site.zone, Desks::of(site)).ok()?;
    timetable.planned.into_iter().next().and_then(|(_, plan)| plan)
}

/// The id of `sheets:ID/…`, where it can stand in an address.
fn spreadsheet(source: &str) -> Option<String> {
    let rest = source.strip_prefix("sheets:")?.trim_start();
    let id = rest.split(['/', '!']).next().map(str::trim)?;
    let is_id = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-');
    (!id.is_empty() && id.bytes().all(is_id)).then(|| id.to_owned())
}

/// The days of which a calendar program is told: thirty behind and a year ahead.
pub(super) fn calendar_window(zone: Tz, now: DateTime<Utc>) -> Option<Interval> {
    let today = now.with_timezone(&zone).date_naive();
    let (first, last) = (today.checked_sub_days(Days::new(30))?, today.checked_add_months(chrono::Months::new(12))?);
    Interval::new(start_of_day(zone, first), start_of_day(zone, last))
}
