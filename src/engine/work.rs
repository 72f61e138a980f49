//! How is one page carried to where nothing is due? Intent on disk, then the provider, then the outcome on disk.
//!
//! Called by the loop for every due page. A crash between two steps leaves an attempt without outcome, which counts as
//! not reached: duplicate before silence (contract 5.1).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::SemaphorePermit;

use super::core::{Busy, Engine};
use super::error::EngineError;
use super::pace::{Claim, Pace, Slot, Urgency};
use super::page::{Moved, Page};
use crate::decision::ladder::Channel;
use crate::episode::event::Attempt;
use crate::episode::input::Input;
use crate::episode::outcome::{Outcome, Report};
use crate::episode::plan::{Action, plan};
use crate::ports::{Pending, Provider, Rendering, Standing};

/// How many steps one page gets in a row. Far beyond what a ladder has: more mean a defect, which must not spin.
const STEPS: usize = 10_000;

/// How often an outcome is offered to a log that cannot be written, a second apart, before it is given up and the
/// attempt is left to count as doubtful.
const RECORDING_TRIES: u32 = 10;

impl Engine {
    /// Works on one page until nothing is due or `stopping` is set; then leaves its next wake in the derived table.
    pub(super) async fn work(&self, busy: &Busy, stopping: &AtomicBool) -> Result<(), EngineError> {
        // Every append of events writes the next wake with it; only a turn that ends without one has to.
        let (mut wake_is_written, mut known_wake) = (false, busy.next_wake);
        let (mut ticket, mut slot) = (Some(busy.ticket), None);
        for _ in 0..STEPS {
            if stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            // Never closed, so that an error would only mean going on without a bound.
            let permit = self.permits.acquire().await.ok();
            busy.step(self.now());
            let page = self.page(&busy.episode).await?;
            if let Some(attempt) = self.abandoned(&page) {
                tracing::warn!(episode = %page.episode, %attempt, "the engine that was sending is gone: outcome unknown");
                let report = unknown(String::new(), "the engine that made the attempt ended before its outcome");
                self.move_page(page, Input::Finished { attempt, report }).await?;
                wake_is_written = true;
                continue;
            }
            let now = self.now();
            let due = plan(&page.state, now, &self.parts.policy);
            if due.facts_due {
                self.move_page(page, Input::Tick).await?;
                wake_is_written = true;
                continue;
            }
            // Asked while the page was read, which takes a log under load its time.
            if stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            match due.actions.into_iter().find(|action| self.is_new(&page.episode, action)) {
                Some(Action::Send(attempt)) => {
                    let provider = self.provider(attempt.channel, &attempt.provider);
                    if let Some(provider) = provider.filter(|it| Pace::needs_slot(it.as_ref(), slot.as_ref())) {
                        let ticket = *ticket.get_or_insert_with(|| self.pace.ticket());
                        let claim = Claim { episode: &busy.episode, urgency: Urgency::of(&attempt), ticket };
                        let turn_at = self.pace.turn_at(provider.as_ref(), &claim, now);
                        if turn_at > now {
                            // A page that waits for its turn is not overdue: no other engine is to step in.
                            let standing = page.standing(now, &self.parts.policy);
                            let standing = Standing { next_wake: Some(turn_at), ..standing };
                            self.parts.store.append(&page.episode, page.last_seq(), now, &[], standing).await?;
                            known_wake = Some(turn_at);
                            wake_is_written = false;
                        }
                        // What is due may be something else once the turn has come: the next step plans anew.
                        drop((page, permit));
                        slot = self.pace.slot(provider.as_ref(), self.parts.clock.as_ref(), claim, stopping).await;
                        continue;
                    }
                    let turn = slot.take().filter(|slot| provider.is_some_and(|it| slot.is_for(it.as_ref())));
                    self.send(page, attempt, permit, turn).await?;
                    ticket = None;
                    wake_is_written = true;
                }
                Some(Action::AskReceipt { attempt, channel, provider, provider_id, due_at: _ }) => {
                    drop(permit);
                    self.ask_receipt(&page.episode, attempt, channel, &provider, &provider_id).await?;
                    wake_is_written = false;
                }
                Some(Action::HangUp { attempt, provider, provider_id, due_at: _ }) => {
                    drop(permit);
                    self.hang_up(&page.episode, attempt, &provider, &provider_id).await?;
                    wake_is_written = false;
                }
                None => {
                    self.forget_settled(&page);
                    let standing = page.standing(now, &self.parts.policy);
                    if !wake_is_written && standing.next_wake != known_wake {
                        // On a conflict somebody else has just written it.
                        self.parts.store.append(&page.episode, page.last_seq(), now, &[], standing).await?;
                    }
                    return Ok(());
                }
            }
        }
        tracing::error!(episode = %busy.episode, "the page does not come to rest; it gets another turn later");
        Ok(())
    }

    /// The attempt in flight whose engine is certainly gone: it began before this engine became the sole one. What
    /// began later belongs to an engine that stepped in for this one, and is judged by its time alone.
    fn abandoned(&self, page: &Page) -> Option<String> {
        let sole_since = (*self.sole_since.lock().unwrap_or_else(PoisonError::into_inner))?;
        let tried = page.state.in_flight()?;
        let gone = tried.attempt.engine != self.parts.id && tried.started_at < sole_since;
        gone.then(|| tried.attempt.id.clone())
    }

    /// Whether an action is still to be done: a question that was asked is not asked again until its next time.
    fn is_new(&self, episode: &str, action: &Action) -> bool {
        let question = match action {
            Action::Send(_) => return true,
            Action::AskReceipt { attempt, due_at, .. } => (attempt.clone(), *due_at),
            // No attempt has such an id.
            Action::HangUp { attempt, due_at, .. } => (format!("{attempt} hang-up"), *due_at),
        };
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.entry(episode.to_owned()).or_default().insert(question)
    }

    /// A page that is over asks nothing any more.
    fn forget_settled(&self, page: &Page) {
        if !page.state.is_open() {
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&page.episode);
        }
    }

    /// Makes one attempt, unless somebody else moved the page meanwhile: then the next step plans anew.
    /// `permit` is let go before the provider is called; `slot` is its turn where it has a limit.
    async fn send(
        &self,
        page: Page,
        planned: Attempt,
        permit: Option<SemaphorePermit<'_>>,
        slot: Option<Slot>,
    ) -> Result<(), EngineError> {
        let briefing = self.parts.store.briefing(&page.episode).await?;
        let id = planned.id.clone();
        let attempt = Attempt { engine: self.parts.id.clone(), ..planned };
        let Moved::Done(page) = self.move_page(page, Input::Start(attempt)).await? else { return Ok(()) };
        let Some(tried) = page.state.attempt(&id) else { return Ok(()) };
        let several_open = self.asked_elsewhere(&page, &tried.attempt).await;
        let rendering = Rendering {
            episode: &page.episode,
            state: &page.state,
            attempt: &tried.attempt,
            briefing: briefing.as_ref(),
            several_open,
            now: self.now(),
        };
        let blocked_since = self.blocked_since(&tried.attempt).await;
        if let Some(slot) = slot.filter(|_| blocked_since.is_none()) {
            slot.used();
        }
        drop(permit);
        let report = match blocked_since {
            None => self.deliver(&rendering).await,
            Some(since) => Report {
                outcome: Outcome::Refused,
                provider: tried.attempt.provider.clone(),
                provider_id: None,
                detail: self.parts.render.opted_out(since),
            },
        };
        tracing::info!(episode = %page.episode, attempt = %id, provider = %report.provider, outcome = ?report.outcome);
        self.record(&page.episode, &id, report).await?;
        if let Some(phone) = tried.attempt.contact.phone.clone().filter(|_| blocked_since.is_some()) {
            // A page that closed meanwhile asks nobody.
            let _told = self.put(&page.episode, Input::OptOut { phone }).await?;
        }
        Ok(())
    }

    /// Since when the person blocks texts, for a text. What cannot be told is no reason to keep silent.
    async fn blocked_since(&self, attempt: &Attempt) -> Option<DateTime<Utc>> {
        let number = attempt.contact.phone.as_deref().filter(|_| attempt.channel == Channel::Sms)?;
        self.parts.store.opted_out(number).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "whether the person blocked texts cannot be told");
            None
        })
    }

    /// Hands the message to the provider that the attempt names, and waits until the attempt becomes doubtful.
    async fn deliver(&self, rendering: &Rendering<'_>) -> Report {
        let attempt = rendering.attempt;
        let Some(provider) = self.provider(attempt.channel, &attempt.provider) else {
            return Report {
                outcome: Outcome::Refused,
                provider: attempt.provider.clone(),
                provider_id: None,
                detail: "this site has no provider for the channel".to_owned(),
            };
        };
        let message = self.parts.render.render(rendering);
        let answer = self.within(attempt.doubtful_at, provider.send(&message)).await;
        answer.unwrap_or_else(|| unknown(provider.name().to_owned(), "the provider did not answer in time"))
    }

    /// The provider of this name; without a name the channel's first.
    pub(super) fn provider(&self, channel: Channel, name: &str) -> Option<&Arc<dyn Provider>> {
        let mut serving = self.parts.providers.iter().filter(|it| it.channel() == channel);
        serving.find(|it| name.is_empty() || it.name() == name)
    }

    /// Asks what became of a message, and records a word that changed.
    async fn ask_receipt(
        &self,
        episode: &str,
        attempt: String,
        channel: Channel,
        provider: &str,
        provider_id: &str,
    ) -> Result<(), EngineError> {
        let Some(provider) = self.provider(channel, provider) else { return Ok(()) };
        let answer = self.within(self.patience(), provider.receipt(provider_id)).await;
        if let Some(report) = answer.flatten() {
            let (by, outcome) = (report.provider.clone(), report.outcome);
            // The only refusal is of an attempt that never began, and this one did.
            let _known = self.submit(episode, Input::Receipt { attempt: attempt.clone(), report }).await?;
            tracing::info!(%episode, %attempt, provider = %by, ?outcome, "receipt");
        }
        Ok(())
    }

    /// Records an outcome. It must not be lost, so it is decided anew after every conflict, and a log that cannot be
    /// written is tried for a while: it may be locked by a backup.
    async fn record(&self, episode: &str, attempt: &str, report: Report) -> Result<(), EngineError> {
        let input = Input::Finished { attempt: attempt.to_owned(), report };
        let mut tries = 1;
        loop {
            match self.submit(episode, input.clone()).await {
                Ok(_) => return Ok(()),
                Err(EngineError::Store(error)) if tries < RECORDING_TRIES => {
                    tracing::warn!(%episode, %attempt, %error, "the outcome is not recorded yet");
                    self.parts.clock.sleep_until(self.now() + TimeDelta::seconds(1)).await;
                    tries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Until when a provider may take to answer a question that is asked now.
    pub(super) fn patience(&self) -> DateTime<Utc> {
        self.now() + TimeDelta::seconds(self.parts.policy.attempt_timeout_s.max(1).into())
    }

    /// A provider's answer, or `None` when it took longer than `deadline`. No provider is trusted to end by itself.
    pub(super) async fn within<T>(&self, deadline: DateTime<Utc>, answer: Pending<'_, T>) -> Option<T> {
        tokio::select! {
            biased;
            answer = answer => Some(answer),
            () = self.parts.clock.sleep_until(deadline) => None,
        }
    }
}

fn unknown(provider: String, detail: &str) -> Report {
    Report { outcome: Outcome::Unknown, provider, provider_id: None, detail: detail.to_owned() }
}
