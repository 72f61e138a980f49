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
}

impl YearRule {
    /// The rule for a sheet whose year is known from the settings, its name or its title, or from nowhere.
    pub fn new(sheet_year: Option<i32>) -> Self {
        Self { sheet_year, ..Self::default() }
    }

    /// The day meant by `written`, which becomes what the next row is compared with.
    pub fn complete(&mut self, written: WrittenDate) -> Result<NaiveDate, Refusal> {
        let date = match (written.year, self.sheet_year, self.last) {
            (Some(year), _, _) | (None, Some(year), None) => written.in_year(year)?,
            (None, Some(year), Some(last)) => self.beside_sheet_year(written, year, last)?,
            (None, None, Some(last)) => nearest(written, last)?,
            (None, None, None) => return Err(Refusal::YearMissing),
        };
        self.saw(date);
        Ok(date)
    }

    /// Makes a day that is certain what the next row is compared with.
    pub fn saw(&mut self, date: NaiveDate) {
        self.last = Some(date);
        self.seen = Some(self.seen.map_or((date, date), |(first, last)| (first.min(date), last.max(date))));
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

/// The one year from 2000 to 2099 that a title names; nothing when it names several.
pub fn in_title(text: &str) -> Option<i32> {
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
        ] {
            assert_eq!(in_title(title), year, "{title}");
        }
    }
}
