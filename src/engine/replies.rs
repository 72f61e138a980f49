//! Which texts came back? Fetches them from the providers while a page is open; `hear` does what they say.
//!
//! Also says when a message has to ask for the case number with the digit (contract 5.6).

use super::core::Engine;
use super::error::EngineError;
use super::page::Page;
use crate::decision::ladder::Channel;
use crate::episode::event::{Attempt, Purpose};
use crate::episode::reply::{Word, asks, understand, waits, was_asked};
use crate::ports::{PageSummary, Reply};
use chrono::SubsecRound;

impl Engine {
    /// Reads what came back since the oldest open page began, and does what each new text says. Whoever blocked texts is
    /// listened to from then on, also while no page is open: START must be heard whenever it comes.
    pub async fn read_replies(&self) -> Result<(), EngineError> {
        let pages_since = self.open_pages().await?.iter().map(|page| page.opened_at).min();
        let blocked_since = self.parts.store.all_opted_out().await?.into_iter().map(|it| it.since).min();
        let Some(since) = pages_since.into_iter().chain(blocked_since).min() else { return Ok(()) };
        for provider in self.parts.providers.iter().filter(|provider| provider.channel() == Channel::Sms) {
            let Some(mut replies) = self.within(self.patience(), provider.replies(since)).await else {
                tracing::warn!(provider = provider.name(), "replies could not be read in time");
                continue;
            };
            replies.sort_by_key(|reply| reply.received_at);
            for reply in replies {
                // Providers tell whole seconds.
                let of_a_page = pages_since.is_some_and(|since| reply.received_at >= since.trunc_subsecs(0));
                if of_a_page || is_about_texts(&reply) {
                    self.hear(provider.name(), &reply).await?;
                }
            }
        }
        Ok(())
    }

    /// The open pages of this engine's mode.
    pub(super) async fn open_pages(&self) -> Result<Vec<PageSummary>, EngineError> {
        let mut open = self.parts.store.pages(false).await?;
        open.retain(|page| page.training == self.parts.training);
        Ok(open)
    }

    /// Whether whoever gets `attempt` was asked to take another page that still waits, so that `1` alone would not say
    /// which. Asked once the attempt is on disk: of two pages that go out at once, each sees the other. What cannot be
    /// told counts as yes, because a reply with a case number is always understood.
    pub(super) async fn asked_elsewhere(&self, page: &Page, attempt: &Attempt) -> bool {
        let Some(number) = attempt.contact.phone.as_deref().filter(|_| replies(attempt.purpose)) else { return false };
        let found = async {
            for summary in self.parts.store.pages(false).await? {
                if summary.training == self.parts.training && summary.episode != page.episode {
                    let other = self.page(&summary.episode).await?;
                    if other.state.drill.is_none() && waits(&other.state) && was_asked(&other.state, number) {
                        return Ok::<bool, EngineError>(true);
                    }
                }
            }
            Ok(false)
        };
        found.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the other open pages cannot be read, so the message asks for the case number");
            true
        })
    }
}

/// Whether a message says how to reply.
fn replies(purpose: Purpose) -> bool {
    asks(purpose) || matches!(purpose, Purpose::Answer { .. })
}

/// Whether a reply blocks texts or lets them through: such words count whether a page is open or not.
fn is_about_texts(reply: &Reply) -> bool {
    understand(&reply.text, true).is_some_and(|said| matches!(said.word, Word::Stop | Word::Start))
}
