//! Who blocked texts with STOP, and when was a stray text answered? Kept beside the log, across pages.

use chrono::{DateTime, TimeDelta, Utc};

use super::fault::Trouble;
use super::{PostgresStore, instant, unreadable};
use crate::ports::{OptOut, OptOuts, Pending, StoreError};

impl PostgresStore {
    async fn write_opt_out(&self, number: &str, at: DateTime<Utc>) -> Result<bool, Trouble> {
        let mut work = self.write_alone(&format!("number {number}")).await?;
        // Words may come late and out of order: one that a later START has ended is over.
        let inserted = sqlx::query(
            "INSERT INTO opt_outs (number, since_ms) SELECT $1, $2 WHERE NOT EXISTS \
             (SELECT 1 FROM opt_outs WHERE number = $1 AND (until_ms IS NULL OR until_ms >= $2)) \
             ON CONFLICT DO NOTHING",
        )
        .bind(number)
        .bind(at.timestamp_millis())
        .execute(&mut *work)
        .await?;
        work.commit().await?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn write_opt_in(&self, number: &str, at: DateTime<Utc>) -> Result<bool, Trouble> {
        let mut work = self.write_alone(&format!("number {number}")).await?;
        let updated =
            sqlx::query("UPDATE opt_outs SET until_ms = $2 WHERE number = $1 AND until_ms IS NULL AND since_ms <= $2")
                .bind(number)
                .bind(at.timestamp_millis())
                .execute(&mut *work)
                .await?;
        work.commit().await?;
        Ok(updated.rows_affected() > 0)
    }

    /// Whether a number that no open page knows may be answered at `at`; notes that it is.
    pub(super) async fn answer_stray(&self, number: &str, at: DateTime<Utc>) -> Result<bool, Trouble> {
        let noted = sqlx::query(
            "INSERT INTO stray_answers (number, at_ms) VALUES ($1, $2) \
             ON CONFLICT (number) DO UPDATE SET at_ms = $2 WHERE stray_answers.at_ms <= $3",
        )
        .bind(number)
        .bind(at.timestamp_millis())
        .bind((at - TimeDelta::hours(1)).timestamp_millis())
        .execute(&self.pool)
        .await?;
        Ok(noted.rows_affected() == 1)
    }
}

impl OptOuts for PostgresStore {
    fn opted_out<'a>(&'a self, number: &'a str) -> Pending<'a, Result<Option<DateTime<Utc>>, StoreError>> {
        Box::pin(self.within(async move {
            let row: Option<(i64,)> =
                sqlx::query_as("SELECT since_ms FROM opt_outs WHERE number = $1 AND until_ms IS NULL")
                    .bind(number)
                    .fetch_optional(&self.pool)
                    .await?;
            Ok(row.and_then(|(since,)| instant(since)))
        }))
    }

    fn all_opted_out(&self) -> Pending<'_, Result<Vec<OptOut>, StoreError>> {
        Box::pin(self.within(async move {
            let rows: Vec<(String, i64)> = sqlx::query_as(
                "SELECT number, since_ms FROM opt_outs WHERE until_ms IS NULL ORDER BY since_ms, number",
            )
            .fetch_all(&self.pool)
            .await?;
            let out_of_range = || Trouble::Told(unreadable("none", 0, "the time of a STOP is out of range"));
            rows.into_iter()
                .map(|(number, since)| Ok(OptOut { number, since: instant(since).ok_or_else(out_of_range)? }))
                .collect()
        }))
    }

    fn opt_out<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(self.write_opt_out(number, at)))
    }

    fn opt_in<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(self.write_opt_in(number, at)))
    }
}
