//! Is every open page looked after, and when was that last certain? The engine watches itself, from outside its rules.
//!
//! Called by the loop once in a while. Only a turn whose audit found no defect is a clean one, and only clean turns may
//! be told to a heartbeat: a watcher outside then hears silence when the engine hangs, fails, or forgets a page.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};

use super::core::Engine;
use super::error::EngineError;
use crate::episode::audit::{Finding, audit};

/// How often all open pages are audited. There are few of them, and each costs one reading of its log.
const EVERY: TimeDelta = TimeDelta::seconds(10);

/// What the engine knows of its own work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watch {
    /// When a round last came to its end, whatever it found.
    pub finished_at: Option<DateTime<Utc>>,
    /// When a round and its audit last found every page looked after.
    pub clean_at: Option<DateTime<Utc>>,
    /// When the pages were last audited.
    pub audited_at: Option<DateTime<Utc>>,
    /// What the last audit found, page by page.
    pub findings: Vec<(String, Finding)>,
}

impl Engine {
    /// What the engine knows of its own work.
    pub fn watch(&self) -> Watch {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Audits every open page of this engine's kind now. A page that cannot be read is an error, never a clean audit.
    pub async fn audit(&self) -> Result<Vec<(String, Finding)>, EngineError> {
        let mut findings = Vec::new();
        for summary in self.parts.store.pages(false).await? {
            if summary.training != self.parts.training {
                continue;
            }
            let page = self.page(&summary.episode).await?;
            // Read once more: between the two readings the page may have moved on.
            let written = self.parts.store.pages_of(&summary.case).await?;
            let Some(written) = written.into_iter().find(|it| it.episode == summary.episode && it.open) else {
                continue;
            };
            let after = self.page(&summary.episode).await?;
            if after.last_seq() != page.last_seq() {
                continue;
            }
            let found = audit(&page.state, written.next_wake, self.now(), &self.parts.policy);
            findings.extend(found.into_iter().map(|finding| (summary.episode.clone(), finding)));
        }
        Ok(findings)
    }

    /// Notes that a round came to its end, and audits the pages when it is time. A failed round is never clean.
    pub(super) async fn note_round(&self, succeeded: bool) {
        let now = self.now();
        let audit_is_due = {
            let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch.finished_at = Some(now);
            succeeded && watch.audited_at.is_none_or(|at| now - at >= EVERY)
        };
        if !audit_is_due {
            return;
        }
        match self.audit().await {
            Ok(findings) => self.note_audit(now, findings),
            Err(error) => tracing::error!(%error, "the open pages cannot be audited, so this turn is not clean"),
        }
    }

    fn note_audit(&self, now: DateTime<Utc>, findings: Vec<(String, Finding)>) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        for (episode, finding) in findings.iter().filter(|found| !watch.findings.contains(found)) {
            if finding.is_defect() {
                tracing::error!(%episode, ?finding, "an open page is not looked after");
            } else {
                tracing::warn!(%episode, ?finding, "an open page needs a person");
            }
        }
        if !findings.iter().any(|(_, finding)| finding.is_defect()) {
            watch.clean_at = Some(now);
        }
        watch.audited_at = Some(now);
        watch.findings = findings;
    }
}
