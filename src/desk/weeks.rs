//! Which calendar weeks does somebody look at? A week or the weeks of a month around a date, and the way on from them.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::civil::{Interval, start_of_day};

/// The first and the last year that can be looked at: what a slip of the pen asks for beyond is no date of a schedule.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Seven days from a Monday on.
    Week,
    /// Every week that has a day of the month.
    Month,
}

impl Extent {
    /// Its name in an address.
    pub fn word(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The extent of that name.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Week, Self::Month].into_iter().find(|extent| extent.word() == word)
    }
}

/// The weeks that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weeks {
    /// How much.
    pub extent: Extent,
    /// The date around which they lie.
    pub around: NaiveDate,
    /// The first Monday.
    pub first: NaiveDate,
    /// The last Sunday.
    pub last: NaiveDate,
}

impl Weeks {
    /// The weeks around a date; `None` for a date that no schedule has.
    pub fn around(extent: Extent, around: NaiveDate) -> Option<Self> {
        if !YEARS.contains(&around.year()) {
            return None;
        }
        let (first, last) = match extent {
            Extent::Week => (around, around),
            Extent::Month => {
                let first = around.with_day(1)?;
                (first, first.checked_add_months(Months::new(1))?.pred_opt()?)
            }
        };
        let first = first.checked_sub_days(Days::new(first.weekday().num_days_from_monday().into()))?;
        let last = last.checked_add_days(Days::new((6 - last.weekday().num_days_from_monday()).into()))?;
        Some(Self { extent, around, first, last })
    }

    /// From the first instant of the Monday to the end of the Sunday.
    pub fn window(&self, zone: Tz) -> Option<Interval> {
        Interval::new(start_of_day(zone, self.first), start_of_day(zone, self.last.succ_opt()?))
    }

    /// A date of the week or month before; `None` at the end of the calendar.
    pub fn earlier(&self) -> Option<NaiveDate> {
        let date = match self.extent {
            Extent::Week => self.first.checked_sub_days(Days::new(7)),
            Extent::Month => self.around.with_day(1)?.checked_sub_months(Months::new(1)),
        };
        date.filter(|date| YEARS.contains(&date.year()))
    }

    /// A date of the week or month after.
    pub fn later(&self) -> Option<NaiveDate> {
        let date = match self.extent {
            Extent::Week => self.first.checked_add_days(Days::new(7)),
            Extent::Month => self.around.with_day(1)?.checked_add_months(Months::new(1)),
        };
        date.filter(|date| YEARS.contains(&date.year()))
    }

    /// `November 2026`, or `23 to 29 November 2026`, as far as the ends differ.
    pub fn title(&self) -> String {
        if self.extent == Extent::Month {
            return self.around.format("%B %Y").to_string();
        }
        let form = match () {
            () if self.first.year() != self.last.year() => "%-d %B %Y",
            () if self.first.month() != self.last.month() => "%-d %B",
            () => "%-d",
        };
        format!("{} to {}", self.first.format(form), self.last.format("%-d %B %Y"))
    }
}

/// The date of an instant at the desk.
pub fn today(zone: Tz, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;

    fn weeks(extent: Extent, date: &str) -> Weeks {
        Weeks::around(extent, date.parse().unwrap()).unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_and_a_month_has_all_of_its_weeks() {
        let week = weeks(Extent::Week, "2026-11-01");
        assert_eq!((week.first.to_string(), week.last.to_string()), ("2026-10-26".to_owned(), "2026-11-01".to_owned()));
        assert_eq!(week.title(), "26 October to 1 November 2026");
        assert_eq!(week.window(Chicago).unwrap().length().num_hours(), 169);
        assert_eq!(weeks(Extent::Week, "2026-03-08").window(Chicago).unwrap().length().num_hours(), 167);
        let month = weeks(Extent::Month, "2026-11-22");
        assert_eq!(
            (month.first.to_string(), month.last.to_string()),
            ("2026-10-26".to_owned(), "2026-12-06".to_owned())
        );
        assert_eq!(month.title(), "November 2026");
        assert_eq!(weeks(Extent::Week, "2026-12-31").title(), "28 December 2026 to 3 January 2027");
        assert_eq!(weeks(Extent::Week, "2026-11-25").title(), "23 to 29 November 2026");
    }

    #[test]
    fn the_way_on_leads_from_month_to_month_and_ends_somewhere() {
        let month = weeks(Extent::Month, "2026-03-31");
        assert_eq!(month.earlier(), Some("2026-02-01".parse().unwrap()));
        assert_eq!(month.later(), Some("2026-04-01".parse().unwrap()));
        assert_eq!(weeks(Extent::Week, "2026-11-22").later(), Some("2026-11-23".parse().unwrap()));
        assert_eq!(weeks(Extent::Month, "2199-12-31").later(), None);
        assert_eq!(weeks(Extent::Week, "1990-01-01").earlier(), None);
        assert!(Weeks::around(Extent::Week, "0001-01-01".parse().unwrap()).is_none());
        assert!(Weeks::around(Extent::Month, NaiveDate::MAX).is_none());
    }
}
