//! Which sentences stand on the agent's form in a browser, besides those of the terminal?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::page::{channels, people};
use super::time::{short, span, spoken};
use crate::decision::ladder::Ladder;

/// Where an answer is shown, an answer that was given in the form before.
pub const GIVEN: &str = "your answer";

/// Stands above a form that the store could not keep.
pub const NOT_KEPT: &str = "The page log cannot be written now. What you gave is kept in this browser window alone: do \
                            not close it and do not load it again. The form itself goes on.";

/// Whoever lost a form, or looks at another's.
pub const NO_SUCH_FORM: &str = "There is no such form of yours: it was left, it became a page, it is older than a day, \
                                or somebody else fills it in.";

/// Stands at the head of facts that cannot be used.
pub const UNFIT: &str = "The page cannot begin yet";

/// The agent pages, and what they read before is not true any more.
pub const CHANGED: &str = "Look again: since you read this, the decision or the people on call have changed. Nobody was \
                           paged yet.";

/// The agent pages, and too much time went by since the clock time on the screen was due to be said.
pub const TOO_LATE: &str = "Look again: you read this some minutes ago, and the time to tell the customer has moved on. \
                            Nobody was paged yet.";

/// Nothing could be stored.
pub const NOBODY_PAGED: &str = "NOBODY WAS PAGED; nothing was stored.";

/// The schedule itself cannot be had.
pub const NO_SCHEDULE: &str = "Who is on call cannot be told, so nobody can be paged from here.";

/// Before the people to dial.
pub const DIAL: &str = "Dial, from the top, until a person says \"I have it\":";

/// Before the people to dial, when there is nobody with a number.
pub const DIAL_NOBODY: &str = "No number is known: ask HD leadership by group Teams message, or by phone from NOVA.";

/// Before what is said to them.
pub const SAY_TO_THEM: &str = "Say, also to a voicemail:";

/// What a form is for once the case pages nobody.
pub const NOT_PAGED: &str = "Nobody is paged. Nothing was stored but this form, which is deleted within a day.";

/// What the button that pages does, in one sentence; `due` is what the customer was told, if anything.
pub fn pages(ladder: &Ladder, due: Option<DateTime<Utc>>, zone: Tz) -> String {
    let first = ladder.rungs.iter().find(|rung| !rung.contacts.is_empty());
    match (first, due) {
        (None, _) => "The page is stored; NOBODY can be messaged, so you act by hand.".to_owned(),
        (Some(rung), Some(due)) => format!(
            "Pages {} at once by {}. First tell the customer \"by {}\".",
            people(rung),
            channels(rung),
            spoken(due, zone)
        ),
        (Some(rung), None) => {
            format!("Messages {} at once by {}. The customer is promised no time.", people(rung), channels(rung))
        }
    }
}

/// The words on the button that pages.
pub fn page_button(ladder: &Ladder) -> String {
    match ladder.rungs.iter().find(|rung| !rung.contacts.is_empty()) {
        Some(rung) => format!("Page {} now", people(rung)),
        None => "Store the page and act by hand".to_owned(),
    }
}

/// Somebody else fills in the form for the same case.
pub fn another_fills_in(
    name: &str,
    since: DateTime<Utc>,
    changed: DateTime<Utc>,
    now: DateTime<Utc>,
    zone: Tz,
) -> String {
    format!(
        "{name} is filling in this form for the same case too, since {}; last answer {} ago. Only one page can begin.",
        spoken(since, zone),
        span((now - changed).max(chrono::TimeDelta::zero()))
    )
}

/// A form of one's own that was begun before.
pub fn begun(case: &str, at: DateTime<Utc>, zone: Tz) -> String {
    format!("Case {case}, begun {}", short(at, zone))
}
