//! In which hours must somebody be on call? Coverage is required while General HD is open and CPS is closed
//! (A7, A13; domain 1.9 row 1).

use crate::civil::{Interval, IntervalSet, OpeningHours};

/// The hours in which a missing person is a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// Every instant.
    Always,
    /// While the General Help Desk is open and the CPS Help Desk is closed.
    #[default]
    AfterHours,
}

/// The instants of `window` in which somebody must be on call.
pub fn needed(coverage: Coverage, general: &OpeningHours, cps: &OpeningHours, window: Interval) -> IntervalSet {
    match coverage {
        Coverage::Always => IntervalSet::of([window]),
        Coverage::AfterHours => general.open_within(window).difference(&cps.open_within(window)),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate, Utc};
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::civil::{Holiday, HolidayCalendar, WeeklyHours};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn window(from: &str, until: &str) -> Interval {
        Interval::new(at(from), at(until)).unwrap()
    }

    fn desk(hours: &str, closed: Option<(i32, u32, u32)>) -> OpeningHours {
        let mut holidays = HolidayCalendar::default();
        if let Some((year, month, day)) = closed {
            let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
            holidays.insert(date, Holiday { name: "Thanksgiving".to_owned(), closed: true });
        }
        OpeningHours::new(Chicago, WeeklyHours::parse(hours).unwrap(), holidays)
    }

    fn after_hours(cps: &OpeningHours, window: Interval) -> Vec<(String, String)> {
        let general = desk("always", None);
        let needed = needed(Coverage::AfterHours, &general, cps, window);
        let civil = |at: DateTime<Utc>| at.with_timezone(&Chicago).format("%a %H:%M").to_string();
        needed.spans().iter().map(|span| (civil(span.start()), civil(span.end()))).collect()
    }

    #[test]
    fn a_weekend_is_needed_for_61_hours_60_in_march_62_in_november() {
        let cps = desk("Mon-Fri 07:00-18:00", None);
        let general = desk("always", None);
        for (from, until, hours) in [
            ("2026-11-20T18:00:00-06:00", "2026-11-23T18:00:00-06:00", 61),
            ("2026-03-06T18:00:00-06:00", "2026-03-09T18:00:00-05:00", 60),
            ("2026-10-30T18:00:00-05:00", "2026-11-02T18:00:00-06:00", 62),
        ] {
            let needed = needed(Coverage::AfterHours, &general, &cps, window(from, until));
            assert_eq!(needed.length().num_hours(), hours, "{from}");
        }
    }

    #[test]
    fn a_closed_holiday_is_needed_all_day() {
        let cps = desk("Mon-Fri 07:00-18:00", Some((2026, 11, 26)));
        let days = after_hours(&cps, window("2026-11-25T12:00:00-06:00", "2026-11-27T12:00:00-06:00"));
        assert_eq!(days, [("Wed 18:00".to_owned(), "Fri 07:00".to_owned())]);
    }

    #[test]
    fn while_general_hd_is_closed_nobody_is_needed() {
        let (general, cps) = (desk("daily 06:00-24:00", None), desk("Mon-Fri 07:00-18:00", None));
        let day = window("2026-11-23T00:00:00-06:00", "2026-11-24T00:00:00-06:00");
        let needed = needed(Coverage::AfterHours, &general, &cps, day);
        assert_eq!(needed.length().num_hours(), 1 + 6);
    }

    #[test]
    fn always_needs_the_whole_window() {
        let (general, cps) = (desk("never", None), desk("always", None));
        let day = window("2026-11-23T00:00:00-06:00", "2026-11-24T00:00:00-06:00");
        assert_eq!(needed(Coverage::Always, &general, &cps, day).spans(), [day]);
    }
}
