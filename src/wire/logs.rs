//! Which log lines are shown, and where? To standard error, never with customer data or secrets.

use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use crate::cli::arguments::{Global, LogFormat};

/// Starts logging: warnings by default, more with `-v`, less with `-q`; `PAGE_ONCALL_LOG` says it in detail.
pub(super) fn start(global: &Global, directives: Option<&str>) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "page_oncall=info,warn",
        (false, _) => "page_oncall=debug,info",
    };
    let filter = EnvFilter::try_new(without_tokens(directives.unwrap_or(level)))
        .unwrap_or_else(|_| EnvFilter::new(without_tokens(level)));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false);
    // A second start, as in a test, keeps the first.
    let _already = match global.log_format {
        LogFormat::Text => lines.compact().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(at = place(panic), "the program panicked: {}", words(panic));
    }));
}

/// Where a defect showed itself.
fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(String::new, ToString::to_string)
}

/// What it said, when the program's text holds it word for word: anything else may hold what a person wrote.
fn words(panic: &PanicHookInfo<'_>) -> &'static str {
    panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("its words may be personal, so they stay here")
}

/// The directives, without any that could make the Google login write its tokens: it does so at `debug`.
fn without_tokens(directives: &str) -> String {
    let kept = directives.split(',').filter(|directive| !directive.contains("yup_oauth2"));
    kept.chain(["yup_oauth2=info"]).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_never_logged() {
        for (directives, kept) in [
            ("trace", "trace,yup_oauth2=info"),
            ("yup_oauth2=trace,debug", "debug,yup_oauth2=info"),
            ("yup_oauth2::service_account=debug", "yup_oauth2=info"),
        ] {
            assert_eq!(without_tokens(directives), kept);
            assert!(EnvFilter::try_new(without_tokens(directives)).is_ok());
        }
    }
}
