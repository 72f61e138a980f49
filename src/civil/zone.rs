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
