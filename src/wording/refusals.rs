//! Why was a report not accepted, and what does the person do now?

use chrono_tz::Tz;

use super::time::stamp;
use crate::episode::decide::Refusal;

/// The refusal in words.
pub fn said(refusal: &Refusal, case: &str, zone: Tz) -> String {
    match refusal {
        Refusal::AlreadyAcknowledged(owner) => {
            format!(
                "{} has case {case} already, since {}; tell them if somebody else takes over",
                owner.by,
                stamp(owner.at, zone)
            )
        }
        Refusal::AlreadyCalledBack(word) => {
            format!("{} reported the callback for case {case} already, {}", word.by, stamp(word.at, zone))
        }
        Refusal::Cancelled(word) => {
            format!("the page for case {case} was withdrawn by {}, {}", word.by, stamp(word.at, zone))
        }
        Refusal::Closed { at } => {
            format!("the page for case {case} was settled {}; page again with --case {case}", stamp(*at, zone))
        }
        Refusal::NotAsked { by, asked } => {
            let asked = if asked.is_empty() { "nobody so far".to_owned() } else { asked.join(", ") };
            format!("{by:?} was not asked to take case {case}; asked: {asked}. Check the name")
        }
        Refusal::NotOpened => format!("case {case} has no page"),
        Refusal::AlreadyOpened => format!("case {case} has an open page already"),
        Refusal::UnknownAttempt { attempt } | Refusal::NotDue { attempt } => {
            format!("attempt {attempt} of case {case} is not the one to make now")
        }
    }
}
