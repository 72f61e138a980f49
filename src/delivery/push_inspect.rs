//! What do chat rooms and push services tell beforehand? Questions that show on nobody's phone and in no room.

use reqwest::Url;
use serde_json::Value;

use super::chat::ChatKind;
use super::web::{Answer, Failure};
use crate::proof::fact::Fact;

/// What a room's address looks like. Whether it takes messages, only a message would tell.
pub(super) fn room(kind: ChatKind, url: &Url) -> Fact {
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
    let path = url.path();
    let (kind, known) = match kind {
        ChatKind::Teams if is_of("api.powerplatform.com") || is_of("logic.azure.com") => {
            ("the address of a Teams workflow", true)
        }
        ChatKind::Teams => ("not the address of a Teams workflow", false),
        ChatKind::Slack if is_of("slack.com") && path.starts_with("/services/") => ("the webhook of a Slack app", true),
        ChatKind::Slack if is_of("slack.com") && path.starts_with("/triggers/") => {
            ("the webhook of a Slack workflow", true)
        }
        ChatKind::Slack => ("not the address of a Slack webhook", false),
    };
    Fact::Room { kind, known }
}

/// Whether an ntfy server says that it is well (`GET /v1/health`).
pub(super) fn healthy(fate: &Result<Answer, Failure>) -> Result<(), Fact> {
    let answer = answered(fate)?;
    let is_healthy = answer.json().and_then(|body| body.get("healthy").and_then(Value::as_bool)) == Some(true);
    if is_healthy { Ok(()) } else { Err(not_told("its health", answer)) }
}

/// Whether an ntfy server knows the token (`GET /v1/account`).
pub(super) fn let_in(fate: &Result<Answer, Failure>) -> Result<(), Fact> {
    let answer = answered(fate)?;
    let user = answer.json().and_then(|body| body.get("username").and_then(Value::as_str).map(str::to_owned));
    match (answer.status, user.as_deref()) {
        // What an ntfy server calls a visitor without a token.
        (200..=299, Some("*")) => Err(Fact::LoginRefused { answer: "the token belongs to nobody".to_owned() }),
        (200..=299, Some(_)) => Ok(()),
        (401 | 403, _) => Err(Fact::LoginRefused { answer: http(answer) }),
        _ => Err(not_told("the account of the token", answer)),
    }
}

/// Whether Pushover knows somebody's key (`POST /1/users/validate.json`).
pub(super) fn recipient(name: &str, fate: &Result<Answer, Failure>) -> Fact {
    let answer = match answered(fate) {
        Ok(answer) => answer,
        Err(fact) => return fact,
    };
    let body = answer.json().unwrap_or_default();
    let invalid = |key: &str| body.get(key).and_then(Value::as_str) == Some("invalid");
    let devices = body.get("devices").and_then(Value::as_array);
    match (answer.status, body.get("status").and_then(Value::as_i64)) {
        (200..=299, Some(1)) => Fact::Recipient { name: name.to_owned(), devices: Some(devices.map_or(1, Vec::len)) },
        (400..=499, _) if invalid("token") => Fact::LoginRefused { answer: http(answer) },
        (400..=499, _) if invalid("user") || invalid("device") => {
            Fact::Recipient { name: name.to_owned(), devices: None }
        }
        _ => not_told(&format!("the key of {name}"), answer),
    }
}

fn answered(fate: &Result<Answer, Failure>) -> Result<&Answer, Fact> {
    fate.as_ref().map_err(|failure| {
        let reason = match failure {
            Failure::NotSent => "no connection to it could be made",
            Failure::Lost => "it did not answer in time, or the connection broke",
        };
        Fact::NotReached { reason: reason.to_owned() }
    })
}

fn not_told(about: &str, answer: &Answer) -> Fact {
    Fact::NotTold { about: about.to_owned(), answer: http(answer) }
}

fn http(answer: &Answer) -> String {
    format!("HTTP {}", answer.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_told_by_the_kind_of_their_address() {
        for (kind, url, known) in [
            (ChatKind::Teams, "https://default1.environment.api.powerplatform.com/powerautomate/x", true),
            (ChatKind::Teams, "https://prod-1.westus.logic.azure.com:443/workflows/1", true),
            (ChatKind::Teams, "https://api.powerplatform.com.example.org/x", false),
            (ChatKind::Slack, "https://hooks.slack.com/services/T0/B0/x", true),
            (ChatKind::Slack, "https://hooks.slack.com/triggers/T0/1/x", true),
            (ChatKind::Slack, "https://hooks.slack.com/other", false),
        ] {
            let fact = room(kind, &Url::parse(url).unwrap());
            assert!(matches!(fact, Fact::Room { known: it, .. } if it == known), "{url}: {fact:?}");
        }
    }

    #[test]
    fn answers_mean_what_the_services_say_they_mean() {
        let said = |status, body: &str| Ok(Answer { status, body: body.to_owned() });
        assert_eq!(healthy(&said(200, r#"{"healthy":true}"#)), Ok(()));
        assert!(matches!(healthy(&said(200, "<html>")), Err(Fact::NotTold { .. })));
        assert!(matches!(healthy(&Err(Failure::NotSent)), Err(Fact::NotReached { .. })));
        assert_eq!(let_in(&said(200, r#"{"username":"pager","role":"user"}"#)), Ok(()));
        assert!(matches!(let_in(&said(200, r#"{"username":"*","role":"anonymous"}"#)), Err(Fact::LoginRefused { .. })));
        assert!(matches!(let_in(&said(401, r#"{"code":40101}"#)), Err(Fact::LoginRefused { .. })));
        let devices = |body: &str, status| match recipient("Lee", &said(status, body)) {
            Fact::Recipient { devices, .. } => Some(devices),
            _ => None,
        };
        assert_eq!(devices(r#"{"status":1,"group":0,"devices":["a","b"]}"#, 200), Some(Some(2)));
        assert_eq!(devices(r#"{"user":"invalid","status":0}"#, 400), Some(None));
        assert_eq!(devices(r#"{"status":0}"#, 500), None);
        let refused = recipient("Lee", &said(400, r#"{"token":"invalid","status":0}"#));
        assert!(matches!(refused, Fact::LoginRefused { .. }));
    }
}
