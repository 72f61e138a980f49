//! How does the outage checklist read (A85-A108)? One line a step, with the actor; the data stand in `decision::outage`.

use crate::decision::outage::{Actor, CHECKLIST, Step, Task};

use super::columns::wrapped;
use super::decision::Desk;
use super::phone;

/// Who carries out a step, as a person calls them.
pub const fn actor(actor: Actor) -> &'static str {
    match actor {
        Actor::HelpDesk => "Help Desk",
        Actor::Hdqa => "HDQA",
        Actor::Sncc => "SNCC",
        Actor::Agent => "Level 1",
    }
}

/// What a step says to do. `problem` is the Problem's number once there is one.
pub fn instruction(step: &Step, desk: &Desk, problem: Option<&str>) -> String {
    let problem = problem.map_or_else(|| "the Problem".to_owned(), |number| format!("Problem {number}"));
    match step.task {
        Task::Receive => "Takes one or more contacts about what may be an outage.".to_owned(),
        Task::Confirm => {
            let page = desk.outages_page.as_deref().map_or_else(String::new, |link| format!(" ({link})"));
            format!(
                "Looks for an open planned outage on the outages page{page}; then asks SNCC in the Service Support chat: \
                 \"We have contacts that may be an outage of ... Should an outage be declared?\""
            )
        }
        Task::BeginOutage => {
            "Begins the Outage record at once if it is confirmed; otherwise it stays an ordinary incident.".to_owned()
        }
        Task::HandOver => {
            "Gets the first incident(s) from the agents who took them; later ones go by step 9.".to_owned()
        }
        Task::CreateProblem => format!(
            "Creates a Problem in {} (New > Problem) and fills Identify and Classify from the incident(s), while step 3 runs.",
            desk.ticket_system
        ),
        Task::AssignProblem => format!(
            "Saves {problem}, then assigns it under Owned By to SNCC-Sysops or SNCC-Network, as the service handling \
             document or SNCC says."
        ),
        Task::LinkOutage => format!("Links {problem} to the Outage, from the Problem."),
        Task::LinkFirst => format!("Links the first incident(s) and any others it holds to {problem}."),
        Task::LinkLater => {
            format!("Links each later incident to {problem} and only saves it: it stays open and stays with the agent.")
        }
        Task::Recover => "On recovery, Resolve Attached Incidents in the Problem: it mails every linked customer, who \
                          calls back if it still fails."
            .to_owned(),
        Task::FollowUp => "Assigns the Problem to a team if it needs follow-up.".to_owned(),
    }
}

/// The question of step 2, for whoever may declare an outage: the title and the text. `what` is what may be down.
pub fn question(desk_name: &str, desk_phone: &str, case: Option<&str>, what: Option<&str>) -> (String, String) {
    let of = what.map(str::trim).filter(|what| !what.is_empty()).map_or_else(String::new, |what| format!(" of {what}"));
    let first = case.map_or_else(String::new, |case| format!("\nFirst case: {case}"));
    (
        format!("{desk_name}: may this be an outage?"),
        format!(
            "We have contacts that may be an outage{of}. Should an outage be declared?{first}\nAnswer the Help Desk: {}.",
            phone::display(desk_phone)
        ),
    )
}

/// What the agent confirms before the question leaves.
pub fn confirmation(text: &str, to: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().flat_map(|line| wrapped(line, "    | ", "    | ")).collect();
    lines.extend(wrapped(&format!("Send this to {}?   y = send   q = leave", to.join(", ")), "", ""));
    lines
}

/// The whole checklist, at most 80 columns wide.
pub fn checklist(desk: &Desk, problem: Option<&str>) -> String {
    let mut lines = Vec::new();
    for step in &CHECKLIST {
        let first = format!("[ ] {:>2}. {:<9}  ", step.number, actor(step.actor));
        let text = format!("{} ({})", instruction(step, desk, problem), step.source_line);
        lines.extend(wrapped(&text, &first, &" ".repeat(first.len())));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::decision::tests::desk;

    #[test]
    fn step_nine_never_says_what_must_not_be_done() {
        let step = CHECKLIST.iter().find(|step| step.number == 9).unwrap();
        let words = instruction(step, &desk(), Some("4711")).to_lowercase();
        assert!(!words.contains("resolve") && !words.contains("escalate"), "{words}");
        assert!(words.contains("problem 4711") && words.contains("saves"), "{words}");
    }

    #[test]
    fn the_checklist_names_an_actor_a_step_within_80_columns() {
        let text = checklist(&desk(), None);
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("[ ] ")).count(), 11);
        assert_eq!(
            text.lines().next(),
            Some("[ ]  1. Help Desk  Takes one or more contacts about what may be an outage. (A85)")
        );
    }
}
