//! Is this request heard? Finds out who asks, and turns away whoever lacks what the route needs.
//!
//! A browser without a session is led to the sign-in page, a program is told by a problem document. Neither learns
//! whether what it asked for exists.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::House;
use super::api;
use super::asker::{self, Asker};
use super::peer::Peer;
use super::problem::Problem;
use super::routes::Need;
use super::shell;
use super::sign_in;
use crate::access::Caller;

/// What whoever writes such a program is told.
const UNMARKED: &str =
    "a session acts only with Origin or Sec-Fetch-Site, as browsers send them; programs send a token";

/// Lets a request through that has what its route needs; the handler finds the [`Asker`] in the request.
pub(super) async fn guard(State((house, need)): State<(House, Need)>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| *peer);
    let asker = match asker::of(&house, request.headers(), peer).await {
        Ok(asker) => asker,
        Err(error) => {
            tracing::error!(%error, "who asks cannot be looked up");
            return Problem::unavailable("who asks cannot be looked up now; try again in a minute").into_response();
        }
    };
    let path = request.uri().path();
    let pace = (api::is_below(path) || path == sign_in::START).then(|| house.api.pace(&house, &asker));
    if let Some(refused) = pace.and_then(api::Pace::refusal) {
        return refused;
    }
    let response = if !may(asker.caller.as_ref(), need) {
        turned_away(&house, &request, &asker)
    } else if is_unmarked(&asker, &request) {
        Problem::forbidden().hint(Some(UNMARKED.to_owned())).into_response()
    } else {
        request.extensions_mut().insert(asker);
        next.run(request).await
    };
    match pace {
        Some(pace) => pace.told(response),
        None => response,
    }
}

fn may(caller: Option<&Caller>, need: Need) -> bool {
    match need {
        Need::Nothing => true,
        Need::Anybody => caller.is_some(),
        Need::Right(right) => caller.is_some_and(|caller| caller.may(right)),
        Need::Either(one, other) => caller.is_some_and(|caller| caller.may(one) || caller.may(other)),
    }
}

/// Whether a request would act by a proof that a browser sends by itself, and says not where it began. Every browser
/// says so; `CsrfLayer` has looked at what it said.
fn is_unmarked(asker: &Asker, request: &Request) -> bool {
    let is_ambient = asker.caller.as_ref().is_some_and(|caller| caller.way.is_ambient());
    let acts = !matches!(*request.method(), Method::GET | Method::HEAD);
    let headers = request.headers();
    is_ambient && acts && !headers.contains_key("sec-fetch-site") && !headers.contains_key(header::ORIGIN)
}

fn turned_away(house: &House, request: &Request, asker: &Asker) -> Response {
    let path = request.uri().path();
    let is_known = asker.caller.is_some();
    if api::is_below(path) {
        let problem = if is_known { Problem::forbidden() } else { Problem::unauthorized() };
        return problem.into_response();
    }
    if !is_known && matches!(*request.method(), Method::GET | Method::HEAD) {
        let wanted = request.uri().path_and_query().map_or(path, |it| it.as_str());
        let query = form_urlencoded(wanted);
        return Redirect::to(&shell::href(&house.current().site, &format!("/sign-in?return_to={query}")))
            .into_response();
    }
    shell::refused(house, asker)
}

/// The text as a value in a query.
pub(super) fn form_urlencoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
