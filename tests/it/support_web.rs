//! How does a test ask the house over HTTP as each kind of person does? A running service with people who may come in.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use argon2::password_hash::{PasswordHasher as _, SaltString};
use chrono::{DateTime, Utc};
use page_oncall::access::{Role, Secret};
use page_oncall::ports::access::{AccessStore as _, Account, Act, Token};
use page_oncall::store::sqlite::SqliteStore;
use serde_json::Value;

use crate::support::Site;
use crate::support_tools::Program;

/// Only a hang meets it.
const PATIENCE: Duration = Duration::from_mins(2);
/// The password of every account that [`Web::account`] makes.
pub(crate) const PASSWORD: &str = "rain on the tin roof";

/// A running service.
pub(crate) struct Web {
    pub(crate) site: Site,
    /// Where it listens, as `127.0.0.1:PORT`.
    pub(crate) address: String,
    #[allow(dead_code, reason = "the service ends with it, whether or not a test looks at it")]
    pub(crate) program: Program,
}

/// A request that is being put together.
#[derive(Clone)]
pub(crate) struct Asking {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The headers' names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The settings of a training site whose technicians take every page, with further `lines`.
pub(crate) fn settings(lines: &str) -> String {
    format!(
        r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[serve]
listen = "127.0.0.1:0"
{lines}
"#
    )
}

/// A site with these settings and two technicians, Ada Ruiz before Ben Okafor.
pub(crate) fn site_with(settings: &str) -> Site {
    Site::with(&[
        ("page-oncall.toml", settings),
        (
            "aims.csv",
            "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2017-01-01,2038-01-01,Ben Okafor,secondary\n",
        ),
        (
            "contacts.csv",
            "name,phone,email\nAda Ruiz,608-555-0101,ada.ruiz@example.edu\nBen Okafor,608-555-0102,ben@example.edu\n",
        ),
    ])
}

impl Web {
    /// A service over plain HTTP on this machine, with further lines of settings that follow `[serve]`.
    pub(crate) fn start(lines: &str) -> Self {
        Self::of(site_with(&settings(lines)), &[])
    }

    /// The service of this site.
    pub(crate) fn of(site: Site, variables: &[(&str, &str)]) -> Self {
        let program = site.start(variables, &["--format", "json", "serve"]);
        let line = program.lines_until("\"listening\"").pop().unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { site, address: told["listening"].as_str().unwrap().to_owned(), program }
    }

    /// A new token that is worth something until `expires_at`.
    pub(crate) fn token_until(&self, name: &str, role: Role, expires_at: Option<DateTime<Utc>>) -> String {
        let secret = Secret::token(random());
        let token = Token {
            name: name.to_owned(),
            role,
            person: (role == Role::Technician).then(|| "Ada Ruiz".to_owned()),
            fingerprint: secret.fingerprint(),
            created_at: now(),
            created_by: "test".to_owned(),
            expires_at,
            used_at: None,
            revoked_at: None,
        };
        assert!(self.stored(async |store| store.create_token(&token).await.unwrap()));
        secret.text().to_owned()
    }

    /// A new token that stays.
    pub(crate) fn token(&self, name: &str, role: Role) -> String {
        self.token_until(name, role, None)
    }

    /// A new account with [`PASSWORD`].
    pub(crate) fn account(&self, name: &str, role: Role) {
        let salt = SaltString::encode_b64(&random()[..16]).unwrap();
        let password = argon2::Argon2::default().hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string();
        let account = Account { name: name.to_owned(), role, password, set_at: now() };
        self.stored(async |store| store.set_account(&account).await.unwrap());
    }

    /// The audit log, oldest first.
    pub(crate) fn acts(&self) -> Vec<Act> {
        let mut acts = self.stored(async |store| store.acts(None, 100_000).await.unwrap());
        acts.reverse();
        acts.into_iter().map(|(_, act)| act).collect()
    }

    /// What the store of the service says, asked from outside as a command does.
    pub(crate) fn stored<T: Send>(&self, ask: impl AsyncFnOnce(SqliteStore) -> T + Send) -> T {
        let file = self.site.path("page-oncall.db");
        // A thread of its own, since the test may have an executor already.
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                executor.block_on(async { ask(SqliteStore::open(&file).await.unwrap()).await })
            });
            asking.join().unwrap()
        })
    }

    /// The cookie of somebody who signs in with a token.
    pub(crate) fn signed_in(&self, token: &str) -> String {
        let answer = self.ask(&Asking::form("/sign-in", &[("token", token)]));
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.cookie()
    }

    /// A new token of a technician.
    pub(crate) fn token_of(&self, name: &str, person: &str) -> String {
        let secret = Secret::token(random());
        let token = Token {
            name: name.to_owned(),
            role: Role::Technician,
            person: Some(person.to_owned()),
            fingerprint: secret.fingerprint(),
            created_at: now(),
            created_by: "test".to_owned(),
            expires_at: None,
            used_at: None,
            revoked_at: None,
        };
        assert!(self.stored(async |store| store.create_token(&token).await.unwrap()));
        secret.text().to_owned()
    }

    /// The answer once the first reading of the schedules has ended.
    pub(crate) fn ask_until_read(&self, asking: &Asking) -> Answer {
        loop {
            let answer = self.ask(asking);
            if answer.status != 503 || !answer.body.contains("was not read yet") {
                return answer;
            }
            std::thread::yield_now();
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&Asking::get(path))
    }

    pub(crate) fn ask(&self, asking: &Asking) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        answer_of(&mut stream, asking, &self.address)
    }
}

/// Sends a request and reads its answer.
pub(crate) fn answer_of(stream: &mut (impl Read + Write), asking: &Asking, host: &str) -> Answer {
    // It may answer, and close, before it has read everything.
    let _refused_early = stream.write_all(asking.raw(host).as_bytes());
    let mut reader = std::io::BufReader::new(stream);
    Answer::read(&mut reader)
}

impl Asking {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: None }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A form that is posted.
    pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let mut url = reqwest::Url::parse("http://form").unwrap();
        url.query_pairs_mut().extend_pairs(fields);
        let mut asking = Self::new("POST", path).with("Content-Type", "application/x-www-form-urlencoded");
        asking.body = Some(url.query().unwrap_or_default().to_owned());
        asking
    }

    /// A value that is posted as JSON.
    pub(crate) fn value(path: &str, body: &Value) -> Self {
        Self::json(path, &body.to_string())
    }

    /// JSON that is posted.
    pub(crate) fn json(path: &str, body: &str) -> Self {
        let mut asking = Self::new("POST", path).with("Content-Type", "application/json");
        asking.body = Some(body.to_owned());
        asking
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with an API token.
    pub(crate) fn token(self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }

    /// The same as a browser with this cookie sends it.
    pub(crate) fn cookie(self, cookie: &str) -> Self {
        self.with("Cookie", cookie).with("Sec-Fetch-Site", "same-origin")
    }

    fn raw(&self, host: &str) -> String {
        use std::fmt::Write as _;
        let mut raw = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            write!(raw, "Host: {host}\r\n").unwrap();
        }
        for (name, value) in &self.headers {
            write!(raw, "{name}: {value}\r\n").unwrap();
        }
        if let Some(body) = &self.body {
            write!(raw, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        raw + "\r\n" + self.body.as_deref().unwrap_or_default()
    }
}

impl Answer {
    /// Reads one until its end, as its length or the end of the connection says; of a stream that goes on, the head and
    /// what came with it.
    fn read(reader: &mut impl std::io::BufRead) -> Self {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a first line");
        let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut answer = Self { status, headers, body: String::new() };
        if answer.header("content-type") == Some("text/event-stream") {
            return answer;
        }
        let mut body = Vec::new();
        match answer.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => {
                body.resize(length, 0);
                reader.read_exact(&mut body).expect("the whole body");
            }
            None => drop(reader.read_to_end(&mut body).expect("a body that ends")),
        }
        answer.body = String::from_utf8_lossy(&body).into_owned();
        answer
    }

    /// Its body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }

    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Every `Set-Cookie`.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect()
    }

    /// The one cookie that it sets, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let [cookie] = self.cookies()[..] else { panic!("not one cookie: {:?}", self.headers) };
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// Where it leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("{} leads nowhere: {}", self.status, self.body))
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// The time by the machine, which the service under test reads too.
#[allow(clippy::disallowed_methods, reason = "the test and the service share one clock")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
