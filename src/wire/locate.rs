//! Which settings file is meant (contract 1)?

use std::path::{Path, PathBuf};

use super::environment::Environment;
use crate::desk::error::CommandError;

/// The settings file: the one named on the command line, by `PAGE_ONCALL_CONFIG`, or the first that exists of the
/// working folder's, its `schedules/`, the user's and `/etc`'s.
pub(super) fn settings_file(named: Option<&Path>, environment: &Environment) -> Result<PathBuf, CommandError> {
    if let Some(file) = named {
        return existing(file, "--config");
    }
    if let Some(file) = &environment.config {
        return existing(file, "PAGE_ONCALL_CONFIG");
    }
    let mut places = vec![PathBuf::from("page-oncall.toml"), PathBuf::from("schedules/page-oncall.toml")];
    places.extend(environment.config_home.iter().map(|home| home.join("page-oncall/page-oncall.toml")));
    places.push(PathBuf::from("/etc/page-oncall/page-oncall.toml"));
    places.iter().find(|place| place.is_file()).cloned().ok_or_else(|| {
        let looked: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        CommandError::usage(format!("no settings file found; looked for {}", looked.join(", ")))
            .hint("name one with --config FILE or PAGE_ONCALL_CONFIG")
    })
}

fn existing(file: &Path, said_by: &str) -> Result<PathBuf, CommandError> {
    if file.is_file() {
        return Ok(file.to_owned());
    }
    let what = match (file.is_dir(), file.exists()) {
        (true, _) => "is a folder",
        (false, true) => "is not a file",
        (false, false) => "does not exist",
    };
    Err(CommandError::usage(format!("the settings file {} ({said_by}) {what}", file.display()))
        .hint("give the path of a page-oncall.toml"))
}
