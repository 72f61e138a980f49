//! `explain`: who is on call in one schedule, with every row that took part and why? Exit codes as of `who`.

use std::io::{self, Write};

use super::face::{Face, Format, write_line};
use crate::desk::error::Exit;
use crate::desk::instant::Instant;
use crate::desk::texts::exit_of_statuses;
use crate::schedule::explain::Explanation;
use crate::schedule::loaded::LoadedSchedule;
use crate::views::explain::Explain;
use crate::wording::{layouts, schedule as words};

/// Writes the explanation, and how the sheet was understood.
pub fn run(loaded: &LoadedSchedule, face: &Face, asked: Instant, out: &mut dyn Write) -> io::Result<Exit> {
    let reading = &loaded.understood.as_ref().map(|how| layouts::tabs(&how.tabs)).unwrap_or_default();
    let explanation: Option<Explanation> = loaded.schedule.as_ref().ok().map(|schedule| schedule.explain(asked.at));
    let answer = explanation.as_ref().map_or_else(|| loaded.on_call(asked.at), |explained| explained.on_call.clone());
    match face.format {
        Format::Json => {
            let view = Explain::new(loaded, asked.at, explanation.as_ref(), reading, face.zone);
            write_line(&view, out)?;
        }
        // The forms of findings are refused before it comes here.
        Format::Text | Format::Junit | Format::Github => {
            if asked.at != face.now || asked.note.is_some() {
                write!(out, "{}", words::heading(asked.at, asked.note, face.zone))?;
            }
            let text = words::explain(loaded, &answer, explanation.as_ref(), reading, face.now, face.zone);
            write!(out, "{text}")?;
        }
    }
    Ok(exit_of_statuses(std::iter::once(answer.status)))
}
