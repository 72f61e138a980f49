//! How is one page read and moved? Its log and state as of one reading, and appends that hold only if nobody else wrote.

use chrono::{DateTime, SubsecRound, Utc};

use super::core::Engine;
use super::error::EngineError;
use crate::episode::decide::{Refusal, decide};
use crate::episode::event::{Event, Recorded};
use crate::episode::input::Input;
use crate::episode::plan::plan;
use crate::episode::policy::Policy;
use crate::episode::state::State;
use crate::ports::{Appended, Standing};

/// How often an input is decided anew because somebody else wrote first. Each time somebody else got on, so that many
/// in a row mean a defect and not bad luck.
pub(super) const TRIES: usize = 100;

/// One page as it stood at one reading of its log.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its id.
    pub episode: String,
    /// Its log, in order, never empty.
    pub log: Vec<Recorded>,
    /// What the log amounts to.
    pub state: State,
}

impl Page {
    pub(super) fn last_seq(&self) -> u32 {
        self.log.last().map_or(0, |entry| entry.seq)
    }

    /// The page after `events`, as the log will be once they are appended.
    pub(super) fn of(
        episode: &str,
        mut log: Vec<Recorded>,
        at: DateTime<Utc>,
        events: &[Event],
    ) -> Result<Self, EngineError> {
        let next = log.last().map_or(1, |entry| entry.seq.saturating_add(1));
        log.extend((next..).zip(events).map(|(seq, event)| Recorded { seq, at, event: event.clone() }));
        if log.is_empty() {
            return Err(EngineError::NoSuchPage { episode: episode.to_owned() });
        }
        let state = State::of(&log).map_err(|reason| EngineError::Senseless { episode: episode.to_owned(), reason })?;
        Ok(Self { episode: episode.to_owned(), log, state })
    }

    /// What the derived table must say of it.
    pub(super) fn standing(&self, now: DateTime<Utc>, policy: &Policy) -> Standing {
        let next_wake = plan(&self.state, now, policy).next_wake;
        Standing { open: self.state.is_open(), next_wake }
    }

    fn training(&self) -> bool {
        self.log.iter().any(|entry| matches!(&entry.event, Event::Opened(opened) if opened.training))
    }
}

/// What became of one attempt to move a page.
pub(super) enum Moved {
    /// It is on disk; the page afterwards. Without events to record the page is as it was.
    Done(Box<Page>),
    /// Somebody else wrote first.
    Conflict,
    /// The page does not allow it.
    Refused(Refusal),
}

impl Engine {
    /// The present instant in the log's precision, so that what is decided and what is read back agree.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now().trunc_subsecs(3)
    }

    /// Reads one page. A page of the other mode is an error: this engine must not touch it.
    pub async fn page(&self, episode: &str) -> Result<Page, EngineError> {
        let log = self.parts.store.load(episode).await?;
        let page = Page::of(episode, log, DateTime::UNIX_EPOCH, &[])?;
        if page.training() != self.parts.training {
            return Err(EngineError::OtherMode { episode: episode.to_owned(), training: page.training() });
        }
        Ok(page)
    }

    /// What one page amounts to at present.
    pub async fn state_of(&self, episode: &str) -> Result<State, EngineError> {
        Ok(self.page(episode).await?.state)
    }

    /// Records what the world reports to a page: decided on what the log says, and again when somebody else wrote in
    /// between. The state afterwards, or why the page does not allow it.
    pub async fn submit(&self, episode: &str, input: Input) -> Result<Result<State, Refusal>, EngineError> {
        let told = match &input {
            Input::Finished { attempt, report } | Input::Receipt { attempt, report } => {
                Some((attempt.clone(), report.clone()))
            }
            _ => None,
        };
        let state = self.put(episode, input).await?;
        if let (Ok(state), Some((attempt, report))) = (&state, told)
            && let Some(number) = self.stopped_by(state, &attempt, &report)
        {
            tracing::warn!(%episode, %attempt, "the provider says that the person texted STOP");
            self.stopped(&number, self.now()).await?;
        }
        Ok(state)
    }

    /// The same, without what follows from it for other pages.
    pub(super) async fn put(&self, episode: &str, input: Input) -> Result<Result<State, Refusal>, EngineError> {
        for _ in 0..TRIES {
            let page = self.page(episode).await?;
            match self.move_page(page, input.clone()).await? {
                Moved::Done(page) => return Ok(Ok(page.state)),
                Moved::Refused(refusal) => return Ok(Err(refusal)),
                Moved::Conflict => {}
            }
        }
        Err(EngineError::Contended { episode: episode.to_owned() })
    }

    /// Decides `input` on this reading of the page and appends the events, if nobody else wrote meanwhile.
    pub(super) async fn move_page(&self, page: Page, input: Input) -> Result<Moved, EngineError> {
        let now = self.now();
        let policy = &self.parts.policy;
        let events = match decide(Some(&page.state), input, now, policy) {
            Ok(events) if events.is_empty() => return Ok(Moved::Done(Box::new(page))),
            Ok(events) => events,
            Err(refusal) => return Ok(Moved::Refused(refusal)),
        };
        let last_seq = page.last_seq();
        let page = Page::of(&page.episode, page.log, now, &events)?;
        let standing = page.standing(now, policy);
        match self.parts.store.append(&page.episode, last_seq, now, &events, standing).await? {
            Appended::Done => {
                self.announce(&page.episode);
                Ok(Moved::Done(Box::new(page)))
            }
            Appended::Conflict => Ok(Moved::Conflict),
        }
    }
}
