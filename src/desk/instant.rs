//! Which instant did somebody type? One reader for `--at`, `--from`, `--to`, `--known-at` and the lines of `--at -`.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use crate::civil::{CivilNote, resolve};

/// An instant as it was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// The instant.
    pub at: DateTime<Utc>,
    /// Set when a civil time needed contract 2.3 rule 2: it exists twice or not at all.
    pub note: Option<CivilNote>,
}

/// A text that is not an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an instant: {reason}. Write now, 2026-11-22, \"2026-11-22 18:00\" in the site's time zone, or 2026-11-22T18:00:00-06:00"
)]
pub struct InstantError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Reads `now`, `YYYY-MM-DD` (midnight), `YYYY-MM-DD HH:MM[:SS]` with a blank or `T`, or RFC 3339 with its offset.
///
/// Without an offset the time is civil in `zone`. `now` is `now` without its fraction of a second, so that every answer
/// prints in whole seconds; on whole-second boundaries it lies on the same side.
pub fn parse(text: &str, zone: Tz, now: DateTime<Utc>) -> Result<Instant, InstantError> {
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("now") {
        return Ok(Instant { at: now.with_nanosecond(0).unwrap_or(now), note: None });
    }
    read(trimmed, zone).map_err(|reason| InstantError { text: shown(text), reason })
}

/// The text for an error message, cut where somebody fed a whole file as one line.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST).collect::<String>() + "..."
    }
}

fn read(text: &str, zone: Tz) -> Result<Instant, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    let (date, rest) = text.split_at_checked(10).ok_or("it has no date like 2026-11-22")?;
    let date = read_date(date)?;
    if rest.is_empty() {
        return Ok(civil(date.and_time(NaiveTime::MIN), zone));
    }
    let clock = rest.strip_prefix(['T', 't', ' ']).ok_or("a blank or T must follow the date")?.trim_start();
    let (clock, offset) = split_offset(clock);
    let time = read_clock(clock, date)?;
    match offset {
        None => Ok(civil(time, zone)),
        Some(offset) => {
            let offset = read_offset(offset).ok_or("its offset is not like -06:00 or Z")?;
            let at = time.and_local_timezone(offset).single().ok_or("it lies outside the calendar")?;
            Ok(Instant { at: at.to_utc(), note: None })
        }
    }
}

fn civil(time: NaiveDateTime, zone: Tz) -> Instant {
    let resolved = resolve(zone, time);
    Instant { at: resolved.at, note: resolved.note }
}

fn read_date(text: &str) -> Result<NaiveDate, &'static str> {
    let mut parts = text.split('-');
    let (year, month, day) = (digits(parts.next(), 4), digits(parts.next(), 2), digits(parts.next(), 2));
    let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
        return Err("it has no date like 2026-11-22");
    };
    let year = i32::try_from(year).ok().filter(|year| *year > 0);
    year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day)).ok_or("there is no such day")
}

/// The clock time and, where one follows, the offset.
fn split_offset(text: &str) -> (&str, Option<&str>) {
    match text.find(['Z', 'z', '+', '-']).and_then(|place| text.split_at_checked(place)) {
        Some((clock, offset)) => (clock.trim_end(), Some(offset)),
        None => (text, None),
    }
}

fn read_clock(text: &str, date: NaiveDate) -> Result<NaiveDateTime, &'static str> {
    const UNREADABLE: &str = "its clock time is not like 18:00 or 18:00:00";
    if matches!(text, "24:00" | "24:00:00") {
        return date.succ_opt().map(|next| next.and_time(NaiveTime::MIN)).ok_or("it lies outside the calendar");
    }
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let (hour, minute, second) = match (parts.as_slice(), fraction) {
        ([hour, minute], None) => (*hour, *minute, "00"),
        ([hour, minute, second], _) => (*hour, *minute, *second),
        _ => return Err(UNREADABLE),
    };
    let (Some(hour), Some(minute), Some(second)) =
        (digits(Some(hour), 2), digits(Some(minute), 2), digits(Some(second), 2))
    else {
        return Err(UNREADABLE);
    };
    let time = date.and_hms_opt(hour, minute, second).ok_or("there is no such clock time")?;
    Ok(time + Duration::nanoseconds(nanoseconds(fraction).ok_or(UNREADABLE)?))
}

fn nanoseconds(fraction: Option<&str>) -> Option<i64> {
    let Some(fraction) = fraction else { return Some(0) };
    let known = fraction.bytes().all(|byte| byte.is_ascii_digit()) && !fraction.is_empty();
    known.then(|| format!("{fraction:0<9}")).and_then(|digits| digits.get(..9)?.parse().ok())
}

fn read_offset(text: &str) -> Option<FixedOffset> {
    if text.eq_ignore_ascii_case("z") {
        return FixedOffset::east_opt(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let (hours, minutes) = (digits(Some(hours), 2)?, digits(Some(minutes), 2)?);
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok().filter(|_| hours < 24 && minutes < 60)?;
    match sign {
        "+" => FixedOffset::east_opt(seconds),
        "-" => FixedOffset::west_opt(seconds),
        _ => None,
    }
}

/// Exactly `length` digits.
fn digits(text: Option<&str>, length: usize) -> Option<u32> {
    let text = text?;
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use chrono_tz::America::Chicago;
    use proptest::prelude::*;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T12:00:00.75Z".parse().unwrap()
    }

    #[test]
    fn every_form_means_its_instant() {
        for (text, meant) in [
            ("now", "2026-11-22T12:00:00Z"),
            (" NOW ", "2026-11-22T12:00:00Z"),
            ("2026-11-22", "2026-11-22T06:00:00Z"),
            ("2026-11-22 18:00", "2026-11-23T00:00:00Z"),
            ("2026-11-22T18:00:05", "2026-11-23T00:00:05Z"),
            ("2026-11-22 24:00", "2026-11-23T06:00:00Z"),
            ("2026-11-22T18:00:00-06:00", "2026-11-23T00:00:00Z"),
            ("2026-11-22t18:00:00z", "2026-11-22T18:00:00Z"),
            ("2026-11-22 18:00 +0530", "2026-11-22T12:30:00Z"),
            ("2026-11-22T18:00:00.5Z", "2026-11-22T18:00:00.500Z"),
            ("2026-11-01 01:30", "2026-11-01T06:30:00Z"),
            ("2026-11-01T01:30:00-06:00", "2026-11-01T07:30:00Z"),
            ("2026-03-08 02:30", "2026-03-08T08:00:00Z"),
        ] {
            let instant = parse(text, Chicago, now()).unwrap();
            assert_eq!(instant.at.to_rfc3339_opts(SecondsFormat::AutoSi, true), meant, "{text}");
        }
    }

    #[test]
    fn a_repeated_and_a_skipped_time_are_noted() {
        assert_eq!(parse("2026-11-01 01:30", Chicago, now()).unwrap().note, Some(CivilNote::Repeated));
        assert_eq!(parse("2026-03-08 02:30", Chicago, now()).unwrap().note, Some(CivilNote::Skipped));
        assert_eq!(parse("2026-11-01 01:30-05:00", Chicago, now()).unwrap().note, None);
    }

    #[test]
    fn what_is_no_instant_says_why() {
        for (text, reason) in [
            ("", "it is empty"),
            ("tomorrow", "it has no date like 2026-11-22"),
            ("11/22/2026 18:00", "it has no date like 2026-11-22"),
            ("2026-02-29", "there is no such day"),
            ("0000-01-01", "there is no such day"),
            ("2026-11-22 6", "its clock time is not like 18:00 or 18:00:00"),
            ("2026-11-22 25:00", "there is no such clock time"),
            ("2026-11-22x18:00", "a blank or T must follow the date"),
            ("2026-11-22 18:00-6", "its offset is not like -06:00 or Z"),
            ("2026-11-22 18:00:00.", "its clock time is not like 18:00 or 18:00:00"),
        ] {
            let error = parse(text, Chicago, now()).unwrap_err();
            assert_eq!(error.reason, reason, "{text}");
            assert!(error.to_string().contains("2026-11-22T18:00:00-06:00"));
        }
    }

    proptest! {
        #[test]
        fn any_instant_survives_its_own_rfc_3339(seconds in -60_000_000_000_i64..250_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            let text = at.with_timezone(&Chicago).to_rfc3339();
            prop_assume!(!text.contains("05:50:36"));
            // Before 1883 Chicago's offset has seconds, which RFC 3339 cannot write.
            prop_assume!(seconds > -2_700_000_000);
            prop_assert_eq!(parse(&text, Chicago, now()).unwrap().at, at);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.Zz+-]{0,14}") {
            let _ = parse(&text, Chicago, now());
        }
    }
}
