//! What do the site's files say now? Opens them, and names the file in whatever goes wrong.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::cli::error::CommandError;
use crate::decision::Partners;
use crate::schedule::Schedule;
use crate::schedule::grid::Grid;
use crate::schedule::layout::{LayoutSettings, Unusable};
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
        let mut named = Vec::new();
        for (name, settings) in known.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name)) {
            let source = ScheduleSource::parse(&settings.source).map_err(|hint| {
                let source = &settings.source;
                CommandError::usage(format!("[schedules.{name}] source = {source:?} cannot be read")).hint(hint)
            })?;
            named.push((name, settings, source));
        }
        let read = self.bytes(named.iter().map(|(_, _, source)| source), hurry);
        Ok(named
            .iter()
            .zip(read)
            .map(|((name, settings, source), bytes)| {
                let fetched = bytes.and_then(|bytes| self.fetched(source, settings, bytes, now));
                self.schedule(name, settings, source, fetched, now)
            })
            .collect())
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
        name: &str,
        settings: &ScheduleSettings,
        source: &ScheduleSource,
        fetched: Result<Fetched, String>,
        now: DateTime<Utc>,
    ) -> LoadedSchedule {
        let title = settings.title.clone().unwrap_or_else(|| name.to_uppercase());
        let snapshot = fetched.as_ref().map(|fetched| hash(&fetched.bytes)).unwrap_or_default();
        let mut understood = None;
        let schedule = match fetched {
            Ok(Fetched { content, .. }) => {
                let order = settings.layout.date_order.or(content.date_order);
                let layout = LayoutSettings { date_order: order, ..settings.layout.clone() };
                match tabs::read(&content.tabs, &layout, self.site.zone, &self.site.roster) {
                    Ok(reading) => {
                        let problems = content.problems.into_iter().chain(reading.problems).collect();
                        let roles = &settings.required_roles;
                        understood = Some(Understood { recognition: reading.recognition, skipped: reading.skipped });
                        Ok(Schedule::new(name, title.as_str(), reading.shifts, problems, roles))
                    }
                    Err(Unusable { problems }) => Err(content.problems.into_iter().chain(problems).collect()),
                }
            }
            Err(reason) => Err(vec![Problem {
                kind: ProblemKind::NoSheet { reason },
                sheet: source.shown().into(),
                cell: String::new(),
                text: String::new(),
            }]),
        };
        LoadedSchedule {
            name: name.to_owned(),
            title,
            schedule,
            understood,
            read_at: now,
            changed_at: self.source_changed_at(source, now).max(self.changed_at).unwrap_or(now),
            age_s: 0,
            from_cache: false,
            stale: false,
            coverage: settings.coverage,
            snapshot,
        }
    }
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
