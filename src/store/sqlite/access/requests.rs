//! How is a request with an `Idempotency-Key` known again, and its answer kept?

use chrono::{DateTime, Utc};

use super::super::SqliteStore;
use crate::access::Fingerprint;
use crate::ports::StoreError;
use crate::ports::access::Repeated;

impl SqliteStore {
    pub(super) async fn insert_request(
        &self,
        caller: &str,
        key: &str,
        digest: Fingerprint,
        at: DateTime<Utc>,
    ) -> Result<Repeated, StoreError> {
        let mut transaction = self.write().await?;
        let known: Option<(Vec<u8>, Option<u16>, Option<String>)> = self.sql(
            sqlx::query_as("SELECT digest, status, body FROM requests WHERE caller = $1 AND key = $2")
                .bind(caller)
                .bind(key)
                .fetch_optional(&mut *transaction)
                .await,
        )?;
        if let Some((known, status, body)) = known {
            return Ok(match (status, body) {
                _ if known != digest.0 => Repeated::Other,
                (Some(status), Some(body)) => Repeated::Answered { status, body },
                _ => Repeated::UnderWay,
            });
        }
        let insert = sqlx::query("INSERT INTO requests (caller, key, digest, begun_ms) VALUES ($1, $2, $3, $4)")
            .bind(caller)
            .bind(key)
            .bind(digest.0.as_slice())
            .bind(at.timestamp_millis());
        self.sql(insert.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)?;
        Ok(Repeated::New)
    }

    /// An answer that is kept stays as it is.
    pub(super) async fn answer_request(
        &self,
        caller: &str,
        key: &str,
        status: u16,
        body: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let update =
            sqlx::query("UPDATE requests SET status = $3, body = $4 WHERE caller = $1 AND key = $2 AND status IS NULL")
                .bind(caller)
                .bind(key)
                .bind(status)
                .bind(body);
        self.sql(update.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }

    /// A request that was answered had its effect: it stays.
    pub(super) async fn delete_request(&self, caller: &str, key: &str) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let delete = sqlx::query("DELETE FROM requests WHERE caller = $1 AND key = $2 AND status IS NULL")
            .bind(caller)
            .bind(key);
        self.sql(delete.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }
}
