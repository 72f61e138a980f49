//! What does a page on paper need? The case file, the schedules at the simulated time, and the words of messages.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::clock::MachineClock;
use super::environment::Environment;
use super::load::Loaded;
use super::sheets::Hurry;
use super::verbs;
use super::words::Words;
use crate::cli::case::Surroundings;
use crate::cli::face::Face;
use crate::cli::simulate::{self, CaseFile, Simulation};
use crate::decision::ladder_lint::roles_of;
use crate::desk::error::{CommandError, CommandResult};
use crate::desk::window;
use crate::ports::Clock;

/// The verb `simulate`.
pub(super) fn run(
    case_file: &str,
    nobody_answers: bool,
    at: Option<&str>,
    loaded: Loaded,
    environment: &Environment,
    face: &Face,
    out: &mut dyn Write,
) -> CommandResult {
    let file = CaseFile::parse(&read(case_file)?)
        .map_err(|error| CommandError::usage(format!("the case file {case_file}: {error}")))?;
    let at = window::read(at.unwrap_or("now"), face.zone, face.now)?.at;
    // How old a reading is, the true time says.
    let read_at = MachineClock::real().now();
    let loaded = Arc::new(loaded);
    let schedules = loaded.schedules(None, read_at, Hurry::No)?;
    let schedule = |name: &str| {
        let found = schedules.iter().find(|schedule| schedule.name == name).cloned();
        found.ok_or_else(|| CommandError::usage(format!("there is no schedule {name:?}")))
    };
    let roles = schedules.iter().filter_map(|loaded| loaded.schedule.as_ref().ok()).map(roles_of).collect();
    let simulation = Simulation {
        surroundings: Surroundings {
            site: &loaded.site,
            now: at,
            clock: &|| at,
            pretended_s: 0,
            by: environment.user.clone().unwrap_or_else(|| "agent".to_owned()),
            format: face.format,
            schedule: &schedule,
            blocked: &|| verbs::blocked(&loaded),
        },
        render: &Words { loaded: Arc::clone(&loaded), links: None },
        roles,
        nobody_answers,
    };
    simulate::run(&file, &simulation, out)
}

fn read(file: &str) -> Result<String, CommandError> {
    let text = if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(Path::new(file))
    };
    text.map_err(|error| {
        CommandError::usage(format!("the case file {file} cannot be read: {error}"))
            .hint("write its name relative to where you are, or - to read standard input")
    })
}
