//! How does a log on a server come to be open? Connected with settings of our own, checked, brought to the newest schema.
//!
//! The log lies in the schema that comes first on the user's `search_path`, usually `public`. A log that is up to date
//! costs two queries. Several processes may find a new database at the same instant: one migrates, the others wait.

use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _};

use super::address::Address;
use super::fault::{self, Trouble};

/// The schema's versions from 1; a released file is never edited. Each ends by noting its number.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/postgres/0001_pages.sql"),
    include_str!("../migrations/postgres/0002_snapshots.sql"),
    include_str!("../migrations/postgres/0003_replies.sql"),
    include_str!("../migrations/postgres/0004_access.sql"),
    include_str!("../migrations/postgres/0005_drafts.sql"),
];

/// The oldest server that this was written for, as it counts itself.
const OLDEST_SERVER: i32 = 130_000;

/// The lock that guards migrating, of this database: the letters `POnC` and an M.
const MIGRATING: i64 = 0x50_4F6E_434D;

/// Connections a process: enough for a face beside the engine.
const CONNECTIONS: u32 = 8;

/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_mins(10);

/// How long a connection may take to prove that it is still good after its use.
const PROOF: Duration = Duration::from_secs(3);

/// What a schema holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing.
    Nothing,
    /// Our log, up to this version of its schema.
    Version(usize),
}

impl Holds {
    /// The migrations that are still needed.
    fn missing(self) -> &'static [&'static str] {
        let done = match self {
            Self::Nothing => 0,
            Self::Version(version) => version,
        };
        MIGRATIONS.get(done..).unwrap_or_default()
    }
}

/// The connections to a log, made when they are needed.
pub(super) fn pool(address: &Address, patience: Duration) -> PgPool {
    let connections = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(patience)
        .idle_timeout(IDLE)
        .after_connect(move |connection, _| Box::pin(settle(connection, patience)))
        .after_release(|connection, _| {
            // A server that is gone without a word would otherwise keep the connection's place for as long as the
            // network keeps trying.
            Box::pin(async {
                let proof = tokio::time::timeout(PROOF, connection.ping()).await;
                proof.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into()))).map(|()| true)
            })
        });
    connections.connect_lazy_with(address.options())
}

/// Makes a connection ours, whatever the server, the database and the user have as their defaults. A commit is on disk
/// before it is answered. What a process that is gone held is free again after half a minute at the latest, also when it
/// could not say that it goes.
pub(super) async fn settle(connection: &mut PgConnection, patience: Duration) -> Result<(), sqlx::Error> {
    let settings = sqlx::query(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off' \
         UNION ALL SELECT set_config('default_transaction_isolation', 'read committed', false) \
         UNION ALL SELECT set_config('lock_timeout', $1, false) \
         UNION ALL SELECT set_config('statement_timeout', '0', false) \
         UNION ALL SELECT set_config('idle_in_transaction_session_timeout', '20s', false) \
         UNION ALL SELECT set_config('tcp_keepalives_idle', '10', false) \
         UNION ALL SELECT set_config('tcp_keepalives_interval', '5', false) \
         UNION ALL SELECT set_config('tcp_keepalives_count', '3', false)",
    );
    connection.execute(settings.bind(format!("{}ms", patience.as_millis()))).await?;
    Ok(())
}

/// Brings the log to the newest schema, and makes it when `make`; false when there is none and none is to be made. On a
/// connection of its own: the pool would try again and again where nothing listens, and could not say so.
pub(super) async fn ready(address: &Address, patience: Duration, make: bool) -> Result<bool, Trouble> {
    let options = address.options();
    let connecting = tokio::time::timeout(patience, PgConnection::connect_with(&options));
    let mut connection = connecting.await.map_err(|_| fault::silent(address, patience))??;
    settle(&mut connection, patience).await?;
    let holds = inspect(address, &mut connection).await?;
    let exists = make || holds != Holds::Nothing;
    if exists && !holds.missing().is_empty() {
        migrate(address, &mut connection).await?;
    }
    connection.close().await?;
    Ok(exists)
}

async fn migrate(address: &Address, connection: &mut PgConnection) -> Result<(), Trouble> {
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATING).execute(&mut *transaction).await?;
    // Somebody else may have migrated it meanwhile.
    for migration in inspect(address, &mut transaction).await?.missing() {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// What the schema holds. Refuses one that is not ours to write.
async fn inspect(address: &Address, connection: &mut PgConnection) -> Result<Holds, Trouble> {
    let (server, schema): (i32, Option<String>) =
        sqlx::query_as("SELECT current_setting('server_version_num')::integer, current_schema()::text")
            .fetch_one(&mut *connection)
            .await?;
    if server < OLDEST_SERVER {
        return Err(Trouble::Told(fault::unusable(
            address,
            format!("the server is PostgreSQL {}, which is too old", server / 10_000),
            "Name a server with PostgreSQL 13 or newer as [store] url",
        )));
    }
    let Some(schema) = schema else {
        return Err(Trouble::Told(fault::unusable(
            address,
            "the user's search_path names no schema that exists",
            "Make the schema (`CREATE SCHEMA`), or set another search_path for the user",
        )));
    };
    // What an extension brought along is nobody's.
    let (ours, tables): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE relname = 'page_oncall_schema'), count(*) FROM pg_class \
         JOIN pg_namespace ON pg_namespace.oid = relnamespace \
         WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (SELECT 1 FROM pg_depend \
         WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')",
    )
    .bind(&schema)
    .fetch_one(&mut *connection)
    .await?;
    match (ours, tables) {
        (0, 0) => return Ok(Holds::Nothing),
        (0, _) => {
            return Err(Trouble::Told(fault::unusable(
                address,
                format!("the schema {schema} holds the tables of another program"),
                "Name a database of its own as [store] url",
            )));
        }
        _ => {}
    }
    let (version,): (Option<i32>,) =
        sqlx::query_as("SELECT max(version) FROM page_oncall_schema").fetch_one(&mut *connection).await?;
    match usize::try_from(version.unwrap_or_default()) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(Holds::Version(version)),
        _ => Err(Trouble::Told(fault::unusable(
            address,
            format!(
                "it was written by a newer page-oncall (schema {}; this program knows {})",
                version.unwrap_or_default(),
                MIGRATIONS.len()
            ),
            "Update page-oncall on this machine, or name another database as [store] url",
        ))),
    }
}
