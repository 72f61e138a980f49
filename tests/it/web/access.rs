//! Is there any way into the house for those who do not belong? Every route, asked by everybody.
//!
//! The routes come from the house's own table, so that one which is added later is asked too.

use axum::http::Method;
use chrono::TimeDelta;
use page_oncall::access::{Caller, Fingerprint, Role, Secret, Way};
use page_oncall::ports::access::{AccessStore as _, Session};
use page_oncall::web::{Need, Route, table};

use crate::support_web::{Answer, Asking, Web, now, settings, site_with};

/// What makes a request that of somebody.
type Ask = Box<dyn Fn(Asking) -> Asking>;

/// What nobody may learn who has not shown who they are: people, numbers, customers, and that there is a page.
const FACTS: [&str; 7] =
    ["Ada Ruiz", "Ben Okafor", "555-0101", "5550101", "Marguerite Oduya", "555-0142", "Payroll printer"];
/// A proxy elsewhere, whose word counts; the test asks from this machine.
const LINES: &str = "[delivery.training]\nreply = 'none'\n[access.header]\nuser = 'X-Remote-User'\nclient = 'X-Forwarded-For'\n\
                     from = ['192.0.2.10', '2001:db8::/32']\n[access.roles.supervisor]\nusers = ['boss']\n";

/// A house with an open page, and the settings of this file.
fn house() -> Web {
    let site = site_with(&settings(LINES));
    let call = [
        "--case",
        "1234567",
        "--yes",
        "--no-wait",
        "--partner",
        "aims",
        "--outage",
        "no",
        "--hd-can-help",
        "no",
        "--device",
        "departmental",
        "--critical=yes",
        "--customer",
        "Marguerite Oduya",
        "--phone",
        "608-555-0142",
        "--summary",
        "Payroll printer stopped",
    ];
    site.run(&call).expect(0);
    Web::of(site, &[])
}

/// The route with something in place of what varies.
fn path(route: &Route) -> String {
    let mut path = String::new();
    let mut rest = route.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        path += before;
        path += match name {
            "case" => "1234567",
            "token" => "AAAAAAAAAAAAAAAAAAAAAAAA",
            "name" | "schedule" => "aims",
            _ => "sample",
        };
        rest = after;
    }
    path + rest
}

fn asking(route: &Route) -> Asking {
    if route.method == Method::GET {
        Asking::get(&path(route))
    } else if route.path.starts_with("/api/") {
        Asking::json(&path(route), "{}")
    } else {
        Asking::form(&path(route), &[("case", "1234567")])
    }
}

fn is_api(route: &Route) -> bool {
    route.path.starts_with("/api/")
}

/// Fails unless somebody unknown was turned away and told nothing.
fn turned_away(who: &str, route: &Route, answer: &Answer) {
    let about = format!("{who}: {} {}: {} {}", route.method, route.path, answer.status, answer.body);
    for fact in FACTS {
        assert!(!answer.body.contains(fact), "{fact:?} is told to {about}");
    }
    assert!(answer.status < 500, "{about}");
    if route.need == Need::Nothing {
        return;
    }
    if is_api(route) {
        assert_eq!(answer.status, 401, "{about}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{about}");
        assert!(answer.header("www-authenticate").is_some(), "{about}");
    } else if route.method == Method::GET {
        assert_eq!(answer.status, 303, "{about}");
        assert!(answer.location().starts_with("/sign-in?return_to=/"), "{about}");
    } else {
        assert_eq!(answer.status, 403, "{about}");
    }
}

/// The page as the command line tells it: what happened to it, and to how many others.
fn told(web: &Web) -> (serde_json::Value, usize) {
    let page = web.site.run(&["--format", "json", "show", "1234567"]).expect(0).json();
    let pages = web.site.run(&["--format", "json", "pages", "--all"]).expect(0).json();
    let mut what: Vec<_> = ["state", "acknowledged", "declined"].map(|key| page[key].clone()).into();
    // The minutes that are left become fewer by themselves.
    what.extend(["state", "called_back_at", "called_back_by"].map(|key| page["promise"][key].clone()));
    (what.into(), pages["pages"].as_array().unwrap().len())
}

#[test]
fn whoever_does_not_belong_is_told_nothing_and_does_nothing() {
    let web = house();
    let before = told(&web);
    let revoked = web.token("revoked", Role::Supervisor);
    let of_revoked = web.signed_in(&revoked);
    let expired = web.token_until("expired", Role::Supervisor, Some(now() - TimeDelta::minutes(1)));
    let supervisor = web.token("night", Role::Supervisor);
    let signed_out = web.signed_in(&supervisor);
    assert_eq!(web.ask(&Asking::form("/sign-out", &[]).cookie(&signed_out)).status, 303);
    let stale = "stale-session-secret-of-somebody-who-went-home";
    let session = Session {
        fingerprint: Fingerprint::of(stale),
        name: "boss".to_owned(),
        role: Role::Supervisor,
        person: None,
        way: Way::SingleSignOn,
        began_at: now() - TimeDelta::hours(13),
        expires_at: now() - TimeDelta::hours(1),
    };
    let since = now();
    web.stored(async |store| {
        store.begin_session(&session).await.unwrap();
        assert!(store.revoke_token("revoked", since).await.unwrap());
    });
    let forged = Secret::session([7; 32]).text().to_owned();
    let forged_token = Secret::token([7; 32]).text().to_owned();
    let cookie = |secret: &str| format!("page-oncall={secret}");
    let with_cookie = |text: String| -> Ask { Box::new(move |asking| asking.cookie(&text)) };
    let with_token = |text: String| -> Ask { Box::new(move |asking| asking.token(&text)) };
    let with = |headers: &'static [(&'static str, &'static str)]| -> Ask {
        Box::new(move |asking| headers.iter().fold(asking, |asking, (name, value)| asking.with(name, value)))
    };
    let strangers: Vec<(&str, Ask)> = vec![
        ("nobody", with(&[])),
        ("a forged cookie", with_cookie(cookie(&forged))),
        ("an empty cookie", with_cookie(cookie(""))),
        ("a token in place of a cookie", with_cookie(cookie(&supervisor))),
        ("a cookie of another name", with_cookie(format!("__Host-page-oncall={forged}"))),
        ("somebody who signed out", with_cookie(signed_out.clone())),
        ("an expired session", with_cookie(cookie(stale))),
        ("a session of a revoked token", with_cookie(of_revoked)),
        ("a forged token", with_token(forged_token)),
        ("a revoked token", with_token(revoked)),
        ("an expired token", with_token(expired)),
        ("an empty token", with_token(String::new())),
        ("a session's secret as a token", with_token(stale.to_owned())),
        ("a password", with(&[("Authorization", "Basic Ym9zczpib3Nz")])),
        ("the header from elsewhere", with(&[("X-Remote-User", "boss")])),
        ("the header with another's address", with(&[("X-Remote-User", "boss"), ("X-Forwarded-For", "192.0.2.10")])),
    ];
    // What the store said of the revoked token counts for two seconds.
    assert!((0..100_000).any(|_| web.ask(&strangers[7].1(Asking::get("/audit"))).status == 303));
    let acts = web.acts().len();
    for route in table() {
        for (who, ask) in &strangers {
            turned_away(who, &route, &web.ask(&ask(asking(&route))));
        }
    }
    assert_eq!(told(&web), before, "nothing happened to any page");
    let done: Vec<_> = web.acts().split_off(acts).into_iter().filter(|act| act.result != "refused").collect();
    assert!(done.is_empty(), "{done:#?}");
}

#[test]
fn each_role_gets_what_its_table_says_and_no_more() {
    let web = house();
    let before = told(&web);
    let tokens = Role::ALL.map(|role| (role, web.token(role.word(), role)));
    let callers = tokens.clone().map(|(role, token)| (role, token.clone(), web.signed_in(&token)));
    let may = |role: Role, need: Need| {
        let caller = Caller { name: String::new(), role, person: None, way: Way::Token };
        match need {
            Need::Nothing | Need::Anybody => true,
            Need::Right(right) => caller.may(right),
            Need::Either(one, other) => caller.may(one) || caller.may(other),
        }
    };
    for route in table() {
        for (role, token, cookie) in &callers {
            if may(*role, route.need) {
                continue;
            }
            for ask in [asking(&route).token(token), asking(&route).cookie(cookie)] {
                let answer = web.ask(&ask);
                let about = format!("{role}: {} {}: {}", route.method, route.path, answer.body);
                assert_eq!(answer.status, 403, "{about}");
                assert!(!FACTS.iter().any(|fact| answer.body.contains(fact)), "{about}");
            }
        }
        // What a page elsewhere makes the supervisor's browser send.
        if route.method != Method::GET {
            let cookie = &callers[3].2;
            let asked = || asking(&route).with("Cookie", cookie);
            for ask in [
                asked(),
                asked().with("Origin", "https://evil.example"),
                asked().with("Origin", "null"),
                asked().with("Origin", &format!("https://{}", web.address.replace("127.0.0.1", "127.0.0.2"))),
                asked().with("Sec-Fetch-Site", "cross-site"),
                asked().with("Sec-Fetch-Site", "same-site"),
                asked().with("Sec-Fetch-Site", "cross-site").with("Origin", &format!("http://{}", web.address)),
            ] {
                let answer = web.ask(&ask);
                let about = format!("{} {}: {}", route.method, route.path, answer.body);
                assert_eq!(answer.status, 403, "{about}");
                assert!(!FACTS.iter().any(|fact| answer.body.contains(fact)), "{about}");
                assert!(answer.cookies().is_empty(), "{about}");
            }
        }
    }
    assert_eq!(told(&web), before, "nothing happened to any page");

    // And whoever may is heard.
    for route in table().into_iter().filter(|route| route.method == Method::GET) {
        for (role, token, _) in &callers {
            if may(*role, route.need) {
                let answer = web.ask(&asking(&route).token(token));
                let about = format!("{role}: {} {}: {} {}", route.method, route.path, answer.status, answer.body);
                let is_led_away = answer.status == 303 && answer.location().starts_with("/sign-in");
                let is_open = route.need == Need::Nothing;
                assert!(![401, 403].contains(&answer.status) && !is_led_away || is_open, "{about}");
                assert!(answer.status < 500 || route.path == "/readyz", "{about}");
                if *role == Role::Viewer {
                    for fact in ["5550101", "555-0101", "Marguerite Oduya", "555-0142", "Payroll printer"] {
                        assert!(!answer.body.contains(fact), "a viewer is told {fact}: {about}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_answer_keeps_strangers_out() {
    let web = house();
    let cookie = web.signed_in(&web.token("night", Role::Supervisor));
    for route in table() {
        let asked = if route.method == Method::GET { asking(&route).cookie(&cookie) } else { asking(&route) };
        let answer = web.ask(&asked);
        let about = format!("{} {}: {:?}", route.method, route.path, answer.headers);
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{about}"));
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{about}");
        }
        assert!(!policy.contains("unsafe"), "{about}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{about}");
        assert_eq!(answer.header("strict-transport-security"), None, "plain HTTP: {about}");
        assert!(answer.header("cache-control").is_some(), "{about}");
        assert!(answer.header("server").is_none(), "{about}");
    }
}
