//! What did a provider say about an attempt? The only words of providers that a page knows (contract 5.2).

use serde::{Deserialize, Serialize};

/// What a provider's word amounts to. None of them is an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The provider took the message; it proves nothing more.
    Accepted,
    /// A receipt says the message reached the device or mailbox.
    Delivered,
    /// A machine answered the call and was left the message: nobody was reached, and the climb goes on (contract 5.4).
    Voicemail,
    /// This contact cannot be reached on this channel; trying again is pointless.
    Refused,
    /// This provider carries nothing for this site at present (login, registration); another one may.
    Unavailable,
    /// Not sent now; trying again may help.
    Retryable,
    /// Nobody knows whether it was sent; counts as not reached.
    Unknown,
}

impl Outcome {
    /// The word of logs and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Delivered => "delivered",
            Self::Voicemail => "voicemail",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Retryable => "retryable",
            Self::Unknown => "unknown",
        }
    }
}

/// A provider's answer about one attempt, ready for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What it amounts to.
    pub outcome: Outcome,
    /// Which provider answered, by its name in the settings.
    pub provider: String,
    /// The provider's own name for the message.
    pub provider_id: Option<String>,
    /// Status and code in the provider's terms, for people; never customer data.
    pub detail: String,
}
