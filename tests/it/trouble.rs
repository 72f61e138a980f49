//! Does every kind of trouble end in the right exit code and in words to act on, with nothing lost? Through the program.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::ffi::OsStringExt;
use std::process::Stdio;

use serde_json::Value;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::support::{Ended, Site};
use crate::support_http::{Play, ScriptedHttp};

const TOKEN: [(&str, &str); 1] = [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token")];
const CALL: &str = "--case 1234567 --yes --no-wait --partner aims --outage no --hd-can-help no --device departmental \
                    --critical yes --customer Pat --phone 608-555-0142 --summary stopped";

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A live site that sends texts to `address`; `more` is further settings.
fn site(address: &str, more: &str) -> Site {
    let settings = format!(
        r#"
[desk]
cps_hours = "never"
general_hours = "always"
[schedules.aims]
source = "csv:aims.csv"
[[leadership]]
name = "Help Desk leadership"
phone = "608-555-0190"
[paging]
attempt_timeout_s = 60
[store]
url = "sqlite:page-oncall.db"
[delivery]
mode = "live"
[delivery.sms]
base_url = "{address}"
account_sid = "AC0123456789abcdef0123456789abcdef"
from = "+16085550100"
{more}
"#
    );
    Site::with(&[
        ("page-oncall.toml", &settings),
        ("aims.csv", "start,end,person\n2017-01-01,2038-01-01,Ada Ruiz\n"),
        ("contacts.csv", "name,phone,email\nAda Ruiz,608-555-0101,ada@example.edu\n"),
    ])
}

/// A live site whose provider is not there.
fn quiet_site() -> Site {
    site("http://127.0.0.1:9", "")
}

/// Runs the program with its secret; asserts that it did not break, and how it ended.
fn ends(site: &Site, call: &str, code: i32, says: &[&str]) -> Ended {
    let ended = site.run_with(&TOKEN, &words(call));
    judged(call, ended, code, says)
}

fn judged(call: &str, ended: Ended, code: i32, says: &[&str]) -> Ended {
    let all = format!("{call}\n{}\n{}", ended.out, ended.err);
    assert_eq!(ended.code, code, "{all}");
    assert!(!all.contains("panicked") && !all.contains("slow statement"), "{all}");
    for word in says {
        // Lines are wrapped for a terminal; words are compared without their breaks.
        let flat = all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(word), "{word:?} is missing in\n{all}");
    }
    ended
}

fn show(site: &Site) -> Value {
    ends(site, "--format json show 1234567", 0, &[]).json()
}

#[test]
fn a_sheet_that_is_none_is_named_and_never_taken_for_cover() {
    let site = quiet_site();
    let binary: Vec<u8> = (0..4000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    for (sheet, says) in [
        (&b""[..], "aims.csv is empty"),
        (b"\n\n\n", "aims.csv"),
        (b"start,end,person\n", "aims.csv: No row of this sheet can be used"),
        (b"colour,size\nred,3\n", "has the headings of a schedule"),
        (b"start,end,person\nsoon,later,Ada Ruiz\n", "soon"),
        (b"start,end,person\n2030-01-01,2029-01-01,Ada Ruiz\n", "aims.csv"),
        (&binary, "aims.csv is binary data"),
    ] {
        site.write("aims.csv", sheet);
        ends(&site, "who", 3, &["CANNOT TELL", says]);
        ends(&site, "gaps", 3, &["CANNOT TELL", says]);
        ends(&site, "explain aims", 3, &[says]);
        // The agent is told whom to ask instead.
        ends(&site, &format!("{CALL} --dry-run"), 1, &["Help Desk leadership", "608-555-0190"]);
    }
    for make in ["aims.csv is a folder", "aims.csv is absent"] {
        std::fs::remove_file(site.path("aims.csv")).unwrap();
        if make.ends_with("folder") {
            std::fs::create_dir(site.path("aims.csv")).unwrap();
        }
        ends(&site, "who", 3, &["CANNOT TELL", "the file aims.csv cannot be read"]);
        ends(&site, "gaps", 3, &["the file aims.csv cannot be read"]);
        ends(&site, &format!("{CALL} --dry-run"), 1, &["the file aims.csv cannot be read", "608-555-0190"]);
        if make.ends_with("folder") {
            std::fs::remove_dir(site.path("aims.csv")).unwrap();
            site.write("aims.csv", b"");
        }
    }
}

#[test]
fn text_of_other_encodings_is_read_as_what_it_says() {
    let site = quiet_site();
    let text = "start,end,person\n2017-01-01,2038-01-01,René Muñoz\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let wide =
        |bytes: fn(u16) -> [u8; 2]| "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect();
    let little: Vec<u8> = wide(u16::to_le_bytes);
    let big: Vec<u8> = wide(u16::to_be_bytes);
    let marked = format!("\u{feff}{text}").into_bytes();
    for sheet in [latin, little, big, marked, text.replace('\n', "\r\n").into_bytes()] {
        site.write("aims.csv", &sheet);
        ends(&site, "who", 0, &["René Muñoz"]);
    }
}

#[test]
fn a_sheet_of_two_hundred_thousand_rows_is_read() {
    let site = quiet_site();
    let start = chrono::NaiveDate::from_ymd_opt(2017, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
    let mut sheet = "start,end,person\n".to_owned();
    for hour in 0..200_000 {
        let (from, to) = (start + chrono::TimeDelta::hours(hour), start + chrono::TimeDelta::hours(hour + 1));
        writeln!(sheet, "{},{},Ada Ruiz", from.format("%F %R"), to.format("%F %R")).unwrap();
    }
    site.write("aims.csv", sheet.as_bytes());
    ends(&site, "who", 0, &["Ada Ruiz"]);
    ends(&site, "gaps --days 60", 0, &[]);
}

#[test]
fn a_file_beside_the_schedules_that_cannot_be_read_is_named() {
    let site = quiet_site();
    assert!(!site.path("holidays.csv").exists() && !site.path("partners.csv").exists());
    ends(&site, "who", 0, &["Ada Ruiz"]);
    for (name, key) in [("contacts.csv", "[desk]"), ("partners.csv", "[desk]"), ("holidays.csv", "[desk]")] {
        let kept = std::fs::read(site.path(name)).ok();
        let _absent = std::fs::remove_file(site.path(name));
        std::fs::create_dir(site.path(name)).unwrap();
        ends(&site, "who", 2, &[name, key]);
        std::fs::remove_dir(site.path(name)).unwrap();
        site.write(name, b"\x00\x01\x02\xff\xfe\x00");
        ends(&site, "who", 2, &[name]);
        std::fs::remove_file(site.path(name)).unwrap();
        if let Some(bytes) = kept {
            site.write(name, &bytes);
        }
    }
    site.write("holidays.csv", b"date,name,closed\n2026-13-45,Nothing,closed\n");
    ends(&site, "who", 2, &["holidays.csv", "A2", "2026-13-45"]);
}

#[test]
fn settings_that_cannot_be_meant_are_named() {
    let site = quiet_site();
    let text = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    for (old, new, call, says) in [
        ("sqlite:page-oncall.db", "mysql:x", CALL, &["[store] url", "mysql:x", "NOBODY WAS PAGED", "608-555-0101"][..]),
        ("sqlite:page-oncall.db", "", "pages", &["[store] url", "sqlite:page-oncall.db"]),
        ("sqlite:page-oncall.db", "mysql:x", "ack 1234567 --by Ada", &["[store] url"]),
        ("sqlite:page-oncall.db", "mysql:x", "run --once", &["[store] url"]),
        ("csv:aims.csv", "excel:aims.xlsx", "who", &["[schedules.aims]", "excel:aims.xlsx", "csv:FILE"]),
        ("csv:aims.csv", "excel:aims.xlsx", CALL, &["[schedules.aims]", "NOBODY WAS PAGED", "608-555-0190"]),
        ("csv:aims.csv", "ftp://x", "gaps", &["[schedules.aims]", "ftp://x"]),
        ("http://127.0.0.1:9", "no address", CALL, &["base_url", "NOBODY WAS PAGED"]),
        ("http://127.0.0.1:9", "http://example.edu", CALL, &["base_url", "NOBODY WAS PAGED"]),
        ("general_hours", "general_hour", "who", &["general_hour", "general_hours", "line 5"]),
        ("\"live\"", "\"alive\"", "who", &["alive", "live"]),
        ("cps_hours = \"never\"", "cps_hours = \"nver\"", "who", &["cps_hours", "nver"]),
        ("608-555-0190", "12", "who", &["leadership", "\"12\""]),
        ("account_sid", "auth_token_file = \"absent\"\naccount_sid", "run --once", &["absent", "[delivery]"]),
        ("account_sid", "auth_token_file = \"absent\"\naccount_sid", CALL, &["absent", "NOBODY WAS PAGED"]),
        ("timezone", "timezone", "run --once", &["[delivery.sms] has no secret", "PAGE_ONCALL_SMS_TOKEN"]),
    ] {
        let text = format!("timezone = \"America/Chicago\"\n{text}");
        site.write("page-oncall.toml", text.replace(old, new).as_bytes());
        // A missing secret would be told before a wrong address.
        let secret = if old.starts_with("http") { &TOKEN[..] } else { &[] };
        let ended = site.run_with(secret, &words(call));
        judged(&format!("{new}: {call}"), ended, 2, says);
    }
    for (file, says) in [("absent.toml", "does not exist"), (".", "is a folder")] {
        ends(&site, &format!("--config {file} who"), 2, &[file, says]);
    }
    site.write("page-oncall.toml", b"\xff\xfe\x00 = 1");
    ends(&site, "who", 2, &["page-oncall.toml", "UTF-8"]);
    ends(&Site::with(&[]), "who", 2, &["no settings file found", "--config"]);
}

#[test]
fn a_report_is_recorded_where_nothing_can_be_sent() {
    let site = quiet_site();
    ends(&site, CALL, 0, &[]);
    let ended = site.run(&["ack", "1234567", "--by", "Ada Ruiz"]);
    judged("ack without a secret", ended, 0, &["Ada Ruiz has it", "has no secret", "page-oncall run"]);
    let ended = site.run(&["called-back", "1234567", "--by", "Ada Ruiz"]);
    judged("called-back without a secret", ended, 0, &["promise kept"]);
    assert_eq!(show(&site)["state"], "closed");
    // And a new page is refused with words to act on, its number and the person's among them.
    let ended = site.run(&words(&CALL.replace("1234567", "7654321")));
    judged("a page without a secret", ended, 2, &["has no secret", "NOBODY WAS PAGED", "Ada Ruiz 608-555-0101"]);
    ends(&site, "show 7654321", 1, &["7654321"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_somebody_holds_still_lets_the_agent_act() {
    let site = quiet_site();
    ends(&site, CALL, 0, &[]);
    let options = SqliteConnectOptions::new().filename(site.path("page-oncall.db"));
    let mut hand = SqliteConnection::connect_with(&options.pragma("locking_mode", "EXCLUSIVE")).await.unwrap();
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut hand).await.unwrap();
    let another = CALL.replace("1234567", "7654321");
    std::thread::scope(|scope| {
        for (call, says) in [
            (another.as_str(), &["PAGE AIMS", "fuser", "NOBODY WAS PAGED", "Ada Ruiz 608-555-0101"][..]),
            ("ack 1234567 --by Ada", &["page-oncall.db", "another process keeps it locked", "fuser"]),
            ("pages", &["page-oncall.db", "fuser"]),
            ("run --once", &["page-oncall.db", "fuser"]),
        ] {
            let site = &site;
            scope.spawn(move || ends(site, call, 3, says));
        }
    });
    hand.close().await.unwrap();
    assert_eq!(show(&site)["state"], "paging", "nothing is lost");
    ends(&site, "show 7654321", 1, &[]);
    ends(&site, &another, 0, &[]);
    ends(&site, "show 7654321", 0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_page_log_is_left_as_it_is() {
    for kind in ["garbage", "foreign", "folder"] {
        let site = quiet_site();
        let database = site.path("page-oncall.db");
        match kind {
            "garbage" => std::fs::write(&database, "name,phone\n".repeat(900)).unwrap(),
            "folder" => std::fs::create_dir(&database).unwrap(),
            _ => {
                let options = SqliteConnectOptions::new().filename(&database).create_if_missing(true);
                let mut hand = SqliteConnection::connect_with(&options).await.unwrap();
                sqlx::raw_sql("CREATE TABLE recipes (name TEXT)").execute(&mut hand).await.unwrap();
                hand.close().await.unwrap();
            }
        }
        let before = std::fs::read(&database).ok();
        ends(&site, CALL, 3, &["page-oncall.db", "[store] url", "NOBODY WAS PAGED", "608-555-0101", "PAGE AIMS"]);
        for call in ["pages", "show 1234567", "promises", "run --once", "cancel 1234567 --by Ada"] {
            ends(&site, call, 3, &["page-oncall.db", "[store] url"]);
        }
        assert_eq!(std::fs::read(&database).ok(), before, "{kind}");
    }
}

#[cfg(unix)]
#[test]
fn a_log_that_may_not_be_written_can_be_looked_at() {
    use std::os::unix::fs::PermissionsExt;
    let site = quiet_site();
    ends(&site, CALL, 0, &[]);
    let allow = |site: &Site, name: &str, mode: u32| {
        std::fs::set_permissions(site.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(&site, "page-oncall.db", 0o400);
    if std::fs::OpenOptions::new().append(true).open(site.path("page-oncall.db")).is_ok() {
        println!("skipped: this user may write whatever the mode says, as root may");
        return;
    }
    ends(&site, "show 1234567", 0, &["Ada Ruiz"]);
    ends(&site, "ack 1234567 --by Ada", 3, &["page-oncall.db", "write permission"]);
    ends(&site, &CALL.replace("1234567", "7654321"), 3, &["write permission", "NOBODY WAS PAGED", "608-555-0101"]);
    allow(&site, "page-oncall.db", 0o600);
    ends(&site, "ack 1234567 --by Ada", 0, &["Ada has it"]);
    let fresh = quiet_site();
    allow(&fresh, ".", 0o500);
    ends(&fresh, CALL, 3, &["PAGE AIMS", "page-oncall.db", "folder", "NOBODY WAS PAGED", "608-555-0101"]);
    ends(&fresh, "pages", 0, &["no open page"]);
    allow(&fresh, ".", 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_never_answers_does_not_hold_up_the_text() {
    let provider = ScriptedHttp::start(vec![Play::json(201, r#"{"sid":"SM1","status":"queued"}"#); 4]).await;
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let more = format!(
        "[delivery.mail]\nhost = '127.0.0.1'\nport = {}\ntls = 'none'\nfrom = 'hd@example.edu'\ntimeout_s = 1\n\
         [ladder]\nsteps = [{{ after_minutes = 0, to = 'primary', channels = ['email', 'sms'] }}]",
        silent.local_addr().unwrap().port()
    );
    let site = site(&provider.address, &more);
    ends(&site, CALL, 0, &[]);
    let page = show(&site);
    let told: Vec<_> = page["attempts"].as_array().unwrap().iter().map(|it| [&it["channel"], &it["outcome"]]).collect();
    assert_eq!(told, [["email", "retryable"], ["sms", "accepted"]], "{page:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_answers_nonsense_is_doubted_and_the_agent_told_to_dial() {
    let html = |status| Play::Answer(status, "text/html", "<html>Welcome to the hotel</html>".to_owned());
    for (what, play) in [
        ("a page of a proxy", html(200)),
        ("a fault that speaks of the text", Play::json(503, r#"{"status":"queued"}"#)),
        ("a redirect", Play::Redirect("http://127.0.0.1:9/login".to_owned())),
        ("a closed door", Play::Close),
        ("silence", Play::Hang),
    ] {
        let provider = ScriptedHttp::start(vec![play; 30]).await;
        let one_step = "[ladder]\nsteps = [{ after_minutes = 0, to = 'primary', channels = ['sms'] }]";
        let site = site(&provider.address, &format!("timeout_s = 1\n{one_step}"));
        ends(&site, CALL, 1, &["NOBODY HAS IT", "Ada Ruiz 608-555-0101"]);
        let page = show(&site);
        assert_eq!(page["state"], "exhausted", "{what}");
        let attempts = page["attempts"].as_array().unwrap();
        let told: Vec<_> = attempts.iter().map(|it| [&it["to"], &it["outcome"]]).collect();
        let doubt = |name| [name, "unknown"];
        // Each message twice, since nobody knows.
        let (ada, leadership) = (doubt("Ada Ruiz"), doubt("Help Desk leadership"));
        assert_eq!(told, [ada, ada, leadership, leadership], "{what}");
        let posts = provider.seen().iter().filter(|seen| seen.method == "POST").count();
        assert_eq!(posts, attempts.len(), "{what}");
        ends(&site, "ack 1234567 --by Ada", 0, &["Ada has it"]);
    }
}

#[test]
fn wrong_words_are_named() {
    let site = quiet_site();
    for (call, says) in [
        ("", &["--case", "--help"][..]),
        ("frobnicate", &["frobnicate", "--help"]),
        ("who nowhere", &["nowhere", "aims"]),
        ("explain nowhere", &["nowhere", "aims"]),
        ("gaps nowhere", &["nowhere", "aims"]),
        ("who --at nonsense", &["nonsense", "2026-11-22"]),
        ("who --at 2026-13-45", &["2026-13-45", "no such day"]),
        ("explain aims --at 2026-02-30", &["2026-02-30"]),
        ("decide --no-input --at nonsense", &["nonsense"]),
        ("gaps --days 0", &["--days"]),
        ("gaps --days 4294967295", &["--days", "3660"]),
        ("gaps --days many", &["many", "--days"]),
        ("gaps --to 9999-12-31", &["--to"]),
        ("gaps --from 2026-11-22 --to 2026-11-21", &["--to", "--from"]),
        ("gaps --from 2026-11-22 --to 2026-11-22", &["--to", "--from"]),
        ("gaps --to 2026-11-22 --days 3", &["--to", "--days"]),
        ("decide --answers file.json", &["--answers -", "file.json"]),
        ("decide --critical maybe", &["maybe", "--critical"]),
        ("ack 1234567", &["--by"]),
        ("ack", &["--by"]),
        ("--case 12", &["12", "case_pattern"]),
        ("--case 1234567 --at 2026-11-21", &["--at", "--dry-run"]),
        ("--case 1234567 --no-input", &["--partner", "--critical"]),
        ("--format yaml who", &["yaml", "json"]),
    ] {
        ends(&site, call, 2, says);
    }
    ends(&site, "gaps --from 2026-11-22 --to 2050-01-01", 1, &["2038"]);
    assert!(!site.path("page-oncall.db").exists());
}

#[test]
fn closed_input_and_output_end_the_call_and_never_the_page() {
    let site = quiet_site();
    for (call, code) in [
        ("who --at -", 0),
        ("decide --answers -", 0),
        ("decide", 0),
        ("--case 1234567", 2),
        ("--case 1234567 --partner aims", 2),
    ] {
        let mut command = site.command(&words(call));
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{call}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let long = "gaps --all-hours --from 2016-01-01 --to 2040-01-01";
    for call in [long, "who", "who --at -", "explain aims", "decide --table", "--help", "pages", CALL, "show 1234567"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        for (what, stdout) in [("a closed pipe", Stdio::piped()), ("a full disk", Stdio::from(full))] {
            let mut command = site.command(&words(call));
            let input = std::fs::File::open(site.path("aims.csv")).unwrap();
            command.envs(TOKEN).stdin(input).stdout(stdout).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{what}, {call}: {err}");
            assert!(!err.contains("panicked") && err.lines().count() < 6, "{what}, {call}: {err}");
        }
    }
    let page = show(&site);
    assert_eq!(page["attempts"][0]["outcome"], "retryable", "the page was stored and tried: {page:#}");
}

#[test]
fn no_words_at_all_break_the_program() {
    let site = Site::sample_with(&[("reply_after_s = 15", "reply_after_s = 1")]);
    let calls = [
        "who --at ?",
        "who ?",
        "who --format ?",
        "explain ? --at ?",
        "gaps --from ? --to ?",
        "gaps --days ?",
        "decide --no-input --at ? --partner ?",
        "decide --no-input --critical ? --judgement ? --device ?",
        "show ?",
        "ack ? --by ?",
        "cancel 1234567 --by ?",
        "--config ? who",
        "--case ? --dry-run --no-input",
        "--color ? pages",
        "?",
        "--? ?",
    ];
    let call = format!("{CALL} --at 2026-11-21T22:30:00-06:00");
    let given = words(&call);
    let mut state = 7_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for run in 0..200_usize {
        let mut value = || {
            let length = random(24);
            let ascii = random(2) == 0;
            let byte = |_| u8::try_from(if ascii { 32 + random(95) } else { 1 + random(255) }).unwrap();
            OsString::from_vec((0..length).map(byte).collect())
        };
        let arguments: Vec<OsString> = if run % 3 == 0 {
            // One value of the agent's call is anything at all.
            let spoilt = 1 + run / 3 % (given.len() - 1);
            let spoil = |(at, word): (usize, &&str)| if at == spoilt { value() } else { OsString::from(*word) };
            given.iter().enumerate().map(spoil).collect()
        } else {
            let call = calls[run % calls.len()].split(' ');
            call.map(|word| if word == "?" { value() } else { OsString::from(word) }).collect()
        };
        let mut command = site.command(&[]);
        let output = command.args(&arguments).stdin(Stdio::null()).output().unwrap();
        let (code, err) = (output.status.code(), String::from_utf8_lossy(&output.stderr));
        assert!(matches!(code, Some(0..=3)) && !err.contains("panicked"), "{arguments:?} {code:?}: {err}");
        assert!(code == Some(0) || !(err.is_empty() && output.stdout.is_empty()), "{arguments:?} {code:?}: no words");
    }
}
