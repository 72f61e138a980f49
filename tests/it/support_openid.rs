//! Who logs people in when a test uses single sign-on? A real OpenID provider of another make, `tests/browser/openid.mjs`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support_tools::{Program, project, tool};

/// Only a hang meets it.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running provider, which ends with the value. At its form: `Account`, `Password` (any), buttons `Log in`, `Refuse`.
pub(crate) struct OpenIdProvider {
    /// The issuer, which is where discovery starts: `http://127.0.0.1:PORT`.
    pub(crate) issuer: String,
    _program: Program,
}

/// Which key signs the ID tokens that a provider spoils.
#[derive(Clone, Copy)]
pub(crate) enum Signed {
    /// Its own: only the claims are spoilt.
    Rightly,
    /// A key that it never published, under the name of its own.
    ByAForeignKey,
    /// No key at all (`alg: none`).
    Not,
}

impl OpenIdProvider {
    /// Starts one for this client. `secret` is for a confidential client; a public one has none. `accounts` are by
    /// name, each with `email`, `name` and `groups`. The provider insists on PKCE.
    pub(crate) fn start(client: &str, secret: Option<&str>, redirects: &[&str], accounts: &Value) -> Self {
        let _installed = tool("browser/node_modules/oidc-provider/package.json");
        let site =
            json!({"client_id": client, "client_secret": secret, "redirect_uris": redirects, "accounts": accounts});
        let mut command = Command::new("node");
        let program = Program::start(command.arg(project("tests/browser/openid.mjs")).arg(site.to_string()));
        let line = program.lines_until("\"issuer\"").pop().unwrap_or_default();
        let told: Value = serde_json::from_str(&line).expect("the line with the issuer");
        Self { issuer: told["issuer"].as_str().expect("an issuer").to_owned(), _program: program }
    }

    /// Replaces the signing key; tokens from then on need the new one.
    pub(crate) fn rotate_keys(&self) {
        self.control(&json!({"rotate": true}));
    }

    /// Puts these claims into every ID token from then on: `nonce`, `exp` (seconds since 1970), `aud`, `iss`, `groups`.
    pub(crate) fn forge(&self, claims: &Value, signed: Signed) {
        let key = match signed {
            Signed::Rightly => "own",
            Signed::ByAForeignKey => "foreign",
            Signed::Not => "none",
        };
        self.control(&json!({"forge": {"claims": claims, "key": key}}));
    }

    /// Issues honest ID tokens again.
    pub(crate) fn be_honest(&self) {
        self.control(&json!({"forge": null}));
    }

    /// The parameters of every authorization request so far: `scope`, `state`, `nonce`, `code_challenge_method` …
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.control(&json!({}))["asked"].as_array().cloned().unwrap_or_default()
    }

    fn control(&self, order: &Value) -> Value {
        let address = self.issuer.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("the provider listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let body = order.to_string();
        let length = body.len();
        write!(stream, "POST /control HTTP/1.0\r\nHost: {address}\r\nContent-Length: {length}\r\n\r\n{body}")
            .expect("the provider reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the provider answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer with a body");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}
