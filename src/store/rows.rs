//! What do the rows of both stores mean? Summaries, entries and times out of columns, and why some cannot be read.

use chrono::{DateTime, Utc};

use crate::episode::event::Recorded;
use crate::ports::{PageSummary, StoreError};

/// The columns of a page's summary, in the order `summary` reads them.
pub(super) type SummaryRow = (String, String, bool, i64, bool, Option<i64>);

/// What the derived table says of a page for good.
pub(super) struct Derived<'a> {
    /// Its id.
    pub(super) episode: &'a str,
    /// What makes two case numbers the same.
    pub(super) case: String,
    /// Whether it is training.
    pub(super) training: bool,
    /// When it began.
    pub(super) opened_at: DateTime<Utc>,
}

pub(super) fn read_log(episode: &str, rows: Vec<(u32, i64, String)>) -> Result<Vec<Recorded>, StoreError> {
    rows.into_iter()
        .map(|(seq, at_ms, json)| {
            let at = instant(at_ms).ok_or_else(|| unreadable(episode, seq, "its time is out of range"))?;
            let event =
                serde_json::from_str(&json).map_err(|error| unreadable(episode, seq, &misread(&json, &error)))?;
            Ok(Recorded { seq, at, event })
        })
        .collect()
}

/// Why an entry cannot be read, without quoting it: the parser's own words may repeat a phone number.
fn misread(json: &str, error: &serde_json::Error) -> String {
    let value = serde_json::from_str::<serde_json::Value>(json).unwrap_or_default();
    let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or("nothing known");
    format!("an entry of the kind {kind:?} is not understood at column {}", error.column())
}

pub(super) fn unreadable(episode: &str, seq: u32, reason: &str) -> StoreError {
    StoreError::Unreadable { episode: episode.to_owned(), seq, reason: reason.to_owned() }
}

pub(super) fn instant(at_ms: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at_ms)
}

pub(super) fn summary(
    (episode, case, training, opened_at, open, next_wake): SummaryRow,
) -> Result<PageSummary, StoreError> {
    let out_of_range = || unreadable(&episode, 0, "a time in the derived table is out of range");
    Ok(PageSummary {
        opened_at: instant(opened_at).ok_or_else(out_of_range)?,
        next_wake: next_wake.map(|at| instant(at).ok_or_else(out_of_range)).transpose()?,
        episode,
        case,
        training,
        open,
    })
}
