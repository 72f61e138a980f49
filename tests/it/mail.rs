//! Does a mail reach a real mail server as it should, and is every trouble with one understood for what it is?

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use page_oncall::delivery::{SmtpMail, SmtpSettings};
use page_oncall::episode::outcome::{Outcome, Report};
use page_oncall::ports::{Clock, Message, Pending, Provider};
use tempfile::TempDir;

use crate::support_tools::{Program, project, tool};

pub(crate) const USER: &str = "oncall";
pub(crate) const PASSWORD: &str = "synthetic password";

/// Sunday 2026-11-22, 23:12 in Madison, for ever.
struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        "2026-11-23T05:12:00Z".parse().expect("an instant")
    }

    fn sleep_until(&self, _at: DateTime<Utc>) -> Pending<'_, ()> {
        Box::pin(async {})
    }
}

/// A certificate for localhost and the root that signed it, made for one test.
struct Certificates {
    _folder: TempDir,
    root: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificates {
    fn make() -> Self {
        let folder = TempDir::new().expect("a folder for certificates");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("names"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n").expect("written");
        for arguments in [
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=root -keyout root.key -out root.pem",
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout key.pem -out request.pem",
            "x509 -req -in request.pem -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile names -out certificate.pem",
        ] {
            let made = Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).output();
            let made = made.expect("openssl is missing: run .ci/tools first");
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        Self { root: path("root.pem"), certificate: path("certificate.pem"), key: path("key.pem"), _folder: folder }
    }
}

/// A running mail server.
pub(crate) struct MailServer {
    program: Program,
    pub(crate) port: u16,
    certificates: Option<Certificates>,
}

impl MailServer {
    /// Starts one in the mode `tls`, with a login by `mechanism` if there is one.
    pub(crate) fn start(tls: &str, mechanism: Option<&str>) -> Self {
        let certificates = (tls != "none").then(Certificates::make);
        let mut command = Command::new(tool("venv/bin/python"));
        command.arg(project("tests/it/mail_server.py")).args(["--tls", tls]);
        if let Some(made) = &certificates {
            command.arg("--certificate").arg(&made.certificate).arg("--key").arg(&made.key);
        }
        if let Some(mechanism) = mechanism {
            command.args(["--user", USER, "--password", PASSWORD, "--mechanism", mechanism]);
        }
        let program = Program::start(&mut command);
        let port = program.port_after("READY");
        Self { program, port, certificates }
    }

    /// The root certificate that its own is signed by.
    pub(crate) fn root(&self) -> Option<&Path> {
        self.certificates.as_ref().map(|made| made.root.as_path())
    }

    /// A provider for this server; `changes` are further settings.
    fn provider(&self, tls: &str, password: Option<&str>, changes: &str) -> SmtpMail {
        let root = self.root().map(|path| std::fs::read(path).expect("the root is there"));
        provider(self.port, tls, password, root.as_deref(), changes)
    }

    /// Ends the server; what it wrote and nobody read.
    pub(crate) fn stopped(self) -> Vec<String> {
        self.program.stopped().1
    }

    /// The next mail the server took.
    pub(crate) fn taken(&self) -> serde_json::Value {
        let line = self.program.lines_until("{").pop().unwrap_or_default();
        serde_json::from_str(&line).expect("the server writes JSON")
    }
}

fn provider(port: u16, tls: &str, password: Option<&str>, root: Option<&[u8]>, changes: &str) -> SmtpMail {
    let login = if password.is_some() { format!("username = '{USER}'") } else { String::new() };
    let settings = format!(
        "host = 'localhost'\nport = {port}\ntls = '{tls}'\nfrom = 'Help Desk <hd@example.edu>'\n{login}\n{changes}"
    );
    let settings: SmtpSettings = toml::from_str(&settings).expect("the settings are read");
    SmtpMail::new(&settings, password.map(Into::into), root, Arc::new(Fixed)).expect("the settings are right")
}

fn message_to(to: &str) -> Message {
    Message {
        message_key: "p1.r1.0.ada-ruiz.email".to_owned(),
        attempt: "r1.0.ada-ruiz.email.1".to_owned(),
        to: to.to_owned(),
        name: "Zoë Ruiz".to_owned(),
        subject: "UW HD PAGE AIMS 1234567: call by 11:42pm".to_owned(),
        body: "Case:     1234567\nCustomer: Zoë Q\n\n.a line with a dot first\n".to_owned(),
        episode: String::new(),
        call: None,
        asks_to_act: false,
        link: None,
    }
}

/// The value of a header in a mail's text.
fn header<'a>(content: &'a str, name: &str) -> &'a str {
    content
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")))
        .unwrap_or_else(|| panic!("no {name} in {content}"))
}

fn assert_outcome(report: &Report, outcome: Outcome, words: &str) {
    assert_eq!(report.outcome, outcome, "{}", report.detail);
    assert!(report.detail.contains(words), "{words:?} in {:?}", report.detail);
    assert!(!report.detail.contains('@'), "no address in {:?}", report.detail);
}

#[tokio::test]
async fn a_mail_arrives_over_starttls_with_a_login_and_keeps_its_name_over_tries() {
    let server = MailServer::start("starttls", Some("PLAIN"));
    let provider = server.provider("starttls", Some(PASSWORD), "helo_name = 'oncall.example.edu'");
    let report = provider.send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Accepted, "SMTP 250");
    assert_eq!((report.provider.as_str(), report.provider_id.as_deref()), ("smtp", Some("C25CDA520C1")));

    let mail = server.taken();
    assert_eq!((mail["from"].as_str(), mail["to"][0].as_str()), (Some("hd@example.edu"), Some("ada@example.edu")));
    assert_eq!((mail["tls"].as_bool(), mail["login"].as_bool()), (Some(true), Some(true)));
    assert_eq!(mail["hello"].as_str(), Some("oncall.example.edu"));
    let content = mail["content"].as_str().expect("text");
    for (name, value) in [
        ("Subject", "UW HD PAGE AIMS 1234567: call by 11:42pm"),
        ("Date", "Mon, 23 Nov 2026 05:12:00 +0000"),
        ("From", "\"Help Desk\" <hd@example.edu>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Priority", "1"),
        ("Importance", "high"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ] {
        assert_eq!(header(content, name), value);
    }
    assert!(header(content, "To").ends_with(" <ada@example.edu>"));
    let body = content.split_once("\r\n\r\n").map_or("", |(_, body)| body).replace("\r\n", "\n");
    assert!(body.contains("Customer: Zo=C3=AB Q\n\n.a line with a dot first\n"), "{body}");

    // Another try of the same message, by another process for all the server knows.
    let again = Message { attempt: "r1.0.ada-ruiz.email.2".to_owned(), ..message_to("ada@example.edu") };
    assert_eq!(server.provider("starttls", Some(PASSWORD), "").send(&again).await.outcome, Outcome::Accepted);
    let second = server.taken();
    let second = second["content"].as_str().expect("text");
    assert_eq!(header(second, "Message-ID"), header(content, "Message-ID"));
    let other = Message { message_key: "p1.r1.1.ben-ode.email".to_owned(), ..message_to("ada@example.edu") };
    provider.send(&other).await;
    let third = server.taken();
    assert_ne!(header(third["content"].as_str().expect("text"), "Message-ID"), header(content, "Message-ID"));
}

#[tokio::test]
async fn a_mail_arrives_over_implicit_tls_with_the_login_mechanism() {
    let server = MailServer::start("implicit", Some("LOGIN"));
    let report = server.provider("implicit", Some(PASSWORD), "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Accepted, "SMTP 250");
    let mail = server.taken();
    assert_eq!((mail["tls"].as_bool(), mail["login"].as_bool()), (Some(true), Some(true)));
}

#[tokio::test]
async fn a_mail_arrives_in_the_open_on_this_machine() {
    let server = MailServer::start("none", None);
    let report = server.provider("none", None, "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Accepted, "SMTP 250");
    assert_eq!(server.taken()["tls"].as_bool(), Some(false));
}

#[tokio::test]
async fn replies_of_the_server_are_told_apart() {
    let server = MailServer::start("none", None);
    let provider = server.provider("none", None, "timeout_s = 60");
    for (to, outcome, words) in [
        ("greylisted@example.edu", Outcome::Retryable, "SMTP 451: the mail server does not take it now"),
        ("full@example.edu", Outcome::Retryable, "SMTP 452"),
        ("nobody@example.edu", Outcome::Refused, "SMTP 550: the mail server does not take mail for this address"),
        ("postponed@example.edu", Outcome::Retryable, "SMTP 450"),
        ("rejected@example.edu", Outcome::Refused, "SMTP 554"),
        ("cut-recipient@example.edu", Outcome::Retryable, "nothing was sent"),
        ("dropped@example.edu", Outcome::Unknown, "nobody knows whether the mail was sent"),
    ] {
        assert_outcome(&provider.send(&message_to(to)).await, outcome, words);
    }
    // After all that the same provider still sends.
    assert_eq!(provider.send(&message_to("ada@example.edu")).await.outcome, Outcome::Accepted);
}

#[tokio::test]
async fn a_server_that_hangs_is_left_and_judged_by_how_far_it_came() {
    let server = MailServer::start("none", None);
    // Long enough to come as far as the text on a busy machine.
    let provider = server.provider("none", None, "timeout_s = 5");
    let report = provider.send(&message_to("hanging@example.edu")).await;
    assert_outcome(&report, Outcome::Unknown, "no answer in time after the text: nobody knows");
    let impatient = server.provider("none", None, "timeout_s = 1");
    let report = impatient.send(&message_to("slow-recipient@example.edu")).await;
    assert_outcome(&report, Outcome::Retryable, "in time: nothing was sent");
}

#[tokio::test]
async fn a_wrong_password_names_the_setting() {
    let server = MailServer::start("starttls", Some("PLAIN"));
    let report = server.provider("starttls", Some("wrong"), "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Unavailable, "SMTP 535: the mail server refused the login: check `username`");
    let without = server.provider("starttls", None, "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&without, Outcome::Unavailable, "SMTP 530: the mail server wants a login or TLS first");
}

#[tokio::test]
async fn nothing_is_said_to_a_server_without_the_protection_that_is_set() {
    let open = MailServer::start("none", None);
    let report = provider(open.port, "starttls", None, None, "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Unavailable, "offers no STARTTLS");
    let report =
        provider(open.port, "implicit", None, None, "timeout_s = 1").send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Retryable, "nothing was sent");
    let report = open.provider("none", Some(PASSWORD), "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&report, Outcome::Unavailable, "offers no login");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_root_or_another_name_is_not_trusted() {
    for tls in ["starttls", "implicit"] {
        let server = MailServer::start(tls, None);
        let stranger = provider(server.port, tls, None, None, "").send(&message_to("ada@example.edu")).await;
        assert_outcome(
            &stranger,
            Outcome::Unavailable,
            "certificate is not trusted for this name: check `host`, or set `ca_file`",
        );
        let root = server.root().map(|path| std::fs::read(path).expect("the root is there"));
        let settings = format!("host = '127.0.0.1'\nport = {}\ntls = '{tls}'\nfrom = 'hd@example.edu'", server.port);
        let settings: SmtpSettings = toml::from_str(&settings).expect("the settings are read");
        let by_address =
            SmtpMail::new(&settings, None, root.as_deref(), Arc::new(Fixed)).expect("the settings are right");
        let report = by_address.send(&message_to("ada@example.edu")).await;
        assert_outcome(&report, Outcome::Unavailable, "certificate is not trusted for this name");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_silent_was_sent_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("the port is known").port();
    // It listens and never greets.
    let silent = provider(port, "none", None, None, "timeout_s = 1").send(&message_to("ada@example.edu")).await;
    assert_outcome(&silent, Outcome::Retryable, "nothing was sent");
    drop(listener);
    let absent = provider(port, "none", None, None, "").send(&message_to("ada@example.edu")).await;
    assert_outcome(&absent, Outcome::Retryable, "check `host`");
}
