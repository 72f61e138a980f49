//! Can a provider be built from its settings? The error that says which key to look at, and TLS for the process.

use std::net::IpAddr;

/// Why a provider cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("the setting `{key}` of the provider {provider} cannot be used: {reason}. {hint}")]
pub struct SetupError {
    /// The provider's name in the settings.
    pub provider: String,
    /// The key to look at.
    pub key: &'static str,
    /// What is wrong; never a secret.
    pub reason: String,
    /// What to do next.
    pub hint: &'static str,
}

/// Makes ring the process's TLS implementation; harmless when it is already.
///
/// `main` calls it first; `TwilioSms::new` calls it again, since reqwest panics without it.
pub fn install_tls() {
    // An error means that a provider was installed before, which is what is wanted.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
}

/// Whether `host` is this machine: the only place to which unencrypted words with a password may go.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_this_machine_only() {
        for here in ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in ["", "localhost.example.com", "10.0.0.1", "smtp.example.edu", "0.0.0.0"] {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn tls_can_be_installed_twice() {
        install_tls();
        install_tls();
        assert!(rustls::crypto::CryptoProvider::get_default().is_some());
    }

    #[test]
    fn the_error_names_provider_key_and_next_step() {
        let error = SetupError {
            provider: "twilio".to_owned(),
            key: "from",
            reason: "it is missing".to_owned(),
            hint: "Set the number that texts come from",
        };
        assert_eq!(
            error.to_string(),
            "the setting `from` of the provider twilio cannot be used: it is missing. \
             Set the number that texts come from"
        );
    }
}
