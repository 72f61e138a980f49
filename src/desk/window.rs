//! Which window, and which moment of the past, did somebody ask for? One reading of `from`, `to`, `days` and `known_at`.

use chrono::{DateTime, Duration, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::error::CommandError;
use super::instant::{self, Instant};
use crate::civil::{Interval, days_later, start_of_day};

/// The longest window that is judged: some 30 years, more than a schedule holds.
pub const LONGEST_WINDOW_DAYS: i64 = 11_000;

/// A window as it was typed.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its beginning, as [`instant::parse`] reads it.
    pub from: Option<&'a str>,
    /// Its end, read the same way; it outweighs `days`.
    pub to: Option<&'a str>,
    /// How many civil days it lasts where no end is given.
    pub days: u32,
}

impl Asked<'_> {
    /// The window, which begins now where no beginning was typed: that of `gaps`.
    pub fn from_now(&self, zone: Tz, now: DateTime<Utc>) -> Result<Interval, CommandError> {
        self.beginning(read(self.from.unwrap_or("now"), zone, now)?.at, zone, now)
    }

    /// The window, which begins with the civil day where no beginning was typed: that of `shifts`.
    pub fn from_today(&self, zone: Tz, now: DateTime<Utc>) -> Result<Interval, CommandError> {
        let today = || start_of_day(zone, now.with_timezone(&zone).date_naive());
        let from = self.from.map_or_else(|| Ok(today()), |text| read(text, zone, now).map(|from| from.at))?;
        self.beginning(from, zone, now)
    }

    /// From `from` until `to`, or for so many civil days: fourteen days end at the same clock time, whatever the clocks do.
    fn beginning(&self, from: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> Result<Interval, CommandError> {
        let to = match self.to {
            Some(text) => read(text, zone, now)?.at,
            None => days_later(zone, from, u64::from(self.days)).unwrap_or(DateTime::<Utc>::MAX_UTC),
        };
        let window = Interval::new(from, to).ok_or_else(|| {
            CommandError::usage("the window is empty: it ends before it begins, or as it begins")
                .hint("--to must be later than --from, and --days at least 1")
        })?;
        if to - from > Duration::days(LONGEST_WINDOW_DAYS) {
            return Err(CommandError::usage(format!("the window is longer than {LONGEST_WINDOW_DAYS} days"))
                .hint("judge a shorter one: --days, or --from and --to"));
        }
        Ok(window)
    }
}

/// Reads an instant as [`instant::parse`] does; one that cannot be read is wrong usage.
pub fn read(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<Instant, CommandError> {
    instant::parse(text, zone, now).map_err(|error| CommandError::usage(error.to_string()))
}

/// Reads until when what was seen of a sheet counts as known. Refuses the future.
pub fn known_at(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<DateTime<Utc>, CommandError> {
    let at = read(text, zone, now)?.at;
    let present = now.with_nanosecond(0).unwrap_or(now) + TimeDelta::milliseconds(999);
    if at > present {
        return Err(CommandError::usage("--known-at lies in the future, of which nothing was seen yet"));
    }
    // A time in whole seconds means that whole second: what was seen within it was known.
    Ok(if at.nanosecond() == 0 { at + TimeDelta::milliseconds(999) } else { at })
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono_tz::America::Chicago;

    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 10, 31, 17, 30, 20).unwrap() + TimeDelta::milliseconds(250)
    }

    #[test]
    fn days_are_civil_days_from_now_or_from_midnight() {
        let asked = Asked { from: None, to: None, days: 2 };
        let from_now = asked.from_now(Chicago, now()).unwrap();
        assert_eq!(from_now.start().to_rfc3339(), "2026-10-31T17:30:20+00:00");
        assert_eq!(from_now.end().to_rfc3339(), "2026-11-02T18:30:20+00:00");
        let from_today = asked.from_today(Chicago, now()).unwrap();
        assert_eq!(from_today.start().to_rfc3339(), "2026-10-31T05:00:00+00:00");
        assert_eq!(from_today.end().to_rfc3339(), "2026-11-02T06:00:00+00:00");
    }

    #[test]
    fn an_empty_an_endless_and_an_unreadable_window_are_refused() {
        let refused = |from, to, days| Asked { from, to, days }.from_now(Chicago, now()).unwrap_err().to_string();
        assert!(refused(None, None, 0).contains("the window is empty"));
        assert!(refused(None, Some("2026-10-01"), 1).contains("the window is empty"));
        assert!(refused(None, None, 11_001).contains("longer than 11000 days"));
        assert!(refused(Some("soon"), None, 1).contains("\"soon\" is not an instant"));
    }

    #[test]
    fn what_was_known_counts_to_the_end_of_its_second_and_never_in_the_future() {
        let known = |text| known_at(text, Chicago, now());
        assert_eq!(known("now").unwrap().to_rfc3339(), "2026-10-31T17:30:20.999+00:00");
        assert_eq!(known("2026-10-31 12:00").unwrap().to_rfc3339(), "2026-10-31T17:00:00.999+00:00");
        assert!(known("2026-10-31 12:31").unwrap_err().to_string().contains("future"));
    }
}
