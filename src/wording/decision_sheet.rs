//! What does the agent see on a terminal once a call is decided, and how is the whole procedure printed? 80 columns, no colour.

use super::columns::wrapped;
use super::decision::{Call, Desk, headline, old_procedure, reason, say, steps};
use super::outage::checklist;
use super::record::{Facts, record};
use super::time;
use crate::decision::Outcome;
use crate::decision::table::TABLE;

/// The decision alone, for a call of which nothing was collected that could be pasted.
pub fn decision(call: &Call, desk: &Desk) -> String {
    let parts = [head(call, desk, &[]), to_do(call, desk), why(call, desk)];
    let mut lines: Vec<String> = parts.into_iter().flatten().collect();
    lines.extend([
        String::new(),
        "Nothing was stored or sent; page-oncall --case NUMBER does what is decided.".to_owned(),
    ]);
    lines.join("\n")
}

/// What must be seen first: the outcome large, who is tried where somebody is paged, what to say.
pub fn head(call: &Call, desk: &Desk, who: &[String]) -> Vec<String> {
    let nobody = if call.nobody_on_call { ": NOBODY ON CALL, ASK LEADERSHIP" } else { "" };
    let word = format!("{}{nobody}", headline(&call.decision));
    let rule = "=".repeat(word.len() + 4);
    let mut lines = vec![rule.clone(), format!("  {word}"), rule];
    lines.extend_from_slice(who);
    lines.extend([String::new(), "Say to the customer:".to_owned()]);
    for sentence in say(call, desk) {
        lines.extend(wrapped(&sentence, "  - ", "    "));
    }
    lines
}

/// What the agent does; nothing where nothing is left to do.
pub fn to_do(call: &Call, desk: &Desk) -> Vec<String> {
    let steps = steps(call, desk);
    if steps.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "Do:".to_owned()];
    for (index, step) in steps.iter().enumerate() {
        lines.extend(wrapped(step, &format!("{:>3}. ", index + 1), "     "));
    }
    lines
}

/// Why, when, and whether the procedure's text is still to be trusted.
pub fn why(call: &Call, desk: &Desk) -> Vec<String> {
    let why =
        format!("{} (row {}, {})", reason(&call.decision, call.answers), call.decision.row, call.decision.source_lines);
    let cps = if call.circumstances.cps_open {
        "; CPS is open".to_owned()
    } else {
        desk.next_opening(call.circumstances).map_or_else(String::new, |opening| format!("; CPS opens {opening}"))
    };
    let time = format!("{}{cps}", time::stamp(call.circumstances.at, desk.zone));
    let mut lines = vec![String::new()];
    lines.extend(wrapped(&why, "Why:  ", "      "));
    lines.extend(wrapped(&time, "Time: ", "      "));
    if let Some(old) = old_procedure(desk, call.circumstances.at) {
        lines.extend(wrapped(&old, "Note: ", "      "));
    }
    lines
}

/// What is pasted into the ticket, after the checklist of an outage.
pub fn to_paste(call: &Call, facts: &Facts, desk: &Desk, audit: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    if call.decision.outcome == Outcome::Outage {
        lines.extend([String::new(), "Who does what in an outage:".to_owned(), checklist(desk, None)]);
    }
    lines.extend([String::new(), format!("Paste into {}:", desk.ticket_system), "-".repeat(40)]);
    lines.push(record(call, facts, desk, audit));
    lines.push("-".repeat(40));
    lines
}

/// The procedure's rows as they are tried: name, outcome, source lines, condition.
pub fn table() -> String {
    let mut lines = vec![
        "The first row whose condition holds decides.".to_owned(),
        String::new(),
        format!("{:<4} {:<14} {:<14} condition", "row", "outcome", "source"),
    ];
    for row in &TABLE {
        let schedule = row.schedule.map_or_else(String::new, |group| format!(" {}", group.name()));
        let first = format!("{:<4} {:<14} {:<14} ", row.id, format!("{}{schedule}", row.outcome), row.source_lines);
        lines.extend(wrapped(row.condition, &first, &" ".repeat(first.len())));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_prints_every_row_within_80_columns() {
        let text = table();
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        for row in &TABLE {
            let start = format!("{:<4} {}", row.id, row.outcome);
            assert!(text.lines().any(|line| line.starts_with(&start)), "{text}");
        }
    }
}
