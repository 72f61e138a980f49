//! Does a program page, report and list as an agent does, and never twice?

use page_oncall::access::Role;
use serde_json::{Value, json};

use crate::support_web::{Answer, Asking, Web};

pub(super) fn facts(case: &str) -> Value {
    json!({
        "case": case, "customer": "Marguerite Oduya", "phone": "608-555-0142", "summary": "Payroll printer stopped",
        "partner": "aims", "outage": "no", "hd_can_help": "no", "device": "departmental", "critical": "yes",
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn post(web: &Web, token: &str, path: &str, body: &Value) -> Answer {
    web.ask(&Asking::value(path, body).token(token))
}

fn keyed(web: &Web, token: &str, path: &str, body: &Value, key: &str) -> Answer {
    web.ask(&Asking::value(path, body).token(token).with("Idempotency-Key", key))
}

/// The page of a case as soon as `enough` holds of it.
fn page_when(web: &Web, token: &str, case: &str, enough: impl Fn(&Value) -> bool) -> Value {
    loop {
        let page = web.ask(&Asking::get(&format!("/api/v1/pages/{case}")).token(token)).json();
        if enough(&page) {
            return page;
        }
        std::thread::yield_now();
    }
}

const QUIET: &str = "[delivery.training]\nreply_after_s = 86400\n";

#[test]
fn a_page_of_a_program_is_sent_by_the_engine_and_joined_by_the_next() {
    let web = Web::start("requests_per_minute = 1000000");
    let token = web.token("agent", Role::Agent);
    let dry = post(&web, &token, "/api/v1/pages", &with(facts("1234567"), "dry_run", true.into()));
    assert_eq!((dry.status, &dry.json()["page"], &dry.json()["state"]), (200, &Value::Null, &"decided".into()));
    assert_eq!(web.ask(&Asking::get("/api/v1/pages?all=true").token(&token)).json()["pages"], json!([]));
    let opened = post(&web, &token, "/api/v1/pages", &facts("1234567"));
    assert_eq!((opened.status, &opened.json()["state"]), (201, &"paging".into()), "{}", opened.body);
    let joined = post(&web, &token, "/api/v1/pages", &facts("1234567"));
    assert_eq!((joined.status, &joined.json()["page"]), (200, &opened.json()["page"]), "{}", joined.body);
    let page =
        page_when(&web, &token, "1234567", |page| page["attempts"].as_array().is_some_and(|all| !all.is_empty()));
    assert_eq!(page["attempts"][0]["to"], "Ada Ruiz");
    assert!(page["log"].as_array().is_some_and(|log| log.len() > 1));
    let shown = web.site.run(&["show", "1234567"]).out;
    assert!(shown.contains("Marguerite Oduya"), "{shown}");
    let acts: Vec<(String, String)> = web.acts().into_iter().map(|act| (act.what, act.object)).collect();
    assert_eq!(acts.iter().filter(|act| **act == ("page".to_owned(), "1234567".to_owned())).count(), 2, "{acts:?}");
}

#[test]
fn what_is_missing_is_named_and_what_pages_nobody_is_an_answer() {
    let web = Web::start("");
    let token = web.token("agent", Role::Agent);
    let missing = post(&web, &token, "/api/v1/pages", &json!({"case": "1234567", "outage": "no", "partner": "aims"}));
    let fields: Vec<Value> = missing.json()["fields"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!((missing.status, fields), (422, vec!["hd_can_help".into(), "device".into(), "critical".into()]));
    let mut without = facts("1234567");
    for name in ["customer", "phone", "summary"] {
        without.as_object_mut().unwrap().remove(name);
    }
    let missing = post(&web, &token, "/api/v1/pages", &without).json();
    assert_eq!(missing["fields"].as_array().unwrap().len(), 3, "{missing}");
    let outage = post(&web, &token, "/api/v1/pages", &json!({"case": "1234567", "outage": "yes"}));
    assert_eq!((outage.status, &outage.json()["decision"]["outcome"]), (200, &"OUTAGE".into()), "{}", outage.body);
    let next = post(&web, &token, "/api/v1/decide", &json!({"outage": "no"})).json();
    assert_eq!((&next["decision"], &next["next"]["field"]), (&Value::Null, &"partner".into()), "{next}");
    let end = post(&web, &token, "/api/v1/decide", &json!({"outage": "yes"})).json();
    assert_eq!((&end["decision"]["outcome"], &end["next"]), (&"OUTAGE".into(), &Value::Null), "{end}");
}

#[test]
fn a_request_with_a_key_acts_once_however_often_it_is_sent() {
    let web = Web::start("requests_per_minute = 1000000");
    let token = web.token("agent", Role::Agent);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let send = || keyed(&web, &token, "/api/v1/pages", &facts("1234567"), "key-1");
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    let opened: Vec<&Answer> =
        answers.iter().filter(|it| it.status == 201 && it.header("idempotency-replayed").is_none()).collect();
    assert_eq!(opened.len(), 1, "{:?}", answers.iter().map(|it| it.status).collect::<Vec<_>>());
    for answer in &answers {
        match answer.status {
            201 => assert_eq!(answer.body, opened[0].body),
            409 => assert_eq!(answer.header("retry-after"), Some("1")),
            other => panic!("{other}: {}", answer.body),
        }
    }
    let again = keyed(&web, &token, "/api/v1/pages", &facts("1234567"), "key-1");
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(again.body, opened[0].body);
    let other = keyed(&web, &token, "/api/v1/pages", &facts("7654321"), "key-1");
    assert_eq!((other.status, &other.json()["fields"][0]["name"]), (422, &"Idempotency-Key".into()));
    let somebody = web.token("somebody", Role::Agent);
    assert_eq!(keyed(&web, &somebody, "/api/v1/pages", &facts("1234567"), "key-1").status, 200, "their own key");
    for key in ["", "two words", &"x".repeat(256)] {
        assert_eq!(keyed(&web, &token, "/api/v1/pages", &facts("1234567"), key).status, 422, "{key:?}");
    }
    let pages = web.ask(&Asking::get("/api/v1/pages?all=true").token(&token)).json();
    assert_eq!(pages["pages"].as_array().unwrap().len(), 1, "{pages}");
}

#[test]
fn a_request_that_died_with_its_process_is_done_by_the_next_one_and_once() {
    use page_oncall::access::Fingerprint;
    use page_oncall::ports::access::AccessStore as _;
    use sha2::{Digest as _, Sha256};

    let web = Web::start("");
    let token = web.token("agent", Role::Agent);
    let body = facts("1234567");
    let first = keyed(&web, &token, "/api/v1/pages", &body, "key-1").json();
    // What a process leaves behind that died after it began the page: a key that has begun and not ended.
    let digest = Sha256::digest(format!("POST\0/api/v1/pages\0{body}"));
    web.stored(async |store| {
        store
            .purge_access(crate::support_web::now(), crate::support_web::now(), chrono::DateTime::UNIX_EPOCH)
            .await
            .unwrap();
        let begun = store.begin_request("token agent", "key-1", Fingerprint(digest.into()), crate::support_web::now());
        assert_eq!(begun.await.unwrap(), page_oncall::ports::access::Repeated::New);
    });
    let again = keyed(&web, &token, "/api/v1/pages", &body, "key-1");
    assert_eq!((again.status, &again.json()["page"]), (201, &first["page"]), "{}", again.body);
    let pages = web.ask(&Asking::get("/api/v1/pages?all=true").token(&token)).json();
    assert_eq!(pages["pages"].as_array().unwrap().len(), 1, "{pages}");
}

#[test]
fn a_technician_sees_and_answers_their_own_pages_only() {
    let web = Web::start(QUIET);
    let (agent, ada) = (web.token("agent", Role::Agent), web.token("phone", Role::Technician));
    let ben = web.token_of("ben", "Ben Okafor");
    let stranger = web.token_of("stranger", "Cy Nobody");
    assert_eq!(post(&web, &agent, "/api/v1/pages", &facts("1234567")).status, 201);
    let ack = |token: &str, by: &str| post(&web, token, "/api/v1/pages/1234567/ack", &json!({ "by": by }));
    assert_eq!(web.ask(&Asking::get("/api/v1/pages/1234567").token(&stranger)).status, 404);
    assert_eq!(web.ask(&Asking::get("/api/v1/pages").token(&stranger)).json()["pages"], json!([]));
    assert_eq!(web.ask(&Asking::get("/api/v1/promises").token(&stranger)).json()["promises"], json!([]));
    assert_eq!(ack(&stranger, "Cy Nobody").status, 404);
    assert_eq!(web.ask(&Asking::get("/api/v1/pages").token(&ada)).json()["pages"][0]["case"], "1234567");
    assert_eq!(ack(&ada, "Ben Okafor").status, 403, "a technician speaks for themselves");
    let taken = ack(&ada, "ada ruiz");
    assert_eq!((taken.status, &taken.json()["acknowledged"]["by"]), (200, &"Ada Ruiz".into()), "{}", taken.body);
    assert_eq!(ack(&ben, "Ben Okafor").status, 409);
    let cancel = post(&web, &ada, "/api/v1/pages/1234567/cancel", &json!({"by": "Ada Ruiz"}));
    assert_eq!(cancel.status, 403);
    let kept = post(&web, &agent, "/api/v1/pages/1234567/called-back", &json!({"by": "Ada Ruiz"}));
    assert_eq!((kept.status, &kept.json()["promise"]["state"]), (200, &"kept".into()), "{}", kept.body);
    assert_eq!(post(&web, &agent, "/api/v1/pages/1234567/ack", &json!({"by": " "})).status, 422);
    assert_eq!(post(&web, &agent, "/api/v1/pages/999999999/ack", &json!({"by": "Ada Ruiz"})).status, 404);
}

#[test]
fn a_list_goes_on_where_it_stopped_whatever_begins_meanwhile() {
    let web = Web::start(QUIET);
    let token = web.token("agent", Role::Agent);
    for case in 1_000_001..=1_000_005 {
        assert_eq!(post(&web, &token, "/api/v1/pages", &facts(&case.to_string())).status, 201);
    }
    for (path, list) in [("/api/v1/pages?limit=2", "pages"), ("/api/v1/promises?limit=2", "promises")] {
        let mut found: Vec<String> = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = web.ask(&Asking::get(&path).token(&token));
            assert_eq!(answer.status, 200, "{}", answer.body);
            let entries = answer.json()[list].as_array().unwrap().clone();
            assert!(entries.len() <= 2);
            found.extend(entries.iter().map(|entry| entry["case"].as_str().unwrap().to_owned()));
            next = answer.header("link").map(|link| {
                let path = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
                path.unwrap_or_else(|| panic!("{link}")).to_owned()
            });
            if list == "pages" && found.len() == 2 {
                assert_eq!(post(&web, &token, "/api/v1/pages", &facts("1000006")).status, 201);
            }
        }
        found.sort();
        found.retain(|case| case != "1000006");
        assert_eq!(found, ["1000001", "1000002", "1000003", "1000004", "1000005"], "{list}");
    }
    let here = web.site.run(&["--format", "json", "pages"]).json();
    let there = web.ask(&Asking::get("/api/v1/pages").token(&token)).json();
    let cases =
        |list: &Value| list["pages"].as_array().unwrap().iter().map(|page| page["page"].clone()).collect::<Vec<_>>();
    assert_eq!(cases(&here), cases(&there));
}
