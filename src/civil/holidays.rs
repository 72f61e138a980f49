//! On which days do weekly hours not apply? Holds what `holidays.csv` says; the Sunday rule is written out in that file.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// One line of `holidays.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// What people call the day.
    pub name: String,
    /// Whether the CPS Help Desk is closed on it.
    pub closed: bool,
}

/// The holidays a site lists, by date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HolidayCalendar {
    days: BTreeMap<NaiveDate, Holiday>,
}

impl HolidayCalendar {
    /// The calendar with one more day; a date listed twice keeps its last line.
    pub fn insert(&mut self, date: NaiveDate, holiday: Holiday) {
        self.days.insert(date, holiday);
    }

    /// The holiday on `date`, open or closed.
    pub fn on(&self, date: NaiveDate) -> Option<&Holiday> {
        self.days.get(&date)
    }

    /// Whether `date` is listed as closed.
    pub fn is_closed(&self, date: NaiveDate) -> bool {
        self.on(date).is_some_and(|holiday| holiday.closed)
    }

    /// All listed days in order of their dates.
    pub fn days(&self) -> impl Iterator<Item = (NaiveDate, &Holiday)> {
        self.days.iter().map(|(date, holiday)| (*date, holiday))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_day_is_closed_only_if_it_says_so_and_its_last_line_counts() {
        let date = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let day = |name: &str, closed| Holiday { name: name.to_owned(), closed };
        let mut calendar = HolidayCalendar::default();
        calendar.insert(date(12, 24), day("Christmas Eve", false));
        calendar.insert(date(11, 26), day("Thanksgiving", true));
        calendar.insert(date(11, 27), day("Friday after Thanksgiving", false));
        calendar.insert(date(12, 24), day("Christmas Eve", true));
        assert!(calendar.is_closed(date(11, 26)) && calendar.is_closed(date(12, 24)));
        assert!(!calendar.is_closed(date(11, 27)), "listed as open");
        assert!(!calendar.is_closed(date(11, 25)), "not listed");
        assert_eq!(calendar.on(date(11, 27)).map(|holiday| holiday.name.as_str()), Some("Friday after Thanksgiving"));
        let dates: Vec<NaiveDate> = calendar.days().map(|(date, _)| date).collect();
        assert_eq!(dates, [date(11, 26), date(11, 27), date(12, 24)]);
    }
}
