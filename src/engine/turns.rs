//! When was a turn finished last, and what becomes of an engine whose settings change or whose process ends?
//!
//! A turn of the loop is finished when the due pages were found and handed to tasks, and no task hangs. Whoever watches
//! the process from outside must learn of finished turns only.

use std::sync::{Arc, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::core::{Engine, Parts};
use super::error::EngineError;
use crate::episode::input::Input;
use crate::episode::outcome::{Outcome, Report};
use crate::episode::policy::Policy;
use crate::ports::{Provider, Render};

/// How much longer than an attempt one step of a page may take: its outcome may wait for a log that is locked.
const SLACK: TimeDelta = TimeDelta::seconds(30);

/// What settings change about an engine. The log, the lease and the mode stay: they need another process.
pub struct Changed {
    /// The ways out in order of preference.
    pub providers: Vec<Arc<dyn Provider>>,
    /// The words of messages.
    pub render: Arc<dyn Render>,
    /// The site's numbers.
    pub policy: Policy,
}

impl Engine {
    /// Hears of each finished turn of the loop: when it was. `None` until the first one.
    pub fn turns(&self) -> watch::Receiver<Option<DateTime<Utc>>> {
        self.turns.subscribe()
    }

    /// Notes that a turn was finished, unless a page's turn hangs; whether it was.
    pub(super) fn finish_turn(&self) -> bool {
        let now = self.now();
        let limit = TimeDelta::seconds(self.parts.policy.attempt_timeout_s.into()) + SLACK;
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let hanging = busy.iter().filter(|(_, began)| began.is_some_and(|began| now - began > limit)).count();
        drop(busy);
        if hanging == 0 {
            self.turns.send_replace(Some(now));
        } else {
            tracing::error!(hanging, "the turn is not finished: steps of pages take longer than they may");
        }
        hanging == 0
    }

    /// The same engine with other settings: it knows what the old one is working on, and shares its lease. Both may run
    /// while the old one ends.
    #[must_use]
    pub fn changed(&self, changed: Changed) -> Self {
        let Changed { providers, render, policy } = changed;
        let Parts { store, lease, clock, id, training, .. } = self.parts.as_ref();
        let parts = Parts {
            store: Arc::clone(store),
            lease: Arc::clone(lease),
            clock: Arc::clone(clock),
            providers,
            render,
            policy,
            id: id.clone(),
            training: *training,
        };
        Self { parts: Arc::new(parts), ..self.clone() }
    }

    /// Records every attempt that this engine still has in flight as unknown, for its process ends before their
    /// answers; says how many there were. Call it when no loop of this engine runs any more.
    pub async fn give_up(&self) -> Result<u32, EngineError> {
        let mut given_up = 0;
        for summary in self.open_pages().await? {
            let page = self.page(&summary.episode).await?;
            let Some(tried) = page.state.in_flight().filter(|tried| tried.attempt.engine == self.parts.id) else {
                continue;
            };
            let report = Report {
                outcome: Outcome::Unknown,
                provider: tried.attempt.provider.clone(),
                provider_id: None,
                detail: "the program was stopped before the provider answered".to_owned(),
            };
            let attempt = tried.attempt.id.clone();
            tracing::warn!(episode = %page.episode, %attempt, "stopped while sending: outcome unknown");
            // The only refusal is of an attempt that never began, and this one did.
            let _known = self.submit(&page.episode, Input::Finished { attempt, report }).await?;
            given_up += 1;
        }
        Ok(given_up)
    }

    /// Whether this engine is the sole one of its log.
    pub fn is_sole(&self) -> bool {
        self.parts.lease.held()
    }
}
