//! What is to be told at the beginning and the end of a time on call? Planned from the duties, the clock and the settings.
//!
//! Each note has a key, made of the duty: what was told by that key is not told again, and a duty that moves is another.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::duty::Duty;
use super::quiet::QuietHours;
use crate::civil::resolve;

/// For how long after its time a note may still leave: a job that failed for a night catches up.
const STILL_NEWS: TimeDelta = TimeDelta::hours(24);

/// When somebody is told that they are on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// When it begins.
    AtStart,
    /// The day before, at this clock time.
    DayBefore(NaiveTime),
}

/// What the site wants told, and when nobody is disturbed.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// When somebody is told that they are on call; `None` is never.
    pub start: Option<Told>,
    /// Whether it is told at the end what is still open.
    pub end: bool,
    /// When nobody is disturbed.
    pub quiet: &'a QuietHours,
    /// The site's zone.
    pub zone: Tz,
}

/// A note that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due<'a> {
    /// What it tells.
    pub kind: Kind,
    /// The duty it is about.
    pub duty: &'a Duty,
}

/// What a note tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// You are on call from then to then.
    Start,
    /// It has ended; this is still open.
    End,
}

impl Due<'_> {
    /// What is remembered of it; the same whenever it is planned.
    pub fn key(&self, mode: &str) -> String {
        let (kind, at) = match self.kind {
            Kind::Start => ("start", self.duty.from),
            Kind::End => ("end", self.duty.until),
        };
        let Duty { schedule, role, name, .. } = self.duty;
        format!("handoff/{mode}/{kind}/{schedule}/{}/{}/{}", role.label, name.to_lowercase(), at.timestamp())
    }
}

/// The notes to be sent at `now`, those about beginnings first.
pub fn due<'a>(duties: &'a [Duty], now: DateTime<Utc>, wanted: &Wanted<'_>) -> Vec<Due<'a>> {
    if wanted.quiet.is_quiet(now) {
        return Vec::new();
    }
    let starts =
        duties.iter().filter(|duty| start_is_due(duty, now, wanted)).map(|duty| Due { kind: Kind::Start, duty });
    let ends = duties.iter().filter(|duty| end_is_due(duty, now, wanted)).map(|duty| Due { kind: Kind::End, duty });
    starts.chain(ends).collect()
}

/// From the wanted time on, for a day after the beginning at most: late is better than never.
fn start_is_due(duty: &Duty, now: DateTime<Utc>, wanted: &Wanted<'_>) -> bool {
    let at = match wanted.start {
        None => return false,
        Some(Told::AtStart) => Some(duty.from),
        Some(Told::DayBefore(time)) => {
            let day = duty.from.with_timezone(&wanted.zone).date_naive().pred_opt();
            day.map(|day| resolve(wanted.zone, day.and_time(time)).at)
        }
    };
    at.is_some_and(|at| wanted.quiet.send_at(at, duty.from) <= now) && now < duty.until && now - duty.from < STILL_NEWS
}

/// Once it has ended, for a day at most. What is quiet then waits until it is not: it is about the past.
fn end_is_due(duty: &Duty, now: DateTime<Utc>, wanted: &Wanted<'_>) -> bool {
    wanted.end && duty.until <= now && now - duty.until < STILL_NEWS
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::schedule::shift::{Role, RoleRank};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn duty(from: &str, until: &str) -> Duty {
        Duty {
            schedule: "aims".to_owned(),
            title: "AIMS".to_owned(),
            name: "Ada Ruiz".into(),
            role: Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 },
            phone: None,
            email: None,
            from: at(from),
            until: at(until),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// What is due at each time, as the first letters of the kinds.
    fn told(duty: &Duty, start: Option<Told>, times: &[(&str, &str)]) {
        let quiet = QuietHours::new(Chicago, QuietHours::weekly("22:00-07:00").unwrap());
        let wanted = Wanted { start, end: true, quiet: &quiet, zone: Chicago };
        for (now, expected) in times {
            let due = due(std::slice::from_ref(duty), at(now), &wanted);
            let kinds: String = due.iter().map(|it| if it.kind == Kind::Start { 's' } else { 'e' }).collect();
            assert_eq!(kinds, *expected, "{now}");
        }
    }

    #[test]
    fn a_beginning_is_told_when_it_begins_and_an_end_when_it_ends() {
        let duty = duty("2026-11-23T18:00:00-06:00", "2026-11-30T07:00:00-06:00");
        told(
            &duty,
            Some(Told::AtStart),
            &[
                ("2026-11-23T17:59:59-06:00", ""),
                ("2026-11-23T18:00:00-06:00", "s"),
                ("2026-11-23T22:00:00-06:00", ""),
                ("2026-11-24T07:00:00-06:00", "s"),
                ("2026-11-24T18:00:00-06:00", ""),
                ("2026-11-30T06:59:59-06:00", ""),
                ("2026-11-30T07:00:00-06:00", "e"),
                ("2026-12-01T07:00:00-06:00", ""),
            ],
        );
        told(&duty, None, &[("2026-11-23T18:00:00-06:00", ""), ("2026-11-30T07:00:00-06:00", "e")]);
    }

    #[test]
    fn what_begins_or_ends_at_night_is_told_before_it_or_after_it() {
        let duty = duty("2026-11-23T00:00:00-06:00", "2026-11-24T00:00:00-06:00");
        told(
            &duty,
            Some(Told::AtStart),
            &[
                ("2026-11-22T21:29:59-06:00", ""),
                ("2026-11-22T21:30:00-06:00", "s"),
                ("2026-11-22T22:00:00-06:00", ""),
                ("2026-11-23T07:00:00-06:00", "s"),
                ("2026-11-24T03:00:00-06:00", ""),
                ("2026-11-24T07:00:00-06:00", "e"),
            ],
        );
    }

    #[test]
    fn the_evening_before_is_a_clock_time_on_the_days_on_which_clocks_change_too() {
        let six = NaiveTime::from_hms_opt(18, 0, 0).unwrap();
        let spring = duty("2026-03-09T07:00:00-05:00", "2026-03-16T07:00:00-05:00");
        let times = [("2026-03-08T17:59:59-05:00", ""), ("2026-03-08T18:00:00-05:00", "s")];
        told(&spring, Some(Told::DayBefore(six)), &times);
        let autumn = duty("2026-11-01T07:00:00-06:00", "2026-11-08T07:00:00-06:00");
        let times = [("2026-10-31T17:59:59-05:00", ""), ("2026-10-31T18:00:00-05:00", "s")];
        told(&autumn, Some(Told::DayBefore(six)), &times);
    }

    #[test]
    fn a_duty_that_moves_is_told_anew() {
        let key = |from| Due { kind: Kind::Start, duty: &duty(from, "2026-11-30T07:00:00-06:00") }.key("live");
        assert_eq!(key("2026-11-23T18:00:00-06:00"), "handoff/live/start/aims/primary/ada ruiz/1795478400");
        assert_ne!(key("2026-11-23T18:00:00-06:00"), key("2026-11-24T18:00:00-06:00"));
    }
}
