//! How are local accounts kept, and the sessions of browsers?

use chrono::{DateTime, Utc};

use super::super::Work;
use super::super::fault::Trouble;
use super::{PostgresStore, text};
use crate::access::{Fingerprint, Way};
use crate::ports::access::{Account, Session};

/// The columns of an account: name, role, password, when it was set.
type AccountRow = (String, String, String, i64);
/// The columns of a session, in the order in which [`SESSION`] reads them.
type SessionRow = (String, String, Option<String>, String, i64, i64);

/// The session of a fingerprint that is worth something. One that began with an account or a token is worth no more than
/// that is now: else one that begins while its account is removed would outlive it.
const SESSION: &str = "SELECT name, role, person, way, began_at_ms, expires_at_ms FROM sessions \
    WHERE fingerprint = $1 AND expires_at_ms > $2 AND CASE way \
    WHEN 'password' THEN EXISTS (SELECT 1 FROM accounts \
        WHERE accounts.name = sessions.name AND accounts.role = sessions.role) \
    WHEN 'token-session' THEN EXISTS (SELECT 1 FROM tokens \
        WHERE tokens.name = sessions.name AND tokens.role = sessions.role AND tokens.revoked_at_ms IS NULL \
        AND (tokens.expires_at_ms IS NULL OR tokens.expires_at_ms > $2)) \
    ELSE true END";

impl PostgresStore {
    pub(super) async fn write_account(&self, account: &Account) -> Result<(), Trouble> {
        let mut work = self.write_alone(&format!("account {}", account.name)).await?;
        sqlx::query(
            "INSERT INTO accounts (name, role, password, set_at_ms) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (name) DO UPDATE \
             SET role = excluded.role, password = excluded.password, set_at_ms = excluded.set_at_ms",
        )
        .bind(text(&account.name))
        .bind(account.role.word())
        .bind(text(&account.password))
        .bind(account.set_at.timestamp_millis())
        .execute(&mut *work)
        .await?;
        Self::end_sessions(&mut work, &account.name, Way::Password).await?;
        Ok(work.commit().await?)
    }

    pub(super) async fn account_of(&self, name: &str) -> Result<Option<Account>, Trouble> {
        let row: Option<AccountRow> =
            sqlx::query_as("SELECT name, role, password, set_at_ms FROM accounts WHERE name = $1")
                .bind(text(name))
                .fetch_optional(&self.pool)
                .await?;
        row.map(|row| self.read_account(row)).transpose()
    }

    pub(super) async fn all_accounts(&self) -> Result<Vec<Account>, Trouble> {
        let rows: Vec<AccountRow> =
            sqlx::query_as("SELECT name, role, password, set_at_ms FROM accounts ORDER BY name")
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(|row| self.read_account(row)).collect()
    }

    pub(super) async fn delete_account(&self, name: &str) -> Result<bool, Trouble> {
        let mut work = self.write_alone(&format!("account {name}")).await?;
        let deleted = sqlx::query("DELETE FROM accounts WHERE name = $1").bind(text(name)).execute(&mut *work).await?;
        Self::end_sessions(&mut work, name, Way::Password).await?;
        work.commit().await?;
        Ok(deleted.rows_affected() > 0)
    }

    pub(super) async fn insert_session(&self, session: &Session) -> Result<(), Trouble> {
        sqlx::query(
            "INSERT INTO sessions (fingerprint, name, role, person, way, began_at_ms, expires_at_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(session.fingerprint.0.as_slice())
        .bind(text(&session.name))
        .bind(session.role.word())
        .bind(session.person.as_deref().map(text))
        .bind(session.way.word())
        .bind(session.began_at.timestamp_millis())
        .bind(session.expires_at.timestamp_millis())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn session_of(
        &self,
        fingerprint: Fingerprint,
        at: DateTime<Utc>,
    ) -> Result<Option<Session>, Trouble> {
        let row: Option<SessionRow> = sqlx::query_as(SESSION)
            .bind(fingerprint.0.as_slice())
            .bind(at.timestamp_millis())
            .fetch_optional(&self.pool)
            .await?;
        let Some((name, role, person, way, began_at, expires_at)) = row else { return Ok(None) };
        Ok(Some(Session {
            fingerprint,
            name,
            role: self.role(&role)?,
            person,
            way: Way::of(&way).ok_or_else(|| self.damaged("a session began in an unknown way"))?,
            began_at: self.time(began_at)?,
            expires_at: self.time(expires_at)?,
        }))
    }

    pub(super) async fn delete_session(&self, fingerprint: Fingerprint) -> Result<(), Trouble> {
        sqlx::query("DELETE FROM sessions WHERE fingerprint = $1")
            .bind(fingerprint.0.as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Ends the sessions of a name that began in that way.
    pub(super) async fn end_sessions(work: &mut Work, name: &str, way: Way) -> Result<(), Trouble> {
        sqlx::query("DELETE FROM sessions WHERE name = $1 AND way = $2")
            .bind(text(name))
            .bind(way.word())
            .execute(&mut **work)
            .await?;
        Ok(())
    }

    fn read_account(&self, (name, role, password, set_at): AccountRow) -> Result<Account, Trouble> {
        Ok(Account { name, role: self.role(&role)?, password, set_at: self.time(set_at)? })
    }
}
