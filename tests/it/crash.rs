//! Does a page survive `kill -9` at any moment, and two processes at once? Books are kept by the provider in the test.
//!
//! The real program is killed while it pages: from inside the provider before and after it answers, and at random
//! moments. What the provider saw is held against what the log says afterwards.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Ended, Site};

/// How many times the program is killed. The seed of each kill is its number.
const KILLS: u64 = 60;
/// Random moments lie in the first so many microseconds of a process.
const MOMENTS_US: u64 = 120_000;
/// How many times two processes compete.
const RACES: usize = 20;
/// Longer than anything here takes on a busy machine: only a hang meets it.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) const VARIABLES: [(&str, &str); 1] = [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token")];

/// When the process that sends is to be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kill {
    /// When the provider has the text of this number, from 1, and before it answers.
    Before(usize),
    /// When the provider has answered it.
    After(usize),
}

/// What the provider knows.
#[derive(Default)]
struct Books {
    /// The number and the words of every text, with the name it gave it.
    texts: Vec<(String, String)>,
    kill: Option<Kill>,
    victim: Option<Child>,
}

/// A provider of texts on threads of this test.
pub(crate) struct Sms {
    address: String,
    books: Arc<(Mutex<Books>, Condvar)>,
}

impl Sms {
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
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        self.books().texts.clone()
    }

    /// Waits until there are so many texts.
    pub(crate) fn wait_for(&self, texts: usize) {
        let waited = self.books.1.wait_timeout_while(self.books(), PATIENCE, |books| books.texts.len() < texts);
        let (books, late) = waited.unwrap();
        assert!(!late.timed_out(), "{:?}", books.texts);
    }

    /// Starts the program, which `kill` ends when the provider is asked, and waits for its end.
    pub(crate) fn run_killed(&self, mut command: Command, kill: Option<Kill>, moment: Option<Duration>) {
        {
            // Locked until the victim is known: a request meanwhile waits.
            let mut books = self.books();
            books.kill = kill;
            books.victim = Some(command.spawn().unwrap());
        }
        if let Some(moment) = moment {
            // The kill is meant to hit anywhere; nothing is awaited by this.
            std::thread::sleep(moment);
            self.books().victim.as_mut().unwrap().kill().unwrap();
        }
        // Taken out of the books to be waited for, unless the provider has to kill it.
        if kill.is_some() {
            let killed =
                self.books.1.wait_timeout_while(self.books(), PATIENCE, |books| books.victim.is_some()).unwrap();
            assert!(!killed.1.timed_out(), "the provider was not asked often enough: {kill:?}");
        } else {
            let mut victim = self.books().victim.take().unwrap();
            victim.wait().unwrap();
        }
    }
}

impl Books {
    /// Ends the victim and waits until it is gone.
    fn kill(&mut self) {
        if let Some(mut victim) = self.victim.take() {
            victim.kill().unwrap();
            victim.wait().unwrap();
        }
        self.kill = None;
    }
}

/// Answers one request, as the provider's description has it. A text is in the books before it is answered.
fn answer(mut stream: TcpStream, (books, changed): &(Mutex<Books>, Condvar)) {
    let Some((head, body)) = request(&mut stream) else { return };
    if head.starts_with("GET") {
        reply(&mut stream, "200 OK", r#"{"messages":[],"next_page_uri":null}"#);
        return;
    }
    let mut books = books.lock().unwrap();
    let number = books.texts.len() + 1;
    let sid = format!("SM{number:032x}");
    books.texts.push((sid.clone(), body));
    if books.kill == Some(Kill::Before(number)) {
        books.kill();
    }
    reply(&mut stream, "201 CREATED", &format!(r#"{{"sid":"{sid}","status":"queued"}}"#));
    if books.kill == Some(Kill::After(number)) {
        books.kill();
    }
    changed.notify_all();
}

fn reply(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    // Who asked may be dead.
    let _gone = stream.write_all(text.as_bytes());
    let _gone = stream.shutdown(std::net::Shutdown::Write);
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

/// A site where two technicians are paged at once, by text alone.
fn site(sms: &Sms) -> Site {
    site_with(sms, "")
}

/// The same with more settings.
pub(crate) fn site_with(sms: &Sms, more: &str) -> Site {
    let settings = format!(
        r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[paging]
attempt_timeout_s = 60
[delivery]
mode = "live"
[delivery.sms]
base_url = "{}"
account_sid = "AC0123456789abcdef0123456789abcdef"
from = "+16085550100"
timeout_s = 50
connect_timeout_s = 50
per_second = 0
{more}
"#,
        sms.address
    );
    Site::with(&[
        ("page-oncall.toml", &settings),
        ("aims.csv", "start,end,person\n2017-01-01,2038-01-01,Ada Ruiz\n2017-01-01,2038-01-01,Ben Okafor\n"),
        ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\n"),
    ])
}

const PEOPLE: [(&str, &str); 2] = [("Ada Ruiz", "6085550101"), ("Ben Okafor", "6085550102")];
pub(crate) const CALL: [&str; 19] = [
    "--case",
    "1234567",
    "--yes",
    "--partner",
    "aims",
    "--outage",
    "no",
    "--hd-can-help",
    "no",
    "--device",
    "departmental",
    "--critical",
    "yes",
    "--customer",
    "Pat Quinn",
    "--phone",
    "608-555-0142",
    "--summary",
    "PC down",
];

pub(crate) fn quiet(site: &Site, words: &[&str]) -> Command {
    let mut command = site.command(words);
    command.envs(VARIABLES).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

pub(crate) fn run(site: &Site, words: &[&str]) -> Ended {
    site.run_with(&VARIABLES, words)
}

/// The page as `show` tells it; `None` when there is none.
pub(crate) fn page(site: &Site) -> Option<Value> {
    let shown = run(site, &["--format", "json", "show", "1234567"]);
    match shown.code {
        0 => Some(shown.json()),
        1 => None,
        _ => panic!("{}", shown.err),
    }
}

/// The attempts of a page as `(id, person, provider's name, outcome)`.
pub(crate) fn attempts(page: &Value) -> Vec<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = page["attempts"].as_array().unwrap().iter();
    list.map(|it| (text(&it["id"]), text(&it["to"]), text(&it["provider_id"]), text(&it["outcome"]))).collect()
}

/// Asserts that the log says nothing that the provider does not know, and that everybody was told.
pub(crate) fn books_agree(what: &str, sms: &Sms, page: &Value, crashes: usize) {
    let (texts, attempts) = (sms.texts(), attempts(page));
    let told = format!("{what}: {attempts:#?}\n{texts:#?}");
    let ids: BTreeSet<_> = attempts.iter().map(|(id, ..)| id).collect();
    assert_eq!(ids.len(), attempts.len(), "every attempt has an id of its own; {told}");
    let accepted: Vec<_> = attempts.iter().filter(|(.., outcome)| outcome == "accepted").collect();
    let names: BTreeSet<_> = accepted.iter().map(|(_, _, sid, _)| sid).collect();
    assert_eq!(names.len(), accepted.len(), "no text stands for two attempts; {told}");
    for (name, number) in PEOPLE {
        // Who was sent two texts in doubt gets no third: the ladder goes on by its clock.
        let doubts = attempts.iter().filter(|(_, to, _, outcome)| to == name && outcome == "unknown").count();
        let is_told = accepted.iter().any(|(_, to, ..)| to == name) || (doubts == 2 && crashes == 2);
        assert!(is_told, "{name} was not told; {told}");
        let texts_to = texts.iter().filter(|(_, body)| body.contains(number)).count();
        assert!((1..=1 + crashes).contains(&texts_to), "{texts_to} texts to {name}; {told}");
    }
    for (_, to, sid, _) in &accepted {
        let (_, number) = PEOPLE.iter().find(|(name, _)| name == to).unwrap();
        let known = texts.iter().any(|(name, body)| name == sid && body.contains(number));
        assert!(known, "accepted, and the provider does not know it; {told}");
    }
    assert!(texts.len() <= PEOPLE.len() + crashes, "at most one text twice a crash; {told}");
    assert!(texts.len() <= attempts.len(), "no text without an attempt; {told}");
}

/// A number that looks random, the same for the same seed.
fn random(seed: u64, below: u64) -> u64 {
    let mut x = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ (x >> 31)) % below
}

#[test]
fn no_page_is_lost_and_none_is_doubled_twice_whenever_the_program_is_killed() {
    let (mut on_disk, mut nothing) = (0, 0);
    for seed in 0..KILLS {
        let sms = Sms::start();
        let site = site(&sms);
        let (kill, moment) = match seed % 6 {
            0 => (Some(Kill::Before(1)), None),
            1 => (Some(Kill::After(1)), None),
            2 => (Some(Kill::Before(2)), None),
            3 => (Some(Kill::After(2)), None),
            // Half of the moments lie where a page is not on disk yet.
            4 => (None, Some(Duration::from_micros(random(seed, MOMENTS_US / 12)))),
            _ => (None, Some(Duration::from_micros(random(seed, MOMENTS_US)))),
        };
        let what = format!("seed {seed}, {kill:?} {moment:?}");
        let mut call = CALL.to_vec();
        if seed % 4 < 2 {
            call.push("--no-wait");
        }
        sms.run_killed(quiet(&site, &call), kill, moment);
        let stored = page(&site).is_some();
        if stored {
            on_disk += 1;
            run(&site, &["run", "--once"]).expect(0);
        } else {
            nothing += 1;
            assert!(kill.is_none() && sms.texts().is_empty(), "{what}: sent before it was on disk");
            // The agent calls again, as people do.
            run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
        }
        let page = page(&site).unwrap_or_else(|| panic!("{what}: the page is lost"));
        assert_eq!(page["state"], "paging", "{what}");
        books_agree(&what, &sms, &page, usize::from(stored));
        let pages = run(&site, &["--format", "json", "pages", "--all"]).expect(0).json();
        assert_eq!(pages["pages"].as_array().unwrap().len(), 1, "{what}");
    }
    println!("{KILLS} kills: {on_disk} after the page was on disk, {nothing} before");
    assert!(on_disk > 0 && nothing > 0, "the random moments lie on both sides of the page's first write");
}

#[test]
fn a_process_that_recovers_may_be_killed_as_well() {
    for (first, second) in [(1, 2), (1, 3), (2, 3)] {
        for (kill, kill_again) in [
            (Kill::Before(first), Kill::Before(second)),
            (Kill::Before(first), Kill::After(second)),
            (Kill::After(first), Kill::Before(second)),
        ] {
            let sms = Sms::start();
            let site = site(&sms);
            sms.run_killed(quiet(&site, &CALL), Some(kill), None);
            sms.run_killed(quiet(&site, &["run"]), Some(kill_again), None);
            run(&site, &["run", "--once"]).expect(0);
            let page = page(&site).expect("the page is not lost");
            let what = format!("{kill:?}, {kill_again:?}");
            books_agree(&what, &sms, &page, 2);
            assert!(!page["next"].is_null(), "{what}: the climb goes on: {page:#}");
        }
    }
}

#[test]
fn two_calls_for_one_case_make_one_page_and_send_it_once() {
    for round in 0..RACES {
        let sms = Sms::start();
        let site = site(&sms);
        let call = [&CALL[..], &["--no-wait"]].concat();
        let both: Vec<Child> = (0..2).map(|_| quiet(&site, &call).spawn().unwrap()).collect();
        for mut one in both {
            assert_eq!(one.wait().unwrap().code(), Some(0), "round {round}");
        }
        run(&site, &["run", "--once"]).expect(0);
        let page = page(&site).unwrap();
        books_agree(&format!("round {round}"), &sms, &page, 0);
        assert_eq!(sms.texts().len(), attempts(&page).len(), "round {round}: every attempt is sent exactly once");
        let pages = run(&site, &["--format", "json", "pages", "--all"]).expect(0).json();
        assert_eq!(pages["pages"].as_array().unwrap().len(), 1, "round {round}");
    }
}

#[test]
fn two_engines_send_every_attempt_once() {
    for round in 0..RACES {
        let sms = Sms::start();
        let site = site(&sms);
        // A page with everything still to do: its first text is in doubt, its second was never begun.
        sms.run_killed(quiet(&site, &CALL), Some(Kill::Before(1)), None);
        let engines: Vec<_> = (0..2).map(|_| site.start(&VARIABLES, &["run", "-v"])).collect();
        for engine in &engines {
            engine.lines_until("the engine runs");
        }
        sms.wait_for(3);
        run(&site, &["ack", "1234567", "--by", "Ada Ruiz"]).expect(0);
        // Ben hears that Ada has it.
        sms.wait_for(4);
        for engine in engines {
            let (status, log) = engine.stopped();
            assert_eq!(status.code(), Some(0), "round {round}: {log:#?}");
        }
        let page = page(&site).unwrap();
        let attempts = attempts(&page);
        let outcomes: Vec<_> = attempts.iter().map(|(_, to, _, outcome)| (to.as_str(), outcome.as_str())).collect();
        let expected =
            [("Ada Ruiz", "unknown"), ("Ada Ruiz", "accepted"), ("Ben Okafor", "accepted"), ("Ben Okafor", "accepted")];
        assert_eq!(outcomes, expected, "round {round}");
        assert_eq!(sms.texts().len(), 4, "round {round}: every attempt is sent exactly once: {:#?}", sms.texts());
    }
}
