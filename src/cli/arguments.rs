//! Which words does the command line take? Contract 3, as clap understands it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::account::AccountVerb;
use super::decide::AnswerFlags;
pub use super::face::Format;
use super::proof_arguments::{DRILL_EXAMPLES, DRILL_USAGE, DrillArguments, HANDOFF_EXAMPLES};
use super::token::TokenVerb;

/// Below the help of the whole program.
const EXAMPLES: &str = "\
Examples:
  page-oncall --case INC1234567                asks, decides, pages and follows
  page-oncall --case INC1234567 --dry-run      the same, sending nothing
  page-oncall called-back INC1234567 --by Ada  the customer was reached
  page-oncall who aims                         who is on call now
  page-oncall gaps --days 14                   holes in the next two weeks

An ANSWER is yes, no or unknown; the other questions take unknown as well.
A TIME is now, 2026-11-26, \"2026-11-26 18:00\" in the site's zone, or RFC 3339.
Exit codes: 0 done, 1 a finding, 2 wrong usage or settings, 3 could not tell.";

/// Below the help of `who`.
const WHO_EXAMPLES: &str = "\
Examples:
  page-oncall who
  page-oncall who aims --at \"2026-11-01 01:30\"
  page-oncall who gds --at - < times.txt       one JSON line for each time";

/// Below the help of `explain`.
const EXPLAIN_EXAMPLES: &str = "\
Example:
  page-oncall explain aims --at \"2026-11-26 18:00\"";

/// Below the help of `gaps`.
const GAPS_EXAMPLES: &str = "\
Examples:
  page-oncall gaps                             the next 14 days, every schedule
  page-oncall gaps aims --from 2026-12-24 --to 2027-01-02
Exit codes: 0 covered, 1 a hole, an overlap or a defect, 3 could not tell.";

/// Below the help of `decide`.
const DECIDE_EXAMPLES: &str = "\
Examples:
  page-oncall decide                           asks on a terminal
  page-oncall decide --partner Music --outage no --critical no
  page-oncall decide --answers - < calls.jsonl one JSON line for each
  page-oncall decide --table                   the procedure, row by row

An ANSWER is yes, no or unknown; the other questions take unknown as well.";

/// Below the help of what is reported of a case.
const SIMULATE_EXAMPLES: &str = "\
Example of a case file (TOML):
  case = \"INC1234567\"
  partner = \"aims\"
  outage = \"no\"
  hd_can_help = \"no\"
  device = \"departmental\"
  critical = \"yes\"
  customer = \"Pat Quinn\"
  phone = \"608-555-0142\"
  summary = \"Payroll PC down\"
  [channels]             # sms, voice, email: accepted, delivered, refused,
  voice = \"no-answer\"    # unavailable, retryable, unknown, voicemail,
  [[says]]               # no-answer, answered
  after_minutes = 7
  by = \"Ben Tran\"
  word = \"1\"             # 1 has it, 2 cannot, 9 called the customer back";

const REPORT_EXAMPLES: &str = "\
NAME is the technician's name, as `page-oncall show CASE` writes it.";

/// Below the help of `doctor`.
const DOCTOR_EXAMPLES: &str = "\
Exit codes: 0 all well or warnings only, 1 a page might not leave or reach
anybody tonight, 2 the settings are broken, 3 could not tell.";

/// Pages the technician on call after hours and keeps the one-hour promise.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "page-oncall",
    version,
    max_term_width = 80,
    subcommand_negates_reqs = true,
    override_usage = "page-oncall --case NUMBER [OPTIONS]\n       page-oncall COMMAND [OPTIONS]",
    after_help = EXAMPLES
)]
pub struct Arguments {
    /// The agent's call.
    #[command(flatten)]
    pub case: CaseArguments,
    /// Words that every call takes.
    #[command(flatten)]
    pub global: Global,
    /// Everything else.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Words that every call takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The site's settings file; else `PAGE_ONCALL_CONFIG`, or the usual places.
    #[arg(long, global = true, value_name = "FILE", display_order = 90)]
    pub config: Option<PathBuf>,
    /// The address of the service that answers; else `[server] url`, or this machine.
    #[arg(long, global = true, value_name = "URL", display_order = 90)]
    pub server: Option<String>,
    /// How results are printed: text or json; gaps also as junit or github.
    #[arg(long, global = true, value_enum, hide_possible_values = true, default_value_t = Format::Text, display_order = 91)]
    pub format: Format,
    /// auto, always or never; auto means on a terminal without `NO_COLOR`.
    #[arg(long, global = true, value_enum, hide_possible_values = true, default_value_t = Color::Auto, display_order = 92)]
    pub color: Color,
    /// Log more to standard error; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = 93)]
    pub verbose: u8,
    /// Log errors only.
    #[arg(short, long, global = true, display_order = 94)]
    pub quiet: bool,
    /// How log lines are written: text, or json with one object a line.
    #[arg(long, global = true, value_enum, value_name = "FORMAT", hide_possible_values = true, default_value_t = LogFormat::Text, display_order = 95)]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line: `timestamp`, `level`, `message`, and what the line is about as further fields.
    Json,
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
    /// Page another round although the case has an open page; else it is joined.
    #[arg(long)]
    pub again: bool,
    /// A pretended time; with --dry-run or in training only.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// Everything but paging.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Who is on call, now or at a time.
    #[command(after_help = WHO_EXAMPLES)]
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
    /// Who is on call, with every row that took part and why.
    #[command(after_help = EXPLAIN_EXAMPLES)]
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
    #[command(after_help = GAPS_EXAMPLES)]
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
        #[arg(
            long,
            value_name = "DAYS",
            default_value_t = 14,
            allow_negative_numbers = true,
            value_parser = clap::value_parser!(u32).range(1..=3660)
        )]
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
    /// Who is on call from when until when: a table, a picture, a calendar.
    Shifts(ShiftsArguments),
    /// What the procedure says for given answers; nothing is sent.
    #[command(after_help = DECIDE_EXAMPLES)]
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
    /// A technician has it: nobody else is paged.
    #[command(after_help = REPORT_EXAMPLES)]
    Ack(Report),
    /// A technician cannot: the next one is tried at once.
    #[command(after_help = REPORT_EXAMPLES)]
    Decline(Report),
    /// The customer was called back: the promise is kept.
    CalledBack(Report),
    /// Withdraw a page; whoever was messaged is told.
    Cancel(Report),
    /// The callback promises: open, kept, late, missed.
    Promises {
        /// Those of closed pages too.
        #[arg(long)]
        all: bool,
    },
    /// Would a page reach somebody tonight? Disturbs nobody.
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor {
        /// Ask for the heartbeat's address too, which counts as a sign of life.
        #[arg(long)]
        ping_heartbeat: bool,
    },
    /// Does a page reach somebody? A test that alarms nobody else.
    #[command(override_usage = DRILL_USAGE, after_help = DRILL_EXAMPLES)]
    Drill(DrillArguments),
    /// Tells people that they are on call, and what is still open.
    #[command(after_help = HANDOFF_EXAMPLES)]
    Handoff {
        /// Show what would leave, send and remember nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// The outage checklist, with who does each step.
    Outage {
        /// The Problem's number, once there is one.
        #[arg(long, value_name = "NUMBER", conflicts_with = "tell")]
        problem: Option<String>,
        /// Ask leadership in its chat rooms and by push (step 2).
        #[arg(long)]
        tell: bool,
        /// With --tell: the first case.
        #[arg(long, value_name = "NUMBER", requires = "tell")]
        case: Option<String>,
        /// With --tell: what may be down, in a few words.
        #[arg(long, value_name = "TEXT", requires = "tell")]
        text: Option<String>,
        /// With --tell: do not ask for confirmation.
        #[arg(long, requires = "tell")]
        yes: bool,
    },
    /// A contact card with every number that pages come from.
    Vcard {
        /// Where to; default standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<String>,
    },
    /// Completions for a shell: bash, elvish, fish, powershell, zsh.
    Completions {
        /// The shell.
        #[arg(hide_possible_values = true)]
        shell: clap_complete::Shell,
    },
    /// The manual, for man: page-oncall man | man -l -
    Man,
    /// A whole page on paper: every step with its time and every message, nothing sent.
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate {
        /// The case: a file with the options of the agent's call as keys; - is standard input.
        #[arg(long, value_name = "FILE")]
        case_file: String,
        /// Nobody says anything, whatever the file says.
        #[arg(long)]
        nobody_answers: bool,
        /// When the page begins; default now.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// The engine: sends what is due and keeps the promises, until stopped.
    Run {
        /// Do what is due now, then stop.
        #[arg(long)]
        once: bool,
    },
    /// Secrets by which programs and wall screens come in over HTTP.
    #[command(subcommand)]
    Token(TokenVerb),
    /// Passwords of the house, for when single sign-on does not work.
    #[command(subcommand)]
    Account(AccountVerb),
    /// Who did or tried what over HTTP, or changed access; newest first.
    Audit {
        /// How many entries.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// The service: the engine, and providers' callbacks over HTTP, until stopped.
    Serve,
}

/// Which shifts are shown, and in which form.
#[derive(Debug, Clone, Args)]
pub struct ShiftsArguments {
    /// One schedule; all when absent.
    pub schedule: Option<String>,
    /// From when; default the beginning of today.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Until when.
    #[arg(long, value_name = "TIME", conflicts_with = "days")]
    pub to: Option<String>,
    /// How many days.
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    pub days: u32,
    /// Draw a picture; - is standard output.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<String>,
    /// Where the picture's line "now" stands; default now.
    #[arg(long, value_name = "TIME", requires = "svg")]
    pub at: Option<String>,
    /// Write a calendar (iCalendar); - is standard output.
    #[arg(long, value_name = "FILE")]
    pub ics: Option<String>,
    /// Put phone numbers and e-mail addresses into the calendar.
    #[arg(long, requires = "ics")]
    pub with_phones: bool,
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
