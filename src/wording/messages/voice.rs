//! What does a call say? Who calls and why first, then the facts, the keys, and what a machine is left (domain 1.3).
//!
//! From the same facts as texts and mails. Only the description and names are ever cut; numbers are said twice. What is
//! said after a key stands in `voice_answers`.

use super::voice_numbers::{case, clock, number_twice, said};
use super::{Facts, held_back, ordinal};
use crate::episode::briefing::Briefing;
use crate::episode::event::Purpose;

/// How many characters of a description are said, and of a name.
const LONGEST_PROBLEM: usize = 240;
const LONGEST_NAME: usize = 48;

/// The first words: phones that screen calls write them down for their owner (domain 3, iOS 26).
pub fn opening(facts: &Facts) -> String {
    let training = if facts.training { "Training, nothing is wrong. " } else { "" };
    let label = said(facts.schedule_label, LONGEST_NAME);
    let label = if label.is_empty() { label } else { format!(" for {label}") };
    let what = match facts.purpose {
        Purpose::Page => format!("Help Desk on-call page{label}"),
        Purpose::StandDown => format!("Help Desk stand-down{label}"),
        Purpose::PromiseWarning { .. } => "Help Desk: a callback is due".to_owned(),
        Purpose::PromiseMissed => "Help Desk: a callback was missed".to_owned(),
        Purpose::Exhausted => format!("Help Desk on-call page{label}, and nobody has it"),
        Purpose::Answer { .. } => "Help Desk: your reply".to_owned(),
    };
    let nth = if facts.notice > 1 { format!(", {} notice", ordinal(facts.notice)) } else { String::new() };
    format!("{training}{what}{nth}, case {}.", case(facts.case))
}

/// What is said before a key is pressed, so never the description for a restricted department.
pub fn details(facts: &Facts) -> Vec<String> {
    match facts.purpose {
        Purpose::StandDown => vec![stand_down(facts)],
        Purpose::Answer { .. } => vec![owner(facts)],
        Purpose::Page | Purpose::Exhausted => {
            let mut lines = vec![whom_to_call(facts)];
            lines.extend(deadline(facts));
            lines.extend(problem(facts));
            lines.push(format!("The case is {}.", case(facts.case)));
            lines
        }
        Purpose::PromiseWarning { .. } | Purpose::PromiseMissed => {
            let mut lines = vec![whom_to_call(facts)];
            lines.extend(deadline(facts));
            lines.push(owner(facts));
            lines.push(format!("Once the customer is reached, tell the Help Desk at {}.", desk_twice(facts)));
            lines
        }
    }
}

/// What the keys do; empty when the call asks for nothing.
pub fn menu(facts: &Facts) -> String {
    let problem = if is_told_later(facts) { " and to hear the problem" } else { "" };
    if asks(facts) {
        format!("Press 1 if you have it{problem}. Press 2 if you cannot. Press 3 to hear this again.")
    } else {
        String::new()
    }
}

/// How to answer where nobody hears a key; `texts` says whether a text message can be answered.
pub fn without_keys(facts: &Facts, texts: bool) -> String {
    if !asks(facts) {
        return String::new();
    }
    let text = if texts { "answer the text message with 1, or " } else { "" };
    let inside = if is_told_later(facts) { " The problem stands in the case." } else { "" };
    format!("To take it, {text}call the Help Desk at {}.{inside}", desk_twice(facts))
}

/// What a machine is left: the four facts, the time due and the Help Desk's own number; numbers twice.
pub fn voicemail(facts: &Facts) -> Vec<String> {
    let mut lines = vec![opening(facts)];
    if !asks(facts) {
        lines.extend(details(facts));
        return lines;
    }
    lines.push(whom_to_call(facts));
    lines.extend(deadline(facts));
    lines.extend(problem(facts).or_else(|| is_told_later(facts).then(|| "The problem stands in the case.".to_owned())));
    lines.push(format!("The case is {0}. Again: {0}.", case(facts.case)));
    lines.push(format!("To say that you have it, or cannot, call the Help Desk at {}.", desk_twice(facts)));
    lines
}

/// Whether the call asks somebody to take the page.
pub(super) fn asks(facts: &Facts) -> bool {
    matches!(facts.purpose, Purpose::Page | Purpose::Exhausted)
}

pub(super) fn whom_to_call(facts: &Facts) -> String {
    let Some(Briefing { customer, phone, .. }) = facts.briefing else {
        return "The case says whom to call.".to_owned();
    };
    let name = said(customer, LONGEST_NAME);
    let name = if name.is_empty() { "the customer".to_owned() } else { name };
    format!("Call {name} at {}.", number_twice(phone))
}

/// By when to call; a time that has passed is not said as one to come.
pub(super) fn deadline(facts: &Facts) -> Option<String> {
    let due = facts.due?;
    let time = clock(due, facts.zone);
    Some(if due > facts.now { format!("Call by {time}.") } else { format!("A call by {time} was promised. Call now.") })
}

/// The problem as it may be said to whoever answers the phone.
fn problem(facts: &Facts) -> Option<String> {
    facts.briefing.filter(|briefing| !briefing.restricted).and_then(spoken_problem)
}

/// The problem for somebody who has taken the page. What identifies a person stays in the case even then.
pub(super) fn problem_to_owner(facts: &Facts) -> Option<String> {
    let briefing = facts.briefing?;
    spoken_problem(briefing).or_else(|| {
        held_back(&briefing.summary)
            .map(|held| format!("The problem stands in the case: it holds {}, which is not told.", held.words()))
    })
}

fn spoken_problem(briefing: &Briefing) -> Option<String> {
    let problem = Some(&briefing.summary).filter(|summary| held_back(summary).is_none());
    let problem = said(problem?, LONGEST_PROBLEM);
    (!problem.is_empty()).then(|| format!("The problem: {problem}."))
}

/// Whether there is a problem that may not be said before somebody has taken the page.
fn is_told_later(facts: &Facts) -> bool {
    facts.briefing.is_some_and(|briefing| {
        (briefing.restricted || held_back(&briefing.summary).is_some()) && problem_to_owner(facts).is_some()
    })
}

fn stand_down(facts: &Facts) -> String {
    facts.owner.map_or_else(
        || "The page was withdrawn. You need not call.".to_owned(),
        |owner| format!("{} has it. You need not call.", said(owner, LONGEST_NAME)),
    )
}

fn owner(facts: &Facts) -> String {
    match facts.owner {
        Some(owner) if owner == facts.contact_name => "You have it.".to_owned(),
        Some(owner) => format!("{} has it.", said(owner, LONGEST_NAME)),
        None => "Nobody has it.".to_owned(),
    }
}

pub(super) fn desk_twice(facts: &Facts) -> String {
    number_twice(facts.help_desk_phone)
}

/// A name as it is said.
pub(super) fn name(name: &str) -> String {
    said(name, LONGEST_NAME)
}
