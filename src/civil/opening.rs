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
