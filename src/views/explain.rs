//! In which shape is "why this person" handed out? The shape of `who` for one schedule, with every row that took part.

use chrono_tz::Tz;
use serde::Serialize;

use super::who::{RowView, WhoSchedule};
use crate::schedule::explain::{Account, Explanation, Verdict};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::shift::{RowReference, Shift, ShiftKind};
use crate::wording::schedule::verdict;
use crate::wording::time::rfc3339;

/// The whole explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explain<'a> {
    /// The instant asked for, RFC 3339 with the site's offset, as every instant here.
    pub at: String,
    /// The answer, as `who` gives it.
    pub answer: WhoSchedule<'a>,
    /// Every row whose span holds the instant.
    pub rows: Vec<AccountView>,
    /// For each role the rows just before and just after.
    pub neighbours: Vec<NeighbourView>,
    /// How the sheet was read: the layout that was recognised, and why.
    pub reading: &'a [String],
}

/// One row and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// `on_call`, `conflict`, `already_listed`, `replaced`, `placeholder` or `explicit_gap`.
    pub verdict: &'static str,
    /// The same in words.
    pub reason: String,
    /// The rows that decided it: the override, the other rows of a conflict, the earlier row of the same people.
    pub because_of: Vec<RowView>,
    /// The row itself.
    #[serde(flatten)]
    pub shift: ShiftView,
}

/// One row of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShiftView {
    /// Where it stands.
    pub row: RowView,
    /// Its role.
    pub role: String,
    /// `shift` or `override`.
    pub kind: ShiftKind,
    /// Where its span begins.
    pub from: String,
    /// Where its span ends.
    pub until: String,
    /// Whom it names; empty is nobody.
    pub names: Vec<String>,
    /// Its note.
    pub note: String,
}

/// The rows next to the instant in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeighbourView {
    /// The role.
    pub role: String,
    /// The row that ended last.
    pub before: Option<ShiftView>,
    /// The row that begins next.
    pub after: Option<ShiftView>,
}

impl<'a> Explain<'a> {
    /// The explanation of `loaded`; one that is unusable has no rows, and its problems stand in the answer.
    pub fn new(
        loaded: &'a LoadedSchedule,
        at: chrono::DateTime<chrono::Utc>,
        explanation: Option<&Explanation>,
        reading: &'a [String],
        zone: Tz,
    ) -> Self {
        let answer = match explanation {
            Some(explanation) => WhoSchedule::new(loaded, &explanation.on_call, zone),
            None => WhoSchedule::new(loaded, &loaded.on_call(at), zone),
        };
        let rows = explanation.into_iter().flat_map(|explanation| &explanation.rows);
        let neighbours = explanation.into_iter().flat_map(|explanation| &explanation.neighbours);
        Self {
            at: rfc3339(at, zone),
            answer,
            rows: rows.map(|account| AccountView::new(account, zone)).collect(),
            neighbours: neighbours
                .map(|near| NeighbourView {
                    role: near.role.label.to_string(),
                    before: near.before.map(|shift| ShiftView::new(shift, zone)),
                    after: near.after.map(|shift| ShiftView::new(shift, zone)),
                })
                .collect(),
            reading,
        }
    }
}

impl AccountView {
    fn new(account: &Account, zone: Tz) -> Self {
        let one = |row: &RowReference| vec![RowView::new(row)];
        let (name, because_of) = match &account.verdict {
            Verdict::OnCall => ("on_call", Vec::new()),
            Verdict::Conflict(rows) => ("conflict", rows.iter().map(RowView::new).collect()),
            Verdict::AlreadyListed(row) => ("already_listed", one(row)),
            Verdict::ReplacedBy(row) => ("replaced", one(row)),
            Verdict::Placeholder => ("placeholder", Vec::new()),
            Verdict::ExplicitGap => ("explicit_gap", Vec::new()),
        };
        Self {
            verdict: name,
            reason: verdict(&account.verdict),
            because_of,
            shift: ShiftView::new(account.shift, zone),
        }
    }
}

impl ShiftView {
    fn new(shift: &Shift, zone: Tz) -> Self {
        Self {
            row: RowView::new(&shift.row),
            role: shift.role.label.to_string(),
            kind: shift.kind,
            from: rfc3339(shift.interval.start(), zone),
            until: rfc3339(shift.interval.end(), zone),
            names: shift.holders.iter().map(|holder| holder.name.to_string()).collect(),
            note: shift.note.clone(),
        }
    }
}
