//! What do the schedules say? `who`, `gaps` and `shifts` as the command line prints them, from the last readings.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::super::asker::Asker;
use super::super::problem::Problem;
use super::super::routes::{Need, Routes};
use super::super::{Current, House};
use super::answer::{Ready, wants_text};
use super::query::{Key, Kind, Query};
use super::trouble;
use crate::access::Right;
use crate::desk::blocked::Blocked;
use crate::desk::error::Exit;
use crate::desk::gaps::{self, Desks};
use crate::desk::reader::Reader;
use crate::desk::shifts::Timetable;
use crate::desk::{texts, window};
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::views::masked::{Masked, text as masked_text};
use crate::views::who::{Who, WhoSchedule};
use crate::wording::shifts::shifts as shifts_in_words;
use crate::wording::time::rfc3339;

const SCHEDULE: Key =
    Key { name: "schedule", about: "One schedule by its name in the settings; all when absent.", kind: Kind::Schedule };
const KNOWN_AT: Key =
    Key { name: "known_at", about: "Answer from the sheets as they stood at this time.", kind: Kind::Time };
const FROM: Key = Key { name: "from", about: "From when; absent means now.", kind: Kind::Time };
const TO: Key = Key { name: "to", about: "Until when; not together with days.", kind: Kind::Time };
const DAYS: Key = Key { name: "days", about: "For how many civil days.", kind: Kind::Days { most: 3660, default: 14 } };

/// What `who` can be asked.
pub(super) const WHO: [Key; 3] =
    [SCHEDULE, Key { name: "at", about: "The instant; absent means now.", kind: Kind::Time }, KNOWN_AT];
/// What `gaps` can be asked.
pub(super) const GAPS: [Key; 6] = [
    SCHEDULE,
    FROM,
    TO,
    DAYS,
    Key { name: "all_hours", about: "Judge every hour, not only those that need somebody.", kind: Kind::Flag },
    KNOWN_AT,
];
/// What `shifts` can be asked.
pub(super) const SHIFTS: [Key; 4] =
    [SCHEDULE, Key { about: "From when; absent means the beginning of today.", ..FROM }, TO, DAYS];

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let need = Need::Right(Right::Look);
    routes.get("/api/v1/who", need, who).get("/api/v1/gaps", need, gaps).get("/api/v1/shifts", need, shifts)
}

/// Whether numbers and addresses are hidden from whoever asks.
pub(super) fn is_masked(asker: &Asker) -> bool {
    !asker.caller.as_ref().is_some_and(|caller| caller.may(Right::SeeNumbers))
}

/// The present moment in whole seconds, as people ask about it.
pub(super) fn present(house: &House) -> DateTime<Utc> {
    let now = house.clock.now();
    now.with_nanosecond(0).unwrap_or(now)
}

async fn who(
    State(house): State<House>,
    asker: Asker,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (now, masked) = (present(&house), is_masked(&asker));
    let words = wants_text(&headers);
    if raw.is_none() && !words {
        return Ok(house.api.at_present(&house, now, masked).await?.to(&headers));
    }
    let query = Query::read(raw.as_deref(), &WHO)?;
    let current = house.current();
    let zone = current.site.zone;
    let sheets = sheets(&house, &current, &query, now).await?;
    let text = query.text("at").unwrap_or("now");
    let at = window::read(text, zone, now).map_err(|error| Problem::field("at", error.message))?;
    let blocked = blocked(&current).await;
    if words {
        let sheets: Vec<LoadedSchedule> = sheets.iter().map(Sheet::as_it_is).collect();
        let answers: Vec<_> = sheets.iter().map(|loaded| (loaded, loaded.on_call(at.at))).collect();
        let exit = texts::exit_of_statuses(answers.iter().map(|(_, answer)| answer.status));
        return Ok(told(texts::who(&answers, at, now, &blocked, zone), masked, exit)?.to(&headers));
    }
    Ok(who_at(&sheets, at.at, &blocked, masked, zone)?.to(&headers))
}

/// Who is on call at `at`.
pub(super) fn who_at(
    sheets: &[Sheet],
    at: DateTime<Utc>,
    blocked: &Blocked,
    masked: bool,
    zone: Tz,
) -> Result<Ready, Problem> {
    let schedules = sheets.iter().map(|sheet| {
        let mut entry = WhoSchedule::new(&sheet.loaded, &sheet.loaded.on_call(at), zone);
        (entry.read_at, entry.age_s, entry.stale) = (rfc3339(sheet.read_at, zone), sheet.age_s, sheet.stale);
        entry
    });
    let mut who = Who { at: rfc3339(at, zone), schedules: schedules.collect() }.marked(|phone| blocked.has(phone));
    if masked {
        who.mask();
    }
    let exit = texts::exit_of_statuses(who.schedules.iter().map(|schedule| schedule.status));
    Ready::of(&who, exit)
}

/// The words for people, without numbers where they may see none.
fn told(words: String, masked: bool, exit: Exit) -> Result<Ready, Problem> {
    Ready::text(if masked { masked_text(&words) } else { words }, exit)
}

async fn gaps(
    State(house): State<House>,
    asker: Asker,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::read(raw.as_deref(), &GAPS)?;
    let (current, now, masked) = (house.current(), present(&house), is_masked(&asker));
    let zone = current.site.zone;
    let window = window(&query, zone, now, |asked| asked.from_now(zone, now))?;
    let (sheets, blocked) = (sheets(&house, &current, &query, now).await?, blocked(&current).await);
    let (all_hours, words) = (query.flag("all_hours"), wants_text(&headers));
    let ready = apart(move || {
        let site = &current.site;
        let now_in_words: Vec<LoadedSchedule> =
            if words { sheets.iter().map(Sheet::as_it_is).collect() } else { Vec::new() };
        let loaded: Vec<&LoadedSchedule> = if words {
            now_in_words.iter().collect()
        } else {
            sheets.iter().map(|sheet| sheet.loaded.as_ref()).collect()
        };
        let judged = gaps::judge(loaded, zone, window, Desks::of(site), all_hours);
        let exit = gaps::exit(&judged);
        if words {
            return told(texts::gaps(&judged, window, &blocked, zone), masked, exit);
        }
        let mut view = gaps::view(&judged, window, &blocked, zone);
        for (entry, sheet) in view.schedules.iter_mut().zip(&sheets) {
            (entry.read_at, entry.age_s, entry.stale) = (rfc3339(sheet.read_at, zone), sheet.age_s, sheet.stale);
        }
        if masked {
            view.mask();
        }
        Ready::of(&view, exit)
    });
    Ok(ready.await?.to(&headers))
}

async fn shifts(
    State(house): State<House>,
    asker: Asker,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::read(raw.as_deref(), &SHIFTS)?;
    let (current, now, masked) = (house.current(), present(&house), is_masked(&asker));
    let zone = current.site.zone;
    let window = window(&query, zone, now, |asked| asked.from_today(zone, now))?;
    let (sheets, words) = (sheets(&house, &current, &query, now).await?, wants_text(&headers));
    let ready = apart(move || {
        let loaded = sheets.iter().map(|sheet| sheet.loaded.as_ref());
        let timetable =
            Timetable::new(loaded, window, zone, Desks::of(&current.site)).map_err(|error| trouble::asked(&error))?;
        if words {
            return told(shifts_in_words(window, &timetable.planned, zone), masked, timetable.exit());
        }
        let mut view = timetable.view();
        for (entry, sheet) in view.schedules.iter_mut().zip(&sheets) {
            (entry.read_at, entry.age_s, entry.stale) = (rfc3339(sheet.read_at, zone), sheet.age_s, sheet.stale);
        }
        if masked {
            view.mask();
        }
        Ready::of(&view, timetable.exit())
    });
    Ok(ready.await?.to(&headers))
}

/// Works on a thread of its own: a long window takes a while, and nobody else's request waits for it.
async fn apart(work: impl FnOnce() -> Result<Ready, Problem> + Send + 'static) -> Result<Ready, Problem> {
    let broke_off = |_| Err(Problem::unavailable("this answer met a defect of page-oncall"));
    tokio::task::spawn_blocking(work).await.unwrap_or_else(broke_off)
}

/// A schedule to answer from, and how old what it says is now.
pub(super) struct Sheet {
    loaded: Arc<LoadedSchedule>,
    read_at: DateTime<Utc>,
    age_s: i64,
    stale: bool,
}

impl Sheet {
    /// The schedule with its age at present.
    fn as_it_is(&self) -> LoadedSchedule {
        let Self { loaded, read_at, age_s, stale } = self;
        LoadedSchedule { read_at: *read_at, age_s: *age_s, stale: *stale, ..LoadedSchedule::clone(loaded) }
    }
}

/// The schedules that a query asks for, as they were last read or as they stood at `known_at`.
async fn sheets(house: &House, current: &Current, query: &Query, now: DateTime<Utc>) -> Result<Vec<Sheet>, Problem> {
    let site = &current.site;
    let wanted = query.text("schedule");
    let names = || site.settings.schedules.keys().filter(|name| wanted.is_none_or(|wanted| wanted == *name));
    if let Some(wanted) = wanted.filter(|_| names().next().is_none()) {
        let known: Vec<&str> = site.settings.schedules.keys().map(String::as_str).collect();
        return Err(Problem::not_found(format!("there is no schedule {wanted:?}"))
            .hint(Some(format!("the settings have: {}", known.join(", ")))));
    }
    let Some(known_at) = query.text("known_at") else { return latest(house, site, wanted, now) };
    let at = window::known_at(known_at, site.zone, house.clock.now())
        .map_err(|error| Problem::field("known_at", error.message))?;
    let mut sheets = Vec::new();
    for name in names() {
        let loaded = house.sheets.known_at(name, at).await.map_err(trouble::unread)?;
        let (read_at, age_s, stale) = (loaded.read_at, loaded.age_s, loaded.stale);
        sheets.push(Sheet { loaded: Arc::new(loaded), read_at, age_s, stale });
    }
    Ok(sheets)
}

/// The schedules as they were last read. One that was not read yet is not left out, as if it were not there.
pub(super) fn latest(
    house: &House,
    site: &Site,
    wanted: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Sheet>, Problem> {
    let readings = house.sheets.latest();
    let named = site.settings.schedules.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
    named
        .map(|(name, settings)| {
            let kept = readings.find(name).ok_or_else(|| trouble::not_read_yet(name))?;
            let age_s = kept.age_s(now);
            let limit_s = TimeDelta::hours(settings.warn_after_hours.into()).num_seconds();
            let stale = kept.loaded.stale || age_s > limit_s;
            Ok(Sheet { loaded: Arc::clone(&kept.loaded), read_at: kept.read_at, age_s, stale })
        })
        .collect()
}

/// Whose texts are blocked, as far as the page log tells: a log that cannot be read hides nobody who is on call.
pub(super) async fn blocked(current: &Current) -> Blocked {
    let reader = Reader { site: &current.site, store: Some(current.pages.as_ref()), technician: None };
    reader.blocked().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "whether anybody blocked texts cannot be told");
        Blocked::default()
    })
}

/// The instant of a key.
fn time(query: &Query, name: &str, zone: Tz, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Problem> {
    let read = |text| window::read(text, zone, now).map_err(|error| Problem::field(name, error.message));
    query.text(name).map(|text| read(text).map(|instant| instant.at)).transpose()
}

/// The window that a query asks for.
fn window(
    query: &Query,
    zone: Tz,
    now: DateTime<Utc>,
    read: impl FnOnce(window::Asked<'_>) -> Result<crate::civil::Interval, crate::desk::error::CommandError>,
) -> Result<crate::civil::Interval, Problem> {
    let (from, to) = (query.text("from"), query.text("to"));
    if to.is_some() && query.number("days").is_some() {
        return Err(Problem::field("days", "give to or days, not both"));
    }
    for name in ["from", "to"] {
        time(query, name, zone, now)?;
    }
    let asked = window::Asked { from, to, days: query.number("days").unwrap_or(14) };
    read(asked).map_err(|error| Problem::field(if to.is_some() { "to" } else { "days" }, error.message))
}
