//! Which civil days lie in a span, how long is each, and when does the zone's offset change?
//!
//! For faces that draw or export a span of days: pictures, calendars, windows of "14 days".

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Offset as _, Utc};
use chrono_tz::{OffsetComponents as _, Tz};

use super::{Interval, resolve};

/// A civil day as a span of instants: 24 hours long, but for the days on which clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CivilDay {
    /// Its date.
    pub date: NaiveDate,
    /// From its first instant to the first of the next day.
    pub interval: Interval,
}

/// How far local time is from UTC, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneOffset {
    /// Seconds east of UTC.
    pub seconds: i32,
    /// The abbreviation, for example `CST`.
    pub name: String,
    /// Whether this is daylight saving time.
    pub daylight: bool,
}

/// An instant at which a zone's offset changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The first instant with the new offset.
    pub at: DateTime<Utc>,
    /// The offset until then.
    pub before: ZoneOffset,
    /// The offset from then on.
    pub after: ZoneOffset,
}

/// The first instant of a civil day.
pub fn start_of_day(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    resolve(zone, date.and_time(NaiveTime::MIN)).at
}

/// The same clock time `days` civil days later, whatever the clocks do in between; `None` beyond the calendar.
pub fn days_later(zone: Tz, at: DateTime<Utc>, days: u64) -> Option<DateTime<Utc>> {
    let later = at.with_timezone(&zone).naive_local().checked_add_days(Days::new(days))?;
    Some(if days == 0 { at } else { resolve(zone, later).at })
}

/// The civil days that share an instant with `window`, in order.
pub fn days(zone: Tz, window: Interval) -> Vec<CivilDay> {
    let first = window.start().with_timezone(&zone).date_naive();
    first
        .iter_days()
        .map(|date| (date, date.succ_opt()))
        .map_while(|(date, next)| Some((date, start_of_day(zone, date), start_of_day(zone, next?))))
        .take_while(|(_, start, _)| *start < window.end())
        .filter_map(|(date, start, end)| Some(CivilDay { date, interval: Interval::new(start, end)? }))
        .collect()
}

/// The offset in force at an instant.
pub fn offset_at(zone: Tz, at: DateTime<Utc>) -> ZoneOffset {
    let local = at.with_timezone(&zone);
    ZoneOffset {
        seconds: local.offset().fix().local_minus_utc(),
        name: local.format("%Z").to_string(),
        daylight: !local.offset().dst_offset().is_zero(),
    }
}

/// Every change of the offset after the start of `window` and before its end, in order.
pub fn transitions(zone: Tz, window: Interval) -> Vec<Transition> {
    let mut found = Vec::new();
    let (mut at, mut before) = (window.start(), offset_at(zone, window.start()));
    while at < window.end() {
        let next = at.checked_add_signed(Duration::days(1)).map_or(window.end(), |next| next.min(window.end()));
        let after = offset_at(zone, next);
        if after != before {
            let at = first_with(zone, at, next, &before);
            found.extend((at < window.end()).then(|| Transition { at, before: before.clone(), after: after.clone() }));
        }
        (at, before) = (next, after);
    }
    found
}

/// The first whole second after `from`, up to `until`, at which the offset is no longer `before`.
fn first_with(zone: Tz, mut from: DateTime<Utc>, mut until: DateTime<Utc>, before: &ZoneOffset) -> DateTime<Utc> {
    while until - from > Duration::seconds(1) {
        let middle = from + Duration::seconds((until - from).num_seconds() / 2);
        if offset_at(zone, middle) == *before {
            from = middle;
        } else {
            until = middle;
        }
    }
    // Zones change on whole seconds; the search may stand a fraction after one.
    DateTime::from_timestamp(until.timestamp(), 0).filter(|whole| *whole > from).unwrap_or(until)
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn window(from: &str, until: &str) -> Interval {
        Interval::new(at(from), at(until)).unwrap()
    }

    #[test]
    fn days_have_23_24_or_25_hours() {
        for (from, hours) in [("2026-03-07", [24, 23, 24]), ("2026-10-31", [24, 25, 24])] {
            let first: NaiveDate = from.parse().unwrap();
            let start = start_of_day(Chicago, first);
            let days = days(Chicago, Interval::new(start, start + Duration::hours(72)).unwrap());
            let lengths: Vec<i64> = days.iter().take(3).map(|day| day.interval.length().num_hours()).collect();
            assert_eq!(lengths, hours, "{from}");
        }
    }

    #[test]
    fn a_window_that_ends_at_midnight_does_not_touch_the_next_day() {
        let days = days(Chicago, window("2026-11-22T12:00:00-06:00", "2026-11-24T00:00:00-06:00"));
        let dates: Vec<String> = days.iter().map(|day| day.date.to_string()).collect();
        assert_eq!(dates, ["2026-11-22", "2026-11-23"]);
    }

    #[test]
    fn civil_days_later_keep_the_clock_time_over_both_nights_of_change() {
        for (from, later) in [
            ("2026-10-25T00:00:00-05:00", "2026-11-08T00:00:00-06:00"),
            ("2026-03-01T18:00:00-06:00", "2026-03-15T18:00:00-05:00"),
        ] {
            assert_eq!(days_later(Chicago, at(from), 14), Some(at(later)));
        }
        let second_half_past_one = at("2026-11-01T01:30:00-06:00");
        assert_eq!(days_later(Chicago, second_half_past_one, 0), Some(second_half_past_one));
        assert_eq!(days_later(Chicago, at("2026-11-01T00:00:00Z"), u64::MAX), None);
    }

    #[test]
    fn the_changes_of_a_year_are_found_to_the_second() {
        let found = transitions(Chicago, window("2026-01-01T00:00:00.5Z", "2027-01-01T00:00:00Z"));
        let told: Vec<_> =
            found.iter().map(|change| (change.at, change.before.name.as_str(), change.after.name.as_str())).collect();
        assert_eq!(told, [(at("2026-03-08T08:00:00Z"), "CST", "CDT"), (at("2026-11-01T07:00:00Z"), "CDT", "CST")]);
        assert!(found[0].after.daylight && found[0].after.seconds == -5 * 3_600);
        assert!(!found[1].after.daylight && found[1].after.seconds == -6 * 3_600);
    }

    proptest! {
        #[test]
        fn between_two_changes_nothing_changes(
            zone in prop::sample::select(vec![Chicago, chrono_tz::Europe::Berlin, chrono_tz::Australia::Lord_Howe, chrono_tz::Asia::Tokyo]),
            start in 0_i64..1_000_000_000, days in 1_i64..800, pick in 0_i64..70_000_000,
        ) {
            let start = DateTime::from_timestamp(1_000_000_000 + start, 0).unwrap();
            let window = Interval::new(start, start + Duration::days(days)).unwrap();
            let at = start + Duration::seconds(pick % window.length().num_seconds());
            let found = transitions(zone, window);
            let last = found.iter().rev().find(|change| change.at <= at);
            let expected = last.map_or_else(|| offset_at(zone, start), |change| change.after.clone());
            prop_assert_eq!(offset_at(zone, at), expected);
        }
    }
}
