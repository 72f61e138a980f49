//! Which instant does a civil time in a zone mean? Carries out contract 2.3 rule 2.

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Why a civil time needed a rule to become an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CivilNote {
    /// The civil time exists twice on this day; the first occurrence was taken.
    Repeated,
    /// The civil time does not exist on this day; the first instant after the jump was taken.
    Skipped,
}

/// The instant that a civil time means, and the rule that was needed, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// The instant meant.
    pub at: DateTime<Utc>,
    /// Set when the civil time exists twice or not at all.
    pub note: Option<CivilNote>,
}

/// The instant that `civil` means in `zone`: the first occurrence of a repeated time,
/// the first instant after the jump for a time that does not exist.
///
/// Starts and ends use this same reading, so rows that touch in civil time touch in instants.
pub fn resolve(zone: Tz, civil: NaiveDateTime) -> Resolved {
    use chrono::LocalResult::{Ambiguous, None as Missing, Single};
    match zone.from_local_datetime(&civil) {
        Single(at) => Resolved { at: at.to_utc(), note: None },
        Ambiguous(first, second) => {
            Resolved { at: first.to_utc().min(second.to_utc()), note: Some(CivilNote::Repeated) }
        }
        Missing => Resolved { at: end_of_jump(zone, civil), note: Some(CivilNote::Skipped) },
    }
}

/// No zone has ever changed its clocks twice within so many days; a test asks the time zone database.
const STEADY_DAYS: i64 = 3;

/// Finds the instants of many civil times of one zone, as [`resolve`] does. Times that lie close to each other, as those
/// of a sheet do, mostly cost no look into the zone's transitions.
#[derive(Debug)]
pub struct Instants {
    zone: Tz,
    /// The first and last civil time of a span without a change, and how far they are ahead of UTC.
    steady: Option<(NaiveDateTime, NaiveDateTime, Duration)>,
}

impl Instants {
    /// The instants of civil times in `zone`.
    pub fn of(zone: Tz) -> Self {
        Self { zone, steady: None }
    }

    /// The instant that `civil` means.
    pub fn resolve(&mut self, civil: NaiveDateTime) -> Resolved {
        if let Some((_, _, ahead)) = self.steady.filter(|(from, until, _)| *from <= civil && civil <= *until) {
            return Resolved { at: (civil - ahead).and_utc(), note: None };
        }
        let resolved = resolve(self.zone, civil);
        let ahead =
            |resolved: Resolved, civil: NaiveDateTime| resolved.note.is_none().then(|| civil - resolved.at.naive_utc());
        let until = civil.checked_add_signed(Duration::days(STEADY_DAYS));
        self.steady = until.and_then(|until| {
            let now = ahead(resolved, civil)?;
            (ahead(resolve(self.zone, until), until)? == now).then_some((civil, until, now))
        });
        resolved
    }
}

/// The transition instant of the jump that swallows `civil`.
fn end_of_jump(zone: Tz, civil: NaiveDateTime) -> DateTime<Utc> {
    let offset_before = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local() - at.naive_utc();
    // No zone jumps by more than a day, so the transition lies within a day of either reading.
    let mut before = (civil - Duration::hours(36)).and_utc();
    let mut after = (civil + Duration::hours(36)).and_utc();
    let old = offset_before(before);
    while after - before > Duration::seconds(1) {
        let middle = before + Duration::seconds((after - before).num_seconds() / 2);
        if offset_before(middle) == old {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use chrono_tz::{America, Australia, Europe, Pacific};
    use proptest::prelude::*;

    use super::*;

    fn civil(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_civil_time_means_the_pinned_instant() {
        use CivilNote::{Repeated, Skipped};
        for (zone, text, instant, note) in [
            (America::Chicago, "2026-11-22T18:00:00", "2026-11-23T00:00:00Z", None),
            // The spring jump: 02:00 to 03:00 does not exist, the first instant after it is 03:00 CDT.
            (America::Chicago, "2026-03-08T01:59:59", "2026-03-08T07:59:59Z", None),
            (America::Chicago, "2026-03-08T02:00:00", "2026-03-08T08:00:00Z", Some(Skipped)),
            (America::Chicago, "2026-03-08T02:30:00", "2026-03-08T08:00:00Z", Some(Skipped)),
            (America::Chicago, "2026-03-08T02:59:59", "2026-03-08T08:00:00Z", Some(Skipped)),
            (America::Chicago, "2026-03-08T03:00:00", "2026-03-08T08:00:00Z", None),
            // The autumn fold: 01:00 to 02:00 exists twice, the first is CDT.
            (America::Chicago, "2026-11-01T00:59:59", "2026-11-01T05:59:59Z", None),
            (America::Chicago, "2026-11-01T01:00:00", "2026-11-01T06:00:00Z", Some(Repeated)),
            (America::Chicago, "2026-11-01T01:59:59", "2026-11-01T06:59:59Z", Some(Repeated)),
            (America::Chicago, "2026-11-01T02:00:00", "2026-11-01T08:00:00Z", None),
            // Jumps of half an hour, at midnight, and of a whole day.
            (Australia::Lord_Howe, "2026-10-04T02:15:00", "2026-10-03T15:30:00Z", Some(Skipped)),
            (Europe::Berlin, "2026-03-29T02:30:00", "2026-03-29T01:00:00Z", Some(Skipped)),
            (Pacific::Apia, "2011-12-30T12:00:00", "2011-12-30T10:00:00Z", Some(Skipped)),
        ] {
            let resolved = resolve(zone, civil(text));
            assert_eq!(resolved.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), instant, "{zone} {text}");
            assert_eq!(resolved.note, note, "{zone} {text}");
        }
    }

    /// The same rule, said with another library that knows transitions.
    fn oracle(zone: &str, civil: NaiveDateTime) -> (i64, Option<CivilNote>) {
        use jiff::tz::AmbiguousOffset;
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let time: jiff::civil::DateTime = civil.format("%Y-%m-%dT%H:%M:%S").to_string().parse().unwrap();
        let ambiguous = zone.to_ambiguous_timestamp(time);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => (ambiguous.unambiguous().unwrap().as_second(), None),
            AmbiguousOffset::Fold { .. } => (ambiguous.earlier().unwrap().as_second(), Some(CivilNote::Repeated)),
            AmbiguousOffset::Gap { .. } => {
                let before = ambiguous.earlier().unwrap();
                (zone.following(before).next().unwrap().timestamp().as_second(), Some(CivilNote::Skipped))
            }
        }
    }

    proptest! {
        #[test]
        fn another_library_means_the_same_instants(
            days in 0_u64..4_700, second in 0_u32..86_400,
            zone in prop::sample::select(vec![America::Chicago, Europe::Berlin, Australia::Lord_Howe, America::St_Johns]),
        ) {
            let date = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(days);
            let time = date.and_hms_opt(0, 0, 0).unwrap() + Duration::seconds(second.into());
            let resolved = resolve(zone, time);
            prop_assert_eq!((resolved.at.timestamp(), resolved.note), oracle(zone.name(), time));
        }

        #[test]
        fn later_civil_times_never_mean_earlier_instants_on_the_nights_of_change(
            spring in any::<bool>(), first in 0_i64..21_600, step in 0_i64..10_800,
        ) {
            let night = civil(if spring { "2026-03-08T00:00:00" } else { "2026-11-01T00:00:00" });
            let (first, second) = (night + Duration::seconds(first), night + Duration::seconds(first + step));
            let (first, second) = (resolve(America::Chicago, first), resolve(America::Chicago, second));
            prop_assert!(first.at <= second.at);
        }
    }

    #[test]
    fn no_zone_changes_its_clocks_twice_within_the_steady_days() {
        let (from, until): (jiff::Timestamp, jiff::Timestamp) =
            ("1850-01-01T00:00:00Z".parse().unwrap(), "2200-01-01T00:00:00Z".parse().unwrap());
        let mut changes = 0;
        for zone in chrono_tz::TZ_VARIANTS {
            let Ok(zone) = jiff::tz::TimeZone::get(zone.name()) else { continue };
            let mut last: Option<(jiff::Timestamp, jiff::tz::Offset)> = None;
            let before = zone.to_offset(from);
            for change in zone.following(from).take_while(|change| change.timestamp() < until) {
                if change.offset() == last.map_or(before, |(_, offset)| offset) {
                    continue;
                }
                if let Some((at, _)) = last {
                    let seconds = change.timestamp().as_second() - at.as_second();
                    assert!(seconds > STEADY_DAYS * 86_400, "{zone:?} {at}");
                }
                last = Some((change.timestamp(), change.offset()));
                changes += 1;
            }
        }
        assert!(changes > 10_000, "{changes} changes are hardly all");
    }

    proptest! {
        #[test]
        fn many_times_in_any_order_mean_what_each_means_alone(
            start in 0_i64..4_000, steps in prop::collection::vec(-40_000_i64..200_000, 1..60),
            zone in prop::sample::select(vec![America::Chicago, Europe::Berlin, Australia::Lord_Howe, Pacific::Apia]),
        ) {
            let mut time = civil("2010-01-01T00:00:00") + Duration::days(start);
            let mut instants = Instants::of(zone);
            for step in steps {
                time += Duration::seconds(step);
                prop_assert_eq!(instants.resolve(time), resolve(zone, time));
            }
        }
    }

    #[test]
    fn another_library_agrees_on_every_minute_of_both_nights() {
        for night in ["2026-03-08T00:00:00", "2026-11-01T00:00:00", "2027-03-14T00:00:00", "2027-11-07T00:00:00"] {
            for minute in 0..300 {
                let time = civil(night) + Duration::minutes(minute);
                let resolved = resolve(America::Chicago, time);
                assert_eq!((resolved.at.timestamp(), resolved.note), oracle("America/Chicago", time), "{time}");
            }
        }
    }
}
