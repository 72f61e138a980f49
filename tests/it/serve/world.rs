//! What do the carriers and phones of a story do? Several accounts on threads, one ledger of everything that went out.
//!
//! A story ends with the list of messages that it expects; any other message fails it.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::provider::{PATIENCE, fields, request};
use super::service::{Answer, PUBLIC, Service};
use crate::support_phones::Handset;

pub(super) const ADA: &str = "+16085550101";
pub(super) const BEN: &str = "+16085550102";
pub(super) const LEADER: &str = "+16085550190";

/// How an account treats what it is asked to send.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Takes,
    /// It answers with this status and body, and sends nothing.
    Refuses(&'static str, &'static str),
    /// It takes the request and never answers.
    Hangs,
}

/// Something that went out.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) account: &'static str,
    pub(super) kind: &'static str,
    pub(super) to: String,
    /// The text, or the document of the call.
    pub(super) words: String,
    pub(super) sid: String,
    /// Where its fate is told, and where who answered.
    pub(super) callback: String,
    pub(super) detection: String,
}

#[derive(Default)]
struct Books {
    sent: Vec<Sent>,
    /// What was asked of each account in vain.
    vain: Vec<(&'static str, String)>,
    /// What calls were led to later.
    redirected: Vec<(String, String)>,
    /// Calls that were ended for whoever made them, in order.
    hung_up: Vec<String>,
    /// Texts that came in: account, sid, from, text, when by the account's clock.
    inbound: Vec<(&'static str, String, String, String, DateTime<Utc>)>,
    lists: usize,
    stopped: BTreeSet<String>,
    names: usize,
}

/// The books of all accounts.
#[derive(Clone, Default)]
pub(super) struct World(Arc<(Mutex<Books>, Condvar)>);

/// An account of a carrier.
pub(super) struct Account {
    pub(super) name: &'static str,
    pub(super) sid: &'static str,
    pub(super) number: &'static str,
    pub(super) token: &'static str,
    pub(super) address: String,
    ahead: TimeDelta,
    world: World,
}

/// How an account's clock and manner are.
#[derive(Clone, Copy)]
struct Ways {
    name: &'static str,
    manner: Manner,
    /// How far its clock is ahead of the time.
    ahead: TimeDelta,
    /// Whether its answers carry a date, and whether that one is right although the others are not.
    dated: Dated,
}

/// Which dates an account tells beside those of its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dated {
    /// Its answers carry no date.
    No,
    /// The date of the same clock.
    Same,
    /// A date that is right: another machine answers than the one that dates texts. What is taken is dated as in lists.
    Right,
}

#[allow(clippy::disallowed_methods, reason = "a carrier tells its own time")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

impl World {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.0.lock().unwrap()
    }

    fn wait(&self, what: &str, holds: impl Fn(&Books) -> bool) -> MutexGuard<'_, Books> {
        let (books, late) = self.0.1.wait_timeout_while(self.books(), PATIENCE, |books| !holds(books)).unwrap();
        assert!(!late.timed_out(), "{what}: {:#?}", books.sent);
        books
    }

    /// Opens an account.
    pub(super) fn account(&self, name: &'static str, manner: Manner) -> Account {
        self.account_with(name, manner, TimeDelta::zero(), Dated::Same)
    }

    /// Opens one whose clock is wrong.
    pub(super) fn account_with(&self, name: &'static str, manner: Manner, ahead: TimeDelta, dated: Dated) -> Account {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (world, ways) = (self.clone(), Ways { name, manner, ahead, dated });
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let world = world.clone();
                std::thread::spawn(move || answer(stream, &world, ways));
            }
        });
        let (sid, number, token) = match name {
            "first" => ("AC0123456789abcdef0123456789abcdef", "+16085550100", "synthetic-token"),
            _ => ("AC1123456789abcdef0123456789abcdef", "+16085550109", "another-token"),
        };
        Account { name, sid, number, token, address, ahead, world: self.clone() }
    }

    /// Everything that went out, once there is so much of it.
    pub(super) fn sent_up_to(&self, count: usize) -> Vec<Sent> {
        self.wait("too little went out", |books| books.sent.len() >= count).sent.clone()
    }

    pub(super) fn sent(&self) -> Vec<Sent> {
        self.books().sent.clone()
    }

    /// The call to `number` that is made as its `place`-th.
    pub(super) fn call_to(&self, number: &str, place: usize) -> Sent {
        let to_it = |it: &&Sent| it.kind == "call" && it.to == number;
        let books = self.wait("nobody is called", |books| books.sent.iter().filter(to_it).count() > place);
        books.sent.iter().filter(to_it).nth(place).cloned().unwrap()
    }

    /// The text to `number` that goes out as its `place`-th.
    pub(super) fn text_to(&self, number: &str, place: usize) -> Sent {
        let to_it = |it: &&Sent| it.kind == "text" && it.to == number;
        let books = self.wait("nobody is texted", |books| books.sent.iter().filter(to_it).count() > place);
        books.sent.iter().filter(to_it).nth(place).cloned().unwrap()
    }

    pub(super) fn redirected(&self) -> Vec<(String, String)> {
        self.books().redirected.clone()
    }

    /// Waits until this call was ended by whoever made it: all that were by then, in order.
    pub(super) fn hung_up(&self, call: &Sent) -> Vec<String> {
        self.wait("the call is not ended", |books| books.hung_up.contains(&call.sid)).hung_up.clone()
    }

    /// What was asked in vain of an account.
    pub(super) fn vain(&self, name: &str) -> usize {
        self.books().vain.iter().filter(|(account, _)| *account == name).count()
    }

    /// Waits until lists of replies were asked for so many more times.
    pub(super) fn lists_up_to(&self, more: usize) {
        let until = self.books().lists + more;
        drop(self.wait("replies are not asked for", |books| books.lists >= until));
    }

    /// What went out, as `account kind number: words`, where `words` is the gist; in any order.
    pub(super) fn gists(&self, gist: impl Fn(&Sent) -> &'static str) -> Vec<String> {
        let mut gists: Vec<String> =
            self.sent().iter().map(|it| format!("{} {} {}: {}", it.account, it.kind, it.to, gist(it))).collect();
        gists.sort();
        gists
    }
}

/// What a message is, by its words.
pub(super) fn gist(sent: &Sent) -> &'static str {
    let has = |words: &str| sent.words.contains(words);
    match sent.kind {
        "call" if has("Help Desk on-call page") => "page",
        "text" if has("PAGE AIMS") && has("Reply ") => "page",
        "text" if has("you have ") => "yours",
        "text" if has("has it") || has("has 1234567") => "another has it",
        "text" if has("noted") => "noted",
        _ => panic!("nobody expected {sent:#?}"),
    }
}

impl Account {
    /// Takes in a text from `from`, lists it from now on, and gives its name.
    pub(super) fn takes_in(&self, from: &str, text: &str) -> String {
        self.takes_in_at(from, text, now())
    }

    /// The same of a text that came in so long ago.
    pub(super) fn took_in(&self, from: &str, text: &str, ago: TimeDelta) -> String {
        self.takes_in_at(from, text, now() - ago)
    }

    fn takes_in_at(&self, from: &str, text: &str, at: DateTime<Utc>) -> String {
        let mut books = self.world.books();
        books.names += 1;
        let sid = format!("SM{:031x}e", books.names);
        match text {
            "STOP" => drop(books.stopped.insert(from.to_owned())),
            "START" => drop(books.stopped.remove(from)),
            _ => {}
        }
        books.inbound.push((self.name, sid.clone(), from.to_owned(), text.to_owned(), at + self.ahead));
        sid
    }

    /// Takes in a text and brings it to the service.
    pub(super) fn brings(&self, service: &Service, from: &str, text: &str) -> Answer {
        let sid = self.takes_in(from, text);
        self.brings_again(service, &sid, from, text)
    }

    pub(super) fn brings_again(&self, service: &Service, sid: &str, from: &str, text: &str) -> Answer {
        let fields =
            [("MessageSid", sid), ("AccountSid", self.sid), ("From", from), ("To", self.number), ("Body", text)];
        service.call_back_with(self.token, &format!("{PUBLIC}/hooks/twilio/sms"), &fields)
    }

    /// Tells what became of a text.
    pub(super) fn tells(&self, service: &Service, sent: &Sent, status: &str) -> Answer {
        let fields = [
            ("MessageSid", sent.sid.as_str()),
            ("MessageStatus", status),
            ("AccountSid", self.sid),
            ("From", self.number),
            ("To", &sent.to),
            ("AFieldNobodyKnows", "x"),
        ];
        service.call_back_with(self.token, &sent.callback, &fields)
    }

    /// Tells how a call ended.
    pub(super) fn ends(&self, service: &Service, call: &Sent, status: &str) -> Answer {
        let fields =
            [("CallSid", call.sid.as_str()), ("CallStatus", status), ("AccountSid", self.sid), ("From", self.number)];
        service.call_back_with(self.token, &call.callback, &fields)
    }

    /// Tells who answered a call.
    pub(super) fn detects(&self, service: &Service, call: &Sent, by: &str) -> Answer {
        let fields =
            [("CallSid", call.sid.as_str()), ("AnsweredBy", by), ("AccountSid", self.sid), ("From", self.number)];
        service.call_back_with(self.token, &call.detection, &fields)
    }

    /// Presses a key in a call that was answered, and hears what is said to it.
    pub(super) fn presses(&self, service: &Service, call: &Sent, key: &str) -> Handset {
        let heard = Handset::hearing(&call.words);
        let action = heard.listened.expect("the call listens for keys");
        let fields = [
            ("CallSid", call.sid.as_str()),
            ("AccountSid", self.sid),
            ("From", self.number),
            ("To", &call.to),
            ("Digits", key),
        ];
        let answer = service.call_back_with(self.token, &action, &fields);
        assert_eq!(answer.status, 200, "{answer:?}");
        Handset::hearing(&answer.body)
    }
}

/// Answers one request as an account of a carrier does.
fn answer(mut stream: TcpStream, world: &World, ways: Ways) {
    let Some((head, body)) = request(&mut stream) else { return };
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let path = target.split('?').next().unwrap_or_default();
    let resource: Vec<&str> = path.split('/').skip(4).collect();
    let form = fields(&body);
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value).to_owned();
    let dated = (now() + ways.ahead).to_rfc2822();
    let asks_to_send = head.starts_with("POST") && resource.len() == 1;
    let (status, reply) = {
        let mut books = world.books();
        if asks_to_send && ways.manner != Manner::Takes {
            books.vain.push((ways.name, field("To")));
            match ways.manner {
                Manner::Refuses(status, body) => (status, body.to_owned()),
                _ => ("", String::new()),
            }
        } else if asks_to_send && resource == ["Messages.json"] && books.stopped.contains(&field("To")) {
            books.vain.push((ways.name, field("To")));
            ("400 BAD REQUEST", r#"{"code":21610,"message":"x","status":400}"#.to_owned())
        } else if asks_to_send {
            let (kind, words, mark) = match resource[0] {
                "Messages.json" => ("text", field("Body"), "SM"),
                "Calls.json" => ("call", field("Twiml"), "CA"),
                other => panic!("nobody expected {other}"),
            };
            let sid = format!("{mark}{:031x}{:x}", books.sent.len() + 1, ways.name.len());
            let (callback, detection) = (field("StatusCallback"), field("AsyncAmdStatusCallback"));
            let to = field("To");
            books.sent.push(Sent { account: ways.name, kind, to, words, sid: sid.clone(), callback, detection });
            (
                "201 CREATED",
                json!({"sid": sid, "status": "queued", "date_created": dated, "date_sent": null}).to_string(),
            )
        } else if head.starts_with("POST") && field("Status") == "completed" {
            books.hung_up.push(resource[1].trim_end_matches(".json").to_owned());
            ("200 OK", json!({"status": "ringing"}).to_string())
        } else if head.starts_with("POST") {
            books.redirected.push((resource[1].trim_end_matches(".json").to_owned(), field("Twiml")));
            ("200 OK", json!({"status": "in-progress"}).to_string())
        } else if resource == ["Messages.json"] {
            books.lists += 1;
            let mine = books.inbound.iter().filter(|it| it.0 == ways.name);
            let text = |(_, sid, from, text, at): &(&str, String, String, String, DateTime<Utc>)| json!({"sid": sid, "direction": "inbound", "from": from, "body": text, "date_sent": at.to_rfc2822()});
            // As the provider does: of the day that was asked for, and later.
            let url = reqwest::Url::parse(&format!("http://x{target}")).unwrap();
            let since = url.query_pairs().find(|(key, _)| key == "DateSent>").map(|(_, day)| day.into_owned());
            let since = since.unwrap_or_default();
            let listed: Vec<_> = mine.filter(|it| it.4.format("%Y-%m-%d").to_string() >= since).map(text).collect();
            ("200 OK", json!({"messages": listed, "next_page_uri": null}).to_string())
        } else {
            let status = if resource[0] == "Calls" { "in-progress" } else { "sent" };
            ("200 OK", json!({"sid": "SM1", "status": status}).to_string())
        }
    };
    world.0.1.notify_all();
    if status.is_empty() {
        // Until whoever asked gives up.
        let _given_up = request(&mut stream);
        return;
    }
    let http_date = |at: DateTime<Utc>| format!("Date: {}\r\n", at.format("%a, %d %b %Y %H:%M:%S GMT"));
    let date = match ways.dated {
        Dated::No => String::new(),
        Dated::Same => http_date(now() + ways.ahead),
        Dated::Right => http_date(now()),
    };
    let length = reply.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{date}Content-Length: {length}\r\nConnection: close\r\n\r\n{reply}"
    );
    // Who asked may be dead.
    let _gone = stream.write_all(text.as_bytes());
    let _gone = stream.shutdown(std::net::Shutdown::Write);
}
