//! How does the agent watch a page? One line a change on a pipe, a redrawn ladder with a countdown on a terminal.
//!
//! Following is looking: Ctrl-C ends it and leaves the page to whoever runs the engine.

use std::future::Future;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::reader::Reader;
use crate::engine::Engine;
use crate::episode::event::Event;
use crate::episode::plan;
use crate::episode::state::{Phase, State};
use crate::ports::Clock;
use crate::wording::columns::{WIDTH, cut, wrapped};
use crate::wording::page as words;
use crate::wording::time::{span, spoken};

/// How the following is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Nothing until the end: the answer is one JSON object.
    Nothing,
    /// One line a change.
    Lines,
    /// A ladder redrawn in place, with a countdown.
    Screen,
}

/// Drives and follows a page until it is taken, ends or `stop` is ready.
pub async fn follow(
    engine: &Engine,
    reader: &Reader<'_>,
    clock: &dyn Clock,
    episode: &str,
    show: Show,
    stop: impl Future<Output = ()>,
    out: &mut (dyn Write + Send),
) -> Result<State, CommandError> {
    let watched: Mutex<Watched> = Mutex::new(Watched { state: None, lines: Vec::new(), to_dial: Vec::new() });
    let zone = reader.site.zone;
    let briefing = reader.briefing(episode).await?;
    let on_event = |recorded: &crate::episode::event::Recorded, state: &State| {
        let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
        if is_news(&recorded.event) {
            let mark = if state.training { "TRAINING " } else { "" };
            let time = recorded.at.with_timezone(&zone).format("%H:%M:%S");
            watched.lines.extend(wrapped(
                &words::change(&recorded.event, state, zone),
                &format!("{mark}{time}  "),
                "    ",
            ));
        }
        for (name, lines) in reader.dial_lines(state, briefing.as_ref()) {
            if !watched.to_dial.contains(&name) {
                watched.lines.extend(lines);
                watched.to_dial.push(name);
            }
        }
        watched.state = Some(state.clone());
    };
    let enough = |state: &State| state.phase() != Phase::Paging;
    let mut drive = std::pin::pin!(engine.drive(episode, on_event, enough, stop));
    let mut drawn = 0;
    let state = loop {
        let tick = clock.sleep_until(clock.now() + Duration::milliseconds(200));
        let ended = tokio::select! {
            ended = &mut drive => Some(ended),
            () = tick => None,
        };
        {
            let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
            match show {
                Show::Nothing => {}
                Show::Lines => watched.print(out)?,
                Show::Screen => drawn = watched.redraw(reader, clock.now(), drawn, out)?,
            }
        }
        if let Some(ended) = ended {
            break ended.map_err(|error| CommandError::could_not_tell(error.to_string()))?;
        }
    };
    Ok(state)
}

/// How following ended, in words and as an exit code.
pub async fn ended(
    reader: &Reader<'_>,
    episode: &str,
    state: &State,
    show: Show,
    waited: bool,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    let zone = reader.site.zone;
    let exit = match state.phase() {
        Phase::Acknowledged | Phase::Closed => Exit::Done,
        Phase::Paging | Phase::Exhausted | Phase::Cancelled => Exit::Finding,
    };
    if show == Show::Nothing {
        return Ok(exit);
    }
    writeln!(out)?;
    match (state.phase(), &state.acknowledged) {
        (Phase::Exhausted, _) => {
            let briefing = reader.briefing(episode).await?;
            let desk_phone = &reader.site.settings.desk.help_desk_phone;
            for line in words::act_now(state, briefing.as_ref(), desk_phone, zone) {
                writeln!(out, "{line}")?;
            }
        }
        (Phase::Cancelled, _) => writeln!(out, "The page was withdrawn.")?,
        (Phase::Paging, _) => {
            for line in words::left_alone(state, waited) {
                writeln!(out, "{line}")?;
            }
        }
        (_, Some(owner)) => {
            writeln!(out, "{} has it.", owner.by)?;
            if let Some(promise) = state.promise.as_ref().filter(|promise| promise.called_back_at.is_none()) {
                let due = spoken(promise.due, zone);
                writeln!(out, "The customer is to be called by {due}. When that is done:")?;
                writeln!(out, "  page-oncall called-back {} --by \"{}\"", state.case, owner.by)?;
            }
        }
        (_, None) => {}
    }
    if state.phase() != Phase::Paging {
        writeln!(out, "For the case, with every attempt:  page-oncall show {}", state.case)?;
    }
    Ok(exit)
}

/// What is worth a line: an attempt's outcome is, its start is not.
fn is_news(event: &Event) -> bool {
    !matches!(event, Event::AttemptStarted(_))
}

/// The ladder with what comes next, for a terminal.
fn screen(reader: &Reader<'_>, state: &State, now: DateTime<Utc>) -> Vec<String> {
    let zone = reader.site.zone;
    let mut lines = vec![String::new()];
    lines.extend(words::ladder(state, zone));
    lines.extend(words::blocked(state, reader.site.texts_from(), zone));
    if let Some(next) = plan::next(state, now, &reader.site.policy()) {
        let left = span(next.at - now);
        lines.push(format!("Next: {} in {left}", words::next_step(&next.step)));
    }
    if let Some(promise) = &state.promise {
        lines.push(format!("Promise: {}", words::promise(promise, now, zone)));
    }
    if state.phase() == Phase::Paging {
        lines.push("Ctrl-C stops following, not the page.".to_owned());
    }
    lines
}

struct Watched {
    state: Option<State>,
    /// Lines not printed yet.
    lines: Vec<String>,
    /// Who is to be dialled by hand, as far as it was told.
    to_dial: Vec<String>,
}

impl Watched {
    fn print(&mut self, out: &mut (dyn Write + Send)) -> Result<(), CommandError> {
        for line in self.lines.drain(..) {
            writeln!(out, "{line}")?;
        }
        Ok(out.flush()?)
    }

    /// Prints what is new above the ladder and draws the ladder anew over its former self, of `drawn` lines.
    fn redraw(
        &mut self,
        reader: &Reader<'_>,
        now: DateTime<Utc>,
        drawn: usize,
        out: &mut (dyn Write + Send),
    ) -> Result<usize, CommandError> {
        if drawn > 0 {
            // Up to the first line of the former ladder, and nothing left below.
            write!(out, "\x1b[{drawn}A\x1b[J")?;
        }
        for line in self.lines.drain(..) {
            writeln!(out, "{line}")?;
        }
        let Some(state) = &self.state else { return Ok(0) };
        let lines = screen(reader, state, now);
        // A line that wraps would not be overwritten the next time.
        let columns = crossterm::terminal::size().map_or(WIDTH, |(columns, _)| WIDTH.min(columns.into())) - 1;
        for line in &lines {
            writeln!(out, "{}", cut(line, columns))?;
        }
        out.flush()?;
        Ok(lines.len())
    }
}
