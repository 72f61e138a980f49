//! How are passwords kept and compared? Argon2id with the crate's own cost, apart from the threads that serve.
//!
//! OWASP's password storage cheat sheet names m=19456 (19 MiB), t=2, p=1 as the least for Argon2id; the crate's defaults
//! are these, which a test holds. Passwords are compared in the form NFKC, so that one keyboard's é is another's.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use super::random;
use crate::desk::error::CommandError;
use crate::ports::Pending;
use crate::ports::access::{Account, Passwords};

/// How many passwords are compared at once. Each takes 19 MiB and a core for a moment: a flood must not take the pager's.
const AT_ONCE: usize = 2;

/// Compared where there is no such account, so that nobody can tell by the time. It is random and of no
/// password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$YZrybEE7IwhmWeQEupRcgw$pAzFMR6h36RESFecVXT9IOPQWBTfhovPWw7ZMaRfyQ4";

/// Compares passwords with Argon2id.
pub(super) struct Argon2Passwords {
    permits: Semaphore,
}

impl Argon2Passwords {
    /// One for this process.
    pub(super) fn new() -> Self {
        Self { permits: Semaphore::new(AT_ONCE) }
    }
}

impl Passwords for Argon2Passwords {
    fn verify<'a>(&'a self, account: Option<&'a Account>, password: &'a str) -> Pending<'a, bool> {
        Box::pin(async move {
            // Never closed; without a permit nothing is proved.
            let Ok(_permit) = self.permits.acquire().await else { return false };
            let known = account.is_some();
            let kept = account.map_or(NOBODY, |account| &account.password).to_owned();
            let password = secrecy::SecretString::from(password);
            let matches = tokio::task::spawn_blocking(move || matches(&password, &kept)).await;
            matches.unwrap_or(false) && known
        })
    }
}

fn matches(password: &secrecy::SecretString, kept: &str) -> bool {
    use secrecy::ExposeSecret as _;
    let Ok(kept) = PasswordHash::new(kept) else { return false };
    Argon2::default().verify_password(normal(password.expose_secret()).as_bytes(), &kept).is_ok()
}

fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// What is kept of a password: a PHC string with a salt of its own.
pub(super) fn hash(password: &str) -> Result<String, CommandError> {
    let failed = |error: argon2::password_hash::Error| {
        CommandError::could_not_tell(format!("the password cannot be hashed: {error}"))
    };
    let salt = SaltString::encode_b64(&random::bytes::<16>()?).map_err(failed)?;
    let hash = Argon2::default().hash_password(normal(password).as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::access::Role;

    #[test]
    fn the_cost_is_at_least_what_owasp_asks() {
        let kept = hash("correct horse battery").unwrap();
        for kept in [&*kept, NOBODY] {
            assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
            assert!(PasswordHash::new(kept).unwrap().hash.is_some_and(|hash| hash.len() == 32));
        }
        assert_ne!(hash("correct horse battery").unwrap(), kept, "each has a salt of its own");
    }

    #[tokio::test]
    async fn only_the_password_of_an_account_is_right() {
        let passwords = Argon2Passwords::new();
        let password = hash("caf\u{e9} at midnight").unwrap();
        let mut account = Account { name: "lee".to_owned(), role: Role::Agent, password, set_at: DateTime::UNIX_EPOCH };
        assert!(passwords.verify(Some(&account), "caf\u{e9} at midnight").await);
        assert!(passwords.verify(Some(&account), "cafe\u{301} at midnight").await, "another keyboard's e with acute");
        assert!(!passwords.verify(Some(&account), "cafe at midnight").await);
        assert!(!passwords.verify(None, "caf\u{e9} at midnight").await);
        account.password = "damaged".to_owned();
        assert!(!passwords.verify(Some(&account), "damaged").await);
    }
}
