//! Which holes are so short that an end was meant as the next start? An end at 17:59 before a start at 18:00.

use super::{Finding, FindingKind, Question, on_row};
use crate::civil::Interval;

/// Up to this many seconds a hole is a slip of typing.
const SHORT_S: i64 = 60;

pub(super) fn check(question: Question<'_>) -> Vec<Finding> {
    let shifts = question.schedule.shifts();
    let spans = question.schedule.covered().spans();
    let holes = spans.iter().zip(spans.iter().skip(1)).filter_map(|(one, next)| Interval::new(one.end(), next.start()));
    let short = holes.filter(|hole| hole.length().num_seconds() <= SHORT_S);
    let matters = |hole: &Interval| question.needed.spans().iter().any(|span| span.intersection(hole).is_some());
    short
        .filter(matters)
        .filter_map(|hole| {
            let before = shifts.iter().find(|shift| shift.interval.end() == hole.start())?;
            let after = shifts.iter().find(|shift| shift.interval.start() == hole.end())?;
            let kind = FindingKind::ShortHole {
                seconds: hole.length().num_seconds(),
                resumes: hole.end(),
                next: after.row.number(),
            };
            Some(on_row(kind, before))
        })
        .collect()
}
