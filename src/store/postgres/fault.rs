//! What went wrong with the database server, where, and what to do next? PostgreSQL's codes and the network in words.
//!
//! Total: every code ends in a sentence. Nothing personal and nothing secret: details, which quote values, are left out.

use std::io;
use std::time::Duration;

use super::address::Address;
use crate::ports::StoreError;

/// Why a piece of work on the database broke off.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server, or the way to it, said so.
    Sql(sqlx::Error),
    /// We did, in words.
    Told(StoreError),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl Trouble {
    /// Whether somebody else was first: the entry is there already, or the server ended one of two that waited for each
    /// other. Nothing was written then. Codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    pub(super) fn is_race(&self) -> bool {
        let Self::Sql(sqlx::Error::Database(error)) = self else { return false };
        match error.code().as_deref() {
            Some("40001" | "40P01") => true,
            Some("23505") => error.constraint() == Some("events_pkey"),
            _ => false,
        }
    }
}

/// An error of the store with its three parts.
pub(super) fn unusable(address: &Address, reason: impl Into<String>, hint: impl Into<String>) -> StoreError {
    StoreError::Unusable { place: address.place().to_owned(), reason: reason.into(), hint: hint.into() }
}

/// The words for whatever it was.
pub(super) fn told(address: &Address, trouble: Trouble) -> StoreError {
    match trouble {
        Trouble::Told(error) => error,
        Trouble::Sql(error) => of_sql(address, &error),
    }
}

/// The words for a server that says nothing.
pub(super) fn silent(address: &Address, limit: Duration) -> StoreError {
    unusable(address, format!("the server did not answer within {} s", limit.as_secs()), NETWORK)
}

/// What to do about a server that is not to be reached.
const NETWORK: &str = "Check that the server runs and that this machine reaches it (`pg_isready`), and [store] url; \
                       page by telephone until then";

/// What to do about what nobody expected.
const REPORT: &str = "This is not expected: please report it with the words above";

/// The words for what the server, or sqlx for it, answered.
pub(super) fn of_sql(address: &Address, error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(database) => {
            of_code(address, database.code().as_deref().unwrap_or_default(), database.message())
        }
        sqlx::Error::PoolTimedOut => unusable(address, "no connection came to be in time", NETWORK),
        sqlx::Error::Io(error) => of_io(address, error),
        sqlx::Error::Tls(error) => unproved(address, &error.to_string()),
        sqlx::Error::Configuration(_) => {
            unusable(address, "a file for the encrypted connection cannot be used", "Check [store] url")
        }
        other => unusable(address, other.to_string(), REPORT),
    }
}

/// The words for a server that cannot be talked to as secretly as is asked.
fn unproved(address: &Address, said: &str) -> StoreError {
    unusable(
        address,
        format!("the encrypted connection failed ({said})"),
        "The server needs TLS and a certificate for its name that this machine trusts: see sslrootcert and sslmode in the \
         README",
    )
}

fn of_io(address: &Address, error: &io::Error) -> StoreError {
    let reason = match error.kind() {
        // What the TLS library finds wrong with the other side.
        io::ErrorKind::InvalidData => return unproved(address, &error.to_string()),
        io::ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
        io::ErrorKind::NotFound => "there is no server's socket".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not use the server's socket".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the server broke off the connection".to_owned()
        }
        _ => format!("the network failed ({error})"),
    };
    unusable(address, reason, NETWORK)
}

fn of_code(address: &Address, code: &str, said: &str) -> StoreError {
    match code {
        "28P01" | "28000" => unusable(
            address,
            format!("the server lets nobody in so ({said})"),
            "Check the user in [store] url, PAGE_ONCALL_STORE_PASSWORD or [store] password_file, and the server's \
             pg_hba.conf",
        ),
        "3D000" => unusable(
            address,
            "the server has no such database",
            "Make it (`createdb --owner ROLE DATABASE`), or name another one as [store] url",
        ),
        "42501" => unusable(
            address,
            format!("the user may not do that ({said})"),
            "Make the user the owner of the database and of its tables, or name another user in [store] url",
        ),
        "25006" => unusable(
            address,
            "the server takes no writes: it is a standby, or was set to read only",
            "Name the primary server as [store] url",
        ),
        "53300" | "53400" => unusable(
            address,
            "the server has no connection left",
            "Raise max_connections there, or end what holds them (`SELECT * FROM pg_stat_activity`)",
        ),
        "53100" => unusable(address, "the server's disk is full", "Free space on the server"),
        "53200" | "53000" => {
            unusable(address, format!("the server lacks means ({said})"), "Look at the server's memory and its log")
        }
        "55P03" | "57014" => unusable(
            address,
            "another connection keeps it locked",
            "Somebody holds it in a long transaction: `SELECT * FROM pg_stat_activity` on the server names them. End that \
             and try again",
        ),
        "57P01" | "57P02" | "57P03" => {
            unusable(address, format!("the server stops or starts ({said})"), "Wait until it runs, and try again")
        }
        "XX001" | "XX002" => unusable(
            address,
            format!("the database is damaged ({said})"),
            "Keep a copy of the server's data folder, restore the last backup, and page by telephone until then",
        ),
        // What is wrong with a value is told together with the value.
        _ if code.starts_with("22") => unusable(address, format!("a value was refused (code {code})"), REPORT),
        _ => unusable(address, format!("{said} (PostgreSQL code {code})"), REPORT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address::parse("postgres://u@db.example.edu/pages", None).unwrap()
    }

    #[test]
    fn every_trouble_names_the_place_and_what_to_do() {
        for (code, says) in [
            ("28P01", "PAGE_ONCALL_STORE_PASSWORD"),
            ("3D000", "createdb"),
            ("25006", "standby"),
            ("55P03", "pg_stat_activity"),
            ("ZZ999", "ZZ999"),
        ] {
            let told = of_code(&address(), code, "said so").to_string();
            assert!(told.contains("pages at db.example.edu:5432") && told.contains(says), "{told}");
        }
        let told = of_io(&address(), &io::ErrorKind::ConnectionRefused.into()).to_string();
        assert!(told.contains("nothing listens") && told.contains("pg_isready"), "{told}");
    }

    #[test]
    fn a_refused_value_is_not_quoted() {
        let told = of_code(&address(), "22P02", "invalid input syntax for type json: Grace Hopper").to_string();
        assert!(!told.contains("Grace") && told.contains("22P02"), "{told}");
    }
}
