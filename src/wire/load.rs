//! What do the site's files say now? Opens them, and names the file in whatever goes wrong.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::cli::error::CommandError;
use crate::decision::Partners;
use crate::schedule::Schedule;
use crate::schedule::grid::Grid;
use crate::schedule::layout::{self, Reading};
use crate::schedule::loaded::{LoadedSchedule, Understood};
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
    /// The schedules that `wanted` names, or all of them, each read now.
    pub(super) fn schedules(
        &self,
        wanted: Option<&str>,
        now: DateTime<Utc>,
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
        known
            .iter()
            .filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name))
            .map(|(name, settings)| self.schedule(name, settings, now))
            .collect()
    }

    fn schedule(
        &self,
        name: &str,
        settings: &ScheduleSettings,
        now: DateTime<Utc>,
    ) -> Result<LoadedSchedule, CommandError> {
        let file = csv_file(name, "source", &settings.source)?;
        let overrides = settings.overrides.as_deref().map(|source| csv_file(name, "overrides", source)).transpose()?;
        let title = settings.title.clone().unwrap_or_else(|| name.to_uppercase());
        let sheets = self.read_sheets(file, overrides);
        let mut understood = None;
        let schedule = sheets.and_then(|sheets| {
            let reading = self.understand(&sheets, settings)?;
            understood = Some(Understood { recognition: reading.recognition, skipped: reading.skipped });
            let roles = &settings.required_roles;
            let problems = reading.problems;
            Ok((Schedule::new(name, title.as_str(), reading.shifts, problems, roles), sheets.hash))
        });
        let (schedule, snapshot) = match schedule {
            Ok((schedule, hash)) => (Ok(schedule), hash),
            Err(problems) => (Err(problems), String::new()),
        };
        Ok(LoadedSchedule {
            name: name.to_owned(),
            title,
            schedule,
            understood,
            read_at: now,
            age_s: 0,
            from_cache: false,
            stale: false,
            coverage: settings.coverage,
            snapshot,
        })
    }

    /// The cells of a schedule's file and of the file of its overrides.
    fn read_sheets(&self, file: &str, overrides: Option<&str>) -> Result<Sheets, Vec<Problem>> {
        let mut bytes_of_all = Vec::new();
        let mut open = |file: &str| {
            let read = std::fs::read(self.folder.join(file));
            let read = read.map_err(|error| format!("the file {file} cannot be read: {error}")).and_then(|bytes| {
                bytes_of_all.extend_from_slice(&bytes);
                csv::read(&bytes, file).map_err(|error| error.to_string())
            });
            read.map_err(|reason| {
                let (cell, text) = (String::new(), String::new());
                vec![Problem { kind: ProblemKind::NoSheet { reason }, sheet: file.into(), cell, text }]
            })
        };
        let sheet = open(file)?;
        let overrides = overrides.map(open).transpose()?;
        Ok(Sheets { sheet, overrides, hash: hash(&bytes_of_all) })
    }

    /// What the sheets say. Overrides that cannot be read leave nobody sure of anything, so then nothing is said.
    fn understand(&self, sheets: &Sheets, settings: &ScheduleSettings) -> Result<Reading, Vec<Problem>> {
        let (layout, zone, roster) = (&settings.layout, self.site.zone, &self.site.roster);
        let of_files = sheets.sheet.problems.iter().chain(sheets.overrides.iter().flat_map(|file| &file.problems));
        let of_files: Vec<Problem> = of_files.cloned().collect();
        let read = layout::read(&sheets.sheet.grid, layout, zone, roster).and_then(|mut reading| {
            if let Some(overrides) = &sheets.overrides {
                layout::read_overrides(&mut reading, &overrides.grid, layout, zone, roster)?;
            }
            Ok(reading)
        });
        match read {
            Ok(mut reading) => {
                reading.problems.splice(0..0, of_files);
                Ok(reading)
            }
            Err(unusable) => Err(of_files.into_iter().chain(unusable.problems).collect()),
        }
    }
}

/// The files of one schedule as cells.
struct Sheets {
    sheet: CsvReading,
    overrides: Option<CsvReading>,
    hash: String,
}

/// The file that a source of the form `csv:FILE` names.
fn csv_file<'a>(name: &str, key: &str, source: &'a str) -> Result<&'a str, CommandError> {
    match source.strip_prefix("csv:").map(str::trim) {
        Some(file) if !file.is_empty() => Ok(file),
        _ => Err(CommandError::usage(format!("[schedules.{name}] {key} = {source:?} cannot be read by this version"))
            .hint("this version reads CSV files: download the sheet as CSV and write csv:FILE")),
    }
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
