//! How does a log in one file come to be open? Checked, created for this user alone, and brought to the newest schema.
//!
//! A file that is up to date costs one connection and one query. Only creating and migrating take the lock file
//! `<database>.lock`, because several processes may open a new log at the same instant.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::fault;
use crate::ports::StoreError;

/// The schema's versions from 1; a released file is never edited. Each ends by setting `user_version` to its number.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_pages.sql"),
    include_str!("../migrations/0002_snapshots.sql"),
    include_str!("../migrations/0003_replies.sql"),
    include_str!("../migrations/0004_access.sql"),
    include_str!("../migrations/0005_drafts.sql"),
];

/// `PRAGMA application_id` of our files: the letters `POnC`.
const APPLICATION: i64 = 0x504F_6E43;

/// The first release with the repaired write-ahead log; 3.7.0 to 3.51.2 may damage a file.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long callers of this process queue for a connection, beyond SQLite's own patience with other processes.
const QUEUE: Duration = Duration::from_secs(30);

/// Connections for reading: enough for a face beside the engine.
const READERS: u32 = 4;

/// The connections of an open log.
pub(super) struct Pools {
    /// The one connection that writes; `None` when the log was opened for reading.
    pub(super) writer: Option<SqlitePool>,
    /// The connections that read.
    pub(super) readers: SqlitePool,
}

/// Opens for reading and writing; makes the file when there is none.
pub(super) async fn for_writing(path: &Path, patience: Duration) -> Result<Pools, StoreError> {
    let says = |error| fault::of_sql(path, &error);
    let options = options(path, patience);
    // `secure_delete`: purged personal data is overwritten, not only forgotten.
    let writer_options = options.clone().pragma("secure_delete", "ON");
    let writer = if is_new(path)? {
        let _lock = lock(path).await?;
        create(path)?;
        let writer = pool(1).connect_with(writer_options).await.map_err(says)?;
        migrate(path, &writer).await?;
        writer
    } else {
        let writer = pool(1).connect_with(writer_options).await.map_err(says)?;
        if !pending(path, &writer).await?.is_empty() {
            let _lock = lock(path).await?;
            migrate(path, &writer).await?;
        }
        writer
    };
    Ok(Pools { writer: Some(writer), readers: pool(READERS).connect_lazy_with(options.read_only(true)) })
}

/// Opens for reading alone; a log that does not exist yet, or whose schema is older, is an error.
pub(super) async fn for_reading(path: &Path, patience: Duration) -> Result<Pools, StoreError> {
    if is_new(path)? {
        return Err(fault::unusable(
            path,
            "there is no page log yet",
            "The first page makes it; page once, or check [store] url",
        ));
    }
    let readers = pool(READERS)
        .connect_with(options(path, patience).read_only(true))
        .await
        .map_err(|e| fault::of_sql(path, &e))?;
    if pending(path, &readers).await?.is_empty() {
        return Ok(Pools { writer: None, readers });
    }
    Err(fault::unusable(
        path,
        "it was written by an older page-oncall",
        "Run this page-oncall once as a user who may write the file, so that it brings the file up to date",
    ))
}

fn options(path: &Path, patience: Duration) -> SqliteConnectOptions {
    // A relative name gets `./`, so that SQLite never takes a file called `file:…` or `:memory:` for something else.
    let path = if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() };
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(patience)
        // A statement that had to wait is told as what it means, by `fault`.
        .disable_statement_logging()
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(QUEUE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Whether there is no log at `path` yet. An empty file counts: a process may have died between making and filling it.
fn is_new(path: &Path) -> Result<bool, StoreError> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(fault::directory(path)),
        Ok(found) => Ok(found.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(fault::of_io(path, &error)),
    }
}

/// Makes the file with mode 0600. Only under the lock, and only when it is absent: closing a second handle to a file
/// that SQLite has open in this process would silently end SQLite's own locks on it.
fn create(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    fault::only_for_this_user(&mut options);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fault::of_io(path, &error)),
    }
}

/// Waits for the lock that guards creating and migrating; it ends when the file is dropped.
async fn lock(path: &Path) -> Result<std::fs::File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let locked = tokio::task::spawn_blocking(move || {
        let file = fault::lock_file(&name)?;
        file.lock().map(|()| file)
    });
    match locked.await {
        Ok(locked) => locked.map_err(|error| fault::of_io(path, &error)),
        Err(_) => Err(fault::unusable(path, "opening it was interrupted", "Try again")),
    }
}

/// The migrations that the file still needs. Refuses a file that is not ours to write.
async fn pending(path: &Path, pool: &SqlitePool) -> Result<&'static [&'static str], StoreError> {
    let (sqlite, version, application, tables): (String, i64, i64, i64) = sqlx::query_as(
        "SELECT sqlite_version(), (SELECT user_version FROM pragma_user_version), \
         (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(pool)
    .await
    .map_err(|error| fault::of_sql(path, &error))?;
    let mut numbers = sqlite.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let mut number = || numbers.next().unwrap_or_default();
    if (number(), number(), number()) < OLDEST_SQLITE {
        return Err(fault::unusable(
            path,
            format!("this program was built with SQLite {sqlite}, which may damage it"),
            "Build page-oncall with its bundled SQLite, 3.51.3 or newer",
        ));
    }
    if (version, application, tables) == (0, 0, 0) {
        return Ok(MIGRATIONS);
    }
    if application != APPLICATION {
        return Err(fault::unusable(
            path,
            "it is a database of another program",
            "Name another file as [store] url, or move this one away",
        ));
    }
    let rest = usize::try_from(version).ok().and_then(|done| MIGRATIONS.get(done..));
    rest.ok_or_else(|| {
        fault::unusable(
            path,
            format!(
                "it was written by a newer page-oncall (schema {version}; this program knows {})",
                MIGRATIONS.len()
            ),
            "Update page-oncall on this machine, or name another file as [store] url",
        )
    })
}

/// Brings the file to the newest schema, each version in one transaction. Only under the lock.
async fn migrate(path: &Path, writer: &SqlitePool) -> Result<(), StoreError> {
    let says = |error| fault::of_sql(path, &error);
    let rest = pending(path, writer).await?;
    // Stays with the file. SQLite cannot wait for it, which the lock makes unnecessary.
    sqlx::query("PRAGMA journal_mode = WAL").execute(writer).await.map_err(says)?;
    for migration in rest {
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(says)?;
        sqlx::raw_sql(*migration).execute(&mut *transaction).await.map_err(says)?;
        transaction.commit().await.map_err(says)?;
    }
    Ok(())
}
