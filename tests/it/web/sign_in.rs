//! Does signing in let the right people in, for a while, and nobody else, however they try?

use chrono::TimeDelta;
use page_oncall::access::{Fingerprint, Role};
use page_oncall::ports::access::AccessStore as _;

use crate::support_web::{Asking, PASSWORD, Web, now};

fn with_password(name: &str, password: &str) -> Asking {
    Asking::form("/sign-in", &[("name", name), ("password", password), ("return_to", "/audit")])
}

/// What the store calls guesses at an account.
fn guessed_at(name: &str) -> String {
    use std::fmt::Write as _;
    let Fingerprint(bytes) = Fingerprint::of(name);
    bytes.iter().fold("account:".to_owned(), |mut subject, byte| {
        write!(subject, "{byte:02x}").unwrap();
        subject
    })
}

/// The page of somebody who may see the audit log, or the way to the sign-in page.
fn sees_audit(web: &Web, cookie: &str) -> bool {
    let answer = web.ask(&Asking::get("/audit").cookie(cookie));
    assert!([200, 303].contains(&answer.status), "{}: {}", answer.status, answer.body);
    answer.status == 200
}

#[test]
fn a_password_opens_a_session_that_signing_out_ends() {
    let web = Web::start("");
    web.account("night-desk", Role::Supervisor);
    let led = web.get("/audit?before=7");
    assert_eq!((led.status, led.location()), (303, "/sign-in?return_to=/audit%3Fbefore%3D7"));

    let form = web.get(led.location());
    assert!(form.body.contains(r#"name="return_to" value="/audit?before=7""#), "{}", form.body);
    assert_eq!(form.header("cache-control"), Some("no-store"));
    let come = web.ask(&with_password("night-desk", PASSWORD));
    assert_eq!((come.status, come.location()), (303, "/audit"));
    let cookie = come.cookie();
    let (name, secret) = cookie.split_once('=').unwrap();
    assert_eq!((name, secret.len()), ("page-oncall", 43), "256 bits");
    assert!(come.cookies()[0].ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"), "{:?}", come.cookies());

    let page = web.ask(&Asking::get("/audit").cookie(&cookie));
    assert_eq!(page.status, 200);
    assert!(page.body.contains("night-desk, supervisor") && page.body.contains("127.0.0.1"), "{}", page.body);

    let gone = web.ask(&Asking::form("/sign-out", &[]).cookie(&cookie));
    assert_eq!((gone.status, gone.location()), (303, "/sign-in"));
    assert_eq!(gone.cookies(), ["page-oncall=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]);
    assert!(!sees_audit(&web, &cookie), "a cookie that was kept is worth nothing any more");
    let acts: Vec<_> = web.acts().into_iter().map(|act| (act.by, act.via, act.what, act.result, act.from)).collect();
    let act = |what: &str| {
        let words = ["night-desk", "password", what, "done", "127.0.0.1"].map(str::to_owned);
        let [by, via, what, result, from] = words;
        (by, via, what, result, from)
    };
    assert_eq!(acts, [act("sign-in"), act("sign-out")]);
}

#[test]
fn nobody_learns_whether_there_is_such_an_account() {
    let web = Web::start("");
    web.account("night-desk", Role::Agent);
    let answers = [("night-desk", "wrong"), ("nobody", "wrong"), ("nobody", ""), ("", "")]
        .map(|(name, password)| web.ask(&with_password(name, password)));
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (403, &answers[0].body));
        assert!(answer.cookies().is_empty());
    }
    let objects: Vec<_> = web.acts().into_iter().map(|act| (act.by, act.object, act.result)).collect();
    let refused = |object: &str| (String::new(), object.to_owned(), "refused".to_owned());
    assert_eq!(objects, [refused("night-desk"), refused("no account"), refused("no account"), refused("no account")]);
    assert_eq!(web.ask(&with_password("night-desk", PASSWORD)).status, 303, "four wrong guesses cost nothing");
}

#[test]
fn whoever_guesses_waits_whether_or_not_there_is_such_an_account() {
    let web = Web::start("");
    web.account("night-desk", Role::Agent);
    for name in ["night-desk", "nobody"] {
        // As many as a window of a browser and a script send at once.
        let statuses = std::thread::scope(|scope| {
            let guesses: Vec<_> = (0..12)
                .map(|guess| {
                    let web = &web;
                    scope.spawn(move || web.ask(&with_password(name, &format!("guess {guess}"))).status)
                })
                .collect();
            guesses.into_iter().map(|guess| guess.join().unwrap()).collect::<Vec<_>>()
        });
        let heard = statuses.iter().filter(|status| **status == 403).count();
        assert!((5..12).contains(&heard), "{name}: {statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 12 - heard, "{name}: {statuses:?}");
    }
    // Many wrong guesses of the last minute, so that the wait outlasts a slow machine.
    let now = now();
    web.stored(async |store| {
        for name in ["night-desk", "nobody"] {
            for _ in 0..30 {
                store.guessed_wrong(&guessed_at(name), now).await.unwrap();
            }
        }
    });
    let answers = ["night-desk", "nobody"].map(|name| web.ask(&with_password(name, PASSWORD)));
    for answer in &answers {
        assert_eq!(answer.status, 429);
        let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=900).contains(&wait), "never longer than a quarter of an hour: {wait}");
        assert!(answer.body.contains(&format!("Wait {wait} seconds")), "{}", answer.body);
    }
    assert!(web.site.run(&["--format", "json", "promises"]).code == 0, "the command line pages all the same");
}

#[test]
fn a_token_opens_a_wall_screen_until_it_is_revoked() {
    let web = Web::start("");
    let token = web.token("wall", Role::Viewer);
    let answer = web.ask(&Asking::form("/sign-in", &[("token", &format!(" {token}\n")), ("return_to", "/")]));
    assert_eq!((answer.status, answer.location()), (303, "/"));
    let days = 90 * 24 * 3600;
    assert!(answer.cookies()[0].contains(&format!("Max-Age={days};")), "{:?}", answer.cookies());
    let agent = web.token("script", Role::Agent);
    let short = web.ask(&Asking::form("/sign-in", &[("token", &agent)]));
    assert!(short.cookies()[0].contains("Max-Age=43200;"), "{:?}", short.cookies());

    let supervisor = web.token("night", Role::Supervisor);
    let cookie = web.signed_in(&supervisor);
    assert!(sees_audit(&web, &cookie));
    web.stored(async |store| assert!(store.revoke_token("night", now()).await.unwrap()));
    let revoked = || !sees_audit(&web, &cookie);
    // What the store said counts for two seconds.
    assert!((0..100_000).any(|_| revoked()));
    for wrong in ["", "pgo_", &supervisor, &token[..20]] {
        assert_eq!(web.ask(&Asking::form("/sign-in", &[("token", wrong)])).status, 403, "{wrong}");
    }
}

#[test]
fn a_session_is_new_at_each_sign_in_and_the_old_one_ends() {
    let web = Web::start("");
    web.account("lee", Role::Supervisor);
    // Fixation: a cookie that somebody planted is never taken over.
    let planted = format!("page-oncall={}", "A".repeat(43));
    let come = web.ask(&with_password("lee", PASSWORD).cookie(&planted));
    let first = come.cookie();
    assert_ne!(first, planted);
    assert!(sees_audit(&web, &first) && !sees_audit(&web, &planted));
    let second = web.ask(&with_password("lee", PASSWORD).cookie(&first)).cookie();
    assert!(sees_audit(&web, &second) && !sees_audit(&web, &first));
    // Another account's password ends them all.
    web.account("lee", Role::Supervisor);
    assert!((0..100_000).any(|_| !sees_audit(&web, &second)));
}

#[test]
fn a_session_ends_by_itself() {
    let web = Web::start("[access]\nsession_hours = 1\n");
    let cookie = web.signed_in(&web.token("night", Role::Supervisor));
    let secret = cookie.split_once('=').unwrap().1;
    let fingerprint = Fingerprint::of(secret);
    let now = now();
    let session = web.stored(async |store| store.session(fingerprint, now).await.unwrap()).unwrap();
    assert_eq!(session.expires_at - session.began_at, TimeDelta::hours(1));
    let stale = web.stored(async |store| store.session(fingerprint, session.expires_at).await.unwrap());
    assert_eq!(stale, None);
}

#[test]
fn signing_in_leads_nowhere_but_into_this_house() {
    let web = Web::start("");
    let token = web.token("wall", Role::Viewer);
    for wanted in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/sign-out",
        "evil.example",
        "",
    ] {
        let answer = web.ask(&Asking::form("/sign-in", &[("token", &token), ("return_to", wanted)]));
        assert_eq!((answer.status, answer.location()), (303, "/"), "{wanted:?}");
        let mut url = reqwest::Url::parse("http://house/sign-in").unwrap();
        url.query_pairs_mut().append_pair("return_to", wanted);
        let form = web.get(&format!("{}?{}", url.path(), url.query().unwrap()));
        assert!(form.body.contains(r#"name="return_to" value="/""#), "{wanted:?}: {}", form.body);
    }
}

#[test]
fn behind_tls_the_cookie_is_bound_to_this_host() {
    let web = Web::start("public_url = \"https://desk.example.edu/pager\"");
    let token = web.token("wall", Role::Viewer);
    let answer = web.ask(&Asking::form("/sign-in", &[("token", &token), ("return_to", "/schedules/aims")]));
    assert_eq!((answer.status, answer.location()), (303, "/pager/schedules/aims"));
    let cookie = answer.cookies()[0];
    assert!(
        cookie.starts_with("__Host-page-oncall=")
            && cookie.ends_with("; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    let plain = answer.cookie().replace("__Host-", "");
    assert_eq!(web.ask(&Asking::get("/audit").cookie(&answer.cookie())).status, 403, "known, and no supervisor");
    let nobody = web.ask(&Asking::get("/audit").cookie(&plain));
    assert_eq!(
        (nobody.status, nobody.location()),
        (303, "/pager/sign-in?return_to=/audit"),
        "the name without the prefix"
    );
}

#[test]
fn what_another_site_makes_a_browser_send_does_nothing() {
    let web = Web::start("");
    let supervisor = web.token("night", Role::Supervisor);
    let cookie = web.signed_in(&supervisor);
    let before = web.acts().len();
    let out = || Asking::form("/sign-out", &[]).with("Cookie", &cookie);
    for asking in [
        out().with("Sec-Fetch-Site", "cross-site"),
        out().with("Sec-Fetch-Site", "same-site"),
        out().with("Origin", "https://evil.example"),
        out().with("Origin", "null"),
        out(),
    ] {
        let answer = web.ask(&asking);
        assert_eq!(answer.status, 403, "{}", answer.body);
        assert!(answer.cookies().is_empty());
    }
    assert!(sees_audit(&web, &cookie));
    assert_eq!(web.acts().len(), before);
    let own = format!("http://{}", web.address);
    assert_eq!(web.ask(&out().with("Origin", &own)).status, 303, "this house's own page");
}

#[test]
fn nobody_begins_single_sign_on_as_often_as_they_like() {
    let web = Web::start("requests_per_minute = 10");
    let statuses = (0..1_000).map(|_| web.get("/sign-in/start").status);
    assert!(statuses.take_while(|status| *status != 429).count() < 1_000, "each leaves a row in the store");
}
