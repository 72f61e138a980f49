//! Who pressed the button of a message that a push service brought? A press is a person's word, as a key on the phone is.
//!
//! Called by the loop when it is time to ask for replies. Only pages that wait are asked about, so that a late press
//! changes nothing.

use super::core::Engine;
use super::error::EngineError;
use crate::episode::event::{Purpose, Said, Via};
use crate::episode::input::Input;
use crate::ports::Sent;
use crate::ports::hooks::About;

impl Engine {
    /// Asks every push service which of the messages that wait for a press got one, and records it.
    pub async fn read_presses(&self) -> Result<(), EngineError> {
        let providers = self.parts.providers.iter().filter(|it| it.channel().has_button());
        let providers: Vec<_> = providers.collect();
        if providers.is_empty() {
            return Ok(());
        }
        let open = self.open_pages().await?;
        let Some(since) = open.iter().map(|page| page.opened_at).min() else { return Ok(()) };
        for summary in open {
            let page = self.page(&summary.episode).await?;
            if page.state.acknowledged.is_some() || page.state.cancelled.is_some() {
                continue;
            }
            for provider in &providers {
                let asked = page.state.attempts.iter().filter(|tried| {
                    let attempt = &tried.attempt;
                    attempt.channel == provider.channel()
                        && tried.provider() == provider.name()
                        && attempt.round == page.state.round
                        && matches!(attempt.purpose, Purpose::Page | Purpose::Exhausted)
                        && tried.may_have_reached()
                });
                let sent: Vec<Sent> = asked
                    .filter_map(|tried| {
                        let about = About { episode: page.episode.clone(), attempt: tried.attempt.id.clone() };
                        Some(Sent { about, provider_id: tried.provider_id()?.to_owned() })
                    })
                    .collect();
                if sent.is_empty() {
                    continue;
                }
                let Some(pressed) = self.within(self.patience(), provider.pressed(since, &sent)).await else {
                    tracing::warn!(provider = provider.name(), "presses could not be read in time");
                    continue;
                };
                for about in pressed {
                    let Some(tried) = page.state.attempt(&about.attempt) else { continue };
                    let said = Said { by: tried.attempt.contact.name.clone(), via: Via::Push };
                    let heard = self.submit(&about.episode, Input::Acknowledge(said)).await?.is_ok();
                    tracing::info!(episode = %about.episode, attempt = %about.attempt, heard, "a button was pressed");
                }
            }
        }
        Ok(())
    }
}
