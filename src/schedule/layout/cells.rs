//! What does a cell of a grid say: hours, a code, somebody's name? And which way the grid lies: people down, or shifts down.

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::instant::Written;
use crate::schedule::notation::span::{self, Span};
use crate::schedule::problem::{LayoutProblem, ProblemKind};
use crate::schedule::roster::{Match, Roster};

use super::hours::{self, Hours, Said};
use super::names;
use super::periods::last_minute_is_midnight;
use super::sheet::{Flaw, Sheet};
use super::{across::Across, headings};

/// The hours that a cell says by a span or by a code of the settings; none when its person is off.
///
/// A code without hours in the settings is refused: `X` is a day off in one sheet and a day on duty in the next.
pub(super) fn hours(sheet: &mut Sheet<'_>, row: &GridRow, column: usize) -> Result<Option<Hours>, Flaw> {
    let text = row.text(column);
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(hours) = sheet.settings.hours_of(text) {
        return Ok(Some(hours.clone()).filter(|hours| !hours.is_off()));
    }
    if let Some(hours) = hours::whole_hours(text) {
        return Ok(Some(hours));
    }
    match span::read(text, sheet.order()) {
        Ok(Span { start: Written::Time(from), end: Written::Time(until) }) => {
            sheet.see_halves(row, column)?;
            if until.is_last_minute() {
                sheet.report(row, Flaw { column, kind: ProblemKind::EndOfDay });
            }
            if from == until && !sheet.settings.equal_is_full_day {
                sheet.report(row, Flaw { column, kind: ProblemKind::FullDay });
            }
            Ok(Some(Hours::daily(from, last_minute_is_midnight(until))))
        }
        _ if is_off(text) => Ok(None),
        Ok(_) | Err(Refusal::NotUnderstood) if Said::by(text).hours().is_some() => Ok(Said::by(text).hours().cloned()),
        Ok(_) | Err(Refusal::NotUnderstood) => Err(Flaw { column, kind: LayoutProblem::UnknownCode.into() }),
        Err(refusal) => Err(Flaw { column, kind: ProblemKind::Unreadable(refusal) }),
    }
}

/// Says of the label of a row of names what it leaves open: the hours of a part of the day or of the week.
pub(super) fn warn_of_label(sheet: &mut Sheet<'_>, row: &GridRow, column: usize) {
    let label = row.text(column);
    let kind = match Said::by(label) {
        _ if sheet.settings.hours_of(label).is_some() => return,
        Said::Unclear => LayoutProblem::UnknownCode.into(),
        Said::Nothing if headings::is_part_of_day(&headings::key(label)) => LayoutProblem::NoHours.into(),
        _ => return,
    };
    sheet.report(row, Flaw { column, kind });
}

/// Whether a word surely means that somebody is off. One letter or digit never does.
fn is_off(text: &str) -> bool {
    let key = headings::key(text);
    headings::is_absence(&key) || key.len() != 1 && names::is_placeholder(text)
}

/// Whether the rows are shifts or roles and their cells name people; otherwise the rows are people.
pub(super) fn names_stand_in_cells(rows: &[GridRow], across: &Across, sheet: &Sheet<'_>, roster: &Roster) -> bool {
    let labels = || rows.iter().map(|row| row.text(across.label)).filter(|text| !text.is_empty());
    let cells = || {
        let columns = || across.days.iter().map(|(column, _)| *column);
        rows.iter().flat_map(move |row| columns().map(move |column| row.text(column))).filter(|text| !text.is_empty())
    };
    let is_shift = |label: &str| {
        let key = headings::key(label);
        let says_hours = sheet.settings.hours_of(label).is_some() || Said::by(label) != Said::Nothing;
        says_hours || headings::is_part_of_day(&key) || headings::rank(&key).is_some()
    };
    let known = |text: &str| names::parts(text).iter().any(|part| roster.find(part) != Match::Unknown);
    let most = |count: usize, of: usize| of > 0 && count * 2 > of;
    let (label_count, cell_count) = (labels().count(), cells().count());
    let shifts = labels().filter(|label| is_shift(label)).count();
    let people = labels().filter(|label| known(label)).count();
    let people_in_cells = cells().filter(|cell| known(cell)).count();
    !most(people, label_count) && (most(shifts, label_count) || most(people_in_cells, cell_count))
}
