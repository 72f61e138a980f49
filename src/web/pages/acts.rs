//! What was reported of a page from a browser? Recorded as on the terminal; what was sent twice happened once.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::acts::{Ended, note};
use super::super::asker::Asker;
use super::super::form::page_path;
use super::super::shell::{self, href};
use super::super::{Current, House};
use super::{Looker, found, reader, show, unreadable};
use crate::access::Fingerprint;
use crate::desk::error::CommandError;
use crate::desk::page_plan::{another_ladder, schedule_to_ask};
use crate::desk::reports::{Kind, Refused, record};
use crate::episode::event::Via;
use crate::episode::input::Input;
use crate::episode::state::State as PageState;
use crate::ports::access::Repeated;

/// What a form of the page sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    /// `ack`, `decline`, `called-back`, `cancel` or `again`.
    r#do: String,
    /// Who, as chosen.
    by: String,
    /// Who, as typed; it outweighs the choice.
    other: String,
    /// The round that somebody saw who wants another.
    round: u32,
}

/// Why nothing is recorded.
enum Failed {
    /// The page's state does not allow it; in words.
    Refused(String),
    /// It could not be done.
    Error(CommandError),
}

impl From<CommandError> for Failed {
    fn from(error: CommandError) -> Self {
        Self::Error(error)
    }
}

pub(super) async fn take(
    State(house): State<House>,
    asker: Asker,
    Path(case): Path<String>,
    axum::Form(sent): axum::Form<Sent>,
) -> Response {
    let current = house.current();
    let (episode, state, looker) = match found(&house, &current, &asker, &case).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let (kind, what) = match sent.r#do.as_str() {
        "ack" => (Some(Kind::Ack), "ack"),
        "decline" => (Some(Kind::Decline), "decline"),
        "called-back" => (Some(Kind::CalledBack), "called-back"),
        "cancel" => (Some(Kind::Cancel), "cancel"),
        "again" => (None, "again"),
        _ => return to(&current, &case),
    };
    let ended = match (kind, &looker) {
        (Some(Kind::Cancel) | None, Looker::Technician(_)) => return shell::refused(&house, &asker),
        (Some(kind), Looker::Technician(name)) => report(&current, &episode, kind, name, Via::Link).await,
        (Some(Kind::Cancel), Looker::Agent) => report(&current, &episode, Kind::Cancel, asker.name(), Via::Agent).await,
        (Some(kind), Looker::Agent) => {
            let by = if sent.other.trim().is_empty() { &sent.by } else { &sent.other };
            report(&current, &episode, kind, by, Via::Agent).await
        }
        (None, Looker::Agent) => again(&house, &current, &asker, &episode, &state, sent.round).await,
    };
    match ended {
        Ok(()) => {
            note(&house, &asker, what, &state.case, Ended::Done).await;
            to(&current, &state.case)
        }
        Err(Failed::Refused(words)) => {
            note(&house, &asker, what, &state.case, Ended::Refused).await;
            show(&house, &current, &asker, &case, Some(&format!("Not recorded: {words}."))).await
        }
        Err(Failed::Error(error)) => {
            note(&house, &asker, what, &state.case, Ended::Failed).await;
            unreadable(&current, &asker, &error)
        }
    }
}

fn to(current: &Current, case: &str) -> Response {
    Redirect::to(&href(&current.site, &page_path(case))).into_response()
}

async fn report(current: &Current, episode: &str, kind: Kind, by: &str, via: Via) -> Result<(), Failed> {
    if by.trim().is_empty() {
        return Err(Failed::Refused("it needs the name of the person who says it".to_owned()));
    }
    let via = if current.site.is_training() && via == Via::Link { Via::Training } else { via };
    match record(kind, episode, by, via, &current.engine, &reader(current)).await? {
        Ok(_) => Ok(()),
        Err(Refused { words, .. }) => Err(Failed::Refused(words)),
    }
}

/// Another round: the schedule is read now, as for a new page. `seen` is the round that the agent saw.
async fn again(
    house: &House,
    current: &Current,
    asker: &Asker,
    episode: &str,
    state: &PageState,
    seen: u32,
) -> Result<(), Failed> {
    if seen != state.round {
        // Somebody else, or the same button, began it already.
        return Ok(());
    }
    let name = schedule_to_ask(state).map_err(|error| Failed::Refused(error.message))?;
    let now = house.clock.now();
    let loaded = house.sheets.for_page(name, now).await.map_err(|unread| {
        let error = CommandError::could_not_tell(unread.message);
        unread.hint.map_or(error.clone(), |hint| error.hint(hint))
    })?;
    let (ladder, basis) = another_ladder(&loaded, state.time_at(now), &current.site);
    // One round of this number, however often the button was pressed and by whom.
    let key = format!("again/{episode}/{seen}");
    let begun = house.access.begin_request("pages", &key, Fingerprint::of(&key), now).await;
    if !matches!(begun.map_err(CommandError::from)?, Repeated::New) {
        return Ok(());
    }
    let input = Input::Again { ladder, basis, by: asker.name().to_owned() };
    let submitted = current.engine.submit(episode, input).await;
    if !matches!(submitted, Ok(Ok(_)))
        && let Err(error) = house.access.forget_request("pages", &key).await
    {
        tracing::warn!(%error, "that a round did not begin cannot be noted");
    }
    match submitted.map_err(CommandError::from)? {
        Ok(_) => Ok(()),
        Err(refusal) => Err(Failed::Refused(Refused::new(refusal, &state.case, current.site.zone).words)),
    }
}
