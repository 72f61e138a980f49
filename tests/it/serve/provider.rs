//! What does a provider of texts do that calls back? Takes texts, signs what it tells, and lists no reply by itself.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use page_oncall::delivery::sign_as_twilio;
use serde_json::json;

/// Longer than anything here takes on a busy machine: only a hang meets it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
pub(crate) const NUMBER: &str = "+16085550100";
pub(crate) const TOKEN: &str = "synthetic-token";

/// A text that the provider took.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    /// Where it wants to be told; empty when nowhere.
    pub(crate) callback: String,
}

/// What the provider knows.
#[derive(Default)]
struct Books {
    texts: Vec<Text>,
    /// Texts that came in, which its list shows: name, sender, words.
    inbound: Vec<(String, String, String)>,
    /// How often the list of replies was asked for.
    lists: usize,
    /// Whether texts are taken and not answered until this ends.
    holds: bool,
}

/// A provider of texts on threads of this test.
pub(crate) struct Provider {
    pub(crate) address: String,
    books: Arc<(Mutex<Books>, Condvar)>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let books = Arc::new((Mutex::new(Books::default()), Condvar::new()));
        let kept = Arc::clone(&books);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || answer(stream, &kept));
            }
        });
        Self { address, books }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.0.lock().unwrap()
    }

    /// Every text so far.
    pub(crate) fn texts(&self) -> Vec<Text> {
        self.books().texts.clone()
    }

    /// Waits until there are so many texts, and gives them.
    pub(crate) fn texts_up_to(&self, count: usize) -> Vec<Text> {
        let waited = self.books.1.wait_timeout_while(self.books(), PATIENCE, |books| books.texts.len() < count);
        let (books, late) = waited.unwrap();
        assert!(!late.timed_out(), "{:?}", books.texts);
        books.texts.clone()
    }

    /// Takes texts from now on without answering, until `false`.
    pub(crate) fn hold(&self, holds: bool) {
        self.books().holds = holds;
        self.books.1.notify_all();
    }

    /// Shows a text that came in from now on, to whoever asks.
    pub(crate) fn takes_in(&self, sid: &str, from: &str, text: &str) {
        self.books().inbound.push((sid.to_owned(), from.to_owned(), text.to_owned()));
    }

    /// Waits until the list of replies was asked for so many more times.
    pub(crate) fn lists_up_to(&self, more: usize) {
        let until = self.books().lists + more;
        let waited = self.books.1.wait_timeout_while(self.books(), PATIENCE, |books| books.lists < until);
        assert!(!waited.unwrap().1.timed_out(), "replies are not asked for");
    }

    /// Settings of a sender of texts that is this provider.
    pub(crate) fn settings(&self) -> String {
        format!(
            "base_url = \"{}\"\naccount_sid = \"{ACCOUNT}\"\nfrom = \"{NUMBER}\"\ntimeout_s = 50\nconnect_timeout_s = 50\nper_second = 0\n",
            self.address
        )
    }
}

/// Answers one request. A text is in the books before it is answered.
#[allow(clippy::disallowed_methods, reason = "a provider tells its own time")]
fn answer(mut stream: TcpStream, (books, changed): &(Mutex<Books>, Condvar)) {
    let Some((head, body)) = request(&mut stream) else { return };
    let is_list = head.starts_with("GET") && head.contains("/Messages.json");
    let reply = {
        let mut books = books.lock().unwrap();
        if is_list {
            books.lists += 1;
            let now = chrono::Utc::now().to_rfc2822();
            let text = |(sid, from, body): &(String, String, String)| json!({"sid": sid, "direction": "inbound", "from": from, "body": body, "date_sent": now});
            let messages: Vec<_> = books.inbound.iter().map(text).collect();
            json!({"messages": messages, "next_page_uri": null}).to_string()
        } else if head.starts_with("GET") {
            r#"{"status":"queued"}"#.to_owned()
        } else {
            let fields = fields(&body);
            let field = |name| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value).to_owned();
            let sid = format!("SM{:032x}", books.texts.len() + 1);
            books.texts.push(Text {
                sid: sid.clone(),
                from: field("From"),
                to: field("To"),
                body: field("Body"),
                callback: field("StatusCallback"),
            });
            format!(r#"{{"sid":"{sid}","status":"queued"}}"#)
        }
    };
    changed.notify_all();
    if !head.starts_with("GET") {
        let waited = changed.wait_timeout_while(books.lock().unwrap(), PATIENCE, |books| books.holds);
        assert!(!waited.unwrap().1.timed_out(), "the provider was never to go on");
    }
    let status = if head.starts_with("GET") { "200 OK" } else { "201 CREATED" };
    let length = reply.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{reply}"
    );
    // Who asked may be dead.
    let _gone = stream.write_all(text.as_bytes());
    let _gone = stream.shutdown(std::net::Shutdown::Write);
}

/// Reads a request, or an answer, to its end: its head and its body.
pub(crate) fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    }
}

/// The fields of a form.
pub(crate) fn fields(body: &str) -> Vec<(String, String)> {
    let mut url = reqwest::Url::parse("http://form").unwrap();
    url.set_query(Some(body));
    url.query_pairs().into_owned().collect()
}

/// A form as a body.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://form").unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

/// The provider's signature for a form that it posts to `address`.
pub(crate) fn signature(token: &str, address: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    sign_as_twilio(&token.into(), address, &fields)
}
