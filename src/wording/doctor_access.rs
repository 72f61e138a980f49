//! What does `doctor` say about the ways in over HTTP?

use super::doctor::finding;
use crate::proof::finding::{Finding, Severity};

/// Whether somebody comes in while single sign-on or the reverse proxy does not work: the accounts' names, or why they
/// cannot be read.
pub fn break_glass(accounts: Result<Vec<String>, String>) -> Finding {
    let (code, about) = ("break-glass", "account for when single sign-on does not work");
    match accounts {
        Ok(names) if names.is_empty() => finding(
            Severity::Warning,
            code,
            about,
            "there is none: when single sign-on is down, nobody comes in",
            "page-oncall account set break-glass --role supervisor, and keep the password where the night finds it",
        ),
        Ok(names) => finding(Severity::Ok, code, about, names.join(", "), ""),
        Err(reason) => finding(Severity::Error, code, about, reason, "see what is said about the page log"),
    }
}

/// Whether the provider answers.
pub fn single_sign_on(issuer: &str, answer: Result<(), String>) -> Finding {
    let (code, about) = ("single-sign-on", format!("single sign-on at {issuer}"));
    match answer {
        Ok(()) => finding(Severity::Ok, code, about, "it answers, and calls itself so", ""),
        Err(reason) => finding(
            Severity::Error,
            code,
            about,
            reason,
            "compare [access.single_sign_on] with what the provider's people say; its secret is PAGE_ONCALL_SSO_SECRET",
        ),
    }
}
