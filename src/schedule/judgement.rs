//! What is to be said of schedules over a window? Holes, overlaps, problems and findings, gathered once for every face.

use chrono_tz::Tz;

use super::coverage::Coverage;
use super::gaps::{GapReport, gaps};
use super::lint::{self, Finding, Past, Question, Watch};
use super::loaded::LoadedSchedule;
use super::on_call::OnCallPerson;
use super::problem::{Problem, Severity};
use crate::civil::{Interval, IntervalSet};

/// One schedule, judged.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// The schedule.
    pub loaded: &'a LoadedSchedule,
    /// The hours that were judged.
    pub coverage: Coverage,
    /// The instants of the window in which somebody must be on call.
    pub needed: IntervalSet,
    /// What is left open; `None` when the schedule is unusable.
    pub report: Option<GapReport>,
    /// The problems of the reading that are not over.
    pub problems: Vec<&'a Problem>,
    /// Those in rows that ended before the window.
    pub past_problems: Vec<&'a Problem>,
    /// What looks wrong in rows that were read.
    pub findings: Vec<Finding>,
}

/// A span of needed hours in which the same people are on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The span.
    pub interval: Interval,
    /// The people, as `on_call` lists them.
    pub people: Vec<OnCallPerson>,
    /// Whether every required role has somebody.
    pub covered: bool,
}

impl Judgement<'_> {
    /// Who is on call throughout the needed hours, in order; nothing of an unusable schedule.
    pub fn stretches(&self) -> Vec<Stretch> {
        let Ok(schedule) = &self.loaded.schedule else { return Vec::new() };
        let mut stretches: Vec<Stretch> = Vec::new();
        for span in self.needed.spans() {
            let mut cuts = vec![span.start(), span.end()];
            cuts.extend(schedule.timeline.starts().filter(|at| span.contains(*at) && *at > span.start()));
            cuts.sort_unstable();
            for piece in cuts.iter().zip(cuts.iter().skip(1)).filter_map(|(from, until)| Interval::new(*from, *until)) {
                let people = schedule.people_at(piece.start());
                let covered = schedule.covered().contains(piece.start());
                let same = |last: &Stretch| {
                    let names = |people: &[OnCallPerson]| people.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
                    last.interval.end() == piece.start()
                        && last.covered == covered
                        && names(&last.people) == names(&people)
                };
                if let Some(last) = stretches.last_mut().filter(|last| same(last)) {
                    last.interval = Interval::new(last.interval.start(), piece.end()).unwrap_or(last.interval);
                } else {
                    stretches.push(Stretch { interval: piece, people, covered });
                }
            }
        }
        stretches
    }

    /// Whether somebody must act: a gap, an overlap, or an error in a row that is not over.
    pub fn is_finding(&self) -> bool {
        let error = self.problems.iter().any(|problem| problem.kind.severity() == Severity::Error);
        error || self.report.as_ref().is_some_and(|report| !report.gaps.is_empty() || !report.overlaps.is_empty())
    }
}

/// Judges `schedules` over `window`; `needed` gives a schedule's hours and the instants of the window that they hold.
pub fn judge<'a>(
    schedules: impl IntoIterator<Item = &'a LoadedSchedule>,
    window: Interval,
    zone: Tz,
    needed: impl Fn(&LoadedSchedule) -> (Coverage, IntervalSet),
) -> Vec<Judgement<'a>> {
    let mut judged: Vec<Judgement<'a>> =
        schedules.into_iter().map(|loaded| one(loaded, window, zone, needed(loaded))).collect();
    let usable: Vec<(usize, Watch<'_>)> = judged
        .iter()
        .enumerate()
        .filter_map(|(index, judged)| {
            let schedule = judged.loaded.schedule.as_ref().ok()?;
            Some((index, Watch { name: &judged.loaded.name, schedule, needed: &judged.needed }))
        })
        .collect();
    let watches: Vec<Watch<'_>> = usable.iter().map(|(_, watch)| *watch).collect();
    let double: Vec<(usize, Finding)> = lint::double_duty(&watches)
        .into_iter()
        .filter_map(|(watch, finding)| Some((usable.get(watch)?.0, finding)))
        .collect();
    for (index, finding) in double {
        judged.get_mut(index).into_iter().for_each(|judged| judged.findings.push(finding.clone()));
    }
    judged
}

fn one(
    loaded: &LoadedSchedule,
    window: Interval,
    zone: Tz,
    (coverage, needed): (Coverage, IntervalSet),
) -> Judgement<'_> {
    let Ok(schedule) = &loaded.schedule else {
        let problems = loaded.problems().iter().collect();
        let (past_problems, findings) = (Vec::new(), Vec::new());
        return Judgement { loaded, coverage, needed, report: None, problems, past_problems, findings };
    };
    let past = Past::of(schedule, window.start());
    // What is wrong with the sheet now stands in other rows than those of the saved copy that answers for it.
    let is_past = |problem: &&Problem| past.holds(problem) && !loaded.provenance.fault.contains(problem);
    let (past_problems, problems) = schedule.problems().iter().partition(is_past);
    let tabs = loaded.understood.as_ref().map(|how| how.tabs.as_slice()).unwrap_or_default();
    let findings = lint::lint(Question { schedule, tabs, window, needed: &needed, zone });
    let report = Some(gaps(schedule, window, &needed));
    Judgement { loaded, coverage, needed, report, problems, past_problems, findings }
}
