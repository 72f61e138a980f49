//! Which words do the verbs take that make sure beforehand that people can be reached?

use clap::{ArgGroup, Args};

use crate::decision::ladder::Channel;

/// The three ways to call `drill`.
pub(super) const DRILL_USAGE: &str = "page-oncall drill NAME [OPTIONS]
       page-oncall drill --due
       page-oncall drill --report [--mail]";

/// Below the help of `drill`.
pub(super) const DRILL_EXAMPLES: &str = "\
Examples:
  page-oncall drill \"Ada Ruiz\"                 a test, followed for ten minutes
  page-oncall drill \"Ada Ruiz\" --channels sms  by text alone
  page-oncall drill --due                      for cron: asks who begins tomorrow
  page-oncall drill --report --mail            for cron: tells who did not reply
A drill never escalates, never alarms anybody else, and is no case.
Exit codes: 0 answered, 1 not answered or not now, 3 could not tell.";

/// Below the help of `handoff`.
pub(super) const HANDOFF_EXAMPLES: &str = "\
For cron, every ten minutes; [handoff] says who is told what, and when.
Exit codes: 0 all told, 1 a note could not be sent, 3 could not tell.";

/// Whom a drill asks.
#[derive(Debug, Clone, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[group(skip)]
#[command(group = ArgGroup::new("what").required(true).args(["name", "due", "report"]))]
pub struct DrillArguments {
    /// Whom to test.
    pub name: Option<String>,
    /// Ask everybody whose time on call begins tomorrow, once.
    #[arg(long)]
    pub due: bool,
    /// Tell who of them confirmed.
    #[arg(long)]
    pub report: bool,
    /// With --report: write to owners and supervisors, once a day.
    #[arg(long, conflicts_with_all = ["name", "due"])]
    pub mail: bool,
    /// sms, voice, email, ntfy, pushover; default the ladder's first step.
    #[arg(long, value_name = "CHANNELS", value_delimiter = ',', value_parser = channel, conflicts_with_all = ["due", "report"])]
    pub channels: Vec<Channel>,
    /// Who asks; default the login name.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["due", "report"])]
    pub by: Option<String>,
    /// In quiet hours too.
    #[arg(long, conflicts_with_all = ["due", "report"])]
    pub now: bool,
    /// Do not follow it; `page-oncall run` carries it on.
    #[arg(long, conflicts_with_all = ["due", "report"])]
    pub no_wait: bool,
}

fn channel(text: &str) -> Result<Channel, String> {
    [Channel::Sms, Channel::Voice, Channel::Email, Channel::Ntfy, Channel::Pushover]
        .into_iter()
        .find(|channel| channel.word() == text.trim().to_lowercase())
        .ok_or_else(|| "write sms, voice, email, ntfy or pushover, with commas between".to_owned())
}
