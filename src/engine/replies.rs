//! What did a person mean by a text that came back? Digits and a number that is known, nothing else (contract 5.6).
//!
//! `1` has it, `2` cannot, with a case number when several pages are open. What is not understood changes nothing.

use std::cmp::Reverse;

use chrono::SubsecRound;

use super::core::Engine;
use super::error::EngineError;
use super::page::Page;
use crate::episode::event::{Said, Via};
use crate::episode::input::Input;
use crate::ports::{PageSummary, Reply};

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Digit {
    /// "I have it."
    HaveIt,
    /// "I cannot."
    Cannot,
}

impl Engine {
    /// Reads what came back since the oldest open page began, and does what each new text says.
    pub async fn read_replies(&self) -> Result<(), EngineError> {
        let mut open = self.parts.store.pages(false).await?;
        open.retain(|page| page.training == self.parts.training);
        let Some(since) = open.iter().map(|page| page.opened_at).min() else { return Ok(()) };
        for provider in &self.parts.providers {
            let Some(mut replies) = self.within(self.patience(), provider.replies(since)).await else {
                tracing::warn!(provider = provider.name(), "replies could not be read in time");
                continue;
            };
            replies.sort_by_key(|reply| reply.received_at);
            for reply in replies {
                let key = format!("{} {}", provider.name(), reply.provider_id);
                if !self.parts.store.reply_used(&key).await? {
                    // Done first and noted afterwards: a crash in between repeats a word, which is harmless, and
                    // never loses one.
                    self.hear(&open, &reply).await?;
                    self.parts.store.use_reply(&key, self.now()).await?;
                }
            }
        }
        Ok(())
    }

    async fn hear(&self, open: &[PageSummary], reply: &Reply) -> Result<(), EngineError> {
        let provider_id = &reply.provider_id;
        let Some((digit, case)) = understand(&reply.text) else {
            tracing::warn!(%provider_id, "a reply is neither 1 nor 2, so it changes nothing");
            return Ok(());
        };
        let mut meant = Vec::new();
        for summary in open {
            let named = case.as_deref().is_none_or(|case| same_case(case, &summary.case));
            // Providers tell whole seconds. An older reply belongs to an older page.
            if named && reply.received_at >= summary.opened_at.trunc_subsecs(0) {
                let page = self.page(&summary.episode).await?;
                meant.extend(sender(&page, &reply.from).map(|name| (page, name)));
            }
        }
        // Who already has one page means the one that still waits for an answer.
        if meant.len() > 1 && meant.iter().any(|(page, _)| waits(page)) {
            meant.retain(|(page, _)| waits(page));
        }
        let [(page, name)] = meant.as_slice() else {
            let pages = meant.len();
            tracing::warn!(%provider_id, pages, "a reply fits no page, or several, so it changes nothing");
            return Ok(());
        };
        let via = if self.parts.training { Via::Training } else { Via::Sms };
        let said = Said { by: name.clone(), via };
        let input = match digit {
            Digit::HaveIt => Input::Acknowledge(said),
            Digit::Cannot => Input::Decline(said),
        };
        match self.submit(&page.episode, input).await? {
            Ok(_) => tracing::info!(episode = %page.episode, %provider_id, ?digit, "a reply was heard"),
            Err(_) => tracing::warn!(episode = %page.episode, %provider_id, ?digit, "the page does not allow a reply"),
        }
        Ok(())
    }
}
