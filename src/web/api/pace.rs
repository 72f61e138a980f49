//! How much may one caller ask? A bucket of requests for each, which fills again by the minute.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};

use super::super::asker::Asker;
use super::super::problem::Problem;

/// How many callers are remembered; the fullest are forgotten first, and they lose nothing by it.
const REMEMBERED: usize = 4096;
/// How much of an address in IPv6 names one household.
const HOUSEHOLD: u128 = !0 << 64;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The buckets of everybody who asked lately.
#[derive(Default)]
pub(super) struct Paces {
    buckets: Mutex<HashMap<u64, Bucket>>,
    key: RandomState,
}

/// What somebody has left.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of requests.
    left: i64,
    at: DateTime<Utc>,
}

/// What a request was told about its caller's pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Pace {
    /// How many requests a minute.
    a_minute: u32,
    /// How many are left now.
    left: i64,
    /// In how many seconds the next one is heard; 0 when this one was.
    wait_s: i64,
}

impl Paces {
    /// Takes one request of whoever asks.
    pub(super) fn take(&self, asker: &Asker, a_minute: u32, now: DateTime<Utc>) -> Pace {
        let who = match (&asker.caller, asker.address) {
            (Some(caller), _) => self.key.hash_one((&caller.name, caller.way, caller.role.word())),
            (None, Some(IpAddr::V6(address))) => self.key.hash_one(address.to_bits() & HOUSEHOLD),
            (None, address) => self.key.hash_one(address),
        };
        let full = i64::from(a_minute) * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&who) {
            let median = median(buckets.values().map(|bucket| bucket.at));
            buckets.retain(|_, bucket| bucket.at > median);
        }
        let bucket = buckets.entry(who).or_insert(Bucket { left: full, at: now });
        bucket.fill(full, now);
        let heard = bucket.left >= 1000;
        if heard {
            bucket.left -= 1000;
        }
        // A thousandth of a request comes back each 60 / a_minute milliseconds.
        let missing = (1000 - bucket.left).max(0) * 60;
        let wait_s = if heard { 0 } else { missing.div_euclid(full.max(1)) + 1 };
        Pace { a_minute, left: bucket.left / 1000, wait_s }
    }
}

impl Bucket {
    fn fill(&mut self, full: i64, now: DateTime<Utc>) {
        let elapsed_ms = (now - self.at).num_milliseconds();
        if elapsed_ms < 0 {
            // A clock that was put back gives nothing and takes nothing.
            self.at = now;
            return;
        }
        let back = elapsed_ms.min(60_000) * full / 60_000;
        if back > 0 {
            self.left = (self.left + back).min(full);
            self.at = now;
        }
    }
}

fn median(times: impl Iterator<Item = DateTime<Utc>>) -> DateTime<Utc> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

impl Pace {
    /// The refusal of a request that is too much; `None` when it is heard.
    pub(in crate::web) fn refusal(self) -> Option<Response> {
        let wait_s = u32::try_from(self.wait_s).ok().filter(|wait_s| *wait_s > 0)?;
        let detail = format!("this caller may ask {} times a minute", self.a_minute);
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, detail)
            .hint(Some("ask again later; [serve] requests_per_minute sets how often".to_owned()))
            .retry_after(wait_s);
        Some(self.told(problem.into_response()))
    }

    /// The answer with what is left.
    pub(in crate::web) fn told(self, mut response: Response) -> Response {
        let Self { a_minute, left, wait_s } = self;
        let values = [
            (LIMIT, format!("\"caller\";r={left};t={}", if left > 0 { 0 } else { wait_s.max(1) })),
            (POLICY, format!("\"caller\";q={a_minute};w=60")),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::access::{Caller, Role, Way};

    fn asker(name: &str) -> Asker {
        let caller = Caller { name: name.to_owned(), role: Role::Agent, person: None, way: Way::Token };
        Asker { caller: Some(caller), address: None, session: None }
    }

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
    }

    #[test]
    fn a_caller_has_so_many_requests_a_minute_and_others_have_theirs() {
        let paces = Paces::default();
        let take = |name: &str, ms| paces.take(&asker(name), 60, at(ms));
        for left in (0..60).rev() {
            assert_eq!(take("one", 0), Pace { a_minute: 60, left, wait_s: 0 });
        }
        assert_eq!(take("one", 0), Pace { a_minute: 60, left: 0, wait_s: 2 });
        assert!(take("one", 0).refusal().is_some());
        assert_eq!(take("two", 0).wait_s, 0);
        assert_eq!(take("one", 999).wait_s, 1, "not yet");
        assert_eq!(take("one", 1000).wait_s, 0);
        assert_eq!(take("one", 1000 + 60_000 * 60), Pace { a_minute: 60, left: 59, wait_s: 0 }, "no more than full");
        assert_eq!(take("one", 0).left, 58, "a clock put back");
    }

    #[test]
    fn addresses_by_the_million_are_not_remembered() {
        let paces = Paces::default();
        for number in 0..20_000_u32 {
            let address = Some(IpAddr::V4(number.into()));
            paces.take(&Asker { caller: None, address, session: None }, 60, at(number.into()));
        }
        assert!(paces.buckets.lock().unwrap().len() <= REMEMBERED);
        let household = |low: u128| IpAddr::V6(((1_u128 << 100) | low).into());
        let left = |low| {
            paces.take(&Asker { caller: None, address: Some(household(low)), session: None }, 60, at(30_000)).left
        };
        assert_eq!((left(1), left(2)), (59, 58));
    }
}
