//! What went wrong with the database file, where, and what to do next? SQLite's codes and the system's errors in words.
//!
//! Total: every code ends in a sentence. Nothing personal: SQLite names tables and columns, never values.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::ports::StoreError;

/// An error of the store with its three parts.
pub(in crate::store) fn unusable(place: &Path, reason: impl Into<String>, hint: impl Into<String>) -> StoreError {
    StoreError::Unusable { place: place.display().to_string(), reason: reason.into(), hint: hint.into() }
}

/// The words for what SQLite, or sqlx for it, answered. Result codes: <https://www.sqlite.org/rescode.html>.
pub(in crate::store) fn of_sql(place: &Path, error: &sqlx::Error) -> StoreError {
    let database = match error {
        sqlx::Error::Database(database) => database,
        sqlx::Error::PoolTimedOut => return busy(place, "every connection of this process stayed in use"),
        sqlx::Error::Io(error) => return of_io(place, error),
        other => {
            return unusable(place, other.to_string(), "This is not expected: please report it with the words above");
        }
    };
    let code = database.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
    let said = database.message();
    // The low byte is the primary code; the rest refines it.
    match code & 0xff {
        5 | 6 => busy(place, "another process keeps it locked"),
        8 => unusable(
            place,
            format!("it may only be read ({said})"),
            "Give the user who runs page-oncall write permission on the file and on its folder, or name another file as [store] url",
        ),
        10 => unusable(
            place,
            format!("the disk failed to read or write ({said}, code {code})"),
            "Look at the disk and at the system's log (`dmesg`), and at quotas and network mounts: SQLite needs a local disk",
        ),
        11 => unusable(
            place,
            format!("the file is damaged ({said})"),
            "Keep a copy of the file with its -wal and -shm, restore the last backup, and page by telephone until then",
        ),
        13 => {
            unusable(place, "the disk is full", "Free space on that disk, or name a file on another one as [store] url")
        }
        14 => unusable(
            place,
            "it cannot be opened",
            "Check that the user who runs page-oncall may read and write the file, its -wal and -shm, and their folder; \
             a log in a folder that may only be read opens only while another process has it open",
        ),
        26 => unusable(
            place,
            "the file is not a page log: SQLite does not know its format",
            "Name another file as [store] url, or move this one away",
        ),
        _ => unusable(
            place,
            format!("{said} (SQLite code {code})"),
            "This is not expected: please report it with the words above",
        ),
    }
}

fn busy(place: &Path, reason: &str) -> StoreError {
    unusable(
        place,
        reason,
        format!(
            "Somebody holds it in a long transaction, perhaps a database browser or a backup: `fuser {}` names the \
             processes. End that and try again",
            place.display()
        ),
    )
}

/// The words for what the operating system answered about `place` or a file beside it.
pub(in crate::store) fn of_io(place: &Path, error: &io::Error) -> StoreError {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match error.kind() {
        io::ErrorKind::NotFound => unusable(
            place,
            format!("its folder {} does not exist", folder.display()),
            "Make the folder, or name another file as [store] url",
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => unusable(
            place,
            format!("its folder {} may not be written ({error})", folder.display()),
            "Give the user who runs page-oncall write permission on the folder, or name another file as [store] url",
        ),
        io::ErrorKind::IsADirectory => directory(place),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            unusable(place, "the disk is full", "Free space on that disk, or name a file on another one as [store] url")
        }
        _ => unusable(place, error.to_string(), "Check the path, its folder and the disk"),
    }
}

/// The words for a folder where the file should be.
pub(in crate::store) fn directory(place: &Path) -> StoreError {
    unusable(
        place,
        "it is a folder",
        format!("Name a file in it as [store] url, such as sqlite:{}", place.join("page-oncall.db").display()),
    )
}

/// Opens a lock file, made for this user alone when it is new.
pub(in crate::store) fn lock_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    only_for_this_user(&mut options);
    options.open(path)
}

/// A new file gets mode 0600, where modes exist: the log lies beside customer data.
pub(in crate::store) fn only_for_this_user(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}
