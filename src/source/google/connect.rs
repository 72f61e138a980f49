//! Which way leads to Google? TLS with the system's roots and the site's own, through the proxy of the environment.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use google_sheets4::hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::source::trust;

/// The proxies of the environment. They may hold a password.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// `HTTPS_PROXY` or `ALL_PROXY`: `http://[user:password@]host:port`.
    pub https: Option<SecretString>,
    /// `NO_PROXY`: hosts that are reached directly.
    pub no: Option<String>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Connects directly or, where the environment says so, by a tunnel through a proxy.
#[derive(Debug, Clone)]
pub(super) struct Route {
    direct: HttpConnector,
    proxies: Arc<Matcher>,
}

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.intercept(&to) else {
            let connecting = self.direct.call(to);
            return Box::pin(async { Ok(connecting.await?) });
        };
        if proxy.uri().scheme_str() != Some("http") {
            return Box::pin(async { Err("HTTPS_PROXY must have the form http://host:port".into()) });
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.direct.clone());
        if let Some(password) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(password.clone());
        }
        Box::pin(async move {
            let connecting = tunnel.call(to);
            connecting.await.map_err(|error| format!("the proxy of HTTPS_PROXY makes no connection: {error}").into())
        })
    }
}

/// The connector for all requests; `root` holds further certificates to trust, in PEM.
pub(super) fn connector(root: Option<&[u8]>, proxies: &Proxies) -> Result<HttpsConnector<Route>, String> {
    let tls = trust::client(root)?;
    let mut direct = HttpConnector::new();
    direct.enforce_http(false);
    let mut matcher = Matcher::builder();
    if let Some(https) = &proxies.https {
        matcher = matcher.https(https.expose_secret());
    }
    if let Some(no) = &proxies.no {
        matcher = matcher.no(no.as_str());
    }
    let route = Route { direct, proxies: Arc::new(matcher.build()) };
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .enable_http2()
        .wrap_connector(route))
}

/// An address from the settings or a key file, ending in `/` if it has no path: encrypted, or on this machine.
///
/// The libraries beneath panic over an address that is none, so it is checked to the letter.
pub(super) fn checked(address: &str, key: &str) -> Result<String, String> {
    let wrong = |what: &str| format!("the {key} {address:?} cannot be used: {what}");
    let uri: Uri = address.parse().map_err(|_| wrong("it is no address, as https://host/"))?;
    let host = uri.host().unwrap_or_default();
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-._:[]".contains(sign);
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if host.is_empty() || !authority.chars().all(plain) || address.contains(['?', '#', '%', '\\']) {
        return Err(wrong("write it as https://host/ or https://host/path"));
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if trust::is_loopback(host) => {}
        _ => return Err(wrong("passwords and schedules go only over https, but for this machine itself")),
    }
    Ok(if uri.path() == "/" && !address.ends_with('/') { format!("{address}/") } else { address.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_or_on_this_machine() {
        for (address, kept) in [
            ("https://sheets.googleapis.com/", "https://sheets.googleapis.com/"),
            ("https://sheets.googleapis.com", "https://sheets.googleapis.com/"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://[::1]:8080/token", "http://[::1]:8080/token"),
            ("http://localhost/token", "http://localhost/token"),
        ] {
            assert_eq!(checked(address, "endpoint").as_deref(), Ok(kept));
        }
        for address in [
            "",
            "x",
            "/path",
            "http://example.org/",
            "ftp://localhost/",
            "https://",
            "https://exa%mple/",
            "https://user:secret@example.org/",
            "https://example.org/?x=1",
            "http://localhost.example.org/",
        ] {
            assert!(checked(address, "endpoint").is_err(), "{address}");
        }
    }

    #[test]
    fn a_root_certificate_must_be_one() {
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(connector(Some(broken), &Proxies::default()).is_err());
    }
}
