//! Does a page take another way when one is closed? Calls by another account, letters by a real mail server.

use super::service::Service;
use super::stories::{Plot, attempts, ends_with, heard, open, owner, serve, takes};
use super::world::{ADA, BEN, Manner, World};
use crate::mail::{MailServer, PASSWORD, USER};

const CALLS_ALONE: &str = "[{ after_minutes = 0, to = 'primary', channels = ['voice'] }, { after_minutes = 0, to = 'next', channels = ['voice'] }]";
const WITH_LETTERS: &str = "[{ after_minutes = 0, to = 'primary', channels = ['sms', 'email'] }, { after_minutes = 0, to = 'next', channels = ['sms', 'email'] }]";

#[test]
fn an_account_that_cannot_call_is_left_and_the_other_one_calls_at_once() {
    for (what, manner, outcome) in [
        ("500", Manner::Refuses("500 INTERNAL SERVER ERROR", "{}"), "retryable"),
        ("401", Manner::Refuses("401 UNAUTHORIZED", r#"{"code":20003}"#), "unavailable"),
        ("a hang", Manner::Hangs, "unknown"),
    ] {
        let world = World::default();
        let (first, second) = (world.account("first", manner), world.account("second", Manner::Takes));
        let site = Plot {
            accounts: &[&first, &second],
            steps: CALLS_ALONE,
            // Were the other one not asked at once, this story would not end.
            paging: "retry_wait_s = 600\ncall_retry_wait_s = 600",
            sender: "per_second = 0\ntimeout_s = 2\nconnect_timeout_s = 2",
            ..Plot::default()
        }
        .site();
        let service = serve(&site);
        open(&site);
        let (adas, bens) = (world.call_to(ADA, 0), world.call_to(BEN, 0));
        assert_eq!((adas.account, bens.account), ("second", "second"), "{what}");
        let taken = second.presses(&service, &adas, "1");
        assert!(taken.text().starts_with("You have it"), "{what}: {}", taken.text());
        // The other phone is told to ring no more, by the account that called it; hers is left alone.
        assert_eq!(world.hung_up(&bens), [bens.sid.as_str()], "{what}");
        heard(&second.ends(&service, &bens, "canceled"));
        heard(&second.ends(&service, &adas, "completed"));
        let expected = ["second call +16085550101: page", "second call +16085550102: page"];
        let shown = ends_with(&world, &site, service, &expected);
        assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", "Ada Ruiz"), 1), "{what}");
        let tried = attempts(&shown);
        assert_eq!(tried[0], format!("r1.0.ada-ruiz.voice.1 twilio-voice {outcome}"), "{what}");
        assert_eq!(tried[1], "r1.0.ada-ruiz.voice.2 second-voice delivered", "{what}");
        assert!(tried.last().unwrap().ends_with("second-voice retryable"), "{what}: {tried:?}");
    }
}

#[test]
fn where_no_text_leaves_letters_bring_the_page_and_the_stand_down() {
    let server = MailServer::start("starttls", Some("PLAIN"));
    let world = World::default();
    let first = world.account("first", Manner::Refuses("401 UNAUTHORIZED", r#"{"code":20003}"#));
    let mail = format!(
        "[delivery.mail]\nhost = \"localhost\"\nport = {}\nusername = \"{USER}\"\nca_file = \"{}\"\n\
         from = \"UW HD <hd@example.edu>\"\ntimeout_s = 50\n",
        server.port,
        server.root().unwrap().display()
    );
    let site = Plot {
        accounts: &[&first],
        steps: WITH_LETTERS,
        calls: false,
        more: &mail,
        contacts: "name,phone,email\nAda Ruiz,608-555-0101,ada@example.edu\nBen Okafor,608-555-0102,ben@example.edu\n",
        ..Plot::default()
    }
    .site();
    let variables = [("PAGE_ONCALL_SMS_TOKEN", "synthetic-token"), ("PAGE_ONCALL_MAIL_PASSWORD", PASSWORD)];
    let service = Service::start_with(&site, &variables, &[]);
    let call = [&super::service::CALL[..], &["--no-wait"]].concat();
    site.run_with(&variables, &call).expect(0);
    let subject = |mail: &serde_json::Value| {
        let content = mail["content"].as_str().unwrap().to_owned();
        content.lines().find_map(|line| line.strip_prefix("Subject: ").map(str::to_owned)).unwrap()
    };
    for to in ["ada@example.edu", "ben@example.edu"] {
        let mail = server.taken();
        assert_eq!((mail["to"][0].as_str(), mail["tls"].as_bool()), (Some(to), Some(true)));
        assert!(subject(&mail).contains("PAGE AIMS 1234567"), "{mail:#}");
    }
    site.run_with(&variables, &["ack", "1234567", "--by", "Ben Okafor"]).expect(0);
    let told = server.taken();
    assert_eq!(told["to"][0].as_str(), Some("ada@example.edu"));
    assert!(told["content"].as_str().unwrap().contains("Ben Okafor has"), "{told:#}");
    assert_eq!(service.program.stopped().0.code(), Some(0));
    for _ in 0..2 {
        site.run_with(&variables, &["run", "--once"]).expect(0);
    }
    assert!(server.stopped().is_empty(), "nobody is written to twice");
    assert!(world.sent().is_empty(), "no text left the house");
    let shown = site.run_with(&variables, &["--format", "json", "show", "1234567"]).expect(0).json();
    assert_eq!((owner(&shown), takes(&shown)), (("acknowledged", "Ben Okafor"), 1));
}
