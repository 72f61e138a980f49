//! Does the service speak TLS with the files that it is given, take new ones, and hear nobody without?

use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::Arc;

use page_oncall::access::Role;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::Site;
use crate::support_web::{Answer, Asking, Web, answer_of, settings, site_with};

const LINES: &str = "tls_certificate_file = 'tls.pem'\ntls_key_file = 'tls.key'";

/// A root and a certificate of this machine by it, into the site's folder.
fn certify(site: &Site) {
    site.write("names", b"subjectAltName=DNS:localhost\n");
    for arguments in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=Root -keyout root.key -out root.pem",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout tls.key -out request.pem",
        "x509 -req -in request.pem -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile names -out tls.pem",
    ] {
        let made = Command::new("openssl").args(arguments.split(' ')).current_dir(site.path("")).output();
        let made = made.expect("openssl is missing: run .ci/tools first");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    std::fs::set_permissions(site.path("tls.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// What trusts the root that lies in the folder now.
fn trust(site: &Site) -> Arc<ClientConfig> {
    page_oncall::delivery::install_tls();
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(&std::fs::read(site.path("root.pem")).unwrap()).unwrap();
    roots.add(root).unwrap();
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// The answer over TLS; an error where there is none that can be trusted.
fn ask(web: &Web, trust: &Arc<ClientConfig>, asking: &Asking) -> Result<Answer, std::io::Error> {
    let name = "localhost".try_into().unwrap();
    let connection = ClientConnection::new(Arc::clone(trust), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(&web.address)?);
    stream.flush()?;
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(answer_of(&mut stream, asking, &web.address))
}

#[test]
fn everything_is_said_over_tls_and_nothing_without() {
    let site = site_with(&settings(LINES));
    certify(&site);
    let trust = trust(&site);
    let web = Web::of(site, &[]);
    let asked = |asking: &Asking| ask(&web, &trust, asking).unwrap();
    let answer = asked(&Asking::get("/healthz"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=63072000"));
    let token = web.token("wall", Role::Supervisor);
    let come = asked(&Asking::form("/sign-in", &[("token", &token)]));
    assert!(come.cookies()[0].starts_with("__Host-page-oncall=") && come.cookies()[0].ends_with("; Secure"));
    assert_eq!(asked(&Asking::get("/audit").cookie(&come.cookie())).status, 200);
    assert_eq!(web.acts()[0].from, "127.0.0.1");

    let plain = web.ask(&Asking::get("/audit").token(&token));
    assert_eq!((plain.status, plain.body.trim()), (400, "This port speaks HTTPS. Write https:// before the address."));
    assert!(plain.header("strict-transport-security").is_none());

    // Those who never finish a handshake hold up nobody.
    let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(&web.address).unwrap()).collect();
    let halting: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = TcpStream::connect(&web.address).unwrap();
            stream.write_all(&[22, 3, 1, 2, 0]).unwrap();
            stream
        })
        .collect();
    assert_eq!(asked(&Asking::get("/healthz")).status, 200);
    let (status, _) = web.program.stopped();
    assert!(status.success());
    drop((silent, halting));
}

#[test]
fn new_files_come_into_force_and_broken_ones_do_not() {
    let site = site_with(&settings(LINES));
    certify(&site);
    let old = trust(&site);
    let web = Web::of(site, &[]);
    let works = |trust: &Arc<ClientConfig>| ask(&web, trust, &Asking::get("/healthz")).is_ok();
    assert!(works(&old));
    web.site.write("tls.pem", b"no certificate");
    web.program.signal("HUP");
    web.program.lines_until("the certificate was read again and cannot be used");
    assert!(works(&old), "the old one stays");

    certify(&web.site);
    let new = trust(&web.site);
    std::fs::set_permissions(web.site.path("tls.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(!works(&new));
    web.program.signal("HUP");
    web.program.lines_until("others may read the key");
    assert!((0..100_000).any(|_| works(&new)));
    assert!(!works(&old));
}

#[test]
fn files_that_do_not_go_together_are_refused_before_anything_is_heard() {
    let site = site_with(&settings(LINES));
    let refused = |site: &Site, words: &str| {
        let ended = site.run(&["serve"]).expect(2);
        assert!(ended.err.contains("TLS file") && ended.err.contains(words), "{}", ended.err);
        assert!(!ended.err.contains("PRIVATE KEY"), "{}", ended.err);
    };
    refused(&site, "cannot be read");
    certify(&site);
    let other = std::fs::read(site.path("root.key")).unwrap();
    site.write("tls.key", &other);
    refused(&site, "does not go with its key");
    site.write("tls.key", b"-----BEGIN NONSENSE-----\n");
    refused(&site, "private key");
    site.write("tls.pem", b"");
    refused(&site, "no certificate");
}
