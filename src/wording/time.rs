//! How is an instant written for people and for programs? Always with its offset, so that the two 01:30 of November differ.

use chrono::{DateTime, Duration, LocalResult, SecondsFormat, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// RFC 3339 with the site's offset, as the JSON carries it: `2026-11-22T01:30:00-06:00`.
pub fn rfc3339(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// Day, date, clock time, zone and offset: `Sun 2026-11-22 01:30 CST (-06:00)`; seconds only where there are some.
pub fn stamp(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let seconds = if local.format("%S").to_string() == "00" { "" } else { ":%S" };
    local.format(&format!("%a %Y-%m-%d %H:%M{seconds} %Z (%:z)")).to_string()
}

/// Day, date and clock time without the zone, where a heading has said it: `Sun 2026-11-22 01:30`.
pub fn short(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %Y-%m-%d %H:%M").to_string()
}

/// The same to the minute, where seconds would only be in the way: `Sun 2026-11-22 01:30 CST (-06:00)`.
pub fn minute(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z (%:z)").to_string()
}

/// The clock time as a person says it: `11:42pm`; with the zone in the hour that November has twice.
pub fn spoken(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let twice = matches!(zone.from_local_datetime(&local.naive_local()), LocalResult::Ambiguous(..));
    local.format(if twice { "%-I:%M%P %Z" } else { "%-I:%M%P" }).to_string()
}

/// The same with the day where it is another one than that of `now`: `Sun 11:42pm`.
pub fn spoken_with_day(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let day = |it: DateTime<Utc>| it.with_timezone(&zone).date_naive();
    let clock = spoken(at, zone);
    if day(at) == day(now) { clock } else { format!("{} {clock}", at.with_timezone(&zone).format("%a")) }
}

/// The clock time as it is promised to somebody at `now`: `11:42pm`, `7:15 tomorrow morning`, `7:15am on Tuesday`.
pub fn spoken_ahead(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let days = (local.date_naive() - now.with_timezone(&zone).date_naive()).num_days();
    let part = match local.hour() {
        0..=11 => "morning",
        12..=16 => "afternoon",
        _ => "evening",
    };
    match days {
        0 => spoken(at, zone),
        // The hour that November has twice needs its zone more than the part of the day.
        1 if spoken(at, zone).contains(' ') => format!("{} tomorrow", spoken(at, zone)),
        1 => format!("{} tomorrow {part}", local.format("%-I:%M")),
        _ => format!("{} on {}", spoken(at, zone), local.format("%A")),
    }
}

/// A span in its two largest units: `2 d 4 h`, `1 h 5 min`, `45 s`.
pub fn span(length: Duration) -> String {
    let seconds = length.num_seconds().abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) if seconds % 60 == 0 || minutes >= 10 => format!("{minutes} min"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}
