//! Which rows stand out of order? Said only of a sheet that is kept in order of time, forwards or backwards.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Finding, FindingKind, Question, on_row, rows};
use crate::schedule::shift::Shift;

/// A sheet is in order when at most one step in so many goes the other way.
const ONE_IN: usize = 4;

/// `odd_years` are findings whose rows are out of order for another reason, which is told already.
pub(super) fn check(question: Question<'_>, odd_years: &[Finding]) -> Vec<Finding> {
    let is_odd = |shift: &Shift| {
        let cell = format!("A{}", shift.row.number());
        odd_years.iter().any(|finding| finding.cell == cell && finding.sheet == *shift.row.sheet())
    };
    let mut by_role: HashMap<(&str, &str), Vec<&Shift>> = HashMap::new();
    for shift in rows(question.schedule).into_iter().filter(|shift| !is_odd(shift)) {
        by_role.entry((shift.row.sheet(), &shift.role.label)).or_default().push(shift);
    }
    let mut findings: Vec<(u32, Finding)> = Vec::new();
    for rows in by_role.values() {
        let steps = || rows.iter().zip(rows.iter().skip(1));
        let back = |one: &Shift, next: &Shift| next.interval.start().cmp(&one.interval.start());
        let count = |wanted: Ordering| steps().filter(|(one, next)| back(one, next) == wanted).count();
        let (forwards, backwards) = (count(Ordering::Greater), count(Ordering::Less));
        let wrong = if forwards >= backwards { Ordering::Less } else { Ordering::Greater };
        if forwards.min(backwards) * ONE_IN > forwards + backwards {
            continue;
        }
        let to_come = |shift: &Shift| shift.interval.end() > question.window.start();
        for (one, next) in steps().filter(|(one, next)| back(one, next) == wrong && to_come(one) && to_come(next)) {
            findings.push((next.row.number(), on_row(FindingKind::OutOfOrder { above: one.row.number() }, next)));
        }
    }
    findings.sort_by_key(|(row, _)| *row);
    findings.into_iter().map(|(_, finding)| finding).collect()
}
