//! How is it said what an edited sheet changes? One line a change, in the schedule's own terms, and the letter to whom it concerns.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

use super::columns::paragraph;
use super::time;
use crate::civil::{self, CivilNote};
use crate::schedule::difference::Change;
use crate::schedule::loaded::{Edit, LoadedSchedule};
use crate::schedule::on_call::OnCallPerson;
use crate::schedule::shift::RowReference;

/// How many cells a line names.
const CELLS_TOLD: usize = 3;

/// One change: `Sat 12 Dec 18:00: Lee -> Ortiz (primary), until Sun 13 Dec 07:00, cell Nov!C14`.
pub fn line(change: &Change, now: DateTime<Utc>, zone: Tz) -> String {
    let (start, end) = (change.interval.start(), change.interval.end());
    format!(
        "{}: {} ({}), until {}{}",
        moment(start, now, zone),
        people(change),
        change.role.label,
        moment(end, now, zone),
        cells(change)
    )
}

/// Who was and who is on call by a change: `Lee -> Ortiz`.
pub fn people(change: &Change) -> String {
    format!("{} -> {}", names(&change.before), names(&change.after))
}

/// Said before a page of an edit made just now: `At 17:58 the sheet still said Ben Lee (primary); now it says Ana Ortiz`.
pub fn edited(edit: &Edit, now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let seen = moment(edit.last_seen, now, zone);
    let told = |change: &Change| {
        let (before, after) = (names(&change.before), names(&change.after));
        let role = &change.role.label;
        format!(
            "CHANGED just now: {seen} the sheet still said {before} ({role}), now it says {after}; if in doubt, ask both"
        )
    };
    edit.changes.iter().map(told).collect()
}

/// What became of one sheet: `status` as `views::sync` names it, `seen` when the version compared with was last seen,
/// `different` whether anybody's duty is another.
pub fn heading(
    loaded: &LoadedSchedule,
    status: &str,
    seen: Option<DateTime<Utc>>,
    different: bool,
    zone: Tz,
) -> String {
    let since = seen.map_or_else(String::new, |seen| format!(" since {}", time::short(seen, zone)));
    let what = match (status, different) {
        ("first", _) => "the first version was kept".to_owned(),
        ("unchanged", false) => "unchanged".to_owned(),
        (_, true) => format!("CHANGED{since} ({})", zone.name()),
        (_, false) => format!("edited{since}, but nobody's time on call is different"),
    };
    paragraph("", 2, &format!("{} ({}): {what}", loaded.title, loaded.name))
}

/// Said of a person whom a change concerns and who cannot be written to.
pub fn no_address(name: &str) -> String {
    paragraph("  ", 4, &format!("NOT MAILED to {name}: no e-mail address is known; tell them yourself"))
}

/// The lines of changes to come, as the command line prints them.
pub fn to_come(changes: &[Change], now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    changes.iter().map(|change| paragraph("  ", 4, &line(change, now, zone))).collect()
}

/// The changes that lie behind, in one line; nothing when there are none.
pub fn gone(changes: &[Change], now: DateTime<Utc>, zone: Tz) -> Option<String> {
    let (first, last) = (changes.first()?, changes.iter().map(|change| change.interval.end()).max()?);
    let count = match changes.len() {
        1 => "1 change of the past".to_owned(),
        number => format!("{number} changes of the past"),
    };
    let span = format!("from {} to {}", moment(first.interval.start(), now, zone), moment(last, now, zone));
    Some(paragraph("  ", 4, &format!("{count}, {span}; --format json lists them")))
}

/// The subject of the letter to a person whose duty an edit changes.
pub fn subject(title: &str, training: bool) -> String {
    let mark = if training { "TRAINING " } else { "" };
    format!("{mark}{title}: your on-call time was changed")
}

/// What a letter about changes says besides them.
pub struct LetterFacts<'a> {
    /// What people call the schedule.
    pub title: &'a str,
    /// The recipient.
    pub name: &'a str,
    /// The help desk's short name.
    pub desk: &'a str,
    /// Its number.
    pub desk_phone: &'a str,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The site's zone.
    pub zone: Tz,
}

/// The letter to one person, with the changes that concern them.
pub fn letter(changes: &[&Change], facts: &LetterFacts<'_>) -> String {
    let lines: Vec<String> =
        changes.iter().map(|change| paragraph("  ", 4, &line(change, facts.now, facts.zone))).collect();
    let edited = format!("{}, the {} was edited, and that changes when you are on call:", facts.name, facts.title);
    let read = format!("The sheet was read {}. Times are {}.", time::stamp(facts.now, facts.zone), facts.zone.name());
    let wrong = format!(
        "If this is not what was agreed, tell the schedule's owner, or call the {} at {}.",
        facts.desk, facts.desk_phone
    );
    let [edited, read, wrong] = [edited, read, wrong].map(|sentence| paragraph("", 0, &sentence));
    format!("{edited}\n\n{}\n\n{read}\n{wrong}\n", lines.join("\n"))
}

/// Day and clock time, with the year where it is another than now, and the zone where the clock shows the time twice.
fn moment(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let year = if local.year() == now.with_timezone(&zone).year() { "" } else { " %Y" };
    let seconds = if at.timestamp() % 60 == 0 { "" } else { ":%S" };
    let civil = local.naive_local();
    let twice = |civil| civil::resolve(zone, civil).note == Some(CivilNote::Repeated);
    // The second of the two hours begins where the first of them stood.
    let suffix = if twice(civil) || twice(civil - TimeDelta::seconds(1)) { " %Z" } else { "" };
    local.format(&format!("%a %-d %b{year} %H:%M{seconds}{suffix}")).to_string()
}

fn names(people: &[OnCallPerson]) -> String {
    if people.is_empty() {
        return "nobody".to_owned();
    }
    people.iter().map(|person| &*person.name).collect::<Vec<_>>().join(" and ")
}

/// The cells that say so now, or said so before.
fn cells(change: &Change) -> String {
    let (rows, word) =
        if change.rows_after.is_empty() { (&change.rows_before, "was ") } else { (&change.rows_after, "") };
    let cell = |row: &RowReference| format!("{}!{}", row.sheet(), row.cell());
    let told: Vec<String> = rows.iter().take(CELLS_TOLD).map(cell).collect();
    match rows.len() {
        0 => String::new(),
        1 => format!(", {word}cell {}", told.join(", ")),
        number if number > CELLS_TOLD => {
            format!(", {word}cells {} and {} more", told.join(", "), number - CELLS_TOLD)
        }
        _ => format!(", {word}cells {}", told.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::civil::Interval;
    use crate::schedule::grid::GridRow;
    use crate::schedule::shift::{Role, RoleRank, ShiftKind};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn change(from: &str, until: &str, before: &str, after: &str) -> Change {
        let interval = Interval::new(at(from), at(until)).unwrap();
        let role = Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 };
        let row = |number| RowReference::new(&GridRow::of(&"Nov".into(), number, [""]), 2, None);
        let person = |name: &str, number: u32| OnCallPerson {
            name: name.into(),
            role: role.clone(),
            phone: None,
            email: None,
            from: interval.start(),
            until: interval.end(),
            row: row(number),
            kind: ShiftKind::Shift,
        };
        let people = |name: &str, row: u32| if name.is_empty() { Vec::new() } else { vec![person(name, row)] };
        let rows = |people: &[OnCallPerson]| people.iter().map(|person| person.row.clone()).collect();
        let (before, after) = (people(before, 13), people(after, 14));
        let (rows_before, rows_after) = (rows(&before), rows(&after));
        Change { interval, role, before, after, rows_before, rows_after }
    }

    #[test]
    fn a_change_reads_as_people_speak_of_it() {
        let now = at("2026-11-22T12:00:00-06:00");
        for (change, words) in [
            (
                change("2026-12-12T18:00:00-06:00", "2026-12-13T07:00:00-06:00", "Lee", "Ortiz"),
                "Sat 12 Dec 18:00: Lee -> Ortiz (primary), until Sun 13 Dec 07:00, cell Nov!C14",
            ),
            (
                change("2026-12-31T18:00:00-06:00", "2027-01-01T07:00:00-06:00", "Lee", ""),
                "Thu 31 Dec 18:00: Lee -> nobody (primary), until Fri 1 Jan 2027 07:00, was cell Nov!C13",
            ),
            (
                change("2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-06:00", "", "Ortiz"),
                "Sun 1 Nov 01:30 CDT: nobody -> Ortiz (primary), until Sun 1 Nov 02:00 CST, cell Nov!C14",
            ),
        ] {
            assert_eq!(line(&change, now, Chicago), words);
        }
    }
}
