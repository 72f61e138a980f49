//! `gaps`: where in the coming days is nobody on call who must be, which rows overlap, what is wrong in the sheets?
//!
//! Exit codes: 0 covered; 1 a gap, an overlap or a problem of severity error; 3 a schedule is unusable, which weighs
//! more than 1. Warnings and notes alone leave it at 0.

use std::io::{self, Write};

use super::face::{Face, Format, write_line};
use super::gaps_formats;
use crate::civil::Interval;
use crate::desk::blocked::Blocked;
use crate::desk::error::Exit;
use crate::desk::gaps::{Desks, exit, judge, view};
use crate::desk::texts;
use crate::schedule::judgement::Judgement;
use crate::schedule::loaded::LoadedSchedule;

/// Judges the schedules and writes the report.
pub fn run(
    schedules: &[LoadedSchedule],
    face: &Face,
    window: Interval,
    desks: Desks,
    all_hours: bool,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let judged = judge(schedules, face.zone, window, desks, all_hours);
    write(&judged, face, window, &Blocked::default(), out)?;
    Ok(exit(&judged))
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
        Format::Json => write_line(&view(judged, window, blocked, face.zone), out),
        Format::Junit => gaps_formats::junit(judged, face.zone, out),
        Format::Github => gaps_formats::github(judged, face.zone, out),
        Format::Text => write!(out, "{}", texts::gaps(judged, window, blocked, face.zone)),
    }
}
