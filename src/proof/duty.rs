//! Who begins and ends a time on call, as the person sees it? Shifts of one person that follow each other are one duty.
//!
//! A week of nights is one duty and not seven: what lies less than a day apart is joined. So nobody is asked or told
//! each evening what they know since Monday.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::civil::{Interval, IntervalSet};
use crate::schedule::Schedule;
use crate::schedule::plan::Plan;
use crate::schedule::roster::fold;
use crate::schedule::shift::Role;

/// Two shifts of a person with less than this between them are one duty.
pub const REST: TimeDelta = TimeDelta::hours(24);

/// How far ahead a duty is followed to its end.
const AHEAD: TimeDelta = TimeDelta::days(60);

/// A time on call of one person in one role, with the breaks of a day's length left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The schedule, by its name in the settings.
    pub schedule: String,
    /// What people call it.
    pub title: String,
    /// The person.
    pub name: Arc<str>,
    /// In which role.
    pub role: Role,
    /// E.164.
    pub phone: Option<Arc<str>>,
    /// Where e-mail reaches them.
    pub email: Option<Arc<str>>,
    /// When it begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Who held the role until it begins, each once; empty when nobody did.
    pub before: Vec<Arc<str>>,
    /// Who holds the role from its end on, each once; empty when nobody does.
    pub after: Vec<Arc<str>>,
}

/// The duties that share an instant with `window`, by their start, then by name. A duty that begins before the window
/// may have begun earlier still: what is asked is who begins within it.
pub fn duties(schedule: &Schedule, window: Interval) -> Vec<Duty> {
    let early = window.start().checked_sub_signed(REST * 2).unwrap_or(window.start());
    let late = window.end().checked_add_signed(AHEAD).unwrap_or(window.end());
    let Some(wide) = Interval::new(early, late) else { return Vec::new() };
    let plan = Plan::new(schedule, wide, &|_| IntervalSet::default());
    let mut duties: Vec<Duty> = Vec::new();
    for lane in &plan.lanes {
        let first = duties.len();
        for stretch in &lane.stretches {
            let person = &stretch.person;
            let continues = |duty: &&mut Duty| {
                fold(&duty.name) == fold(&person.name)
                    && person.from < duty.until.checked_add_signed(REST).unwrap_or(duty.until)
            };
            let known = duties.get_mut(first..).unwrap_or_default().iter_mut().rev().find(continues);
            if let Some(duty) = known {
                duty.until = duty.until.max(person.until);
                continue;
            }
            duties.push(Duty {
                schedule: schedule.name().to_owned(),
                title: schedule.title().to_owned(),
                name: Arc::clone(&person.name),
                role: person.role.clone(),
                phone: person.phone.clone(),
                email: person.email.clone(),
                from: person.from,
                until: person.until,
                before: Vec::new(),
                after: Vec::new(),
            });
        }
    }
    duties.retain(|duty| duty.from < window.end() && window.start() < duty.until);
    for duty in &mut duties {
        duty.before = holders(schedule, duty, duty.from - TimeDelta::seconds(1));
        duty.after = holders(schedule, duty, duty.until);
    }
    duties.sort_by(|one, other| (one.from, &one.name).cmp(&(other.from, &other.name)));
    duties
}

/// Who holds the duty's role at `at` besides its own person.
fn holders(schedule: &Schedule, duty: &Duty, at: DateTime<Utc>) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    for person in schedule.on_call(at).people {
        let counts = person.role.label == duty.role.label && fold(&person.name) != fold(&duty.name);
        if counts && !names.contains(&person.name) {
            names.push(person.name);
        }
    }
    names
}
