//! What does every reading verb need to answer? The zone, the moment and the form; JSON goes out one way.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// In which form an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, in 80 columns.
    Text,
    /// One object, or one object a line for streams.
    Json,
    /// A test report for build servers; `gaps` only.
    Junit,
    /// Workflow commands for GitHub; `gaps` only.
    Github,
}

impl Format {
    /// Whether it is the form of findings alone, which only `gaps` has.
    pub fn is_of_findings(self) -> bool {
        matches!(self, Self::Junit | Self::Github)
    }
}

/// What a verb needs besides the schedules.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    /// The site's zone.
    pub zone: Tz,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The form of the answer.
    pub format: Format,
}

/// Writes one JSON object on a line of its own.
pub fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
