//! Where is the log's PostgreSQL, and how is it reached? A `postgres://` URL without secrets, checked before it is used.
//!
//! What the URL leaves open is filled in as other clients of PostgreSQL do it: `PGHOST`, `PGUSER` and their like, and
//! `~/.pgpass`. Only the encryption is stricter: to another machine it is demanded, unless the URL says otherwise.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// The keys that a URL may have after its `?`, besides `options[NAME]`.
const KEYS: [&str; 9] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "port",
    "sslmode",
    "statement-cache-capacity",
    "user",
];

/// The keys that name files.
const FILES: [&str; 3] = ["sslcert", "sslkey", "sslrootcert"];

/// A database on a server. Its password shows nowhere.
#[derive(Clone)]
pub struct Address {
    url: String,
    options: Box<PgConnectOptions>,
    place: String,
}

/// What is wrong with a URL, without quoting it: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A secret stands where everybody reads it.
    #[error("it holds a password, and settings are no place for one")]
    Password,
    /// A key after the `?` that is not known here.
    #[error("its key {0:?} is not known")]
    Key(String),
    /// A file by a path that depends on where the program was started.
    #[error("its key {0:?} needs a whole path, beginning with /")]
    Path(String),
    /// Not a URL for a database.
    #[error("it is no address of a database, as postgres://user@host/database is")]
    NoAddress,
}

impl Address {
    /// Whether a URL names a PostgreSQL server at all.
    pub fn is_meant_by(url: &str) -> bool {
        url.starts_with("postgres:") || url.starts_with("postgresql:")
    }

    /// The database of a URL, with the password that was given beside it.
    pub fn parse(url: &str, password: Option<&SecretString>) -> Result<Self, AddressError> {
        let (_, rest) = url.split_once("://").ok_or(AddressError::NoAddress)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
            return Err(AddressError::Password);
        }
        let query = rest.split('#').next().and_then(|rest| rest.split_once('?')).map_or("", |(_, query)| query);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            check(pair)?;
        }
        // The parser's own words would quote the value that it does not like.
        let mut options = PgConnectOptions::from_str(url).map_err(|_| AddressError::NoAddress)?;
        if let Some(password) = password {
            options = options.password(password.expose_secret());
        }
        if !query.contains("sslmode=") && !is_here(&options) {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        if options.get_application_name().is_none() {
            options = options.application_name("page-oncall");
        }
        let place = place(&options);
        // A statement that had to wait is told as what it means, by `fault`.
        Ok(Self { url: url.to_owned(), options: Box::new(options.disable_statement_logging()), place })
    }

    /// How connections are made.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.options.as_ref().clone()
    }

    /// Whether the server is on this machine, so that nobody listens in between.
    pub fn is_here(&self) -> bool {
        is_here(&self.options)
    }

    /// Host, port and database, for people.
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// The same database, asked by the same user in the same way; the password does not count.
impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.place).finish()
    }
}

/// Whether a `key=value` of the URL can be meant.
fn check(pair: &str) -> Result<(), AddressError> {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if key.eq_ignore_ascii_case("password") {
        return Err(AddressError::Password);
    }
    if FILES.contains(&key) {
        let is_whole = value.starts_with('/') || value.to_ascii_lowercase().starts_with("%2f");
        return if is_whole { Ok(()) } else { Err(AddressError::Path(key.to_owned())) };
    }
    if KEYS.contains(&key) || key.starts_with("options[") || key.to_ascii_lowercase().starts_with("options%5b") {
        return Ok(());
    }
    Err(AddressError::Key(key.to_owned()))
}

fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    options.get_socket().is_some()
        || host.starts_with('/')
        || bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn place(options: &PgConnectOptions) -> String {
    let socket = options.get_socket().map(|folder| folder.display().to_string());
    let host = socket.unwrap_or_else(|| options.get_host().to_owned());
    // A server names a database after the user who asks for none.
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    format!("{database} at {host}:{}", options.get_port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Result<Address, AddressError> {
        Address::parse(url, None)
    }

    #[test]
    fn a_url_names_host_and_database() {
        let address = parsed("postgres://page_oncall@db.example.edu/pages").unwrap();
        assert_eq!(address.place(), "pages at db.example.edu:5432");
        assert_eq!(parsed("postgresql://u@[::1]:6000/d").unwrap().place(), "d at [::1]:6000");
        let socket = parsed("postgres://u@localhost:5433/d?host=/run/postgresql").unwrap();
        assert_eq!(socket.place(), "d at /run/postgresql:5433");
        assert_eq!(parsed("postgres://%2Frun%2Fpostgresql/d").unwrap().place(), "d at /run/postgresql:5432");
    }

    #[test]
    fn another_machine_is_reached_encrypted_and_proved() {
        let mode = |url: &str| format!("{:?}", parsed(url).unwrap().options().get_ssl_mode());
        assert_eq!(mode("postgres://u@db.example.edu/d"), "VerifyFull");
        assert_eq!(mode("postgres://u@10.0.0.7/d"), "VerifyFull");
        assert_eq!(mode("postgres://u@db.example.edu/d?sslmode=require"), "Require");
        for here in ["localhost", "127.0.0.1", "[::1]"] {
            assert_eq!(mode(&format!("postgres://u@{here}/d")), "Prefer", "{here}");
        }
        assert_eq!(mode("postgres:///d?host=/run/postgresql"), "Prefer");
    }

    #[test]
    fn a_password_has_no_place_in_it_and_is_never_quoted() {
        for url in [
            "postgres://u:hunter2@db/d",
            "postgres://u:@db/d",
            "postgres://u:p@ss@db/d",
            "postgres://u@db/d?password=hunter2",
            "postgres://u@db/d?sslmode=require&PassWord=hunter2",
        ] {
            let error = parsed(url).unwrap_err();
            assert_eq!(error, AddressError::Password, "{url}");
            assert!(!error.to_string().contains("hunter2"));
        }
        let secret = SecretString::from("hunter2");
        let address = Address::parse("postgres://u@db/d", Some(&secret)).unwrap();
        assert!(!format!("{address:?} {}", address.place()).contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        assert_eq!(parsed("postgres://db/d?sslmod=require").unwrap_err(), AddressError::Key("sslmod".to_owned()));
        assert_eq!(parsed("postgres://db/d?pass%77ord=x").unwrap_err(), AddressError::Key("pass%77ord".to_owned()));
        assert_eq!(parsed("postgres://db/d?sslkey=key.pem").unwrap_err(), AddressError::Path("sslkey".to_owned()));
        for url in ["postgres:d", "postgres://db:port/d", "postgres://db/d?sslmode=maybe", "postgres://db/d?port=x"] {
            assert_eq!(parsed(url).unwrap_err(), AddressError::NoAddress, "{url}");
        }
        assert!(parsed("postgres://db/d?options[search_path]=pages&sslrootcert=/etc/ca.pem").is_ok());
    }
}
