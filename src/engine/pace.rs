//! Whose message goes out next by a provider that takes only so many a second? Queues before providers, by urgency.
//!
//! Asked before an attempt is recorded, so that no attempt grows doubtful by waiting: a storm of cases queues here and
//! not at the provider, which would refuse it. Two engines on one log keep their own queues; what the provider then
//! refuses is tried again.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::decision::ladder::Channel;
use crate::episode::event::{Attempt, Purpose};
use crate::ports::{Clock, Provider};

/// The queues of one engine, one for each provider of each channel that has a limit.
#[derive(Default)]
pub(super) struct Pace {
    lanes: Mutex<HashMap<(Channel, String), Arc<Lane>>>,
    tickets: AtomicU64,
    /// The pages that wait, and whether something was recorded for them meanwhile.
    waiting: Mutex<HashMap<String, bool>>,
}

/// Who waits for what.
pub(super) struct Claim<'a> {
    /// The page.
    pub(super) episode: &'a str,
    /// How urgent its message is.
    pub(super) urgency: Urgency,
    /// Its place among others that are as urgent.
    pub(super) ticket: Ticket,
}

/// How urgent a message is; the smallest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Urgency {
    class: u8,
    is_repeated: bool,
}

/// A place in a queue, kept by a page until its message went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

/// One provider's queue.
struct Lane {
    every: TimeDelta,
    queue: Mutex<Queue>,
    /// Counts what happened to the queue, to wake who waits in it.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeSet<(Urgency, Ticket)>,
    /// From when the next message may go out; `None` while none has.
    free_at: Option<DateTime<Utc>>,
}

/// The right to send one message now. Dropped unused, it is the next one's.
pub(super) struct Slot {
    lane: Arc<Lane>,
    key: (Channel, String),
    granted_at: DateTime<Utc>,
    is_used: bool,
}

impl Urgency {
    /// Pages before alarms, alarms before answers, answers before stand-downs; first tries before repeated ones, so that
    /// nobody waits behind another person's repetitions.
    pub(super) fn of(attempt: &Attempt) -> Self {
        let class = match attempt.purpose {
            Purpose::Page => 0,
            Purpose::Exhausted => 1,
            Purpose::PromiseMissed => 2,
            Purpose::PromiseWarning { .. } => 3,
            Purpose::Answer { .. } => 4,
            Purpose::StandDown => 5,
        };
        Self { class, is_repeated: attempt.tried > 1 }
    }
}

impl Pace {
    /// A place behind all that were given before.
    pub(super) fn ticket(&self) -> Ticket {
        Ticket(self.tickets.fetch_add(1, Ordering::Relaxed))
    }

    /// The queue before a provider; `None` when it has no limit.
    fn lane(&self, provider: &dyn Provider) -> Option<((Channel, String), Arc<Lane>)> {
        let per_second = i64::from(provider.per_second());
        let every = TimeDelta::milliseconds(1000_i64.checked_div(per_second)?);
        let key = (provider.channel(), provider.name().to_owned());
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes
            .entry(key.clone())
            .or_insert_with(|| Arc::new(Lane { every, queue: Mutex::default(), changes: watch::Sender::new(0) }));
        Some((key, Arc::clone(lane)))
    }

    /// Whether a message by this provider needs a slot that is not `held` yet.
    pub(super) fn needs_slot(provider: &dyn Provider, held: Option<&Slot>) -> bool {
        provider.per_second() > 0 && held.is_none_or(|slot| !slot.is_for(provider))
    }

    /// A slot at once, if nobody waits and the provider takes a message now.
    pub(super) fn try_slot(&self, provider: &dyn Provider, now: DateTime<Utc>) -> Option<Slot> {
        let (key, lane) = self.lane(provider)?;
        let granted = {
            let mut queue = lane.queue();
            let is_free = queue.waiting.is_empty() && queue.free_at.is_none_or(|free_at| free_at <= now);
            if is_free {
                queue.free_at = Some(now + lane.every);
            }
            is_free
        };
        granted.then(|| Slot { lane, key, granted_at: now, is_used: false })
    }

    /// When the turn of a message comes, if nothing more urgent comes in meanwhile; `now` where nobody waits.
    pub(super) fn turn_at(&self, provider: &dyn Provider, claim: &Claim<'_>, now: DateTime<Utc>) -> DateTime<Utc> {
        let Some((_, lane)) = self.lane(provider) else { return now };
        let queue = lane.queue();
        let before = queue.waiting.range(..(claim.urgency, claim.ticket)).count();
        let free_at = queue.free_at.unwrap_or(now).max(now);
        free_at + lane.every * i32::try_from(before).unwrap_or(i32::MAX)
    }

    /// Waits for a slot, in the order of urgency and then of tickets. `None` once `stopping` is set, or when something
    /// was recorded for the page meanwhile: it may be due something else.
    pub(super) async fn slot(
        &self,
        provider: &dyn Provider,
        clock: &dyn Clock,
        claim: Claim<'_>,
        stopping: &AtomicBool,
    ) -> Option<Slot> {
        let (key, lane) = self.lane(provider)?;
        let waiting = Waiting::begin(self, &lane, &claim);
        let mut changes = lane.changes.subscribe();
        loop {
            changes.borrow_and_update();
            if stopping.load(Ordering::Relaxed) || waiting.has_moved() {
                return None;
            }
            let now = clock.now();
            let (is_first, free_at) = {
                let queue = lane.queue();
                (queue.waiting.first() == Some(&waiting.place), queue.free_at.filter(|free_at| *free_at > now))
            };
            match (is_first, free_at) {
                (true, None) => {
                    lane.queue().free_at = Some(now + lane.every);
                    drop(waiting);
                    return Some(Slot { lane, key, granted_at: now, is_used: false });
                }
                (true, Some(free_at)) => {
                    tokio::select! {
                        () = clock.sleep_until(free_at) => {}
                        _ = changes.changed() => {}
                    }
                }
                // The sender lives as long as the lane, which is held here.
                (false, _) => drop(changes.changed().await),
            }
        }
    }

    /// Something was recorded for a page.
    pub(super) fn moved(&self, episode: &str) {
        let waits = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).get_mut(episode).map(|it| *it = true);
        if waits.is_some() {
            self.look_up();
        }
    }

    /// Makes everybody who waits look whether the engine stops or their page moved.
    pub(super) fn look_up(&self) {
        for lane in self.lanes.lock().unwrap_or_else(PoisonError::into_inner).values() {
            lane.changed();
        }
    }
}

impl Lane {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|changes| *changes = changes.wrapping_add(1));
    }
}

/// A place in the queue, left when this is dropped, however the task ends.
struct Waiting<'a> {
    pace: &'a Pace,
    lane: &'a Lane,
    episode: &'a str,
    place: (Urgency, Ticket),
}

impl<'a> Waiting<'a> {
    fn begin(pace: &'a Pace, lane: &'a Lane, claim: &Claim<'a>) -> Self {
        let at = (claim.urgency, claim.ticket);
        lane.queue().waiting.insert(at);
        pace.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(claim.episode.to_owned(), false);
        Self { pace, lane, episode: claim.episode, place: at }
    }

    fn has_moved(&self) -> bool {
        let waiting = self.pace.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.get(self.episode).copied().unwrap_or_default()
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.pace.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(self.episode);
        self.lane.queue().waiting.remove(&self.place);
        self.lane.changed();
    }
}

impl Slot {
    /// Whether it is for this provider.
    pub(super) fn is_for(&self, provider: &dyn Provider) -> bool {
        self.key.0 == provider.channel() && self.key.1 == provider.name()
    }

    /// The message goes out.
    pub(super) fn used(mut self) {
        self.is_used = true;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.is_used {
            let mut queue = self.lane.queue();
            if queue.free_at == Some(self.granted_at + self.lane.every) {
                queue.free_at = Some(self.granted_at);
            }
            drop(queue);
            self.lane.changed();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::episode::outcome::{Outcome, Report};
    use crate::ports::{Message, Pending, Reply};

    /// A clock that jumps to whatever is waited for, once every task that can go on has done so.
    struct Jumping(Mutex<DateTime<Utc>>);

    impl Jumping {
        fn new() -> Arc<Self> {
            Arc::new(Self(Mutex::new(DateTime::UNIX_EPOCH)))
        }
    }

    impl Clock for Jumping {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }

        fn sleep_until(&self, at: DateTime<Utc>) -> Pending<'_, ()> {
            Box::pin(async move {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
                let mut now = self.0.lock().unwrap();
                *now = at.max(*now);
            })
        }
    }

    struct Texts(u32);

    impl Provider for Texts {
        fn channel(&self) -> Channel {
            Channel::Sms
        }

        fn name(&self) -> &'static str {
            "texts"
        }

        fn per_second(&self) -> u32 {
            self.0
        }

        fn send<'a>(&'a self, _message: &'a Message) -> Pending<'a, Report> {
            let (provider, detail) = (String::new(), String::new());
            Box::pin(async { Report { outcome: Outcome::Accepted, provider, provider_id: None, detail } })
        }

        fn receipt<'a>(&'a self, _provider_id: &'a str) -> Pending<'a, Option<Report>> {
            Box::pin(async { None })
        }

        fn replies(&self, _since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
            Box::pin(async { Vec::new() })
        }
    }

    /// Who got a slot at which millisecond, when all of these ask at once; each holds it and `uses` it or not.
    async fn order(per_second: u32, asked: &[(u8, bool)], uses: fn(usize) -> bool) -> Vec<(usize, i64)> {
        let (pace, clock) = (Arc::new(Pace::default()), Jumping::new());
        // The first slot is free at once; it is taken so that everybody queues.
        pace.try_slot(&Texts(per_second), clock.now()).unwrap().used();
        let granted = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = asked
            .iter()
            .enumerate()
            .map(|(number, (class, is_repeated))| {
                let urgency = Urgency { class: *class, is_repeated: *is_repeated };
                let (pace, clock, granted, ticket) = (pace.clone(), clock.clone(), granted.clone(), pace.ticket());
                tokio::spawn(async move {
                    let (episode, stopping) = (format!("p{number}"), AtomicBool::new(false));
                    let claim = Claim { episode: &episode, urgency, ticket };
                    let slot = pace.slot(&Texts(per_second), clock.as_ref(), claim, &stopping).await.unwrap();
                    granted.lock().unwrap().push((number, (clock.now() - DateTime::UNIX_EPOCH).num_milliseconds()));
                    if uses(number) {
                        slot.used();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let granted = granted.lock().unwrap();
        granted.clone()
    }

    #[tokio::test]
    async fn the_urgent_go_first_then_whoever_came_first_and_repeated_tries_last() {
        let asked = [(5, false), (0, true), (0, false), (1, false), (0, false)];
        let seen = order(1, &asked, |_| true).await;
        assert_eq!(seen, [(2, 1000), (4, 2000), (1, 3000), (3, 4000), (0, 5000)]);
        let twice_as_fast = order(2, &[(0, false), (0, false)], |_| true).await;
        assert_eq!(twice_as_fast, [(0, 500), (1, 1000)]);
    }

    #[tokio::test]
    async fn a_slot_that_is_not_used_is_the_next_ones_at_once() {
        let seen = order(1, &[(0, false), (0, false), (0, false)], |number| number != 0).await;
        assert_eq!(seen, [(0, 1000), (1, 1000), (2, 2000)]);
    }

    #[tokio::test]
    async fn who_waits_leaves_when_the_page_moves_or_the_engine_stops() {
        let (pace, clock) = (Arc::new(Pace::default()), Jumping::new());
        pace.try_slot(&Texts(1), clock.now()).unwrap().used();
        assert!(pace.try_slot(&Texts(1), clock.now()).is_none());
        let stopping = Arc::new(AtomicBool::new(false));
        let wait = |episode: &'static str, class| {
            let (pace, clock, stopping, ticket) = (pace.clone(), clock.clone(), stopping.clone(), pace.ticket());
            tokio::spawn(async move {
                let claim = Claim { episode, urgency: Urgency { class, is_repeated: false }, ticket };
                pace.slot(&Texts(1), clock.as_ref(), claim, &stopping).await.map(Slot::used).is_some()
            })
        };
        let (moved, stays, stopped) = (wait("moved", 0), wait("stays", 1), wait("stopped", 2));
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        pace.moved("moved");
        pace.moved("somebody else");
        assert!(!moved.await.unwrap());
        assert!(stays.await.unwrap());
        stopping.store(true, Ordering::Relaxed);
        pace.look_up();
        assert!(!stopped.await.unwrap());
    }

    #[test]
    fn a_provider_without_a_limit_has_no_queue() {
        let pace = Pace::default();
        assert!(!Pace::needs_slot(&Texts(0), None) && Pace::needs_slot(&Texts(1), None));
        assert!(pace.try_slot(&Texts(0), DateTime::UNIX_EPOCH).is_none());
    }
}
