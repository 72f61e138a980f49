//! Where is nobody on call who must be? Schedules judged over a window, as every face hands the verdict out.

use chrono_tz::Tz;

use super::blocked::Blocked;
use super::error::Exit;
use crate::civil::{Interval, OpeningHours};
use crate::schedule::coverage::{Coverage, needed};
use crate::schedule::judgement::{self, Judgement};
use crate::schedule::loaded::LoadedSchedule;
use crate::site::Site;
use crate::views::gaps::{Gaps, GapsSchedule};

/// When the two desks are open.
#[derive(Debug, Clone, Copy)]
pub struct Desks<'a> {
    /// The General Help Desk.
    pub general: &'a OpeningHours,
    /// The CPS Help Desk.
    pub cps: &'a OpeningHours,
}

impl<'a> Desks<'a> {
    /// Those of a site.
    pub fn of(site: &'a Site) -> Self {
        Self { general: &site.general, cps: &site.cps }
    }
}

/// Judges the schedules over `window`; `all_hours` judges every instant, whatever coverage the schedules ask for.
pub fn judge<'a>(
    schedules: impl IntoIterator<Item = &'a LoadedSchedule>,
    zone: Tz,
    window: Interval,
    desks: Desks,
    all_hours: bool,
) -> Vec<Judgement<'a>> {
    judgement::judge(schedules, window, zone, |loaded| {
        let coverage = if all_hours { Coverage::Always } else { loaded.coverage };
        (coverage, needed(coverage, desks.general, desks.cps, window))
    })
}

/// The verdict as JSON: what `gaps --format json` prints.
pub fn view<'a>(judged: &[Judgement<'a>], window: Interval, blocked: &Blocked, zone: Tz) -> Gaps<'a> {
    let entries = judged.iter().map(|judged| GapsSchedule::new(judged, zone)).collect();
    Gaps { opted_out: blocked.known_views(), ..Gaps::new(window, entries, zone) }
}

/// The gravest of what the schedules amount to.
pub fn exit(judged: &[Judgement<'_>]) -> Exit {
    let code = |judged: &Judgement<'_>| match judged.report {
        None => Exit::CouldNotTell,
        Some(_) if judged.is_finding() => Exit::Finding,
        Some(_) => Exit::Done,
    };
    judged.iter().map(code).max().unwrap_or(Exit::Done)
}
