//! What is answered to people about schedules and pages, in words of 80 columns? The same text on a terminal and from
//! the service.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::blocked::Blocked;
use super::error::{CommandError, Exit};
use super::instant::Instant;
use super::lists::{ListedPage, ListedPromise};
use super::reader::{Reader, asked, fold};
use crate::civil::Interval;
use crate::episode::plan;
use crate::episode::state::{Phase, State};
use crate::schedule::judgement::Judgement;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::{OnCall, Status};
use crate::wording::columns::{fill, wrapped};
use crate::wording::page as words;
use crate::wording::time::minute;
use crate::wording::{gaps as gaps_words, schedule};

/// Who is on call; `now` is the present moment in whole seconds.
pub fn who(
    answers: &[(&LoadedSchedule, OnCall)],
    at: Instant,
    now: DateTime<Utc>,
    blocked: &Blocked,
    zone: Tz,
) -> String {
    let mut out = String::new();
    if at.at != now || at.note.is_some() {
        out += &schedule::heading(at.at, at.note, zone);
    }
    for (loaded, answer) in answers {
        out += &schedule::who(loaded, answer, now, zone);
        let people = answer.people.iter().map(|person| (person.name.as_ref(), person.phone.as_deref()));
        lines(&mut out, blocked.lines(people));
    }
    out
}

/// The gravest of what answers amount to.
pub fn exit_of_statuses(statuses: impl Iterator<Item = Status>) -> Exit {
    let code = |status| match status {
        Status::Covered | Status::Conflict => Exit::Done,
        Status::Gap => Exit::Finding,
        Status::Unusable => Exit::CouldNotTell,
    };
    statuses.map(code).max().unwrap_or(Exit::Done)
}

/// What is not covered.
pub fn gaps(judged: &[Judgement<'_>], window: Interval, blocked: &Blocked, zone: Tz) -> String {
    let mut out = gaps_words::gaps(window, judged, zone);
    lines(&mut out, blocked.known_lines());
    out
}

/// One page's whole log, at the true time `now`; `record` is what to paste into the case.
pub async fn show(
    reader: &Reader<'_>,
    episode: &str,
    record: &str,
    now: DateTime<Utc>,
) -> Result<String, CommandError> {
    let log = reader.log(episode).await?;
    let state = fold(episode, &log)?;
    let (zone, briefing) = (reader.site.zone, reader.briefing(episode).await?);
    let now = state.time_at(now);
    let mut out = words::summary(&state, now, zone) + "\n";
    lines(&mut out, words::ladder(&state, zone));
    lines(&mut out, reader.blocked().await?.lines_of(asked(&state)));
    if let Some(next) = plan::next(&state, now, &reader.site.policy()) {
        lines(&mut out, [format!("Next: {}, {}", words::next_step(&next.step), minute(next.at, zone))]);
    }
    if let Some(promise) = &state.promise {
        lines(&mut out, [format!("Promise: {}", words::promise(promise, now, zone))]);
    }
    lines(&mut out, reader.dial_lines(&state, briefing.as_ref()).into_iter().flat_map(|(_, lines)| lines));
    if briefing.is_none() {
        lines(&mut out, [words::PURGED_LINE.to_owned()]);
    }
    if state.phase() == Phase::Exhausted {
        out.push('\n');
        lines(&mut out, words::act_now(&state, briefing.as_ref(), &reader.site.settings.desk.help_desk_phone, zone));
    }
    out += "\nThe log:\n";
    let mut known: Option<State> = None;
    let mut day = String::new();
    for recorded in &log {
        match &mut known {
            Some(known) => drop(known.apply(recorded)),
            None => known = State::of(std::slice::from_ref(recorded)).ok(),
        }
        let Some(known) = &known else { continue };
        let local = recorded.at.with_timezone(&zone);
        let heading = local.format("%a %Y-%m-%d, %Z (%:z)").to_string();
        if heading != day {
            lines(&mut out, [heading.clone()]);
            day = heading;
        }
        let time = local.format("  %H:%M:%S  ").to_string();
        lines(&mut out, wrapped(&words::change(&recorded.event, known, zone), &time, "            "));
    }
    if state.drill.is_none() {
        let (system, rule) = (&reader.site.settings.desk.ticket_system, "-".repeat(40));
        let _infallible = writeln!(out, "\nPaste into {system}:\n{rule}\n{record}\n{rule}");
    }
    Ok(out)
}

/// The pages in a line or two each.
pub fn pages(listed: &[ListedPage], all: bool, blocked: &Blocked, zone: Tz) -> String {
    let mut out = String::new();
    for ListedPage { line: _, state, now } in listed {
        lines(&mut out, [words::summary(state, *now, zone)]);
        lines(&mut out, blocked.lines_of(asked(state)));
    }
    if out.is_empty() {
        lines(&mut out, [if all { "There is no page." } else { "There is no open page." }.to_owned()]);
    }
    out
}

/// The promises in a line or two each.
pub fn promises(listed: &[ListedPromise], all: bool, zone: Tz) -> String {
    let mut out = String::new();
    lines(&mut out, listed.iter().map(|listed| promise(listed, zone)));
    if out.is_empty() {
        lines(&mut out, [if all { "No promise was ever made." } else { "No promise is open." }.to_owned()]);
    }
    out
}

fn lines(out: &mut String, lines: impl IntoIterator<Item = String>) {
    for line in lines {
        *out += &line;
        out.push('\n');
    }
}

/// A promise in a line or two.
fn promise(listed: &ListedPromise, zone: Tz) -> String {
    let ListedPromise { line, promise, state, now } = listed;
    let has_it = line.owner.as_ref().map_or_else(|| "NOBODY has it".to_owned(), |owner| format!("{owner} has it"));
    let who = words::told_and_called(state, zone).map_or(has_it.clone(), |told| format!("{has_it}; {told}"));
    let mark = if state.training { "TRAINING " } else { "" };
    fill(mark, 4, "   ", [state.case.as_str(), &words::promise(promise, *now, zone), &who])
}
