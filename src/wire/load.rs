//! What do the site's files say now? Opens them, and names the file in whatever goes wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::memory;
use crate::cli::error::CommandError;
use crate::decision::Partners;
use crate::schedule::Schedule;
use crate::schedule::copy::SheetCopy;
use crate::schedule::grid::Grid;
use crate::schedule::layout;
use crate::schedule::loaded::{LoadedSchedule, Provenance, Understood};
use crate::schedule::problem::{Problem, ProblemKind};
use crate::schedule::roster::Roster;
use crate::site::settings::ScheduleSettings;
use crate::site::{Settings, Site, holidays};
use crate::source::csv::{self, CsvReading};
use crate::wording;

/// A site and the folder it was read from.
pub(super) struct Loaded {
    /// The site.
    pub site: Site,
    /// The folder that paths in the settings are relative to.
    pub folder: PathBuf,
    /// What is wrong with the contacts and partners, for people.
    pub warnings: Vec<String>,
}

/// Reads the settings, the contacts, the partners and the holidays. Schedules are read when they are asked for.
pub(super) fn site(file: &Path) -> Result<Loaded, CommandError> {
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
    let site = Site::new(settings, roster, partners, holidays).map_err(wrong)?;
    Ok(Loaded { site, folder, warnings })
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
        Err(error) => Err(CommandError::usage(format!("{} cannot be read: {error}", folder.join(name).display()))),
    }
}

impl Loaded {
    /// The schedules that `wanted` names, or all of them, each read now. One that cannot be used is answered by its last
    /// good copy, while that is young enough (contract 2.3 rule 8).
    pub(super) fn schedules(
        &self,
        wanted: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Vec<LoadedSchedule>, CommandError> {
        self.wanted(wanted)?.into_iter().map(|(name, settings)| self.schedule(name, settings, now)).collect()
    }

    /// The same schedules as they stood at `known_at`, from the versions that were kept.
    pub(super) fn schedules_known_at(
        &self,
        wanted: Option<&str>,
        known_at: DateTime<Utc>,
    ) -> Result<Vec<LoadedSchedule>, CommandError> {
        self.wanted(wanted)?.into_iter().map(|(name, settings)| self.known_at(name, settings, known_at)).collect()
    }

    fn wanted<'a>(&'a self, wanted: Option<&str>) -> Result<Vec<(&'a str, &'a ScheduleSettings)>, CommandError> {
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
        let all = known.iter().map(|(name, settings)| (name.as_str(), settings));
        Ok(all.filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)).collect())
    }

    fn schedule(
        &self,
        name: &str,
        settings: &ScheduleSettings,
        now: DateTime<Utc>,
    ) -> Result<LoadedSchedule, CommandError> {
        let read = self.read(name, settings)?;
        let understood =
            read.and_then(|copy| self.understand(name, &copy).map(|(schedule, how)| (copy, schedule, how)));
        let (copy, schedule, how) = match understood {
            Ok(understood) => understood,
            Err(fault) => return Ok(self.remembered(name, settings, fault, now)),
        };
        let snapshot = copy.sha256.clone();
        Ok(LoadedSchedule {
            schedule: Ok(schedule),
            understood: Some(how),
            snapshot,
            provenance: Provenance { copy: Some(Arc::new(copy)), ..Provenance::default() },
            ..unread(name, settings, now)
        })
    }

    /// What the source says now.
    fn read(&self, name: &str, settings: &ScheduleSettings) -> Result<Result<SheetCopy, Vec<Problem>>, CommandError> {
        let file = csv_file(name, &settings.source)?;
        let read = match std::fs::read(self.folder.join(file)) {
            Ok(bytes) => csv::read(&bytes, file).map(|read| (read, hash(&bytes))).map_err(|error| error.to_string()),
            Err(error) => Err(format!("the file {file} cannot be read: {error}")),
        };
        let problem = |reason| Problem {
            kind: ProblemKind::NoSheet { reason },
            sheet: file.into(),
            cell: String::new(),
            text: String::new(),
        };
        let copy = |(CsvReading { grid, problems }, sha256)| SheetCopy { grids: vec![grid], problems, sha256 };
        Ok(read.map(copy).map_err(|reason| vec![problem(reason)]))
    }

    /// The schedule that a copy says by the settings, contacts and zone of today, or why it says none.
    pub(super) fn understand(&self, name: &str, copy: &SheetCopy) -> Result<(Schedule, Understood), Vec<Problem>> {
        let mut problems = copy.problems.clone();
        let Some(settings) = self.site.settings.schedules.get(name) else { return Err(problems) };
        let (mut shifts, mut how, mut skipped) = (Vec::new(), None, Vec::new());
        for grid in &copy.grids {
            match layout::read(grid, &settings.layout, self.site.zone, &self.site.roster) {
                Ok(reading) => {
                    problems.extend(reading.problems);
                    shifts.extend(reading.shifts);
                    skipped.extend(reading.skipped);
                    how = how.or(Some(reading.recognition));
                }
                Err(unusable) => problems.extend(unusable.problems),
            }
        }
        let Some(recognition) = how else { return Err(problems) };
        let schedule = Schedule::new(name, title(name, settings), shifts, problems, &settings.required_roles);
        Ok((schedule, Understood { recognition, skipped }))
    }

    /// The last good copy of a schedule whose source cannot be used, with its age; unusable when it is too old or none.
    fn remembered(
        &self,
        name: &str,
        settings: &ScheduleSettings,
        fault: Vec<Problem>,
        now: DateTime<Utc>,
    ) -> LoadedSchedule {
        let unusable = |fault| LoadedSchedule { schedule: Err(fault), ..unread(name, settings, now) };
        let Some(kept) = memory::last_good(self, name) else { return unusable(fault) };
        let age = (now - kept.last_seen).max(TimeDelta::zero());
        if age > TimeDelta::hours(i64::from(settings.refuse_after_hours)) {
            let kind = ProblemKind::CopyTooOld { age_h: age.num_hours(), limit_h: settings.refuse_after_hours };
            return unusable(fault.into_iter().chain([of_sheet(&settings.source, kind)]).collect());
        }
        let Some(copy) = SheetCopy::from_json(&kept.content, &kept.sha256) else { return unusable(fault) };
        // What is wrong with the source now is a finding of the schedule that the copy says.
        let told = SheetCopy { problems: fault.iter().chain(&copy.problems).cloned().collect(), ..copy };
        match self.understand(name, &told) {
            Err(problems) => unusable(problems),
            Ok((schedule, how)) => LoadedSchedule {
                schedule: Ok(schedule),
                understood: Some(how),
                read_at: kept.last_seen,
                age_s: age.num_seconds(),
                from_cache: true,
                stale: age > TimeDelta::hours(i64::from(settings.warn_after_hours)),
                snapshot: kept.sha256,
                provenance: Provenance { fault, ..Provenance::default() },
                ..unread(name, settings, now)
            },
        }
    }

    fn known_at(
        &self,
        name: &str,
        settings: &ScheduleSettings,
        at: DateTime<Utc>,
    ) -> Result<LoadedSchedule, CommandError> {
        let provenance = Provenance { known_at: Some(at), ..Provenance::default() };
        let then = LoadedSchedule { provenance, from_cache: true, ..unread(name, settings, at) };
        let kept = memory::known_at(self, name, at)?;
        let Some((kept, copy)) = kept.and_then(|kept| {
            let copy = SheetCopy::from_json(&kept.content, &kept.sha256)?;
            Some((kept, copy))
        }) else {
            let problem = of_sheet(&settings.source, ProblemKind::NotSeenYet);
            return Ok(LoadedSchedule { schedule: Err(vec![problem]), ..then });
        };
        // A version that was seen again later was in force all the while.
        let read_at = kept.last_seen.min(at);
        let (schedule, understood) = match self.understand(name, &copy) {
            Ok((schedule, how)) => (Ok(schedule), Some(how)),
            Err(problems) => (Err(problems), None),
        };
        let age = at - read_at;
        let stale = age > TimeDelta::hours(i64::from(settings.warn_after_hours));
        Ok(LoadedSchedule {
            schedule,
            understood,
            read_at,
            age_s: age.num_seconds(),
            stale,
            snapshot: kept.sha256,
            ..then
        })
    }
}

/// A schedule of which nothing is known but the settings.
fn unread(name: &str, settings: &ScheduleSettings, now: DateTime<Utc>) -> LoadedSchedule {
    LoadedSchedule {
        name: name.to_owned(),
        title: title(name, settings),
        schedule: Err(Vec::new()),
        understood: None,
        read_at: now,
        age_s: 0,
        from_cache: false,
        stale: false,
        coverage: settings.coverage,
        snapshot: String::new(),
        provenance: Provenance::default(),
    }
}

fn title(name: &str, settings: &ScheduleSettings) -> String {
    settings.title.clone().unwrap_or_else(|| name.to_uppercase())
}

/// A problem of a sheet as a whole, known by its source in the settings.
fn of_sheet(source: &str, kind: ProblemKind) -> Problem {
    let sheet = source.strip_prefix("csv:").unwrap_or(source).trim();
    Problem { kind, sheet: sheet.into(), cell: String::new(), text: String::new() }
}

/// The file that a source of the form `csv:FILE` names.
fn csv_file<'a>(name: &str, source: &'a str) -> Result<&'a str, CommandError> {
    match source.strip_prefix("csv:").map(str::trim) {
        Some(file) if !file.is_empty() => Ok(file),
        _ => Err(CommandError::usage(format!("[schedules.{name}] source = {source:?} cannot be read by this version"))
            .hint("this version reads CSV files: download the sheet as CSV and write source = \"csv:FILE\"")),
    }
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
