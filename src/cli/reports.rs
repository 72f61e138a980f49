//! What does a person report of a case? The verbs `ack`, `decline`, `called-back` and `cancel`.

use std::io::Write;

use super::arguments::{Format, Report};
use super::case::write_json;
use super::error::{CommandError, CommandResult, Exit};
use super::pages::Reader;
use crate::engine::{Engine, EngineError};
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

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        Self::could_not_tell(error.to_string())
    }
}

/// Records the report by `recorder`; `sender`, where this machine may send, does at once what became due by it.
#[allow(clippy::too_many_arguments, reason = "each is a different thing that only the caller knows")]
pub async fn run(
    kind: Kind,
    report: &Report,
    recorder: &Engine,
    sender: Option<&Engine>,
    reader: &Reader<'_>,
    format: Format,
    now: chrono::DateTime<chrono::Utc>,
    out: &mut dyn Write,
) -> CommandResult {
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
    let state = match recorder.submit(&page.episode, input).await? {
        Ok(state) => state,
        Err(refusal) => {
            return Err(CommandError::finding(refusals::said(&refusal, &before.case, reader.site.zone)));
        }
    };
    if let Some(sender) = sender {
        sender.turn().await?;
    }
    if format == Format::Json {
        write_json(out, &reader.view(&page.episode, now, false).await?)?;
    } else {
        let zone = reader.site.zone;
        let state = reader.state(&page.episode).await.unwrap_or(state);
        writeln!(out, "{}", crate::wording::page::summary(&state, state.time_at(now), zone))?;
    }
    Ok(Exit::Done)
}
