//! Whose duty is a row, once its span is known? The people of each column, in the role of the column or of the row.

use crate::civil::Interval;
use crate::schedule::grid::GridRow;
use crate::schedule::problem::ProblemKind;
use crate::schedule::shift::{Role, ShiftKind};

use super::header::{Header, PersonColumn};
use super::roles::Roles;
use super::settings::Column;
use super::sheet::{Duty, Flaw, Sheet};

/// Adds the shifts of one row, a column of people after the other.
pub(super) fn push(sheet: &mut Sheet<'_>, row: &GridRow, interval: Interval, roles: &mut Roles) {
    check_width(sheet, row);
    let header = sheet.header;
    let kind = sheet.kind(row);
    for person in &header.people {
        sheet.push(&of_cell(header, row, interval, (roles.of_person(row, person), kind), person));
    }
}

/// Says when a row has more cells than the header: then a name may have been split by a comma.
pub(super) fn check_width(sheet: &mut Sheet<'_>, row: &GridRow) {
    let extra = (sheet.header.width..row.width()).find(|column| !row.text(*column).is_empty());
    if let Some(column) = extra {
        sheet.report(row, Flaw { column, kind: ProblemKind::ExtraCells });
    }
}

/// The duty of one cell of people, with the columns that tell how to reach them.
pub(super) fn of_cell<'r>(
    header: &Header,
    row: &'r GridRow,
    interval: Interval,
    (role, kind): (Role, ShiftKind),
    person: &PersonColumn,
) -> Duty<'r> {
    let several = header.people.len() > 1;
    let own = |column: Column| header.place(column).filter(|_| !several);
    Duty {
        row,
        interval,
        role,
        kind,
        person: person.column,
        phone: person.phone.or(own(Column::Phone)),
        email: person.email.or(own(Column::Email)),
        note: person.note.or(header.place(Column::Note)),
        text: None,
    }
}
