//! `shifts`: who is on call from when until when, as a table, as JSON, as a picture, as a calendar file?
//!
//! Exit codes: 0 covered; 1 a needed hour of the window has nobody; 3 a schedule is unusable, which weighs more than 1:
//! then no calendar is written, since a calendar program would take missing events for cancelled ones.

use std::io::Write;
use std::path::Path;

use chrono::{DateTime, Duration, Utc};

use super::arguments::ShiftsArguments;
use super::face::{Face, Format, write_line};
use super::gaps::Desks;
use crate::civil::Interval;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::schedule::coverage::needed;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::Plan;
use crate::views::shifts::Shifts;
use crate::wording::calendar::calendar;
use crate::wording::shifts as words;
use crate::wording::timeline_svg::{Timeline, timeline_svg};

/// The longest window: drawn and exported as a whole, so that a slip of the pen does not fill a disk.
const LONGEST: Duration = Duration::days(3_660);
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
    if window.length() > LONGEST {
        return Err(CommandError::usage("the window is longer than ten years").hint("ask for fewer --days"));
    }
    let (svg, ics) = (arguments.svg.as_deref(), arguments.ics.as_deref());
    let to_standard_output = [svg, ics].into_iter().flatten().filter(|file| *file == STANDARD_OUTPUT).count();
    if to_standard_output == 2 {
        return Err(CommandError::usage("--svg - and --ics - cannot both go to standard output")
            .hint("give one of them a file"));
    }
    let plan = |loaded: &LoadedSchedule| {
        let needed = |span| needed(loaded.coverage, desks.general, desks.cps, span);
        loaded.schedule.as_ref().ok().map(|schedule| Plan::new(schedule, window, &needed))
    };
    let planned: Vec<words::Planned> = schedules.iter().map(|loaded| (loaded, plan(loaded))).collect();
    let exit = planned.iter().map(|(_, plan)| exit_code(plan.as_ref())).max().unwrap_or(Exit::Done);
    let mut said: Vec<String> = Vec::new();
    if let Some(file) = svg {
        let drawn = timeline_svg(&Timeline { window, planned: &planned, zone: face.zone, now: at });
        hand_over(file, &drawn, out)?;
        said.push(words::written(file, "a picture", &planned));
    }
    if let Some(file) = ics {
        let unusable: Vec<&str> =
            planned.iter().filter(|(_, plan)| plan.is_none()).map(|(loaded, _)| loaded.name.as_str()).collect();
        if !unusable.is_empty() {
            return Err(CommandError::could_not_tell(format!(
                "no calendar is written: {} cannot be used",
                unusable.join(", ")
            ))
            .hint(
                "page-oncall gaps says why; a calendar without its events would look like shifts that were cancelled",
            ));
        }
        hand_over(file, &calendar(&planned, face.zone, arguments.with_phones), out)?;
        said.push(words::written(file, "a calendar", &planned));
    }
    match face.format {
        _ if to_standard_output > 0 => {}
        Format::Json => write_line(&Shifts::new(window, &planned, face.zone), out)?,
        // The forms of findings are refused before it comes here.
        _ if said.is_empty() => write!(out, "{}", words::shifts(window, &planned, face.zone))?,
        _ => writeln!(out, "{}", said.join("\n"))?,
    }
    Ok(exit)
}

fn exit_code(plan: Option<&Plan>) -> Exit {
    match plan {
        None => Exit::CouldNotTell,
        Some(plan) if plan.report.gaps.is_empty() => Exit::Done,
        Some(_) => Exit::Finding,
    }
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
