//! What does each thing that `doctor` found about the database come to, in words, and what is to be done?

use super::doctor::finding;
use crate::proof::finding::{Finding, Severity};

/// Fewer connections than this are used up by a few machines with a service and some agents each.
const FEW_CONNECTIONS: i32 = 40;

/// What a database server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "four answers of a server that have nothing to do with each other")]
pub struct Server {
    /// Its version.
    pub version: String,
    /// Whether it is this machine.
    pub here: bool,
    /// Whether words to it are encrypted.
    pub encrypted: bool,
    /// Whether what it says is written is on its disk.
    pub writes_through: bool,
    /// Whether it would answer a commit before that is written, were it not asked otherwise.
    pub answers_early: bool,
    /// How many connections it takes.
    pub connections: i32,
}

/// A page log that cannot be used; `reason` says why and what to do.
pub fn log_unusable(about: String, reason: String) -> Finding {
    finding(Severity::Error, "database", about, reason, "a page that cannot be written down is not sent")
}

/// What a server that takes writes is worth.
pub fn server(about: &str, server: &Server) -> Vec<Finding> {
    let found = format!("can be written, PostgreSQL {}", server.version);
    let mut findings = vec![finding(Severity::Ok, "database", about, found, "")];
    let mut warn = |severity, found: &str, todo: &str| {
        findings.push(finding(severity, "database-server", about, found, todo));
    };
    if !server.writes_through {
        warn(
            Severity::Error,
            "the server does not wait for its disk (fsync or full_page_writes is off): a power cut loses pages, or the \
             whole database",
            "set fsync = on and full_page_writes = on in postgresql.conf, and restart it",
        );
    }
    if server.answers_early {
        warn(
            Severity::Warning,
            "synchronous_commit is off: page-oncall turns it on for itself, other programs may lose what they wrote last",
            "set synchronous_commit = on for the server, the database and the user",
        );
    }
    if !server.encrypted && !server.here {
        warn(
            Severity::Error,
            "customers' names and numbers travel unencrypted",
            "let the server speak TLS, and take sslmode out of [store] url",
        );
    }
    if server.connections < FEW_CONNECTIONS {
        let found = format!("the server takes {} connections; each running page-oncall may need 9", server.connections);
        warn(Severity::Warning, &found, "raise max_connections in postgresql.conf");
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Server {
        Server {
            version: "15.14".to_owned(),
            here: false,
            encrypted: true,
            writes_through: true,
            answers_early: false,
            connections: 100,
        }
    }

    fn told(state: &Server) -> Vec<(Severity, String)> {
        server("page log pages at db:5432", state).into_iter().map(|it| (it.severity, it.found)).collect()
    }

    #[test]
    fn a_sound_server_is_one_line() {
        assert_eq!(told(&sound()), [(Severity::Ok, "can be written, PostgreSQL 15.14".to_owned())]);
        assert_eq!(told(&Server { here: true, encrypted: false, ..sound() }).len(), 1, "nobody listens in between");
    }

    #[test]
    fn what_may_lose_or_show_a_page_is_told() {
        for (state, severity, says) in [
            (Server { writes_through: false, ..sound() }, Severity::Error, "fsync"),
            (Server { answers_early: true, ..sound() }, Severity::Warning, "synchronous_commit"),
            (Server { encrypted: false, ..sound() }, Severity::Error, "unencrypted"),
            (Server { connections: 20, ..sound() }, Severity::Warning, "20 connections"),
        ] {
            let told = told(&state);
            assert_eq!(told.len(), 2, "{told:?}");
            assert!(told[1].0 == severity && told[1].1.contains(says), "{told:?}");
        }
    }
}
