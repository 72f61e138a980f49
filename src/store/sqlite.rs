//! How is the log of pages kept in one SQLite file? Write-ahead log, durable commits, one writer, one transaction an append.
//!
//! `open` makes and migrates the file, `snapshots` keeps the sheets, `opt_outs` who blocked texts, `access` who may do
//! what, `drafts` the forms under way, `fault` puts errors into words. Times are milliseconds UTC, events and briefings are JSON. Several processes may share the file on one machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, Transaction};

use super::rows::{Derived, SummaryRow, instant, read_log, summary, unreadable};
use crate::episode::briefing::{Briefing, case_key};
use crate::episode::event::{Event, Recorded};
use crate::ports::{Appended, Begun, EpisodeStore, NewPage, PageSummary, Pending, Standing, StoreError};

mod access;
mod drafts;
pub(in crate::store) mod fault;
mod open;
mod opt_outs;
mod snapshots;

/// How long an opening or a write waits for another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The log of pages in one file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    path: PathBuf,
    writer: Option<SqlitePool>,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the log at `path` and makes it when there is none, for this user alone (mode 0600). Waits up to 5 s for
    /// another process that holds it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_waiting(path, PATIENCE).await
    }

    /// Opens the log like `open`, with another patience than 5 s for this and every later write.
    pub async fn open_waiting(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        Ok(Self::of(path, open::for_writing(path, patience).await?))
    }

    /// Opens a log that exists for reading alone; every write is an error. In a folder that may only be read, SQLite
    /// allows this while another process has the log open.
    pub async fn open_for_reading(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::of(path, open::for_reading(path, PATIENCE).await?))
    }

    fn of(path: &Path, pools: open::Pools) -> Self {
        Self { path: path.to_owned(), writer: pools.writer, readers: pools.readers }
    }

    /// Computes the derived table anew from the log, in one transaction: `standing` judges each page's whole log.
    pub async fn rebuild_derived(
        &self,
        standing: &(dyn Fn(&[Recorded]) -> Standing + Send + Sync),
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        self.sql(sqlx::query("DELETE FROM pages").execute(&mut *transaction).await)?;
        let episodes: Vec<(String,)> =
            self.sql(sqlx::query_as("SELECT DISTINCT episode FROM events").fetch_all(&mut *transaction).await)?;
        for (episode,) in episodes {
            let rows = self.sql(sqlx::query_as(LOG).bind(&episode).fetch_all(&mut *transaction).await)?;
            let log = read_log(&episode, rows)?;
            let Some((at, Event::Opened(opened))) = log.first().map(|first| (first.at, &first.event)) else {
                return Err(unreadable(&episode, 1, "it does not begin a page"));
            };
            let page =
                Derived { episode: &episode, case: case_key(&opened.case), training: opened.training, opened_at: at };
            self.derive(&mut transaction, page, standing(&log)).await?;
        }
        self.sql(transaction.commit().await)
    }

    /// The version of SQLite, once the file was found to take writes; nothing is written.
    pub async fn check_writable(&self) -> Result<String, StoreError> {
        let mut transaction = self.write().await?;
        let (version,): (String,) =
            self.sql(sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut *transaction).await)?;
        self.sql(transaction.rollback().await)?;
        Ok(version)
    }

    fn sql<T>(&self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|error| fault::of_sql(&self.path, &error))
    }

    /// A transaction that holds the write lock from its start: it can wait for other writers, and never fails midway
    /// because somebody else wrote first.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        let Some(writer) = &self.writer else {
            return Err(fault::unusable(
                &self.path,
                "it was opened for reading alone",
                "Use a command that writes, as a user who may write the file",
            ));
        };
        self.sql(writer.begin_with("BEGIN IMMEDIATE").await)
    }

    async fn insert(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        episode: &str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &[Event],
    ) -> Result<(), StoreError> {
        for (seq, event) in (last_seq..).skip(1).zip(events) {
            let Ok(json) = serde_json::to_string(event) else {
                return Err(unreadable(episode, seq, "it cannot be written as JSON"));
            };
            let insert = sqlx::query("INSERT INTO events (episode, seq, at_ms, event) VALUES ($1, $2, $3, $4)")
                .bind(episode)
                .bind(seq)
                .bind(at.timestamp_millis())
                .bind(json);
            self.sql(insert.execute(&mut **transaction).await)?;
        }
        Ok(())
    }

    async fn derive(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        page: Derived<'_>,
        standing: Standing,
    ) -> Result<(), StoreError> {
        let insert = sqlx::query(
            "INSERT INTO pages (episode, case_number, training, opened_at_ms, open, next_wake_ms) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(page.episode)
        .bind(page.case)
        .bind(page.training)
        .bind(page.opened_at.timestamp_millis())
        .bind(standing.open)
        .bind(standing.next_wake.map(|at| at.timestamp_millis()));
        self.sql(insert.execute(&mut **transaction).await)?;
        Ok(())
    }

    async fn begin_page(&self, page: &NewPage) -> Result<Begun, StoreError> {
        let mut transaction = self.write().await?;
        let open: Option<(String,)> = self.sql(
            sqlx::query_as("SELECT episode FROM pages WHERE case_number = $1 AND training = $2 AND open = 1")
                .bind(case_key(&page.briefing.case))
                .bind(page.training)
                .fetch_optional(&mut *transaction)
                .await,
        )?;
        if let Some((episode,)) = open {
            return Ok(Begun::Joined(episode));
        }
        self.insert(&mut transaction, &page.episode, 0, page.at, &page.events).await?;
        let Ok(briefing) = serde_json::to_string(&page.briefing) else {
            return Err(unreadable(&page.episode, 0, "the briefing cannot be written as JSON"));
        };
        let insert =
            sqlx::query("INSERT INTO briefings (episode, briefing) VALUES ($1, $2)").bind(&page.episode).bind(briefing);
        self.sql(insert.execute(&mut *transaction).await)?;
        let derived = Derived {
            episode: &page.episode,
            case: case_key(&page.briefing.case),
            training: page.training,
            opened_at: page.at,
        };
        self.derive(&mut transaction, derived, page.standing).await?;
        self.sql(transaction.commit().await)?;
        Ok(Begun::New(page.episode.clone()))
    }

    async fn append_events(
        &self,
        episode: &str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &[Event],
        standing: Standing,
    ) -> Result<Appended, StoreError> {
        let mut transaction = self.write().await?;
        let (last,): (u32,) = self.sql(
            sqlx::query_as("SELECT coalesce(max(seq), 0) FROM events WHERE episode = $1")
                .bind(episode)
                .fetch_one(&mut *transaction)
                .await,
        )?;
        if last != last_seq {
            return Ok(Appended::Conflict);
        }
        self.insert(&mut transaction, episode, last_seq, at, events).await?;
        for event in events {
            if let Event::Heard(heard) = event
                && !self.insert_reply(&mut transaction, &heard.key(), at).await?
            {
                return Ok(Appended::Conflict);
            }
        }
        let update = sqlx::query("UPDATE pages SET open = $2, next_wake_ms = $3 WHERE episode = $1")
            .bind(episode)
            .bind(standing.open)
            .bind(standing.next_wake.map(|at| at.timestamp_millis()));
        let updated = self.sql(update.execute(&mut *transaction).await)?;
        if updated.rows_affected() != 1 {
            return Err(fault::unusable(
                &self.path,
                format!("it has no page {episode}"),
                "Look for the page with `page-oncall pages --all`",
            ));
        }
        self.sql(transaction.commit().await)?;
        Ok(Appended::Done)
    }

    /// Notes that a reply was used; false when it had been used before.
    async fn insert_reply(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        key: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let insert = sqlx::query(
            "INSERT INTO used_replies (provider_id, at_ms) VALUES ($1, $2) ON CONFLICT (provider_id) DO NOTHING",
        )
        .bind(key)
        .bind(at.timestamp_millis());
        let inserted = self.sql(insert.execute(&mut **transaction).await)?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn load_log(&self, episode: &str) -> Result<Vec<Recorded>, StoreError> {
        let rows = self.sql(sqlx::query_as(LOG).bind(episode).fetch_all(&self.readers).await)?;
        read_log(episode, rows)
    }

    async fn read_briefing(&self, episode: &str) -> Result<Option<Briefing>, StoreError> {
        let row: Option<(String,)> = self.sql(
            sqlx::query_as("SELECT briefing FROM briefings WHERE episode = $1")
                .bind(episode)
                .fetch_optional(&self.readers)
                .await,
        )?;
        // The parser's words would quote what it read, which is personal.
        row.map(|(json,)| serde_json::from_str(&json).map_err(|_| unreadable(episode, 0, "its briefing is damaged")))
            .transpose()
    }

    async fn purge(&self, opened_before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let purged = self.sql(
            sqlx::query(
                "DELETE FROM briefings WHERE episode IN \
                 (SELECT episode FROM pages WHERE open = 0 AND opened_at_ms < $1)",
            )
            .bind(opened_before.timestamp_millis())
            .execute(&mut *transaction)
            .await,
        )?;
        self.sql(transaction.commit().await)?;
        if let Some(writer) = &self.writer {
            // The deleted text also stands in the write-ahead log until that is emptied. A reader may prevent it now;
            // then it is emptied when the log next grows.
            self.sql(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await)?;
        }
        Ok(purged.rows_affected())
    }
}

/// One page's log in order.
const LOG: &str = "SELECT seq, at_ms, event FROM events WHERE episode = $1 ORDER BY seq";

impl EpisodeStore for SqliteStore {
    fn begin<'a>(&'a self, page: &'a NewPage) -> Pending<'a, Result<Begun, StoreError>> {
        Box::pin(self.begin_page(page))
    }

    fn append<'a>(
        &'a self,
        episode: &'a str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &'a [Event],
        standing: Standing,
    ) -> Pending<'a, Result<Appended, StoreError>> {
        Box::pin(self.append_events(episode, last_seq, at, events, standing))
    }

    fn load<'a>(&'a self, episode: &'a str) -> Pending<'a, Result<Vec<Recorded>, StoreError>> {
        Box::pin(self.load_log(episode))
    }

    fn briefing<'a>(&'a self, episode: &'a str) -> Pending<'a, Result<Option<Briefing>, StoreError>> {
        Box::pin(self.read_briefing(episode))
    }

    fn pages(&self, include_closed: bool) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(async move {
            let rows: Vec<SummaryRow> = self.sql(
                sqlx::query_as(
                    "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                     WHERE open = 1 OR $1 ORDER BY opened_at_ms DESC, episode DESC",
                )
                .bind(include_closed)
                .fetch_all(&self.readers)
                .await,
            )?;
            rows.into_iter().map(summary).collect()
        })
    }

    fn open_ends(&self) -> Pending<'_, Result<Vec<(PageSummary, u32)>, StoreError>> {
        Box::pin(async move {
            type Row = (String, String, bool, i64, bool, Option<i64>, u32);
            let rows: Vec<Row> = self.sql(
                sqlx::query_as(
                    "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms, \
                     (SELECT max(seq) FROM events WHERE events.episode = pages.episode) \
                     FROM pages WHERE open = 1 ORDER BY opened_at_ms, episode",
                )
                .fetch_all(&self.readers)
                .await,
            )?;
            let read = |(episode, case, training, opened_at, open, next_wake, last_seq)| {
                Ok((summary((episode, case, training, opened_at, open, next_wake))?, last_seq))
            };
            rows.into_iter().map(read).collect()
        })
    }

    fn pages_since(&self, from: DateTime<Utc>) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(async move {
            let rows: Vec<SummaryRow> = self.sql(
                sqlx::query_as(
                    "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                     WHERE opened_at_ms >= $1 ORDER BY opened_at_ms DESC, episode DESC",
                )
                .bind(from.timestamp_millis())
                .fetch_all(&self.readers)
                .await,
            )?;
            rows.into_iter().map(summary).collect()
        })
    }

    fn due(&self, now: DateTime<Utc>) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(async move {
            let rows: Vec<SummaryRow> = self.sql(
                sqlx::query_as(
                    "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                     WHERE next_wake_ms <= $1 ORDER BY next_wake_ms, episode",
                )
                .bind(now.timestamp_millis())
                .fetch_all(&self.readers)
                .await,
            )?;
            rows.into_iter().map(summary).collect()
        })
    }

    fn next_wake(&self) -> Pending<'_, Result<Option<DateTime<Utc>>, StoreError>> {
        Box::pin(async move {
            let (earliest,): (Option<i64>,) = self.sql(
                sqlx::query_as("SELECT min(next_wake_ms) FROM pages WHERE next_wake_ms IS NOT NULL")
                    .fetch_one(&self.readers)
                    .await,
            )?;
            Ok(earliest.and_then(instant))
        })
    }

    fn pages_of<'a>(&'a self, case: &'a str) -> Pending<'a, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(async move {
            let rows: Vec<SummaryRow> = self.sql(
                sqlx::query_as(
                    "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                     WHERE case_number = $1 ORDER BY opened_at_ms DESC, episode DESC",
                )
                .bind(case_key(case))
                .fetch_all(&self.readers)
                .await,
            )?;
            rows.into_iter().map(summary).collect()
        })
    }

    fn reply_used<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let used: Option<(i64,)> = self.sql(
                sqlx::query_as("SELECT at_ms FROM used_replies WHERE provider_id = $1")
                    .bind(provider_id)
                    .fetch_optional(&self.readers)
                    .await,
            )?;
            Ok(used.is_some())
        })
    }

    fn use_reply<'a>(&'a self, provider_id: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut transaction = self.write().await?;
            let is_new = self.insert_reply(&mut transaction, provider_id, at).await?;
            self.sql(transaction.commit().await)?;
            Ok(is_new)
        })
    }

    fn may_answer_stray<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.answer_stray(number, at))
    }

    fn purge_briefings(&self, opened_before: DateTime<Utc>) -> Pending<'_, Result<u64, StoreError>> {
        Box::pin(self.purge(opened_before))
    }
}
