//! What is the server that keeps the log, and does it keep what it takes? For `doctor`.

use super::PostgresStore;
use crate::ports::StoreError;

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    /// Its version.
    pub version: String,
    /// Whether words to it are encrypted.
    pub encrypted: bool,
    /// Whether what it says is written is on its disk (`fsync`, `full_page_writes`).
    pub writes_through: bool,
    /// Whether it answers a commit before that is written, unless it is asked not to (`synchronous_commit = off`); we ask.
    pub answers_early: bool,
    /// How many connections it takes.
    pub connections: i32,
}

impl PostgresStore {
    /// What the server is, once it was found to take writes; nothing is left of the trial.
    pub async fn check_writable(&self) -> Result<ServerState, StoreError> {
        self.within(async {
            let mut work = self.write().await?;
            sqlx::query(
                "INSERT INTO notices (subject, told, at_ms) VALUES ('doctor/written', '', 0) \
                 ON CONFLICT (subject) DO UPDATE SET at_ms = excluded.at_ms",
            )
            .execute(&mut *work)
            .await?;
            let (version, encrypted, writes_through, answers_early, connections): (String, bool, bool, bool, i32) =
                sqlx::query_as(
                    "SELECT current_setting('server_version'), \
                     coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
                     current_setting('fsync')::boolean AND current_setting('full_page_writes')::boolean, \
                     (SELECT reset_val = 'off' FROM pg_settings WHERE name = 'synchronous_commit'), \
                     current_setting('max_connections')::integer",
                )
                .fetch_one(&mut *work)
                .await?;
            work.rollback().await?;
            Ok(ServerState { version, encrypted, writes_through, answers_early, connections })
        })
        .await
    }
}
