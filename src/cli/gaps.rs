//! `gaps`: where in the coming days is nobody on call who must be, which rows overlap, what is wrong in the sheets?
//!
//! Exit codes: 0 covered; 1 a gap, an overlap or a problem of severity error; 3 a schedule is unusable, which weighs
//! more than 1. Warnings and notes alone leave it at 0.

use std::io::{self, Write};

use super::face::{Face, Format, write_line};
use super::gaps_formats;
use crate::civil::{Interval, OpeningHours};
use crate::desk::blocked::Blocked;
use crate::desk::error::Exit;
use crate::schedule::coverage::{Coverage, needed};
use crate::schedule::judgement::{self, Judgement};
use crate::schedule::loaded::LoadedSchedule;
use crate::views::gaps::{Gaps, GapsSchedule};
use crate::wording::gaps as words;

/// When the two desks are open.
#[derive(Debug, Clone, Copy)]
pub struct Desks<'a> {
    /// The General Help Desk.
    pub general: &'a OpeningHours,
    /// The CPS Help Desk.
    pub cps: &'a OpeningHours,
}

/// Judges the schedules over `window`; `all_hours` judges every instant, whatever coverage the schedules ask for.
pub fn judge<'a>(
    schedules: &'a [LoadedSchedule],
    face: &Face,
    window: Interval,
    desks: Desks,
    all_hours: bool,
) -> Vec<Judgement<'a>> {
    judgement::judge(schedules, window, face.zone, |loaded| {
        let coverage = if all_hours { Coverage::Always } else { loaded.coverage };
        (coverage, needed(coverage, desks.general, desks.cps, window))
    })
}

/// Judges the schedules and writes the report.
pub fn run(
    schedules: &[LoadedSchedule],
    face: &Face,
    window: Interval,
    desks: Desks,
    all_hours: bool,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let judged = judge(schedules, face, window, desks, all_hours);
    write(&judged, face, window, &Blocked::default(), out)?;
    Ok(exit_code(&judged))
}

/// Writes the report.
pub fn write(
    judged: &[Judgement<'_>],
    face: &Face,
    window: Interval,
    blocked: &Blocked,
    out: &mut dyn Write,
) -> io::Result<()> {
    match face.format {
        Format::Json => {
            let entries = judged.iter().map(|judged| GapsSchedule::new(judged, face.zone)).collect();
            let gaps = Gaps { opted_out: blocked.known_views(), ..Gaps::new(window, entries, face.zone) };
            write_line(&gaps, out)
        }
        Format::Junit => gaps_formats::junit(judged, face.zone, out),
        Format::Github => gaps_formats::github(judged, face.zone, out),
        Format::Text => {
            write!(out, "{}", words::gaps(window, judged, face.zone))?;
            blocked.known_lines().iter().try_for_each(|line| writeln!(out, "{line}"))
        }
    }
}

/// The gravest of what the schedules amount to.
pub fn exit_code(judged: &[Judgement<'_>]) -> Exit {
    let code = |judged: &Judgement<'_>| match judged.report {
        None => Exit::CouldNotTell,
        Some(_) if judged.is_finding() => Exit::Finding,
        Some(_) => Exit::Done,
    };
    judged.iter().map(code).max().unwrap_or(Exit::Done)
}
