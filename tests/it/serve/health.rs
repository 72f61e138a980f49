//! Does the service say when it is not well? `/readyz` and `/metrics`, by a clock of the test's own and of the process.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use page_oncall::civil::HolidayCalendar;
use page_oncall::decision::Partners;
use page_oncall::engine::{Engine, Parts};
use page_oncall::episode::policy::Policy;
use page_oncall::ports::access::{Account, Passwords};
use page_oncall::ports::sheets::{self, Readings, Sheets};
use page_oncall::ports::{
    CallAnswer, Clock, EpisodeStore, Message, NoticeStore, OptOuts, Pending, Render, Rendering, Standing, StoreError,
    Stray,
};
use page_oncall::schedule::loaded::LoadedSchedule;
use page_oncall::schedule::roster::Roster;
use page_oncall::site::{Settings, Site};
use page_oncall::store::lease::FileLease;
use page_oncall::store::sqlite::SqliteStore;
use page_oncall::web::{self, Current, House, Vitals};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::provider::{PATIENCE, Provider};
use super::service::{CALL, Service, run, settings, site, site_with};
use crate::support_http::{Play, ScriptedHttp};

/// A clock that stands where the test puts it.
struct Still(Mutex<DateTime<Utc>>);

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn sleep_until(&self, _: DateTime<Utc>) -> Pending<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// Nobody signs in here.
struct NoAccounts;

impl Passwords for NoAccounts {
    fn verify<'a>(&'a self, _: Option<&'a Account>, _: &'a str) -> Pending<'a, bool> {
        Box::pin(async { false })
    }
}

/// Sends nothing, so that no words are wanted.
struct Silent;

impl Render for Silent {
    fn render(&self, _: &Rendering<'_>) -> Message {
        unreachable!("this engine has no provider")
    }

    fn answer(&self, _: &Rendering<'_>, _: &CallAnswer<'_>) -> Vec<String> {
        unreachable!("this engine hears no calls")
    }

    fn cannot_tell(&self) -> Vec<String> {
        unreachable!("this engine hears no calls")
    }

    fn stray(&self, _: &Stray, _: DateTime<Utc>) -> String {
        unreachable!("this engine hears no replies")
    }

    fn opted_out(&self, _: DateTime<Utc>) -> String {
        unreachable!("this engine has no provider")
    }
}

/// A database whose disk may be full.
struct Disk {
    full: Mutex<bool>,
    writes: Mutex<u32>,
}

impl NoticeStore for Disk {
    fn told<'a>(&'a self, _: &'a str) -> Pending<'a, Result<Option<String>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn tell<'a>(&'a self, _: &'a str, _: &'a str, _: DateTime<Utc>) -> Pending<'a, Result<(), StoreError>> {
        Box::pin(async {
            *self.writes.lock().unwrap() += 1;
            let full = *self.full.lock().unwrap();
            let words = |text: &str| text.to_owned();
            let error = StoreError::Unusable { place: words("x.db"), reason: words("full"), hint: words("Make room") };
            if full { Err(error) } else { Ok(()) }
        })
    }
}

async fn asked(address: &str, path: &str) -> (u16, String) {
    page_oncall::delivery::install_tls();
    let answer = reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{address}{path}"));
    let answer = answer.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Schedules of which nothing was read.
struct Unread;

impl Sheets for Unread {
    fn latest(&self) -> Arc<Readings> {
        Arc::default()
    }

    fn for_page<'a>(&'a self, _: &'a str, _: DateTime<Utc>) -> Pending<'a, Result<LoadedSchedule, sheets::Unread>> {
        Box::pin(async { Err(sheets::Unread { message: "nothing is read here".to_owned(), hint: None }) })
    }

    fn known_at<'a>(&'a self, name: &'a str, at: DateTime<Utc>) -> Pending<'a, Result<LoadedSchedule, sheets::Unread>> {
        self.for_page(name, at)
    }
}

#[allow(clippy::too_many_lines, reason = "one story of one house, told in its order")]
#[tokio::test]
async fn an_old_turn_or_a_full_disk_is_told_with_its_reason() {
    let start: DateTime<Utc> = "2026-11-22T04:30:00Z".parse().unwrap();
    let clock = Arc::new(Still(Mutex::new(start)));
    let after = |seconds: i64| *clock.0.lock().unwrap() = start + TimeDelta::seconds(seconds);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let engine = Engine::new(Parts {
        store: store.clone(),
        lease: Arc::new(FileLease::beside(&file, false)),
        clock: clock.clone(),
        providers: Vec::new(),
        render: Arc::new(Silent),
        policy: Policy::default(),
        id: "e1".to_owned(),
        training: false,
    });
    let settings = Settings::parse("[schedules.aims]\nsource = \"csv:aims.csv\"\n").unwrap();
    let site = Site::new(settings, Roster::default(), Partners::default(), HolidayCalendar::default()).unwrap();
    let disk = Arc::new(Disk { full: Mutex::new(false), writes: Mutex::new(0) });
    let current = Current {
        site: Arc::new(site),
        engine,
        hooks: None,
        single_sign_on: None,
        pages: store.clone(),
        snapshots: store.clone(),
        notices: disk.clone(),
        links: None,
    };
    let (_settings, current) = watch::channel(Arc::new(current));
    let vitals = Arc::new(Vitals::default());
    let house = House {
        current,
        sheets: Arc::new(Unread),
        access: store.clone(),
        drafts: store,
        vitals: Arc::clone(&vitals),
        clock: clock.clone(),
        askers: Arc::default(),
        passwords: Arc::new(NoAccounts),
        guesses: Arc::default(),
        random: Arc::new(|| None),
        api: Arc::default(),
        board: Arc::default(),
        pages: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(web::serve(listener, web::router(house), std::future::pending()));
    let ready = async || {
        let (status, body) = asked(&address, "/readyz").await;
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };

    let (status, told) = ready().await;
    assert_eq!((status, &told["ready"], &told["turn"]["finished_at"]), (503, &Value::Bool(false), &Value::Null));
    assert!(told["reasons"][0].as_str().unwrap().contains("not finished a turn yet"), "{told}");
    assert_eq!(asked(&address, "/healthz").await, (200, "ok\n".to_owned()), "the process lives all the same");

    vitals.turn_finished(start);
    vitals.job_exists("sync");
    vitals.job_ended("gaps", start, true);
    after(60);
    vitals.job_ended("gaps", start + TimeDelta::seconds(60), false);
    let (status, told) = ready().await;
    assert_eq!((status, told["turn"]["age_s"].as_i64(), told["reasons"].as_array().unwrap().len()), (200, Some(60), 0));
    assert_eq!(told["turn"]["finished_at"], "2026-11-21T22:30:00-06:00");
    assert_eq!(told["schedules"][0], serde_json::json!({"schedule": "aims", "read_at": null, "age_s": null}));
    let [gaps, sync] = [&told["jobs"][0], &told["jobs"][1]];
    assert_eq!((gaps["job"].as_str(), gaps["last_run_succeeded"].as_bool()), (Some("gaps"), Some(false)));
    assert_eq!(
        (&gaps["last_success_at"], &gaps["last_run_at"]),
        (&"2026-11-21T22:30:00-06:00".into(), &"2026-11-21T22:31:00-06:00".into())
    );
    assert_eq!((sync["job"].as_str(), &sync["last_run_at"]), (Some("sync"), &Value::Null));

    after(61);
    let (status, told) = ready().await;
    assert_eq!(status, 503);
    assert!(told["reasons"][0].as_str().unwrap().contains("61 s old, more than 60 s"), "{told}");
    let (status, metrics) = asked(&address, "/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "page_oncall_turn_age_seconds 61",
        "page_oncall_lease_held 0",
        "page_oncall_database_writable 1",
        "page_oncall_job_runs_total{job=\"gaps\",result=\"failure\"} 1",
        "page_oncall_job_runs_total{job=\"gaps\",result=\"success\"} 1",
        "page_oncall_job_runs_total{job=\"sync\",result=\"success\"} 0",
        "page_oncall_open_pages{phase=\"paging\"} 0",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}\n{metrics}");
    }

    vitals.turn_finished(start + TimeDelta::seconds(61));
    *disk.full.lock().unwrap() = true;
    assert_eq!(ready().await.0, 200, "a trial counts for some seconds");
    after(66);
    let writes = *disk.writes.lock().unwrap();
    for _ in 0..3 {
        let (status, told) = ready().await;
        assert_eq!((status, &told["database_writable"]), (503, &Value::Bool(false)));
        assert!(told["reasons"][0].as_str().unwrap().contains("cannot be written"), "{told}");
    }
    assert_eq!(*disk.writes.lock().unwrap(), writes + 1, "whoever asks often does not write often");
}

#[tokio::test]
async fn a_report_that_was_due_while_the_service_was_down_is_made_up_for_once() {
    let provider = Provider::start();
    let settings = settings(&provider, "gaps_at = [\"00:00\", \"12:00\"]\ngaps_days = [14, 2]\nsync_every_s = 0")
        .replace("mode = \"live\"", "mode = \"training\"")
        .replace("source = \"csv:aims.csv\"", "source = \"csv:aims.csv\"\nowners = [\"owner@example.edu\"]");
    let site = site_with(&settings);
    let store = SqliteStore::open(&site.path("page-oncall.db")).await.unwrap();
    let served = async || store.told("service/gaps").await.unwrap();

    // Its first start missed nothing.
    let service = Service::start(&site, &["-v"]);
    let log = service.program.lines_until("a job ended job=\"purge\"").join("\n");
    assert!(service.program.stopped().0.success() && !log.contains("job=\"gaps\""), "{log}");

    let long_ago = "2020-01-01T00:00:00Z";
    store.tell("service/gaps", long_ago, DateTime::UNIX_EPOCH).await.unwrap();
    let service = Service::start(&site, &["-v"]);
    service.program.lines_until("the report is noted as made");
    assert!(service.program.stopped().0.success());
    let made_up_for = served().await.unwrap();
    assert!(made_up_for.as_str() > long_ago, "{made_up_for}");

    let service = Service::start(&site, &["-v"]);
    let log = service.program.lines_until("a job ended job=\"purge\"").join("\n");
    let again = log.contains("job=\"gaps\"") && served().await.as_ref() == Some(&made_up_for);
    assert!(service.program.stopped().0.success() && !again, "{log}");
}

#[test]
fn a_job_that_fails_fails_alone() {
    let provider = Provider::start();
    let site = site(&provider, "");
    site.write("aims.csv", b"nothing,that,is,a,schedule\n");
    let service = Service::start(&site, &["-v"]);
    service.program.lines_until("a job ended job=\"sync\" whole=false");
    let metrics = service.get("/metrics").body;
    assert!(metrics.contains("page_oncall_job_runs_total{job=\"sync\",result=\"failure\"} 1"), "{metrics}");
    assert!(!metrics.contains("page_oncall_schedule_age_seconds{"), "{metrics}");
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 200, "the house answers all the same");
    assert_eq!(service.program.stopped().0.code(), Some(0));
}

#[test]
fn a_process_counts_what_happened_whoever_did_it() {
    let provider = Provider::start();
    let site = site(&provider, "gaps_at = []");
    let service = Service::start(&site, &["-v"]);
    // Both lines come from what the process does by itself, in either order.
    let log = service.program.lines_until("a job ended job=\"sync\"").join("\n");
    if !log.contains("the service is ready") {
        service.program.lines_until("the service is ready");
    }
    let ready = service.get("/readyz");
    let told: Value = serde_json::from_str(&ready.body).unwrap();
    assert_eq!((ready.status, &told["ready"], &told["lease_held"]), (200, &Value::Bool(true), &Value::Bool(true)));
    assert!(told["turn"]["age_s"].is_i64() && told["schedules"][0]["age_s"].is_i64(), "{told}");
    assert!(
        told["jobs"].as_array().unwrap().iter().any(|job| job["job"] == "sync" && job["last_run_succeeded"] == true)
    );

    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let text = provider.texts_up_to(1).remove(0);
    let delivered = [("MessageSid", text.sid.as_str()), ("MessageStatus", "delivered")];
    assert_eq!(service.call_back(&text.callback, &delivered).status, 200);
    assert_eq!(service.call_back_with("another", &text.callback, &delivered).status, 403);
    assert_eq!(service.text("SM1", "+16085550101", "1").status, 200);
    let metrics = service.get("/metrics");
    assert!(metrics.head.contains("content-type: application/openmetrics-text"), "{}", metrics.head);
    for line in [
        "page_oncall_open_pages{phase=\"acknowledged\"} 1",
        "page_oncall_open_pages{phase=\"paging\"} 0",
        "page_oncall_attempts{channel=\"sms\",provider=\"twilio\",outcome=\"delivered\"} 1",
        "page_oncall_promises{state=\"open\"} 1",
        "page_oncall_hooks_total{kind=\"receipt\",result=\"heard\"} 1",
        "page_oncall_hooks_total{kind=\"reply\",result=\"heard\"} 1",
        "page_oncall_hooks_total{kind=\"unread\",result=\"forged\"} 1",
        "page_oncall_lease_held 1",
    ] {
        assert!(metrics.body.lines().any(|it| it == line), "{line}\n{}", metrics.body);
    }
    let aged = |name: &str| metrics.body.lines().any(|line| line.starts_with(name));
    assert!(aged("page_oncall_turn_age_seconds ") && aged("page_oncall_schedule_age_seconds{schedule=\"aims\"} "));
    assert_eq!(service.program.stopped().0.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_outside_heartbeat_hears_of_clean_turns_alone() {
    let (tell, told) = std::sync::mpsc::channel();
    let tell = Mutex::new(tell);
    let beat = ScriptedHttp::answering(move |seen| {
        tell.lock().unwrap().send(seen.target.clone()).unwrap();
        Play::Answer(200, "text/plain", "ok".to_owned())
    })
    .await;
    let provider = Provider::start();
    let site = site_with(&format!(
        "{}[heartbeat]\nengine_url = \"{}/engine\"\n",
        settings(&provider, "gaps_at = []\nsync_every_s = 0"),
        beat.address
    ));
    let service = Service::start(&site, &[]);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), "/engine");
    let ready: Value = serde_json::from_str(&service.get("/readyz").body).unwrap();
    assert!(ready["clean_turn"]["age_s"].is_i64(), "{ready}");
    let metrics = service.get("/metrics").body;
    for line in ["page_oncall_clean_turn_age_seconds ", "page_oncall_watch_findings{kind=\"no_wake\"} 0"] {
        assert!(metrics.lines().any(|it| it.starts_with(line)), "{line}\n{metrics}");
    }
    assert!(service.program.stopped().0.success());

    // A page that nobody would look at again, as a defect would leave it; and somebody who blocked texts.
    run(&site, &[&CALL[..], &["--no-wait"]].concat()).expect(0);
    let store = SqliteStore::open(&site.path("page-oncall.db")).await.unwrap();
    let page = store.pages(false).await.unwrap().remove(0);
    let last_seq = store.load(&page.episode).await.unwrap().last().unwrap().seq;
    let forgotten = Standing { open: true, next_wake: None };
    store.append(&page.episode, last_seq, page.opened_at, &[], forgotten).await.unwrap();
    store.opt_out("+16085550102", page.opened_at).await.unwrap();
    while told.try_recv().is_ok() {}
    let service = Service::start(&site, &[]);
    let metrics = loop {
        let metrics = service.get("/metrics").body;
        if metrics.contains("page_oncall_watch_findings{kind=\"wake_lost\"} 1") {
            break metrics;
        }
    };
    assert!(metrics.contains("page_oncall_texts_blocked 1") && !metrics.contains("clean_turn_age"), "{metrics}");
    let ready: Value = serde_json::from_str(&service.get("/readyz").body).unwrap();
    assert_eq!(ready["clean_turn"], serde_json::json!({"finished_at": null, "age_s": null}));
    assert!(service.program.stopped().0.success());
    assert!(told.try_recv().is_err(), "an unclean turn is told to nobody");
}
