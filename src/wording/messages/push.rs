//! What is read in a chat room or in a push message? The subject of the mail, and under it only what is needed now.

use super::email::{customer_lines, owner_line, subject};
use super::{Facts, desk};
use crate::episode::event::Purpose;
use crate::wording::time;

/// How whoever reads it can take the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBy {
    /// By the message's own button.
    Button,
    /// Only by telling the help desk: a room has no button that counts.
    Desk,
}

/// The title and the text.
pub fn push(facts: &Facts, taken_by: TakenBy) -> (String, String) {
    let mut lines = Vec::new();
    if facts.training {
        lines.push("TRAINING: this is practice, nobody waits for a call.".to_owned());
    }
    if facts.purpose == Purpose::StandDown {
        lines.push(facts.owner.map_or_else(
            || "The page was withdrawn: nobody need call.".to_owned(),
            |owner| format!("{owner} has it: nobody else need call."),
        ));
    } else {
        lines.extend(customer_lines(facts).iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")));
        lines.extend(facts.due.map(|due| format!("Promised by: {}", time::stamp(due, facts.zone))));
        lines.push(owner_line(facts));
    }
    lines.extend(facts.link.map(|link| format!("Open: {link}")));
    match (facts.purpose, taken_by) {
        (Purpose::Page | Purpose::Exhausted, TakenBy::Button) => {
            lines.push("Press the button of this message to take it.".to_owned());
        }
        (Purpose::Page | Purpose::Exhausted, TakenBy::Desk) => lines.push(format!("To take it call {}.", desk(facts))),
        (Purpose::PromiseWarning { .. } | Purpose::PromiseMissed, _) => {
            lines.push(format!("When the customer is reached tell {}.", desk(facts)));
        }
        _ => {}
    }
    (subject(facts), lines.join("\n"))
}
