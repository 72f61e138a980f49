//! How does a program record what a person says of a page: that they have it, cannot, called back, withdraw it?
//!
//! An agent says whose word it is. A technician speaks for themselves, and of the pages that ask them.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::House;
use super::super::asker::Asker;
use super::super::problem::Problem;
use super::super::routes::{Need, Routes};
use super::body::{Field, Holds};
use super::once::{self, Done, Work};
use super::pages::{Case, find, reader};
use super::trouble;
use crate::access::Right;
use crate::desk::reports::{Kind, record};
use crate::episode::event::Via;
use crate::wording::page::summary;

/// What a report says.
pub(super) const REPORT: [Field; 1] = [Field {
    name: "by",
    about: "Who says it: the technician's name as the page writes it. A technician's token says only its own.",
    holds: Holds::Text,
    required: true,
}];

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    let report = Need::Either(Right::Page, Right::AnswerOwnPages);
    routes
        .post("/api/v1/pages/{case}/ack", report, ack)
        .post("/api/v1/pages/{case}/decline", report, decline)
        .post("/api/v1/pages/{case}/called-back", report, called_back)
        .post("/api/v1/pages/{case}/cancel", Need::Right(Right::Page), cancel)
}

async fn ack(State(house): State<House>, asker: Asker, case: Case, request: Request) -> Response {
    reported(house, asker, case, request, Kind::Ack, "ack").await
}

async fn decline(State(house): State<House>, asker: Asker, case: Case, request: Request) -> Response {
    reported(house, asker, case, request, Kind::Decline, "decline").await
}

async fn called_back(State(house): State<House>, asker: Asker, case: Case, request: Request) -> Response {
    reported(house, asker, case, request, Kind::CalledBack, "called-back").await
}

async fn cancel(State(house): State<House>, asker: Asker, case: Case, request: Request) -> Response {
    reported(house, asker, case, request, Kind::Cancel, "cancel").await
}

async fn reported(
    house: House,
    asker: Asker,
    Case(case): Case,
    request: Request,
    kind: Kind,
    what: &'static str,
) -> Response {
    let object = case.clone();
    once::act(house, asker, request, move |_| Some((what, object)), move |work| recorded(work, case, kind)).await
}

async fn recorded(work: Work, case: String, kind: Kind) -> Result<Done, Problem> {
    let mut fields = work.sent.fields(&REPORT)?;
    if fields.text("by").is_some_and(|by| by.trim().is_empty()) {
        fields.wrong("by", "it needs the name of the person who says it");
    }
    fields.usable()?;
    let by = fields.text("by").unwrap_or_default();
    let reader = reader(&work.current, &work.asker);
    let page = find(&reader, &work.asker, &case).await?;
    let via = match &work.asker.caller {
        Some(caller) if caller.may(Right::AnswerOwnPages) => {
            let is_self = caller.person.as_deref().is_some_and(|person| same(person, by));
            if !is_self {
                return Err(Problem::forbidden().hint(Some("a technician speaks for themselves only".to_owned())));
            }
            Via::Link
        }
        _ => Via::Agent,
    };
    let recorded = record(kind, &page.episode, by, via, &work.current.engine, &reader).await;
    recorded
        .map_err(|error| trouble::asked(&error))?
        .map_err(|refused| Problem::new(StatusCode::CONFLICT, refused.words))?;
    if work.words {
        let state = reader.state(&page.episode).await.map_err(|error| trouble::asked(&error))?;
        let now = state.time_at(work.house.clock.now());
        return Ok(Done::said(StatusCode::OK, summary(&state, now, work.current.site.zone) + "\n"));
    }
    let view = reader.view(&page.episode, work.house.clock.now(), false).await;
    Done::told(StatusCode::OK, &view.map_err(|error| trouble::asked(&error))?)
}

/// Whether two writings name one person.
fn same(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    plain(one) == plain(other)
}
