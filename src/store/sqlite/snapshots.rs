//! How are the versions of sheets kept in the same file, and what people were told about them?
//!
//! A version is stored once; a sighting says from when to when it was the sheet's content. Writes take the write lock
//! first, so that two processes that see a change at once make one sighting of it.

use chrono::{DateTime, Utc};
use sqlx::{Sqlite, Transaction};

use super::{SqliteStore, fault, instant};
use crate::ports::{NoticeStore, Pending, Seen, Sighting, Snapshot, SnapshotStore, StoreError};
use crate::schedule::version::SheetVersion;

/// The columns of a snapshot, in the order `snapshot` reads them.
type SnapshotRow = (String, Vec<u8>, String, i64, i64);

impl SqliteStore {
    async fn keep(&self, schedule: &str, version: &SheetVersion, at: DateTime<Utc>) -> Result<Seen, StoreError> {
        let mut transaction = self.write().await?;
        let last: Option<(i64, String)> = self.sql(
            sqlx::query_as("SELECT id, sha256 FROM sightings WHERE schedule = $1 ORDER BY id DESC LIMIT 1")
                .bind(schedule)
                .fetch_optional(&mut *transaction)
                .await,
        )?;
        let seen = match &last {
            Some((id, known)) if *known == version.sha256() => {
                self.see_again(&mut transaction, *id, at).await?;
                Seen::Same
            }
            other => {
                self.see_anew(&mut transaction, schedule, version, at).await?;
                if other.is_some() { Seen::Changed } else { Seen::First }
            }
        };
        self.sql(transaction.commit().await)?;
        Ok(seen)
    }

    /// A clock that was set back never shortens a sighting.
    async fn see_again(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        id: i64,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = sqlx::query("UPDATE sightings SET last_seen_ms = max(last_seen_ms, $2) WHERE id = $1")
            .bind(id)
            .bind(at.timestamp_millis());
        self.sql(update.execute(&mut **transaction).await)?;
        Ok(())
    }

    async fn see_anew(
        &self,
        transaction: &mut Transaction<'static, Sqlite>,
        schedule: &str,
        version: &SheetVersion,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let insert = sqlx::query(
            "INSERT INTO snapshots (schedule, sha256, source, content) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (schedule, sha256) DO UPDATE SET source = excluded.source",
        )
        .bind(schedule)
        .bind(version.sha256())
        .bind(&version.source)
        .bind(&version.bytes);
        self.sql(insert.execute(&mut **transaction).await)?;
        let sighting = sqlx::query(
            "INSERT INTO sightings (schedule, sha256, first_seen_ms, last_seen_ms) VALUES ($1, $2, $3, $3)",
        )
        .bind(schedule)
        .bind(version.sha256())
        .bind(at.timestamp_millis());
        self.sql(sighting.execute(&mut **transaction).await)?;
        Ok(())
    }

    fn snapshot(&self, row: Option<SnapshotRow>) -> Result<Option<Snapshot>, StoreError> {
        let Some((source, bytes, sha256, first_seen_ms, last_seen_ms)) = row else { return Ok(None) };
        let (first_seen, last_seen) = (self.seen_at(first_seen_ms)?, self.seen_at(last_seen_ms)?);
        Ok(Some(Snapshot { version: SheetVersion::kept(source, bytes, sha256), first_seen, last_seen }))
    }

    fn seen_at(&self, at_ms: i64) -> Result<DateTime<Utc>, StoreError> {
        instant(at_ms).ok_or_else(|| {
            fault::unusable(
                &self.path,
                "the time of a kept sheet is out of range",
                "Run page-oncall sync, which keeps the sheet anew",
            )
        })
    }

    async fn newest_sightings(&self, schedule: &str, limit: u32) -> Result<Vec<Sighting>, StoreError> {
        let rows: Vec<(String, i64, i64)> = self.sql(
            sqlx::query_as(
                "SELECT sha256, first_seen_ms, last_seen_ms FROM sightings WHERE schedule = $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(schedule)
            .bind(limit)
            .fetch_all(&self.readers)
            .await,
        )?;
        let sighting = |(sha256, first_seen, last_seen)| {
            Ok(Sighting { sha256, first_seen: self.seen_at(first_seen)?, last_seen: self.seen_at(last_seen)? })
        };
        rows.into_iter().map(sighting).collect()
    }

    async fn forget(&self, seen_before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let purged = self.sql(
            sqlx::query(
                "DELETE FROM sightings WHERE last_seen_ms < $1 AND id NOT IN \
                 (SELECT max(id) FROM sightings GROUP BY schedule)",
            )
            .bind(seen_before.timestamp_millis())
            .execute(&mut *transaction)
            .await,
        )?;
        let orphans = "DELETE FROM snapshots WHERE NOT EXISTS (SELECT 1 FROM sightings \
                       WHERE sightings.schedule = snapshots.schedule AND sightings.sha256 = snapshots.sha256)";
        self.sql(sqlx::query(orphans).execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)?;
        Ok(purged.rows_affected())
    }
}

impl SnapshotStore for SqliteStore {
    fn saw<'a>(
        &'a self,
        schedule: &'a str,
        version: &'a SheetVersion,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Seen, StoreError>> {
        Box::pin(self.keep(schedule, version, at))
    }

    fn latest<'a>(&'a self, schedule: &'a str) -> Pending<'a, Result<Option<Snapshot>, StoreError>> {
        Box::pin(self.known_at(schedule, DateTime::<Utc>::MAX_UTC))
    }

    fn known_at<'a>(
        &'a self,
        schedule: &'a str,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Option<Snapshot>, StoreError>> {
        Box::pin(async move {
            let row: Option<SnapshotRow> = self.sql(
                sqlx::query_as(
                    "SELECT source, content, sha256, first_seen_ms, last_seen_ms FROM sightings \
                     JOIN snapshots USING (schedule, sha256) \
                     WHERE schedule = $1 AND first_seen_ms <= $2 ORDER BY id DESC LIMIT 1",
                )
                .bind(schedule)
                .bind(at.timestamp_millis())
                .fetch_optional(&self.readers)
                .await,
            )?;
            self.snapshot(row)
        })
    }

    fn version<'a>(&'a self, schedule: &'a str, sha256: &'a str) -> Pending<'a, Result<Option<Snapshot>, StoreError>> {
        Box::pin(async move {
            let row: Option<SnapshotRow> = self.sql(
                sqlx::query_as(
                    "SELECT source, content, sha256, first_seen_ms, last_seen_ms FROM sightings \
                     JOIN snapshots USING (schedule, sha256) \
                     WHERE schedule = $1 AND sha256 = $2 ORDER BY id DESC LIMIT 1",
                )
                .bind(schedule)
                .bind(sha256)
                .fetch_optional(&self.readers)
                .await,
            )?;
            self.snapshot(row)
        })
    }

    fn sightings<'a>(&'a self, schedule: &'a str, limit: u32) -> Pending<'a, Result<Vec<Sighting>, StoreError>> {
        Box::pin(self.newest_sightings(schedule, limit))
    }

    fn purge_snapshots(&self, seen_before: DateTime<Utc>) -> Pending<'_, Result<u64, StoreError>> {
        Box::pin(self.forget(seen_before))
    }
}

impl NoticeStore for SqliteStore {
    fn told<'a>(&'a self, subject: &'a str) -> Pending<'a, Result<Option<String>, StoreError>> {
        Box::pin(async move {
            let row: Option<(String,)> = self.sql(
                sqlx::query_as("SELECT told FROM notices WHERE subject = $1")
                    .bind(subject)
                    .fetch_optional(&self.readers)
                    .await,
            )?;
            Ok(row.map(|(told,)| told))
        })
    }

    fn tell<'a>(&'a self, subject: &'a str, told: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let mut transaction = self.write().await?;
            let upsert = sqlx::query(
                "INSERT INTO notices (subject, told, at_ms) VALUES ($1, $2, $3) \
                 ON CONFLICT (subject) DO UPDATE SET told = excluded.told, at_ms = excluded.at_ms",
            )
            .bind(subject)
            .bind(told)
            .bind(at.timestamp_millis());
            self.sql(upsert.execute(&mut *transaction).await)?;
            self.sql(transaction.commit().await)
        })
    }
}
