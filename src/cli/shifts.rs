//! `shifts`: who is on call from when until when, as a table, as JSON, as a picture, as a calendar file?
//!
//! Exit codes: 0 covered; 1 a needed hour of the window has nobody; 3 a schedule is unusable, which weighs more than 1:
//! then no calendar is written, since a calendar program would take missing events for cancelled ones.

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::arguments::ShiftsArguments;
use super::face::{Face, Format, write_line};
use crate::civil::Interval;
use crate::desk::error::{CommandError, CommandResult};
use crate::desk::gaps::Desks;
use crate::desk::shifts::Timetable;
use crate::schedule::loaded::LoadedSchedule;
use crate::wording::shifts as words;

/// What stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Writes the timeline of `schedules` over `window` in every form that was asked for; `at` is where a picture says "now".
pub fn run(
    schedules: &[LoadedSchedule],
    face: &Face,
    window: Interval,
    at: DateTime<Utc>,
    desks: Desks,
    arguments: &ShiftsArguments,
    out: &mut dyn Write,
) -> CommandResult {
    let timetable = Timetable::new(schedules, window, face.zone, desks)?;
    let (svg, ics) = (arguments.svg.as_deref(), arguments.ics.as_deref());
    let to_standard_output = [svg, ics].into_iter().flatten().filter(|file| *file == STANDARD_OUTPUT).count();
    if to_standard_output == 2 {
        return Err(CommandError::usage("--svg - and --ics - cannot both go to standard output")
            .hint("give one of them a file"));
    }
    let mut said: Vec<String> = Vec::new();
    if let Some(file) = svg {
        hand_over(file, &timetable.picture(at), out)?;
        said.push(words::written(file, "a picture", &timetable.planned));
    }
    if let Some(file) = ics {
        hand_over(file, &timetable.calendar(arguments.with_phones)?, out)?;
        said.push(words::written(file, "a calendar", &timetable.planned));
    }
    match face.format {
        _ if to_standard_output > 0 => {}
        Format::Json => write_line(&timetable.view(), out)?,
        // The forms of findings are refused before it comes here.
        _ if said.is_empty() => write!(out, "{}", words::shifts(window, &timetable.planned, face.zone))?,
        _ => writeln!(out, "{}", said.join("\n"))?,
    }
    Ok(timetable.exit())
}

pub(super) fn hand_over(file: &str, text: &str, out: &mut dyn Write) -> Result<(), CommandError> {
    if file == STANDARD_OUTPUT {
        return Ok(out.write_all(text.as_bytes())?);
    }
    replace(Path::new(file), text)
        .map_err(|error| CommandError::could_not_tell(format!("{file} cannot be written: {error}")))
}

/// Writes a file so that a program that reads it meanwhile sees the old text or the new one, never a half.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let target = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    if std::fs::metadata(&target).is_ok_and(|about| !about.is_file()) {
        return std::fs::write(&target, text);
    }
    let mut beside = target.clone().into_os_string();
    beside.push(format!(".{}.part", std::process::id()));
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &target)).inspect_err(|_| {
        let _gone_already = std::fs::remove_file(&beside);
    })
}
