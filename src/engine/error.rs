//! Why could the engine not do what it was asked? A refusal by the page itself is no error: see `episode::decide`.

use crate::episode::state::FoldError;
use crate::ports::StoreError;

/// Why a page could not be read or moved.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The log cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log was read, but makes no sense.
    #[error("the log of page {episode} makes no sense: {reason}. Was it written by a newer page-oncall?")]
    Senseless {
        /// The page.
        episode: String,
        /// What does not fit.
        reason: FoldError,
    },
    /// No page has this id.
    #[error("there is no page {episode}. Look for it with `page-oncall pages --all`")]
    NoSuchPage {
        /// The id that was asked for.
        episode: String,
    },
    /// The page is training and the site is live, or the other way round.
    #[error(
        "page {episode} is {} while this site is set to {}. Nothing was done; see [delivery] mode",
        mode(*.training), mode(!*.training)
    )]
    OtherMode {
        /// The page.
        episode: String,
        /// Whether the page is training.
        training: bool,
    },
    /// Others kept writing to the page at the same time.
    #[error("page {episode} is being changed by others all the time, so nothing was recorded. Try again")]
    Contended {
        /// The page.
        episode: String,
    },
}

fn mode(training: bool) -> &'static str {
    if training { "training" } else { "live" }
}
