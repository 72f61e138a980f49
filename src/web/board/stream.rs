//! What goes over the line to an open board? Each part once when it begins, then what changes, and a beat in between.
//!
//! The beat is an event and no comment: a script hears events alone, and its silence is how a page knows that the
//! connection is lost although nobody closed it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::House;
use super::super::asker;
use super::super::peer::Peer;
use super::live::{Kind, Told};
use super::viewer::Viewer;

/// How often something is sent when nothing changes.
const BEAT: Duration = Duration::from_secs(10);
/// How often it is looked whether the session is still worth something.
const CHECK: Duration = Duration::from_secs(3);

/// An event as the line carries it.
pub(super) fn event(name: &str, data: &Value) -> Bytes {
    // JSON text holds no line break.
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// What is due although nothing changed.
enum Due {
    Beat,
    Check,
}

/// One connection.
struct Connection {
    house: House,
    told: watch::Receiver<Arc<Told>>,
    over: watch::Receiver<bool>,
    kind: Kind,
    /// The request's headers, one of which proves who listens: looked up again and again.
    proof: HeaderMap,
    peer: Option<Peer>,
    /// The version that was sent last.
    sent: u64,
    beats: tokio::time::Interval,
    checks: tokio::time::Interval,
    is_over: bool,
}

/// The answer to whoever opened a board.
pub(super) async fn answer(house: House, kind: Kind, proof: HeaderMap, peer: Option<Peer>) -> Response {
    let told = house.board.hear(&house, kind.clone()).await;
    let over = house.board.over();
    let mut checks = tokio::time::interval(CHECK);
    checks.reset();
    let connection = Connection {
        house,
        told,
        over,
        kind,
        proof,
        peer,
        sent: 0,
        beats: tokio::time::interval(BEAT),
        checks,
        is_over: false,
    };
    let body = Body::from_stream(stream::unfold(connection, |connection| async move {
        let mut connection = connection;
        let bytes = connection.next().await?;
        Some((Ok::<Bytes, Infallible>(bytes), connection))
    }));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // A reverse proxy must not collect what is meant to be read at once.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, body).into_response()
}

impl Connection {
    /// What is sent next; `None` when the connection ends.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        loop {
            if let Some(news) = self.news() {
                return Some(news);
            }
            let due = tokio::select! {
                _closed = self.over.wait_for(|over| *over) => return None,
                changed = self.told.changed() => {
                    changed.ok()?;
                    continue;
                }
                _ = self.beats.tick() => Due::Beat,
                _ = self.checks.tick() => Due::Check,
            };
            match due {
                Due::Beat => return Some(self.beat()),
                Due::Check if self.is_still_somebody().await => {}
                Due::Check => {
                    self.is_over = true;
                    return Some(event("end", &json!({})));
                }
            }
        }
    }

    /// The parts that changed since the last time, and the time.
    fn news(&mut self) -> Option<Bytes> {
        let told = Arc::clone(&self.told.borrow_and_update());
        if told.version == self.sent {
            return None;
        }
        let new = told.parts.iter().filter(|part| part.version > self.sent);
        let mut bytes: Vec<u8> = new.flat_map(|part| part.event.iter().copied()).collect();
        self.sent = told.version;
        bytes.extend_from_slice(&self.beat());
        Some(Bytes::from(bytes))
    }

    fn beat(&self) -> Bytes {
        event("beat", &json!({ "now": self.house.clock.now().timestamp_millis() }))
    }

    /// Whether whoever listens may still see what they are sent.
    async fn is_still_somebody(&self) -> bool {
        match asker::of(&self.house, &self.proof, self.peer).await {
            Ok(asker) => asker.caller.is_some() && Viewer::of(&asker) == self.kind.1,
            // A store that cannot be read ends nobody's session; the board says that it cannot be read.
            Err(_) => true,
        }
    }
}
