//! Which pages are there, and how does one stand? The verbs `pages`, `show` and `promises`.

use std::io::Write;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::arguments::Format;
use super::face::write_line;
use crate::desk::error::{CommandResult, Exit};
use crate::desk::lists::{ListedPage, ListedPromise, exit_of_promises, page_list, promise_list};
use crate::desk::reader::{Reader, asked, fold};
use crate::episode::plan;
use crate::episode::state::{Phase, State};
use crate::wording::columns::{fill, wrapped};
use crate::wording::page as words;
use crate::wording::time::minute;

/// `show`: one page's whole log.
pub async fn show(
    reader: &Reader<'_>,
    case: &str,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let page = reader.find(case).await?;
    let view = reader.view(&page.episode, now, true).await?;
    if format == Format::Json {
        write_line(&view, out)?;
        return Ok(Exit::Done);
    }
    let zone = reader.site.zone;
    let log = reader.log(&page.episode).await?;
    let state = fold(&page.episode, &log)?;
    let now = state.time_at(now);
    writeln!(out, "{}", words::summary(&state, now, zone))?;
    for line in words::ladder(&state, zone) {
        writeln!(out, "{line}")?;
    }
    for line in reader.blocked().await?.lines_of(asked(&state)) {
        writeln!(out, "{line}")?;
    }
    if let Some(next) = plan::next(&state, now, &reader.site.policy()) {
        writeln!(out, "Next: {}, {}", words::next_step(&next.step), minute(next.at, zone))?;
    }
    if let Some(promise) = &state.promise {
        writeln!(out, "Promise: {}", words::promise(promise, now, zone))?;
    }
    let briefing = reader.briefing(&page.episode).await?;
    for line in reader.dial_lines(&state, briefing.as_ref()).into_iter().flat_map(|(_, lines)| lines) {
        writeln!(out, "{line}")?;
    }
    if briefing.is_none() {
        writeln!(out, "{}", words::PURGED_LINE)?;
    }
    if state.phase() == Phase::Exhausted {
        writeln!(out)?;
        for line in words::act_now(&state, briefing.as_ref(), &reader.site.settings.desk.help_desk_phone, zone) {
            writeln!(out, "{line}")?;
        }
    }
    writeln!(out, "\nThe log:")?;
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
            writeln!(out, "{heading}")?;
            day = heading;
        }
        let time = local.format("  %H:%M:%S  ").to_string();
        for line in wrapped(&words::change(&recorded.event, known, zone), &time, "            ") {
            writeln!(out, "{line}")?;
        }
    }
    if state.drill.is_some() {
        return Ok(Exit::Done);
    }
    let (system, rule) = (&reader.site.settings.desk.ticket_system, "-".repeat(40));
    writeln!(out, "\nPaste into {system}:\n{rule}\n{}\n{rule}", view.record)?;
    Ok(Exit::Done)
}

/// `pages`: the open pages, or all.
pub async fn pages(
    reader: &Reader<'_>,
    all: bool,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let blocked = reader.blocked().await?;
    let listed = reader.pages(all, now, &blocked).await?;
    if format == Format::Json {
        write_line(&page_list(listed), out)?;
        return Ok(Exit::Done);
    }
    let mut lines = Vec::new();
    for ListedPage { line: _, state, now } in &listed {
        lines.push(words::summary(state, *now, reader.site.zone));
        lines.extend(blocked.lines_of(asked(state)));
    }
    if lines.is_empty() {
        writeln!(out, "{}", if all { "There is no page." } else { "There is no open page." })?;
    } else {
        writeln!(out, "{}", lines.join("\n"))?;
    }
    Ok(Exit::Done)
}

/// `promises`: those of open pages, or all; the oldest first.
pub async fn promises(
    reader: &Reader<'_>,
    all: bool,
    now: DateTime<Utc>,
    format: Format,
    out: &mut dyn Write,
) -> CommandResult {
    let listed = reader.promises(all, now).await?;
    let exit = exit_of_promises(&listed);
    if format == Format::Json {
        write_line(&promise_list(listed), out)?;
    } else if listed.is_empty() {
        writeln!(out, "{}", if all { "No promise was ever made." } else { "No promise is open." })?;
    } else {
        for listed in &listed {
            writeln!(out, "{}", told(listed, reader.site.zone))?;
        }
    }
    Ok(exit)
}

/// A promise in a line or two.
fn told(listed: &ListedPromise, zone: Tz) -> String {
    let ListedPromise { line, promise, state, now } = listed;
    let has_it = line.owner.as_ref().map_or_else(|| "NOBODY has it".to_owned(), |owner| format!("{owner} has it"));
    let who = words::told_and_called(state, zone).map_or(has_it.clone(), |told| format!("{has_it}; {told}"));
    let mark = if state.training { "TRAINING " } else { "" };
    fill(mark, 4, "   ", [state.case.as_str(), &words::promise(promise, *now, zone), &who])
}
