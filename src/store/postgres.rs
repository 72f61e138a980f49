//! How is the log of pages kept on a PostgreSQL server? For several machines; durable commits, one transaction an append.
//!
//! `address` says where the server is, `open` connects and migrates, `pages` is the log, `snapshots` keeps the sheets,
//! `opt_outs` who blocked texts, `access` who may do what, `drafts` the forms under way; `lease` says who is the sole engine, `state` what the server is, `fault` puts errors into
//! words. Rows mean what they mean in the SQLite file. Who must be alone takes a lock that ends with the transaction.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::{Postgres, Transaction};

use super::rows::{Derived, SummaryRow, instant, read_log, summary, unreadable};
use crate::ports::StoreError;
use fault::Trouble;

mod access;
pub mod address;
mod drafts;
mod fault;
pub mod lease;
mod open;
mod opt_outs;
mod pages;
mod snapshots;
mod state;

pub use address::Address;
pub use state::ServerState;

/// How long a statement waits for another connection before it gives up, and the wait for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A transaction of the log.
type Work = Transaction<'static, Postgres>;

/// The log of pages on a server.
#[derive(Clone)]
pub struct PostgresStore {
    address: Address,
    pool: PgPool,
    /// How long a whole piece of work may take before the server counts as gone.
    limit: Duration,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStore").field(&self.address).finish()
    }
}

impl PostgresStore {
    /// Opens the log, and makes its tables when the schema is empty. Waits up to 5 s for whoever holds it.
    pub async fn open(address: &Address) -> Result<Self, StoreError> {
        Self::open_waiting(address, PATIENCE).await
    }

    /// Opens the log like `open`, with another patience than 5 s for this and everything later.
    pub async fn open_waiting(address: &Address, patience: Duration) -> Result<Self, StoreError> {
        let store = Self::of(address, patience);
        store.within(open::ready(address, patience, true)).await?;
        Ok(store)
    }

    /// Opens a log that exists, also one that the user may only read; `None` when the schema is empty, and none is made.
    pub async fn open_if_any(address: &Address) -> Result<Option<Self>, StoreError> {
        let store = Self::of(address, PATIENCE);
        let exists = store.within(open::ready(address, PATIENCE, false)).await?;
        Ok(exists.then_some(store))
    }

    fn of(address: &Address, patience: Duration) -> Self {
        Self { address: address.clone(), pool: open::pool(address, patience), limit: patience * 3 }
    }

    /// Does a piece of work to its end, or says why it broke off. A server that falls silent is waited for no longer than
    /// the limit; whether its last commit came to be is then unknown, as after a crash.
    async fn within<T>(&self, work: impl Future<Output = Result<T, Trouble>> + Send) -> Result<T, StoreError> {
        match tokio::time::timeout(self.limit, work).await {
            Ok(done) => done.map_err(|trouble| fault::told(&self.address, trouble)),
            Err(_) => Err(fault::silent(&self.address, self.limit)),
        }
    }

    /// A transaction that sees what others committed until each of its statements.
    async fn write(&self) -> Result<Work, Trouble> {
        Ok(self.pool.begin().await?)
    }

    /// A transaction that is alone with what `key` names until its end.
    async fn write_alone(&self, key: &str) -> Result<Work, Trouble> {
        let mut work = self.write().await?;
        // Logs in other schemas of the database have locks of their own. Two keys that meet in one number wait for each
        // other, and that is all.
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 'events'::regclass::oid::bigint))")
            .bind(text(key))
            .execute(&mut *work)
            .await?;
        Ok(work)
    }
}

/// Text as PostgreSQL keeps it: of all characters it takes but NUL, for which U+FFFD stands then. No name, number or case
/// has one; what strangers send may.
fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}
