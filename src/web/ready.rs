//! Is the house well? `/healthz`: the process answers. `/readyz`: pages are carried on, and how fresh everything is.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};

use super::routes::{Need, Routes};
use super::{Current, House};
use crate::views::serve::{Job, Reading, Ready, Turn};
use crate::wording::service as words;
use crate::wording::time::rfc3339;

/// How long one trial of writing the database counts.
const TRIAL_COUNTS: TimeDelta = TimeDelta::seconds(5);
/// How long a trial may take: a backup may hold a lock for a moment.
const TRIAL_LIMIT: Duration = Duration::from_secs(5);
/// The notice that a trial writes.
const TRIAL: &str = "service/written";

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/healthz", Need::Nothing, healthz).get("/readyz", Need::Nothing, readyz)
}

/// Says only that the process lives: whoever restarts processes asks for it.
async fn healthz() -> &'static str {
    "ok\n"
}

async fn readyz(State(house): State<House>) -> (StatusCode, Json<Ready>) {
    let current = house.current();
    let (now, zone) = (house.clock.now(), current.site.zone);
    let settings = &current.site.settings;
    let told = |at: DateTime<Utc>| rfc3339(at, zone);
    let turn = house.vitals.turn();
    let aged = |at: Option<DateTime<Utc>>| Turn { finished_at: at.map(told), age_s: at.map(|at| seconds(now, at)) };
    let writable = database_writable(&house, &current).await;
    let mut reasons = Vec::new();
    let limit_s = settings.serve.ready_after_s;
    if turn.is_none_or(|turn| now - turn > TimeDelta::seconds(limit_s.into())) {
        reasons.push(words::turn_is_old(turn.map(|turn| seconds(now, turn)), limit_s));
    }
    if !writable {
        reasons.push(words::DATABASE_NOT_WRITABLE.to_owned());
    }
    let mut schedules = Vec::new();
    for (schedule, read_at) in readings(&current).await {
        let age_s = read_at.map(|read_at| seconds(now, read_at));
        schedules.push(Reading { schedule, read_at: read_at.map(told), age_s });
    }
    let jobs = house.vitals.jobs().into_iter().map(|(job, runs)| Job {
        job,
        last_success_at: runs.last_success_at.map(told),
        last_run_at: runs.last_run_at.map(told),
        last_run_succeeded: runs.last_run_at.is_some() && runs.last_run_at == runs.last_success_at,
    });
    let ready = Ready {
        at: told(now),
        ready: reasons.is_empty(),
        reasons,
        turn: aged(turn),
        clean_turn: aged(current.engine.watch().clean_at),
        lease_held: current.engine.is_sole(),
        database_writable: writable,
        schedules,
        jobs: jobs.collect(),
    };
    let status = if ready.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ready))
}

/// Whole seconds from `then` to `now`, not below zero.
pub(super) fn seconds(now: DateTime<Utc>, then: DateTime<Utc>) -> i64 {
    (now - then).num_seconds().max(0)
}

/// When each schedule of the settings was read well last; `None` when it never was, or nobody can tell.
pub(super) async fn readings(current: &Current) -> Vec<(String, Option<DateTime<Utc>>)> {
    let mut readings = Vec::new();
    for schedule in current.site.settings.schedules.keys() {
        let latest = current.snapshots.latest(schedule).await.unwrap_or_else(|error| {
            tracing::warn!(%error, schedule, "when the sheet was read cannot be looked up");
            None
        });
        readings.push((schedule.clone(), latest.map(|latest| latest.last_seen)));
    }
    readings
}

/// Whether the database takes writes: tried, but not for every request.
pub(super) async fn database_writable(house: &House, current: &Current) -> bool {
    let mut trial = house.vitals.trial.lock().await;
    let now = house.clock.now();
    if let Some((at, worked)) = *trial
        && now - at < TRIAL_COUNTS
        && at <= now
    {
        return worked;
    }
    let at = now.to_rfc3339();
    let written = tokio::time::timeout(TRIAL_LIMIT, current.notices.tell(TRIAL, &at, now)).await;
    let worked = matches!(written, Ok(Ok(())));
    if let Ok(Err(error)) = written {
        tracing::warn!(%error, "the database takes no writes");
    }
    *trial = Some((now, worked));
    worked
}
