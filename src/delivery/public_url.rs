//! Under which address do providers reach the house? Its own type, because signatures are made over it.

use reqwest::Url;
use serde::Deserialize;

use super::setup::is_loopback;
use crate::ports::hooks::About;

/// An address like `https://pager.example.edu`, with a path when a reverse proxy serves the house below one. Callbacks
/// are proved against this and never against what a request says of its host.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl {
    /// Without a slash at its end.
    base: String,
    /// The same with a port named, where the address has none, or without the one that it has: providers sign either.
    other_port: String,
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = |reason: &str| format!("public_url = {text:?} {reason}; write it like https://pager.example.edu");
        let url = Url::parse(text.trim()).map_err(|error| wrong(&format!("is no address ({error})")))?;
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() || !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(host)) {
            return Err(wrong("must begin with https://, for customers' names pass through it"));
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must be a host and a path only"));
        }
        let other_port = if url.port().is_some() {
            let mut other = url.clone();
            let _always_has_a_host = other.set_port(None);
            trimmed(&other)
        } else {
            // The address type never writes the usual port, so it is put in by hand.
            let port = url.port_or_known_default().unwrap_or(443);
            format!("{}://{host}:{port}{}", url.scheme(), url.path().trim_end_matches('/'))
        };
        Ok(Self { base: trimmed(&url), other_port })
    }
}

fn trimmed(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

impl PublicUrl {
    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// What a provider may have signed for a request to `path_and_query`.
    pub(super) fn signed(&self, path_and_query: &str) -> [String; 2] {
        [&self.base, &self.other_port].map(|base| format!("{base}{path_and_query}"))
    }

    /// The address of a callback about one attempt: `path` begins with `/hooks/`.
    pub fn about(&self, path: &str, about: &About) -> String {
        let address = format!("{}{path}", self.base);
        match Url::parse(&address) {
            Ok(mut url) => {
                url.query_pairs_mut().append_pair("page", &about.episode).append_pair("attempt", &about.attempt);
                url.into()
            }
            // It was an address before `path` was added, and it stays one.
            Err(_) => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> Result<PublicUrl, String> {
        PublicUrl::try_from(text.to_owned())
    }

    #[test]
    fn only_encrypted_addresses_are_taken_but_for_this_machine() {
        for good in
            ["https://pager.example.edu", "https://example.edu/pager/", "http://127.0.0.1:8420", "http://[::1]:1"]
        {
            assert!(public(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "pager.example.edu",
            "http://pager.example.edu",
            "https://u:p@pager.example.edu",
            "https://pager.example.edu/?a=1",
            "https://pager.example.edu/#a",
            "mailto:a@b",
        ] {
            let told = public(wrong).unwrap_err();
            assert!(told.contains("https://pager.example.edu"), "{told}");
        }
    }

    #[test]
    fn a_port_is_tried_both_ways() {
        let signed = |text| public(text).unwrap().signed("/a?b=c");
        assert_eq!(signed("https://h.example/"), ["https://h.example/a?b=c", "https://h.example:443/a?b=c"]);
        assert_eq!(signed("https://h.example:443"), ["https://h.example/a?b=c", "https://h.example:443/a?b=c"]);
        assert_eq!(signed("https://h.example:8443/x"), ["https://h.example:8443/x/a?b=c", "https://h.example/x/a?b=c"]);
        assert_eq!(signed("http://[::1]"), ["http://[::1]/a?b=c", "http://[::1]:80/a?b=c"]);
    }

    #[test]
    fn a_callback_names_its_attempt() {
        let about = About { episode: "p-1".to_owned(), attempt: "r1.0.zoë & co.sms.1".to_owned() };
        let address = public("https://h.example/x").unwrap().about("/hooks/twilio/status", &about);
        assert_eq!(address, "https://h.example/x/hooks/twilio/status?page=p-1&attempt=r1.0.zo%C3%AB+%26+co.sms.1");
    }
}
