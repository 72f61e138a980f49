//! Is a Google Sheet read as people keep it, and is every refusal told? The real program against a server that plays Google.

mod doctor;
mod kept;

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::support::{Ended, Site};
use crate::support_google::{EMAIL, Google, Keys, Play, TunnelProxy};

const ID: &str = "1aB_c-9";
const CONTACTS: &str = "name,aliases,phone,email,channels,note\n\
    Ada Ruiz,Ada,608-555-0101,ada@example.org,,\nBen Okafor,Ben,608-555-0102,ben@example.org,,\n\
    Cy Lund,Cy,608-555-0103,cy@example.org,,\n";

fn text(text: &str) -> Value {
    json!({"formattedValue": text, "effectiveValue": {"stringValue": text}})
}

/// A date-time by its serial number, as it is shown.
fn at(number: f64, shown: &str) -> Value {
    json!({"formattedValue": shown, "effectiveValue": {"numberValue": number},
           "effectiveFormat": {"numberFormat": {"type": "DATE_TIME", "pattern": "m/d/yyyy h:mm"}}})
}

fn row(cells: &[Value]) -> Value {
    json!({"values": cells})
}

fn tab(title: &str, rows: &[Value]) -> Value {
    json!({"properties": {"title": title, "index": 0}, "data": [{"rowData": rows}]})
}

fn spreadsheet(tabs: &[Value]) -> Value {
    json!({"spreadsheetId": ID, "properties": {"title": "AIMS", "locale": "en_US", "timeZone": "America/Chicago"},
           "sheets": tabs})
}

/// Saturday and Sunday night: 2026-11-21 18:00 (46347.75) Ada, 2026-11-22 18:00 (46348.75) Ben.
fn nights() -> Value {
    spreadsheet(&[tab(
        "On call / nights",
        &[
            row(&[text("start"), text("end"), text("person"), text("phone")]),
            row(&[at(46_347.75, "11/21/2026 18:00"), at(46_348.75, "11/22/2026 18:00"), text("Ada Ruiz")]),
            row(&[
                at(46_348.75, "11/22/2026 18:00"),
                at(46_349.291_666_666_7, "11/23/2026 7:00"),
                text("Ben Okafor"),
                json!({"formattedValue": "6085550177.0", "effectiveValue": {"numberValue": 6_085_550_177.0_f64}}),
            ]),
        ],
    )])
}

struct Desk {
    site: Site,
}

impl Desk {
    fn with(google: &Google, source: &str, further: &str) -> Self {
        let settings = format!(
            "[desk]\ngeneral_hours = \"always\"\n\
             [google]\nkey_file = \"key.json\"\nendpoint = {:?}\nca_file = \"ca.pem\"\ntimeout_s = 20\n\
             [schedules.aims]\nsource = {source:?}\n{further}",
            google.endpoint()
        );
        let keys = Keys::get();
        let key = keys.account("account.key", &google.token_url());
        let site = Site::with(&[
            ("page-oncall.toml", &settings),
            ("contacts.csv", CONTACTS),
            ("key.json", &key),
            ("ca.pem", &keys.text("ca.pem")),
        ]);
        std::fs::set_permissions(site.path("key.json"), std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { site }
    }

    fn of(google: &Google) -> Self {
        Self::with(google, &format!("sheets:{ID}/On call / nights!A:D"), "")
    }

    fn who(&self, at: &str) -> Ended {
        self.site.run(&["--format", "json", "who", "aims", "--at", at])
    }

    /// The name of the one person on call.
    fn name(&self, at: &str) -> String {
        let json = self.who(at).expect(0).json();
        let people = json["schedules"][0]["on_call"].as_array().unwrap();
        assert_eq!(people.len(), 1, "{json}");
        people[0]["name"].as_str().unwrap().to_owned()
    }

    /// The problems as `CODE CELL`.
    fn problems(&self) -> Vec<String> {
        let words = ["--format", "json", "gaps", "aims", "--from", "2026-11-21 18:00", "--days", "1"];
        let json = self.site.run(&words).json();
        let problems = json["schedules"][0]["problems"].as_array().unwrap();
        problems
            .iter()
            .map(|problem| format!("{} {}", problem["code"], problem["cell"]).replace('"', "").trim().to_owned())
            .collect()
    }

    /// What `who` says when nothing can be read; it then ends as "could not tell".
    fn failure(&self) -> String {
        let ended = self.who("2026-11-22 20:00").expect(3);
        assert_eq!(ended.json()["schedules"][0]["status"], "unusable");
        let told = self.site.run(&["who", "aims", "--at", "2026-11-22 20:00"]).expect(3);
        let said = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!said.contains("ya29") && !told.err.contains("ya29"), "a token is shown");
        said
    }
}

fn fails_saying(google: &Google, words: &[&str]) {
    let said = Desk::of(google).failure();
    for word in words {
        assert!(said.contains(word), "{word:?} is missing in {said}");
    }
}

#[test]
fn a_sheet_is_read_by_one_signed_login_and_one_request() {
    let google = Google::start(nights());
    let desk = Desk::of(&google);
    let json = desk.who("2026-11-22 20:00").expect(0).json();
    let person = &json["schedules"][0]["on_call"][0];
    assert_eq!(person["name"], "Ben Okafor");
    assert_eq!(person["phone"], "+16085550177");
    assert_eq!(person["until"], "2026-11-23T07:00:00-06:00");
    assert_eq!(person["row"]["sheet"], "On call / nights");
    assert_eq!(person["row"]["row"], 3);
    let (asked, logins) = (google.asked(), google.logins());
    assert_eq!((asked.len(), logins.len()), (1, 1));
    assert_eq!(asked[0].path, format!("/v4/spreadsheets/{ID}"));
    assert!(asked[0].query.contains(&("ranges".to_owned(), "'On call / nights'!A1:D".to_owned())));
    assert_eq!(logins[0]["iss"], EMAIL);
    assert_eq!(desk.name("2026-11-21 20:00"), "Ada Ruiz");
    assert_eq!(desk.problems(), Vec::<String>::new());
}

#[test]
fn several_schedules_share_one_login() {
    let google = Google::start(nights());
    let source = format!("sheets:{ID}/On call / nights!A:D");
    let desk = Desk::with(&google, &source, &format!("[schedules.gds]\nsource = {source:?}\n"));
    let json = desk.site.run(&["--format", "json", "who", "--at", "2026-11-22 20:00"]).expect(0).json();
    let names = json["schedules"].as_array().unwrap().iter().map(|schedule| &schedule["on_call"][0]["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["Ben Okafor", "Ben Okafor"]);
    assert_eq!((google.asked().len(), google.logins().len()), (2, 1));
}

#[test]
fn no_log_line_shows_a_token() {
    let google = Google::start(nights());
    let desk = Desk::of(&google);
    let mut command = desk.site.command(&["who", "aims", "-v", "--at", "2026-11-22 20:00"]);
    let output = command.env("PAGE_ONCALL_LOG", "trace,yup_oauth2=trace").output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && log.contains("TRACE"), "{log}");
    assert!(!log.contains("ya29") && !log.contains("assertion=") && !log.contains("PRIVATE KEY"), "{log}");
}

#[test]
fn merged_blocks_struck_out_words_notes_and_hidden_rows_are_read_as_people_see_them() {
    let struck = |text: &str, runs: Value| json!({"formattedValue": text, "effectiveValue": {"stringValue": text}, "textFormatRuns": runs});
    let strike = |from: u32, is: bool| json!({"startIndex": from, "format": {"strikethrough": is}});
    let mut sheet = tab(
        "On call / nights",
        &[
            row(&[text("AIMS on call 2026")]),
            row(&[text("start"), text("end"), text("person")]),
            row(&[at(46_347.75, "11/21/2026 18:00"), at(46_348.291_666_67, "11/22/2026 7:00"), text("Ada Ruiz")]),
            row(&[at(46_348.75, "11/22/2026 18:00"), at(46_349.291_666_67, "11/23/2026 7:00")]),
            row(&[
                at(46_349.75, "11/23/2026 18:00"),
                at(46_350.291_666_67, "11/24/2026 7:00"),
                struck("Ada Ben", json!([{"format": {"strikethrough": true}}, strike(4, false)])),
            ]),
            row(&[
                at(46_350.75, "11/24/2026 18:00"),
                at(46_351.291_666_67, "11/25/2026 7:00"),
                json!({"formattedValue": "Ada", "effectiveValue": {"stringValue": "Ada"},
                       "effectiveFormat": {"textFormat": {"strikethrough": true}}}),
            ]),
            row(&[
                at(46_351.75, "11/25/2026 18:00"),
                at(46_352.291_666_67, "11/26/2026 7:00"),
                json!({"formattedValue": "Cy", "effectiveValue": {"stringValue": "Cy"}, "note": "ask Ada first"}),
            ]),
            row(&[text("11/26/2026 18:00"), at(46_353.291_666_67, "11/27/2026 7:00"), text("Ben")]),
            row(&[at(46_353.75, "11/27/2026 17:00"), at(46_354.291_666_67, "11/28/2026 7:00"), text("#REF!")]),
        ],
    );
    sheet["merges"] = json!([
        {"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 3},
        {"startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 2, "endColumnIndex": 3}
    ]);
    let shown = json!({});
    sheet["data"][0]["rowMetadata"] = json!([shown, shown, {"hiddenByFilter": true}, shown, shown, shown,
        {"hiddenByUser": true}, shown, shown]);
    let google = Google::start(spreadsheet(&[sheet]));
    let desk = Desk::of(&google);
    assert_eq!(desk.name("2026-11-21 20:00"), "Ada Ruiz");
    assert_eq!(desk.name("2026-11-22 20:00"), "Ada Ruiz");
    assert_eq!(desk.name("2026-11-23 20:00"), "Ben Okafor");
    assert_eq!(desk.name("2026-11-25 20:00"), "Cy Lund");
    assert_eq!(desk.name("2026-11-26 20:00"), "Ben Okafor");
    desk.who("2026-11-24 20:00").expect(1);
    let problems = desk.problems();
    for problem in [
        "struck-out C5",
        "struck-out C6",
        "nobody C6",
        "hidden-rows A7",
        "text-date A8",
        "value-disagrees A9",
        "formula-error C9",
    ] {
        assert!(problems.contains(&problem.to_owned()), "{problem} is missing in {problems:?}");
    }
    assert_eq!(problems.len(), 7, "{problems:?}");
    let explained = desk.site.run(&["explain", "aims", "--at", "2026-11-25 20:00"]).expect(0);
    assert!(explained.out.contains("on C7: ask Ada first"), "{}", explained.out);
}

#[test]
fn tabs_for_months_are_read_together_and_the_missing_one_is_told_first() {
    let month = |title: &str, name: &str, day: &str| {
        tab(
            title,
            &[
                row(&[text("start"), text("end"), text("person")]),
                row(&[text(&format!("{day} 18:00")), text("7:00"), text(name)]),
            ],
        )
    };
    let mut hidden = month("Dec 2099", "Ada", "12/2");
    hidden["properties"]["hidden"] = json!(true);
    let tabs =
        [month("2099-11", "Ben", "11/22"), month("10/99", "Cy", "10/22"), hidden, tab("Rules", &[row(&[text("x")])])];
    let google = Google::start(spreadsheet(&tabs));
    let desk = Desk::with(&google, &format!("sheets:{ID}"), "month_tab_days = 3\n");
    assert_eq!(desk.name("2099-11-22 20:00"), "Ben Okafor");
    assert_eq!(desk.name("2099-10-22 20:00"), "Cy Lund");
    desk.who("2099-12-02 20:00").expect(1);
    let problems = desk.problems();
    assert!(problems[0].starts_with("missing-month-tab"), "{problems:?}");
    assert!(problems.contains(&"hidden-tab".to_owned()), "{problems:?}");
    assert!(google.asked().iter().all(|asked| !asked.query.iter().any(|(key, _)| key == "ranges")));
}

#[test]
fn another_time_zone_is_refused_unless_accepted_and_the_locale_orders_the_dates() {
    let mut sheet = spreadsheet(&[tab(
        "Nights",
        &[
            row(&[text("start"), text("end"), text("person")]),
            row(&[text("4/3/2026 18:00"), text("7:00"), text("Ada")]),
        ],
    )]);
    sheet["properties"] = json!({"locale": "en_GB", "timeZone": "Europe/London"});
    let google = Google::start(sheet);
    let source = format!("sheets:{ID}/Nights");
    let said = Desk::with(&google, &source, "").failure();
    assert!(said.contains("Europe/London") && said.contains("accept_zone"), "{said}");
    let accepting = Desk::with(&google, &source, "accept_zone = true\n");
    assert_eq!(accepting.name("2026-03-04 20:00"), "Ada Ruiz");
    assert_eq!(accepting.problems(), ["other-zone"]);
    let told = Desk::with(&google, &source, "accept_zone = true\nlayout = { date_order = \"mdy\" }\n");
    assert_eq!(told.name("2026-04-03 20:00"), "Ada Ruiz");
}

#[test]
fn every_refusal_says_what_to_do() {
    let playing = |play: Play| Google::playing(nights(), [play.clone(), play]);
    fails_saying(
        &playing(Play::refusal(403, "The caller does not have permission")),
        &["403", "share the sheet", EMAIL],
    );
    fails_saying(&playing(Play::refusal(404, "Requested entity was not found.")), &["does not exist", "check the id"]);
    fails_saying(&playing(Play::refusal(401, "Invalid credentials")), &["401", "clock", "revoked"]);
    fails_saying(&playing(Play::Answer(200, "", "{}".to_owned())), &["empty answer"]);
    let web_page = "<!DOCTYPE html><title>Sign in</title>".to_owned();
    fails_saying(&playing(Play::Answer(200, "Content-Type: text/html\r\n", web_page.clone())), &["web page", "proxy"]);
    fails_saying(&playing(Play::Answer(302, "Content-Type: text/html\r\n", web_page)), &["web page", "proxy"]);
    let asked_too_long = Play::Answer(429, "Retry-After: 3600\r\n", "{}".to_owned());
    fails_saying(&playing(asked_too_long), &["429", "wait 3600 s"]);
    fails_saying(&Google::start(spreadsheet(&[tab("On call / nights", &[])])), &["empty answer"]);
    let google = Google::start(nights());
    let said = Desk::with(&google, &format!("sheets:{ID}/Nights!A:D"), "").failure();
    assert!(said.contains("Nights") && said.contains("check the tab"), "{said}");
    let said = Desk::with(&google, "sheets:another-id/Nights!A:D", "").failure();
    assert!(said.contains("does not exist"), "{said}");
}

#[test]
fn a_refused_login_is_told_from_a_refused_sheet() {
    let google = Google::start(nights());
    let desk = Desk::of(&google);
    desk.site.write("key.json", Keys::get().account("other.key", &google.token_url()).as_bytes());
    let said = desk.failure();
    assert!(said.contains("invalid_grant") && said.contains("clock") && said.contains("revoked"), "{said}");
    assert_eq!(google.asked().len(), 0);
    let html = Play::Answer(502, "Content-Type: text/html\r\n", "<html>".to_owned());
    let google = Google::playing_logins(nights(), [html.clone(), html]);
    assert_eq!(Desk::of(&google).name("2026-11-22 20:00"), "Ben Okafor");
    assert_eq!(google.logins().len(), 1);
}

#[test]
fn what_may_pass_is_asked_again() {
    let google = Google::playing(
        nights(),
        [
            Play::Answer(429, "Retry-After: 1\r\n", json!({"error": {"code": 429, "message": "Quota"}}).to_string()),
            Play::Answer(503, "", "Service Unavailable".to_owned()),
            Play::CutOff("{\"sheets\": [".to_owned()),
        ],
    );
    assert_eq!(Desk::of(&google).name("2026-11-22 20:00"), "Ben Okafor");
    assert_eq!(google.asked().len(), 4);
    assert_eq!(google.logins().len(), 1);
}

#[test]
fn a_slow_answer_ends_at_the_limit() {
    let google = Google::playing(nights(), [Play::Hang, Play::Hang]);
    let desk = Desk::of(&google);
    let text = std::fs::read_to_string(desk.site.path("page-oncall.toml")).unwrap();
    desk.site.write("page-oncall.toml", text.replace("timeout_s = 20", "timeout_s = 1").as_bytes());
    let said = desk.failure();
    assert!(said.contains("no answer within 1 s"), "{said}");
}

#[test]
fn a_page_uses_the_limit_for_pages() {
    let google = Google::playing(nights(), [Play::Hang]);
    let desk = Desk::of(&google);
    let text = std::fs::read_to_string(desk.site.path("page-oncall.toml")).unwrap();
    desk.site.write("page-oncall.toml", text.replace("timeout_s = 20", "page_timeout_s = 1").as_bytes());
    let page = |case: &str| {
        let words = [
            "--case",
            case,
            "--dry-run",
            "--yes",
            "--no-input",
            "--at",
            "2026-11-22 20:00",
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
        desk.site.run(&words)
    };
    let ended = page("INC1234567");
    let said = format!("{}{}", ended.out, ended.err).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("no answer within 1 s"), "{said}");
    let ended = page("INC1234567");
    assert!(ended.out.contains("Ben Okafor"), "{}{}", ended.out, ended.err);
}

#[test]
fn https_needs_a_trusted_certificate_and_the_sites_own_root_is_one() {
    let google = Google::secure(nights(), "127.0.0.1");
    let desk = Desk::of(&google);
    assert_eq!(desk.name("2026-11-22 20:00"), "Ben Okafor");
    let text = std::fs::read_to_string(desk.site.path("page-oncall.toml")).unwrap();
    desk.site.write("page-oncall.toml", text.replace("ca_file = \"ca.pem\"\n", "").as_bytes());
    let said = desk.failure();
    assert!(said.contains("certificate") && said.contains("ca_file"), "{said}");
}

#[test]
fn the_proxy_of_the_environment_is_used_with_its_password() {
    let google = Google::secure(nights(), "sheets.test");
    let proxy = TunnelProxy::start(google.port);
    let desk = Desk::of(&google);
    let words = ["--format", "json", "who", "aims", "--at", "2026-11-22 20:00"];
    let address = format!("http://desk:secret-word@127.0.0.1:{}", proxy.port);
    let output = desk.site.command(&words).env("HTTPS_PROXY", &address).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("Ben Okafor"), "{said}");
    let seen = proxy.seen();
    assert!(!seen.is_empty());
    for (first, password) in seen {
        assert_eq!(first, "CONNECT sheets.test:443 HTTP/1.1");
        // desk:secret-word
        assert_eq!(password.as_deref(), Some("Basic ZGVzazpzZWNyZXQtd29yZA=="));
    }
    let shut = "http://desk:secret-word@127.0.0.1:1";
    let output = desk.site.command(&words).env("HTTPS_PROXY", shut).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(!said.contains("secret-word"), "{said}");
}

#[test]
fn a_key_that_cannot_be_used_is_told_without_showing_it() {
    let google = Google::start(nights());
    let desk = Desk::of(&google);
    let key = desk.site.path("key.json");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(desk.failure().contains("chmod 600"));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let good = std::fs::read_to_string(&key).unwrap();
    for (content, says) in [
        ("{\"type\": \"service_account\", \"private_key\": 5, \"client_email\": \"ya29\"}".to_owned(), "not a key"),
        ("{}".to_owned(), "type"),
        (good.replace("http://127.0.0.1", "http://token.example.org"), "https"),
        (good.replace("BEGIN PRIVATE KEY", "BEGIN NOTHING"), "private_key"),
    ] {
        desk.site.write("key.json", content.as_bytes());
        let said = desk.failure();
        assert!(said.contains(says), "{says:?} is missing in {said}");
    }
    std::fs::remove_file(&key).unwrap();
    assert!(desk.failure().contains("cannot be read"));
    assert_eq!(google.asked().len(), 0);
    let text = std::fs::read_to_string(desk.site.path("page-oncall.toml")).unwrap();
    desk.site.write("page-oncall.toml", text.replace("sheets:1aB", "sheets:../1aB").as_bytes());
    let ended = desk.site.run(&["who"]).expect(2);
    assert!(ended.err.contains("not the id of a spreadsheet"), "{}", ended.err);
}

#[test]
fn a_key_named_by_the_environment_stands_in_for_the_setting() {
    let google = Google::start(nights());
    let desk = Desk::of(&google);
    let text = std::fs::read_to_string(desk.site.path("page-oncall.toml")).unwrap();
    desk.site.write("page-oncall.toml", text.replace("key_file = \"key.json\"\n", "").as_bytes());
    assert!(desk.failure().contains("key_file"));
    let mut command = desk.site.command(&["who", "aims", "--at", "2026-11-22 20:00"]);
    let output = command.env("GOOGLE_APPLICATION_CREDENTIALS", desk.site.path("key.json")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Ben Okafor"));
}

#[test]
fn the_metadata_server_and_a_workload_identity_give_tokens_too() {
    let token = json!({"access_token": "ya29.a-secret-token", "expires_in": 3599, "token_type": "Bearer"}).to_string();
    let google = Google::playing_logins(nights(), [Play::Answer(200, "", token.clone())]);
    let desk = Desk::of(&google);
    let text = std::fs::read_to_string(desk.site.path("page-oncall.toml")).unwrap();
    let metadata = format!("metadata_server = true\ntoken_url = {:?}\n", google.token_url());
    desk.site.write("page-oncall.toml", text.replace("key_file = \"key.json\"\n", &metadata).as_bytes());
    assert_eq!(desk.name("2026-11-22 20:00"), "Ben Okafor");

    let google = Google::playing_logins(nights(), [Play::Answer(200, "", token)]);
    let desk = Desk::of(&google);
    desk.site.write("subject", b"a token of another house");
    let workload = json!({"type": "external_account", "audience": "//iam.googleapis.com/x", "token_url": google.token_url(),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "credential_source": {"file": desk.site.path("subject")}});
    desk.site.write("key.json", workload.to_string().as_bytes());
    assert_eq!(desk.name("2026-11-22 20:00"), "Ben Okafor");
}
