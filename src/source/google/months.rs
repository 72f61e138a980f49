//! Which month is a tab for, by its title, and which such tabs are read? Domain 4, domain 6 rows 12 and 41.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::schedule::notation::date::month_named;

/// A month, and the year if it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TabMonth {
    /// The year, when title or settings say it.
    pub(super) year: Option<i32>,
    /// 1 to 12.
    pub(super) month: u32,
}

impl TabMonth {
    /// The month that a title names: `Nov 2026`, `November`, `11/26`, `2026-11`; nothing when it says more.
    pub(super) fn of_title(title: &str) -> Option<Self> {
        let parts: Vec<&str> =
            title.split(|sign: char| !sign.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [month] => Some(Self { year: None, month: month_named(month)? }),
            [first, second] => match (month_named(first), month_named(second)) {
                (Some(month), None) => Some(Self { year: Some(year(second)?), month }),
                (None, Some(month)) => Some(Self { year: Some(year(first)?), month }),
                (None, None) if first.len() == 4 => Some(Self { year: Some(year(first)?), month: number(second)? }),
                (None, None) => Some(Self { year: Some(year(second)?), month: number(first)? }),
                (Some(_), Some(_)) => None,
            },
            _ => None,
        }
    }

    /// Whether it is the month of `day`, or may be, where the year is not known.
    pub(super) fn fits(self, day: NaiveDate) -> bool {
        self.month == day.month() && self.year.is_none_or(|year| year == day.year())
    }

    /// Whether it is read on `today`: tabs of past years are not, but for last month's, whose last night may still run.
    pub(super) fn is_read_on(self, today: NaiveDate) -> bool {
        let last_month = today.checked_sub_months(Months::new(1)).unwrap_or(today);
        self.year.is_none_or(|year| year >= today.year()) || self.fits(last_month)
    }
}

/// The months from today's to the one of the day `ahead_days` on for which `present` has no tab.
pub(super) fn missing(present: &[TabMonth], today: NaiveDate, ahead_days: u32) -> Vec<NaiveDate> {
    let last = today.checked_add_days(Days::new(u64::from(ahead_days))).unwrap_or(today);
    let first_of = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    std::iter::successors(Some(first_of(today)), |day| day.checked_add_months(Months::new(1)))
        .take_while(|day| *day <= last)
        .filter(|day| !present.iter().any(|month| month.fits(*day)))
        .collect()
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|month| text.len() <= 2 && (1..=12).contains(month))
}

/// Four digits, or the last two of this century's.
fn year(text: &str) -> Option<i32> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = text.parse().ok()?;
    match text.len() {
        4 if (2000..2100).contains(&number) => Some(number),
        2 => Some(2000 + number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn titles_of_months_are_told_from_others() {
        for title in ["Nov 2026", "November 2026", "11/26", "2026-11", "11-2026", "2026 Nov", "NOV '26", "nov. 26"] {
            assert_eq!(TabMonth::of_title(title), Some(TabMonth { year: Some(2026), month: 11 }), "{title}");
        }
        for title in ["November", "nov", "Nov."] {
            assert_eq!(TabMonth::of_title(title), Some(TabMonth { year: None, month: 11 }), "{title}");
        }
        for title in ["", "Contacts", "Nov 2026 old", "13/26", "2026", "11", "Nov Dec", "May I", "2026-2027", "Ma 2026"]
        {
            assert_eq!(TabMonth::of_title(title), None, "{title}");
        }
    }

    #[test]
    fn past_years_are_left_but_for_last_month() {
        let read = |title: &str, today: &str| TabMonth::of_title(title).unwrap().is_read_on(day(today));
        assert!(read("Dec 2026", "2027-01-01") && read("Jan 2027", "2027-01-01") && read("March", "2027-01-01"));
        assert!(!read("Nov 2026", "2027-01-01") && !read("Dec 2026", "2027-02-01"));
        assert!(read("Jan 2026", "2026-11-22") && read("Jan 2028", "2026-11-22"));
    }

    #[test]
    fn a_month_is_missing_from_some_days_before_it_begins() {
        let present = [TabMonth::of_title("Nov 2026").unwrap()];
        assert_eq!(missing(&present, day("2026-11-16"), 14), []);
        assert_eq!(missing(&present, day("2026-11-17"), 14), [day("2026-12-01")]);
        assert_eq!(missing(&present, day("2026-12-31"), 1), [day("2026-12-01"), day("2027-01-01")]);
        assert_eq!(missing(&[TabMonth { year: None, month: 12 }], day("2026-12-01"), 14), []);
    }
}
