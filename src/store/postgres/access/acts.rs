//! How is the audit log kept? Appended to and read; triggers of the schema refuse everything else.

use super::super::fault::Trouble;
use super::{PostgresStore, text};
use crate::ports::access::Act;

/// The columns of an act, in the order in which `newest_acts` reads them.
type Row = (i64, i64, String, String, String, String, String, String, String);

impl PostgresStore {
    pub(super) async fn insert_act(&self, act: &Act) -> Result<(), Trouble> {
        sqlx::query(
            "INSERT INTO acts (at_ms, by_whom, role, via, from_where, what, object, result) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(act.at.timestamp_millis())
        .bind(text(&act.by))
        .bind(text(&act.role))
        .bind(text(&act.via))
        .bind(text(&act.from))
        .bind(text(&act.what))
        .bind(text(&act.object))
        .bind(text(&act.result))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn newest_acts(&self, before: Option<i64>, limit: u32) -> Result<Vec<(i64, Act)>, Trouble> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT number, at_ms, by_whom, role, via, from_where, what, object, result FROM acts \
             WHERE number < $1 ORDER BY number DESC LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let act = |(number, at, by, role, via, from, what, object, result): Row| {
            Ok((number, Act { at: self.time(at)?, by, role, via, from, what, object, result }))
        };
        rows.into_iter().map(act).collect()
    }
}
