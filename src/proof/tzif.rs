//! When do clocks change by the machine's own zone file? A reader of zone files (RFC 9636), to be compared with our own data.
//!
//! Newer files end their table early and say the rest as a rule (`CST6CDT,M3.2.0,M11.1.0`); both are read.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};

/// A change of the offset by the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The first instant with the new offset.
    pub at: DateTime<Utc>,
    /// Seconds east of UTC from then on.
    pub offset_s: i32,
}

/// The first `count` changes after `after`; `None` when the file cannot be read.
pub fn changes(file: &[u8], after: DateTime<Utc>, count: usize) -> Option<Vec<Change>> {
    let header = Header::read(file)?;
    // The first block has 32-bit times; every file of version 2 and up repeats it with 64 bits.
    let wide = file.get(44 + header.length(4)..)?;
    let header = Header::read(wide)?;
    let mut changes = header.table(wide.get(44..)?)?;
    let last = changes.last().map_or(after, |change| change.at);
    let footer = wide.get(44 + header.length(8)..)?;
    let rule = std::str::from_utf8(footer).ok()?.trim_matches('\n');
    if let Some(rule) = Rule::read(rule) {
        let from = last.max(after);
        changes.extend((from.year()..=from.year() + 10).flat_map(|year| rule.in_year(year)).filter(|it| it.at > last));
    }
    changes.retain(|change| change.at > after);
    changes.truncate(count);
    Some(changes)
}

struct Header {
    universal: usize,
    standard: usize,
    leaps: usize,
    times: usize,
    types: usize,
    letters: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..4)? != b"TZif" || *bytes.get(4)? < b'2' {
            return None;
        }
        let number = |place: usize| {
            let at = 20 + 4 * place;
            let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_be_bytes(four)).ok().filter(|count| *count < 100_000)
        };
        Some(Self {
            universal: number(0)?,
            standard: number(1)?,
            leaps: number(2)?,
            times: number(3)?,
            types: number(4)?,
            letters: number(5)?,
        })
    }

    /// How long the block after the header is, with times of so many bytes.
    fn length(&self, width: usize) -> usize {
        let Self { universal, standard, leaps, times, types, letters } = self;
        times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + universal
    }

    fn table(&self, block: &[u8]) -> Option<Vec<Change>> {
        let types = block.get(self.times * 9..)?;
        let offset = |index: u8| {
            let at = usize::from(index) * 6;
            let four: [u8; 4] = types.get(at..at + 4)?.try_into().ok()?;
            Some(i32::from_be_bytes(four))
        };
        let times = block.get(..self.times * 8)?.chunks_exact(8);
        let indices = block.get(self.times * 8..self.times * 9)?;
        let read = |(time, index): (&[u8], &u8)| {
            let at = DateTime::from_timestamp(i64::from_be_bytes(time.try_into().ok()?), 0)?;
            Some(Change { at, offset_s: offset(*index)? })
        };
        Some(times.zip(indices).filter_map(read).collect())
    }
}

/// Standard and daylight time as a rule for all years: `CST6CDT,M3.2.0,M11.1.0`.
struct Rule {
    standard_s: i32,
    daylight_s: i32,
    begins: Day,
    ends: Day,
}

/// The `week`-th such weekday of a month, 5 being the last, at a clock time.
struct Day {
    month: u32,
    week: u32,
    weekday: u32,
    time_s: i32,
}

impl Rule {
    /// `None` for a zone without daylight time, and for rules that do not count weeks.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let (names, begins, ends) = (parts.next()?, parts.next()?, parts.next()?);
        let (standard, rest) = offset(name(names)?)?;
        let rest = name(rest)?;
        let daylight_s = if rest.is_empty() { standard + 3_600 } else { offset(rest)?.0 };
        Some(Self { standard_s: standard, daylight_s, begins: Day::read(begins)?, ends: Day::read(ends)? })
    }

    fn in_year(&self, year: i32) -> Vec<Change> {
        let change = |day: &Day, before_s: i32, offset_s: i32| {
            let midnight = day.date(year)?.and_hms_opt(0, 0, 0)?.and_utc();
            Some(Change { at: midnight + TimeDelta::seconds(i64::from(day.time_s - before_s)), offset_s })
        };
        let mut changes: Vec<Change> = [
            change(&self.begins, self.standard_s, self.daylight_s),
            change(&self.ends, self.daylight_s, self.standard_s),
        ]
        .into_iter()
        .flatten()
        .collect();
        changes.sort_by_key(|change| change.at);
        changes
    }
}

impl Day {
    fn read(text: &str) -> Option<Self> {
        let (day, time) = text.split_once('/').map_or((text, None), |(day, time)| (day, Some(time)));
        let mut numbers = day.strip_prefix('M')?.split('.').map(|number| number.parse::<u32>().ok());
        let (month, week, weekday) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let time_s = time.map_or(Some(7_200), |time| clock(time).map(|(seconds, _)| seconds))?;
        Some(Self { month, week, weekday, time_s })
    }

    fn date(&self, year: i32) -> Option<NaiveDate> {
        let first = NaiveDate::from_ymd_opt(year, self.month, 1)?;
        let ahead = (7 + self.weekday - first.weekday().num_days_from_sunday()) % 7;
        let weeks = (0..self.week).rev().map(|week| first.checked_add_days(Days::new(u64::from(ahead + 7 * week))));
        weeks.flatten().find(|date| date.month() == self.month)
    }
}

/// What follows the abbreviation at the start.
fn name(text: &str) -> Option<&str> {
    match text.strip_prefix('<') {
        Some(rest) => rest.split_once('>').map(|(_, rest)| rest),
        None => Some(text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic())),
    }
}

/// An offset as POSIX counts it, west of UTC; gives it east of UTC, and what follows.
fn offset(text: &str) -> Option<(i32, &str)> {
    clock(text).map(|(seconds, rest)| (-seconds, rest))
}

/// `[+-]h[:mm[:ss]]` in seconds, and what follows.
fn clock(text: &str) -> Option<(i32, &str)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|letter: char| !letter.is_ascii_digit() && letter != ':').unwrap_or(digits.len());
    let (number, rest) = digits.split_at_checked(end)?;
    let mut seconds = 0;
    for (part, unit) in number.split(':').zip([3_600, 60, 1]) {
        seconds += part.parse::<i32>().ok()? * unit;
    }
    Some((sign * seconds, rest))
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::Chicago;

    use super::*;
    use crate::civil::{Interval, transitions};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A file whose table is empty, as new files' tables end long before today.
    fn slim(rule: &str) -> Vec<u8> {
        let mut header = b"TZif2".to_vec();
        header.resize(20, 0);
        for count in [0_u32, 0, 0, 0, 1, 4] {
            header.extend(count.to_be_bytes());
        }
        let mut block = (-21_600_i32).to_be_bytes().to_vec();
        block.extend([0, 0]);
        block.extend(b"CST\0");
        [header.clone(), block.clone(), header, block, format!("\n{rule}\n").into_bytes()].concat()
    }

    #[test]
    fn a_rule_gives_the_changes_that_our_own_data_have() {
        let after = at("2026-06-01T00:00:00Z");
        let ours = transitions(Chicago, Interval::new(after, at("2031-06-01T00:00:00Z")).unwrap());
        let theirs = changes(&slim("CST6CDT,M3.2.0,M11.1.0"), after, ours.len()).unwrap();
        assert_eq!(ours.len(), 10);
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_eq!((ours.at, ours.after.seconds), (theirs.at, theirs.offset_s));
        }
        // The last Sunday of a month, hours other than two, a name in brackets, half hours.
        let warsaw = changes(&slim("CET-1CEST,M3.5.0,M10.5.0/3"), after, 2).unwrap();
        assert_eq!(warsaw[0], Change { at: at("2026-10-25T01:00:00Z"), offset_s: 3_600 });
        let lord_howe = changes(&slim("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"), after, 1).unwrap();
        assert_eq!(lord_howe[0], Change { at: at("2026-10-03T15:30:00Z"), offset_s: 39_600 });
    }

    #[test]
    fn the_machines_own_file_agrees_with_our_data_where_there_is_one() {
        let Ok(file) = std::fs::read("/usr/share/zoneinfo/America/Chicago") else { return };
        let after = at("2026-06-01T00:00:00Z");
        let theirs = changes(&file, after, 4).unwrap();
        let ours = transitions(Chicago, Interval::new(after, at("2028-06-01T00:00:00Z")).unwrap());
        let ours: Vec<Change> =
            ours.iter().map(|change| Change { at: change.at, offset_s: change.after.seconds }).collect();
        assert_eq!(theirs, ours);
    }

    #[test]
    fn a_file_that_is_none_or_is_cut_gives_nothing_and_never_panics() {
        let whole = slim("CST6CDT,M3.2.0,M11.1.0");
        let after = at("2026-06-01T00:00:00Z");
        assert_eq!(changes(b"PK\x03\x04", after, 2), None);
        for length in 0..whole.len() {
            drop(changes(&whole[..length], after, 2));
        }
        assert_eq!(changes(&slim("UTC0"), after, 2), Some(Vec::new()));
        assert_eq!(changes(&slim("<-03>3"), after, 2), Some(Vec::new()));
    }
}
