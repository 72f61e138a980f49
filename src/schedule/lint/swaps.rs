//! Which swaps have one side only? A note that names a day, on which no row is a swap or an override (domain 6 row 25).

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::{Finding, FindingKind, Question, day, on_people};
use crate::schedule::notation::date::{self, Order};
use crate::schedule::shift::{Shift, ShiftKind};

pub(super) fn check(question: Question<'_>) -> Vec<Finding> {
    let shifts = question.schedule.shifts();
    let to_come = shifts.iter().filter(|shift| shift.interval.end() > question.window.start());
    let mut findings = Vec::new();
    for shift in to_come.filter(|shift| speaks_of_swap(shift)) {
        let start = day(shift.interval.start(), question.zone);
        for date in dates(&shift.note, start) {
            if !is_on(shift, date, question) && !shifts.iter().any(|other| answers(other, shift, date, question)) {
                findings.push(on_people(FindingKind::OneSidedSwap { date }, &shift.row));
            }
        }
    }
    findings
}

/// Whether the note, or the cell of the kind, says `swap`.
fn speaks_of_swap(shift: &Shift) -> bool {
    let is_swap = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).starts_with("swap");
    let says = |text: &str| text.to_lowercase().split_whitespace().any(is_swap);
    says(&shift.note) || shift.kind == ShiftKind::Override && says(&shift.row.text())
}

fn is_on(shift: &Shift, date: NaiveDate, question: Question<'_>) -> bool {
    let last = day(shift.interval.end() - TimeDelta::seconds(1), question.zone);
    (day(shift.interval.start(), question.zone)..=last).contains(&date)
}

/// Whether `other` is the other side: on that day, and itself a swap or an override.
fn answers(other: &Shift, shift: &Shift, date: NaiveDate, question: Question<'_>) -> bool {
    other.row != shift.row
        && is_on(other, date, question)
        && (other.kind == ShiftKind::Override || speaks_of_swap(other))
}

/// The days that a note names; without a year the one nearest to `near`.
fn dates(note: &str, near: NaiveDate) -> Vec<NaiveDate> {
    let words: Vec<&str> = note
        .split([' ', ',', ';', '(', ')', '\n', '\t'])
        .map(|word| word.trim_end_matches(['.', ':', '!']))
        .filter(|word| !word.is_empty())
        .collect();
    let mut dates = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let two = words.get(index + 1).map(|next| format!("{word} {next}"));
        let found = two.as_deref().and_then(|two| read(two, near)).map(|date| (date, 2));
        let (date, used) =
            found.or_else(|| read(word, near).map(|date| (date, 1))).map_or((None, 1), |(d, u)| (Some(d), u));
        dates.extend(date);
        index += used;
    }
    dates.dedup();
    dates
}

fn read(text: &str, near: NaiveDate) -> Option<NaiveDate> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let written = date::read(text, Order::Assumed).ok()?;
    let years = written.year.map_or_else(|| vec![near.year() - 1, near.year(), near.year() + 1], |year| vec![year]);
    years.into_iter().filter_map(|year| written.in_year(year).ok()).min_by_key(|date| (*date - near).abs())
}
