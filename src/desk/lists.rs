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

/// Where a page stands in a list: pages that begin later change nothing about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When the page began.
    pub opened_at: DateTime<Utc>,
    /// Its id.
    pub episode: String,
}

/// Which part of a list is wanted.
pub struct Part<'a> {
    /// Closed pages too.
    pub all: bool,
    /// What comes after this place only.
    pub after: Option<Place>,
    /// How many entries at most.
    pub most: usize,
    /// Whose pages: of the others nothing is told.
    pub whose: &'a (dyn Fn(&State) -> bool + Sync),
}

impl Part<'_> {
    /// The whole list.
    fn whole(all: bool) -> Self {
        Self { all, after: None, most: usize::MAX, whose: &|_| true }
    }
}

impl Reader<'_> {
    /// The open pages, or `all`, at the true time `now`, the newest first; drills are no cases and left out.
    pub async fn pages(
        &self,
        all: bool,
        now: DateTime<Utc>,
        blocked: &Blocked,
    ) -> Result<Vec<ListedPage>, CommandError> {
        Ok(self.part_of_pages(Part::whole(all), now, blocked).await?.0)
    }

    /// A part of them, and the place of its last entry where more follow.
    pub async fn part_of_pages(
        &self,
        part: Part<'_>,
        now: DateTime<Utc>,
        blocked: &Blocked,
    ) -> Result<(Vec<ListedPage>, Option<Place>), CommandError> {
        let zone = self.site.zone;
        let mut listed: Vec<ListedPage> = Vec::new();
        let mut last = None;
        let mut pages = self.listed(part.all).await?;
        pages.sort_by(|one, other| (other.opened_at, &other.episode).cmp(&(one.opened_at, &one.episode)));
        for page in pages {
            let place = Place { opened_at: page.opened_at, episode: page.episode.clone() };
            if part.after.as_ref().is_some_and(|after| place >= *after) {
                continue;
            }
            let state = self.state(&page.episode).await?;
            if state.drill.is_some() || !(part.whose)(&state) {
                continue;
            }
            if listed.len() == part.most {
                return Ok((listed, last));
            }
            last = Some(place);
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
        Ok((listed, None))
    }

    /// The promises of open pages, or of `all`, at the true time `now`, the oldest page first.
    pub async fn promises(&self, all: bool, now: DateTime<Utc>) -> Result<Vec<ListedPromise>, CommandError> {
        Ok(self.part_of_promises(Part::whole(all), now).await?.0)
    }

    /// A part of them, and the place of its last entry where more follow.
    pub async fn part_of_promises(
        &self,
        part: Part<'_>,
        now: DateTime<Utc>,
    ) -> Result<(Vec<ListedPromise>, Option<Place>), CommandError> {
        let mut pages = self.listed(part.all).await?;
        pages.sort_by(|one, other| (one.opened_at, &one.episode).cmp(&(other.opened_at, &other.episode)));
        let mut listed: Vec<ListedPromise> = Vec::new();
        let mut last = None;
        for page in pages {
            let place = Place { opened_at: page.opened_at, episode: page.episode.clone() };
            if part.after.as_ref().is_some_and(|after| place <= *after) {
                continue;
            }
            let state = self.state(&page.episode).await?;
            let now = state.time_at(now);
            let (Some(made), Some(view)) = (state.promise.clone(), promise(&state, self.site.zone, now)) else {
                continue;
            };
            if !(part.whose)(&state) {
                continue;
            }
            if listed.len() == part.most {
                return Ok((listed, last));
            }
            last = Some(place);
            listed.push(ListedPromise { line: promise_line(&state, view), promise: made, state, now });
        }
        Ok((listed, None))
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
