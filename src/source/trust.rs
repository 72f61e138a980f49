//! Whom do readers of sources trust? The system's root certificates and the site's own; and only this machine in the open.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// TLS for a client; `root` holds further certificates to trust, in PEM.
pub fn client(root: Option<&[u8]>) -> Result<rustls::ClientConfig, String> {
    let mut trusted = rustls::RootCertStore::empty();
    // Certificates of the system that cannot be read are as if they were not there.
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in root.map(CertificateDer::pem_slice_iter).into_iter().flatten() {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| trusted.add(certificate).map_err(|error| error.to_string()));
        added.map_err(|error| format!("the ca_file has something else than certificates in PEM: {error}"))?;
    }
    if trusted.is_empty() {
        return Err(
            "this machine has no root certificates; install its package ca-certificates, or set ca_file".to_owned()
        );
    }
    Ok(rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(trusted)
        .with_no_client_auth())
}

/// Whether `host` is this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
