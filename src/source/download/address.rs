//! Which file does a source of the form `https://…` name? And which addresses that people copy are no file at all?

use reqwest::Url;

use crate::source::trust;

/// The address of an exported CSV: encrypted or on this machine, without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvAddress {
    url: Url,
}

impl CsvAddress {
    /// Whether a source of the settings is meant as an address.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim().to_ascii_lowercase();
        text.starts_with("https://") || text.starts_with("http://")
    }

    /// Reads it. The error says what to write instead, and never repeats a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("it is no address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address with a name or a password in it is not taken: settings hold no secrets".to_owned());
        }
        if !is_safe(&url) {
            return Err("schedules go only over https, but for this machine itself; write https://…".to_owned());
        }
        if let Some(instead) = instead_of_page(&url) {
            return Err(instead);
        }
        if url.fragment().is_some() {
            return Err("leave out # and what follows it: the server never sees it".to_owned());
        }
        Ok(Self { url })
    }

    /// The address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The name by which people know it: short, and without the part of the path that may be a secret.
    pub fn shown(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let mut parts = self.url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
        let (last, more) = (parts.next_back().unwrap_or_default(), parts.next().is_some());
        let gid = parameter(&self.url, "gid").map(|gid| format!("?gid={gid}")).unwrap_or_default();
        format!("{host}/{}{last}{gid}", if more { "…/" } else { "" })
    }
}

/// Whether an address is encrypted or on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => trust::is_loopback(host),
        _ => false,
    }
}

/// Whether an address is where people sign in, with Google or Microsoft.
pub(super) fn is_sign_in(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    ["accounts.google.com", "login.microsoftonline.com", "login.live.com"].contains(&host)
        || url.path().contains("ServiceLogin")
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What to write instead of the address of a page of Google Sheets, which is what people copy from the browser.
fn instead_of_page(url: &Url) -> Option<String> {
    let is_google = url.host_str().is_some_and(|host| host == "docs.google.com");
    let parts: Vec<&str> = url.path_segments()?.collect();
    let place = parts.iter().position(|part| *part == "d")?;
    if !is_google || parts.first() != Some(&"spreadsheets") {
        return None;
    }
    let rest = parts.get(place + 1..).unwrap_or_default();
    let gid = parameter(url, "gid")
        .or_else(|| url.fragment().and_then(|fragment| fragment.strip_prefix("gid=")).map(str::to_owned))
        .unwrap_or_else(|| "0".to_owned());
    match rest {
        ["e", _, "pub", ..] if parameter(url, "output").as_deref() == Some("csv") => None,
        ["e", key, ..] => Some(format!(
            "that is a published page; write \"https://docs.google.com/spreadsheets/d/e/{key}/pub?gid={gid}&single=true\
             &output=csv\""
        )),
        [_, "export", ..] if parameter(url, "format").as_deref() == Some("csv") => None,
        [id, ..] => Some(format!(
            "that is a page or another kind of file; write \"sheets:{id}/Tab Name\", or \
             \"https://docs.google.com/spreadsheets/d/{id}/export?format=csv&gid={gid}\""
        )),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_and_of_files() {
        for (text, shown) in [
            ("https://example.org/on-call.csv", "example.org/on-call.csv"),
            ("https://example.org/a/b/on-call.csv?key=secret", "example.org/…/on-call.csv"),
            ("http://127.0.0.1:8080/x.csv", "127.0.0.1/x.csv"),
            ("HTTPS://example.org/", "example.org/"),
            ("https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7", "docs.google.com/…/export?gid=7"),
            (
                "https://docs.google.com/spreadsheets/d/e/2PACX-secret/pub?gid=7&single=true&output=csv",
                "docs.google.com/…/pub?gid=7",
            ),
        ] {
            assert!(CsvAddress::is_meant(text), "{text}");
            assert_eq!(CsvAddress::parse(text).unwrap().shown(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_file_is_refused_with_what_to_write() {
        for (text, says) in [
            ("http://example.org/x.csv", "only over https"),
            ("http://localhost.example.org/x.csv", "only over https"),
            ("https://", "no address"),
            ("https://user:hunter2@example.org/x.csv", "no secrets"),
            ("https://example.org/x.csv#top", "leave out #"),
            ("https://docs.google.com/spreadsheets/d/1aB/edit#gid=9", "export?format=csv&gid=9"),
            ("https://docs.google.com/spreadsheets/d/1aB/edit?gid=8#gid=9", "export?format=csv&gid=8"),
            ("https://docs.google.com/spreadsheets/d/1aB/export?format=xlsx", "sheets:1aB/Tab Name"),
            ("https://docs.google.com/spreadsheets/u/0/d/1aB/htmlview", "export?format=csv&gid=0"),
            ("https://docs.google.com/spreadsheets/d/e/2PACX/pubhtml", "output=csv"),
        ] {
            let said = CsvAddress::parse(text).unwrap_err();
            assert!(said.contains(says) && !said.contains("hunter2"), "{text}: {said}");
        }
    }

    #[test]
    fn sign_in_pages_are_known() {
        let is = |text: &str| is_sign_in(&Url::parse(text).unwrap());
        assert!(is("https://accounts.google.com/v3/signin") && is("https://login.microsoftonline.com/x"));
        assert!(!is("https://doc-0s-sheets.googleusercontent.com/export/x"));
    }
}
