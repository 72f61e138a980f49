//! `gaps --mail`: what do the owners of a schedule not know yet? One letter a change, not one a run.
//!
//! Each finding has a digest that stays the same while the window moves on. A letter leaves when an owner has not been
//! told of one; runs with windows of different lengths are told apart, so that a second line of cron for two days reminds
//! of what the first said fourteen days ahead.

use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::face::{Face, Format};
use super::letters::{self, Mailer};
use super::sync::digest;
use crate::civil::Interval;
use crate::desk::error::{CommandError, Exit};
use crate::desk::gaps::Desks;
use crate::ports::{Attachment, Letter, NoticeStore};
use crate::schedule::coverage::{Coverage, needed};
use crate::schedule::judgement::Judgement;
use crate::schedule::plan::Plan;
use crate::schedule::problem::Severity;
use crate::schedule::resolve::Schedule;
use crate::schedule::shift::RowReference;
use crate::site::Site;
use crate::wording::timeline_svg::{Timeline, timeline_svg};
use crate::wording::{gaps_letter, lint, problems, schedule as words};

/// How far beyond the window a hole is followed to its true ends.
const BEYOND: TimeDelta = TimeDelta::days(14);
/// The longest window that is drawn: mail readers cut longer letters off.
const LONGEST_PICTURE: TimeDelta = TimeDelta::days(70);

/// What the letters need.
pub struct Surroundings<'a> {
    /// The site, with the owners.
    pub site: &'a Site,
    /// The zone, the moment and the form.
    pub face: Face,
    /// What people were told.
    pub notices: Arc<dyn NoticeStore>,
    /// The way out.
    pub mailer: Mailer<'a>,
}

/// Writes to the owners of every schedule that has something new; 1 when a letter could not leave.
pub async fn run(
    judged: &[Judgement<'_>],
    window: Interval,
    desks: Desks<'_>,
    around: &Surroundings<'_>,
    out: &mut dyn Write,
) -> Result<Exit, CommandError> {
    let owners_of = |judged: &Judgement<'_>| {
        let settings = around.site.settings.schedules.get(&judged.loaded.name);
        settings.map(|settings| settings.owners.as_slice()).unwrap_or_default()
    };
    if judged.iter().all(|judged| owners_of(judged).is_empty()) {
        return Err(CommandError::usage("--mail finds nobody to write to: no schedule asked for has owners")
            .hint("write for example owners = [\"owner@example.org\"] under [schedules.NAME]"));
    }
    let mut exit = Exit::Done;
    for judged in judged {
        let found = digests(judged, window, desks);
        for owner in owners_of(judged) {
            exit = exit.max(around.tell(judged, (window, desks), owner, &found, out).await?);
        }
    }
    Ok(exit)
}

impl Surroundings<'_> {
    async fn tell(
        &self,
        judged: &Judgement<'_>,
        (window, desks): (Interval, Desks<'_>),
        owner: &str,
        found: &[String],
        out: &mut dyn Write,
    ) -> Result<Exit, CommandError> {
        let mode = if self.mailer.training { "training" } else { "live" };
        let hours = window.length().num_hours();
        let name = &judged.loaded.name;
        let subject = format!("gaps/{mode}/{name}/{owner}/{hours}h/{:?}", judged.coverage);
        let told = self.notices.told(&subject).await?.unwrap_or_default();
        let all = found.join(" ");
        if found.iter().all(|digest| told.split(' ').any(|known| known == digest)) {
            if all != told {
                self.notices.tell(&subject, &all, self.face.now).await?;
            }
            return Ok(Exit::Done);
        }
        let needed = |span| needed(judged.coverage, desks.general, desks.cps, span);
        let drawn = judged.loaded.schedule.as_ref().ok().filter(|_| window.length() <= LONGEST_PICTURE);
        let plan = drawn.map(|schedule| Plan::new(schedule, window, &needed));
        let letter = Letter {
            key: format!("{subject}/{}", digest(&all)),
            to: owner.to_owned(),
            name: String::new(),
            subject: gaps_letter::subject(judged, self.mailer.training),
            text: gaps_letter::text(judged, window, self.face.zone),
            html: Some(gaps_letter::html(judged, plan.as_ref(), window, self.face.zone)),
            attachments: plan.map(|plan| self.picture(judged, plan, window)).into_iter().collect(),
        };
        let posted = self.mailer.send(letter).await;
        if !posted.try_again {
            self.notices.tell(&subject, &all, self.face.now).await?;
        }
        if self.face.format == Format::Text {
            letters::write_posted(&posted, out)?;
        } else if !letters::is_done(&posted.view) {
            tracing::error!(owner, detail = posted.view.detail, "a letter to a schedule's owner did not leave");
        }
        Ok(if letters::is_done(&posted.view) { Exit::Done } else { Exit::Finding })
    }
}

impl Surroundings<'_> {
    /// The window as a file, for a wall or a page: mail readers show none of it in the letter itself.
    fn picture(&self, judged: &Judgement<'_>, plan: Plan, window: Interval) -> Attachment {
        let kept = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
        let planned = [(judged.loaded, Some(plan))];
        Attachment {
            name: format!("{}.svg", judged.loaded.name.chars().map(kept).collect::<String>()),
            media_type: "image/svg+xml",
            content: timeline_svg(&Timeline { window, planned: &planned, zone: self.face.zone, now: self.face.now }),
        }
    }
}

/// A digest for everything that an owner should mend, in order.
fn digests(judged: &Judgement<'_>, window: Interval, desks: Desks<'_>) -> Vec<String> {
    let mut about: Vec<String> = Vec::new();
    if let Ok(schedule) = &judged.loaded.schedule {
        about.extend(holes(schedule, judged.coverage, window, desks));
    } else {
        about.push("unusable".to_owned());
    }
    for overlap in judged.report.iter().flat_map(|report| &report.overlaps) {
        let rows: Vec<String> = overlap.rows.iter().map(RowReference::text).collect();
        about.push(format!("overlap {} {}", overlap.role.label, rows.join(" / ")));
    }
    for clash in judged.report.iter().flat_map(|report| &report.clashes).filter(|clash| !clash.same_people) {
        about.push(format!("{} {}", words::describe_clash(clash).code, clash.loser.text()));
    }
    let weighty = judged.problems.iter().filter(|problem| problem.kind.severity() > Severity::Note);
    about
        .extend(weighty.map(|problem| format!("{} {} {}", problems::code(&problem.kind), problem.sheet, problem.text)));
    let weighty = judged.findings.iter().filter(|finding| finding.kind.severity() > Severity::Note);
    about.extend(weighty.map(|finding| format!("{} {}", lint::code(&finding.kind), finding.about())));
    let mut digests: Vec<String> = about.iter().map(|about| digest(about)).collect();
    digests.sort_unstable();
    digests.dedup();
    digests
}

/// The holes of the window with their true ends, which do not move with the window. After the last row there is but one
/// hole: otherwise each day would bring another one.
fn holes(schedule: &Schedule, coverage: Coverage, window: Interval, desks: Desks<'_>) -> Vec<String> {
    let from = window.start().checked_sub_signed(BEYOND).unwrap_or(window.start());
    let until = window.end().checked_add_signed(BEYOND).unwrap_or(window.end());
    let Some(wide) = Interval::new(from, until) else { return Vec::new() };
    let last = schedule.covered().spans().last().map(Interval::end);
    let all = needed(coverage, desks.general, desks.cps, wide).difference(schedule.covered());
    let within = all.spans().iter().filter(|hole| hole.intersection(&window).is_some());
    let told = |at: DateTime<Utc>| if at == from || at == until { "open".to_owned() } else { at.to_rfc3339() };
    let mut holes: Vec<String> = within
        .map(|hole| match last.filter(|last| hole.start() >= *last) {
            Some(last) => format!("nobody after {}", last.to_rfc3339()),
            None => format!("hole {} {}", told(hole.start()), told(hole.end())),
        })
        .collect();
    holes.dedup();
    holes
}
