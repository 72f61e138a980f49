//! What must be remembered about who may do what, and who did? Tokens, passwords, sessions, sign-ins, acts, answers.

use chrono::{DateTime, Utc};

use super::{Pending, StoreError};
use crate::access::{Fingerprint, Role, Way};

/// A named API token as it is kept. Its secret is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its name, unique among those that are not revoked.
    pub name: String,
    /// What its holder is.
    pub role: Role,
    /// Whose it is in the contacts; every technician's token names somebody.
    pub person: Option<String>,
    /// What its secret is known by.
    pub fingerprint: Fingerprint,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: String,
    /// From when it is worth nothing; `None` when it stays.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to within a minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A local account for when single sign-on does not work.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What its holder is.
    pub role: Role,
    /// Argon2id of the password, as a PHC string.
    pub password: String,
    /// When the password was set.
    pub set_at: DateTime<Utc>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Somebody who signed in with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What the cookie's secret is known by.
    pub fingerprint: Fingerprint,
    /// Who: the account's or token's name, or what single sign-on calls them.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Their name in the contacts, where they are a technician.
    pub person: Option<String>,
    /// How it began.
    pub way: Way,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// From when it is worth nothing.
    pub expires_at: DateTime<Utc>,
}

/// A sign-in that has gone to the provider of single sign-on and is awaited back.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// What the `state` is known by; the browser holds it in a cookie too.
    pub fingerprint: Fingerprint,
    /// The `nonce` that the identity must hold.
    pub nonce: String,
    /// The verifier of PKCE.
    pub verifier: String,
    /// Where the person wanted to go: a path of this house.
    pub return_to: String,
    /// From when it is worth nothing.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("return_to", &self.return_to).finish_non_exhaustive()
    }
}

/// Something that somebody did or tried over HTTP or by a command about access. Holds no customer data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; empty when nobody was known.
    pub by: String,
    /// Their role's word; empty when nobody was known.
    pub role: String,
    /// How they proved it: a [`Way`]'s word, or `command`.
    pub via: String,
    /// From which address; empty for a command.
    pub from: String,
    /// What, in a word for programs: `page`, `ack`, `sign-in`, `token-create`.
    pub what: String,
    /// To what: a case, a token's name; with the role in parentheses where one was given.
    pub object: String,
    /// How it ended: `done`, `refused`, `failed`.
    pub result: String,
}

/// What is known of a request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeated {
    /// It is new, and noted as begun.
    New,
    /// The same request was answered so.
    Answered {
        /// The status of the answer.
        status: u16,
        /// Its body.
        body: String,
    },
    /// The same request has begun and not ended.
    UnderWay,
    /// The key was used for another request.
    Other,
}

/// What is remembered about access. Every text that proves something is kept as its fingerprint.
pub trait AccessStore: Send + Sync {
    /// Keeps a new token; false when a token of that name is in use. One that has expired gives its name free.
    fn create_token<'a>(&'a self, token: &'a Token) -> Pending<'a, Result<bool, StoreError>>;
    /// Every token, revoked and expired ones too, by name.
    fn tokens(&self) -> Pending<'_, Result<Vec<Token>, StoreError>>;
    /// Revokes the token of a name and ends the sessions that began with it; false when none is in use.
    fn revoke_token<'a>(&'a self, name: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>>;
    /// The token of a secret, if it is worth something at `at`.
    fn token(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Pending<'_, Result<Option<Token>, StoreError>>;
    /// Notes that a token was used; writes at most once a minute.
    fn token_used(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Pending<'_, Result<(), StoreError>>;

    /// Makes an account, or gives it another password and role; its sessions end.
    fn set_account<'a>(&'a self, account: &'a Account) -> Pending<'a, Result<(), StoreError>>;
    /// The account of a name.
    fn account<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<Account>, StoreError>>;
    /// Every account, by name.
    fn accounts(&self) -> Pending<'_, Result<Vec<Account>, StoreError>>;
    /// Removes an account and ends its sessions; false when there is none.
    fn remove_account<'a>(&'a self, name: &'a str) -> Pending<'a, Result<bool, StoreError>>;

    /// Begins a session.
    fn begin_session<'a>(&'a self, session: &'a Session) -> Pending<'a, Result<(), StoreError>>;
    /// The session of a secret, if it is worth something at `at`: one that began with an account or a token only while
    /// that exists with the same role.
    fn session(&self, fingerprint: Fingerprint, at: DateTime<Utc>) -> Pending<'_, Result<Option<Session>, StoreError>>;
    /// Ends a session.
    fn end_session(&self, fingerprint: Fingerprint) -> Pending<'_, Result<(), StoreError>>;

    /// Keeps a sign-in under way.
    fn begin_sign_in<'a>(&'a self, sign_in: &'a SignIn) -> Pending<'a, Result<(), StoreError>>;
    /// The sign-in of a state, if it is worth something at `at`; it is given once.
    fn take_sign_in(
        &self,
        fingerprint: Fingerprint,
        at: DateTime<Utc>,
    ) -> Pending<'_, Result<Option<SignIn>, StoreError>>;
    /// Notes a wrong guess about `subject`: an account's name, or an address.
    fn guessed_wrong<'a>(&'a self, subject: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<(), StoreError>>;
    /// The wrong guesses about `subject` since then.
    fn wrong_guesses<'a>(
        &'a self,
        subject: &'a str,
        since: DateTime<Utc>,
    ) -> Pending<'a, Result<Vec<DateTime<Utc>>, StoreError>>;
    /// Forgets the wrong guesses about `subject`.
    fn guessed_right<'a>(&'a self, subject: &'a str) -> Pending<'a, Result<(), StoreError>>;

    /// Writes an act into the audit log, which nothing changes or shortens but `purge_access`.
    fn note_act<'a>(&'a self, act: &'a Act) -> Pending<'a, Result<(), StoreError>>;
    /// The newest acts below number `before`, or of all, each with its number, newest first.
    fn acts(&self, before: Option<i64>, limit: u32) -> Pending<'_, Result<Vec<(i64, Act)>, StoreError>>;

    /// What is known of the request that `caller` sent with `key`; a new one counts as begun from then on. `digest` tells
    /// requests apart.
    fn begin_request<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        digest: Fingerprint,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Repeated, StoreError>>;
    /// Keeps the answer of a request that was begun; an answer that is kept already stays.
    fn end_request<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        status: u16,
        body: &'a str,
    ) -> Pending<'a, Result<(), StoreError>>;
    /// Forgets a request that was begun and had no effect; one that was answered stays.
    fn forget_request<'a>(&'a self, caller: &'a str, key: &'a str) -> Pending<'a, Result<(), StoreError>>;

    /// The key of that name; `fresh` becomes it when there is none yet.
    fn key<'a>(&'a self, name: &'a str, fresh: [u8; 32]) -> Pending<'a, Result<[u8; 32], StoreError>>;

    /// The key of that name, if there is one.
    fn known_key<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<[u8; 32]>, StoreError>>;
    /// Makes `fresh` the key of that name, whatever it was before: what the old one proved is worth nothing from then on.
    fn renew_key<'a>(&'a self, name: &'a str, fresh: [u8; 32]) -> Pending<'a, Result<(), StoreError>>;

    /// The id of the page that begins with these hexadecimal digits, hyphens left out; `None` when none or several do.
    fn page_beginning<'a>(&'a self, digits: &'a str) -> Pending<'a, Result<Option<String>, StoreError>>;

    /// Deletes sessions, sign-ins and wrong guesses that have expired by `now`, requests that began before
    /// `answered_before` with their answers, acts before `acted_before`, and tokens that have been worth nothing since
    /// before that.
    fn purge_access(
        &self,
        now: DateTime<Utc>,
        answered_before: DateTime<Utc>,
        acted_before: DateTime<Utc>,
    ) -> Pending<'_, Result<(), StoreError>>;
}

/// Compares passwords, which takes long on purpose.
pub trait Passwords: Send + Sync {
    /// Whether `password` is that of `account`. False where there is no such account, and as late as where there is one.
    fn verify<'a>(&'a self, account: Option<&'a Account>, password: &'a str) -> Pending<'a, bool>;
}
