//! Does single sign-on let in whom the university's provider vouches for, once, and nobody else?

use std::net::TcpListener;

use page_oncall::access::Role;
use serde_json::{Value, json};

use crate::support_browser::Browser;
use crate::support_openid::{OpenIdProvider, Signed};
use crate::support_web::{Answer, Asking, PASSWORD, Web, now, settings, site_with};

/// A house that asks a provider of its own.
struct House {
    web: Web,
    provider: OpenIdProvider,
    /// `http://127.0.0.1:PORT`.
    own: String,
}

fn accounts() -> Value {
    json!({
        "lee": {"email": "lee@example.edu", "name": "Lee Park", "groups": ["staff", "leads"]},
        "ada": {"email": "ada.ruiz@example.edu", "name": "Ada Ruiz", "groups": ["technicians"]},
        "eve": {"email": "eve@example.edu", "name": "Eve", "groups": ["students"]},
        "sam": {"email": "boss@example.edu", "email_verified": false, "name": "Sam", "groups": []},
    })
}

fn lines(issuer: &str) -> String {
    format!(
        "[access.single_sign_on]\nissuer = '{issuer}'\nclient_id = 'page-oncall'\n\
         [access.roles.supervisor]\ngroups = ['leads']\nusers = ['boss@example.edu']\n\
         [access.roles.technician]\ngroups = ['technicians']\n"
    )
}

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn start(issuer: &str, own: &str) -> Web {
    let listen = own.trim_start_matches("http://");
    let text = settings(&format!("public_url = '{own}'\n{}", lines(issuer))).replace("127.0.0.1:0", listen);
    Web::of(site_with(&text), &[("PAGE_ONCALL_SSO_SECRET", "client-secret")])
}

fn house() -> House {
    let own = format!("http://127.0.0.1:{}", free_port());
    let back = format!("{own}/sign-in/return");
    let provider = OpenIdProvider::start("page-oncall", Some("client-secret"), &[&back], &accounts());
    House { web: start(&provider.issuer, &own), provider, own }
}

/// The path and query of an address.
fn path(address: &str) -> String {
    let url = reqwest::Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}

impl House {
    /// The beginning of a sign-in: the browser's cookie, and the address at the provider.
    fn begun(&self, return_to: &str) -> (String, String) {
        let answer = self.web.get(&format!("/sign-in/start?return_to={return_to}"));
        assert_eq!(answer.status, 303, "{}", answer.body);
        (answer.cookie(), answer.location().to_owned())
    }

    /// What the provider sends the browser back with, after somebody logged in at its form.
    fn logged_in(&self, address: &str, account: &str) -> String {
        let provider = self.provider.issuer.trim_start_matches("http://");
        let mut cookies: Vec<(String, String)> = Vec::new();
        let mut asking = Asking::get(&path(address));
        loop {
            let jar: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mut stream = std::net::TcpStream::connect(provider).unwrap();
            let answer = crate::support_web::answer_of(&mut stream, &asking.with("Cookie", &jar.join("; ")), provider);
            for cookie in answer.cookies() {
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                cookies.retain(|(known, _)| known != name);
                cookies.push((name.to_owned(), value.to_owned()));
            }
            let next = answer.location();
            if next.starts_with(&self.own) {
                return path(next);
            }
            let next = if next.starts_with("http") { path(next) } else { next.to_owned() };
            asking = if next.starts_with("/login/") {
                Asking::form(&next, &[("name", account), ("password", "any")])
            } else {
                Asking::get(&next)
            };
        }
    }

    fn back(&self, cookie: &str, path: &str) -> Answer {
        // As a browser that comes from another site.
        self.web.ask(&Asking::get(path).with("Cookie", cookie).with("Sec-Fetch-Site", "cross-site"))
    }

    /// A whole sign-in.
    fn sign_in(&self, account: &str) -> Answer {
        let (cookie, address) = self.begun("/audit");
        let path = self.logged_in(&address, account);
        self.back(&cookie, &path)
    }
}

/// Nobody came in, and the page says why.
fn refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains(words) && answer.body.contains("name=\"password\""), "{}", answer.body);
    assert!(!answer.cookies().iter().any(|cookie| cookie.starts_with("page-oncall=")), "{:?}", answer.cookies());
}

/// The session among the cookies that are set.
fn session(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookies = answer.cookies();
    let cookie = cookies.iter().find(|cookie| cookie.starts_with("page-oncall=")).unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_signs_in_with_a_browser() {
    let house = house();
    let mut browser = Browser::start(&house.own);
    browser.open("/audit");
    browser.see_the("heading", "Sign in");
    browser.axe_is_clean();
    browser.window(320, 640);
    browser.no_sideways_scrolling();
    browser.window(1280, 720);
    browser.click("link", "Sign in with single sign-on");
    browser.see("University login");
    browser.fill("Account", "lee");
    browser.fill("Password", "any");
    browser.click("button", "Log in");
    browser.arrives_at("/audit");
    browser.see("Lee Park (lee@example.edu), supervisor");
    browser.see("single-sign-on");
    browser.axe_is_clean();
    browser.click("button", "Sign out");
    browser.arrives_at("/sign-in");
    browser.open("/audit");
    browser.see_the("heading", "Sign in");

    let asked = &house.provider.asked()[0];
    assert_eq!((&asked["code_challenge_method"], &asked["scope"]), (&json!("S256"), &json!("openid profile email")));
    for secret in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked[secret].as_str().unwrap().len(), 43, "{secret}");
    }
    drop(browser);
    // Without the button: a password of the house opens it too.
    house.web.account("night-desk", Role::Supervisor);
    let mut browser = Browser::start(&house.own);
    browser.open("/audit");
    browser.fill("Account", "night-desk");
    browser.fill("Password", PASSWORD);
    browser.press("Enter");
    browser.arrives_at("/audit");
    browser.see("night-desk, supervisor");
}

#[test]
fn groups_decide_and_nobody_without_one_comes_in() {
    let house = house();
    let lee = session(&house.sign_in("lee"));
    assert_eq!(house.web.ask(&Asking::get("/audit").cookie(&lee)).status, 200);
    let ada = session(&house.sign_in("ada"));
    assert_eq!(house.web.ask(&Asking::get("/audit").cookie(&ada)).status, 403);
    let kept = ada.split_once('=').unwrap().1.to_owned();
    let since = now();
    let fingerprint = page_oncall::access::Fingerprint::of(&kept);
    let kept = house.web.stored(async |store| {
        use page_oncall::ports::access::AccessStore as _;
        store.session(fingerprint, since).await.unwrap().unwrap()
    });
    assert_eq!((kept.role, kept.person.as_deref()), (Role::Technician, Some("Ada Ruiz")), "by her e-mail address");
    refused(&house.sign_in("eve"), "none of your groups has a role here");
    // The provider itself does not vouch for that address.
    refused(&house.sign_in("sam"), "none of your groups has a role here");
    let acts = house.web.acts().into_iter().map(|act| (act.by, act.object, act.result)).collect::<Vec<_>>();
    let refused = |whom: &str| (String::new(), whom.to_owned(), "refused".to_owned());
    assert_eq!(acts[2..], [refused("Eve (eve@example.edu)"), refused("Sam (sam)")]);
}

#[test]
fn an_answer_counts_once_and_only_in_the_browser_that_asked() {
    let house = house();
    let (cookie, address) = house.begun("/audit");
    let path = house.logged_in(&address, "lee");
    let (other, _) = house.begun("/audit");
    refused(&house.back(&other, &path), "another browser");
    refused(&house.web.get(&path), "another browser");
    refused(&house.back("page-oncall-sign-in=", "/sign-in/return?state=&code=x"), "another browser");
    let first = house.back(&cookie, &path);
    assert_eq!(first.location(), "/audit");
    session(&first);
    let taken_away = "page-oncall-sign-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
    assert!(first.cookies().contains(&taken_away), "{:?}", first.cookies());
    refused(&house.back(&cookie, &path), "was used already");
    // Somebody who refuses at the provider, and a code that nobody was given.
    let (cookie, address) = house.begun("/audit");
    let state = reqwest::Url::parse(&address).unwrap();
    let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    refused(&house.back(&cookie, &format!("/sign-in/return?state={state}&error=access_denied")), "did not say");
    let (cookie, address) = house.begun("/audit");
    let state = reqwest::Url::parse(&address).unwrap();
    let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    refused(&house.back(&cookie, &format!("/sign-in/return?state={state}&code=guessed")), "did not say");
    let (_, address) = house.begun("https://evil.example");
    assert!(address.starts_with(&house.provider.issuer), "{address}");
}

#[test]
fn a_spoilt_identity_lets_nobody_in_and_a_new_key_is_learnt() {
    let house = house();
    for (claims, signed) in [
        (json!({"nonce": "of another sign-in"}), Signed::Rightly),
        (json!({"exp": 1_700_000_000}), Signed::Rightly),
        (json!({"aud": "another-house"}), Signed::Rightly),
        (json!({"iss": "https://evil.example"}), Signed::Rightly),
        (json!({"groups": ["leads"]}), Signed::ByAForeignKey),
        (json!({"groups": ["leads"]}), Signed::Not),
    ] {
        house.provider.forge(&claims, signed);
        refused(&house.sign_in("lee"), "did not say who you are");
    }
    house.provider.be_honest();
    session(&house.sign_in("lee"));
    house.provider.rotate_keys();
    session(&house.sign_in("lee"));
    assert!(house.web.acts().iter().filter(|act| act.result == "refused").count() == 6);
}

#[test]
fn a_provider_that_is_down_hurts_nothing_else() {
    let own = format!("http://127.0.0.1:{}", free_port());
    let doctor = |web: &Web| web.site.run(&["doctor"]).out;
    let web = start(&format!("http://127.0.0.1:{}", free_port()), &own);
    let found = doctor(&web);
    assert!(found.contains("single sign-on at http://127.0.0.1") && found.contains("nobody comes in"), "{found}");
    web.account("night-desk", Role::Supervisor);
    assert!(!doctor(&web).contains("nobody comes in"));
    let answer = web.get("/sign-in/start?return_to=/audit");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("Single sign-on does not answer now"), "{}", answer.body);
    assert!(answer.body.contains(r#"name="return_to" value="/audit""#), "{}", answer.body);
    let come = web.ask(&Asking::form("/sign-in", &[("name", "night-desk"), ("password", PASSWORD)]));
    assert_eq!(come.status, 303);
    assert_eq!(web.get("/healthz").status, 200);
}

#[test]
fn settings_without_which_it_cannot_work_are_named() {
    let refused = |text: &str, words: &str| {
        let ended = site_with(text).run(&["serve"]).expect(2);
        assert!(ended.err.contains(words), "{}", ended.err);
    };
    refused(&settings(&lines("https://login.example.edu")), "needs the address that people come back to");
    refused(&settings(&lines("http://login.example.edu")), "issuer must begin with https://");
    let nobody = lines("https://login.example.edu").split("[access.roles").next().unwrap().to_owned();
    refused(&settings(&nobody), "lets nobody in");
}
