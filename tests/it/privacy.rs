//! Does customer data stay where it belongs, and go when its time is over? The real program, in training.

use crate::support::{Ended, Site};

const EMERGENCY: [&str; 14] = [
    "--outage",
    "no",
    "--hd-can-help",
    "no",
    "--device",
    "departmental",
    "--critical",
    "yes",
    "--judgement",
    "yes",
    "--customer",
    "Pat Quinn",
    "--phone",
    "608-555-0142",
];

fn page(site: &Site, more: &[&str]) -> Ended {
    let mut words = vec!["--case", "INC1234567", "--yes"];
    words.extend(EMERGENCY);
    words.extend(more);
    site.run(&words)
}

/// Whether any file of the site that begins like the database holds the text.
fn on_disk(site: &Site, text: &str) -> bool {
    let folder = site.path("page-oncall.db");
    let folder = folder.parent().unwrap();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let databases = files.filter(|file| file.file_name().is_some_and(|name| name.to_string_lossy().contains(".db")));
    databases.map(|file| std::fs::read(file).unwrap()).any(|bytes| {
        let text = text.as_bytes();
        bytes.windows(text.len()).any(|window| window == text)
    })
}

#[test]
fn customer_data_is_deleted_after_its_time_and_the_log_stays_whole() {
    let site = Site::sample_with(&[("reply_after_s = 15", "reply_after_s = 1")]);
    let settings = std::fs::read_to_string(site.path("page-oncall.toml")).unwrap();
    let keep = |days: &str| {
        let shorter = settings.replace("[store]", &format!("[store]\nkeep_customer_data_days = {days}"));
        assert_ne!(shorter, settings, "the sample has a table [store]");
        site.write("page-oncall.toml", shorter.as_bytes());
    };
    keep("0");
    let page = page(&site, &["--partner", "aims", "--summary", "Payroll PC down", "--at", "2026-01-10 22:30"]);
    page.expect(0);
    site.run(&["called-back", "INC1234567", "--by", "Help Desk"]);
    let shown = site.run(&["--format", "json", "show", "INC1234567"]).expect(0).json();
    assert_eq!(shown["state"], "closed", "{shown}");

    site.run(&["sync"]).expect(0);
    assert!(on_disk(&site, "Pat Quinn") && on_disk(&site, "Payroll PC down"), "0 keeps it for good");
    keep("7");
    site.run(&["sync"]).expect(0);
    for text in ["Pat Quinn", "608-555-0142", "Payroll PC down"] {
        assert!(!on_disk(&site, text), "{text} is still on disk");
    }
    let after = site.run(&["--format", "json", "show", "INC1234567"]).expect(0).json();
    for field in ["case", "state", "attempts", "acknowledged", "promise", "log"] {
        assert_eq!(after[field], shown[field], "{field}");
    }
    let text = site.run(&["show", "INC1234567"]).expect(0).out;
    assert!(text.contains("deleted") && !text.contains("Pat Quinn"), "{text}");
}

#[test]
fn the_agent_is_told_when_the_problem_stays_inside() {
    let site = Site::sample();
    let told = |partner: &str, summary: &str| {
        let answer =
            page(&site, &["--partner", partner, "--summary", summary, "--dry-run", "--at", "2026-11-21 22:30"])
                .expect(0);
        answer.out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let restricted = told("University Health Services", "Exam room PC 4 is down");
    assert!(restricted.contains("! The department is restricted: the problem is in no text"), "{restricted}");
    let (_, text) = restricted.split_once("First text").unwrap();
    assert!(!text.contains("Exam room"), "{text}");
    let identifying = told("aims", "cannot open record of pat@example.edu");
    assert!(identifying.contains("! The problem is not sent by text, mail or chat: it holds an e-mail address"));
    assert!(!told("aims", "Payroll PC down").contains("is not sent by text"));
}
