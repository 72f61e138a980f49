//! Do programs get the command line's answers over HTTP, each as much as they may see, and a problem for all else?

use page_oncall::access::Role;
use serde_json::{Value, json};

use crate::support_web::{Asking, Web, settings, site_with};

/// The answer to a program with this token, once the first reading has ended.
fn get(web: &Web, token: &str, path: &str) -> crate::support_web::Answer {
    web.ask_until_read(&Asking::get(path).token(token))
}

/// A view without what tells how old the reading is, which the service and a command read at different times.
fn ageless(mut view: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for name in ["read_at", "age_s"] {
                    map.remove(name);
                }
                map.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut view);
    view
}

/// The words without the line that tells how old the reading is.
pub(super) fn ageless_words(words: &str) -> String {
    words.lines().filter(|line| !line.contains("sheet read")).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_gaps_and_shifts_are_those_of_the_command_line() {
    let web = Web::start("");
    let token = web.token("agent", Role::Agent);
    for at in ["2016-12-31 23:59", "2017-01-01", "2026-11-22T18:00:00-06:00", "2026-11-01 01:30", "2037-12-31 23:59:59"]
    {
        let here = web.site.run(&["--format", "json", "who", "--at", at]);
        let query = at.replace(' ', "+");
        let there = get(&web, &token, &format!("/api/v1/who?at={query}"));
        assert_eq!(there.status, 200, "{}", there.body);
        assert_eq!(ageless(there.json()), ageless(here.json()), "{at}");
        assert_eq!(there.header("page-oncall-exit").unwrap(), here.code.to_string(), "{at}");
    }
    let words = [
        (
            &["gaps", "aims", "--from", "2037-12-30", "--days", "5"][..],
            "/api/v1/gaps?schedule=aims&from=2037-12-30&days=5",
        ),
        (
            &["gaps", "--from", "2026-11-22", "--to", "2026-12-01", "--all-hours"],
            "/api/v1/gaps?from=2026-11-22&to=2026-12-01&all_hours=true",
        ),
        (&["shifts", "--from", "2026-11-22", "--days", "3"], "/api/v1/shifts?from=2026-11-22&days=3"),
    ];
    for (words, path) in words {
        let here = web.site.run(&[&["--format", "json"], words].concat());
        let there = get(&web, &token, path);
        assert_eq!(ageless(there.json()), ageless(here.json()), "{path}");
        let told = web.ask(&Asking::get(path).token(&token).with("Accept", "text/plain"));
        assert_eq!(told.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(ageless_words(&told.body), ageless_words(&web.site.run(words).out), "{path}");
        assert_eq!(told.header("page-oncall-exit").unwrap(), here.code.to_string(), "{path}");
    }
}

#[test]
fn an_unusable_schedule_is_an_answer_and_not_an_error() {
    let site = site_with(&settings(""));
    site.write("aims.csv", b"nothing,of,use\n1,2,3\n");
    let web = Web::of(site, &[]);
    let token = web.token("agent", Role::Agent);
    let there = get(&web, &token, "/api/v1/who");
    assert_eq!((there.status, &there.json()["schedules"][0]["status"]), (200, &"unusable".into()));
    assert_eq!(there.header("page-oncall-exit"), Some("3"));
}

#[test]
fn a_viewer_sees_no_number_and_no_address() {
    let site = site_with(&settings(""));
    site.write(
        "aims.csv",
        b"start,end,person,role,note\n2017-01-01,2038-01-01,Ada Ruiz,primary,call 608-555-0199 or ada@home.example\n",
    );
    let web = Web::of(site, &[]);
    let (viewer, agent) = (web.token("wall", Role::Viewer), web.token("agent", Role::Agent));
    for path in ["/api/v1/who", "/api/v1/who?at=2026-11-22", "/api/v1/gaps", "/api/v1/shifts"] {
        let (masked, full) = (get(&web, &viewer, path), get(&web, &agent, path));
        for secret in ["5550101", "555-0101", "555-0199", "@"] {
            assert!(!masked.body.contains(secret), "{path}: {}", masked.body);
        }
        if !path.contains("gaps") {
            assert!(full.body.contains("+16085550101") && full.body.contains("ada.ruiz@example.edu"), "{}", full.body);
            assert!(masked.body.contains("…01"), "{}", masked.body);
        }
        let words = web.ask(&Asking::get(path).token(&viewer).with("Accept", "text/plain"));
        assert!(!words.body.contains("555-01") && !words.body.contains('@'), "{}", words.body);
    }
    for path in ["/api/v1/pages/INC1234567", "/api/v1/pages/INC1234567?x=1"] {
        assert_eq!(get(&web, &viewer, path).status, 403);
    }
    let page = Asking::value("/api/v1/pages", &json!({"case": "1234567"})).token(&viewer);
    assert_eq!(web.ask(&page).status, 403);
}

#[test]
fn an_answer_that_is_known_is_not_sent_again() {
    let web = Web::start("");
    let token = web.token("agent", Role::Agent);
    let path = "/api/v1/shifts?from=2026-11-22&days=3";
    let first = get(&web, &token, "/api/v1/pages");
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));
    let mark = first.header("etag").unwrap().to_owned();
    assert!(mark.starts_with('"'), "strong: {mark}");
    let again = web.ask(&Asking::get("/api/v1/pages").token(&token).with("If-None-Match", &mark));
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(mark.as_str())));
    let other = web.ask(&Asking::get(path).token(&token).with("If-None-Match", &mark));
    assert_eq!(other.status, 200);
}

#[test]
fn what_cannot_be_used_is_a_problem_that_names_its_field() {
    let web = Web::start("body_limit_kib = 1");
    let token = web.token("agent", Role::Agent);
    let problem = |asking: Asking| {
        let answer = web.ask_until_read(&asking.token(&token));
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{} {}",
            answer.status,
            answer.body
        );
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status);
        (answer.status, problem["fields"][0]["name"].as_str().unwrap_or_default().to_owned(), answer)
    };
    for (path, field) in [
        ("/api/v1/who?schedul=aims", "schedul"),
        ("/api/v1/who?at=soon", "at"),
        ("/api/v1/who?at=%00", "at"),
        ("/api/v1/who?at=%ff", "at"),
        ("/api/v1/who?at=%zz", "at"),
        ("/api/v1/who?known_at=2999-01-01", "known_at"),
        ("/api/v1/gaps?days=99999999999999999999", "days"),
        ("/api/v1/gaps?days=14&to=2026-11-30", "days"),
        ("/api/v1/gaps?from=2026-11-30&to=2026-11-22", "to"),
        ("/api/v1/shifts?days=0", "days"),
        ("/api/v1/pages?limit=201", "limit"),
        ("/api/v1/pages?cursor=any", "cursor"),
        ("/api/v1/pages/1234567?all=true", "all"),
    ] {
        let (status, name, answer) = problem(Asking::get(path));
        assert_eq!((status, name.as_str()), (422, field), "{path}: {}", answer.body);
    }
    for (path, status) in [
        ("/api/v1/who?schedule=none", 404),
        ("/api/v1/pages/7654321", 404),
        ("/api/v1/pages/%ff", 404),
        ("/api/v1/pages/a%00b", 404),
        ("/api/v1/nothing", 404),
        ("/api/", 404),
    ] {
        assert_eq!(problem(Asking::get(path)).0, status, "{path}");
    }
    let (status, _, answer) = problem(Asking::new("DELETE", "/api/v1/who"));
    assert_eq!((status, answer.header("allow")), (405, Some("GET,HEAD")));
    let big = Asking::value("/api/v1/pages", &json!({"case": "1".repeat(2000)}));
    assert_eq!(problem(big).0, 413);
    assert_eq!(problem(Asking::form("/api/v1/pages", &[("case", "1234567")])).0, 415);
    for (body, field) in [
        (json!([]), "body"),
        (json!({}), "case"),
        (json!({"case": 7}), "case"),
        (json!({"case": "7\u{0}"}), "case"),
        (json!({"case": "1234567", "summry": "x"}), "summry"),
        (json!({"case": "1234567", "outage": "maybe"}), "outage"),
        (json!({"case": "1234567", "again": "yes"}), "again"),
        (json!({"case": "1234567", "outage": null}), "outage"),
    ] {
        let (status, name, answer) = problem(Asking::value("/api/v1/pages", &body));
        assert_eq!((status, name.as_str()), (422, field), "{body}: {}", answer.body);
    }
    assert!(
        problem(Asking::value("/api/v1/pages", &json!({"case": "1234567", "summry": "x"})))
            .2
            .body
            .contains("did you mean summary?")
    );
    let nobody = web.ask(&Asking::get("/api/v1/who"));
    assert_eq!((nobody.status, nobody.json()["status"].as_u64()), (401, Some(401)));
    assert_eq!(web.ask(&Asking::get("/api/v1/who").token("pgo_guess")).status, 401);
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let web = Web::start("requests_per_minute = 10");
    let (one, other) = (web.token("one", Role::Viewer), web.token("other", Role::Viewer));
    let mut answers: Vec<_> = (0..30).map(|_| web.ask(&Asking::get("/api/v1/pages").token(&one))).collect();
    assert_eq!(answers[0].header("ratelimit-policy"), Some("\"caller\";q=10;w=60"));
    let refused = answers.pop().unwrap();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
    assert_eq!(web.ask(&Asking::get("/api/v1/pages").token(&other)).status, 200);
    assert_eq!(web.get("/healthz").status, 200);
}

#[test]
fn the_description_is_told_to_anybody_and_names_every_path() {
    let web = Web::start("");
    let answer = web.get("/openapi.json");
    assert_eq!((answer.status, &answer.json()["openapi"]), (200, &"3.1.0".into()));
    for path in ["/api/v1/who", "/api/v1/pages/{case}/called-back"] {
        assert!(answer.json()["paths"][path].is_object(), "{path}");
    }
}
