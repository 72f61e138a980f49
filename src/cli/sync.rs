//! `sync`: reads every sheet, keeps a version that is new, and says what is different in the schedule's own terms.
//!
//! What is printed is different from what the last `sync` printed, also when a page saw the change first; what is mailed
//! is different from what was mailed last. Letters leave before they are remembered: twice before never.
//!
//! Exit codes: 0 every sheet was read, changed or not; 1 a letter could not be sent; 3 a sheet could not be used.

use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::face::{Face, Format, write_line};
use super::letters::{self, Mailer, Posted};
use super::notes::Texts;
use super::sync_texts::Texted;
use crate::civil::Interval;
use crate::desk::error::{CommandError, CommandResult, Exit};
use crate::ports::{Letter, NoticeStore, Snapshot, SnapshotStore};
use crate::schedule::Schedule;
use crate::schedule::difference::{Change, difference};
use crate::schedule::loaded::LoadedSchedule;
use crate::schedule::on_call::OnCallPerson;
use crate::schedule::problem::{Problem, ProblemKind};
use crate::schedule::version::SheetVersion;
use crate::site::Site;
use crate::views::problem::ProblemView;
use crate::views::sync::{ChangeView, LetterView, Sync as View, SyncSchedule};
use crate::wording::changes as words;
use crate::wording::columns::paragraph;
use crate::wording::schedule::{could_not_use, told_problem};
use crate::wording::time::{self, rfc3339};

/// Reads a kept version by the settings and contacts of today; `None` when it has no usable row by them.
pub type Understand<'a> = &'a dyn Fn(&str, &SheetVersion) -> Option<Schedule>;

/// What the verb works with.
pub struct Surroundings<'a> {
    /// The site.
    pub site: &'a Site,
    /// The zone, the moment and the form.
    pub face: Face,
    /// The versions of sheets.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// What people were told.
    pub notices: Arc<dyn NoticeStore>,
    /// The way out for letters, when they are wanted.
    pub mailer: Option<Mailer<'a>>,
    /// The way out for texts, when those are wanted too.
    pub texts: Option<Texts>,
    /// Reads a kept version.
    pub understand: Understand<'a>,
}

/// What became of one schedule.
struct Synced {
    /// The version it was compared with.
    baseline: Option<Snapshot>,
    to_come: Vec<Change>,
    past: Vec<Change>,
    posted: Vec<Posted>,
    /// Whom a change concerns and who has no address.
    without_address: Vec<Arc<str>>,
    texted: Vec<Texted>,
    /// What is told once of a kind of source, when it is read for the first time.
    new_source: Vec<Problem>,
}

/// Reads, compares, writes letters, keeps, and says it.
pub async fn run(schedules: &[LoadedSchedule], around: &Surroundings<'_>, out: &mut dyn Write) -> CommandResult {
    let face = &around.face;
    let mut view = View { at: rfc3339(face.now, face.zone), schedules: Vec::new() };
    let mut exit = Exit::Done;
    for loaded in schedules {
        let (Ok(schedule), Some(version)) = (&loaded.schedule, &loaded.provenance.version) else {
            if face.format == Format::Text {
                writeln!(out, "{}", could_not_use(loaded, face.zone))?;
            }
            view.schedules.push(unusable(loaded));
            exit = exit.max(Exit::CouldNotTell);
            continue;
        };
        let synced = around.sync(loaded, schedule, version).await?;
        if face.format == Format::Text {
            around.write(loaded, &synced, out)?;
        }
        let entry = around.view(loaded, synced);
        if !entry.letters.iter().all(letters::is_done) {
            exit = exit.max(Exit::Finding);
        }
        view.schedules.push(entry);
    }
    let keep = TimeDelta::try_days(i64::from(around.site.settings.store.keep_snapshots_days));
    if let Some(seen_before) = keep.and_then(|keep| face.now.checked_sub_signed(keep)) {
        around.snapshots.purge_snapshots(seen_before).await?;
    }
    if face.format == Format::Json {
        write_line(&view, out)?;
    }
    Ok(exit)
}

impl Surroundings<'_> {
    async fn sync(
        &self,
        loaded: &LoadedSchedule,
        schedule: &Schedule,
        version: &SheetVersion,
    ) -> Result<Synced, CommandError> {
        let (name, now) = (&loaded.name, self.face.now);
        let printed = format!("sync/{name}");
        let baseline = self.baseline(&printed, name).await?;
        let (past, to_come) = self.differences(name, baseline.as_ref(), schedule);
        let is_new = baseline.as_ref().is_none_or(|baseline| baseline.version.source != version.source);
        let told_once = |problem: &&Problem| is_new && problem.kind == ProblemKind::ExportLoses;
        let new_source = schedule.problems().iter().filter(told_once).cloned().collect();
        let (posted, without_address) = (Vec::new(), Vec::new());
        let texted = Vec::new();
        let mut synced = Synced { baseline, to_come, past, posted, without_address, texted, new_source };
        if let Some(mailer) = &self.mailer {
            self.write_letters(mailer, loaded, schedule, &mut synced).await?;
        }
        if let Some(texts) = &self.texts {
            synced.texted = self.write_texts(texts, loaded, schedule).await?;
        }
        self.snapshots.saw(name, version, now).await?;
        self.notices.tell(&printed, version.sha256(), now).await?;
        Ok(synced)
    }

    /// The version that was told last about `subject`, or the one seen last when that is no longer kept.
    pub(super) async fn baseline(&self, subject: &str, schedule: &str) -> Result<Option<Snapshot>, CommandError> {
        if let Some(sha256) = self.notices.told(subject).await?
            && let Some(told) = self.snapshots.version(schedule, &sha256).await?
        {
            return Ok(Some(told));
        }
        Ok(self.snapshots.latest(schedule).await?)
    }

    /// What is different in the past, and what from now on.
    pub(super) fn differences(
        &self,
        name: &str,
        baseline: Option<&Snapshot>,
        schedule: &Schedule,
    ) -> (Vec<Change>, Vec<Change>) {
        let before = baseline.and_then(|kept| (self.understand)(name, &kept.version));
        let Some(before) = before else { return (Vec::new(), Vec::new()) };
        let extents = [before.extent(), schedule.extent()];
        let start = extents.iter().flatten().map(Interval::start).min();
        let end = extents.iter().flatten().map(Interval::end).max();
        let within = |from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>| {
            let window = from.zip(until).and_then(|(from, until)| Interval::new(from, until));
            window.map(|window| difference(&before, schedule, window)).unwrap_or_default()
        };
        let now = self.face.now;
        (within(start, end.map(|end| end.min(now))), within(start.map(|start| start.max(now)), end))
    }

    /// Writes to everybody whose duty to come is another than when letters were last sent.
    async fn write_letters(
        &self,
        mailer: &Mailer<'_>,
        loaded: &LoadedSchedule,
        schedule: &Schedule,
        synced: &mut Synced,
    ) -> Result<(), CommandError> {
        let (now, desk) = (self.face.now, &self.site.settings.desk);
        let mode = if mailer.training { "training" } else { "live" };
        let subject = format!("letters/{mode}/{}", loaded.name);
        let baseline = self.baseline(&subject, &loaded.name).await?;
        let (_, to_come) = self.differences(&loaded.name, baseline.as_ref(), schedule);
        let mut all_done = true;
        for (person, changes) in by_person(&to_come) {
            let Some(address) = &person.email else {
                synced.without_address.push(Arc::clone(&person.name));
                continue;
            };
            let lines: Vec<String> = changes.iter().map(|change| words::line(change, now, self.face.zone)).collect();
            let digest = digest(&format!("{}\n{}", loaded.snapshot(), lines.join("\n")));
            let own_subject = format!("{subject}/{}", person.name.to_lowercase());
            if self.notices.told(&own_subject).await?.as_ref() == Some(&digest) {
                continue;
            }
            let facts = words::LetterFacts {
                title: &loaded.title,
                name: &person.name,
                desk: &desk.name,
                desk_phone: &desk.help_desk_phone,
                now,
                zone: self.face.zone,
            };
            let letter = Letter {
                key: format!("{own_subject}/{digest}"),
                to: address.to_string(),
                name: person.name.to_string(),
                subject: words::subject(&loaded.title, mailer.training),
                text: words::letter(&changes, &facts),
                html: None,
                attachments: Vec::new(),
            };
            let posted = mailer.send(letter).await;
            if posted.try_again {
                all_done = false;
            } else {
                self.notices.tell(&own_subject, &digest, now).await?;
            }
            synced.posted.push(posted);
        }
        if all_done {
            self.notices.tell(&subject, loaded.snapshot(), now).await?;
        }
        Ok(())
    }

    fn write(&self, loaded: &LoadedSchedule, synced: &Synced, out: &mut dyn Write) -> Result<(), CommandError> {
        let Face { zone, now, .. } = self.face;
        let status = status(loaded, synced.baseline.as_ref());
        let seen = synced.baseline.as_ref().map(|baseline| baseline.last_seen);
        let different = !synced.to_come.is_empty() || !synced.past.is_empty();
        writeln!(out, "{}", words::heading(loaded, status, seen, different, zone))?;
        for line in words::to_come(&synced.to_come, now, zone) {
            writeln!(out, "{line}")?;
        }
        if let Some(line) = words::gone(&synced.past, now, zone) {
            writeln!(out, "{line}")?;
        }
        if let Some(ahead_s) = loaded.provenance.clock_ahead_s {
            writeln!(out, "{}", paragraph("  ", 4, &time::clock_wrong(ahead_s)))?;
        }
        for problem in &synced.new_source {
            writeln!(out, "{}", told_problem(problem))?;
        }
        for posted in &synced.posted {
            letters::write_posted(posted, out)?;
        }
        for texted in &synced.texted {
            for line in texted.lines() {
                writeln!(out, "{line}")?;
            }
        }
        for name in &synced.without_address {
            writeln!(out, "{}", words::no_address(name))?;
        }
        Ok(())
    }

    fn view(&self, loaded: &LoadedSchedule, synced: Synced) -> SyncSchedule {
        let Face { zone, now, .. } = self.face;
        let subject = || words::subject(&loaded.title, self.site.is_training());
        let unsent = synced.without_address.iter().map(|name| LetterView {
            name: name.to_string(),
            to: None,
            subject: subject(),
            outcome: "no-address",
            detail: "no e-mail address is known".to_owned(),
        });
        let letters = synced.posted.into_iter().map(|posted| posted.view).chain(unsent).collect();
        let views = |changes: &[Change]| changes.iter().map(|change| ChangeView::new(change, now, zone)).collect();
        SyncSchedule {
            schedule: loaded.name.clone(),
            title: loaded.title.clone(),
            status: status(loaded, synced.baseline.as_ref()),
            snapshot: Some(loaded.snapshot().to_owned()),
            previous: synced.baseline.as_ref().map(|baseline| baseline.version.sha256().to_owned()),
            previous_seen: synced.baseline.as_ref().map(|baseline| rfc3339(baseline.last_seen, zone)),
            changes: views(&synced.to_come),
            past_changes: views(&synced.past),
            clock_ahead_s: loaded.provenance.clock_ahead_s,
            problems: synced.new_source.iter().map(ProblemView::of).collect(),
            letters,
        }
    }
}

fn status(loaded: &LoadedSchedule, baseline: Option<&Snapshot>) -> &'static str {
    match baseline {
        None => "first",
        Some(baseline) if baseline.version.sha256() == loaded.snapshot() => "unchanged",
        Some(_) => "changed",
    }
}

fn unusable(loaded: &LoadedSchedule) -> SyncSchedule {
    let problems = if loaded.schedule.is_ok() { &loaded.provenance.fault } else { loaded.problems() };
    SyncSchedule {
        schedule: loaded.name.clone(),
        title: loaded.title.clone(),
        status: "unusable",
        snapshot: None,
        previous: None,
        previous_seen: None,
        changes: Vec::new(),
        past_changes: Vec::new(),
        clock_ahead_s: None,
        problems: problems.iter().map(ProblemView::of).collect(),
        letters: Vec::new(),
    }
}

/// Everybody whom changes concern, each with theirs, in the order in which they are met.
pub(super) fn by_person(changes: &[Change]) -> Vec<(&OnCallPerson, Vec<&Change>)> {
    let mut people: Vec<(&OnCallPerson, Vec<&Change>)> = Vec::new();
    for change in changes {
        for person in change.affected() {
            match people.iter_mut().find(|(known, _)| known.name.to_lowercase() == person.name.to_lowercase()) {
                Some((_, theirs)) => theirs.push(change),
                None => people.push((person, vec![change])),
            }
        }
    }
    people
}

/// SHA-256 of `text` in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut digits, byte| {
        let _infallible = write!(digits, "{byte:02x}");
        digits
    })
}
