//! Who is asked the day before whether they are ready, and when is it told who did not answer?
//!
//! A duty is asked about once: the case number of its drill is made of it, and the log says whether there is one.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::duty::Duty;
use super::quiet::QuietHours;
use crate::civil::resolve;
use crate::episode::event::Via;
use crate::episode::state::State;

/// The shortest time that somebody gets to answer.
const SHORTEST: TimeDelta = TimeDelta::minutes(10);

/// When people are asked and when it is told.
#[derive(Debug, Clone, Copy)]
pub struct Hours<'a> {
    /// From which clock time of the day before they are asked.
    pub ask: NaiveTime,
    /// At which clock time of that day it is told who did not reply.
    pub report: NaiveTime,
    /// When nobody is disturbed.
    pub quiet: &'a QuietHours,
    /// The site's zone.
    pub zone: Tz,
}

/// How somebody stands to a duty to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// They were not asked.
    NotAsked,
    /// They were asked and may still answer.
    Waiting,
    /// They said yes.
    Yes(DateTime<Utc>, Via),
    /// They said that they cannot.
    Cannot(DateTime<Utc>),
    /// They did not answer in time.
    Silent,
}

impl Ready {
    /// What the drill's log says.
    pub fn of(state: &State) -> Self {
        match (&state.acknowledged, state.declined.last()) {
            (Some(word), _) => Self::Yes(word.at, word.via),
            (None, Some(word)) => Self::Cannot(word.at),
            (None, None) if state.is_open() && state.exhausted_at.is_none() => Self::Waiting,
            (None, None) => Self::Silent,
        }
    }

    /// Whether nobody can rely on it.
    pub fn is_open_question(self) -> bool {
        !matches!(self, Self::Yes(..))
    }
}

impl Hours<'_> {
    /// Whether the person is to be asked at `now`: from the day before on, unless it is quiet, until it begins.
    pub fn asks(&self, duty: &Duty, now: DateTime<Utc>) -> bool {
        self.is_time(self.ask, duty, now)
    }

    /// Whether it is to be told at `now` who did not answer about this duty.
    pub fn reports(&self, duty: &Duty, now: DateTime<Utc>) -> bool {
        self.is_time(self.report, duty, now)
    }

    /// For how long the person may answer when asked at `now`: until it is told, or until the duty begins.
    pub fn answer_s(&self, duty: &Duty, now: DateTime<Utc>) -> u32 {
        let report = self.time(self.report, duty).filter(|report| *report > now).unwrap_or(duty.from);
        u32::try_from((report.min(duty.from) - now).max(SHORTEST).num_seconds()).unwrap_or(u32::MAX)
    }

    fn is_time(&self, time: NaiveTime, duty: &Duty, now: DateTime<Utc>) -> bool {
        now < duty.from && !self.quiet.is_quiet(now) && self.time(time, duty).is_some_and(|at| at <= now)
    }

    /// A clock time of the day before the duty begins, moved out of the quiet hours.
    fn time(&self, time: NaiveTime, duty: &Duty) -> Option<DateTime<Utc>> {
        let day = duty.from.with_timezone(&self.zone).date_naive().pred_opt()?;
        Some(self.quiet.send_at(resolve(self.zone, day.and_time(time)).at, duty.from))
    }
}

/// The number under which the drill about a duty is kept: the same whenever it is asked for, another when the duty moves.
pub fn case_of(duty: &Duty, zone: Tz, slug: impl Fn(&str) -> String) -> String {
    let from = duty.from.with_timezone(&zone).format("%Y%m%dT%H%M%z");
    format!("READY-{}-{from}-{}-{}", slug(&duty.schedule), slug(&duty.role.label), slug(&duty.name))
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::schedule::shift::{Role, RoleRank};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn duty(from: &str) -> Duty {
        Duty {
            schedule: "aims".to_owned(),
            title: "AIMS".to_owned(),
            name: "Ada Ruiz".into(),
            role: Role { label: "primary".into(), rank: RoleRank::Primary, order: 0 },
            phone: None,
            email: None,
            from: at(from),
            until: at(from) + TimeDelta::hours(13),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    fn time(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    #[test]
    fn people_are_asked_from_the_afternoon_before_until_it_begins_and_never_at_night() {
        let quiet = QuietHours::new(Chicago, QuietHours::weekly("22:00-07:00").unwrap());
        let hours = Hours { ask: time("16:00:00"), report: time("20:00:00"), quiet: &quiet, zone: Chicago };
        let duty = duty("2026-11-27T18:00:00-06:00");
        for (now, asks, reports) in [
            ("2026-11-25T20:00:00-06:00", false, false),
            ("2026-11-26T15:59:59-06:00", false, false),
            ("2026-11-26T16:00:00-06:00", true, false),
            ("2026-11-26T20:00:00-06:00", true, true),
            ("2026-11-26T22:00:00-06:00", false, false),
            ("2026-11-27T06:59:59-06:00", false, false),
            ("2026-11-27T07:00:00-06:00", true, true),
            ("2026-11-27T18:00:00-06:00", false, false),
        ] {
            assert_eq!((hours.asks(&duty, at(now)), hours.reports(&duty, at(now))), (asks, reports), "{now}");
        }
        assert_eq!(hours.answer_s(&duty, at("2026-11-26T16:00:00-06:00")), 4 * 3_600);
        assert_eq!(hours.answer_s(&duty, at("2026-11-27T08:00:00-06:00")), 10 * 3_600);
        assert_eq!(hours.answer_s(&duty, at("2026-11-27T17:59:00-06:00")), 600, "never less than ten minutes");
    }

    #[test]
    fn an_hour_of_asking_that_is_quiet_is_moved_and_a_change_of_clocks_moves_nothing() {
        let quiet = QuietHours::new(Chicago, QuietHours::weekly("15:00-17:00").unwrap());
        let hours = Hours { ask: time("16:00:00"), report: time("20:00:00"), quiet: &quiet, zone: Chicago };
        let evening = duty("2026-11-27T18:00:00-06:00");
        assert!(!hours.asks(&evening, at("2026-11-26T16:30:00-06:00")));
        assert!(hours.asks(&evening, at("2026-11-26T17:00:00-06:00")), "it waits until the quiet hours end");
        // The day before the clocks go back: 16:00 is 16:00 of that day, in summer time.
        let sunday = duty("2026-11-01T18:00:00-06:00");
        assert!(
            !hours.asks(&sunday, at("2026-10-31T14:59:59-05:00"))
                && hours.asks(&sunday, at("2026-10-31T17:00:00-05:00"))
        );
    }

    #[test]
    fn a_duty_that_moves_is_another_question() {
        let slug = |text: &str| text.to_uppercase().replace(' ', "-");
        let case = case_of(&duty("2026-11-27T18:00:00-06:00"), Chicago, slug);
        assert_eq!(case, "READY-AIMS-20261127T1800-0600-PRIMARY-ADA-RUIZ");
        assert_ne!(
            case_of(&duty("2026-11-01T01:30:00-05:00"), Chicago, slug),
            case_of(&duty("2026-11-01T01:30:00-06:00"), Chicago, slug)
        );
    }
}
