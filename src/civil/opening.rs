//! Is a desk open at an instant, and when does it open next? Weekly hours minus closed holidays (A7, A21; domain 1.9 rows 3 and 4).

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::{HolidayCalendar, Interval, IntervalSet, WeeklyHours, resolve};

/// How far ahead the next opening is looked for: longer than any run of closed days a desk survives.
const HORIZON_DAYS: u64 = 400;

/// The hours of one desk in one zone. Half-open: at 18:00:00 a desk that closes at 18:00 is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours {
    zone: Tz,
    weekly: WeeklyHours,
    holidays: HolidayCalendar,
}

impl OpeningHours {
    /// The desk open at `weekly` hours, but not on the closed days of `holidays`.
    pub fn new(zone: Tz, weekly: WeeklyHours, holidays: HolidayCalendar) -> Self {
        Self { zone, weekly, holidays }
    }

    /// Whether the desk is open at `at`.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let date = at.with_timezone(&self.zone).date_naive();
        self.blocks_on(date).any(|block| block.contains(at))
    }

    /// The first instant after `at` at which the desk opens; `None` when it does not within 400 days.
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = at.with_timezone(&self.zone).date_naive();
        // A desk that is open round the clock has no opening; blocks that touch are one.
        let end = Interval::new(at, at + chrono::Duration::days(i64::try_from(HORIZON_DAYS).unwrap_or(i64::MAX)))?;
        (0..HORIZON_DAYS)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .flat_map(|date| self.blocks_on(date))
            .filter(|block| block.start() > at && block.start() < end.end())
            .map(|block| block.start())
            .find(|start| !self.is_open(*start - chrono::Duration::nanoseconds(1)))
    }

    /// The open instants within `window`.
    pub fn open_within(&self, window: Interval) -> IntervalSet {
        let first = window.start().with_timezone(&self.zone).date_naive();
        let last = window.end().with_timezone(&self.zone).date_naive();
        IntervalSet::of(
            first
                .iter_days()
                .take_while(|date| *date <= last)
                .flat_map(|date| self.blocks_on(date))
                .filter_map(|block| block.intersection(&window)),
        )
    }

    /// The holiday on the civil day of `at`, if one is listed.
    pub fn holiday_at(&self, at: DateTime<Utc>) -> Option<&super::Holiday> {
        self.holidays.on(at.with_timezone(&self.zone).date_naive())
    }

    fn blocks_on(&self, date: NaiveDate) -> impl Iterator<Item = Interval> {
        let blocks = if self.holidays.is_closed(date) { &[] } else { self.weekly.on(date) };
        blocks.iter().filter_map(move |block| {
            let end = match block.until {
                Some(time) => date.and_time(time),
                None => date.succ_opt()?.and_time(NaiveTime::MIN),
            };
            Interval::new(resolve(self.zone, date.and_time(block.from)).at, resolve(self.zone, end).at)
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use chrono_tz::America::Chicago;
    use proptest::prelude::*;

    use super::super::Holiday;
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn desk(hours: &str) -> OpeningHours {
        let mut holidays = HolidayCalendar::default();
        let closed = ["2026-11-26", "2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01", "2027-01-18"];
        for (date, closed) in closed.into_iter().map(|date| (date, true)).chain([("2026-11-27", false)]) {
            holidays.insert(date.parse().unwrap(), Holiday { name: "holiday".to_owned(), closed });
        }
        OpeningHours::new(Chicago, WeeklyHours::parse(hours).unwrap(), holidays)
    }

    fn cps() -> OpeningHours {
        desk("Mon-Fri 07:00-18:00")
    }

    #[test]
    fn the_next_opening_skips_nights_weekends_and_closed_holidays() {
        // Domain 2, "next CPS opening".
        for (now, opening) in [
            ("2026-11-25T19:00:00-06:00", "2026-11-27T07:00:00-06:00"),
            ("2026-12-23T19:00:00-06:00", "2026-12-28T07:00:00-06:00"),
            ("2026-12-30T18:30:00-06:00", "2027-01-04T07:00:00-06:00"),
            ("2026-11-20T18:00:00-06:00", "2026-11-23T07:00:00-06:00"),
            ("2026-11-23T06:59:59-06:00", "2026-11-23T07:00:00-06:00"),
            // While it is open, and at the very instant it opens, the next opening is the following one.
            ("2026-11-23T07:00:00-06:00", "2026-11-24T07:00:00-06:00"),
            ("2026-11-24T12:00:00-06:00", "2026-11-25T07:00:00-06:00"),
            // Over a change of offset: seven o'clock stays seven o'clock.
            ("2026-03-06T18:00:00-06:00", "2026-03-09T07:00:00-05:00"),
            ("2026-10-30T18:00:00-05:00", "2026-11-02T07:00:00-06:00"),
        ] {
            assert_eq!(cps().next_opening(at(now)), Some(at(opening)), "{now}");
        }
    }

    #[test]
    fn a_desk_that_never_closes_or_never_opens_has_no_next_opening() {
        let now = at("2026-11-25T19:00:00-06:00");
        let always = OpeningHours::new(Chicago, WeeklyHours::always(), HolidayCalendar::default());
        assert_eq!((always.is_open(now), always.next_opening(now)), (true, None));
        let never = OpeningHours::new(Chicago, WeeklyHours::never(), HolidayCalendar::default());
        assert_eq!((never.is_open(now), never.next_opening(now)), (false, None));
    }

    #[test]
    fn six_in_the_evening_is_after_hours_and_seven_in_the_morning_is_not() {
        for (now, open) in [
            ("2026-11-23T06:59:59.999-06:00", false),
            ("2026-11-23T07:00:00-06:00", true),
            ("2026-11-23T17:59:59.999-06:00", true),
            ("2026-11-23T18:00:00-06:00", false),
            ("2026-11-22T12:00:00-06:00", false),
            // Thanksgiving at ten; the Friday after is listed as open.
            ("2026-11-26T10:00:00-06:00", false),
            ("2026-11-27T10:00:00-06:00", true),
        ] {
            assert_eq!(cps().is_open(at(now)), open, "{now}");
        }
        let thursday = at("2026-11-26T23:59:59-06:00");
        assert!(cps().holiday_at(thursday).is_some_and(|holiday| holiday.closed));
        assert_eq!(cps().holiday_at(thursday - Duration::days(1)), None);
    }

    fn open_hours_on(desk: &OpeningHours, midnight: &str, next_midnight: &str) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let window = Interval::new(at(midnight), at(next_midnight)).unwrap();
        desk.open_within(window).spans().iter().map(|span| (span.start(), span.end())).collect()
    }

    #[test]
    fn on_the_days_the_clocks_change_civil_times_are_read_by_the_rule() {
        // 8 March 2026 has no 02:30: the block begins at the first instant after the jump.
        let spring = ("2026-03-08T00:00:00-06:00", "2026-03-09T00:00:00-05:00");
        assert_eq!(
            open_hours_on(&desk("Sun 02:30-03:30"), spring.0, spring.1),
            [(at("2026-03-08T03:00:00-05:00"), at("2026-03-08T03:30:00-05:00"))]
        );
        // A block that lies in the jump altogether is no time at all.
        assert_eq!(open_hours_on(&desk("Sun 02:00-03:00"), spring.0, spring.1), []);
        // 1 November 2026 has 01:30 twice: the first one opens and the first one closes.
        let autumn = ("2026-11-01T00:00:00-05:00", "2026-11-02T00:00:00-06:00");
        assert_eq!(
            open_hours_on(&desk("Sun 01:30-02:30"), autumn.0, autumn.1),
            [(at("2026-11-01T01:30:00-05:00"), at("2026-11-01T02:30:00-06:00"))]
        );
        assert_eq!(
            open_hours_on(&desk("Sun 00:00-01:30"), autumn.0, autumn.1),
            [(at("2026-11-01T00:00:00-05:00"), at("2026-11-01T01:30:00-05:00"))]
        );
        let length = |day: (&str, &str)| {
            desk("always").open_within(Interval::new(at(day.0), at(day.1)).unwrap()).length().num_hours()
        };
        assert_eq!((length(spring), length(autumn)), (23, 25));
    }

    #[test]
    fn hours_across_midnight_are_one_opening() {
        let night = desk("Fri-Sat 20:00-04:00");
        assert!(night.is_open(at("2026-11-21T00:00:00-06:00")));
        assert!(!night.is_open(at("2026-11-21T04:00:00-06:00")));
        // Midnight is no opening: the next one is in the evening.
        assert_eq!(night.next_opening(at("2026-11-20T21:00:00-06:00")), Some(at("2026-11-21T20:00:00-06:00")));
        let window = Interval::new(at("2026-11-20T12:00:00-06:00"), at("2026-11-22T12:00:00-06:00")).unwrap();
        let spans: Vec<Duration> = night.open_within(window).spans().iter().map(Interval::length).collect();
        assert_eq!(spans, [Duration::hours(8), Duration::hours(8)]);
    }

    proptest! {
        #[test]
        fn a_desk_is_open_exactly_within_its_open_spans(minute in 0_i64..600_000, offset in 0_i64..20_000) {
            let now = at("2026-01-01T00:00:00Z") + Duration::minutes(minute);
            let window = Interval::new(now - Duration::minutes(offset), now + Duration::minutes(1)).unwrap();
            prop_assert_eq!(cps().open_within(window).contains(now), cps().is_open(now));
        }

        #[test]
        fn nothing_opens_before_the_next_opening(minute in 0_i64..500_000) {
            let now = at("2026-01-01T00:00:00Z") + Duration::minutes(minute);
            let opening = cps().next_opening(now).unwrap();
            prop_assert!(cps().is_open(opening) && !cps().is_open(opening - Duration::seconds(1)));
            let spans = cps().open_within(Interval::new(now, opening).unwrap());
            // What is open before it began at or before now.
            prop_assert!(spans.spans().iter().all(|span| span.start() == now));
        }
    }
}
