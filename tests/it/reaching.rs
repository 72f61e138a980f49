//! Phone stories through the real program: two providers of which one is down, texts that come back, STOP at three.
//!
//! The providers are servers on threads of this test with the answers of Twilio's interface. Every text that goes out is
//! in their books; one that no story expects fails it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{Ended, Site};

const VARIABLES: [(&str, &str); 2] =
    [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token"), ("PAGE_ONCALL_SMS_TOKEN_BACKUP", "another-token")];
const ADA: &str = "+16085550101";
const PRIVATE: [&str; 5] = ["Pat Quinn", "608-555-0142", "PC down", "synthetic-token", "another-token"];

/// What a provider does and knows.
#[derive(Default)]
struct Books {
    /// The status and body for every text; queued when empty.
    refusal: Option<(&'static str, &'static str)>,
    /// The numbers and texts that went out.
    texts: Vec<(String, String)>,
    /// What people wrote: from, text.
    written: Vec<(String, String, DateTime<Utc>)>,
    logins: Vec<String>,
}

struct Provider {
    address: String,
    books: Arc<Mutex<Books>>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let books = Arc::new(Mutex::new(Books::default()));
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
        self.books.lock().unwrap()
    }

    fn refuses(&self, status: &'static str, body: &'static str) {
        self.books().refusal = Some((status, body));
    }

    #[allow(clippy::disallowed_methods, reason = "a provider dates a text when it comes in")]
    fn writes(&self, from: &str, text: &str) {
        self.books().written.push((from.to_owned(), text.to_owned(), Utc::now()));
    }

    /// The texts that went out since this was asked last.
    fn texts(&self) -> Vec<String> {
        std::mem::take(&mut self.books().texts).into_iter().map(|(to, text)| format!("{to} {text}")).collect()
    }
}

fn answer(mut stream: TcpStream, books: &Mutex<Books>) {
    let Some((head, body)) = request(&mut stream) else { return };
    let mut books = books.lock().unwrap();
    let login = head.lines().find_map(|line| line.to_lowercase().strip_prefix("authorization: ").map(str::to_owned));
    books.logins.extend(login);
    let (status, body) = if head.starts_with("POST") {
        let form: Vec<(String, String)> = body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (plain(key), plain(value)))
            .collect();
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap();
        if let Some((status, body)) = books.refusal {
            (status, body.to_owned())
        } else {
            books.texts.push((field("To"), field("Body")));
            let sid = format!("SM{:032x}", books.logins.len());
            ("201 CREATED", json!({"sid": sid, "status": "queued"}).to_string())
        }
    } else if head.contains("/Messages.json") {
        let text = |(number, (from, text, at)): (usize, &(String, String, DateTime<Utc>))| {
            json!({"sid": format!("SM{number:031x}f"), "direction": "inbound", "from": from, "body": text,
                "date_sent": at.to_rfc2822(), "to": "+16085550100"})
        };
        let messages: Vec<Value> = books.written.iter().enumerate().map(text).collect();
        ("200 OK", json!({"messages": messages, "next_page_uri": null}).to_string())
    } else {
        ("200 OK", json!({"sid": "SM1", "status": "sent"}).to_string())
    };
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).unwrap();
}

/// A form's text without its escapes.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}

/// A live site of two providers of texts; Ada is on call, Ben second.
struct House {
    site: Site,
    first: Provider,
    backup: Provider,
}

impl House {
    fn new(more: &str) -> Self {
        let (first, backup) = (Provider::start(), Provider::start());
        let settings = format!(
            r#"
[desk]
name = "UW HD"
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[paging]
attempt_timeout_s = 100
[delivery]
mode = "live"
[[delivery.sms]]
base_url = "{}"
account_sid = "AC0123456789abcdef0123456789abcdef"
from = "+16085550100"
per_second = 0
timeout_s = 60
[[delivery.sms]]
name = "backup"
base_url = "{}"
account_sid = "AC1123456789abcdef0123456789abcdef"
from = "+16085550109"
per_second = 0
timeout_s = 60
{more}
"#,
            first.address, backup.address
        );
        let site = Site::with(&[
            ("page-oncall.toml", &settings),
            (
                "aims.csv",
                "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n\
                 2017-01-01,2038-01-01,Ben Okafor,secondary\n",
            ),
            ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\n"),
        ]);
        Self { site, first, backup }
    }

    fn run(&self, words: &[&str]) -> Ended {
        let ended = self.site.run_with(&VARIABLES, words);
        for private in PRIVATE {
            assert!(!ended.err.contains(private), "{private:?} is in the log:\n{}", ended.err);
        }
        ended
    }

    fn page(&self, case: &str) -> Ended {
        let facts = ["--customer", "Pat Quinn", "--phone", "608-555-0142", "--summary", "PC down"];
        let answers = ["--outage", "no", "--hd-can-help", "no", "--device", "departmental", "--critical", "yes"];
        let start = ["--case", case, "--yes", "--no-wait", "--partner", "aims", "-vv"];
        self.run(&[&start[..], &answers, &facts].concat())
    }

    /// Two turns: what a reply changes in the first is sent in the second at the latest.
    fn turn(&self) {
        self.run(&["run", "--once", "-vv"]).expect(0);
        self.run(&["run", "--once", "-vv"]).expect(0);
    }

    fn show(&self, case: &str) -> Value {
        self.run(&["--format", "json", "show", case]).expect(0).json()
    }
}

fn attempts(page: &Value) -> Vec<String> {
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or("-").to_owned();
    let list = page["attempts"].as_array().unwrap().iter();
    list.map(|it| format!("{} {} {}", text(it, "id"), text(it, "provider"), text(it, "outcome"))).collect()
}

#[test]
fn a_login_that_is_refused_fails_over_at_once_and_the_reply_is_read_back() {
    let house = House::new("");
    house.first.refuses("401 UNAUTHORIZED", r#"{"code":20003,"message":"no"}"#);
    house.page("1234567").expect(0);
    let shown = house.show("1234567");
    assert_eq!(attempts(&shown), ["r1.0.ada-ruiz.sms.1 twilio unavailable", "r1.0.ada-ruiz.sms.2 backup accepted"]);
    let texts = house.backup.texts();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].starts_with(ADA) && texts[0].contains("PAGE AIMS 1234567"), "{texts:?}");
    assert_ne!(house.first.books().logins[0], house.backup.books().logins[0], "each has its own secret");

    house.backup.writes(ADA, " I have it! ");
    house.turn();
    let shown = house.show("1234567");
    assert_eq!((&shown["state"], &shown["acknowledged"]["by"]), (&json!("acknowledged"), &json!("Ada Ruiz")));
    let texts = house.backup.texts();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(
        texts[0].contains("you have 1234567. Call Pat Quinn 608-555-0142 by ") && texts[0].contains("Reply 9"),
        "{texts:?}"
    );
    house.backup.writes(ADA, "9");
    house.turn();
    let texts = house.backup.texts();
    assert!(texts.len() == 1 && texts[0].contains("noted, in time"), "{texts:?}");
    let shown = house.show("1234567");
    assert_eq!((&shown["state"], &shown["promise"]["state"]), (&json!("closed"), &json!("kept")));
    assert_eq!(shown["promise"]["called_back_by"], "Ada Ruiz");
    assert!(shown["promise"]["told_by"].is_string());
    house.turn();
    assert_eq!((house.first.texts().len(), house.backup.texts().len()), (0, 0), "nobody is told anything twice");
}

#[test]
fn stop_goes_on_to_the_next_and_is_a_red_line_until_start() {
    let house = House::new("");
    house.page("1234567").expect(0);
    assert_eq!(house.first.texts().len(), 1);
    house.first.writes(ADA, "STOP");
    house.turn();
    let texts = house.first.texts();
    assert!(texts.len() == 1 && texts[0].starts_with("+16085550102"), "Ben at once, and no word to Ada: {texts:?}");
    let line = "SMS to Ada Ruiz is blocked since ";
    for words in [&["who"][..], &["gaps"], &["pages"], &["show", "1234567"]] {
        let said = house.run(words).out;
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(line) && flat.contains("must text START to 608-555-0100"), "{words:?}: {said}");
    }
    let red = house.run(&["--color", "always", "who"]).out;
    assert!(red.contains("\u{1b}[1;31m  ! SMS to Ada Ruiz"), "{red}");
    let who = house.run(&["--format", "json", "who"]).json();
    assert_eq!(who["schedules"][0]["on_call"][0]["opted_out"], true);
    assert_eq!(house.show("1234567")["on_call"][0]["opted_out"], true);
    let gaps = house.run(&["--format", "json", "gaps"]).json();
    assert_eq!(gaps["opted_out"][0]["name"], "Ada Ruiz");

    // Another page does not try to text her.
    let second = house.page("1234568").expect(0);
    assert!(second.out.contains(line), "{}", second.out);
    let shown = house.show("1234568");
    let first = &shown["attempts"][0];
    assert_eq!(first["outcome"], "refused");
    assert!(first["detail"].as_str().unwrap().contains("must text START to 608-555-0100"), "{first}");
    assert!(house.first.texts().iter().all(|text| text.starts_with("+16085550102")));

    house.first.writes(ADA, "start");
    house.turn();
    assert!(!house.run(&["who"]).out.contains("blocked"));
    house.page("1234569").expect(0);
    assert!(house.first.texts().iter().any(|text| text.starts_with(ADA) && text.contains("1234569")));
}

#[test]
fn a_promise_for_the_morning_is_said_as_a_clock_time() {
    let house = House::new("[[promise]]\ndue = \"07:15\"\n");
    let page = house.page("1234567").expect(0).out;
    assert!(!page.contains("one hour") && page.contains("7:15"), "{page}");
    let shown = house.show("1234567");
    assert!(shown["promise"]["due"].as_str().unwrap().contains("T07:15:00"), "{shown}");
    assert!(!shown["record"].as_str().unwrap().contains("one hour"));
    let wrong = House::new("[[promise]]\nafter = \"23:00\"\n").run(&["who"]).expect(2).err;
    assert!(wrong.contains("rule 1 of [[promise]]") && wrong.contains("neither due nor minutes"), "{wrong}");
}
