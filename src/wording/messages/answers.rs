//! What does a person read whose text came back to us? One segment each, never a word that carriers take for STOP or YES.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Facts, LONGEST_OWNER, case_to_reply, clip, customer, deadline, desk, sender, sentences};
use crate::episode::event::{Heard, Meant};
use crate::episode::promise::PromiseState;
use crate::episode::state::{Phase, State};
use crate::wording::gsm::{ONE_SEGMENT, fold, segments};
use crate::wording::time::{spoken, spoken_with_day};

/// What an answer needs to know besides the facts of its page. Names of technicians, no customer.
#[derive(Clone)]
pub struct Answer<'a> {
    /// What the reply amounted to.
    pub meant: &'a Meant,
    /// Who has the page, and since when.
    pub owner: Option<(&'a str, DateTime<Utc>)>,
    /// When the page was withdrawn.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Whether the callback kept the promise; `None` when none is reported, or nothing was promised.
    pub kept: Option<PromiseState>,
    /// When the callback was reported.
    pub called_back_at: Option<DateTime<Utc>>,
    /// Who is asked now.
    pub next: Vec<&'a str>,
    /// Whether the ladder has ended and leadership is told.
    pub exhausted: bool,
}

impl<'a> Answer<'a> {
    /// What answers this reply, as the page stands.
    pub fn of(state: &'a State, heard: &'a Heard) -> Self {
        let called_back = state.called_back.as_ref();
        let people = state.current_rung().map(|rung| rung.contacts.as_slice()).unwrap_or_default();
        Self {
            meant: &heard.meant,
            owner: state.acknowledged.as_ref().map(|owner| (owner.by.as_str(), owner.at)),
            cancelled_at: state.cancelled.as_ref().map(|word| word.at),
            kept: called_back.and(state.promise.as_ref()).map(|promise| promise.state(promise.due)),
            called_back_at: called_back.map(|word| word.at),
            next: people.iter().map(|it| it.name.as_str()).filter(|name| !state.has_declined(name)).collect(),
            exhausted: state.phase() == Phase::Exhausted,
        }
    }
}

/// The answer's text; the caller shortens `name` until it fits.
pub(super) fn answer(facts: &Facts, answer: &Answer<'_>, name: &str) -> String {
    let case = fold(facts.case);
    match answer.meant {
        Meant::HaveIt => sentences([
            &format!("{}you have {case}", sender(facts)),
            &match customer(facts, name) {
                Some(customer) => format!("Call {customer}{}", deadline(facts)),
                None => format!("The case says whom to call{}", deadline(facts)),
            },
            &format!("Customer reached? Reply 9{}", case_to_reply(facts)),
            &desk(facts),
        ]),
        Meant::Cannot => sentences([
            &format!("{}noted, you cannot take {case}", sender(facts)),
            &match (&answer.owner, answer.exhausted, answer.next.is_empty()) {
                (Some((owner, _)), _, _) => format!("{} has it", clip(&fold(owner), LONGEST_OWNER)),
                (None, false, false) => format!("Next: {}", clip(&fold(&answer.next.join(", ")), 3 * LONGEST_OWNER)),
                (None, _, _) => "HD leadership is told now".to_owned(),
            },
        ]),
        Meant::CalledBack => {
            let kept = match (answer.kept, facts.due) {
                (Some(PromiseState::Kept), _) => ", in time".to_owned(),
                (Some(_), Some(due)) => format!(", late: it was due {}", spoken(due, facts.zone)),
                _ => String::new(),
            };
            sentences([
                &format!("{}thank you", sender(facts)),
                &format!("The callback for {case} is noted{kept}"),
                &desk(facts),
            ])
        }
        Meant::TooLate => sentences([&format!("{}{}", sender(facts), too_late(facts, answer, &case)), &desk(facts)]),
        Meant::Several { cases } => several(facts, cases),
        Meant::Unclear => sentences([
            &format!("{}{case}: not understood", sender(facts)),
            &{
                let with_case = case_to_reply(facts);
                format!("Reply 1{with_case} if you have it, 2{with_case} if you cannot")
            },
            &desk(facts),
        ]),
    }
}

fn too_late(facts: &Facts, answer: &Answer<'_>, case: &str) -> String {
    if let Some(at) = answer.cancelled_at {
        return format!("{case} was withdrawn {}. You need not call", since(at, facts));
    }
    match (&answer.owner, answer.called_back_at) {
        (_, Some(at)) => format!("{case}: the customer was called back {}. You need not call", since(at, facts)),
        (Some((owner, at)), None) => {
            let owner = clip(&fold(owner), LONGEST_OWNER);
            format!("{owner} has {case} since {}. You need not call", since(*at, facts))
        }
        (None, None) => format!("{case} cannot be changed by text any more"),
    }
}

fn since(at: DateTime<Utc>, facts: &Facts) -> String {
    fold(&spoken_with_day(at, facts.now, facts.zone))
}

/// As many case numbers as fit; the rest are counted.
fn several(facts: &Facts, cases: &[String]) -> String {
    let folded: Vec<String> = cases.iter().map(|case| fold(case)).collect();
    let example = folded.first().map(|case| case.trim_start_matches("INC").to_owned()).unwrap_or_default();
    let write = |shown: usize| {
        let more = folded.len().saturating_sub(shown);
        let list = folded.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        sentences([
            &format!("{}nothing done, {} cases wait for you: {list}{more}", sender(facts), folded.len()),
            &format!("Reply with the case number, as 1 {example}"),
        ])
    };
    (1..=folded.len()).rev().map(write).find(|text| segments(text).units <= ONE_SEGMENT).unwrap_or_else(|| write(0))
}

/// Why a text from somebody whom no open page knows is answered.
pub enum StrayWords<'a> {
    /// No page ever asked this number.
    Unknown,
    /// No page waits for them.
    NothingOpen,
    /// The page they mean is over.
    Over {
        /// Its case.
        case: &'a str,
        /// Who had it.
        owner: Option<&'a str>,
        /// When it ended.
        at: DateTime<Utc>,
    },
}

/// The answer to a text that belongs to no open page: never a word about a customer.
pub fn stray(words: &StrayWords<'_>, desk_short: &str, desk_phone: &str, now: DateTime<Utc>, zone: Tz) -> String {
    let sender = fold(desk_short);
    let desk = format!("HD {}", super::phone::display(desk_phone));
    match words {
        StrayWords::Unknown => sentences([
            &format!("{sender}: this number takes replies of on-call staff only"),
            &format!("Please call {desk}"),
        ]),
        StrayWords::NothingOpen => sentences([&format!("{sender}: no page waits for you"), &desk]),
        StrayWords::Over { case, owner, at } => {
            let at = spoken_with_day(*at, now, zone);
            let had = owner.map_or_else(String::new, |owner| format!(", {} had it", clip(&fold(owner), LONGEST_OWNER)));
            let case = fold(case);
            sentences([&format!("{sender}: {case} is over since {at}{had}"), "You need not call", &desk])
        }
    }
}
