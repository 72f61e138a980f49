//! How are pages begun, carried on and found on a server? Twin of the SQLite file's log, race by race.
//!
//! A page begins alone with its case; appends to one page wait for each other at its row of the derived table, and the
//! unique `(episode, seq)` decides whatever comes past that.

use chrono::{DateTime, Utc};

use super::fault::{self, Trouble};
use super::{Derived, PostgresStore, SummaryRow, Work, instant, read_log, summary, text, unreadable};
use crate::episode::briefing::{Briefing, case_key};
use crate::episode::event::{Event, Recorded};
use crate::ports::{Appended, Begun, EpisodeStore, NewPage, PageSummary, Pending, Standing, StoreError};

/// One page's log in order.
const LOG: &str = "SELECT seq, at_ms, event::text FROM events WHERE episode = $1 ORDER BY seq";

/// A row of a page's log.
type LogRow = (i32, i64, String);

impl PostgresStore {
    /// Computes the derived table anew from the log, in one transaction: `standing` judges each page's whole log.
    pub async fn rebuild_derived(
        &self,
        standing: &(dyn Fn(&[Recorded]) -> Standing + Send + Sync),
    ) -> Result<(), StoreError> {
        self.within(async {
            let mut work = self.write().await?;
            // Nobody appends meanwhile, and nobody begins.
            sqlx::query("LOCK TABLE pages IN EXCLUSIVE MODE").execute(&mut *work).await?;
            sqlx::query("DELETE FROM pages").execute(&mut *work).await?;
            let episodes: Vec<(String,)> =
                sqlx::query_as("SELECT DISTINCT episode FROM events").fetch_all(&mut *work).await?;
            for (episode,) in episodes {
                let log = log_of(&episode, sqlx::query_as(LOG).bind(&episode).fetch_all(&mut *work).await?)?;
                let Some((at, Event::Opened(opened))) = log.first().map(|first| (first.at, &first.event)) else {
                    return Err(unreadable(&episode, 1, "it does not begin a page").into());
                };
                let case = case_key(&opened.case);
                let page = Derived { episode: &episode, case, training: opened.training, opened_at: at };
                derive(&mut work, page, standing(&log)).await?;
            }
            Ok(work.commit().await?)
        })
        .await
    }

    async fn begin_page(&self, page: &NewPage) -> Result<Begun, Trouble> {
        let case = case_key(&page.briefing.case);
        let mut work = self.write_alone(&format!("case {} {case}", page.training)).await?;
        let open: Option<(String,)> =
            sqlx::query_as("SELECT episode FROM pages WHERE case_number = $1 AND training = $2 AND open")
                .bind(text(&case))
                .bind(page.training)
                .fetch_optional(&mut *work)
                .await?;
        if let Some((episode,)) = open {
            return Ok(Begun::Joined(episode));
        }
        insert(&mut work, &page.episode, 0, page.at, &page.events).await?;
        let Ok(briefing) = serde_json::to_string(&page.briefing) else {
            return Err(unreadable(&page.episode, 0, "the briefing cannot be written as JSON").into());
        };
        sqlx::query("INSERT INTO briefings (episode, briefing) VALUES ($1, $2::json)")
            .bind(&page.episode)
            .bind(briefing)
            .execute(&mut *work)
            .await?;
        let derived = Derived { episode: &page.episode, case, training: page.training, opened_at: page.at };
        derive(&mut work, derived, page.standing).await?;
        work.commit().await?;
        Ok(Begun::New(page.episode.clone()))
    }

    /// Appends, unless somebody else was first: also when only the server noticed it.
    async fn append_events(
        &self,
        episode: &str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &[Event],
        standing: Standing,
    ) -> Result<Appended, Trouble> {
        match self.append_at(episode, last_seq, at, events, standing).await {
            Err(trouble) if trouble.is_race() => Ok(Appended::Conflict),
            other => other,
        }
    }

    async fn append_at(
        &self,
        episode: &str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &[Event],
        standing: Standing,
    ) -> Result<Appended, Trouble> {
        let mut work = self.write().await?;
        let page: Option<(String,)> = sqlx::query_as("SELECT episode FROM pages WHERE episode = $1 FOR UPDATE")
            .bind(episode)
            .fetch_optional(&mut *work)
            .await?;
        if page.is_none() {
            return Err(Trouble::Told(fault::unusable(
                &self.address,
                format!("it has no page {episode}"),
                "Look for the page with `page-oncall pages --all`",
            )));
        }
        // Only now, so that it sees what was committed while the row was waited for.
        let (last,): (i32,) = sqlx::query_as("SELECT coalesce(max(seq), 0) FROM events WHERE episode = $1")
            .bind(episode)
            .fetch_one(&mut *work)
            .await?;
        if u32::try_from(last) != Ok(last_seq) {
            return Ok(Appended::Conflict);
        }
        insert(&mut work, episode, last_seq, at, events).await?;
        for event in events {
            if let Event::Heard(heard) = event
                && !insert_reply(&mut work, &heard.key(), at).await?
            {
                return Ok(Appended::Conflict);
            }
        }
        sqlx::query("UPDATE pages SET open = $2, next_wake_ms = $3 WHERE episode = $1")
            .bind(episode)
            .bind(standing.open)
            .bind(standing.next_wake.map(|at| at.timestamp_millis()))
            .execute(&mut *work)
            .await?;
        work.commit().await?;
        Ok(Appended::Done)
    }

    async fn read_briefing(&self, episode: &str) -> Result<Option<Briefing>, Trouble> {
        let row: Option<(String,)> = sqlx::query_as("SELECT briefing::text FROM briefings WHERE episode = $1")
            .bind(episode)
            .fetch_optional(&self.pool)
            .await?;
        // The parser's words would quote what it read, which is personal.
        let damaged = |_| Trouble::Told(unreadable(episode, 0, "its briefing is damaged"));
        row.map(|(json,)| serde_json::from_str(&json).map_err(damaged)).transpose()
    }

    async fn purge(&self, opened_before: DateTime<Utc>) -> Result<u64, Trouble> {
        let purged = sqlx::query(
            "DELETE FROM briefings WHERE episode IN \
             (SELECT episode FROM pages WHERE NOT open AND opened_at_ms < $1)",
        )
        .bind(opened_before.timestamp_millis())
        .execute(&self.pool)
        .await?;
        Ok(purged.rows_affected())
    }
}

/// Writes events after entry `last_seq`.
async fn insert(
    work: &mut Work,
    episode: &str,
    last_seq: u32,
    at: DateTime<Utc>,
    events: &[Event],
) -> Result<(), Trouble> {
    for (seq, event) in (last_seq..).skip(1).zip(events) {
        let (Ok(number), Ok(json)) = (i32::try_from(seq), serde_json::to_string(event)) else {
            return Err(unreadable(episode, seq, "it cannot be written").into());
        };
        sqlx::query("INSERT INTO events (episode, seq, at_ms, event) VALUES ($1, $2, $3, $4::json)")
            .bind(episode)
            .bind(number)
            .bind(at.timestamp_millis())
            .bind(json)
            .execute(&mut **work)
            .await?;
    }
    Ok(())
}

/// Writes a page's row of the derived table.
async fn derive(work: &mut Work, page: Derived<'_>, standing: Standing) -> Result<(), Trouble> {
    sqlx::query(
        "INSERT INTO pages (episode, case_number, training, opened_at_ms, open, next_wake_ms) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(page.episode)
    .bind(text(&page.case))
    .bind(page.training)
    .bind(page.opened_at.timestamp_millis())
    .bind(standing.open)
    .bind(standing.next_wake.map(|at| at.timestamp_millis()))
    .execute(&mut **work)
    .await?;
    Ok(())
}

/// Notes that a reply was used; false when it had been used before.
async fn insert_reply(work: &mut Work, key: &str, at: DateTime<Utc>) -> Result<bool, Trouble> {
    let inserted = sqlx::query(
        "INSERT INTO used_replies (provider_id, at_ms) VALUES ($1, $2) ON CONFLICT (provider_id) DO NOTHING",
    )
    .bind(key)
    .bind(at.timestamp_millis())
    .execute(&mut **work)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

fn log_of(episode: &str, rows: Vec<LogRow>) -> Result<Vec<Recorded>, StoreError> {
    let counted = rows.into_iter().map(|(seq, at_ms, json)| (seq.unsigned_abs(), at_ms, json));
    read_log(episode, counted.collect())
}

fn summaries(rows: Vec<SummaryRow>) -> Result<Vec<PageSummary>, Trouble> {
    rows.into_iter().map(|row| summary(row).map_err(Trouble::Told)).collect()
}

impl EpisodeStore for PostgresStore {
    fn begin<'a>(&'a self, page: &'a NewPage) -> Pending<'a, Result<Begun, StoreError>> {
        Box::pin(self.within(self.begin_page(page)))
    }

    fn append<'a>(
        &'a self,
        episode: &'a str,
        last_seq: u32,
        at: DateTime<Utc>,
        events: &'a [Event],
        standing: Standing,
    ) -> Pending<'a, Result<Appended, StoreError>> {
        Box::pin(self.within(self.append_events(episode, last_seq, at, events, standing)))
    }

    fn load<'a>(&'a self, episode: &'a str) -> Pending<'a, Result<Vec<Recorded>, StoreError>> {
        Box::pin(self.within(async move {
            let rows = sqlx::query_as(LOG).bind(episode).fetch_all(&self.pool).await?;
            Ok(log_of(episode, rows)?)
        }))
    }

    fn briefing<'a>(&'a self, episode: &'a str) -> Pending<'a, Result<Option<Briefing>, StoreError>> {
        Box::pin(self.within(self.read_briefing(episode)))
    }

    fn pages(&self, include_closed: bool) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(self.within(async move {
            let rows = sqlx::query_as(
                "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                 WHERE open OR $1 ORDER BY opened_at_ms DESC, episode DESC",
            );
            summaries(rows.bind(include_closed).fetch_all(&self.pool).await?)
        }))
    }

    fn open_ends(&self) -> Pending<'_, Result<Vec<(PageSummary, u32)>, StoreError>> {
        Box::pin(self.within(async move {
            type Row = (String, String, bool, i64, bool, Option<i64>, i32);
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms, \
                 coalesce((SELECT max(seq) FROM events WHERE events.episode = pages.episode), 0) \
                 FROM pages WHERE open ORDER BY opened_at_ms, episode",
            )
            .fetch_all(&self.pool)
            .await?;
            let read = |(episode, case, training, opened_at, open, next_wake, last_seq): Row| {
                Ok((summary((episode, case, training, opened_at, open, next_wake))?, last_seq.unsigned_abs()))
            };
            rows.into_iter().map(read).collect()
        }))
    }

    fn pages_since(&self, from: DateTime<Utc>) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(self.within(async move {
            let rows = sqlx::query_as(
                "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                 WHERE opened_at_ms >= $1 ORDER BY opened_at_ms DESC, episode DESC",
            );
            summaries(rows.bind(from.timestamp_millis()).fetch_all(&self.pool).await?)
        }))
    }

    fn due(&self, now: DateTime<Utc>) -> Pending<'_, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(self.within(async move {
            let rows = sqlx::query_as(
                "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                 WHERE next_wake_ms <= $1 ORDER BY next_wake_ms, episode",
            );
            summaries(rows.bind(now.timestamp_millis()).fetch_all(&self.pool).await?)
        }))
    }

    fn next_wake(&self) -> Pending<'_, Result<Option<DateTime<Utc>>, StoreError>> {
        Box::pin(self.within(async move {
            let (earliest,): (Option<i64>,) =
                sqlx::query_as("SELECT min(next_wake_ms) FROM pages WHERE next_wake_ms IS NOT NULL")
                    .fetch_one(&self.pool)
                    .await?;
            Ok(earliest.and_then(instant))
        }))
    }

    fn pages_of<'a>(&'a self, case: &'a str) -> Pending<'a, Result<Vec<PageSummary>, StoreError>> {
        Box::pin(self.within(async move {
            let rows = sqlx::query_as(
                "SELECT episode, case_number, training, opened_at_ms, open, next_wake_ms FROM pages \
                 WHERE case_number = $1 ORDER BY opened_at_ms DESC, episode DESC",
            );
            summaries(rows.bind(text(&case_key(case))).fetch_all(&self.pool).await?)
        }))
    }

    fn reply_used<'a>(&'a self, provider_id: &'a str) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(async move {
            let used: Option<(i64,)> = sqlx::query_as("SELECT at_ms FROM used_replies WHERE provider_id = $1")
                .bind(provider_id)
                .fetch_optional(&self.pool)
                .await?;
            Ok(used.is_some())
        }))
    }

    fn use_reply<'a>(&'a self, provider_id: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(async move {
            let mut work = self.write().await?;
            let is_new = insert_reply(&mut work, provider_id, at).await?;
            work.commit().await?;
            Ok(is_new)
        }))
    }

    fn may_answer_stray<'a>(&'a self, number: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<bool, StoreError>> {
        Box::pin(self.within(self.answer_stray(number, at)))
    }

    fn purge_briefings(&self, opened_before: DateTime<Utc>) -> Pending<'_, Result<u64, StoreError>> {
        Box::pin(self.within(self.purge(opened_before)))
    }
}
