//! How is an answer of the API handed over? JSON, or the command line's words, with a strong mark; and nothing where the
//! asker has it already.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::super::problem::Problem;
use crate::desk::error::Exit;

/// Kept by the asker alone, who asks each time whether it still holds.
const KEPT: HeaderValue = HeaderValue::from_static("private, no-cache");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// The header that tells the exit code which the same call has on the command line.
pub(super) const EXIT: HeaderName = HeaderName::from_static("page-oncall-exit");
/// How many bytes of the digest mark an answer: 96 bits.
const MARK: usize = 12;

/// An answer as it leaves, ready to be handed over again.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    bytes: Bytes,
    kind: HeaderValue,
    mark: HeaderValue,
    exit: Exit,
}

impl Ready {
    /// The JSON of a view, on a line of its own as the command line prints it.
    pub(super) fn of(view: &impl Serialize, exit: Exit) -> Result<Self, Problem> {
        Self::new(json(view)?, JSON, exit)
    }

    /// The words for people, as the command line prints them.
    pub(super) fn text(words: String, exit: Exit) -> Result<Self, Problem> {
        Self::new(words.into_bytes(), TEXT, exit)
    }

    fn new(bytes: Vec<u8>, kind: HeaderValue, exit: Exit) -> Result<Self, Problem> {
        let digest = Sha256::digest(&bytes);
        let mark = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.get(..MARK).unwrap_or_default()));
        let mark = HeaderValue::try_from(mark).map_err(|_| defect())?;
        Ok(Self { bytes: bytes.into(), kind, mark, exit })
    }

    /// The answer to whoever sent these headers.
    pub(super) fn to(&self, headers: &HeaderMap) -> Response {
        let is_known = holds(headers, &self.mark);
        let body = if is_known { Body::empty() } else { Body::from(self.bytes.clone()) };
        let mut response = Response::new(body);
        let told = response.headers_mut();
        told.insert(header::ETAG, self.mark.clone());
        told.insert(header::CACHE_CONTROL, KEPT);
        // A browser's session and a program's token get different answers at one address.
        told.insert(header::VARY, HeaderValue::from_static("accept, authorization, cookie"));
        told.insert(EXIT, HeaderValue::from(u16::from(self.exit.code())));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            told.insert(header::CONTENT_TYPE, self.kind.clone());
        }
        response
    }
}

/// Whether somebody wants words: who names plain text and not JSON.
pub(super) fn wants_text(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let kinds =
        accepted.flat_map(|accepted| accepted.split(',')).map(|kind| kind.split(';').next().unwrap_or("").trim());
    let kinds: Vec<&str> = kinds.collect();
    kinds.contains(&"text/plain") && !kinds.contains(&"application/json")
}

/// The JSON of a view, with a line end.
pub(super) fn json(view: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let mut bytes = serde_json::to_vec(view).map_err(|_| defect())?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What is told of something that cannot happen.
fn defect() -> Problem {
    Problem::unavailable("the answer could not be written, which is a defect of page-oncall")
}

/// Whether `If-None-Match` names this mark.
fn holds(headers: &HeaderMap, mark: &HeaderValue) -> bool {
    let Ok(mark) = mark.to_str() else { return false };
    headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == mark)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        let ready = Ready::of(&serde_json::json!({"a": 1}), Exit::Done).unwrap();
        let mark = ready.mark.to_str().unwrap().to_owned();
        let asked = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
            ready.to(&headers).status().as_u16()
        };
        assert_eq!(ready.to(&HeaderMap::new()).status(), 200);
        assert_eq!(asked(&mark), 304);
        assert_eq!(asked(&format!("\"other\", W/{mark}")), 304);
        assert_eq!(asked("*"), 304);
        assert_eq!(asked("\"other\""), 200);
        assert_ne!(Ready::of(&serde_json::json!({"a": 2}), Exit::Done).unwrap().mark, ready.mark);
    }
}
