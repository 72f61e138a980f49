//! Who reads the problem of a restricted department: the desk, and of the technicians only whoever has taken the case?

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::serve::provider::{PATIENCE, Provider};
use crate::serve::service::{Answer, CALL, CUSTOMER, SUMMARY, Service, VARIABLES, run, settings, site_with};
use crate::support::Site;

const HIDDEN: &str = "Shown once you have it";
const PATHS: [(&str, &str); 4] = [
    ("/", "*/*"),
    ("/pages/1234567", "*/*"),
    ("/api/v1/pages/1234567", "*/*"),
    ("/api/v1/pages/1234567", "text/plain"),
];

/// A token; a technician's is of this person.
fn token(site: &Site, name: &str, role: &str, person: &str) -> String {
    let mut words = vec!["--format", "json", "token", "create", name, "--role", role];
    if role == "technician" {
        words.extend(["--person", person]);
    }
    run(site, &words).expect(0).json()["secret"].as_str().unwrap().to_owned()
}

fn get(service: &Service, path: &str, accept: &str, token: &str) -> Answer {
    service.raw(
        format!(
            "GET {path} HTTP/1.1\r\nHost: any\r\nConnection: close\r\nAccept: {accept}\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        )
        .as_bytes(),
    )
}

/// Everything that a stream says up to a line that holds `last`.
fn streamed(service: &Service, path: &str, token: &str, last: &str) -> String {
    let mut stream = TcpStream::connect(&service.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: any\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
    let mut said = String::new();
    for line in BufReader::new(stream).lines() {
        let line = line.expect("a line in time");
        said += &line;
        if line.contains(last) {
            break;
        }
    }
    assert!(said.contains("200 OK") && said.contains(last), "{path}: {said}");
    said
}

#[test]
fn a_technician_reads_the_problem_once_they_have_the_case_wherever_they_look() {
    let provider = Provider::start();
    let text = settings(&provider, "links_in_texts = true").replace("[desk]", "[desk]\npartners = \"partners.csv\"");
    let site = site_with(&text);
    site.write("partners.csv", b"department,group,restricted,note\nRadiology,aims,yes,\n");
    let service = Service::start(&site, &[]);
    let agent = token(&site, "desk", "agent", "");
    let [ada, ben] =
        [("ada", "Ada Ruiz"), ("ben", "Ben Okafor")].map(|(name, it)| token(&site, name, "technician", it));
    let mut call = CALL.to_vec();
    let partner = call.iter().position(|word| *word == "aims").unwrap();
    call[partner] = "Radiology";
    site.run_with(&VARIABLES, &[&call[..], &["--no-wait"]].concat()).expect(0);
    let link = provider.texts_up_to(1)[0].body.rsplit(' ').next().unwrap().rsplit('/').next().unwrap().to_owned();
    streamed(&service, "/events", &agent, "1234567");

    let hidden_from = |token: &str| {
        let streams = [("/events", CUSTOMER), ("/pages/1234567/events", "The log")];
        let pages = PATHS.map(|(path, accept)| (path, get(&service, path, accept, token)));
        let pages = pages.into_iter().inspect(|(path, page)| assert_eq!(page.status, 200, "{path}: {page:?}"));
        let streams = streams.map(|(path, last)| (path, streamed(&service, path, token, last)));
        for (path, said) in pages.map(|(path, page)| (path, page.body)).chain(streams) {
            assert!(!said.contains("Payroll"), "{path} tells: {said}");
        }
        for path in ["/", "/pages/1234567", "/api/v1/pages/1234567"] {
            let said = get(&service, path, "*/*", token).body;
            assert!(said.contains(CUSTOMER) && said.contains(HIDDEN), "{path}: {said}");
        }
    };
    let shown_to = |token: &str| {
        for (path, accept) in &PATHS[..3] {
            let said = get(&service, path, accept, token).body;
            assert!(said.contains(SUMMARY) && !said.contains(HIDDEN), "{path}: {said}");
        }
        assert!(streamed(&service, "/events", token, SUMMARY).contains(CUSTOMER));
        streamed(&service, "/pages/1234567/events", token, SUMMARY);
    };
    hidden_from(&ada);
    hidden_from(&ben);
    shown_to(&agent);

    let body = "{\"by\":\"Ben Okafor\"}";
    let taken = service.raw(
        format!(
            "POST /api/v1/pages/1234567/ack HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nAuthorization: Bearer {ben}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
    assert_eq!(taken.status, 200, "{taken:?}");
    let taken: Value = serde_json::from_str(&taken.body).unwrap();
    assert!(taken["record"].as_str().unwrap().contains(SUMMARY), "{taken}");
    streamed(&service, "/events", &agent, "Ben Okafor has it");
    shown_to(&ben);
    hidden_from(&ada);

    // Nor is it shown to the others when everything is done.
    run(&site, &["called-back", "1234567", "--by", "Ben Okafor"]).expect(0);
    let done = service.get(&format!("/a/{link}"));
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.body.contains("Done") && !done.body.contains("Payroll"), "{}", done.body);
}
