//! What does the agent see on a terminal once a call is decided, and how is the whole procedure printed? 80 columns, no colour.

use super::columns::wrapped;
use super::decision::{Call, Desk, headline, reason, say, steps};
use super::outage::checklist;
use super::record::{Facts, record};
use super::time;
use crate::decision::Outcome;
use crate::decision::table::TABLE;

/// The decided call: the outcome large, why, who is on call where somebody is paged, what to say, to do, to paste.
pub fn sheet(call: &Call, facts: &Facts, desk: &Desk, who: &[String], audit: &[String]) -> String {
    let nobody = if call.nobody_on_call { ": NOBODY ON CALL, ASK LEADERSHIP" } else { "" };
    let word = format!("{}{nobody}", headline(&call.decision));
    let rule = "=".repeat(word.len() + 4);
    let mut lines = vec![rule.clone(), format!("  {word}"), rule, String::new()];
    let why =
        format!("{} (row {}, {})", reason(&call.decision, call.answers), call.decision.row, call.decision.source_lines);
    lines.extend(wrapped(&why, "Why:  ", "      "));
    lines.push(format!("Time: {}", time::stamp(call.circumstances.at, desk.zone)));
    if call.circumstances.cps_open {
        lines.push("CPS:  open now".to_owned());
    } else if let Some(opening) = desk.next_opening(call.circumstances) {
        lines.push(format!("CPS:  opens {opening}"));
    }
    if !who.is_empty() {
        lines.extend([String::new(), "On call:".to_owned()]);
        lines.extend_from_slice(who);
    }
    lines.extend([String::new(), "Say to the customer:".to_owned()]);
    for sentence in say(call, desk) {
        lines.extend(wrapped(&sentence, "  - ", "    "));
    }
    lines.extend([String::new(), "Do:".to_owned()]);
    for (index, step) in steps(call, desk).iter().enumerate() {
        lines.extend(wrapped(step, &format!("{:>3}. ", index + 1), "     "));
    }
    if call.decision.outcome == Outcome::Outage {
        lines.extend([String::new(), "Who does what in an outage:".to_owned(), checklist(desk, None)]);
    }
    lines.extend([String::new(), format!("Paste into {}:", desk.ticket_system), "-".repeat(40)]);
    lines.push(record(call, facts, desk, audit));
    lines.push("-".repeat(40));
    lines.join("\n")
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
