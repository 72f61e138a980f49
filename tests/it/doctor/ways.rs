//! Does `doctor` look at callers, push services and rooms without a word to anybody, and at the ladder that uses them?

use super::{NUMBER, SECRETS, account, doctor, mail_server, of_code, site};
use crate::support::Site;
use crate::support_http::{Play, ScriptedHttp};

const NIGHT: &str = "start,end,person,phone\n2020-01-01 00:00,2037-01-01 00:00,Ada Lee,608-555-0101\n";

fn push(address: &str, ntfy_token: &str) -> String {
    format!(
        "[delivery.voice]\nfrom = \"+16085550122\"\n\
         [[delivery.chat]]\nname = \"leads\"\nkind = \"slack\"\nurl_file = \"room\"\n\
         [delivery.ntfy]\nserver = \"{address}\"\ntoken_file = \"{ntfy_token}\"\n\
         [delivery.pushover]\nbase_url = \"{address}\"\ntoken_file = \"token\"\n\
         [[leadership]]\nname = \"Lee\"\npushover = \"uQiRzpo4DXghDmr9QzzfQu27cmVRsG\"\nntfy = \"lee\"\n\
         [[leadership]]\nname = \"Kim\"\nphone = \"608-555-0199\"\npushover = \"unknown\"\nchat = \"leads\"\n"
    )
}

fn with_files(site: &Site) {
    site.write("room", b"https://hooks.slack.com/services/T0/B0/secret-8\n");
    site.write("token", b"synthetic-app-token\n");
    site.write("other", b"synthetic-other-token\n");
}

/// What the account, ntfy and Pushover answer.
fn answer(seen: &crate::support_http::Seen) -> Play {
    match seen.target.as_str() {
        "/v1/health" => Play::json(200, r#"{"healthy":true}"#),
        "/v1/account" if seen.header("authorization") == Some("Bearer synthetic-app-token") => {
            Play::json(200, r#"{"username":"pager","role":"user"}"#)
        }
        "/v1/account" => Play::json(401, r#"{"code":40101,"http":401,"error":"unauthorized"}"#),
        "/1/users/validate.json" if seen.body.contains("user=uQiRzpo4DXghDmr9QzzfQu27cmVRsG") => {
            Play::json(200, r#"{"status":1,"group":0,"devices":["phone"],"request":"x"}"#)
        }
        "/1/users/validate.json" => {
            Play::json(400, r#"{"user":"invalid","errors":["user key is invalid"],"status":0}"#)
        }
        target if target.contains("IncomingPhoneNumbers") => {
            let number = if target.contains("0122") { "+16085550122" } else { NUMBER };
            let (sms, voice) = (number == NUMBER, number != NUMBER);
            let number = serde_json::json!({"phone_number": number, "capabilities": {"sms": sms, "voice": voice}, "sms_url": ""});
            Play::json(200, &serde_json::json!({ "incoming_phone_numbers": [number] }).to_string())
        }
        target if target.contains("/Accounts/") => Play::json(200, &account("active", "Full")),
        target => panic!("nothing else is asked for: {} {target}", seen.method),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_rooms_and_push_services_are_looked_at_and_nobody_hears_of_it() {
    let mail = mail_server();
    let service = ScriptedHttp::answering(answer).await;
    let site_of = |token| {
        let site = site(&service.address, &mail, NIGHT, &push(&service.address, token));
        with_files(&site);
        site
    };
    let ended = doctor(&site_of("token"));
    assert!(!ended.out.contains("secret-8") && !ended.out.contains("uQiRzpo") && !ended.out.contains("-token"));
    let report = ended.expect(1).json();
    assert_eq!(of_code(&report, "account"), ["ok: active", "ok: active"]);
    assert_eq!(of_code(&report, "sender"), ["ok: can send texts", "ok: can make calls"]);
    assert_eq!(of_code(&report, "push"), ["ok: took health, login"]);
    assert_eq!(of_code(&report, "push-recipient"), ["error: is not known to the service", "ok: known, 1 device"]);
    assert!(of_code(&report, "chat-room")[0].contains("cannot be checked without posting"), "{report:#}");
    assert_eq!(of_code(&report, "secret-file").len(), 3, "{report:#}");
    let touched = service.seen();
    let wrote = |seen: &&crate::support_http::Seen| seen.method == "POST" && !seen.target.contains("validate");
    assert_eq!(touched.iter().filter(wrote).count(), 0);

    let report = doctor(&site_of("other")).expect(1).json();
    assert!(of_code(&report, "provider-login")[0].starts_with("error: refused (HTTP 401"), "{report:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_steps_and_people_who_blocked_texts_are_named() {
    let mail = mail_server();
    let service = ScriptedHttp::answering(answer).await;
    let ladder = "[ladder]\nsteps = [{ after_minutes = 0, to = \"primary\", channels = [\"sms\"] }, \
                  { after_minutes = 5, to = \"next\", channels = [\"sms\"] }, \
                  { after_minutes = 9, to = \"night lead\", channels = [\"sms\"] }]\n";
    let site = site(&service.address, &mail, NIGHT, ladder);
    let report = doctor(&site).expect(0).json();
    let dead = of_code(&report, "dead-step");
    assert!(dead[0].starts_with("warning: step 2 of the ladder (\"next\") can never help"), "{dead:?}");
    assert!(dead.len() == 2 && dead[1].contains("step 3"), "{dead:?}");
    assert!(of_code(&report, "texts-blocked").is_empty());

    site.run(&["sync"]).expect(0);
    let store = page_oncall::store::sqlite::SqliteStore::open(&site.path("page-oncall.db")).await.unwrap();
    let since = "2026-11-20T09:02:00Z".parse().unwrap();
    page_oncall::ports::OptOuts::opt_out(&store, "+16085550101", since).await.unwrap();
    drop(store);
    let report = doctor(&site).expect(1).json();
    assert_eq!(of_code(&report, "texts-blocked"), ["error: blocked since Fri 2026-11-20 03:02 (STOP)"]);
    let told = site.run_with(&SECRETS, &["doctor"]).expect(1).out;
    assert!(told.contains("texts to Ada Lee") && told.contains("START to 608-555-0100"), "{told}");
}
