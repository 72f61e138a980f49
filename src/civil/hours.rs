//! Which hours of which weekdays is a desk open? Reads `"Mon-Fri 07:00-18:00"` and `"always"`.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

/// Opening hours that repeat each week, in civil time of the site's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyHours {
    /// One list a weekday, Monday first; each block is half-open, `None` as its end means 24:00.
    days: [Vec<Block>; 7],
}

/// Open from a civil time to a later one of the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// When the block opens.
    pub from: NaiveTime,
    /// When it closes; `None` is 24:00.
    pub until: Option<NaiveTime>,
}

/// Why a text does not say weekly hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part:?} is not opening hours; write for example \"Mon-Fri 07:00-18:00\", \"Mon-Thu 07:00-18:00, Fri 07:00-16:00\" or \"always\""
)]
pub struct HoursError {
    /// The part that could not be read.
    pub part: String,
}

impl WeeklyHours {
    /// Open at every instant.
    pub fn always() -> Self {
        Self::on_every_day(Some(Block { from: NaiveTime::MIN, until: None }))
    }

    /// Never open.
    pub fn never() -> Self {
        Self::on_every_day(None)
    }

    fn on_every_day(block: Option<Block>) -> Self {
        Self { days: std::array::from_fn(|_| block.into_iter().collect()) }
    }

    /// Reads a comma-separated list of `DAYS FROM-UNTIL`, or one of the words `always` and `never`.
    ///
    /// Days are English weekday names of three letters or more, alone, in ranges (`Sat-Mon` wraps) or `daily`.
    /// A block whose end is not after its start runs past midnight into the next day.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "always" | "24/7" => return Ok(Self::always()),
            "never" => return Ok(Self::never()),
            _ => {}
        }
        let mut hours = Self::never();
        for part in text.split([',', ';']).map(str::trim) {
            hours.add(part).ok_or_else(|| HoursError { part: part.to_owned() })?;
        }
        Ok(hours)
    }

    fn add(&mut self, part: &str) -> Option<()> {
        let (days, times) = part.split_once(char::is_whitespace)?;
        let (from, until) = times.trim().split_once('-')?;
        let (from, until) = (clock_time(from)??, clock_time(until)?);
        for day in weekdays(days)? {
            match until {
                Some(end) if end <= from => {
                    self.push(day, Block { from, until: None });
                    if end > NaiveTime::MIN {
                        self.push(day.succ(), Block { from: NaiveTime::MIN, until: Some(end) });
                    }
                }
                _ => self.push(day, Block { from, until }),
            }
        }
        Some(())
    }

    fn push(&mut self, day: Weekday, block: Block) {
        if let Some(blocks) = self.days.get_mut(day.num_days_from_monday() as usize) {
            blocks.push(block);
            blocks.sort_unstable_by_key(|block| block.from);
        }
    }

    /// The blocks of `date`'s weekday, sorted by their start.
    pub fn on(&self, date: NaiveDate) -> &[Block] {
        self.days.get(date.weekday().num_days_from_monday() as usize).map_or(&[], Vec::as_slice)
    }
}

/// A time of day as `Some(time)`, or `None` for 24:00; nothing at all when the text is not a time.
#[allow(clippy::option_option, reason = "the outer option is failure, the inner one the block's own end")]
fn clock_time(text: &str) -> Option<Option<NaiveTime>> {
    let text = text.trim();
    if text == "24:00" {
        return Some(None);
    }
    NaiveTime::parse_from_str(text, "%H:%M").ok().map(Some)
}

fn weekdays(text: &str) -> Option<Vec<Weekday>> {
    if text.eq_ignore_ascii_case("daily") {
        return weekdays("Mon-Sun");
    }
    let Some((first, last)) = text.split_once('-') else {
        return Some(vec![text.parse().ok()?]);
    };
    let (mut day, last): (Weekday, Weekday) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let mut days = vec![day];
    while day != last {
        day = day.succ();
        days.push(day);
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of one weekday as `07:00-18:00`; 23 November 2026 is a Monday.
    fn blocks(hours: &WeeklyHours, day: Weekday) -> Vec<String> {
        let monday = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let date = monday + chrono::Days::new(u64::from(day.num_days_from_monday()));
        let until = |block: &Block| block.until.map_or("24:00".to_owned(), |time| time.format("%H:%M").to_string());
        hours.on(date).iter().map(|block| format!("{}-{}", block.from.format("%H:%M"), until(block))).collect()
    }

    #[test]
    fn days_and_times_are_read_as_people_write_them() {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue};
        for (text, day, expected) in [
            ("Mon-Fri 07:00-18:00", Mon, vec!["07:00-18:00"]),
            ("Mon-Fri 07:00-18:00", Fri, vec!["07:00-18:00"]),
            ("Mon-Fri 07:00-18:00", Sat, vec![]),
            ("mon-thu 07:00-18:00; Friday 07:00 - 16:00", Fri, vec!["07:00-16:00"]),
            ("Sat-Mon 10:00-14:00", Sun, vec!["10:00-14:00"]),
            ("Sat-Mon 10:00-14:00", Tue, vec![]),
            ("Tue 13:00-18:00, Tue 08:00-12:00", Tue, vec!["08:00-12:00", "13:00-18:00"]),
            ("daily 00:00-24:00", Thu, vec!["00:00-24:00"]),
            ("Always", Sun, vec!["00:00-24:00"]),
            ("never", Mon, vec![]),
        ] {
            assert_eq!(blocks(&WeeklyHours::parse(text).unwrap(), day), expected, "{text} on {day}");
        }
    }

    #[test]
    fn an_end_not_after_its_start_belongs_to_the_next_day() {
        let night = WeeklyHours::parse("Sun 22:00-02:00").unwrap();
        assert_eq!(blocks(&night, Weekday::Sun), ["22:00-24:00"]);
        assert_eq!(blocks(&night, Weekday::Mon), ["00:00-02:00"]);
        let evening = WeeklyHours::parse("Fri 18:00-00:00").unwrap();
        assert_eq!(blocks(&evening, Weekday::Fri), ["18:00-24:00"]);
        assert!(blocks(&evening, Weekday::Sat).is_empty());
        let round = WeeklyHours::parse("Wed 07:00-07:00").unwrap();
        assert_eq!(blocks(&round, Weekday::Wed), ["07:00-24:00"]);
        assert_eq!(blocks(&round, Weekday::Thu), ["00:00-07:00"]);
    }

    #[test]
    fn what_is_not_hours_is_named() {
        for (text, part) in [
            ("", ""),
            ("Mon-Fri", "Mon-Fri"),
            ("Mon-Fri 7-18", "Mon-Fri 7-18"),
            ("Mon-Fri 07:00-25:00", "Mon-Fri 07:00-25:00"),
            ("Mon 24:00-02:00", "Mon 24:00-02:00"),
            ("Mon 07:00-18:00, weekdays 1", "weekdays 1"),
            ("Mon 07:00-18:00,", ""),
        ] {
            assert_eq!(WeeklyHours::parse(text), Err(HoursError { part: part.to_owned() }), "{text:?}");
        }
    }
}
