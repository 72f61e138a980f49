//! How are forms under way kept in the same file? One row a form, overwritten as it grows, gone when its time is over.

use chrono::{DateTime, Utc};

use super::{SqliteStore, fault};
use crate::ports::drafts::{Draft, DraftStore};
use crate::ports::{Pending, StoreError};

/// The columns of a form, in the order in which `draft_of` reads them.
type Row = (String, String, String, bool, i64, i64, String);

const COLUMNS: &str = "SELECT id, by_whom, case_number, training, begun_at_ms, changed_at_ms, form FROM drafts";

impl SqliteStore {
    fn draft_of(&self, (id, by, case, training, begun, changed, form): Row) -> Result<Draft, StoreError> {
        let time = |at_ms| {
            DateTime::from_timestamp_millis(at_ms).ok_or_else(|| {
                fault::unusable(
                    &self.path,
                    format!("the time {at_ms} of a form is out of range"),
                    "Was it written by hand? Forms are deleted after a day by themselves",
                )
            })
        };
        Ok(Draft { id, by, case, training, begun_at: time(begun)?, changed_at: time(changed)?, form })
    }

    async fn write_draft(&self, draft: &Draft) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let upsert = sqlx::query(
            "INSERT INTO drafts (id, by_whom, case_number, training, begun_at_ms, changed_at_ms, form) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET case_number = excluded.case_number, \
             changed_at_ms = excluded.changed_at_ms, form = excluded.form WHERE by_whom = excluded.by_whom",
        )
        .bind(&draft.id)
        .bind(&draft.by)
        .bind(&draft.case)
        .bind(draft.training)
        .bind(draft.begun_at.timestamp_millis())
        .bind(draft.changed_at.timestamp_millis())
        .bind(&draft.form);
        let written = self.sql(upsert.execute(&mut *transaction).await)?.rows_affected();
        self.sql(transaction.commit().await)?;
        Ok(written > 0)
    }

    async fn read_draft(&self, id: &str, by: &str) -> Result<Option<Draft>, StoreError> {
        let statement = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1 AND by_whom = $2"));
        let row: Option<Row> =
            self.sql(sqlx::query_as(statement).bind(id).bind(by).fetch_optional(&self.readers).await)?;
        row.map(|row| self.draft_of(row)).transpose()
    }

    async fn read_drafts(&self) -> Result<Vec<Draft>, StoreError> {
        let statement = sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY changed_at_ms DESC, id"));
        let rows: Vec<Row> = self.sql(sqlx::query_as(statement).fetch_all(&self.readers).await)?;
        rows.into_iter().map(|row| self.draft_of(row)).collect()
    }

    async fn remove_draft(&self, id: &str, by: &str) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let delete = sqlx::query("DELETE FROM drafts WHERE id = $1 AND by_whom = $2").bind(id).bind(by);
        self.sql(delete.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }

    async fn remove_old_drafts(&self, changed_before: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let delete = sqlx::query("DELETE FROM drafts WHERE changed_at_ms < $1").bind(changed_before.timestamp_millis());
        self.sql(delete.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)?;
        if let Some(writer) = &self.writer {
            // As after every purge: what was deleted also stands in the write-ahead log until that is emptied.
            self.sql(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await)?;
        }
        Ok(())
    }
}

impl DraftStore for SqliteStore {
    fn keep_draft<'a>(&'a self, draft: &'a Draft) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.write_draft(draft))
    }

    fn draft<'a>(&'a self, id: &'a str, by: &'a str) -> Pending<'a, Result<Option<Draft>, StoreError>> {
        Box::pin(self.read_draft(id, by))
    }

    fn drafts(&self) -> Pending<'_, Result<Vec<Draft>, StoreError>> {
        Box::pin(self.read_drafts())
    }

    fn delete_draft<'a>(&'a self, id: &'a str, by: &'a str) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.remove_draft(id, by))
    }

    fn purge_drafts(&self, changed_before: DateTime<Utc>) -> Pending<'_, Result<(), StoreError>> {
        Box::pin(self.remove_old_drafts(changed_before))
    }
}
