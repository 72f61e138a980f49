//! Who is on call now in one schedule, until when, and who is next? One glance at a schedule, with the age of its sheet.

use chrono::{DateTime, TimeDelta, Utc};

use super::minute_of;
use crate::decision::ladder::same_name;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::{OnCallPerson, Status};
use crate::schedule::shift::ShiftKind;
use crate::wording::problems;

/// One schedule at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its name in the settings.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What the answer amounts to.
    pub status: Status,
    /// The people of the required roles, who are paged first.
    pub first: Vec<Person>,
    /// Everybody else on call.
    pub others: Vec<Person>,
    /// When a hole ends; `None` when there is none, or no end of it.
    pub hole_until: Option<DateTime<Utc>>,
    /// The next instant at which the people differ; `None` when the sheet has nothing later.
    pub next: Option<Next>,
    /// How old the reading is.
    pub sheet: Sheet,
}

/// One person on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their role as the sheet writes it; several are joined.
    pub role: String,
    /// E.164.
    pub phone: Option<String>,
    /// Until when; with several roles, until the first of them ends.
    pub until: DateTime<Utc>,
    /// Whether an override put them there.
    pub is_override: bool,
    /// Whether texts to them are blocked with STOP.
    pub is_blocked: bool,
}

/// The next change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// When.
    pub at: DateTime<Utc>,
    /// The people from then on; empty when nobody is.
    pub people: Vec<Person>,
}

/// How old what is shown of a schedule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// When its source was last found to say this.
    pub read_at: DateTime<Utc>,
    /// How long ago, in whole minutes.
    pub age_minutes: i64,
    /// Whether the saved copy answers.
    pub is_copy: bool,
    /// Whether it is older than the settings allow.
    pub is_stale: bool,
    /// Whether it can be used at all.
    pub is_usable: bool,
    /// Why the sheet cannot be used, or the copy answers; empty when all is well.
    pub why: Vec<String>,
}

impl Duty {
    /// The schedule at `now`. `read_at` is when its source was last found to say this, `stale_after` from which age it
    /// is stale; `is_blocked` knows numbers that block texts.
    pub fn new(
        loaded: &LoadedSchedule,
        read_at: DateTime<Utc>,
        stale_after: TimeDelta,
        now: DateTime<Utc>,
        is_blocked: &dyn Fn(Option<&str>) -> bool,
    ) -> Self {
        let answer = loaded.on_call(now);
        let person = |person: &OnCallPerson| Person::new(person, is_blocked);
        let (first, others): (Vec<_>, Vec<_>) =
            answer.people.iter().enumerate().partition(|(place, _)| answer.required.contains(place));
        let people = |those: Vec<(usize, &OnCallPerson)>| joined(those.into_iter().map(|(_, it)| person(it)));
        let why = match &loaded.schedule {
            Ok(_) => loaded.provenance.fault.iter().map(problems::message).collect(),
            Err(problems) => problems.iter().map(problems::message).collect(),
        };
        let age = now - read_at;
        Self {
            name: loaded.name.clone(),
            title: loaded.title.clone(),
            status: answer.status,
            first: people(first),
            others: people(others),
            hole_until: answer.gap.and_then(|hole| hole.until),
            next: answer.next.as_ref().map(|next| Next { at: next.at, people: joined(next.people.iter().map(person)) }),
            sheet: Sheet {
                read_at: minute_of(read_at),
                age_minutes: (minute_of(now) - minute_of(read_at)).num_minutes().max(0),
                is_copy: loaded.from_cache,
                is_stale: loaded.stale || age > stale_after,
                is_usable: loaded.schedule.is_ok(),
                why,
            },
        }
    }

    /// Whether nobody who must be there is, or nobody can tell.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Gap | Status::Unusable)
    }
}

/// The people, somebody with several roles once.
fn joined(people: impl Iterator<Item = Person>) -> Vec<Person> {
    let mut joined: Vec<Person> = Vec::new();
    for person in people {
        let same = |other: &&mut Person| same_name(&other.name, &person.name) && other.phone == person.phone;
        match joined.iter_mut().find(same) {
            Some(other) => {
                other.role = format!("{} and {}", other.role, person.role);
                other.until = other.until.min(person.until);
            }
            None => joined.push(person),
        }
    }
    joined
}

impl Person {
    fn new(person: &OnCallPerson, is_blocked: &dyn Fn(Option<&str>) -> bool) -> Self {
        Self {
            name: person.name.to_string(),
            role: person.role.label.to_string(),
            phone: person.phone.as_deref().map(str::to_owned),
            until: person.until,
            is_override: person.kind == ShiftKind::Override,
            is_blocked: is_blocked(person.phone.as_deref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_with_two_roles_is_one_person() {
        let person = |role: &str, hour: u32| Person {
            name: "Ada Ruiz".to_owned(),
            role: role.to_owned(),
            phone: None,
            until: format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap(),
            is_override: false,
            is_blocked: false,
        };
        let other = Person { phone: Some("+16085550101".to_owned()), ..person("manager", 9) };
        let people = joined([person("primary", 9), person("secondary", 7), other.clone()].into_iter());
        assert_eq!(people, [Person { role: "primary and secondary".to_owned(), ..person("primary", 7) }, other]);
    }
}
