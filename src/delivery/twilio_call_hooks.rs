//! What does a Twilio-compatible provider call back about a call? The key, who answered, how it ended.
//!
//! `twilio_hooks` has proved the request; nothing here is logged but names of ours and the provider's.

use super::twilio_call_words::{CallFate, call_detail, classify_call, is_machine};
use super::twilio_hooks::{Form, TwilioAccount, about};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::hooks::Heard;

/// Where the provider asks what a call says, and hands over a key.
pub(super) const VOICE_PATH: &str = "/hooks/twilio/voice";
/// Where the provider tells whether a person or a machine answered.
pub(super) const DETECTION_PATH: &str = "/hooks/twilio/detection";
/// Where the provider tells how a call ended.
pub(super) const CALL_STATUS_PATH: &str = "/hooks/twilio/call-status";
/// The part of an address that counts how often a call has said its words again.
pub(super) const AGAIN: &str = "again";

/// What a request to one of these paths says; `None` when it cannot be understood, or the path is none of them.
pub(super) fn read(account: &TwilioAccount, path: &str, query: &str, form: &Form) -> Option<Heard> {
    match path {
        VOICE_PATH => voice(query, form),
        DETECTION_PATH => detection(account, query, form),
        CALL_STATUS_PATH => status(account, query, form),
        _ => None,
    }
}

fn voice(query: &str, form: &Form) -> Option<Heard> {
    let digit = form.get("Digits").and_then(|digits| digits.chars().next());
    let repeats = Form::read(query.as_bytes())?.get(AGAIN).and_then(|again| again.parse().ok()).unwrap_or(0);
    Some(Heard::Call { about: about(query)?, digit, repeats })
}

fn detection(account: &TwilioAccount, query: &str, form: &Form) -> Option<Heard> {
    let about = about(query)?;
    let answered_by = form.get("AnsweredBy")?;
    let fate = CallFate { status: 200, word: Some("completed"), answered_by: Some(answered_by), ..CallFate::default() };
    Some(match (is_machine(answered_by), classify_call(&fate)) {
        (true, _) => Heard::Machine { about, report: report(account, &fate, form)? },
        (false, Outcome::Refused) => Heard::Receipt { about, report: report(account, &fate, form)? },
        // That a person answers says nothing about what they will do.
        (false, _) => Heard::Nothing,
    })
}

fn status(account: &TwilioAccount, query: &str, form: &Form) -> Option<Heard> {
    let about = about(query)?;
    let number = |field: &str| form.get(field).and_then(|text| text.parse().ok());
    let fate = CallFate {
        status: 200,
        word: Some(form.get("CallStatus")?),
        answered_by: form.get("AnsweredBy"),
        code: number("ErrorCode"),
        sip: number("SipResponseCode"),
    };
    Some(Heard::Receipt { about, report: report(account, &fate, form)? })
}

fn report(account: &TwilioAccount, fate: &CallFate<'_>, form: &Form) -> Option<Report> {
    let (outcome, detail) = (classify_call(fate), call_detail(fate));
    if outcome == Outcome::Unknown {
        tracing::warn!(provider = account.name, answer = detail, "a callback that is not understood");
    }
    let provider_id = Some(form.sid(["CallSid"])?);
    Some(Report { outcome, provider: account.name.clone(), provider_id, detail })
}
