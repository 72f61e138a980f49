//! How does an e-mail leave by SMTP, and is it certain that it did?
//!
//! One connection a message, one recipient a message, one time limit round the whole conversation: the library's own
//! limit bounds the connecting only. What goes wrong is judged in `smtp_words` by how far the conversation came.

mod inspect;

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::address::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::carrier::{CarrierGateway, carrier_gateway};
use super::setup::{SetupError, is_loopback};
use super::smtp_text::{compose, compose_letter};
use super::smtp_words::{Stage, Trouble, classify, detail};
use crate::decision::ladder::{Channel, Contact};
use crate::episode::outcome::{Outcome, Report};
use crate::ports::{Clock, Letter, Message, Pending, Post, Provider, Reply};
use crate::proof::fact::Fact;

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// Begins in the open and must change to TLS before anything is said; port 587 unless set.
    #[default]
    Starttls,
    /// TLS from the first byte; port 465 unless set.
    Implicit,
    /// No TLS; port 25 unless set. Only to this machine, unless `allow_plaintext` is set.
    None,
}

/// The settings of one mail server; the password comes beside it (contract 1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// The name in the log.
    #[serde(default = "default_name")]
    pub name: String,
    /// The mail server's host name, as its certificate has it, or an address.
    pub host: String,
    /// The port, when it is not the usual one of `tls`.
    pub port: Option<u16>,
    /// How the way is protected.
    #[serde(default)]
    pub tls: SmtpTls,
    /// Allows `tls = "none"` to another machine; never with a password.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// The login's name; without it there is no login.
    pub username: Option<String>,
    /// The file that holds the password, unless the environment does; the caller reads it.
    pub password_file: Option<String>,
    /// The sender: `hd@example.edu` or `Help Desk <hd@example.edu>`.
    pub from: String,
    /// A PEM file with a root certificate beside the system's own; the caller reads it.
    pub ca_file: Option<String>,
    /// What this machine calls itself to the server; its host name unless set.
    pub helo_name: Option<String>,
    /// Seconds for a whole conversation.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u64,
    /// How many mails the server takes a second; more wait their turn. 0, the default, is no limit.
    #[serde(default)]
    pub per_second: u32,
}

fn default_name() -> String {
    "smtp".to_owned()
}

fn default_timeout_s() -> u64 {
    10
}

/// Sends e-mail by SMTP.
pub struct SmtpMail {
    name: String,
    host: String,
    port: u16,
    tls: Option<TlsParameters>,
    starttls: bool,
    credentials: Option<(String, SecretString)>,
    from: Mailbox,
    hello: ClientId,
    timeout: Duration,
    per_second: u32,
    clock: Arc<dyn Clock>,
}

impl SmtpMail {
    /// Checks the settings; connects to nothing. `ca_pem` is what `ca_file` holds; `clock` dates the mails.
    pub fn new(
        settings: &SmtpSettings,
        password: Option<SecretString>,
        ca_pem: Option<&[u8]>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetupError> {
        let wrong = |key, reason: &str, hint| SetupError {
            provider: settings.name.clone(),
            key,
            reason: reason.to_owned(),
            hint,
        };
        let host = settings.host.trim();
        if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte)) {
            return Err(wrong(
                "host",
                "it is no host name",
                "Write it like smtp.example.edu; the port has its own key",
            ));
        }
        if settings.tls == SmtpTls::None && !is_loopback(host) && !settings.allow_plaintext {
            return Err(wrong(
                "tls",
                "\"none\" would send customer data in the open to another machine",
                "Use \"starttls\" or \"implicit\", or set `allow_plaintext = true` for a relay in a closed network",
            ));
        }
        let credentials = match (&settings.username, password) {
            (Some(user), Some(password)) => Some((user.clone(), password)),
            (None, None) => None,
            (Some(_), None) => {
                return Err(wrong("username", "its password is missing", "Give the password by environment or file"));
            }
            (None, Some(_)) => {
                return Err(wrong(
                    "username",
                    "it is missing though a password is given",
                    "Set it or drop the password",
                ));
            }
        };
        if credentials.is_some() && settings.tls == SmtpTls::None && !is_loopback(host) {
            return Err(wrong(
                "tls",
                "\"none\" would send the password in the open",
                "Use \"starttls\" or \"implicit\"",
            ));
        }
        let from: Mailbox = settings
            .from
            .parse()
            .ok()
            .filter(|mailbox: &Mailbox| is_plain_address(&mailbox.email))
            .ok_or_else(|| wrong("from", "it is no e-mail address", "Write it like Help Desk <hd@example.edu>"))?;
        let hello = match settings.helo_name.as_deref().map(str::trim) {
            None => ClientId::default(),
            Some(name) if is_host_name(name) => ClientId::Domain(name.to_owned()),
            Some(_) => return Err(wrong("helo_name", "it is no host name", "Write it like oncall.example.edu")),
        };
        if !(1..=300).contains(&settings.timeout_s) {
            return Err(wrong("timeout_s", "it must lie between 1 and 300 seconds", "10 suits a page"));
        }
        let tls = match settings.tls {
            SmtpTls::None => None,
            SmtpTls::Starttls | SmtpTls::Implicit => {
                Some(tls_parameters(host, settings, ca_pem).map_err(|reason| {
                    wrong(
                        "ca_file",
                        &reason,
                        "It must be a file of PEM certificates, each from BEGIN to END CERTIFICATE",
                    )
                })?)
            }
        };
        Ok(Self {
            name: settings.name.clone(),
            host: host.to_owned(),
            port: settings.port.unwrap_or(match settings.tls {
                SmtpTls::Starttls => 587,
                SmtpTls::Implicit => 465,
                SmtpTls::None => 25,
            }),
            tls,
            starttls: settings.tls == SmtpTls::Starttls,
            credentials,
            from,
            hello,
            timeout: Duration::from_secs(settings.timeout_s),
            per_second: settings.per_second,
            clock,
        })
    }

    fn report(&self, outcome: Outcome, provider_id: Option<String>, detail: String) -> Report {
        Report { outcome, provider: self.name.clone(), provider_id, detail }
    }

    /// Sends one mail; `compose` puts it together for the checked address.
    async fn deliver(&self, to: &str, compose: impl FnOnce(Address) -> Option<Vec<u8>>) -> Report {
        let gateway = carrier_gateway(to);
        if let Some(CarrierGateway::Ended(words)) = gateway {
            return self.report(Outcome::Refused, None, words.to_owned());
        }
        let Some(to) = to.trim().parse::<Address>().ok().filter(is_plain_address) else {
            return self.report(Outcome::Refused, None, "the recipient's e-mail address is not valid".to_owned());
        };
        let Some(mail) = compose(to.clone()) else {
            return self.report(Outcome::Refused, None, "the mail could not be put together".to_owned());
        };
        let progress = Progress::default();
        let conversation = tokio::time::timeout(self.timeout, self.converse(to, &mail, &progress));
        match conversation.await {
            Ok(Ok(response)) => {
                let code = u16::from(response.code());
                let warning = match gateway {
                    Some(CarrierGateway::Ending(words)) => format!("; {words}"),
                    _ => String::new(),
                };
                self.report(Outcome::Accepted, queue_id(&response), format!("SMTP {code}, taken{warning}"))
            }
            Ok(Err(error)) => self.failure(progress.stage(), trouble(&error)),
            Err(_elapsed) => self.failure(progress.stage(), Trouble::TimedOut),
        }
    }

    fn failure(&self, stage: Stage, trouble: Trouble) -> Report {
        self.report(classify(stage, trouble), None, detail(stage, trouble))
    }

    /// Says everything from the greeting to the end of the text; `progress` tells how far it came, whatever happens.
    async fn converse(&self, to: Address, mail: &[u8], progress: &Progress) -> Result<Response, SmtpError> {
        let implicit = self.tls.clone().filter(|_| !self.starttls);
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &self.hello, implicit, None).await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.starttls) {
            connection.starttls(tls, &self.hello).await?;
        }
        if let Some((user, password)) = &self.credentials {
            progress.reached(Stage::Login);
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        progress.reached(Stage::Sender);
        connection.command(Mail::new(Some(self.from.email.clone()), Vec::new())).await?;
        progress.reached(Stage::Recipient);
        connection.command(Rcpt::new(to, Vec::new())).await?;
        connection.command(Data).await?;
        progress.reached(Stage::Content);
        let response = connection.message(mail).await?;
        // The mail is taken: how the farewell goes changes nothing, so it gets a moment and no more.
        let _farewell = tokio::time::timeout(Duration::from_millis(250), connection.quit()).await;
        Ok(response)
    }
}

impl Provider for SmtpMail {
    fn inspect<'a>(&'a self, _people: &'a [Contact]) -> Pending<'a, Vec<Fact>> {
        Box::pin(self.facts())
    }

    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn per_second(&self) -> u32 {
        self.per_second
    }

    fn send<'a>(&'a self, message: &'a Message) -> Pending<'a, Report> {
        Box::pin(self.deliver(&message.to, |to| compose(&self.from, to, message, self.clock.now())))
    }

    fn receipt<'a>(&'a self, _provider_id: &'a str) -> Pending<'a, Option<Report>> {
        Box::pin(async { None })
    }

    fn replies(&self, _since: DateTime<Utc>) -> Pending<'_, Vec<Reply>> {
        Box::pin(async { Vec::new() })
    }
}

impl Post for SmtpMail {
    fn post<'a>(&'a self, letter: &'a Letter) -> Pending<'a, Report> {
        Box::pin(self.deliver(&letter.to, |to| compose_letter(&self.from, to, letter, self.clock.now())))
    }
}

/// How far a conversation came, readable after it was cut off.
#[derive(Default)]
struct Progress(AtomicU8);

impl Progress {
    const STAGES: [Stage; 5] = [Stage::Connect, Stage::Login, Stage::Sender, Stage::Recipient, Stage::Content];

    fn reached(&self, stage: Stage) {
        let index = Self::STAGES.iter().position(|other| *other == stage).unwrap_or_default();
        self.0.store(u8::try_from(index).unwrap_or_default(), Ordering::SeqCst);
    }

    fn stage(&self) -> Stage {
        Self::STAGES.get(usize::from(self.0.load(Ordering::SeqCst))).copied().unwrap_or(Stage::Content)
    }
}

/// What the library's error amounts to.
fn trouble(error: &SmtpError) -> Trouble {
    if let Some(code) = error.status() {
        return Trouble::Reply(u16::from(code));
    }
    if error.is_client() {
        return Trouble::NotOffered;
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        let wrapped = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = wrapped.and_then(|inner| inner.downcast_ref()).or_else(|| inner.downcast_ref());
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return Trouble::Untrusted;
        }
        cause = inner.source();
    }
    Trouble::Broken
}

/// The name under which the server queued the mail: a word after "queued as", else its first line, bounded.
fn queue_id(response: &Response) -> Option<String> {
    let line = response.first_line()?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let after_as = words
        .windows(3)
        .find(|three| matches!(three, [queued, preposition, _] if queued.eq_ignore_ascii_case("queued") && *preposition == "as"))
        .and_then(|three| three.last())
        .map_or_else(|| words.join(" "), ToString::to_string);
    let id: String = after_as.chars().filter(|letter| letter.is_ascii_graphic() || *letter == ' ').take(80).collect();
    (!id.is_empty()).then_some(id)
}

/// Whether every server understands the address: ASCII, without quotes, blanks and control characters.
fn is_plain_address(address: &Address) -> bool {
    let text: &str = address.as_ref();
    text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\,;:".contains(&byte))
}

fn is_host_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

/// TLS towards `host`, trusting the system's roots and those of `ca_pem`.
fn tls_parameters(host: &str, settings: &SmtpSettings, ca_pem: Option<&[u8]>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if settings.ca_file.is_some() && ca_pem.is_none() {
        return Err("its content was not read".to_owned());
    }
    if let Some(pem) = ca_pem {
        if !String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err("there is no certificate in it".to_owned());
        }
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(|error| error.to_string())?);
    }
    builder.build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use lettre::transport::smtp::response::{Category, Code, Detail, Severity};

    use super::*;

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> DateTime<Utc> {
            Utc.with_ymd_and_hms(2026, 11, 23, 5, 12, 0).unwrap()
        }

        fn sleep_until(&self, _at: DateTime<Utc>) -> Pending<'_, ()> {
            Box::pin(async {})
        }
    }

    fn build(changes: &str, password: Option<&str>) -> Result<SmtpMail, SetupError> {
        let settings: SmtpSettings = toml::from_str(changes).unwrap();
        SmtpMail::new(&settings, password.map(SecretString::from), None, Arc::new(Fixed))
    }

    fn message() -> Message {
        Message {
            message_key: "p1.r1.0.ada-ruiz.email".to_owned(),
            attempt: "r1.0.ada-ruiz.email.1".to_owned(),
            to: "ada@example.edu".to_owned(),
            name: "Ada Ruiz".to_owned(),
            subject: "PAGE AIMS 1234567".to_owned(),
            body: "Case: 1234567\n".to_owned(),
            episode: String::new(),
            call: None,
            asks_to_act: false,
            link: None,
        }
    }

    #[test]
    fn the_port_follows_the_mode() {
        for (tls, port) in [("starttls", 587), ("implicit", 465)] {
            let settings = format!("host = 'smtp.example.edu'\nfrom = 'hd@example.edu'\ntls = '{tls}'");
            assert_eq!(build(&settings, None).unwrap().port, port, "{tls}");
        }
        assert_eq!(build("host = 'localhost'\nfrom = 'hd@example.edu'\ntls = 'none'", None).unwrap().port, 25);
        assert_eq!(build("host = 'localhost'\nfrom = 'hd@example.edu'\nport = 2525", None).unwrap().port, 2525);
    }

    #[test]
    fn wrong_settings_name_their_key() {
        let base = "host = 'smtp.example.edu'\nfrom = 'hd@example.edu'\n";
        for (settings, password, key) in [
            (format!("{base}tls = 'none'"), None, "tls"),
            (format!("{base}tls = 'none'\nallow_plaintext = true\nusername = 'u'"), Some("p"), "tls"),
            (format!("{base}username = 'u'"), None, "username"),
            (base.to_owned(), Some("p"), "username"),
            (format!("{base}helo_name = 'a b'"), None, "helo_name"),
            (format!("{base}timeout_s = 0"), None, "timeout_s"),
            (format!("{base}ca_file = 'root.pem'"), None, "ca_file"),
            ("host = ''\nfrom = 'hd@example.edu'".to_owned(), None, "host"),
            ("host = 'smtps://smtp.example.edu'\nfrom = 'hd@example.edu'".to_owned(), None, "host"),
            ("host = 'smtp.example.edu'\nfrom = 'help desk'".to_owned(), None, "from"),
            ("host = 'smtp.example.edu'\nfrom = \"hd@example.edu\\r\\nBcc: x@y.z\"".to_owned(), None, "from"),
        ] {
            assert_eq!(build(&settings, password).err().map(|error| error.key), Some(key), "{settings}");
        }
        assert!(build(&format!("{base}tls = 'none'\nallow_plaintext = true"), None).is_ok());
        assert!(toml::from_str::<SmtpSettings>(&format!("{base}passwd = 'p'")).is_err());
    }

    #[test]
    fn a_root_certificate_must_be_one() {
        let settings: SmtpSettings = toml::from_str("host = 'localhost'\nfrom = 'hd@example.edu'").unwrap();
        for pem in [&b""[..], b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let error = SmtpMail::new(&settings, None, Some(pem), Arc::new(Fixed)).err();
            assert_eq!(error.map(|error| error.key), Some("ca_file"));
        }
    }

    #[test]
    fn queue_ids_are_found_and_bounded() {
        let code = Code::new(Severity::PositiveCompletion, Category::MailSystem, Detail::Zero);
        let id = |line: &str| queue_id(&Response::new(code, vec![line.to_owned()]));
        assert_eq!(id("2.0.0 Ok: queued as C25CDA520C1").as_deref(), Some("C25CDA520C1"));
        assert_eq!(id("OK id=1abc-0000").as_deref(), Some("OK id=1abc-0000"));
        assert_eq!(id("  "), None);
        assert_eq!(id(&"x".repeat(500)).unwrap().len(), 80);
    }

    #[tokio::test]
    async fn bad_and_ended_addresses_are_refused_before_anything_is_said() {
        let mail = build("host = 'localhost'\nport = 1\nfrom = 'hd@example.edu'\ntls = 'none'", None).unwrap();
        for (to, words) in [
            ("6085550142@txt.att.net", "AT&T"),
            ("ada", "not valid"),
            ("ada@example.edu\r\nRCPT TO:<eve@example.com>", "not valid"),
            ("\"a b\"@example.edu", "not valid"),
            ("zoë@example.edu", "not valid"),
        ] {
            let report = mail.send(&Message { to: to.to_owned(), ..message() }).await;
            assert_eq!(report.outcome, Outcome::Refused, "{to}");
            assert!(report.detail.contains(words), "{}", report.detail);
        }
    }
}
