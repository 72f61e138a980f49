//! Did the provider really say this? `X-Twilio-Signature`: HMAC-SHA1 with the account's token over address and form.
//!
//! The address is the one that the settings name, never what a request says of its host. Another algorithm than this
//! one is named by a header of its own, and is not believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use subtle::{Choice, ConstantTimeEq};

/// The header that holds the signature, in lower case.
pub(super) const HEADER: &str = "x-twilio-signature";
/// The header that names another algorithm and another key than the account's token.
pub(super) const SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";

/// The signature of a form that was posted to `address`, in the form of the header.
pub fn sign(token: &SecretString, address: &str, form: &[(String, String)]) -> String {
    digest(token, &signed_text(address, form)).map_or_else(String::new, |digest| STANDARD.encode(digest))
}

/// Whether `signature` was made with `token` over one of `addresses` and the form. What was compared, and how far it
/// agreed, cannot be told from the time it takes.
pub fn is_signed(token: &SecretString, addresses: &[String], form: &[(String, String)], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let agrees = |address: &String| match digest(token, &signed_text(address, form)) {
        Some(digest) => digest.as_slice().ct_eq(&signature),
        None => Choice::from(0),
    };
    addresses.iter().map(agrees).fold(Choice::from(0), |any, one| any | one).into()
}

/// The address, then each name with each of its values, both sorted and each pair once.
fn signed_text(address: &str, form: &[(String, String)]) -> String {
    let mut pairs: Vec<_> = form.iter().collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut text = address.to_owned();
    for (name, value) in pairs {
        text.push_str(name);
        text.push_str(value);
    }
    text
}

/// `None` never happens, since an HMAC takes keys of every length; an empty one would prove nothing.
fn digest(token: &SecretString, text: &str) -> Option<[u8; 20]> {
    let key = token.expose_secret().as_bytes();
    let mac = Hmac::<Sha1>::new_from_slice(key).ok().filter(|_| !key.is_empty())?;
    Some(mac.chain_update(text.as_bytes()).finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The example of the provider's own documentation.
    #[test]
    fn the_published_example_is_signed_as_published() {
        let (token, address) = (SecretString::from("12345"), "https://mycompany.com/myapp.php?foo=1&bar=2");
        let form = form(&[
            ("Digits", "1234"),
            ("To", "+18005551212"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ]);
        assert_eq!(sign(&token, address, &form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
        assert!(is_signed(&token, &[address.to_owned()], &form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    }

    #[test]
    fn anything_else_is_not_signed() {
        let (token, address) = (SecretString::from("token"), "https://h.example/a".to_owned());
        let told = form(&[("A", "1"), ("B", "2")]);
        let right = sign(&token, &address, &told);
        let is = |token: &str, address: &str, form: &[(String, String)], signature: &str| {
            is_signed(&token.into(), &["https://other.example".to_owned(), address.to_owned()], form, signature)
        };
        assert!(is("token", &address, &told, &right));
        assert!(!is("tokem", &address, &told, &right));
        assert!(!is("token", "https://h.example/b", &told, &right));
        assert!(!is("token", &address, &form(&[("A", "1"), ("B", "3")]), &right));
        assert!(!is("token", &address, &form(&[("A", "1")]), &right));
        for signature in ["", "=", "AAAA", right.trim_end_matches('='), &format!("{right}\n"), &right.to_lowercase()] {
            assert!(!is("token", &address, &told, signature), "{signature:?}");
        }
    }
}
