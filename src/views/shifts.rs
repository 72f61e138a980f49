//! In which shape is the resolved timeline handed out (contract 3, `shifts`)?

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::gaps::GapView;
use super::problem::ProblemView;
use super::who::{PersonView, RowView};
use crate::civil::{Interval, days};
use crate::schedule::coverage::Coverage;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::{Plan, Replaced, Stretch};
use crate::wording::time::rfc3339;

/// The whole timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shifts<'a> {
    /// Where the window begins, RFC 3339 with the site's offset, as every instant here.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// The days of the window on which clocks change.
    pub clock_changes: Vec<DayView>,
    /// One entry a schedule, in the order of the settings.
    pub schedules: Vec<ShiftsSchedule<'a>>,
}

/// A civil day that has not 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayView {
    /// Its date.
    #[schema(value_type = String, format = Date)]
    pub date: NaiveDate,
    /// Its elapsed time: 82,800 or 90,000 seconds in a zone that changes by an hour.
    pub seconds: i64,
}

/// The timeline of one schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShiftsSchedule<'a> {
    /// Its name in the settings.
    pub schedule: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// `usable` or `unusable`; of an unusable schedule nobody can tell who is on call.
    pub status: &'static str,
    /// The roles of the sheet, in order.
    pub roles: Vec<String>,
    /// Everybody on call in the window, by role, then start, then row.
    pub shifts: Vec<ShiftView>,
    /// The holes in the needed hours, within the window.
    pub gaps: Vec<GapView>,
    /// The rows that an override replaces for a while.
    pub replaced: Vec<ReplacedView>,
    /// The hours in which a missing person is a gap.
    pub coverage: Coverage,
    /// When the sheet was read.
    pub read_at: String,
    /// How long ago, in seconds.
    pub age_s: i64,
    /// Whether the saved copy answered.
    pub from_cache: bool,
    /// Whether the reading is older than the site allows.
    pub stale: bool,
    /// SHA-256 of what was read.
    pub snapshot: &'a str,
    /// Why the schedule is unusable; empty for a usable one, whose problems `gaps` lists.
    pub problems: Vec<ProblemView>,
}

/// One person on call without a break; `from` and `until` are whole, also beyond the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Shift)]
pub struct ShiftView {
    /// The person, as `who` names the fields.
    #[serde(flatten)]
    pub person: PersonView,
    /// Whether another row of the role names other people for a part of it.
    pub conflict: bool,
    /// Those parts.
    pub conflicts: Vec<SpanView>,
}

/// A span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpanView {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub until: String,
}

/// A row that does not count for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReplacedView {
    /// Its role.
    pub role: String,
    /// Whom it names.
    pub names: Vec<String>,
    /// From when it does not count.
    pub from: String,
    /// Until when.
    pub until: String,
    /// The row.
    pub row: RowView,
    /// The override row that counts instead.
    pub overridden_by: RowView,
}

impl<'a> Shifts<'a> {
    /// The timeline of all schedules over `window`; no plan means that the schedule is unusable.
    pub fn new(window: Interval, planned: &'a [(&'a LoadedSchedule, Option<Plan>)], zone: Tz) -> Self {
        let uncommon = days(zone, window).into_iter().filter(|day| day.interval.length().num_hours() != 24);
        Self {
            from: rfc3339(window.start(), zone),
            to: rfc3339(window.end(), zone),
            clock_changes: uncommon
                .map(|day| DayView { date: day.date, seconds: day.interval.length().num_seconds() })
                .collect(),
            schedules: planned.iter().map(|(loaded, plan)| ShiftsSchedule::new(loaded, plan.as_ref(), zone)).collect(),
        }
    }
}

impl<'a> ShiftsSchedule<'a> {
    fn new(loaded: &'a LoadedSchedule, plan: Option<&Plan>, zone: Tz) -> Self {
        let lanes = || plan.into_iter().flat_map(|plan| &plan.lanes);
        let problems = match &loaded.schedule {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ProblemView::of).collect(),
        };
        Self {
            schedule: &loaded.name,
            title: &loaded.title,
            status: if plan.is_some() { "usable" } else { "unusable" },
            roles: lanes().map(|lane| lane.role.label.to_string()).collect(),
            shifts: lanes().flat_map(|lane| &lane.stretches).map(|stretch| ShiftView::new(stretch, zone)).collect(),
            gaps: plan.into_iter().flat_map(|plan| &plan.report.gaps).map(|gap| GapView::new(gap, zone)).collect(),
            replaced: plan
                .into_iter()
                .flat_map(|plan| &plan.replaced)
                .map(|replaced| ReplacedView::new(replaced, zone))
                .collect(),
            coverage: loaded.coverage,
            read_at: rfc3339(loaded.read_at, zone),
            age_s: loaded.age_s,
            from_cache: loaded.from_cache,
            stale: loaded.stale,
            snapshot: loaded.snapshot(),
            problems,
        }
    }
}

impl ShiftView {
    fn new(stretch: &Stretch, zone: Tz) -> Self {
        Self {
            person: PersonView::new(&stretch.person, zone),
            conflict: !stretch.conflicts.is_empty(),
            conflicts: stretch.conflicts.iter().map(|span| SpanView::new(*span, zone)).collect(),
        }
    }
}

impl SpanView {
    fn new(span: Interval, zone: Tz) -> Self {
        Self { from: rfc3339(span.start(), zone), until: rfc3339(span.end(), zone) }
    }
}

impl ReplacedView {
    fn new(replaced: &Replaced, zone: Tz) -> Self {
        Self {
            role: replaced.role.label.to_string(),
            names: replaced.names.iter().map(ToString::to_string).collect(),
            from: rfc3339(replaced.interval.start(), zone),
            until: rfc3339(replaced.interval.end(), zone),
            row: RowView::new(&replaced.row),
            overridden_by: RowView::new(&replaced.by),
        }
    }
}
