//! `outage`: the checklist of an outage, with who does each step (A85-A108; domain 1.5).

use std::io::Write;

use serde::Serialize;

use super::face::{Format, write_line};
use crate::decision::outage::CHECKLIST;
use crate::desk::error::{CommandResult, Exit};
use crate::desk::words::desk;
use crate::site::Site;
use crate::wording::outage as words;

#[derive(Serialize)]
struct Checklist<'a> {
    problem: Option<&'a str>,
    steps: Vec<StepView>,
}

#[derive(Serialize)]
struct StepView {
    step: u8,
    actor: &'static str,
    what: String,
    source_line: &'static str,
}

/// Writes the checklist; `problem` is the Problem's number once there is one.
pub fn run(site: &Site, problem: Option<&str>, format: Format, out: &mut dyn Write) -> CommandResult {
    let desk = desk(site);
    if format == Format::Json {
        let steps = CHECKLIST.iter().map(|step| StepView {
            step: step.number,
            actor: words::actor(step.actor),
            what: words::instruction(step, &desk, problem),
            source_line: step.source_line,
        });
        write_line(&Checklist { problem, steps: steps.collect() }, out)?;
    } else {
        writeln!(out, "{}", words::checklist(&desk, problem))?;
    }
    Ok(Exit::Done)
}
