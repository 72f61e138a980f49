//! How are API tokens kept?

use chrono::{DateTime, TimeDelta, Utc};

use super::super::SqliteStore;
use crate::access::{Fingerprint, Way};
use crate::ports::StoreError;
use crate::ports::access::Token;

/// How long a noted use is new enough.
const USE_IS_NEW_FOR: TimeDelta = TimeDelta::minutes(1);

/// The columns of a token, in the order of [`COLUMNS`].
type Row = (Vec<u8>, String, String, Option<String>, i64, String, Option<i64>, Option<i64>, Option<i64>);

/// What the statements that read tokens begin with.
const COLUMNS: &str = "SELECT fingerprint, name, role, person, created_at_ms, created_by, expires_at_ms, used_at_ms, \
                       revoked_at_ms FROM tokens";

impl SqliteStore {
    pub(super) async fn insert_token(&self, token: &Token) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        // A token that has expired is not in use: it gives its name free.
        let expire = sqlx::query(
            "UPDATE tokens SET revoked_at_ms = expires_at_ms \
             WHERE name = $1 AND revoked_at_ms IS NULL AND expires_at_ms <= $2",
        )
        .bind(&token.name)
        .bind(token.created_at.timestamp_millis());
        self.sql(expire.execute(&mut *transaction).await)?;
        let insert = sqlx::query(
            "INSERT INTO tokens (fingerprint, name, role, person, created_at_ms, created_by, expires_at_ms, \
             used_at_ms, revoked_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (name) WHERE revoked_at_ms IS NULL DO NOTHING",
        )
        .bind(token.fingerprint.0.as_slice())
        .bind(&token.name)
        .bind(token.role.word())
        .bind(&token.person)
        .bind(token.created_at.timestamp_millis())
        .bind(&token.created_by)
        .bind(token.expires_at.map(|at| at.timestamp_millis()))
        .bind(token.used_at.map(|at| at.timestamp_millis()))
        .bind(token.revoked_at.map(|at| at.timestamp_millis()));
        let inserted = self.sql(insert.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)?;
        Ok(inserted.rows_affected() == 1)
    }

    pub(super) async fn all_tokens(&self) -> Result<Vec<Token>, StoreError> {
        let statement = format!("{COLUMNS} ORDER BY name, created_at_ms, revoked_at_ms IS NULL, fingerprint");
        let rows: Vec<Row> = self.sql(sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_all(&self.readers).await)?;
        rows.into_iter().map(|row| self.read_token(row)).collect()
    }

    pub(super) async fn end_token(&self, name: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let update = sqlx::query("UPDATE tokens SET revoked_at_ms = $2 WHERE name = $1 AND revoked_at_ms IS NULL")
            .bind(name)
            .bind(at.timestamp_millis());
        let revoked = self.sql(update.execute(&mut *transaction).await)?;
        self.end_sessions(&mut transaction, name, Way::TokenSession).await?;
        self.sql(transaction.commit().await)?;
        Ok(revoked.rows_affected() > 0)
    }

    pub(super) async fn token_of(
        &self,
        fingerprint: Fingerprint,
        at: DateTime<Utc>,
    ) -> Result<Option<Token>, StoreError> {
        let statement = format!(
            "{COLUMNS} WHERE fingerprint = $1 AND revoked_at_ms IS NULL \
             AND (expires_at_ms IS NULL OR expires_at_ms > $2)"
        );
        let row: Option<Row> = self.sql(
            sqlx::query_as(sqlx::AssertSqlSafe(statement))
                .bind(fingerprint.0.as_slice())
                .bind(at.timestamp_millis())
                .fetch_optional(&self.readers)
                .await,
        )?;
        row.map(|row| self.read_token(row)).transpose()
    }

    /// Asks a reader first: most requests then wait for no writer.
    pub(super) async fn note_token_used(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Result<(), StoreError> {
        let before = (at - USE_IS_NEW_FOR).timestamp_millis();
        let due: Option<(i64,)> = self.sql(
            sqlx::query_as("SELECT 1 FROM tokens WHERE fingerprint = $1 AND coalesce(used_at_ms <= $2, 1)")
                .bind(fingerprint.0.as_slice())
                .bind(before)
                .fetch_optional(&self.readers)
                .await,
        )?;
        if due.is_none() {
            return Ok(());
        }
        let mut transaction = self.write().await?;
        let update =
            sqlx::query("UPDATE tokens SET used_at_ms = $3 WHERE fingerprint = $1 AND coalesce(used_at_ms <= $2, 1)")
                .bind(fingerprint.0.as_slice())
                .bind(before)
                .bind(at.timestamp_millis());
        self.sql(update.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }

    fn read_token(&self, row: Row) -> Result<Token, StoreError> {
        let (fingerprint, name, role, person, created_at, created_by, expires_at, used_at, revoked_at) = row;
        Ok(Token {
            name,
            role: self.role(&role)?,
            person,
            fingerprint: Fingerprint(self.bytes(&fingerprint)?),
            created_at: self.time(created_at)?,
            created_by,
            expires_at: self.some_time(expires_at)?,
            used_at: self.some_time(used_at)?,
            revoked_at: self.some_time(revoked_at)?,
        })
    }
}
