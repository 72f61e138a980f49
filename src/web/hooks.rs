//! What do providers report by themselves? Takes their requests, has them proved, and hands on what they say.
//!
//! Nothing of a request stands in a log line. Whoever is not believed learns nothing but 403.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::House;
use super::routes::{Need, Routes};
use crate::ports::hooks::{Heard, HookRefused, HookRequest, Hooks};

/// How a form says what it is.
const FORM: &str = "application/x-www-form-urlencoded";

/// The paths of this file: what a provider calls below its own is the business of its adapter.
pub(super) fn routes(routes: Routes) -> Routes {
    routes.post("/hooks/{provider}/{*what}", Need::Nothing, hook)
}

/// A request that was not heard.
struct Refused {
    /// What kind of request it was, as far as known; for the metrics.
    kind: &'static str,
    /// Why; for the metrics.
    result: &'static str,
    /// What the asker is told.
    status: StatusCode,
}

impl Refused {
    fn unread(result: &'static str, status: StatusCode) -> Self {
        Self { kind: "unread", result, status }
    }
}

async fn hook(State(house): State<House>, request: Request) -> Response {
    match heard(&house, request).await {
        Ok((kind, answer)) => {
            house.vitals.hook(kind, "heard");
            answer
        }
        Err(Refused { kind, result, status }) => {
            house.vitals.hook(kind, result);
            tracing::warn!(kind, result, "a callback was not heard");
            status.into_response()
        }
    }
}

async fn heard(house: &House, request: Request) -> Result<(&'static str, Response), Refused> {
    let current = house.current();
    let Some(hooks) = &current.hooks else { return Err(Refused::unread("unwanted", StatusCode::NOT_FOUND)) };
    if !is_form(request.headers()) {
        return Err(Refused::unread("no_form", StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let limit_kib = current.site.settings.serve.body_limit_kib;
    let request = whole(request, usize::try_from(limit_kib).unwrap_or(usize::MAX).saturating_mul(1024)).await?;
    let heard = hooks.hear(&request).map_err(|refused| match refused {
        HookRefused::Forged => Refused::unread("forged", StatusCode::FORBIDDEN),
        HookRefused::Unreadable => Refused::unread("unreadable", StatusCode::BAD_REQUEST),
    })?;
    let kind = kind(&heard);
    match current.engine.heard(heard).await {
        Ok(answer) => Ok((kind, told(hooks.as_ref(), &answer))),
        Err(error) => {
            tracing::error!(%error, "a callback could not be recorded");
            Err(Refused { kind, result: "failed", status: StatusCode::SERVICE_UNAVAILABLE })
        }
    }
}

fn told(hooks: &dyn Hooks, answer: &crate::ports::hooks::HookAnswer) -> Response {
    let (kind, body) = hooks.answer(answer);
    ([(CONTENT_TYPE, kind)], body).into_response()
}

fn kind(heard: &Heard) -> &'static str {
    match heard {
        Heard::Receipt { .. } => "receipt",
        Heard::Reply { .. } => "reply",
        Heard::Call { .. } => "call",
        Heard::Machine { .. } => "machine",
        Heard::Nothing => "nothing",
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map_or("", text);
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

/// The request with its whole body, which may have `limit` bytes.
async fn whole(request: Request, limit: usize) -> Result<HookRequest, Refused> {
    let too_large = || Refused::unread("too_large", StatusCode::PAYLOAD_TOO_LARGE);
    let (parts, body): (_, Body) = request.into_parts();
    // What is announced as too large is not read at all.
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|length| text(length).parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > limit) {
        return Err(too_large());
    }
    let body = to_bytes(body, limit).await.map_err(|_| too_large())?;
    Ok(HookRequest {
        path_and_query: path_and_query(&parts.uri),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value).to_owned())).collect(),
        body: body.to_vec(),
    })
}

fn path_and_query(uri: &Uri) -> String {
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string)
}
