//! How does a calendar file say a time zone? A VTIMEZONE: the rule of the United States since 2007 where the zone
//! follows it, else every change that the events need.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;

use super::lines::Lines;
use crate::civil::{Interval, Transition, ZoneOffset, offset_at, transitions};

/// The year from which the United States change on the second Sunday of March and the first of November.
const RULE_SINCE: i32 = 2007;
/// How far around the events a list of changes reaches.
const MARGIN: Duration = Duration::days(370);

/// Describes `zone` for events with these spans.
pub(super) fn describe(lines: &mut Lines, zone: Tz, spans: impl Iterator<Item = Interval> + Clone) {
    let (Some(first), Some(last)) = (spans.clone().map(|span| span.start()).min(), spans.map(|span| span.end()).max())
    else {
        return;
    };
    lines.raw("BEGIN", "VTIMEZONE");
    lines.raw("TZID", zone.name());
    if let Some((spring, autumn)) = us_rule(zone, first, last) {
        observance(lines, &spring, Some("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"));
        observance(lines, &autumn, Some("FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"));
    } else {
        let start = first.checked_sub_signed(MARGIN).unwrap_or(first);
        let end = last.checked_add_signed(MARGIN).unwrap_or(last);
        let at_first = offset_at(zone, start);
        observance(lines, &Transition { at: start, before: at_first.clone(), after: at_first }, None);
        let changes = Interval::new(start, end).map(|window| transitions(zone, window)).unwrap_or_default();
        for change in &changes {
            observance(lines, change, None);
        }
    }
    lines.raw("END", "VTIMEZONE");
}

/// The first changes of the rule of 2007, when every change of `zone` from then to `last` follows it.
fn us_rule(zone: Tz, first: DateTime<Utc>, last: DateTime<Utc>) -> Option<(Transition, Transition)> {
    let beginning = |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|date| date.and_time(NaiveTime::MIN).and_utc());
    let years = last.year().checked_sub(RULE_SINCE)?.checked_add(1)?;
    let all = transitions(zone, Interval::new(beginning(RULE_SINCE)?, beginning(last.year().checked_add(1)?)?)?);
    let (spring, autumn) = (all.first()?, all.get(1)?);
    let alike = |change: &Transition, model: &Transition| change.before == model.before && change.after == model.after;
    let follows = all
        .chunks(2)
        .all(|year| matches!(year, [a, b] if on(a, 3, 8) && alike(a, spring) && on(b, 11, 1) && alike(b, autumn)));
    let complete = i32::try_from(all.len()) == Ok(years.checked_mul(2)?);
    (follows && complete && first >= spring.at).then(|| (spring.clone(), autumn.clone()))
}

/// Whether a change happens at 02:00 of the first Sunday of `month` from day `from` on.
fn on(change: &Transition, month: u32, from: u32) -> bool {
    let local = wall(change.at, &change.before);
    local.month() == month
        && local.weekday() == Weekday::Sun
        && (from..from + 7).contains(&local.day())
        && NaiveTime::from_hms_opt(2, 0, 0) == Some(local.time())
}

/// What the clocks on the wall show at `at` with `offset`.
fn wall(at: DateTime<Utc>, offset: &ZoneOffset) -> NaiveDateTime {
    at.naive_utc() + Duration::seconds(offset.seconds.into())
}

fn observance(lines: &mut Lines, change: &Transition, rule: Option<&str>) {
    let kind = if change.after.daylight { "DAYLIGHT" } else { "STANDARD" };
    lines.raw("BEGIN", kind);
    lines.raw("DTSTART", &wall(change.at, &change.before).format("%Y%m%dT%H%M%S").to_string());
    lines.raw("TZOFFSETFROM", &digits(&change.before));
    lines.raw("TZOFFSETTO", &digits(&change.after));
    lines.text("TZNAME", &change.after.name);
    if let Some(rule) = rule {
        lines.raw("RRULE", rule);
    }
    lines.raw("END", kind);
}

/// `-0600`; seconds only where a zone of old has some.
fn digits(offset: &ZoneOffset) -> String {
    let (sign, seconds) = (if offset.seconds < 0 { '-' } else { '+' }, offset.seconds.abs());
    let rest = if seconds % 60 == 0 { String::new() } else { format!("{:02}", seconds % 60) };
    format!("{sign}{:02}{:02}{rest}", seconds / 3_600, seconds / 60 % 60)
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Asia, Europe};

    use super::*;

    fn described(zone: Tz, from: &str, until: &str) -> String {
        let mut lines = Lines::default();
        let span = Interval::new(from.parse().unwrap(), until.parse().unwrap()).unwrap();
        describe(&mut lines, zone, std::iter::once(span));
        lines.into_text()
    }

    #[test]
    fn chicago_follows_the_rule_of_2007() {
        let text = described(America::Chicago, "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(
            text.replace("\r\n", "\n"),
            "BEGIN:VTIMEZONE\nTZID:America/Chicago\n\
             BEGIN:DAYLIGHT\nDTSTART:20070311T020000\nTZOFFSETFROM:-0600\nTZOFFSETTO:-0500\nTZNAME:CDT\n\
             RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\nEND:DAYLIGHT\n\
             BEGIN:STANDARD\nDTSTART:20071104T020000\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0600\nTZNAME:CST\n\
             RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nEND:STANDARD\nEND:VTIMEZONE\n"
        );
    }

    #[test]
    fn other_zones_and_other_years_list_their_changes() {
        let berlin = described(Europe::Berlin, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
        assert!(berlin.contains("DTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"), "{berlin}");
        assert!(!berlin.contains("RRULE"), "{berlin}");
        let early = described(America::Chicago, "2005-11-01T00:00:00Z", "2008-01-01T00:00:00Z");
        assert!(early.contains("DTSTART:20060402T020000") && !early.contains("RRULE"), "{early}");
        let tokyo = described(Asia::Tokyo, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
        assert_eq!((tokyo.matches("BEGIN:STANDARD").count(), tokyo.matches("BEGIN:DAYLIGHT").count()), (1, 0));
    }
}
