//! What is pasted into the ticket? Plain text: classification, the four required facts, then how it was decided (A54-A71).

use chrono::{DateTime, Utc};

use super::columns::wrapped;
use super::decision::{Call, Desk, headline, reason, spoken_hours};
use super::time;
use crate::decision::{Answer, Outcome, RowId};

/// What the agent collected for the ticket; what is `None` is shown as missing, never left out.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The problem (A63).
    pub summary: Option<&'a str>,
    /// The customer's name (A65).
    pub customer: Option<&'a str>,
    /// The customer's phone (A65).
    pub phone: Option<&'a str>,
    /// The customer's department.
    pub department: Option<&'a str>,
    /// When the customer was told "within an hour" (A69).
    pub told_at: Option<DateTime<Utc>>,
    /// Who told them.
    pub told_by: Option<&'a str>,
}

impl std::fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facts").finish_non_exhaustive()
    }
}

/// The text for the ticket; `audit` lines follow the decision as they are given. Times carry their zone.
pub fn record(call: &Call, facts: &Facts, desk: &Desk, audit: &[String]) -> String {
    let mut lines = Vec::new();
    let outcome = call.decision.outcome;
    if matches!(outcome, Outcome::East | Outcome::Page | Outcome::Leadership) {
        lines.extend(wrapped(&format!("Classification: {}", desk.classification), "", "  "));
    }
    if needs_facts(call.decision.row) {
        let facts = [
            ("1. Issue: ", required(facts.summary, "clear, detailed description")),
            ("2. Contact: ", contact(facts)),
            ("3. Urgency: ", urgency(call, desk)),
            ("4. Expectation: ", expectation(call, facts, desk)),
        ];
        for (heading, fact) in facts {
            lines.extend(wrapped(&fact, heading, "   "));
        }
        for field in &desk.extra_record_fields {
            lines.extend(wrapped(&format!("{field}: [missing: fill in]"), "", "   "));
        }
    }
    if outcome == Outcome::Page && desk.east_on_page {
        let paged = if call.nobody_on_call { "nobody on call, leadership asked" } else { "on-call paged" };
        lines.push(format!("Assign to EAST: {paged}"));
    }
    let decision = format!(
        "Decision: {}, row {} ({}), procedure text of {}",
        headline(&call.decision),
        call.decision.row,
        call.decision.source_lines,
        desk.procedure_date
    );
    lines.extend(wrapped(&decision, "", "  "));
    lines.extend(wrapped(&format!("Reason: {}", reason(&call.decision, call.answers)), "", "  "));
    lines.push(format!("Decided: {}", time::stamp(call.circumstances.at, desk.zone)));
    for line in audit {
        lines.extend(wrapped(line, "", "  "));
    }
    lines.join("\n")
}

/// The four facts belong to every case of a contract partner, and to a Primary Tech Partner's (A61, B24; domain 1.9 row 15).
fn needs_facts(row: RowId) -> bool {
    !matches!(row, RowId::D0 | RowId::D2 | RowId::D3)
}

fn missing(what: &str) -> String {
    format!("[missing: {what}]")
}

fn required(fact: Option<&str>, what: &str) -> String {
    fact.map(str::trim).filter(|fact| !fact.is_empty()).map_or_else(|| missing(what), str::to_owned)
}

fn contact(facts: &Facts) -> String {
    let department = facts.department.map_or_else(String::new, |department| format!(", {department}"));
    format!("{}, {}{department}", required(facts.customer, "customer's name"), required(facts.phone, "phone number"))
}

/// Whether it is urgent or can wait until CPS, level 2, opens (A67; domain 1.9 row 13).
fn urgency(call: &Call, desk: &Desk) -> String {
    let opens = desk.next_opening(call.circumstances).map_or_else(String::new, |date| format!(" on {date}"));
    match (call.decision.row, call.answers.critical) {
        (RowId::P1, _) => "mission critical".to_owned(),
        (RowId::P2, _) => "not mission critical".to_owned(),
        (RowId::D5c, _) => {
            let reason = missing("why it is no emergency");
            format!("customer says critical; agent judges that it can wait until CPS (level 2) opens{opens}: {reason}")
        }
        (_, Answer::Yes) => format!("critical work stoppage, cannot wait until CPS (level 2) opens{opens}"),
        (_, Answer::No) => format!("can wait until CPS (level 2) opens{opens}"),
        (RowId::P3, Answer::Unknown) => missing("is more than one person or a VIP affected?"),
        (_, Answer::Unknown) => missing(&format!("urgent, or can it wait until CPS (level 2) opens{opens}?")),
    }
}

/// What the customer may expect: what was promised, when, by whom (A69).
fn expectation(call: &Call, facts: &Facts, desk: &Desk) -> String {
    let cps =
        format!("incident number, CPS hours ({}) and CPS phone {}", spoken_hours(&desk.cps_hours), desk.cps_phone);
    match (call.decision.outcome, call.promise_due) {
        (Outcome::Page, Some(ends)) => {
            let due = time::minute(ends, desk.zone);
            let told = facts.told_at.map_or_else(|| missing("when"), |at| time::minute(at, desk.zone));
            let by = required(facts.told_by, "by whom");
            let is_an_hour = facts.told_at.is_none_or(|at| super::decision::is_an_hour(at, ends));
            let within = if is_an_hour { " within one hour," } else { "" };
            format!("technician contacts the customer{within} by {due}; told {told}, {by}; given: {cps}")
        }
        (Outcome::East, _) => format!("given: {cps}; no callback promised"),
        (Outcome::PtpExpedite, _) => "technologist responds within one business day of receipt".to_owned(),
        _ => missing("what the customer was promised, when, by whom"),
    }
}
