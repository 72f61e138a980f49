//! How are forms under way kept on the same server? One row a form, overwritten as it grows, gone when its time is over.

use chrono::{DateTime, Utc};

use super::fault::{self, Trouble};
use super::{PostgresStore, instant, text};
use crate::ports::drafts::{Draft, DraftStore};
use crate::ports::{Pending, StoreError};

/// The columns of a form, in the order in which `draft_of` reads them.
type Row = (String, String, String, bool, i64, i64, String);

const COLUMNS: &str = "SELECT id, by_whom, case_number, training, begun_at_ms, changed_at_ms, form FROM drafts";

impl PostgresStore {
    fn draft_of(&self, (id, by, case, training, begun, changed, form): Row) -> Result<Draft, Trouble> {
        let time = |at_ms| {
            instant(at_ms).ok_or_else(|| {
                Trouble::Told(fault::unusable(
                    &self.address,
                    format!("the time {at_ms} of a form is out of range"),
                    "Was it written by hand? Forms are deleted after a day by themselves",
                ))
            })
        };
        Ok(Draft { id, by, case, training, begun_at: time(begun)?, changed_at: time(changed)?, form })
    }
}

impl DraftStore for PostgresStore {
    fn keep_draft<'a>(&'a self, draft: &'a Draft) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(async move {
            let written = sqlx::query(
                "INSERT INTO drafts (id, by_whom, case_number, training, begun_at_ms, changed_at_ms, form) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET case_number = excluded.case_number, \
                 changed_at_ms = excluded.changed_at_ms, form = excluded.form WHERE drafts.by_whom = excluded.by_whom",
            )
            .bind(text(&draft.id))
            .bind(text(&draft.by))
            .bind(text(&draft.case))
            .bind(draft.training)
            .bind(draft.begun_at.timestamp_millis())
            .bind(draft.changed_at.timestamp_millis())
            .bind(text(&draft.form))
            .execute(&self.pool)
            .await?;
            Ok(written.rows_affected() > 0)
        }))
    }

    fn draft<'a>(&'a self, id: &'a str, by: &'a str) -> Pending<'a, Result<Option<Draft>, StoreError>> {
        Box::pin(self.within(async move {
            let statement = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1 AND by_whom = $2"));
            let row: Option<Row> =
                sqlx::query_as(statement).bind(text(id)).bind(text(by)).fetch_optional(&self.pool).await?;
            row.map(|row| self.draft_of(row)).transpose()
        }))
    }

    fn drafts(&self) -> Pending<'_, Result<Vec<Draft>, StoreError>> {
        Box::pin(self.within(async move {
            let statement = sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY changed_at_ms DESC, id"));
            let rows: Vec<Row> = sqlx::query_as(statement).fetch_all(&self.pool).await?;
            rows.into_iter().map(|row| self.draft_of(row)).collect()
        }))
    }

    fn delete_draft<'a>(&'a self, id: &'a str, by: &'a str) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(self.within(async move {
            let delete = sqlx::query("DELETE FROM drafts WHERE id = $1 AND by_whom = $2");
            delete.bind(text(id)).bind(text(by)).execute(&self.pool).await?;
            Ok(())
        }))
    }

    fn purge_drafts(&self, changed_before: DateTime<Utc>) -> Pending<'_, Result<(), StoreError>> {
        Box::pin(self.within(async move {
            let delete = sqlx::query("DELETE FROM drafts WHERE changed_at_ms < $1");
            delete.bind(changed_before.timestamp_millis()).execute(&self.pool).await?;
            Ok(())
        }))
    }
}
