//! How is access remembered on the same server: tokens, accounts, sessions, sign-ins, acts, answers, keys?
//!
//! `tokens`, `sessions` (with accounts), `sign_ins` (with wrong guesses), `acts` and `requests` hold their statements;
//! here are the port, keys, links and the purge.

use chrono::{DateTime, Utc};

use super::fault::{self, Trouble};
use super::{PostgresStore, instant, text};
use crate::access::throttle::COUNTS_FOR;
use crate::access::{Fingerprint, Role};
use crate::ports::access::{AccessStore, Account, Act, Repeated, Session, SignIn, Token};
use crate::ports::{Pending, StoreError};

mod acts;
mod requests;
mod sessions;
mod sign_ins;
mod tokens;

/// The statement that reads a key.
const KEY: &str = "SELECT key FROM keys WHERE name = $1";

impl PostgresStore {
    /// The instant of a column; an error when it is out of range.
    fn time(&self, at_ms: i64) -> Result<DateTime<Utc>, Trouble> {
        instant(at_ms).ok_or_else(|| self.damaged("a time is out of range"))
    }

    /// The instant of a column that may be empty.
    fn some_time(&self, at_ms: Option<i64>) -> Result<Option<DateTime<Utc>>, Trouble> {
        at_ms.map(|at_ms| self.time(at_ms)).transpose()
    }

    /// The role of a column; an error when this version knows none of that name.
    fn role(&self, word: &str) -> Result<Role, Trouble> {
        word.parse().map_err(|error| self.damaged(&format!("{error}")))
    }

    /// The 32 bytes of a column.
    fn bytes(&self, column: &[u8]) -> Result<[u8; 32], Trouble> {
        column.try_into().map_err(|_| self.damaged("a fingerprint has not 32 bytes"))
    }

    fn damaged(&self, reason: &str) -> Trouble {
        Trouble::Told(fault::unusable(
            &self.address,
            format!("what it holds about access cannot be read: {reason}"),
            "Was it written by a newer page-oncall, or by hand? Update page-oncall on this machine",
        ))
    }

    async fn known_key_of(&self, name: &str) -> Result<Option<[u8; 32]>, Trouble> {
        let known: Option<(Vec<u8>,)> = sqlx::query_as(KEY).bind(name).fetch_optional(&self.pool).await?;
        known.map(|(key,)| self.bytes(&key)).transpose()
    }

    async fn replace_key(&self, name: &str, fresh: [u8; 32]) -> Result<(), Trouble> {
        sqlx::query("INSERT INTO keys (name, key) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET key = excluded.key")
            .bind(name)
            .bind(fresh.as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn key_of(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], Trouble> {
        if let Some(key) = self.known_key_of(name).await? {
            return Ok(key);
        }
        sqlx::query("INSERT INTO keys (name, key) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(fresh.as_slice())
            .execute(&self.pool)
            .await?;
        let (key,): (Vec<u8>,) = sqlx::query_as(KEY).bind(name).fetch_one(&self.pool).await?;
        self.bytes(&key)
    }

    async fn page_of_beginning(&self, digits: &str) -> Result<Option<String>, Trouble> {
        // "g" follows every hexadecimal digit: the range is every id that begins so. Two are enough to know of several.
        let pages: Vec<(String,)> = sqlx::query_as(
            "SELECT episode FROM pages WHERE replace(episode, '-', '') >= $1 \
             AND replace(episode, '-', '') < $1 || 'g' LIMIT 2",
        )
        .bind(text(digits))
        .fetch_all(&self.pool)
        .await?;
        Ok(<[_; 1]>::try_from(pages).ok().map(|[(episode,)]| episode))
    }

    async fn purge_what_expired(
        &self,
        now: DateTime<Utc>,
        answered_before: DateTime<Utc>,
        acted_before: DateTime<Utc>,
    ) -> Result<(), Trouble> {
        let mut work = self.write_alone("purge of access").await?;
        for (statement, before) in [
            ("DELETE FROM sessions WHERE expires_at_ms <= $1", now),
            ("DELETE FROM sign_ins WHERE expires_at_ms <= $1", now),
            ("DELETE FROM wrong_guesses WHERE at_ms <= $1", now.checked_sub_signed(COUNTS_FOR).unwrap_or(now)),
            ("DELETE FROM requests WHERE begun_ms < $1", answered_before),
            ("DELETE FROM tokens WHERE coalesce(revoked_at_ms, expires_at_ms) < $1", acted_before),
            ("INSERT INTO acts_purge (before_ms) VALUES ($1)", acted_before),
            ("DELETE FROM acts WHERE at_ms < $1", acted_before),
            ("DELETE FROM acts_purge WHERE before_ms <= $1", acted_before),
        ] {
            sqlx::query(statement).bind(before.timestamp_millis()).execute(&mut *work).await?;
        }
        Ok(work.commit().await?)
    }
}

impl AccessStore for PostgresStore {
    fn create_token<'a>(&'a self, token: &'a Token) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(self.insert_token(token)))
    }

    fn tokens(&self) -> Pending<'_, Result<Vec<Token>, StoreError>> {
        Box::pin(self.within(self.all_tokens()))
    }

    fn revoke_token<'a>(&'a self, name: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(self.end_token(name, at)))
    }

    fn token(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Pending<'_, Result<Option<Token>, StoreError>> {
        Box::pin(self.within(self.token_of(fingerprint, at)))
    }

    fn token_used(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Pending<'_, Result<(), StoreError>> {
        Box::pin(self.within(self.note_token_used(fingerprint, at)))
    }

    fn set_account<'a>(&'a self, account: &'a Account) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.write_account(account)))
    }

    fn account<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<Account>, StoreError>> {
        Box::pin(self.within(self.account_of(name)))
    }

    fn accounts(&self) -> Pending<'_, Result<Vec<Account>, StoreError>> {
        Box::pin(self.within(self.all_accounts()))
    }

    fn remove_account<'a>(&'a self, name: &'a str) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(self.delete_account(name)))
    }

    fn begin_session<'a>(&'a self, session: &'a Session) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.insert_session(session)))
    }

    fn session(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Pending<'_, Result<Option<Session>, StoreError>> {
        Box::pin(self.within(self.session_of(fingerprint, at)))
    }

    fn end_session(&self, fingerprint: Fingerprint) -> Pending<'_, Result<(), StoreError>> {
        Box::pin(self.within(self.delete_session(fingerprint)))
    }

    fn begin_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.insert_sign_in(sign_in)))
    }

    fn take_sign_in(
        &self,
        fingerprint: Fingerprint,
        at: DateTime<Utc>,
    ) -> Pending<'_, Result<Option<SignIn>, StoreError>> {
        Box::pin(self.within(self.remove_sign_in(fingerprint, at)))
    }

    fn guessed_wrong<'a>(&'a self, subject: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.insert_guess(subject, at)))
    }

    fn wrong_guesses<'a>(
        &'a self,
        subject: &'a str,
        since: DateTime<Utc>,
    ) -> Pending<'a, Result<Vec<DateTime<Utc>>, StoreError>> {
        Box::pin(self.within(self.guesses_since(subject, since)))
    }

    fn guessed_right<'a>(&'a self, subject: &'a str) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.delete_guesses(subject)))
    }

    fn note_act<'a>(&'a self, act: &'a Act) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.insert_act(act)))
    }

    fn acts(&self, before: Option<i64>, limit: u32) -> Pending<'_, Result<Vec<(i64, Act)>, StoreError>> {
        Box::pin(self.within(self.newest_acts(before, limit)))
    }

    fn begin_request<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        digest: Fingerprint,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Repeated, StoreError>> {
        Box::pin(self.within(self.insert_request(caller, key, digest, at)))
    }

    fn end_request<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        status: u16,
        body: &'a str,
    ) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.answer_request(caller, key, status, body)))
    }

    fn forget_request<'a>(&'a self, caller: &'a str, key: &'a str) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.delete_request(caller, key)))
    }

    fn key<'a>(&'a self, name: &'a str, fresh: [u8; 32]) -> Pending<'a, Result<[u8; 32], StoreError>> {
        Box::pin(self.within(self.key_of(name, fresh)))
    }

    fn known_key<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<[u8; 32]>, StoreError>> {
        Box::pin(self.within(self.known_key_of(name)))
    }

    fn renew_key<'a>(&'a self, name: &'a str, fresh: [u8; 32]) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(self.replace_key(name, fresh)))
    }

    fn page_beginning<'a>(&'a self, digits: &'a str) -> Pending<'a, Result<Option<String>, StoreError>> {
        Box::pin(self.within(self.page_of_beginning(digits)))
    }

    fn purge_access(
        &self,
        now: DateTime<Utc>,
        answered_before: DateTime<Utc>,
        acted_before: DateTime<Utc>,
    ) -> Pending<'_, Result<(), StoreError>> {
        Box::pin(self.within(self.purge_what_expired(now, answered_before, acted_before)))
    }
}
