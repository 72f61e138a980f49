//! What does the provider's list of texts hold? The fields that replies are made of; all others are its own business.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::ports::Reply;

/// A page of the list of messages; unknown fields are the provider's business.
#[derive(Deserialize)]
pub(super) struct MessageList {
    pub(super) messages: Vec<Text>,
    pub(super) next_page_uri: Option<String>,
}

/// One text of the list.
#[derive(Deserialize)]
pub(super) struct Text {
    sid: Option<String>,
    direction: Option<String>,
    from: Option<String>,
    body: Option<String>,
    date_sent: Option<String>,
    date_created: Option<String>,
}

impl Text {
    /// The text as a reply, when it came in at `since` or later; `ahead` is how far the provider's clock is ahead of ours.
    pub(super) fn reply(self, since: DateTime<Utc>, ahead: TimeDelta) -> Option<Reply> {
        if self.direction.as_deref() != Some("inbound") {
            return None;
        }
        let sent = self.date_sent.as_deref().or(self.date_created.as_deref())?;
        let received_at = dated(sent)?.checked_sub_signed(ahead)?;
        let provider_id = self.sid.filter(|sid| is_sid(sid))?;
        let reply = Reply { provider_id, from: self.from?, text: self.body.unwrap_or_default(), received_at };
        (received_at >= since).then_some(reply)
    }
}

/// An instant as the provider writes it.
pub(super) fn dated(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}

/// Whether a provider's name for something is one: it becomes part of a path and of the log.
pub(super) fn is_sid(sid: &str) -> bool {
    (1..=64).contains(&sid.len()) && sid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
