//! What is left of an answer for somebody who may not see numbers? The same shape, without what reaches a person.
//!
//! A number keeps its last two digits, so that two people can tell whether they mean the same one; an e-mail address
//! goes. Cells and messages may quote both, whoever typed the sheet.

use std::sync::OnceLock;

use regex_lite::{Captures, Regex};

use super::gaps::{GapView, Gaps, OverlapView};
use super::problem::ProblemView;
use super::shifts::Shifts;
use super::who::{PersonView, RowView, Who};

/// How many digits a telephone number has at least; extensions and years have fewer.
const FEWEST_DIGITS: usize = 7;
/// What stands for the hidden digits of a number.
const HIDDEN: &str = "…";

/// A telephone number as somebody sees it who may not see it: `…42`.
pub fn number(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let shown: String = digits.iter().skip(digits.len().saturating_sub(2)).collect();
    format!("{HIDDEN}{shown}")
}

/// A text in which numbers and addresses are hidden. Dates stay.
pub fn text(typed: &str) -> String {
    static ADDRESS: OnceLock<Option<Regex>> = OnceLock::new();
    static NUMBER: OnceLock<Option<Regex>> = OnceLock::new();
    static DATE: OnceLock<Option<Regex>> = OnceLock::new();
    let of =
        |cell: &'static OnceLock<Option<Regex>>, pattern: &str| cell.get_or_init(|| Regex::new(pattern).ok()).as_ref();
    let (Some(address), Some(figures), Some(date)) = (
        of(&ADDRESS, r"[^\s@<>,;|]+@[^\s@<>,;|]+"),
        of(&NUMBER, r"\+?\(?[0-9][0-9 .()\-\u{a0}\u{2010}-\u{2013}]{5,}[0-9]"),
        of(&DATE, r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}"),
    ) else {
        return HIDDEN.to_owned();
    };
    let without = address.replace_all(typed, HIDDEN);
    let hide = |found: &Captures<'_>| {
        let found = found.get(0).map_or("", |found| found.as_str());
        let rest = date.replace_all(found, "");
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        if digits < FEWEST_DIGITS { found.to_owned() } else { number(found) }
    };
    figures.replace_all(&without, hide).into_owned()
}

/// Whatever can be shown without numbers and addresses.
pub trait Masked {
    /// Hides them.
    fn mask(&mut self);

    /// The same with them hidden.
    #[must_use]
    fn masked(mut self) -> Self
    where
        Self: Sized,
    {
        self.mask();
        self
    }
}

fn all<'a, T: Masked + 'a>(parts: impl IntoIterator<Item = &'a mut T>) {
    parts.into_iter().for_each(Masked::mask);
}

impl Masked for Who<'_> {
    fn mask(&mut self) {
        for schedule in &mut self.schedules {
            all(&mut schedule.on_call);
            all(schedule.next.iter_mut().flat_map(|next| &mut next.on_call));
            all(&mut schedule.problems);
        }
    }
}

impl Masked for Gaps<'_> {
    fn mask(&mut self) {
        for schedule in &mut self.schedules {
            all(&mut schedule.gaps);
            all(&mut schedule.overlaps);
            all(schedule.problems.iter_mut().chain(&mut schedule.past_problems));
        }
        for person in &mut self.opted_out {
            person.phone = number(&person.phone);
        }
    }
}

impl Masked for Shifts<'_> {
    fn mask(&mut self) {
        for schedule in &mut self.schedules {
            all(schedule.shifts.iter_mut().map(|shift| &mut shift.person));
            all(&mut schedule.gaps);
            all(schedule.replaced.iter_mut().flat_map(|replaced| [&mut replaced.row, &mut replaced.overridden_by]));
            all(&mut schedule.problems);
        }
    }
}

impl Masked for PersonView {
    fn mask(&mut self) {
        self.phone = self.phone.as_deref().map(number);
        self.email = None;
        self.row.mask();
    }
}

impl Masked for RowView {
    fn mask(&mut self) {
        self.text = text(&self.text);
    }
}

impl Masked for GapView {
    fn mask(&mut self) {
        all(&mut self.rows);
    }
}

impl Masked for OverlapView {
    fn mask(&mut self) {
        all(&mut self.rows);
    }
}

impl Masked for ProblemView {
    fn mask(&mut self) {
        for said in [&mut self.text, &mut self.message, &mut self.hint] {
            *said = text(said);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_two_digits_and_dates_all() {
        for (typed, shown) in [
            ("Ada Ruiz 608-555-0101", "Ada Ruiz …01"),
            ("call +1 (608) 555-0142 x12, or ada@example.edu.", "call …42 x12, or …"),
            ("2026-11-22, 2026-11-29, Ada", "2026-11-22, 2026-11-29, Ada"),
            ("2026-11-22 2026-11-29", "2026-11-22 2026-11-29"),
            ("22.11.2026 - 29.11.2026", "22.11.2026 - 29.11.2026"),
            ("11/22/2026 17:00 | 555 0142", "11/22/2026 17:00 | …42"),
            ("row 12 of 2026", "row 12 of 2026"),
            ("2026-11-22 6085550142", "…42"),
        ] {
            assert_eq!(text(typed), shown, "{typed}");
        }
        assert_eq!(number("+16085550142"), "…42");
        assert_eq!(number(""), "…");
    }
}
