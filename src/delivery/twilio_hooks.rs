//! What does a Twilio-compatible provider call back about? Proves its requests, and reads what they say.
//!
//! `/hooks/twilio/status` tells what became of a text, `/hooks/twilio/sms` brings one that came in. Fields that are not
//! known are the provider's business; nothing of a request is logged but names of ours and the provider's.

use std::sync::Arc;

use reqwest::Url;
use secrecy::SecretString;

use super::public_url::PublicUrl;
use super::twilio_list::is_sid;
use super::twilio_signature::{HEADER, SETTINGS_HEADER, is_signed};
use super::twilio_words::{callback_detail, classify};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::{About, Heard, HookAnswer, HookRefused, HookRequest, Hooks};
use crate::ports::{Clock, Reply};

/// Where the provider tells what became of a text.
pub(super) const STATUS_PATH: &str = "/hooks/twilio/status";
/// Where the provider hands over a text that came in.
const SMS_PATH: &str = "/hooks/twilio/sms";

/// One account whose requests are believed.
#[derive(Debug, Clone)]
pub struct TwilioAccount {
    /// The provider's name in the settings and in the log.
    pub name: String,
    /// The account, as its requests name it.
    pub account_sid: String,
    /// The number that texts to this provider are sent to; `None` when it has several.
    pub number: Option<String>,
    /// The account's auth token, which signs. An API key's secret never does.
    pub token: SecretString,
}

/// Hears the requests of all accounts under one public address.
pub struct TwilioHooks {
    public: PublicUrl,
    accounts: Vec<TwilioAccount>,
    clock: Arc<dyn Clock>,
}

impl TwilioHooks {
    /// Believes whatever one of `accounts` signed for `public`; without accounts nothing.
    pub fn new(public: PublicUrl, accounts: Vec<TwilioAccount>, clock: Arc<dyn Clock>) -> Self {
        Self { public, accounts, clock }
    }

    /// The accounts that may have signed the request; every token is tried, whatever the ones before said.
    fn signers(&self, request: &HookRequest, form: &Form) -> Vec<&TwilioAccount> {
        let Some(signature) = request.header(HEADER) else { return Vec::new() };
        if request.header(SETTINGS_HEADER).is_some() {
            tracing::warn!("a callback is signed by an algorithm that this version does not know");
            return Vec::new();
        }
        let addresses = self.public.signed(&request.path_and_query);
        let signs = |account: &&TwilioAccount| is_signed(&account.token, &addresses, &form.0, signature);
        self.accounts.iter().filter(signs).collect()
    }

    /// The account that a request is about, of those that may have signed it: the one that has the number, else the one
    /// that is named.
    fn account<'a>(signers: &[&'a TwilioAccount], form: &Form, number: &str) -> Option<&'a TwilioAccount> {
        let named = |account: &&&TwilioAccount| form.get("AccountSid") == Some(&account.account_sid);
        let has_number =
            |account: &&&TwilioAccount| account.number.is_some() && account.number.as_deref() == form.get(number);
        signers.iter().find(has_number).or_else(|| signers.iter().find(named)).or(signers.first()).copied()
    }

    fn reply(&self, account: &TwilioAccount, form: &Form) -> Option<Heard> {
        let provider_id = form.sid(["MessageSid", "SmsSid", "SmsMessageSid"])?;
        let from = form.get("From")?.to_owned();
        let text = form.get("Body").unwrap_or_default().to_owned();
        let reply = Reply { provider_id, from, text, received_at: self.clock.now() };
        Some(Heard::Reply { provider: account.name.clone(), reply })
    }
}

impl Hooks for TwilioHooks {
    fn hear(&self, request: &HookRequest) -> Result<Heard, HookRefused> {
        // What cannot be read as a form was not signed as one.
        let form = Form::read(&request.body).ok_or(HookRefused::Forged)?;
        let signers = self.signers(request, &form);
        if signers.is_empty() {
            return Err(HookRefused::Forged);
        }
        let (path, query) = request.path_and_query.split_once('?').unwrap_or((&request.path_and_query, ""));
        let heard = match path {
            STATUS_PATH => Self::account(&signers, &form, "From").and_then(|account| receipt(account, query, &form)),
            SMS_PATH => Self::account(&signers, &form, "To").and_then(|account| self.reply(account, &form)),
            _ => None,
        };
        heard.ok_or(HookRefused::Unreadable)
    }

    fn answer(&self, answer: &HookAnswer) -> (&'static str, Vec<u8>) {
        let document = match answer {
            HookAnswer::Heard | HookAnswer::SayAndEnd(_) | HookAnswer::Call { .. } => "<Response/>",
        };
        // A body of any other type would be texted back to whoever wrote.
        ("text/xml", format!(r#"<?xml version="1.0" encoding="UTF-8"?>{document}"#).into_bytes())
    }
}

/// What the provider says became of a text, when the address names an attempt and the form a state.
fn receipt(account: &TwilioAccount, query: &str, form: &Form) -> Option<Heard> {
    let about = about(query)?;
    let word = form.get("MessageStatus").or_else(|| form.get("SmsStatus"))?;
    let provider_id = form.sid(["MessageSid", "SmsSid"])?;
    let code = form.get("ErrorCode").and_then(|code| code.parse().ok());
    let outcome = classify(200, code, Some(word));
    let detail = callback_detail(code, word);
    if outcome == Outcome::Unknown {
        tracing::warn!(provider = account.name, answer = detail, "a callback that is not understood");
    }
    let report = Report { outcome, provider: account.name.clone(), provider_id: Some(provider_id), detail };
    Some(Heard::Receipt { about, report })
}

/// The attempt that the address of a callback names.
fn about(query: &str) -> Option<About> {
    let query = Form::read(query.as_bytes())?;
    Some(About { episode: query.get("page")?.to_owned(), attempt: query.get("attempt")?.to_owned() })
}

/// The fields of a form, in order.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Option<Self> {
        let body = std::str::from_utf8(body).ok()?;
        // A form is written as the query of an address is.
        let mut url = Url::parse("form://fields").ok()?;
        url.set_query(Some(body));
        Some(Self(url.query_pairs().into_owned().collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first of these fields that holds a name of the provider's.
    fn sid<const N: usize>(&self, names: [&str; N]) -> Option<String> {
        names.into_iter().filter_map(|name| self.get(name)).find(|sid| is_sid(sid)).map(str::to_owned)
    }
}
