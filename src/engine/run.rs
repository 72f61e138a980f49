//! When does the engine look, and for how long does it go on? Rounds over all due pages; one page followed to its end.
//!
//! A round never waits for a page: each due page is carried on by a task of its own, so that a provider that hangs
//! holds up nobody else.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::core::{Busy, Engine};
use super::error::EngineError;
use crate::episode::event::Recorded;
use crate::episode::state::State;

/// The longest sleep between two rounds: what other processes write is seen within it.
const ROUND: TimeDelta = TimeDelta::seconds(1);

/// How long a page must be overdue before an engine that is not the sole one steps in.
const OVERDUE: TimeDelta = TimeDelta::seconds(3);

/// How often replies are asked for while a page is open, by the sole engine and by others.
const REPLIES: TimeDelta = TimeDelta::seconds(5);
const REPLIES_BESIDE: TimeDelta = TimeDelta::seconds(15);

/// After how many failed rounds in a row an agent who follows a page is told. A locked log may open again.
const FAILED_ROUNDS: u32 = 10;

impl Engine {
    /// One turn: everything that is due is done when this returns. Replies are read meanwhile when it is time; what
    /// follows from one may need the next turn. The first error, after every page had its turn.
    pub async fn turn(&self) -> Result<(), EngineError> {
        let mut rounds = Rounds::of(self);
        let started = rounds.start().await;
        let finished = rounds.finish().await;
        started.and(finished)
    }

    /// Carries pages on until `stop` is ready. Errors are logged and tried again each round: the engine never gives up.
    /// What is being sent at the end is finished first, which takes no longer than an attempt may take; from the moment
    /// that `stop` is ready no page begins anything new, whatever the loop itself is waiting for then.
    pub async fn run_until(&self, stop: impl Future<Output = ()>) {
        let rounds = Rounds::of(self);
        let stopping = Arc::clone(&rounds.stopping);
        self.heeding(stop, &stopping, self.run(rounds)).await;
    }

    async fn run(&self, mut rounds: Rounds) {
        while !rounds.stopping.is_asked() {
            let started = rounds.start().await;
            if let Err(error) = &started {
                tracing::error!(%error, "the engine could not take its turn; it tries again");
            }
            let finished = started.is_ok() && self.finish_turn();
            self.note_round(finished).await;
            rounds.pause().await;
        }
        log_failure(rounds.finish().await);
    }

    /// Carries pages on and follows one of them: `on_event` gets each entry of its log once, from the first, with the
    /// state after it, whichever process wrote it. Ends when `enough` holds of the state, or `stop` is ready; what is
    /// due by then is still done in the first case, and only what is being sent is finished in the second. An error
    /// only when the log stayed unusable for several rounds.
    pub async fn drive(
        &self,
        episode: &str,
        on_event: impl FnMut(&Recorded, &State),
        enough: impl Fn(&State) -> bool,
        stop: impl Future<Output = ()>,
    ) -> Result<State, EngineError> {
        let rounds = Rounds::of(self);
        let stopping = Arc::clone(&rounds.stopping);
        self.heeding(stop, &stopping, self.follow(rounds, episode, on_event, enough)).await
    }

    async fn follow(
        &self,
        mut rounds: Rounds,
        episode: &str,
        mut on_event: impl FnMut(&Recorded, &State),
        enough: impl Fn(&State) -> bool,
    ) -> Result<State, EngineError> {
        let mut told: Option<State> = None;
        let mut failed = 0;
        loop {
            let round = match rounds.start().await {
                Ok(()) => self.tell(episode, &mut told, &mut on_event).await,
                Err(error) => Err(error),
            };
            match round {
                Ok(()) => failed = 0,
                Err(EngineError::Store(error)) if failed < FAILED_ROUNDS => {
                    failed += 1;
                    tracing::warn!(%error, "the page cannot be followed just now; trying again");
                }
                Err(error) => {
                    rounds.stopping.ask();
                    self.pace.look_up();
                    log_failure(rounds.finish().await);
                    return Err(error);
                }
            }
            if told.as_ref().is_some_and(&enough) {
                log_failure(rounds.start().await);
                break;
            }
            rounds.pause().await;
            if rounds.stopping.is_asked() {
                break;
            }
        }
        log_failure(rounds.finish().await);
        self.tell(episode, &mut told, &mut on_event).await?;
        told.ok_or_else(|| EngineError::NoSuchPage { episode: episode.to_owned() })
    }

    /// Does `work` to its end, and asks it to come to one as soon as `stop` is ready. The work is not dropped for it:
    /// a round that stands in the middle of something goes on to where it may end.
    async fn heeding<T>(
        &self,
        stop: impl Future<Output = ()>,
        stopping: &Stopping,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            // In this order: what became ready together with the end must not begin anything.
            biased;
            () = stop => {
                stopping.ask();
                self.pace.look_up();
            }
            done = &mut work => return done,
        }
        work.await
    }

    /// Hands over the entries that were not told yet.
    async fn tell(
        &self,
        episode: &str,
        told: &mut Option<State>,
        on_event: &mut impl FnMut(&Recorded, &State),
    ) -> Result<(), EngineError> {
        let page = self.page(episode).await?;
        let senseless = |reason| EngineError::Senseless { episode: episode.to_owned(), reason };
        let from = told.as_ref().map_or(0, |state| state.last_seq);
        for entry in page.log.iter().filter(|entry| entry.seq > from) {
            let state = match told.take() {
                None => State::of(std::slice::from_ref(entry)).map_err(senseless)?,
                Some(mut state) => {
                    state.apply(entry).map_err(senseless)?;
                    state
                }
            };
            on_event(entry, told.insert(state));
        }
        Ok(())
    }

    /// Takes the lease if it is free; true in the round that gets it.
    async fn take_lease(&self) -> bool {
        let lease = &self.parts.lease;
        let taken = match lease.try_acquire().await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "this engine cannot become the sole one, so it waits before it steps in");
                false
            }
        };
        let now = self.now();
        let mut sole_since = self.sole_since.lock().unwrap_or_else(PoisonError::into_inner);
        let newly = taken && sole_since.is_none();
        *sole_since = taken.then(|| sole_since.unwrap_or(now));
        newly
    }

    /// The pages that this engine carries on now, each taken for one task.
    async fn take_due(&self) -> Result<Vec<Busy>, EngineError> {
        let newly_sole = self.take_lease().await;
        let now = self.now();
        // A new sole engine looks at every page once: attempts of the engine before it are in doubt at once.
        let until = match (newly_sole, self.parts.lease.held()) {
            (true, _) => DateTime::<Utc>::MAX_UTC,
            (false, true) => now,
            (false, false) => now - OVERDUE,
        };
        let due = self.parts.store.due(until).await?;
        let mine = due.iter().filter(|page| page.training == self.parts.training);
        Ok(mine.filter_map(|page| self.take(page)).collect())
    }

    /// Whether it is time to ask for replies; notes that they are being asked for.
    fn replies_are_due(&self) -> bool {
        let now = self.now();
        let every = if self.parts.lease.held() { REPLIES } else { REPLIES_BESIDE };
        let mut asked_at = self.replies_asked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = asked_at.is_none_or(|asked_at| now - asked_at >= every);
        if due {
            *asked_at = Some(now);
        }
        due
    }
}

/// Whether a loop and its tasks are to end after what they are doing now.
#[derive(Default)]
struct Stopping {
    is_asked: AtomicBool,
    wake: Notify,
}

impl Stopping {
    fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Relaxed)
    }

    fn ask(&self) {
        self.is_asked.store(true, Ordering::Relaxed);
        self.wake.notify_one();
    }
}

/// The tasks of one loop. Dropped, it ends them where they stand, as a crash would.
struct Rounds {
    engine: Engine,
    changes: watch::Receiver<u64>,
    stopping: Arc<Stopping>,
    tasks: JoinSet<Result<(), EngineError>>,
}

impl Rounds {
    fn of(engine: &Engine) -> Self {
        Self { engine: engine.clone(), changes: engine.changes(), stopping: Arc::default(), tasks: JoinSet::new() }
    }

    /// Starts a task for every due page that none works on yet, and one for replies when it is time.
    async fn start(&mut self) -> Result<(), EngineError> {
        self.changes.borrow_and_update();
        while let Some(ended) = self.tasks.try_join_next() {
            log_failure(outcome(ended));
        }
        let due = self.engine.take_due().await?;
        if self.stopping.is_asked() {
            return Ok(());
        }
        for busy in due {
            let (engine, stopping) = (self.engine.clone(), Arc::clone(&self.stopping));
            self.tasks.spawn(async move { engine.work(&busy, &stopping.is_asked).await });
        }
        if self.engine.replies_are_due() {
            let engine = self.engine.clone();
            self.tasks.spawn(async move { engine.read_replies().await.and(engine.read_presses().await) });
        }
        Ok(())
    }

    /// Waits for the next round: the earliest wake, or something that this engine appended, at most a second. Over at
    /// once when the loop is to end.
    async fn pause(&mut self) {
        let now = self.engine.now();
        let latest = now + ROUND;
        let wake = self.engine.parts.store.next_wake().await.ok().flatten();
        // A wake that has passed is being worked on, is not this engine's, or failed: none of them is a reason to spin.
        let until = wake.filter(|wake| *wake > now).map_or(latest, |wake| wake.min(latest));
        tokio::select! {
            () = self.stopping.wake.notified() => {}
            () = self.engine.parts.clock.sleep_until(until) => {}
            _ = self.changes.changed() => {}
        }
    }

    /// Waits for every task; the first error, the others are logged.
    async fn finish(mut self) -> Result<(), EngineError> {
        let mut first = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let ended = outcome(ended);
            if first.is_ok() {
                first = ended;
            } else {
                log_failure(ended);
            }
        }
        first
    }
}

/// What became of a task. One that broke is a defect: its page stays in the log and gets another turn.
fn outcome(ended: Result<Result<(), EngineError>, tokio::task::JoinError>) -> Result<(), EngineError> {
    ended.unwrap_or_else(|broken| {
        tracing::error!(panicked = broken.is_panic(), "a page's turn broke off; it gets another one");
        Ok(())
    })
}

fn log_failure(ended: Result<(), EngineError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a page's turn failed; it gets another one");
    }
}
