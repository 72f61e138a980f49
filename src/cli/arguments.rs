//! Which words does the command line take? Contract 3, as clap understands it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::decide::AnswerFlags;
pub use super::face::Format;

/// Pages the technician on call after hours and keeps the one-hour promise.
///
/// With --case it pages; everything else is a verb.
#[derive(Debug, Clone, Parser)]
#[command(name = "page-oncall", version, max_term_width = 80, subcommand_negates_reqs = true)]
pub struct Arguments {
    /// Words that every call takes.
    #[command(flatten)]
    pub global: Global,
    /// The agent's call.
    #[command(flatten)]
    pub case: CaseArguments,
    /// Everything else.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Words that every call takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The site's settings file (else `PAGE_ONCALL_CONFIG`, ./page-oncall.toml,
    /// ./schedules/page-oncall.toml, the user's and /etc's).
    #[arg(long, global = true, value_name = "FILE", display_order = 90)]
    pub config: Option<PathBuf>,
    /// How results are printed; json is one object, or one object a line for streams;
    /// junit and github are for gaps only.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, display_order = 91)]
    pub format: Format,
    /// Whether to use colour; `NO_COLOR` is honoured.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, display_order = 92)]
    pub color: Color,
    /// Log more to standard error; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = 93)]
    pub verbose: u8,
    /// Log errors only.
    #[arg(short, long, global = true, display_order = 94)]
    pub quiet: bool,
}

/// Whether to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the agent says when paging.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Paging")]
pub struct CaseArguments {
    /// The case number.
    #[arg(long, value_name = "NUMBER")]
    pub case: Option<String>,
    /// The customer's name.
    #[arg(long, value_name = "NAME")]
    pub customer: Option<String>,
    /// The customer's phone number.
    #[arg(long, value_name = "NUMBER")]
    pub phone: Option<String>,
    /// The problem in a few words.
    #[arg(long, value_name = "TEXT")]
    pub summary: Option<String>,
    /// What the procedure asks.
    #[command(flatten)]
    pub answers: AnswerFlags,
    /// Do not ask for confirmation.
    #[arg(long)]
    pub yes: bool,
    /// Show everything, send and store nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not follow the page; `page-oncall run` carries it on.
    #[arg(long)]
    pub no_wait: bool,
    /// Never ask; fail naming what is missing.
    #[arg(long)]
    pub no_input: bool,
    /// Page another round although the case has an open page.
    #[arg(long)]
    pub again: bool,
    /// The pretended time; with --dry-run or in training only.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// Everything but paging.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Who is on call, now or at a time.
    Who {
        /// One schedule; all when absent.
        schedule: Option<String>,
        /// A time, or - for one a line from standard input.
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
        /// Answer from the sheet as it stood at this time.
        #[arg(long, value_name = "TIME")]
        known_at: Option<String>,
    },
    /// The same with every row that took part and why.
    Explain {
        /// The schedule.
        schedule: String,
        /// A time.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Answer from the sheet as it stood at this time.
        #[arg(long, value_name = "TIME")]
        known_at: Option<String>,
    },
    /// Holes, overlaps and problems in the schedules.
    Gaps {
        /// One schedule; all when absent.
        schedule: Option<String>,
        /// From when; default now.
        #[arg(long, value_name = "TIME")]
        from: Option<String>,
        /// Until when.
        #[arg(long, value_name = "TIME", conflicts_with = "days")]
        to: Option<String>,
        /// How many days.
        #[arg(long, value_name = "DAYS", default_value_t = 14)]
        days: u32,
        /// Judge every hour, not only those that need somebody.
        #[arg(long)]
        all_hours: bool,
        /// Answer from the sheet as it stood at this time.
        #[arg(long, value_name = "TIME")]
        known_at: Option<String>,
        /// Write to the schedule's owners when something new is found.
        #[arg(long, conflicts_with = "known_at")]
        mail: bool,
    },
    /// Reads every sheet, keeps new versions, says what is different.
    Sync {
        /// One schedule; all when absent.
        schedule: Option<String>,
        /// Write to everybody whose time on call is changed.
        #[arg(long)]
        mail: bool,
    },
    /// What the procedure says for given answers; nothing is sent.
    Decide {
        /// The answers.
        #[command(flatten)]
        answers: AnswerFlags,
        /// The time; default now.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// - reads one JSON object of answers a line from standard input.
        #[arg(long = "answers", value_name = "-", allow_hyphen_values = true)]
        stream: Option<String>,
        /// Never ask; an absent answer is unknown.
        #[arg(long)]
        no_input: bool,
        /// Print the procedure's table.
        #[arg(long)]
        table: bool,
    },
    /// The open pages.
    Pages {
        /// Closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// One page's whole log.
    Show {
        /// The case number.
        case: String,
    },
    /// A technician has it.
    Ack(Report),
    /// A technician cannot.
    Decline(Report),
    /// The customer was called back.
    CalledBack(Report),
    /// The page is withdrawn; whoever was messaged is told.
    Cancel(Report),
    /// The callback promises: open, kept, late, missed.
    Promises {
        /// Those of closed pages too.
        #[arg(long)]
        all: bool,
    },
    /// The engine: sends what is due, keeps the promises' clocks, until stopped.
    Run {
        /// Do what is due now, then stop.
        #[arg(long)]
        once: bool,
    },
}

/// What a technician or agent reports of a case.
#[derive(Debug, Clone, Args)]
pub struct Report {
    /// The case number.
    pub case: String,
    /// Who says it.
    #[arg(long, value_name = "NAME")]
    pub by: String,
}
