//! What does a person report of a case? The verbs `ack`, `decline`, `called-back` and `cancel`.

use std::io::Write;

use super::arguments::{Format, Report};
use super::face::write_line;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::desk::reader::Reader;
use crate::desk::reports::{Kind, named, record};
use crate::engine::Engine;
use crate::episode::event::Via;

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
    // A nameless report is refused whether or not there is such a page.
    let by = named(&report.by)?;
    let page = reader.find(&report.case).await?;
    let state = record(kind, &page.episode, by, Via::Agent, engine, reader).await??;
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
