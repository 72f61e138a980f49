//! How is an open page kept up to date? One task for the house draws each page that is open once a second at most, for
//! each kind of looker, and every connection is handed what changed.
//!
//! Nobody looks while no page is open. A change by another process is found by the same look, within two seconds.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::House;
use super::super::asker::{self, Asker};
use super::super::peer::Peer;
use super::parts::Drawing;
use super::presence::Presence;
use super::{Looker, found};

/// How often the house looks.
const EVERY: TimeDelta = TimeDelta::seconds(1);
/// How often something is sent when nothing changes; a script takes longer silence for a lost connection.
const BEAT: Duration = Duration::from_secs(10);

/// A page, and as whom it is looked at.
type Key = (String, Looker);

/// All pages that somebody has open.
pub struct Pages {
    rooms: Mutex<BTreeMap<Key, watch::Sender<Arc<Told>>>>,
    over: watch::Sender<bool>,
    pub(super) presence: Presence,
}

impl Default for Pages {
    fn default() -> Self {
        Self { rooms: Mutex::default(), over: watch::Sender::new(false), presence: Presence::default() }
    }
}

/// What was told last, part by part.
#[derive(Debug, Default)]
struct Told {
    /// Grows with each change.
    version: u64,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    /// The version in which it changed last.
    version: u64,
    name: &'static str,
    html: String,
}

impl Told {
    /// What is told next when the parts are drawn like this; `None` when they are the same.
    fn then(&self, drawn: Vec<(&'static str, String)>) -> Option<Self> {
        let version = self.version + 1;
        let part = |(name, html): (&'static str, String)| {
            let same = self.parts.iter().find(|part| part.name == name && part.html == html);
            same.cloned().unwrap_or(Part { version, name, html })
        };
        let parts: Vec<Part> = drawn.into_iter().map(part).collect();
        parts.iter().any(|part| part.version == version).then_some(Self { version, parts })
    }
}

impl Pages {
    fn rooms(&self) -> MutexGuard<'_, BTreeMap<Key, watch::Sender<Arc<Told>>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, key: Key) -> watch::Receiver<Arc<Told>> {
        self.rooms().entry(key).or_insert_with(|| watch::Sender::new(Arc::default())).subscribe()
    }

    /// Tells everybody what is new.
    async fn tell(&self, house: &House) {
        let open: Vec<(Key, watch::Sender<Arc<Told>>)> = {
            let mut rooms = self.rooms();
            rooms.retain(|_, told| told.receiver_count() > 0);
            rooms.iter().map(|(key, told)| (key.clone(), told.clone())).collect()
        };
        let current = house.current();
        for ((episode, looker), told) in open {
            match Drawing::read(house, &current, &episode, looker).await {
                Ok(drawing) => {
                    let drawn = drawing.parts().into_iter().map(|(name, part)| (name, part.into_string())).collect();
                    let newer = told.borrow().then(drawn);
                    if let Some(newer) = newer {
                        told.send_replace(Arc::new(newer));
                    }
                }
                // Those who look are told by the silence; the log says why.
                Err(error) => tracing::warn!(%episode, "an open page cannot be read: {}", error.message),
            }
        }
    }
}

/// Keeps all open pages up to date until `stop` is ready; then their streams end, so that nothing waits for them.
pub async fn keep(house: House, stop: impl Future<Output = ()> + Send) {
    let mut stop = pin!(stop);
    loop {
        house.pages.tell(&house).await;
        let next = house.clock.sleep_until(house.clock.now() + EVERY);
        tokio::select! {
            () = &mut stop => break,
            () = next => {}
        }
    }
    house.pages.over.send_replace(true);
}

/// One connection.
struct Connection {
    house: House,
    told: watch::Receiver<Arc<Told>>,
    over: watch::Receiver<bool>,
    episode: String,
    case: String,
    looker: Looker,
    /// The request's headers, one of which proves who listens: looked up again at each beat.
    proof: HeaderMap,
    peer: Option<Peer>,
    /// The version that was sent last.
    sent: u64,
    beats: tokio::time::Interval,
    is_over: bool,
}

pub(super) async fn events(
    State(house): State<House>,
    asker: Asker,
    Path(case): Path<String>,
    peer: Option<axum::Extension<ConnectInfo<Peer>>>,
    headers: HeaderMap,
) -> Response {
    let current = house.current();
    let (episode, _, looker) = match found(&house, &current, &asker, &case).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let connection = Connection {
        told: house.pages.hear((episode.clone(), looker.clone())),
        over: house.pages.over.subscribe(),
        episode,
        case,
        looker,
        proof: headers,
        peer: peer.map(|axum::Extension(ConnectInfo(peer))| peer),
        sent: 0,
        beats: tokio::time::interval(BEAT),
        is_over: false,
        house,
    };
    let body = Body::from_stream(stream::unfold(connection, |mut connection| async move {
        let bytes = connection.next().await?;
        Some((Ok::<Bytes, Infallible>(bytes), connection))
    }));
    let told = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // A reverse proxy must not collect what is meant to be read at once.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (told, body).into_response()
}

fn event(name: &str, data: &Value) -> Bytes {
    // JSON text holds no line break.
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

impl Connection {
    /// What is sent next; `None` when the connection ends.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.is_over || *self.over.borrow() {
                return None;
            }
            let told = Arc::clone(&self.told.borrow_and_update());
            if told.version > self.sent {
                let new = told.parts.iter().filter(|part| part.version > self.sent);
                let bytes: Vec<u8> =
                    new.flat_map(|part| event("part", &json!({ "name": part.name, "html": part.html }))).collect();
                self.sent = told.version;
                return Some(Bytes::from(bytes));
            }
            let is_beat = tokio::select! {
                _closed = self.over.wait_for(|over| *over) => return None,
                changed = self.told.changed() => { changed.ok()?; false }
                _ = self.beats.tick() => true,
            };
            if is_beat {
                return Some(self.beat().await);
            }
        }
    }

    /// A sign of life, as long as whoever listens may still see what they are sent.
    async fn beat(&mut self) -> Bytes {
        if let Ok(asker) = asker::of(&self.house, &self.proof, self.peer).await {
            let current = self.house.current();
            let known = found(&self.house, &current, &asker, &self.case).await;
            // A newer page of the same case is another one: whoever looks is led there by loading anew.
            let still = known.is_ok_and(|(episode, _, looker)| episode == self.episode && looker == self.looker);
            if !still {
                self.is_over = true;
                return event("end", &json!({}));
            }
            if self.looker == Looker::Agent {
                self.house.pages.presence.saw(&self.episode, asker.name(), self.house.clock.now());
            }
        }
        event("beat", &json!({}))
    }
}
