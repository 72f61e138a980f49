//! What does the page of a schedule say around its picture? How old it is, which version it shows, what was changed since.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::schedule::clock;
use super::time;
use crate::civil::CivilNote;
use crate::schedule::difference::Change;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::Stretch;

/// Before the first reading of the sheets has ended.
pub const NOT_READ_YET: &str = "The sheet is being read for the first time since the service started. Nobody can tell \
                                yet who is on call. Load the page again in a few seconds.";

/// Of a schedule whose sheet cannot be used.
pub const CANNOT_TELL: &str = "CANNOT TELL who is on call: the sheet could not be used.";

/// Of an address with a date that is none.
pub const NO_DATE: &str = "That is no date from 1990 to 2199. Write it like 2026-11-22. This week is shown.";

/// Of an address with a view that is none.
pub const NO_VIEW: &str = "There is a week view and a month view. The week is shown.";

/// Of a time of the sheet that cannot be read, or lies in the future.
pub fn no_known_at(reason: &str) -> String {
    format!("{} The sheet as it is now is shown.", sentence(&reason.replace("--known-at", "that time")))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// How old the reading is that is shown: `Sheet read 12 s ago.`
pub fn age(loaded: &LoadedSchedule, read_at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let ago = time::span(Duration::seconds((now - read_at).num_seconds().max(0)));
    if loaded.from_cache {
        return format!("SAVED COPY, read {ago} ago, {}: the sheet cannot be read now.", clock(read_at, zone));
    }
    if loaded.stale {
        return format!("STALE: sheet read {ago} ago, {}. It may have changed since.", clock(read_at, zone));
    }
    format!("Sheet read {ago} ago.")
}

/// That an older version is shown: `As the sheet stood at Sat 2026-11-21 14:05 CST.`
pub fn as_it_stood(at: DateTime<Utc>, note: Option<CivilNote>, zone: Tz) -> String {
    let rule = match note {
        None => "",
        Some(CivilNote::Repeated) => " This clock time exists twice; the first is meant.",
        Some(CivilNote::Skipped) => " The clock time asked for does not exist; this is the first after it.",
    };
    format!("As the sheet stood at {}.{rule}", clock(at, zone))
}

/// How many changes were made since, and how many of them lie in the days shown.
pub fn changed(within: usize, elsewhere: usize) -> String {
    let counted = |number: usize| if number == 1 { "1 change".to_owned() } else { format!("{number} changes") };
    match (within, elsewhere) {
        (0, 0) => "Nobody's time on call was changed since.".to_owned(),
        (within, 0) => format!("{} since, all in these days.", counted(within)),
        (0, elsewhere) => format!("{} since, none in these days.", counted(elsewhere)),
        (within, elsewhere) => {
            format!("{} since in these days, {} in other days.", counted(within), counted(elsewhere))
        }
    }
}

/// What a row of the table says of a change that concerns it: `now Ortiz`.
pub fn now_instead<'a>(stretch: &Stretch, changes: impl Iterator<Item = &'a Change>) -> Option<String> {
    let mut told: Vec<String> = Vec::new();
    for change in changes.filter(|change| concerns(change, stretch)) {
        let names: Vec<&str> = change.after.iter().map(|person| &*person.name).collect();
        let names = if names.is_empty() { "nobody".to_owned() } else { names.join(" and ") };
        if !told.contains(&names) {
            told.push(names);
        }
    }
    (!told.is_empty()).then(|| format!("CHANGED SINCE: now {}", told.join(", then ")))
}

fn concerns(change: &Change, stretch: &Stretch) -> bool {
    change.role.label == stretch.person.role.label
        && stretch.interval().is_some_and(|span| span.intersection(&change.interval).is_some())
}

/// From when to when a version was the sheet's content: `Sat 2026-11-21 14:05 CST to Sun 2026-11-22 09:10 CST`.
pub fn seen(first: DateTime<Utc>, last: DateTime<Utc>, zone: Tz) -> String {
    format!("first seen {}, last seen {}", clock(first, zone), clock(last, zone))
}

/// Where the list of kept versions cannot be read.
pub const VERSIONS_UNKNOWN: &str = "The kept versions of this sheet cannot be listed now.";

/// That no version of that time can be shown.
pub fn not_kept(message: &str, hint: Option<&str>) -> String {
    let hint = hint.map(|hint| format!(" {}", sentence(hint))).unwrap_or_default();
    format!("{}{hint} The sheet as it is now is shown.", sentence(message))
}

/// Where the two versions cannot be compared.
pub const NOT_COMPARED: &str = "What was changed since cannot be told: one of the two versions could not be used.";

/// Of a schedule of which no version was kept yet.
pub const NO_VERSIONS: &str = "No version of this sheet was kept yet. One is kept whenever the sheet is found changed.";

/// What a calendar link is good for.
pub const LINK_EXPLAINED: &str = "A calendar program that subscribes to your link shows who is on call, thirty days back \
                                  and a year ahead, and keeps itself up to date.";

/// What its holder must know.
pub const LINK_IS_SECRET: &str = "Whoever has the link can read the calendar: give it to nobody.";

/// How numbers come into the calendar.
pub const LINK_WITH_NUMBERS: &str = "Telephone numbers are left out. Add &phones=1 to the link if your calendar program \
                                     may know them.";

/// Where the store cannot tell whether there is a link.
pub const LINK_UNKNOWN: &str =
    "Whether you have a calendar link cannot be looked up now. Load the page again in a minute.";
