//! Which log lines are shown, and where? To standard error, never with customer data or secrets.

use tracing_subscriber::EnvFilter;

use crate::cli::arguments::Global;

/// Starts logging: warnings by default, more with `-v`, less with `-q`; `PAGE_ONCALL_LOG` says it in detail.
pub(super) fn start(global: &Global, directives: Option<&str>) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "page_oncall=info,warn",
        (false, _) => "page_oncall=debug,info",
    };
    let filter = EnvFilter::try_new(directives.unwrap_or(level)).unwrap_or_else(|_| EnvFilter::new(level));
    // A second start, as in a test, keeps the first.
    let _already = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false)
        .compact()
        .try_init();
}
