//! How long, how often and whom: which numbers of the site does a page follow?

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::decision::ladder::{Channel, Contact};
use crate::decision::promise::PromiseRules;

/// The settings that `decide` and `plan` follow. Every key may be absent; an unknown key is an error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Seconds after which an attempt without an outcome counts as doubtful; 0 counts as 1.
    pub attempt_timeout_s: u32,
    /// Seconds between a retryable outcome and the next try on the same channel.
    pub retry_wait_s: u32,
    /// How often one message is tried at most by one provider, for each rung, contact and channel; 0 counts as 1.
    pub max_tries: u32,
    /// Seconds after a provider took a message at which it is asked what became of it.
    pub receipt_poll_s: Vec<u32>,
    /// Seconds between a call that reached nobody and the next try; a second call within three minutes of the first also
    /// passes a phone's Do Not Disturb.
    pub call_retry_wait_s: u32,
    /// Seconds after a provider took a call at which it is asked what became of it: a call ends within a minute or so.
    pub call_poll_s: Vec<u32>,
    /// Seconds after which a text that a provider took and no receipt confirms goes out once more by the next provider;
    /// where there is none it stays with the one text.
    pub receipt_wait_s: u32,
    /// Minutes that a promise runs from the moment the customer is told, where no rule of the table says otherwise (A38,
    /// A47).
    pub promise_minutes: u32,
    /// Minutes after which a running promise of `promise_minutes` is warned about (contract 5.5); the last one also
    /// reaches leadership. A promise of another length is warned about as long before its end as such a one is: what
    /// matters to whoever must call is the time that is left.
    pub promise_warnings: Vec<u32>,
    /// Who is alarmed when nobody takes a page or a promise is missed (A77). Comes from the site's contacts.
    #[serde(skip)]
    pub leadership: Vec<Contact>,
    /// By when a customer is promised a call. Comes from the site's table, with `promise_minutes` for what it leaves out.
    #[serde(skip)]
    pub promises: PromiseRules,
    /// Which providers each channel has. Comes from the site's ways out.
    #[serde(skip)]
    pub providers: Providers,
}

/// The names of the providers of each channel, in the order in which they are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Providers(BTreeMap<Channel, Vec<String>>);

impl Providers {
    /// These providers, each after those of its channel that came before it.
    pub fn of<'a>(providers: impl IntoIterator<Item = (Channel, &'a str)>) -> Self {
        let mut names: BTreeMap<Channel, Vec<String>> = BTreeMap::new();
        for (channel, name) in providers {
            names.entry(channel).or_default().push(name.to_owned());
        }
        Self(names)
    }

    /// The names of one channel's providers; empty when it has none, or when nobody said.
    pub fn names(&self, channel: Channel) -> &[String] {
        self.0.get(&channel).map(Vec::as_slice).unwrap_or_default()
    }

    /// The channels that have a provider.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.0.keys().copied()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempt_timeout_s: 15,
            retry_wait_s: 30,
            max_tries: 2,
            receipt_poll_s: vec![10, 30, 60, 120, 300],
            call_retry_wait_s: 45,
            call_poll_s: vec![10, 20, 35, 50, 65, 80, 100, 120, 180, 300],
            receipt_wait_s: 120,
            promise_minutes: 60,
            promise_warnings: vec![30, 45, 55],
            leadership: Vec::new(),
            promises: PromiseRules::default(),
            providers: Providers::default(),
        }
    }
}

impl Policy {
    /// Seconds between a retryable outcome on `channel` and the next try.
    pub fn retry_wait_s(&self, channel: Channel) -> u32 {
        if channel == Channel::Voice { self.call_retry_wait_s } else { self.retry_wait_s }
    }

    /// Seconds after a provider took a message on `channel` at which it is asked what became of it.
    pub fn poll_s(&self, channel: Channel) -> &[u32] {
        if channel == Channel::Voice { &self.call_poll_s } else { &self.receipt_poll_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_settings_have_their_defaults_and_unknown_ones_are_named() {
        let policy: Policy = toml::from_str("max_tries = 3\npromise_warnings = [20]").unwrap();
        assert_eq!(policy, Policy { max_tries: 3, promise_warnings: vec![20], ..Policy::default() });
        let error = toml::from_str::<Policy>("max_trys = 3").unwrap_err().to_string();
        assert!(error.contains("max_trys") && error.contains("max_tries"), "{error}");
        assert!(toml::from_str::<Policy>("leadership = []").is_err(), "leadership comes from the contacts");
    }
}
