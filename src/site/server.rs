//! Which service answers for this machine? `[server]` of the settings of a machine that keeps no site of its own.

use serde::Deserialize;

/// `[server]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// The address of the service, as `https://pager.example.edu`; without one this machine answers for itself.
    pub url: Option<String>,
    /// The file that holds the API token, where `PAGE_ONCALL_TOKEN` does not; relative to the settings.
    pub token_file: Option<String>,
    /// Certificates in PEM to trust besides the system's; relative to the settings.
    pub ca_file: Option<String>,
    /// How long one call may go on trying, in seconds.
    pub within_s: Option<u32>,
}

impl ServerSettings {
    /// What the types cannot say: the key that is wrong, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(url) = &self.url
            && !is_safe(url)
        {
            let message = format!("url = {url:?} must begin with https://; http:// is for this machine itself only");
            return Err(("url", message));
        }
        if self.within_s.is_some_and(|within_s| !(1..=300).contains(&within_s)) {
            return Err(("within_s", "within_s must lie between 1 and 300".to_owned()));
        }
        Ok(())
    }
}

/// Whether a token may be sent to an address: encrypted, or not over any network.
pub fn is_safe(url: &str) -> bool {
    let plain = url.strip_prefix("http://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let host = plain.map(|place| match place.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => place.split(':').next().unwrap_or_default(),
    });
    let is_here = |host: &str| host == "localhost" || host == "::1" || host.starts_with("127.") && !host.contains('@');
    url.starts_with("https://") || host.is_some_and(is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leaves_encrypted_or_not_at_all() {
        for url in ["https://pager.example.edu", "http://127.0.0.1:8420", "http://localhost:8420/x", "http://[::1]:80"]
        {
            assert!(is_safe(url), "{url}");
        }
        for url in
            ["http://pager.example.edu", "http://127.0.0.1@pager.example.edu", "pager.example.edu", "ftp://a", ""]
        {
            assert!(!is_safe(url), "{url}");
        }
        let wrong = ServerSettings { within_s: Some(0), ..ServerSettings::default() };
        assert_eq!(wrong.check().unwrap_err().0, "within_s");
    }
}
