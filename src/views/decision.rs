//! How is a decision handed to programs? The `decide` object of contract 3.

use serde::Serialize;
use utoipa::ToSchema;

use crate::decision::table::TABLE;
use crate::decision::{Group, Outcome, RowId};
use crate::wording::decision::{Call, Desk, reason, say, steps};
use crate::wording::record::{Facts, record};
use crate::wording::time;

/// One decision; the fields and their order are contract 3's. No `Debug`: the record may name the customer.
#[derive(Clone, Serialize, ToSchema)]
pub struct DecisionView {
    /// The row that matched: `D5a`.
    pub row: RowId,
    /// What is to be done: `PAGE`.
    pub outcome: Outcome,
    /// `aims` or `gds` for a page, otherwise null.
    pub schedule: Option<&'static str>,
    /// Why, in one sentence.
    pub reason: String,
    /// The lines of the source documents: `A33-A38`.
    pub source_lines: &'static str,
    /// RFC 3339 with the site's offset; null when CPS does not open within 400 days.
    pub next_cps_opening: Option<String>,
    /// What to say to the customer.
    pub say: Vec<String>,
    /// What the agent does.
    pub r#do: Vec<String>,
    /// What is pasted into the ticket.
    pub record: String,
}

impl DecisionView {
    /// The object for `call`, with what is known of the facts and the audit lines that follow them in the record.
    pub fn new(call: &Call, facts: &Facts, desk: &Desk, audit: &[String]) -> Self {
        Self {
            row: call.decision.row,
            outcome: call.decision.outcome,
            schedule: call.decision.schedule.map(Group::name),
            reason: reason(&call.decision, call.answers),
            source_lines: call.decision.source_lines,
            next_cps_opening: call.circumstances.next_cps_opening.map(|at| time::rfc3339(at, desk.zone)),
            say: say(call, desk),
            r#do: steps(call, desk),
            record: record(call, facts, desk, audit),
        }
    }
}

/// The whole procedure: `{"rows": […]}`, in the order in which the rows are tried.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TableView {
    /// One object a row.
    pub rows: Vec<TableRowView>,
}

/// One row of the procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TableRowView {
    /// Its name.
    pub row: RowId,
    /// Its condition in words, given that no row above matched.
    pub condition: &'static str,
    /// What it says to do.
    pub outcome: Outcome,
    /// `aims` or `gds` for a page, otherwise null.
    pub schedule: Option<&'static str>,
    /// The lines of the source documents.
    pub source_lines: &'static str,
}

impl TableView {
    /// The procedure as it stands.
    pub fn new() -> Self {
        let rows = TABLE.iter().map(|row| TableRowView {
            row: row.id,
            condition: row.condition,
            outcome: row.outcome,
            schedule: row.schedule.map(Group::name),
            source_lines: row.source_lines,
        });
        Self { rows: rows.collect() }
    }
}

impl Default for TableView {
    fn default() -> Self {
        Self::new()
    }
}
