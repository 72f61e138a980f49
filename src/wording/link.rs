//! What does a technician read who opens the link of a message? Few words: somebody was just woken.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::time::{spoken, stamp};
use crate::decision::ladder::Contact;
use crate::episode::state::{Phase, State};

/// How the page stands for this person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it; they are asked.
    Asked,
    /// They said they cannot, and nobody has it.
    Declined,
    /// They have it, and the customer waits.
    Yours,
    /// Somebody else has it.
    Anothers,
    /// The customer was called back.
    Done,
    /// It was withdrawn, or ended otherwise.
    Over,
}

/// How the page stands for `person`.
pub fn standing(state: &State, person: &Contact) -> Standing {
    if state.called_back.is_some() {
        return Standing::Done;
    }
    match (state.phase(), &state.acknowledged) {
        (Phase::Cancelled | Phase::Closed, _) => Standing::Over,
        (_, Some(owner)) if person.is_called(&owner.by) => Standing::Yours,
        (_, Some(_)) => Standing::Anothers,
        (_, None) if state.declined.iter().any(|word| person.is_called(&word.by)) => Standing::Declined,
        (_, None) => Standing::Asked,
    }
}

/// The heading: what is wanted of them, in one line.
pub fn heading(standing: Standing, state: &State, zone: Tz) -> String {
    let by = state.promise.as_ref().map_or_else(String::new, |promise| format!(" by {}", spoken(promise.due, zone)));
    match standing {
        Standing::Asked => format!("Can you call the customer{by}?"),
        Standing::Declined => "You said that you cannot".to_owned(),
        Standing::Yours => format!("You have it: call the customer{by}"),
        Standing::Anothers => {
            let owner = state.acknowledged.as_ref().map_or("Somebody", |owner| owner.by.as_str());
            format!("{owner} has it: you need not call")
        }
        Standing::Done => "Done: the customer was called back".to_owned(),
        Standing::Over => "This page was withdrawn: you need not call".to_owned(),
    }
}

/// What is told below the heading.
pub fn told(standing: Standing, state: &State, now: DateTime<Utc>, zone: Tz) -> Option<String> {
    match standing {
        Standing::Asked => Some("Nobody has this case yet. Nobody else is asked once you have it.".to_owned()),
        Standing::Declined => Some("Others are being asked. If you can after all, say so.".to_owned()),
        Standing::Yours => {
            let late = state.promise.as_ref().is_some_and(|promise| promise.due <= now);
            Some(if late {
                "The promised time has passed: call now, then say so here.".to_owned()
            } else {
                "When you have talked to the customer, say so here.".to_owned()
            })
        }
        Standing::Done => state.called_back.as_ref().map(|word| format!("{}, {}.", word.by, stamp(word.at, zone))),
        Standing::Anothers | Standing::Over => None,
    }
}

/// For a link that proves nothing, whyever.
pub fn not_valid(help_desk_phone: &str) -> String {
    format!(
        "Links work for one person, for a few days. Look for a newer message, or call the Help Desk at {help_desk_phone}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_says_what_to_do() {
        let words = not_valid("608-264-4357");
        assert!(words.contains("608-264-4357") && words.contains("newer message"), "{words}");
    }
}
