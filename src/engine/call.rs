//! What does a call say when it asks, and what does a key mean? Called by whoever takes the provider's requests.
//!
//! The page's log decides, as for every other word of a person; whatever happens, the phone hears words and no error.
//! Repeated requests are harmless: the same key by the same person is recorded once and answered the same.

use std::sync::Arc;

use super::core::Engine;
use super::error::EngineError;
use crate::decision::ladder::Channel;
use crate::episode::briefing::Briefing;
use crate::episode::decide::Refusal;
use crate::episode::event::{Attempt, Purpose, Said, Via};
use crate::episode::input::Input;
use crate::episode::outcome::{Outcome, Report};
use crate::episode::state::{Phase, State, Tried};
use crate::ports::hooks::{About, HookAnswer};
use crate::ports::{CallAnswer, Message, Rendering};

/// How often a call says its words again for keys that ask for it or mean nothing.
const MOST_REPEATS: u32 = 4;

/// What the record says of a call in which a key was pressed.
const KEY_PRESSED: &str = "answered, a key was pressed";

impl Engine {
    /// What a call says next. `digit` is the key that was pressed, `None` when none was; `repeats` is how often the call
    /// has said its words again. `1` has it, `2` cannot, every other key hears the words again.
    pub async fn answer_call(&self, about: &About, digit: Option<char>, repeats: u32) -> HookAnswer {
        let answered = match digit {
            Some('1') => self.hear_key(about, Input::Acknowledge).await,
            Some('2') => self.hear_key(about, Input::Decline).await,
            _ => self.speak(about, digit.map_or(repeats, |_| repeats.saturating_add(1))).await,
        };
        answered.unwrap_or_else(|error| {
            tracing::error!(%error, attempt = %about.attempt, "a call could not be answered from its page");
            HookAnswer::SayAndEnd(self.parts.render.cannot_tell())
        })
    }

    /// A machine answered the call that `report` names, and records now: the attempt is recorded as voicemail, and the
    /// call is led to the voicemail text, so that the machine gets it from its beginning. Where that fails the call ends in
    /// the same words by itself. Nothing happens when the contact has pressed a key: then no machine answered.
    pub async fn leave_voicemail(&self, about: &About, report: Report) -> Result<(), EngineError> {
        let page = self.page(&about.episode).await?;
        let Some(tried) = page.state.attempt(&about.attempt) else { return Ok(()) };
        if tried.outcome() == Some(Outcome::Voicemail) || key_was_pressed(tried) {
            return Ok(());
        }
        let provider = self.provider(tried.attempt.channel, &report.provider).map(Arc::clone);
        let provider_id = report.provider_id.clone();
        let input = Input::Receipt { attempt: about.attempt.clone(), report };
        // The only refusal is of an attempt that never began, and this one did.
        let _known = self.submit(&about.episode, input).await?;
        let message = self.words(about, &page.state).await?;
        if let (Some(provider), Some(provider_id), Some(message)) = (provider, provider_id, message) {
            let left = self.within(self.patience(), provider.leave_voicemail(&provider_id, &message)).await;
            tracing::info!(episode = %about.episode, attempt = %about.attempt, ?left, "a machine answered a call");
        }
        Ok(())
    }

    /// Ends a call that nobody needs to answer any more, and records what is known of it then.
    pub(super) async fn hang_up(
        &self,
        episode: &str,
        attempt: String,
        provider: &str,
        provider_id: &str,
    ) -> Result<(), EngineError> {
        let Some(provider) = self.provider(Channel::Voice, provider).map(Arc::clone) else { return Ok(()) };
        let answer = self.within(self.patience(), provider.hang_up(provider_id)).await;
        if let Some(report) = answer.flatten() {
            let outcome = report.outcome;
            // The only refusal is of an attempt that never began, and this one did.
            let _known = self.submit(episode, Input::Receipt { attempt: attempt.clone(), report }).await?;
            tracing::info!(%episode, %attempt, provider = provider.name(), ?outcome, "a call was ended");
        }
        Ok(())
    }

    /// Whether a call that `outcome` calls a voicemail was answered by somebody who pressed a key.
    pub(super) async fn is_outweighed_by_key(&self, about: &About, outcome: Outcome) -> Result<bool, EngineError> {
        if outcome != Outcome::Voicemail {
            return Ok(false);
        }
        Ok(self.page(&about.episode).await?.state.attempt(&about.attempt).is_some_and(key_was_pressed))
    }

    /// The words of the call, or why they need not be heard any more.
    async fn speak(&self, about: &About, repeats: u32) -> Result<HookAnswer, EngineError> {
        let state = self.page(&about.episode).await?.state;
        if let Some(refusal) = state.attempt(&about.attempt).and_then(|tried| settled(&state, &tried.attempt)) {
            return self.say(about, &state, &CallAnswer::Refused(&refusal)).await;
        }
        let script = self.words(about, &state).await?.and_then(|message| message.call);
        Ok(match script {
            Some(script) if repeats <= MOST_REPEATS => HookAnswer::Call { about: about.clone(), script, repeats },
            Some(script) => HookAnswer::SayAndEnd(script.voicemail),
            None => HookAnswer::SayAndEnd(self.parts.render.cannot_tell()),
        })
    }

    /// Records what a key means for whoever was called, and says what became of it.
    async fn hear_key(&self, about: &About, meaning: fn(Said) -> Input) -> Result<HookAnswer, EngineError> {
        let state = self.page(&about.episode).await?.state;
        let Some(tried) = state.attempt(&about.attempt) else {
            return Ok(HookAnswer::SayAndEnd(self.parts.render.cannot_tell()));
        };
        let via = if self.parts.training { Via::Training } else { Via::Voice };
        let answered = Report {
            outcome: Outcome::Delivered,
            provider: tried.provider().to_owned(),
            provider_id: tried.provider_id().map(str::to_owned),
            detail: KEY_PRESSED.to_owned(),
        };
        let input = meaning(Said { by: tried.attempt.contact.name.clone(), via });
        let declines = matches!(input, Input::Decline(_));
        match self.submit(&about.episode, input).await? {
            Err(refusal) => {
                // They hear why to the end: a call that a key was pressed in is not one that rings in vain.
                let receipt = Input::Receipt { attempt: about.attempt.clone(), report: answered };
                let _known = self.submit(&about.episode, receipt).await?;
                self.say(about, &state, &CallAnswer::Refused(&refusal)).await
            }
            Ok(state) => {
                tracing::info!(episode = %about.episode, attempt = %about.attempt, declines, "a key was pressed");
                // What was said is on disk; that somebody was there only completes the record.
                let receipt = Input::Receipt { attempt: about.attempt.clone(), report: answered };
                let _known = self.submit(&about.episode, receipt).await?;
                let next = asked_next(&state);
                let answer = if declines { CallAnswer::Declined { next: &next } } else { CallAnswer::Taken };
                self.say(about, &state, &answer).await
            }
        }
    }

    async fn say(&self, about: &About, state: &State, answer: &CallAnswer<'_>) -> Result<HookAnswer, EngineError> {
        let briefing = self.parts.store.briefing(&about.episode).await?;
        let asked = self.rendering(about, state, briefing.as_ref());
        let render = &self.parts.render;
        Ok(HookAnswer::SayAndEnd(asked.map_or_else(|| render.cannot_tell(), |asked| render.answer(&asked, answer))))
    }

    /// The message of an attempt, put into words anew; `None` when there is no such attempt.
    async fn words(&self, about: &About, state: &State) -> Result<Option<Message>, EngineError> {
        let briefing = self.parts.store.briefing(&about.episode).await?;
        Ok(self.rendering(about, state, briefing.as_ref()).map(|asked| self.parts.render.render(&asked)))
    }

    fn rendering<'a>(
        &self,
        about: &'a About,
        state: &'a State,
        briefing: Option<&'a Briefing>,
    ) -> Option<Rendering<'a>> {
        let attempt = &state.attempt(&about.attempt)?.attempt;
        let (episode, now) = (about.episode.as_str(), self.now());
        Some(Rendering { episode, state, attempt, briefing, several_open: false, now })
    }
}

/// Whether a key was pressed in this call: then a person answered, whatever a detection guesses.
fn key_was_pressed(tried: &Tried) -> bool {
    tried.latest().is_some_and(|latest| latest.report.detail == KEY_PRESSED)
}

/// Why the words of a call that asks to take the page need not be heard any more, if so.
fn settled(state: &State, attempt: &Attempt) -> Option<Refusal> {
    if !matches!(attempt.purpose, Purpose::Page | Purpose::Exhausted) {
        return None;
    }
    if let Some(word) = &state.cancelled {
        return Some(Refusal::Cancelled(word.clone()));
    }
    match &state.acknowledged {
        Some(owner) if !attempt.contact.is_called(&owner.by) => Some(Refusal::AlreadyAcknowledged(owner.clone())),
        _ => state.closed_at.map(|at| Refusal::Closed { at }),
    }
}

/// Who is asked now that somebody declined: the people of the rung that the climb has come to.
fn asked_next(state: &State) -> Vec<&str> {
    if state.phase() != Phase::Paging {
        return Vec::new();
    }
    let people = state.current_rung().map(|rung| rung.contacts.as_slice()).unwrap_or_default();
    people.iter().filter(|contact| !state.has_declined(&contact.name)).map(|contact| contact.name.as_str()).collect()
}
