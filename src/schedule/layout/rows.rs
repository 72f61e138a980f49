//! Which rows are no shifts? Blank lines, repeated headers, totals, legends: skipped by rule and counted (domain 6 row 39).

use crate::schedule::grid::GridRow;
use crate::schedule::notation::Refusal;
use crate::schedule::notation::date::Order;
use crate::schedule::notation::instant;

use super::{SkipReason, headings};

/// Why `row` is skipped, if it is. `times` and `people` are the columns that a shift would use.
pub(super) fn skip(row: &GridRow, header: &GridRow, times: &[usize], people: &[usize]) -> Option<SkipReason> {
    // The common case first: a row that begins with a digit in its time column is data.
    let has_digit = |column: &usize| row.text(*column).starts_with(|c: char| c.is_ascii_digit());
    if times.first().is_some_and(has_digit) {
        return None;
    }
    let mut filled = (0..row.width()).filter(|column| !row.text(*column).is_empty());
    let Some(first) = filled.next() else { return Some(SkipReason::Blank) };
    let text = row.text(first);
    if !row.cells().any(|cell| cell.contains(char::is_alphanumeric)) {
        return Some(SkipReason::Separator);
    }
    if repeats(row, header) {
        return Some(SkipReason::RepeatedHeader);
    }
    let word: String = text.chars().take_while(|c| c.is_alphabetic() || *c == ' ').collect::<String>().to_lowercase();
    let has_time = times.iter().any(|column| matches!(read(row, *column), Some(Ok(()))));
    match word.trim() {
        _ if has_time => return None,
        "total" | "totals" | "subtotal" | "grand total" | "sum" | "count" | "average" => {
            return Some(SkipReason::Total);
        }
        "legend" | "key" | "note" | "notes" | "nb" => return Some(SkipReason::Legend),
        _ => {}
    }
    // A date that is refused for a reason is a slip in a shift, not a remark.
    let is_slip = |column: &usize| !matches!(read(row, *column), None | Some(Err(Refusal::NotUnderstood)));
    if times.iter().any(is_slip) {
        return None;
    }
    let names_somebody = people.iter().any(|column| !row.text(*column).is_empty());
    // A line of text merged over several columns stands in each of them.
    let alone = filled.all(|column| row.text(column) == text) && !people.contains(&first);
    let no_time = times.iter().all(|column| row.text(*column).is_empty());
    (alone || no_time && !names_somebody).then_some(SkipReason::Remark)
}

/// Whether the row says the header's headings again: at least two, and nothing else. Case, blanks and signs do not count,
/// as with headings everywhere (contract 2.1).
fn repeats(row: &GridRow, header: &GridRow) -> bool {
    let mut equal = 0;
    for column in 0..row.width() {
        let text = row.text(column);
        if text.is_empty() {
            continue;
        }
        if !says_again(text, header.text(column)) {
            return false;
        }
        equal += 1;
    }
    equal >= 2
}

/// Whether a cell says a heading again, in whatever case and spacing.
pub(super) fn says_again(text: &str, heading: &str) -> bool {
    if text.eq_ignore_ascii_case(heading) {
        return true;
    }
    let key = headings::key(text);
    !key.is_empty() && key == headings::key(heading)
}

fn read(row: &GridRow, column: usize) -> Option<Result<(), Refusal>> {
    let text = row.text(column);
    (!text.is_empty()).then(|| instant::read(text, Order::Assumed).map(|_| ()))
}
