//! What does a technician read in a mail? The facts at the top, each on a line, then the rest.

use super::{Facts, case_to_reply, held_back, label, ordinal};
use crate::episode::event::Purpose;
use crate::wording::{phone, time};

/// The subject and the body. Unlike a text, a mail keeps the letters of names as they are written.
pub fn email(facts: &Facts) -> (String, String) {
    (subject(facts), body(facts))
}

pub(super) fn subject(facts: &Facts) -> String {
    let training = if facts.training { "TRAINING " } else { "" };
    let nth = if facts.notice > 1 { format!("{} ", ordinal(facts.notice)) } else { String::new() };
    let (schedule, case) = (label(facts), facts.case);
    let by = facts.due.map_or_else(String::new, |due| format!(" by {}", time::spoken(due, facts.zone)));
    let what = match facts.purpose {
        Purpose::Page => format!("{nth}PAGE{schedule} {case}: call{by}"),
        Purpose::StandDown => format!("STAND DOWN{schedule} {case}: you need not call"),
        Purpose::PromiseWarning { .. } => format!("CALLBACK DUE {case}: call{by}"),
        Purpose::PromiseMissed => format!("CALLBACK MISSED {case}: the customer was promised a call{by}"),
        Purpose::Exhausted => format!("NOBODY HAS{schedule} {case}: call{by} or send somebody"),
        Purpose::Answer { .. } => format!("{case}: your reply"),
    };
    one_line(&format!("{training}{} {what}", facts.desk_short))
}

fn body(facts: &Facts) -> String {
    let mut lines = Vec::new();
    if facts.training {
        lines.push("TRAINING: this is practice, nobody waits for a call.".to_owned());
    }
    lines.push(format!("Case:     {}", facts.case));
    lines.extend(customer_lines(facts));
    lines.push(String::new());
    lines.extend(purpose_lines(facts));
    lines.push(String::new());
    lines.extend(circumstance_lines(facts));
    let text: Vec<String> = lines.iter().map(|line| line.trim_end().to_owned()).collect();
    text.join("\n") + "\n"
}

/// Customer, number and problem, as far as they may leave the house.
pub(super) fn customer_lines(facts: &Facts) -> Vec<String> {
    let Some(briefing) = facts.briefing else {
        return vec!["Customer: see the case (the details were deleted here)".to_owned()];
    };
    let problem = if briefing.restricted {
        "see the case (this department's details are not sent)".to_owned()
    } else if let Some(reason) = held_back(&briefing.summary) {
        format!("see the case (it holds {}, which is not sent)", reason.words())
    } else {
        one_line(&briefing.summary)
    };
    vec![
        format!("Customer: {}", one_line(&briefing.customer)),
        format!("Call:     {}", phone::display(&briefing.phone)),
        format!("Problem:  {problem}"),
    ]
}

/// What to do, by the reason of the mail.
fn purpose_lines(facts: &Facts) -> Vec<String> {
    let desk = phone::display(facts.help_desk_phone);
    let promised = facts.due.map_or_else(
        || "Call the customer as soon as you can.".to_owned(),
        |due| {
            let stamp = time::stamp(due, facts.zone);
            if due > facts.now {
                let hour = due - facts.opened_at <= chrono::Duration::hours(1);
                let within = if hour { "within an hour" } else { "by then" };
                format!("Call the customer by {stamp}: a call {within} was promised.")
            } else {
                format!("The customer was promised a call by {stamp}. Call now.")
            }
        },
    );
    let open = facts.link.map(|link| format!("To answer, open this and press the button there: {link}"));
    let answer = format!(
        "To answer: reply 1 (have it) or 2 (cannot) to the text message{}, or call the Help Desk at {desk}.",
        if facts.several_open { format!(", with the case number: 1{}", case_to_reply(facts)) } else { String::new() }
    );
    let report = facts.link.map_or_else(
        || format!("When the customer is reached, tell the Help Desk at {desk}."),
        |link| format!("When the customer is reached, say so at {link} or tell the Help Desk at {desk}."),
    );
    match facts.purpose {
        Purpose::Page => {
            let last = "Nobody reads answers to this mail.".to_owned();
            [Some(promised), open, Some(answer), Some(last)].into_iter().flatten().collect()
        }
        Purpose::StandDown => vec![facts.owner.map_or_else(
            || "The page was withdrawn: you need not call.".to_owned(),
            |owner| format!("{owner} has it: you need not call."),
        )],
        Purpose::PromiseWarning { after_minutes } => {
            vec![format!("{after_minutes} minutes have passed since the promise."), promised, owner_line(facts), report]
        }
        Purpose::PromiseMissed => {
            vec![
                "The promised time has passed and no call is reported.".to_owned(),
                promised,
                owner_line(facts),
                report,
            ]
        }
        Purpose::Exhausted => {
            let tried = "Everybody on the ladder was tried and nobody has the case.".to_owned();
            [Some(tried), Some(promised), open, Some(answer), Some(report)].into_iter().flatten().collect()
        }
        Purpose::Answer { .. } => vec![owner_line(facts)],
    }
}

pub(super) fn owner_line(facts: &Facts) -> String {
    match facts.owner {
        Some(owner) if owner == facts.contact_name => "You have the case.".to_owned(),
        Some(owner) => format!("{owner} has the case."),
        None => "Nobody has the case.".to_owned(),
    }
}

/// Why this person, who else, and since when.
fn circumstance_lines(facts: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(until) = facts.on_call_until {
        lines.push(format!(
            "{} is on call{} until {}.",
            facts.contact_name,
            label(facts),
            time::stamp(until, facts.zone)
        ));
    }
    if !facts.also_paged.is_empty() {
        lines.push(format!("Also paged: {}.", facts.also_paged.join(", ")));
    }
    let again =
        if facts.notice > 1 { format!("; this is the {} notice", ordinal(facts.notice)) } else { String::new() };
    lines.push(format!("Page opened {}{again}.", time::stamp(facts.opened_at, facts.zone)));
    lines
}

/// The text in one line.
fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
