//! How does the promise to the customer stand (A38, A47; contract 5.5)?
//!
//! Its end was settled when the customer was told. An acknowledgement does not keep it; a reported
//! callback does.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::policy::Policy;
use crate::decision::ladder::Contact;

/// A promise that somebody will call the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// When the customer was told.
    pub told_at: DateTime<Utc>,
    /// When the promised time ends; a callback at this instant still keeps it.
    pub due: DateTime<Utc>,
    /// The warnings recorded so far.
    pub warned: Vec<Warned>,
    /// When it was noticed that the promise was missed; `due` stays what it was.
    pub missed_at: Option<DateTime<Utc>>,
    /// When the callback was reported.
    pub called_back_at: Option<DateTime<Utc>>,
}

/// A recorded warning. Whom it concerns is settled at that moment, so that it is sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warned {
    /// Minutes after the customer was told.
    pub after_minutes: u32,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The owner when the page was acknowledged, else the people of the current rung.
    pub recipients: Vec<Contact>,
}

/// What a promise amounts to at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PromiseState {
    /// It runs.
    Open,
    /// The customer was reached in time.
    Kept,
    /// The customer was reached after the time had ended.
    Late,
    /// The time has ended and nobody has reported a callback.
    Missed,
}

impl Promise {
    /// A promise made at `told_at`, before anything else happened to it.
    pub fn made(told_at: DateTime<Utc>, due: DateTime<Utc>) -> Self {
        Self { told_at, due, warned: Vec::new(), missed_at: None, called_back_at: None }
    }

    /// What it amounts to at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> PromiseState {
        match self.called_back_at {
            Some(at) if at <= self.due && self.missed_at.is_none() => PromiseState::Kept,
            Some(_) => PromiseState::Late,
            None if now >= self.due => PromiseState::Missed,
            None => PromiseState::Open,
        }
    }

    /// Whole minutes left at `now`, rounded down; negative once the time has ended.
    pub fn minutes_left(&self, now: DateTime<Utc>) -> i64 {
        (self.due - now).num_seconds().div_euclid(60)
    }

    /// Whether warnings and alarms about it still make sense.
    pub(super) fn runs(&self) -> bool {
        self.called_back_at.is_none()
    }

    /// The next warning that is not recorded yet: minutes after `told_at`, and when that is.
    pub(super) fn next_warning(&self, policy: &Policy) -> Option<(u32, DateTime<Utc>)> {
        if !self.runs() || self.missed_at.is_some() {
            return None;
        }
        let recorded = |minutes: u32| self.warned.iter().any(|warned| warned.after_minutes == minutes);
        self.warnings(policy).filter(|(minutes, _)| !recorded(*minutes)).min()
    }

    /// Whether no warning follows the one after so many minutes.
    pub(super) fn is_last_warning(&self, after_minutes: u32, policy: &Policy) -> bool {
        self.warnings(policy).all(|(minutes, _)| minutes <= after_minutes)
    }

    /// The warnings of this promise: whole minutes after `told_at`, and when that is. As long before the end as those of
    /// a promise of the usual length, which for one of that length are the minutes of the settings; none before it began.
    fn warnings<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = (u32, DateTime<Utc>)> + 'a {
        policy.promise_warnings.iter().filter_map(move |minutes| {
            let left = policy.promise_minutes.checked_sub(*minutes).filter(|left| *left > 0)?;
            let at = self.due.checked_sub_signed(TimeDelta::minutes(i64::from(left)))?;
            let after_minutes = u32::try_from((at - self.told_at).num_minutes()).ok()?;
            (at > self.told_at).then_some((after_minutes, at))
        })
    }

    /// When the promise will be missed, as long as that is neither recorded nor averted.
    pub(super) fn next_miss(&self) -> Option<DateTime<Utc>> {
        (self.runs() && self.missed_at.is_none()).then_some(self.due)
    }
}

/// `at` and so many seconds of elapsed time; the end of representable time where that lies beyond it.
pub(super) fn later(at: DateTime<Utc>, seconds: i64) -> DateTime<Utc> {
    TimeDelta::try_seconds(seconds).and_then(|span| at.checked_add_signed(span)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    #[test]
    fn the_promise_is_kept_up_to_its_last_instant() {
        let mut promise = Promise::made(at(0), at(60));
        assert_eq!(promise.state(at(60) - TimeDelta::nanoseconds(1)), PromiseState::Open);
        assert_eq!(promise.state(at(60)), PromiseState::Missed);
        promise.called_back_at = Some(at(60));
        assert_eq!(promise.state(at(500)), PromiseState::Kept);
        promise.called_back_at = Some(at(61));
        assert_eq!(promise.state(at(61)), PromiseState::Late);
    }

    #[test]
    fn what_was_recorded_as_missed_is_late_at_best() {
        let promise = Promise { missed_at: Some(at(60)), called_back_at: Some(at(60)), ..Promise::made(at(0), at(60)) };
        assert_eq!(promise.state(at(60)), PromiseState::Late);
    }

    #[test]
    fn minutes_left_round_down_on_both_sides_of_the_end() {
        let promise = Promise::made(at(0), at(60));
        let left = |seconds: i64| promise.minutes_left(at(0) + TimeDelta::seconds(seconds));
        assert_eq!([left(0), left(1), left(3540), left(3541), left(3600), left(3601)], [60, 59, 1, 0, 0, -1]);
    }

    #[test]
    fn warnings_come_in_order_each_once_and_only_before_the_end() {
        let policy = Policy { promise_warnings: vec![55, 30, 60], ..Policy::default() };
        let mut promise = Promise::made(at(0), at(60));
        assert_eq!(promise.next_warning(&policy), Some((30, at(30))));
        promise.warned.push(Warned { after_minutes: 30, at: at(31), recipients: Vec::new() });
        assert_eq!(promise.next_warning(&policy), Some((55, at(55))));
        promise.warned.push(Warned { after_minutes: 55, at: at(55), recipients: Vec::new() });
        assert_eq!(promise.next_warning(&policy), None, "60 is the end itself");
        assert_eq!(promise.next_miss(), Some(at(60)));
        promise.missed_at = Some(at(60));
        let more = Policy { promise_warnings: vec![10], ..policy };
        assert_eq!((promise.next_warning(&more), promise.next_miss()), (None, None), "nothing warns of what happened");
    }

    #[test]
    fn another_length_is_warned_about_as_long_before_its_end() {
        let policy = Policy::default();
        let warnings = |due| Promise::made(at(0), due).warnings(&policy).collect::<Vec<_>>();
        assert_eq!(warnings(at(60)), [(30, at(30)), (45, at(45)), (55, at(55))]);
        assert_eq!(warnings(at(480)), [(450, at(450)), (465, at(465)), (475, at(475))], "a promise for the morning");
        assert_eq!(warnings(at(30)), [(15, at(15)), (25, at(25))], "none at its beginning");
        assert_eq!(warnings(at(4)), []);
        assert!(Promise::made(at(0), at(30)).is_last_warning(25, &policy));
        let usual = Policy { promise_minutes: 90, ..Policy::default() };
        let made = Promise::made(at(0), at(90));
        assert_eq!(made.warnings(&usual).map(|(minutes, _)| minutes).collect::<Vec<_>>(), [30, 45, 55]);
    }

    #[test]
    fn a_sum_beyond_time_is_the_end_of_time() {
        assert_eq!(later(DateTime::<Utc>::MAX_UTC, 1), DateTime::<Utc>::MAX_UTC);
        assert_eq!(later(at(0), i64::MAX), DateTime::<Utc>::MAX_UTC);
    }
}
