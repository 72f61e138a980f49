//! What does the procedure say about this call? The verb `decide`: one set of answers, a stream of them, or the table.
//!
//! Never pages and never stores. The answers' flags are shared with the call that pages.

use std::io::{self, BufRead, BufReader, Read, Write};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::face::write_line;
use crate::decision::{Answers, Circumstances, Partners, Question, Unreadable};
use crate::desk::answers::{self, Given};
use crate::desk::error::Exit;
use crate::views::decision::{DecisionView, TableView};
use crate::wording::decision::{Call, Desk};
use crate::wording::decision_sheet;
use crate::wording::record::Facts;

/// The options that answer the procedure's questions (contract 3). An option left out is a question not asked yet.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct AnswerFlags {
    /// Does it look like an outage?
    #[arg(long, value_name = "ANSWER")]
    pub outage: Option<String>,
    /// aims, gds (any other contract), none, or a department of partners.csv
    #[arg(long, value_name = "PARTNER")]
    pub partner: Option<String>,
    /// Can the Help Desk fix it itself?
    #[arg(long, value_name = "ANSWER")]
    pub hd_can_help: Option<String>,
    /// departmental or personal
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// A work stoppage that cannot wait until CPS opens?
    #[arg(long, value_name = "ANSWER")]
    pub critical: Option<String>,
    /// Do you judge it an emergency? Asked of partners other than AIMS
    #[arg(long, value_name = "ANSWER")]
    pub judgement: Option<String>,
    /// Flagged as a Primary Tech Partner? Asked without a contract
    #[arg(long, value_name = "ANSWER")]
    pub ptp: Option<String>,
    /// one or many people, of a Primary Tech Partner's issue
    #[arg(long, value_name = "MANY")]
    pub affected: Option<String>,
    /// Does a Primary Tech Partner's issue affect a VIP?
    #[arg(long, value_name = "ANSWER")]
    pub vip: Option<String>,
}

impl AnswerFlags {
    /// Reads every option that was given; the first that cannot be read is an error.
    pub fn read(&self, partners: &Partners) -> Result<Given, Unreadable> {
        answers::read(|question| self.text(question), partners).map_err(|unreadable| unreadable.error)
    }

    /// What was given to a question.
    pub fn text(&self, question: Question) -> Option<&str> {
        match question {
            Question::Outage => self.outage.as_deref(),
            Question::Partner => self.partner.as_deref(),
            Question::Ptp => self.ptp.as_deref(),
            Question::Affected => self.affected.as_deref(),
            Question::Vip => self.vip.as_deref(),
            Question::HdCanHelp => self.hd_can_help.as_deref(),
            Question::Device => self.device.as_deref(),
            Question::Critical => self.critical.as_deref(),
            Question::Judgement => self.judgement.as_deref(),
        }
    }
}

/// Writes the decision of one call, as text or as one JSON object.
pub fn run(call: &Call, facts: &Facts, desk: &Desk, json: bool, output: &mut dyn Write) -> io::Result<()> {
    if json {
        write_line(&DecisionView::new(call, facts, desk, &[]), output)
    } else {
        writeln!(output, "{}", decision_sheet::decision(call, desk))
    }
}

/// Writes the whole procedure row by row, as text or as one JSON object.
pub fn run_table(json: bool, output: &mut dyn Write) -> io::Result<()> {
    if json { write_line(&TableView::new(), output) } else { writeln!(output, "{}", decision_sheet::table()) }
}

/// What a stream of answers is decided in.
pub struct Surroundings<'a> {
    /// What the sentences need to know.
    pub desk: &'a Desk,
    /// The departments that `partner` may name.
    pub partners: &'a Partners,
    /// The moment of a line without `at`.
    pub now: DateTime<Utc>,
    /// Reads `at`: RFC 3339, or civil time of the site's zone (contract 2.3 rule 2).
    pub parse_instant: &'a dyn Fn(&str) -> Result<DateTime<Utc>, String>,
    /// What the desks' hours say at an instant.
    pub circumstances: &'a dyn Fn(DateTime<Utc>) -> Circumstances,
}

/// Answers one JSON object a line with one JSON line each, in order; blank lines are skipped.
///
/// The keys are those of contract 3; `general_hd_open` and `cps_open` (booleans) take the place of what the hours say.
/// A line that cannot be used is answered `{"error", "line"}` in its place, and the exit code is then 2, otherwise 0.
pub fn run_stream(input: impl Read, output: &mut dyn Write, surroundings: &Surroundings) -> io::Result<Exit> {
    let mut input = BufReader::new(input);
    let mut output = io::BufWriter::new(output);
    let mut line = Vec::new();
    let mut exit_code = Exit::Done;
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match decide_line(&line, surroundings) {
            Ok(view) => write_line(&view, &mut output)?,
            Err(error) => {
                exit_code = Exit::WrongUsage;
                write_line(&json!({ "error": error, "line": number }), &mut output)?;
            }
        }
        // A program that writes one line and waits for its answer gets it; a long file is not flushed line by line.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(exit_code)
}

fn decide_line(line: &[u8], surroundings: &Surroundings) -> Result<DecisionView, String> {
    let object: Map<String, Value> =
        serde_json::from_slice(line).map_err(|error| format!("not a JSON object: {error}"))?;
    let mut answers = Answers::default();
    let mut at = surroundings.now;
    let (mut general_hd_open, mut cps_open) = (None, None);
    for (key, value) in &object {
        if value.is_null() {
            continue;
        }
        match key.as_str() {
            "at" => {
                let text = value.as_str().ok_or_else(|| format!("at must be a text, not {value}"))?;
                at = (surroundings.parse_instant)(text)?;
            }
            "general_hd_open" => general_hd_open = Some(flag(key, value)?),
            "cps_open" => cps_open = Some(flag(key, value)?),
            _ => {
                let question = Question::named(key).ok_or_else(|| unknown_key(key))?;
                let given = match value {
                    Value::String(text) => question.read(text, surroundings.partners),
                    Value::Bool(flag) => question.read_flag(*flag, surroundings.partners),
                    other => Err(question.unreadable(&other.to_string(), surroundings.partners)),
                };
                given.map_err(|error| error.to_string())?.apply(&mut answers);
            }
        }
    }
    let mut circumstances = (surroundings.circumstances)(at);
    circumstances.general_hd_open = general_hd_open.unwrap_or(circumstances.general_hd_open);
    circumstances.cps_open = cps_open.unwrap_or(circumstances.cps_open);
    Ok(DecisionView::new(&Call::decide(&answers, &circumstances), &Facts::default(), surroundings.desk, &[]))
}

fn flag(key: &str, value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("{key} must be true or false, not {value}"))
}

fn unknown_key(key: &str) -> String {
    let known = || Question::ALL.into_iter().map(Question::key).chain(["at", "general_hd_open", "cps_open"]);
    let nearest = known()
        .map(|name| (strsim::jaro_winkler(&key.to_ascii_lowercase(), name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(alike, _)| *alike >= 0.8);
    match nearest {
        Some((_, name)) => format!("unknown key {key:?}; did you mean {name:?}?"),
        None => format!("unknown key {key:?}; the keys are {}", known().collect::<Vec<_>>().join(", ")),
    }
}
