//! Can pages be written down, and does the database keep them? What `doctor` asks of the file or of the server.
//!
//! A database that is not there yet is not made.

use std::path::Path;

use super::adapters::{self, Stores};
use super::database::Database;
use super::doctor::Look;
use crate::proof::finding::{Finding, Severity};
use crate::store::postgres::{Address, PostgresStore};
use crate::store::sqlite::SqliteStore;
use crate::wording::doctor::{finding, free_space};
use crate::wording::doctor_database::{self as words, Server};

/// What was found about the database, and what it keeps, where it can be looked at.
pub(super) async fn findings(look: &Look<'_>) -> (Option<Stores>, Vec<Finding>) {
    let findings = match Database::of(look.loaded) {
        Ok(Database::File(file)) => of_file(&file).await,
        Ok(Database::Server(address)) => of_server(&address).await,
        Err(error) => {
            let todo = error.hint.unwrap_or_default();
            return (None, vec![finding(Severity::Settings, "database", "page log", error.message, todo)]);
        }
    };
    (adapters::stores_to_read(look.loaded).await.ok().flatten(), findings)
}

async fn of_file(file: &Path) -> Vec<Finding> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let about = format!("page log {}", file.display());
    let mut findings = Vec::new();
    if let Ok(space) = rustix::fs::statvfs(folder) {
        findings.push(free_space(&folder.display().to_string(), space.f_bavail.saturating_mul(space.f_frsize) >> 20));
    }
    if !file.exists() {
        let allowed = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok();
        findings.push(if allowed {
            finding(Severity::Ok, "database", about, "the first page makes it", "")
        } else {
            let found = format!("cannot be made: {} cannot be written", folder.display());
            finding(Severity::Error, "database", about, found, "let the user that runs page-oncall write there")
        });
        return findings;
    }
    let checked = match SqliteStore::open(file).await {
        Ok(store) => store.check_writable().await,
        Err(error) => Err(error),
    };
    findings.push(match checked {
        Ok(version) => finding(Severity::Ok, "database", about, format!("can be written, SQLite {version}"), ""),
        Err(error) => words::log_unusable(about, error.to_string()),
    });
    findings
}

async fn of_server(address: &Address) -> Vec<Finding> {
    let about = format!("page log {}", address.place());
    let checked = match PostgresStore::open_if_any(address).await {
        Ok(None) => return vec![finding(Severity::Ok, "database", about, "the first page makes its tables", "")],
        Ok(Some(store)) => store.check_writable().await,
        Err(error) => Err(error),
    };
    match checked {
        Ok(state) => words::server(
            &about,
            &Server {
                version: state.version,
                encrypted: state.encrypted,
                here: address.is_here(),
                writes_through: state.writes_through,
                answers_early: state.answers_early,
                connections: state.connections,
            },
        ),
        Err(error) => vec![words::log_unusable(about, error.to_string())],
    }
}
