//! What does Schemathesis find against an API? Runs it with the description that the service itself gives.

use std::process::Command;

use crate::support_tools::tool;

/// What a run of Schemathesis said.
#[derive(Debug)]
pub(crate) struct Tried {
    /// Whether it found nothing.
    pub(crate) clean: bool,
    /// Its whole report, with the version and the findings, each with a `curl` line.
    pub(crate) report: String,
}

/// Tries every operation of `{base}/openapi.json` with all its checks, `examples` cases an operation at most and a fixed
/// seed. `headers` go with every request: `("Authorization", "Bearer …")`. `more` are further words of its command
/// line, as `["--exclude-checks", "ignored_auth"]`; each needs a true reason where it is used.
pub(crate) fn try_api(base: &str, headers: &[(&str, &str)], examples: u32, more: &[&str]) -> Tried {
    try_api_with("", base, headers, examples, more)
}

/// The same with a configuration of Schemathesis, whose every line needs a true reason.
pub(crate) fn try_api_with(config: &str, base: &str, headers: &[(&str, &str)], examples: u32, more: &[&str]) -> Tried {
    let base = if base.contains("://") { base.to_owned() } else { format!("http://{base}") };
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("schemathesis.toml"), config).expect("the folder can be written");
    let mut command = Command::new(tool("schemathesis/bin/python"));
    command.current_dir(folder.path()).args(["-m", "schemathesis.cli", "run", &format!("{base}/openapi.json")]);
    command.args(["--url", &base, "--checks", "all", "--seed", "1", "--workers", "1", "--continue-on-failure"]);
    // A request may wait for its turn on a busy machine; only a hang meets this.
    command.args(["--request-timeout", "120", "--suppress-health-check", "too_slow", "--no-color"]);
    command.args(["--max-examples", &examples.to_string()]);
    for (name, value) in headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    let ended = command.args(more).output().expect("Schemathesis starts");
    let report = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    Tried { clean: ended.status.success(), report: report.into_owned() }
}
