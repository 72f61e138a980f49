//! What do the site's files say now? Opens them, and names the file in whatever goes wrong.

use std::iter;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::cli::error::CommandError;
use crate::decision::Partners;
use crate::schedule::Schedule;
use crate::schedule::grid::Grid;
use crate::schedule::layout::{LayoutSettings, Reading, Unusable};
use crate::schedule::loaded::{LoadedSchedule, Understood};
use crate::schedule::problem::{Problem, ProblemKind};
use crate::schedule::roster::Roster;
use crate::schedule::tabs;
use crate::site::settings::ScheduleSettings;
use crate::site::{Settings, Site, holidays};
use crate::source::google::Surroundings;
use crate::source::{Expected, Fetched, ScheduleSource, csv};
use crate::wording;

use super::environment::Environment;
use super::sheets::{self, Hurry};

/// A site and the folder it was read from.
pub(super) struct Loaded {
    /// The site.
    pub site: Site,
    /// The folder that paths in the settings are relative to.
    pub folder: PathBuf,
    /// What is wrong with the contacts and partners, for people.
    pub warnings: Vec<String>,
    /// When the settings, contacts or holidays, which every answer depends on, were last changed.
    pub changed_at: Option<DateTime<Utc>>,
    /// What the process knows about reaching Google.
    pub google: Surroundings,
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
    Ok(Loaded { site, folder, warnings, changed_at, google })
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

impl Loaded {
    /// The schedules that `wanted` names, or all of them, each read now.
    pub(super) fn schedules(
        &self,
        wanted: Option<&str>,
        now: DateTime<Utc>,
        hurry: Hurry,
    ) -> Result<Vec<LoadedSchedule>, CommandError> {
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
        let mut asked = Vec::new();
        for (name, settings) in known.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)) {
            let source = parsed(name, "source", &settings.source)?;
            let overrides = settings.overrides.as_deref().map(|text| parsed(name, "overrides", text)).transpose()?;
            asked.push(Asked { name, settings, source, overrides });
        }
        let read = self.bytes(asked.iter().flat_map(|asked| iter::once(&asked.source).chain(&asked.overrides)), hurry);
        let mut read = read.into_iter();
        let mut fetched = |source: &ScheduleSource, settings: &ScheduleSettings| {
            let bytes = read.next().unwrap_or_else(|| Err("it was not read".to_owned()));
            bytes.and_then(|bytes| self.fetched(source, settings, bytes, now)).map_err(|reason| Problem {
                kind: ProblemKind::NoSheet { reason },
                sheet: source.shown().into(),
                cell: String::new(),
                text: String::new(),
            })
        };
        let mut schedules = Vec::new();
        for asked in asked {
            let own = fetched(&asked.source, asked.settings);
            let overrides = asked.overrides.as_ref().map(|source| fetched(source, asked.settings));
            schedules.push(self.schedule(&asked, own, overrides, now));
        }
        Ok(schedules)
    }

    /// The bytes of each source, in order; sheets are read all at once.
    fn bytes<'a>(
        &self,
        sources: impl Iterator<Item = &'a ScheduleSource> + Clone,
        hurry: Hurry,
    ) -> Vec<Result<Vec<u8>, String>> {
        let addresses = sources.clone().filter_map(|source| match source {
            ScheduleSource::Sheets(address) => Some(address),
            ScheduleSource::Csv(_) => None,
        });
        let mut sheets =
            sheets::read(&addresses.collect::<Vec<_>>(), &self.site.settings.google, &self.google, hurry).into_iter();
        sources
            .map(|source| match source {
                ScheduleSource::Csv(file) => std::fs::read(self.folder.join(file))
                    .map_err(|error| format!("the file {file} cannot be read: {error}")),
                ScheduleSource::Sheets(_) => sheets.next().unwrap_or_else(|| Err("it was not read".to_owned())),
            })
            .collect()
    }

    /// What the bytes of a source hold. The error is for people.
    fn fetched(
        &self,
        source: &ScheduleSource,
        settings: &ScheduleSettings,
        bytes: Vec<u8>,
        read_at: DateTime<Utc>,
    ) -> Result<Fetched, String> {
        let expected = Expected {
            zone: self.site.zone,
            accept_zone: settings.accept_zone,
            today: read_at.with_timezone(&self.site.zone).date_naive(),
            year: settings.layout.year,
            month_tab_days: settings.month_tab_days,
        };
        let content = source.interpret(&bytes, &expected)?;
        Ok(Fetched { content, bytes, read_at })
    }

    /// When what a source holds was last changed; a spreadsheet does not tell, so it counts as changed when it is read.
    fn source_changed_at(&self, source: &ScheduleSource, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match source {
            ScheduleSource::Csv(file) => changed_at(&self.folder.join(file)),
            ScheduleSource::Sheets(_) => Some(now),
        }
    }

    fn schedule(
        &self,
        asked: &Asked<'_>,
        own: Result<Fetched, Problem>,
        overrides: Option<Result<Fetched, Problem>>,
        now: DateTime<Utc>,
    ) -> LoadedSchedule {
        let Asked { name, settings, .. } = *asked;
        let title = settings.title.clone().unwrap_or_else(|| name.to_uppercase());
        let read = [Some(&own), overrides.as_ref()].into_iter().flatten().flatten();
        let snapshot = hash(read.map(|fetched| fetched.bytes.as_slice()));
        let mut understood = None;
        let schedule = self.understand(own, overrides, &settings.layout).map(|reading| {
            understood = Some(Understood { recognition: reading.recognition, skipped: reading.skipped });
            Schedule::new(name, title.as_str(), reading.shifts, reading.problems, &settings.required_roles)
        });
        let sources = iter::once(&asked.source).chain(&asked.overrides);
        let changed_at = sources.filter_map(|source| self.source_changed_at(source, now)).max();
        LoadedSchedule {
            name: name.to_owned(),
            title,
            schedule,
            understood,
            read_at: now,
            changed_at: changed_at.max(self.changed_at).unwrap_or(now),
            age_s: 0,
            from_cache: false,
            stale: false,
            coverage: settings.coverage,
            snapshot,
        }
    }

    /// What a schedule's sources say together. Overrides that cannot be read leave nobody sure of anything, so then
    /// nothing is said.
    fn understand(
        &self,
        own: Result<Fetched, Problem>,
        overrides: Option<Result<Fetched, Problem>>,
        layout: &LayoutSettings,
    ) -> Result<Reading, Vec<Problem>> {
        let (zone, roster) = (self.site.zone, &self.site.roster);
        let content = |fetched: Fetched| {
            let mut layout = layout.clone();
            layout.date_order = layout.date_order.or(fetched.content.date_order);
            (fetched.content, layout)
        };
        let (own, own_layout) = content(own.map_err(|problem| vec![problem])?);
        let overrides = overrides.transpose().map_err(|problem| vec![problem])?.map(content);
        let read = tabs::read(&own.tabs, &own_layout, zone, roster).and_then(|mut reading| {
            if let Some((overrides, layout)) = &overrides {
                tabs::read_overrides(&mut reading, &overrides.tabs, layout, zone, roster)?;
            }
            Ok(reading)
        });
        let of_sources = overrides.map(|(overrides, _)| overrides.problems).into_iter().flatten();
        let of_sources = own.problems.into_iter().chain(of_sources);
        match read {
            Ok(mut reading) => {
                reading.problems.splice(0..0, of_sources);
                Ok(reading)
            }
            Err(Unusable { problems }) => Err(of_sources.chain(problems).collect()),
        }
    }
}

/// A schedule that is asked for, with its sources.
struct Asked<'a> {
    name: &'a str,
    settings: &'a ScheduleSettings,
    source: ScheduleSource,
    overrides: Option<ScheduleSource>,
}

/// The source that a key of a schedule's settings names.
fn parsed(name: &str, key: &str, text: &str) -> Result<ScheduleSource, CommandError> {
    ScheduleSource::parse(text)
        .map_err(|hint| CommandError::usage(format!("[schedules.{name}] {key} = {text:?} cannot be read")).hint(hint))
}

/// The hash of what was read, in hexadecimal; empty when nothing was.
fn hash<'a>(read: impl Iterator<Item = &'a [u8]>) -> String {
    use std::fmt::Write as _;
    let bytes: Vec<&[u8]> = read.collect();
    if bytes.is_empty() {
        return String::new();
    }
    let hasher = bytes.into_iter().fold(Sha256::new(), Sha256::chain_update);
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
