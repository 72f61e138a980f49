//! Who is scheduled and cannot be called, and who is on call in two schedules at once?

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Finding, FindingKind, Question, on_people};
use crate::civil::{Interval, IntervalSet};
use crate::schedule::resolve::Schedule;
use crate::schedule::roster;
use crate::schedule::shift::RowReference;

/// Everybody who will be on call in a needed hour and has no phone number, once, at their first row. Names that are not
/// in the contacts are problems of the reading already.
pub(super) fn without_number(question: Question<'_>) -> Vec<Finding> {
    let mut people: Vec<(Arc<str>, &RowReference, usize)> = Vec::new();
    let is_needed = |interval: &Interval| question.needed.spans().iter().any(|s| s.intersection(interval).is_some());
    for shift in question.schedule.shifts().iter().filter(|shift| is_needed(&shift.interval)) {
        for holder in shift.holders.iter().filter(|holder| holder.known && holder.phone.is_none()) {
            match people.iter_mut().find(|(name, ..)| *name == holder.name) {
                Some((.., rows)) => *rows += 1,
                None => people.push((Arc::clone(&holder.name), &shift.row, 1)),
            }
        }
    }
    let finding = |(name, row, rows)| on_people(FindingKind::NoNumber { name, rows }, row);
    people.into_iter().map(finding).collect()
}

/// One schedule as double duty looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    /// Its name in the settings.
    pub name: &'a str,
    /// The schedule.
    pub schedule: &'a Schedule,
    /// The instants in which somebody must be on call.
    pub needed: &'a IntervalSet,
}

/// Who is on call in two schedules at once within hours that both need: one finding a person and pair, at the first row
/// of the earlier schedule, as `(index of that schedule, finding)`. Fine by the rules (domain 6 row 35), hard on a night.
pub fn double_duty(watches: &[Watch<'_>]) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    for (index, one) in watches.iter().enumerate() {
        for other in watches.iter().skip(index + 1) {
            let both = one.needed.intersection(other.needed);
            let (here, there) = (duties(one.schedule, &both), duties(other.schedule, &both));
            let mut people: Vec<&Duties> = here.values().filter(|duties| there.contains_key(&duties.key)).collect();
            people.sort_by_key(|duties| duties.spans.first().map(|(interval, _)| *interval));
            for duties in people {
                let Some(others) = there.get(&duties.key) else { continue };
                findings.extend(shared(duties, others, other.name).map(|finding| (index, finding)));
            }
        }
    }
    findings
}

/// When one person is on call, by which row.
struct Duties {
    key: String,
    name: Arc<str>,
    spans: Vec<(Interval, RowReference)>,
}

fn duties(schedule: &Schedule, needed: &IntervalSet) -> HashMap<String, Duties> {
    let mut people: HashMap<String, Duties> = HashMap::new();
    for span in needed.spans() {
        let mut cuts: Vec<DateTime<Utc>> = vec![span.start(), span.end()];
        cuts.extend(schedule.timeline.starts().filter(|at| span.contains(*at)));
        cuts.sort_unstable();
        // Where very many rows lie over each other everybody is on call with everybody: the overlaps say it already.
        let is_crowded = |piece: &Interval| schedule.timeline.is_crowded(schedule.timeline.segment_at(piece.start()));
        let pieces = cuts.iter().zip(cuts.iter().skip(1)).filter_map(|(from, until)| Interval::new(*from, *until));
        for piece in pieces.filter(|piece| !is_crowded(piece)) {
            for person in schedule.people_at(piece.start()) {
                let key = roster::fold(&person.name).into_owned();
                let duties = people.entry(key.clone()).or_insert_with(|| Duties {
                    key,
                    name: Arc::clone(&person.name),
                    spans: Vec::new(),
                });
                match duties.spans.last_mut() {
                    // In two roles at once, which is one night for all that.
                    Some((last, _)) if last.end() == piece.end() => {}
                    Some((last, row)) if last.end() == piece.start() && *row == person.row => {
                        *last = Interval::new(last.start(), piece.end()).unwrap_or(*last);
                    }
                    _ => duties.spans.push((piece, person.row)),
                }
            }
        }
    }
    people
}

fn shared(here: &Duties, there: &Duties, other: &str) -> Option<Finding> {
    let spans = || {
        here.spans.iter().flat_map(|(mine, row)| {
            there.spans.iter().filter_map(move |(theirs, other)| Some((mine.intersection(theirs)?, row, other)))
        })
    };
    let (interval, row, other_row) = spans().min_by_key(|(interval, ..)| *interval)?;
    let kind = FindingKind::DoubleDuty {
        name: Arc::clone(&here.name),
        interval,
        other: other.into(),
        other_row: other_row.clone(),
        more: spans().count() - 1,
    };
    Some(on_people(kind, row))
}
