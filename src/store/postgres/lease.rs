//! Which process is the sole engine of a log on a server? The one whose session holds the server's lock.
//!
//! The lock ends with its session, so with the process: at once when that is killed, within half a minute when its whole
//! machine is gone. The session is asked in every round, so that a lock that was lost is noticed in the next one.
//! Correctness never rests on it: see `ports::EngineLease`.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;

use super::address::Address;
use super::fault::{self, Trouble};
use super::open;
use crate::ports::{EngineLease, Pending, StoreError};

/// The first number of the lock for live pages, the letters `POnC`; the second is the log's own.
const LIVE: i32 = 0x504F_6E43;

/// The same for pages that are training.
const TRAINING: i32 = LIVE + 1;

/// How long the server may take to answer: the engine's round waits for it.
const LIMIT: Duration = Duration::from_secs(3);

/// The lock of the server, and the session that it belongs to.
pub struct PostgresLease {
    address: Address,
    class: i32,
    session: Mutex<Option<PgConnection>>,
    held: AtomicBool,
}

impl fmt::Debug for PostgresLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresLease")
            .field("address", &self.address)
            .field("held", &self.held())
            .finish_non_exhaustive()
    }
}

impl PostgresLease {
    /// The lease of the log at `address`; nothing is connected before it is asked for. Live and training pages have
    /// engines of their own, so each has its own lock.
    pub fn of(address: Address, training: bool) -> Self {
        let class = if training { TRAINING } else { LIVE };
        Self { address, class, session: Mutex::new(None), held: AtomicBool::new(false) }
    }

    async fn acquire(&self) -> Result<bool, StoreError> {
        let mut place = self.session.lock().await;
        if let Some(session) = place.as_mut() {
            let answered = if self.held() {
                self.within(ping(session)).await.map(|()| true)
            } else {
                self.within(take(session, self.class)).await
            };
            match answered {
                Ok(taken) => return Ok(self.noted(taken)),
                Err(error) if self.held() => {
                    tracing::warn!(%error, "this engine is no longer the sole one: its session is lost");
                }
                // It may have grown old meanwhile; a new one tells more.
                Err(_) => {}
            }
        }
        // The lock goes with its session.
        *place = None;
        self.noted(false);
        let (session, taken) = self
            .within(async {
                let mut session = PgConnection::connect_with(&self.address.options()).await?;
                open::settle(&mut session, LIMIT).await?;
                let taken = take(&mut session, self.class).await?;
                Ok((session, taken))
            })
            .await?;
        *place = Some(session);
        Ok(self.noted(taken))
    }

    fn noted(&self, taken: bool) -> bool {
        self.held.store(taken, Ordering::SeqCst);
        taken
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, Trouble>> + Send) -> Result<T, StoreError> {
        match tokio::time::timeout(LIMIT, work).await {
            Ok(done) => done.map_err(|trouble| fault::told(&self.address, trouble)),
            Err(_) => Err(fault::silent(&self.address, LIMIT)),
        }
    }
}

async fn ping(session: &mut PgConnection) -> Result<(), Trouble> {
    Ok(session.ping().await?)
}

/// Takes the lock if nobody has it. Logs in other schemas of the database have locks of their own.
async fn take(session: &mut PgConnection, class: i32) -> Result<bool, Trouble> {
    let (taken,): (bool,) =
        sqlx::query_as("SELECT pg_try_advisory_lock($1, ('events'::regclass::oid::bigint - 2147483648)::integer)")
            .bind(class)
            .fetch_one(session)
            .await?;
    Ok(taken)
}

impl EngineLease for PostgresLease {
    fn try_acquire(&self) -> Pending<'_, Result<bool, StoreError>> {
        Box::pin(self.acquire())
    }

    fn held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }
}
