//! What does a monitoring system see? `/metrics`, in the text form that Prometheus reads. No personal data, ever.
//!
//! What pages amount to is derived from the log at each request, over the open pages and those of the last day: so it is
//! the same whichever process did the work, and after a restart.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::ready::{database_writable, readings, seconds};
use super::routes::{Need, Routes};
use super::vitals::Labels;
use super::{Current, House};
use crate::episode::audit::Finding;
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State as PageState};

/// What the text form is called.
const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// How far back pages are counted that are closed.
const WINDOW: TimeDelta = TimeDelta::hours(24);

type Gauges = Family<Labels, Gauge>;

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/metrics", Need::Nothing, metrics)
}

async fn metrics(State(house): State<House>) -> Response {
    let current = house.current();
    let now = house.clock.now();
    let mut registry = Registry::with_prefix("page_oncall");
    process(&house, &current, now, &mut registry).await;
    sheets(&current, now, &mut registry).await;
    if let Err(error) = pages(&current, now, &mut registry).await {
        tracing::error!(%error, "the pages cannot be counted");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(CONTENT_TYPE, KIND)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The process: its turns, its lease, its database, its jobs, and what providers asked of it.
async fn process(house: &House, current: &Current, now: DateTime<Utc>, registry: &mut Registry) {
    if let Some(turn) = house.vitals.turn() {
        gauge(registry, "turn_age_seconds", "Since the engine's last finished turn", seconds(now, turn));
    }
    watch(current, now, registry);
    gauge(registry, "lease_held", "Whether this process is the sole engine", current.engine.is_sole().into());
    let writable = database_writable(house, current).await;
    gauge(registry, "database_writable", "Whether the database takes writes", writable.into());
    let (last, runs) = (Gauges::default(), Family::<Labels, Counter>::default());
    for (job, ran) in house.vitals.jobs() {
        let labels = |result: &str| vec![("job", job.to_owned()), ("result", result.to_owned())];
        if let Some(at) = ran.last_success_at {
            last.get_or_create(&vec![("job", job.to_owned())]).set(at.timestamp());
        }
        runs.get_or_create(&labels("success")).inc_by(ran.succeeded);
        runs.get_or_create(&labels("failure")).inc_by(ran.failed);
    }
    registry.register("job_last_success_timestamp_seconds", "When a job last came to a good end", last);
    registry.register("job_runs", "Runs of jobs, by how they ended", runs);
    registry.register("hooks", "Requests of providers, by kind and result", house.vitals.hooks.clone());
}

/// What the engine's watch over open pages found last.
fn watch(current: &Current, now: DateTime<Utc>, registry: &mut Registry) {
    let watch = current.engine.watch();
    if let Some(clean) = watch.clean_at {
        gauge(registry, "clean_turn_age_seconds", "Since the engine's last clean turn", seconds(now, clean));
    }
    let findings = Gauges::default();
    for kind in Finding::ALL {
        let count = watch.findings.iter().filter(|(_, finding)| *finding == kind).count();
        let label = vec![("kind", kind.word().to_owned())];
        findings.get_or_create(&label).set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    registry.register("watch_findings", "What is wrong with open pages, by kind", findings);
}

/// How old each schedule's reading is.
async fn sheets(current: &Current, now: DateTime<Utc>, registry: &mut Registry) {
    let ages = Gauges::default();
    for (schedule, read_at) in readings(current).await {
        if let Some(read_at) = read_at {
            ages.get_or_create(&vec![("schedule", schedule)]).set(seconds(now, read_at));
        }
    }
    registry.register("schedule_age_seconds", "Since a schedule was read well last, by any process", ages);
}

/// The pages, their attempts and their promises.
async fn pages(current: &Current, now: DateTime<Utc>, registry: &mut Registry) -> Result<(), crate::ports::StoreError> {
    let (phases, attempts, promises) = (Gauges::default(), Gauges::default(), Gauges::default());
    // A phase that no page is in is told as 0, so that an alarm can be written for it.
    let all = [Phase::Paging, Phase::Acknowledged, Phase::Exhausted, Phase::Cancelled];
    let mut open: BTreeMap<&str, i64> = all.into_iter().map(|phase| (phase_word(phase), 0)).collect();
    for summary in current.pages.pages(true).await? {
        if !summary.open && now - summary.opened_at > WINDOW {
            continue;
        }
        // Pages of the other mode are another engine's.
        let Ok(state) = current.engine.state_of(&summary.episode).await else { continue };
        if summary.open {
            *open.entry(phase_word(state.phase())).or_default() += 1;
        }
        count_attempts(&state, &attempts);
        if let Some(promise) = state.promise_state(state.time_at(now)) {
            promises.get_or_create(&vec![("state", promise_word(promise).to_owned())]).inc();
        }
    }
    for (phase, count) in open {
        phases.get_or_create(&vec![("phase", phase.to_owned())]).set(count);
    }
    let blocked = current.pages.all_opted_out().await?.len();
    gauge(registry, "texts_blocked", "People who blocked texts with STOP", i64::try_from(blocked).unwrap_or(i64::MAX));
    registry.register("open_pages", "Open pages, by where they stand", phases);
    registry.register("attempts", "Messages of open pages and those of the last 24 hours, by outcome", attempts);
    registry.register("promises", "Promises of open pages and those of the last 24 hours, by state", promises);
    Ok(())
}

fn count_attempts(state: &PageState, attempts: &Gauges) {
    for tried in &state.attempts {
        let latest = tried.receipt.as_ref().or(tried.answer.as_ref());
        let (outcome, provider) = latest.map_or(("in-flight", tried.attempt.provider.as_str()), |told| {
            (told.report.outcome.word(), told.report.provider.as_str())
        });
        let labels = vec![
            ("channel", tried.attempt.channel.word().to_owned()),
            ("provider", provider.to_owned()),
            ("outcome", outcome.to_owned()),
        ];
        attempts.get_or_create(&labels).inc();
    }
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Paging => "paging",
        Phase::Acknowledged => "acknowledged",
        Phase::Exhausted => "exhausted",
        Phase::Closed => "closed",
        Phase::Cancelled => "cancelled",
    }
}

fn promise_word(promise: PromiseState) -> &'static str {
    match promise {
        PromiseState::Open => "open",
        PromiseState::Kept => "kept",
        PromiseState::Late => "late",
        PromiseState::Missed => "missed",
    }
}
