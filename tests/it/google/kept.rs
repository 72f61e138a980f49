//! Does the last good copy of a Google Sheet answer when Google does not, and is a sheet dated by when it was first seen?

use std::time::{Duration, UNIX_EPOCH};

use page_oncall::ports::SnapshotStore;

use super::*;
use crate::snapshots::{age, store};

const NIGHT: &str = "2026-11-22 20:00";

fn refusals(count: usize) -> impl Iterator<Item = Play> {
    let refusal = || Play::refusal(403, "The caller does not have permission");
    std::iter::once(Play::Usual).chain(std::iter::repeat_with(refusal).take(count))
}

#[tokio::test]
async fn the_last_good_copy_of_a_spreadsheet_answers_as_it_did_live() {
    let google = Google::playing(nights(), refusals(3));
    let desk = Desk::of(&google);
    let synced = desk.site.run(&["--format", "json", "sync"]).expect(0).json();
    assert_eq!(synced["schedules"][0]["status"], "first");
    let kept = desk.who(NIGHT).expect(0).json();
    let text = desk.site.run(&["who", "aims", "--at", NIGHT]).expect(0).out;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("SAVED COPY") && text.contains("share the sheet"), "{text}");
    assert_eq!(desk.site.run(&["gaps", "--days", "1"]).code, 1, "a sheet that fails is a finding");
    let live = desk.who(NIGHT).expect(0).json();
    assert_eq!(google.asked().len(), 5);
    let (kept, live) = (&kept["schedules"][0], &live["schedules"][0]);
    assert_eq!((&kept["from_cache"], &live["from_cache"]), (&true.into(), &false.into()));
    assert_eq!((&kept["on_call"], &kept["snapshot"]), (&live["on_call"], &live["snapshot"]));
    assert_eq!(kept["problems"][0]["code"], "no-sheet");
    assert_eq!(desk.site.run(&["--format", "json", "sync"]).expect(0).json()["schedules"][0]["status"], "unchanged");

    let seen = store(&desk.site).await.latest("aims").await.unwrap().unwrap().last_seen.to_rfc3339();
    let then = desk.site.run(&["--format", "json", "who", "--at", NIGHT, "--known-at", &seen]).expect(0).json();
    assert_eq!(then["schedules"][0]["on_call"], live["on_call"]);
    assert_eq!(google.asked().len(), 6, "a kept version is answered without asking");
    let settings = "[desk]\ngeneral_hours = \"always\"\n[schedules.aims]\nsource = \"csv:moved.csv\"\n";
    desk.site.write("page-oncall.toml", settings.as_bytes());
    assert_eq!(desk.name(NIGHT), "Ben Okafor", "a kept sheet is read as what it was read from");
    age(&desk.site, 169).await;
    desk.who(NIGHT).expect(3);
}

#[tokio::test]
async fn a_calendar_says_since_when_a_spreadsheet_says_what_it_says() {
    let google = Google::start(nights());
    let desk = Desk::of(&google);
    let long_ago = UNIX_EPOCH + Duration::from_hours(400_000);
    for file in ["page-oncall.toml", "contacts.csv"] {
        let file = std::fs::File::options().write(true).open(desk.site.path(file)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let words = ["shifts", "aims", "--from", "2026-11-21 12:00", "--ics", "-"];
    let stamp = |seen: chrono::DateTime<chrono::Utc>| format!("DTSTAMP:{}\r\n", seen.format("%Y%m%dT%H%M%SZ"));
    desk.site.run(&["sync"]).expect(0);
    age(&desk.site, 100).await;
    let seen = store(&desk.site).await.latest("aims").await.unwrap().unwrap().first_seen;
    let calendar = desk.site.run(&words).out;
    assert!(calendar.contains(&stamp(seen)), "{calendar}");
    desk.site.run(&["sync"]).expect(0);
    assert_eq!(desk.site.run(&words).out, calendar, "the same sheet gives the same bytes");
}
