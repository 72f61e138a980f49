//! How does somebody's own calendar know who is on call? A link of their own, and the file that it gives.
//!
//! The link is asked for without a session: its token is the proof. Whoever brings a wrong one learns nothing, not even
//! which schedules there are.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, http::HeaderValue};
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::looked::calendar_window;
use crate::access::calendar::{CalendarKey, Claim, Holder, Origin};
use crate::access::{Right, Role};
use crate::civil::start_of_day;
use crate::desk::gaps::Desks;
use crate::desk::shifts::Timetable;
use crate::desk::weeks::today;
use crate::ports::StoreError;
use crate::schedule::loaded::LoadedSchedule;
use crate::web::acts::{self, Ended};
use crate::web::asker::Asker;
use crate::web::routes::{Need, Routes};
use crate::web::{Current, House, shell};

/// The name under which every schedule is given in one file.
pub(super) const ALL: &str = "all";
/// How a time stands in a header.
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.post("/schedules/{name}/calendar-link", Need::Right(Right::Look), make).get(
        "/calendar/{file}",
        Need::Nothing,
        give,
    )
}

/// What somebody has of a link.
pub(super) enum Link {
    /// They can have none.
    Never,
    /// None was made, or it was ended.
    None,
    /// This one.
    Made {
        /// Its token.
        token: String,
        /// Whom it is for.
        holder: Holder,
        /// When it was made.
        made_at: DateTime<Utc>,
        /// From when it is worth nothing; `None` when it lasts as long as its holder is known here.
        expires_at: Option<DateTime<Utc>>,
        /// The address of the house as the person reached it.
        base: String,
    },
    /// The store cannot tell.
    Unknown,
}

/// The link of whoever asks.
pub(super) async fn link_of(house: &House, asker: &Asker, headers: &HeaderMap) -> Link {
    let Some(holder) = asker.caller.as_ref().and_then(Holder::of) else { return Link::Never };
    let key = match house.access.known_key(&holder.key_name()).await {
        Ok(key) => key.map(CalendarKey::new),
        Err(error) => {
            tracing::warn!(%error, "the key of a calendar link cannot be read");
            return Link::Unknown;
        }
    };
    let Some((key, made_at)) = key.and_then(|key| key.made_at().map(|made_at| (key, made_at))) else {
        return Link::None;
    };
    match standing(house, &key, &holder).await {
        Ok(Some(_)) => Link::Made {
            token: key.token(&holder),
            made_at,
            expires_at: key.expires_at(&holder),
            base: base(&house.current(), headers),
            holder,
        },
        Ok(None) => Link::None,
        Err(_) => Link::Unknown,
    }
}

/// The address of the house: as the settings say it, else as the browser does.
fn base(current: &Current, headers: &HeaderMap) -> String {
    if let Some(url) = &current.site.settings.serve.public_url {
        return url.as_str().to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or(&current.site.settings.serve.listen))
}

/// What the form wants.
#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    what: String,
}

async fn make(
    State(house): State<House>,
    Path(name): Path<String>,
    asker: Asker,
    Form(wanted): Form<Wanted>,
) -> Response {
    let current = house.current();
    if !current.site.settings.schedules.contains_key(&name) {
        return shell::missing(&house, &asker);
    }
    let Some(holder) = asker.caller.as_ref().and_then(Holder::of) else {
        return shell::refused(&house, &asker);
    };
    let Some(random) = (house.random)() else {
        tracing::error!("the system gives no randomness");
        acts::note(&house, &asker, "calendar-link", &holder.name, Ended::Failed).await;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (what, key) = if wanted.what == "end" {
        ("calendar-link-end", CalendarKey::ended(random))
    } else {
        ("calendar-link", CalendarKey::made(random, house.clock.now()))
    };
    let renewed = house.access.renew_key(&holder.key_name(), key).await;
    let ended = if renewed.is_ok() { Ended::Done } else { Ended::Failed };
    acts::note(&house, &asker, what, &holder.name, ended).await;
    if let Err(error) = renewed {
        tracing::error!(%error, "a calendar link cannot be made");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Redirect::to(&shell::href(&current.site, &format!("/schedules/{name}#calendar"))).into_response()
}

/// What the link's address says besides the schedule.
#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    token: String,
    /// Own shifts only.
    #[serde(default)]
    mine: String,
    /// With telephone numbers and addresses.
    #[serde(default)]
    phones: String,
}

/// What the house knows of a link's holder at present.
struct Standing {
    role: Role,
    person: Option<String>,
}

/// What a holder is at present; `None` when the link is worth nothing any more.
async fn standing(house: &House, key: &CalendarKey, holder: &Holder) -> Result<Option<Standing>, StoreError> {
    let (now, Some(made_at)) = (house.clock.now(), key.made_at()) else { return Ok(None) };
    // The key says whole seconds. Who was made anew under an old name is somebody else.
    let is_older = |at: DateTime<Utc>| at.timestamp() <= made_at.timestamp();
    Ok(match holder.origin {
        Origin::Token => house
            .access
            .tokens()
            .await?
            .into_iter()
            .find(|token| {
                let is_in_use = token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > now);
                token.name == holder.name && is_in_use && is_older(token.created_at)
            })
            .map(|token| Standing { role: token.role, person: token.person }),
        Origin::Account => {
            let account = house.access.account(&holder.name).await?.filter(|account| is_older(account.set_at));
            account.map(|account| Standing { role: account.role, person: holder.person.clone() })
        }
        Origin::SingleSignOn | Origin::Header => key
            .expires_at(holder)
            .filter(|expires_at| *expires_at > now)
            .map(|_| Standing { role: holder.role, person: holder.person.clone() }),
    })
}

/// Who brings the token; `None` when it proves nothing.
async fn proved(house: &House, token: &str) -> Result<Option<Standing>, StoreError> {
    let Some(claim) = Claim::read(token) else { return Ok(None) };
    let key = house.access.known_key(&claim.holder.key_name()).await?;
    // Where there is no key, a key that proves nothing is tried: the answer comes no sooner.
    let key = CalendarKey::new(key.unwrap_or_default());
    if !key.proves(&claim) {
        return Ok(None);
    }
    standing(house, &key, &claim.holder).await
}

async fn give(
    State(house): State<House>,
    Path(file): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let standing = match proved(&house, &asked.token).await {
        Ok(Some(standing)) => standing,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "whose a calendar link is cannot be looked up");
            return later();
        }
    };
    let current = house.current();
    let Some(name) = file.strip_suffix(".ics") else { return StatusCode::NOT_FOUND.into_response() };
    let schedules = &current.site.settings.schedules;
    let wanted: Vec<&str> = match schedules.get_key_value(name) {
        Some((name, _)) => vec![name],
        None if name == ALL => schedules.keys().map(String::as_str).collect(),
        None => return StatusCode::NOT_FOUND.into_response(),
    };
    let readings = house.sheets.latest();
    let found: Option<Vec<&LoadedSchedule>> =
        wanted.iter().map(|name| readings.find(name).map(|kept| &*kept.loaded)).collect();
    let Some(found) = found else { return later() };
    let person = match (asked.mine.as_str(), &standing.person) {
        ("" | "0", _) => None,
        (_, Some(person)) => Some(person.as_str()),
        // An empty calendar would say that all of their shifts were cancelled.
        (_, None) => return StatusCode::NOT_FOUND.into_response(),
    };
    let with_phones = asked.phones == "1" && standing.role.may(Right::SeeNumbers);
    let Some(made) = file_of(&house, &current, &found, person, with_phones) else { return later() };
    answer(name, &made, &headers)
}

/// A calendar file.
struct Made {
    text: String,
    changed_at: DateTime<Utc>,
}

/// The calendar of schedules; `None` while one of them cannot be used, so that no event seems to be cancelled.
fn file_of(
    house: &House,
    current: &Current,
    found: &[&LoadedSchedule],
    person: Option<&str>,
    with_phones: bool,
) -> Option<Made> {
    let (site, now) = (&current.site, house.clock.now());
    let window = calendar_window(site.zone, now)?;
    let mut timetable = Timetable::of(found.iter().copied(), window, site.zone, Desks::of(site)).ok()?;
    if let Some(person) = person {
        timetable.only(person);
    }
    let text = timetable.calendar(with_phones).ok()?;
    // The window moves on at midnight.
    let midnight = start_of_day(site.zone, today(site.zone, now));
    let changed_at = found.iter().map(|loaded| loaded.changed_at).fold(midnight, DateTime::max).min(now);
    Some(Made { text, changed_at })
}

fn answer(name: &str, made: &Made, headers: &HeaderMap) -> Response {
    use std::fmt::Write as _;
    let digest = Sha256::digest(made.text.as_bytes());
    let digits = digest.iter().take(16).fold(String::new(), |mut digits, byte| {
        let _infallible = write!(digits, "{byte:02x}");
        digits
    });
    let tag = format!("\"{digits}\"");
    let modified = made.changed_at.format(HTTP_DATE).to_string();
    let is_known = is_known(headers, &tag, made.changed_at);
    let mut answer =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { made.text.clone().into_response() };
    let file =
        format!("inline; filename=\"{}.ics\"", name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"));
    let told = [
        (header::ETAG, tag.as_str()),
        (header::LAST_MODIFIED, &modified),
        // Kept by the calendar program alone, and asked for again every time.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::CONTENT_DISPOSITION, &file),
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
    ];
    for (header, value) in told {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(header, value);
        }
    }
    answer
}

/// Whether the calendar program has this already (RFC 9110 13.2.2: the tag outweighs the time).
fn is_known(headers: &HeaderMap, tag: &str, changed_at: DateTime<Utc>) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(known) = text(header::IF_NONE_MATCH) {
        return known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    }
    let since = text(header::IF_MODIFIED_SINCE).and_then(|text| NaiveDateTime::parse_from_str(text, HTTP_DATE).ok());
    since.is_some_and(|since| changed_at.timestamp() <= since.and_utc().timestamp())
}

/// Nothing now; calendar programs keep what they have and ask again.
fn later() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")]).into_response()
}
