//! With which certificate does the service speak TLS? The files that the settings name, read at the start and on SIGHUP.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::super::load::Loaded;
use crate::delivery::install_tls;
use crate::desk::error::CommandError;

/// The certificate in force; `None` where the service speaks plain HTTP.
pub(super) fn of(loaded: &Loaded) -> Result<Option<Arc<ServerConfig>>, CommandError> {
    let serve = &loaded.site.settings.serve;
    let (Some(certificate), Some(key)) = (&serve.tls_certificate_file, &serve.tls_key_file) else { return Ok(None) };
    let (certificate, key) = (loaded.folder.join(certificate), loaded.folder.join(key));
    let chain = CertificateDer::pem_slice_iter(&read(&certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| wrong(&certificate, "holds no certificate in PEM"))?;
    if chain.is_empty() {
        return Err(wrong(&certificate, "holds no certificate in PEM"));
    }
    warn_of_readers(&key);
    let secret = PrivateKeyDer::from_pem_slice(&read(&key)?)
        .map_err(|_| wrong(&key, "holds no unencrypted private key in PEM"))?;
    install_tls();
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| wrong(&certificate, &format!("does not go with its key: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Arc::new(config)))
}

fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(file).map_err(|error| wrong(file, &format!("cannot be read: {error}")))
}

/// Says so when others may read the key, as for every secret.
fn warn_of_readers(key: &Path) {
    if std::fs::metadata(key).is_ok_and(|about| about.permissions().mode() & 0o077 != 0) {
        tracing::warn!(file = %key.display(), "others may read the key of the certificate; run chmod 600 on it");
    }
}

fn wrong(file: &Path, reason: &str) -> CommandError {
    CommandError::usage(format!("the TLS file {} {reason}", file.display()))
        .hint("see tls_certificate_file and tls_key_file under [serve]; both are PEM")
}
