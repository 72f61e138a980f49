//! What becomes of a text that came back, whichever way it came? Understood, bound to the page it means, done and owed an
//! answer in one transaction, each reply once (contract 5.6).
//!
//! `replies` fetches texts from providers that are asked; callbacks hand them over as they come in. Both call
//! [`Engine::hear`].

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::core::Engine;
use super::error::EngineError;
use super::page::{Moved, Page, TRIES};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::event::{Heard, Via, reply_key};
use crate::episode::input::Input;
use crate::episode::outcome::Report;
use crate::episode::reply::{Understood, Word, bind, understand, waits, was_asked};
use crate::episode::state::State;
use crate::ports::{Message, PageSummary, Reply, Stray};

/// How far back, and over how many pages at most, a page is looked for that a stray text may mean.
const PAST: TimeDelta = TimeDelta::days(7);
const PAST_PAGES: usize = 50;

impl Engine {
    /// Hears a text that came in by `provider`: does what it says and owes its sender an answer. The same reply again,
    /// by whichever way, changes nothing. Never logs what was written.
    pub async fn hear(&self, provider: &str, reply: &Reply) -> Result<(), EngineError> {
        let (store, provider_id) = (&self.parts.store, &reply.provider_id);
        let key = reply_key(provider, provider_id);
        for _ in 0..TRIES {
            if store.reply_used(&key).await? {
                return Ok(());
            }
            let stopped = store.opted_out(&reply.from).await?.is_some();
            let understood = understand(&reply.text, stopped);
            let word = understood.as_ref().map(|it| it.word);
            if let Some(word @ (Word::Stop | Word::Start)) = word {
                tracing::warn!(%provider, %provider_id, ?word, "somebody blocks texts or lets them through again");
                if word == Word::Stop {
                    self.stopped(&reply.from, reply.received_at).await?;
                } else {
                    self.started(&reply.from, reply.received_at).await?;
                }
                store.use_reply(&key, self.now()).await?;
                return Ok(());
            }
            let mut pages = self.open_pages_of(&reply.from, Some(reply.received_at)).await?;
            let states: Vec<&State> = pages.iter().map(|page| &page.state).collect();
            let mut bound = bind(&states, &reply.from, understood.as_ref());
            if bound.is_none() {
                let over = self.past_page(reply, understood.as_ref()).await?;
                // A case that nobody was paged for is a slip of the finger: the answer says how to reply.
                bound = bind(&states, &reply.from, None).filter(|_| over.is_none());
                if bound.is_none() {
                    let stray = over.unwrap_or(Stray::Unknown);
                    return self.answer_stray(provider, &key, reply, &stray).await;
                }
            }
            let Some((place, meant)) = bound.filter(|(place, _)| *place < pages.len()) else { return Ok(()) };
            let page = pages.swap_remove(place);
            let known = page.state.contact_at(&reply.from);
            let from = known.cloned().unwrap_or_else(|| Contact {
                name: String::new(),
                phone: Some(reply.from.clone()),
                email: None,
                until: None,
                also: Vec::new(),
            });
            let heard = Heard { provider: provider.to_owned(), reply: provider_id.clone(), from, meant };
            let via = if self.parts.training { Via::Training } else { Via::Sms };
            let episode = page.episode.clone();
            match self.move_page(page, Input::Reply { heard, via }).await? {
                Moved::Done(_) => {
                    tracing::info!(%episode, %provider, %provider_id, ?word, "a reply came in");
                    // Already noted with the events, unless there was nothing new to record.
                    store.use_reply(&key, self.now()).await?;
                    return Ok(());
                }
                // Somebody else wrote first, perhaps the same reply.
                Moved::Conflict | Moved::Refused(_) => {}
            }
        }
        Err(EngineError::Contended { episode: "of a reply".to_owned() })
    }

    /// The open pages that know a number, newest first; those that had begun at `by`, where that is given.
    pub(super) async fn open_pages_of(
        &self,
        number: &str,
        by: Option<DateTime<Utc>>,
    ) -> Result<Vec<Page>, EngineError> {
        let mut known = Vec::new();
        for summary in self.parts.store.pages(false).await? {
            // Providers tell whole seconds. An older reply belongs to an older page.
            let had_begun = by.is_none_or(|by| by >= summary.opened_at.trunc_subsecs(0));
            if summary.training == self.parts.training && had_begun {
                known.extend(self.readable(&summary).await?);
            }
        }
        known.retain(|page| page.state.is_open() && page.state.contact_at(number).is_some());
        Ok(known)
    }

    /// A page, unless its log makes no sense: that is told, and hides no other page.
    async fn readable(&self, summary: &PageSummary) -> Result<Option<Page>, EngineError> {
        match self.page(&summary.episode).await {
            Ok(page) => Ok(Some(page)),
            Err(EngineError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::error!(%error, "a page cannot be read, so replies to it are not heard");
                Ok(None)
            }
        }
    }

    /// The page that is over and that a text may mean; what to say when there is one, or when there is none that waits.
    async fn past_page(&self, reply: &Reply, said: Option<&Understood>) -> Result<Option<Stray>, EngineError> {
        let named = said.and_then(|said| said.case.as_deref());
        let since = self.now() - PAST;
        let past = self.parts.store.pages(true).await?.into_iter();
        let past = past.filter(|page| page.training == self.parts.training && !page.open && page.opened_at >= since);
        let mut is_known = false;
        for summary in past.take(PAST_PAGES) {
            let Some(page) = self.readable(&summary).await? else { continue };
            let state = &page.state;
            if state.contact_at(&reply.from).is_none() {
                continue;
            }
            is_known = true;
            let at = state.cancelled.as_ref().map(|word| word.at).or(state.closed_at);
            if let Some(at) = at.filter(|_| named.is_none_or(|named| named == summary.case)) {
                let owner = state.acknowledged.as_ref().map(|owner| owner.by.clone());
                return Ok(Some(Stray::Over { case: state.case.clone(), owner, at }));
            }
        }
        Ok((is_known && named.is_none()).then_some(Stray::NothingOpen))
    }

    /// Answers a text that belongs to no open page, at most once an hour a number. It is noted before it is sent: a crash
    /// may lose such an answer, and never repeats one.
    async fn answer_stray(&self, provider: &str, key: &str, reply: &Reply, stray: &Stray) -> Result<(), EngineError> {
        let store = &self.parts.store;
        let now = self.now();
        if !store.use_reply(key, now).await? {
            return Ok(());
        }
        tracing::warn!(%provider, provider_id = %reply.provider_id, "a reply fits no open page, so it changes nothing");
        let Some(way_out) = self.provider(Channel::Sms, provider).filter(|_| is_dialled(&reply.from)) else {
            return Ok(());
        };
        // A stray text waits for nobody's turn and takes none: when pages queue it is not answered.
        let slot = self.pace.try_slot(way_out.as_ref(), now);
        if way_out.per_second() > 0 && slot.is_none() {
            return Ok(());
        }
        if store.opted_out(&reply.from).await?.is_some() || !store.may_answer_stray(&reply.from, now).await? {
            return Ok(());
        }
        let attempt = format!("stray.{}", reply.provider_id);
        let message = Message {
            message_key: attempt.clone(),
            attempt,
            to: reply.from.clone(),
            name: String::new(),
            subject: String::new(),
            body: self.parts.render.stray(stray, now),
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        };
        if let Some(slot) = slot {
            slot.used();
        }
        let answer = self.within(self.patience(), way_out.send(&message)).await;
        tracing::info!(%provider, outcome = ?answer.map(|report| report.outcome), "a stray reply was answered");
        Ok(())
    }

    /// Notes that `number` blocked texts, and tells every page that asks its owner: they are called instead.
    pub(super) async fn stopped(&self, number: &str, at: DateTime<Utc>) -> Result<(), EngineError> {
        self.parts.store.opt_out(number, at).await?;
        // A later START may have been heard before.
        if self.parts.store.opted_out(number).await?.is_none() {
            return Ok(());
        }
        for page in self.open_pages_of(number, None).await? {
            let state = &page.state;
            let on_rung = state.current_rung().into_iter().flat_map(|rung| &rung.contacts);
            let is_tried = on_rung.into_iter().any(|contact| contact.phone.as_deref() == Some(number));
            if waits(state) && (is_tried || was_asked(state, number)) {
                // A page that closed meanwhile asks nobody.
                let _told = self.put(&page.episode, Input::OptOut { phone: number.to_owned() }).await?;
            }
        }
        Ok(())
    }

    /// Notes that `number` lets texts through again, and tells every page that knew it did not.
    async fn started(&self, number: &str, at: DateTime<Utc>) -> Result<(), EngineError> {
        self.parts.store.opt_in(number, at).await?;
        for page in self.open_pages_of(number, None).await? {
            if page.state.is_opted_out(number) {
                let _told = self.put(&page.episode, Input::OptIn { phone: number.to_owned() }).await?;
            }
        }
        Ok(())
    }

    /// The number that a provider's word says has blocked its texts.
    pub(super) fn stopped_by(&self, state: &State, attempt: &str, report: &Report) -> Option<String> {
        let tried = state.attempt(attempt)?;
        let provider = self.provider(tried.attempt.channel, &report.provider)?;
        provider.stopped(report).then(|| tried.attempt.contact.phone.clone())?
    }
}

/// Whether an answer can go there: a whole number, no short code and no word.
fn is_dialled(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| digits.len() >= 8 && digits.bytes().all(|it| it.is_ascii_digit()))
}
