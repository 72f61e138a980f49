//! Does the service ask and tell people before a night where the settings say so, and nobody where they do not?

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use serde_json::Value;

use super::provider::Provider;
use super::service::{Service, VARIABLES, settings, site, site_with};
use crate::mail::{MailServer, PASSWORD, USER};

const JOBS: [&str; 3] = ["handoff", "readiness", "readiness-letters"];

/// Ada and Ben day by day from midnight to midnight: at every hour somebody has begun within the last day.
fn by_turns() -> String {
    let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let mut sheet = String::from("start,end,person\n");
    for (number, date) in start.iter_days().take(4_000).enumerate() {
        let next = date.checked_add_days(Days::new(1)).unwrap();
        writeln!(sheet, "{date} 00:00,{next} 00:00,{}", if number % 2 == 0 { "Ada Ruiz" } else { "Ben Okafor" })
            .unwrap();
    }
    sheet
}

/// Reads the log until all these jobs ended well once.
fn until_ended(service: &Service, jobs: &[&str]) {
    let mut log = String::new();
    while !jobs.iter().all(|job| log.contains(&format!("a job ended job=\"{job}\" whole=true"))) {
        log.push_str(&service.program.lines_until("a job ended").join("\n"));
    }
}

fn known_jobs(service: &Service) -> Vec<(String, bool)> {
    let told: Value = serde_json::from_str(&service.get("/readyz").body).unwrap();
    let job = |job: &Value| (job["job"].as_str().unwrap().to_owned(), job["last_success_at"].is_string());
    told["jobs"].as_array().unwrap().iter().map(job).filter(|(job, _)| JOBS.contains(&job.as_str())).collect()
}

#[test]
fn who_begins_is_told_who_comes_next_is_asked_and_who_did_not_answer_is_written_about_once() {
    let (provider, mail) = (Provider::start(), MailServer::start("starttls", Some("PLAIN")));
    let more = format!(
        "[delivery.mail]\nhost = \"localhost\"\nport = {}\nusername = \"{USER}\"\nca_file = \"{}\"\n\
         from = \"HD <hd@example.edu>\"\ntimeout_s = 60\n[quiet]\nhours = \"never\"\n[handoff]\nwhen = \"start\"\n\
         [proof]\nreadiness = true\nreadiness_at = \"00:00\"\nreadiness_report_at = \"00:01\"\n\
         supervisors = [\"chief@example.edu\"]\n",
        mail.port,
        mail.root().unwrap().display()
    );
    let site = site_with(&format!("{}{more}", settings(&provider, "gaps_at = []")));
    site.write("aims.csv", by_turns().as_bytes());
    let variables = [VARIABLES[0], ("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];
    let service = Service::start_with(&site, &variables, &["-v"]);
    until_ended(&service, &JOBS);
    let texts: Vec<String> = provider.texts_up_to(2).into_iter().map(|text| text.body).collect();
    let asks = |text: &&String| text.contains("Reply 1=got it 2=cannot");
    assert_eq!((texts.len(), texts.iter().filter(asks).count()), (2, 1), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("Nothing is open")), "{texts:?}");
    let letter = mail.taken();
    assert!(letter.to_string().contains("chief@example.edu"), "{letter}");
    assert_eq!(known_jobs(&service), JOBS.map(|job| (job.to_owned(), true)));
    let metrics = service.get("/metrics").body;
    for job in JOBS {
        let line = format!("page_oncall_job_last_success_timestamp_seconds{{job=\"{job}\"}} ");
        assert!(metrics.contains(&line), "{line}\n{metrics}");
    }
    assert!(service.program.stopped().0.success());

    // Another start finds the same due, and nothing is done twice.
    let service = Service::start_with(&site, &variables, &["-v"]);
    until_ended(&service, &JOBS);
    assert!(service.program.stopped().0.success());
    assert_eq!(provider.texts().len(), 2);
    assert!(mail.stopped().iter().all(|line| !line.starts_with('{')), "one letter");
}

#[test]
fn nobody_is_asked_or_told_where_the_settings_do_not_say_so() {
    let provider = Provider::start();
    let site = site(&provider, "gaps_at = []");
    let service = Service::start(&site, &["-v"]);
    until_ended(&service, &["sync"]);
    assert_eq!(known_jobs(&service), []);
    assert!(service.program.stopped().0.success());
    assert!(provider.texts().is_empty());
}
