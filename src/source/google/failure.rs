//! Why did Google give no sheet, may it pass, and what is to be done? Every answer maps to one reason here.

use std::time::Duration;

use google_sheets4::common;
use yup_oauth2::error::{AuthErrorCode, SendError};

use super::address::SheetsAddress;
use crate::source::patience::Passing;
use crate::source::trouble::{chain, short};

/// What the library's error leaves out of a refusal.
#[derive(Debug, Default)]
pub(super) struct Witness {
    pub(super) status: Option<u16>,
    pub(super) retry_after: Option<Duration>,
}

/// Why there is no sheet. Its words are for people and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GoogleFailure {
    /// Something under `[google]`, or the key file, cannot be used.
    #[error("{0}")]
    Setup(String),
    /// 403: the sheet is not shared with the account.
    #[error(
        "{sheet} may not be read ({detail}); share the sheet with {} as viewer, and check that the Google Sheets API is \
         enabled for the account's project",
        .email.as_deref().unwrap_or("the service account")
    )]
    NotShared {
        /// The sheet.
        sheet: String,
        /// The account.
        email: Option<String>,
        /// Google's own words.
        detail: String,
    },
    /// 404: there is no such spreadsheet.
    #[error("{0} does not exist; check the id in the settings: it stands between /d/ and /edit of the sheet's address")]
    NotFound(String),
    /// 400 about the range: there is no such tab, or it has no such cells.
    #[error("{sheet} cannot be read: {detail}; check the tab's title and the cells in the settings")]
    NoSuchRange {
        /// The sheet.
        sheet: String,
        /// Google's own words.
        detail: String,
    },
    /// The login is refused.
    #[error(
        "Google refuses the login ({0}); check that the clock of this machine is right and that the key was not \
         revoked, and download a new key if need be"
    )]
    Login(String),
    /// Any other refusal.
    #[error("Google refuses the request for {sheet}: {status} {detail}")]
    Refused {
        /// The sheet.
        sheet: String,
        /// The status.
        status: u16,
        /// Google's own words.
        detail: String,
    },
    /// 429 or 5xx: too many requests, or Google is out of order.
    #[error("Google is too busy or out of order ({status}){}", asked(*.retry_after))]
    Busy {
        /// The status, or the word of the token address.
        status: String,
        /// How long Google asks to wait.
        retry_after: Option<Duration>,
    },
    /// An answer that is no data.
    #[error("the answer is {0} instead of data; a proxy or a login page may stand between here and Google")]
    NotData(&'static str),
    /// The token address answers something that is neither a token nor a refusal.
    #[error(
        "the token address gives no token and no reason; Google may be out of order, or a proxy or a login page may \
         stand in between"
    )]
    NoToken,
    /// The answer broke off.
    #[error("the answer broke off; the connection to Google is bad")]
    CutOff,
    /// No connection.
    #[error(
        "Google cannot be reached: {detail}; check the network, HTTPS_PROXY, and ca_file if certificates of your own \
         are in use"
    )]
    Unreachable {
        /// What failed.
        detail: String,
        /// Whether no connection came about at all.
        connecting: bool,
    },
    /// The limit of time is over.
    #[error("Google gave no answer within {limit_s} s{}", before(.last.as_deref()))]
    TooSlow {
        /// The limit, in seconds.
        limit_s: u64,
        /// What went wrong before.
        last: Option<Box<GoogleFailure>>,
    },
}

fn asked(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!(" and asks to wait {} s", wait.as_secs()))
}

fn before(last: Option<&GoogleFailure>) -> String {
    last.map_or_else(String::new, |last| format!("; before that: {last}"))
}

impl Passing for GoogleFailure {
    fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::CutOff | Self::NoToken => true,
            Self::Unreachable { connecting, .. } => !connecting,
            _ => false,
        }
    }

    fn wait_asked(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    fn too_slow(limit_s: u64, last: Option<Self>) -> Self {
        Self::TooSlow { limit_s, last: last.map(Box::new) }
    }
}

impl GoogleFailure {
    /// Why there is no token.
    pub(super) fn of_login(error: &yup_oauth2::Error) -> Self {
        use yup_oauth2::Error;
        match error {
            Error::AuthError(refusal) => match &refusal.error {
                AuthErrorCode::Other(code)
                    if ["server_error", "temporarily_unavailable", "internal_failure"].contains(&code.as_str()) =>
                {
                    Self::Busy { status: code.clone(), retry_after: None }
                }
                _ => Self::Login(short(&refusal.to_string())),
            },
            Error::HttpError(error) => Self::Unreachable { detail: chain(error), connecting: false },
            Error::HttpClientError(SendError::Hyper(error)) => {
                Self::Unreachable { detail: chain(error), connecting: error.is_connect() }
            }
            Error::HttpClientError(SendError::Timeout) | Error::JSONError(_) | Error::MissingAccessToken => {
                Self::NoToken
            }
            Error::LowLevelError(error) => Self::Setup(format!("the login's own token cannot be read: {error}")),
            Error::UserError(_) | Error::StorageError(_) | Error::CredentialSourceError(_) => {
                Self::Login(short(&error.to_string()))
            }
        }
    }

    /// Why there is no spreadsheet.
    pub(super) fn of_answer(
        error: &common::Error,
        witness: &Witness,
        from: &SheetsAddress,
        email: Option<&str>,
    ) -> Self {
        match error {
            common::Error::BadRequest(value) => {
                let code = value.pointer("/error/code").and_then(serde_json::Value::as_u64);
                let status = witness.status.or_else(|| code.and_then(|code| u16::try_from(code).ok())).unwrap_or(0);
                let words = value.pointer("/error/message").and_then(serde_json::Value::as_str).unwrap_or_default();
                Self::of_status(status, &short(words), witness, from, email)
            }
            common::Error::Failure(answer) => {
                let status = answer.status().as_u16();
                let html =
                    answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
                match Self::of_status(status, "", witness, from, email) {
                    busy @ Self::Busy { .. } => busy,
                    _ if html => Self::NotData("a web page"),
                    other => other,
                }
            }
            common::Error::JsonDecodeError(text, error) => match text.trim_start().bytes().next() {
                Some(b'<') => Self::NotData("a web page"),
                Some(b'{') | None if error.is_eof() => Self::CutOff,
                _ => Self::NotData("something unknown"),
            },
            common::Error::HttpError(error) => {
                Self::Unreachable { detail: chain(error), connecting: error.is_connect() }
            }
            common::Error::MissingToken(error) => Self::Login(short(&error.to_string())),
            common::Error::Io(error) => Self::Unreachable { detail: error.to_string(), connecting: false },
            _ => Self::NotData("something unknown"),
        }
    }

    fn of_status(status: u16, words: &str, witness: &Witness, from: &SheetsAddress, email: Option<&str>) -> Self {
        let (sheet, detail) = (from.shown(), words.to_owned());
        match status {
            400 if words.contains("range") => Self::NoSuchRange { sheet, detail },
            401 => Self::Login(format!("401 {words}").trim().to_owned()),
            403 => Self::NotShared {
                sheet,
                email: email.map(str::to_owned),
                detail: format!("403 {words}").trim().to_owned(),
            },
            404 => Self::NotFound(sheet),
            408 | 429 | 500..=599 => Self::Busy { status: status.to_string(), retry_after: witness.retry_after },
            _ => Self::Refused { sheet, status, detail },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_reason() {
        let from = SheetsAddress::parse("x/Tab").unwrap();
        let of = |status, words: &str| {
            let witness = Witness { status: Some(status), retry_after: Some(Duration::from_secs(7)) };
            GoogleFailure::of_status(status, words, &witness, &from, Some("bot@example.org"))
        };
        for (status, words, said, passes) in [
            (400, "Unable to parse range: Tab", "check the tab", false),
            (400, "Invalid field", "400", false),
            (401, "", "clock", false),
            (403, "The caller does not have permission", "bot@example.org", false),
            (404, "", "does not exist", false),
            (429, "", "wait 7 s", true),
            (503, "", "503", true),
            (302, "", "302", false),
        ] {
            let failure = of(status, words);
            assert!(failure.to_string().contains(said), "{failure}");
            assert_eq!(failure.may_pass(), passes, "{failure}");
        }
    }
}
