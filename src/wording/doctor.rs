//! What did each check before the night find, and what is to be done? One finding a check, in words.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::columns::paragraph;
use super::time::{short, span, stamp};
use crate::decision::ladder::Channel;
use crate::proof::fact::Fact;
use crate::proof::finding::{CLOCKS_MAY_DIFFER, Finding, Severity, clock_difference};
use crate::proof::tzif::Change;

/// Area codes of numbers that are free to call (domain 3, "toll-free").
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// Free space below which the log may not be written tomorrow, and below which somebody should look, in MiB.
const TOO_LITTLE_MIB: u64 = 100;
const LITTLE_MIB: u64 = 1_024;

/// A finding.
pub fn finding(
    severity: Severity,
    code: &'static str,
    about: impl Into<String>,
    found: impl Into<String>,
    todo: impl Into<String>,
) -> Finding {
    Finding { severity, code, about: about.into(), found: found.into(), todo: todo.into() }
}

fn ok(code: &'static str, about: impl Into<String>, found: impl Into<String>) -> Finding {
    finding(Severity::Ok, code, about, found, "")
}

/// One finding as lines of 80 columns.
pub fn lines(finding: &Finding) -> String {
    let mark = match finding.severity {
        Severity::Ok => "ok      ",
        Severity::Warning => "warning ",
        Severity::Error | Severity::Settings => "ERROR   ",
        Severity::Unknown => "UNKNOWN ",
    };
    let mut text = paragraph(mark, 8, &format!("{}: {}", finding.about, finding.found));
    if !finding.todo.is_empty() {
        text.push('\n');
        text.push_str(&paragraph("        -> ", 11, &finding.todo));
    }
    text
}

/// The last line: how many of each, and what that means.
pub fn summary(findings: &[Finding], training: bool) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let wrong = count(Severity::Error) + count(Severity::Settings);
    let (unknown, warnings) = (count(Severity::Unknown), count(Severity::Warning));
    let verdict = match (wrong, unknown, training) {
        (_, _, true) => "TRAINING: nothing is sent from this site",
        (0, 0, _) => "nothing found that would keep a page from somebody tonight",
        (0, _, _) => "it CANNOT be told whether a page would reach somebody tonight",
        _ => "a page might NOT reach anybody tonight",
    };
    let numbers = format!("{}, {unknown} unknown, {}", plural(wrong, "error"), plural(warnings, "warning"));
    paragraph("", 2, &format!("{verdict} ({numbers}, {} ok)", count(Severity::Ok)))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// What a provider's answers are judged with.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The provider's name in the settings.
    pub provider: &'a str,
    /// What it carries.
    pub channel: Channel,
    /// When it was asked, and when all answers were there.
    pub between: (DateTime<Utc>, DateTime<Utc>),
    /// Where texts that come back are to be handed in; `None` where the site has no public address.
    pub replies_to: Option<&'a str>,
    /// When a text was last proved to arrive.
    pub texts_arrived: Option<DateTime<Utc>>,
    /// The site's zone.
    pub zone: Tz,
}

/// What a provider told, as findings.
pub fn of_fact(asked: &Asked<'_>, fact: &Fact) -> Vec<Finding> {
    use Severity::{Error, Warning};
    let name = asked.provider;
    match fact {
        Fact::NotReached { reason } => vec![finding(
            Error,
            "provider-unreachable",
            format!("{name}: connection"),
            reason.clone(),
            "look at this machine's network, its proxy, and base_url under [delivery]",
        )],
        Fact::LoginRefused { answer } => vec![finding(
            Error,
            "provider-login",
            format!("{name}: login"),
            format!("refused ({answer})"),
            "compare account_sid, api_key_sid and the secret with the provider's console",
        )],
        Fact::NotTold { about, answer } => vec![finding(
            Warning,
            "provider-silent",
            format!("{name}: {about}"),
            format!("it does not say ({answer})"),
            "look in the provider's console; may this API key read it?",
        )],
        Fact::Account { status, trial } => vec![account(name, status, *trial)],
        Fact::Number { number, sms, voice, sms_url } => {
            let mut findings = vec![number_can(asked, number, *sms, *voice)];
            findings.extend(replies(asked, number, sms_url.as_deref()));
            findings.extend(registration(asked, number));
            findings
        }
        Fact::NoSuchNumber { number } if asked.channel == Channel::Voice => vec![finding(
            Warning,
            "sender-unknown",
            format!("{name}: sender {number}"),
            "the account has no such number; calls can come from it only if it is a verified caller ID there",
            "set from to a number of this account, or look in the console under Verified Caller IDs",
        )],
        Fact::NoSuchNumber { number } => vec![finding(
            Error,
            "sender-unknown",
            format!("{name}: sender {number}"),
            "the account has no such number, so nothing can come from it",
            "set from to a number of this account, or buy the number there",
        )],
        Fact::Service { sid } => vec![registered(
            asked,
            format!("{name}: sender service {sid}"),
            "in the console: Messaging, Services: the service needs a sender, and a 10DLC campaign that is approved",
        )],
        Fact::Room { kind, known: true } => vec![ok(
            "chat-room",
            format!("{name}: chat room"),
            format!("{kind}; whether it takes messages cannot be checked without posting"),
        )],
        Fact::Room { kind, known: false } => vec![finding(
            Warning,
            "chat-room",
            format!("{name}: chat room"),
            format!("{kind}, as far as its form tells"),
            "compare the address with the chat's, and try it with page-oncall outage --tell",
        )],
        Fact::PushReady { steps } => {
            vec![ok("push", format!("{name}: push service"), format!("took {}", steps.join(", ")))]
        }
        Fact::Recipient { name: person, devices } => vec![recipient(name, person, *devices)],
        Fact::Clock { theirs } => vec![clock(name, *theirs, asked.between)],
        Fact::MailReady { steps } => {
            vec![ok("mail-server", format!("{name}: mail server"), format!("took {}", steps.join(", ")))]
        }
        Fact::MailRefused { detail } => vec![finding(
            Error,
            "mail-server",
            format!("{name}: mail server"),
            detail.clone(),
            "look at [delivery.mail], and ask whoever runs the server",
        )],
    }
}

fn account(name: &str, status: &str, trial: bool) -> Finding {
    let about = format!("{name}: account");
    match (status, trial) {
        ("active", false) => ok("account", about, "active"),
        ("active", true) => finding(
            Severity::Error,
            "account",
            about,
            "a trial account: it reaches only numbers verified in its console",
            "upgrade the account",
        ),
        _ => finding(
            Severity::Error,
            "account",
            about,
            format!("{status}: nothing leaves"),
            "look in the provider's console why, and pay or unlock it",
        ),
    }
}

fn recipient(name: &str, person: &str, devices: Option<usize>) -> Finding {
    let about = format!("{name}: key of {person}");
    match devices {
        Some(0) | None => finding(
            Severity::Error,
            "push-recipient",
            about,
            if devices.is_none() { "is not known to the service" } else { "has no device that takes messages" },
            "ask them for their key, and correct it under [[leadership]]",
        ),
        Some(1) => ok("push-recipient", about, "known, 1 device"),
        Some(count) => ok("push-recipient", about, format!("known, {count} devices")),
    }
}

fn number_can(asked: &Asked<'_>, number: &str, sms: bool, voice: bool) -> Finding {
    let about = format!("{}: sender {number}", asked.provider);
    let (can, what) = match asked.channel {
        Channel::Voice => (voice, "make calls"),
        _ => (sms, "send texts"),
    };
    if can {
        ok("sender", about, format!("can {what}"))
    } else {
        let todo = "use another number of the account";
        finding(Severity::Error, "sender", about, format!("cannot {what}"), todo)
    }
}

/// Whether texts that come back find their way; without a public address they are fetched instead.
fn replies(asked: &Asked<'_>, number: &str, sms_url: Option<&str>) -> Option<Finding> {
    let wanted = asked.replies_to.filter(|_| asked.channel == Channel::Sms)?;
    let about = format!("{}: replies to {number}", asked.provider);
    if sms_url == Some(wanted) {
        return Some(ok("replies", about, format!("are handed in at {wanted}")));
    }
    let found = sms_url.map_or_else(|| "are handed in nowhere".to_owned(), |url| format!("are handed in at {url}"));
    let todo = format!("in the console, set \"A message comes in\" of this number to {wanted}");
    Some(finding(Severity::Warning, "replies", about, found, todo))
}

/// Whether carriers let texts of this number through, as far as can be told: one that arrived proves it.
fn registration(asked: &Asked<'_>, number: &str) -> Option<Finding> {
    if asked.channel != Channel::Sms {
        return None;
    }
    let area = number.strip_prefix("+1").and_then(|digits| digits.get(..3));
    let toll_free = area.is_some_and(|area| TOLL_FREE.contains(&area));
    let todo = match (area, toll_free) {
        (None, _) => return None,
        (_, true) => {
            "in the console: Phone Numbers, Toll-Free Verification must say Approved; unverified ones are blocked"
        }
        _ => {
            "in the console: Messaging, Regulatory Compliance: the brand and its campaign must be approved, and this \
              number must be in the campaign's service; unregistered ones are blocked"
        }
    };
    let kind = if toll_free { "toll-free" } else { "10DLC" };
    Some(registered(asked, format!("{}: registration of {number} ({kind})", asked.provider), todo))
}

fn registered(asked: &Asked<'_>, about: String, todo: &str) -> Finding {
    if let Some(at) = asked.texts_arrived {
        return ok("registration", about, format!("a text arrived {}", short(at, asked.zone)));
    }
    finding(Severity::Warning, "registration", about, "not told here, and no text was proved to arrive lately", todo)
}

/// Whether our clock and another's agree.
pub fn clock(name: &str, theirs: DateTime<Utc>, between: (DateTime<Utc>, DateTime<Utc>)) -> Finding {
    let difference = clock_difference(theirs, between.0, between.1);
    let about = format!("clock, compared with {name}'s");
    if difference.abs() <= CLOCKS_MAY_DIFFER {
        return ok("clock", about, format!("{} s apart", difference.num_seconds().abs()));
    }
    let side = if difference < TimeDelta::zero() { "ahead" } else { "behind" };
    finding(
        Severity::Error,
        "clock",
        about,
        format!("this machine is {} {side}", span(difference)),
        "let the machine keep time (timedatectl set-ntp true), then look again",
    )
}

/// The machine's zone file against our own data.
pub fn zone_data(zone: Tz, version: &str, ours: &[Change], theirs: Option<&[Change]>) -> Finding {
    let about = format!("time zone data {version} for {zone}");
    let next = ours.first().map_or_else(
        || "clocks do not change".to_owned(),
        |change| format!("clocks change {}", stamp(change.at, zone)),
    );
    match theirs {
        None => ok("zone-data", about, format!("{next}; the machine has no zone file to compare with")),
        Some(theirs) if theirs == ours => ok("zone-data", about, format!("{next}; the machine agrees")),
        Some(theirs) => {
            let by_file = theirs.first().map_or_else(
                || "clocks do not change".to_owned(),
                |change| format!("clocks change {}", stamp(change.at, zone)),
            );
            finding(
                Severity::Warning,
                "zone-data",
                about,
                format!("{next}; by the machine's own file {by_file}"),
                "update whichever is older: the machine's tzdata, or page-oncall",
            )
        }
    }
}

/// Whether the service answers at the address that providers know.
pub fn public_address(public: &str, answer: Result<(), String>) -> Finding {
    let about = format!("public address {public}");
    match answer {
        Ok(()) => ok("public-address", about, "/healthz answers"),
        Err(reason) => finding(
            Severity::Warning,
            "public-address",
            about,
            format!("{reason}; replies and receipts are fetched instead, which is slower"),
            "is page-oncall serve running, and do name, certificate and proxy lead to it?",
        ),
    }
}

/// The free space where the database lies.
pub fn free_space(folder: &str, mib: u64) -> Finding {
    let about = format!("free space in {folder}");
    let found = format!("{mib} MiB");
    match mib {
        0..TOO_LITTLE_MIB => finding(
            Severity::Error,
            "free-space",
            about,
            found,
            "make room: a page that cannot be written down is not sent",
        ),
        TOO_LITTLE_MIB..LITTLE_MIB => finding(Severity::Warning, "free-space", about, found, "make room"),
        _ => ok("free-space", about, found),
    }
}
