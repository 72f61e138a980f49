//! `gaps`: where in the coming days is nobody on call who must be, which rows overlap, what is wrong in the sheets?
//!
//! Exit codes: 0 covered; 1 a gap, an overlap or a problem of severity error; 3 a schedule is unusable, which weighs
//! more than 1. Warnings and notes alone leave it at 0.

use std::io::{self, Write};

use super::error::Exit;
use super::face::{Face, Format};
use super::who::write_line;
use crate::civil::{Interval, OpeningHours};
use crate::schedule::coverage::{Coverage, needed};
use crate::schedule::gaps::{GapReport, gaps};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::problem::Severity;
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

/// Writes the report over `window`; `all_hours` judges every instant, whatever coverage the schedules ask for.
pub fn run(
    schedules: &[LoadedSchedule],
    face: &Face,
    window: Interval,
    desks: Desks,
    all_hours: bool,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let coverage_of = |loaded: &LoadedSchedule| if all_hours { Coverage::Always } else { loaded.coverage };
    let judge = |loaded: &LoadedSchedule| {
        let needed = needed(coverage_of(loaded), desks.general, desks.cps, window);
        loaded.schedule.as_ref().ok().map(|schedule| gaps(schedule, window, &needed))
    };
    let judged: Vec<(&LoadedSchedule, Option<GapReport>)> =
        schedules.iter().map(|loaded| (loaded, judge(loaded))).collect();
    match face.format {
        Format::Json => {
            let entries = judged
                .iter()
                .map(|(loaded, report)| GapsSchedule::new(loaded, coverage_of(loaded), report.as_ref(), face.zone));
            write_line(&Gaps::new(window, entries.collect(), face.zone), out)?;
        }
        Format::Text => write!(out, "{}", words::gaps(window, &judged, face.zone))?,
    }
    Ok(judged.iter().map(|(loaded, report)| exit_code(loaded, report.as_ref())).max().unwrap_or(Exit::Done))
}

fn exit_code(loaded: &LoadedSchedule, report: Option<&GapReport>) -> Exit {
    let Some(report) = report else { return Exit::CouldNotTell };
    let error = loaded.problems().iter().any(|problem| problem.kind.severity() == Severity::Error);
    if error || !report.gaps.is_empty() || !report.overlaps.is_empty() { Exit::Finding } else { Exit::Done }
}
