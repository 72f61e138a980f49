//! Which year does a day without one mean? Domain 6 row 12: the sheet's year, else the nearest to the row before.

use chrono::{Datelike, NaiveDate};

use super::Refusal;
use super::date::WrittenDate;

/// Six months, in days: the farthest that a chosen year may be from the row before.
const SIX_MONTHS_DAYS: i64 = 184;
/// How close a row must follow the one before it to have crossed New Year against the sheet's year.
const NEXT_ROW_DAYS: i64 = 31;

/// What the rows so far tell about years. Rows are given in the order of the sheet, which may run backwards.
#[derive(Debug, Clone, Default)]
pub struct YearRule {
    sheet_year: Option<i32>,
    last: Option<NaiveDate>,
    seen: Option<(NaiveDate, NaiveDate)>,
    /// The days without a year that fell into the sheet's year, and those that fell beside it.
    inside: Option<(NaiveDate, NaiveDate)>,
    beside: Option<(NaiveDate, NaiveDate)>,
    refuses: bool,
}

/// A list that runs across New Year and may have begun in another year than the sheet's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearDoubt {
    /// Only a few days lead in and most of a year follows, so the list begins in this year.
    BeginsIn(i32),
    /// Both readings are likely.
    Unclear,
}

impl YearRule {
    /// The rule for a sheet whose year is known from the settings, its name or its title, or from nowhere.
    pub fn new(sheet_year: Option<i32>) -> Self {
        Self { sheet_year, ..Self::default() }
    }

    /// The rule that reads no day without a year, because the sheet's year fits either side of New Year.
    pub fn refusing(sheet_year: i32) -> Self {
        Self { sheet_year: Some(sheet_year), refuses: true, ..Self::default() }
    }

    /// The year of days that are written without one, where something says it.
    pub fn sheet_year(&self) -> Option<i32> {
        self.sheet_year
    }

    /// Whether the days read so far may be a whole year off, although each of them fits the one before.
    ///
    /// `12/29, 1/5, 1/12` below the title "2026" begins in 2025 or ends in 2027. A list that first stays in its year for
    /// more than a month, or that runs over its end by no more than that, is in no doubt.
    pub fn doubt(&self) -> Option<YearDoubt> {
        let days = |(first, last): (NaiveDate, NaiveDate)| (last - first).num_days();
        let (year, inside, beside) = (self.sheet_year?, self.inside?, self.beside?);
        let forwards = beside.0.year() > year;
        if days(inside) > NEXT_ROW_DAYS || (forwards && days(beside) <= days(inside)) {
            return None;
        }
        let begins = if forwards { year - 1 } else { year + 1 };
        Some(if days(beside) > SIX_MONTHS_DAYS { YearDoubt::BeginsIn(begins) } else { YearDoubt::Unclear })
    }

    /// The day meant by `written`, which becomes what the next row is compared with.
    pub fn complete(&mut self, written: WrittenDate) -> Result<NaiveDate, Refusal> {
        if written.year.is_none() {
            self.refuse(written.month)?;
        }
        let date = match (written.year, self.sheet_year, self.last) {
            (Some(year), _, _) | (None, Some(year), None) => written.in_year(year)?,
            (None, Some(year), Some(last)) => self.beside_sheet_year(written, year, last)?,
            (None, None, Some(last)) => nearest(written, last)?,
            (None, None, None) => return Err(Refusal::YearMissing),
        };
        self.saw(date);
        if written.year.is_none() {
            self.place(date);
        }
        Ok(date)
    }

    /// Notes a day without a year whose month was found by the months above it, counted on from the sheet's year.
    pub fn saw_without_year(&mut self, date: NaiveDate) -> Result<(), Refusal> {
        self.refuse(date.month())?;
        self.saw(date);
        self.place(date);
        Ok(())
    }

    /// Refuses a day without a year where the list fits on either side of New Year.
    fn refuse(&self, month: u32) -> Result<(), Refusal> {
        let (true, Some(year)) = (self.refuses, self.sheet_year) else { return Ok(()) };
        let earlier = if month > 6 { year - 1 } else { year };
        Err(Refusal::YearUnclear { earlier, later: earlier + 1 })
    }

    /// Notes on which side of the sheet's year a day fell.
    fn place(&mut self, date: NaiveDate) {
        if let Some(year) = self.sheet_year {
            let side = if year == date.year() { &mut self.inside } else { &mut self.beside };
            *side = Some(widened(*side, date));
        }
    }

    /// Makes a day that is certain what the next row is compared with.
    pub fn saw(&mut self, date: NaiveDate) {
        self.last = Some(date);
        self.seen = Some(widened(self.seen, date));
    }

    /// A row that the sheet's year puts more than six months from the row before is refused, unless it follows that row
    /// closely across New Year and its day was not yet passed: then the list has plainly run on into the next year.
    fn beside_sheet_year(&self, written: WrittenDate, year: i32, last: NaiveDate) -> Result<NaiveDate, Refusal> {
        let candidate = NaiveDate::from_ymd_opt(year, written.month, written.day);
        if let Some(candidate) = candidate
            && (candidate - last).num_days().abs() <= SIX_MONTHS_DAYS
        {
            return written.in_year(year);
        }
        let other = nearest(written, last)?;
        let passed = candidate.is_some_and(|day| self.seen.is_some_and(|(from, to)| from <= day && day <= to));
        if passed || (other - last).num_days().abs() > NEXT_ROW_DAYS {
            return Err(Refusal::YearFarOff { candidate: candidate.unwrap_or(other) });
        }
        Ok(other)
    }
}

fn widened(span: Option<(NaiveDate, NaiveDate)>, date: NaiveDate) -> (NaiveDate, NaiveDate) {
    span.map_or((date, date), |(first, last)| (first.min(date), last.max(date)))
}

/// The day in the year that puts it nearest to `anchor`, if that is within six months and its weekday agrees.
fn nearest(written: WrittenDate, anchor: NaiveDate) -> Result<NaiveDate, Refusal> {
    let candidate = closest(written, anchor).ok_or(Refusal::NoSuchDay)?;
    if (candidate - anchor).num_days().abs() > SIX_MONTHS_DAYS {
        return Err(Refusal::YearFarOff { candidate });
    }
    written.in_year(candidate.year())
}

/// The closest such day, up to eight years away: that is how far 29 February can be.
fn closest(written: WrittenDate, anchor: NaiveDate) -> Option<NaiveDate> {
    (anchor.year() - 8..=anchor.year() + 8)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, written.month, written.day))
        .min_by_key(|date| (*date - anchor).num_days().abs())
}

/// The end of a span that begins on `start`: its own year, or the first that is not before the start
/// (`Dec 28`-`Jan 3` crosses New Year). More than six months after the start is refused.
pub fn complete_end(written: WrittenDate, start: NaiveDate) -> Result<NaiveDate, Refusal> {
    if let Some(year) = written.year {
        return written.in_year(year);
    }
    let candidate = (start.year()..=start.year() + 8)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, written.month, written.day))
        .find(|date| *date >= start)
        .ok_or(Refusal::NoSuchDay)?;
    if (candidate - start).num_days() > SIX_MONTHS_DAYS {
        return Err(Refusal::YearFarOff { candidate });
    }
    written.in_year(candidate.year())
}

/// The one year from 2000 to 2099 that a sheet's name says; nothing when it says several.
///
/// A name with a whole date in it, such as `aims-2025-12-30.csv`, says when the file was made and no year of shifts.
pub fn in_name(text: &str) -> Option<i32> {
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let numbers = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(digits).count();
    if numbers > 2 { None } else { in_title(text) }
}

/// The one year from 2000 to 2099 that a title names; nothing when it names several, or says when it was changed.
pub fn in_title(text: &str) -> Option<i32> {
    const CHANGED: [&str; 8] = ["updated", "revised", "changed", "edited", "modified", "printed", "exported", "as of"];
    let lower = text.to_lowercase();
    if CHANGED.iter().any(|word| lower.contains(word)) {
        return None;
    }
    let mut years = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| part.len() == 4 && part.starts_with("20"))
        .filter_map(|part| part.parse().ok());
    let year = years.next()?;
    years.all(|other| other == year).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::super::date::{Order, read};
    use super::*;

    /// The days that a column of cells means; `None` where one is refused.
    fn days(sheet_year: Option<i32>, cells: &[&str]) -> Vec<Result<String, Refusal>> {
        let mut rule = YearRule::new(sheet_year);
        cells
            .iter()
            .map(|cell| rule.complete(read(cell, Order::Assumed).unwrap()).map(|date| date.to_string()))
            .collect()
    }

    fn all(days: &[&str]) -> Vec<Result<String, Refusal>> {
        days.iter().map(|day| Ok((*day).to_owned())).collect()
    }

    #[test]
    fn years_follow_from_the_row_before_in_either_direction() {
        assert_eq!(
            days(None, &["12/20/2026", "12/27", "1/3", "1/10/2027"]),
            all(&["2026-12-20", "2026-12-27", "2027-01-03", "2027-01-10"])
        );
        assert_eq!(days(None, &["1/10/2027", "1/3", "12/27"]), all(&["2027-01-10", "2027-01-03", "2026-12-27"]));
    }

    #[test]
    fn without_any_year_nothing_is_read() {
        assert_eq!(days(None, &["12/20", "12/27/2026"])[0], Err(Refusal::YearMissing));
    }

    #[test]
    fn the_year_of_the_sheet_holds_and_may_run_on_into_the_next() {
        assert_eq!(days(Some(2026), &["3/1", "11/3"]).last().unwrap().clone().unwrap_err(), {
            Refusal::YearFarOff { candidate: NaiveDate::from_ymd_opt(2026, 11, 3).unwrap() }
        });
        assert_eq!(days(Some(2026), &["11/29", "12/27", "1/3"]), all(&["2026-11-29", "2026-12-27", "2027-01-03"]));
        // A second block that begins at the first day again is no new year.
        let restarted = days(Some(2026), &["1/5", "6/1", "12/1", "12/28", "1/5"]);
        assert_eq!(restarted[3], Ok("2026-12-28".to_owned()));
        assert!(matches!(restarted[4], Err(Refusal::YearFarOff { .. })));
    }

    #[test]
    fn a_list_across_new_year_may_begin_in_another_year_than_its_title() {
        let doubt = |cells: &[&str]| {
            let mut rule = YearRule::new(Some(2026));
            for cell in cells {
                rule.complete(read(cell, Order::Assumed).unwrap()).unwrap();
            }
            rule.doubt()
        };
        let year = ["12/29", "1/26", "2/23", "3/23", "4/20", "5/18", "6/15", "7/13", "8/10"];
        assert_eq!(doubt(&year), Some(YearDoubt::BeginsIn(2025)));
        let backwards = ["1/4", "12/28", "11/30", "11/2", "10/5", "9/7", "8/10", "7/13", "6/15"];
        assert_eq!(doubt(&backwards), Some(YearDoubt::BeginsIn(2027)));
        assert_eq!(doubt(&["12/29", "1/5", "1/12"]), Some(YearDoubt::Unclear));
        assert_eq!(doubt(&["1/5", "12/29"]), Some(YearDoubt::Unclear));
        assert_eq!(doubt(&["11/23", "11/30", "12/28", "1/4"]), None);
        assert_eq!(doubt(&["12/28", "1/4"]), None);
        assert_eq!(doubt(&["12/29/2025", "1/5", "1/12"]), None);
        let refused = YearRule::refusing(2026).complete(read("12/29", Order::Assumed).unwrap());
        assert_eq!(refused, Err(Refusal::YearUnclear { earlier: 2025, later: 2026 }));
    }

    #[test]
    fn a_weekday_must_agree_with_the_year_found() {
        assert!(matches!(days(Some(2026), &["Mon 11/22"])[0], Err(Refusal::WrongWeekday { .. })));
        assert_eq!(days(Some(2026), &["Sun 11/22"]), all(&["2026-11-22"]));
        assert!(matches!(days(None, &["1/1/2026", "2/29"])[1], Err(Refusal::YearFarOff { .. })));
    }

    #[test]
    fn ends_follow_their_start() {
        let start = NaiveDate::from_ymd_opt(2026, 12, 28).unwrap();
        let end = |cell| complete_end(read(cell, Order::Assumed).unwrap(), start).map(|date| date.to_string());
        assert_eq!(end("1/3"), Ok("2027-01-03".to_owned()));
        assert_eq!(end("12/28"), Ok("2026-12-28".to_owned()));
        assert_eq!(end("1/3/2027"), Ok("2027-01-03".to_owned()));
        assert!(matches!(end("12/27"), Err(Refusal::YearFarOff { .. })));
    }

    #[test]
    fn a_title_names_one_year_or_none() {
        for (title, year) in [
            ("AIMS on-call 2026", Some(2026)),
            ("aims-2026.csv", Some(2026)),
            ("Nov 2026", Some(2026)),
            ("2026-2027", None),
            ("AIMS", None),
            ("20261122", None),
            ("Room 1200", None),
            ("Last updated 12/30/2025", None),
            ("On-call, as of Nov 2025", None),
        ] {
            assert_eq!(in_title(title), year, "{title}");
        }
        assert_eq!(in_name("aims-2026.csv"), Some(2026));
        assert_eq!(in_name("2026-11"), Some(2026));
        assert_eq!(in_name("aims-2025-12-30.csv"), None);
    }
}
