//! Which phones ring though nobody needs to answer them any more? Once a page is taken or withdrawn, calls of it that may
//! still ring are ended, so that nobody is woken for what somebody else has.
//!
//! Asked by `plan` for what is to be done and by `fact` for whether the page may close. Like a question about a receipt,
//! the request leaves an event only by what it changes: the call's fate.

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Via;
use super::outcome::Outcome;
use super::promise::later;
use super::state::{State, Tried};
use crate::decision::ladder::Channel;

/// Seconds after which a call is asked to end, until its end is known. Not at once: a key that took the page is recorded
/// before the end of its own call is.
const ASKED_AFTER_S: [i64; 3] = [1, 6, 16];

/// Seconds after which nobody tries any more: the last request has had its answer, and a phone has rung out.
const OVER_AFTER_S: i64 = 21;

/// No call lasts longer (the time limit that it is made with), so that an older one rings no more.
const LONGEST_CALL: TimeDelta = TimeDelta::minutes(10);

/// A call that is to end.
pub(super) struct Needless<'a> {
    pub(super) tried: &'a Tried,
    /// Since when nobody needs to answer it, or when its provider took it, whichever is later.
    since: DateTime<Utc>,
}

impl Needless<'_> {
    /// When its provider is asked to end it.
    pub(super) fn asking_times(&self) -> impl Iterator<Item = DateTime<Utc>> + use<> {
        let since = self.since;
        ASKED_AFTER_S.into_iter().map(move |after_s| later(since, after_s))
    }

    /// From when on nobody tries any more.
    pub(super) fn over_at(&self) -> DateTime<Utc> {
        later(self.since, OVER_AFTER_S)
    }
}

/// The calls of this page that ask somebody to act, whose end is not known, and that nobody needs to answer any more. The
/// call in which somebody took the page by a key reads the case to them and is left alone.
pub(super) fn needless(state: &State) -> impl Iterator<Item = Needless<'_>> {
    let word = state.cancelled.as_ref().or(state.acknowledged.as_ref()).filter(|_| state.is_open());
    let by_key = state.acknowledged.as_ref().filter(|owner| owner.via == Via::Voice);
    state.attempts.iter().filter_map(move |tried| {
        let attempt = &tried.attempt;
        let word = word.filter(|_| attempt.channel == Channel::Voice && tried.asks_to_act())?;
        let taken = tried.latest().filter(|latest| latest.report.outcome == Outcome::Accepted)?;
        let may_ring = tried.provider_id().is_some() && word.at - tried.started_at <= LONGEST_CALL;
        let is_older = tried.started_at <= word.at;
        let is_theirs = by_key.is_some_and(|owner| attempt.contact.is_called(&owner.by));
        (may_ring && is_older && !is_theirs).then(|| Needless { tried, since: word.at.max(taken.at) })
    })
}

/// Whether some call may still be asked to end.
pub(super) fn is_awaited(state: &State, now: DateTime<Utc>) -> bool {
    needless(state).any(|call| call.over_at() > now)
}
