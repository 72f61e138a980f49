//! How does one page stand, for whoever is at work on it? What a person does next, in large words, and everything below it.
//!
//! `parts` draws it, `live` keeps open ones up to date without anybody loading them anew, `acts` records what was reported.

mod acts;
mod live;
mod parts;
mod presence;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::asker::Asker;
use super::routes::{Need, Routes};
use super::shell::{self, Place, Shell};
use super::{Current, House};
use crate::access::Right;
use crate::desk::error::{CommandError, Exit};
use crate::desk::reader::{Reader, asked};
use crate::episode::state::State as PageState;
use parts::Drawing;

pub use live::{Pages, keep};

/// How often a page loads itself anew where no script keeps it up to date, in seconds.
const WITHOUT_SCRIPTS_S: u32 = 30;

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let need = Need::Either(Right::ReadPages, Right::AnswerOwnPages);
    routes.get("/pages/{case}", need, look).post("/pages/{case}", need, acts::take).get(
        "/pages/{case}/events",
        need,
        live::events,
    )
}

/// As whom somebody looks at a page: what is drawn once for all of a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Looker {
    /// An agent, a supervisor.
    Agent,
    /// A technician, by their name in the contacts, who was asked.
    Technician(String),
}

impl Looker {
    /// As whom this asker may look at the page; `None` when not at all.
    fn of(asker: &Asker, state: &PageState) -> Option<Self> {
        let caller = asker.caller.as_ref()?;
        if caller.may(Right::ReadPages) {
            return Some(Self::Agent);
        }
        let person = caller.person.as_deref().filter(|_| caller.may(Right::AnswerOwnPages))?;
        let tried = state.attempts.iter().map(|tried| &tried.attempt.contact);
        let known = asked(state).chain(tried).find(|contact| contact.is_called(person))?;
        Some(Self::Technician(known.name.clone()))
    }
}

fn reader(current: &Current) -> Reader<'_> {
    Reader { site: &current.site, store: Some(current.pages.as_ref()), technician: None }
}

/// The page of a case and how it stands, for somebody who may look at it. Everybody else learns that it is not there.
async fn found(
    house: &House,
    current: &Current,
    asker: &Asker,
    case: &str,
) -> Result<(String, PageState, Looker), Response> {
    let reader = reader(current);
    let found = async {
        let page = reader.find(case).await?;
        let state = reader.state(&page.episode).await?;
        Ok::<_, CommandError>((page.episode, state))
    };
    match found.await {
        Ok((episode, state)) => match Looker::of(asker, &state) {
            Some(looker) => Ok((episode, state, looker)),
            None => Err(shell::missing(house, asker)),
        },
        Err(error) if error.exit == Exit::Finding => Err(shell::missing(house, asker)),
        Err(error) => Err(unreadable(current, asker, &error)),
    }
}

async fn look(State(house): State<House>, asker: Asker, Path(case): Path<String>) -> Response {
    let current = house.current();
    show(&house, &current, &asker, &case, None).await
}

/// The whole page; `refused` is why what was reported is not recorded.
async fn show(house: &House, current: &Current, asker: &Asker, case: &str, refused: Option<&str>) -> Response {
    let (episode, state, looker) = match found(house, current, asker, case).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if looker == Looker::Agent {
        house.pages.presence.saw(&episode, asker.name(), house.clock.now());
    }
    let drawing = match Drawing::read(house, current, &episode, looker).await {
        Ok(drawing) => drawing,
        Err(error) => return unreadable(current, asker, &error),
    };
    let body = html! {
        (drawing.heading())
        @if let Some(refused) = refused {
            p.notice.bad role="alert" tabindex="-1" data-focus="" { (refused) }
        }
        div data-live=(shell::href(&current.site, &format!("{}/events", super::form::page_path(&state.case)))) {
            p.notice.warn.lost hidden role="status" {}
            @for (name, part) in drawing.parts() { div data-part=(name) { (part) } }
        }
    };
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let title = format!("Case {}", state.case);
    (status, Shell::new(current, asker).reloading(WITHOUT_SCRIPTS_S).page(Place::Elsewhere, &title, &body))
        .into_response()
}

fn unreadable(current: &Current, asker: &Asker, error: &CommandError) -> Response {
    tracing::error!("a page cannot be shown: {}", error.message);
    let body = html! {
        h1 { "This page cannot be read now" }
        p.notice.bad role="alert" { (error.message) }
        @if let Some(hint) = &error.hint { p { (hint) } }
        p { "It goes on by itself if the service runs. Load this again in a minute; if the customer cannot wait, dial by hand." }
    };
    let shell = Shell::new(current, asker);
    (StatusCode::SERVICE_UNAVAILABLE, shell.page(Place::Elsewhere, "Cannot be read", &body)).into_response()
}
