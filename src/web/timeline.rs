//! What does a schedule say, in the past and to come, and what did it say then? `/schedules/{name}`, as picture and table.
//!
//! `asked` reads the address, `looked` gathers what is shown from memory and, for another time, from the kept versions.
//! `page` is the markup, `table` its rows, `versions` the way to other versions, and `calendar` the links for calendar
//! programs with what those are given.

mod asked;
mod calendar;
mod looked;
mod page;
mod table;
mod versions;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::House;
use super::asker::Asker;
use super::routes::{Need, Routes};
use super::shell::{self, Place, Shell};
use crate::access::Right;
use asked::{Asked, Words};
use looked::Looked;

/// The paths of this file.
pub(super) fn routes(routes: Routes) -> Routes {
    calendar::routes(routes.get("/schedules/{name}", Need::Right(Right::Look), schedule))
}

async fn schedule(
    State(house): State<House>,
    Path(name): Path<String>,
    Query(words): Query<Words>,
    headers: HeaderMap,
    asker: Asker,
) -> Response {
    let current = house.current();
    if !current.site.settings.schedules.contains_key(&name) {
        return shell::missing(&house, &asker);
    }
    let now = house.clock.now();
    let Some(asked) = Asked::read(&words, current.site.zone, now) else {
        return shell::missing(&house, &asker);
    };
    let link = calendar::link_of(&house, &asker, &headers).await;
    let looked = Looked::at(&house, &current, &name, &asked, now).await;
    let status = match () {
        () if !asked.wrong.is_empty() => StatusCode::BAD_REQUEST,
        () if looked.shown.is_none() => StatusCode::SERVICE_UNAVAILABLE,
        () => StatusCode::OK,
    };
    let shell = Shell::new(&current, &asker);
    let body = page::body(&shell, &asker, &asked, &looked, &link);
    (status, shell.page(Place::Schedules, &looked.title, &body)).into_response()
}
