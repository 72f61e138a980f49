//! By which provider does a message go next, and when? The rules of repeating and of failing over (contract 5.1).
//!
//! Asked for each message by `message`, from its tries alone, so that nothing about providers is ever stored. A site
//! with one provider a channel has one rule: a retryable outcome after a while, an unknown one once and at once
//! ("duplicate before silence"). With several the next one is asked at once before any is asked twice.

use chrono::{DateTime, Utc};

use super::event::{Attempt, Purpose};
use super::outcome::Outcome;
use super::policy::Policy;
use super::promise::later;
use super::state::{HeardAt, State, Tried};
use crate::decision::ladder::{Channel, Contact};

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It was never tried.
    Untried,
    /// It was tried without success and is to be tried again at this instant.
    Again(DateTime<Utc>),
    /// Its provider has not answered yet.
    InFlight,
    /// A provider took it, and no receipt has confirmed it: at this instant it goes out once more by another one.
    Unconfirmed(DateTime<Utc>),
    /// A provider took it.
    Taken,
    /// A phone was called as often as it may be and nobody answered. It shows the missed calls, so that its rung keeps its
    /// time (contract 5.3).
    Rang,
    /// It will not be tried again.
    Failed,
}

/// What the rules look at for one message.
pub(super) struct Question<'a> {
    pub(super) state: &'a State,
    pub(super) policy: &'a Policy,
    /// The message's key: the id of its attempts without the try.
    pub(super) key: &'a str,
    pub(super) purpose: Purpose,
    pub(super) contact: &'a Contact,
    pub(super) channel: Channel,
    /// Its tries, in order.
    pub(super) tries: &'a [&'a Tried],
}

impl<'a> Question<'a> {
    /// How far the message is, and by which provider its next try goes, if there is to be one.
    pub(super) fn standing(&self) -> (Progress, String) {
        let over = |progress| (progress, String::new());
        let had = |outcome| self.tries.iter().any(|tried| tried.outcome() == Some(outcome));
        if self.tries.iter().any(|tried| tried.in_flight()) {
            return over(Progress::InFlight);
        }
        if had(Outcome::Delivered) || had(Outcome::Voicemail) {
            return over(Progress::Taken);
        }
        let order = self.order();
        let fresh = order.iter().find(|name| self.tries_by(name, &order) == 0).copied();
        let refused = had(Outcome::Refused) || self.was_refused();
        if had(Outcome::Accepted) {
            return match (self.unconfirmed_at(), fresh) {
                (Some(at), Some(next)) if !refused => (Progress::Unconfirmed(at), next.to_owned()),
                _ => over(Progress::Taken),
            };
        }
        if refused {
            return over(Progress::Failed);
        }
        let Some(last) = self.tries.last().and_then(|tried| tried.latest()) else {
            return (Progress::Untried, fresh.unwrap_or_default().to_owned());
        };
        if let Some(next) = fresh {
            // A phone that is busy stays so whoever calls; a call that was never made goes out at once.
            let rang =
                self.channel == Channel::Voice && last.report.outcome == Outcome::Retryable && self.last_was_made();
            let wait_s = if rang { self.policy.retry_wait_s(self.channel) } else { 0 };
            return (Progress::Again(later(last.at, i64::from(wait_s))), next.to_owned());
        }
        let Some(next) = self.once_more(&order) else {
            let rang =
                self.channel == Channel::Voice && last.report.outcome == Outcome::Retryable && self.last_was_made();
            return over(if rang { Progress::Rang } else { Progress::Failed });
        };
        // What an unusable provider said tells nothing about the message.
        let told = self.tries.iter().rev().filter_map(|tried| tried.outcome()).find(|it| *it != Outcome::Unavailable);
        let doubts = self.tries.iter().filter(|tried| tried.outcome() == Some(Outcome::Unknown)).count();
        match told {
            Some(Outcome::Retryable) => {
                (Progress::Again(later(last.at, i64::from(self.policy.retry_wait_s(self.channel)))), next.to_owned())
            }
            Some(Outcome::Unknown) if doubts == 1 => (Progress::Again(last.at), next.to_owned()),
            _ => over(Progress::Failed),
        }
    }

    /// The channel's providers in the order in which this message asks them: one that was unusable or silent when the
    /// page last asked it for another message comes last. A channel without a known provider has one without a name.
    fn order(&self) -> Vec<&'a str> {
        let names = self.policy.providers.names(self.channel);
        // A room is reached by the provider that is named after it and by no other.
        let is_room = self.channel == Channel::Chat;
        let room = self.contact.address(self.channel).filter(|_| is_room);
        let mut order: Vec<&str> =
            names.iter().map(String::as_str).filter(|name| room.is_none_or(|it| it == *name)).collect();
        if order.is_empty() {
            order.push("");
        }
        // An answer goes out by the number that was written to.
        let written_to = self.heard().map(|it| it.heard.provider.as_str());
        order.sort_by_key(|name| (written_to.is_some_and(|it| it != *name), self.was_in_trouble(name)));
        order
    }

    /// The reply that this message answers.
    fn heard(&self) -> Option<&'a HeardAt> {
        let Purpose::Answer { heard } = self.purpose else { return None };
        self.state.heard.get(usize::try_from(heard).ok()?.checked_sub(1)?)
    }

    /// Whether a provider refused this address on this channel in this round: it is the contact that cannot be reached,
    /// so that no provider is asked again. What was refused before the person wrote from there, or before they let texts
    /// through again, does not count.
    fn was_refused(&self) -> bool {
        let address = self.contact.address(self.channel);
        let opened = self.state.opted_out.iter().filter(|it| Some(it.phone.as_str()) == address);
        let since = opened.filter_map(|it| it.until).chain(self.heard().map(|it| it.at)).max();
        self.state.attempts.iter().any(|tried| {
            tried.outcome() == Some(Outcome::Refused)
                && tried.attempt.round == self.state.round
                && tried.attempt.channel == self.channel
                && tried.attempt.contact.address(self.channel) == address
                && since.is_none_or(|since| tried.latest().is_some_and(|latest| latest.at >= since))
        })
    }

    fn was_in_trouble(&self, name: &str) -> bool {
        let asked = |attempt: &Attempt| attempt.channel == self.channel && attempt.message_key() != self.key;
        let mut other = self.state.attempts.iter().filter(|tried| asked(&tried.attempt) && tried.provider() == name);
        let last = other.rfind(|tried| !tried.in_flight()).and_then(Tried::outcome);
        matches!(last, Some(Outcome::Unavailable | Outcome::Unknown))
    }

    /// How often this provider was asked for this message. An attempt of a log that names no provider counts for the
    /// first, and every attempt for the only one.
    fn tries_by(&self, name: &str, order: &[&str]) -> usize {
        let by = |tried: &&&Tried| {
            let asked = tried.provider();
            asked == name || order.len() == 1 || (asked.is_empty() && order.first() == Some(&name))
        };
        self.tries.iter().filter(by).count()
    }

    /// The provider to begin again with once all were asked: the one that was asked least, unless it proved unusable.
    fn once_more(&self, order: &[&'a str]) -> Option<&'a str> {
        let most = usize::try_from(self.policy.max_tries).unwrap_or(usize::MAX);
        let unusable = |name: &str| {
            self.tries
                .iter()
                .any(|it| it.outcome() == Some(Outcome::Unavailable) && (it.provider() == name || order.len() == 1))
        };
        let asked = order.iter().map(|name| (self.tries_by(name, order), *name));
        let usable = asked.filter(|(tries, name)| *tries < most && !unusable(name));
        usable.min_by_key(|(tries, _)| *tries).map(|(_, name)| name)
    }

    /// Whether a provider took the last try before it failed.
    fn last_was_made(&self) -> bool {
        self.tries.last().is_some_and(|tried| tried.provider_id().is_some())
    }

    /// When a text that one provider took counts as lost for want of a receipt: only texts that ask somebody to act or
    /// warn about the promise, only where the provider named the message, so that it could tell, and only once.
    fn unconfirmed_at(&self) -> Option<DateTime<Utc>> {
        if self.channel != Channel::Sms || !awaits_receipt(self.purpose) {
            return None;
        }
        let mut taken = self.tries.iter().filter(|tried| tried.outcome() == Some(Outcome::Accepted));
        let (Some(first), None) = (taken.next(), taken.next()) else { return None };
        first.provider_id()?;
        let lost_at = later(first.latest()?.at, i64::from(self.policy.receipt_wait_s));
        Some(self.tries.last()?.latest()?.at.max(lost_at))
    }
}

/// Whether the receipt of such a message matters enough to send it twice for want of one.
fn awaits_receipt(purpose: Purpose) -> bool {
    match purpose {
        Purpose::Page | Purpose::Exhausted | Purpose::PromiseWarning { .. } | Purpose::PromiseMissed => true,
        Purpose::StandDown | Purpose::Answer { .. } => false,
    }
}
