//! What do providers report by themselves? Takes their requests, has them proved, and hands on what they say.
//!
//! Nothing of a request stands in a log line. Whoever is not believed learns nothing but 403.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::House;
use crate::ports::hooks::{HookRefused, HookRequest};

/// How a form says what it is.
const FORM: &str = "application/x-www-form-urlencoded";

/// The paths of this file: what a provider calls below its own is the business of its adapter.
pub(super) fn routes() -> Router<House> {
    Router::new().route("/hooks/{provider}/{*what}", post(hook))
}

async fn hook(State(house): State<House>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let Some(hooks) = &house.hooks else { return StatusCode::NOT_FOUND.into_response() };
    if !is_form(&headers) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let heard = match hooks.hear(&request(&uri, &headers, &body)) {
        Ok(heard) => heard,
        Err(HookRefused::Forged) => {
            tracing::warn!("a callback without a right signature was refused");
            return StatusCode::FORBIDDEN.into_response();
        }
        Err(HookRefused::Unreadable) => {
            tracing::warn!("a signed callback could not be understood");
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    match house.engine.heard(heard).await {
        Ok(answer) => {
            let (kind, body) = hooks.answer(&answer);
            ([(CONTENT_TYPE, kind)], body).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a callback could not be recorded");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

fn request(uri: &Uri, headers: &HeaderMap, body: &Bytes) -> HookRequest {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
    HookRequest {
        path_and_query: uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string),
        headers: headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.to_vec(),
    }
}
