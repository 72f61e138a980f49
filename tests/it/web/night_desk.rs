//! How does a test stand at the desk at night? A running service of a training site, and people with tokens.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::support::Site;
use crate::support_browser::Browser;
use crate::support_tools::Program;

/// Only a hang meets it.
const PATIENCE: Duration = Duration::from_mins(2);

/// The customer of every case.
pub(super) const CUSTOMER: &str = "Marguerite Oduya";

/// The facts of a case, as the form sends them.
pub(super) const FACTS: [(&str, &str); 3] =
    [("customer", CUSTOMER), ("phone", "608-555-0142"), ("summary", "Payroll printer stopped")];

/// The answers that page AIMS.
pub(super) const AIMS: [(&str, &str); 5] =
    [("outage", "no"), ("partner", "aims"), ("hd_can_help", "no"), ("device", "departmental"), ("critical", "yes")];

/// A running service.
pub(super) struct Desk {
    pub(super) site: Site,
    pub(super) program: Program,
    address: String,
}

/// Somebody who asks, with a token.
pub(super) struct Person<'a> {
    desk: &'a Desk,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    /// Where it leads.
    pub(super) fn location(&self) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix("location: "));
        line.unwrap_or_else(|| panic!("no way on: {} {}", self.head, self.body))
    }

    /// The value of a hidden field.
    pub(super) fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self.body.split(&mark).nth(1).unwrap_or_else(|| panic!("no field {name}: {}", self.body));
        rest.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&")
    }
}

impl Desk {
    /// The desk with these hours of CPS and of the Help Desk.
    pub(super) fn open(cps_hours: &str, general_hours: &str) -> Self {
        let settings = format!(
            r#"
[desk]
cps_hours = "{cps_hours}"
general_hours = "{general_hours}"
[schedules.aims]
source = "csv:aims.csv"
[schedules.gds]
source = "csv:gds.csv"
[[leadership]]
name = "Lead Olsen"
phone = "608-555-0190"
[serve]
listen = "127.0.0.1:0"
[delivery]
mode = "training"
[delivery.training]
reply_after_s = 3600
"#
        );
        let shifts = "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2017-01-01,2038-01-01,Ben Okafor,secondary\n";
        let site = Site::with(&[
            ("page-oncall.toml", &settings),
            ("aims.csv", shifts),
            ("gds.csv", shifts),
            ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\nCy Young,608-555-0103\n"),
            ("partners.csv", "department,group\nLand Records,gds\nApiary,aims\n"),
        ]);
        let program = site.start(&[], &["--format", "json", "serve"]);
        let line = program.lines_until("\"listening\"").pop().unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { site, address: told["listening"].as_str().unwrap().to_owned(), program }
    }

    /// The desk at night: CPS is closed.
    pub(super) fn at_night() -> Self {
        Self::open("never", "always")
    }

    /// Somebody of this role; `more` are further options of the token.
    pub(super) fn person(&self, name: &str, role: &str, more: &[&str]) -> Person<'_> {
        let words = [&["--format", "json", "token", "create", name, "--role", role], more].concat();
        let told = self.site.run(&words).expect(0).json();
        Person { desk: self, token: told["secret"].as_str().unwrap().to_owned() }
    }

    /// An agent.
    pub(super) fn agent(&self, name: &str) -> Person<'_> {
        self.person(name, "agent", &[])
    }

    /// The page of a case, as `show` tells it.
    pub(super) fn show(&self, case: &str) -> Value {
        self.site.run(&["--format", "json", "show", case]).expect(0).json()
    }

    /// How many pages there are.
    pub(super) fn pages(&self) -> usize {
        let told = self.site.run(&["--format", "json", "pages", "--all"]).expect(0).json();
        told["pages"].as_array().unwrap().len()
    }
}

impl Person<'_> {
    pub(super) fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1"), "")
    }

    pub(super) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask(&format!("POST {path} HTTP/1.1"), &body.join("&"))
    }

    fn ask(&self, line: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.desk.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (token, length) = (&self.token, body.len());
        write!(
            stream,
            "{line}\r\nHost: any\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A new form of a case; its path.
    pub(super) fn begin(&self, case: &str) -> String {
        let begun = self.post("/page", &[("case", case)]);
        assert_eq!(begun.status, 303, "{}", begun.body);
        begun.location().to_owned()
    }

    /// Answers a question of a form.
    pub(super) fn answer(&self, form: &str, question: &str, answer: &str) {
        let taken = self.post(form, &[("do", "answer"), ("question", question), ("answer", answer)]);
        assert_eq!((taken.status, taken.location()), (303, form), "{question} {answer}: {}", taken.body);
    }

    /// Gives the facts of a form.
    pub(super) fn facts(&self, form: &str, case: &str) {
        let given = self.post(form, &[&[("do", "facts"), ("case", case)], &FACTS[..]].concat());
        assert_eq!(given.status, 303, "{}", given.body);
    }

    /// A form of a case that is ready to page AIMS; its path and its sheet.
    pub(super) fn ready(&self, case: &str) -> (String, Answer) {
        let form = self.begin(case);
        for (question, answer) in AIMS {
            self.answer(&form, question, answer);
        }
        self.facts(&form, case);
        let sheet = self.get(&form);
        assert_eq!(sheet.status, 200, "{}", sheet.body);
        (form, sheet)
    }

    /// Presses the button of a sheet.
    pub(super) fn press(&self, form: &str, sheet: &Answer) -> Answer {
        let (shown, at) = (sheet.hidden("shown"), sheet.hidden("shown_at_ms"));
        let whole = sheet.hidden("form");
        self.post(form, &[("do", "page"), ("shown", &shown), ("shown_at_ms", &at), ("form", &whole)])
    }

    /// A browser of theirs.
    pub(super) fn browser(&self) -> Browser {
        let mut browser = Browser::start(&self.desk.address);
        self.sits_at(&mut browser);
        browser
    }

    /// Whoever sits at this browser is this person from now on.
    pub(super) fn sits_at(&self, browser: &mut Browser) {
        browser.headers(&[("Authorization", &format!("Bearer {}", self.token))]);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}
