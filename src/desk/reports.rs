//! What does a person report of a page: that they have it, cannot, called back, withdraw it? Recorded for any face.

use chrono_tz::Tz;

use super::error::CommandError;
use super::reader::Reader;
use crate::engine::Engine;
use crate::episode::decide::Refusal;
use crate::episode::event::{Said, Via};
use crate::episode::input::Input;
use crate::episode::state::State;
use crate::wording::refusals;

/// Which report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// "I have it."
    Ack,
    /// "I cannot."
    Decline,
    /// The customer was reached.
    CalledBack,
    /// The page is withdrawn.
    Cancel,
}

/// A report that the page's state does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// Why, in words for the person who reports.
    pub words: String,
}

impl Refused {
    /// The refusal of something that was asked of the page of `case`.
    pub fn new(refusal: Refusal, case: &str, zone: Tz) -> Self {
        let words = refusals::said(&refusal, case, zone);
        Self { refusal, words }
    }
}

impl From<Refused> for CommandError {
    fn from(refused: Refused) -> Self {
        Self::finding(refused.words)
    }
}

/// The person who reports, without blanks around the name. Refuses an empty name.
pub fn named(by: &str) -> Result<&str, CommandError> {
    match by.trim() {
        "" => Err(CommandError::usage("--by needs the name of the person who says it")),
        by => Ok(by),
    }
}

/// Records what `by` says of a page, and gives how the page stands then. It is on disk; what becomes due by it is the
/// engine's next turn.
///
/// A technician types their name as they like; the ladder's spelling is the one messages and reports go by.
pub async fn record(
    kind: Kind,
    episode: &str,
    by: &str,
    via: Via,
    engine: &Engine,
    reader: &Reader<'_>,
) -> Result<Result<State, Refused>, CommandError> {
    let by = named(by)?;
    let before = reader.state(episode).await?;
    let known = before.ladder.rungs.iter().flat_map(|rung| &rung.contacts).find(|contact| contact.is_called(by));
    let said = Said { by: known.map_or_else(|| by.to_owned(), |contact| contact.name.clone()), via };
    let input = match kind {
        Kind::Ack => Input::Acknowledge(said),
        Kind::Decline => Input::Decline(said),
        Kind::CalledBack => Input::CalledBack(said),
        Kind::Cancel => Input::Cancel(said),
    };
    let submitted = engine.submit(episode, input).await?;
    Ok(submitted.map_err(|refusal| Refused::new(refusal, &before.case, reader.site.zone)))
}
