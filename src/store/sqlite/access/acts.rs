//! How is the audit log kept? Appended to and read; triggers of the schema refuse everything else.

use super::super::SqliteStore;
use crate::ports::StoreError;
use crate::ports::access::Act;

/// The columns of an act, in the order in which `newest_acts` reads them.
type Row = (i64, i64, String, String, String, String, String, String, String);

impl SqliteStore {
    pub(super) async fn insert_act(&self, act: &Act) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let insert = sqlx::query(
            "INSERT INTO acts (at_ms, by_whom, role, via, from_where, what, object, result) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(act.at.timestamp_millis())
        .bind(&act.by)
        .bind(&act.role)
        .bind(&act.via)
        .bind(&act.from)
        .bind(&act.what)
        .bind(&act.object)
        .bind(&act.result);
        self.sql(insert.execute(&mut *transaction).await)?;
        self.sql(transaction.commit().await)
    }

    pub(super) async fn newest_acts(&self, before: Option<i64>, limit: u32) -> Result<Vec<(i64, Act)>, StoreError> {
        let rows: Vec<Row> = self.sql(
            sqlx::query_as(
                "SELECT number, at_ms, by_whom, role, via, from_where, what, object, result FROM acts \
                 WHERE number < $1 ORDER BY number DESC LIMIT $2",
            )
            .bind(before.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.readers)
            .await,
        )?;
        let act = |(number, at, by, role, via, from, what, object, result): Row| {
            Ok((number, Act { at: self.time(at)?, by, role, via, from, what, object, result }))
        };
        rows.into_iter().map(act).collect()
    }
}
