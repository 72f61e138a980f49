//! In which shape is "what changed in the sheets" handed out?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::problem::ProblemView;
use super::who::RowView;
use crate::schedule::difference::Change;
use crate::schedule::on_call::OnCallPerson;
use crate::schedule::shift::RowReference;
use crate::wording::time::rfc3339;

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sync {
    /// When the sheets were read, RFC 3339 with the site's offset, as every instant here.
    pub at: String,
    /// One entry a schedule, in the order of the settings.
    pub schedules: Vec<SyncSchedule>,
}

/// What became of one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncSchedule {
    /// Its name in the settings.
    pub schedule: String,
    /// What people call it.
    pub title: String,
    /// `first`, `unchanged`, `changed` or `unusable`.
    pub status: &'static str,
    /// SHA-256 of what was read; `null` when it is unusable.
    pub snapshot: Option<String>,
    /// SHA-256 of the version it is compared with; `null` when there is none.
    pub previous: Option<String>,
    /// When that version was last seen.
    pub previous_seen: Option<String>,
    /// What is different from now on.
    pub changes: Vec<ChangeView>,
    /// What is different in the past.
    pub past_changes: Vec<ChangeView>,
    /// By how many seconds the clock of this machine runs ahead of the sheet's server; as in `who`.
    pub clock_ahead_s: Option<i64>,
    /// Why it is unusable; else what is to be known of a source that is read for the first time.
    pub problems: Vec<ProblemView>,
    /// What was written to whom.
    pub letters: Vec<LetterView>,
}

/// A span in which one role has other people than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeView {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub until: String,
    /// The role.
    pub role: String,
    /// Who was on call; empty is nobody.
    pub before: Vec<String>,
    /// Who is.
    pub after: Vec<String>,
    /// The rows that said so.
    pub rows_before: Vec<RowView>,
    /// The rows that say so.
    pub rows_after: Vec<RowView>,
    /// The change in words.
    pub text: String,
}

/// A letter and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LetterView {
    /// The recipient's name; empty for an owner known by address alone.
    pub name: String,
    /// The address; `null` when none is known, so that nothing could be sent.
    pub to: Option<String>,
    /// The subject.
    pub subject: String,
    /// `accepted`, `refused`, `retryable`, `unknown`, `training` or `no-address`.
    pub outcome: &'static str,
    /// The provider's words.
    pub detail: String,
}

impl ChangeView {
    /// One change; `now` decides how its words name the year.
    pub fn new(change: &Change, now: DateTime<Utc>, zone: Tz) -> Self {
        let names = |people: &[OnCallPerson]| people.iter().map(|person| person.name.to_string()).collect();
        let rows = |rows: &[RowReference]| rows.iter().map(RowView::new).collect();
        Self {
            from: rfc3339(change.interval.start(), zone),
            until: rfc3339(change.interval.end(), zone),
            role: change.role.label.to_string(),
            before: names(&change.before),
            after: names(&change.after),
            rows_before: rows(&change.rows_before),
            rows_after: rows(&change.rows_after),
            text: crate::wording::changes::line(change, now, zone),
        }
    }
}
