//! What does the provider say of our account and number? Read-only questions: nothing is sent and nobody is disturbed.
//!
//! `twilio` asks for texts, `twilio_call` for calls.

use serde_json::Value;

use super::twilio_account::{ANSWER_LIMIT, Account, Answer, Failure, number};
use super::twilio_words::detail;
use crate::proof::fact::Fact;

/// Numbers with fewer digits are short codes, which the list of numbers does not hold.
const FEWEST_DIGITS: usize = 8;

impl Account {
    /// The account, the clock, and the messaging service and number that messages leave by, where there is one.
    pub(super) async fn facts(&self, service: Option<&str>, from: Option<&str>) -> Vec<Fact> {
        let mut facts = self.account_facts().await;
        if facts.iter().any(|fact| matches!(fact, Fact::NotReached { .. } | Fact::LoginRefused { .. })) {
            return facts;
        }
        facts.extend(service.map(|sid| Fact::Service { sid: sid.to_owned() }));
        if let Some(number) = from.filter(|number| is_long(number)) {
            facts.push(self.number_fact(number).await);
        }
        facts
    }

    async fn account_facts(&self) -> Vec<Fact> {
        let answer = match self.exchange(self.get(self.itself()), ANSWER_LIMIT).await {
            Ok(answer) => answer,
            Err(failure) => return vec![not_reached(&failure)],
        };
        let mut facts: Vec<Fact> = answer.date.map(|theirs| Fact::Clock { theirs }).into_iter().collect();
        let word = |key| answer.body.as_ref().and_then(|body| body.get(key)).and_then(Value::as_str);
        facts.push(match (answer.status, word("status")) {
            (200..=299, Some(status)) => Fact::Account {
                status: bounded(status),
                trial: word("type").is_some_and(|kind| kind.eq_ignore_ascii_case("trial")),
            },
            (401 | 403 | 404, _) => Fact::LoginRefused { answer: said(&answer) },
            _ => Fact::NotTold { about: "the account".to_owned(), answer: said(&answer) },
        });
        facts
    }

    async fn number_fact(&self, number: &str) -> Fact {
        let mut url = self.resource("IncomingPhoneNumbers", None);
        url.query_pairs_mut().append_pair("PhoneNumber", number);
        let answer = match self.exchange(self.get(url), ANSWER_LIMIT).await {
            Ok(answer) => answer,
            Err(failure) => return not_reached(&failure),
        };
        let numbers =
            answer.body.as_ref().and_then(|body| body.get("incoming_phone_numbers")).and_then(Value::as_array);
        let (200..=299, Some(numbers)) = (answer.status, numbers) else {
            return Fact::NotTold { about: format!("the number {number}"), answer: said(&answer) };
        };
        let is_ours = |entry: &&Value| entry.get("phone_number").and_then(Value::as_str) == Some(number);
        let Some(entry) = numbers.iter().find(is_ours) else {
            return Fact::NoSuchNumber { number: number.to_owned() };
        };
        let can = |what| entry.pointer(&format!("/capabilities/{what}")).and_then(Value::as_bool).unwrap_or(false);
        let url = entry.get("sms_url").and_then(Value::as_str).map(str::trim).filter(|url| !url.is_empty());
        Fact::Number {
            number: number.to_owned(),
            sms: can("sms"),
            voice: can("voice"),
            sms_url: url.map(str::to_owned),
        }
    }
}

fn not_reached(failure: &Failure) -> Fact {
    let reason = match failure {
        Failure::NotSent => "no connection to it could be made",
        Failure::Lost => "it did not answer in time, or the connection broke",
    };
    Fact::NotReached { reason: reason.to_owned() }
}

fn said(answer: &Answer) -> String {
    let code = answer.body.as_ref().and_then(|body| number(body.get("code")));
    detail(answer.status, code, None)
}

/// A word of the provider, short enough to be shown.
fn bounded(word: &str) -> String {
    word.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(20).collect()
}

fn is_long(number: &str) -> bool {
    number.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS
}
