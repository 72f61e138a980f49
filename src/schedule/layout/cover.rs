//! Does a cell of people say a change within its span? `Ana (Ben on 9 Apr, Cy on 10 Apr)`, `Ana (AM) Ben (PM)`. Words only.

use chrono::{Days, NaiveDate, Weekday};

use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::{self, Order, WrittenDate, weekday_named};
use crate::schedule::notation::year;

/// What a cell of people says beyond names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said<'t> {
    /// Names alone, or a remark that `people` judges.
    Names,
    /// Somebody, and others on single days.
    Covered { holder: &'t str, covers: Vec<(&'t str, When)> },
    /// One person before noon and another after it.
    Halves { morning: &'t str, afternoon: &'t str },
    /// Something that looks like one of these and cannot be read surely.
    Unclear,
}

/// The day of a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Date(WrittenDate),
    Weekday(Weekday),
}

/// Reads what a cell of people says beyond names.
///
/// A change in a cell with struck-out words is not read: the words may be struck across several of its parts.
pub(super) fn read(cell: &str, order: Order) -> Said<'_> {
    match changes(cell, order) {
        Said::Covered { .. } | Said::Halves { .. } if cell.contains("~~") => Said::Unclear,
        said => said,
    }
}

fn changes(cell: &str, order: Order) -> Said<'_> {
    let lower = cell.to_ascii_lowercase();
    if lower.contains("(am)") || lower.contains("(pm)") {
        return halves(cell, &lower).unwrap_or(Said::Unclear);
    }
    let Some((holder, inside)) = cell.split_once('(') else { return Said::Names };
    let Some(inside) = inside.trim_end().strip_suffix(')') else { return Said::Names };
    if !inside.to_ascii_lowercase().contains(" on ") {
        return Said::Names;
    }
    let covers: Option<Vec<_>> = parts(inside).into_iter().map(|part| cover(part, order)).collect();
    match covers {
        Some(covers) if !holder.trim().is_empty() && !inside.contains(['(', ')']) => {
            Said::Covered { holder: holder.trim(), covers }
        }
        _ => Said::Unclear,
    }
}

/// The parts between commas and semicolons; the year of `Apr 9, 2024` stays with its day.
fn parts(inside: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for (index, _) in inside.match_indices([',', ';']) {
        let rest = inside.get(index + 1..).unwrap_or_default().trim_start();
        if !rest.starts_with("20") {
            parts.extend(inside.get(begin..index));
            begin = index + 1;
        }
    }
    parts.extend(inside.get(begin..));
    parts
}

fn cover(part: &str, order: Order) -> Option<(&str, When)> {
    let part = part.trim();
    let at = part.to_ascii_lowercase().rfind(" on ")?;
    let (name, day) = (part.get(..at)?.trim(), part.get(at + 4..)?.trim());
    let when = match weekday_named(day) {
        Some(weekday) => When::Weekday(weekday),
        None => When::Date(date::read(day, order).ok()?),
    };
    (!name.is_empty()).then_some((name, when))
}

fn halves<'t>(cell: &'t str, lower: &str) -> Option<Said<'t>> {
    let (am, pm) = (lower.find("(am)")?, lower.find("(pm)")?);
    let (first, second) = (am.min(pm), am.max(pm));
    let trim = |text: &'t str| text.trim_matches(|c: char| c.is_whitespace() || "/,;&|".contains(c));
    let (one, other) = (trim(cell.get(..first)?), trim(cell.get(first + 4..second)?));
    let rest = trim(cell.get(second + 4..)?);
    let plain = |name: &str| !name.is_empty() && !name.contains(['(', ')']);
    if !rest.is_empty() || !plain(one) || !plain(other) {
        return None;
    }
    Some(if am < pm {
        Said::Halves { morning: one, afternoon: other }
    } else {
        Said::Halves { morning: other, afternoon: one }
    })
}

impl When {
    /// The one day from `first` to `last` that is meant.
    pub(super) fn within(self, first: NaiveDate, last: NaiveDate) -> Result<NaiveDate, Refusal> {
        let found = match self {
            Self::Weekday(weekday) => {
                use chrono::Datelike;
                let ahead = u64::from(weekday.days_since(first.weekday()));
                let day = first.checked_add_days(Days::new(ahead)).ok_or(Refusal::NoSuchDay)?;
                // In a longer span a weekday comes twice.
                if (last - first).num_days() >= 7 { Err(Refusal::NoSuchDay) } else { Ok(day) }
            }
            Self::Date(date) => year::complete_end(date, first),
        }?;
        if first <= found && found <= last { Ok(found) } else { Err(Refusal::NoSuchDay) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_inside_a_cell() {
        let days = |cell: &str| match read(cell, Order::Assumed) {
            Said::Covered { holder, covers } => {
                let (first, last) =
                    (NaiveDate::from_ymd_opt(2026, 12, 28).unwrap(), NaiveDate::from_ymd_opt(2027, 1, 3).unwrap());
                let day = |(name, when): &(&str, When)| match when.within(first, last) {
                    Ok(day) => format!("{name} {day}"),
                    Err(refusal) => format!("{name} {refusal:?}"),
                };
                format!("{holder}: {}", covers.iter().map(day).collect::<Vec<_>>().join(", "))
            }
            Said::Halves { morning, afternoon } => format!("{morning}, then {afternoon}"),
            other => format!("{other:?}"),
        };
        for (cell, wanted) in [
            ("Ana (Ben on 29 Dec, Cy Moss on 2 Jan)", "Ana: Ben 2026-12-29, Cy Moss 2027-01-02"),
            ("Ana Ortiz (Ben on Jan 2, 2027; Cy on Tue)", "Ana Ortiz: Ben 2027-01-02, Cy 2026-12-29"),
            ("Ana (Ben on 12/30/2026)", "Ana: Ben 2026-12-30"),
            ("Ana (Ben on 4 Jan)", "Ana: Ben NoSuchDay"),
            ("Ana (Ben on 27 Dec)", "Ana: Ben YearFarOff { candidate: 2027-12-27 }"),
            ("Ana (AM) Ben (PM)", "Ana, then Ben"),
            ("Ben (pm) / Ana (am)", "Ana, then Ben"),
            ("Ana (AM)", "Unclear"),
            ("Ana (AM) Ben (PM) Cy", "Unclear"),
            ("Ana (AM) (PM)", "Unclear"),
            ("Ana (Ben on 9 or 10 Dec)", "Unclear"),
            ("Ana (Ben on leave)", "Unclear"),
            ("Ana (Ben on 29 Dec, Cy)", "Unclear"),
            ("Ana (Ben on 28 Dec, ~~Cy on 29 Dec, Dee on 30 Dec, Eli on 31 Dec~~)", "Unclear"),
            ("~~Ana (AM)~~ Ben (PM)", "Unclear"),
            ("~~Ana~~ Ben", "Names"),
            ("Ana (instead of Ben)", "Names"),
            ("Ana", "Names"),
        ] {
            assert_eq!(days(cell), wanted, "{cell}");
        }
    }
}
