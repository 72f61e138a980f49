//! Do calendar programs get by their link what `shifts --ics` writes, and does nobody else?

use std::path::Path;
use std::process::{Command, Stdio};

use page_oncall::access::Role;
use page_oncall::ports::access::AccessStore as _;
use serde_json::Value;

use super::{ask, house, links, site};
use crate::support_tools::{project, tool};
use crate::support_web::{Answer, Asking, Web};

/// Presses the button of the page, and gives the links that it shows then, without the address of the house.
fn made(web: &Web, token: &str) -> Vec<String> {
    let answer = web.ask(&Asking::form("/schedules/aims/calendar-link", &[("what", "new")]).token(token));
    assert_eq!((answer.status, answer.location()), (303, "/schedules/aims#calendar"));
    shown(web, token)
}

/// The links that the page shows.
fn shown(web: &Web, token: &str) -> Vec<String> {
    let page = ask(web, token, "/schedules/aims").body;
    let house = format!("http://{}", web.address);
    let links = page
        .split("<code")
        .skip(1)
        .filter_map(|rest| rest.split_once('>')?.1.split("</code>").next().map(str::to_owned));
    links.map(|link| link.strip_prefix(&house).unwrap_or_else(|| panic!("{link}")).replace("&amp;", "&")).collect()
}

/// The events of a calendar file as a calendar reader has them, by their names.
fn events(web: &Web, text: &str) -> Vec<Value> {
    let file = web.site.path("seen.ics");
    std::fs::write(&file, text).unwrap();
    let about = read(&file);
    assert_eq!(about["broken"], serde_json::json!([]));
    let mut events = about["events"].as_array().unwrap().clone();
    events.sort_by_key(|event| event["uid"].as_str().unwrap().to_owned());
    events
}

fn read(file: &Path) -> Value {
    let mut command = Command::new(tool("venv/bin/python"));
    let reader = command.arg(project("tests/it/calendar_reader.py")).arg(file).stdin(Stdio::null());
    let output = reader.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn whose(events: &[Value]) -> Vec<&str> {
    let names = events.iter().map(|event| event["summary"].as_str().unwrap().rsplit(": ").next().unwrap());
    let mut names: Vec<&str> = names.map(|name| name.trim_end_matches(" (CONFLICT)")).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the command writes for the same days: thirty behind and a year ahead.
fn by_command(web: &Web, schedule: &[&str]) -> String {
    let today = crate::support_web::now().with_timezone(&chrono_tz::America::Chicago).date_naive();
    let from = (today - chrono::Days::new(30)).to_string();
    let to = (today + chrono::Months::new(12)).to_string();
    let ended = web.site.run(&[&["shifts"], schedule, &["--ics", "-", "--from", &from, "--to", &to]].concat());
    assert!(ended.code <= 1, "{}", ended.err);
    ended.out
}

#[test]
fn a_calendar_is_what_the_command_writes() {
    let web = house(site());
    let phone = web.token("phone", Role::Technician);
    let links = made(&web, &phone);
    let [one, all, mine] = &links[..] else { panic!("not three links: {links:?}") };
    // No session and no header: what a calendar program sends.
    let seen = web.get(one);
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert_eq!(seen.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(seen.header("cache-control"), Some("private, no-cache"));
    let expected = events(&web, &by_command(&web, &["aims"]));
    assert_eq!(events(&web, &seen.body), expected);
    assert!(expected.len() > 5, "{expected:#?}");
    assert_eq!(events(&web, &web.get(all).body), events(&web, &by_command(&web, &[])));
    let own = events(&web, &web.get(mine).body);
    assert_eq!(whose(&own), ["Ada Ruiz"]);
    assert!(own.iter().all(|event| expected.contains(event)), "an own shift is the same event in every calendar");
    // Numbers only where they are asked for.
    assert!(!seen.body.contains("608-555"), "{}", seen.body);
    assert!(web.get(&format!("{one}&phones=1")).body.contains("608-555-0101"));

    // What a calendar program has already is not sent again.
    let again = |name: &str, value: &str| web.ask(&Asking::get(one).with(name, value));
    let tag = seen.header("etag").unwrap();
    let known = again("If-None-Match", tag);
    assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", Some(tag)));
    assert_eq!(again("If-None-Match", "\"another\"").status, 200);
    assert_eq!(again("If-Modified-Since", seen.header("last-modified").unwrap()).status, 304);
    assert_eq!(again("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT").status, 200);
}

/// An answer that tells nothing.
fn is_nothing(answer: &Answer) -> bool {
    answer.status == 404 && answer.body.is_empty() && answer.header("etag").is_none()
}

#[test]
fn a_new_link_ends_the_old_one_and_a_foreign_one_opens_nothing() {
    let web = house(site());
    let [viewer, agent] = [Role::Viewer, Role::Agent].map(|role| web.token(role.word(), role));
    let old = made(&web, &viewer).remove(0);
    assert_eq!(web.get(&old).status, 200);
    let others = made(&web, &agent).remove(0);
    // One person's new link leaves those of others alone.
    let new = made(&web, &viewer).remove(0);
    assert_ne!(old, new);
    assert!(is_nothing(&web.get(&old)));
    assert_eq!((web.get(&new).status, web.get(&others).status), (200, 200));
    // Whoever may not see numbers gets none, whatever they ask for.
    assert!(!web.get(&format!("{new}&phones=1")).body.contains("608-555"));
    // Nobody's shifts are nobody's: an empty calendar would say that all were cancelled.
    assert!(is_nothing(&web.get(&format!("{new}&mine=1"))));
    let token = |link: &str| link.split_once("token=").unwrap().1.to_owned();
    let (code_of_viewer, code_of_agent) = (token(&new), token(&others));
    let mixed = format!("{}{}", &code_of_viewer[..27], &code_of_agent[27..]);
    for path in [
        "/calendar/aims.ics".to_owned(),
        "/calendar/aims.ics?token=".to_owned(),
        format!("/calendar/aims.ics?token={mixed}"),
        format!("/calendar/aims.ics?token={agent}"),
        format!("/calendar/aims.ics?token={code_of_agent}A"),
        format!("/calendar/nothing.ics?token={code_of_agent}"),
        format!("/calendar/aims?token={code_of_agent}"),
        format!("/calendar/.ics?token={code_of_agent}"),
    ] {
        assert!(is_nothing(&web.get(&path)), "{path}: {:?}", web.get(&path));
    }
    // A signed-in person is nobody to the calendar without its token.
    assert!(is_nothing(&ask(&web, &agent, "/calendar/aims.ics")));
    // The link opens the calendar and nothing else.
    assert_eq!(web.ask(&Asking::get("/schedules/aims").token(&code_of_agent)).status, 303);

    let ended = web.ask(&Asking::form("/schedules/aims/calendar-link", &[("what", "end")]).token(&agent));
    assert_eq!(ended.status, 303);
    assert!(is_nothing(&web.get(&others)));
    assert_eq!(super::calendar::shown(&web, &agent), Vec::<String>::new());
    let acts: Vec<_> = web.acts().into_iter().map(|act| (act.what, act.by, act.result)).collect();
    let act = |what: &str, by: &str| (what.to_owned(), by.to_owned(), "done".to_owned());
    assert_eq!(
        acts,
        [
            act("calendar-link", "viewer"),
            act("calendar-link", "agent"),
            act("calendar-link", "viewer"),
            act("calendar-link-end", "agent"),
        ]
    );
}

#[test]
fn a_link_ends_with_its_holder_and_is_never_made_for_another_site() {
    let web = house(site());
    let agent = web.token("agent", Role::Agent);
    let link = made(&web, &agent).remove(0);
    let at = crate::support_web::now();
    assert!(web.stored(async |store| store.revoke_token("agent", at).await.unwrap()));
    assert!(is_nothing(&web.get(&link)));
    let viewer = web.token("viewer", Role::Viewer);
    let forged = Asking::form("/schedules/aims/calendar-link", &[("what", "new")]).token(&viewer);
    assert_eq!(web.ask(&forged.clone().with("Sec-Fetch-Site", "cross-site")).status, 403);
    assert_eq!(shown(&web, &viewer), Vec::<String>::new());
    assert!(links(&ask(&web, &viewer, "/schedules/aims").body, "/calendar/").is_empty());
    assert_ne!(web.ask(&Asking::form("/schedules/aims/calendar-link", &[("what", "new")])).status, 200);
    assert_eq!(web.ask(&Asking::form("/schedules/nothing/calendar-link", &[]).token(&viewer)).status, 404);
}

#[test]
fn a_sheet_that_cannot_be_used_gives_no_calendar() {
    let site = site();
    site.write("gds.csv", b"start,end,person\n");
    let web = house(site);
    let agent = web.token("agent", Role::Agent);
    let links = made(&web, &agent);
    let [one, all] = &links[..] else { panic!("not two links: {links:?}") };
    assert_eq!(web.get(one).status, 200);
    let refused = web.get(all);
    assert_eq!((refused.status, refused.body.as_str()), (503, ""));
    let page = ask(&web, &agent, "/schedules/gds");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("CANNOT TELL who is on call"), "{}", page.body);
}
