//! `completions` and `man`: what does a shell or a manual reader need of the program? Neither looks at a site.

use std::io::Write;

use clap::{Command, CommandFactory};

use super::arguments::Arguments;
use crate::desk::error::CommandResult;
use crate::desk::error::Exit;

/// The name that shells complete.
const PROGRAM: &str = "page-oncall";

/// Writes the completions for one shell.
pub fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), PROGRAM, &mut script);
    out.write_all(&script)?;
    Ok(Exit::Done)
}

/// Writes the manual: the program's page, then one for each verb.
pub fn manual(out: &mut dyn Write) -> CommandResult {
    let mut command = Arguments::command();
    command.build();
    page(&command, PROGRAM, out)?;
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        page(verb, &format!("{PROGRAM}-{}", verb.get_name()), out)?;
    }
    Ok(Exit::Done)
}

fn page(command: &Command, title: &str, out: &mut dyn Write) -> std::io::Result<()> {
    // Written whole: a reader that closes the pipe early must not leave half a macro.
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).title(title.to_uppercase()).section("1").render(&mut text)?;
    out.write_all(&text)
}
