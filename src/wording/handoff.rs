//! How are people told that they are on call, that it changed, and what is left open at the end? Never customer data.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::columns::paragraph;
use super::gsm::{ONE_SEGMENT, fold, segments};
use super::phone;
use super::time::{short, spoken};
use crate::episode::promise::PromiseState;
use crate::episode::state::State;
use crate::proof::duty::Duty;
use crate::proof::handoff::Kind;
use crate::schedule::difference::Change;

/// What a note says.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The help desk in a few letters.
    pub desk_short: &'a str,
    /// The help desk's number.
    pub help_desk_phone: &'a str,
    /// Whether nothing is really sent.
    pub training: bool,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The site's zone.
    pub zone: Tz,
}

impl Facts<'_> {
    fn sender(&self) -> String {
        let mark = if self.training { "TRAINING " } else { "" };
        format!("{mark}{}", fold(self.desk_short))
    }

    fn desk(&self) -> String {
        format!("HD {}", phone::display(self.help_desk_phone))
    }
}

/// A page that is not settled, in a few words: `1234567 NOBODY has it, call due 11:42pm`.
pub fn open_page(state: &State, facts: &Facts<'_>) -> String {
    let owner =
        state.acknowledged.as_ref().map_or_else(|| "NOBODY has it".to_owned(), |word| format!("{} has it", word.by));
    let promise = state.promise.as_ref().map_or_else(String::new, |promise| match promise.state(facts.now) {
        PromiseState::Open => format!(", call due {}", spoken(promise.due, facts.zone)),
        PromiseState::Missed => format!(", call MISSED, was due {}", spoken(promise.due, facts.zone)),
        PromiseState::Kept | PromiseState::Late => String::new(),
    });
    format!("{} {owner}{promise}", state.case)
}

/// The text message of a note: one segment, with as much of it as fits.
pub fn sms(kind: Kind, duty: &Duty, open: &[String], facts: &Facts<'_>) -> String {
    let schedule = fold(&duty.schedule.to_uppercase());
    let count = match open.len() {
        1 => "Open: 1 page".to_owned(),
        count => format!("Open: {count} pages"),
    };
    let (whole, count) = if open.is_empty() {
        ("Nothing is open".to_owned(), "Nothing is open".to_owned())
    } else {
        (format!("Open: {}", fold(&open.join("; "))), count)
    };
    let before = match duty.before.as_slice() {
        [] => String::new(),
        names => format!(" Before you: {}.", fold(&names.join(", "))),
    };
    let told = match kind {
        Kind::Start => format!(
            "{}: you are on call for {schedule} from {} to {}.",
            facts.sender(),
            moment(duty.from, facts.zone),
            moment(duty.until, facts.zone)
        ),
        Kind::End => format!("{}: {schedule} handoff from {}.", facts.sender(), fold(&duty.name)),
    };
    let before = if kind == Kind::Start { before } else { String::new() };
    let desk = facts.desk();
    let versions = [
        format!("{told}{before} {whole}. {desk}"),
        format!("{told}{before} {count}. {desk}"),
        format!("{told} {count}. {desk}"),
        format!("{told} {desk}"),
    ];
    let last = versions.last().cloned().unwrap_or_default();
    versions.into_iter().find(|text| segments(text).units <= ONE_SEGMENT).unwrap_or(last)
}

/// The letter of a note: subject and text.
pub fn letter(kind: Kind, duty: &Duty, open: &[String], facts: &Facts<'_>) -> (String, String) {
    let mark = if facts.training { "TRAINING " } else { "" };
    let times = format!("from {} until {}", short(duty.from, facts.zone), short(duty.until, facts.zone));
    let subject = match kind {
        Kind::Start => format!("{mark}{}: you are on call {times}", duty.title),
        Kind::End => format!("{mark}{}: handoff from {}", duty.title, duty.name),
    };
    let mut lines = Vec::new();
    match kind {
        Kind::Start => {
            lines.push(format!("{}, you are on call ({}, {}) {times}.", duty.name, duty.title, duty.role.label));
            lines.push(holders("Before you", &duty.before));
        }
        Kind::End => {
            lines.push(format!("The time on call of {} ({}, {}) has ended.", duty.name, duty.title, duty.role.label));
            lines.push(holders("Now on call", &duty.after));
        }
    }
    let mut text: Vec<String> = lines.iter().map(|line| paragraph("", 0, line)).collect();
    text.push(String::new());
    if open.is_empty() {
        text.push("No page is open.".to_owned());
    } else {
        text.push("Open pages and promises:".to_owned());
        text.extend(open.iter().map(|page| paragraph("  ", 4, page)));
        text.push("page-oncall show CASE tells each one's whole log.".to_owned());
    }
    let end = format!(
        "Times are {}. The {} is {}.",
        facts.zone.name(),
        facts.desk_short,
        phone::display(facts.help_desk_phone)
    );
    text.extend([String::new(), paragraph("", 0, &end)]);
    (subject, text.join("\n") + "\n")
}

fn holders(what: &str, names: &[std::sync::Arc<str>]) -> String {
    if names.is_empty() { format!("{what}: NOBODY.") } else { format!("{what}: {}.", names.join(", ")) }
}

/// The text message about an edited sheet: the first change that concerns the person, and how many more.
pub fn changed(schedule: &str, changes: &[&Change], facts: &Facts<'_>) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let names = |people: &[crate::schedule::on_call::OnCallPerson]| match people {
        [] => "nobody".to_owned(),
        people => people.iter().map(|person| person.name.to_string()).collect::<Vec<_>>().join("/"),
    };
    let more = match changes.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let told = format!(
        "{}: the {} sheet was edited. {}: {} -> {}",
        facts.sender(),
        fold(&schedule.to_uppercase()),
        moment(first.interval.start(), facts.zone),
        fold(&names(&first.before)),
        fold(&names(&first.after))
    );
    let versions = [
        format!("{told}{more}. Wrong? Tell {}", facts.desk()),
        format!("{}: your time on call was changed ({} changes). Ask {}", facts.sender(), changes.len(), facts.desk()),
    ];
    let last = versions.last().cloned().unwrap_or_default();
    versions.into_iter().find(|text| segments(text).units <= ONE_SEGMENT).unwrap_or(last)
}

/// `Fri 27 Nov 6:00pm`.
fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} {}", at.with_timezone(&zone).format("%a %-d %b"), spoken(at, zone))
}

/// What became of one note, for people. `way` is `text`, `mail` or what else it was.
pub fn sent(name: &str, to: &str, way: &str, text: &str, outcome: &str, detail: &str) -> Vec<String> {
    let line = match outcome {
        "training" => format!("TRAINING: nothing was sent. This {way} would go to {name} <{to}>:"),
        "dry-run" => format!("This {way} would go to {name} <{to}>:"),
        "accepted" => format!("{way} to {name} <{to}>"),
        _ => format!("NOT SENT: {way} to {name} <{to}>: {detail}"),
    };
    let mut lines = vec![paragraph("  ", 4, &line)];
    if matches!(outcome, "training" | "dry-run") {
        lines.extend(text.lines().map(|line| format!("    | {}", super::columns::clean(line)).trim_end().to_owned()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::schedule::shift::{Role, RoleRank};

    #[test]
    fn every_note_by_text_is_one_segment_and_says_from_when_to_when() {
        let duty = |before: &[&str]| Duty {
            schedule: "aims".to_owned(),
            title: "AIMS On-call Schedule".to_owned(),
            name: "Ada Ruiz".into(),
            role: Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 },
            phone: None,
            email: None,
            from: "2026-11-23T18:00:00-06:00".parse().unwrap(),
            until: "2026-11-30T07:00:00-06:00".parse().unwrap(),
            before: before.iter().map(|name| (*name).into()).collect(),
            after: Vec::new(),
        };
        let facts = Facts {
            desk_short: "UW HD",
            help_desk_phone: "608-264-4357",
            training: false,
            now: "2026-11-23T18:00:00-06:00".parse().unwrap(),
            zone: Chicago,
        };
        assert_eq!(
            sms(Kind::Start, &duty(&["Ben Ortiz"]), &[], &facts),
            "UW HD: you are on call for AIMS from Mon 23 Nov 6:00pm to Mon 30 Nov 7:00am. Before you: Ben Ortiz. \
             Nothing is open. HD 608-264-4357"
        );
        let open: Vec<String> =
            (0..9).map(|number| format!("123456{number} NOBODY has it, call due 11:42pm")).collect();
        let end = sms(Kind::End, &duty(&[]), &open[..1], &facts);
        assert_eq!(
            end,
            "UW HD: AIMS handoff from Ada Ruiz. Open: 1234560 NOBODY has it, call due 11:42pm. HD 608-264-4357"
        );
        let many = ["A very long name of a person indeed", "Another very long name of a person"];
        for (kind, before, open) in [(Kind::Start, &many[..], &open[..]), (Kind::End, &[][..], &open[..])] {
            let text = sms(kind, &duty(before), open, &facts);
            assert!(segments(&text).units <= ONE_SEGMENT && text.ends_with("HD 608-264-4357"), "{text}");
        }
    }
}
