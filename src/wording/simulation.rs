//! How does a page on paper read? One line a step with its time, each message in full, and what the ladder is worth.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::columns::wrapped;
use super::{gsm, page, refusals};
use crate::decision::ladder::Channel;
use crate::decision::ladder_lint::{DeadStep, WhyDead};
use crate::episode::decide::Refusal;
use crate::episode::event::{Attempt, Event};
use crate::episode::rehearsal::Saying;
use crate::episode::state::State;

/// Stands above every simulation.
pub const SIMULATION_LINE: &str = "SIMULATION: nothing is stored, nothing is sent.";

/// The lines of one step of the log; none for the start of an attempt, which its message tells.
pub fn step(event: &Event, at: DateTime<Utc>, state: &State, zone: Tz) -> Vec<String> {
    match event {
        Event::AttemptStarted(_) => Vec::new(),
        event => wrapped(&page::change(event, state, zone), &clock(at, zone), INDENT),
    }
}

/// The lines of a message that would leave.
pub fn message(
    attempt: &Attempt,
    address: &str,
    subject: &str,
    body: &str,
    at: DateTime<Utc>,
    zone: Tz,
) -> Vec<String> {
    let length = match attempt.channel {
        Channel::Sms => {
            let length = gsm::segments(body);
            let plural = if length.count == 1 { "" } else { "s" };
            format!(", {} characters, {} segment{plural}", length.units, length.count)
        }
        _ => String::new(),
    };
    let channel = page::channel_name(attempt.channel);
    let why = page::purpose(attempt.purpose);
    let name = &attempt.contact.name;
    let mut lines = wrapped(&format!("{channel} ({why}) to {name}, {address}{length}:"), &clock(at, zone), INDENT);
    if !subject.is_empty() {
        lines.extend(wrapped(subject, QUOTE, QUOTE));
    }
    for line in body.lines() {
        lines.extend(wrapped(line, QUOTE, QUOTE));
    }
    lines
}

/// What somebody said in vain.
pub fn refused(saying: &Saying, refusal: &Refusal, at: DateTime<Utc>, case: &str, zone: Tz) -> Vec<String> {
    let words = format!("{} says something that changes nothing: {}", saying.by, refusals::said(refusal, case, zone));
    wrapped(&words, &clock(at, zone), INDENT)
}

/// A step of the ladder that no page can use, in one sentence.
pub fn dead_step(dead: &DeadStep) -> String {
    let DeadStep { step, to, why } = dead;
    let why = match why {
        WhyDead::NoChannel => "this site has none of its channels; set up one under [delivery] or change `channels`",
        WhyDead::NoLeadership => "no [[leadership]] person has an address for its channels",
        WhyDead::NoSuchRole => "no schedule has that role; write it as the sheet does, or leave the step out",
        WhyDead::NoFurtherRole => "no schedule has that many roles",
        WhyDead::AfterThePromise => "it comes after the promise to the customer has ended; give it an earlier minute",
    };
    format!("step {step} of the ladder (\"{to}\") can never help: {why}")
}

const INDENT: &str = "    ";
const QUOTE: &str = "    | ";

fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M:%S %Z  ").to_string()
}
