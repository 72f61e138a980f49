//! Who is on call from when until when, as values that any face can hand out: JSON, a picture, a calendar?

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::error::{CommandError, Exit};
use super::gaps::Desks;
use crate::civil::Interval;
use crate::schedule::coverage::needed;
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::plan::Plan;
use crate::schedule::roster::fold;
use crate::views::shifts::Shifts;
use crate::wording::calendar::calendar;
use crate::wording::shifts::Planned;
use crate::wording::timeline_svg::{Timeline, timeline_svg};

/// The longest window: drawn and exported as a whole, so that a slip of the pen does not fill a disk.
const LONGEST: Duration = Duration::days(3_660);

/// The resolved timeline of schedules over a window.
#[derive(Debug, Clone)]
pub struct Timetable<'a> {
    /// The window.
    pub window: Interval,
    /// The site's zone.
    pub zone: Tz,
    /// The schedules, each with its timeline; `None` where a schedule is unusable.
    pub planned: Vec<Planned<'a>>,
}

impl<'a> Timetable<'a> {
    /// Resolves the schedules. Refuses a window of more than ten years.
    pub fn new(
        schedules: impl IntoIterator<Item = &'a LoadedSchedule>,
        window: Interval,
        zone: Tz,
        desks: Desks<'_>,
    ) -> Result<Self, CommandError> {
        Self::of(schedules, window, zone, desks)
    }

    /// The same of schedules that lie anywhere.
    pub fn of(
        schedules: impl IntoIterator<Item = &'a LoadedSchedule>,
        window: Interval,
        zone: Tz,
        desks: Desks<'_>,
    ) -> Result<Self, CommandError> {
        if window.length() > LONGEST {
            return Err(CommandError::usage("the window is longer than ten years").hint("ask for fewer --days"));
        }
        let plan = |loaded: &'a LoadedSchedule| {
            let needed = |span| needed(loaded.coverage, desks.general, desks.cps, span);
            loaded.schedule.as_ref().ok().map(|schedule| Plan::new(schedule, window, &needed))
        };
        let planned = schedules.into_iter().map(|loaded| (loaded, plan(loaded))).collect();
        Ok(Self { window, zone, planned })
    }

    /// Leaves the shifts of one person, whose name is that of the contacts; holes are nobody's.
    pub fn only(&mut self, person: &str) {
        let wanted = fold(person);
        for plan in self.planned.iter_mut().filter_map(|(_, plan)| plan.as_mut()) {
            for lane in &mut plan.lanes {
                lane.stretches.retain(|stretch| fold(&stretch.person.name) == wanted);
            }
            plan.whole_gaps.clear();
        }
    }

    /// The gravest of what the timelines amount to.
    pub fn exit(&self) -> Exit {
        let code = |plan: Option<&Plan>| match plan {
            None => Exit::CouldNotTell,
            Some(plan) if plan.report.gaps.is_empty() => Exit::Done,
            Some(_) => Exit::Finding,
        };
        self.planned.iter().map(|(_, plan)| code(plan.as_ref())).max().unwrap_or(Exit::Done)
    }

    /// The timeline as JSON: what `shifts --format json` prints.
    pub fn view(&self) -> Shifts<'_> {
        Shifts::new(self.window, &self.planned, self.zone)
    }

    /// The timeline as an SVG picture; `now` is where it says "now".
    pub fn picture(&self, now: DateTime<Utc>) -> String {
        timeline_svg(&Timeline { window: self.window, planned: &self.planned, zone: self.zone, now })
    }

    /// The timeline as an iCalendar file, with telephone numbers only where they are wanted.
    ///
    /// There is none while a schedule is unusable: a calendar program would take missing events for cancelled ones.
    pub fn calendar(&self, with_phones: bool) -> Result<String, CommandError> {
        let unusable: Vec<&str> =
            self.planned.iter().filter(|(_, plan)| plan.is_none()).map(|(loaded, _)| loaded.name.as_str()).collect();
        if unusable.is_empty() {
            return Ok(calendar(&self.planned, self.zone, with_phones));
        }
        Err(CommandError::could_not_tell(format!("no calendar is written: {} cannot be used", unusable.join(", ")))
            .hint(
                "page-oncall gaps says why; a calendar without its events would look like shifts that were cancelled",
            ))
    }
}
