//! How are sign-ins under way kept, and the wrong guesses that make others wait?

use chrono::{DateTime, Utc};

use super::super::SqliteStore;
use crate::access::Fingerprint;
use crate::ports::StoreError;
use crate::ports::access::SignIn;

/// The columns of a sign-in: nonce, verifier, where to, until when.
type Row = (String, String, String, i64);

impl SqliteStore {
    pub(super) async fn insert_sign_in(&self, sign_in: &SignIn) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let insert = sqlx::query(
            "INSERT INTO sign_ins (fingerprint, nonce, verifier, return_to, expires_at_ms) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(sign_in.fingerprint.0.as_slice())
        .bind(&sign_in.nonce)
        .bind(&sign_in.verifier)
        .bind(&sign_in.return_to)
        .bind(sign_in.expires_at.timestamp_millis());
        self.sql(insert.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }

    pub(super) async fn remove_sign_in(
        &self,
        fingerprint: Fingerprint,
        at: DateTime<Utc>,
    ) -> Result<Option<SignIn>, StoreError> {
        let mut transaction = self.write().await?;
        let row: Option<Row> = self.sql(
            sqlx::query_as(
                "DELETE FROM sign_ins WHERE fingerprint = $1 RETURNING nonce, verifier, return_to, expires_at_ms",
            )
            .bind(fingerprint.0.as_slice())
            .fetch_optional(&mut *transaction)
            .await,
        )?;
        self.sql(transaction.commit().await)?;
        let Some((nonce, verifier, return_to, expires_at)) = row else { return Ok(None) };
        let expires_at = self.time(expires_at)?;
        Ok((expires_at > at).then_some(SignIn { fingerprint, nonce, verifier, return_to, expires_at }))
    }

    pub(super) async fn insert_guess(&self, subject: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let insert = sqlx::query("INSERT INTO wrong_guesses (subject, at_ms) VALUES ($1, $2)")
            .bind(subject)
            .bind(at.timestamp_millis());
        self.sql(insert.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }

    pub(super) async fn guesses_since(
        &self,
        subject: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let rows: Vec<(i64,)> = self.sql(
            sqlx::query_as("SELECT at_ms FROM wrong_guesses WHERE subject = $1 AND at_ms >= $2 ORDER BY at_ms")
                .bind(subject)
                .bind(since.timestamp_millis())
                .fetch_all(&self.readers)
                .await,
        )?;
        rows.into_iter().map(|(at,)| self.time(at)).collect()
    }

    pub(super) async fn delete_guesses(&self, subject: &str) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let delete = sqlx::query("DELETE FROM wrong_guesses WHERE subject = $1").bind(subject);
        self.sql(delete.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }
}
