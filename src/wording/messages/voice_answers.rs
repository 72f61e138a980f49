//! What does a call say after a key? What was recorded, or why nothing was and who has it (contract 5.2, 5.8).

use super::Facts;
use super::voice::{deadline, desk_twice, name, problem_to_owner, whom_to_call};
use super::voice_numbers::{case, number_twice};
use crate::episode::decide::Refusal;

/// How many names are said at most.
const MOST_NAMES: usize = 3;

/// `1` is recorded: the case and the number are read back, so that a key pressed in a pocket is noticed.
pub fn taken(facts: &Facts) -> Vec<String> {
    let mut lines = vec![format!("You have it: case {}.", case(facts.case)), whom_to_call(facts)];
    lines.extend(deadline(facts));
    lines.extend(problem_to_owner(facts));
    lines.push(format!("If you pressed this by mistake, call the Help Desk at {}.", desk_twice(facts)));
    lines.push("Now hang up and call. Goodbye.".to_owned());
    lines
}

/// `2` is recorded: who is asked next; nobody on the ladder is left when `next` is empty.
pub fn declined(facts: &Facts, next: &[&str]) -> Vec<String> {
    let who = if next.is_empty() {
        "Nobody else is on the list, so Help Desk leadership is told.".to_owned()
    } else {
        let names: Vec<String> = next.iter().take(MOST_NAMES).map(|it| name(it)).collect();
        let verb = if next.len() == 1 { "is" } else { "are" };
        format!("{} {verb} asked next.", names.join(" and "))
    };
    vec![format!("Recorded: you cannot take case {}.", case(facts.case)), who, "Goodbye.".to_owned()]
}

/// The key changed nothing: why, and who has it.
pub fn refused(facts: &Facts, refusal: &Refusal) -> Vec<String> {
    let case = case(facts.case);
    let why = match refusal {
        Refusal::AlreadyAcknowledged(owner) => {
            format!("{} has case {case} already. You need not call.", name(&owner.by))
        }
        Refusal::Cancelled(_) => format!("The page for case {case} was withdrawn. You need not call."),
        Refusal::Closed { .. } => format!("Everything about case {case} is settled. You need not call."),
        Refusal::AlreadyCalledBack(caller) => {
            format!("{} has called the customer of case {case} back. You need not call.", name(&caller.by))
        }
        Refusal::NotOpened
        | Refusal::AlreadyOpened
        | Refusal::NotAsked { .. }
        | Refusal::UnknownAttempt { .. }
        | Refusal::NotDue { .. } => {
            return cannot_tell(facts.help_desk_phone);
        }
    };
    vec![why, "Goodbye.".to_owned()]
}

/// The page of the call is not known, or cannot be read now.
pub fn cannot_tell(help_desk_phone: &str) -> Vec<String> {
    vec![
        "This page cannot be found here, or cannot be used just now. Nothing was recorded.".to_owned(),
        format!("Please call the Help Desk at {}.", number_twice(help_desk_phone)),
        "Goodbye.".to_owned(),
    ]
}
