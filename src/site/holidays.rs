//! Which days does the holidays file list? `date,name,(closed|open)`, one day a row.

use crate::civil::{Holiday, HolidayCalendar};
use crate::schedule::grid::{Grid, GridRow, address};
use crate::schedule::notation::date::{self, DateOrder, Order};

/// A row of the holidays file that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sheet} {cell}: {text:?} is not {expected}; a row is for example 2026-12-25,Christmas Day,closed")]
pub struct HolidayError {
    /// The file.
    pub sheet: String,
    /// The cell.
    pub cell: String,
    /// What it says.
    pub text: String,
    /// What it should say.
    pub expected: &'static str,
}

/// Reads the file. A wrong row is an error, because a holiday that is overlooked opens a desk that is closed.
pub fn read(grid: &Grid) -> Result<HolidayCalendar, HolidayError> {
    let mut calendar = HolidayCalendar::default();
    for (index, row) in grid.rows.iter().enumerate() {
        let is_heading = index == 0 && row.text(0).eq_ignore_ascii_case("date");
        if is_heading || row.line().is_empty() {
            continue;
        }
        let error = |column: usize, expected| HolidayError {
            sheet: grid.sheet.to_string(),
            cell: address(column, row.number),
            text: row.text(column).to_owned(),
            expected,
        };
        let date = day(row).ok_or_else(|| error(0, "a date with its year"))?;
        let closed = match row.text(2).to_ascii_lowercase().as_str() {
            "closed" | "" => true,
            "open" => false,
            _ => return Err(error(2, "closed or open")),
        };
        calendar.insert(date, Holiday { name: row.text(1).to_owned(), closed });
    }
    Ok(calendar)
}

fn day(row: &GridRow) -> Option<chrono::NaiveDate> {
    let written = date::read(row.text(0), Order::Set(DateOrder::MonthFirst)).ok()?;
    written.in_year(written.year?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: &[&[&str]]) -> Grid {
        Grid::of("holidays.csv", (1..).zip(rows.iter().copied()))
    }

    #[test]
    fn a_closed_day_and_an_open_one_are_told_apart() {
        let calendar = read(&grid(&[
            &["date", "name", "closed"],
            &["2026-12-25", "Christmas Day", "closed"],
            &[],
            &["7/4/2026", "Independence Day", "open"],
        ]))
        .unwrap();
        let days: Vec<_> = calendar.days().map(|(date, day)| (date.to_string(), day.closed)).collect();
        assert_eq!(days, [("2026-07-04".to_owned(), false), ("2026-12-25".to_owned(), true)]);
    }

    #[test]
    fn a_wrong_row_names_its_cell() {
        let error = read(&grid(&[&["2026-12-32", "Christmas Day", "closed"]])).unwrap_err();
        assert_eq!((error.cell.as_str(), error.text.as_str()), ("A1", "2026-12-32"));
        let error = read(&grid(&[&["2026-12-25", "Christmas Day", "shut"]])).unwrap_err();
        assert_eq!((error.cell.as_str(), error.text.as_str()), ("C1", "shut"));
    }
}
