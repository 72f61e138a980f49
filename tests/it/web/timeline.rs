//! Does the page of a schedule say what the commands say, now and as it stood, and do calendars get it by their own link?

mod calendar;
mod seen;

use chrono::{DateTime, Utc};
use page_oncall::access::Role;
use page_oncall::ports::SnapshotStore as _;
use page_oncall::schedule::version::SheetVersion;
use page_oncall::store::sqlite::SqliteStore;

use crate::support::Site;
use crate::support_web::{Answer, Asking, Web};

/// How often a service that has just started is asked for its sheets; only one that hangs is asked so often.
const MANY: u32 = 100_000;
const SETTINGS: &str = "[desk]\ngeneral_hours = \"always\"\n[serve]\nlisten = \"127.0.0.1:0\"\n\
    [schedules.aims]\ntitle = \"AIMS <on call>\"\nsource = \"csv:aims.csv\"\n\
    [schedules.gds]\nsource = \"csv:gds.csv\"\n";
/// A hole (3 to 4 November), a conflict, overrides, both halves of the repeated hour, a number in a cell.
const AIMS: &str = "start,end,person,role,kind,phone\n\
    2026-02-27 18:00,2026-03-08 02:30,Ada Ruiz,primary,,\n\
    2026-03-08 02:30,2026-03-16 07:00,Ben Okafor,primary,,\n\
    2026-10-23 18:00,2026-10-30 18:00,Ada Ruiz,primary,,\n\
    2026-10-30 18:00,2026-11-01T01:30:00-06:00,Ben Okafor,primary,,\n\
    2026-11-01T01:30:00-06:00,2026-11-03 18:00,Ada Ruiz,primary,,\n\
    2026-11-04 18:00,2026-11-06 18:00,\"Chloe <Lind> \"\"Q\"\"vist\",primary,,608-555-0177\n\
    2026-11-06 07:00,2026-11-20 18:00,Dmitri Vance,primary,,\n\
    2026-11-10 18:00,2026-11-11 07:00,Ben Okafor,primary,override,\n\
    2026-11-20 18:00,2026-11-30 07:00,Ada Ruiz,primary,,\n\
    2026-11-26 18:00,2026-11-27 07:00,Ben Okafor,primary,override,\n\
    2026-10-23 18:00,2026-12-20 18:00,Bartholomew Featherstonehaugh-Wriothesley,Second level,,\n";
const GDS: &str = "start,end,person\n2017-01-01,2038-01-01,Ben Okafor\n";
const CONTACTS: &str = "name,phone,email\nAda Ruiz,608-555-0101,ada.ruiz@example.edu\nBen Okafor,608-555-0102,ben@example.edu\n\
    Dmitri Vance,608-555-0103,dmitri@example.edu\n";
const AUTUMN: &str = "/schedules/aims?view=week&from=2026-11-01";

fn site() -> Site {
    Site::with(&[("page-oncall.toml", SETTINGS), ("aims.csv", AIMS), ("gds.csv", GDS), ("contacts.csv", CONTACTS)])
}

/// The service of a site, once it has read its sheets; until then it says that it has not.
fn house(site: Site) -> Web {
    let web = Web::of(site, &[]);
    let waiting = web.token("waiting", Role::Viewer);
    let is_unread = |name: &str| ask(&web, &waiting, &format!("/schedules/{name}")).status == 503;
    let asked = (0..MANY).position(|_| !is_unread("aims") && !is_unread("gds"));
    assert!(asked.is_some(), "the sheets are never read");
    web
}

fn ask(web: &Web, token: &str, path: &str) -> Answer {
    web.ask(&Asking::get(path).token(token))
}

/// Keeps a version of the first sheet, as if it had been seen then.
async fn kept(site: &Site, text: &str, at: &str) {
    let version = SheetVersion::of(vec![("csv:aims.csv".to_owned(), text.as_bytes().to_vec())], sha256);
    let store = SqliteStore::open(&site.path("page-oncall.db")).await.unwrap();
    store.saw("aims", &version, at.parse::<DateTime<Utc>>().unwrap()).await.unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

#[test]
fn a_week_is_drawn_and_told_with_every_cell_and_both_nights_of_change() {
    let web = house(site());
    let agent = web.token("agent", Role::Agent);
    let autumn = ask(&web, &agent, AUTUMN);
    assert_eq!(autumn.status, 200, "{}", autumn.body);
    for part in [
        "<h1>AIMS &lt;on call&gt;</h1>",
        "26 October to 1 November 2026",
        ">25 h<",
        "Sun 2026-11-01 has 25 hours",
        // The same instant ends one shift and begins the next, in the second of the two hours.
        "Sun 2026-11-01 01:30 CST",
        "datetime=\"2026-11-01T01:30:00-06:00\"",
        "href=\"#cell-C5-3-0-0\"",
        "id=\"cell-C5-3-0-0\"",
        "608-555-0102",
        "Bartholomew",
    ] {
        assert!(autumn.body.contains(part), "{part} is missing in\n{}", autumn.body);
    }
    assert!(!autumn.body.contains("style=") && !autumn.body.contains("<style"), "the policy forbids styles in a page");
    let spring = ask(&web, &agent, "/schedules/aims?from=2026-03-08").body;
    for part in [">23 h<", "Sun 2026-03-08 has 23 hours", "Sun 2026-03-08 03:00 CDT"] {
        assert!(spring.contains(part), "{part} is missing in\n{spring}");
    }
    let hole = ask(&web, &agent, "/schedules/aims?from=2026-11-03").body;
    for part in ["NOT COVERED (1 gap, 13 h)", "NOBODY Tue 18:00 to Wed 07:00, 13 h", "gap in needed hours", "CONFLICT"]
    {
        assert!(hole.contains(part), "{part} is missing in\n{hole}");
    }
    let month = ask(&web, &agent, "/schedules/aims?view=month&from=2026-11-22").body;
    for part in ["November 2026", "week 44", "week 49", "override for Dmitri Vance", "view=month&amp;from=2026-10-01"] {
        assert!(month.contains(part), "{part} is missing in\n{month}");
    }
}

#[test]
fn whoever_may_not_see_numbers_sees_none() {
    let site = site();
    site.write("aims.csv", b"start,end,person,phone\n2017-01-01,2038-01-01,Ada Ruiz,608-555-0101\n");
    let web = house(site);
    let [viewer, agent] = [Role::Viewer, Role::Agent].map(|role| web.token(role.word(), role));
    let seen = ask(&web, &viewer, "/schedules/aims").body;
    assert!(seen.contains("Ada Ruiz") && seen.contains("number ends in 01"), "{seen}");
    assert!(!seen.contains("555") && !seen.contains("tel:"), "{seen}");
    let seen = ask(&web, &agent, "/schedules/aims").body;
    assert!(seen.contains("tel:+16085550101") && seen.contains("608-555-0101"), "{seen}");
}

#[test]
fn a_sheet_that_cannot_be_used_tells_no_numbers_either() {
    let site = site();
    site.write("aims.csv", b"start,end,person\n2017-01-01,call 608-555-0177,Ada Ruiz\n");
    let web = house(site);
    let [viewer, agent] = [Role::Viewer, Role::Agent].map(|role| web.token(role.word(), role));
    let seen = ask(&web, &agent, "/schedules/aims").body;
    assert!(seen.contains("608-555-0177") && seen.contains("CANNOT TELL"), "{seen}");
    let seen = ask(&web, &viewer, "/schedules/aims").body;
    assert!(!seen.contains("555") && seen.contains("CANNOT TELL"), "{seen}");
}

#[test]
fn who_is_nobody_and_what_is_no_schedule_learn_nothing() {
    let web = house(site());
    let viewer = web.token("wall", Role::Viewer);
    assert_eq!(web.get("/schedules/aims").status, 303);
    for path in
        ["/schedules/nothing", "/schedules/AIMS", "/schedules/..%2Faims", "/schedules/%00", "/schedules/aims%20"]
    {
        let answer = ask(&web, &viewer, path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("There is no such page"), "{path}");
    }
    for query in [
        "from=tomorrow",
        "from=0001-01-01",
        "from=9999-12-31&view=month",
        "view=year",
        "known_at=soon",
        "known_at=2199-01-01",
    ] {
        let answer = ask(&web, &viewer, &format!("/schedules/aims?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert!(
            answer.body.contains("role=\"alert\"") && answer.body.contains("is shown."),
            "{query}: {}",
            answer.body
        );
    }
    for query in ["view=month&from=2199-12-31", "view=month&from=1990-01-01", "view=week&from=2016-02-29"] {
        assert_eq!(ask(&web, &viewer, &format!("/schedules/aims?{query}")).status, 200, "{query}");
    }
}

#[tokio::test]
async fn the_sheet_is_shown_as_it_stood_with_what_was_changed_since() {
    let site = site();
    let before =
        AIMS.replace("2026-11-06 07:00,2026-11-20 18:00,Dmitri Vance", "2026-11-06 18:00,2026-11-20 18:00,Ada Ruiz");
    kept(&site, &before, "2026-11-01T06:30:00Z").await;
    let web = house(site);
    web.site.run(&["sync"]).expect(0);
    let agent = web.token("agent", Role::Agent);
    // The first of the two 01:30 of that night, at which the version was first seen.
    let then = ask(&web, &agent, "/schedules/aims?from=2026-11-10&known_at=2026-11-01T01:30").body;
    for part in [
        "As the sheet stood at Sun 2026-11-01 01:30 CDT.",
        "This clock time exists twice; the first is meant.",
        "2 changes since in these days, 1 in other days.",
        // In the picture and in the list.
        "primary: Ada Ruiz -&gt; Dmitri Vance",
        "Ada Ruiz -&gt; Dmitri Vance (primary)",
        "cell aims.csv!C8",
        "CHANGED SINCE: now Dmitri Vance",
        "changed since",
        "first seen Sun 2026-11-01 01:30 CDT",
        "Show the sheet as it is now",
    ] {
        assert!(then.contains(part), "{part} is missing in\n{then}");
    }
    let now = ask(&web, &agent, "/schedules/aims?from=2026-11-10").body;
    assert!(now.contains("Dmitri Vance") && !now.contains("changed since"), "{now}");
    // The list leads to each version by the instant at which it was first seen, which an offset makes plain.
    let [newest, oldest] = &links(&now, "known_at=")[..] else { panic!("not two versions: {now}") };
    assert!(oldest.contains("known_at=2026-11-01T01%3A30%3A00-05%3A00"), "{oldest}");
    assert!(ask(&web, &agent, &format!("/schedules/aims{oldest}")).body.contains("CHANGED SINCE: now Dmitri Vance"));
    let same = ask(&web, &agent, &format!("/schedules/aims{newest}")).body;
    assert!(
        same.contains("Nobody&#39;s time on call was changed since.")
            || same.contains("Nobody's time on call was changed since."),
        "{same}"
    );
    // Before anything was seen.
    let never = ask(&web, &agent, "/schedules/aims?known_at=2020-01-01T00:00");
    assert_eq!(never.status, 200);
    for part in
        ["CANNOT TELL who is on call", "As the sheet stood at Wed 2020-01-01 00:00 CST.", "Show the sheet as it is now"]
    {
        assert!(never.body.contains(part), "{part} is missing in\n{}", never.body);
    }
}

/// The queries of the links that hold `mark`.
fn links(page: &str, mark: &str) -> Vec<String> {
    let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|link| link.contains(mark)).map(|link| link.replace("&amp;", "&")).collect()
}
