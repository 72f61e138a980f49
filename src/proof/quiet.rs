//! Is it a time at which nobody is disturbed for something that can wait? Drills, notes and letters ask; pages never do.
//!
//! A note that falls into quiet hours waits until they end, or goes out before they begin when waiting would make it
//! late: see [`QuietHours::send_at`].

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::civil::{HolidayCalendar, HoursError, Interval, OpeningHours, WeeklyHours};

/// How long before quiet hours a note leaves that cannot wait for their end: jobs that run every ten minutes meet it.
const AHEAD: TimeDelta = TimeDelta::minutes(30);

/// The longest run of quiet hours that is looked through.
const REACH: TimeDelta = TimeDelta::days(8);

/// The quiet hours of a site, in its zone. Half-open: at 07:00:00 hours that end at 07:00 are over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietHours {
    hours: OpeningHours,
}

impl QuietHours {
    /// Reads `22:00-07:00` (every day), `never`, or hours by weekdays as `Sun-Thu 22:00-07:00, Fri-Sat 22:00-09:00`.
    pub fn weekly(text: &str) -> Result<WeeklyHours, HoursError> {
        WeeklyHours::parse(&format!("daily {text}")).or_else(|_| WeeklyHours::parse(text))
    }

    /// These hours in `zone`.
    pub fn new(zone: Tz, weekly: WeeklyHours) -> Self {
        Self { hours: OpeningHours::new(zone, weekly, HolidayCalendar::default()) }
    }

    /// Whether `at` is quiet.
    pub fn is_quiet(&self, at: DateTime<Utc>) -> bool {
        self.hours.is_open(at)
    }

    /// The quiet hours round `at`, as long as they last; `None` when it is not quiet, or quiet for a week and more.
    pub fn around(&self, at: DateTime<Utc>) -> Option<Interval> {
        let window = Interval::new(at.checked_sub_signed(REACH)?, at.checked_add_signed(REACH)?)?;
        let spans = self.hours.open_within(window);
        let span = *spans.spans().iter().find(|span| span.contains(at))?;
        (span.start() > window.start() && span.end() < window.end()).then_some(span)
    }

    /// When something wanted at `wanted` is to be sent that is about `about`: then, unless that is quiet. Else when the
    /// quiet hours end, if that is no later than `about`; else half an hour before they begin.
    pub fn send_at(&self, wanted: DateTime<Utc>, about: DateTime<Utc>) -> DateTime<Utc> {
        match self.around(wanted) {
            None => wanted,
            Some(quiet) if quiet.end() <= about => quiet.end(),
            Some(quiet) => quiet.start() - AHEAD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::Chicago;

    fn quiet(text: &str) -> QuietHours {
        QuietHours::new(Chicago, QuietHours::weekly(text).unwrap())
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_is_quiet_up_to_its_end_and_not_at_it() {
        let quiet = quiet("22:00-07:00");
        for (time, is_quiet) in [
            ("2026-11-22T21:59:59-06:00", false),
            ("2026-11-22T22:00:00-06:00", true),
            ("2026-11-23T06:59:59-06:00", true),
            ("2026-11-23T07:00:00-06:00", false),
        ] {
            assert_eq!(quiet.is_quiet(at(time)), is_quiet, "{time}");
        }
        let night = quiet.around(at("2026-11-23T03:00:00-06:00")).unwrap();
        assert_eq!(
            (night.start(), night.end()),
            (at("2026-11-22T22:00:00-06:00"), at("2026-11-23T07:00:00-06:00")),
            "both sides of midnight are one night"
        );
    }

    #[test]
    fn the_nights_on_which_clocks_change_last_eight_and_ten_hours() {
        let quiet = quiet("22:00-07:00");
        for (inside, hours) in [("2026-03-08T09:30:00Z", 8), ("2026-11-01T06:30:00Z", 10), ("2026-11-22T08:00:00Z", 9)]
        {
            assert_eq!(quiet.around(at(inside)).unwrap().length(), TimeDelta::hours(hours), "{inside}");
        }
        // Hours that begin and end within the hour that exists twice: by the first of both readings, as everywhere.
        let short = QuietHours::new(Chicago, QuietHours::weekly("00:30-01:30").unwrap());
        let night = short.around(at("2026-11-01T05:45:00Z")).unwrap();
        assert_eq!(night.length(), TimeDelta::hours(1));
        // Hours that begin in the hour that does not exist begin when it is over.
        let jump = QuietHours::new(Chicago, QuietHours::weekly("02:30-04:00").unwrap());
        let night = jump.around(at("2026-03-08T08:15:00Z")).unwrap();
        assert_eq!((night.start(), night.end()), (at("2026-03-08T08:00:00Z"), at("2026-03-08T09:00:00Z")));
    }

    #[test]
    fn what_falls_into_the_night_waits_unless_that_is_too_late() {
        let quiet = quiet("22:00-07:00");
        let evening = at("2026-11-22T18:00:00-06:00");
        assert_eq!(quiet.send_at(evening, evening), evening);
        let (midnight, seven) = (at("2026-11-23T00:00:00-06:00"), at("2026-11-23T07:00:00-06:00"));
        assert_eq!(quiet.send_at(midnight, midnight), at("2026-11-22T21:30:00-06:00"), "a shift that begins at 0:00");
        assert_eq!(quiet.send_at(midnight, seven), seven);
        assert_eq!(quiet.send_at(midnight, at("2026-11-23T18:00:00-06:00")), seven);
    }

    #[test]
    fn hours_may_differ_by_weekday_be_none_or_all() {
        let weekend = quiet("Sun-Thu 22:00-07:00, Fri-Sat 22:00-09:00");
        assert!(
            weekend.is_quiet(at("2026-11-22T08:30:00-06:00")) && !weekend.is_quiet(at("2026-11-23T08:30:00-06:00"))
        );
        assert!(!quiet("never").is_quiet(at("2026-11-23T03:00:00-06:00")));
        let always = quiet("always");
        assert!(always.is_quiet(at("2026-11-23T12:00:00-06:00")));
        assert_eq!(always.around(at("2026-11-23T12:00:00-06:00")), None);
        assert!(QuietHours::weekly("22-7").is_err());
    }
}
