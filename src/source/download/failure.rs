//! Why did an address give no CSV, may it pass, and what is to be done?

use std::time::Duration;

use crate::source::patience::Passing;
use crate::source::trouble::chain;

/// Why there is no file. Its words are for people and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadFailure {
    /// Something under `[download]` cannot be used.
    #[error("{0}")]
    Setup(String),
    /// A page to sign in at, or another web page, came instead of the file.
    #[error(
        "{sheet} answers with a web page instead of CSV, most likely one to sign in at; share the sheet with \"Anyone with \
         the link\" as viewer, end its address in export?format=csv&gid=…, or read it by \"sheets:…\" with an account of \
         its own"
    )]
    SignIn {
        /// The file.
        sheet: String,
    },
    /// 401 or 403.
    #[error(
        "{sheet} may not be read ({status}); share the sheet with \"Anyone with the link\" as viewer, or read it by \
         \"sheets:…\" with an account of its own"
    )]
    NotShared {
        /// The file.
        sheet: String,
        /// The status.
        status: u16,
    },
    /// 404 or 410.
    #[error(
        "{sheet} does not exist ({status}); check the address in the settings: of a Google Sheet it is \
         https://docs.google.com/spreadsheets/d/ID/export?format=csv&gid=NUMBER, with the id and the gid of the sheet's own \
         address"
    )]
    NotFound {
        /// The file.
        sheet: String,
        /// The status.
        status: u16,
    },
    /// A redirect that leaves the encrypted web.
    #[error("{sheet} leads on to {host} without encryption, which is not followed; write the address it really has")]
    NotEncrypted {
        /// The file.
        sheet: String,
        /// Where to.
        host: String,
    },
    /// 429 or 5xx.
    #[error("{sheet} is too busy or out of order ({status})")]
    Busy {
        /// The file.
        sheet: String,
        /// The status.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other answer, redirects without an end among them.
    #[error(
        "{sheet} gives no file but the answer {status}; open its address in a private window of a browser to see why"
    )]
    Refused {
        /// The file.
        sheet: String,
        /// The status.
        status: u16,
    },
    /// More than any sheet has.
    #[error("{sheet} is larger than {most_mib} MiB and was left; is it the right address?")]
    TooLarge {
        /// The file.
        sheet: String,
        /// The most that is taken, in MiB.
        most_mib: usize,
    },
    /// The answer broke off.
    #[error("the answer broke off; the connection is bad")]
    CutOff,
    /// No connection.
    #[error(
        "{sheet} cannot be reached: {detail}; check the network, HTTPS_PROXY, and ca_file under [download] if \
         certificates of your own are in use"
    )]
    Unreachable {
        /// The file.
        sheet: String,
        /// What failed.
        detail: String,
        /// Whether no connection came about at all.
        connecting: bool,
    },
    /// The limit of time is over.
    #[error("there was no answer within {limit_s} s{}", .last.as_deref().map_or_else(String::new, |last| format!("; before that: {last}")))]
    TooSlow {
        /// The limit, in seconds.
        limit_s: u64,
        /// What went wrong before.
        last: Option<Box<DownloadFailure>>,
    },
}

impl DownloadFailure {
    /// Why there is no answer. The address stands in none of its words.
    pub(super) fn of_error(sheet: &str, error: reqwest::Error) -> Self {
        let (connecting, cut) = (error.is_connect(), error.is_body() || error.is_decode());
        if cut {
            return Self::CutOff;
        }
        Self::Unreachable { sheet: sheet.to_owned(), detail: chain(&error.without_url()), connecting }
    }
}

impl Passing for DownloadFailure {
    fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::CutOff => true,
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
