//! How are the versions of sheets kept on the same server, and what people were told about them?
//!
//! A version is stored once; a sighting says from when to when it was the sheet's content. Writes are alone with the
//! sheets, so that two processes that see a change at once make one sighting of it.

use chrono::{DateTime, Utc};

use super::fault::{self, Trouble};
use super::{PostgresStore, Work, instant};
use crate::ports::{NoticeStore, Pending, Seen, Sighting, Snapshot, SnapshotStore, StoreError};
use crate::schedule::version::SheetVersion;

/// The columns of a snapshot, in the order `snapshot` reads them.
type SnapshotRow = (String, Vec<u8>, String, i64, i64);

/// Who writes sheets is alone with this.
const SHEETS: &str = "sheets";

impl PostgresStore {
    async fn keep(&self, schedule: &str, version: &SheetVersion, at: DateTime<Utc>) -> Result<Seen, Trouble> {
        let mut work = self.write_alone(SHEETS).await?;
        let last: Option<(i64, String)> =
            sqlx::query_as("SELECT id, sha256 FROM sightings WHERE schedule = $1 ORDER BY id DESC LIMIT 1")
                .bind(schedule)
                .fetch_optional(&mut *work)
                .await?;
        let seen = match &last {
            Some((id, known)) if *known == version.sha256() => {
                // A clock that was set back never shortens a sighting.
                sqlx::query("UPDATE sightings SET last_seen_ms = greatest(last_seen_ms, $2) WHERE id = $1")
                    .bind(id)
                    .bind(at.timestamp_millis())
                    .execute(&mut *work)
                    .await?;
                Seen::Same
            }
            other => {
                see_anew(&mut work, schedule, version, at).await?;
                if other.is_some() { Seen::Changed } else { Seen::First }
            }
        };
        work.commit().await?;
        Ok(seen)
    }

    fn snapshot(&self, row: Option<SnapshotRow>) -> Result<Option<Snapshot>, Trouble> {
        let Some((source, bytes, sha256, first_seen_ms, last_seen_ms)) = row else { return Ok(None) };
        let (first_seen, last_seen) = (self.seen_at(first_seen_ms)?, self.seen_at(last_seen_ms)?);
        Ok(Some(Snapshot { version: SheetVersion::kept(source, bytes, sha256), first_seen, last_seen }))
    }

    fn seen_at(&self, at_ms: i64) -> Result<DateTime<Utc>, Trouble> {
        instant(at_ms).ok_or_else(|| {
            Trouble::Told(fault::unusable(
                &self.address,
                "the time of a kept sheet is out of range",
                "Run page-oncall sync, which keeps the sheet anew",
            ))
        })
    }

    async fn newest_sightings(&self, schedule: &str, limit: u32) -> Result<Vec<Sighting>, Trouble> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT sha256, first_seen_ms, last_seen_ms FROM sightings WHERE schedule = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(schedule)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let sighting = |(sha256, first_seen, last_seen)| {
            Ok(Sighting { sha256, first_seen: self.seen_at(first_seen)?, last_seen: self.seen_at(last_seen)? })
        };
        rows.into_iter().map(sighting).collect()
    }

    async fn forget(&self, seen_before: DateTime<Utc>) -> Result<u64, Trouble> {
        let mut work = self.write_alone(SHEETS).await?;
        let purged = sqlx::query(
            "DELETE FROM sightings WHERE last_seen_ms < $1 AND id NOT IN \
             (SELECT max(id) FROM sightings GROUP BY schedule)",
        )
        .bind(seen_before.timestamp_millis())
        .execute(&mut *work)
        .await?;
        let orphans = "DELETE FROM snapshots WHERE NOT EXISTS (SELECT 1 FROM sightings \
                       WHERE sightings.schedule = snapshots.schedule AND sightings.sha256 = snapshots.sha256)";
        sqlx::query(orphans).execute(&mut *work).await?;
        work.commit().await?;
        Ok(purged.rows_affected())
    }
}

async fn see_anew(work: &mut Work, schedule: &str, version: &SheetVersion, at: DateTime<Utc>) -> Result<(), Trouble> {
    sqlx::query(
        "INSERT INTO snapshots (schedule, sha256, source, content) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (schedule, sha256) DO UPDATE SET source = excluded.source",
    )
    .bind(schedule)
    .bind(version.sha256())
    .bind(&version.source)
    .bind(&version.bytes)
    .execute(&mut **work)
    .await?;
    sqlx::query("INSERT INTO sightings (schedule, sha256, first_seen_ms, last_seen_ms) VALUES ($1, $2, $3, $3)")
        .bind(schedule)
        .bind(version.sha256())
        .bind(at.timestamp_millis())
        .execute(&mut **work)
        .await?;
    Ok(())
}

impl SnapshotStore for PostgresStore {
    fn saw<'a>(
        &'a self,
        schedule: &'a str,
        version: &'a SheetVersion,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Seen, StoreError>> {
        Box::pin(self.within(self.keep(schedule, version, at)))
    }

    fn latest<'a>(&'a self, schedule: &'a str) -> Pending<'a, Result<Option<Snapshot>, StoreError>> {
        Box::pin(self.known_at(schedule, DateTime::<Utc>::MAX_UTC))
    }

    fn known_at<'a>(
        &'a self,
        schedule: &'a str,
        at: DateTime<Utc>,
    ) -> Pending<'a, Result<Option<Snapshot>, StoreError>> {
        Box::pin(self.within(async move {
            let row = sqlx::query_as(
                "SELECT source, content, sha256, first_seen_ms, last_seen_ms FROM sightings \
                 JOIN snapshots USING (schedule, sha256) \
                 WHERE schedule = $1 AND first_seen_ms <= $2 ORDER BY id DESC LIMIT 1",
            )
            .bind(schedule)
            .bind(at.timestamp_millis())
            .fetch_optional(&self.pool)
            .await?;
            self.snapshot(row)
        }))
    }

    fn version<'a>(&'a self, schedule: &'a str, sha256: &'a str) -> Pending<'a, Result<Option<Snapshot>, StoreError>> {
        Box::pin(self.within(async move {
            let row = sqlx::query_as(
                "SELECT source, content, sha256, first_seen_ms, last_seen_ms FROM sightings \
                 JOIN snapshots USING (schedule, sha256) \
                 WHERE schedule = $1 AND sha256 = $2 ORDER BY id DESC LIMIT 1",
            )
            .bind(schedule)
            .bind(sha256)
            .fetch_optional(&self.pool)
            .await?;
            self.snapshot(row)
        }))
    }

    fn sightings<'a>(&'a self, schedule: &'a str, limit: u32) -> Pending<'a, Result<Vec<Sighting>, StoreError>> {
        Box::pin(self.within(self.newest_sightings(schedule, limit)))
    }

    fn purge_snapshots(&self, seen_before: DateTime<Utc>) -> Pending<'_, Result<u64, StoreError>> {
        Box::pin(self.within(self.forget(seen_before)))
    }
}

impl NoticeStore for PostgresStore {
    fn told<'a>(&'a self, subject: &'a str) -> Pending<'a, Result<Option<String>, StoreError>> {
        Box::pin(self.within(async move {
            let row: Option<(String,)> = sqlx::query_as("SELECT told FROM notices WHERE subject = $1")
                .bind(subject)
                .fetch_optional(&self.pool)
                .await?;
            Ok(row.map(|(told,)| told))
        }))
    }

    fn tell<'a>(&'a self, subject: &'a str, told: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(async move {
            sqlx::query(
                "INSERT INTO notices (subject, told, at_ms) VALUES ($1, $2, $3) \
                 ON CONFLICT (subject) DO UPDATE SET told = excluded.told, at_ms = excluded.at_ms",
            )
            .bind(subject)
            .bind(told)
            .bind(at.timestamp_millis())
            .execute(&self.pool)
            .await?;
            Ok(())
        }))
    }
}
