//! What may a site say about Google? The keys of `[google]`; all are optional.

use serde::Deserialize;

/// `[google]`: how Google Sheets are reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GoogleSettings {
    /// The key file of a service account, or the credential file of a workload identity (`external_account`).
    /// `GOOGLE_APPLICATION_CREDENTIALS` stands in for it when it is absent.
    pub key_file: Option<String>,
    /// Whether tokens come from the metadata server of Google Cloud, which needs no file.
    pub metadata_server: bool,
    /// Where the Sheets API is: for proxies and tests. Unencrypted only on this machine.
    pub endpoint: String,
    /// Where tokens come from, instead of what the key file says. Unencrypted only on this machine.
    pub token_url: Option<String>,
    /// How long a reading may take at page time, in seconds, all tries together.
    pub page_timeout_s: u64,
    /// How long it may take otherwise, in seconds, all tries together.
    pub timeout_s: u64,
    /// Root certificates in PEM that are trusted besides the system's.
    pub ca_file: Option<String>,
}

impl Default for GoogleSettings {
    fn default() -> Self {
        Self {
            key_file: None,
            metadata_server: false,
            endpoint: "https://sheets.googleapis.com/".to_owned(),
            token_url: None,
            page_timeout_s: 3,
            timeout_s: 20,
            ca_file: None,
        }
    }
}
