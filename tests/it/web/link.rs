//! Does the link of a message work for its reader, and for nobody else?

use serde_json::Value;

use crate::serve::provider::{Provider, Text};
use crate::serve::service::{Answer, CALL, PUBLIC, Service, VARIABLES, page, settings, site, site_with};
use crate::support::Site;

/// Texts hold the link, so that the test reads it where a person would.
const LINKS: &str = "links_in_texts = true";

/// A service with one page that asks Ada, and the page as she was sent it.
fn paged(site: &Site, provider: &Provider) -> (Service, Text) {
    let service = Service::start(site, &[]);
    site.run_with(&VARIABLES, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let text = provider.texts_up_to(1).remove(0);
    (service, text)
}

/// The path of the link that ends a text.
fn path(text: &Text) -> String {
    let link = text.body.rsplit(' ').next().unwrap();
    link.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("no link ends {:?}", text.body)).to_owned()
}

fn say(service: &Service, path: &str, word: &str) -> Answer {
    service.post(path, "", &format!("say={word}"))
}

fn acts(site: &Site) -> Vec<(String, String, String, String)> {
    let log = site.run(&["--format", "json", "audit"]).expect(0).out;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let act = |line: &str| {
        let act: Value = serde_json::from_str(line).unwrap();
        (text(&act["by"]), text(&act["via"]), text(&act["what"]), text(&act["result"]))
    };
    log.lines().rev().map(act).collect()
}

#[test]
fn a_page_is_answered_from_its_link_by_whoever_it_asked() {
    let provider = Provider::start();
    let site = site(&provider, LINKS);
    let (service, text) = paged(&site, &provider);
    assert!(text.body.contains("Reply 1=got it 2=cannot"), "{}", text.body);
    let ada = path(&text);

    // A scanner looks as often as it likes.
    for _ in 0..3 {
        let seen = service.get(&ada);
        assert_eq!(seen.status, 200);
        for fact in ["1234567", "Marguerite Oduya", "608-555-0142", "tel:", "Payroll printer stopped", "I have it"] {
            assert!(seen.body.contains(fact), "{fact}\n{}", seen.body);
        }
        for header in
            ["cache-control: no-store", "referrer-policy: same-origin", "content-security-policy: default-src 'none'"]
        {
            assert!(seen.head.to_lowercase().contains(header), "{header}\n{}", seen.head);
        }
    }
    assert_eq!(page(&site)["acknowledged"], Value::Null);

    // Words that mean nothing, and another site's page that sends its visitors here, record nothing.
    assert_eq!(say(&service, &ada, "maybe").status, 422);
    assert_eq!(service.post(&ada, "Sec-Fetch-Site: cross-site\r\n", "say=have-it").status, 403);
    assert_eq!(service.post(&ada, "Origin: https://elsewhere.example\r\n", "say=have-it").status, 403);
    assert_eq!(page(&site)["acknowledged"], Value::Null);

    assert_eq!(say(&service, &ada, "cannot").status, 303);
    assert!(service.get(&ada).body.contains("You said that you cannot"));
    let text = provider.texts_up_to(2).remove(1);
    assert_eq!(text.to, "+16085550102");
    let ben = path(&text);
    assert_ne!(ada, ben);
    let taken = say(&service, &ben, "have-it");
    assert_eq!(taken.status, 303);
    assert!(taken.head.contains(&ben), "{}", taken.head);
    let shown = page(&site);
    assert_eq!(
        (shown["acknowledged"]["by"].as_str(), shown["acknowledged"]["via"].as_str()),
        (Some("Ben Okafor"), Some("link"))
    );

    // Who is late is told who was quicker.
    assert!(service.get(&ada).body.contains("Ben Okafor has it: you need not call"));
    let late = say(&service, &ada, "have-it");
    assert_eq!(late.status, 409);
    assert!(late.body.contains("Ben Okafor has it"), "{}", late.body);

    assert!(service.get(&ben).body.contains("You have it: call the customer by"));
    assert_eq!(say(&service, &ben, "called-back").status, 303);
    assert!(service.get(&ben).body.contains("Done: the customer was called back"));
    assert_eq!(page(&site)["promise"]["state"], "kept");

    let expected = [
        ("Ada Ruiz", "decline", "done"),
        ("Ben Okafor", "ack", "done"),
        ("Ada Ruiz", "ack", "refused"),
        ("Ben Okafor", "called-back", "done"),
    ];
    let expected =
        expected.map(|(by, what, result)| (by.to_owned(), "link".to_owned(), what.to_owned(), result.to_owned()));
    assert_eq!(acts(&site), expected);
}

#[test]
fn a_link_that_proves_nothing_tells_nothing() {
    let provider = Provider::start();
    let site = site(&provider, LINKS);
    let (service, text) = paged(&site, &provider);
    let ada = path(&text);
    let no_link = service.get("/a/AAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(no_link.status, 404);
    let last = |letter: &str| format!("{}{letter}", &ada[..ada.len() - 1]);
    let other = if ada.ends_with('A') { "B" } else { "A" };
    let middle = {
        let at = "/a/".len() + 14;
        let letter = if ada[at..].starts_with('x') { 'y' } else { 'x' };
        format!("{}{letter}{}", &ada[..at], &ada[at + 1..])
    };
    for forged in
        [last(other), middle, format!("{ada}A"), "/a/x".to_owned(), "/a/%00".to_owned(), "/a/%FF%FE".to_owned()]
    {
        let seen = service.get(&forged);
        assert!(seen.status == 404 || seen.status == 400, "{forged}: {}", seen.status);
        assert!(!seen.body.contains("Oduya") && !seen.body.contains("Ada"), "{}", seen.body);
        if seen.status == 404 {
            assert_eq!(seen.body, no_link.body, "{forged}");
        }
        assert_ne!(say(&service, &forged, "have-it").status, 303, "{forged}");
    }
    assert_eq!(page(&site)["acknowledged"], Value::Null);
    assert!(acts(&site).is_empty(), "what nobody did is not in the audit log");
}

#[test]
fn a_link_ends_and_a_restricted_case_is_shown_to_its_owner_only() {
    let provider = Provider::start();
    let site = site(&provider, &format!("{LINKS}\nlink_hours = 0"));
    let (service, text) = paged(&site, &provider);
    assert_eq!(service.get(&path(&text)).status, 404, "it has ended");

    let provider = Provider::start();
    let text = settings(&provider, LINKS).replace("[desk]", "[desk]\npartners = \"partners.csv\"");
    let site = site_with(&text);
    site.write("partners.csv", b"department,group,restricted,note\nRadiology,aims,yes,\n");
    let service = Service::start(&site, &[]);
    let mut call = CALL.to_vec();
    let partner = call.iter().position(|word| *word == "aims").unwrap();
    call[partner] = "Radiology";
    site.run_with(&VARIABLES, &[&call[..], &["--no-wait"]].concat()).expect(0);
    let ada = path(&provider.texts_up_to(1)[0]);
    let seen = service.get(&ada).body;
    assert!(!seen.contains("Payroll") && seen.contains("Shown once you have it"), "{seen}");
    assert_eq!(say(&service, &ada, "have-it").status, 303);
    assert!(service.get(&ada).body.contains("Payroll printer stopped"));
}
