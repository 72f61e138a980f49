//! `explain`: who is on call in one schedule, with every row that took part and why? Exit codes as of `who`.

use std::io::{self, Write};

use super::face::{Face, Format};
use super::instant::Instant;
use super::who::{exit_code, write_line};
use crate::schedule::explain::Explanation;
use crate::schedule::loaded::LoadedSchedule;
use crate::views::explain::Explain;
use crate::wording::schedule as words;

/// Writes the explanation; `reading` are the lines on how the sheet was read, empty when nobody knows.
pub fn run(
    loaded: &LoadedSchedule,
    face: &Face,
    asked: Instant,
    reading: &[String],
    out: &mut dyn Write,
) -> io::Result<u8> {
    let explanation: Option<Explanation> = loaded.schedule.as_ref().ok().map(|schedule| schedule.explain(asked.at));
    let answer = explanation.as_ref().map_or_else(|| loaded.on_call(asked.at), |explained| explained.on_call.clone());
    match face.format {
        Format::Json => {
            let view = Explain::new(loaded, asked.at, explanation.as_ref(), reading, face.zone, face.describe);
            write_line(&view, out)?;
        }
        Format::Text => {
            if asked.at != face.now || asked.note.is_some() {
                write!(out, "{}", words::heading(asked.at, asked.note, face.zone))?;
            }
            let text =
                words::explain(loaded, &answer, explanation.as_ref(), reading, face.now, face.zone, face.describe);
            write!(out, "{text}")?;
        }
    }
    Ok(exit_code(std::iter::once(answer.status)))
}
