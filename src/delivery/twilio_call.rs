//! How does a call leave by a Twilio-compatible HTTP interface, and how is its fate asked for?
//!
//! The words travel with the call, so that it speaks even when this house cannot be reached. Keys, detection and the end
//! come back to the public address when there is one; without it no key is offered and the fate is fetched. What the
//! answers mean stands in `twilio_call_words`. Nothing personal is logged.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::public_url::PublicUrl;
use super::setup::SetupError;
use super::twilio_account::{ANSWER_LIMIT, Account, Address, Answer, Failure, TwilioCredentials, number};
use super::twilio_call_hooks::{CALL_STATUS_PATH, DETECTION_PATH, VOICE_PATH};
use super::twilio_call_words::{CallFate, call_detail, classify_call};
use super::twilio_list::is_sid;
use super::twiml::{LONGEST, Speech};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::About;
use crate::ports::{Message, Pending, Provider, Reply};
use crate::proof::fact::Fact;

/// The account's list of calls.
const CALLS: &str = "Calls";
/// No call lasts longer, whatever keys are pressed.
const LONGEST_CALL_S: &str = "600";
/// The provider's code for a change to a call that is over.
const HAS_ENDED: u32 = 21220;
/// What the record says of a call that was ended before anybody answered it, and of one that somebody had answered.
const HUNG_UP: &str = "hung up: nobody needs to answer it any more";
const CUT_SHORT: &str = "answered, and ended because nobody needs to answer it any more";

/// The settings of one caller; the secrets come beside it (contract 1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwilioCallSettings {
    /// The name in the log.
    #[serde(default = "default_name")]
    pub name: String,
    /// Where the interface lives; that of `[delivery.sms]` when absent, with its account.
    pub base_url: Option<String>,
    /// The account; that of `[delivery.sms]`, with its secret, when absent.
    pub account_sid: Option<String>,
    /// The API key's own id, when the secret belongs to one and is not the account's auth token.
    pub api_key_sid: Option<String>,
    /// The file that holds the secret, unless the environment does; the caller reads it.
    pub auth_token_file: Option<String>,
    /// The file that holds the account's auth token, which signs callbacks, where the secret is an API key's.
    pub signing_token_file: Option<String>,
    /// The number that calls come from.
    pub from: String,
    /// Seconds that the phone rings: short enough to stay before most voicemail.
    #[serde(default = "default_ring_s")]
    pub ring_s: u32,
    /// Whether machines are told from people.
    #[serde(default = "yes")]
    pub machine_detection: bool,
    /// The language that is spoken, as BCP 47 writes it.
    #[serde(default = "default_language")]
    pub language: String,
    /// The provider's name of a voice.
    pub voice: Option<String>,
    /// Seconds for a whole request.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u64,
    /// Seconds for reaching the provider at all.
    #[serde(default = "default_connect_timeout_s")]
    pub connect_timeout_s: u64,
    /// How many calls the provider takes a second; more wait their turn. 1 suits a new account; 0 is no limit.
    #[serde(default = "default_per_second")]
    pub per_second: u32,
}

fn default_per_second() -> u32 {
    1
}

fn default_name() -> String {
    "twilio-voice".to_owned()
}

fn default_ring_s() -> u32 {
    25
}

fn yes() -> bool {
    true
}

fn default_language() -> String {
    "en-US".to_owned()
}

fn default_timeout_s() -> u64 {
    10
}

fn default_connect_timeout_s() -> u64 {
    3
}

impl TwilioCallSettings {
    /// In which voice its calls speak.
    pub fn speech(&self) -> Speech {
        Speech { language: self.language.clone(), voice: self.voice.clone() }
    }
}

/// Makes calls over a Twilio-compatible interface.
pub struct TwilioCall {
    name: String,
    account: Account,
    from: String,
    ring_s: String,
    machine_detection: bool,
    speech: Speech,
    /// Where the provider is to hand over keys and fates; without it no key is offered and fates are asked for.
    callbacks: Option<PublicUrl>,
    per_second: u32,
}

impl TwilioCall {
    /// Checks the settings and prepares the connection; calls nobody. `base_url` and `account_sid` must be filled in by
    /// now.
    pub fn new(settings: &TwilioCallSettings, credentials: TwilioCredentials) -> Result<Self, SetupError> {
        let wrong = |key, reason: &str, hint| SetupError {
            provider: settings.name.clone(),
            key,
            reason: reason.to_owned(),
            hint,
        };
        let account = Account::new(
            &Address {
                name: &settings.name,
                base_url: settings.base_url.as_deref().unwrap_or("https://api.twilio.com"),
                account_sid: settings.account_sid.as_deref().unwrap_or_default(),
                timeout_s: settings.timeout_s,
                connect_timeout_s: settings.connect_timeout_s,
            },
            credentials,
        )?;
        let from = settings.from.trim();
        if from.is_empty() {
            return Err(wrong("from", "it is empty", "Set the number that calls come from"));
        }
        if !(5..=120).contains(&settings.ring_s) {
            return Err(wrong("ring_s", "it must lie between 5 and 120 seconds", "25 stays before most voicemail"));
        }
        Ok(Self {
            name: settings.name.clone(),
            account,
            from: from.to_owned(),
            ring_s: settings.ring_s.to_string(),
            machine_detection: settings.machine_detection,
            speech: settings.speech(),
            callbacks: None,
            per_second: settings.per_second,
        })
    }

    /// The same, with every call handing over keys and its fate at `public`.
    #[must_use]
    pub fn with_callbacks(self, public: Option<PublicUrl>) -> Self {
        Self { callbacks: public, ..self }
    }

    fn report(&self, outcome: Outcome, provider_id: Option<String>, detail: String) -> Report {
        Report { outcome, provider: self.name.clone(), provider_id, detail }
    }

    /// The report that an answer about one call amounts to.
    fn judge(&self, answer: &Answer) -> Report {
        let fate = CallFate {
            status: answer.status,
            word: answer.text("status"),
            answered_by: answer.text("answered_by"),
            code: answer.code(),
            sip: answer.body.as_ref().and_then(|body| number(body.get("sip_response_code"))),
        };
        let (outcome, detail) = (classify_call(&fate), call_detail(&fate));
        if outcome == Outcome::Unknown {
            tracing::warn!(provider = self.name, answer = detail, "an answer that is not understood");
        }
        self.report(outcome, answer.sid(), detail)
    }

    /// The address of one kind of callback about one attempt, when this house can be reached.
    fn callback(&self, path: &str, message: &Message) -> Option<String> {
        let about = About { episode: message.episode.clone(), attempt: message.attempt.clone() };
        self.callbacks.as_ref().map(|public| public.about(path, &about))
    }

    /// The form that makes the call, or why it cannot be made.
    fn form(&self, message: &Message) -> Result<Vec<(&'static str, String)>, &'static str> {
        let script = message.call.as_ref().ok_or("there is nothing to say")?;
        let twiml = self.speech.call(script, self.callback(VOICE_PATH, message).as_deref());
        if twiml.chars().count() > LONGEST {
            return Err("what the call says is longer than the provider takes");
        }
        let mut form = vec![
            ("To", message.to.clone()),
            ("From", self.from.clone()),
            ("Twiml", twiml),
            ("Timeout", self.ring_s.clone()),
            ("TimeLimit", LONGEST_CALL_S.to_owned()),
        ];
        if self.machine_detection {
            form.push(("MachineDetection", "DetectMessageEnd".to_owned()));
            // In the background: a person hears words and no silence.
            form.push(("AsyncAmd", "true".to_owned()));
            form.extend(self.callback(DETECTION_PATH, message).map(|url| ("AsyncAmdStatusCallback", url)));
        }
        if let Some(url) = self.callback(CALL_STATUS_PATH, message) {
            form.push(("StatusCallback", url));
            // That somebody answered says nothing that the end does not say better.
            form.push(("StatusCallbackEvent", "completed".to_owned()));
        }
        Ok(form)
    }

    async fn call(&self, message: &Message) -> Report {
        let form = match self.form(message) {
            Ok(form) => form,
            Err(reason) => return self.report(Outcome::Refused, None, reason.to_owned()),
        };
        let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let request = self.account.post(self.account.resource(CALLS, None), &form);
        match self.account.exchange(request, ANSWER_LIMIT).await {
            Ok(answer) => self.judge(&answer),
            Err(Failure::NotSent) => {
                self.report(Outcome::Retryable, None, "the provider was not reached: nobody was called".to_owned())
            }
            Err(Failure::Lost) => self.report(
                Outcome::Unknown,
                None,
                "no answer in time or a broken connection: nobody knows whether the call was made".to_owned(),
            ),
        }
    }

    async fn look_up(&self, sid: &str) -> Option<Report> {
        if !is_sid(sid) {
            return None;
        }
        let request = self.account.get(self.account.resource(CALLS, Some(sid)));
        match self.account.exchange(request, ANSWER_LIMIT).await {
            Ok(answer @ Answer { status: 200..=299, body: Some(_), .. }) => Some(self.judge(&answer)),
            Ok(answer) => {
                let status = answer.status;
                tracing::warn!(provider = self.name, status, "the provider does not tell what became of a call");
                None
            }
            Err(_) => {
                tracing::warn!(provider = self.name, "the provider was not reached for the fate of a call");
                None
            }
        }
    }

    /// Ends the call, whether it rings or was answered. What is known of it after that: a call that had ended before
    /// keeps its own fate.
    async fn end(&self, sid: &str) -> Option<Report> {
        if !is_sid(sid) {
            return None;
        }
        let request = self.account.post(self.account.resource(CALLS, Some(sid)), &[("Status", "completed")]);
        match self.account.exchange(request, ANSWER_LIMIT).await {
            Ok(answer @ Answer { status: 200..=299, body: Some(_), .. }) => {
                let report = self.judge(&answer);
                Some(match answer.text("status") {
                    Some("queued" | "initiated" | "ringing" | "canceled") => {
                        self.report(Outcome::Retryable, report.provider_id, HUNG_UP.to_owned())
                    }
                    Some("in-progress") => self.report(Outcome::Delivered, report.provider_id, CUT_SHORT.to_owned()),
                    _ => report,
                })
            }
            Ok(answer) if answer.code() == Some(HAS_ENDED) => self.look_up(sid).await,
            Ok(answer) => {
                let (status, code) = (answer.status, answer.code());
                tracing::warn!(provider = self.name, status, code, "a call could not be ended");
                None
            }
            Err(_) => {
                tracing::warn!(provider = self.name, "the provider was not reached to end a call");
                None
            }
        }
    }

    /// Lets the running call say the voicemail from its beginning, then end.
    async fn redirect(&self, sid: &str, message: &Message) -> bool {
        let Some(script) = message.call.as_ref().filter(|_| is_sid(sid)) else { return false };
        let twiml = self.speech.voicemail(script);
        let request = self.account.post(self.account.resource(CALLS, Some(sid)), &[("Twiml", &twiml)]);
        match self.account.exchange(request, ANSWER_LIMIT).await {
            Ok(answer) if (200..=299).contains(&answer.status) => true,
            Ok(answer) => {
                let (status, code) = (answer.status, answer.code());
                tracing::warn!(provider = self.name, status, code, "a call could not be led to the voicemail text");
                false
            }
            Err(_) => {
                tracing::warn!(
                    provider = self.name,
                    "the provider was not reached to lead a call to the voicemail text"
                );
                false
            }
        }
    }
}

impl Provider for TwilioCall {
    fn channel(&self) -> Channel {
        Channel::Voice
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn per_second(&self) -> u32 {
        self.per_second
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(self.call(message))
    }

    fn receipt<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(self.look_up(provider_id))
    }

    fn replies(&self, _since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async { Vec::new() })
    }

    fn leave_voicemail<'a>(&'a self, provider_id: &'a str, message: &'a Message) -> Pending<'a, bool> {
        Box::pin(self.redirect(provider_id, message))
    }

    fn hang_up<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(self.end(provider_id))
    }

    fn inspect<'a>(&'a self, _people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        Box::pin(self.account.facts(None, Some(&self.from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(changes: &str) -> TwilioCallSettings {
        toml::from_str(&format!("account_sid = 'AC0'\n{changes}")).unwrap()
    }

    fn key_of(settings: &TwilioCallSettings, secret: &str) -> Option<&'static str> {
        let credentials = TwilioCredentials { api_key_sid: None, secret: secret.into() };
        TwilioCall::new(settings, credentials).err().map(|error| error.key)
    }

    #[test]
    fn the_defaults_are_those_of_a_page() {
        let settings = settings("from = '+16085550100'");
        assert_eq!((settings.name.as_str(), settings.ring_s, settings.machine_detection), ("twilio-voice", 25, true));
        assert_eq!(settings.speech(), Speech { language: "en-US".to_owned(), voice: None });
        assert!(toml::from_str::<TwilioCallSettings>("account_sid = 'AC0'").is_err(), "`from` is required");
        assert!(toml::from_str::<TwilioCallSettings>("from = '+1'\nring = 3").is_err());
    }

    #[test]
    fn wrong_settings_name_their_key() {
        let good = settings("from = '+16085550100'");
        assert_eq!(key_of(&good, "secret"), None);
        assert_eq!(key_of(&good, ""), Some("account_sid"));
        for (changes, key) in [
            ("from = ' '", "from"),
            ("from = '+1'\nring_s = 4", "ring_s"),
            ("from = '+1'\nring_s = 121", "ring_s"),
            ("from = '+1'\nbase_url = 'http://api.twilio.com'", "base_url"),
            ("from = '+1'\ntimeout_s = 0", "timeout_s"),
        ] {
            assert_eq!(key_of(&settings(changes), "secret"), Some(key), "{changes}");
        }
    }
}
