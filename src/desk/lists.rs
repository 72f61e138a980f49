//! Which pages and which promises are there? The lists that every face shows, with what they were made of.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::blocked::Blocked;
use super::error::{CommandError, Exit};
use super::reader::{Reader, asked};
use crate::episode::promise::{Promise, PromiseState};
use crate::episode::state::State;
use crate::views::listed::{PageLine, PageList, PromiseLine, PromiseList};
use crate::views::page::{PromiseView, phase_word, promise};
use crate::wording::time::rfc3339;

/// A page in a list.
#[derive(Debug, Clone)]
pub struct ListedPage {
    /// Its JSON.
    pub line: PageLine,
    /// How it stands.
    pub state: State,
    /// The present moment on the page's clock: a page of training goes on in its own pretended time.
    pub now: DateTime<Utc>,
}

/// A promise in a list.
#[derive(Debug, Clone)]
pub struct ListedPromise {
    /// Its JSON.
    pub line: PromiseLine,
    /// The promise.
    pub promise: Promise,
    /// How its page stands.
    pub state: State,
    /// The present moment on the page's clock.
    pub now: DateTime<Utc>,
}

impl Reader<'_> {
    /// The open pages, or `all`, at the true time `now`, the newest first; drills are no cases and left out.
    pub async fn pages(
        &self,
        all: bool,
        now: DateTime<Utc>,
        blocked: &Blocked,
    ) -> Result<Vec<ListedPage>, CommandError> {
        let zone = self.site.zone;
        let mut listed = Vec::new();
        for page in self.listed(all).await? {
            let state = self.state(&page.episode).await?;
            if state.drill.is_some() {
                continue;
            }
            let now = state.time_at(now);
            let opted_out = asked(&state).filter(|it| blocked.has(it.phone.as_deref())).map(|it| it.name.clone());
            let line = PageLine {
                case: state.case.clone(),
                page: page.episode,
                training: state.training,
                schedule: state.schedule.clone(),
                state: phase_word(state.phase()),
                opened_at: rfc3339(state.opened_at, zone),
                acknowledged_by: state.acknowledged.as_ref().map(|owner| owner.by.clone()),
                promise: promise(&state, zone, now),
                opted_out: opted_out.collect::<BTreeSet<_>>().into_iter().collect(),
            };
            listed.push(ListedPage { line, state, now });
        }
        Ok(listed)
    }

    /// The promises of open pages, or of `all`, at the true time `now`, the oldest page first.
    pub async fn promises(&self, all: bool, now: DateTime<Utc>) -> Result<Vec<ListedPromise>, CommandError> {
        let mut pages = self.listed(all).await?;
        pages.sort_by_key(|page| page.opened_at);
        let mut listed = Vec::new();
        for page in pages {
            let state = self.state(&page.episode).await?;
            let now = state.time_at(now);
            let (Some(made), Some(view)) = (state.promise.clone(), promise(&state, self.site.zone, now)) else {
                continue;
            };
            listed.push(ListedPromise { line: promise_line(&state, view), promise: made, state, now });
        }
        Ok(listed)
    }
}

fn promise_line(state: &State, promise: PromiseView) -> PromiseLine {
    let owner = state.acknowledged.as_ref().map(|owner| owner.by.clone());
    PromiseLine { case: state.case.clone(), schedule: state.schedule.clone(), owner, promise }
}

/// The pages as JSON: what `pages --format json` prints.
pub fn page_list(listed: Vec<ListedPage>) -> PageList {
    PageList { pages: listed.into_iter().map(|listed| listed.line).collect() }
}

/// The promises as JSON: what `promises --format json` prints.
pub fn promise_list(listed: Vec<ListedPromise>) -> PromiseList {
    PromiseList { promises: listed.into_iter().map(|listed| listed.line).collect() }
}

/// Whether a promise among them was missed.
pub fn exit_of_promises(listed: &[ListedPromise]) -> Exit {
    let missed = listed.iter().any(|listed| listed.promise.state(listed.now) == PromiseState::Missed);
    if missed { Exit::Finding } else { Exit::Done }
}
