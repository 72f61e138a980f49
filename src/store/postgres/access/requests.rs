//! How is a request with an `Idempotency-Key` known again, and its answer kept?

use chrono::{DateTime, Utc};

use super::super::fault::Trouble;
use super::{PostgresStore, text};
use crate::access::Fingerprint;
use crate::ports::access::Repeated;

/// What is known of a request: its digest, and its answer's status and body.
type Row = (Vec<u8>, Option<i32>, Option<String>);

impl PostgresStore {
    /// Alone with the key, so that of two that come at once one is new.
    pub(super) async fn insert_request(
        &self,
        caller: &str,
        key: &str,
        digest: Fingerprint,
        at: DateTime<Utc>,
    ) -> Result<Repeated, Trouble> {
        let mut work = self.write_alone(&format!("request {caller} {key}")).await?;
        let known: Option<Row> =
            sqlx::query_as("SELECT digest, status, body FROM requests WHERE caller = $1 AND key = $2")
                .bind(text(caller))
                .bind(text(key))
                .fetch_optional(&mut *work)
                .await?;
        if let Some((known, status, body)) = known {
            let status = status.map(u16::try_from).transpose();
            let status = status.map_err(|_| self.damaged("the status of an answer is out of range"))?;
            return Ok(match (status, body) {
                _ if known != digest.0 => Repeated::Other,
                (Some(status), Some(body)) => Repeated::Answered { status, body },
                _ => Repeated::UnderWay,
            });
        }
        sqlx::query("INSERT INTO requests (caller, key, digest, begun_ms) VALUES ($1, $2, $3, $4)")
            .bind(text(caller))
            .bind(text(key))
            .bind(digest.0.as_slice())
            .bind(at.timestamp_millis())
            .execute(&mut *work)
            .await?;
        work.commit().await?;
        Ok(Repeated::New)
    }

    /// An answer that is kept stays as it is.
    pub(super) async fn answer_request(&self, caller: &str, key: &str, status: u16, body: &str) -> Result<(), Trouble> {
        sqlx::query("UPDATE requests SET status = $3, body = $4 WHERE caller = $1 AND key = $2 AND status IS NULL")
            .bind(text(caller))
            .bind(text(key))
            .bind(i32::from(status))
            .bind(text(body))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A request that was answered had its effect: it stays.
    pub(super) async fn delete_request(&self, caller: &str, key: &str) -> Result<(), Trouble> {
        sqlx::query("DELETE FROM requests WHERE caller = $1 AND key = $2 AND status IS NULL")
            .bind(text(caller))
            .bind(text(key))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
