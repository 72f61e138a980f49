//! What does the service say of itself: where it listens, and whether it is ready?

use serde::Serialize;

/// Where the service listens, once it does: for the script that started it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listening {
    /// The address and port, as they were bound.
    pub listening: String,
    /// The same as the beginning of an address for browsers.
    pub url: String,
}

impl Listening {
    /// The view of an address that was bound.
    pub fn at(address: &str) -> Self {
        Self { listening: address.to_owned(), url: format!("http://{address}") }
    }
}

/// `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// When it was asked, RFC 3339 with the site's offset as all times here.
    pub at: String,
    /// Whether pages are carried on.
    pub ready: bool,
    /// Why not; empty when they are.
    pub reasons: Vec<String>,
    /// The last finished turn of the engine.
    pub turn: Turn,
    /// The last turn after which every open page was found looked after; it is what the outside heartbeat hears of.
    pub clean_turn: Turn,
    /// Whether this process is the sole engine of its page log; another one may be.
    pub lease_held: bool,
    /// Whether the page log was written a moment ago.
    pub database_writable: bool,
    /// Every schedule of the settings, by name.
    pub schedules: Vec<Reading>,
    /// What runs by the clock, by name.
    pub jobs: Vec<Job>,
}

/// A turn of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// When it ended; `null` before the first.
    pub finished_at: Option<String>,
    /// How long ago, in seconds.
    pub age_s: Option<i64>,
}

/// When a schedule was read well last, by any process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Its name in the settings.
    pub schedule: String,
    /// When; `null` when it never was.
    pub read_at: Option<String>,
    /// How long ago, in seconds.
    pub age_s: Option<i64>,
}

/// What became of a job that runs by the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its name.
    pub job: &'static str,
    /// When it last came to a good end; `null` when it did not since the service began.
    pub last_success_at: Option<String>,
    /// When it last came to any end.
    pub last_run_at: Option<String>,
    /// Whether that end was a good one.
    pub last_run_succeeded: bool,
}
