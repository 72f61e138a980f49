//! What do the site's files say now? Opens them, and names the file in whatever goes wrong.

use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::decision::Partners;
use crate::desk::error::CommandError;
use crate::schedule::Schedule;
use crate::schedule::grid::Grid;
use crate::schedule::layout::{LayoutSettings, Unusable};
use crate::schedule::loaded::{LoadedSchedule, Provenance, Understood};
use crate::schedule::problem::{Problem, ProblemKind};
use crate::schedule::roster::Roster;
use crate::schedule::tabs::{self, Joined};
use crate::schedule::version::SheetVersion;
use crate::site::settings::ScheduleSettings;
use crate::site::{Settings, Site, holidays};
use crate::source::google::Surroundings;
use crate::source::{Expected, ScheduleSource, csv};
use crate::wording;

use super::environment::Environment;
use super::memory;
use super::sheets::{self, Hurry, Reaching};

/// What tells a change of a file: when it was changed, and its length; `None` when it is not there.
pub(super) type FileMark = Option<(DateTime<Utc>, u64)>;

/// A site and the folder it was read from.
pub(super) struct Loaded {
    /// The site.
    pub site: Site,
    /// The settings file.
    pub file: PathBuf,
    /// The folder that paths in the settings are relative to.
    pub folder: PathBuf,
    /// What is wrong with the contacts and partners, for people.
    pub warnings: Vec<String>,
    /// When the settings, contacts or holidays, which every answer depends on, were last changed.
    pub changed_at: Option<DateTime<Utc>>,
    /// What the process knows about reaching Google.
    pub google: Surroundings,
    /// The password of the database server, where the environment holds it.
    pub store_password: Option<SecretString>,
}

/// Reads the settings, the contacts, the partners and the holidays. Schedules are read when they are asked for.
pub(super) fn site(file: &Path, environment: &Environment) -> Result<Loaded, CommandError> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| {
        CommandError::usage(format!("the settings file {shown} cannot be read: {error}"))
            .hint("it must be a text file in UTF-8 that you may read")
    })?;
    let wrong = |error: crate::site::SettingsError| CommandError::usage(format!("{shown}: {error}"));
    let settings = Settings::parse(&text).map_err(wrong)?;
    let folder = file.parent().map_or_else(PathBuf::new, Path::to_owned);
    let mut warnings = Vec::new();

    let roster = match optional_table(&folder, &settings.desk.contacts)? {
        Some(grid) => {
            let (roster, problems) = Roster::from_grid(&grid, &settings.campus());
            warnings.extend(problems.iter().map(problem_line));
            roster
        }
        None => Roster::default(),
    };
    let partners = match optional_table(&folder, &settings.desk.partners)? {
        Some(grid) => {
            let (partners, problems) = Partners::read(&grid);
            warnings.extend(problems.iter().map(wording::partners::problem));
            partners
        }
        None => Partners::default(),
    };
    let holidays = match optional_table(&folder, &settings.desk.holidays)? {
        Some(grid) => holidays::read(&grid).map_err(|error| CommandError::usage(error.to_string()))?,
        None => crate::civil::HolidayCalendar::default(),
    };
    let desk = &settings.desk;
    let parts = [&desk.contacts, &desk.holidays].map(|name| folder.join(name));
    let changed_at = parts.iter().map(PathBuf::as_path).chain([file]).filter_map(changed_at).max();
    let site = Site::new(settings, roster, partners, holidays).map_err(wrong)?;
    let google = sheets::surroundings(&folder, environment);
    Ok(Loaded {
        site,
        file: file.to_owned(),
        folder,
        warnings,
        changed_at,
        google,
        store_password: environment.store_password.clone(),
    })
}

/// When a file was last changed, where the machine can tell.
fn changed_at(file: &Path) -> Option<DateTime<Utc>> {
    std::fs::metadata(file).and_then(|about| about.modified()).ok().map(DateTime::from)
}

fn problem_line(problem: &Problem) -> String {
    let (message, hint) = (wording::problems::message(problem), wording::problems::hint(problem));
    format!("{} {}: {message} {hint}", problem.sheet, problem.cell)
}

/// A file of the site that need not be there; one that is there must be readable.
fn optional_table(folder: &Path, name: &str) -> Result<Option<Grid>, CommandError> {
    match std::fs::read(folder.join(name)) {
        Ok(bytes) => match csv::read(&bytes, name) {
            Ok(reading) => Ok(Some(reading.grid)),
            Err(error) => Err(CommandError::usage(error.to_string())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CommandError::usage(format!("{} cannot be read: {error}", folder.join(name).display()))
            .hint("it must be a file that you may read; its name stands under [desk], or is the usual one")),
    }
}

/// A schedule of the settings, and where it is kept.
struct Named<'a> {
    name: &'a str,
    settings: &'a ScheduleSettings,
    source: ScheduleSource,
    overrides: Option<ScheduleSource>,
}

impl Named<'_> {
    /// The sources in the order in which they are read.
    fn sources(&self) -> impl Iterator<Item = &ScheduleSource> + Clone {
        iter::once(&self.source).chain(&self.overrides)
    }

    /// The sources as the settings write them, in the same order.
    fn written(&self) -> impl Iterator<Item = &str> {
        iter::once(self.settings.source.as_str()).chain(self.settings.overrides.as_deref())
    }
}

/// The source that a key of a schedule's settings names.
fn parsed(name: &str, key: &str, text: &str) -> Result<ScheduleSource, CommandError> {
    // An address may hold a password that somebody wrote into it.
    let shown = if text.contains('@') { "…".to_owned() } else { format!("{text:?}") };
    ScheduleSource::parse(text)
        .map_err(|hint| CommandError::usage(format!("[schedules.{name}] {key} = {shown} cannot be read")).hint(hint))
}

impl Loaded {
    /// The schedules that `wanted` names, or all of them, each read now. One that cannot be used is answered by its last
    /// good copy, while that is young enough (contract 2.3 rule 8).
    pub(super) fn schedules(
        &self,
        wanted: Option<&str>,
        now: DateTime<Utc>,
        hurry: Hurry,
    ) -> Result<Vec<LoadedSchedule>, CommandError> {
        let named = self.wanted(wanted)?;
        let mut read = self.bytes(named.iter().flat_map(Named::sources), hurry).into_iter();
        let mut schedule = |named| {
            let bytes = Named::sources(named).map(|_| read.next().unwrap_or_else(|| Err("it was not read".to_owned())));
            let bytes: Vec<_> = bytes.collect();
            self.schedule(named, bytes, now)
        };
        let schedules: Vec<LoadedSchedule> = named.iter().map(&mut schedule).collect();
        if let Some(ahead_s) = schedules.iter().find_map(|loaded| loaded.provenance.clock_ahead_s) {
            tracing::error!("{}", wording::time::clock_wrong(ahead_s));
        }
        Ok(schedules)
    }

    /// The same schedules as they stood at `known_at`, from the versions that were kept.
    pub(super) fn schedules_known_at(
        &self,
        wanted: Option<&str>,
        known_at: DateTime<Utc>,
    ) -> Result<Vec<LoadedSchedule>, CommandError> {
        self.wanted(wanted)?.iter().map(|named| self.known_at(named, known_at)).collect()
    }

    fn wanted<'a>(&'a self, wanted: Option<&str>) -> Result<Vec<Named<'a>>, CommandError> {
        let known = &self.site.settings.schedules;
        if known.is_empty() {
            return Err(CommandError::usage("the settings name no schedule")
                .hint("add for example [schedules.aims] with source = \"csv:aims.csv\""));
        }
        if let Some(name) = wanted.filter(|name| !known.contains_key(*name)) {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            return Err(CommandError::usage(format!("there is no schedule {name:?}"))
                .hint(format!("the settings have: {}", names.join(", "))));
        }
        let named = known.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
        named
            .map(|(name, settings)| {
                let source = parsed(name, "source", &settings.source)?;
                let overrides =
                    settings.overrides.as_deref().map(|text| parsed(name, "overrides", text)).transpose()?;
                Ok(Named { name, settings, source, overrides })
            })
            .collect()
    }

    /// What each source holds, in order; sheets elsewhere are read all at once.
    fn bytes<'a>(&self, sources: impl Iterator<Item = &'a ScheduleSource> + Clone, hurry: Hurry) -> Vec<sheets::Read> {
        let elsewhere: Vec<_> = sources.clone().filter(|source| !matches!(source, ScheduleSource::Csv(_))).collect();
        let settings = &self.site.settings;
        let reaching =
            Reaching { google: &settings.google, download: &settings.download, surroundings: &self.google, hurry };
        let mut sheets = sheets::read(&elsewhere, reaching).into_iter();
        sources
            .map(|source| match source {
                ScheduleSource::Csv(file) => std::fs::read(self.folder.join(file))
                    .map(Into::into)
                    .map_err(|error| format!("the file {file} cannot be read: {error}")),
                ScheduleSource::Sheets(_) | ScheduleSource::Download(_) => {
                    sheets.next().unwrap_or_else(|| Err("it was not read".to_owned()))
                }
            })
            .collect()
    }

    /// One schedule from what each of its sources holds. Overrides that cannot be read leave nobody sure of anything.
    fn schedule(&self, named: &Named<'_>, read: Vec<sheets::Read>, now: DateTime<Utc>) -> LoadedSchedule {
        let clock_ahead_s = read.iter().flatten().find_map(|reading| reading.clock_ahead_s);
        let parts: Result<Vec<(String, Vec<u8>)>, Vec<Problem>> = named
            .sources()
            .zip(named.written())
            .zip(read)
            .map(|((source, written), read)| match read {
                Ok(reading) => Ok((written.to_owned(), reading.bytes)),
                Err(reason) => Err(vec![of_sheet(&source.shown(), ProblemKind::NoSheet { reason })]),
            })
            .collect();
        let understood = parts.and_then(|parts| {
            let version = SheetVersion::of(parts, hash);
            self.understand(named.name, &version, now, Vec::new()).map(|(schedule, how)| (version, schedule, how))
        });
        let (version, schedule, how) = match understood {
            Ok(understood) => understood,
            Err(fault) => return self.remembered(named, fault, now),
        };
        LoadedSchedule {
            schedule: Ok(schedule),
            understood: Some(how),
            provenance: Provenance { version: Some(Arc::new(version)), clock_ahead_s, ..Provenance::default() },
            ..self.unread(named, now)
        }
    }

    /// The schedule that a version says on the day of `at` by the settings, contacts and zone of today, or why it says
    /// none. `told` is what is wrong already, listed first.
    pub(super) fn understand(
        &self,
        name: &str,
        version: &SheetVersion,
        at: DateTime<Utc>,
        told: Vec<Problem>,
    ) -> Result<(Schedule, Understood), Vec<Problem>> {
        let mut problems = told;
        let Some(settings) = self.site.settings.schedules.get(name) else { return Err(problems) };
        let expected = Expected {
            zone: self.site.zone,
            accept_zone: settings.accept_zone,
            today: at.with_timezone(&self.site.zone).date_naive(),
            year: settings.layout.year,
            month_tab_days: settings.month_tab_days,
        };
        let mut contents = Vec::new();
        for (written, bytes) in version.parts() {
            // A kept version may come from where the settings no longer point; its own source tells how to read it.
            let content = ScheduleSource::parse(written).map_err(|reason| (written.to_owned(), reason));
            let content = content
                .and_then(|source| source.interpret(bytes, &expected).map_err(|reason| (source.shown(), reason)));
            match content {
                Ok(content) => {
                    let mut layout = settings.layout.clone();
                    layout.date_order = layout.date_order.or(content.date_order);
                    problems.extend(content.problems);
                    contents.push((content.tabs, layout));
                }
                Err((sheet, reason)) => {
                    problems.push(of_sheet(&sheet, ProblemKind::NoSheet { reason }));
                    return Err(problems);
                }
            }
        }
        match self.read_tabs(&contents) {
            Ok(Joined { reading, tabs }) => {
                problems.extend(reading.problems);
                let roles = &settings.required_roles;
                let schedule = Schedule::new(name, title(name, settings), reading.shifts, problems, roles);
                Ok((schedule, Understood { tabs }))
            }
            Err(Unusable { problems: further }) => {
                problems.extend(further);
                Err(problems)
            }
        }
    }

    /// What the first content says, changed by the overrides of the others.
    fn read_tabs(&self, contents: &[(Vec<tabs::Tab>, LayoutSettings)]) -> Result<Joined, Unusable> {
        let (zone, roster) = (self.site.zone, &self.site.roster);
        let mut contents = contents.iter();
        let Some((own, layout)) = contents.next() else { return Err(Unusable { problems: Vec::new() }) };
        let mut reading = tabs::read(own, layout, zone, roster)?;
        for (overrides, layout) in contents {
            tabs::read_overrides(&mut reading, overrides, layout, zone, roster)?;
        }
        Ok(reading)
    }

    /// The last good copy of a schedule whose source cannot be used, with its age; unusable when it is too old or none.
    fn remembered(&self, named: &Named<'_>, fault: Vec<Problem>, now: DateTime<Utc>) -> LoadedSchedule {
        let Named { name, settings, source, .. } = named;
        let unusable = |fault| LoadedSchedule { schedule: Err(fault), ..self.unread(named, now) };
        let Some(kept) = memory::last_good(self, name) else { return unusable(fault) };
        let age = (now - kept.last_seen).max(TimeDelta::zero());
        if age > TimeDelta::hours(i64::from(settings.refuse_after_hours)) {
            let kind = ProblemKind::CopyTooOld { age_h: age.num_hours(), limit_h: settings.refuse_after_hours };
            return unusable(fault.into_iter().chain([of_sheet(&source.shown(), kind)]).collect());
        }
        // What is wrong with the source now is a finding of the schedule that the copy says.
        match self.understand(name, &kept.version, now, fault.clone()) {
            Err(problems) => unusable(problems),
            Ok((schedule, how)) => LoadedSchedule {
                schedule: Ok(schedule),
                understood: Some(how),
                read_at: kept.last_seen,
                changed_at: Some(kept.first_seen).max(self.changed_at).unwrap_or(now),
                age_s: age.num_seconds(),
                from_cache: true,
                stale: age > TimeDelta::hours(i64::from(settings.warn_after_hours)),
                kept_sha256: kept.version.sha256().to_owned(),
                provenance: Provenance { fault, ..Provenance::default() },
                ..self.unread(named, now)
            },
        }
    }

    fn known_at(&self, named: &Named<'_>, at: DateTime<Utc>) -> Result<LoadedSchedule, CommandError> {
        let Named { name, settings, source, .. } = named;
        let provenance = Provenance { known_at: Some(at), ..Provenance::default() };
        let then = LoadedSchedule { provenance, from_cache: true, ..self.unread(named, at) };
        let Some(kept) = memory::known_at(self, name, at)? else {
            let problem = of_sheet(&source.shown(), ProblemKind::NotSeenYet);
            return Ok(LoadedSchedule { schedule: Err(vec![problem]), ..then });
        };
        // A version that was seen again later was in force all the while.
        let read_at = kept.last_seen.min(at);
        let (schedule, understood) = match self.understand(name, &kept.version, at, Vec::new()) {
            Ok((schedule, how)) => (Ok(schedule), Some(how)),
            Err(problems) => (Err(problems), None),
        };
        let age = at - read_at;
        let stale = age > TimeDelta::hours(i64::from(settings.warn_after_hours));
        Ok(LoadedSchedule {
            schedule,
            understood,
            read_at,
            changed_at: Some(kept.first_seen).max(self.changed_at).unwrap_or(at),
            age_s: age.num_seconds(),
            stale,
            kept_sha256: kept.version.sha256().to_owned(),
            ..then
        })
    }

    /// Dates what sheets elsewhere say by when it was first seen, where that was kept: they do not tell it themselves. This
    /// opens the database, which only what shows such dates needs.
    pub(super) fn date_spreadsheets(&self, schedules: &mut [LoadedSchedule]) {
        for loaded in schedules {
            let Some(version) = &loaded.provenance.version else { continue };
            let is_elsewhere = |(written, _): (&str, _)| {
                !matches!(ScheduleSource::parse(written), Ok(ScheduleSource::Csv(_)) | Err(_))
            };
            if !version.parts().into_iter().any(is_elsewhere) {
                continue;
            }
            if let Some(kept) =
                memory::last_good(self, &loaded.name).filter(|kept| kept.version.sha256() == version.sha256())
            {
                loaded.changed_at = Some(kept.first_seen).max(self.changed_at).unwrap_or(kept.first_seen);
            }
        }
    }

    /// What tells a change of the files that a schedule is kept in: when each was changed, and its length. `None` when
    /// any of it is kept elsewhere, or the settings do not name the schedule.
    pub(super) fn files(&self, name: &str) -> Option<Vec<FileMark>> {
        let named = self.wanted(Some(name)).ok()?.pop()?;
        let mark = |source: &ScheduleSource| match source {
            ScheduleSource::Csv(file) => {
                let about = std::fs::metadata(self.folder.join(file)).ok();
                Some(about.and_then(|about| Some((DateTime::from(about.modified().ok()?), about.len()))))
            }
            ScheduleSource::Sheets(_) | ScheduleSource::Download(_) => None,
        };
        named.sources().map(mark).collect()
    }

    /// When what a source holds was last changed; what is elsewhere does not tell, so it counts as changed when it is read.
    fn source_changed_at(&self, source: &ScheduleSource, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match source {
            ScheduleSource::Csv(file) => changed_at(&self.folder.join(file)),
            ScheduleSource::Sheets(_) | ScheduleSource::Download(_) => Some(now),
        }
    }

    /// A schedule of which nothing is known but the settings.
    fn unread(&self, named: &Named<'_>, now: DateTime<Utc>) -> LoadedSchedule {
        let Named { name, settings, .. } = named;
        LoadedSchedule {
            name: (*name).to_owned(),
            title: title(name, settings),
            schedule: Err(Vec::new()),
            understood: None,
            read_at: now,
            changed_at: named
                .sources()
                .filter_map(|source| self.source_changed_at(source, now))
                .max()
                .max(self.changed_at)
                .unwrap_or(now),
            age_s: 0,
            from_cache: false,
            stale: false,
            coverage: settings.coverage,
            kept_sha256: String::new(),
            provenance: Provenance::default(),
        }
    }
}

fn title(name: &str, settings: &ScheduleSettings) -> String {
    settings.title.clone().unwrap_or_else(|| name.to_uppercase())
}

/// A problem of a sheet as a whole, under the name that people know it by.
fn of_sheet(sheet: &str, kind: ProblemKind) -> Problem {
    Problem { kind, sheet: sheet.into(), cell: String::new(), text: String::new() }
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
