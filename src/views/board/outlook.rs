//! What do the coming days leave open: holes, problems with their cells, people on call twice at once?

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::civil::Interval;
use crate::schedule::judgement::Judgement;
use crate::schedule::lint::FindingKind;
use crate::schedule::problem::Severity;
use crate::schedule::shift::RowReference;
use crate::views::problem::ProblemView;

/// The coming days of all schedules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The days.
    pub window: Interval,
    /// The holes, by their beginning.
    pub gaps: Vec<GapLine>,
    /// Rows of one role that name different people, by their beginning.
    pub overlaps: Vec<OverlapLine>,
    /// What is wrong or looks wrong, the gravest first; notes are left out.
    pub problems: Vec<ProblemLine>,
    /// Who is on call in two schedules at once.
    pub double_duty: Vec<DoubleLine>,
    /// What the timeline amounts to: `COVERED`, `NOT COVERED`, `CANNOT TELL`.
    pub verdict: String,
    /// The timeline, in words.
    pub told: Vec<String>,
    /// The timeline as an SVG picture.
    pub picture: String,
    /// Names the picture: another picture has another name.
    pub picture_name: String,
}

/// A hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapLine {
    /// The schedule's name in the settings.
    pub schedule: String,
    /// What people call it.
    pub title: String,
    /// Where it begins.
    pub from: DateTime<Utc>,
    /// Where it ends.
    pub until: DateTime<Utc>,
    /// The rows that stand there and name nobody.
    pub rows: Vec<RowText>,
}

/// Several people where one was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlapLine {
    /// What people call the schedule.
    pub title: String,
    /// Where it begins.
    pub from: DateTime<Utc>,
    /// Where it ends.
    pub until: DateTime<Utc>,
    /// The people.
    pub names: Vec<String>,
    /// The role.
    pub role: String,
    /// The rows that name them.
    pub rows: Vec<RowText>,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowText {
    /// The sheet and the cell.
    pub place: String,
    /// The row as one line, which may hold telephone numbers.
    pub text: String,
}

/// What is wrong in a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemLine {
    /// The schedule's name in the settings.
    pub schedule: String,
    /// What people call it.
    pub title: String,
    /// What, where, and what to do.
    pub problem: ProblemView,
}

/// Somebody on call twice at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubleLine {
    /// Who.
    pub name: String,
    /// The schedule whose row it is.
    pub schedule: String,
    /// The other one.
    pub other: String,
    /// The first span.
    pub interval: Interval,
    /// How many more there are.
    pub more: usize,
    /// The sheet and the cell.
    pub place: String,
    /// Those of the other schedule.
    pub other_place: String,
}

impl Outlook {
    /// What was judged over `window`, without the picture.
    pub fn new(judged: &[Judgement<'_>], window: Interval, zone: Tz) -> Self {
        let mut outlook = Self {
            window,
            gaps: Vec::new(),
            overlaps: Vec::new(),
            problems: Vec::new(),
            double_duty: Vec::new(),
            verdict: String::new(),
            told: Vec::new(),
            picture: String::new(),
            picture_name: String::new(),
        };
        for judged in judged {
            outlook.take(judged, zone);
        }
        outlook.gaps.sort_by_key(|gap| gap.from);
        outlook.overlaps.sort_by_key(|overlap| overlap.from);
        outlook.problems.sort_by_key(|line| std::cmp::Reverse(line.problem.severity));
        outlook
    }

    fn take(&mut self, judged: &Judgement<'_>, zone: Tz) {
        let (schedule, title) = (&judged.loaded.name, &judged.loaded.title);
        let report = judged.report.iter();
        self.gaps.extend(report.clone().flat_map(|report| &report.gaps).map(|gap| GapLine {
            schedule: schedule.clone(),
            title: title.clone(),
            from: gap.interval.start(),
            until: gap.interval.end(),
            rows: gap.placeholders.iter().map(row_of).collect(),
        }));
        self.overlaps.extend(report.clone().flat_map(|report| &report.overlaps).map(|overlap| OverlapLine {
            title: title.clone(),
            from: overlap.interval.start(),
            until: overlap.interval.end(),
            names: overlap.names.iter().map(ToString::to_string).collect(),
            role: overlap.role.label.to_string(),
            rows: overlap.rows.iter().map(row_of).collect(),
        }));
        let mut problems: Vec<ProblemView> = judged.problems.iter().map(|problem| ProblemView::of(problem)).collect();
        problems.extend(report.flat_map(|report| &report.clashes).map(ProblemView::of_clash));
        for finding in &judged.findings {
            if let FindingKind::DoubleDuty { name, interval, other, other_row, more } = &finding.kind {
                self.double_duty.push(DoubleLine {
                    name: name.to_string(),
                    schedule: schedule.clone(),
                    other: other.to_string(),
                    interval: *interval,
                    more: *more,
                    place: format!("{} {}", finding.sheet, finding.cell),
                    other_place: format!("{} {}", other_row.sheet(), other_row.cell()),
                });
            } else {
                problems.push(ProblemView::of_finding(finding, zone));
            }
        }
        let grave = problems.into_iter().filter(|problem| problem.severity != Severity::Note);
        self.problems.extend(grave.map(|problem| ProblemLine {
            schedule: schedule.clone(),
            title: title.clone(),
            problem,
        }));
    }
}

fn row_of(row: &RowReference) -> RowText {
    RowText { place: format!("{} {}", row.sheet(), row.cell()), text: row.text() }
}
