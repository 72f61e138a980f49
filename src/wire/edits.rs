//! Is somebody editing the sheet while a page is made (domain 6 row 43)? Then it is read once more, and both answers show.
//!
//! Only at page time, and only where the edit concerns who is on call now. Nothing here may hold up or fail the page.

use chrono::{DateTime, TimeDelta, Utc};

use super::clock::MachineClock;
use super::load::Loaded;
use super::memory;
use super::sheets::Hurry;
use crate::civil::Interval;
use crate::ports::{Clock, Snapshot};
use crate::schedule::Schedule;
use crate::schedule::difference::{Change, difference};
use crate::schedule::loaded::{Edit, LoadedSchedule};

/// How long an edit counts as being made.
const JUST_NOW: TimeDelta = TimeDelta::minutes(2);

/// The schedule that was just read, read once more when it has just been changed for `at`; it then says what it said
/// before, if it still differs.
pub(super) fn watched(loaded: &Loaded, found: LoadedSchedule, at: DateTime<Utc>) -> LoadedSchedule {
    let now = MachineClock::real().now();
    let Some(kept) = before(loaded, &found, now) else { return found };
    let understood = loaded.understand(&found.name, &kept.version, now, Vec::new());
    let Ok((earlier, _)) = understood else { return found };
    if differing(&earlier, &found, at).is_empty() {
        return found;
    }
    tracing::info!(schedule = found.name, "who is on call was changed just now; the sheet is read once more");
    let again = loaded.schedules(Some(&found.name), now, Hurry::Page).ok().and_then(|mut read| read.pop());
    // A second reading that fails takes nothing away from the first.
    let mut newest = again.filter(|again| again.provenance.version.is_some()).unwrap_or(found);
    let changes = differing(&earlier, &newest, at);
    newest.provenance.edit = (!changes.is_empty()).then_some(Edit { last_seen: kept.last_seen, changes });
    newest
}

/// The version that the sheet had before, if what was read of it just now is new.
fn before(loaded: &Loaded, found: &LoadedSchedule, now: DateTime<Utc>) -> Option<Snapshot> {
    let version = found.provenance.version.as_ref()?;
    memory::before(loaded, &found.name, version.sha256(), now.checked_sub_signed(JUST_NOW)?)
}

/// How the people on call at `at` differ between both versions.
fn differing(earlier: &Schedule, later: &LoadedSchedule, at: DateTime<Utc>) -> Vec<Change> {
    let moment = at.checked_add_signed(TimeDelta::seconds(1)).and_then(|end| Interval::new(at, end));
    let (Ok(later), Some(moment)) = (&later.schedule, moment) else { return Vec::new() };
    difference(earlier, later, moment)
}
