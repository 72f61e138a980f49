//! What does the link in a technician's message prove? That this person was asked about this page.
//!
//! Derived from a key that the store keeps, so that nothing has to be stored for a link and every engine writes the same
//! one. It holds the beginning of the page's id, by which the page is found, and a code over page and person that nobody
//! can make without the key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Hexadecimal digits of the page's id in a link: its milliseconds and twelve random bits.
pub const BEGINNING: usize = 16;
/// Bytes of the code: 2^80 guesses, each of which is a request.
const CODE: usize = 10;

/// The key that links are made with.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

/// A link's token as somebody sent it: well formed, not yet proved.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    beginning: [u8; 8],
    code: [u8; CODE],
}

impl LinkKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token for a person of a page; `None` when the page's id has no such beginning.
    pub fn token(&self, episode: &str, person: &str) -> Option<String> {
        let mut bytes = beginning(episode)?.to_vec();
        bytes.extend(self.code(episode, person));
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether the claim is that of this person for this page; takes as long for every wrong one.
    pub fn proves(&self, claim: &Claim, episode: &str, person: &str) -> bool {
        bool::from(self.code(episode, person).ct_eq(&claim.code)) && beginning(episode) == Some(claim.beginning)
    }

    fn code(&self, episode: &str, person: &str) -> [u8; CODE] {
        let mut code = [0; CODE];
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            // The length keeps two pairs from reading the same.
            mac.update(&u64::try_from(episode.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(episode.as_bytes());
            mac.update(person.as_bytes());
            for (to, from) in code.iter_mut().zip(mac.finalize().into_bytes()) {
                *to = from;
            }
        }
        code
    }
}

impl Claim {
    /// Reads a token; `None` when it cannot be one.
    pub fn read(token: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (beginning, code) = bytes.split_first_chunk::<8>()?;
        Some(Self { beginning: *beginning, code: code.try_into().ok()? })
    }

    /// How the id of the page begins, in hexadecimal digits without hyphens: see [`BEGINNING`].
    pub fn episode_beginning(&self) -> String {
        use std::fmt::Write as _;
        self.beginning.iter().fold(String::with_capacity(BEGINNING), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
    }
}

fn beginning(episode: &str) -> Option<[u8; 8]> {
    let digits: String = episode.chars().filter(|c| *c != '-').take(BEGINNING).collect();
    u64::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == BEGINNING).map(u64::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "01a20485-7da3-7368-9635-8ce72ad5c9f0";

    #[test]
    fn a_link_is_of_one_person_and_one_page() {
        let key = LinkKey::new([1; 32]);
        let token = key.token(PAGE, "Ada Ruiz").unwrap();
        assert_eq!(token.len(), 24);
        let claim = Claim::read(&token).unwrap();
        assert_eq!(claim.episode_beginning(), "01a204857da37368");
        assert!(key.proves(&claim, PAGE, "Ada Ruiz"));
        assert!(!key.proves(&claim, PAGE, "Ben Okafor"));
        assert!(!key.proves(&claim, "01a20485-7da3-7368-9635-8ce72ad5c9f1", "Ada Ruiz"));
        assert!(!key.proves(&claim, "01b20485-7da3-7368-9635-8ce72ad5c9f0", "Ada Ruiz"));
        assert!(!LinkKey::new([2; 32]).proves(&claim, PAGE, "Ada Ruiz"));
    }

    #[test]
    fn what_is_no_token_is_no_claim() {
        for text in ["", "a", "%", &"A".repeat(23), &"A".repeat(25), &"é".repeat(24)] {
            assert!(Claim::read(text).is_none(), "{text}");
        }
        assert!(Claim::read(&"A".repeat(24)).is_some());
        assert!(LinkKey::new([1; 32]).token("not-hex", "Ada").is_none());
    }
}
