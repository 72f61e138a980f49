//! Does a case become a page, an owner and a kept promise? The real program in training, as the agent runs it.

use crate::support::{Ended, Site};

/// A sample site whose scripted technician answers after a second.
fn site(reply: &str) -> Site {
    Site::sample_with(&[
        ("reply = \"1\"", &format!("reply = \"{reply}\"")),
        ("reply_after_s = 15", "reply_after_s = 1"),
    ])
}

const FACTS: [&str; 8] = [
    "--customer",
    "Pat Quinn",
    "--phone",
    "608-555-0142",
    "--summary",
    "Payroll PC down, department stopped",
    "--at",
    "2026-11-21 22:30",
];
const EMERGENCY: [&str; 10] =
    ["--partner", "aims", "--outage", "no", "--hd-can-help", "no", "--device", "departmental", "--critical", "yes"];

fn page(site: &Site, more: &[&str]) -> Ended {
    let mut words = vec!["--case", "INC1234567", "--yes"];
    words.extend(EMERGENCY);
    words.extend(FACTS);
    words.extend(more);
    site.run(&words)
}

#[test]
fn a_page_is_shown_sent_acknowledged_and_its_promise_kept() {
    let site = site("1");
    let answer = page(&site, &[]).expect(0);
    for words in [
        "TRAINING",
        "PAGE AIMS",
        "Chloe Lindqvist",
        "608-555-0103",
        "D5a",
        "11:30pm",
        "608-265-6900",
        "Pat Quinn",
        "608-555-0142",
        "Payroll PC down",
        "has it",
    ] {
        assert!(answer.out.contains(words), "{words:?} is missing in\n{}", answer.out);
    }
    assert!(answer.out.lines().all(|line| line.chars().count() <= 80), "{}", answer.out);

    let shown = site.run(&["--format", "json", "show", "1234567"]).expect(0).json();
    assert_eq!(shown["case"], "INC1234567");
    assert_eq!(shown["decision"]["row"], "D5a");
    assert_eq!(shown["acknowledged"]["by"], "Chloe Lindqvist");
    assert_eq!(shown["acknowledged"]["via"], "training");
    assert_eq!(shown["promise"]["state"], "open");
    assert_eq!(shown["promise"]["told_at"].as_str().map(|at| &at[..16]), Some("2026-11-21T22:30"));
    assert_eq!(shown["promise"]["due"].as_str().map(|at| &at[..16]), Some("2026-11-21T23:30"));
    let attempts = shown["attempts"].as_array().unwrap();
    assert_eq!(attempts[0]["to"], "Chloe Lindqvist");
    assert_eq!(attempts[0]["channel"], "sms");
    assert_eq!(attempts[0]["provider"], "training");
    assert_eq!(attempts[0]["outcome"], "accepted");

    let promises = site.run(&["--format", "json", "promises"]).expect(0).json();
    assert_eq!(promises["promises"][0]["case"], "INC1234567");
    site.run(&["called-back", "INC1234567", "--by", "Chloe Lindqvist"]).expect(0);
    let shown = site.run(&["--format", "json", "show", "INC1234567"]).expect(0).json();
    assert!(["kept", "late"].contains(&shown["promise"]["state"].as_str().unwrap()), "{shown}");
    assert_eq!(shown["state"], "closed");
}

#[test]
fn what_must_be_known_first_stands_first_and_fits_a_screen() {
    let site = site("none");
    let answer = page(&site, &["--no-wait"]).expect(0);
    let parts = [
        "  PAGE AIMS",
        "Chloe Lindqvist  608-555-0103  until Thu 2026-11-26 07:00",
        "within one hour, by 11:30pm",
        "row D5a",
        "Run the Assign to EAST one-step",
        "Paste into WiscIT:",
        "page opened by agent",
        "page-oncall cancel INC1234567",
    ];
    let places: Vec<_> = parts.iter().map(|part| answer.out.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{}", answer.out);
    // The question takes four lines below it.
    let screen = answer.out.lines().take_while(|line| !line.contains("Run the Assign")).count();
    assert!(screen <= 20, "{screen} lines\n{}", answer.out);
}

#[test]
fn a_page_of_training_is_joined_in_its_own_time() {
    let site = site("none");
    page(&site, &["--no-wait"]).expect(0);
    let joined = site.run(&["--case", "INC1234567", "--no-wait"]).expect(0);
    assert!(joined.out.contains("promise 59 min left"), "{}", joined.out);
}

#[test]
fn the_same_case_joins_the_open_page_and_again_starts_another_round() {
    let site = site("1");
    page(&site, &[]).expect(0);
    let joined = page(&site, &[]).expect(0);
    assert!(joined.out.contains("already"), "{}", joined.out);
    let attempts = |site: &Site| {
        let shown = site.run(&["--format", "json", "show", "INC1234567"]).json();
        shown["attempts"].as_array().unwrap().len()
    };
    let once = attempts(&site);
    page(&site, &["--again"]).expect(0);
    assert!(attempts(&site) > once);
}

#[test]
fn a_dry_run_shows_the_first_message_and_its_length_and_stores_nothing() {
    let site = site("1");
    let answer = page(&site, &["--dry-run"]).expect(0);
    assert!(answer.out.contains("1=got it") && answer.out.contains("1 segment"), "{}", answer.out);
    assert!(!site.path("page-oncall.db").exists());
}

#[test]
fn a_technician_who_cannot_passes_the_page_on_at_once() {
    let site = site("2");
    let answer = page(&site, &["--no-wait"]).expect(0);
    assert!(answer.out.contains("page-oncall run"), "{}", answer.out);
    let answer = site.run(&["decline", "1234567", "--by", "Chloe Lindqvist"]).expect(0);
    assert!(answer.out.contains("Esme Tran") || answer.err.is_empty(), "{}{}", answer.out, answer.err);
    site.run(&["ack", "1234567", "--by", "esme tran"]).expect(0);
    let shown = site.run(&["--format", "json", "show", "1234567"]).json();
    assert_eq!(shown["acknowledged"]["by"], "Esme Tran");
    let late = site.run(&["ack", "1234567", "--by", "Chloe Lindqvist"]).expect(1);
    assert!(late.err.contains("Esme Tran"), "{}", late.err);
}

#[test]
fn what_is_missing_is_named() {
    let site = site("1");
    let answer =
        site.run(&["--case", "INC1234567", "--partner", "aims", "--no-input", "--at", "2026-11-21 22:30"]).expect(2);
    for flag in ["--outage", "--hd-can-help", "--device", "--critical"] {
        assert!(answer.err.contains(flag), "{flag} is missing in {}", answer.err);
    }
    let mut words = vec!["--case", "INC1234567", "--at", "2026-11-21 22:30"];
    words.extend(EMERGENCY);
    let answer = site.run(&words).expect(2);
    for flag in ["--customer", "--phone", "--summary"] {
        assert!(answer.err.contains(flag), "{flag} is missing in {}", answer.err);
    }
}

#[test]
fn a_case_number_or_phone_that_cannot_be_one_is_refused_before_anything_happens() {
    let site = site("1");
    let mut words = vec!["--case", "hello", "--yes"];
    words.extend(EMERGENCY);
    words.extend(FACTS);
    let answer = site.run(&words).expect(2);
    assert!(answer.err.contains("hello"), "{}", answer.err);
    let mut words = vec![
        "--case",
        "INC1234567",
        "--yes",
        "--customer",
        "Pat",
        "--phone",
        "12",
        "--summary",
        "PC down",
        "--at",
        "2026-11-21 22:30",
    ];
    words.extend(EMERGENCY);
    site.run(&words).expect(2);
    assert!(!site.path("page-oncall.db").exists());
}

#[test]
fn no_page_is_sent_for_what_the_procedure_does_not_page() {
    let site = site("1");
    let answer = site
        .run(&[
            "--case",
            "INC1234567",
            "--partner",
            "gds",
            "--outage",
            "no",
            "--hd-can-help",
            "no",
            "--device",
            "departmental",
            "--critical",
            "no",
            "--at",
            "2026-11-21 22:30",
        ])
        .expect(0);
    assert!(answer.out.contains("EAST"), "{}", answer.out);
    assert!(!site.path("page-oncall.db").exists());
}

#[test]
fn whoever_must_ask_leadership_is_told_the_number() {
    let site = site("1");
    let mut words = vec!["--case", "INC1234567", "--at", "2026-11-21 22:30"];
    words.extend(["--partner", "unknown", "--outage", "no", "--hd-can-help", "no", "--device", "departmental"]);
    let answer = site.run(&words).expect(0);
    assert!(answer.out.contains("leadership  Help Desk leadership  608-555-0190"), "{}", answer.out);
}

#[test]
fn a_gap_goes_to_leadership_and_is_a_finding_when_nobody_takes_it() {
    let site = site("none");
    site.write("aims.csv", b"start,end,person\n2026-01-01 00:00,2026-02-01 00:00,Ada Ruiz\n");
    let answer = page(&site, &["--no-wait"]).expect(1);
    for words in ["NOBODY", "Help Desk leadership", "608-555-0190"] {
        assert!(answer.out.contains(words), "{words:?} is missing in\n{}", answer.out);
    }
    assert!(!answer.out.contains("within one hour"), "{}", answer.out);
}

#[test]
fn a_pretended_time_is_for_training_only() {
    let site = Site::sample_with(&[(
        "mode = \"training\"",
        "mode = \"live\"\n[delivery.mail]\nhost = \"localhost\"\ntls = \"none\"\nfrom = \"pager@example.org\"",
    )]);
    let answer = page(&site, &[]).expect(2);
    assert!(answer.err.contains("--at"), "{}", answer.err);
}

#[test]
fn pages_and_show_say_when_there_is_nothing() {
    let site = site("1");
    let answer = site.run(&["pages"]).expect(0);
    assert!(answer.out.to_lowercase().contains("no open page"), "{}", answer.out);
    let answer = site.run(&["show", "7654321"]).expect(1);
    assert!(answer.err.contains("7654321"), "{}", answer.err);
    site.run(&["ack", "7654321", "--by", "Chloe Lindqvist"]).expect(1);
}

/// The sample site in live mode at whatever hour the test runs, with a provider of texts that nobody has a secret for.
fn live_without_secret() -> Site {
    Site::sample_with(&[
        ("Mon-Fri 07:00-18:00", "never"),
        (
            "mode = \"training\"",
            "mode = \"live\"\n[delivery.sms]\naccount_sid = \"AC0\"\nfrom = \"+16085550199\"\nbase_url = \"http://127.0.0.1:1\"",
        ),
    ])
}

#[test]
fn when_nothing_can_be_sent_the_agent_is_told_whom_to_dial_and_what_to_say() {
    let site = live_without_secret();
    let mut words = vec!["--case", "INC1234567", "--yes"];
    words.extend(EMERGENCY);
    words.extend(&FACTS[..6]);
    let answer = site.run(&words).expect(2);
    assert!(answer.err.contains("PAGE_ONCALL_SMS_TOKEN"), "{}", answer.err);
    let words: Vec<&str> = answer.err.split_whitespace().collect();
    let text = words.join(" ");
    for said in ["NOBODY WAS PAGED", "Dial", "608-555-010", "call Pat Quinn at 608-555-0142", "608-264-4357"] {
        assert!(text.contains(said), "{said:?} is missing in\n{}", answer.out);
    }
}

#[test]
fn what_a_technician_says_is_recorded_where_no_secrets_are() {
    let site = live_without_secret();
    let mut words = vec!["--case", "INC1234567", "--yes", "--no-wait"];
    words.extend(EMERGENCY);
    words.extend(&FACTS[..6]);
    let paged = site.command(&words).env("PAGE_ONCALL_SMS_TOKEN", "secret").output().unwrap();
    assert_eq!(paged.status.code(), Some(0), "{}", String::from_utf8_lossy(&paged.stderr));
    site.run(&["ack", "1234567", "--by", "Somebody Else"]).expect(0);
    let shown = site.run(&["--format", "json", "show", "1234567"]).expect(0).json();
    assert_eq!(shown["acknowledged"]["by"], "Somebody Else");
    assert_eq!(shown["acknowledged"]["via"], "agent");
}
