//! What does the body of a request say? One JSON object of known fields, each of its kind and told to the description.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::super::Current;
use super::super::problem::{Problem, WrongField};
use super::query::unknown;
use crate::decision::Question;

/// The longest text of a field, in characters: more than any summary that fits a message.
pub(super) const LONGEST: usize = 2000;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A text.
    Text,
    /// An answer of the procedure.
    Answer(Question),
    /// true or false.
    Flag,
}

/// A field that a body may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether every request must have it.
    pub required: bool,
}

/// The body of a request, as it was sent.
#[derive(Clone)]
pub(super) struct Sent(pub Bytes);

impl Sent {
    /// Takes a body of JSON that is small enough.
    pub(super) async fn take(current: &Current, request: Request) -> Result<(Parts, Self), Problem> {
        let limit = usize::try_from(current.site.settings.serve.body_limit_kib).unwrap_or(usize::MAX);
        let limit = limit.saturating_mul(1024);
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json"));
        }
        let too_large = || {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body may hold {limit} bytes"))
                .hint(Some("[serve] body_limit_kib sets how much".to_owned()))
        };
        let announced =
            parts.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|announced| announced > limit) {
            return Err(too_large());
        }
        let body = to_bytes(body, limit).await.map_err(|_| too_large())?;
        Ok((parts, Self(body)))
    }

    /// Reads its fields.
    pub(super) fn fields(&self, known: &[Field]) -> Result<Fields, Problem> {
        let map: Map<String, Value> = match serde_json::from_slice(&self.0) {
            Ok(Value::Object(map)) => map,
            Ok(_) => return Err(Problem::field("body", "it must be a JSON object")),
            Err(error) => return Err(Problem::field("body", format!("it is not JSON: {error}"))),
        };
        let names = known.iter().map(|field| field.name);
        let mut fields = Fields { map: Map::new(), wrong: Vec::new() };
        for (name, value) in map {
            match known.iter().find(|field| field.name == name) {
                None => fields.wrong.push(unknown(&name, names.clone())),
                Some(field) => match checked(field.holds, &value) {
                    Err(detail) => fields.wrong(field.name, detail),
                    Ok(()) => drop(fields.map.insert(name, value)),
                },
            }
        }
        for field in known.iter().filter(|field| field.required) {
            if !fields.map.contains_key(field.name) && fields.wrong.iter().all(|wrong| wrong.name != field.name) {
                fields.wrong(field.name, "it is needed");
            }
        }
        Ok(fields)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn checked(holds: Holds, value: &Value) -> Result<(), String> {
    let line_break = |letter| matches!(letter, '\n' | '\r' | '\t');
    match (holds, value) {
        (Holds::Flag, Value::Bool(_)) => Ok(()),
        (Holds::Flag, _) => Err("it must be true or false".to_owned()),
        (_, Value::String(text)) if text.chars().any(|letter| letter.is_control() && !line_break(letter)) => {
            Err("it holds a control character".to_owned())
        }
        (_, Value::String(text)) if text.chars().count() > LONGEST => Err(format!("it may have {LONGEST} characters")),
        (_, Value::String(_)) => Ok(()),
        (_, _) => Err("it must be a text".to_owned()),
    }
}

/// The fields of a body. What is wrong with any is gathered, so that all of it is told at once.
pub(super) struct Fields {
    map: Map<String, Value>,
    wrong: Vec<WrongField>,
}

impl Fields {
    /// A text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.map.get(name).and_then(Value::as_str)
    }

    /// Whether a flag is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.map.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Notes what is wrong with a field.
    pub(super) fn wrong(&mut self, name: &str, detail: impl Into<String>) {
        self.wrong.push(WrongField::new(name, detail));
    }

    /// Goes on only if nothing is wrong.
    pub(super) fn usable(&mut self) -> Result<(), Problem> {
        let wrong = std::mem::take(&mut self.wrong);
        if wrong.is_empty() { Ok(()) } else { Err(Problem::fields("this request cannot be used", wrong)) }
    }
}
