//! Whom does a reverse proxy let in, and who can pretend to be one?

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use page_oncall::access::Role;

use crate::serve::provider::PATIENCE;
use crate::support_web::{Asking, Web, settings, site_with};

const ROLES: &str = "[access.roles.supervisor]\ngroups = ['leads']\nusers = ['lee@example.edu']\n\
                     [access.roles.agent]\ngroups = ['desk']\n";

fn house(from: &str) -> Web {
    Web::start(&format!(
        "[access.header]\nuser = 'X-Remote-User'\ngroups = 'X-Remote-Groups'\nseparator = ';'\n\
         client = 'X-Forwarded-For'\nfrom = {from}\n{ROLES}"
    ))
}

/// 200 for a supervisor, 403 for anybody else who is known, 303 for nobody.
fn status(web: &Web, headers: &[(&str, &str)]) -> u16 {
    let asking = headers.iter().fold(Asking::get("/audit"), |asking, (name, value)| asking.with(name, value));
    web.ask(&asking).status
}

#[test]
fn the_named_proxy_says_who_asks_and_the_strongest_role_counts() {
    let web = house("['127.0.0.1']");
    for (headers, expected) in [
        (&[("X-Remote-User", "lee@example.edu")][..], 200),
        (&[("x-remote-user", "LEE@EXAMPLE.EDU")], 200),
        (&[("X-Remote-User", "ada"), ("X-Remote-Groups", "staff; desk ;leads")], 200),
        (&[("X-Remote-User", "ada"), ("X-Remote-Groups", "staff;desk")], 403),
        (&[("X-Remote-User", "ada"), ("X-Remote-Groups", "staff")], 303),
        (&[("X-Remote-User", "ada"), ("X-Remote-Groups", "leads staff")], 303),
        (&[("X-Remote-User", "ada")], 303),
        (&[("X-Remote-User", ""), ("X-Remote-Groups", "leads")], 303),
        (&[("X-Remote-Groups", "leads")], 303),
        // One of the two came from whoever asked the proxy.
        (&[("X-Remote-User", "ada"), ("X-Remote-User", "lee@example.edu")], 303),
        (&[("X-Remote-User", "ada"), ("X-Remote-Groups", "leads"), ("X-Remote-Groups", "desk")], 303),
        (&[], 303),
    ] {
        assert_eq!(status(&web, headers), expected, "{headers:?}");
    }
    let page = web.ask(&Asking::get("/audit").with("X-Remote-User", "lee@example.edu"));
    assert!(page.body.contains("lee@example.edu, supervisor"), "{}", page.body);
}

#[test]
fn nobody_else_is_believed_and_their_address_is_their_own() {
    let web = house("['192.0.2.10', '10.0.0.0/8']");
    for forwarded in ["192.0.2.10", "10.1.2.3", "127.0.0.1, 192.0.2.10"] {
        let headers =
            [("X-Remote-User", "lee@example.edu"), ("X-Forwarded-For", forwarded), ("X-Real-IP", "192.0.2.10")];
        assert_eq!(status(&web, &headers), 303, "{forwarded}");
    }
    let wrong = Asking::form("/sign-in", &[("token", "pgo_wrong")]).with("X-Forwarded-For", "203.0.113.9");
    assert_eq!(web.ask(&wrong).status, 403);
    assert_eq!(web.acts()[0].from, "127.0.0.1", "who asks cannot choose what the log says");
    // A proof of one's own counts whatever header stands beside it.
    let token = web.token("desk", Role::Agent);
    let asking = Asking::get("/audit").token(&token).with("X-Remote-User", "lee@example.edu");
    assert_eq!(web.ask(&asking).status, 403);
}

#[test]
fn behind_the_proxy_each_client_is_told_apart_by_what_the_proxy_added() {
    let web = house("['127.0.0.1']");
    let guess = |forwarded: &str| {
        web.ask(&Asking::form("/sign-in", &[("token", "pgo_wrong")]).with("X-Forwarded-For", forwarded)).status
    };
    assert_eq!(guess("198.51.100.1, 203.0.113.9"), 403);
    assert_eq!(web.acts()[0].from, "203.0.113.9", "the last hop, which the proxy saw");
    // Inventing addresses before it does not help: all these guesses came from one.
    let heard = (0..40).filter(|it| guess(&format!("198.51.100.{it}, 203.0.113.9")) == 403).count();
    assert!(heard < 40, "{heard}");
    assert_eq!(guess("203.0.113.9, 203.0.113.10"), 403, "a neighbour is heard all the same");
    assert_eq!(guess("no address"), 403);
    assert_eq!(web.acts().last().unwrap().from, "127.0.0.1");
}

#[test]
fn the_header_acts_only_from_this_houses_own_pages() {
    let web = house("['127.0.0.1']");
    let out = || Asking::form("/sign-out", &[]).with("X-Remote-User", "lee@example.edu");
    assert_eq!(web.ask(&out()).status, 403);
    assert_eq!(web.ask(&out().with("Sec-Fetch-Site", "cross-site")).status, 403);
    assert_eq!(web.ask(&out().with("Sec-Fetch-Site", "same-origin")).status, 303);
}

#[test]
fn an_open_page_is_kept_up_to_date_for_whoever_the_proxy_names() {
    let web = house("['127.0.0.1']");
    let page = serde_json::json!({"case": "1234567", "partner": "aims", "outage": "no", "hd_can_help": "no",
        "device": "departmental", "critical": "yes", "customer": "Pat Quinn", "phone": "608-555-0142",
        "summary": "Payroll printer stopped"});
    let agent = web.token("desk", Role::Agent);
    let paged = web.ask_until_read(&Asking::value("/api/v1/pages", &page).token(&agent));
    assert_eq!(paged.status, 201, "{paged:?}");
    let mut stream = TcpStream::connect(&web.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let path = "/pages/1234567/events";
    write!(stream, "GET {path} HTTP/1.1\r\nHost: any\r\nX-Remote-User: lee@example.edu\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map(|line| line.expect("a line in time"));
    let news = lines.find(|line| line == "event: end" || line == "event: beat");
    assert_eq!(news.as_deref(), Some("event: beat"));
}

#[test]
fn settings_that_would_believe_everybody_are_refused() {
    for lines in [
        "[access.header]\nuser = 'X-Remote-User'\n[access.roles.agent]\ngroups = ['desk']\n",
        "[access.header]\nuser = 'X-Remote-User'\nfrom = ['0.0.0.0/0']\n[access.roles.agent]\ngroups = ['desk']\n",
    ] {
        let ended = site_with(&settings(lines)).run(&["serve"]).expect(2);
        assert!(ended.err.contains("[access.header]") && ended.err.contains("line "), "{}", ended.err);
    }
}
