//! What did the checks of schedules and people find: who would be paged in the coming days, and does the way to them hold?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::doctor::finding;
use super::opt_outs::start_at;
use super::time::{short, span};
use super::{phone, simulation};
use crate::civil::Interval;
use crate::decision::ladder::{Channel, Contact};
use crate::decision::ladder_lint::DeadStep;
use crate::proof::finding::{Finding, Severity};
use crate::schedule::loaded::LoadedSchedule;

/// Somebody who is on call in the coming days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Their name.
    pub name: String,
    /// The schedule, by its name in the settings.
    pub schedule: String,
    /// E.164.
    pub phone: Option<String>,
    /// Where e-mail reaches them.
    pub email: Option<String>,
    /// When they are first on call from now on.
    pub from: DateTime<Utc>,
    /// Whether the number probably takes calls only: a campus line, or one with an extension (domain 6 rows 33, 34).
    pub landline: bool,
    /// When their number last proved to reach them.
    pub confirmed: Option<DateTime<Utc>>,
}

/// What people are judged with.
#[derive(Debug, Clone, Copy)]
pub struct Night<'a> {
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Until when a finding is about the coming night.
    pub tonight: DateTime<Utc>,
    /// The channels that messages can leave by.
    pub channels: &'a [Channel],
    /// After how many days without a word from it a number counts as unconfirmed.
    pub confirm_days: u32,
    /// The site's zone.
    pub zone: Tz,
}

impl Night<'_> {
    /// What would keep a page from reaching tonight is an error; what lies later, a warning.
    fn weight(&self, from: DateTime<Utc>) -> Severity {
        if from < self.tonight { Severity::Error } else { Severity::Warning }
    }

    fn has(&self, channel: Channel) -> bool {
        self.channels.contains(&channel)
    }
}

/// Whether a page would reach somebody who is on call soon.
pub fn person(who: &Coming, night: &Night<'_>) -> Finding {
    let about = format!("{} ({}), from {}", who.name, who.schedule, short(who.from, night.zone));
    let Some(number) = &who.phone else {
        let found =
            if who.email.is_some() { "no phone number; a mail wakes nobody" } else { "no number and no address" };
        return finding(night.weight(who.from), "person-number", about, found, "put the number into contacts.csv");
    };
    let number = phone::display(number);
    if who.landline && !night.has(Channel::Voice) {
        return finding(
            night.weight(who.from),
            "person-landline",
            about,
            format!("{number} is a campus line or has an extension: it takes calls, and this site sends texts only"),
            "give them a mobile number in contacts.csv",
        );
    }
    if who.landline {
        return finding(
            Severity::Warning,
            "person-landline",
            about,
            format!("{number} is a campus line or has an extension: it takes calls, no texts"),
            "give them a mobile number in contacts.csv, or channels voice",
        );
    }
    match who.confirmed {
        Some(at) => {
            finding(Severity::Ok, "person", about, format!("{number}, confirmed {}", short(at, night.zone)), "")
        }
        None => finding(
            Severity::Warning,
            "person-unconfirmed",
            about,
            format!("{number} was not confirmed in the last {} days", night.confirm_days),
            format!("page-oncall drill \"{}\"", who.name),
        ),
    }
}

/// Whether leadership can be alarmed.
pub fn leader(contact: &Contact, night: &Night<'_>) -> Finding {
    let about = format!("leadership: {}", contact.name);
    let ways: Vec<&str> = [
        (contact.phone.is_some() && (night.has(Channel::Sms) || night.has(Channel::Voice)), "number"),
        (contact.email.is_some() && night.has(Channel::Email), "e-mail"),
        (!contact.also.is_empty(), "chat or push"),
    ]
    .into_iter()
    .filter_map(|(has, word)| has.then_some(word))
    .collect();
    if ways.is_empty() {
        let todo = "give them phone and email under [[leadership]]";
        return finding(Severity::Error, "leadership", about, "no way of this site reaches them", todo);
    }
    finding(Severity::Ok, "leadership", about, format!("reached by {}", ways.join(" and ")), "")
}

/// Nobody stands above the technicians.
pub fn no_leadership() -> Finding {
    finding(
        Severity::Error,
        "leadership",
        "leadership",
        "nobody is named: a page that no technician takes would alarm nobody",
        "add [[leadership]] with name and phone",
    )
}

/// How old a schedule's reading is, and its last good copy. `seen` is when that was last seen; `None` when none is kept.
pub fn schedule(loaded: &LoadedSchedule, seen: Option<DateTime<Utc>>, now: DateTime<Utc>, zone: Tz) -> Finding {
    let about = format!("schedule {}", loaded.name);
    let why = || loaded.provenance.fault.iter().chain(loaded.problems()).next().map(super::problems::message);
    let kept = seen.map_or_else(
        || "no copy is kept".to_owned(),
        |seen| format!("its copy was last seen {} ago", span(now - seen)),
    );
    if loaded.schedule.is_err() {
        return finding(
            Severity::Unknown,
            "schedule",
            about,
            format!("nobody can tell who is on call: {}", why().unwrap_or_else(|| "it cannot be read".to_owned())),
            format!("page-oncall gaps {} lists what is wrong", loaded.name),
        );
    }
    if loaded.from_cache {
        let severity = if loaded.stale { Severity::Error } else { Severity::Warning };
        return finding(
            severity,
            "schedule",
            about,
            format!(
                "the copy read {} answers, since the sheet cannot be used: {}",
                short(loaded.read_at, zone),
                why().unwrap_or_else(|| "it cannot be read".to_owned())
            ),
            "mend the sheet, or the way to it",
        );
    }
    match seen {
        Some(_) => finding(Severity::Ok, "schedule", about, format!("read now; {kept}"), ""),
        None => finding(
            Severity::Warning,
            "schedule",
            about,
            format!("read now; {kept}, so nothing answers when the sheet fails"),
            "let cron run page-oncall sync every ten minutes",
        ),
    }
}

/// The holes of the coming days.
pub fn holes(name: &str, holes: &[Interval], night: &Night<'_>) -> Finding {
    let about = format!("schedule {name}, the next 7 days");
    let Some(first) = holes.first() else {
        return finding(Severity::Ok, "holes", about, "somebody is on call in every needed hour", "");
    };
    let more = match holes.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    finding(
        night.weight(first.start()),
        "holes",
        about,
        format!(
            "NOBODY is on call from {} until {}{more}",
            short(first.start(), night.zone),
            short(first.end(), night.zone)
        ),
        format!("fill the sheet; page-oncall gaps {name} lists every hole"),
    )
}

/// A step of the ladder that no page can use; an error when no other one is left.
pub fn dead_step(dead: &DeadStep, all: bool) -> Finding {
    let severity = if all { Severity::Error } else { Severity::Warning };
    let todo = "correct [ladder] steps; page-oncall simulate shows what a page would do";
    finding(severity, "dead-step", "ladder", simulation::dead_step(dead), todo)
}

/// Somebody whose texts are blocked. Whoever is to be reached in the coming days is only called until START; without
/// calls they are not reached.
pub fn texts_blocked(
    name: &str,
    since: DateTime<Utc>,
    sender: Option<&str>,
    is_needed: bool,
    has_voice: bool,
    zone: Tz,
) -> Finding {
    let (severity, until_then) = match (is_needed, has_voice) {
        (true, false) => {
            (Severity::Error, "this site makes no calls, so only e-mail and the desk's own telephone reach them")
        }
        _ => (Severity::Warning, "until then they are called instead"),
    };
    finding(
        severity,
        "texts-blocked",
        format!("texts to {name}"),
        format!("blocked since {} (STOP)", short(since, zone)),
        format!("they must text START to {}; {until_then}", start_at(sender)),
    )
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use chrono_tz::America::Chicago;

    use super::*;

    fn judged(change: impl FnOnce(&mut Coming), channels: &[Channel]) -> (Severity, &'static str) {
        let now: DateTime<Utc> = "2026-11-22T18:00:00Z".parse().unwrap();
        let mut who = Coming {
            name: "Ada Ruiz".to_owned(),
            schedule: "aims".to_owned(),
            phone: Some("+16085550101".to_owned()),
            email: None,
            from: now,
            landline: false,
            confirmed: Some(now),
        };
        change(&mut who);
        let tonight = now + TimeDelta::hours(24);
        let finding = person(&who, &Night { now, tonight, channels, confirm_days: 35, zone: Chicago });
        (finding.severity, finding.code)
    }

    #[test]
    fn a_person_without_a_confirmed_number_is_found_and_weighs_by_the_night() {
        use Channel::{Sms, Voice};
        use Severity::{Error, Ok, Warning};
        let later = |who: &mut Coming| who.from += TimeDelta::days(3);
        assert_eq!(judged(|_| {}, &[Sms]), (Ok, "person"));
        assert_eq!(judged(|who| who.confirmed = None, &[Sms]), (Warning, "person-unconfirmed"));
        assert_eq!(judged(|who| who.phone = None, &[Sms]), (Error, "person-number"));
        assert_eq!(
            judged(
                |who| {
                    who.phone = None;
                    later(who);
                },
                &[Sms]
            ),
            (Warning, "person-number")
        );
        assert_eq!(judged(|who| who.landline = true, &[Sms]), (Error, "person-landline"));
        assert_eq!(judged(|who| who.landline = true, &[Sms, Voice]), (Warning, "person-landline"));
    }
}
