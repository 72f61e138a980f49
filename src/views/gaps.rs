//! In which shape is "what is not covered" handed out (contract 3, `gaps`)?

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::ProblemView;
use super::who::{BlockedView, RowView};
use crate::civil::Interval;
use crate::schedule::coverage::Coverage;
use crate::schedule::gaps::{Gap, Overlap};
use crate::schedule::judgement::Judgement;
use crate::wording::time::rfc3339;

/// The whole report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gaps<'a> {
    /// Where the window begins, RFC 3339 with the site's offset, as every instant here.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// One entry a schedule.
    pub schedules: Vec<GapsSchedule<'a>>,
    /// Whoever blocked texts with STOP; left out when nobody did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opted_out: Vec<BlockedView>,
}

/// The report on one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GapsSchedule<'a> {
    /// Its name in the settings.
    pub schedule: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// `usable` or `unusable`; of an unusable schedule nobody can tell what is covered.
    pub status: &'static str,
    /// The hours that were judged.
    pub coverage: Coverage,
    /// How long somebody must be on call, in seconds; `null` when the schedule is unusable.
    pub required_s: Option<i64>,
    /// How long of it somebody is: `required_s` less the seconds of all gaps.
    pub covered_s: Option<i64>,
    /// The holes.
    pub gaps: Vec<GapView>,
    /// The conflicts.
    pub overlaps: Vec<OverlapView>,
    /// The defects of the sheet, and what looks wrong in it.
    pub problems: Vec<ProblemView>,
    /// Defects in rows that ended before the window; they change no exit code.
    pub past_problems: Vec<ProblemView>,
    /// When the sheet was read.
    pub read_at: String,
    /// How long ago, in seconds.
    pub age_s: i64,
    /// Whether the saved copy answered.
    pub from_cache: bool,
    /// Whether the reading is older than the site allows.
    pub stale: bool,
}

/// One hole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GapView {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub until: String,
    /// Its elapsed time.
    pub seconds: i64,
    /// The rows that name nobody in it.
    pub rows: Vec<RowView>,
}

/// One conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OverlapView {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub until: String,
    /// Everybody on call in it.
    pub names: Vec<String>,
    /// Their role.
    pub role: String,
    /// Their rows.
    pub rows: Vec<RowView>,
}

impl<'a> GapsSchedule<'a> {
    /// The entry of one schedule.
    pub fn new(judged: &Judgement<'a>, zone: Tz) -> Self {
        let (loaded, report) = (judged.loaded, judged.report.as_ref());
        let gaps: Vec<GapView> =
            report.into_iter().flat_map(|report| &report.gaps).map(|gap| GapView::new(gap, zone)).collect();
        let required_s = report.map(|report| report.required.num_seconds());
        let clashes = report.into_iter().flat_map(|report| &report.clashes).map(ProblemView::of_clash);
        let findings = judged.findings.iter().map(|finding| ProblemView::of_finding(finding, zone));
        Self {
            schedule: &loaded.name,
            title: &loaded.title,
            status: if report.is_some() { "usable" } else { "unusable" },
            coverage: judged.coverage,
            required_s,
            covered_s: required_s.map(|required_s| required_s - gaps.iter().map(|gap| gap.seconds).sum::<i64>()),
            gaps,
            overlaps: report
                .into_iter()
                .flat_map(|report| &report.overlaps)
                .map(|overlap| OverlapView::new(overlap, zone))
                .collect(),
            problems: judged
                .problems
                .iter()
                .map(|problem| ProblemView::of(problem))
                .chain(clashes)
                .chain(findings)
                .collect(),
            past_problems: judged.past_problems.iter().map(|problem| ProblemView::of(problem)).collect(),
            read_at: rfc3339(loaded.read_at, zone),
            age_s: loaded.age_s,
            from_cache: loaded.from_cache,
            stale: loaded.stale,
        }
    }
}

impl<'a> Gaps<'a> {
    /// The report over `window`.
    pub fn new(window: Interval, schedules: Vec<GapsSchedule<'a>>, zone: Tz) -> Self {
        Self { from: rfc3339(window.start(), zone), to: rfc3339(window.end(), zone), schedules, opted_out: Vec::new() }
    }
}

impl GapView {
    /// The hole with instants in the site's offset.
    pub fn new(gap: &Gap, zone: Tz) -> Self {
        Self {
            from: rfc3339(gap.interval.start(), zone),
            until: rfc3339(gap.interval.end(), zone),
            seconds: gap.interval.length().num_seconds(),
            rows: gap.placeholders.iter().map(RowView::new).collect(),
        }
    }
}

impl OverlapView {
    fn new(overlap: &Overlap, zone: Tz) -> Self {
        Self {
            from: rfc3339(overlap.interval.start(), zone),
            until: rfc3339(overlap.interval.end(), zone),
            names: overlap.names.iter().map(ToString::to_string).collect(),
            role: overlap.role.label.to_string(),
            rows: overlap.rows.iter().map(RowView::new).collect(),
        }
    }
}
