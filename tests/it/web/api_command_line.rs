//! Does the command line of another machine say what that of the service's machine says, with nothing but a token?

use page_oncall::access::Role;

use crate::support::{Ended, Site};
use crate::support_web::{Asking, Web};
use crate::web::api::ageless_words;

const QUIET: &str = "[delivery.training]\nreply_after_s = 86400\n";

const CALL: [&str; 19] = [
    "--case",
    "1234567",
    "--yes",
    "--no-input",
    "--no-wait",
    "--partner",
    "aims",
    "--outage=no",
    "--hd-can-help=no",
    "--device",
    "departmental",
    "--critical",
    "yes",
    "--customer",
    "Marguerite Oduya",
    "--phone",
    "608-555-0142",
    "--summary",
    "Payroll printer stopped",
];

/// Another machine: a token, an address, and nothing of the site.
struct Elsewhere {
    site: Site,
}

impl Elsewhere {
    fn new(web: &Web, role: Role) -> Self {
        let site = Site::with(&[(
            "page-oncall.toml",
            &format!("[server]\nurl = \"http://{}\"\ntoken_file = \"token\"\nwithin_s = 5\n", web.address),
        )]);
        site.write("token", format!("{}\n", web.token("elsewhere", role)).as_bytes());
        web.ask_until_read(&Asking::get("/api/v1/who").token(&web.token("reading", Role::Viewer)));
        Self { site }
    }

    fn run(&self, words: &[&str]) -> Ended {
        self.site.run(words)
    }
}

#[test]
fn what_is_read_is_what_the_services_machine_prints() {
    let web = Web::start(QUIET);
    let there = Elsewhere::new(&web, Role::Agent);
    for words in [
        &["who", "--at", "2026-11-22 18:00"][..],
        &["who", "aims", "--at", "2016-11-22"],
        &["gaps", "--from", "2037-12-30", "--days", "5"],
        &["shifts", "--from", "2026-11-22", "--days", "3"],
        &["pages", "--all"],
        &["promises"],
    ] {
        let (here, there) = (web.site.run(words), there.run(words));
        assert_eq!(there.code, here.code, "{words:?}: {}", there.err);
        assert_eq!(ageless_words(&there.out), ageless_words(&here.out), "{words:?}");
    }
    for (words, code) in [
        (&["who", "none"][..], 2),
        (&["who", "--at", "soon"], 2),
        (&["show", "7654321"], 1),
        (&["ack", "7654321", "--by", "Ada Ruiz"], 1),
        (&["who", "--at", "-"], 2),
        (&["--server", "http://pager.example.edu", "who"], 2),
        (&["--server", "https://pager.example.edu", "doctor"], 2),
    ] {
        let ended = there.run(words).expect(code);
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{words:?}: {}", ended.out);
    }
}

#[test]
fn a_case_is_paged_reported_and_shown_from_there() {
    let web = Web::start(QUIET);
    let there = Elsewhere::new(&web, Role::Agent);
    let dry = there.run(&[&CALL[..], &["--dry-run"]].concat()).expect(0).out;
    assert!(dry.contains("Ada Ruiz") && dry.contains("608-555-0101") && dry.contains("DRY RUN"), "{dry}");
    assert_eq!(web.site.run(&["pages", "--all"]).out, "There is no page.\n");
    let opened = there.run(&[&["--format", "json"], &CALL[..]].concat()).expect(0).json();
    assert_eq!((&opened["case"], opened["log"].is_null()), (&"1234567".into(), true), "{opened}");
    let joined = there.run(&CALL).expect(0).out;
    assert!(joined.contains("Ada Ruiz"), "{joined}");
    let missing = there.run(&["--case", "7654321", "--no-input", "--outage", "no"]).expect(2);
    assert!(missing.err.contains("partner: the procedure needs this answer"), "{}", missing.err);
    let said = there.run(&["ack", "1234567", "--by", "ada ruiz"]).expect(0).out;
    assert!(said.contains("Ada Ruiz") && said.contains("1234567"), "{said}");
    assert_eq!(there.run(&["decline", "1234567", "--by", "Cy Nobody"]).code, 1);
    let shown = there.run(&["show", "1234567"]).expect(0).out;
    assert!(shown.contains("Marguerite Oduya") && shown.contains("The log:"), "{shown}");
    let listed = there.run(&["--format", "json", "pages"]).expect(0).json();
    assert_eq!(listed["pages"][0]["acknowledged_by"], "Ada Ruiz");
    let kept = there.run(&["--format", "json", "called-back", "1234567", "--by", "Ada Ruiz"]).expect(0).json();
    assert_eq!(kept["promise"]["state"], "kept");
}

#[test]
fn a_service_that_is_not_there_is_told_with_what_to_do() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = Site::with(&[(
        "page-oncall.toml",
        &format!("[server]\nurl = \"http://{gone}\"\ntoken_file = \"token\"\nwithin_s = 1\n"),
    )]);
    let without = site.run(&["who"]).expect(2);
    assert!(without.err.contains("token"), "{}", without.err);
    site.write("token", b"pgo_any");
    for words in [&["who"][..], &["ack", "1234567", "--by", "Ada"], &CALL] {
        let ended = site.run(words).expect(3);
        assert!(ended.err.contains("cannot be reached") && ended.err.contains("HD leadership"), "{}", ended.err);
        assert!(ended.out.is_empty(), "{}", ended.out);
    }
}
