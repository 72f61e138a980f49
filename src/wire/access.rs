//! What do the verbs need that give and take access? The store, who asks, randomness and the hash of passwords.

use std::io::Write;

use secrecy::ExposeSecret as _;

use super::adapters;
use super::environment::Environment;
use super::load::Loaded;
use super::passwords::{self, Argon2Passwords};
use super::random;
use super::verbs::block_on;
use crate::access::Secret;
use crate::cli::account::{self, AccountVerb};
use crate::cli::face::Face;
use crate::cli::token::{self, TokenVerb};
use crate::cli::{audit, password};
use crate::desk::error::{CommandError, CommandResult};
use crate::ports::access::{Account, Passwords as _};

/// `token`.
pub(super) fn token(
    verb: &TokenVerb,
    environment: &Environment,
    loaded: &Loaded,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    block_on(async {
        match verb {
            TokenVerb::Create(asked) => {
                let secret = Secret::token(random::bytes()?);
                let token = token::prepare(&loaded.site, asked, &secret, by(environment), face)?;
                let access = adapters::stores(loaded).await?.access;
                token::create(access.as_ref(), &token, &secret, by(environment), face, out).await
            }
            TokenVerb::List => {
                let stores = adapters::stores_to_read(loaded).await?;
                token::list(stores.as_ref().map(|stores| stores.access.as_ref()), face, out).await
            }
            TokenVerb::Revoke { name } => {
                let access = adapters::stores(loaded).await?.access;
                token::revoke(access.as_ref(), name, by(environment), face, out).await
            }
        }
    })
}

/// `account`.
pub(super) fn account(
    verb: &AccountVerb,
    environment: &Environment,
    loaded: &Loaded,
    face: &Face,
    out: &mut (dyn Write + Send),
) -> CommandResult {
    // Asked for before the database is opened: nobody else waits while a person thinks of one.
    let password = match verb {
        AccountVerb::Set { name, role } => {
            account::check(name, *role)?;
            Some(password::read()?)
        }
        AccountVerb::List | AccountVerb::Remove { .. } => None,
    };
    block_on(async {
        match (verb, password) {
            (AccountVerb::Set { name, role }, Some(typed)) => {
                let password = passwords::hash(typed.expose_secret())?;
                let account = Account { name: name.clone(), role: *role, password, set_at: face.now };
                // By the same door as the sign-in page: a password that would not open it is found out now, not at night.
                if !Argon2Passwords::new().verify(Some(&account), typed.expose_secret()).await {
                    return Err(CommandError::could_not_tell("the password's hash does not open the account again")
                        .hint("nothing was changed; this is a defect, please report it"));
                }
                let access = adapters::stores(loaded).await?.access;
                account::set(access.as_ref(), &account, by(environment), face, out).await
            }
            (AccountVerb::Remove { name }, _) => {
                let access = adapters::stores(loaded).await?.access;
                account::remove(access.as_ref(), name, by(environment), face, out).await
            }
            (AccountVerb::List | AccountVerb::Set { .. }, _) => {
                let stores = adapters::stores_to_read(loaded).await?;
                account::list(stores.as_ref().map(|stores| stores.access.as_ref()), face, out).await
            }
        }
    })
}

/// `audit`.
pub(super) fn audit(limit: u32, loaded: &Loaded, face: &Face, out: &mut (dyn Write + Send)) -> CommandResult {
    block_on(async {
        let stores = adapters::stores_to_read(loaded).await?;
        audit::run(stores.as_ref().map(|stores| stores.access.as_ref()), limit, face, out).await
    })
}

/// Who is at the keyboard, as far as the machine tells; empty when it does not.
fn by(environment: &Environment) -> &str {
    environment.user.as_deref().unwrap_or_default()
}
