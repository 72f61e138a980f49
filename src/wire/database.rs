//! Which database keeps the pages? One file, or a server that several machines share: opened, looked for, leased.

use std::path::PathBuf;
use std::sync::Arc;

use super::adapters::{Stores, secret};
use super::load::Loaded;
use crate::desk::error::CommandError;
use crate::ports::{EngineLease, StoreError};
use crate::store::lease::FileLease;
use crate::store::postgres::address::AddressError;
use crate::store::postgres::lease::PostgresLease;
use crate::store::postgres::{Address, PostgresStore};
use crate::store::sqlite::SqliteStore;

/// The database that `[store] url` names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Database {
    /// `sqlite:FILE`.
    File(PathBuf),
    /// `postgres://…`.
    Server(Address),
}

impl Database {
    /// The one of the settings, with its password; nothing is opened.
    pub(super) fn of(loaded: &Loaded) -> Result<Self, CommandError> {
        let settings = &loaded.site.settings.store;
        if Address::is_meant_by(&settings.url) {
            let given = loaded.store_password.as_ref();
            let password = secret(given, settings.password_file.as_deref(), &loaded.folder).map_err(|error| {
                error.hint("check [store] password_file, which is relative to the settings file, and who may read it")
            })?;
            return Address::parse(&settings.url, password.as_ref()).map(Self::Server).map_err(|error| {
                let todo = match error {
                    AddressError::Password => {
                        "take it out, and set PAGE_ONCALL_STORE_PASSWORD, or password_file = \"FILE\" under [store]"
                    }
                    _ => "write it like url = \"postgres://page_oncall@db.example.edu/page_oncall\"",
                };
                CommandError::usage(format!("[store] url cannot be used: {error}")).hint(todo)
            });
        }
        match settings.url.strip_prefix("sqlite:").map(|file| file.trim_start_matches("//")) {
            Some(file) if !file.is_empty() => Ok(Self::File(loaded.folder.join(file))),
            _ => Err(CommandError::usage(format!("[store] url = {:?} names no database", settings.shown_url())).hint(
                "write one file as url = \"sqlite:page-oncall.db\", or a server for several machines as \
                 url = \"postgres://page_oncall@db.example.edu/page_oncall\"",
            )),
        }
    }

    /// Whether it is plain without opening anything that there is none yet. A server has to be asked.
    pub(super) fn is_plainly_absent(&self) -> bool {
        matches!(self, Self::File(file) if !file.exists())
    }

    /// Opens it, and makes it when there is none.
    pub(super) async fn open(&self) -> Result<Stores, StoreError> {
        match self {
            Self::File(file) => Ok(Stores::of(SqliteStore::open(file).await?)),
            Self::Server(address) => Ok(Stores::of(PostgresStore::open(address).await?)),
        }
    }

    /// Opens it for work on what it holds; nothing when there is none yet, and none is made.
    pub(super) async fn open_if_any(&self) -> Result<Option<Stores>, StoreError> {
        match self {
            Self::File(_) if self.is_plainly_absent() => Ok(None),
            Self::File(_) => self.open().await.map(Some),
            Self::Server(address) => Ok(PostgresStore::open_if_any(address).await?.map(Stores::of)),
        }
    }

    /// Opens it for looking, also where nothing may be written; nothing when there is none yet, and none is made.
    pub(super) async fn look(&self) -> Result<Option<Stores>, StoreError> {
        match (self.open_if_any().await, self) {
            // A log that may only be read can still be looked at.
            (Err(error), Self::File(file)) => match SqliteStore::open_for_reading(file).await {
                Ok(store) => Ok(Some(Stores::of(store))),
                Err(_) => Err(error),
            },
            (opened, _) => opened,
        }
    }

    /// By what an engine becomes the sole one of its pages.
    pub(super) fn lease(&self, training: bool) -> Arc<dyn EngineLease> {
        match self {
            Self::File(file) => Arc::new(FileLease::beside(file, training)),
            Self::Server(address) => Arc::new(PostgresLease::of(address.clone(), training)),
        }
    }
}
