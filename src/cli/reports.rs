//! What does a person report of a case? The verbs `ack`, `decline`, `called-back` and `cancel`.

use std::io::Write;

use super::arguments::{Format, Report};
use super::face::write_line;
use super::pages::Reader;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::engine::Engine;
use crate::episode::event::{Said, Via};
use crate::episode::input::Input;
use crate::wording::refusals;

/// Which report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// "I have it."
    Ack,
    /// "I cannot."
    Decline,
    /// The customer was reached.
    CalledBack,
    /// The page is withdrawn.
    Cancel,
}

/// What a report is recorded with.
pub struct Recording<'a> {
    /// The engine that records.
    pub engine: &'a Engine,
    /// Whether it may send what becomes due; else `page-oncall run` does.
    pub sends: bool,
    /// The pages.
    pub reader: &'a Reader<'a>,
}

/// Records the report and does at once what became due by it. A report that is on disk is done, whatever comes after it.
pub async fn run(
    kind: Kind,
    report: &Report,
    recording: &Recording<'_>,
    format: Format,
    now: chrono::DateTime<chrono::Utc>,
    out: &mut dyn Write,
) -> CommandResult {
    let Recording { engine, sends, reader } = recording;
    let by = report.by.trim();
    if by.is_empty() {
        return Err(CommandError::usage("--by needs the name of the person who says it"));
    }
    let page = reader.find(&report.case).await?;
    let before = reader.state(&page.episode).await?;
    // A technician types their name as they like; the ladder's spelling is the one messages and reports go by.
    let known = before.ladder.rungs.iter().flat_map(|rung| &rung.contacts).find(|contact| contact.is_called(by));
    let said = Said { by: known.map_or_else(|| by.to_owned(), |contact| contact.name.clone()), via: Via::Agent };
    let input = match kind {
        Kind::Ack => Input::Acknowledge(said),
        Kind::Decline => Input::Decline(said),
        Kind::CalledBack => Input::CalledBack(said),
        Kind::Cancel => Input::Cancel(said),
    };
    let state = match engine.submit(&page.episode, input).await? {
        Ok(state) => state,
        Err(refusal) => {
            return Err(CommandError::finding(refusals::said(&refusal, &before.case, reader.site.zone)));
        }
    };
    if *sends && let Err(error) = engine.turn().await {
        return Err(CommandError::could_not_tell(format!(
            "this is recorded, but not all that is due was done: {error}"
        ))
        .hint("`page-oncall run` does the rest"));
    }
    if format == Format::Json {
        write_line(&reader.view(&page.episode, now, false).await?, out)?;
    } else {
        let zone = reader.site.zone;
        let state = reader.state(&page.episode).await.unwrap_or(state);
        writeln!(out, "{}", crate::wording::page::summary(&state, state.time_at(now), zone))?;
    }
    Ok(Exit::Done)
}
