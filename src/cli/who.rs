//! `who`: who is on call now, at an instant, or at each instant of a stream?
//!
//! Exit codes: 0 everybody asked for is on call, also in a conflict, since both are paged; 1 a required role has nobody;
//! 3 a schedule is unusable, which weighs more than 1. A stream with an unreadable line ends in 2, which weighs most.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::Serialize;

use super::face::{Face, Format, write_line};
use crate::desk::blocked::Blocked;
use crate::desk::error::Exit;
use crate::desk::instant::{self, Instant};
use crate::desk::texts;
use crate::schedule::loaded::LoadedSchedule;
use crate::views::who::{Who, WhoSchedule};
use crate::wording::time::rfc3339;

/// Writes who is on call in each of `schedules` at one instant.
pub fn run(
    schedules: &[LoadedSchedule],
    face: &Face,
    blocked: &Blocked,
    asked: Instant,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    let answers: Vec<_> = schedules.iter().map(|loaded| (loaded, loaded.on_call(asked.at))).collect();
    match face.format {
        Format::Json => {
            let entry = |(loaded, answer)| WhoSchedule::new(loaded, answer, face.zone);
            let schedules = answers.iter().map(|(loaded, answer)| entry((loaded, answer))).collect();
            let who = Who { at: rfc3339(asked.at, face.zone), schedules };
            write_line(&who.marked(|phone| blocked.has(phone)), out)?;
        }
        // The forms of findings are refused before it comes here.
        Format::Text | Format::Junit | Format::Github => {
            write!(out, "{}", texts::who(&answers, asked, face.now, blocked, face.zone))?;
        }
    }
    Ok(texts::exit_of_statuses(answers.iter().map(|(_, answer)| answer.status)))
}

/// A line of a stream that is not an instant.
#[derive(Serialize)]
struct BadLine {
    error: String,
    line: u64,
}

/// Reads one instant a line and writes one JSON line each, in order; a line that is not an instant gets its error in place.
///
/// Answers are handed on whenever no whole line is waiting, so that a program may ask and read in turns.
pub fn stream(
    schedules: &[LoadedSchedule],
    face: &Face,
    blocked: &Blocked,
    input: impl Read,
    out: &mut dyn Write,
) -> io::Result<Exit> {
    const BLOCK: usize = 64 * 1024;
    let mut input = BufReader::with_capacity(BLOCK, input);
    let mut out = io::BufWriter::with_capacity(BLOCK, out);
    let mut text = Vec::new();
    let (mut code, mut number, mut readable) = (Exit::Done, 0, true);
    loop {
        if !input.buffer().contains(&b'\n') {
            out.flush()?;
        }
        text.clear();
        if input.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        number += 1;
        let line = String::from_utf8_lossy(&text);
        match instant::parse(line.trim_end_matches(['\n', '\r']), face.zone, face.now) {
            Ok(Instant { at, .. }) => {
                let who = Who::new(schedules, at, face.zone).marked(|phone| blocked.has(phone));
                code = code.max(texts::exit_of_statuses(who.schedules.iter().map(|schedule| schedule.status)));
                write_line(&who, &mut out)?;
            }
            Err(error) => {
                readable = false;
                write_line(&BadLine { error: error.to_string(), line: number }, &mut out)?;
            }
        }
    }
    out.flush()?;
    Ok(if readable { code } else { Exit::WrongUsage })
}
