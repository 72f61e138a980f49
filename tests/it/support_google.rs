//! What does Google see and answer? A server of the token address and of the Sheets API that checks what it is asked.
//!
//! A login with a wrong signature, scope or audience is refused as Google refuses it; the field mask and the range are
//! applied to the answer, so that what is not asked for is not there.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};

pub(crate) const EMAIL: &str = "pager@help-desk.iam.gserviceaccount.com";
const TOKEN: &str = "ya29.a-secret-token";

/// Keys and certificates, made once by openssl.
pub(crate) struct Keys {
    folder: tempfile::TempDir,
}

impl Keys {
    pub(crate) fn get() -> &'static Self {
        static KEYS: OnceLock<Keys> = OnceLock::new();
        KEYS.get_or_init(|| {
            let keys = Self { folder: tempfile::tempdir().unwrap() };
            let run = |line: &str| {
                let done =
                    Command::new("openssl").args(line.split(' ')).current_dir(keys.folder.path()).output().unwrap();
                assert!(done.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&done.stderr));
            };
            run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out account.key");
            run("pkey -in account.key -pubout -out account.pub");
            run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other.key");
            run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Test -days 30");
            run("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=sheets.test -addext \
                 subjectAltName=DNS:sheets.test,IP:127.0.0.1 -addext basicConstraints=CA:FALSE");
            run("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -copy_extensions copyall \
                 -out server.pem");
            keys
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A key file as Google makes it, with this private key.
    pub(crate) fn account(&self, private: &str, token_url: &str) -> String {
        json!({"type": "service_account", "project_id": "help-desk", "private_key_id": "1", "client_id": "1",
               "private_key": self.text(private), "client_email": EMAIL, "token_uri": token_url})
        .to_string()
    }
}

/// An answer that is played instead of the usual one.
#[derive(Clone)]
pub(crate) enum Play {
    /// The usual answer after all.
    Usual,
    /// A status, further header lines, and a body.
    Answer(u16, &'static str, String),
    /// An answer that announces more than it sends.
    CutOff(String),
    /// No answer while the client waits.
    Hang,
}

impl Play {
    /// A refusal as the Sheets API words it.
    pub(crate) fn refusal(code: u16, message: &str) -> Self {
        Self::Answer(code, "", json!({"error": {"code": code, "message": message}}).to_string())
    }
}

/// A request to the Sheets API.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
}

/// The server.
pub(crate) struct Google {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    spreadsheet: Value,
    /// What the login must be meant for.
    audience: String,
    token_plays: Mutex<VecDeque<Play>>,
    plays: Mutex<VecDeque<Play>>,
    logins: Mutex<Vec<Value>>,
    asked: Mutex<Vec<Asked>>,
    tls: Option<Arc<rustls::ServerConfig>>,
}

impl Google {
    /// A server without encryption.
    pub(crate) fn start(spreadsheet: Value) -> Self {
        Self::with(spreadsheet, None, [], [])
    }

    /// The same, with plays for the first requests to the Sheets API.
    pub(crate) fn playing(spreadsheet: Value, plays: impl IntoIterator<Item = Play>) -> Self {
        Self::with(spreadsheet, None, [], plays)
    }

    /// The same, with plays for the first logins.
    pub(crate) fn playing_logins(spreadsheet: Value, plays: impl IntoIterator<Item = Play>) -> Self {
        Self::with(spreadsheet, None, plays, [])
    }

    /// A server with TLS that calls itself `name`.
    pub(crate) fn secure(spreadsheet: Value, name: &str) -> Self {
        Self::with(spreadsheet, Some(name), [], [])
    }

    fn with(
        spreadsheet: Value,
        name: Option<&str>,
        token_plays: impl IntoIterator<Item = Play>,
        plays: impl IntoIterator<Item = Play>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let audience = match name {
            Some("127.0.0.1") => format!("https://127.0.0.1:{port}/token"),
            Some(name) => format!("https://{name}/token"),
            None => format!("http://127.0.0.1:{port}/token"),
        };
        let state = Arc::new(State {
            spreadsheet,
            audience,
            token_plays: Mutex::new(token_plays.into_iter().collect()),
            plays: Mutex::new(plays.into_iter().collect()),
            logins: Mutex::default(),
            asked: Mutex::default(),
            tls: name.map(|_| tls()),
        });
        let served = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&served);
                std::thread::spawn(move || match state.tls.clone() {
                    None => serve(stream, &state),
                    Some(config) => {
                        let session = rustls::ServerConnection::new(config).unwrap();
                        serve(rustls::StreamOwned::new(session, stream), &state);
                    }
                });
            }
        });
        Self { port, state }
    }

    pub(crate) fn token_url(&self) -> String {
        self.state.audience.clone()
    }

    pub(crate) fn endpoint(&self) -> String {
        self.state.audience.trim_end_matches("token").to_owned()
    }

    /// The requests to the Sheets API so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }

    /// What the accepted logins claimed.
    pub(crate) fn logins(&self) -> Vec<Value> {
        self.state.logins.lock().unwrap().clone()
    }
}

fn tls() -> Arc<rustls::ServerConfig> {
    let keys = Keys::get();
    let chain = CertificateDer::pem_file_iter(keys.path("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(keys.path("server.key")).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}

/// One request: its first line, its header lines, its body.
pub(crate) fn request(stream: &mut impl Read) -> Option<(String, Vec<String>, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines().map(str::to_owned);
        let first = lines.next()?;
        let lines: Vec<String> = lines.collect();
        let length = header(&lines, "content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some((first, lines, body.to_owned()));
        }
    }
}

pub(crate) fn header<'a>(lines: &'a [String], name: &str) -> Option<&'a str> {
    let pairs = lines.iter().filter_map(|line| line.split_once(": "));
    pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn serve(mut stream: impl Read + Write, state: &State) {
    let Some((first, lines, body)) = request(&mut stream) else { return };
    let target = first.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_login = path == "/token";
    let queue = if is_login { &state.token_plays } else { &state.plays };
    if !is_login {
        state.asked.lock().unwrap().push(Asked { path: path.to_owned(), query: pairs(query) });
    }
    let play = queue.lock().unwrap().pop_front();
    let (status, headers, body, missing) = match play.unwrap_or(Play::Usual) {
        Play::Usual if is_login => {
            let (status, body) = login(&body, state);
            (status, "", body, 0)
        }
        Play::Usual => {
            let (status, body) = spreadsheet(path, &pairs(query), &lines, state);
            (status, "", body, 0)
        }
        Play::Answer(status, headers, body) => (status, headers, body, 0),
        Play::CutOff(body) => (200, "", body, 100),
        Play::Hang => {
            // Ends when the client gives up and closes.
            let _given_up = stream.read(&mut [0; 1]);
            return;
        }
    };
    let kind = if headers.contains("Content-Type") { "" } else { "Content-Type: application/json\r\n" };
    let length = body.len() + missing;
    let answer =
        format!("HTTP/1.1 {status} X\r\n{kind}{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let _client_gone = stream.write_all(answer.as_bytes());
    let _client_gone = stream.flush();
}

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn unbase64(text: &str) -> Vec<u8> {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for sign in text.trim_end_matches('=').bytes() {
        bits = bits << 6 | u32::try_from(SIGNS.iter().position(|known| *known == sign).unwrap()).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    bytes
}

/// Google's own checks of a login with a signed claim.
fn login(body: &str, state: &State) -> (u16, String) {
    let form = pairs(body);
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let refused = |why: &str| (400, json!({"error": "invalid_grant", "error_description": why}).to_string());
    if field("grant_type") != Some("urn:ietf:params:oauth:grant-type:jwt-bearer") {
        return (400, json!({"error": "unsupported_grant_type"}).to_string());
    }
    let assertion = field("assertion").unwrap_or_default();
    let Some((signed, signature)) = assertion.rsplit_once('.') else { return refused("no signature") };
    let (head, claims) = signed.split_once('.').unwrap();
    let head: Value = serde_json::from_slice(&unbase64(head)).unwrap();
    let claims: Value = serde_json::from_slice(&unbase64(claims)).unwrap();
    if head["alg"] != "RS256" || !is_signed(signed, &unbase64(signature)) {
        return refused("Invalid JWT Signature.");
    }
    if claims["iss"] != EMAIL || claims["aud"] != state.audience {
        return refused("Invalid issuer or audience.");
    }
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    if !(60..=3600).contains(&life) {
        return refused("Token must be a short-lived token (60 minutes)");
    }
    if claims["scope"] != "https://www.googleapis.com/auth/spreadsheets.readonly" {
        return (400, json!({"error": "invalid_scope"}).to_string());
    }
    state.logins.lock().unwrap().push(claims);
    (200, json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"}).to_string())
}

fn is_signed(signed: &str, signature: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("signed"), signed).unwrap();
    std::fs::write(file("signature"), signature).unwrap();
    let public: &Path = &Keys::get().path("account.pub");
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256", "-verify"]).arg(public).arg("-signature").arg(file("signature"));
    openssl.arg(file("signed")).output().unwrap().status.success()
}

fn spreadsheet(path: &str, query: &[(String, String)], lines: &[String], state: &State) -> (u16, String) {
    let refused = |code: u16, message: &str| (code, json!({"error": {"code": code, "message": message}}).to_string());
    if header(lines, "authorization") != Some(&format!("Bearer {TOKEN}")) {
        return refused(401, "Request had invalid authentication credentials.");
    }
    if path.strip_prefix("/v4/spreadsheets/") != state.spreadsheet["spreadsheetId"].as_str() {
        return refused(404, "Requested entity was not found.");
    }
    let field = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let mut answer = state.spreadsheet.clone();
    if let Some(range) = field("ranges") {
        let (tab, cells) = range.rsplit_once("'!").map_or((range, None), |(tab, cells)| (tab, Some(cells)));
        let title = tab.trim_matches('\'').replace("''", "'");
        let sheets = answer["sheets"].as_array_mut().unwrap();
        sheets.retain(|sheet| sheet["properties"]["title"] == title.as_str());
        if sheets.is_empty() {
            return refused(400, &format!("Unable to parse range: {range}"));
        }
        if let Some(last) = cells.and_then(|cells| cells.strip_prefix("A1:")) {
            let last = usize::from(last.as_bytes()[0] - b'A');
            for row in sheets[0]["data"][0]["rowData"].as_array_mut().into_iter().flatten() {
                if let Some(cells) = row["values"].as_array_mut() {
                    cells.truncate(last + 1);
                }
            }
        }
    }
    let Some(fields) = field("fields") else { return refused(400, "no field mask") };
    (200, masked(&answer, fields).to_string())
}

/// The parts of `value` that a field mask names.
fn masked(value: &Value, mask: &str) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| masked(value, mask)).collect(),
        Value::Object(object) => {
            let mut kept = serde_json::Map::new();
            for part in top_level(mask) {
                let (name, inner) =
                    part.split_once('(').map_or((part, None), |(name, inner)| (name, inner.strip_suffix(')')));
                if let Some(value) = object.get(name) {
                    kept.insert(name.to_owned(), inner.map_or_else(|| value.clone(), |inner| masked(value, inner)));
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

fn top_level(mask: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, sign) in mask.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&mask[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&mask[start..]);
    parts
}

/// The first line of a request for a tunnel, and its password.
type Tunnelled = (String, Option<String>);

/// A proxy that makes tunnels to `port`, whatever host is asked for, and notes the requests for them.
pub(crate) struct TunnelProxy {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Tunnelled>>>,
}

impl TunnelProxy {
    pub(crate) fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let Some((first, lines, _)) = request(&mut stream) else { continue };
                let password = header(&lines, "proxy-authorization").map(str::to_owned);
                record.lock().unwrap().push((first, password));
                let there = TcpStream::connect(("127.0.0.1", to)).unwrap();
                stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
                for (from, to) in [(&stream, &there), (&there, &stream)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _closed = std::io::copy(&mut from, &mut to);
                        let _closed = to.shutdown(std::net::Shutdown::Write);
                    });
                }
            }
        });
        Self { port, seen }
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Tunnelled> {
        self.seen.lock().unwrap().clone()
    }
}
