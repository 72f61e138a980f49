//! How is it made sure beforehand that a page would reach somebody? `[proof]`, `[handoff]` and `[quiet]` of the settings.

use chrono::NaiveTime;
use serde::Deserialize;

use crate::decision::ladder::Channel;

/// `[quiet]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuietSettings {
    /// When drills, notes and letters wait: `22:00-07:00`, `never`, or hours by weekdays. Pages never wait.
    pub hours: String,
}

impl Default for QuietSettings {
    fn default() -> Self {
        Self { hours: "22:00-07:00".to_owned() }
    }
}

/// `[proof]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProofSettings {
    /// After how many days without a word from it a number counts as unconfirmed.
    pub confirm_days: u32,
    /// Whether `drill --due` asks whoever begins a time on call the next day.
    pub readiness: bool,
    /// From which clock time of the day before they are asked.
    #[serde(deserialize_with = "clock_time")]
    pub readiness_at: NaiveTime,
    /// At which clock time of the same day it is told who did not reply.
    #[serde(deserialize_with = "clock_time")]
    pub readiness_report_at: NaiveTime,
    /// By which channels they are asked.
    pub readiness_channels: Vec<Channel>,
    /// Who hears of it besides the schedule's owners: e-mail addresses.
    pub supervisors: Vec<String>,
    /// Numbers that messages come from besides those under `[delivery]`, for the contact card.
    pub sender_numbers: Vec<String>,
}

impl Default for ProofSettings {
    fn default() -> Self {
        Self {
            confirm_days: 35,
            readiness: false,
            readiness_at: time_of(16),
            readiness_report_at: time_of(20),
            readiness_channels: vec![Channel::Sms],
            supervisors: Vec::new(),
            sender_numbers: Vec::new(),
        }
    }
}

/// When somebody is told that they are on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HandoffWhen {
    /// Never.
    #[default]
    Off,
    /// When it begins.
    Start,
    /// The evening before, at `evening_at`.
    Evening,
}

/// `[handoff]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandoffSettings {
    /// When somebody is told that they are on call.
    pub when: HandoffWhen,
    /// At which clock time of the day before, for `when = "evening"`.
    #[serde(deserialize_with = "clock_time")]
    pub evening_at: NaiveTime,
    /// By which channels, the first that reaches the person: `sms`, `email`.
    pub channels: Vec<Channel>,
    /// Whether whoever's time on call is changed by an edited sheet also gets a text, besides the letter of `sync --mail`.
    pub changes_by_sms: bool,
    /// Whether the next person and the desk are told at the end what is still open.
    pub end_note: bool,
    /// The desk's own mailbox, for that note.
    pub desk_mail: Option<String>,
}

impl Default for HandoffSettings {
    fn default() -> Self {
        Self {
            when: HandoffWhen::Off,
            evening_at: time_of(18),
            channels: vec![Channel::Sms, Channel::Email],
            changes_by_sms: false,
            end_note: false,
            desk_mail: None,
        }
    }
}

fn time_of(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}

/// A clock time in quotes: `"16:00"`.
fn clock_time<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| serde::de::Error::custom(format!("{text:?} is not a clock time; write for example \"16:00\"")))
}
