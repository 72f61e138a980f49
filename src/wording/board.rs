//! What does the board say? Short sentences that somebody understands at 3 am, and words where a colour would do.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::phone;
use super::time::{span, spoken};
use crate::decision::ladder::Channel;
use crate::episode::outcome::Outcome;
use crate::episode::promise::PromiseState;
use crate::episode::state::Phase;
use crate::proof::drilled::Drilled;
use crate::proof::readiness::Ready;
use crate::schedule::on_call::Status;

/// What stands above the people when nobody is on call, nobody can tell, or the sheet contradicts itself; `None` when all
/// is as it should be. `has_people` says whether anybody at all is on call.
pub fn shout(status: Status, has_people: bool) -> Option<&'static str> {
    match (status, has_people) {
        (Status::Covered, _) => None,
        (Status::Conflict, _) => Some("CONFLICT: all of these are on call, and all are paged"),
        (Status::Gap, false) => Some("NOBODY IS ON CALL"),
        (Status::Gap, true) => Some("NOBODY IS ON CALL in a required role"),
        (Status::Unusable, _) => Some("CANNOT TELL who is on call"),
    }
}

/// What to do when nobody is on call or nobody can tell.
pub const NEVER_GUESS: &str = "Never guess. Ask leadership:";

/// What to do when nobody is on call and nobody stands above.
pub const NO_LEADERSHIP: &str = "Never guess. No leadership is named in the settings.";

/// What stands in place of a schedule that was not read yet.
pub const NOT_READ_YET: &str = "CANNOT TELL yet: the sheet is being read";

/// A number that the viewer may not see: its last two digits.
pub fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits.iter().skip(digits.len().saturating_sub(2)).collect();
    format!("number ends in {last}")
}

/// A number as it is dialled, for people.
pub fn number(number: &str) -> String {
    phone::display(number)
}

/// A clock time, with the day where it is another one: `7:00am`, `tomorrow 7:00am`, `Mon 7:00am`, `Mon 30 Nov 7:00am`.
pub fn when(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (there, here) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let clock = spoken(at, zone);
    match (there.date_naive() - here.date_naive()).num_days() {
        0 => clock,
        1 => format!("tomorrow {clock}"),
        -1 => format!("yesterday {clock}"),
        2..=6 => format!("{} {clock}", there.format("%a")),
        _ if there.year() == here.year() => format!("{} {clock}", there.format("%a %-d %b")),
        _ => format!("{} {clock}", there.format("%a %-d %b %Y")),
    }
}

/// From when until when: `tomorrow 7:00am to Mon 7:00am (3 d)`; `now until 9:00am` for what has begun.
pub fn from_until(from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    // A board shows a whole minute, and what began within it has begun.
    if from < now + TimeDelta::minutes(1) {
        return format!("now until {}", when(until, now, zone));
    }
    format!("{} to {} ({})", when(from, now, zone), when(until, now, zone), span(until - from))
}

/// How long until then, in whole minutes: `3 h 58 min`.
pub fn left(until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (until - now).num_minutes().max(0);
    if minutes == 0 { "less than a minute".to_owned() } else { span(TimeDelta::minutes(minutes)) }
}

/// How a page stands, in words.
pub fn phase(phase: Phase, owner: Option<&str>) -> String {
    match (phase, owner) {
        (Phase::Paging, _) => "being paged, nobody has it yet".to_owned(),
        (Phase::Acknowledged, Some(owner)) => format!("{owner} has it"),
        (Phase::Acknowledged, None) => "somebody has it".to_owned(),
        (Phase::Exhausted, _) => "NOBODY HAS IT: the whole ladder was tried, act by hand".to_owned(),
        (Phase::Closed, _) => "settled".to_owned(),
        (Phase::Cancelled, _) => "withdrawn, people are being told".to_owned(),
    }
}

/// The same for a screen that is read across a room.
pub fn phase_shortly(phase: Phase, owner: Option<&str>) -> String {
    match (phase, owner) {
        (Phase::Paging, _) => "NOBODY YET".to_owned(),
        (Phase::Exhausted, _) => "NOBODY HAS IT: act by hand".to_owned(),
        (Phase::Cancelled, _) => "withdrawn".to_owned(),
        (phase, owner) => self::phase(phase, owner),
    }
}

/// How a promise stands, in a word.
pub fn promise_word(state: PromiseState) -> &'static str {
    match state {
        PromiseState::Open => "open",
        PromiseState::Kept => "kept",
        PromiseState::Late => "kept LATE",
        PromiseState::Missed => "MISSED",
    }
}

/// How long a promise has left, or by how much it is missed, in whole minutes.
pub fn promise_left(minutes_left: i64) -> String {
    match minutes_left {
        0.. => format!("{minutes_left} min left"),
        _ => format!("MISSED by {}", span(TimeDelta::minutes(-minutes_left))),
    }
}

/// A message and what became of it: `text message delivered`.
pub fn tried(channel: Channel, outcome: Option<Outcome>) -> String {
    let became = match outcome {
        None => "is being sent",
        Some(Outcome::Accepted) => "sent",
        Some(Outcome::Delivered) => "delivered",
        Some(Outcome::Voicemail) => "reached a VOICEMAIL",
        Some(Outcome::Refused) => "REFUSED",
        Some(Outcome::Unavailable) => "NOT SENT, the provider cannot be used",
        Some(Outcome::Retryable) => "not sent, will be tried again",
        Some(Outcome::Unknown) => "in doubt, counts as not sent",
    };
    format!("{} {became}", super::page::channel_name(channel))
}

/// How many cases are named in the sentence about what is going on.
const NAMED: usize = 4;

/// A page, as the sentence about what is going on needs it.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Its case number.
    pub case: &'a str,
    /// Where it stands.
    pub phase: Phase,
    /// Who has it.
    pub owner: Option<&'a str>,
    /// How its promise stands.
    pub promise: Option<PromiseState>,
}

/// What is going on, in few sentences that stay the same while nothing happens: read aloud when they change. What needs
/// somebody most stands first.
pub fn standing(pages: &[Standing<'_>]) -> String {
    let mut sentences = match pages.len() {
        0 => return "No page is open.".to_owned(),
        1 => vec!["1 page is open.".to_owned()],
        count => vec![format!("{count} pages are open.")],
    };
    let missed: Vec<&str> =
        pages.iter().filter(|page| page.promise == Some(PromiseState::Missed)).map(|page| page.case).collect();
    if !missed.is_empty() {
        sentences.push(format!("MISSED PROMISE: case {}.", missed.join(", case ")));
    }
    let mut ordered: Vec<&Standing<'_>> = pages.iter().collect();
    ordered.sort_by_key(|page| match page.phase {
        Phase::Exhausted => 0,
        Phase::Paging => 1,
        Phase::Acknowledged | Phase::Closed | Phase::Cancelled => 2,
    });
    sentences.extend(
        ordered.iter().take(NAMED).map(|page| format!("Case {}: {}.", page.case, phase(page.phase, page.owner))),
    );
    if ordered.len() > NAMED {
        sentences.push(format!("{} more stand below.", ordered.len() - NAMED));
    }
    sentences.join(" ")
}

/// How old a sheet is, in words that need no colour.
pub fn sheet(age_minutes: i64, is_copy: bool, is_stale: bool, is_usable: bool) -> String {
    let ago = if age_minutes == 0 {
        "less than a minute ago".to_owned()
    } else {
        format!("{} ago", span(TimeDelta::minutes(age_minutes)))
    };
    match (is_usable, is_copy, is_stale) {
        (false, ..) => format!("CANNOT BE USED, looked at {ago}"),
        (true, true, true) => format!("STALE SAVED COPY of {ago}: the sheet cannot be read now"),
        (true, true, false) => format!("SAVED COPY of {ago}: the sheet cannot be read now"),
        (true, false, true) => format!("STALE: read {ago}, it may have changed since"),
        (true, false, false) => format!("read {ago}"),
    }
}

/// What somebody said, or did not say, in their last drill.
pub fn drilled(drilled: &Drilled, now: DateTime<Utc>, zone: Tz) -> String {
    let asked = format!("asked {}", when(drilled.asked_at, now, zone));
    match drilled.ready {
        Ready::NotAsked => format!("{}: was not asked", drilled.name),
        Ready::Waiting => format!("{}: has not answered yet, {asked}", drilled.name),
        Ready::Silent => format!("{}: did NOT ANSWER the last drill, {asked}", drilled.name),
        Ready::Cannot(at) => format!("{}: said that they CANNOT, {}", drilled.name, when(at, now, zone)),
        Ready::Yes(at, _) => format!("{}: ready, {}", drilled.name, when(at, now, zone)),
    }
}

/// A month: `Nov 2026`.
pub fn month((year, month): (i32, u32)) -> String {
    let first = NaiveDate::from_ymd_opt(year, month, 1);
    first.map_or_else(|| year.to_string(), |first| first.format("%b %Y").to_string())
}

/// A span of a statistic: `4 min 10 s`, or a dash where there is none.
pub fn lasted(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "-".to_owned(), |seconds| span(TimeDelta::seconds(seconds)))
}

/// What the numbers of a month mean.
pub const MONTH_NOTE: &str = "A woken night is a night of one person in which a page asked them between 10pm and 7am by \
    something that rings. Acknowledged: from the page until somebody has it. Called back: from what the customer was told \
    until the callback. Half took no longer than the median; nine of ten no longer than the 90th percentile. Drills do \
    not count.";

/// How a page without the script is kept up to date.
pub fn without_script(seconds: u32) -> String {
    format!("This page loads itself anew every {seconds} seconds.")
}

/// What a viewer of numbers that are hidden reads.
pub const HIDDEN: &str = "You see the last two digits of numbers, and no customers.";

/// Whose pages a technician sees.
pub const OWN_PAGES: &str = "You see the pages that ask you.";

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn times_say_their_day_where_it_is_another() {
        let now = at("2026-11-23T03:00:00-06:00");
        for (time, said) in [
            ("2026-11-23T07:00:00-06:00", "7:00am"),
            ("2026-11-24T07:00:00-06:00", "tomorrow 7:00am"),
            ("2026-11-22T23:00:00-06:00", "yesterday 11:00pm"),
            ("2026-11-29T07:00:00-06:00", "Sun 7:00am"),
            ("2026-11-30T07:00:00-06:00", "Mon 30 Nov 7:00am"),
            ("2027-01-04T07:00:00-06:00", "Mon 4 Jan 2027 7:00am"),
        ] {
            assert_eq!(when(at(time), now, Chicago), said);
        }
        let twice = at("2026-11-01T01:30:00-06:00");
        assert_eq!(when(twice, twice, Chicago), "1:30am CST", "the hour that November has twice");
    }

    #[test]
    fn what_has_begun_is_now() {
        let now = at("2026-11-23T03:00:00-06:00");
        let until = at("2026-11-23T07:00:00-06:00");
        assert_eq!(from_until(at("2026-11-23T03:00:59-06:00"), until, now, Chicago), "now until 7:00am");
        assert_eq!(from_until(at("2026-11-23T04:00:00-06:00"), until, now, Chicago), "4:00am to 7:00am (3 h)");
    }

    #[test]
    fn a_masked_number_keeps_two_digits() {
        assert_eq!(masked("+16085550142"), "number ends in 42");
        assert_eq!(masked("7"), "number ends in 7");
    }

    #[test]
    fn what_is_going_on_holds_no_minutes() {
        let taken = Standing {
            case: "1234567",
            phase: Phase::Acknowledged,
            owner: Some("Ada Ruiz"),
            promise: Some(PromiseState::Missed),
        };
        let open = Standing { case: "7", phase: Phase::Exhausted, owner: None, promise: None };
        assert_eq!(standing(&[]), "No page is open.");
        assert_eq!(standing(&[taken]), "1 page is open. MISSED PROMISE: case 1234567. Case 1234567: Ada Ruiz has it.");
        let many = standing(&[taken, taken, taken, taken, open]);
        assert!(many.contains("5 pages are open.") && many.ends_with("1 more stand below."), "{many}");
        assert!(many.contains("case 1234567. Case 7: NOBODY HAS IT"), "what needs somebody first: {many}");
    }

    #[test]
    fn a_sheet_says_aloud_what_is_wrong_with_it() {
        assert_eq!(sheet(0, false, false, true), "read less than a minute ago");
        assert_eq!(sheet(90, true, false, true), "SAVED COPY of 1 h 30 min ago: the sheet cannot be read now");
        assert!(sheet(3_000, true, true, true).starts_with("STALE SAVED COPY"));
        assert!(sheet(5, false, false, false).starts_with("CANNOT BE USED"));
    }

    #[test]
    fn promises_are_kept_late_or_missed_in_words() {
        assert_eq!(promise_left(23), "23 min left");
        assert_eq!(promise_left(-65), "MISSED by 1 h 5 min");
        assert_eq!(
            [PromiseState::Kept, PromiseState::Late, PromiseState::Missed].map(promise_word),
            ["kept", "kept LATE", "MISSED"]
        );
    }
}
