//! Which process is the sole engine of a log in one file? The one that holds the operating system's lock beside it.
//!
//! The lock ends with its process, however that ends, so that the next engine takes over at once after `kill -9`.
//! Correctness never rests on it: see `ports::EngineLease`.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::sqlite::fault;
use crate::ports::{EngineLease, Pending, StoreError};

/// The lock file `<database>.engine.lock`, or `<database>.training.lock` for pages that are training.
#[derive(Debug)]
pub struct FileLease {
    path: PathBuf,
    lock: Mutex<Option<File>>,
}

impl FileLease {
    /// The lease beside `database`. Live and training pages have engines of their own, so each has its own lock.
    pub fn beside(database: &Path, training: bool) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push(if training { ".training.lock" } else { ".engine.lock" });
        Self { path: path.into(), lock: Mutex::new(None) }
    }

    fn acquire(&self) -> Result<bool, StoreError> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            return Ok(true);
        }
        let file = fault::lock_file(&self.path).map_err(|error| fault::of_io(&self.path, &error))?;
        match file.try_lock() {
            Ok(()) => {
                *lock = Some(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(fault::of_io(&self.path, &error)),
        }
    }
}

impl EngineLease for FileLease {
    fn try_acquire(&self) -> Pending<'_, Result<bool, StoreError>> {
        Box::pin(async { self.acquire() })
    }

    fn held(&self) -> bool {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_engine_at_a_time_and_the_next_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("pages.db");
        let (first, second) = (FileLease::beside(&database, false), FileLease::beside(&database, false));
        assert!(first.acquire().unwrap());
        assert!(first.acquire().unwrap(), "the holder keeps it");
        assert!(!second.acquire().unwrap());
        assert!(first.held() && !second.held());
        drop(first);
        assert!(second.acquire().unwrap(), "gone with its holder");
    }

    #[test]
    fn training_and_live_do_not_compete() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("pages.db");
        let (live, training) = (FileLease::beside(&database, false), FileLease::beside(&database, true));
        assert!(live.acquire().unwrap() && training.acquire().unwrap());
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = FileLease::beside(&folder.path().join("absent/pages.db"), false).acquire().unwrap_err().to_string();
        assert!(error.contains("absent") && error.contains("folder"), "{error}");
    }
}
