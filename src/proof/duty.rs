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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::shift::{Holder, RoleRank, RowReference, Shift, ShiftKind};

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_392_000 + hour * 3_600, 0).unwrap()
    }

    fn schedule(rows: &[(i64, i64, &str)]) -> Schedule {
        let shift = |(number, (from, until, name)): (u32, &(i64, i64, &str))| Shift {
            interval: Interval::new(hour(*from), hour(*until)).unwrap(),
            role: Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 },
            kind: ShiftKind::Shift,
            holders: vec![Holder { name: (*name).into(), phone: None, email: None, known: true }],
            row: Arc::new(RowReference {
                sheet: "Nov".into(),
                row: number,
                cell: format!("C{number}"),
                text: (*name).to_owned(),
            }),
            note: String::new(),
        };
        Schedule::new("aims", "AIMS", (2..).zip(rows).map(shift).collect(), Vec::new(), &[])
    }

    /// The duties of a day, as `name from-until before>after`, in hours.
    fn on(rows: &[(i64, i64, &str)], from: i64) -> Vec<String> {
        let window = Interval::new(hour(from), hour(from + 24)).unwrap();
        let hours = |at: DateTime<Utc>| (at - hour(0)).num_hours();
        let line = |duty: &Duty| {
            let (from, until) = (hours(duty.from), hours(duty.until));
            format!("{} {from}-{until} {}>{}", duty.name, duty.before.join("+"), duty.after.join("+"))
        };
        duties(&schedule(rows), window).iter().map(line).collect()
    }

    #[test]
    fn a_week_of_nights_is_one_duty_and_a_day_off_makes_two() {
        let nights: Vec<(i64, i64, &str)> = (0..7).map(|day| (day * 24 + 18, day * 24 + 31, "Ada")).collect();
        let all = [nights.as_slice(), &[(7 * 24 + 18, 7 * 24 + 31, "Bo")]].concat();
        assert_eq!(on(&all, 0), ["Ada 18-175 >"], "until the last morning");
        assert_eq!(on(&all, 7 * 24), ["Ada 114-175 >", "Bo 186-199 >"], "the day on which it changes hands");
        assert_eq!(on(&[(0, 10, "Ada"), (34, 40, "Ada")], 0), ["Ada 0-10 >"], "a whole day apart");
        assert_eq!(on(&[(0, 10, "Ada"), (33, 40, "ada")], 0), ["Ada 0-40 >"]);
    }

    #[test]
    fn a_duty_says_who_held_it_before_and_who_holds_it_after() {
        let rows = [(0, 24, "Ada"), (24, 48, "Bo"), (24, 48, "Cy"), (48, 72, "Ada")];
        assert_eq!(on(&rows, 24), ["Bo 24-48 Ada>Ada", "Cy 24-48 Ada>Ada"]);
        assert_eq!(on(&rows, 0), ["Ada 0-24 >Bo+Cy"]);
    }

    #[test]
    fn whoever_is_on_call_for_good_never_begins_again() {
        let days: Vec<(i64, i64, &str)> = (0..60).map(|day| (day * 24, day * 24 + 24, "Ada")).collect();
        let window = Interval::new(hour(720), hour(744)).unwrap();
        let found = duties(&schedule(&days), window);
        assert_eq!(found.len(), 1);
        assert!(found[0].from < window.start() - REST, "it seems to begin earlier, never within the window");
    }
}
