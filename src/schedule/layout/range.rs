//! Which shifts does a sheet with one row a period say, `Mar 4 - Mar 10` in one cell? Decides whether the last day counts.

use chrono::NaiveDate;

use super::periods::{self, Unit};
use super::settings::Column;
use super::sheet::Sheet;

/// Reads every row below the header.
///
/// A lone day among the periods is a week or a day as the heading says, and nothing where it says neither.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    let units = [(Column::Period, Unit::Period), (Column::Week, Unit::Week), (Column::Date, Unit::Day)];
    let place = units.into_iter().find_map(|(column, unit)| Some((header.place(column)?, unit)));
    if let Some((period, unit)) = place {
        periods::read(sheet, period, unit);
    }
}

/// What the periods of a sheet tell about their last days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastDay {
    /// It is covered: the next period begins on the day after it.
    Covered,
    /// The next period begins on it: it is the day of the handoff.
    HandedOver,
    /// Some periods say one thing and some the other, or they say neither and are weeks from one weekday to the same.
    Unclear,
}

/// Reads what the ends say, given the first and last day of every period in any order.
pub(super) fn last_day(periods: &[(NaiveDate, NaiveDate)]) -> LastDay {
    let mut starts: Vec<NaiveDate> = periods.iter().map(|(first, _)| *first).collect();
    starts.sort_unstable();
    let begins = |day: NaiveDate| starts.binary_search(&day).is_ok();
    let long = || periods.iter().filter(|(first, last)| last > first);
    let handed_over = long().any(|(_, last)| begins(*last));
    let covered = periods.iter().any(|(_, last)| last.succ_opt().is_some_and(&begins));
    let whole_weeks = || long().count() > 0 && long().all(|(first, last)| (*last - *first).num_days() % 7 == 0);
    match (covered, handed_over) {
        (false, true) => LastDay::HandedOver,
        (true, true) => LastDay::Unclear,
        (false, false) if whole_weeks() => LastDay::Unclear,
        (true | false, false) => LastDay::Covered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_period_tells_whether_the_last_day_counts() {
        let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        for (periods, wanted) in [
            (&[(1, 7), (8, 14)][..], LastDay::Covered),
            (&[(8, 14), (1, 7)], LastDay::Covered),
            (&[(1, 8), (8, 15)], LastDay::HandedOver),
            (&[(2, 6), (9, 13)], LastDay::Covered),
            (&[(1, 8), (8, 14), (15, 21)], LastDay::Unclear),
            (&[(1, 8)], LastDay::Unclear),
            (&[(1, 7)], LastDay::Covered),
            (&[(1, 1), (2, 2)], LastDay::Covered),
            (&[], LastDay::Covered),
        ] {
            let periods: Vec<_> = periods.iter().map(|(first, last)| (day(*first), day(*last))).collect();
            assert_eq!(last_day(&periods), wanted, "{periods:?}");
        }
    }
}
