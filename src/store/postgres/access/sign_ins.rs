//! How are sign-ins under way kept, and the wrong guesses that make others wait?

use chrono::{DateTime, Utc};

use super::super::fault::Trouble;
use super::{PostgresStore, text};
use crate::access::Fingerprint;
use crate::ports::access::SignIn;

/// The columns of a sign-in: nonce, verifier, where to, until when.
type Row = (String, String, String, i64);

impl PostgresStore {
    pub(super) async fn insert_sign_in(&self, sign_in: &SignIn) -> Result<(), Trouble> {
        sqlx::query(
            "INSERT INTO sign_ins (fingerprint, nonce, verifier, return_to, expires_at_ms) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(sign_in.fingerprint.0.as_slice())
        .bind(text(&sign_in.nonce))
        .bind(text(&sign_in.verifier))
        .bind(text(&sign_in.return_to))
        .bind(sign_in.expires_at.timestamp_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Of two that ask at once the server lets one delete the row, and gives it to that one.
    pub(super) async fn remove_sign_in(
        &self,
        fingerprint: Fingerprint,
        at: DateTime<Utc>,
    ) -> Result<Option<SignIn>, Trouble> {
        let row: Option<Row> = sqlx::query_as(
            "DELETE FROM sign_ins WHERE fingerprint = $1 RETURNING nonce, verifier, return_to, expires_at_ms",
        )
        .bind(fingerprint.0.as_slice())
        .fetch_optional(&self.pool)
        .await?;
        let Some((nonce, verifier, return_to, expires_at)) = row else { return Ok(None) };
        let expires_at = self.time(expires_at)?;
        Ok((expires_at > at).then_some(SignIn { fingerprint, nonce, verifier, return_to, expires_at }))
    }

    pub(super) async fn insert_guess(&self, subject: &str, at: DateTime<Utc>) -> Result<(), Trouble> {
        sqlx::query("INSERT INTO wrong_guesses (subject, at_ms) VALUES ($1, $2)")
            .bind(text(subject))
            .bind(at.timestamp_millis())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn guesses_since(
        &self,
        subject: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, Trouble> {
        let rows: Vec<(i64,)> =
            sqlx::query_as("SELECT at_ms FROM wrong_guesses WHERE subject = $1 AND at_ms >= $2 ORDER BY at_ms")
                .bind(text(subject))
                .bind(since.timestamp_millis())
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(|(at,)| self.time(at)).collect()
    }

    pub(super) async fn delete_guesses(&self, subject: &str) -> Result<(), Trouble> {
        sqlx::query("DELETE FROM wrong_guesses WHERE subject = $1").bind(text(subject)).execute(&self.pool).await?;
        Ok(())
    }
}
