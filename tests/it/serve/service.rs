//! How does a test run the service as its users do? The real process at a free port, and requests over plain TCP.

use std::io::Write;
use std::net::TcpStream;

use serde_json::Value;

use super::provider::{PATIENCE, Provider, TOKEN, form, request, signature};
use crate::support::{Ended, Site};
use crate::support_tools::Program;

/// The address that the provider knows the service by; a reverse proxy would stand there.
pub(crate) const PUBLIC: &str = "https://pager.example.edu";
pub(crate) const VARIABLES: [(&str, &str); 1] = [("PAGE_ONCALL_SMS_TOKEN", TOKEN)];
pub(crate) const CUSTOMER: &str = "Marguerite Oduya";
pub(crate) const CUSTOMER_PHONE: &str = "608-555-0142";
pub(crate) const SUMMARY: &str = "Payroll printer stopped";
pub(crate) const CALL: [&str; 18] = [
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
    "--critical=yes",
    "--customer",
    CUSTOMER,
    "--phone",
    CUSTOMER_PHONE,
    "--summary",
    SUMMARY,
];

/// The settings of a live site with two technicians, paged by text alone. `serve` are further lines of `[serve]`.
pub(crate) fn settings(provider: &Provider, serve: &str) -> String {
    format!(
        r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[paging]
attempt_timeout_s = 60
[serve]
listen = "127.0.0.1:0"
public_url = "{PUBLIC}"
{serve}
[delivery]
mode = "live"
[delivery.sms]
{}
"#,
        provider.settings()
    )
}

/// A site with these settings.
pub(crate) fn site(provider: &Provider, serve: &str) -> Site {
    site_with(&settings(provider, serve))
}

pub(crate) fn site_with(settings: &str) -> Site {
    Site::with(&[
        ("page-oncall.toml", settings),
        (
            "aims.csv",
            "start,end,person,role\n2017-01-01,2038-01-01,Ada Ruiz,primary\n2017-01-01,2038-01-01,Ben Okafor,secondary\n",
        ),
        ("contacts.csv", "name,phone\nAda Ruiz,608-555-0101\nBen Okafor,608-555-0102\n"),
    ])
}

/// An answer of the service.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A running service.
pub(crate) struct Service {
    pub(crate) program: Program,
    pub(crate) address: String,
}

impl Service {
    /// Starts it at a free port, and returns once it listens.
    pub(crate) fn start(site: &Site, words: &[&str]) -> Self {
        Self::start_with(site, &VARIABLES, words)
    }

    pub(crate) fn start_with(site: &Site, variables: &[(&str, &str)], words: &[&str]) -> Self {
        let program = site.start(variables, &[&["--format", "json", "serve"], words].concat());
        let line = program.lines_until("\"listening\"").pop().unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { program, address: told["listening"].as_str().unwrap().to_owned() }
    }

    /// Sends a signal, by its name without `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        self.program.signal(name);
    }

    /// Sends `raw` as it is and reads one answer.
    pub(crate) fn raw(&self, raw: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may answer, and close, before it has read everything.
        let _refused_early = stream.write_all(raw);
        let (head, body) = request(&mut stream).expect("an answer");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n").as_bytes())
    }

    /// Posts a form with these further headers, each with its line end.
    pub(crate) fn post(&self, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        self.raw(
            format!(
                "POST {path} HTTP/1.1\r\nHost: any\r\nConnection: close\r\nContent-Length: {length}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n{headers}\r\n{body}"
            )
            .as_bytes(),
        )
    }

    /// Posts a form to an address under the public one as the provider does, signed with `token`.
    pub(crate) fn call_back_with(&self, token: &str, address: &str, fields: &[(&str, &str)]) -> Answer {
        let path = address.strip_prefix(PUBLIC).expect("an address of the service");
        let signed = format!("X-Twilio-Signature: {}\r\n", signature(token, address, fields));
        self.post(path, &signed, &form(fields))
    }

    /// The same, rightly signed.
    pub(crate) fn call_back(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.call_back_with(TOKEN, address, fields)
    }

    /// A text from `number`, rightly signed.
    pub(crate) fn text(&self, sid: &str, number: &str, text: &str) -> Answer {
        let fields = [("MessageSid", sid), ("From", number), ("To", super::provider::NUMBER), ("Body", text)];
        self.call_back(&format!("{PUBLIC}/hooks/twilio/sms"), &fields)
    }
}

/// Runs the program to its end.
pub(crate) fn run(site: &Site, words: &[&str]) -> Ended {
    site.run_with(&VARIABLES, words)
}

/// The page as `show` tells it.
pub(crate) fn page(site: &Site) -> Value {
    run(site, &["--format", "json", "show", "1234567"]).expect(0).json()
}
