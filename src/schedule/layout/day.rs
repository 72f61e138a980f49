//! Which shifts does a sheet with one row a day say? From handoff to handoff, or the hours that the row or its word says.

use super::periods::{self, Unit};
use super::settings::Column;
use super::sheet::Sheet;

/// Reads every row below the header.
pub(super) fn read(sheet: &mut Sheet<'_>) {
    let header = sheet.header;
    let place = header.place(Column::Date).or_else(|| header.place(Column::Day)).or_else(|| header.start());
    let Some(date) = place.or_else(|| header.place(Column::Week)) else { return };
    periods::read(sheet, date, Unit::Day);
}
