//! How does a note leave that is no page? By text through the site's providers in order, or by letter; nobody is woken.

use std::sync::Arc;

use crate::episode::outcome::{Outcome, Report};
use crate::ports::{Message, Provider};

/// The ways out for texts that are no pages.
pub struct Texts {
    /// The providers of texts, the preferred one first.
    pub providers: Vec<Arc<dyn Provider>>,
    /// Whether nothing is really sent.
    pub training: bool,
}

/// A text that is no page.
pub struct Text<'a> {
    /// The same for every try of the same text.
    pub key: &'a str,
    /// E.164.
    pub to: &'a str,
    /// The recipient's name.
    pub name: &'a str,
    /// The words.
    pub body: String,
}

impl Texts {
    /// Hands one text over: to the next provider only when the one before certainly did not take it.
    pub async fn send(&self, text: Text<'_>) -> Report {
        let message = Message {
            message_key: text.key.to_owned(),
            attempt: text.key.to_owned(),
            to: text.to.to_owned(),
            name: text.name.to_owned(),
            subject: String::new(),
            body: text.body,
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        };
        let mut report = Report {
            outcome: Outcome::Unavailable,
            provider: String::new(),
            provider_id: None,
            detail: "this site sends no texts".to_owned(),
        };
        for provider in &self.providers {
            report = provider.send(&message).await;
            if !matches!(report.outcome, Outcome::Unavailable | Outcome::Retryable) {
                break;
            }
        }
        report
    }

    /// The word for what became of a text.
    pub fn word(&self, report: &Report) -> &'static str {
        match report.outcome {
            _ if self.training => "training",
            Outcome::Accepted | Outcome::Delivered => Outcome::Accepted.word(),
            other => other.word(),
        }
    }
}

/// Whether trying again may help: what nobody knows about is tried again, twice before never.
pub fn try_again(report: &Report) -> bool {
    matches!(report.outcome, Outcome::Retryable | Outcome::Unavailable | Outcome::Unknown)
}
