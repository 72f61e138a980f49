//! What is this program made of tonight? Settings to adapters to engine; the only place that knows all.
//!
//! `environment` and `clock` are the only files that may ask the machine; `locate` and `load` find and read the site;
//! `sheets` asks Google and other servers, `memory` for kept versions of sheets, `edits` whether a sheet changes under a
//! page; `adapters` builds providers, store and engine, with `callers` for calls and `words` for what messages say;
//! `database` knows the file or the server that keeps pages, `push` the rooms and push services; `logs` says where log
//! lines go. `verbs` hands each verb what it needs, `call` the agent's, `simulate` the page on paper, `serve` the
//! service, `upkeep` the two that a timer runs, whose end `heartbeat` tells; `doctor`, `doctor_access` and `doctor_people`
//! make the checks before the night, `drill` the tests of people, `handoff` the notes to them. `access` gives and takes
//! access by command, with `passwords` and `random`; `single_sign_on` asks an OpenID provider, and
//! `remote` the service of another machine.

mod access;
mod adapters;
mod call;
mod callers;
mod clock;
mod database;
mod doctor;
mod doctor_access;
mod doctor_database;
mod doctor_people;
mod drill;
mod edits;
mod environment;
mod handoff;
mod heartbeat;
mod load;
mod locate;
mod logs;
mod memory;
mod passwords;
mod push;
mod random;
mod remote;
mod serve;
mod sheets;
mod simulate;
#[cfg(feature = "single-sign-on")]
mod single_sign_on;
mod upkeep;
mod verbs;
mod words;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::cli::arguments::{Arguments, LogFormat};
use crate::desk::error::CommandError;
use crate::wording::columns::wrapped;
use environment::Environment;

/// The exit code of a defect of ours (contract 3).
const DEFECT: u8 = 70;

/// Runs the call that was typed and gives its exit code.
pub fn start() -> ExitCode {
    let environment = Environment::read();
    let arguments = match Arguments::try_parse_from(&environment.arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; everything else is wrong usage.
            let code = if error.use_stderr() { 2 } else { 0 };
            return if error.print().is_ok() { ExitCode::from(code) } else { ExitCode::from(3) };
        }
    };
    logs::start(&arguments.global, environment.log.as_deref());
    let ran = std::panic::catch_unwind(|| verbs::run(&arguments, &environment));
    match ran {
        Ok(Ok(exit)) => ExitCode::from(exit.code()),
        Ok(Err(error)) => {
            report(&error, arguments.global.log_format);
            ExitCode::from(error.exit.code())
        }
        Err(_) => {
            let error = CommandError::could_not_tell("this is a defect of page-oncall; the page log on disk is whole")
                .hint("dial by hand, and report what is printed above");
            report(&error, arguments.global.log_format);
            ExitCode::from(DEFECT)
        }
    }
}

/// Says to the person what went wrong, or to the program that reads log lines. When even that cannot be written, the exit
/// code still says it.
fn report(error: &CommandError, format: LogFormat) {
    if format == LogFormat::Json {
        tracing::error!(hint = error.hint, exit = error.exit.code(), "{}", error.message);
        return;
    }
    let mut stderr = std::io::stderr();
    let text = format!("page-oncall: {error}");
    // A person reads whole words; a program gets each part on one line.
    let lines = if stderr.is_terminal() {
        text.lines().enumerate().flat_map(|(at, line)| wrapped(line, if at == 0 { "" } else { "  " }, "  ")).collect()
    } else {
        vec![text]
    };
    let _unwritable = writeln!(stderr, "{}", lines.join("\n"));
}
