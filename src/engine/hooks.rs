//! What follows from what a provider reports by itself? The same as when it was asked: a receipt, a reply.
//!
//! Called by `web` for requests that are believed. Late, repeated and out-of-order reports are harmless: the page keeps
//! the heaviest word, and a reply is heard once. What fits no page leaves a log line and is answered as heard, so that
//! the provider does not repeat it.

use super::core::Engine;
use super::error::EngineError;
use crate::episode::input::Input;
use crate::episode::outcome::Report;
use crate::ports::hooks::{About, Heard, HookAnswer};

impl Engine {
    /// Does what a believed report says. An error only when the log cannot be read or written: the provider may repeat
    /// the report then, and polling finds the same.
    pub async fn heard(&self, heard: Heard) -> Result<HookAnswer, EngineError> {
        match heard {
            Heard::Receipt { about, report } => self.hear_receipt(&about, report).await?,
            Heard::Reply { provider, reply } => self.hear(&provider, &reply).await?,
            Heard::Call { about, digit, repeats } => return Ok(self.answer_call(&about, digit, repeats).await),
            Heard::Machine { about, report } => self.hear_machine(&about, report).await?,
            Heard::Nothing => {}
        }
        Ok(HookAnswer::Heard)
    }

    /// What a detection says about a page that this engine does not have leaves a log line, as a receipt does.
    async fn hear_machine(&self, about: &About, report: Report) -> Result<(), EngineError> {
        match self.leave_voicemail(about, report).await {
            Err(EngineError::NoSuchPage { .. } | EngineError::OtherMode { .. }) => {
                tracing::warn!("a detection is about a page that this engine does not have");
                Ok(())
            }
            heard => heard,
        }
    }

    async fn hear_receipt(&self, about: &About, report: Report) -> Result<(), EngineError> {
        let About { episode, attempt } = about;
        let (provider, outcome) = (report.provider.clone(), report.outcome);
        let input = Input::Receipt { attempt: attempt.clone(), report };
        let heard = match self.is_outweighed_by_key(about, outcome).await {
            Ok(true) => return Ok(()),
            Ok(false) => self.submit(episode, input).await,
            Err(error) => Err(error),
        };
        match heard {
            Ok(Ok(_)) => tracing::info!(%episode, %attempt, provider, ?outcome, "a callback"),
            Ok(Err(_)) => tracing::warn!(provider, ?outcome, "a callback is about an attempt that never began"),
            Err(EngineError::NoSuchPage { .. } | EngineError::OtherMode { .. }) => {
                tracing::warn!(provider, ?outcome, "a callback is about a page that this engine does not have");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
