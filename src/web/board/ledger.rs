//! Which pages does the board count and show? The page log, read once an entry: what is closed stays as it was counted.
//!
//! Each look costs one query about the open pages. A log is read again when it has grown, and a closed page's once for
//! as long as its month is shown.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::super::Current;
use crate::civil::start_of_day;
use crate::episode::State;
use crate::episode::briefing::Briefing;
use crate::episode::event::Recorded;
use crate::episode::statistics::{Figures, Month, MonthName, month_before, month_of};
use crate::ports::{EpisodeStore, OptOut, StoreError};
use crate::proof::drilled::{Drilled, unproved};
use crate::views::board::case::{Case, Settled};

/// How many closed pages one look counts at most, so that a long history keeps nobody waiting.
const AT_ONCE: usize = 50;
/// For how long a page that is over is shown.
const SHOWN_FOR: TimeDelta = TimeDelta::hours(12);

/// What was read of the page log.
#[derive(Default)]
pub(super) struct Ledger {
    open: BTreeMap<String, Open>,
    closed: HashMap<String, Closed>,
    /// The minute in which the closed pages were last looked for.
    looked_at: Option<DateTime<Utc>>,
    /// Closed pages that are still to be counted, the newest last.
    to_count: Vec<String>,
    /// Why an open page cannot be shown, when one cannot.
    pub(super) broken: Option<String>,
    /// Whose texts are blocked.
    pub(super) opt_outs: Vec<OptOut>,
}

/// An open page.
struct Open {
    last_seq: u32,
    opened_at: DateTime<Utc>,
    log: Vec<Recorded>,
    state: State,
    briefing: Option<Briefing>,
}

/// A closed page.
enum Closed {
    Page(Box<(Figures, Settled)>),
    Drill(Option<Drilled>),
    /// Its log cannot be read: whoever looks it up is told, and it counts nowhere.
    Unreadable,
}

impl Ledger {
    /// Reads what is new at `now`.
    pub(super) async fn read(&mut self, current: &Current, now: DateTime<Utc>) -> Result<(), StoreError> {
        let (store, training) = (current.pages.as_ref(), current.site.is_training());
        let mut ends = store.open_ends().await?;
        ends.retain(|(page, _)| page.training == training);
        let before = self.open.len();
        self.open.retain(|episode, _| ends.iter().any(|(page, _)| page.episode == *episode));
        let has_closed = self.open.len() != before;
        self.broken = None;
        for (page, last_seq) in ends {
            if self.open.get(&page.episode).is_some_and(|known| known.last_seq == last_seq) {
                continue;
            }
            match self.read_open(store, &page.episode, page.opened_at).await {
                Ok(()) => {}
                // One page that cannot be read must not hide the others.
                Err(error @ StoreError::Unreadable { .. }) => self.broken = Some(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        self.opt_outs = store.all_opted_out().await?;
        let zone = current.site.zone;
        let minute = crate::views::board::minute_of(now);
        if has_closed || self.looked_at != Some(minute) {
            self.look_for_closed(store, training, beginning(now, zone)).await?;
            self.looked_at = Some(minute);
        }
        for _ in 0..AT_ONCE {
            let Some(episode) = self.to_count.pop() else { break };
            match count(store, &episode, now, zone).await {
                Ok(closed) => drop(self.closed.insert(episode, closed)),
                Err(error @ StoreError::Unreadable { .. }) => {
                    tracing::error!(%error, "a closed page cannot be counted");
                    self.closed.insert(episode, Closed::Unreadable);
                }
                Err(error) => {
                    self.to_count.push(episode);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn read_open(
        &mut self,
        store: &dyn EpisodeStore,
        episode: &str,
        opened_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let log = store.load(episode).await?;
        let state = folded(episode, &log)?;
        // The facts of a page never change while it is open.
        let briefing = match self.open.remove(episode) {
            Some(known) => known.briefing,
            None => store.briefing(episode).await?,
        };
        let last_seq = state.last_seq;
        self.open.insert(episode.to_owned(), Open { last_seq, opened_at, log, state, briefing });
        Ok(())
    }

    async fn look_for_closed(
        &mut self,
        store: &dyn EpisodeStore,
        training: bool,
        from: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let pages = store.pages_since(from).await?;
        let closed: Vec<String> = pages
            .into_iter()
            .rev()
            .filter(|page| page.training == training && !page.open)
            .map(|page| page.episode)
            .collect();
        let kept: HashSet<&String> = closed.iter().collect();
        self.closed.retain(|episode, _| kept.contains(episode));
        self.to_count = closed.into_iter().filter(|episode| !self.closed.contains_key(episode)).collect();
        Ok(())
    }

    /// Whether closed pages are still to be counted.
    pub(super) fn is_counting(&self) -> bool {
        !self.to_count.is_empty()
    }

    /// The open pages, oldest first.
    pub(super) fn cases(&self, current: &Current, now: DateTime<Utc>) -> Vec<Case> {
        let policy = current.site.policy();
        let mut open: Vec<&Open> = self.open.values().filter(|page| page.state.drill.is_none()).collect();
        open.sort_by_key(|page| page.opened_at);
        open.into_iter().map(|page| Case::new(&page.state, page.briefing.as_ref(), now, &policy)).collect()
    }

    /// The pages that were over lately, newest first.
    pub(super) fn settled(&self, now: DateTime<Utc>) -> Vec<Settled> {
        let mut settled: Vec<Settled> = self
            .closed
            .values()
            .filter_map(|closed| match closed {
                Closed::Page(page) if page.1.at + SHOWN_FOR > now => Some(page.1.clone()),
                _ => None,
            })
            .collect();
        settled.sort_by(|one, other| other.at.cmp(&one.at).then_with(|| one.case.cmp(&other.case)));
        settled
    }

    /// Who did not say yes in their last drill.
    pub(super) fn unproved(&self) -> Vec<Drilled> {
        let closed: Vec<&Drilled> = self
            .closed
            .values()
            .filter_map(|closed| match closed {
                Closed::Drill(drilled) => drilled.as_ref(),
                _ => None,
            })
            .collect();
        let open: Vec<Drilled> = self.open.values().filter_map(|page| Drilled::of(&page.state)).collect();
        unproved(closed.into_iter().chain(&open))
    }

    /// What this month and the last amount to at `now`.
    pub(super) fn months(&self, now: DateTime<Utc>, zone: Tz) -> [(MonthName, Month); 2] {
        let open: Vec<Figures> = self
            .open
            .values()
            .filter(|page| page.state.drill.is_none())
            .map(|page| Figures::of(&page.log, &page.state, page.state.time_at(now), zone))
            .collect();
        let closed = self.closed.values().filter_map(|closed| match closed {
            Closed::Page(page) => Some(&page.0),
            _ => None,
        });
        let all: Vec<&Figures> = closed.chain(&open).collect();
        let this = month_of(now, zone);
        [this, month_before(this)]
            .map(|month| (month, Month::of(all.iter().copied().filter(|page| page.month(zone) == month))))
    }
}

/// Where the last month begins.
fn beginning(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let (year, month) = month_before(month_of(now, zone));
    NaiveDate::from_ymd_opt(year, month, 1).map_or(now, |first| start_of_day(zone, first))
}

fn folded(episode: &str, log: &[Recorded]) -> Result<State, StoreError> {
    State::of(log).map_err(|error| StoreError::Unreadable {
        episode: episode.to_owned(),
        seq: log.last().map_or(0, |recorded| recorded.seq),
        reason: error.to_string(),
    })
}

async fn count(store: &dyn EpisodeStore, episode: &str, now: DateTime<Utc>, zone: Tz) -> Result<Closed, StoreError> {
    let log = store.load(episode).await?;
    let state = folded(episode, &log)?;
    if state.drill.is_some() {
        return Ok(Closed::Drill(Drilled::of(&state)));
    }
    // A page that is over changes no more; its own end is as good an instant as any.
    let at = state.closed_at.unwrap_or(now);
    Ok(Closed::Page(Box::new((Figures::of(&log, &state, at, zone), Settled::new(&state, at)))))
}
