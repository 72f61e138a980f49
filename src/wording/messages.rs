//! What does a technician read in a text or a mail? Every message, from facts alone (contract 5.6).
//!
//! A text is folded to GSM-7 and kept to one segment: the customer's name is cut first, then the description, never
//! the case number or a phone number. `answers` answers texts that came back, `email` writes the mails, `voice` what a call
//! says and `voice_answers` what it says after a key, `push` what rooms and push services show, `held_back` keeps
//! identities inside.

mod answers;
mod email;
mod held_back;
mod push;
pub mod voice;
pub mod voice_answers;
mod voice_numbers;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use answers::{Answer, StrayWords, stray};
pub use email::email;
pub use held_back::{HeldBack, held_back, stays_inside};
pub use push::{TakenBy, push};
pub use voice_numbers::number_twice;

use super::gsm::{ONE_SEGMENT, fold, segments};
use super::phone;
use super::time::spoken;
use crate::episode::briefing::Briefing;
use crate::episode::event::Purpose;

/// Everything a message may say. Personal data: no `Debug`.
#[derive(Clone)]
pub struct Facts<'a> {
    /// Why it is sent.
    pub purpose: Purpose,
    /// The four facts; `None` when they were purged.
    pub briefing: Option<&'a Briefing>,
    /// The case number.
    pub case: &'a str,
    /// Whom it goes to.
    pub contact_name: &'a str,
    /// The schedule in a word (`AIMS`); empty when leadership was asked without one.
    pub schedule_label: &'a str,
    /// Until when the contact is on call; `None` for people without shifts.
    pub on_call_until: Option<DateTime<Utc>>,
    /// Until when the customer was promised a call; `None` when nothing was promised.
    pub due: Option<DateTime<Utc>>,
    /// When the page began.
    pub opened_at: DateTime<Utc>,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The site's zone: clock times are written in it.
    pub zone: Tz,
    /// The help desk in a few letters (`UW HD`).
    pub desk_short: &'a str,
    /// The help desk's number.
    pub help_desk_phone: &'a str,
    /// The how-manieth page for this case the contact gets, from 1: a second one must not look like a new case.
    pub notice: u32,
    /// Whether the contact has other open pages, so that a reply needs the case number (contract 5.6).
    pub several_open: bool,
    /// Who has the case; `None` while nobody has it, and for a stand-down of a withdrawn page.
    pub owner: Option<&'a str>,
    /// Who else was paged in this round.
    pub also_paged: &'a [String],
    /// What a reply amounted to, for the answer to it.
    pub answer: Option<Answer<'a>>,
    /// Whether the page is training.
    pub training: bool,
    /// Where the reader sees the page and answers it.
    pub link: Option<&'a str>,
    /// Whether texts hold the link too, and so take a second segment.
    pub link_in_texts: bool,
}

/// A description is shortened no further than this; then it is left out.
const SHORTEST_SUMMARY: usize = 12;
/// The customer's name is shortened to this before the description is touched.
const SHORT_NAME: usize = 16;
/// The name of whoever has the case is shortened to this.
const LONGEST_OWNER: usize = 20;
/// A name and a description longer than this are cut before anything is tried: no text holds them.
const LONGEST: usize = ONE_SEGMENT;

/// The text message: one GSM-7 segment whenever the facts that are never cut allow it.
pub fn sms(facts: &Facts) -> String {
    let name = facts.briefing.map(|briefing| fold(&briefing.customer)).unwrap_or_default();
    let summary = match facts.purpose {
        Purpose::Page => Summary::of(facts.briefing),
        _ => Summary { text: String::new(), shortest: 0 },
    };
    let text = fit(&name, &summary, |name, summary| match facts.purpose {
        Purpose::Page => page(facts, name, summary),
        Purpose::StandDown => stand_down(facts),
        Purpose::PromiseWarning { .. } => promise_warning(facts, name),
        Purpose::PromiseMissed => promise_missed(facts, name),
        Purpose::Exhausted => exhausted(facts, name),
        Purpose::Answer { .. } => {
            facts.answer.as_ref().map_or_else(String::new, |answer| answers::answer(facts, answer, name))
        }
    });
    // The first segment says everything without it.
    match facts.link.filter(|_| facts.link_in_texts) {
        Some(link) => format!("{text} {link}"),
        None => text,
    }
}

/// `UW HD PAGE AIMS 1234567: call Pat Q 608-555-0142 by 11:42pm. Payroll PC down. Reply 1=got it 2=cannot. HD 608-264-4357`
fn page(facts: &Facts, name: &str, summary: &str) -> String {
    let nth = if facts.notice > 1 { format!("{} ", ordinal(facts.notice)) } else { String::new() };
    let call = match customer(facts, name) {
        Some(customer) => format!("call {customer}{}", deadline(facts)),
        None => format!("the case says whom to call{}", deadline(facts)),
    };
    let with_case = case_to_reply(facts);
    sentences([
        &format!("{}{nth}PAGE{} {}: {call}", sender(facts), label(facts), fold(facts.case)),
        summary,
        &format!("Reply 1{with_case}=got it 2{with_case}=cannot"),
        &desk(facts),
    ])
}

fn stand_down(facts: &Facts) -> String {
    let why = facts.owner.map_or_else(
        || "the page was withdrawn".to_owned(),
        |owner| format!("{} has it", clip(&fold(owner), LONGEST_OWNER)),
    );
    sentences([
        &format!("{}STAND DOWN{} {}: {why}", sender(facts), label(facts), fold(facts.case)),
        "You need not call",
        &desk(facts),
    ])
}

fn promise_warning(facts: &Facts, name: &str) -> String {
    let left = facts.due.map_or(0, |due| (due - facts.now).num_minutes().max(0));
    let left = if facts.due.is_some() { format!(" ({left} min left)") } else { String::new() };
    let call = customer(facts, name).map_or_else(|| "call the customer".to_owned(), |who| format!("call {who}"));
    sentences([
        &format!("{}CALLBACK DUE {}: {call}{}{left}", sender(facts), fold(facts.case), deadline(facts)),
        &owner(facts),
        &format!("Reached? Tell {}", desk(facts)),
    ])
}

fn promise_missed(facts: &Facts, name: &str) -> String {
    let who = customer(facts, name).unwrap_or_else(|| "the customer".to_owned());
    let promised = facts.due.map_or_else(String::new, |due| format!(", due {}", spoken(due, facts.zone)));
    sentences([
        &format!("{}CALLBACK MISSED {}: call {who} NOW{promised}", sender(facts), fold(facts.case)),
        &owner(facts),
        &format!("Then tell {}", desk(facts)),
    ])
}

fn exhausted(facts: &Facts, name: &str) -> String {
    let who = customer(facts, name).unwrap_or_else(|| "the customer".to_owned());
    let with_case = case_to_reply(facts);
    sentences([
        &format!(
            "{}NOBODY HAS{} {}: call {who}{} or send somebody",
            sender(facts),
            label(facts),
            fold(facts.case),
            deadline(facts)
        ),
        &format!("Reply 1{with_case}=got it"),
        &desk(facts),
    ])
}

/// The case number that a reply needs, after a blank: its digits alone, which are understood and quicker to type.
fn case_to_reply(facts: &Facts) -> String {
    let case = fold(facts.case);
    if facts.several_open { format!(" {}", case.strip_prefix("INC").unwrap_or(&case)) } else { String::new() }
}

/// Who sends it, after the word TRAINING where it is that: `UW HD `.
fn sender(facts: &Facts) -> String {
    let training = if facts.training { "TRAINING " } else { "" };
    format!("{training}{} ", fold(facts.desk_short))
}

/// The schedule, after a blank.
fn label(facts: &Facts) -> String {
    let label = fold(facts.schedule_label);
    if label.is_empty() { label } else { format!(" {label}") }
}

/// The customer's name and number; nothing when they were purged.
fn customer(facts: &Facts, name: &str) -> Option<String> {
    let phone = phone::display(&facts.briefing?.phone);
    Some(if name.is_empty() { phone } else { format!("{name} {phone}") })
}

/// By when to call: a clock time, for nobody counts minutes at 3 am.
fn deadline(facts: &Facts) -> String {
    match facts.due {
        Some(due) if due > facts.now => format!(" by {}", spoken(due, facts.zone)),
        Some(_) => " NOW".to_owned(),
        None => String::new(),
    }
}

/// Who has the case, seen from the reader.
fn owner(facts: &Facts) -> String {
    match facts.owner {
        Some(owner) if owner == facts.contact_name => "You have it".to_owned(),
        Some(owner) => format!("{} has it", clip(&fold(owner), LONGEST_OWNER)),
        None => "Nobody has it".to_owned(),
    }
}

/// The help desk's number.
fn desk(facts: &Facts) -> String {
    format!("HD {}", phone::display(facts.help_desk_phone))
}

/// The parts as sentences with full stops between them, none after the last and none doubled.
fn sentences<const N: usize>(parts: [&str; N]) -> String {
    let mut text = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !text.is_empty() {
            text.push_str(if text.ends_with(['.', '!', '?']) { " " } else { ". " });
        }
        text.push_str(part);
    }
    text
}

/// The problem in the words that may leave the house.
struct Summary {
    text: String,
    /// The fewest letters that still say something.
    shortest: usize,
}

impl Summary {
    fn of(briefing: Option<&Briefing>) -> Self {
        let inside = |text: &str| Self { text: text.to_owned(), shortest: text.len() };
        match briefing {
            None => inside(""),
            Some(briefing) if briefing.restricted || held_back(&briefing.summary).is_some() => {
                inside("Details in case")
            }
            Some(briefing) => Self {
                text: fold(&briefing.summary).trim_end_matches(['.', ' ']).to_owned(),
                shortest: SHORTEST_SUMMARY,
            },
        }
    }
}

/// The first version that fits: name cut a little, then the description, then none, then the name to nothing.
fn fit(name: &str, summary: &Summary, write: impl Fn(&str, &str) -> String) -> String {
    let (name, text) = (clip(name, LONGEST), clip(&summary.text, LONGEST));
    let short_name = clip(&name, SHORT_NAME);
    let names = (SHORT_NAME..=name.len()).rev().map(|width| (clip(&name, width), text.clone()));
    let texts = (summary.shortest..=text.len()).rev().map(|width| (short_name.clone(), clip(&text, width)));
    let bare = (0..=name.len()).rev().map(|width| (clip(&name, width), String::new()));
    std::iter::once((name.clone(), text.clone()))
        .chain(names)
        .chain(texts)
        .chain(bare)
        .map(|(name, text)| write(&name, &text))
        .find(|message| segments(message).units <= ONE_SEGMENT)
        .unwrap_or_else(|| write("", ""))
}

/// `text` in at most `width` units, `..` marking what was cut; nothing when so little is left that it misleads.
fn clip(text: &str, width: usize) -> String {
    if segments(text).units <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if segments(&kept).units + 2 > width {
            kept.pop();
            break;
        }
    }
    let kept = kept.trim_end_matches(['.', ' ', ',', ';', ':', '-']);
    if kept.is_empty() { String::new() } else { format!("{kept}..") }
}

/// `2nd`, `3rd`, `11th`; beyond 99 it makes no difference.
fn ordinal(number: u32) -> String {
    let number = number.min(99);
    let suffix = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod voice_tests;
