//! How does a text leave by a Twilio-compatible HTTP interface, and how do receipts and replies come back?
//!
//! One request a message: no redirects, no automatic retry. What the answers mean stands in `twilio_words`.
//! Nothing personal is logged, and no error text of the provider is copied: it may hold a number.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;

use super::public_url::PublicUrl;
use super::setup::SetupError;
use super::twilio_account::{ANSWER_LIMIT, Account, Address, Answer, Failure, TwilioCredentials, given};
use super::twilio_clock::ProviderClock;
use super::twilio_hooks::STATUS_PATH;
use super::twilio_list::{MessageList, dated, is_sid};
use super::twilio_words::{classify, detail, says_stop};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::About;
use crate::ports::{Clock, Message, Pending, Provider, Reply};
use crate::proof::fact::Fact;

/// The account's list of texts.
const MESSAGES: &str = "Messages";
/// A page of replies, each with up to 1600 characters that JSON may write as six bytes.
const LIST_LIMIT: usize = 1024 * 1024;
/// Replies a page of a list, and pages at most: more than a night brings.
const PAGE_SIZE: &str = "50";
const PAGES: usize = 5;

/// The settings of one sender of texts; the secrets come beside it (contract 1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioSettings {
    /// The name in the log.
    #[serde(default = "default_name")]
    pub name: String,
    /// Where the interface lives, with the path that stands before `/2010-04-01` if there is one.
    #[serde(default = "default_base_url")]
    pub base_url: String,
    /// The account: part of every path; `SignalWire` calls it the project id.
    pub account_sid: String,
    /// The number that texts come from, and that replies are read of.
    pub from: Option<String>,
    /// Sends by a messaging service instead. Without `from`, replies to every number of the account are read.
    pub messaging_service_sid: Option<String>,
    /// The API key's own id, when the secret belongs to one and is not the account's auth token.
    pub api_key_sid: Option<String>,
    /// The file that holds the secret, unless the environment does; the caller reads it.
    pub auth_token_file: Option<String>,
    /// The file that holds the account's auth token where the secret is an API key's: callbacks are signed with it.
    pub signing_token_file: Option<String>,
    /// Seconds after which the provider drops a text that no phone took: a page must not arrive hours late.
    #[serde(default = "default_validity_s")]
    pub validity_s: u32,
    /// Seconds for a whole request.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u64,
    /// Seconds for reaching the provider at all.
    #[serde(default = "default_connect_timeout_s")]
    pub connect_timeout_s: u64,
    /// How many texts the provider takes a second; more wait their turn. 1 suits a long code; 0 is no limit.
    #[serde(default = "default_per_second")]
    pub per_second: u32,
}

fn default_name() -> String {
    "twilio".to_owned()
}

fn default_base_url() -> String {
    "https://api.twilio.com".to_owned()
}

fn default_validity_s() -> u32 {
    600
}

fn default_timeout_s() -> u64 {
    10
}

fn default_connect_timeout_s() -> u64 {
    3
}

fn default_per_second() -> u32 {
    1
}

/// Sends texts over a Twilio-compatible interface.
pub struct TwilioSms {
    name: String,
    account: Account,
    sender: (&'static str, String),
    from: Option<String>,
    validity_s: String,
    /// Where the provider is to tell what became of a text; without it the provider is asked.
    callbacks: Option<PublicUrl>,
    per_second: u32,
    clock: ProviderClock,
}

impl TwilioSms {
    /// Checks the settings and prepares the connection; sends nothing.
    pub fn new(settings: &TwilioSettings, credentials: TwilioCredentials) -> Result<Self, SetupError> {
        let wrong = |key, reason: &str, hint| SetupError {
            provider: settings.name.clone(),
            key,
            reason: reason.to_owned(),
            hint,
        };
        let account = Account::new(
            &Address {
                name: &settings.name,
                base_url: &settings.base_url,
                account_sid: &settings.account_sid,
                timeout_s: settings.timeout_s,
                connect_timeout_s: settings.connect_timeout_s,
            },
            credentials,
        )?;
        let sender = match (given(settings.messaging_service_sid.as_ref()), given(settings.from.as_ref())) {
            (Some(service), _) => ("MessagingServiceSid", service),
            (None, Some(number)) => ("From", number),
            (None, None) => {
                return Err(wrong(
                    "from",
                    "it is missing",
                    "Set the number that texts come from, or `messaging_service_sid`",
                ));
            }
        };
        if !(1..=36_000).contains(&settings.validity_s) {
            return Err(wrong("validity_s", "it must lie between 1 and 36000 seconds", "600 suits a page"));
        }
        Ok(Self {
            name: settings.name.clone(),
            account,
            sender,
            from: given(settings.from.as_ref()),
            validity_s: settings.validity_s.to_string(),
            callbacks: None,
            per_second: settings.per_second,
            clock: ProviderClock::default(),
        })
    }

    /// The same, reading the provider's dates in the time of this clock: the provider's may be wrong.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: ProviderClock::beside(clock), ..self }
    }

    /// The same, with every text asking the provider to tell at `public` what became of it.
    #[must_use]
    pub fn with_callbacks(self, public: Option<PublicUrl>) -> Self {
        Self { callbacks: public, ..self }
    }

    fn report(&self, outcome: Outcome, provider_id: Option<String>, detail: String) -> Report {
        Report { outcome, provider: self.name.clone(), provider_id, detail }
    }

    /// The report that an answer about one message amounts to.
    fn judge(&self, answer: &Answer) -> Report {
        let (word, code) = (answer.text("status"), answer.code());
        let outcome = classify(answer.status, code, word);
        if outcome == Outcome::Unknown {
            tracing::warn!(
                provider = self.name,
                answer = detail(answer.status, code, word),
                "an answer that is not understood"
            );
        }
        self.report(outcome, answer.sid(), detail(answer.status, code, word))
    }

    async fn post(&self, message: &Message) -> Report {
        let (sender_key, sender) = &self.sender;
        let mut form = vec![
            ("To", message.to.as_str()),
            (sender_key, sender),
            ("Body", &message.body),
            ("ValidityPeriod", &self.validity_s),
        ];
        let about = About { episode: message.episode.clone(), attempt: message.attempt.clone() };
        let callback = self.callbacks.as_ref().map(|public| public.about(STATUS_PATH, &about));
        form.extend(callback.as_deref().map(|address| ("StatusCallback", address)));
        let request = self.account.post(self.account.resource(MESSAGES, None), &form);
        let asked = self.clock.now();
        match self.account.exchange(request, ANSWER_LIMIT).await {
            Ok(answer) => {
                self.clock.dated_text(asked, answer.text("date_created").and_then(dated));
                self.judge(&answer)
            }
            Err(Failure::NotSent) => {
                self.report(Outcome::Retryable, None, "the provider was not reached: nothing was sent".to_owned())
            }
            Err(Failure::Lost) => self.report(
                Outcome::Unknown,
                None,
                "no answer in time or a broken connection: nobody knows whether the text was sent".to_owned(),
            ),
        }
    }

    async fn look_up(&self, sid: &str) -> Option<Report> {
        if !is_sid(sid) {
            return None;
        }
        let request = self.account.get(self.account.resource(MESSAGES, Some(sid)));
        match self.account.exchange(request, ANSWER_LIMIT).await {
            Ok(answer @ Answer { status: 200..=299, body: Some(_), .. }) => Some(self.judge(&answer)),
            Ok(answer) => {
                tracing::warn!(
                    provider = self.name,
                    status = answer.status,
                    "the provider does not tell what became of a text"
                );
                None
            }
            Err(_) => {
                tracing::warn!(provider = self.name, "the provider was not reached for a receipt");
                None
            }
        }
    }

    /// Reads the inbound texts page by page, newest first as the provider gives them.
    async fn inbound(&self, since: DateTime<Utc>) -> Result<Vec<Reply>, String> {
        // The provider counts in whole seconds, so a reply of the same second must not be lost.
        let since = since.trunc_subsecs(0);
        let mut url = self.account.resource(MESSAGES, None);
        {
            let told_since = since.checked_add_signed(self.clock.ahead()).unwrap_or(since);
            let mut query = url.query_pairs_mut();
            if let Some(from) = &self.from {
                query.append_pair("To", from);
            }
            query
                .append_pair("DateSent>", &told_since.format("%Y-%m-%d").to_string())
                .append_pair("PageSize", PAGE_SIZE);
        }
        let mut replies = Vec::new();
        for _ in 0..PAGES {
            let asked = self.clock.now();
            let answer = self
                .account
                .exchange(self.account.get(url.clone()), LIST_LIMIT)
                .await
                .map_err(|_| "the provider was not reached or did not answer in time".to_owned())?;
            self.clock.dated_answer(asked, answer.date);
            let ahead = self.clock.ahead();
            let list = match (answer.status, answer.body) {
                (200..=299, Some(body)) => serde_json::from_value::<MessageList>(body)
                    .map_err(|_| "the list of replies could not be read".to_owned())?,
                (status, _) => return Err(format!("HTTP {status}")),
            };
            replies.extend(list.messages.into_iter().filter_map(|text| text.reply(since, ahead)));
            let Some(next) = list.next_page_uri.as_deref().and_then(|next| next.split_once('?')) else {
                return Ok(replies);
            };
            // Only the query is taken from the answer: the login never goes to another address.
            url.set_query(Some(next.1));
        }
        tracing::warn!(
            provider = self.name,
            pages = PAGES,
            "more replies than are read at once: the oldest are left out"
        );
        Ok(replies)
    }
}

impl Provider for TwilioSms {
    fn inspect<'a>(&'a self, _people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        let (kind, sender) = &self.sender;
        let service = (*kind == "MessagingServiceSid").then_some(sender.as_str());
        Box::pin(self.account.facts(service, self.from.as_deref()))
    }

    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn per_second(&self) -> u32 {
        self.per_second
    }

    fn stopped(&self, report: &Report) -> bool {
        says_stop(report)
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(self.post(message))
    }

    fn receipt<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(self.look_up(provider_id))
    }

    fn replies(&self, since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async move {
            let mut replies = self.inbound(since).await.unwrap_or_else(|reason| {
                tracing::warn!(provider = self.name, reason, "replies could not be read; they are asked for again");
                Vec::new()
            });
            replies.sort_by(|a, b| (a.received_at, &a.provider_id).cmp(&(b.received_at, &b.provider_id)));
            // A text that comes in between two pages moves the last of one to the next.
            replies.dedup_by(|a, b| a.provider_id == b.provider_id);
            replies
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(changes: &str) -> TwilioSettings {
        let text = format!("account_sid = 'AC0'\nfrom = '+16085550100'\n{changes}");
        toml::from_str(&text).unwrap()
    }

    fn build(settings: &TwilioSettings) -> Result<TwilioSms, SetupError> {
        TwilioSms::new(settings, TwilioCredentials { api_key_sid: None, secret: "secret".into() })
    }

    #[test]
    fn the_defaults_are_those_of_a_page() {
        let settings = settings("");
        assert_eq!((settings.name.as_str(), settings.base_url.as_str()), ("twilio", "https://api.twilio.com"));
        assert_eq!((settings.validity_s, settings.timeout_s, settings.connect_timeout_s), (600, 10, 3));
        assert!(toml::from_str::<TwilioSettings>("account_sid = 'AC0'\nfrm = '+1'").is_err());
    }

    #[test]
    fn addresses_keep_a_prefix_and_name_the_version_once() {
        for (base, expected) in [
            ("https://api.twilio.com", "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json"),
            ("https://api.twilio.com/", "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json"),
            (
                "https://s.signalwire.com/api/laml",
                "https://s.signalwire.com/api/laml/2010-04-01/Accounts/AC0/Messages.json",
            ),
            (
                "https://s.signalwire.com/api/laml/",
                "https://s.signalwire.com/api/laml/2010-04-01/Accounts/AC0/Messages.json",
            ),
            (
                "https://s.signalwire.com/api/laml/2010-04-01/",
                "https://s.signalwire.com/api/laml/2010-04-01/Accounts/AC0/Messages.json",
            ),
            ("http://127.0.0.1:4010", "http://127.0.0.1:4010/2010-04-01/Accounts/AC0/Messages.json"),
        ] {
            let provider = build(&settings(&format!("base_url = '{base}'"))).unwrap();
            assert_eq!(provider.account.resource(MESSAGES, None).as_str(), expected);
        }
        let provider = build(&settings("")).unwrap();
        assert_eq!(
            provider.account.resource(MESSAGES, Some("SM1")).as_str(),
            "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/SM1.json"
        );
    }

    #[test]
    fn wrong_settings_name_their_key() {
        for (changes, key) in [
            ("base_url = 'api.twilio.com'", "base_url"),
            ("base_url = 'http://api.twilio.com'", "base_url"),
            ("base_url = 'https://u:p@api.twilio.com'", "base_url"),
            ("base_url = 'https://api.twilio.com/?a=1'", "base_url"),
            ("base_url = 'mailto:a@b'", "base_url"),
            ("validity_s = 0", "validity_s"),
            ("validity_s = 36001", "validity_s"),
            ("timeout_s = 0", "timeout_s"),
            ("connect_timeout_s = 121", "connect_timeout_s"),
        ] {
            assert_eq!(build(&settings(changes)).err().map(|error| error.key), Some(key), "{changes}");
        }
        let mut bare = settings("");
        bare.from = Some("  ".to_owned());
        assert_eq!(build(&bare).err().map(|error| error.key), Some("from"));
        for sid in ["", "AC 0", "AC0/../x", "AC0?x", &"A".repeat(65)] {
            let mut odd = settings("");
            odd.account_sid = sid.to_owned();
            assert_eq!(build(&odd).err().map(|error| error.key), Some("account_sid"), "{sid}");
        }
        let empty = TwilioCredentials { api_key_sid: None, secret: "".into() };
        assert!(TwilioSms::new(&settings(""), empty).is_err());
    }

    #[test]
    fn a_uuid_is_an_account_too() {
        let mut project = settings("base_url = 'https://s.signalwire.com/api/laml'");
        project.account_sid = "b08dacad-d9a5-4cfa-8a8c-0c8f2c5d8a11".to_owned();
        assert!(build(&project).is_ok());
    }
}
