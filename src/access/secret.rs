//! What proves who somebody is? A secret of 256 random bits, of which only the fingerprint is kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What an API token begins with, so that people and scanners of leaked secrets know one.
const TOKEN: &str = "pgo_";

/// A secret in the form in which it is shown once and sent with requests. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// SHA-256 of a secret: enough to know it again, useless to whoever reads the store. A secret of 256 random bits needs no
/// slow hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Secret {
    /// An API token of these random bytes.
    pub fn token(random: [u8; 32]) -> Self {
        Self(format!("{TOKEN}{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// A session's secret, or that of a sign-in under way, of these random bytes.
    pub fn session(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The text to show or to send. It is personal to whoever holds it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }
}

impl Fingerprint {
    /// The fingerprint of a secret that somebody sent.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_again_by_its_fingerprint_alone() {
        let token = Secret::token([7; 32]);
        assert_eq!(token.text(), "pgo_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
        assert_eq!(Fingerprint::of(token.text()), token.fingerprint());
        assert_ne!(Secret::token([8; 32]).fingerprint(), token.fingerprint());
        assert_eq!(format!("{token:?}{:?}", token.fingerprint()), "Secret(…)Fingerprint(…)");
    }
}
