//! Does the OpenID provider of the tests do what it promises? The browser logs in; the test plays the board's part.

use serde_json::{Value, json};

use crate::support_browser::Browser;
use crate::support_openid::{OpenIdProvider, Signed};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn part(token: &str, number: usize) -> Value {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

async fn post(address: &str, fields: &[(&str, &str)]) -> Value {
    let client = reqwest::Client::new();
    let answer = client.post(address).basic_auth("board", Some("secret")).form(fields).send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// The claims and the head of the ID token that `account` gets, logging in where no session is.
async fn log_in(
    person: &mut Browser,
    provider: &OpenIdProvider,
    redirect: &str,
    account: Option<&str>,
) -> (Value, Value) {
    let issuer = &provider.issuer;
    person.open(&format!(
        "{issuer}/auth?client_id=board&response_type=code&scope=openid%20profile%20email&redirect_uri={redirect}\
         &state=s&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256"
    ));
    if let Some(account) = account {
        person.fill("Account", account);
        person.fill("Password", "any");
        person.click("button", "Log in");
    }
    person.see("Seen");
    let path = person.path();
    let code = path.split_once("code=").expect(&path).1.split('&').next().unwrap();
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", VERIFIER)];
    let told = post(&format!("{issuer}/token"), &fields).await;
    let token = told["id_token"].as_str().unwrap_or_else(|| panic!("{told}"));
    (part(token, 1), part(token, 0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_and_the_provider_can_rotate_forge_and_refuse() {
    let _installed_already = rustls::crypto::ring::default_provider().install_default();
    let site = super::site::LittleSite::start().await;
    let redirect = format!("http://{}/seen", site.address);
    let accounts = json!({"ada": {"email": "ada@example.edu", "name": "Ada Ruiz", "groups": ["help-desk", "staff"]}});
    let provider = OpenIdProvider::start("board", Some("secret"), &[&redirect], &accounts);
    let mut person = Browser::start(&site.address);

    let (claims, head) = log_in(&mut person, &provider, &redirect, Some("ada")).await;
    assert_eq!(claims["groups"], json!(["help-desk", "staff"]));
    let about = ["iss", "aud", "sub", "nonce", "name", "email"].map(|claim| claims[claim].as_str().unwrap());
    assert_eq!(about, [&provider.issuer, "board", "ada", "n", "Ada Ruiz", "ada@example.edu"]);
    assert_eq!(head["kid"], "key-1");
    assert_eq!(provider.asked()[0]["code_challenge_method"], "S256");

    provider.rotate_keys();
    provider.forge(&json!({"nonce": "another", "exp": 1}), Signed::Rightly);
    let (claims, head) = log_in(&mut person, &provider, &redirect, None).await;
    assert_eq!((&claims["nonce"], &claims["exp"], &head["kid"]), (&json!("another"), &json!(1), &json!("key-2")));
    provider.forge(&json!({}), Signed::Not);
    assert_eq!(log_in(&mut person, &provider, &redirect, None).await.1["alg"], "none");
    provider.forge(&json!({}), Signed::ByAForeignKey);
    assert_eq!(log_in(&mut person, &provider, &redirect, None).await.1["kid"], "key-2");
    provider.be_honest();
    assert_eq!(log_in(&mut person, &provider, &redirect, None).await.0["nonce"], "n");

    let mut stranger = person.another_person();
    let issuer = &provider.issuer;
    let address = format!("{issuer}/auth?client_id=board&response_type=code&scope=openid&redirect_uri={redirect}");
    stranger.open(&address);
    stranger.see("Seen");
    assert!(stranger.path().contains("error=invalid_request"), "no PKCE: {}", stranger.path());
    stranger.open(&format!("{address}&code_challenge={CHALLENGE}&code_challenge_method=S256"));
    stranger.fill("Account", "mallory");
    stranger.press("Enter");
    stranger.see("Nobody is called mallory");
    stranger.click("button", "Refuse");
    stranger.see("Seen");
    assert!(stranger.path().contains("error=access_denied"), "{}", stranger.path());
}
